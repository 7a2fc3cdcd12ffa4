import { expect, it } from 'vitest';
import { leastRequest } from '../../../src/xds';
import { importBundled } from '../../support/bundled';
import { applySnapshots, outboundCluster, SIDECAR_ONE_WORKER, serviceRoutes, sidecarSnapshot } from '../engine/mesh';
import {
  addPods,
  application,
  compute,
  constantNetwork,
  endpoint,
  exponential,
  MS,
  openLoad,
  podSpec,
  S,
  serviceEntry,
} from '../engine/world';

const SERVERS = 10;
const UTILISATION = 0.8;
const RATE_PER_S = (SERVERS * UTILISATION * S) / MS;
const RUN_NS = 25 * S;
const ANY_NUMBER = 1_000_000;

type Policy = Parameters<typeof outboundCluster>[2];

/** 99th percentile of the time from call to answer, in mean service times, behind one sidecar that balances over single servers. */
async function tailOf(policy: Policy): Promise<number> {
  const { Simulation } = await importBundled<typeof import('../../../src/engine')>('src/engine/index.ts');
  const client = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
  const server = application({
    workers: 1,
    queueLimit: 100_000,
    endpoints: [endpoint({ steps: [compute(exponential(MS))] })],
  });
  const servers = Array.from({ length: SERVERS }, (_, index) => podSpec('b', index + 1, { application: server }));
  const limits = { maxConnections: ANY_NUMBER, maxPendingRequests: ANY_NUMBER, maxRequests: ANY_NUMBER };
  const thresholds = [{ priority: 'DEFAULT' as const, ...limits, trackRemaining: false }];
  const clusters = [outboundCluster('b', servers, { circuitBreakers: { thresholds }, ...policy })];
  const origin = { kind: 'workload', namespace: 'default', workload: 'a' } as const;
  const simulation = new Simulation({ seed: 5 });
  for (const command of [
    ...addPods([client, ...servers]),
    { kind: 'setServices', services: [serviceEntry('b', servers)] } as const,
    { kind: 'setNetwork', network: constantNetwork(0) } as const,
    ...applySnapshots([[client, sidecarSnapshot(client, { clusters, routes: serviceRoutes('b') }, undefined)]]),
    { kind: 'setLoads', loads: [openLoad('b', RATE_PER_S, { origin })] } as const,
  ])
    simulation.execute(command);
  simulation.advanceTo(RUN_NS, Number.MAX_SAFE_INTEGER);
  const edge = simulation.edgeStatistics().find(({ key }) => key.destination === 'b');
  return (edge?.latency.p99Ns ?? 0) / MS;
}

it('random choice gives independent M/M/1 queues; the least of two choices has a far shorter tail', async () => {
  const random = await tailOf({ lbPolicy: { kind: 'RANDOM' } });
  const twoChoices = await tailOf({ lbPolicy: leastRequest({}) });
  // The time in M/M/1 is exponential with mean 1 / (1 - utilisation).
  const exact = Math.log(100) / (1 - UTILISATION);
  expect(Math.abs(random / exact - 1)).toBeLessThan(0.08);
  // Mitzenmacher 2001: with two choices queue lengths fall doubly exponentially; at 0.8 few requests meet more than three others.
  expect(twoChoices).toBeLessThan(random / 2.5);
  expect(twoChoices).toBeGreaterThan(Math.log(100));
}, 180_000);
