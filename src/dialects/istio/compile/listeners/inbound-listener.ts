import {
  type ConfigOrigin,
  type FilterChain,
  filterChain,
  filterChainMatch,
  forwardTo,
  type JsonObject,
  type Listener,
  type ListenerFilter,
  listener,
  type NetworkFilter,
  type PortPredicate,
  type RouteConfiguration,
  route,
  routeConfiguration,
  tcpProxy,
  virtualHost,
} from '../../../../xds';
import { portOfIngress, serviceOfIngress } from '../clusters/inbound-clusters';
import { configMetadata } from '../config-metadata';
import type { MeshProxy, ServicePort } from '../model';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, inboundClusterName } from '../names';
import { listenerProtocolOf } from '../protocol';
import type { PushContext } from '../push-context/push-context';
import type { SidecarScope } from '../push-context/sidecar-scope';
import { inboundRetryPolicy } from '../routes/retry-policy';
import { type InboundChainOption, inboundChainOptions } from '../security/inbound-chain-options';
import type { MtlsSettings, WorkloadSecurity } from '../security-contract';
import { httpManagerFilter } from './http-connection-manager';
import { canBind, canBindIngress } from './reserved-ports';
import { accessLogsOf, listenerAccessLogsOf, NETWORK_METADATA_EXCHANGE, networkStatsFilters } from './telemetry';

export interface InboundRequest {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
  readonly security: WorkloadSecurity;
}

/** One port of the pod that has chains of its own. istio/istio pilot/pkg/networking/core/listener_inbound.go (inboundChainConfig) */
interface InboundPort {
  readonly clusterName: string;
  readonly port: ServicePort;
  readonly targetPort: number;
  readonly bind: string;
  /** Names the span of requests. */
  readonly hostname: string;
  readonly passthrough: boolean;
  readonly bindToPort: boolean;
  /** Names the Sidecar that asks for it. */
  readonly metadata?: JsonObject;
  readonly origin: ConfigOrigin | undefined;
}

const WILDCARD_ADDRESS = '0.0.0.0';
const VIRTUAL_INBOUND = 'virtualInbound';
const CATCH_ALL_HTTP = 'virtualInbound-catchall-http';
const BLACK_HOLE_CHAIN = 'virtualInbound-blackhole';
const TLS_INSPECTOR_BUFFER_BYTES = 512;

/** istio/istio pilot/pkg/networking/core/listener_inbound.go (Name) */
function chainName(port: InboundPort, protocol: InboundChainOption['protocol']): string {
  if (!port.passthrough) return `${port.bind}_${port.targetPort}`;
  return protocol === 'HTTP' ? CATCH_ALL_HTTP : VIRTUAL_INBOUND;
}

/** istio/istio pilot/pkg/networking/core/httproute.go (buildSidecarInboundHTTPRouteConfig) */
function inboundRoutes(port: InboundPort): RouteConfiguration {
  const grpc = port.port.protocol === 'GRPC' || port.port.protocol === 'GRPC-Web';
  // A stream must not be started again behind the back of its client.
  const retryPolicy = grpc ? undefined : inboundRetryPolicy(undefined);
  const origin = port.origin === undefined ? {} : { origin: port.origin };
  return routeConfiguration({
    name: port.clusterName,
    virtualHosts: [
      virtualHost({
        name: `inbound|http|${port.port.port}`,
        routes: [
          route({
            name: 'default',
            action: forwardTo(port.clusterName, {
              timeoutNs: 0,
              maxStreamDuration: { maxStreamDurationNs: 0, grpcTimeoutHeaderMaxNs: 0 },
              ...(retryPolicy === undefined ? {} : { retryPolicy }),
              ...origin,
            }),
            decoratorOperation: `${port.hostname}:${port.port.port}/*`,
            ...origin,
          }),
        ],
        ...origin,
      }),
    ],
  });
}

