import type { GatewayListener } from '../../gateway-api';

const WITHOUT_HOSTS: ReadonlySet<string> = new Set(['TCP', 'UDP']);
const WITH_HOSTS: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'TLS']);

/** istio/istio pilot/pkg/config/kube/gatewaycommon/listener_conflict.go (listenersDistinct) */
function areDistinct(a: GatewayListener, b: GatewayListener): boolean {
  if (a.port !== b.port) return true;
  const opaque = [a, b].filter(({ protocol }) => WITHOUT_HOSTS.has(protocol)).length;
  const hosted = [a, b].filter(({ protocol }) => WITH_HOSTS.has(protocol)).length;
  if (opaque === 2 || (opaque === 1 && hosted === 1)) return false;
  if (hosted === 2) return (a.hostname ?? '*') !== (b.hostname ?? '*');
  return a.protocol !== b.protocol;
}

/**
 * Listeners of one Gateway in order of precedence; a later one that an earlier one stands in the way of is left out.
 * istio/istio pilot/pkg/config/kube/gatewaycommon/listener_conflict.go (ComputeGatewayListenerConflicts)
 */
export class ListenerConflicts {
  readonly #accepted: GatewayListener[] = [];

  /** The listener that was there before; undefined: there is none, and this one is accepted. */
  claim(listener: GatewayListener): GatewayListener | undefined {
    const prior = this.#accepted.find((accepted) => !areDistinct(listener, accepted));
    if (prior === undefined) this.#accepted.push(listener);
    return prior;
  }
}
