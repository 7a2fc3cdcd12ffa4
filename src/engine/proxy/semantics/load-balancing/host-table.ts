import type { Cluster, ClusterLoadAssignment, Locality } from '../../../../xds';

/** Health flags of a host as bits. envoyproxy/envoy envoy/upstream/upstream.h HEALTH_FLAG_ENUM_VALUES */
export const HostHealthFlag = {
  FailedActiveHc: 0x01,
  FailedOutlierCheck: 0x02,
  FailedEdsHealth: 0x04,
  DegradedActiveHc: 0x08,
  DegradedEdsHealth: 0x10,
  PendingDynamicRemoval: 0x20,
  PendingActiveHc: 0x40,
  ExcludedViaImmediateHcFail: 0x80,
  ActiveHcTimeout: 0x100,
  EdsStatusDraining: 0x200,
} as const;

const FLAG_TEXTS: readonly (readonly [number, string])[] = [
  [HostHealthFlag.FailedActiveHc, '/failed_active_hc'],
  [HostHealthFlag.FailedOutlierCheck, '/failed_outlier_check'],
  [HostHealthFlag.FailedEdsHealth, '/failed_eds_health'],
  [HostHealthFlag.DegradedActiveHc, '/degraded_active_hc'],
  [HostHealthFlag.DegradedEdsHealth, '/degraded_eds_health'],
  [HostHealthFlag.PendingDynamicRemoval, '/pending_dynamic_removal'],
  [HostHealthFlag.PendingActiveHc, '/pending_active_hc'],
  [HostHealthFlag.ExcludedViaImmediateHcFail, '/excluded_via_immediate_hc_fail'],
  [HostHealthFlag.ActiveHcTimeout, '/active_hc_timeout'],
  [HostHealthFlag.EdsStatusDraining, '/eds_status_draining'],
];

/** As the /clusters page prints it. */
// envoyproxy/envoy source/common/upstream/host_utility.cc HostUtility::healthFlagsToString
export function formatHealthFlags(flags: number): string {
  const text = FLAG_TEXTS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return text.length === 0 ? 'healthy' : text.join('');
}

export type HealthClass = 'healthy' | 'degraded' | 'unhealthy';

const UNHEALTHY_FLAGS =
  HostHealthFlag.FailedActiveHc |
  HostHealthFlag.FailedOutlierCheck |
  HostHealthFlag.FailedEdsHealth |
  HostHealthFlag.EdsStatusDraining;
const DEGRADED_FLAGS = HostHealthFlag.DegradedActiveHc | HostHealthFlag.DegradedEdsHealth;

// envoyproxy/envoy source/common/upstream/upstream_impl.h HostImplBase::coarseHealth
export function healthClass(flags: number): HealthClass {
  if ((flags & UNHEALTHY_FLAGS) !== 0) return 'unhealthy';
  return (flags & DEGRADED_FLAGS) !== 0 ? 'degraded' : 'healthy';
}

/** Whether the host is left out of the denominators of health percentages. */
// envoyproxy/envoy source/common/upstream/upstream_impl.cc excludeBasedOnHealthFlag
export function isExcluded(flags: number, ignoreNewHostsUntilFirstHc: boolean): boolean {
  const always = HostHealthFlag.ExcludedViaImmediateHcFail | HostHealthFlag.EdsStatusDraining;
  if ((flags & always) !== 0) return true;
  return ignoreNewHostsUntilFirstHc && (flags & HostHealthFlag.PendingActiveHc) !== 0;
}

/** The hosts of a cluster as the endpoint assignment lists them; immutable, shared by every proxy that has the same assignment. */
export interface HostTable {
  readonly size: number;
  /** `address:port`, also the key of consistent hashing. */
  readonly addresses: readonly string[];
  /** Name used for hashing where the policy says so; the address when the endpoint has none. */
  readonly hostnames: readonly string[];
  readonly weights: readonly number[];
  readonly priorities: readonly number[];
  /** Index into `localities`. */
  readonly localityOf: readonly number[];
  readonly localities: readonly Locality[];
  /** Weight of a locality within a priority, by `priority * localities.length + locality`; undefined: not set. */
  readonly localityWeights: ReadonlyMap<number, number>;
  /** envoy.lb metadata. */
  readonly metadata: readonly Readonly<Record<string, string>>[];
  /** Flags that the endpoint assignment itself sets. */
  readonly edsFlags: readonly number[];
  readonly priorityCount: number;
  readonly overprovisioningFactor: number;
}

function edsFlagsOf(status: string): number {
  if (status === 'UNHEALTHY') return HostHealthFlag.FailedEdsHealth;
  if (status === 'DRAINING') return HostHealthFlag.EdsStatusDraining;
  return status === 'DEGRADED' ? HostHealthFlag.DegradedEdsHealth : 0;
}

function localityIndex(localities: Locality[], locality: Locality): number {
  const at = localities.findIndex(
    (other) => other.region === locality.region && other.zone === locality.zone && other.subZone === locality.subZone,
  );
  return at >= 0 ? at : localities.push(locality) - 1;
}

function addressText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Hosts in the order of the assignment. The overprovisioning factor of the assignment wins over the cluster's. */
export function compileHostTable(cluster: Cluster, assignment: ClusterLoadAssignment): HostTable {
  const addresses: string[] = [];
  const hostnames: string[] = [];
  const weights: number[] = [];
  const priorities: number[] = [];
  const localityOf: number[] = [];
  const localities: Locality[] = [];
  const groups: (readonly [number, number, number])[] = [];
  const metadata: Readonly<Record<string, string>>[] = [];
  const edsFlags: number[] = [];
  for (const group of assignment.endpoints) {
    const locality = localityIndex(localities, group.locality);
    if (group.loadBalancingWeight !== undefined) groups.push([group.priority, locality, group.loadBalancingWeight]);
    for (const endpoint of group.lbEndpoints) {
      const address = addressText(endpoint.address.address, endpoint.address.port);
      addresses.push(address);
      hostnames.push(endpoint.hostname === undefined || endpoint.hostname === '' ? address : endpoint.hostname);
      weights.push(endpoint.loadBalancingWeight);
      priorities.push(group.priority);
      localityOf.push(locality);
      metadata.push(endpoint.lbMetadata);
      edsFlags.push(edsFlagsOf(endpoint.healthStatus));
    }
  }
  return {
    size: addresses.length,
    addresses,
    hostnames,
    weights,
    priorities,
    localityOf,
    localities,
    localityWeights: new Map(
      groups.map(([priority, locality, weight]) => [priority * localities.length + locality, weight] as const),
    ),
    metadata,
    edsFlags,
    priorityCount: priorities.reduce((count, priority) => Math.max(count, priority + 1), 1),
    overprovisioningFactor: assignment.overprovisioningFactor ?? cluster.commonLbConfig.overprovisioningFactor,
  };
}
