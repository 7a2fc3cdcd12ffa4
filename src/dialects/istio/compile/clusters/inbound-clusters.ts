import { NS_PER_S } from '../../../../base';
import {
  type Cluster,
  type ClusterDiscovery,
  cluster,
  clusterLoadAssignment,
  lbEndpoint,
  localityLbEndpoints,
} from '../../../../xds';
import type { ConnectionPoolSettings, IngressListener } from '../../kinds';
import { configMetadata } from '../config-metadata';
import type { MeshProxy, Service, ServicePort, ServiceTarget } from '../model';
import { inboundClusterName } from '../names';
import { parseProtocol } from '../protocol';
import type { PushContext } from '../push-context/push-context';
import { destinationRuleFor, type SidecarScope } from '../push-context/sidecar-scope';
import { circuitBreakersOf, connectTimeoutOf, httpProtocolOf, tcpKeepaliveOf } from './connection-pool';
import { INBOUND_BIND_ADDRESS } from './fixed-clusters';
import { policyForPort } from './traffic-policy';

/** "Never" as the protocol can say it: 2^63 nanoseconds in whole seconds. */
const NEVER_NS = 9_223_372_035 * NS_PER_S;
const LOCALHOST = '127.0.0.1';
const UNIX_PREFIX = 'unix://';

/** One port of the workload and where its traffic goes. */
interface InboundRequest {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
  /** The port that clients address, which names the cluster. */
  readonly listenPort: number;
  /** Absent: the address that the client dialled, which is this pod. */
  readonly endpoint: { readonly address: string; readonly port: number } | undefined;
  readonly targets: readonly ServiceTarget[];
  readonly ingress: { readonly listener: IngressListener; readonly index: number } | undefined;
}

function discoveryOf(request: InboundRequest, name: string): ClusterDiscovery {
  const { endpoint } = request;
  if (endpoint === undefined) return { kind: 'ORIGINAL_DST', useHttpHeader: false };
  return {
    kind: 'STATIC',
    loadAssignment: clusterLoadAssignment({
      clusterName: name,
      endpoints: [localityLbEndpoints({ lbEndpoints: [lbEndpoint(endpoint.address, endpoint.port)] })],
    }),
  };
}

/** Services on the port, for telemetry; synthetic ones of a Sidecar do not count. */
function servicesOf(targets: readonly ServiceTarget[]): Cluster['services'] {
  const [first] = targets;
  if (first === undefined || first.service.meshExternal) return [];
  const seen = new Map<string, Service>();
  for (const { service, port } of targets) {
    if (port.port === first.port.port && !seen.has(service.hostname)) seen.set(service.hostname, service);
  }
  return [...seen.values()].map(({ hostname, name, namespace }) => ({ host: hostname, name, namespace }));
}

/** Of the listener, else of the Sidecar. istio/istio pilot/pkg/model/sidecar.go (InboundConnectionPoolForPort) */
function sidecarPool(scope: SidecarScope, port: number): ConnectionPoolSettings | undefined {
  const spec = scope.sidecar?.object.spec;
  const listener = (spec?.ingress ?? []).find((candidate) => candidate.port.number === port);
  return listener?.connectionPool ?? spec?.inboundConnectionPool;
}

/** istio/istio pilot/pkg/networking/core/cluster_builder.go (buildInboundCluster) */
function buildInboundCluster(request: InboundRequest): Cluster | undefined {
  const { push, scope, listenPort, targets } = request;
  const [first] = targets;
  if (first === undefined) return undefined;
  const name = inboundClusterName(listenPort);
  const discovery = discoveryOf(request, name);
  // Limits that clients keep to are set on this side as well, so that it has the room for what they send.
  const source = destinationRuleFor(scope, first.service.hostname, 'inbound');
  const rule = policyForPort(source, first.port.port);
  const pool = sidecarPool(scope, listenPort) ?? rule?.policy.connectionPool;
  const loopback = request.endpoint?.address === LOCALHOST;
  return cluster({
    name,
    altStatName: `${name};`,
    discovery,
    connectTimeoutNs: connectTimeoutOf(push.mesh, pool),
    ...(discovery.kind === 'ORIGINAL_DST'
      ? { lbPolicy: { kind: 'CLUSTER_PROVIDED' }, cleanupIntervalNs: NEVER_NS }
      : {}),
    circuitBreakers: circuitBreakersOf(pool, rule?.policy.retryBudget),
    httpProtocol: httpProtocolOf({ port: first.port, pool, upgrade: false, followsClient: true }),
    ...tcpKeepaliveOf(push.mesh, pool?.tcp?.tcpKeepalive),
    ...(loopback ? {} : { upstreamBindAddress: INBOUND_BIND_ADDRESS }),
    services: servicesOf(targets),
    ...(source === undefined || rule === undefined
      ? {}
      : {
          extraMetadata: configMetadata({
            kind: 'destination-rule',
            namespace: source.namespace,
            name: source.name,
          }),
        }),
    origin: first.service.origin,
    ...(rule === undefined ? {} : { policyOrigin: rule.origin }),
  });
}

