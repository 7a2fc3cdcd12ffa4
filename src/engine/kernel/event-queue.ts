import { assert, handleIndex, MAX_SLOTS, type Ns } from '../../base';

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
  readonly keys: Float64Array;
  readonly heapSlots: Int32Array;
  readonly laneDurationsNs: readonly Ns[];
  readonly lanePriorities: readonly number[];
  readonly laneHeads: Int32Array;
  readonly laneTails: Int32Array;
  readonly firstFree: number;
  readonly size: number;
  readonly sequence: number;
}

// One slot is eight 32-bit words (32 bytes, half a cache line) and two doubles: what belongs to one event lies together in memory.
const KIND_AND_LANE = 0;
const A = 1;
const B = 2;
const C = 3;
/** Position in the heap, or one of the two constants below. */
const POSITION = 4;
/** The next timer of the lane, or the next free slot. */
const NEXT = 5;
const PREVIOUS = 6;
const GENERATION = 7;
const WORD_SHIFT = 3;
const TIME = 0;
const ORDER = 1;

const IN_LANE = -1;
const FREE = -2;
const NONE = -1;
/** Lane number of an event that is in no lane; lanes and kinds share one word. */
const NO_LANE = 0xffff;
const MAX_KIND = 0xffff;
const MAX_PRIORITY = 0xff;
/** `priority * 2^45 + sequence` orders events of one moment in a single comparison, exact up to 2^45 events. */
const SEQUENCE_SPAN = 0x200000000000;
const MAX_GENERATION = 0x7fffffff;

