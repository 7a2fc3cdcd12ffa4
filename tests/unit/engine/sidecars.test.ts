import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/engine';
import { applySnapshots, MUTUAL_TLS, outboundCluster, SIDECAR, serviceRoutes, sidecarSnapshot } from './mesh';
import {
  addPods,
  application,
  call,
  compute,
  constantNetwork,
  endpoint,
  exponential,
  MS,
  openLoad,
  podSpec,
  S,
  serviceEntry,
  simulate,
} from './world';

const FOREVER = Number.MAX_SAFE_INTEGER;

/** Outside load -> a (sidecar) -> b (sidecar), mutual TLS between the sidecars. */
function meshed(perSecond: number) {
  const a = podSpec('a', 1, {
    proxy: SIDECAR,
    application: application({ endpoints: [endpoint({ steps: [compute(exponential(MS)), call('b')] })] }),
  });
  const bs = [1, 2].map((index) =>
    podSpec('b', index, {
      proxy: SIDECAR,
      application: application({ endpoints: [endpoint({ steps: [compute(exponential(MS))] })] }),
    }),
  );
  const b = outboundCluster('b', bs, { transportSocket: MUTUAL_TLS });
  return [
    ...addPods([a, ...bs]),
    { kind: 'setServices', services: [serviceEntry('a', [a]), serviceEntry('b', bs)] },
    { kind: 'setNetwork', network: constantNetwork(MS / 2) },
    ...applySnapshots([
      [a, sidecarSnapshot(a, { clusters: [b], routes: serviceRoutes('b') }, {})],
      ...bs.map((pod) => [pod, sidecarSnapshot(pod, undefined, { mode: 'STRICT' as const })] as const),
    ]),
    { kind: 'setLoads', loads: [openLoad('a', perSecond)] },
  ] as const;
}

describe('two services with sidecars', () => {
  it('answers every request, over mutual TLS, and counts edges, log lines and spans', () => {
    const simulation = simulate(1, meshed(100));
    simulation.advanceTo(10 * S, FOREVER);
    simulation.checkInvariants();
    const edges = simulation.edgeStatistics();
    const inner = edges.find(({ key }) => key.destination === 'b');
    const outer = edges.find(({ key }) => key.destination === 'a');
    expect(outer?.requests).toBeGreaterThan(900);
    expect(outer?.byClass[2]).toBe(outer?.requests);
    expect(inner?.byClass[2]).toBe(inner?.requests);
    expect(inner?.mutualTls).toBe(inner?.requests);
    expect(outer?.mutualTls).toBe(0);
    const [line] = simulation.accessLog(1);
    expect(line).toMatchObject({ status: 200, details: 'via_upstream', method: 'GET' });
    expect(line?.text).toContain('"GET / HTTP/1.1" 200 - 0 0 ');
    const [trace] = simulation.recentTraces(1);
    expect(simulation.spans(trace ?? '').map(({ kind }) => kind)).toContain('application');
    const statistics = simulation.proxyStatistics('a-1');
    const prefix = 'cluster.outbound|80||b.default.svc.cluster.local';
    expect(statistics?.counters[`${prefix}.upstream_rq_200`]).toBe(inner?.requests);
  });

  it('has one trace per seed and survives checkpoints', () => {
    const simulation = simulate(2, meshed(200));
    simulation.advanceTo(2 * S, FOREVER);
    const checkpoint = structuredClone(simulation.checkpoint());
    simulation.advanceTo(4 * S, FOREVER);
    const hash = simulation.traceHash();
    const statistics = simulation.proxyStatistics('a-1');
    const again = simulate(2, meshed(200));
    again.advanceTo(4 * S, FOREVER);
    expect(again.traceHash()).toBe(hash);
    simulation.restore(checkpoint);
    simulation.checkInvariants();
    simulation.advanceTo(4 * S, FOREVER);
    expect(simulation.traceHash()).toBe(hash);
    const other = new Simulation({ seed: 2 });
    other.restore(checkpoint);
    other.advanceTo(4 * S, FOREVER);
    expect(other.traceHash()).toBe(hash);
    expect(other.proxyStatistics('a-1')).toEqual(statistics);
  });
});
