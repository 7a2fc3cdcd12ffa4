import { beforeAll, describe, expect, it } from 'vitest';
import { Welford } from '../../src/base';
import type { Distribution, EngineCommand, Simulation } from '../../src/engine';
import { leastRequest } from '../../src/xds';
import { loadNativeEngine } from '../support/native-engine';
import { applySnapshots, outboundCluster, serviceRoutes, SIDECAR_ONE_WORKER, sidecarSnapshot } from './engine/mesh';
import {
  addPods,
  application,
  compute,
  constant,
  constantNetwork,
  endpoint,
  exponential,
  MS,
  openLoad,
  podSpec,
  S,
  serviceEntry,
} from './engine/world';

const FOREVER = Number.MAX_SAFE_INTEGER;
const SERVICE_NS = MS;
const FIRST_SEED = 2000;

let engine: Awaited<ReturnType<typeof loadNativeEngine>>;

beforeAll(async () => {
  engine = await loadNativeEngine();
}, 120_000);

function simulate(seed: number, commands: readonly EngineCommand[]): Simulation {
  const simulation = new engine.Simulation({ seed });
  for (const command of commands) simulation.execute(command);
  return simulation;
}

/** One queue with some workers; messages take no time, so latency is waiting plus service. */
function queue(workers: number, utilisation: number, service: Distribution): EngineCommand[] {
  const pod = podSpec('a', 1, {
    application: application({ workers, queueLimit: 1_000_000, endpoints: [endpoint({ steps: [compute(service)] })] }),
  });
  const perSecond = (utilisation * workers * S) / SERVICE_NS;
  return [
    ...addPods([pod]),
    { kind: 'setServices', services: [serviceEntry('a', [pod])] },
    { kind: 'setNetwork', network: constantNetwork(0) },
    { kind: 'setLoads', loads: [openLoad('a', perSecond)] },
  ];
}

/** Mean waits in units of the mean service time, one per seed. */
function meanWaits(seeds: number, requests: number, commands: readonly EngineCommand[], perSecond: number): Welford {
  const waits = new Welford();
  for (let seed = 1; seed <= seeds; seed++) {
    const simulation = simulate(FIRST_SEED + seed, commands);
    simulation.advanceTo(Math.round((requests / perSecond) * S), FOREVER);
    waits.add((simulation.edgeLatency(0).meanNs ?? 0) / SERVICE_NS - 1);
  }
  return waits;
}

/** Probability that an arrival waits in M/M/c. */
function erlangC(servers: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - offered / servers);
  return last / (sum + last);
}

function expectClosedForm(waits: Welford, closedForm: number): void {
  expect(waits.confidence99 / closedForm).toBeLessThanOrEqual(0.03);
  expect(Math.abs(waits.mean - closedForm)).toBeLessThanOrEqual(waits.confidence99);
}

// Twenty million requests: seconds on an idle machine, more on a busy one.
describe('mean waits agree with queueing theory within the 99 % confidence interval', { timeout: 180_000 }, () => {
  const single = [
    { utilisation: 0.5, seeds: 20, requests: 30_000 },
    { utilisation: 0.8, seeds: 20, requests: 80_000 },
    { utilisation: 0.9, seeds: 20, requests: 220_000 },
  ];
  const multiple = [
    { utilisation: 0.5, seeds: 20, requests: 130_000 },
    { utilisation: 0.8, seeds: 20, requests: 90_000 },
    { utilisation: 0.9, seeds: 20, requests: 250_000 },
  ];

  it.each(single)('M/M/1 at $utilisation', ({ utilisation, seeds, requests }) => {
    const perSecond = (utilisation * S) / SERVICE_NS;
    const waits = meanWaits(seeds, requests, queue(1, utilisation, exponential(SERVICE_NS)), perSecond);
    expectClosedForm(waits, utilisation / (1 - utilisation));
  });

  it.each(multiple)('M/M/4 at $utilisation', ({ utilisation, seeds, requests }) => {
    const perSecond = (4 * utilisation * S) / SERVICE_NS;
    const waits = meanWaits(seeds, requests, queue(4, utilisation, exponential(SERVICE_NS)), perSecond);
    expectClosedForm(waits, erlangC(4, 4 * utilisation) / (4 * (1 - utilisation)));
  });

  it('M/G/1 at 0.7 with two kinds of service', () => {
    // Uniform on [0, 2] service times: mean 1, second moment 4/3 (Pollaczek-Khinchine).
    const service: Distribution = { kind: 'uniform', minNs: 0, maxNs: 2 * SERVICE_NS };
    const perSecond = (0.7 * S) / SERVICE_NS;
    const waits = meanWaits(12, 60_000, queue(1, 0.7, service), perSecond);
    expectClosedForm(waits, (0.7 * (4 / 3)) / (2 * (1 - 0.7)));
    const fixed = meanWaits(12, 60_000, queue(1, 0.7, constant(SERVICE_NS)), perSecond);
    expectClosedForm(fixed, 0.7 / (2 * (1 - 0.7)));
  });
});

describe('balancing', { timeout: 180_000 }, () => {
  it('least request with two choices has a far shorter tail than random', () => {
    const p99 = (lbPolicy: Parameters<typeof outboundCluster>[2]): number => {
      const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
      const bs = Array.from({ length: 10 }, (_, index) =>
        podSpec('b', index + 1, {
          application: application({
            workers: 1,
            queueLimit: 100_000,
            endpoints: [endpoint({ steps: [compute(exponential(SERVICE_NS))] })],
          }),
        }),
      );
      const unlimited = { thresholds: [{ priority: 'DEFAULT' as const, maxConnections: 1e6, maxPendingRequests: 1e6, maxRequests: 1e6, trackRemaining: false }] };
      const cluster = outboundCluster('b', bs, { circuitBreakers: unlimited, ...lbPolicy });
      const simulation = simulate(5, [
        ...addPods([a, ...bs]),
        { kind: 'setServices', services: [serviceEntry('b', bs)] },
        { kind: 'setNetwork', network: constantNetwork(0) },
        ...applySnapshots([[a, sidecarSnapshot(a, { clusters: [cluster], routes: serviceRoutes('b') }, undefined)]]),
        {
          kind: 'setLoads',
          loads: [openLoad('b', 8000, { origin: { kind: 'workload', namespace: 'default', workload: 'a' } })],
        },
      ]);
      simulation.advanceTo(25 * S, FOREVER);
      const edge = simulation.edgeStatistics().findIndex(({ key }) => key.destination === 'b');
      return (simulation.edgeLatency(edge).quantile(0.99) ?? 0) / SERVICE_NS;
    };
    const random = p99({ lbPolicy: { kind: 'RANDOM' } });
    const twoChoices = p99({ lbPolicy: leastRequest({}) });
    // Random splitting gives ten M/M/1 queues at 0.8: the 99th percentile of the time in one is ln(100) / (1 - 0.8).
    expect(random).toBeGreaterThan(21);
    expect(random).toBeLessThan(25);
    expect(twoChoices).toBeLessThan(random / 2.5);
  });
});
