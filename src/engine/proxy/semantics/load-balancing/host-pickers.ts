import { assert, type Ns, pow } from '../../../../base';
import type { Cluster, SlowStart } from '../../../../xds';
import type { HostColumns, HostUpdate, LoadBalancerContext } from './contract';
import { EdfScheduler, type EdfState } from './edf-scheduler';
import type { DerivedHosts, HostSource } from './host-source';
import { type HostTable, healthClass } from './host-table';
import { peakEwmaCost } from './peak-ewma';
import { slowStartWeight } from './slow-start';

/** State that pickers contribute to a balancer's state. */
export interface PickerState {
  readonly seed: number;
  readonly latestHostAddedNs: Ns;
  readonly indexes: readonly (readonly [number, number])[];
  readonly schedulers: readonly (readonly [number, EdfState])[];
}

/** The last step of a pick: one host of a non-empty candidate list. */
export interface HostPicker {
  refresh(update: HostUpdate, derived: DerivedHosts): void;
  /** `draw` is the random number that also chose the priority. */
  pick(source: HostSource, context: LoadBalancerContext, draw: number): number;
  /** Whether `draw` decides which host is picked; the others need none where there is one priority. */
  readonly usesDraw: boolean;
  save(): PickerState;
  restore(state: PickerState): void;
}

const NO_STATE: PickerState = { seed: 0, latestHostAddedNs: 0, indexes: [], schedulers: [] };

function hostAt(source: HostSource, index: number): number {
  const host = source.hosts[index];
  assert(host !== undefined, 'a candidate list has a host at every index below its length');
  return host;
}

/** The same random number chose the priority. */
// envoyproxy/envoy source/extensions/load_balancing_policies/random/random_lb.cc
class RandomPicker implements HostPicker {
  readonly usesDraw = true;

  refresh(): void {}

  pick(source: HostSource, _context: LoadBalancerContext, draw: number): number {
    return hostAt(source, draw % source.hosts.length);
  }

  save(): PickerState {
    return NO_STATE;
  }

  restore(): void {}
}

/** Power of two choices over peak EWMA latency, as linkerd2-proxy has it. tower-rs/tower tower/src/balance/p2c/service.rs */
class PeakEwmaPicker implements HostPicker {
  readonly usesDraw = false;
  private columns: HostColumns | undefined;
  private readonly policy: { readonly defaultRttNs: Ns; readonly decayNs: Ns };

  constructor(policy: { readonly defaultRttNs: Ns; readonly decayNs: Ns }) {
    this.policy = policy;
  }

  refresh(update: HostUpdate): void {
    this.columns = update.columns;
  }

  pick(source: HostSource, context: LoadBalancerContext): number {
    const count = source.hosts.length;
    const first = context.random.nextU64Mod(count);
    if (count === 1 || this.columns === undefined) return hostAt(source, first);
    // Two distinct hosts.
    const offset = 1 + context.random.nextU64Mod(count - 1);
    const a = hostAt(source, first);
    const b = hostAt(source, (first + offset) % count);
    const costOfA = peakEwmaCost(this.columns, a, context.nowNs, this.policy);
    const costOfB = peakEwmaCost(this.columns, b, context.nowNs, this.policy);
    return costOfA <= costOfB ? a : b;
  }

  save(): PickerState {
    return NO_STATE;
  }

  restore(): void {}
}