function httpFiltersOf(port: InboundPort, request: InboundRequest): readonly NetworkFilter[] {
  const { mesh } = request.push;
  const statPrefix = port.passthrough ? port.clusterName : `inbound_${chainName(port, 'HTTP')}`;
  const manager = httpManagerFilter(
    {
      mesh,
      side: 'sidecarInbound',
      statPrefix: `${statPrefix};`,
      routes: { kind: 'inline', routeConfig: inboundRoutes(port) },
      securityFilters: request.security.httpFilters,
      protocol: port.port.protocol,
    },
    port.origin,
  );
  return [NETWORK_METADATA_EXCHANGE, manager];
}

/** istio/istio pilot/pkg/networking/core/networkfilter.go (buildCompleteNetworkFilters) */
function tcpFiltersOf(port: InboundPort, request: InboundRequest): readonly NetworkFilter[] {
  const { mesh } = request.push;
  return [
    NETWORK_METADATA_EXCHANGE,
    ...request.security.tcpFilters,
    ...networkStatsFilters(mesh, 'sidecarInbound'),
    {
      kind: 'tcpProxy',
      tcpProxy: tcpProxy({
        statPrefix: port.clusterName,
        cluster: { kind: 'cluster', cluster: port.clusterName },
        accessLog: accessLogsOf(mesh),
      }),
      ...(port.origin === undefined ? {} : { origin: port.origin }),
    },
  ];
}

/** Chains of one port share their filters. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** istio/istio pilot/pkg/networking/core/listener_inbound.go (inboundChainForOpts) */
function chainsOf(port: InboundPort, mtls: MtlsSettings, request: InboundRequest): readonly FilterChain[] {
  const httpFilters = once(() => httpFiltersOf(port, request));
  const tcpFilters = once(() => tcpFiltersOf(port, request));
  return inboundChainOptions(mtls.mode, listenerProtocolOf(port.port.protocol)).map((option) => {
    const context = option.protocol === 'HTTP' ? mtls.http : mtls.tcp;
    const origin = mtls.origin ?? port.origin;
    return filterChain({
      name: chainName(port, option.protocol),
      match: filterChainMatch({
        ...(port.targetPort > 0 ? { destinationPort: port.targetPort } : {}),
        transportProtocol: option.transportProtocol,
        applicationProtocols: option.applicationProtocols,
      }),
      ...(option.terminatesTls && context !== undefined ? { tls: context } : {}),
      filters: option.protocol === 'HTTP' ? httpFilters() : tcpFilters(),
      ...(port.metadata === undefined ? {} : { metadata: port.metadata }),
      ...(origin === undefined ? {} : { origin }),
    });
  });
}

/** Connections to the listener's own port would come back to it for ever. */
function blackHoleChain({ push }: InboundRequest): FilterChain {
  return filterChain({
    name: BLACK_HOLE_CHAIN,
    match: filterChainMatch({ destinationPort: push.mesh.proxyInboundListenPort }),
    filters: [
      NETWORK_METADATA_EXCHANGE,
      ...networkStatsFilters(push.mesh, 'sidecarInbound'),
      {
        kind: 'tcpProxy',
        tcpProxy: tcpProxy({
          statPrefix: BLACK_HOLE_CLUSTER,
          cluster: { kind: 'cluster', cluster: BLACK_HOLE_CLUSTER },
        }),
      },
    ],
  });
}

/** Ports that no service names. istio/istio pilot/pkg/networking/core/listener_inbound.go (buildInboundPassthroughChains) */
function passthroughChains(ports: readonly InboundPort[], request: InboundRequest): readonly FilterChain[] {
  const served = new Set(ports.map((port) => port.targetPort));
  return request.security.mtlsForPassthrough(served).flatMap((mtls) =>
    chainsOf(
      {
        clusterName: INBOUND_PASSTHROUGH_CLUSTER,
        port: { name: VIRTUAL_INBOUND, port: 0, protocol: 'Unsupported' },
        targetPort: mtls.port,
        bind: WILDCARD_ADDRESS,
        hostname: '',
        passthrough: true,
        bindToPort: false,
        origin: mtls.origin,
      },
      mtls,
      request,
    ),
  );
}

