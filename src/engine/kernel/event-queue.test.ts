import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError, Rng } from '../../base';
import { type EventHandle, EventQueue, NO_EVENT } from './event-queue';

interface PlainEvent {
  readonly timeNs: number;
  readonly priority: number;
  readonly sequence: number;
  readonly kind: number;
  readonly payload: readonly [a: number, b: number, c: number];
  readonly handle: EventHandle;
}

/** What the queue must do, written as a sorted array. */
class SortedArray {
  events: PlainEvent[] = [];

  add(event: PlainEvent): void {
    this.events.push(event);
    this.events.sort((x, y) => x.timeNs - y.timeNs || x.priority - y.priority || x.sequence - y.sequence);
  }

  cancel(handle: EventHandle): boolean {
    const before = this.events.length;
    this.events = this.events.filter((event) => event.handle !== handle);
    return this.events.length < before;
  }
}

type Operation =
  | { readonly op: 'push'; readonly delayNs: number; readonly priority: number }
  | { readonly op: 'timer'; readonly durationNs: number; readonly priority: number }
  | { readonly op: 'pop' }
  | { readonly op: 'cancel'; readonly pick: number }
  | { readonly op: 'checkpoint' }
  | { readonly op: 'rewind' };

// Few distinct delays and priorities, so that ties are common.
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('push' as const), delayNs: fc.nat(5), priority: fc.nat(2) }) },
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('timer' as const), durationNs: fc.nat(4), priority: fc.nat(1) }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('pop' as const) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('cancel' as const), pick: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('checkpoint' as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('rewind' as const) }) },
);

/** Runs operations on the queue and on the sorted array and compares after each. */
class Comparison {
  queue = new EventQueue(1);
  readonly model = new SortedArray();
  readonly handles: EventHandle[] = [NO_EVENT];
  nowNs = 0;
  scheduled = 0;
  saved = { state: this.queue.save(), events: [...this.model.events], nowNs: 0, handles: 1 };

  apply(operation: Operation): void {
    switch (operation.op) {
      case 'push':
      case 'timer':
        this.#schedule(operation);
        break;
      case 'pop':
        this.#pop();
        break;
      case 'cancel': {
        // Any handle ever given out: most are stale.
        const handle = this.handles[operation.pick % this.handles.length] ?? NO_EVENT;
        const expected = this.model.cancel(handle);
        expect(this.queue.isPending(handle)).toBe(expected);
        expect(this.queue.cancel(handle)).toBe(expected);
        break;
      }
      case 'checkpoint':
        this.saved = {
          state: this.queue.save(),
          events: [...this.model.events],
          nowNs: this.nowNs,
          handles: this.handles.length,
        };
        break;
      case 'rewind':
        this.#rewind();
        break;
    }
    expect(this.queue.size).toBe(this.model.events.length);
    expect(this.queue.peekTimeNs()).toBe(this.model.events[0]?.timeNs ?? Number.POSITIVE_INFINITY);
    for (const event of this.model.events) expect(this.queue.timeOf(event.handle)).toBe(event.timeNs);
  }

  #schedule(operation: Extract<Operation, { op: 'push' | 'timer' }>): void {
    // Counted here and never rewound: a queue that forgot its own count would order a tie wrongly.
    const sequence = this.scheduled++;
    const { priority } = operation;
    const payload = [sequence, 0 - sequence, sequence * 0x10001] as const;
    const kind = sequence & 0xffff;
    const delayNs = operation.op === 'push' ? operation.delayNs : operation.durationNs;
    const handle =
      operation.op === 'push'
        ? this.queue.push(this.nowNs + delayNs, priority, kind, ...payload)
        : this.queue.pushTimer(this.queue.lane(delayNs, priority), this.nowNs, kind, ...payload);
    this.handles.push(handle);
    this.model.add({ timeNs: this.nowNs + delayNs, priority, sequence, kind, payload, handle });
  }

  #pop(): void {
    const expected = this.model.events.shift();
    expect(this.queue.pop()).toBe(expected !== undefined);
    if (expected === undefined) return;
    const { timeNs, kind, a, b, c } = this.queue;
    expect({ timeNs, kind, payload: [a, b, c] }).toEqual({
      timeNs: expected.timeNs,
      kind: expected.kind,
      payload: expected.payload,
    });
    this.nowNs = timeNs;
  }

  #rewind(): void {
    // Now into the same queue, now into a fresh one.
    if (this.handles.length % 2 === 0) this.queue = new EventQueue(1);
    this.queue.restore(this.saved.state);
    this.model.events = [...this.saved.events];
    this.nowNs = this.saved.nowNs;
    // Handles given out after the checkpoint belong to a future that no longer exists; the replay hands them out again.
    this.handles.length = this.saved.handles;
  }
}

