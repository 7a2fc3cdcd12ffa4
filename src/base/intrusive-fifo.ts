import { assert } from './assert';

const NONE = -1;

/** Plain-data state of {@link IntrusiveFifo}. */
export interface IntrusiveFifoState {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly owner: Int32Array;
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  readonly sizes: Int32Array;
}

function grown(array: Int32Array, atLeast: number, fill: number): Int32Array {
  let length = array.length;
  while (length < atLeast) length *= 2;
  const copy = new Int32Array(length).fill(fill);
  copy.set(array);
  return copy;
}

/**
 * Many first-in-first-out lists over one set of items (slot indices), in linked columns: every operation takes constant time, and an item can leave
 * from the middle. An item is in at most one list at a time. Lists and items are small integers; the columns grow as they appear.
 */
export class IntrusiveFifo {
  #next: Int32Array;
  #previous: Int32Array;
  #owner: Int32Array;
  #heads: Int32Array;
  #tails: Int32Array;
  #sizes: Int32Array;

  constructor(itemCapacity = 64, listCapacity = 16) {
    assert(itemCapacity >= 1 && listCapacity >= 1, 'capacity must be positive');
    this.#next = new Int32Array(itemCapacity).fill(NONE);
    this.#previous = new Int32Array(itemCapacity).fill(NONE);
    this.#owner = new Int32Array(itemCapacity).fill(NONE);
    this.#heads = new Int32Array(listCapacity).fill(NONE);
    this.#tails = new Int32Array(listCapacity).fill(NONE);
    this.#sizes = new Int32Array(listCapacity);
  }

  /** Number of items in `list`. */
  size(list: number): number {
    return this.#sizes[list] ?? 0;
  }

  /** The oldest item of `list`, or -1. */
  first(list: number): number {
    return this.#heads[list] ?? NONE;
  }

  /** The newest item of `list`, or -1. */
  last(list: number): number {
    return this.#tails[list] ?? NONE;
  }

  /** The item after `item` in its list, or -1. */
  after(item: number): number {
    return this.#next[item] ?? NONE;
  }

  /** The list that holds `item`, or -1. */
  listOf(item: number): number {
    return this.#owner[item] ?? NONE;
  }

  /** Appends `item`, which must be in no list. */
  pushBack(list: number, item: number): void {
    assert(list >= 0 && item >= 0, 'lists and items are not negative');
    if (item >= this.#next.length) this.#growItems(item + 1);
    if (list >= this.#heads.length) this.#growLists(list + 1);
    assert(this.#owner[item] === NONE, 'item is already in a list');
    const tail = this.#tails[list] ?? NONE;
    this.#owner[item] = list;
    this.#previous[item] = tail;
    this.#next[item] = NONE;
    if (tail === NONE) this.#heads[list] = item;
    else this.#next[tail] = item;
    this.#tails[list] = item;
    this.#sizes[list] = (this.#sizes[list] ?? 0) + 1;
  }

  /** Removes and returns the oldest item of `list`, or -1. */
  popFront(list: number): number {
    const item = this.first(list);
    if (item !== NONE) this.remove(item);
    return item;
  }

  /** Takes `item` out of its list; false when it is in none. */
  remove(item: number): boolean {
    const list = this.listOf(item);
    if (list === NONE) return false;
    const next = this.#next[item] ?? NONE;
    const previous = this.#previous[item] ?? NONE;
    if (previous === NONE) this.#heads[list] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tails[list] = previous;
    else this.#previous[next] = previous;
    this.#owner[item] = NONE;
    this.#next[item] = NONE;
    this.#previous[item] = NONE;
    this.#sizes[list] = (this.#sizes[list] ?? 0) - 1;
    return true;
  }

  #growItems(atLeast: number): void {
    this.#next = grown(this.#next, atLeast, NONE);
    this.#previous = grown(this.#previous, atLeast, NONE);
    this.#owner = grown(this.#owner, atLeast, NONE);
  }

  #growLists(atLeast: number): void {
    this.#heads = grown(this.#heads, atLeast, NONE);
    this.#tails = grown(this.#tails, atLeast, NONE);
    this.#sizes = grown(this.#sizes, atLeast, 0);
  }

  save(): IntrusiveFifoState {
    return {
      next: this.#next.slice(),
      previous: this.#previous.slice(),
      owner: this.#owner.slice(),
      heads: this.#heads.slice(),
      tails: this.#tails.slice(),
      sizes: this.#sizes.slice(),
    };
  }

  restore(state: IntrusiveFifoState): void {
    this.#next = state.next.slice();
    this.#previous = state.previous.slice();
    this.#owner = state.owner.slice();
    this.#heads = state.heads.slice();
    this.#tails = state.tails.slice();
    this.#sizes = state.sizes.slice();
  }
}