/** By target port, in the order of the services. */
export function groupByTargetPort(targets: readonly ServiceTarget[]): ReadonlyMap<number, readonly ServiceTarget[]> {
  const groups = new Map<number, ServiceTarget[]>();
  for (const target of targets) {
    const group = groups.get(target.targetPort);
    if (group === undefined) groups.set(target.targetPort, [target]);
    else group.push(target);
  }
  return groups;
}

/** Where an ingress listener of a Sidecar sends its traffic; `skip` when the field makes no sense. */
function endpointOf(
  listener: IngressListener,
  proxy: MeshProxy,
): { readonly address: string; readonly port: number } | 'skip' | undefined {
  const text = listener.defaultEndpoint ?? '';
  if (text === '') return undefined;
  if (text.startsWith(UNIX_PREFIX)) return { address: text.slice(UNIX_PREFIX.length), port: 0 };
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 0 || text.length === colon + 1 || !Number.isInteger(port)) return 'skip';
  const host = text.slice(0, colon);
  if (host === '0.0.0.0') return { address: proxy.ipAddresses[0] ?? LOCALHOST, port };
  return host === LOCALHOST ? { address: LOCALHOST, port } : undefined;
}

/**
 * The service on the port, else one made up from the Sidecar, so that everything downstream has one.
 * istio/istio pilot/pkg/networking/core/cluster.go (findOrCreateService)
 */
export function serviceOfIngress(listener: IngressListener, proxy: MeshProxy, scope: SidecarScope): Service {
  const found = proxy.serviceTargets.find((target) => target.targetPort === listener.port.number);
  if (found !== undefined) return found.service;
  const name = scope.sidecar?.metadata.name ?? '';
  return {
    hostname: `${name}.${scope.namespace}`,
    namespace: scope.namespace,
    name,
    registry: 'External',
    address: '',
    extraAddresses: [],
    ports: [],
    resolution: 'ClientSideLB',
    meshExternal: true,
    exportTo: { public: false, private: true, none: false, namespaces: [] },
    labels: {},
    selector: {},
    aliases: [],
    headless: false,
    nodeLocal: false,
    publishNotReadyAddresses: false,
    trafficDistribution: 'Any',
    subjectAltNames: [],
    passthroughTargetPorts: new Map(),
    creationOrder: scope.sidecar?.creationOrder ?? 0,
    origin: { ref: scope.sidecar?.ref ?? proxy.workload, path: ['spec', 'ingress'] },
  };
}

export function portOfIngress(listener: IngressListener): ServicePort {
  return {
    name: listener.port.name ?? '',
    port: listener.port.number ?? 0,
    protocol: parseProtocol(listener.port.protocol ?? ''),
  };
}

function fromSidecar(push: PushContext, proxy: MeshProxy, scope: SidecarScope): readonly Cluster[] {
  return (scope.sidecar?.object.spec?.ingress ?? []).flatMap((listener, index) => {
    const endpoint = endpointOf(listener, proxy);
    if (endpoint === 'skip') return [];
    const port = portOfIngress(listener);
    const target: ServiceTarget = {
      service: serviceOfIngress(listener, proxy, scope),
      port,
      targetPort: endpoint?.port ?? 0,
    };
    const ingress = { listener, index };
    const built = buildInboundCluster({
      push,
      proxy,
      scope,
      listenPort: port.port,
      endpoint,
      targets: [target],
      ingress,
    });
    return built === undefined ? [] : [built];
  });
}

/**
 * One cluster per port of the pod that a service names, or per ingress listener of the Sidecar.
 * istio/istio pilot/pkg/networking/core/cluster.go (buildInboundClusters)
 */
export function buildInboundClusters(push: PushContext, proxy: MeshProxy, scope: SidecarScope): readonly Cluster[] {
  if ((scope.sidecar?.object.spec?.ingress ?? []).length > 0) return fromSidecar(push, proxy, scope);
  // Without interception the workload itself listens on its ports.
  if (proxy.interceptionMode === 'NONE') return [];
  const address = push.mesh.inboundTrafficPolicy === 'LOCALHOST' ? LOCALHOST : undefined;
  const clusters: Cluster[] = [];
  for (const [listenPort, targets] of groupByTargetPort(proxy.serviceTargets)) {
    const endpoint = address === undefined ? undefined : { address, port: listenPort };
    const built = buildInboundCluster({ push, proxy, scope, listenPort, endpoint, targets, ingress: undefined });
    if (built !== undefined) clusters.push(built);
  }
  return clusters;
}
