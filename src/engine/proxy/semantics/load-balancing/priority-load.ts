/**
 * How traffic is shared among priorities. Integers throughout, as upstream has it; percentages add up to 100.
 * envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc
 */

/** Counts of one priority, or sums of weights where the cluster weighs its health. */
export interface PriorityCounts {
  readonly hosts: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly excluded: number;
  /** Percent times one; upstream's default is 140. */
  readonly overprovisioningFactor: number;
  /** Sums of weights; absent: hosts are counted. */
  readonly weights?: { readonly total: number; readonly healthy: number; readonly degraded: number };
}

export interface PriorityLoads {
  readonly healthyLoad: readonly number[];
  readonly degradedLoad: readonly number[];
  readonly panic: readonly boolean[];
  /** Sum of the availability of all priorities, at most 100. */
  readonly normalizedTotalAvailability: number;
  /** Availability of each priority by its healthy and by its degraded hosts, 0 to 100. */
  readonly health: readonly number[];
  readonly degraded: readonly number[];
}

const FULL = 100;

function availability(counts: PriorityCounts, kind: 'healthy' | 'degraded'): number {
  if (counts.hosts - counts.excluded <= 0) return 0;
  const total = counts.weights?.total ?? counts.hosts - counts.excluded;
  const eligible = counts.weights === undefined ? counts[kind] : counts.weights[kind];
  if (total === 0) return 0;
  return Math.min(FULL, Math.floor((counts.overprovisioningFactor * eligible) / total));
}

/** Gives high priorities as much as they can take, in order; returns what is left. */
// load_balancer_impl.cc distributeLoad
function distributeLoad(
  available: readonly number[],
  totalLoad: number,
  totalAvailability: number,
  loads: number[],
): number {
  let left = totalLoad;
  for (const [priority, share] of available.entries()) {
    const load = Math.min(left, Math.floor((share * FULL) / totalAvailability));
    loads[priority] = load;
    left -= load;
  }
  return left;
}

function addTo(loads: number[], priority: number, load: number): void {
  loads[priority] = (loads[priority] ?? 0) + load;
}

/** Loads by availability: healthy hosts first, degraded ones with what is left, rounding to the first that is available. */
// load_balancer_impl.cc LoadBalancerBase::recalculatePerPriorityState
function loadsByAvailability(
  health: readonly number[],
  degraded: readonly number[],
  totalAvailability: number,
): { readonly healthyLoad: number[]; readonly degradedLoad: number[] } {
  const healthyLoad = health.map(() => 0);
  const degradedLoad = health.map(() => 0);
  if (totalAvailability === 0) return { healthyLoad, degradedLoad };
  const forDegraded = distributeLoad(health, FULL, totalAvailability, healthyLoad);
  const remainder = distributeLoad(degraded, forDegraded, totalAvailability, degradedLoad);
  if (remainder > 0) {
    const firstHealthy = health.findIndex((share) => share > 0);
    if (firstHealthy >= 0) addTo(healthyLoad, firstHealthy, remainder);
    else
      addTo(
        degradedLoad,
        degraded.findIndex((share) => share > 0),
        remainder,
      );
  }
  return { healthyLoad, degradedLoad };
}

/** Fewer than the threshold's share of the hosts that count are usable. */
// load_balancer_impl.cc LoadBalancerBase::isHostSetInPanic
export function isInPanic(counts: PriorityCounts, panicThresholdPercent: number): boolean {
  const counted = counts.hosts - counts.excluded;
  const usablePercent = counted <= 0 ? 0 : (FULL * (counts.healthy + counts.degraded)) / counted;
  return usablePercent < Math.min(FULL, panicThresholdPercent);
}

/** With every priority in panic, load follows the number of hosts, whatever their health. */
// load_balancer_impl.cc LoadBalancerBase::recalculateLoadInTotalPanic
function loadsInTotalPanic(priorities: readonly PriorityCounts[]): number[] {
  const total = priorities.reduce((sum, counts) => sum + counts.hosts, 0);
  if (total === 0) return priorities.map((_, priority) => (priority === 0 ? FULL : 0));
  const loads = priorities.map((counts) => Math.floor((FULL * counts.hosts) / total));
  const remainder = FULL - loads.reduce((sum, load) => sum + load, 0);
  addTo(
    loads,
    priorities.findIndex((counts) => counts.hosts > 0),
    remainder,
  );
  return loads;
}

