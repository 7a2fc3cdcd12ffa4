import { describe, expect, it } from 'vitest';
import { chiSquarePValue } from '../../tests/support/statistics';
import { AssertionError } from './assert';
import { exp, log } from './detmath';
import { Rng } from './prng';
import { TraceHash } from './trace-hash';

/** A seeded test statistic below this is a defect of the generator, not bad luck. */
const SUSPICIOUS = 0.001;

function histogram(bins: number, draws: number, draw: () => number): Uint32Array {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < draws; i++) {
    const bin = draw();
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

const equalShares = (bins: number): number[] => Array.from({ length: bins }, () => 1);

describe('the generator', () => {
  it('is xoshiro128++', () => {
    const rng = new Rng(0);
    rng.restore(new Int32Array([1, 2, 3, 4, 0, 0]));
    const draws = Array.from({ length: 6 }, () => rng.nextU32());
    // prng.di.unimi.it xoshiro128plusplus.c, started from the words 1, 2, 3, 4.
    expect(draws).toEqual([641, 1573767, 3222811527, 3517856514, 836907274, 4247214768]);
  });

  it('has fixed draws for a fixed seed and name', () => {
    const hash = new TraceHash();
    const rng = new Rng(42).fork('golden');
    for (let i = 0; i < 1000; i++) {
      hash.addNumber(rng.nextFloat());
      hash.addNumber(rng.nextBelow(10));
      hash.addNumber(rng.exponential(1_000_000));
      hash.addNumber(rng.lognormal(1_000_000, 0.5));
    }
    expect(hash.digest()).toBe('d86cfa28451a8c3d');
  });

  it('starts differently for every seed, large and negative ones included', () => {
    const seeds = [0, 1, 2, 3, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => new Rng(seed).nextFloat())).size).toBe(seeds.length);
    expect(() => new Rng(0.5)).toThrow(AssertionError);
  });

  it('goes on from a saved state', () => {
    const rng = new Rng(5).fork('a');
    rng.nextU32();
    const state = rng.save();
    const expected = [rng.nextU32(), rng.nextNormal(), rng.fork('b').nextU32()];
    const other = new Rng(99);
    other.restore(state);
    expect([other.nextU32(), other.nextNormal(), other.fork('b').nextU32()]).toEqual(expected);
  });
});

describe('streams', () => {
  it('depend on seed and name alone, not on what was drawn', () => {
    const fresh = new Rng(1).fork('lb/reviews').nextU32();
    const used = new Rng(1);
    used.nextU32();
    used.fork('lb/ratings');
    expect(used.fork('lb/reviews').nextU32()).toBe(fresh);
    expect(new Rng(2).fork('lb/reviews').nextU32()).not.toBe(fresh);
    expect(new Rng(1).fork('a').fork('b').nextU32()).not.toBe(new Rng(1).fork('b').fork('a').nextU32());
  });

  it('are uncorrelated between neighbouring names and seeds', () => {
    const pairs: [Rng, Rng][] = [
      [new Rng(1).fork('pod-1'), new Rng(1).fork('pod-2')],
      [new Rng(1), new Rng(2)],
      [new Rng(1), new Rng(1).fork('')],
    ];
    for (const [left, right] of pairs) {
      const counts = histogram(64, 64_000, () => (left.nextU32() >>> 29) * 8 + (right.nextU32() >>> 29));
      expect(chiSquarePValue(counts, equalShares(64))).toBeGreaterThan(SUSPICIOUS);
    }
  });

  it('start uniformly over many names', () => {
    const root = new Rng(7);
    let i = 0;
    const counts = histogram(32, 32_000, () => root.fork(`stream-${i++}`).nextU32() >>> 27);
    expect(chiSquarePValue(counts, equalShares(32))).toBeGreaterThan(SUSPICIOUS);
  });
});

