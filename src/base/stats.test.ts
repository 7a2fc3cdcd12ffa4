import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from './assert';
import { LatencySketch } from './latency-sketch';
import { Rng } from './prng';
import { studentT99, Welford, WindowedCounter } from './stats';
import { NS_PER_S } from './units';

function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
}

describe('LatencySketch', () => {
  const quantiles = [0, 0.5, 0.9, 0.99, 1];

  it('is within 1 % of the exact quantile from 1 us to 1,000 s', () => {
    const duration = fc.double({ min: 3, max: 12, noNaN: true }).map((exponent) => Math.round(10 ** exponent));
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 50, size: 'max' }), (durations) => {
        const sketch = new LatencySketch();
        for (const durationNs of durations) sketch.record(durationNs);
        const sorted = durations.toSorted((a, b) => a - b);
        for (const q of quantiles) {
          const exact = exactQuantile(sorted, q);
          expect(Math.abs((sketch.quantile(q) ?? 0) - exact)).toBeLessThanOrEqual(0.01 * exact);
        }
      }),
    );
  });

  it('is within 1 % at every edge of a bucket', () => {
    for (let edge = 1024; edge <= 1e12; edge *= 1 + 1 / 64) {
      for (const durationNs of [Math.floor(edge) - 1, Math.floor(edge), Math.floor(edge) + 1]) {
        const sketch = new LatencySketch();
        // Neighbours far below and above keep the clamp to minimum and maximum out of play.
        sketch.record(0);
        sketch.record(durationNs);
        sketch.record(1e13);
        expect(Math.abs((sketch.quantile(0.5) ?? 0) - durationNs)).toBeLessThanOrEqual(0.01 * durationNs);
      }
    }
  });

  it('keeps count, mean, minimum and maximum exactly', () => {
    const sketch = new LatencySketch();
    expect([sketch.count, sketch.meanNs, sketch.minNs, sketch.maxNs, sketch.quantile(0.5)]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    for (const durationNs of [0, 5, 10_000, 2e13]) sketch.record(durationNs);
    expect([sketch.count, sketch.meanNs, sketch.minNs, sketch.maxNs]).toEqual([4, (2e13 + 10_005) / 4, 0, 2e13]);
    expect(() => sketch.record(-1)).toThrow(AssertionError);
    sketch.clear();
    expect([sketch.count, sketch.quantile(1)]).toEqual([0, undefined]);
  });

  it('merges to what one sketch would have recorded, and goes on from a saved state', () => {
    const rng = new Rng(3);
    const [both, left, right] = [new LatencySketch(), new LatencySketch(), new LatencySketch()];
    for (let i = 0; i < 5000; i++) {
      const durationNs = rng.lognormal(2_000_000, 1);
      both.record(durationNs);
      (i % 3 === 0 ? left : right).record(durationNs);
    }
    left.merge(right);
    expect(left.save()).toEqual(both.save());
    const restored = new LatencySketch();
    restored.record(1);
    restored.restore(both.save());
    expect(restored.quantile(0.99)).toBe(both.quantile(0.99));
    expect(restored.save()).toEqual(both.save());
    const empty = new LatencySketch();
    empty.merge(new LatencySketch());
    expect(empty.minNs).toBeUndefined();
    expect(empty.save().counts.length).toBe(0);
  });
});

describe('WindowedCounter', () => {
  it('agrees with a list of stamped amounts', () => {
    const step = fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 5 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const counter = new WindowedCounter(1000, 10);
        const stamped: { atNs: number; amount: number }[] = [];
        let nowNs = 0;
        for (const [deltaNs, amount] of steps) {
          nowNs += deltaNs;
          counter.add(nowNs, amount);
          stamped.push({ atNs: nowNs, amount });
          const oldestNs = (Math.floor(nowNs / 100) - 9) * 100;
          const expected = stamped.filter(({ atNs }) => atNs >= oldestNs).reduce((sum, entry) => sum + entry.amount, 0);
          expect(counter.sum(nowNs)).toBe(expected);
        }
      }),
    );
  });

  it('gives the rate over the covered time, from the first moment on', () => {
    const counter = new WindowedCounter(10 * NS_PER_S, 10);
    expect(counter.ratePerS(0)).toBe(0);
    for (let i = 0; i < 50; i++) counter.add((i / 10) * NS_PER_S);
    expect(counter.ratePerS(5 * NS_PER_S)).toBe(10);
    expect(counter.ratePerS(60 * NS_PER_S)).toBe(0);
  });

  it('refuses time that goes backwards, except by restore', () => {
    const counter = new WindowedCounter(1000, 10);
    counter.add(150, 3);
    const state = counter.save();
    counter.add(5000);
    expect(() => counter.add(100)).toThrow(AssertionError);
    counter.restore(state);
    expect(counter.sum(199)).toBe(3);
    expect(() => new WindowedCounter(1000, 3)).toThrow(AssertionError);
  });
});

describe('Welford', () => {
  it('keeps the digits of a small spread around a large mean', () => {
    const welford = new Welford();
    for (const value of [4, 7, 13, 16]) welford.add(1e9 + value);
    expect(welford.mean).toBe(1e9 + 10);
    expect(welford.variance).toBeCloseTo(30, 9);
    expect(welford.standardDeviation).toBeCloseTo(Math.sqrt(30), 9);
    const copy = new Welford();
    copy.restore(welford.save());
    expect(copy.confidence99).toBe(welford.confidence99);
  });

  it('covers the true mean in 99 % of the cases', () => {
    const rng = new Rng(11);
    let covered = 0;
    for (let run = 0; run < 2000; run++) {
      const welford = new Welford();
      for (let i = 0; i < 10; i++) welford.add(rng.nextNormal());
      if (Math.abs(welford.mean) <= welford.confidence99) covered += 1;
    }
    // 1980 expected, standard deviation 4.4.
    expect(covered).toBeGreaterThan(1962);
    expect(covered).toBeLessThan(1998);
  });

  it('knows nothing from fewer than two values', () => {
    const welford = new Welford();
    expect(welford.confidence99).toBe(Number.POSITIVE_INFINITY);
    welford.add(5);
    expect([welford.mean, welford.variance, welford.confidence99]).toEqual([5, 0, Number.POSITIVE_INFINITY]);
  });
});

describe('studentT99', () => {
  it('continues the table smoothly and ends at the normal point', () => {
    expect(studentT99(1)).toBe(63.6567);
    expect(studentT99(40)).toBeCloseTo(2.7045, 3);
    expect(studentT99(60)).toBeCloseTo(2.6603, 3);
    expect(studentT99(120)).toBeCloseTo(2.6174, 4);
    expect(studentT99(1_000_000)).toBeCloseTo(2.57583, 4);
    for (let n = 2; n < 200; n++) expect(studentT99(n)).toBeLessThan(studentT99(n - 1));
    expect(() => studentT99(0)).toThrow(AssertionError);
  });
});
