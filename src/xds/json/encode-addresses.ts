import type { JsonObject } from '../json-value';
import type { SocketAddress } from '../listeners';
import { message } from './writer';

const INTERNAL = 'envoy://';

/** A SocketAddress message. The port is a member of a oneof and so stands there even if it is 0. */
export function encodeSocketAddress(address: SocketAddress): JsonObject {
  return message({ protocol: address.protocol, address: address.address, portValue: address.port });
}

/** An Address message: pipe, internal listener or socket, as `SocketAddress` spells them. */
export function encodeAddress(address: SocketAddress): JsonObject {
  const spelled = address.address;
  if (spelled.startsWith('/') || spelled.startsWith('@')) return { pipe: { path: spelled } };
  if (spelled.startsWith(INTERNAL)) {
    const [serverListenerName = '', endpointId] = spelled.slice(INTERNAL.length).split('/');
    return { envoyInternalAddress: message({ serverListenerName, endpointId }) };
  }
  return { socketAddress: encodeSocketAddress(address) };
}
