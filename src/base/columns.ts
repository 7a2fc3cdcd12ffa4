import { assert } from './assert';

/** The element type of a column. */
export type ColumnType = 'f64' | 'i32' | 'u32' | 'u16' | 'u8';

/** Names and element types of the columns of one table. */
export type ColumnSpec = Readonly<Record<string, ColumnType>>;

interface ArrayOf {
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
}

/** One typed array per column, all of the same length. */
export type ColumnArrays<S extends ColumnSpec> = { [K in keyof S]: ArrayOf[S[K]] };

/** Plain-data state of {@link Slots}. */
export interface SlotsState {
  readonly generations: Int32Array;
  readonly nextFree: Int32Array;
  readonly firstFree: number;
  readonly liveCount: number;
}

/** Plain-data state of {@link Columns}, cut to the slots ever used. */
export interface ColumnsState {
  readonly slots: SlotsState;
  readonly arrays: Readonly<Record<string, ColumnArray>>;
}

export type ColumnArray = ArrayOf[ColumnType];

/** Bits of a slot's index inside a handle; a table holds at most this power of two of slots. */
const INDEX_BITS = 22;
/** Upper bound of the slots of one table. */
export const MAX_SLOTS = 1 << INDEX_BITS;
const INDEX_MASK = MAX_SLOTS - 1;
/** Generations stay below 2^31, so a handle stays an exact integer below 2^53. */
const MAX_GENERATION = 0x7fffffff;
const NONE = -1;
const LIVE = -2;

/**
 * Names a slot of one table and the use of it: `generation * 2^22 + index`, an exact integer. It outlives the slot: after release it no longer
 * resolves. Keep handles in `f64` columns. `NO_HANDLE` (0) never resolves.
 */
export type Handle = number;
export const NO_HANDLE: Handle = 0;

/** The slot index inside a handle, whether or not the handle is still valid. */
export function handleIndex(handle: Handle): number {
  // The index is the low bits, and conversion to 32 bits keeps the low bits of any exact integer.
  return handle & INDEX_MASK;
}

/**
 * Hands out slot indices from 0 upwards, the last released first. Every release gives the slot a new generation, so a handle kept for too
 * long is recognised.
 */
export class Slots {
  #generations: Int32Array;
  #nextFree: Int32Array;
  #firstFree = NONE;
  #used = 0;
  #liveCount = 0;

  constructor(initialCapacity: number) {
    assert(initialCapacity >= 1 && initialCapacity <= MAX_SLOTS, 'slot capacity out of range');
    this.#generations = new Int32Array(initialCapacity);
    this.#nextFree = new Int32Array(initialCapacity);
  }

  /** Slots that can be used before the next doubling. */
  get capacity(): number {
    return this.#generations.length;
  }

  /** Slots in use. */
  get liveCount(): number {
    return this.#liveCount;
  }

  /** Slots ever used: live ones have smaller indices. */
  get used(): number {
    return this.#used;
  }