describe('EventQueue', () => {
  it('does what a sorted array does, cancels and checkpoints included', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 150, size: 'max' }), (operations) => {
        const comparison = new Comparison();
        for (const each of operations) comparison.apply(each);
        while (comparison.model.events.length > 0) comparison.apply({ op: 'pop' });
        comparison.apply({ op: 'pop' });
      }),
      { numRuns: 300 },
    );
  });

  it('does so too with thousands of pending events', () => {
    const rng = new Rng(4);
    const comparison = new Comparison();
    const { queue } = comparison;
    const pending: { key: number; id: number; handle: EventHandle }[] = [];
    for (let id = 0; id < 5000; id++) {
      const timeNs = rng.nextBelow(1000);
      const priority = rng.nextBelow(3);
      pending.push({ key: timeNs * 4 + priority, id, handle: queue.push(timeNs, priority, 1, id, 0, 0) });
    }
    const kept = pending.filter(({ handle }) => rng.chance(2, 3) || !queue.cancel(handle));
    kept.sort((x, y) => x.key - y.key || x.id - y.id);
    expect(kept.length).toBeLessThan(4000);
    const popped: number[] = [];
    while (queue.pop()) popped.push(queue.a);
    expect(popped).toEqual(kept.map(({ id }) => id));
  });

  it('keeps stale handles stale however often a slot is used again', () => {
    const queue = new EventQueue(1);
    const stale: EventHandle[] = [];
    for (let i = 0; i < 1000; i++) {
      stale.push(queue.push(i, 0, 1, 0, 0, 0));
      queue.pop();
    }
    const live = queue.push(1000, 0, 1, 7, 0, 0);
    for (const handle of stale) expect(queue.cancel(handle)).toBe(false);
    expect(new Set(stale).size).toBe(1000);
    expect(queue.isPending(live)).toBe(true);
    expect(queue.cancel(live)).toBe(true);
    expect(queue.cancel(live)).toBe(false);
    expect(queue.timeOf(live)).toBeNaN();
    expect(queue.isPending(Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it('keeps the whole range of its fields', () => {
    const queue = new EventQueue();
    queue.push(Number.MAX_SAFE_INTEGER, 255, 0xffff, 0x7fffffff, -0x80000000, 0);
    queue.push(Number.MAX_SAFE_INTEGER, 0, 0, 0, 0, -1);
    queue.pop();
    expect([queue.timeNs, queue.kind, queue.c]).toEqual([Number.MAX_SAFE_INTEGER, 0, -1]);
    queue.pop();
    expect([queue.kind, queue.a, queue.b, queue.c]).toEqual([0xffff, 0x7fffffff, -0x80000000, 0]);
  });

  it('gives one lane per duration and priority, and many of them', () => {
    const queue = new EventQueue();
    const lanes = Array.from({ length: 100 }, (_, i) => queue.lane(1000 - i, i % 2));
    expect(new Set(lanes).size).toBe(100);
    expect(queue.lane(1000, 0)).toBe(lanes[0]);
    expect(queue.lane(1000, 1)).not.toBe(lanes[0]);
    expect(queue.laneDurationNs(lanes[3] ?? -1)).toBe(997);
    for (const [i, lane] of lanes.entries()) queue.pushTimer(lane, 0, 1, i, 0, 0);
    const order: number[] = [];
    while (queue.pop()) order.push(queue.a);
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => 99 - i));
    const copy = new EventQueue(1);
    copy.restore(queue.save());
    expect(copy.lane(901, 1)).toBe(lanes[99]);
  });

  it('refuses what would break its order', () => {
    const queue = new EventQueue();
    const lane = queue.lane(10, 0);
    queue.pushTimer(lane, 100, 1, 0, 0, 0);
    expect(() => queue.pushTimer(lane, 99, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => queue.pushTimer(lane + 1, 100, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => queue.push(Number.NaN, 0, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => queue.push(-1, 0, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => queue.push(1, 256, 1, 0, 0, 0)).toThrow(AssertionError);
    expect(() => queue.push(1, 0, 0x10000, 0, 0, 0)).toThrow(AssertionError);
  });
});
