import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError, cloneState, NS_PER_MS, Rng } from '../../base';
import { type EventHandler, Kernel } from './kernel';

const ARRIVAL = 1;
const DEPARTURE = 2;
const PATIENCE_ENDS = 3;
const NOBODY = -1;

/** A single server whose customers leave when they have waited too long: uses events, timers and cancellation. */
class ImpatientQueue implements EventHandler {
  readonly kernel = new Kernel(1);
  readonly #rng: Rng;
  #state = { waiting: [] as { id: number; patience: number }[], serving: NOBODY, nextId: 0, served: 0, lost: 0 };

  constructor(seed: number) {
    this.#rng = new Rng(seed).fork('queue');
    this.kernel.at(0, 0, ARRIVAL, 0, 0, 0);
  }

  get counts(): string {
    const { served, lost, waiting, nextId } = this.#state;
    return `${nextId} came, ${served} served, ${lost} lost, ${waiting.length} waiting`;
  }

  dispatch(kind: number, id: number): void {
    const state = this.#state;
    switch (kind) {
      case ARRIVAL: {
        const lane = this.kernel.lane(3 * NS_PER_MS, 1);
        const customer = state.nextId++;
        state.waiting.push({ id: customer, patience: this.kernel.startTimer(lane, PATIENCE_ENDS, customer, 0, 0) });
        this.kernel.after(this.#rng.exponential(NS_PER_MS), 0, ARRIVAL, 0, 0, 0);
        break;
      }
      case DEPARTURE:
        state.served += 1;
        state.serving = NOBODY;
        break;
      case PATIENCE_ENDS:
        state.lost += 1;
        state.waiting = state.waiting.filter((customer) => customer.id !== id);
        break;
    }
    const next = state.serving === NOBODY ? state.waiting.shift() : undefined;
    if (next === undefined) return;
    expect(this.kernel.cancel(next.patience)).toBe(true);
    state.serving = next.id;
    this.kernel.after(this.#rng.exponential(NS_PER_MS), 0, DEPARTURE, next.id, 0, 0);
  }

  /** A checkpoint, as the function that brings it back into any instance. */
  checkpoint(): (into: ImpatientQueue) => void {
    const kernel = this.kernel.save();
    const rng = this.#rng.save();
    const state = cloneState(this.#state);
    return (into) => {
      into.kernel.restore(kernel);
      into.#rng.restore(rng);
      into.#state = cloneState(state);
    };
  }
}

const ALL = Number.MAX_SAFE_INTEGER;

describe('Kernel', () => {
  it('has a fixed trace for a fixed seed', () => {
    const queue = new ImpatientQueue(1);
    queue.kernel.advanceTo(2000 * NS_PER_MS, ALL, queue);
    expect(queue.counts).toBe('1994 came, 1578 served, 416 lost, 0 waiting');
    expect(queue.kernel.traceHash()).toBe('02344aae50c49d35');
    const other = new ImpatientQueue(2);
    other.kernel.advanceTo(2000 * NS_PER_MS, ALL, other);
    expect(other.kernel.traceHash()).not.toBe(queue.kernel.traceHash());
  });

  it('gives the same trace however the run is cut into slices and rewound', () => {
    const endNs = 200 * NS_PER_MS;
    const whole = new ImpatientQueue(3);
    whole.kernel.advanceTo(endNs, ALL, whole);
    const slice = fc.record({ stepNs: fc.nat(50 * NS_PER_MS), maxEvents: fc.nat(100), rewind: fc.boolean() });
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 12, size: 'max' }), (slices) => {
        let queue = new ImpatientQueue(3);
        for (const { stepNs, maxEvents, rewind } of slices) {
          const restore = queue.checkpoint();
          const target = Math.min(endNs, queue.kernel.nowNs + stepNs);
          const { events, reached } = queue.kernel.advanceTo(target, maxEvents, queue);
          expect(events).toBeLessThanOrEqual(maxEvents);
          expect(reached).toBe(queue.kernel.nextEventNs > target);
          if (rewind) {
            queue = new ImpatientQueue(77);
            restore(queue);
          }
        }
        queue.kernel.advanceTo(endNs, ALL, queue);
        expect(queue.kernel.traceHash()).toBe(whole.kernel.traceHash());
        expect(queue.kernel.dispatched).toBe(whole.kernel.dispatched);
        expect(queue.counts).toBe(whole.counts);
      }),
      { numRuns: 50 },
    );
  });

