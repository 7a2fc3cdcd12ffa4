import { describe, expect, it } from 'vitest';
import type { EngineCommand, PodSpec, Simulation } from '../../../src/engine';
import {
  type Cluster,
  cluster,
  clusterLoadAssignment,
  commonLbConfig,
  healthCheck,
  type Init,
  type Locality,
  type LocalityLbEndpoints,
  lbEndpoint,
  localityLbEndpoints,
} from '../../../src/xds';
import { clientWorld, clusterCounter, FOREVER, server } from './client-world';
import { outboundName } from './mesh';
import { MS, openLoad, S, simulate } from './world';

function zone(name: string): Locality {
  return { region: 'r1', zone: name, subZone: '' };
}

interface Group extends Partial<LocalityLbEndpoints> {
  readonly pods: readonly PodSpec[];
}

function grouped(
  service: string,
  groups: readonly Group[],
  init: Init<Omit<Cluster, 'name' | 'discovery'>> = {},
): Cluster {
  const endpoints = groups.map(({ pods, ...rest }) =>
    localityLbEndpoints({ lbEndpoints: pods.map(({ ip }) => lbEndpoint(ip, 80)), ...rest }),
  );
  const loadAssignment = clusterLoadAssignment({ clusterName: service, endpoints });
  return cluster({ name: outboundName(service), discovery: { kind: 'STATIC', loadAssignment }, ...init });
}

const LOAD: EngineCommand = {
  kind: 'setLoads',
  loads: [
    openLoad('b', 200, {
      origin: { kind: 'workload', namespace: 'default', workload: 'a' },
      arrivals: { kind: 'open', process: 'constant', rate: { kind: 'flat', perSecond: 200 } },
    }),
  ],
};

