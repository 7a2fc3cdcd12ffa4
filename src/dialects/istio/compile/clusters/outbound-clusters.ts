import { compareStrings, NS_PER_MS } from '../../../../base';
import { type Cluster, type ClusterDiscovery, cluster, commonLbConfig, type JsonObject } from '../../../../xds';
import { configPath } from '../config-metadata';
import { dnsCacheConfig } from '../dynamic-dns';
import { buildStaticLoadAssignment, type EndpointRequest } from '../endpoints/load-assignment';
import type { MeshProxy, Service, ServicePort } from '../model';
import { dnsSrvClusterName, isWildcardHost, outboundClusterName } from '../names';
import type { DestinationRule, SubsetSource } from '../push-context/destination-rules';
import { namespaceMtlsMode } from '../push-context/mtls-mode';
import type { PushContext } from '../push-context/push-context';
import {
  circuitBreakersOf,
  connectTimeoutOf,
  httpProtocolOf,
  tcpKeepaliveOf,
  upgradesToHttp2,
} from './connection-pool';
import { isPassthrough, loadBalancingPolicyOf } from './load-balancer';
import { effectiveLocalitySettings, localityConfigOf } from './locality';
import { outlierDetectionOf, panicThresholdOf } from './outlier-detection';
import { METADATA_EXCHANGE } from './telemetry-filters';
import { type EffectivePolicy, policyForPort, policyForSubset } from './traffic-policy';
import { PLAINTEXT, type UpstreamSecurity, upstreamSecurityOf } from './upstream-tls';

/**
 * Whether clusters carry the SNI of a mesh gateway and leave TLS to the client.
 * istio/istio pilot/pkg/networking/core/cluster.go (ClusterMode)
 */
export type ClusterMode = 'default' | 'sniDnat';

export interface OutboundRequest {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly service: Service;
  readonly rule: DestinationRule | undefined;
  readonly mode: ClusterMode;
}

interface ClusterRequest extends OutboundRequest {
  readonly port: ServicePort;
  readonly subset: SubsetSource | undefined;
  readonly policy: EffectivePolicy | undefined;
}

/** istio/istio pilot/pkg/networking/core/cluster.go (convertResolution) */
function discoveryKind(service: Service, proxy: MeshProxy): ClusterDiscovery['kind'] {
  switch (service.resolution) {
    case 'DNSLB':
      return 'STRICT_DNS';
    case 'DNSRoundRobinLB':
      return 'LOGICAL_DNS';
    // Gateways have no address that a client dialled.
    case 'Passthrough':
      return proxy.type === 'router' ? 'EDS' : 'ORIGINAL_DST';
    case 'DynamicDNS':
      return isWildcardHost(service.hostname) ? 'DYNAMIC_FORWARD_PROXY' : 'EDS';
    default:
      return 'EDS';
  }
}

/** istio/istio pilot/pkg/features/pilot.go (PILOT_DNS_JITTER_DURATION) */
const DNS_JITTER_NS = 100 * NS_PER_MS;
/** istio/istio pilot/pkg/features/tuning.go (PILOT_DNS_CARES_UDP_MAX_QUERIES) */
const DNS_RESOLVER: JsonObject = {
  name: 'envoy.network.dns_resolver.cares',
  typedConfig: {
    '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
    udpMaxQueries: 100,
  },
};

function nameOf(request: ClusterRequest): string {
  const subset = request.subset?.subset.name ?? '';
  const build = request.mode === 'sniDnat' ? dnsSrvClusterName : outboundClusterName;
  return build(request.service.hostname, request.port.port, subset);
}

function discoveryOf(request: ClusterRequest, name: string): ClusterDiscovery | undefined {
  const kind = discoveryKind(request.service, request.proxy);
  const passthrough = isPassthrough(request.policy?.policy.loadBalancer);
  if (kind === 'DYNAMIC_FORWARD_PROXY') return { kind, config: { dnsCacheConfig: dnsCacheConfig(request.service) } };
  if (passthrough || kind === 'ORIGINAL_DST') {
    const override = request.service.passthroughTargetPorts.get(request.port.port);
    const portOverride = kind === 'ORIGINAL_DST' && override !== undefined ? { portOverride: override } : {};
    return { kind: 'ORIGINAL_DST', useHttpHeader: false, ...portOverride };
  }
  if (kind !== 'STRICT_DNS' && kind !== 'LOGICAL_DNS') return { kind: 'EDS', serviceName: name };
  const endpoints: EndpointRequest = {
    push: request.push,
    proxy: request.proxy,
    service: request.service,
    port: request.port.port,
    subset: request.subset?.subset.name ?? '',
    rule: request.rule,
    clusterName: name,
  };
  const loadAssignment = buildStaticLoadAssignment(endpoints);
  return loadAssignment === undefined ? undefined : { kind, loadAssignment };
}

