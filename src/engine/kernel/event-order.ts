import type { Ns } from '../../base';

/** Plain-data state of an {@link EventOrder}, cut to the slots ever used. */
export interface EventOrderState {
  readonly times: Float64Array;
  readonly ranks: Float64Array;
  readonly frontSlots: Int32Array;
  readonly heapSlots: Int32Array;
}

/** Slots in the front; small enough that moving half of it costs less than one sift through a heap. */
const FRONT_CAPACITY = 64;
const HALF = FRONT_CAPACITY / 2;
/** How many an empty front takes from the heap: room is left for those that come next. */
const REFILL = 48;
/** Position of a slot that is in the front, or nowhere. */
const NOT_IN_HEAP = -1;

/**
 * Slots in the total order (time, rank): the earliest few in a short sorted array, the others in an indexed 4-ary heap. Most events are
 * scheduled shortly before they happen, so they enter and leave at the end of the short array and never see the heap; a heap alone
 * pays a mispredicted branch or two on every level for each of them.
 */
export class EventOrder {
  /** Keys by slot. */
  #times: Float64Array;
  #ranks: Float64Array;
  /** Positions in the heap by slot. */
  #positions: Int32Array;
  /** The latest first, so that the next event is taken off the end. Not empty unless the heap is; nothing in it is later than the heap. */
  readonly #frontTimes = new Float64Array(FRONT_CAPACITY);
  readonly #frontSlots = new Int32Array(FRONT_CAPACITY);
  #frontSize = 0;
  #heapTimes: Float64Array;
  #heapSlots: Int32Array;
  #heapSize = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#ranks = new Float64Array(capacity);
    this.#positions = new Int32Array(capacity).fill(NOT_IN_HEAP);
    this.#heapTimes = new Float64Array(capacity);
    this.#heapSlots = new Int32Array(capacity);
  }

  /** Slots that there is room for. */
  get capacity(): number {
    return this.#times.length;
  }

  grow(capacity: number): void {
    this.#times = grown(this.#times, capacity);
    this.#ranks = grown(this.#ranks, capacity);
    this.#heapTimes = grown(this.#heapTimes, capacity);
    const heapSlots = new Int32Array(capacity);
    heapSlots.set(this.#heapSlots);
    this.#heapSlots = heapSlots;
    const positions = new Int32Array(capacity).fill(NOT_IN_HEAP);
    positions.set(this.#positions);
    this.#positions = positions;
  }

  get isEmpty(): boolean {
    return this.#frontSize === 0;
  }

  /** Time of the earliest slot, infinite when there is none. */
  get firstTimeNs(): Ns {
    const size = this.#frontSize;
    return size === 0 ? Number.POSITIVE_INFINITY : (this.#frontTimes[size - 1] ?? 0);
  }

  /** The earliest slot; only while there is one. */
  get firstSlot(): number {
    return this.#frontSlots[this.#frontSize - 1] ?? 0;
  }

  /** Gives a slot its key; it enters the order by `add`. */
  setKey(slot: number, timeNs: Ns, rank: number): void {
    this.#times[slot] = timeNs;
    this.#ranks[slot] = rank;
  }

  timeOf(slot: number): Ns {
    return this.#times[slot] ?? Number.NaN;
  }

  add(slot: number): void {
    const timeNs = this.#times[slot] ?? 0;
    if (this.#frontSize === FRONT_CAPACITY) this.#spill();
    if (this.#heapSize > 0 && !this.#isBefore(timeNs, slot, this.#frontTimes[0] ?? 0, this.#frontSlots[0] ?? 0)) {
      this.#heapSize += 1;
      this.#siftUp(this.#heapSize - 1, slot, timeNs);
      return;
    }
    const times = this.#frontTimes;
    const slots = this.#frontSlots;
    let index = this.#frontSize;
    this.#frontSize = index + 1;
    while (index > 0) {
      const otherTimeNs = times[index - 1] ?? 0;
      const other = slots[index - 1] ?? 0;
      if (otherTimeNs > timeNs || (otherTimeNs === timeNs && this.#isBefore(timeNs, slot, otherTimeNs, other))) break;
      times[index] = otherTimeNs;
      slots[index] = other;
      index -= 1;
    }
    times[index] = timeNs;
    slots[index] = slot;
  }

  /** Takes the earliest slot out; only while there is one. */
  removeFirst(): void {
    this.#frontSize -= 1;
    if (this.#frontSize === 0 && this.#heapSize > 0) this.#refill();
  }

  /** Takes out any slot that is in the order. */
  remove(slot: number): void {
    const position = this.#positions[slot] ?? NOT_IN_HEAP;
    if (position !== NOT_IN_HEAP) {
      this.#removeFromHeap(position);
      return;
    }
    const times = this.#frontTimes;
    const slots = this.#frontSlots;
    const size = this.#frontSize - 1;
    let index = size;
    while (slots[index] !== slot) index -= 1;
    for (; index < size; index++) {
      times[index] = times[index + 1] ?? 0;
      slots[index] = slots[index + 1] ?? 0;
    }
    this.#frontSize = size;
    if (size === 0 && this.#heapSize > 0) this.#refill();
  }

  /** Takes out a slot and puts in one that is later. */
  replace(slot: number, later: number): void {
    const position = this.#positions[slot] ?? NOT_IN_HEAP;
    if (position === NOT_IN_HEAP) {
      this.remove(slot);
      this.add(later);
      return;
    }
    this.#positions[slot] = NOT_IN_HEAP;
    // It can only sink.
    this.#siftDown(position, later, this.#times[later] ?? 0);
  }

  /** Moves the later half of the full front to the heap. */
  #spill(): void {
    for (let index = 0; index < HALF; index++) {
      this.#heapSize += 1;
      this.#siftUp(this.#heapSize - 1, this.#frontSlots[index] ?? 0, this.#frontTimes[index] ?? 0);
    }
    this.#frontTimes.copyWithin(0, HALF);
    this.#frontSlots.copyWithin(0, HALF);
    this.#frontSize = HALF;
  }

  /** Fills the empty front with the earliest of the heap. */
  #refill(): void {
    const size = Math.min(REFILL, this.#heapSize);
    this.#frontSize = size;
    for (let index = size - 1; index >= 0; index--) {
      this.#frontTimes[index] = this.#heapTimes[0] ?? 0;
      this.#frontSlots[index] = this.#heapSlots[0] ?? 0;
      this.#removeFromHeap(0);
    }
  }

  #removeFromHeap(position: number): void {
    this.#positions[this.#heapSlots[position] ?? 0] = NOT_IN_HEAP;
    const end = this.#heapSize - 1;
    this.#heapSize = end;
    if (position === end) return;
    const last = this.#heapSlots[end] ?? 0;
    const lastTimeNs = this.#heapTimes[end] ?? 0;
    if (position > 0 && this.#isBeforeInHeap(lastTimeNs, last, (position - 1) >> 2))
      this.#siftUp(position, last, lastTimeNs);
    else this.#siftDown(position, last, lastTimeNs);
  }

  #isBefore(timeNs: Ns, slot: number, otherTimeNs: Ns, other: number): boolean {
    if (timeNs !== otherTimeNs) return timeNs < otherTimeNs;
    return (this.#ranks[slot] ?? 0) < (this.#ranks[other] ?? 0);
  }

  #isBeforeInHeap(timeNs: Ns, slot: number, position: number): boolean {
    return this.#isBefore(timeNs, slot, this.#heapTimes[position] ?? 0, this.#heapSlots[position] ?? 0);
  }

  /** Moves the hole at `start` towards the root until `slot` fits. */
  #siftUp(start: number, slot: number, timeNs: Ns): void {
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    const positions = this.#positions;
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      if (!this.#isBeforeInHeap(timeNs, slot, parent)) break;
      const moved = slots[parent] ?? 0;
      times[position] = times[parent] ?? 0;
      slots[position] = moved;
      positions[moved] = position;
      position = parent;
    }
    times[position] = timeNs;
    slots[position] = slot;
    positions[slot] = position;
  }

  /** Moves the hole at `start` towards the leaves until `slot` fits. */
  #siftDown(start: number, slot: number, timeNs: Ns): void {
    const times = this.#heapTimes;
    const slots = this.#heapSlots;
    const positions = this.#positions;
    const ranks = this.#ranks;
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
        if (otherTimeNs === childTimeNs && (ranks[slots[other] ?? 0] ?? 0) > (ranks[slots[child] ?? 0] ?? 0)) {
          continue;
        }
        child = other;
        childTimeNs = otherTimeNs;
      }
      if (this.#isBeforeInHeap(timeNs, slot, child)) break;
      const moved = slots[child] ?? 0;
      times[position] = childTimeNs;
      slots[position] = moved;
      positions[moved] = position;
      position = child;
    }
    times[position] = timeNs;
    slots[position] = slot;
    positions[slot] = position;
  }

  /** `usedSlots` is how many slots were ever used. */
  save(usedSlots: number): EventOrderState {
    return {
      times: this.#times.slice(0, usedSlots),
      ranks: this.#ranks.slice(0, usedSlots),
      frontSlots: this.#frontSlots.slice(0, this.#frontSize),
      heapSlots: this.#heapSlots.slice(0, this.#heapSize),
    };
  }

  restore(state: EventOrderState): void {
    if (state.times.length > this.capacity) this.grow(state.times.length);
    this.#times.set(state.times);
    this.#ranks.set(state.ranks);
    this.#positions.fill(NOT_IN_HEAP);
    this.#frontSlots.set(state.frontSlots);
    this.#frontSize = state.frontSlots.length;
    state.frontSlots.forEach((slot, index) => {
      this.#frontTimes[index] = state.times[slot] ?? 0;
    });
    this.#heapSlots.set(state.heapSlots);
    this.#heapSize = state.heapSlots.length;
    state.heapSlots.forEach((slot, position) => {
      this.#heapTimes[position] = state.times[slot] ?? 0;
      this.#positions[slot] = position;
    });
  }
}

function grown(from: Float64Array, capacity: number): Float64Array {
  const to = new Float64Array(capacity);
  to.set(from);
  return to;
}