/** The first service on a target port decides its protocol. istio/istio pilot/pkg/networking/core/listener_inbound.go (getFilterChainsByServicePort) */
function portsOfServices({ proxy, push }: InboundRequest): readonly InboundPort[] {
  const ports = new Map<number, InboundPort>();
  for (const { service, port, targetPort } of proxy.serviceTargets) {
    if (ports.has(targetPort) || targetPort === 0) continue;
    const binding = { bind: WILDCARD_ADDRESS, port: targetPort, protocol: port.protocol, bindToPort: false };
    if (!canBind(proxy, binding, push.mesh)) continue;
    ports.set(targetPort, {
      clusterName: inboundClusterName(targetPort),
      port,
      targetPort,
      bind: WILDCARD_ADDRESS,
      hostname: service.hostname,
      passthrough: false,
      bindToPort: false,
      origin: service.origin,
    });
  }
  return [...ports.values()];
}

/** Ingress listeners replace what services say. istio/istio pilot/pkg/networking/core/listener_inbound.go (buildInboundChainConfigs) */
function portsOfSidecar({ proxy, scope }: InboundRequest): readonly InboundPort[] {
  const ports = new Map<number, InboundPort>();
  const none = proxy.interceptionMode === 'NONE';
  for (const [index, ingress] of (scope.sidecar?.object.spec?.ingress ?? []).entries()) {
    const port = portOfIngress(ingress);
    if (ports.has(port.port)) continue;
    const bind = ingress.bind ?? '';
    const capture = ingress.captureMode ?? 'DEFAULT';
    const bindToPort = capture === 'DEFAULT' ? none : capture === 'NONE';
    if (!canBindIngress(proxy, { ...port, bind, bindToPort })) continue;
    ports.set(port.port, {
      clusterName: inboundClusterName(port.port),
      port,
      targetPort: port.port,
      bind: bind === '' ? (proxy.ipAddresses[0] ?? WILDCARD_ADDRESS) : bind,
      hostname: `${scope.sidecar?.metadata.name ?? ''}.${scope.namespace}`,
      passthrough: false,
      bindToPort,
      metadata: configMetadata({
        kind: 'sidecar',
        namespace: scope.namespace,
        name: scope.sidecar?.metadata.name ?? '',
      }),
      origin:
        scope.sidecar === undefined
          ? serviceOfIngress(ingress, proxy, scope).origin
          : { ref: scope.sidecar.ref, path: ['spec', 'ingress', index] },
    });
  }
  return [...ports.values()];
}

function inboundPorts(request: InboundRequest): readonly InboundPort[] {
  const ingress = request.scope.sidecar?.object.spec?.ingress ?? [];
  if (ingress.length === 0 && request.proxy.interceptionMode === 'NONE') return [];
  const ports = ingress.length > 0 ? portsOfSidecar(request) : portsOfServices(request);
  return [...ports].sort((a, b) => a.targetPort - b.targetPort);
}

interface Inspection {
  readonly tls: boolean;
  readonly http: boolean;
}

/** By destination port, what has to be looked at; port 0 stands for all others. */
function inspections(chains: readonly FilterChain[]): ReadonlyMap<number, Inspection> {
  const found = new Map<number, Inspection>();
  for (const { match } of chains) {
    const port = match.destinationPort ?? 0;
    const before = found.get(port) ?? { tls: false, http: false };
    const plain = match.applicationProtocols.some((protocol) => protocol === 'http/1.1' || protocol === 'h2c');
    found.set(port, { tls: before.tls || match.transportProtocol === 'tls', http: before.http || plain });
  }
  return found;
}

