import type { Hash64 } from '../../../../base';
import type { Cluster } from '../../../../xds';
import { boundLoad } from './bounded-load';
import type { HostPartition, PriorityHosts } from './host-partition';
import { type DerivedHosts, deriveHosts } from './host-source';
import type { HostTable } from './host-table';
import { buildMaglevTable, lookUpMaglev } from './maglev';
import { buildRing, lookUpRing, type NormalizedHost } from './ring-hash';

/** Finds the host of a hash in one priority. */
export interface HashTable {
  /** `attempt` counts picks that a predicate rejected. */
  lookUp(hash: Hash64, attempt: number, activeRequests: ArrayLike<number>): number;
}

type HashPolicyConfig = Extract<Cluster['lbPolicy'], { kind: 'RING_HASH' | 'MAGLEV' }>;

// envoyproxy/envoy source/extensions/load_balancing_policies/common/thread_aware_lb_impl.h hashKey
function hashKey(table: HostTable, host: number, useHostname: boolean): string {
  const own = table.metadata[host]?.['hash_key'] ?? '';
  if (own !== '') return own;
  return (useHostname ? table.hostnames[host] : table.addresses[host]) ?? '';
}

function normalize(
  table: HostTable,
  hosts: readonly number[],
  share: number,
  useHostname: boolean,
): readonly NormalizedHost[] {
  const sum = hosts.reduce((total, host) => total + (table.weights[host] ?? 1), 0);
  return hosts.map((host) => ({
    host,
    key: hashKey(table, host, useHostname),
    weight: ((table.weights[host] ?? 1) * share) / sum,
  }));
}

/** Hosts of a priority with shares that add up to 1: of all hosts in panic, else of the healthy ones; by locality where those are weighted. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc normalizeWeights
function normalizedHosts(
  table: HostTable,
  priority: PriorityHosts,
  panic: boolean,
  options: { readonly useHostname: boolean; readonly byLocality: boolean },
): readonly NormalizedHost[] {
  const candidates = panic ? 'all' : 'healthy';
  const weights = priority.localities.map((locality) => locality.weight ?? 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!options.byLocality || priority.localities.every((locality) => locality.weight === undefined)) {
    return normalize(table, priority[candidates], 1, options.useHostname);
  }
  return priority.localities.flatMap((locality, index) => {
    const weight = weights[index] ?? 0;
    return weight === 0 ? [] : normalize(table, locality[candidates], weight / sum, options.useHostname);
  });
}

function buildHashTable(policy: HashPolicyConfig, hosts: readonly NormalizedHost[]): HashTable {
  const bound = (hash: Hash64, chosen: number, activeRequests: ArrayLike<number>): number => {
    if (policy.hashBalanceFactor === 0 || chosen < 0) return chosen;
    let totalActive = 0;
    for (let host = 0; host < activeRequests.length; host++) totalActive += activeRequests[host] ?? 0;
    return boundLoad({ hosts, balanceFactor: policy.hashBalanceFactor, activeRequests, totalActive }, hash, chosen);
  };
  if (policy.kind === 'MAGLEV') {
    const table = buildMaglevTable(hosts, policy.tableSize);
    return { lookUp: (hash, attempt, active) => bound(hash, lookUpMaglev(table, hash, attempt), active) };
  }
  const ring = buildRing(hosts, policy);
  return { lookUp: (hash, attempt, active) => bound(hash, lookUpRing(ring, hash, attempt), active) };
}

/**
 * A cluster's balancing policy with everything derived from it and a partition, computed once and shared by all its balancers.
 */
export class LoadBalancerPlan {
  readonly cluster: Cluster;
  private readonly derived = new WeakMap<HostPartition, DerivedHosts>();
  private readonly hashTables = new WeakMap<HostPartition, readonly HashTable[]>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  derive(partition: HostPartition): DerivedHosts {
    const known = this.derived.get(partition);
    if (known !== undefined) return known;
    const derived = deriveHosts(partition, this.cluster.commonLbConfig.healthyPanicThresholdPercent);
    this.derived.set(partition, derived);
    return derived;
  }

  /** Hash ring or Maglev table per priority; empty for policies that do not hash. */
  hashTablesOf(partition: HostPartition): readonly HashTable[] {
    const known = this.hashTables.get(partition);
    if (known !== undefined) return known;
    const policy = this.cluster.lbPolicy;
    if (policy.kind !== 'RING_HASH' && policy.kind !== 'MAGLEV') return [];
    const { loads } = this.derive(partition);
    const options = {
      useHostname: policy.useHostnameForHashing,
      byLocality: this.cluster.commonLbConfig.localityConfig.kind === 'localityWeighted',
    };
    const tables = partition.priorities.map((priority, index) =>
      buildHashTable(policy, normalizedHosts(partition.table, priority, loads.panic[index] ?? false, options)),
    );
    this.hashTables.set(partition, tables);
    return tables;
  }
}
