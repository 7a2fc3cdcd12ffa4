import { compareStrings } from '../../../../base';
import type { Locality } from '../../../../xds';
import { type HostTable, healthClass, isExcluded } from './host-table';

/** Hosts of one locality of one priority by health. */
export interface LocalityHosts {
  /** Index into the table's localities. */
  readonly locality: number;
  /** Undefined: the assignment gives none. */
  readonly weight: number | undefined;
  readonly all: readonly number[];
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
  readonly excludedCount: number;
}

/** Hosts of one priority by health, in the order of the assignment. */
export interface PriorityHosts {
  readonly priority: number;
  readonly all: readonly number[];
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
  readonly excludedCount: number;
  /** Localities in the order of region, zone and sub-zone. */
  readonly localities: readonly LocalityHosts[];
}

/** The hosts of a table sorted into classes for one state of health. Immutable; equal states share one object. */
export interface HostPartition {
  readonly table: HostTable;
  readonly priorities: readonly PriorityHosts[];
}

interface MutableGroup {
  all: number[];
  healthy: number[];
  degraded: number[];
  excludedCount: number;
}

function emptyGroup(): MutableGroup {
  return { all: [], healthy: [], degraded: [], excludedCount: 0 };
}

function addHost(group: MutableGroup, host: number, flags: number, ignoreNew: boolean): void {
  group.all.push(host);
  if (isExcluded(flags, ignoreNew)) group.excludedCount += 1;
  const health = healthClass(flags);
  if (health === 'healthy') group.healthy.push(host);
  else if (health === 'degraded') group.degraded.push(host);
}

function compareLocalities(a: Locality | undefined, b: Locality | undefined): number {
  return (
    compareStrings(a?.region ?? '', b?.region ?? '') ||
    compareStrings(a?.zone ?? '', b?.zone ?? '') ||
    compareStrings(a?.subZone ?? '', b?.subZone ?? '')
  );
}

/** Builds a partition of some of the hosts. */
// envoyproxy/envoy source/common/upstream/upstream_impl.cc HostSetImpl::partitionHosts
export function buildPartition(
  table: HostTable,
  flags: ArrayLike<number>,
  ignoreNewHostsUntilFirstHc: boolean,
  includes?: (host: number) => boolean,
): HostPartition {
  const groups = Array.from({ length: table.priorityCount }, emptyGroup);
  const localities = Array.from({ length: table.priorityCount }, () => new Map<number, MutableGroup>());
  for (let host = 0; host < table.size; host++) {
    if (includes !== undefined && !includes(host)) continue;
    const priority = table.priorities[host] ?? 0;
    const group = groups[priority];
    const byLocality = localities[priority];
    if (group === undefined || byLocality === undefined) continue;
    addHost(group, host, flags[host] ?? 0, ignoreNewHostsUntilFirstHc);
    const locality = table.localityOf[host] ?? 0;
    const localityGroup = byLocality.get(locality) ?? emptyGroup();
    byLocality.set(locality, localityGroup);
    addHost(localityGroup, host, flags[host] ?? 0, ignoreNewHostsUntilFirstHc);
  }
  return {
    table,
    priorities: groups.map((group, priority) => ({
      priority,
      ...group,
      localities: [...(localities[priority] ?? [])]
        .sort(([a], [b]) => compareLocalities(table.localities[a], table.localities[b]))
        .map(([locality, hosts]) => ({
          locality,
          weight: table.localityWeights.get(priority * table.localities.length + locality),
          ...hosts,
        })),
    })),
  };
}

/** Distinct states of health remembered per table; a full memory is dropped whole. */
const STATES_MAX = 64;

/**
 * Partitions of one table by the flags of its hosts. Share one cache among all proxies that have the table: equal flags give
 * the same object, and with it every table (hash ring, loads) that balancers derive from it.
 */
export class HostPartitionCache {
  private readonly table: HostTable;
  private readonly ignoreNewHostsUntilFirstHc: boolean;
  private readonly partitions = new Map<string, HostPartition>();

  constructor(table: HostTable, ignoreNewHostsUntilFirstHc: boolean) {
    this.table = table;
    this.ignoreNewHostsUntilFirstHc = ignoreNewHostsUntilFirstHc;
  }

  /** `flags` holds one set of health flags per host. */
  get(flags: ArrayLike<number>): HostPartition {
    let key = '';
    for (let host = 0; host < this.table.size; host++) key += String.fromCharCode(flags[host] ?? 0);
    const known = this.partitions.get(key);
    if (known !== undefined) return known;
    if (this.partitions.size >= STATES_MAX) this.partitions.clear();
    const partition = buildPartition(this.table, flags, this.ignoreNewHostsUntilFirstHc);
    this.partitions.set(key, partition);
    return partition;
  }
}