function onePort(port: number, invert: boolean): PortPredicate {
  return { start: port, end: port + 1, ...(invert ? { invert } : {}) };
}

/** Ports without need are left out; when the unnamed ports have none, only those with need are let in. */
function disabledForTls(found: ReadonlyMap<number, Inspection>): readonly PortPredicate[] {
  const named = [...found].filter(([port]) => port !== 0).sort(([a], [b]) => a - b);
  const everywhere = found.get(0)?.tls ?? false;
  return named.filter(([, need]) => need.tls !== everywhere).map(([port]) => onePort(port, !everywhere));
}

function disabledForHttp(found: ReadonlyMap<number, Inspection>): readonly PortPredicate[] {
  return [...found]
    .filter(([, need]) => !need.http)
    .map(([port]) => port)
    .sort((a, b) => a - b)
    .map((port) => onePort(port, false));
}

/**
 * Inspectors run only for ports whose chains need them: looking for bytes of a server-first protocol would hang.
 * istio/istio pilot/pkg/networking/core/listener_inbound.go (populateListenerFilters)
 */
function listenerFilters(chains: readonly FilterChain[], bindToPort: boolean): readonly ListenerFilter[] {
  const found = inspections(chains);
  const needs = [...found.values()];
  return [
    ...(bindToPort ? [] : [{ kind: 'originalDst' as const }]),
    ...(needs.some((need) => need.tls)
      ? [
          {
            kind: 'tlsInspector' as const,
            disabledPorts: disabledForTls(found),
            initialReadBufferSizeBytes: TLS_INSPECTOR_BUFFER_BYTES,
          },
        ]
      : []),
    ...(needs.some((need) => need.http)
      ? [{ kind: 'httpInspector' as const, disabledPorts: disabledForHttp(found) }]
      : []),
  ];
}

interface ListenerOutline {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly bindToPort: boolean;
  readonly chains: readonly FilterChain[];
  readonly origin: ConfigOrigin | undefined;
}

function buildListener(outline: ListenerOutline, { push }: InboundRequest): Listener {
  return listener({
    name: outline.name,
    address: { address: outline.address, port: outline.port },
    trafficDirection: 'INBOUND',
    filterChains: outline.chains,
    listenerFilters: listenerFilters(outline.chains, outline.bindToPort),
    listenerFiltersTimeoutNs: push.mesh.protocolDetectionTimeoutNs,
    continueOnListenerFiltersTimeout: true,
    maxConnectionsToAcceptPerSocketEvent: 1,
    accessLog: listenerAccessLogsOf(push.mesh),
    ...(outline.origin === undefined ? {} : { origin: outline.origin }),
  });
}

/**
 * The listener that takes all captured traffic, and those that a Sidecar binds itself.
 * istio/istio pilot/pkg/networking/core/listener_inbound.go (buildInboundListeners)
 */
export function buildInboundListeners(request: InboundRequest): readonly Listener[] {
  const ports = inboundPorts(request);
  const captured: FilterChain[] = [];
  const bound: Listener[] = [];
  for (const port of ports) {
    const chains = chainsOf(port, request.security.mtlsFor(port.targetPort), request);
    if (!port.bindToPort) {
      captured.push(...chains);
      continue;
    }
    const outline = { name: chainName(port, 'TCP'), address: port.bind, port: port.targetPort, bindToPort: true };
    bound.push(buildListener({ ...outline, chains, origin: port.origin }, request));
  }
  if (request.proxy.interceptionMode === 'NONE') return bound;
  const chains = [blackHoleChain(request), ...passthroughChains(ports, request), ...captured];
  const virtual = buildListener(
    {
      name: VIRTUAL_INBOUND,
      address: WILDCARD_ADDRESS,
      port: request.push.mesh.proxyInboundListenPort,
      bindToPort: false,
      chains,
      origin: undefined,
    },
    request,
  );
  return [virtual, ...bound];
}