/** Loads and panic of every priority. A threshold of 0 switches panic off. */
// load_balancer_impl.cc LoadBalancerBase::recalculatePerPriorityPanic
export function computePriorityLoads(
  priorities: readonly PriorityCounts[],
  panicThresholdPercent: number,
): PriorityLoads {
  const health = priorities.map((counts) => availability(counts, 'healthy'));
  const degraded = priorities.map((counts) => availability(counts, 'degraded'));
  const sum = [...health, ...degraded].reduce((total, share) => total + share, 0);
  const normalizedTotalAvailability = Math.min(FULL, sum);
  const { healthyLoad, degradedLoad } = loadsByAvailability(health, degraded, normalizedTotalAvailability);
  const result = { normalizedTotalAvailability, health, degraded };
  if (panicThresholdPercent === 0 && normalizedTotalAvailability === 0) {
    // Nothing is routed there, but the loads still have to add up.
    healthyLoad[0] = FULL;
    return { ...result, healthyLoad, degradedLoad, panic: priorities.map(() => false) };
  }
  const panic = priorities.map(
    (counts) => normalizedTotalAvailability !== FULL && isInPanic(counts, panicThresholdPercent),
  );
  if (!panic.every(Boolean)) return { ...result, healthyLoad, degradedLoad, panic };
  return { ...result, healthyLoad: loadsInTotalPanic(priorities), degradedLoad: priorities.map(() => 0), panic };
}

export interface PriorityChoice {
  readonly priority: number;
  readonly availability: 'healthy' | 'degraded';
}

/** `percentile` is the random number modulo 100: healthy loads of all priorities first, then degraded ones. */
// load_balancer_impl.cc LoadBalancerBase::choosePriority
export function choosePriority(
  loads: Pick<PriorityLoads, 'healthyLoad' | 'degradedLoad'>,
  percentile: number,
): PriorityChoice {
  let cumulative = 0;
  for (const [priority, load] of loads.healthyLoad.entries()) {
    cumulative += load;
    if (percentile + 1 <= cumulative) return { priority, availability: 'healthy' };
  }
  for (const [priority, load] of loads.degradedLoad.entries()) {
    cumulative += load;
    if (percentile + 1 <= cumulative) return { priority, availability: 'degraded' };
  }
  return { priority: 0, availability: 'healthy' };
}

/**
 * Loads for a retry that shall avoid the priorities of earlier tries. `tried` lists the priority of every attempted host in order;
 * the loads change after every `updateFrequency` attempts. Once nothing is left, all priorities count again.
 */
// envoyproxy/envoy source/extensions/retry/priority/previous_priorities/previous_priorities.cc
export function loadsAvoidingPriorities(
  loads: PriorityLoads,
  tried: readonly number[],
  updateFrequency: number,
): Pick<PriorityLoads, 'healthyLoad' | 'degradedLoad'> {
  let result: Pick<PriorityLoads, 'healthyLoad' | 'degradedLoad'> = loads;
  let excluded = new Set<number>();
  let attempts: number[] = [];
  for (const priority of tried) {
    attempts.push(priority);
    if (attempts.length % updateFrequency !== 0) continue;
    for (const attempted of attempts) excluded.add(attempted);
    let total = availabilityWithout(loads, excluded);
    if (total === 0) {
      excluded = new Set();
      attempts = [];
      total = availabilityWithout(loads, excluded);
    }
    result = total === 0 ? loads : redistribute(loads, excluded, total);
  }
  return result;
}

function availabilityWithout(loads: PriorityLoads, excluded: ReadonlySet<number>): number {
  let total = 0;
  for (const [priority, share] of loads.health.entries()) {
    if (!excluded.has(priority)) total += share + (loads.degraded[priority] ?? 0);
  }
  return Math.min(FULL, total);
}

function redistribute(
  loads: PriorityLoads,
  excluded: ReadonlySet<number>,
  totalAvailability: number,
): Pick<PriorityLoads, 'healthyLoad' | 'degradedLoad'> {
  const healthyLoad = loads.health.map(() => 0);
  const degradedLoad = loads.health.map(() => 0);
  const give = (shares: readonly number[], target: number[], available: number): number => {
    let left = available;
    for (const [priority, share] of shares.entries()) {
      const own = excluded.has(priority) ? 0 : share;
      const delta = Math.min(left, Math.floor((own * FULL) / totalAvailability));
      addTo(target, priority, delta);
      left -= delta;
    }
    return left;
  };
  // Repeated until rounding leaves nothing; every round gives at least one unit.
  for (let left = FULL; left > 0; ) left = give(loads.degraded, degradedLoad, give(loads.health, healthyLoad, left));
  return { healthyLoad, degradedLoad };
}
