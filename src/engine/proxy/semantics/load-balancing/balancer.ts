import { type Hash64, hash64Mod } from '../../../../base';
import type {
  HostColumns,
  HostUpdate,
  LoadBalancer,
  LoadBalancerContext,
  LoadBalancerState,
  LocalZone,
  PickExplanation,
} from './contract';
import { NO_HOST } from './contract';
import { createHostPicker, type HostPicker } from './host-pickers';
import type { DerivedHosts, HostSource, PrioritySources } from './host-source';
import { computeZoneRouting, LocalityWeights, ownClusterInPanic, pickZone, type ZoneRouting } from './locality-routing';
import type { HashTable, LoadBalancerPlan } from './plan';
import { choosePriority, loadsAvoidingPriorities, type PriorityChoice } from './priority-load';

export function emptyExplanation(): PickExplanation {
  return { priority: -1, panic: false, availability: 'healthy', locality: -1, candidates: 0, picks: 0, counters: [] };
}

function resetExplanation(explanation: PickExplanation): void {
  explanation.priority = -1;
  explanation.panic = false;
  explanation.availability = 'healthy';
  explanation.locality = -1;
  explanation.candidates = 0;
  if (explanation.counters.length > 0) explanation.counters = [];
}

/** Repeats `pickOnce` while a retry predicate rejects the host; the last pick stands even if rejected. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc ZoneAwareLoadBalancerBase::chooseHost
function pickWithPredicate(
  context: LoadBalancerContext,
  explanation: PickExplanation,
  pickOnce: (attempt: number) => number,
): number {
  const { rejectHost } = context;
  if (rejectHost === undefined) {
    explanation.picks = 1;
    return pickOnce(0);
  }
  let host = NO_HOST;
  for (let attempt = 0; attempt <= context.hostSelectionRetryMax; attempt++) {
    explanation.picks = attempt + 1;
    host = pickOnce(attempt);
    if (host === NO_HOST || !rejectHost(host)) return host;
  }
  return host;
}

const NO_ZONES: ZoneRouting = { kind: 'none' };

/** Round robin, least request, random and peak EWMA: priority, then locality, then the policy's own choice. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc ZoneAwareLoadBalancerBase
export class SourceLoadBalancer implements LoadBalancer {
  readonly lastPick = emptyExplanation();
  private readonly plan: LoadBalancerPlan;
  private readonly picker: HostPicker;
  private derived: DerivedHosts | undefined;
  private localities: readonly LocalityWeights[] = [];
  private zones: ZoneRouting = NO_ZONES;
  private localZone: LocalZone | undefined;

  constructor(plan: LoadBalancerPlan) {
    this.plan = plan;
    this.picker = createHostPicker(plan.cluster.lbPolicy);
  }

  setHosts(update: HostUpdate): void {
    const derived = this.plan.derive(update.hosts);
    this.derived = derived;
    this.picker.refresh(update, derived);
    const config = this.plan.cluster.commonLbConfig.localityConfig;
    const factor = update.hosts.table.overprovisioningFactor;
    this.localities =
      config.kind === 'localityWeighted'
        ? derived.priorities.map((sources) => new LocalityWeights(sources, factor, update.random.nextU32()))
        : [];
    this.localZone = update.localZone;
    this.zones = config.kind === 'zoneAware' ? computeZoneRouting(config, update.hosts, update.localZone) : NO_ZONES;
  }

  chooseHost(context: LoadBalancerContext): number {
    if (context.rejectHost !== undefined) {
      return pickWithPredicate(context, this.lastPick, () => this.pickOnce(context));
    }
    this.lastPick.picks = 1;
    return this.pickOnce(context);
  }

  save(): LoadBalancerState {
    return { ...this.picker.save(), localities: this.localities.map((locality) => locality.save()), subsets: [] };
  }

  restore(state: LoadBalancerState): void {
    this.picker.restore(state);
    for (const [index, saved] of state.localities.entries()) this.localities[index]?.restore(saved);
  }

  private pickOnce(context: LoadBalancerContext): number {
    const { derived } = this;
    resetExplanation(this.lastPick);
    if (derived === undefined) return NO_HOST;
    const drawsPriority = derived.onlyPriority < 0 || context.previousPriorities !== undefined;
    const draw = drawsPriority || this.picker.usesDraw ? context.random.nextU32() : 0;
    const source = this.chooseSource(derived, context, draw);
    if (source === undefined || source.hosts.length === 0) return NO_HOST;
    this.lastPick.candidates = source.hosts.length;
    return this.picker.pick(source, context, draw);
  }

  // load_balancer_impl.cc ZoneAwareLoadBalancerBase::hostSourceToUse
  private chooseSource(derived: DerivedHosts, context: LoadBalancerContext, draw: number): HostSource | undefined {
    const { priority, availability } = this.drawPriority(derived, context, draw);
    const sources = derived.priorities[priority];
    if (sources === undefined) return undefined;
    const explanation = this.lastPick;
    explanation.priority = priority;
    explanation.availability = availability;
    if (derived.loads.panic[priority] === true) {
      const config = this.plan.cluster.commonLbConfig.localityConfig;
      explanation.counters.push('lb_healthy_panic');
      explanation.panic = true;
      explanation.availability = 'all';
      return config.kind === 'zoneAware' && config.failTrafficOnPanic ? undefined : sources.all;
    }
    const position = this.localities[priority]?.pick(availability) ?? -1;
    if (position >= 0) return this.localitySource(sources, position, availability);
    if (priority !== 0 || this.zones.kind === 'none') return sources[availability];
    return this.chooseZoneSource(sources, availability, context);
  }

  private drawPriority(derived: DerivedHosts, context: LoadBalancerContext, draw: number): PriorityChoice {
    const previous = context.previousPriorities;
    if (previous === undefined) {
      if (derived.onlyPriority >= 0) return { priority: derived.onlyPriority, availability: 'healthy' };
      return choosePriority(derived.loads, draw % 100);
    }
    return choosePriority(loadsAvoidingPriorities(derived.loads, previous.tried, previous.updateFrequency), draw % 100);
  }

  private localitySource(
    sources: PrioritySources,
    position: number,
    availability: 'healthy' | 'degraded',
  ): HostSource | undefined {
    const locality = sources.localities[position];
    this.lastPick.locality = locality?.locality ?? -1;
    return locality?.[availability];
  }

  private chooseZoneSource(
    sources: PrioritySources,
    availability: 'healthy' | 'degraded',
    context: LoadBalancerContext,
  ): HostSource | undefined {
    const { commonLbConfig } = this.plan.cluster;
    const config = commonLbConfig.localityConfig;
    if (config.kind !== 'zoneAware' || this.zones.kind === 'none') return sources[availability];
    if (config.routingEnabledPercent < 100 && context.random.nextU64Mod(100) >= config.routingEnabledPercent) {
      return sources[availability];
    }
    if (
      this.localZone !== undefined &&
      ownClusterInPanic(this.localZone, commonLbConfig.healthyPanicThresholdPercent)
    ) {
      this.lastPick.counters.push('lb_local_cluster_not_ok');
      return config.failTrafficOnPanic ? undefined : sources[availability];
    }
    const position = pickZone(this.zones, context.random, this.lastPick.counters);
    return this.localitySource(sources, position, availability);
  }
}

/** Ring hash and Maglev: the hash chooses the priority and then the host; no hash means a random one. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc LoadBalancerImpl::chooseHost
export class HashLoadBalancer implements LoadBalancer {
  readonly lastPick = emptyExplanation();
  private readonly plan: LoadBalancerPlan;
  private derived: DerivedHosts | undefined;
  private tables: readonly HashTable[] = [];
  private columns: HostColumns | undefined;

  constructor(plan: LoadBalancerPlan) {
    this.plan = plan;
  }

  setHosts(update: HostUpdate): void {
    this.derived = this.plan.derive(update.hosts);
    this.tables = this.plan.hashTablesOf(update.hosts);
    this.columns = update.columns;
  }

  chooseHost(context: LoadBalancerContext): number {
    const { derived, columns } = this;
    resetExplanation(this.lastPick);
    if (derived === undefined || columns === undefined) return NO_HOST;
    const hash: Hash64 = context.hash ?? { hi: context.random.nextU32(), lo: context.random.nextU32() };
    const { priority } = choosePriority(derived.loads, hash64Mod(hash, 100));
    const panic = derived.loads.panic[priority] ?? false;
    const explanation = this.lastPick;
    explanation.priority = priority;
    explanation.panic = panic;
    explanation.availability = panic ? 'all' : 'healthy';
    if (panic) explanation.counters.push('lb_healthy_panic');
    explanation.candidates = derived.priorities[priority]?.[panic ? 'all' : 'healthy'].hosts.length ?? 0;
    const table = this.tables[priority];
    if (table === undefined) return NO_HOST;
    return pickWithPredicate(context, explanation, (attempt) => table.lookUp(hash, attempt, columns.activeRequests));
  }

  save(): LoadBalancerState {
    return { seed: 0, latestHostAddedNs: 0, indexes: [], schedulers: [], localities: [], subsets: [] };
  }

  restore(): void {}
}
