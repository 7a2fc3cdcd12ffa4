import type { EngineCommand, PodSpec, ProxySpec } from '../../../src/engine';
import {
  type Cluster,
  cluster,
  clusterLoadAssignment,
  commonTls,
  downstreamTlsContext,
  type FilterChain,
  filterChain,
  filterChainMatch,
  forwardTo,
  type HttpFilter,
  httpConnectionManager,
  type Init,
  type Listener,
  lbEndpoint,
  listener,
  localityLbEndpoints,
  type RouteConfiguration,
  route,
  routeConfiguration,
  routerFilter,
  type TcpProxy,
  tcpProxy,
  upstreamTlsContext,
  virtualHost,
  type XdsSnapshot,
  xdsNode,
  xdsSnapshot,
} from '../../../src/xds';
import { constant } from './world';

// Snapshots in the shape of Istio's: one outbound HTTP listener per port, virtualOutbound, virtualInbound.

export const SIDECAR: ProxySpec = {
  kind: 'sidecar',
  concurrency: 2,
  passDuration: constant(0),
  excludeOutboundPorts: [],
  excludeInboundPorts: [],
};

export const SIDECAR_ONE_WORKER: ProxySpec = { ...SIDECAR, concurrency: 1 };

/** Mesh certificate and trust as every sidecar has them. */
const meshTls = commonTls({
  certificates: [{ kind: 'sds', secretName: 'default' }],
  validation: { trustBundle: { kind: 'sds', secretName: 'ROOTCA' }, matchSubjectAltNames: [] },
  alpnProtocols: ['istio-peer-exchange', 'istio'],
});

export const MUTUAL_TLS: NonNullable<Cluster['transportSocket']> = {
  kind: 'tls',
  tls: upstreamTlsContext({ common: meshTls, sni: 'outbound_.80_._.b.default.svc.cluster.local' }),
};

/** `outbound|80||b`: endpoints are the given pods on port 80. */
export function outboundCluster(
  service: string,
  pods: readonly PodSpec[],
  init: Init<Omit<Cluster, 'name' | 'discovery'>> = {},
  subset = '',
): Cluster {
  return cluster({
    name: `outbound|80|${subset}|${service}.default.svc.cluster.local`,
    discovery: {
      kind: 'STATIC',
      loadAssignment: clusterLoadAssignment({
        clusterName: service,
        endpoints: [localityLbEndpoints({ lbEndpoints: pods.map(({ ip }) => lbEndpoint(ip, 80)) })],
      }),
    },
    services: [{ host: `${service}.default.svc.cluster.local`, name: service, namespace: 'default' }],
    ...init,
  });
}

export function outboundName(service: string, subset = ''): string {
  return `outbound|80|${subset}|${service}.default.svc.cluster.local`;
}

/** The route configuration `80` with one virtual host for a service. */
export function serviceRoutes(service: string, routes = [route({ action: forwardTo(outboundName(service)) })]) {
  return routeConfiguration({
    name: '80',
    virtualHosts: [
      virtualHost({
        name: `${service}.default.svc.cluster.local:80`,
        domains: [service, `${service}.default`, `${service}.default.svc.cluster.local`],
        routes,
      }),
    ],
  });
}

export interface OutboundOptions {
  readonly clusters: readonly Cluster[];
  readonly routes: RouteConfiguration;
  readonly filters?: readonly HttpFilter[];
  readonly hcm?: Partial<Parameters<typeof httpConnectionManager>[0]>;
}

const passthrough = cluster({ name: 'PassthroughCluster', discovery: { kind: 'ORIGINAL_DST', useHttpHeader: false } });

function outboundListeners(options: OutboundOptions): readonly Listener[] {
  const hcm = httpConnectionManager({
    statPrefix: 'outbound_0.0.0.0_80',
    routes: { kind: 'rds', routeConfigName: '80' },
    httpFilters: [...(options.filters ?? []), routerFilter()],
    streamIdleTimeoutNs: 0,
    ...options.hcm,
  });
  return [
    listener({
      name: '0.0.0.0_80',
      address: { address: '0.0.0.0', port: 80 },
      trafficDirection: 'OUTBOUND',
      bindToPort: false,
      filterChains: [filterChain({ name: 'http', filters: [{ kind: 'httpConnectionManager', hcm }] })],
    }),
    listener({
      name: 'virtualOutbound',
      address: { address: '0.0.0.0', port: 15001 },
      trafficDirection: 'OUTBOUND',
      useOriginalDst: true,
      filterChains: [
        filterChain({
          name: 'passthrough',
          filters: [
            {
              kind: 'tcpProxy',
              tcpProxy: tcpProxy({ cluster: { kind: 'cluster', cluster: 'PassthroughCluster' } }),
            },
          ],
        }),
      ],
    }),
  ];
}

