import type { Ns } from '../../../base';
import {
  type CircuitBreakerThresholds,
  type Cluster,
  type ClusterLoadAssignment,
  DEFAULT_HTTP_IDLE_TIMEOUT_NS,
  type LbEndpoint,
  type UpstreamTlsContext,
} from '../../../xds';
import {
  compileHostTable,
  compileLoadBalancer,
  compileOutlierDetection,
  HostPartitionCache,
  type HostTable,
  type LoadBalancerPlan,
  type OutlierSettings,
} from '../semantics';
import { type CompiledHealthCheck, compileHealthCheck } from './compiled-health-check';

/** The two routing priorities, which have resources of their own. */
export const PRIORITY_DEFAULT = 0;
export const PRIORITY_HIGH = 1;
export const ROUTING_PRIORITIES = 2;

/** Limits of one routing priority; Infinity = unlimited. */
export interface CompiledThresholds {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxConnectionPools: number;
  readonly maxRetries: number;
  readonly retryBudget?: { readonly budgetPercent: number; readonly minRetryConcurrency: number };
}

// envoyproxy/envoy source/common/upstream/upstream_impl.cc ClusterInfoImpl::ResourceManagers::load
const DEFAULT_MAX_CONNECTIONS = 1024;
const DEFAULT_MAX_PENDING_REQUESTS = 1024;
const DEFAULT_MAX_REQUESTS = 1024;
const DEFAULT_MAX_RETRIES = 3;
// envoyproxy/envoy source/common/http/http2/codec_impl.cc (safe_http2_options)
const DEFAULT_MAX_CONCURRENT_STREAMS = 1024;

/** One host of the table, with what a connection to it needs. */
export interface CompiledEndpoint {
  readonly ip: string;
  readonly port: number;
  /** Name for automatic host rewrite; the address when the endpoint has none. */
  readonly hostname: string;
  readonly tls: UpstreamTlsContext | undefined;
  readonly source: LbEndpoint | undefined;
}

/** A cluster with its endpoints, prepared once for every proxy that has them. */
export interface CompiledCluster {
  readonly name: string;
  readonly source: Cluster;
  readonly assignment: ClusterLoadAssignment;
  readonly table: HostTable;
  readonly partitions: HostPartitionCache;
  readonly plan: LoadBalancerPlan;
  readonly endpoints: readonly CompiledEndpoint[];
  readonly thresholds: readonly [CompiledThresholds, CompiledThresholds];
  readonly outlier: OutlierSettings | undefined;
  readonly healthCheck: CompiledHealthCheck | undefined;
  readonly connectTimeoutNs: Ns;
  readonly idleTimeoutNs: Ns;
  readonly maxRequestsPerConnection: number;
  readonly maxConcurrentStreams: number;
  /** TLS of hosts that no endpoint describes (original destination). */
  readonly defaultTls: UpstreamTlsContext | undefined;
  /** Traffic goes to the pod's own application: the upstream connection is bound to a loopback address. */
  readonly bindsLoopback: boolean;
}

// envoyproxy/envoy source/common/upstream/upstream_impl.cc ResourceManagers::load: the first entry of a priority wins.
function compileThresholds(cluster: Cluster, priority: CircuitBreakerThresholds['priority']): CompiledThresholds {
  const found = cluster.circuitBreakers.thresholds.find((thresholds) => thresholds.priority === priority);
  return {
    maxConnections: found?.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    maxPendingRequests: found?.maxPendingRequests ?? DEFAULT_MAX_PENDING_REQUESTS,
    maxRequests: found?.maxRequests ?? DEFAULT_MAX_REQUESTS,
    maxConnectionPools: found?.maxConnectionPools ?? Number.POSITIVE_INFINITY,
    maxRetries: found?.maxRetries ?? DEFAULT_MAX_RETRIES,
    ...(found?.retryBudget === undefined ? {} : { retryBudget: found.retryBudget }),
  };
}

// envoyproxy/envoy source/common/upstream/transport_socket_match_impl.cc TransportSocketMatcherImpl::resolve
function tlsOf(cluster: Cluster, metadata: Readonly<Record<string, string>>): UpstreamTlsContext | undefined {
  const match = cluster.transportSocketMatches.find((candidate) =>
    Object.entries(candidate.match).every(([key, value]) => metadata[key] === value),
  );
  const socket = match?.transportSocket ?? cluster.transportSocket;
  return socket?.kind === 'tls' ? socket.tls : undefined;
}

function compileEndpoints(cluster: Cluster, assignment: ClusterLoadAssignment): readonly CompiledEndpoint[] {
  return assignment.endpoints.flatMap(({ lbEndpoints }) =>
    lbEndpoints.map((source) => ({
      ip: source.address.address,
      port: source.address.port,
      hostname: source.hostname ?? source.address.address,
      tls: tlsOf(cluster, source.transportSocketMatch),
      source,
    })),
  );
}

function compileUncached(source: Cluster, assignment: ClusterLoadAssignment): CompiledCluster {
  const table = compileHostTable(source, assignment);
  const http = source.httpProtocol;
  return {
    name: source.name,
    source,
    assignment,
    table,
    partitions: new HostPartitionCache(table, source.commonLbConfig.ignoreNewHostsUntilFirstHc),
    plan: compileLoadBalancer(source),
    endpoints: compileEndpoints(source, assignment),
    thresholds: [compileThresholds(source, 'DEFAULT'), compileThresholds(source, 'HIGH')],
    outlier: source.outlierDetection === undefined ? undefined : compileOutlierDetection(source.outlierDetection),
    healthCheck: compileHealthCheck(source),
    connectTimeoutNs: source.connectTimeoutNs,
    idleTimeoutNs: http.idleTimeoutNs ?? DEFAULT_HTTP_IDLE_TIMEOUT_NS,
    maxRequestsPerConnection:
      http.maxRequestsPerConnection || source.maxRequestsPerConnection || Number.POSITIVE_INFINITY,
    maxConcurrentStreams: http.maxConcurrentStreams ?? DEFAULT_MAX_CONCURRENT_STREAMS,
    defaultTls: tlsOf(source, {}),
    bindsLoopback: source.upstreamBindAddress?.startsWith('127.') ?? false,
  };
}

const NO_ENDPOINTS: ClusterLoadAssignment = { clusterName: '', endpoints: [], dropOverloads: [] };

/** The endpoints that go with a cluster: its own, or those that the endpoint discovery service gives it. */
export function assignmentOf(
  cluster: Cluster,
  byService: ReadonlyMap<string, ClusterLoadAssignment>,
): ClusterLoadAssignment {
  const { discovery } = cluster;
  switch (discovery.kind) {
    case 'EDS':
      return byService.get(discovery.serviceName === '' ? cluster.name : discovery.serviceName) ?? NO_ENDPOINTS;
    case 'STATIC':
    case 'STRICT_DNS':
    case 'LOGICAL_DNS':
      return discovery.loadAssignment;
    default:
      return NO_ENDPOINTS;
  }
}

const compiled = new WeakMap<Cluster, WeakMap<ClusterLoadAssignment, CompiledCluster>>();

/** Compiles a cluster with its endpoints once per pair of objects. Throws what Envoy refuses. */
export function compileCluster(source: Cluster, assignment: ClusterLoadAssignment): CompiledCluster {
  let byAssignment = compiled.get(source);
  if (byAssignment === undefined) {
    byAssignment = new WeakMap();
    compiled.set(source, byAssignment);
  }
  const known = byAssignment.get(assignment);
  if (known !== undefined) return known;
  const result = compileUncached(source, assignment);
  byAssignment.set(assignment, result);
  return result;
}
