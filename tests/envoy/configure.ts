// Small proxies for scenarios: a client whose one listener leads to a route configuration, and a server in front of its pod.
import {
  type Cluster,
  cluster,
  clusterLoadAssignment,
  filterChain,
  forwardTo,
  type HttpConnectionManager,
  type HttpFilter,
  httpConnectionManager,
  type Init,
  type LbEndpoint,
  type Listener,
  lbEndpoint,
  listener,
  localityLbEndpoints,
  type NetworkFilter,
  type Route,
  type RouteConfiguration,
  route,
  routeConfiguration,
  routerFilter,
  type TcpProxy,
  tcpProxy,
  type VirtualHost,
  virtualHost,
  type XdsNode,
  type XdsSnapshot,
  xdsNode,
  xdsSnapshot,
} from '../../src/xds';
import type { Place, ProxyConfigs } from './contract';

export const MS = 1_000_000;
export const S = 1_000_000_000;

/** The name in the certificate of a service account. */
export function identityOf(account: string): string {
  return `spiffe://cluster.local/ns/default/sa/${account}`;
}

/** The name that scenarios dial. */
export const SERVICE = 'b';

/** Endpoints of pods, with settings of each where given. */
export function endpointsOf(
  place: Place,
  pods: readonly string[],
  init: (pod: string) => Init<Omit<LbEndpoint, 'address'>> = () => ({}),
): readonly LbEndpoint[] {
  return pods.map((pod) => lbEndpoint(place.ip(pod), place.port, init(pod)));
}

/** A static cluster of pods in one locality. */
export function clusterOf(
  place: Place,
  name: string,
  pods: readonly string[],
  init: Init<Omit<Cluster, 'name'>> = {},
): Cluster {
  const full = place.cluster(name);
  return cluster({
    name: full,
    discovery: {
      kind: 'STATIC',
      loadAssignment: clusterLoadAssignment({
        clusterName: full,
        endpoints: [localityLbEndpoints({ lbEndpoints: endpointsOf(place, pods) })],
      }),
    },
    connectTimeoutNs: S,
    ...init,
  });
}

export interface ClientInit {
  readonly clusters: readonly Cluster[];
  /** What the proxy is told about itself; it then has a process of its own. */
  readonly node?: Init<Omit<XdsNode, 'id'>>;
  readonly listener?: Init<Omit<Listener, 'name' | 'address'>>;
  /** Default: everything to the first cluster, without timeout. */
  readonly routes?: readonly Route[];
  readonly virtualHost?: Init<VirtualHost>;
  readonly routeConfig?: Init<RouteConfiguration>;
  readonly filters?: readonly HttpFilter[];
  readonly hcm?: Init<Omit<HttpConnectionManager, 'routes'>>;
  /** Instead of the connection manager. */
  readonly tcp?: Init<TcpProxy>;
  readonly networkFilters?: readonly NetworkFilter[];
}

function listenerOf(
  place: Place,
  filters: readonly NetworkFilter[],
  direction: 'INBOUND' | 'OUTBOUND',
  init: ClientInit['listener'],
): Listener {
  return listener({
    name: `${place.scenario}-${direction.toLowerCase()}`,
    address: { address: '0.0.0.0', port: direction === 'OUTBOUND' ? place.port : 15006 },
    trafficDirection: direction,
    bindToPort: direction === 'INBOUND',
    filterChains: [filterChain({ name: 'all', filters })],
    ...(direction === 'INBOUND' ? { listenerFilters: [{ kind: 'originalDst' as const }] } : {}),
    ...init,
  });
}

function terminalFilter(place: Place, prefix: string, to: string, init: ClientInit): NetworkFilter {
  if (init.tcp !== undefined) {
    return {
      kind: 'tcpProxy',
      tcpProxy: tcpProxy({ statPrefix: prefix, cluster: { kind: 'cluster', cluster: to }, ...init.tcp }),
    };
  }
  const routes = init.routes ?? [route({ name: 'all', action: forwardTo(to, { timeoutNs: 0 }) })];
  const routeConfig = routeConfiguration({
    name: prefix,
    virtualHosts: [virtualHost({ name: place.scenario, domains: ['*'], routes, ...init.virtualHost })],
    ...init.routeConfig,
  });
  const hcm = httpConnectionManager({
    statPrefix: prefix,
    routes: { kind: 'inline', routeConfig },
    httpFilters: [...(init.filters ?? []), routerFilter()],
    ...init.hcm,
  });
  return { kind: 'httpConnectionManager', hcm };
}

export function clientSnapshot(place: Place, init: ClientInit): XdsSnapshot {
  const filters = [
    ...(init.networkFilters ?? []),
    terminalFilter(place, `${place.scenario}-client`, init.clusters[0]?.name ?? '', init),
  ];
  return xdsSnapshot({
    node: xdsNode({ id: `sidecar~${place.clientIp}~client.default~default.svc.cluster.local`, ...init.node }),
    listeners: [listenerOf(place, filters, 'OUTBOUND', init.listener)],
    clusters: init.clusters,
  });
}

/** A proxy in front of a pod; everything that comes in goes to the pod's application. */
export function serverSnapshot(place: Place, pod: string, init: Omit<ClientInit, 'clusters'>): XdsSnapshot {
  const inbound = cluster({
    name: place.cluster(`inbound-${pod}`),
    discovery: { kind: 'ORIGINAL_DST', useHttpHeader: false },
    connectTimeoutNs: S,
    // What comes from this address is not captured again.
    upstreamBindAddress: '127.0.0.6',
  });
  const filters = [
    ...(init.networkFilters ?? []),
    terminalFilter(place, `${place.scenario}-${pod}`, inbound.name, { ...init, clusters: [inbound] }),
  ];
  return xdsSnapshot({
    node: xdsNode({ id: `sidecar~${place.ip(pod)}~${pod}.default~default.svc.cluster.local` }),
    listeners: [listenerOf(place, filters, 'INBOUND', init.listener)],
    clusters: [inbound],
  });
}

/** A client's proxy alone. */
export function clientOnly(place: Place, init: ClientInit): ProxyConfigs {
  return { client: clientSnapshot(place, init), servers: new Map(), isolated: init.node !== undefined };
}

/** A client's proxy that does nothing special, and a proxy in front of pod `b`. */
export function clientAndServer(place: Place, server: Omit<ClientInit, 'clusters'>, client?: ClientInit): ProxyConfigs {
  return {
    client: clientSnapshot(place, client ?? { clusters: [clusterOf(place, 'b', ['b'])] }),
    servers: new Map([['b', serverSnapshot(place, 'b', server)]]),
    isolated: false,
  };
}