export interface InboundOptions {
  readonly mode?: 'STRICT' | 'PERMISSIVE' | 'DISABLE';
  readonly filters?: readonly HttpFilter[];
  readonly tcp?: Partial<TcpProxy>;
  readonly preludes?: FilterChain['filters'];
  readonly hcm?: OutboundOptions['hcm'];
}

const inboundCluster = cluster({
  name: 'inbound|80||',
  discovery: { kind: 'ORIGINAL_DST', useHttpHeader: false },
  upstreamBindAddress: '127.0.0.6',
});

function inboundListener(options: InboundOptions): Listener {
  const hcm = httpConnectionManager({
    statPrefix: 'inbound_0.0.0.0_80',
    routes: {
      kind: 'inline',
      routeConfig: routeConfiguration({
        name: 'inbound|80||',
        virtualHosts: [
          virtualHost({
            name: 'inbound|http|80',
            routes: [route({ action: forwardTo('inbound|80||', { timeoutNs: 0 }) })],
          }),
        ],
      }),
    },
    httpFilters: [...(options.filters ?? []), routerFilter()],
    streamIdleTimeoutNs: 0,
    forwardClientCertDetails: 'APPEND_FORWARD',
    setCurrentClientCertDetails: { subject: true, dns: true, uri: true },
    ...options.hcm,
  });
  const terminal: FilterChain['filters'][number] =
    options.tcp === undefined
      ? { kind: 'httpConnectionManager', hcm }
      : {
          kind: 'tcpProxy',
          tcpProxy: tcpProxy({ cluster: { kind: 'cluster', cluster: 'inbound|80||' }, ...options.tcp }),
        };
  const filters = [...(options.preludes ?? []), terminal];
  const mode = options.mode ?? 'PERMISSIVE';
  const secure = filterChain({
    name: '0.0.0.0_80',
    match: filterChainMatch({ destinationPort: 80, transportProtocol: 'tls' }),
    tls: downstreamTlsContext({
      common: { ...meshTls, alpnProtocols: ['h2', 'http/1.1', 'istio'] },
      requireClientCertificate: true,
    }),
    filters,
  });
  const plain = filterChain({
    name: '0.0.0.0_80',
    match: filterChainMatch({ destinationPort: 80, transportProtocol: mode === 'DISABLE' ? '' : 'raw_buffer' }),
    filters,
  });
  const chains = mode === 'STRICT' ? [secure] : mode === 'PERMISSIVE' ? [secure, plain] : [plain];
  return listener({
    name: 'virtualInbound',
    address: { address: '0.0.0.0', port: 15006 },
    trafficDirection: 'INBOUND',
    listenerFilters: [{ kind: 'originalDst' }, { kind: 'tlsInspector', disabledPorts: [] }],
    filterChains: chains,
  });
}

/** What one pod's sidecar executes. */
export function sidecarSnapshot(
  pod: PodSpec,
  outbound: OutboundOptions | undefined,
  inbound: InboundOptions | undefined,
): XdsSnapshot {
  return xdsSnapshot({
    node: xdsNode({ id: `sidecar~${pod.ip}~${pod.name}.default~default.svc.cluster.local` }),
    version: '',
    listeners: [
      ...(outbound === undefined ? [] : outboundListeners(outbound)),
      ...(inbound === undefined ? [] : [inboundListener(inbound)]),
    ],
    routes: outbound === undefined ? [] : [outbound.routes],
    clusters: [...(outbound?.clusters ?? []), passthrough, inboundCluster],
    secrets: [{ name: 'ROOTCA', kind: 'trustBundle', subjectAltNames: [] }],
  });
}

export function applySnapshots(snapshots: readonly (readonly [PodSpec, XdsSnapshot])[]): EngineCommand[] {
  return snapshots.map(([pod, snapshot]) => ({ kind: 'applySnapshot', pod: pod.id, snapshot }));
}
