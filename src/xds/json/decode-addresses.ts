import type { SocketAddress } from '../listeners';
import type { MessageReader } from './reader';

/** An Address message: socket, pipe or internal listener, as `SocketAddress` spells them. */
export function readAddress(reader: MessageReader): SocketAddress {
  const pipe = reader.message('pipe', 'envoy.config.core.v3.Pipe');
  if (pipe !== undefined) return { address: pipe.text('path'), port: 0 };
  const internal = reader.message('envoyInternalAddress', 'envoy.config.core.v3.EnvoyInternalAddress');
  if (internal !== undefined) {
    const endpoint = internal.text('endpointId');
    const name = internal.text('serverListenerName');
    return { address: `envoy://${name}${endpoint === '' ? '' : `/${endpoint}`}`, port: 0 };
  }
  const socket = reader.message('socketAddress', 'envoy.config.core.v3.SocketAddress');
  if (socket === undefined) {
    reader.problem('', 'has no address');
    return { address: '', port: 0 };
  }
  return readSocketAddress(socket);
}

/** A SocketAddress message. */
export function readSocketAddress(reader: MessageReader): SocketAddress {
  const protocol = reader.choice('protocol', ['TCP', 'UDP']);
  const address = { address: reader.text('address'), port: reader.count('portValue') };
  return protocol === 'UDP' ? { ...address, protocol } : address;
}