describe('uniform draws', () => {
  it.each([1, 2, 3, 10, 100, 1000])('nextBelow(%i) is uniform', (limit) => {
    const rng = new Rng(limit);
    const counts = histogram(limit, 100_000, () => rng.nextBelow(limit));
    expect(counts.length).toBe(limit);
    if (limit > 1) expect(chiSquarePValue(counts, equalShares(limit))).toBeGreaterThan(SUSPICIOUS);
  });

  it('nextBelow has no bias where a plain remainder has most', () => {
    // Of 3 * 2^30 values a plain remainder would draw the lowest third twice as often.
    const limit = 3 * 2 ** 30;
    const rng = new Rng(8);
    const counts = histogram(3, 60_000, () => Math.floor(rng.nextBelow(limit) / 2 ** 30));
    expect(chiSquarePValue(counts, equalShares(3))).toBeGreaterThan(SUSPICIOUS);
    expect(rng.nextBelow(2 ** 32)).toBeLessThan(2 ** 32);
    expect(() => rng.nextBelow(0)).toThrow(AssertionError);
    expect(() => rng.nextBelow(2 ** 32 + 1)).toThrow(AssertionError);
  });

  it('nextU64Mod is the remainder of the 64-bit integer of two draws', () => {
    const rng = new Rng(9);
    const twin = new Rng(9);
    for (const modulus of [1, 7, 100, 65_536, 65_537, 1_000_000, 2 ** 32]) {
      const value = (BigInt(twin.nextU32()) << 32n) | BigInt(twin.nextU32());
      expect(rng.nextU64Mod(modulus)).toBe(Number(value % BigInt(modulus)));
    }
  });

  it('nextFloat fills [0, 1) with 53 bits', () => {
    const rng = new Rng(10);
    const counts = histogram(100, 100_000, () => Math.floor(rng.nextFloat() * 100));
    expect(chiSquarePValue(counts, equalShares(100))).toBeGreaterThan(SUSPICIOUS);
    const lowBit = histogram(2, 10_000, () => (rng.nextFloat() * 2 ** 53) % 2);
    expect(chiSquarePValue(lowBit, equalShares(2))).toBeGreaterThan(SUSPICIOUS);
  });

  it('chance meets its ratio, and never or always at its ends', () => {
    const rng = new Rng(12);
    const counts = histogram(2, 100_000, () => (rng.chance(30, 100) ? 1 : 0));
    expect(chiSquarePValue(counts, [70, 30])).toBeGreaterThan(SUSPICIOUS);
    for (let i = 0; i < 1000; i++) {
      expect(rng.chance(0, 100)).toBe(false);
      expect(rng.chance(1_000_000, 1_000_000)).toBe(true);
    }
  });
});

/** Sorts draws into bins that the distribution function makes equally likely, with finer bins in both tails. */
function fits(draws: number, draw: () => number, distribution: (x: number) => number): number {
  const edges = [0.0001, 0.001, ...Array.from({ length: 99 }, (_, i) => (i + 1) / 100), 0.999, 0.9999, 1];
  const counts = histogram(edges.length, draws, () => {
    const share = distribution(draw());
    return edges.findIndex((edge) => share <= edge);
  });
  return chiSquarePValue(
    counts,
    edges.map((edge, i) => edge - (edges[i - 1] ?? 0)),
  );
}

/** Abramowitz and Stegun 7.1.26 is too coarse here; the series below is good to 1e-12 where it is used. */
function normalDistribution(x: number): number {
  if (x < -7) return 0;
  if (x > 7) return 1;
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + sum * exp(-0.5 * x * x) * 0.3989422804014327;
}

describe('distributions', () => {
  it('nextExponential is exponential, tail included', () => {
    const rng = new Rng(13);
    expect(
      fits(
        400_000,
        () => rng.nextExponential(),
        (x) => 1 - exp(-x),
      ),
    ).toBeGreaterThan(SUSPICIOUS);
    // Beyond the ziggurat's last layer (probability 4.5e-4) the excess is exponential again.
    const excesses = new Rng(14);
    let beyond = 0;
    let sum = 0;
    for (let i = 0; i < 2_000_000; i++) {
      const x = excesses.nextExponential() - 7.69711747013105;
      if (x > 0) {
        beyond += 1;
        sum += x;
      }
    }
    expect(Math.abs(beyond - 907.8)).toBeLessThan(3.3 * Math.sqrt(907.8));
    expect(Math.abs(sum / beyond - 1)).toBeLessThan(0.11);
  });

  it('nextNormal is normal, tail included', () => {
    const rng = new Rng(15);
    expect(fits(400_000, () => rng.nextNormal(), normalDistribution)).toBeGreaterThan(SUSPICIOUS);
    let beyond = 0;
    for (let i = 0; i < 2_000_000; i++) if (Math.abs(rng.nextNormal()) > 3.654152885361009) beyond += 1;
    // 2 * 2,000,000 * P(Z > 3.6541528...) = 516.
    expect(Math.abs(beyond - 516)).toBeLessThan(3.3 * Math.sqrt(516));
  });

  it('exponential has its mean in whole nanoseconds', () => {
    const rng = new Rng(16);
    let sum = 0;
    for (let i = 0; i < 200_000; i++) {
      const value = rng.exponential(1_000_000);
      expect(Number.isInteger(value) && value >= 0).toBe(true);
      sum += value;
    }
    expect(Math.abs(sum / 200_000 - 1_000_000)).toBeLessThan((3.3 * 1_000_000) / Math.sqrt(200_000));
  });

  it('lognormal has its median and shape', () => {
    const rng = new Rng(17);
    expect(
      fits(
        200_000,
        () => rng.lognormal(5e9, 0.8),
        (x) => normalDistribution(log(x / 5e9) / 0.8),
      ),
    ).toBeGreaterThan(SUSPICIOUS);
    expect(rng.lognormal(1000, 0)).toBe(1000);
  });
});
