import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/engine';
import { MS, S, simulate, twoTier } from './world';

const FOREVER = Number.MAX_SAFE_INTEGER;

describe('a chain of two services without proxies', () => {
  it('serves every request and counts it once per edge', () => {
    const simulation = simulate(1, twoTier(200));
    simulation.advanceTo(10 * S, FOREVER);
    simulation.checkInvariants();
    const [client, inner] = simulation.edgeStatistics();
    expect(client?.key).toMatchObject({ source: 'load', destination: 'a', version: 'v1', protocol: 'http' });
    expect(inner?.key).toMatchObject({ source: 'a', destination: 'b' });
    expect(client?.requests).toBeGreaterThan(1800);
    expect(client?.byClass).toEqual([0, 0, client?.requests, 0, 0, 0]);
    expect(inner?.latency.p50Ns).toBeGreaterThan(MS / 2);
    expect(client?.latency.meanNs ?? 0).toBeGreaterThan((inner?.latency.meanNs ?? 0) + MS);
  });

  it('has the same trace on every run and another one with another seed', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => {
      const simulation = simulate(seed, twoTier(200));
      simulation.advanceTo(5 * S, FOREVER);
      return simulation.traceHash();
    });
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('does not depend on the slices in which it advances', () => {
    const whole = simulate(3, twoTier(300));
    whole.advanceTo(3 * S, FOREVER);
    const sliced = simulate(3, twoTier(300));
    while (!sliced.advanceTo(3 * S, 97).reached);
    expect(sliced.traceHash()).toBe(whole.traceHash());
  });

  it('goes back to a checkpoint exactly, in the same simulation and in a new one', () => {
    const simulation = simulate(4, twoTier(300));
    simulation.advanceTo(2 * S, FOREVER);
    const checkpoint = structuredClone(simulation.checkpoint());
    simulation.advanceTo(4 * S, FOREVER);
    const hash = simulation.traceHash();
    const edges = simulation.edgeStatistics();
    simulation.restore(checkpoint);
    expect(simulation.nowNs).toBe(2 * S);
    simulation.advanceTo(4 * S, FOREVER);
    expect(simulation.traceHash()).toBe(hash);
    expect(simulation.edgeStatistics()).toEqual(edges);
    const other = new Simulation({ seed: 4 });
    other.restore(checkpoint);
    other.advanceTo(4 * S, FOREVER);
    expect(other.traceHash()).toBe(hash);
  });

  it('draws flights only while somebody looks, two per request and edge', () => {
    const simulation = simulate(5, twoTier(100));
    simulation.advanceTo(S, FOREVER);
    expect(simulation.takeFlights().count).toBe(0);
    simulation.setFlightRecording(true);
    const before = simulation.edgeStatistics().reduce((sum, edge) => sum + edge.requests, 0);
    simulation.advanceTo(3 * S, FOREVER);
    const flights = simulation.takeFlights();
    const after = simulation.edgeStatistics().reduce((sum, edge) => sum + edge.requests, 0);
    expect(Math.abs(flights.count - 2 * (after - before))).toBeLessThan(10);
    for (let i = 0; i < flights.count; i++) {
      expect(flights.arriveNs[i]).toBeGreaterThan(flights.departNs[i] ?? 0);
    }
  });
});