/** Requests that each host of b has had so far, in the order of the pods. */
function requests(simulation: Simulation, pods: readonly PodSpec[]): readonly number[] {
  return pods.map(({ ip }) => clusterCounter(simulation, `host.${ip}:80.rq_total`));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const six = [1, 2, 3, 4, 5, 6].map((index) => server('b', index));
const near = six.slice(0, 3);
const far = six.slice(3);

describe('zone-aware routing', () => {
  const config = commonLbConfig({
    localityConfig: {
      kind: 'zoneAware',
      routingEnabledPercent: 100,
      minClusterSize: 6,
      failTrafficOnPanic: false,
      forceLocalZone: false,
    },
    healthyPanicThresholdPercent: 0,
  });
  const checks = [
    healthCheck({
      kind: 'tcp',
      timeoutNs: 100 * MS,
      intervalNs: S,
      noTrafficIntervalNs: S,
      unhealthyThreshold: 1,
      healthyThreshold: 1,
    }),
  ];

  function zones(ownFar: number, withChecks = false): Simulation {
    const peers = [2, 3, 4].map((index) => server('a', index, { pod: { workload: 'peers' } }));
    const b = grouped(
      'b',
      [
        { pods: near, locality: zone('z1') },
        { pods: far, locality: zone('z2') },
      ],
      { commonLbConfig: config, ...(withChecks ? { healthChecks: checks } : {}) },
    );
    const a = grouped('a', [
      { pods: peers.slice(ownFar), locality: zone('z1') },
      { pods: peers.slice(0, ownFar), locality: zone('z2') },
    ]);
    const commands = clientWorld(six, { clusters: [b, a], others: peers, locality: zone('z1') });
    const simulation = simulate(
      1,
      commands.map((command) => {
        if (command.kind !== 'applySnapshot') return command;
        const { snapshot } = command;
        return {
          ...command,
          snapshot: { ...snapshot, node: { ...snapshot.node, localClusterName: outboundName('a') } },
        };
      }),
    );
    simulation.execute(LOAD);
    return simulation;
  }

  it('stays in the own zone while that has its share', () => {
    const simulation = zones(2);
    simulation.advanceTo(2 * S, FOREVER);
    expect(sum(requests(simulation, near))).toBeGreaterThan(390);
    expect(sum(requests(simulation, far))).toBe(0);
    expect(clusterCounter(simulation, 'lb_zone_routing_all_directly')).toBeGreaterThan(390);
  });

  it('sends what is too much for the own zone across', () => {
    const simulation = zones(1);
    simulation.advanceTo(10 * S, FOREVER);
    // Two of three callers are in the zone that has half of the hosts: three quarters stay.
    const share = sum(requests(simulation, near)) / sum(requests(simulation, six));
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(clusterCounter(simulation, 'lb_zone_routing_cross_zone')).toBeGreaterThan(0);
  });

  it('follows health, and continues from a checkpoint', () => {
    const simulation = zones(2, true);
    simulation.advanceTo(2 * S, FOREVER);
    const before = sum(requests(simulation, far));
    for (const { name } of near.slice(1)) {
      const fault = { kind: 'crash', target: { podName: name } } as const;
      simulation.execute({ kind: 'setFault', id: name, fault });
    }
    simulation.advanceTo(4 * S, FOREVER);
    expect(before).toBe(0);
    // Four hosts are fewer than zones take.
    expect(sum(requests(simulation, far))).toBeGreaterThan(50);
    const saved = simulation.checkpoint();
    simulation.advanceTo(6 * S, FOREVER);
    const hash = simulation.traceHash();
    const counts = requests(simulation, six);
    simulation.restore(saved);
    simulation.advanceTo(6 * S, FOREVER);
    simulation.checkInvariants();
    expect(simulation.traceHash()).toBe(hash);
    expect(requests(simulation, six)).toEqual(counts);
  });
});

describe('priorities, weights of localities and slow start in traffic', () => {
  it('spills over to the next priority as the first one loses hosts', () => {
    const unhealthy = near.slice(1).map(({ ip }) => ({ ...lbEndpoint(ip, 80), healthStatus: 'UNHEALTHY' as const }));
    const healthyOne = near.slice(0, 1).map(({ ip }) => lbEndpoint(ip, 80));
    const loadAssignment = clusterLoadAssignment({
      clusterName: 'b',
      endpoints: [
        localityLbEndpoints({ priority: 0, lbEndpoints: [...healthyOne, ...unhealthy] }),
        localityLbEndpoints({ priority: 1, lbEndpoints: far.map(({ ip }) => lbEndpoint(ip, 80)) }),
      ],
    });
    const b = cluster({ name: outboundName('b'), discovery: { kind: 'STATIC', loadAssignment } });
    const simulation = simulate(1, clientWorld(six, { clusters: [b] }));
    simulation.execute(LOAD);
    simulation.advanceTo(10 * S, FOREVER);
    // One host of three, overprovisioned by 1.4: 46 per cent.
    const share = sum(requests(simulation, near)) / sum(requests(simulation, six));
    expect(share).toBeGreaterThan(0.42);
    expect(share).toBeLessThan(0.5);
  });

  it('divides by the weights of localities', () => {
    const b = grouped(
      'b',
      [
        { pods: near, locality: zone('z1'), loadBalancingWeight: 4 },
        { pods: far, locality: zone('z2'), loadBalancingWeight: 1 },
      ],
      { commonLbConfig: commonLbConfig({ localityConfig: { kind: 'localityWeighted' } }) },
    );
    const simulation = simulate(1, clientWorld(six, { clusters: [b] }));
    simulation.execute(LOAD);
    simulation.advanceTo(5 * S, FOREVER);
    expect(sum(requests(simulation, near)) / sum(requests(simulation, six))).toBeCloseTo(0.8, 1);
  });

  it('warms a host up that has just joined', () => {
    const slowStart = { windowNs: 20 * S, aggression: 1, minWeightPercent: 10 };
    const b = cluster({ name: outboundName('b'), lbPolicy: { kind: 'ROUND_ROBIN', slowStart } });
    const [first, second] = [six.slice(0, 1), six.slice(0, 2)];
    const discovered = (pods: readonly PodSpec[]): readonly EngineCommand[] =>
      clientWorld(second, { clusters: [b] }).map((command) => {
        if (command.kind !== 'applySnapshot') return command;
        const lbEndpoints = pods.map(({ ip }) => lbEndpoint(ip, 80));
        const endpoints = [
          clusterLoadAssignment({ clusterName: outboundName('b'), endpoints: [localityLbEndpoints({ lbEndpoints })] }),
        ];
        return { ...command, snapshot: { ...command.snapshot, endpoints } };
      });
    const simulation = simulate(1, discovered(first));
    simulation.execute(LOAD);
    simulation.advanceTo(30 * S, FOREVER);
    const joined = discovered(second).find(({ kind }) => kind === 'applySnapshot');
    if (joined !== undefined) simulation.execute(joined);
    simulation.advanceTo(32 * S, FOREVER);
    const early = requests(simulation, second);
    simulation.advanceTo(60 * S, FOREVER);
    const middle = requests(simulation, second);
    simulation.advanceTo(64 * S, FOREVER);
    const late = requests(simulation, second);
    expect(early[1] ?? 0).toBeGreaterThan(0);
    expect(early[1] ?? 0).toBeLessThan(60);
    expect((late[1] ?? 0) - (middle[1] ?? 0)).toBeCloseTo((late[0] ?? 0) - (middle[0] ?? 0), -1);
  });
});
