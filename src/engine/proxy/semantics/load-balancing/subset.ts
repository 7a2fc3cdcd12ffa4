import { compareStrings } from '../../../../base';
import type { Cluster } from '../../../../xds';
import { emptyExplanation, HashLoadBalancer, SourceLoadBalancer } from './balancer';
import {
  type HostUpdate,
  type LoadBalancer,
  type LoadBalancerContext,
  type LoadBalancerCounter,
  type LoadBalancerState,
  NO_HOST,
  type PickExplanation,
} from './contract';
import { buildPartition, type HostPartition } from './host-partition';
import { LoadBalancerPlan } from './plan';

type Criteria = Readonly<Record<string, string>>;
type Selector = Cluster['subsetSelectors'][number];

/** Every endpoint, the reach of the fallback ANY_ENDPOINT. */
const ANY_KEY = '*';

function sortedKeys(criteria: Criteria | readonly string[]): readonly string[] {
  return [...(Array.isArray(criteria) ? criteria : Object.keys(criteria))].sort(compareStrings);
}

function criteriaKey(criteria: Criteria): string {
  return sortedKeys(criteria)
    .map((key) => `${key}\u0000${criteria[key]}`)
    .join('\u0001');
}

/**
 * Balances within the hosts whose metadata equal the route's. The route's keys have to be exactly those of one selector; otherwise,
 * or where no host has the values, fallbacks decide.
 */
// envoyproxy/envoy source/extensions/load_balancing_policies/subset/subset_lb.cc
export class SubsetLoadBalancer implements LoadBalancer {
  private readonly plan: LoadBalancerPlan;
  private readonly balancers = new Map<string, LoadBalancer>();
  private update: HostUpdate | undefined;
  private picked: PickExplanation = emptyExplanation();

  constructor(plan: LoadBalancerPlan) {
    this.plan = plan;
  }

  get lastPick(): PickExplanation {
    return this.picked;
  }

  setHosts(update: HostUpdate): void {
    this.update = update;
    for (const [key, balancer] of this.balancers)
      balancer.setHosts({ ...update, hosts: this.partitionOf(update, key) });
  }

  // subset_lb.cc SubsetLoadBalancer::chooseHostIteration
  chooseHost(context: LoadBalancerContext): number {
    this.picked = emptyExplanation();
    if (this.update === undefined) return NO_HOST;
    return this.chooseFor(context.metadataMatch, context);
  }

  save(): LoadBalancerState {
    const subsets = [...this.balancers].map(([key, balancer]) => [key, balancer.save()] as const);
    return { seed: 0, latestHostAddedNs: 0, indexes: [], schedulers: [], localities: [], subsets };
  }

  restore(state: LoadBalancerState): void {
    this.balancers.clear();
    for (const [key, saved] of state.subsets) this.balancerOf(key)?.restore(saved);
  }

  private chooseFor(criteria: Criteria | undefined, context: LoadBalancerContext): number {
    const selector = criteria === undefined ? undefined : this.selectorOf(criteria);
    if (criteria !== undefined && selector !== undefined) {
      const key = criteriaKey(criteria);
      if (this.hasHosts(key)) return this.pickIn(key, context, 'lb_subsets_selected');
    }
    // Upstream counts fallbacks of selectors under no name.
    if (selector?.fallback !== undefined) return this.selectorFallback(selector, criteria ?? {}, context);
    return this.clusterFallback(context);
  }

  private selectorOf(criteria: Criteria): Selector | undefined {
    const wanted = sortedKeys(criteria).join('\u0000');
    return this.plan.cluster.subsetSelectors.find((selector) => sortedKeys(selector.keys).join('\u0000') === wanted);
  }

  private selectorFallback(selector: Selector, criteria: Criteria, context: LoadBalancerContext): number {
    switch (selector.fallback) {
      case 'ANY_ENDPOINT':
        return this.pickIn(ANY_KEY, context, undefined);
      case 'DEFAULT_SUBSET':
        return this.pickIn(criteriaKey(this.plan.cluster.subsetDefault ?? {}), context, undefined);
      case 'KEYS_SUBSET': {
        const keys = selector.fallbackKeys ?? [];
        return this.chooseFor(Object.fromEntries(keys.map((key) => [key, criteria[key] ?? ''])), context);
      }
      default:
        return NO_HOST;
    }
  }

  private clusterFallback(context: LoadBalancerContext): number {
    const policy = this.plan.cluster.subsetFallback ?? 'NO_FALLBACK';
    if (policy === 'NO_FALLBACK') return NO_HOST;
    const key = policy === 'ANY_ENDPOINT' ? ANY_KEY : criteriaKey(this.plan.cluster.subsetDefault ?? {});
    return this.pickIn(key, context, 'lb_subsets_fallback');
  }

  private pickIn(key: string, context: LoadBalancerContext, counter: LoadBalancerCounter | undefined): number {
    const balancer = this.balancerOf(key);
    if (balancer === undefined) return NO_HOST;
    const host = balancer.chooseHost(context);
    this.picked = balancer.lastPick;
    if (counter !== undefined && (counter === 'lb_subsets_selected' || host !== NO_HOST))
      this.picked.counters.push(counter);
    return host;
  }

  private balancerOf(key: string): LoadBalancer | undefined {
    const known = this.balancers.get(key);
    if (known !== undefined || this.update === undefined) return known;
    const balancer = createPolicyBalancer(this.plan);
    balancer.setHosts({ ...this.update, hosts: this.partitionOf(this.update, key) });
    this.balancers.set(key, balancer);
    return balancer;
  }

  private hasHosts(key: string): boolean {
    return this.update !== undefined && this.partitionOf(this.update, key).priorities.some(({ all }) => all.length > 0);
  }

  private partitionOf(update: HostUpdate, key: string): HostPartition {
    return key === ANY_KEY ? update.hosts : subsetPartition(this.plan.cluster, update, key);
  }
}

const subsetPartitions = new WeakMap<HostPartition, Map<string, HostPartition>>();

/** The hosts of one subset, remembered with the partition of the whole cluster. */
function subsetPartition(cluster: Cluster, update: HostUpdate, key: string): HostPartition {
  const whole = update.hosts;
  const known = subsetPartitions.get(whole) ?? new Map<string, HostPartition>();
  subsetPartitions.set(whole, known);
  const existing = known.get(key);
  if (existing !== undefined) return existing;
  const wanted = key === '' ? [] : key.split('\u0001').map((pair) => pair.split('\u0000'));
  const partition = buildPartition(
    whole.table,
    update.columns.flags,
    cluster.commonLbConfig.ignoreNewHostsUntilFirstHc,
    (host) => wanted.every(([name = '', value]) => whole.table.metadata[host]?.[name] === value),
  );
  known.set(key, partition);
  return partition;
}

function createPolicyBalancer(plan: LoadBalancerPlan): LoadBalancer {
  const { kind } = plan.cluster.lbPolicy;
  return kind === 'RING_HASH' || kind === 'MAGLEV' ? new HashLoadBalancer(plan) : new SourceLoadBalancer(plan);
}

/** Prepares a cluster's balancing once for all its balancers. */
export function compileLoadBalancer(cluster: Cluster): LoadBalancerPlan {
  return new LoadBalancerPlan(cluster);
}

/** A balancer for one worker of one proxy; it has no hosts until {@link LoadBalancer.setHosts}. */
export function createLoadBalancer(plan: LoadBalancerPlan): LoadBalancer {
  return plan.cluster.subsetSelectors.length > 0 ? new SubsetLoadBalancer(plan) : createPolicyBalancer(plan);
}
