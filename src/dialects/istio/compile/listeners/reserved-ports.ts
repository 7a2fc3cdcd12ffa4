import type { MeshConfig } from '../../mesh-config';
import type { MeshProxy, Protocol } from '../model';
import { UNSPECIFIED_IP } from '../names';
import { isHttp } from '../protocol';

/** Readiness and metrics of the proxy itself. istio/istio pkg/bootstrap/config.go */
const STATIC_LISTENER_PORTS: readonly number[] = [15021, 15090];
const FIRST_UNPRIVILEGED_PORT = 1024;

interface Binding {
  readonly bind: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly bindToPort: boolean;
}

function takesStaticListener(port: number): boolean {
  return STATIC_LISTENER_PORTS.includes(port);
}

function takesVirtualListener(port: number, mesh: MeshConfig): boolean {
  return port === mesh.proxyListenPort || port === mesh.proxyInboundListenPort;
}

/** Port 0 stands for a socket in the file system. */
export function mayListenOn(proxy: Pick<MeshProxy, 'unprivileged'>, port: number): boolean {
  return !proxy.unprivileged || port === 0 || port >= FIRST_UNPRIVILEGED_PORT;
}

function takesWildcard({ bind, protocol }: Binding): boolean {
  return bind === '' ? isHttp(protocol) : bind === UNSPECIFIED_IP;
}

/**
 * Whether a listener would neither need a right that the proxy lacks nor stand in the way of one that it always has.
 * istio/istio pilot/pkg/model/context.go (CanBindToPort)
 */
export function canBind(proxy: Pick<MeshProxy, 'unprivileged'>, binding: Binding, mesh: MeshConfig): boolean {
  return canBindIngress(proxy, binding) && !(takesWildcard(binding) && takesVirtualListener(binding.port, mesh));
}

/** The same for a listener that a Sidecar's ingress asks for, which may take over the ports of captured traffic. */
export function canBindIngress(proxy: Pick<MeshProxy, 'unprivileged'>, binding: Binding): boolean {
  if (binding.bindToPort && !mayListenOn(proxy, binding.port)) return false;
  return !(takesWildcard(binding) && takesStaticListener(binding.port));
}
