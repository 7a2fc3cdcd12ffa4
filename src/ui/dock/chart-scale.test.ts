import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areaPath,
  linePath,
  nearestIndex,
  niceCeiling,
  SPAN_NS,
  shareDomain,
  spreadLabels,
  timeDomain,
  xOf,
  yOf,
  zeroBased,
} from './chart-scale';

const S = 1_000_000_000;

describe('domains', () => {
  test('a young run is not stretched, an old one shows two minutes', () => {
    expect(timeDomain(5 * S)).toEqual({ fromNs: 0, toNs: 30 * S });
    expect(timeDomain(90 * S)).toEqual({ fromNs: 0, toNs: 90 * S });
    expect(timeDomain(500 * S)).toEqual({ fromNs: 500 * S - SPAN_NS, toNs: 500 * S });
  });

  test.each([
    [0, 1],
    [0.31, 0.4],
    [1, 1],
    [142, 200],
    [201, 300],
    [9_000, 10_000],
  ])('%s is rounded up to %s', (value, ceiling) => {
    expect(niceCeiling(value)).toBeCloseTo(ceiling, 9);
  });

  test('counts start at 0 and leave air', () => {
    expect(zeroBased([[null, 3], [95]])).toEqual({ low: 0, high: 200 });
    expect(zeroBased([[]])).toEqual({ low: 0, high: 1 });
  });

  test.each([
    [[1, 0.995, null], 0.99],
    [[0.93], 0.9],
    [[0.2], 0],
    [[null], 0.99],
  ])('shares %j stand on %s', (values, low) => {
    expect(shareDomain(values)).toEqual({ low, high: 1 });
  });
});

const plot = { width: 100, height: 50, time: { fromNs: 0, toNs: 10 * S }, value: { low: 0, high: 10 } };

describe('paths', () => {
  test('a gap in the measurements is a gap in the line', () => {
    expect(linePath(plot, [0, S, 2 * S, 3 * S, 4 * S], [0, 10, null, 5, 5])).toBe(
      'M0.0 50.0L10.0 0.0M30.0 25.0L40.0 25.0',
    );
  });

  test('a lonely point can be seen', () => {
    expect(linePath(plot, [S], [5])).toBe('M9.0 25.0h2');
    expect(areaPath(plot, [S], [5])).toBe('');
  });

  test('an area closes at the bottom', () => {
    expect(areaPath(plot, [0, S], [5, 5])).toBe('M0.0 50.0L0.0 25.0L10.0 25.0L10.0 50.0Z');
  });

  test('values outside of the domain stay in the plot, times do not', () => {
    expect(yOf(plot, 99)).toBe(0);
    expect(yOf(plot, -1)).toBe(50);
    expect(xOf(plot, 20 * S)).toBe(200);
  });
});

test('labels keep apart, inside of the plot and in order', () => {
  const heights = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(heights, (wanted) => {
      const placed = spreadLabels(wanted, 12, 100);
      const sorted = [...placed].sort((a, b) => a - b);
      for (let index = 1; index < sorted.length; index++)
        expect((sorted[index] ?? 0) - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(12 - 1e-9);
      for (const y of placed) expect(y).toBeLessThanOrEqual(100);
      for (let a = 0; a < wanted.length; a++)
        for (let b = 0; b < wanted.length; b++)
          if ((wanted[a] ?? 0) < (wanted[b] ?? 0)) expect(placed[a]).toBeLessThan(placed[b] ?? 0);
    }),
  );
  expect(spreadLabels([10, 40], 12, 100)).toEqual([10, 40]);
});

test('the nearest bucket', () => {
  expect(nearestIndex([], 5)).toBeUndefined();
  expect(nearestIndex([S, 2 * S, 3 * S], 2.4 * S)).toBe(1);
});
