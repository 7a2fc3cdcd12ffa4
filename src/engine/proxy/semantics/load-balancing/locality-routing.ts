import type { CommonLbConfig, Locality } from '../../../../xds';
import type { RandomSource } from '../http-message';
import type { LoadBalancerCounter, LocalZone } from './contract';
import { EdfScheduler, type EdfState } from './edf-scheduler';
import type { HostPartition, PriorityHosts } from './host-partition';
import type { LocalitySources, PrioritySources } from './host-source';
import { isInPanic } from './priority-load';

/** Share of a locality's weight that its usable hosts justify. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/locality_wrr.cc LocalityWrr::effectiveLocalityWeight
export function effectiveLocalityWeight(
  weight: number,
  counts: { readonly hosts: number; readonly excluded: number; readonly eligible: number },
  overprovisioningFactor: number,
): number {
  const counted = counts.hosts - counts.excluded;
  if (counted <= 0) return 0;
  return weight * Math.min(1, (overprovisioningFactor / 100) * (counts.eligible / counted));
}

/** Draws localities of one priority in proportion to their effective weights; separately for healthy and degraded hosts. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/locality_wrr.cc
export class LocalityWeights {
  private healthy: EdfScheduler | undefined;
  private degraded: EdfScheduler | undefined;
  private readonly healthyWeights: readonly number[];
  private readonly degradedWeights: readonly number[];

  constructor(sources: PrioritySources, overprovisioningFactor: number, seed: number) {
    this.healthyWeights = weightsOf(sources.localities, 'healthy', overprovisioningFactor);
    this.degradedWeights = weightsOf(sources.localities, 'degraded', overprovisioningFactor);
    this.healthy = schedulerOf(this.healthyWeights, seed);
    this.degraded = schedulerOf(this.degradedWeights, seed);
  }

  /** Position in the priority's list of localities; -1 where localities have no weights or no usable hosts. */
  pick(availability: 'healthy' | 'degraded'): number {
    const weights = availability === 'healthy' ? this.healthyWeights : this.degradedWeights;
    const scheduler = availability === 'healthy' ? this.healthy : this.degraded;
    return scheduler === undefined ? -1 : scheduler.pick((index) => weights[index] ?? 0);
  }

  save(): readonly [EdfState | undefined, EdfState | undefined] {
    return [this.healthy?.save(), this.degraded?.save()];
  }

  restore(state: readonly [EdfState | undefined, EdfState | undefined]): void {
    this.healthy = state[0] === undefined ? undefined : EdfScheduler.restore(state[0]);
    this.degraded = state[1] === undefined ? undefined : EdfScheduler.restore(state[1]);
  }
}

function weightsOf(
  localities: readonly LocalitySources[],
  availability: 'healthy' | 'degraded',
  overprovisioningFactor: number,
): readonly number[] {
  return localities.map((locality) =>
    effectiveLocalityWeight(
      locality.weight,
      { hosts: locality.allCount, excluded: locality.excludedCount, eligible: locality[availability].hosts.length },
      overprovisioningFactor,
    ),
  );
}

function schedulerOf(weights: readonly number[], seed: number): EdfScheduler | undefined {
  const weighted = weights.map((_, index) => index).filter((index) => (weights[index] ?? 0) > 0);
  return weighted.length === 0 ? undefined : EdfScheduler.withPicks(weighted, (index) => weights[index] ?? 0, seed);
}

type ZoneAwareConfig = Extract<CommonLbConfig['localityConfig'], { kind: 'zoneAware' }>;

/** `force_local_zone.min_size` where it is not given. */
const DEFAULT_FORCE_LOCAL_ZONE_MIN_SIZE = 1;
const PRECISION = 10_000;

function sameLocality(a: Locality | undefined, b: Locality | undefined): boolean {
  return a?.region === b?.region && a?.zone === b?.zone && a?.subZone === b?.subZone;
}

/** What zone-aware routing does with priority 0; computed once per change of hosts. */
export type ZoneRouting =
  /** Localities play no part. `counter` says why where upstream counts it. */
  | { readonly kind: 'none'; readonly counter?: 'lb_local_cluster_not_ok' | 'lb_zone_cluster_too_small' }
  | { readonly kind: 'direct'; readonly localPosition: number }
  | {
      readonly kind: 'residual';
      /** Position of the own locality, -1 when it has no hosts. */
      readonly localPosition: number;
      /** Of {@link PRECISION}. */
      readonly localShare: number;
      /** Running sums over the localities. */
      readonly residualCapacity: readonly number[];
    };

