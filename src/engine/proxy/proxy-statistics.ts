import type { ProxyStatistics } from '../observation';
import { CLUSTER_COUNTERS, HTTP_COUNTERS, HTTP_GAUGES, LIMIT_COUNTERS } from './counters';
import type { ProxyRecord } from './proxy-record';
import { HostHealthFlag, healthClass } from './semantics';
import {
  type ClusterRuntime,
  RESOURCE_CONNECTIONS,
  RESOURCE_PENDING,
  RESOURCE_POOLS,
  RESOURCE_REQUESTS,
  RESOURCE_RETRIES,
} from './upstream/cluster-runtime';
import type { Clusters } from './upstream/clusters';
import type { UpstreamTables } from './upstream/tables';

type Numbers = Record<string, number>;

const BREAKERS: readonly (readonly [string, number])[] = [
  ['cx_open', RESOURCE_CONNECTIONS],
  ['cx_pool_open', RESOURCE_POOLS],
  ['rq_pending_open', RESOURCE_PENDING],
  ['rq_open', RESOURCE_REQUESTS],
  ['rq_retry_open', RESOURCE_RETRIES],
];

/** Counters and gauges of a proxy under Envoy's names. */
export function collectStatistics(proxy: ProxyRecord, clusters: Clusters, upstream: UpstreamTables): ProxyStatistics {
  const counters: Numbers = { 'listener.no_filter_chain_match': proxy.noFilterChainMatch };
  const gauges: Numbers = {};
  for (const [prefix, values] of proxy.statistics) {
    HTTP_COUNTERS.forEach((name, index) => {
      const target = HTTP_GAUGES.has(name) ? gauges : counters;
      target[`http.${prefix}.${name}`] = values[index] ?? 0;
    });
  }
  for (const [prefix, values] of proxy.limitStatistics) {
    LIMIT_COUNTERS.forEach((name, index) => {
      counters[`${prefix}.http_local_rate_limit.${name}`] = values[index] ?? 0;
    });
  }
  for (const number of clusters.ofPod(proxy.slot).values()) {
    addCluster(clusters.get(number), upstream, counters, gauges);
  }
  return { pod: proxy.name, counters, gauges };
}

function addCluster(cluster: ClusterRuntime, upstream: UpstreamTables, counters: Numbers, gauges: Numbers): void {
  const prefix = `cluster.${cluster.cluster.source.altStatName ?? cluster.cluster.name}`;
  CLUSTER_COUNTERS.forEach((name, index) => {
    counters[`${prefix}.${name}`] = cluster.counters[index] ?? 0;
  });
  addStatuses(`${prefix}.upstream_rq`, cluster.statuses, counters);
  addStatuses(`${prefix}.retry.upstream_rq`, cluster.retriedStatuses, counters);
  for (const [name, count] of cluster.outlierCounters) counters[`${prefix}.outlier_detection.${name}`] = count;
  for (const [name, count] of cluster.rareCounters) counters[`${prefix}.${name}`] = count;
  if (cluster.cluster.healthCheck !== undefined) addHealthChecks(`${prefix}.health_check`, cluster, counters, gauges);
  if (cluster.detector !== undefined) {
    gauges[`${prefix}.outlier_detection.ejections_active`] = cluster.detector.ejectionsActive;
  }
  addGauges(prefix, cluster, gauges);
  const h = upstream.hosts.arrays;
  for (const host of cluster.hosts) {
    const address = cluster.cluster.table.addresses[h.index[host] ?? 0] ?? '';
    counters[`${prefix}.host.${address}.rq_total`] = h.requestsTotal[host] ?? 0;
    counters[`${prefix}.host.${address}.rq_success`] = h.requestsSuccess[host] ?? 0;
    counters[`${prefix}.host.${address}.rq_error`] = h.requestsError[host] ?? 0;
    counters[`${prefix}.host.${address}.rq_timeout`] = h.requestsTimeout[host] ?? 0;
    counters[`${prefix}.host.${address}.cx_total`] = h.connectionsTotal[host] ?? 0;
    counters[`${prefix}.host.${address}.cx_connect_fail`] = h.connectFailures[host] ?? 0;
    gauges[`${prefix}.host.${address}.rq_active`] = h.activeRequests[host] ?? 0;
    gauges[`${prefix}.host.${address}.cx_active`] = h.activeConnections[host] ?? 0;
  }
}

// envoyproxy/envoy source/extensions/health_checkers/common/health_checker_base_impl.h ALL_HEALTH_CHECKER_STATS
const HEALTH_CHECK_COUNTERS = ['attempt', 'success', 'failure', 'passive_failure', 'network_failure', 'verify_cluster'];

function addHealthChecks(prefix: string, cluster: ClusterRuntime, counters: Numbers, gauges: Numbers): void {
  for (const name of HEALTH_CHECK_COUNTERS) {
    counters[`${prefix}.${name}`] = cluster.rareCounters.get(`health_check.${name}`) ?? 0;
  }
  let healthy = 0;
  let degraded = 0;
  for (const flags of cluster.columns.flags) {
    if ((flags & HostHealthFlag.FailedActiveHc) === 0) healthy += 1;
    if ((flags & HostHealthFlag.DegradedActiveHc) !== 0) degraded += 1;
  }
  gauges[`${prefix}.healthy`] = healthy;
  gauges[`${prefix}.degraded`] = degraded;
}

function addStatuses(prefix: string, statuses: Uint32Array, counters: Numbers): void {
  const classes = [0, 0, 0, 0, 0, 0];
  statuses.forEach((count, status) => {
    if (count === 0) return;
    counters[`${prefix}_${status}`] = count;
    const statusClass = Math.floor(status / 100);
    classes[statusClass] = (classes[statusClass] ?? 0) + count;
  });
  classes.forEach((count, statusClass) => {
    if (count > 0) counters[`${prefix}_${statusClass}xx`] = count;
  });
}

function addGauges(prefix: string, cluster: ClusterRuntime, gauges: Numbers): void {
  const sum = (resource: number): number => cluster.resource(0, resource) + cluster.resource(1, resource);
  gauges[`${prefix}.upstream_cx_active`] = sum(RESOURCE_CONNECTIONS);
  gauges[`${prefix}.upstream_rq_active`] = sum(RESOURCE_REQUESTS);
  gauges[`${prefix}.upstream_rq_pending_active`] = sum(RESOURCE_PENDING);
  const classes = { healthy: 0, degraded: 0, unhealthy: 0 };
  for (const flags of cluster.columns.flags) classes[healthClass(flags)] += 1;
  gauges[`${prefix}.membership_total`] = cluster.hosts.length;
  gauges[`${prefix}.membership_healthy`] = classes.healthy;
  gauges[`${prefix}.membership_degraded`] = classes.degraded;
  gauges[`${prefix}.membership_excluded`] = cluster.partition.priorities.reduce(
    (sum, { excludedCount }) => sum + excludedCount,
    0,
  );
  for (const [priority, name] of ['default', 'high'].entries()) {
    for (const [gauge, resource] of BREAKERS) {
      const open = cluster.resource(priority, resource) >= cluster.limit(priority, resource);
      gauges[`${prefix}.circuit_breakers.${name}.${gauge}`] = open ? 1 : 0;
    }
  }
}
