import { assert, handleIndex, MAX_SLOTS, type Ns } from '../../base';
import { EventOrder, type EventOrderState } from './event-order';

/**
 * Names one pending event: `generation * 2^22 + slot`, an exact integer of up to 53 bits (keep it in a Float64Array or a field). Once the event
 * was popped or cancelled the handle is stale for good. `NO_EVENT` is never pending.
 */
export type EventHandle = number;
export const NO_EVENT: EventHandle = 0;

/** A first-in-first-out lane of timers that all have one duration and one priority. */
export type TimerLane = number;

/** Plain-data state of an {@link EventQueue}, cut to the slots ever used. */
export interface EventQueueState {
  readonly words: Int32Array;
  readonly order: EventOrderState;
  readonly laneDurationsNs: readonly Ns[];
  readonly lanePriorities: readonly number[];
  readonly laneHeads: Int32Array;
  readonly laneTails: Int32Array;
  readonly firstFree: number;
  readonly size: number;
  readonly sequence: number;
}

// One slot is eight 32-bit words (32 bytes, half a cache line): what belongs to one event lies together in memory.
const KIND_AND_LANE = 0;
const A = 1;
const B = 2;
const C = 3;
/** One of the three constants below. */
const PLACE = 4;
/** The next timer of the lane, or the next free slot. */
const NEXT = 5;
const PREVIOUS = 6;
const GENERATION = 7;
const WORD_SHIFT = 3;

const FREE = 0;
/** In the order of events to come. */
const ORDERED = 1;
/** Behind an earlier timer of its lane. */
const IN_LANE = 2;
const NONE = -1;
/** Lane number of an event that is in no lane; lanes and kinds share one word. */
const NO_LANE = 0xffff;
const MAX_KIND = 0xffff;
const MAX_PRIORITY = 0xff;
/** `priority * 2^45 + sequence` orders events of one moment in a single comparison, exact up to 2^45 events. */
const SEQUENCE_SPAN = 0x200000000000;
const MAX_GENERATION = 0x7fffffff;

/**
 * Pending events in the total order (time, priority, sequence of scheduling), in which events can be cancelled, plus lanes for timers of
 * one constant duration, of which only the head takes part in the order. Events are numbers in typed arrays, so the queue makes no garbage, can be
 * checkpointed and can be hashed. Beside it in the test folder stands a sorted array with the same behaviour.
 */
export class EventQueue {
  /** Fields of the event that `pop` returned last. */
  timeNs: Ns = Number.NaN;
  kind = 0;
  a = 0;
  b = 0;
  c = 0;

  #words: Int32Array;
  readonly #order: EventOrder;
  #size = 0;
  #usedSlots = 0;
  #firstFree = NONE;
  #sequence = 0;
  #laneDurationsNs: Ns[] = [];
  #lanePriorities: number[] = [];
  #laneHeads = new Int32Array(16);
  #laneTails = new Int32Array(16);

  constructor(initialCapacity = 1024) {
    assert(initialCapacity >= 1 && initialCapacity <= MAX_SLOTS, 'queue capacity out of range');
    this.#words = new Int32Array(initialCapacity << WORD_SHIFT);
    this.#order = new EventOrder(initialCapacity);
  }

  /** Number of pending events. */
  get size(): number {
    return this.#size;
  }

  /** Number of events ever scheduled. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Time of the earliest event, infinite when there is none. */
  peekTimeNs(): Ns {
    return this.#order.firstTimeNs;
  }

  /** Schedules an event. `priority` (0 to 255, lower first) orders events of one moment; `kind` is below 2^16; the payload is three 32-bit integers. */
  // biome-ignore lint/complexity/useMaxParams: an event is six numbers, and an object for each would be garbage.
  push(timeNs: Ns, priority: number, kind: number, a: number, b: number, c: number): EventHandle {
    assert(priority >= 0 && priority <= MAX_PRIORITY, 'event priority out of range');
    const slot = this.#allocate(timeNs, priority, kind, a, b, c);
    this.#order.add(slot);
    return this.#handleOf(slot);
  }

