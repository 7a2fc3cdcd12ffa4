import { assert } from './assert';
import { exp, expOfDuration, log } from './detmath';
import { hash64Mod, mix32, xxHash64 } from './hash';
import type { Ns } from './units';

/** Plain-data state of an {@link Rng}: four generator words and the two words of its key. */
export type RngState = Int32Array;

const GOLDEN = 0x9e3779b9;
/** Largest factor whose product with a 32-bit integer is exact in a double. */
const EXACT_PRODUCT_LIMIT = 0x200000;
const KEY_HI = 4;
const KEY_LO = 5;

/** Layers of both ziggurats: one byte of a draw picks the layer. */
const LAYERS = 256;
const EXPONENTIAL_TAIL = 7.69711747013105;
const EXPONENTIAL_AREA = 3.949659822581572e-3;
const NORMAL_TAIL = 3.6541528853610088;
const NORMAL_AREA = 4.92867323399e-3;

function exponentialDensity(x: number): number {
  return exp(-x);
}

function exponentialInverse(y: number): number {
  return -log(y);
}

function normalDensity(x: number): number {
  return exp(-0.5 * x * x);
}

function normalInverse(y: number): number {
  return Math.sqrt(-2 * log(y));
}

/** Right edges of the layers, from the base strip (whose width includes the tail's area) to zero. Marsaglia and Tsang, 2000. */
function zigguratEdges(
  density: (x: number) => number,
  inverse: (y: number) => number,
  tail: number,
  area: number,
): Float64Array {
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = area / density(tail);
  edges[1] = tail;
  for (let i = 2; i < LAYERS; i++) {
    const previous = edges[i - 1] ?? 0;
    edges[i] = inverse(area / previous + density(previous));
  }
  edges[LAYERS] = 0;
  return edges;
}

const exponentialEdges = zigguratEdges(exponentialDensity, exponentialInverse, EXPONENTIAL_TAIL, EXPONENTIAL_AREA);
const exponentialHeights = exponentialEdges.map(exponentialDensity);
const normalEdges = zigguratEdges(normalDensity, normalInverse, NORMAL_TAIL, NORMAL_AREA);
const normalHeights = normalEdges.map(normalDensity);

/**
 * A named stream of random numbers (xoshiro128++). Same seed, same names, same draws, in every engine.
 * Take one stream per purpose with {@link Rng.fork}, so that a new consumer never shifts the draws of another.
 */
export class Rng {
  readonly #state = new Int32Array(6);

