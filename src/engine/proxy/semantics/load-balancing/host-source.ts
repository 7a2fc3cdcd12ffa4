import type { HostPartition, PriorityHosts } from './host-partition';
import type { HostTable } from './host-table';
import { computePriorityLoads, type PriorityCounts, type PriorityLoads } from './priority-load';

/** One list of candidates that a policy picks from, with what is known about it beforehand. */
export interface HostSource {
  /** Stable number of the list within its cluster; policies keep their state per key. */
  readonly key: number;
  readonly hosts: readonly number[];
  readonly equalWeights: boolean;
}

export interface LocalitySources {
  /** Index into the table's localities. */
  readonly locality: number;
  /** 0 when the assignment gives none. */
  readonly weight: number;
  readonly allCount: number;
  readonly excludedCount: number;
  readonly healthy: HostSource;
  readonly degraded: HostSource;
}

export interface PrioritySources {
  readonly all: HostSource;
  readonly healthy: HostSource;
  readonly degraded: HostSource;
  readonly localities: readonly LocalitySources[];
}

/** Everything that follows from a partition and the cluster's configuration alone; shared by all balancers of the partition. */
export interface DerivedHosts {
  readonly partition: HostPartition;
  readonly loads: PriorityLoads;
  readonly priorities: readonly PrioritySources[];
  /** Priority that takes all traffic to its healthy hosts, -1 when priorities have to be drawn. */
  readonly onlyPriority: number;
}

// A locality has two lists, a priority three beside.
const SOURCES_PER_PRIORITY = 0x10000;

function source(table: HostTable, key: number, hosts: readonly number[]): HostSource {
  const weight = table.weights[hosts[0] ?? 0];
  return { key, hosts, equalWeights: hosts.every((host) => table.weights[host] === weight) };
}

function sourcesOf(table: HostTable, hosts: PriorityHosts): PrioritySources {
  const base = hosts.priority * SOURCES_PER_PRIORITY;
  return {
    all: source(table, base, hosts.all),
    healthy: source(table, base + 1, hosts.healthy),
    degraded: source(table, base + 2, hosts.degraded),
    localities: hosts.localities.map((locality, index) => ({
      locality: locality.locality,
      weight: locality.weight ?? 0,
      allCount: locality.all.length,
      excludedCount: locality.excludedCount,
      healthy: source(table, base + 3 + 2 * index, locality.healthy),
      degraded: source(table, base + 4 + 2 * index, locality.degraded),
    })),
  };
}

/** The priority that a source key belongs to. */
export function priorityOfKey(key: number): number {
  return Math.floor(key / SOURCES_PER_PRIORITY);
}

export function countsOf(hosts: PriorityHosts, overprovisioningFactor: number): PriorityCounts {
  return {
    hosts: hosts.all.length,
    healthy: hosts.healthy.length,
    degraded: hosts.degraded.length,
    excluded: hosts.excludedCount,
    overprovisioningFactor,
  };
}

/** Derives candidate lists and loads of a partition. */
export function deriveHosts(partition: HostPartition, panicThresholdPercent: number): DerivedHosts {
  const { table } = partition;
  const counts = partition.priorities.map((hosts) => countsOf(hosts, table.overprovisioningFactor));
  const loads = computePriorityLoads(counts, panicThresholdPercent);
  return {
    partition,
    loads,
    priorities: partition.priorities.map((hosts) => sourcesOf(table, hosts)),
    onlyPriority: loads.healthyLoad.indexOf(100),
  };
}
