import { Rng } from '../../../src/base';

/** Draws for generators: the same seed throws the same. */
export class Dice {
  readonly #rng: Rng;

  constructor(seed: number, purpose: string) {
    this.#rng = new Rng(seed).fork(purpose);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.#rng.nextBelow(high - low + 1);
  }

  /** True in `percent` of a hundred throws. */
  chance(percent: number): boolean {
    return this.#rng.nextBelow(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.#rng.nextBelow(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** The value in `percent` of a hundred throws. */
  maybe<T>(percent: number, make: () => T): T | undefined {
    return this.chance(percent) ? make() : undefined;
  }

  /** `low` to `high` values. */
  some<T>(low: number, high: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.between(low, high) }, (_, index) => make(index));
  }
}