  it('saves plain data', () => {
    const queue = new ImpatientQueue(3);
    queue.kernel.advanceTo(NS_PER_MS, ALL, queue);
    const state = queue.kernel.save();
    expect(cloneState(state)).toEqual(state);
  });

  it('dispatches events up to and including the wanted time and stops the clock there', () => {
    const kernel = new Kernel();
    const seen: [number, number][] = [];
    const handler = { dispatch: (kind: number): void => void seen.push([kernel.nowNs, kind]) };
    kernel.at(10, 0, 1, 0, 0, 0);
    kernel.at(20, 0, 2, 0, 0, 0);
    kernel.at(21, 0, 3, 0, 0, 0);
    expect(kernel.advanceTo(20, ALL, handler)).toEqual({ events: 2, reached: true });
    expect(seen).toEqual([
      [10, 1],
      [20, 2],
    ]);
    expect([kernel.nowNs, kernel.nextEventNs, kernel.pending, kernel.dispatched]).toEqual([20, 21, 1, 2]);
    expect(kernel.advanceTo(30, 0, handler)).toEqual({ events: 0, reached: false });
    expect(kernel.nowNs).toBe(20);
    expect(kernel.advanceTo(30, 1, handler)).toEqual({ events: 1, reached: true });
    expect(kernel.nowNs).toBe(30);
  });

  it('orders events of one moment by priority, then by scheduling, also those scheduled in that moment', () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const handler = {
      dispatch(kind: number): void {
        seen.push(kind);
        if (kind === 2) kernel.after(0, 1, 9, 0, 0, 0);
      },
    };
    const lane = kernel.lane(5, 1);
    kernel.startTimer(lane, 4, 0, 0, 0);
    kernel.at(5, 1, 5, 0, 0, 0);
    kernel.at(5, 0, 2, 0, 0, 0);
    kernel.at(5, 2, 6, 0, 0, 0);
    kernel.startTimer(lane, 7, 0, 0, 0);
    kernel.advanceTo(5, ALL, handler);
    expect(seen).toEqual([2, 4, 5, 7, 9, 6]);
  });

  it('hashes what happened, not what was cancelled', () => {
    const run = (cancelled: boolean): string => {
      const kernel = new Kernel();
      kernel.at(1, 0, 1, 0, 0, 0);
      if (cancelled) {
        const handle = kernel.at(2, 0, 2, 0, 0, 0);
        expect([kernel.isPending(handle), kernel.timeOf(handle)]).toEqual([true, 2]);
        kernel.cancel(handle);
      }
      kernel.advanceTo(5, ALL, { dispatch: () => undefined });
      return kernel.traceHash();
    };
    expect(run(true)).toBe(run(false));
    const kernel = new Kernel();
    const empty = kernel.traceHash();
    kernel.traceNumber(1);
    expect(kernel.traceHash()).not.toBe(empty);
  });

  it('refuses the past and fractions of a nanosecond', () => {
    const kernel = new Kernel();
    kernel.advanceTo(100, ALL, { dispatch: () => undefined });
    expect(() => kernel.at(99, 0, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => kernel.after(-1, 0, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => kernel.after(0.5, 0, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => kernel.after(Number.NaN, 0, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => kernel.lane(0.5, 0)).toThrow(AssertionError);
    expect(() => kernel.advanceTo(99, ALL, { dispatch: () => undefined })).toThrow(AssertionError);
    expect(() => kernel.advanceTo(100, -1, { dispatch: () => undefined })).toThrow(AssertionError);
  });
});
