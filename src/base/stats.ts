import { assert } from './assert';
import { NS_PER_S, type Ns } from './units';

/** Plain-data state of a {@link WindowedCounter}. */
export interface WindowedCounterState {
  readonly amounts: Float64Array;
  readonly lastSlot: number;
}

/**
 * A sum over a sliding window of simulated time, kept in a ring of equal slots: the window moves in steps of one slot. Memory is fixed.
 * Time must not go backwards between calls, except through `restore`.
 */
export class WindowedCounter {
  readonly windowNs: Ns;
  readonly slotNs: Ns;
  readonly #amounts: Float64Array;
  #lastSlot = 0;

  /** A window of `windowNs`, divided into `slots` equal slots of whole nanoseconds. */
  constructor(windowNs: Ns, slots: number) {
    assert(slots >= 1 && windowNs >= slots && windowNs % slots === 0, 'a window is a whole number of equal slots');
    this.windowNs = windowNs;
    this.slotNs = windowNs / slots;
    this.#amounts = new Float64Array(slots);
  }

  #advance(nowNs: Ns): number {
    const slots = this.#amounts.length;
    const slot = Math.floor(nowNs / this.slotNs);
    assert(slot >= this.#lastSlot, 'time goes backwards in a windowed counter');
    if (slot - this.#lastSlot >= slots) this.#amounts.fill(0);
    else for (let i = this.#lastSlot + 1; i <= slot; i++) this.#amounts[i % slots] = 0;
    this.#lastSlot = slot;
    return slot % slots;
  }

  /** Adds `amount` at the moment `nowNs`. */
  add(nowNs: Ns, amount = 1): void {
    const index = this.#advance(nowNs);
    this.#amounts[index] = (this.#amounts[index] ?? 0) + amount;
  }

  /** The sum over the current (partly filled) slot and the whole slots before it. */
  sum(nowNs: Ns): number {
    this.#advance(nowNs);
    let sum = 0;
    for (const amount of this.#amounts) sum += amount;
    return sum;
  }

  /** Amount per second over the time that the slots cover at `nowNs`; the first moments count from time zero. */
  ratePerS(nowNs: Ns): number {
    const sum = this.sum(nowNs);
    const oldestSlotNs = Math.max(0, this.#lastSlot - this.#amounts.length + 1) * this.slotNs;
    const coveredNs = nowNs - oldestSlotNs;
    return coveredNs > 0 ? (sum * NS_PER_S) / coveredNs : 0;
  }

  save(): WindowedCounterState {
    return { amounts: this.#amounts.slice(), lastSlot: this.#lastSlot };
  }

  restore(state: WindowedCounterState): void {
    assert(state.amounts.length === this.#amounts.length, 'not a state of this windowed counter');
    this.#amounts.set(state.amounts);
    this.#lastSlot = state.lastSlot;
  }
}

/** Running mean and variance in one pass (Welford's method), without losing digits when the mean is large. */
export class Welford {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.#count += 1;
    const delta = value - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (value - this.#mean);
  }

  get count(): number {
    return this.#count;
  }

  /** Mean of the values; 0 when there are none. */
  get mean(): number {
    return this.#mean;
  }

  /** Sample variance (divisor n - 1); 0 for fewer than two values. */
  get variance(): number {
    return this.#count < 2 ? 0 : this.#squares / (this.#count - 1);
  }

  /** Sample standard deviation. */
  get standardDeviation(): number {
    return Math.sqrt(this.variance);
  }

  /** Half the width of the 99 % confidence interval of the mean, by Student's t; infinite for fewer than two values. */
  get confidence99(): number {
    if (this.#count < 2) return Number.POSITIVE_INFINITY;
    return studentT99(this.#count - 1) * Math.sqrt(this.variance / this.#count);
  }

  /** Count, mean and sum of squared deviations. */
  save(): readonly [count: number, mean: number, squares: number] {
    return [this.#count, this.#mean, this.#squares];
  }

  restore(state: readonly [count: number, mean: number, squares: number]): void {
    [this.#count, this.#mean, this.#squares] = state;
  }
}

/** Two-sided 99 % points of Student's t for 1 to 30 degrees of freedom. */
const STUDENT_T_99 = [
  63.6567, 9.9248, 5.8409, 4.6041, 4.0321, 3.7074, 3.4995, 3.3554, 3.2498, 3.1693, 3.1058, 3.0545, 3.0123, 2.9768,
  2.9467, 2.9208, 2.8982, 2.8784, 2.8609, 2.8453, 2.8314, 2.8188, 2.8073, 2.7969, 2.7874, 2.7787, 2.7707, 2.7633,
  2.7564, 2.75,
];
/** Two-sided 99 % point of the normal distribution. */
const NORMAL_99 = 2.5758293035489004;

/** The t for which 99 % of Student's distribution with `degreesOfFreedom` (an integer of at least 1) lie within ±t. */
export function studentT99(degreesOfFreedom: number): number {
  assert(degreesOfFreedom >= 1 && Number.isInteger(degreesOfFreedom), 'degrees of freedom is a positive integer');
  const tabulated = STUDENT_T_99[degreesOfFreedom - 1];
  if (tabulated !== undefined) return tabulated;
  // Cornish and Fisher's expansion around the normal point.
  const z = NORMAL_99;
  const z3 = z * z * z;
  const z5 = z3 * z * z;
  const n = degreesOfFreedom;
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n);
}