  /** The lane for timers of `durationNs` and `priority`; made on first use. Lanes are for few, constant durations: they are never given back. */
  lane(durationNs: Ns, priority: number): TimerLane {
    assert(durationNs >= 0 && priority >= 0 && priority <= MAX_PRIORITY, 'lane duration or priority out of range');
    const durations = this.#laneDurationsNs;
    for (let lane = 0; lane < durations.length; lane++) {
      if (durations[lane] === durationNs && this.#lanePriorities[lane] === priority) return lane;
    }
    const lane = durations.length;
    assert(lane < NO_LANE, 'too many timer lanes');
    durations.push(durationNs);
    this.#lanePriorities.push(priority);
    if (lane === this.#laneHeads.length) this.#growLanes(lane * 2);
    this.#laneHeads[lane] = NONE;
    this.#laneTails[lane] = NONE;
    return lane;
  }

  /** The duration that a lane was made for. */
  laneDurationNs(lane: TimerLane): Ns {
    return this.#laneDurationsNs[lane] ?? Number.NaN;
  }

  /** Schedules a timer that was started at `nowNs`; within a lane `nowNs` never decreases. Constant time while the lane holds an earlier timer. */
  // biome-ignore lint/complexity/useMaxParams: an event is six numbers, and an object for each would be garbage.
  pushTimer(lane: TimerLane, nowNs: Ns, kind: number, a: number, b: number, c: number): EventHandle {
    assert(lane >= 0 && lane < this.#laneDurationsNs.length, 'unknown timer lane');
    const timeNs = nowNs + (this.#laneDurationsNs[lane] ?? 0);
    const slot = this.#allocate(timeNs, this.#lanePriorities[lane] ?? 0, kind, a, b, c);
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    const tail = this.#laneTails[lane] ?? NONE;
    words[at + KIND_AND_LANE] = kind | (lane << 16);
    words[at + PREVIOUS] = tail;
    this.#laneTails[lane] = slot;
    if (tail === NONE) {
      this.#laneHeads[lane] = slot;
      this.#order.add(slot);
    } else {
      assert(this.#order.timeOf(tail) <= timeNs, 'time goes backwards in a timer lane');
      words[(tail << WORD_SHIFT) + NEXT] = slot;
      words[at + PLACE] = IN_LANE;
    }
    return this.#handleOf(slot);
  }

  /** Takes out the earliest event and leaves its fields in `timeNs`, `kind`, `a`, `b`, `c`; false when there is none. */
  pop(): boolean {
    const order = this.#order;
    if (order.isEmpty) return false;
    const slot = order.firstSlot;
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    this.timeNs = order.firstTimeNs;
    this.kind = (words[at + KIND_AND_LANE] ?? 0) & MAX_KIND;
    this.a = words[at + A] ?? 0;
    this.b = words[at + B] ?? 0;
    this.c = words[at + C] ?? 0;
    order.removeFirst();
    const successor = this.#isInLane(slot) ? this.#unlink(slot) : NONE;
    if (successor !== NONE) this.#enter(successor);
    this.#release(slot);
    return true;
  }

  /** Removes a pending event; false when the handle is stale, which changes nothing. */
  cancel(handle: EventHandle): boolean {
    if (!this.isPending(handle)) return false;
    const slot = handleIndex(handle);
    const wasOrdered = this.#words[(slot << WORD_SHIFT) + PLACE] === ORDERED;
    const successor = this.#isInLane(slot) ? this.#unlink(slot) : NONE;
    if (wasOrdered && successor !== NONE) {
      this.#words[(successor << WORD_SHIFT) + PLACE] = ORDERED;
      this.#order.replace(slot, successor);
    } else if (wasOrdered) {
      this.#order.remove(slot);
    }
    this.#release(slot);
    return true;
  }

  /** The timer that is now the first of its lane takes part in the order. */
  #enter(slot: number): void {
    this.#words[(slot << WORD_SHIFT) + PLACE] = ORDERED;
    this.#order.add(slot);
  }

  #isInLane(slot: number): boolean {
    return (this.#words[(slot << WORD_SHIFT) + KIND_AND_LANE] ?? 0) >>> 16 !== NO_LANE;
  }

  /** Whether the event is still to come. */
  isPending(handle: EventHandle): boolean {
    const slot = handleIndex(handle);
    if (slot >= this.#usedSlots || this.#words[(slot << WORD_SHIFT) + PLACE] === FREE) return false;
    return this.#handleOf(slot) === handle;
  }

  /** Time of a pending event; NaN when the handle is stale. */
  timeOf(handle: EventHandle): Ns {
    return this.isPending(handle) ? this.#order.timeOf(handleIndex(handle)) : Number.NaN;
  }

  #handleOf(slot: number): EventHandle {
    return (this.#words[(slot << WORD_SHIFT) + GENERATION] ?? 0) * MAX_SLOTS + slot;
  }

  // biome-ignore lint/complexity/useMaxParams: the fields of an event, on the hot path.
  #allocate(timeNs: Ns, priority: number, kind: number, a: number, b: number, c: number): number {
    assert(timeNs >= 0 && timeNs <= Number.MAX_SAFE_INTEGER, 'event time out of range');
    assert(kind >= 0 && kind <= MAX_KIND, 'event kind out of range');
    let slot = this.#firstFree;
    if (slot === NONE) {
      slot = this.#usedSlots;
      if (slot === this.#order.capacity) this.#grow(slot * 2);
      this.#usedSlots = slot + 1;
      this.#words[(slot << WORD_SHIFT) + GENERATION] = 1;
    } else {
      this.#firstFree = this.#words[(slot << WORD_SHIFT) + NEXT] ?? NONE;
    }
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    words[at + KIND_AND_LANE] = kind | (NO_LANE << 16);
    words[at + A] = a;
    words[at + B] = b;
    words[at + C] = c;
    words[at + PLACE] = ORDERED;
    words[at + NEXT] = NONE;
    this.#order.setKey(slot, timeNs, priority * SEQUENCE_SPAN + this.#sequence);
    this.#sequence += 1;
    this.#size += 1;
    return slot;
  }

  #release(slot: number): void {
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    const generation = words[at + GENERATION] ?? 0;
    words[at + GENERATION] = generation === MAX_GENERATION ? 1 : generation + 1;
    words[at + PLACE] = FREE;
    words[at + NEXT] = this.#firstFree;
    this.#firstFree = slot;
    this.#size -= 1;
  }

  /** Takes a timer out of its lane and returns the one after it, or -1. */
  #unlink(slot: number): number {
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    const lane = (words[at + KIND_AND_LANE] ?? 0) >>> 16;
    const next = words[at + NEXT] ?? NONE;
    const previous = words[at + PREVIOUS] ?? NONE;
    if (next === NONE) this.#laneTails[lane] = previous;
    else words[(next << WORD_SHIFT) + PREVIOUS] = previous;
    if (previous === NONE) this.#laneHeads[lane] = next;
    else words[(previous << WORD_SHIFT) + NEXT] = next;
    return next;
  }

  #growLanes(capacity: number): void {
    const heads = new Int32Array(capacity);
    const tails = new Int32Array(capacity);
    heads.set(this.#laneHeads.subarray(0, capacity));
    tails.set(this.#laneTails.subarray(0, capacity));
    this.#laneHeads = heads;
    this.#laneTails = tails;
  }

  #grow(capacity: number): void {
    assert(capacity <= MAX_SLOTS, 'too many pending events');
    const words = new Int32Array(capacity << WORD_SHIFT);
    words.set(this.#words);
    this.#words = words;
    this.#order.grow(capacity);
  }

  save(): EventQueueState {
    const lanes = this.#laneDurationsNs.length;
    return {
      words: this.#words.slice(0, this.#usedSlots << WORD_SHIFT),
      order: this.#order.save(this.#usedSlots),
      laneDurationsNs: this.#laneDurationsNs.slice(),
      lanePriorities: this.#lanePriorities.slice(),
      laneHeads: this.#laneHeads.slice(0, lanes),
      laneTails: this.#laneTails.slice(0, lanes),
      firstFree: this.#firstFree,
      size: this.#size,
      sequence: this.#sequence,
    };
  }

  /** Brings back a saved state; handles from that moment are valid again. The state stays usable for further restores. */
  restore(state: EventQueueState): void {
    const usedSlots = state.words.length >> WORD_SHIFT;
    let { capacity } = this.#order;
    while (capacity < usedSlots) capacity *= 2;
    if (capacity > this.#order.capacity) this.#grow(capacity);
    this.#words.set(state.words);
    this.#order.restore(state.order);
    this.#usedSlots = usedSlots;
    this.#laneDurationsNs = state.laneDurationsNs.slice();
    this.#lanePriorities = state.lanePriorities.slice();
    if (state.laneHeads.length > this.#laneHeads.length) this.#growLanes(state.laneHeads.length * 2);
    this.#laneHeads.set(state.laneHeads);
    this.#laneTails.set(state.laneTails);
    this.#firstFree = state.firstFree;
    this.#size = state.size;
    this.#sequence = state.sequence;
  }
}
