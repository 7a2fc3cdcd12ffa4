import type { Resource } from '../../../config';
import type { TcpRouteObject, TlsRouteObject } from '../../gateway-api';
import type { Sourced } from '../compile/push-context/http-rule';
import type { RouteDestination, TcpRoute, TlsRoute } from '../kinds';
import type { BackendRequest } from './backends';
import { toL4Destinations } from './destinations';

/** No cluster has this name, so that connections are closed. istio/istio pilot/pkg/config/kube/gateway/conversion.go (convertTCPRoute) */
const REFUSING: readonly RouteDestination[] = [
  { destination: { host: 'internal.cluster.local', subset: 'zero-weight', port: { number: 65_535 } }, weight: 0 },
];

function destinationsOf(
  request: BackendRequest,
  rule: TcpRouteObject['spec']['rules'][number],
  index: number,
): readonly RouteDestination[] | undefined {
  if (rule.backendRefs.every(({ weight }) => weight === 0)) return REFUSING;
  return toL4Destinations(request, rule.backendRefs, ['spec', 'rules', index, 'backendRefs']);
}

/** Undefined: something in the route cannot be translated, which is reported. */
export function tcpRouteRules(
  request: Omit<BackendRequest, 'route'>,
  route: Resource<TcpRouteObject>,
): readonly Sourced<TcpRoute>[] | undefined {
  const rules: Sourced<TcpRoute>[] = [];
  for (const [index, rule] of route.object.spec.rules.entries()) {
    const destinations = destinationsOf({ ...request, route }, rule, index);
    if (destinations === undefined) return undefined;
    rules.push({
      value: { match: [], route: destinations },
      origin: { ref: route.ref, path: ['spec', 'rules', index] },
    });
  }
  return rules;
}

export function tlsRouteRules(
  request: Omit<BackendRequest, 'route'>,
  route: Resource<TlsRouteObject>,
): readonly Sourced<TlsRoute>[] | undefined {
  const rules: Sourced<TlsRoute>[] = [];
  for (const [index, rule] of route.object.spec.rules.entries()) {
    const destinations = destinationsOf({ ...request, route }, rule, index);
    if (destinations === undefined) return undefined;
    const match = destinations === REFUSING ? [] : [{ sniHosts: route.object.spec.hostnames }];
    rules.push({
      value: { match, route: destinations },
      origin: { ref: route.ref, path: ['spec', 'rules', index] },
    });
  }
  return rules;
}