/**
 * Pending events in the total order (time, priority, sequence of scheduling): an indexed 4-ary heap, in which events can be cancelled, plus lanes for timers of
 * one constant duration, of which only the head is in the heap. Events are numbers in typed arrays, so the queue makes no garbage, can be
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
  #keys: Float64Array;
  #heapTimes: Float64Array;
  #heapSlots: Int32Array;
  #heapSize = 0;
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
    this.#keys = new Float64Array(initialCapacity * 2);
    this.#heapTimes = new Float64Array(initialCapacity);
    this.#heapSlots = new Int32Array(initialCapacity);
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
    return this.#heapSize === 0 ? Number.POSITIVE_INFINITY : (this.#heapTimes[0] ?? 0);
  }

  /** Schedules an event. `priority` (0 to 255, lower first) orders events of one moment; `kind` is below 2^16; the payload is three 32-bit integers. */
  // biome-ignore lint/complexity/useMaxParams: an event is six numbers, and an object for each would be garbage.
  push(timeNs: Ns, priority: number, kind: number, a: number, b: number, c: number): EventHandle {
    assert(priority >= 0 && priority <= MAX_PRIORITY, 'event priority out of range');
    const slot = this.#allocate(timeNs, priority, kind, a, b, c);
    const position = this.#heapSize;
    this.#heapSize = position + 1;
    this.#siftUp(position, slot, timeNs);
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
      const position = this.#heapSize;
      this.#heapSize = position + 1;
      this.#siftUp(position, slot, timeNs);
    } else {
      assert((this.#keys[2 * tail + TIME] ?? 0) <= timeNs, 'time goes backwards in a timer lane');
      words[(tail << WORD_SHIFT) + NEXT] = slot;
      words[at + POSITION] = IN_LANE;
    }
    return this.#handleOf(slot);
  }

  /** Takes out the earliest event and leaves its fields in `timeNs`, `kind`, `a`, `b`, `c`; false when there is none. */
  pop(): boolean {
    if (this.#heapSize === 0) return false;
    const slot = this.#heapSlots[0] ?? 0;
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    this.timeNs = this.#heapTimes[0] ?? 0;
    this.kind = (words[at + KIND_AND_LANE] ?? 0) & MAX_KIND;
    this.a = words[at + A] ?? 0;
    this.b = words[at + B] ?? 0;
    this.c = words[at + C] ?? 0;
    this.#takeOut(slot, 0);
    return true;
  }

  /** Removes a pending event; false when the handle is stale, which changes nothing. */
  cancel(handle: EventHandle): boolean {
    if (!this.isPending(handle)) return false;
    const slot = handleIndex(handle);
    const position = this.#words[(slot << WORD_SHIFT) + POSITION] ?? FREE;
    if (position === IN_LANE) {
      this.#unlink(slot);
      this.#release(slot);
    } else {
      this.#takeOut(slot, position);
    }
    return true;
  }

  /** Whether the event is still to come. */
  isPending(handle: EventHandle): boolean {
    const slot = handleIndex(handle);
    if (slot >= this.#usedSlots || this.#words[(slot << WORD_SHIFT) + POSITION] === FREE) return false;
    return this.#handleOf(slot) === handle;
  }

  /** Time of a pending event; NaN when the handle is stale. */
  timeOf(handle: EventHandle): Ns {
    return this.isPending(handle) ? (this.#keys[2 * handleIndex(handle) + TIME] ?? Number.NaN) : Number.NaN;
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
      if (slot === this.#heapTimes.length) this.#resize(slot * 2);
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
    words[at + NEXT] = NONE;
    this.#keys[2 * slot + TIME] = timeNs;
    this.#keys[2 * slot + ORDER] = priority * SEQUENCE_SPAN + this.#sequence;
    this.#sequence += 1;
    this.#size += 1;
    return slot;
  }

  #release(slot: number): void {
    const words = this.#words;
    const at = slot << WORD_SHIFT;
    const generation = words[at + GENERATION] ?? 0;
    words[at + GENERATION] = generation === MAX_GENERATION ? 1 : generation + 1;
    words[at + POSITION] = FREE;
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

  /** Removes an event that is in the heap at `position`. The next timer of its lane, if any, takes the place. */
  #takeOut(slot: number, position: number): void {
    const inLane = (this.#words[(slot << WORD_SHIFT) + KIND_AND_LANE] ?? 0) >>> 16 !== NO_LANE;
    const successor = inLane ? this.#unlink(slot) : NONE;
    this.#release(slot);
    if (successor !== NONE) {
      // It is later than the event it replaces, so it can only sink.
      this.#siftDown(position, successor, this.#keys[2 * successor + TIME] ?? 0);
      return;
    }
    const end = this.#heapSize - 1;
    this.#heapSize = end;
    if (position === end) return;
    const last = this.#heapSlots[end] ?? 0;
    const lastTimeNs = this.#heapTimes[end] ?? 0;
    if (position > 0 && this.#isBefore(lastTimeNs, last, (position - 1) >> 2)) this.#siftUp(position, last, lastTimeNs);
    else this.#siftDown(position, last, lastTimeNs);
  }

  /** Whether the event `slot` at `timeNs` comes before the one at heap position `other`. */
  #isBefore(timeNs: Ns, slot: number, other: number): boolean {
    const otherTimeNs = this.#heapTimes[other] ?? 0;
    if (timeNs !== otherTimeNs) return timeNs < otherTimeNs;
    const keys = this.#keys;
    return (keys[2 * slot + ORDER] ?? 0) < (keys[2 * (this.#heapSlots[other] ?? 0) + ORDER] ?? 0);
  }

  /** Moves the hole at `start` towards the root until `slot` fits. */
  #siftUp(start: number, slot: number, timeNs: Ns): void {
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    const words = this.#words;
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      if (!this.#isBefore(timeNs, slot, parent)) break;
      const moved = slots[parent] ?? 0;
      times[position] = times[parent] ?? 0;
      slots[position] = moved;
      words[(moved << WORD_SHIFT) + POSITION] = position;
      position = parent;
    }
    times[position] = timeNs;
    slots[position] = slot;
    words[(slot << WORD_SHIFT) + POSITION] = position;
  }

  /** Moves the hole at `start` towards the leaves until `slot` fits. */
  #siftDown(start: number, slot: number, timeNs: Ns): void {
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    const words = this.#words;
    const keys = this.#keys;
    const size = this.#heapSize;
    let position = start;
    for (;;) {
      const firstChild = (position << 2) + 1;
      if (firstChild >= size) break;
      const lastChild = firstChild + 3 < size ? firstChild + 3 : size - 1;
      let child = firstChild;
      let childTimeNs = times[child] ?? 0;
      for (let other = firstChild + 1; other <= lastChild; other++) {
        const otherTimeNs = times[other] ?? 0;
        if (otherTimeNs > childTimeNs) continue;
        if (
          otherTimeNs === childTimeNs &&
          (keys[2 * (slots[other] ?? 0) + ORDER] ?? 0) > (keys[2 * (slots[child] ?? 0) + ORDER] ?? 0)
        ) {
          continue;
        }
        child = other;
        childTimeNs = otherTimeNs;
      }
      if (timeNs < childTimeNs || (timeNs === childTimeNs && this.#isBefore(timeNs, slot, child))) break;
      const moved = slots[child] ?? 0;
      times[position] = childTimeNs;
      slots[position] = moved;
      words[(moved << WORD_SHIFT) + POSITION] = position;
      position = child;
    }
    times[position] = timeNs;
    slots[position] = slot;
    words[(slot << WORD_SHIFT) + POSITION] = position;
  }

  #growLanes(capacity: number): void {
    const heads = new Int32Array(capacity);
    const tails = new Int32Array(capacity);
    heads.set(this.#laneHeads.subarray(0, capacity));
    tails.set(this.#laneTails.subarray(0, capacity));
    this.#laneHeads = heads;
    this.#laneTails = tails;
  }

  #resize(capacity: number): void {
    assert(capacity <= MAX_SLOTS, 'too many pending events');
    const words = new Int32Array(capacity << WORD_SHIFT);
    const keys = new Float64Array(capacity * 2);
    const heapTimes = new Float64Array(capacity);
    const heapSlots = new Int32Array(capacity);
    words.set(this.#words);
    keys.set(this.#keys);
    heapTimes.set(this.#heapTimes);
    heapSlots.set(this.#heapSlots);
    this.#words = words;
    this.#keys = keys;
    this.#heapTimes = heapTimes;
    this.#heapSlots = heapSlots;
  }

  save(): EventQueueState {
    const lanes = this.#laneDurationsNs.length;
    return {
      words: this.#words.slice(0, this.#usedSlots << WORD_SHIFT),
      keys: this.#keys.slice(0, this.#usedSlots * 2),
      heapSlots: this.#heapSlots.slice(0, this.#heapSize),
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
    let capacity = this.#heapTimes.length;
    while (capacity < usedSlots) capacity *= 2;
    if (capacity > this.#heapTimes.length) this.#resize(capacity);
    this.#words.set(state.words);
    this.#keys.set(state.keys);
    this.#heapSlots.set(state.heapSlots);
    this.#usedSlots = usedSlots;
    this.#heapSize = state.heapSlots.length;
    for (let position = 0; position < this.#heapSize; position++) {
      this.#heapTimes[position] = state.keys[2 * (state.heapSlots[position] ?? 0) + TIME] ?? 0;
    }
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