/** With trust domain aliases every identity counts in each of them. */
function expandTrustDomains(accounts: ReadonlySet<string>, aliases: readonly string[]): readonly string[] {
  const expanded = new Set(accounts);
  for (const account of accounts) {
    const rest = /^spiffe:\/\/[^/]+(\/ns\/[^/]+\/sa\/.+)$/.exec(account)?.[1];
    if (rest === undefined) continue;
    for (const alias of aliases) expanded.add(`spiffe://${alias}${rest}`);
  }
  return [...expanded].sort(compareStrings);
}

/** Identities of all endpoints, and the names that the service itself declares. */
export function serviceAccountsOf(push: PushContext, service: Service): readonly string[] {
  const accounts = new Set(service.subjectAltNames);
  for (const endpoint of push.endpoints.all(service)) {
    if (endpoint.serviceAccount !== '') accounts.add(endpoint.serviceAccount);
  }
  return expandTrustDomains(accounts, push.mesh.trustDomainAliases);
}

/**
 * Whether clients use mutual TLS without being told. Policies with selectors do not count here; they act on endpoints.
 * istio/istio pilot/pkg/model/push_context.go (BestEffortInferServiceMTLSMode)
 */
function infersMtls(request: ClusterRequest): boolean {
  const { push, service, port } = request;
  if (service.meshExternal || !push.mesh.enableAutoMtls) return false;
  const source = request.subset === undefined ? request.rule?.trafficPolicy : request.subset.subset.trafficPolicy;
  if (service.resolution === 'Passthrough' || source?.loadBalancer?.simple === 'PASSTHROUGH') {
    const endpoints = push.endpoints.ofPortNumber(service, port.port);
    if (endpoints.length === 0 || endpoints.some((endpoint) => endpoint.tlsMode === 'disabled')) return false;
  }
  return namespaceMtlsMode(push.peerAuthentications, push.mesh.rootNamespace, service.namespace) !== 'DISABLE';
}

function securityOf(
  request: ClusterRequest,
  name: string,
  discovery: ClusterDiscovery,
  http2: boolean,
): UpstreamSecurity {
  if (request.mode === 'sniDnat') return PLAINTEXT;
  const dynamic = discovery.kind === 'DYNAMIC_FORWARD_PROXY';
  return upstreamSecurityOf({
    settings: request.policy?.policy.tls,
    service: request.service,
    serviceAccounts: dynamic ? [] : serviceAccountsOf(request.push, request.service),
    defaultSni: dynamic
      ? ''
      : dnsSrvClusterName(request.service.hostname, request.port.port, request.subset?.subset.name ?? ''),
    clusterName: name,
    automatic: infersMtls(request),
    http2,
    originalDst: discovery.kind === 'ORIGINAL_DST',
    dynamicForwardProxy: dynamic,
    sidecar: request.proxy.type === 'sidecar',
    ruleSelects: request.rule?.workloadSelector !== undefined,
  });
}

function balancingOf(
  request: ClusterRequest,
  discovery: ClusterDiscovery,
): Pick<Cluster, 'lbPolicy' | 'commonLbConfig'> {
  const { service, push } = request;
  const policy = request.policy?.policy;
  if (discovery.kind === 'DYNAMIC_FORWARD_PROXY') {
    return { lbPolicy: { kind: 'CLUSTER_PROVIDED' }, commonLbConfig: commonLbConfig() };
  }
  const settings = effectiveLocalitySettings(push.mesh, policy?.loadBalancer, service);
  return {
    lbPolicy:
      discovery.kind === 'ORIGINAL_DST' ? { kind: 'CLUSTER_PROVIDED' } : loadBalancingPolicyOf(policy?.loadBalancer),
    commonLbConfig: commonLbConfig({
      healthyPanicThresholdPercent: panicThresholdOf(policy?.outlierDetection, service),
      localityConfig: localityConfigOf(settings, policy?.outlierDetection !== undefined),
    }),
  };
}

/** istio/istio pilot/pkg/networking/core/cluster_builder.go (buildCluster) */
function dnsOf({ mesh }: PushContext): Pick<Cluster, 'dns' | 'extra'> {
  return {
    dns: {
      lookupFamily: 'V4_ONLY',
      refreshRateNs: mesh.dnsRefreshRateNs,
      respectDnsTtl: true,
      jitterNs: DNS_JITTER_NS,
    },
    extra: { typedDnsResolverConfig: DNS_RESOLVER },
  };
}