  /** Takes a slot and returns its index; may double the capacity. */
  allocate(): number {
    let index = this.#firstFree;
    if (index === NONE) {
      index = this.#used;
      if (index === this.#generations.length) this.#grow();
      this.#used += 1;
      this.#generations[index] = 1;
    } else {
      this.#firstFree = this.#nextFree[index] ?? NONE;
    }
    this.#nextFree[index] = LIVE;
    this.#liveCount += 1;
    return index;
  }

  /** Gives a live slot back. */
  release(index: number): void {
    assert(this.#nextFree[index] === LIVE, 'release of a slot that is not live');
    const generation = this.#generations[index] ?? 0;
    this.#generations[index] = generation === MAX_GENERATION ? 1 : generation + 1;
    this.#nextFree[index] = this.#firstFree;
    this.#firstFree = index;
    this.#liveCount -= 1;
  }

  isLive(index: number): boolean {
    return this.#nextFree[index] === LIVE && index < this.#used;
  }

  /** How many users a slot had before its present one, or its next one when it is free: tells one use of it from another. */
  generationOf(index: number): number {
    return (this.#generations[index] ?? 1) - 1;
  }

  /** The handle of a live slot. */
  handleOf(index: number): Handle {
    assert(this.#nextFree[index] === LIVE, 'handle of a slot that is not live');
    return (this.#generations[index] ?? 0) * MAX_SLOTS + index;
  }

  /** The index of the slot that `handle` names, or -1 when that slot was released since. */
  resolve(handle: Handle): number {
    const index = handle & INDEX_MASK;
    if (index >= this.#used || this.#nextFree[index] !== LIVE) return -1;
    return (this.#generations[index] ?? 0) * MAX_SLOTS + index === handle ? index : -1;
  }

  #grow(): void {
    const capacity = this.#generations.length * 2;
    assert(capacity <= MAX_SLOTS, 'too many slots in use');
    this.#resize(capacity);
  }

  #resize(capacity: number): void {
    const generations = new Int32Array(capacity);
    const nextFree = new Int32Array(capacity);
    generations.set(this.#generations.subarray(0, this.#used));
    nextFree.set(this.#nextFree.subarray(0, this.#used));
    this.#generations = generations;
    this.#nextFree = nextFree;
  }

  save(): SlotsState {
    return {
      generations: this.#generations.slice(0, this.#used),
      nextFree: this.#nextFree.slice(0, this.#used),
      firstFree: this.#firstFree,
      liveCount: this.#liveCount,
    };
  }

  restore(state: SlotsState): void {
    this.#used = 0;
    let capacity = this.#generations.length;
    while (capacity < state.generations.length) capacity *= 2;
    if (capacity > this.#generations.length) this.#resize(capacity);
    this.#used = state.generations.length;
    this.#generations.set(state.generations);
    this.#nextFree.set(state.nextFree);
    this.#firstFree = state.firstFree;
    this.#liveCount = state.liveCount;
  }
}

function createArray(type: ColumnType, length: number): ColumnArray {
  switch (type) {
    case 'f64':
      return new Float64Array(length);
    case 'i32':
      return new Int32Array(length);
    case 'u32':
      return new Uint32Array(length);
    case 'u16':
      return new Uint16Array(length);
    case 'u8':
      return new Uint8Array(length);
  }
}

function isOfSpec<S extends ColumnSpec>(arrays: Record<string, ColumnArray>, spec: S): arrays is ColumnArrays<S> {
  return Object.entries(spec).every(([name, type]) => arrays[name]?.constructor === createArray(type, 0).constructor);
}

function createArrays<S extends ColumnSpec>(spec: S, length: number): ColumnArrays<S> {
  const names = Object.keys(spec);
  // A parsed object keeps its fields at fixed offsets however many there are; one built name by name becomes a hash table beyond a dozen
  // or so, which would make every access to a column several times slower.
  const arrays: Record<string, ColumnArray> = JSON.parse(`{${names.map((name) => `"${name}":null`).join(',')}}`);
  for (const [name, type] of Object.entries(spec)) arrays[name] = createArray(type, length);
  assert(isOfSpec(arrays, spec), 'columns do not match their specification');
  return arrays;
}

/**
 * A growable table of typed-array columns with a free list. Read and write fields as `table.arrays.fieldNs[index]`; do not keep
 * a column across `allocate`, which replaces it when the table doubles. A fresh slot holds what its last user left: write every column.
 */
export class Columns<S extends ColumnSpec> {
  readonly slots: Slots;
  readonly arrays: ColumnArrays<S>;
  readonly #spec: S;
  #capacity: number;

  constructor(spec: S, initialCapacity = 64) {
    this.#spec = spec;
    this.#capacity = initialCapacity;
    this.slots = new Slots(initialCapacity);
    this.arrays = createArrays(spec, initialCapacity);
  }

  /** Slots in use. */
  get liveCount(): number {
    return this.slots.liveCount;
  }

  /** Takes a slot and returns its index. */
  allocate(): number {
    const index = this.slots.allocate();
    if (index >= this.#capacity) this.#grow();
    return index;
  }

  /** Gives a live slot back; handles to it stop resolving. */
  release(index: number): void {
    this.slots.release(index);
  }

  isLive(index: number): boolean {
    return this.slots.isLive(index);
  }

  /** Number of the present use of a slot; whoever may outlive that use keeps it beside the index. */
  generationOf(index: number): number {
    return this.slots.generationOf(index);
  }

  /** Whether the slot is still in the use that had this generation. */
  isCurrent(index: number, generation: number): boolean {
    return this.slots.generationOf(index) === generation;
  }

  handleOf(index: number): Handle {
    return this.slots.handleOf(index);
  }

  /** The live index that `handle` names, or -1. */
  resolve(handle: Handle): number {
    return this.slots.resolve(handle);
  }

  #grow(): void {
    this.#capacity = this.slots.capacity;
    const grown = createArrays(this.#spec, this.#capacity);
    for (const name of Object.keys(this.#spec)) {
      const old = this.arrays[name];
      if (old !== undefined) grown[name]?.set(old);
    }
    Object.assign(this.arrays, grown);
  }

  save(): ColumnsState {
    const arrays: Record<string, ColumnArray> = {};
    for (const name of Object.keys(this.#spec)) {
      const array = this.arrays[name];
      if (array !== undefined) arrays[name] = array.slice(0, this.slots.used);
    }
    return { slots: this.slots.save(), arrays };
  }

  restore(state: ColumnsState): void {
    this.slots.restore(state.slots);
    if (this.slots.capacity > this.#capacity) this.#grow();
    for (const name of Object.keys(this.#spec)) {
      const saved = state.arrays[name];
      assert(saved !== undefined, 'state lacks a column');
      this.arrays[name]?.set(saved);
    }
  }
}
