import { describe, expect, it } from 'vitest';
import { forwardTo, type RetryPolicy, retryPolicy, route } from '../../../src/xds';
import { clientWorld, clusterCounter, counters, send, server } from './client-world';
import { outboundName } from './mesh';
import { MS, request, S, simulate } from './world';

function hedged(init: Partial<RetryPolicy> = {}) {
  return route({
    action: forwardTo(outboundName('b'), {
      timeoutNs: 2 * S,
      retryPolicy: retryPolicy({ retryOn: '5xx', numRetries: 2, perTryTimeoutNs: 100 * MS, ...init }),
      hedgePolicy: { hedgeOnPerTryTimeout: true },
    }),
  });
}

describe('hedging on per-try timeouts', () => {
  it('starts another try beside a slow one, and the first answer wins', () => {
    const bs = [server('b', 1, { computeNs: S }), server('b', 2)];
    let second = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const simulation = simulate(seed, clientWorld(bs, { routes: [hedged()] }));
      const result = send(simulation);
      expect(result.status).toBe(200);
      expect(result.durationNs).toBeLessThan(200 * MS);
      if (clusterCounter(simulation, 'upstream_rq_total') === 1) continue;
      second += 1;
      expect(clusterCounter(simulation, 'upstream_rq_total')).toBe(2);
      // The timeout of the slow try resets nothing, so it is not counted.
      expect(clusterCounter(simulation, 'upstream_rq_per_try_timeout')).toBe(0);
      expect(clusterCounter(simulation, 'upstream_rq_retry_success')).toBe(1);
      expect(clusterCounter(simulation, 'upstream_rq_200')).toBe(1);
      const [line] = simulation.accessLog(1);
      expect(line?.upstreamHost).toBe('10.0.2.2:80');
    }
    expect(second).toBeGreaterThan(0);
  });

  it('lets the slow try win when it answers before the other one', () => {
    const bs = [server('b', 1, { computeNs: 250 * MS }), server('b', 2, { computeNs: 900 * MS })];
    const winners = new Set<string>();
    for (let seed = 1; seed <= 8; seed++) {
      const simulation = simulate(seed, clientWorld(bs, { routes: [hedged({ numRetries: 1 })] }));
      expect(send(simulation).status).toBe(200);
      expect(clusterCounter(simulation, 'upstream_rq_total')).toBe(2);
      winners.add(simulation.accessLog(1)[0]?.upstreamHost ?? '');
    }
    // Whichever came first: b-1 takes 250 ms, also as the second try.
    expect([...winners]).toEqual(['10.0.2.1:80']);
  });

  it('holds a bad answer back while another try is alive', () => {
    const bs = [server('b', 1, { computeNs: 150 * MS, status: 503 }), server('b', 2, { computeNs: 300 * MS })];
    let held = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const simulation = simulate(seed, clientWorld(bs, { routes: [hedged({ numRetries: 1 })] }));
      const result = send(simulation);
      expect(result.status).toBe(200);
      if (simulation.accessLog(1)[0]?.attempts === 2) held += 1;
      expect(clusterCounter(simulation, 'upstream_rq_503')).toBe(0);
    }
    expect(held).toBe(8);
  });

  it('ends all tries with the route timeout, each charged', () => {
    const bs = [server('b', 1, { computeNs: 20 * S }), server('b', 2, { computeNs: 20 * S })];
    const simulation = simulate(1, clientWorld(bs, { routes: [hedged({ numRetries: 1 })] }));
    const result = send(simulation);
    expect(result.status).toBe(504);
    expect(result.flags).toEqual(['URX', 'UT']);
    expect(clusterCounter(simulation, 'upstream_rq_timeout')).toBe(2);
    expect(clusterCounter(simulation, 'upstream_rq_504')).toBe(2);
    expect(counters(simulation)['http.outbound_0.0.0.0_80.downstream_rq_5xx']).toBe(1);
  });

  it('continues from a checkpoint taken while two tries are alive', () => {
    const bs = [server('b', 1, { computeNs: 400 * MS }), server('b', 2, { computeNs: 400 * MS })];
    const simulation = simulate(1, clientWorld(bs, { routes: [hedged()] }));
    const id = simulation.probe({ from: 'a-1', request: request('b') });
    simulation.advanceTo(300 * MS, 1_000_000);
    const saved = simulation.checkpoint();
    simulation.advanceTo(S, 1_000_000);
    const hash = simulation.traceHash();
    simulation.restore(saved);
    simulation.advanceTo(S, 1_000_000);
    simulation.checkInvariants();
    expect(simulation.traceHash()).toBe(hash);
    expect(simulation.probeResult(id)?.status).toBe(200);
  });
});