  /** `seed` is a safe integer. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed), 'seed must be a safe integer');
    this.#reseed(Math.floor(seed / 0x100000000) | 0, seed | 0);
  }

  #reseed(keyHi: number, keyLo: number): void {
    const state = this.#state;
    state[KEY_HI] = keyHi;
    state[KEY_LO] = keyLo;
    for (let i = 0; i < 4; i++) {
      const step = Math.imul(i + 1, GOLDEN);
      state[i] = mix32(keyLo + step) ^ mix32(mix32(keyHi ^ step) + keyLo);
    }
    // The all-zero state is the generator's one fixed point.
    if (((state[0] ?? 0) | (state[1] ?? 0) | (state[2] ?? 0) | (state[3] ?? 0)) === 0) state[0] = 1;
  }

  /**
   * An independent stream derived from this stream's seed and `name` alone, no matter how much was drawn so far.
   * The same name gives the same stream again, so every consumer needs a name of its own.
   */
  fork(name: string): Rng {
    const hash = xxHash64(name);
    const child = new Rng(0);
    const hi = mix32((this.#state[KEY_HI] ?? 0) ^ hash.hi);
    const lo = mix32(((this.#state[KEY_LO] ?? 0) ^ hash.lo) + hi);
    child.#reseed(hi ^ mix32(lo ^ GOLDEN), lo);
    return child;
  }

  /** A uniform unsigned 32-bit integer. */
  nextU32(): number {
    const state = this.#state;
    const s0 = state[0] ?? 0;
    const s1 = state[1] ?? 0;
    const s2 = state[2] ?? 0;
    const s3 = state[3] ?? 0;
    const sum = (s0 + s3) | 0;
    const t2 = s2 ^ s0;
    const t3 = s3 ^ s1;
    state[0] = s0 ^ t3;
    state[1] = s1 ^ t2;
    state[2] = t2 ^ (s1 << 9);
    state[3] = (t3 << 11) | (t3 >>> 21);
    return (((sum << 7) | (sum >>> 25)) + s0) >>> 0;
  }

  /** A uniform number in [0, 1) with 53 bits. */
  nextFloat(): number {
    const high = this.nextU32() >>> 5;
    return (high * 0x4000000 + (this.nextU32() >>> 6)) / 0x20000000000000;
  }

  /** A uniform integer in [0, limit), without bias; `limit` is an integer from 1 to 2^32. */
  nextBelow(limit: number): number {
    assert(limit >= 1 && limit <= 0x100000000, 'limit out of range');
    if (limit > EXACT_PRODUCT_LIMIT) return this.#nextBelowByRejection(limit);
    // Multiply-shift (Lemire, 2019): the product is exact below 2^53 and a division is needed only in the rare unfair zone.
    for (;;) {
      const product = this.nextU32() * limit;
      const low = product >>> 0;
      if (low >= limit || low >= (0x100000000 - limit) % limit) return Math.floor(product / 0x100000000);
    }
  }

  #nextBelowByRejection(limit: number): number {
    const cycleEnd = 0x100000000 - (0x100000000 % limit);
    for (;;) {
      const value = this.nextU32();
      if (value < cycleEnd) return value % limit;
    }
  }

  /** `(random 64-bit integer) % modulus`, as Envoy draws hosts, delays and percentages; `modulus` is an integer from 1 to 2^32. */
  nextU64Mod(modulus: number): number {
    assert(modulus >= 1 && modulus <= 0x100000000, 'modulus out of range');
    const hi = this.nextU32();
    const lo = this.nextU32();
    if (modulus > 0x10000) return hash64Mod({ hi, lo }, modulus);
    // Sixteen bits at a time, so that every step is an unsigned 32-bit division.
    const upper = ((((hi % modulus) << 16) | (lo >>> 16)) >>> 0) % modulus;
    return (((upper << 16) | (lo & 0xffff)) >>> 0) % modulus;
  }

  /** True with probability `numerator / denominator` (integers), by Envoy's rule `random % denominator < numerator`. Always takes one draw. */
  chance(numerator: number, denominator: number): boolean {
    return this.nextU64Mod(denominator) < numerator;
  }

  /** A standard exponential variate (mean 1). */
  nextExponential(): number {
    let offset = 0;
    for (;;) {
      const high = this.nextU32();
      const low = this.nextU32();
      const layer = low & 0xff;
      const x = ((high * 0x200000 + (low >>> 11)) / 0x20000000000000) * (exponentialEdges[layer] ?? 0);
      if (x < (exponentialEdges[layer + 1] ?? 0)) return offset + x;
      if (layer === 0) {
        // Beyond the base strip the distribution repeats itself.
        offset += EXPONENTIAL_TAIL;
      } else {
        const bottom = exponentialHeights[layer] ?? 0;
        const top = exponentialHeights[layer + 1] ?? 0;
        if (bottom + this.nextFloat() * (top - bottom) < exp(-x)) return offset + x;
      }
    }
  }

  /** A standard normal variate. */
  nextNormal(): number {
    for (;;) {
      const high = this.nextU32();
      const low = this.nextU32();
      const layer = low & 0xff;
      const sign = (low & 0x100) === 0 ? 1 : -1;
      const x = ((high * 0x200000 + (low >>> 11)) / 0x20000000000000) * (normalEdges[layer] ?? 0);
      if (x < (normalEdges[layer + 1] ?? 0)) return sign * x;
      if (layer === 0) return sign * this.#normalTail();
      const bottom = normalHeights[layer] ?? 0;
      const top = normalHeights[layer + 1] ?? 0;
      if (bottom + this.nextFloat() * (top - bottom) < normalDensity(x)) return sign * x;
    }
  }

  #normalTail(): number {
    for (;;) {
      const x = this.nextExponential() / NORMAL_TAIL;
      if (2 * this.nextExponential() > x * x) return NORMAL_TAIL + x;
    }
  }

  /** An exponential duration with the given mean, rounded to whole nanoseconds. */
  exponential(meanNs: Ns): Ns {
    return Math.round(this.nextExponential() * meanNs);
  }

  /** A lognormal duration with the given median and shape `sigma` (standard deviation of the logarithm), rounded to whole nanoseconds. */
  lognormal(medianNs: Ns, sigma: number): Ns {
    return Math.round(medianNs * expOfDuration(sigma * this.nextNormal()));
  }

  save(): RngState {
    return this.#state.slice();
  }

  restore(state: RngState): void {
    assert(state.length === this.#state.length, 'not a random stream state');
    this.#state.set(state);
  }
}