/**
 * Names the rule and the subset. Clients with TLS of their own must not offer the protocols of the mesh in it.
 * istio/istio pilot/pkg/networking/core/cluster_builder.go (applyDestinationRule, buildSubsetCluster)
 */
function metadataOf({ rule, subset, policy, service }: ClusterRequest): Pick<Cluster, 'extraMetadata'> {
  const mode = policy?.policy.tls?.mode;
  const istio: JsonObject = {
    ...(subset === undefined && service.meshExternal ? { external: true } : {}),
    ...(rule === undefined
      ? {}
      : { config: configPath({ kind: 'destination-rule', namespace: rule.namespace, name: rule.name }) }),
    ...(subset === undefined ? {} : { subset: subset.subset.name }),
    ...(rule !== undefined && (mode === 'SIMPLE' || mode === 'MUTUAL') ? { alpn_override: 'false' } : {}),
  };
  return Object.keys(istio).length === 0 ? {} : { extraMetadata: { istio } };
}

/** istio/istio pilot/pkg/networking/core/cluster_builder.go (buildCluster, applyDestinationRule, buildSubsetCluster) */
function buildCluster(request: ClusterRequest): Cluster | undefined {
  const { push, service, port } = request;
  const name = nameOf(request);
  const discovery = discoveryOf(request, name);
  if (discovery === undefined) return undefined;
  const policy = request.policy?.policy;
  const pool = policy?.connectionPool;
  const httpProtocol = httpProtocolOf({
    port,
    pool,
    upgrade: upgradesToHttp2(port, pool, push.mesh),
    followsClient: request.proxy.type === 'sidecar',
  });
  const { hostChecks, ...sockets } = securityOf(request, name, discovery, httpProtocol.protocol === 'http2');
  const dns = discovery.kind === 'STRICT_DNS' || discovery.kind === 'LOGICAL_DNS';
  return cluster({
    name,
    altStatName: `${name};`,
    discovery,
    connectTimeoutNs: connectTimeoutOf(push.mesh, pool),
    ...balancingOf(request, discovery),
    circuitBreakers: circuitBreakersOf(pool, policy?.retryBudget),
    ...(policy?.outlierDetection === undefined
      ? {}
      : { outlierDetection: outlierDetectionOf(policy.outlierDetection) }),
    ...sockets,
    httpProtocol: { ...httpProtocol, ...hostChecks },
    ...tcpKeepaliveOf(push.mesh, pool?.tcp?.tcpKeepalive),
    ...(dns ? dnsOf(push) : {}),
    services:
      discovery.kind === 'DYNAMIC_FORWARD_PROXY'
        ? []
        : [{ host: service.hostname, name: service.name, namespace: service.namespace }],
    ...metadataOf(request),
    filters: [METADATA_EXCHANGE],
    origin: request.subset?.origin ?? service.origin,
    ...(request.policy === undefined ? {} : { policyOrigin: request.policy.origin }),
  });
}

/** Protocols that a dynamic forward proxy understands. */
const DYNAMIC_PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'TLS']);

function hasCluster(service: Service, port: ServicePort, proxy: MeshProxy): boolean {
  if (port.protocol === 'UDP') return false;
  return discoveryKind(service, proxy) !== 'DYNAMIC_FORWARD_PROXY' || DYNAMIC_PROTOCOLS.has(port.protocol);
}

/**
 * The clusters of one service: per port one for all endpoints, then one for each subset.
 * istio/istio pilot/pkg/networking/core/cluster.go (buildOutboundClusters)
 */
export function buildOutboundClusters(request: OutboundRequest): readonly Cluster[] {
  const { service, proxy, rule } = request;
  if (service.resolution === 'Alias') return [];
  const clusters: Cluster[] = [];
  for (const port of service.ports) {
    if (!hasCluster(service, port, proxy)) continue;
    const base = policyForPort(rule, port.port);
    const main = buildCluster({ ...request, port, subset: undefined, policy: base });
    if (main === undefined) continue;
    clusters.push(main);
    if (main.discovery.kind === 'DYNAMIC_FORWARD_PROXY') continue;
    for (const source of rule?.subsets ?? []) {
      const policy = policyForSubset(base, source.subset, source.origin, port.port);
      const subset = buildCluster({ ...request, port, subset: source, policy });
      if (subset !== undefined) clusters.push(subset);
    }
  }
  return clusters;
}
