import { describe, expect, it } from 'vitest';
import { type Hash64, Rng, xxHash64 } from '../../../../base';
import {
  type Cluster,
  cluster,
  clusterLoadAssignment,
  commonLbConfig,
  type LbEndpoint,
  lbEndpoint,
  leastRequest,
  localityLbEndpoints,
  maglev,
  ringHash,
} from '../../../../xds';
import { createHostColumns, type HostColumns, type LoadBalancer, type LoadBalancerContext, NO_HOST } from './contract';
import { buildPartition, HostPartitionCache } from './host-partition';
import { compileHostTable, HostHealthFlag } from './host-table';
import { LoadBalancerPlan } from './plan';
import { slowStartWeight } from './slow-start';
import { createLoadBalancer } from './subset';

interface Group {
  readonly zone?: string;
  readonly priority?: number;
  readonly weight?: number;
  readonly hosts: readonly Partial<LbEndpoint>[];
}

const UNHEALTHY = { healthStatus: 'UNHEALTHY' } as const;
const NS_PER_S = 1_000_000_000;

class Fixture {
  readonly columns: HostColumns;
  readonly balancer: LoadBalancer;
  readonly random = new Rng(7);
  readonly #table;
  readonly #cache;

  constructor(init: Partial<Cluster>, groups: readonly Group[], localZone?: string) {
    const source = cluster({ name: 'c', ...init });
    let port = 1;
    const endpoints = groups.map(({ zone = '', priority = 0, weight, hosts }) =>
      localityLbEndpoints({
        locality: { region: '', zone, subZone: '' },
        priority,
        ...(weight === undefined ? {} : { loadBalancingWeight: weight }),
        lbEndpoints: hosts.map((host) => ({ ...lbEndpoint('10.0.0.1', port++), ...host })),
      }),
    );
    this.#table = compileHostTable(source, clusterLoadAssignment({ clusterName: 'c', endpoints }));
    this.#cache = new HostPartitionCache(this.#table, source.commonLbConfig.ignoreNewHostsUntilFirstHc);
    this.columns = createHostColumns(this.#table.size);
    this.columns.flags.set(this.#table.edsFlags);
    this.balancer = createLoadBalancer(new LoadBalancerPlan(source));
    this.refresh(localZone);
  }

  refresh(localZone?: string): void {
    const hosts = this.#cache.get(this.columns.flags);
    this.balancer.setHosts({
      hosts,
      columns: this.columns,
      random: this.random,
      nowNs: 0,
      ...(localZone === undefined
        ? {}
        : { localZone: { locality: { region: '', zone: localZone, subZone: '' }, hosts: this.#ownCluster() } }),
    });
  }

  /** As many hosts of the proxy's own cluster in every zone. */
  #ownCluster() {
    return buildPartition(this.#table, new Uint16Array(this.#table.size), false);
  }

  pick(context: Partial<LoadBalancerContext> = {}): number {
    return this.balancer.chooseHost({
      nowNs: 0,
      hash: undefined,
      metadataMatch: undefined,
      hostSelectionRetryMax: 0,
      rejectHost: undefined,
      previousPriorities: undefined,
      random: this.random,
      ...context,
    });
  }

  picks(count: number, context: Partial<LoadBalancerContext> = {}): readonly number[] {
    return Array.from({ length: count }, () => this.pick(context));
  }

  /** Picks per host number. */
  shares(count: number, context: Partial<LoadBalancerContext> = {}): readonly number[] {
    const counts = new Array<number>(this.#table.size).fill(0);
    for (const host of this.picks(count, context)) counts[host] = (counts[host] ?? 0) + 1;
    return counts;
  }
}

function plainHosts(count: number): Group {
  return { hosts: Array.from({ length: count }, () => ({})) };
}

function weighted(...weights: readonly number[]): Group {
  return { hosts: weights.map((loadBalancingWeight) => ({ loadBalancingWeight })) };
}

function hashOf(key: number): Hash64 {
  return xxHash64(String(key));
}

describe('round robin', () => {
  it('goes around', () => {
    const fixture = new Fixture({}, [plainHosts(3)]);
    const [first = 0, ...rest] = fixture.picks(6);
    expect(rest).toEqual([1, 2, 3, 4, 5].map((step) => (first + step) % 3));
  });

  it('divides exactly by weight', () => {
    expect(new Fixture({}, [weighted(1, 2, 5)]).shares(800)).toEqual([100, 200, 500]);
  });

  it('goes on where a saved state stopped', () => {
    for (const group of [plainHosts(5), weighted(3, 1, 4)]) {
      const fixture = new Fixture({}, [group]);
      fixture.picks(7);
      const state = structuredClone(fixture.balancer.save());
      const expected = fixture.picks(11);
      const other = new Fixture({}, [group]);
      other.balancer.restore(state);
      expect(other.picks(11)).toEqual(expected);
    }
  });

  it('finds no host where there is none', () => {
    expect(new Fixture({}, []).pick()).toBe(NO_HOST);
  });
});

describe('health', () => {
  it('keeps traffic off unhealthy hosts until too few are left', () => {
    const calm = new Fixture({}, [{ hosts: [{}, {}, UNHEALTHY] }]);
    expect(calm.shares(100)).toEqual([50, 50, 0]);
    expect(calm.balancer.lastPick.panic).toBe(false);
    const panic = new Fixture({}, [{ hosts: [{}, UNHEALTHY, UNHEALTHY] }]);
    expect(panic.shares(99)).toEqual([33, 33, 33]);
    expect(panic.balancer.lastPick).toMatchObject({ panic: true, availability: 'all' });
  });

  it('never panics at threshold 0 and then has no host', () => {
    const commonLb = commonLbConfig({ healthyPanicThresholdPercent: 0 });
    const fixture = new Fixture({ commonLbConfig: commonLb }, [{ hosts: [UNHEALTHY, UNHEALTHY] }]);
    expect(fixture.pick()).toBe(NO_HOST);
  });

  it('sees flags that are set later', () => {
    const fixture = new Fixture({}, [plainHosts(3)]);
    fixture.columns.flags[1] = HostHealthFlag.FailedOutlierCheck;
    fixture.refresh();
    expect(fixture.shares(100)).toEqual([50, 0, 50]);
  });

  it('spills over to the next priority by the overprovisioning factor', () => {
    const groups = [{ hosts: [{}, UNHEALTHY] }, { priority: 1, hosts: [{}, {}] }];
    const [first = 0, , third = 0, fourth = 0] = new Fixture({}, groups).shares(20_000);
    expect(first / 20_000).toBeCloseTo(0.7, 1);
    expect((third + fourth) / 20_000).toBeCloseTo(0.3, 1);
  });

  it('uses degraded hosts only for what healthy ones cannot take', () => {
    const groups = [{ hosts: [{}, { healthStatus: 'DEGRADED' } as const, UNHEALTHY, UNHEALTHY] }];
    const commonLb = commonLbConfig({ healthyPanicThresholdPercent: 0 });
    const [healthy = 0, degraded = 0, ...rest] = new Fixture({ commonLbConfig: commonLb }, groups).shares(20_000);
    expect(rest).toEqual([0, 0]);
    expect(healthy / 20_000).toBeCloseTo(0.5, 1);
    expect(degraded / 20_000).toBeCloseTo(0.5, 1);
  });
});

describe('least request', () => {
  it('prefers the host with fewer requests of two', () => {
    const fixture = new Fixture({ lbPolicy: leastRequest() }, [plainHosts(4)]);
    fixture.columns.activeRequests.set([9, 9, 9, 0]);
    const shares = fixture.shares(16_000);
    // Both draws have to miss the idle host: (3/4)^2.
    expect((shares[3] ?? 0) / 16_000).toBeCloseTo(1 - 9 / 16, 1);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });

  it('looks at every host when told to', () => {
    const fixture = new Fixture({ lbPolicy: leastRequest({ fullScan: true }) }, [plainHosts(5)]);
    fixture.columns.activeRequests.set([3, 2, 1, 2, 3]);
    expect(new Set(fixture.picks(50))).toEqual(new Set([2]));
  });

  it('divides weights by the number of requests when weights differ', () => {
    const fixture = new Fixture({ lbPolicy: leastRequest() }, [weighted(2, 1)]);
    const [a = 0, b = 0] = fixture.shares(3000);
    expect(a / b).toBeCloseTo(2, 1);
  });
});

describe('random', () => {
  it('spreads evenly', () => {
    for (const share of new Fixture({ lbPolicy: { kind: 'RANDOM' } }, [plainHosts(4)]).shares(20_000)) {
      expect(share / 20_000).toBeCloseTo(0.25, 1);
    }
  });
});

describe.each([['ring hash', ringHash()] as const, ['Maglev', maglev()] as const])('%s', (_, lbPolicy) => {
  it('gives equal hashes the same host, and keeps most of them when a host leaves', () => {
    const fixture = new Fixture({ lbPolicy }, [plainHosts(5)]);
    const before = Array.from({ length: 400 }, (_unused, i) => fixture.pick({ hash: hashOf(i) }));
    expect(new Set(before).size).toBe(5);
    fixture.columns.flags[4] = HostHealthFlag.FailedOutlierCheck;
    fixture.refresh();
    const after = Array.from({ length: 400 }, (_unused, i) => fixture.pick({ hash: hashOf(i) }));
    const stayed = before.filter((host, i) => host !== 4 && after[i] === host).length;
    expect(stayed / before.filter((host) => host !== 4).length).toBeGreaterThan(0.75);
    expect(after).not.toContain(4);
  });

  it('moves on when a retry predicate rejects the host', () => {
    const fixture = new Fixture({ lbPolicy }, [plainHosts(5)]);
    const hash = hashOf(99);
    const first = fixture.pick({ hash });
    const second = fixture.pick({ hash, rejectHost: (host) => host === first, hostSelectionRetryMax: 5 });
    expect(second).not.toBe(first);
    expect(fixture.pick({ hash, rejectHost: () => true, hostSelectionRetryMax: 0 })).toBe(first);
  });
});

describe('retry predicates', () => {
  it('let the last pick stand when all are rejected', () => {
    const fixture = new Fixture({}, [plainHosts(3)]);
    expect(fixture.pick({ rejectHost: () => true, hostSelectionRetryMax: 4 })).not.toBe(NO_HOST);
    expect(fixture.balancer.lastPick.picks).toBe(5);
  });

  it('avoid priorities that were tried', () => {
    const fixture = new Fixture({}, [plainHosts(1), { priority: 1, hosts: [{}] }]);
    expect(new Set(fixture.picks(20))).toEqual(new Set([0]));
    const previousPriorities = { tried: [0], updateFrequency: 1 };
    expect(new Set(fixture.picks(20, { previousPriorities }))).toEqual(new Set([1]));
    const both = { tried: [0, 1], updateFrequency: 1 };
    expect(new Set(fixture.picks(20, { previousPriorities: both }))).toEqual(new Set([0]));
  });
});

describe('localities', () => {
  it('divide traffic by their weights and health', () => {
    const commonLb = commonLbConfig({ localityConfig: { kind: 'localityWeighted' } });
    const groups = [
      { zone: 'a', weight: 1, hosts: [{}, {}] },
      { zone: 'b', weight: 3, hosts: [{}] },
    ];
    expect(new Fixture({ commonLbConfig: commonLb }, groups).shares(400)).toEqual([50, 50, 300]);
    const weak = [
      { zone: 'a', weight: 1, hosts: [{}, {}] },
      { zone: 'b', weight: 1, hosts: [{}, UNHEALTHY, UNHEALTHY, UNHEALTHY] },
    ];
    // Zone b keeps 1.4 * 1/4 of its weight.
    const [a0 = 0, a1 = 0, b0 = 0] = new Fixture({ commonLbConfig: commonLb }, weak).shares(13_500);
    expect((a0 + a1) / b0).toBeCloseTo(1 / 0.35, 2);
  });

  it('keep to the own zone where both clusters are spread alike', () => {
    const zoneAware = {
      kind: 'zoneAware',
      routingEnabledPercent: 100,
      minClusterSize: 2,
      failTrafficOnPanic: false,
      forceLocalZone: false,
    } as const;
    const groups = [
      { zone: 'a', hosts: [{}, {}] },
      { zone: 'b', hosts: [{}, {}] },
    ];
    const commonLb = commonLbConfig({ localityConfig: zoneAware });
    const fixture = new Fixture({ commonLbConfig: commonLb }, groups, 'a');
    expect(fixture.shares(100)).toEqual([50, 50, 0, 0]);
    expect(fixture.balancer.lastPick.counters).toContain('lb_zone_routing_all_directly');
  });
});

describe('subsets', () => {
  const versions: Group = {
    hosts: [
      { lbMetadata: { version: 'v1', stage: 'prod' } },
      { lbMetadata: { version: 'v2', stage: 'prod' } },
      { lbMetadata: { version: 'v2' } },
    ],
  };
  const selector = (fallback?: Cluster['subsetSelectors'][number]['fallback'], fallbackKeys?: readonly string[]) => ({
    keys: ['version', 'stage'],
    singleHostPerSubset: false,
    ...(fallback === undefined ? {} : { fallback }),
    ...(fallbackKeys === undefined ? {} : { fallbackKeys }),
  });

  it('hold the hosts with exactly those values', () => {
    const fixture = new Fixture({ subsetSelectors: [{ ...selector(), keys: ['version'] }] }, [versions]);
    expect(fixture.shares(100, { metadataMatch: { version: 'v2' } })).toEqual([0, 50, 50]);
    expect(fixture.balancer.lastPick.counters).toContain('lb_subsets_selected');
    expect(fixture.pick({ metadataMatch: { version: 'v3' } })).toBe(NO_HOST);
    expect(fixture.pick({ metadataMatch: { version: 'v2', stage: 'prod' } })).toBe(NO_HOST);
    expect(fixture.pick()).toBe(NO_HOST);
  });

  it('fall back as the cluster says', () => {
    const any = new Fixture({ subsetSelectors: [selector()], subsetFallback: 'ANY_ENDPOINT' }, [versions]);
    expect(any.shares(99)).toEqual([33, 33, 33]);
    expect(any.balancer.lastPick.counters).toContain('lb_subsets_fallback');
    const standard = new Fixture(
      { subsetSelectors: [selector()], subsetFallback: 'DEFAULT_SUBSET', subsetDefault: { version: 'v1' } },
      [versions],
    );
    expect(standard.shares(10, { metadataMatch: { version: 'v9', stage: 'prod' } })).toEqual([10, 0, 0]);
  });

  it('fall back as the selector says, before the cluster', () => {
    const byKeys = { ...selector('KEYS_SUBSET', ['version']) };
    const versionOnly = { ...selector('NO_FALLBACK'), keys: ['version'] };
    const fixture = new Fixture({ subsetSelectors: [byKeys, versionOnly], subsetFallback: 'ANY_ENDPOINT' }, [versions]);
    expect(fixture.shares(100, { metadataMatch: { version: 'v2', stage: 'test' } })).toEqual([0, 50, 50]);
    expect(fixture.pick({ metadataMatch: { version: 'v9', stage: 'test' } })).toBe(NO_HOST);
  });

  it('restore with their balancers', () => {
    const init = { subsetSelectors: [{ ...selector(), keys: ['version'] }] };
    const metadataMatch = { version: 'v2' };
    const fixture = new Fixture(init, [versions]);
    fixture.picks(3, { metadataMatch });
    const state = structuredClone(fixture.balancer.save());
    const expected = fixture.picks(5, { metadataMatch });
    const other = new Fixture(init, [versions]);
    other.balancer.restore(state);
    expect(other.picks(5, { metadataMatch })).toEqual(expected);
  });
});

describe('slow start', () => {
  it('grows the weight over the window, from the least share on', () => {
    const slowStart = { windowNs: 10 * NS_PER_S, aggression: 1, minWeightPercent: 10 };
    const at = (seconds: number, aggression = 1): number =>
      slowStartWeight(100, { ...slowStart, aggression }, seconds * NS_PER_S);
    expect([at(0), at(0.5), at(5), at(10), at(60)]).toEqual([10, 10, 50, 100, 100]);
    expect(at(2.5, 2)).toBeCloseTo(50, 6);
    expect(at(5, 0.5)).toBeCloseTo(25, 6);
  });

  it('gives a host that has just become healthy little traffic', () => {
    const slowStart = { windowNs: 10 * NS_PER_S, aggression: 1, minWeightPercent: 10 };
    const fixture = new Fixture({ lbPolicy: { kind: 'ROUND_ROBIN', slowStart } }, [plainHosts(2)]);
    fixture.columns.healthySinceNs.set([-60 * NS_PER_S, 0]);
    fixture.refresh();
    const [old = 0, fresh = 0] = fixture.shares(1100);
    expect(old / fresh).toBeCloseTo(10, 0);
  });
});
