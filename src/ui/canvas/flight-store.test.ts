import { beforeEach, describe, expect, test } from 'vitest';
import type { FlightFrame } from '../../worker';
import { EdgeTable } from './edge-table';
import { FAILED_STAY_MS, FlightStore, OUTCOME } from './flight-store';

const MS = 1_000_000;

interface Flight {
  readonly departMs: number;
  readonly arriveMs: number;
  readonly outcome?: number;
  readonly direction?: number;
  readonly id?: number;
}

let frames = 0;

function frame(nowMs: number, rate: number, flights: readonly Flight[] = [], reset = false): FlightFrame {
  return {
    frame: ++frames,
    nowNs: nowMs * MS,
    rate,
    reset,
    count: flights.length,
    edge: new Uint32Array(flights.length),
    departNs: Float64Array.from(flights, (flight) => flight.departMs * MS),
    arriveNs: Float64Array.from(flights, (flight) => flight.arriveMs * MS),
    outcome: Uint8Array.from(flights, (flight) => flight.outcome ?? OUTCOME.success),
    direction: Uint8Array.from(flights, (flight) => flight.direction ?? 0),
    requestId: Float64Array.from(flights, (flight, index) => flight.id ?? index + 1),
    keptShare: 1,
  };
}

describe('flights', () => {
  let store: FlightStore;

  beforeEach(() => {
    const edges = new EdgeTable();
    edges.set({
      count: 1,
      points: new Float32Array(128),
      lengths: Float32Array.of(200),
      edgeOfRow: Int32Array.of(0),
      covers: new Float32Array(0),
    });
    store = new FlightStore(edges);
  });

  test('keep their own duration when it is long enough to be seen', () => {
    store.add(frame(0, 1, [{ departMs: 0, arriveMs: 2000 }]), 0);
    expect(store.progress(0, 500 * MS)).toBeCloseTo(0.25, 5);
  });

  test('are drawn over a visible time when they are shorter', () => {
    store.add(frame(0, 1, [{ departMs: 0, arriveMs: 0.5 }]), 0);
    const atEnd = store.progress(0, 0.5 * MS);
    expect(atEnd).toBeLessThan(0.01);
    expect(store.progress(0, 700 * MS)).toBe(1);
  });

  test('go on from where they are when the speed changes', () => {
    store.add(frame(0, 1, [{ departMs: 0, arriveMs: 0.5 }]), 0);
    const before = store.progress(0, 300 * MS);
    store.add(frame(300, 0.01), 300);
    expect(store.progress(0, 300 * MS)).toBeCloseTo(before, 9);
    expect(store.progress(0, 310 * MS)).toBe(1);
  });

  test('stand still while paused and show the truth once stepped', () => {
    store.add(
      frame(0, 1, [
        { departMs: 0, arriveMs: 0.5 },
        { departMs: 0, arriveMs: 900 },
      ]),
      0,
    );
    store.add(frame(300, 0), 300);
    store.expire(store.clock.now(5_000), 5_000);
    expect(store.count).toBe(2);
    store.add(frame(450, 0, [{ departMs: 450, arriveMs: 451 }]), 6_000);
    expect(store.count).toBe(2);
    expect(store.progress(0, 450 * MS)).toBe(0.5);
    store.add(frame(451, 0), 6_100);
    store.expire(451 * MS, 6_100);
    expect(store.count).toBe(1);
  });

  test('disappear on arrival, but failed requests stay where they failed', () => {
    store.add(
      frame(0, 1, [
        { departMs: 0, arriveMs: 1000 },
        { departMs: 0, arriveMs: 1000, outcome: OUTCOME.failure },
        { departMs: 0, arriveMs: 1000, outcome: OUTCOME.failure, direction: 1 },
      ]),
      0,
    );
    store.expire(1001 * MS, 1001);
    expect(store.count).toBe(1);
    expect(store.outcome[0]).toBe(OUTCOME.failure);
    store.expire(1500 * MS, 1001 + FAILED_STAY_MS - 1);
    expect(store.count).toBe(1);
    store.expire(1700 * MS, 1001 + FAILED_STAY_MS + 1);
    expect(store.count).toBe(0);
  });

  test('are forgotten on a reset', () => {
    store.add(frame(0, 1, [{ departMs: 0, arriveMs: 1000 }]), 0);
    store.add(frame(9000, 1, [], true), 16);
    expect(store.count).toBe(0);
  });

  test('are thinned on a crowded edge, notable ones last, the selected one never', () => {
    store.selectedRequest = 7_000_001;
    const kept = { success: 0, failure: 0, selected: 0 };
    for (let round = 0; round < 200; round++) {
      const nowMs = round * 16;
      const flights = Array.from({ length: 40 }, (_, index) => ({
        departMs: nowMs,
        arriveMs: nowMs + 1,
        outcome: index % 4 === 0 ? OUTCOME.failure : OUTCOME.success,
        direction: 1,
        id: round * 40 + index + 1,
      }));
      const selected = { departMs: nowMs, arriveMs: nowMs + 1, id: 7_000_001, direction: 1 };
      const before = store.count;
      store.add(frame(nowMs, 1, [...flights, selected]), nowMs);
      if (round > 100) {
        for (let flight = before; flight < store.count; flight++) {
          if (store.requestId[flight] === 7_000_001) kept.selected += 1;
          else if (store.outcome[flight] === OUTCOME.failure) kept.failure += 1;
          else kept.success += 1;
        }
      }
      store.expire(nowMs * MS, nowMs);
    }
    expect(store.count).toBeLessThan(150);
    expect(kept.selected).toBe(99);
    expect(kept.failure / 10).toBeGreaterThan((kept.success / 30) * 2);
  });
});
