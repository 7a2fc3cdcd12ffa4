import { healthCheck, type LoadBalancingPolicy, leastRequest, type SlowStart } from '../../../src/xds';
import { MS } from '../configure';
import type { Scenario, Step } from '../contract';
import { CHECKS_BY_CHANCE, CONNECTIONS_BY_CHANCE, pod, straight } from './support';

const TOPIC = 'slow start';
const PODS = ['b', 'c', 'd'];

/** Finds a host healthy again a moment after its start, on both sides. */
const CHECK = healthCheck({
  kind: 'tcp',
  timeoutNs: 500 * MS,
  intervalNs: 50 * MS,
  noTrafficIntervalNs: 50 * MS,
  unhealthyThreshold: 1,
  healthyThreshold: 1,
});

interface Warming {
  readonly slowStart: SlowStart;
  readonly policy?: (slowStart: SlowStart) => LoadBalancingPolicy;
  /** How long the first hosts are up before the third one, and how long that one is before the requests. */
  readonly waitsMs: readonly [first: number, third: number];
  /** Of the third host, against 1 of each other. */
  readonly share: number;
}

const roundRobin = (slowStart: SlowStart): LoadBalancingPolicy => ({ kind: 'ROUND_ROBIN', slowStart });

/** 900 requests in about 1.5 s. */
const REQUESTS: Step = { kind: 'send', request: {}, count: 900, concurrency: 4, gapMs: 1.5 };

function warming(
  name: string,
  claim: string,
  { slowStart, policy = roundRobin, waitsMs: [firstMs, thirdMs], share }: Warming,
): Scenario {
  return {
    name: `slow-start-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b'), pod('c'), { ...pod('d'), startsUp: false }],
    configure: straight(PODS, {}, { lbPolicy: policy(slowStart), healthChecks: [CHECK] }),
    steps: [
      { kind: 'wait', ms: firstMs },
      { kind: 'pod', pod: 'd', up: true },
      { kind: 'wait', ms: thirdMs },
      REQUESTS,
    ],
    compare: {
      unordered: true,
      distribution: { field: 'host', shares: { b: 1, c: 1, d: share } },
      ignoredStatistics: [...CONNECTIONS_BY_CHANCE, ...CHECKS_BY_CHANCE],
    },
  };
}

/**
 * Hosts that started 3.4 s and 1.2 s before the requests: 1.2 / 4.6 to 2.7 / 6.1 of the way of the others while the window of 20 s lasts.
 */
const APART = [3400, 1200] as const;

export const SLOW_STARTS: readonly Scenario[] = [
  warming('linear', 'the weight of a new host grows linearly over the window', {
    slowStart: { windowNs: 20_000 * MS, aggression: 1, minWeightPercent: 1 },
    waitsMs: APART,
    share: 0.36,
  }),
  warming('aggression', 'an aggression of 2 lets the weight grow with the square root of time', {
    slowStart: { windowNs: 20_000 * MS, aggression: 2, minWeightPercent: 1 },
    waitsMs: APART,
    share: 0.6,
  }),
  warming('minimum-weight', 'a new host has 20 % of its weight at once', {
    slowStart: { windowNs: 6000 * MS, aggression: 0.25, minWeightPercent: 20 },
    waitsMs: [6500, 500],
    share: 0.2,
  }),
  warming('over', 'after its window a host has its full weight', {
    slowStart: { windowNs: 1000 * MS, aggression: 1, minWeightPercent: 10 },
    waitsMs: [500, 1700],
    share: 1,
  }),
  warming('least-request', 'least request schedules idle hosts by the weights of slow start', {
    slowStart: { windowNs: 20_000 * MS, aggression: 1, minWeightPercent: 1 },
    policy: (slowStart) => leastRequest({ slowStart }),
    waitsMs: APART,
    share: 0.36,
  }),
];