function healthyShares(hosts: PriorityHosts): (locality: Locality, partition: HostPartition) => number {
  const total = hosts.localities.reduce((sum, locality) => sum + locality.healthy.length, 0);
  return (wanted, partition) => {
    const found = hosts.localities.find((locality) =>
      sameLocality(partition.table.localities[locality.locality], wanted),
    );
    return total === 0 ? 0 : Math.floor((PRECISION * (found?.healthy.length ?? 0)) / total);
  };
}

/** Whether zone-aware routing applies at all. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc earlyExitNonLocalityRouting
function findObstacle(
  config: ZoneAwareConfig,
  upstream: PriorityHosts,
  own: LocalZone | undefined,
): (ZoneRouting & { kind: 'none' }) | undefined {
  const ownHosts = own?.hosts.priorities[0];
  if (own === undefined || ownHosts === undefined || upstream.localities.length < 2) return { kind: 'none' };
  if (!config.forceLocalZone && ownHosts.localities.length < 2) return { kind: 'none' };
  const local = ownHosts.localities.find((locality) =>
    sameLocality(own.hosts.table.localities[locality.locality], own.locality),
  );
  if (local === undefined || local.all.length === 0) return { kind: 'none', counter: 'lb_local_cluster_not_ok' };
  if (upstream.healthy.length < config.minClusterSize) return { kind: 'none', counter: 'lb_zone_cluster_too_small' };
  return undefined;
}

// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc regenerateLocalityRoutingStructures
export function computeZoneRouting(
  config: ZoneAwareConfig,
  partition: HostPartition,
  own: LocalZone | undefined,
): ZoneRouting {
  const upstream = partition.priorities[0];
  const ownHosts = own?.hosts.priorities[0];
  if (upstream === undefined || own === undefined || ownHosts === undefined) return { kind: 'none' };
  const obstacle = findObstacle(config, upstream, own);
  if (obstacle !== undefined) return obstacle;
  const localities = upstream.localities.map(({ locality }) => partition.table.localities[locality] ?? own.locality);
  const localPosition = localities.findIndex((locality) => sameLocality(locality, own.locality));
  const upstreamShare = healthyShares(upstream);
  const ownShare = healthyShares(ownHosts);
  const shares = localities.map((locality, index) =>
    (upstream.localities[index]?.healthy.length ?? 0) === 0
      ? { upstream: 0, own: 0 }
      : { upstream: upstreamShare(locality, partition), own: ownShare(locality, own.hosts) },
  );
  const local = shares[localPosition];
  const localHealthy = upstream.localities[localPosition]?.healthy.length ?? 0;
  const forced =
    config.forceLocalZone && localHealthy >= (config.forceLocalZoneMinSize ?? DEFAULT_FORCE_LOCAL_ZONE_MIN_SIZE);
  if (local !== undefined && (forced || (local.upstream > 0 && local.upstream >= local.own))) {
    return { kind: 'direct', localPosition };
  }
  const localShare = local !== undefined && local.own > 0 ? Math.floor((local.upstream * PRECISION) / local.own) : 0;
  let capacity = 0;
  const residualCapacity = shares.map((share, index) => {
    if (index !== localPosition) capacity += Math.max(0, share.upstream - share.own);
    return capacity;
  });
  return { kind: 'residual', localPosition, localShare, residualCapacity };
}

/** Position of the locality for one pick. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc tryChooseLocalLocalityHosts
export function pickZone(
  routing: Exclude<ZoneRouting, { kind: 'none' }>,
  random: RandomSource,
  counters: LoadBalancerCounter[],
): number {
  if (routing.kind === 'direct') {
    counters.push('lb_zone_routing_all_directly');
    return routing.localPosition;
  }
  if (random.nextU64Mod(PRECISION) < routing.localShare) {
    counters.push('lb_zone_routing_sampled');
    return routing.localPosition;
  }
  counters.push('lb_zone_routing_cross_zone');
  const total = routing.residualCapacity.at(-1) ?? 0;
  if (total === 0) {
    counters.push('lb_zone_no_capacity_left');
    return random.nextU64Mod(routing.residualCapacity.length);
  }
  const threshold = random.nextU64Mod(total);
  return routing.residualCapacity.findIndex((capacity) => threshold < capacity);
}

/** The proxy's own cluster has too few usable hosts for zones to say anything. */
export function ownClusterInPanic(own: LocalZone, panicThresholdPercent: number): boolean {
  const hosts = own.hosts.priorities[0];
  if (hosts === undefined) return true;
  return isInPanic(
    {
      hosts: hosts.all.length,
      healthy: hosts.healthy.length,
      degraded: hosts.degraded.length,
      excluded: hosts.excludedCount,
      overprovisioningFactor: own.hosts.table.overprovisioningFactor,
    },
    panicThresholdPercent,
  );
}