/** Weighted lists are scheduled by deadline, lists of equal weights (and no slow start) by the policy itself. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc EdfLoadBalancerBase
abstract class EdfPicker implements HostPicker {
  readonly usesDraw = false;
  protected seed = 0;
  protected columns: HostColumns | undefined;
  protected table: HostTable | undefined;
  private started = false;
  private latestHostAddedNs: Ns = 0;
  private readonly slowStart: SlowStart | undefined;
  private schedulers = new Map<number, EdfScheduler>();

  constructor(slowStart: SlowStart | undefined) {
    this.slowStart = slowStart;
  }

  protected abstract baseWeight(host: number): number;
  protected abstract pickUnweighted(source: HostSource, context: LoadBalancerContext): number;
  protected abstract refreshSource(source: HostSource): void;
  protected abstract saveIndexes(): readonly (readonly [number, number])[];
  protected abstract restoreIndexes(indexes: readonly (readonly [number, number])[]): void;

  refresh(update: HostUpdate, derived: DerivedHosts): void {
    this.columns = update.columns;
    this.table = derived.partition.table;
    if (!this.started) {
      this.started = true;
      this.seed = update.random.nextU32();
      this.latestHostAddedNs = update.nowNs;
    }
    this.schedulers = new Map();
    for (const priority of derived.priorities) {
      const byLocality = priority.localities.flatMap((locality) => [locality.healthy, locality.degraded]);
      for (const source of [priority.all, priority.healthy, priority.degraded, ...byLocality]) {
        this.addSource(source, update.nowNs);
      }
    }
  }

  pick(source: HostSource, context: LoadBalancerContext): number {
    const scheduler = this.schedulers.get(source.key);
    if (scheduler === undefined) return this.pickUnweighted(source, context);
    return scheduler.pick((host) => this.weight(host, context.nowNs));
  }

  save(): PickerState {
    return {
      seed: this.seed,
      latestHostAddedNs: this.latestHostAddedNs,
      indexes: this.saveIndexes(),
      schedulers: [...this.schedulers].map(([key, scheduler]) => [key, scheduler.save()] as const),
    };
  }

  restore(state: PickerState): void {
    this.started = true;
    this.seed = state.seed;
    this.latestHostAddedNs = state.latestHostAddedNs;
    this.restoreIndexes(state.indexes);
    this.schedulers = new Map(state.schedulers.map(([key, saved]) => [key, EdfScheduler.restore(saved)] as const));
  }

  private addSource(source: HostSource, nowNs: Ns): void {
    this.refreshSource(source);
    this.noteSlowStart(source, nowNs);
    if (source.hosts.length <= 1 || (source.equalWeights && !this.isAnyInSlowStart(nowNs))) return;
    const weightOf = (host: number): number => this.weight(host, nowNs);
    this.schedulers.set(source.key, EdfScheduler.withPicks(source.hosts, weightOf, this.seed));
  }

  // load_balancer_impl.cc EdfLoadBalancerBase::recalculateHostsInSlowStart
  private noteSlowStart(source: HostSource, nowNs: Ns): void {
    if (this.slowStart === undefined) return;
    for (const host of source.hosts) {
      if (!this.isHealthy(host)) continue;
      const sinceNs = this.columns?.healthySinceNs[host] ?? nowNs;
      if (sinceNs > this.latestHostAddedNs && nowNs - sinceNs <= this.slowStart.windowNs)
        this.latestHostAddedNs = sinceNs;
    }
  }

  // load_balancer_impl.cc EdfLoadBalancerBase::noHostsAreInSlowStart
  private isAnyInSlowStart(nowNs: Ns): boolean {
    return this.slowStart !== undefined && nowNs - this.latestHostAddedNs <= this.slowStart.windowNs;
  }

  private isHealthy(host: number): boolean {
    return healthClass(this.columns?.flags[host] ?? 0) === 'healthy';
  }

  private weight(host: number, nowNs: Ns): number {
    const base = this.baseWeight(host);
    if (this.slowStart === undefined || !this.isAnyInSlowStart(nowNs) || !this.isHealthy(host)) return base;
    return slowStartWeight(base, this.slowStart, nowNs - (this.columns?.healthySinceNs[host] ?? nowNs));
  }
}

// envoyproxy/envoy source/extensions/load_balancing_policies/round_robin/round_robin_lb.h
class RoundRobinPicker extends EdfPicker {
  // Every list has a rotation of its own, which survives changes of hosts.
  private indexes = new Map<number, number>();

  protected baseWeight(host: number): number {
    return this.table?.weights[host] ?? 1;
  }

  protected pickUnweighted(source: HostSource): number {
    const index = this.indexes.get(source.key) ?? this.seed;
    this.indexes.set(source.key, (index + 1) >>> 0);
    return hostAt(source, index % source.hosts.length);
  }

  protected refreshSource(): void {}

  protected saveIndexes(): readonly (readonly [number, number])[] {
    return [...this.indexes];
  }

  protected restoreIndexes(indexes: readonly (readonly [number, number])[]): void {
    this.indexes = new Map(indexes);
  }
}

type LeastRequestConfig = Extract<Cluster['lbPolicy'], { kind: 'LEAST_REQUEST' }>;

// envoyproxy/envoy source/extensions/load_balancing_policies/least_request/least_request_lb.cc
class LeastRequestPicker extends EdfPicker {
  private readonly policy: LeastRequestConfig;

  constructor(policy: LeastRequestConfig) {
    super(policy.slowStart);
    this.policy = policy;
  }

  protected baseWeight(host: number): number {
    const weight = this.table?.weights[host] ?? 1;
    const bias = this.policy.activeRequestBias;
    if (bias === 0) return weight;
    const active = this.active(host) + 1;
    return weight / (bias === 1 ? active : pow(active, bias));
  }

  protected pickUnweighted(source: HostSource, context: LoadBalancerContext): number {
    return this.policy.fullScan ? this.pickFullScan(source, context) : this.pickOfChoices(source, context);
  }

  protected refreshSource(): void {}

  protected saveIndexes(): readonly (readonly [number, number])[] {
    return [];
  }

  protected restoreIndexes(): void {}

  private active(host: number): number {
    return this.columns?.activeRequests[host] ?? 0;
  }

  /** Some draws with replacement; the first one wins ties. */
  private pickOfChoices(source: HostSource, context: LoadBalancerContext): number {
    const { random } = context;
    const count = source.hosts.length;
    let best = hostAt(source, random.nextU64Mod(count));
    for (let choice = 1; choice < this.policy.choiceCount; choice++) {
      const candidate = hostAt(source, random.nextU64Mod(count));
      if (this.active(candidate) < this.active(best)) best = candidate;
    }
    return best;
  }

  /** The least loaded host; ties are broken evenly by reservoir sampling. */
  private pickFullScan(source: HostSource, context: LoadBalancerContext): number {
    let best = hostAt(source, 0);
    let tied = 1;
    for (let index = 1; index < source.hosts.length; index++) {
      const candidate = hostAt(source, index);
      const difference = this.active(candidate) - this.active(best);
      if (difference < 0) {
        best = candidate;
        tied = 1;
      } else if (difference === 0 && context.random.nextU64Mod(++tied) === 0) best = candidate;
    }
    return best;
  }
}

/** The picker of a policy; policies whose hosts come from elsewhere rotate over what they are given. */
export function createHostPicker(policy: Cluster['lbPolicy']): HostPicker {
  switch (policy.kind) {
    case 'RANDOM':
      return new RandomPicker();
    case 'LEAST_REQUEST':
      return new LeastRequestPicker(policy);
    case 'PEAK_EWMA':
      return new PeakEwmaPicker(policy);
    case 'ROUND_ROBIN':
      return new RoundRobinPicker(policy.slowStart);
    default:
      return new RoundRobinPicker(undefined);
  }
}
