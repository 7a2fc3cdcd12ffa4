import { describe, expect, it } from 'vitest';
import { formatDuration, msToNs, NS_PER_MS, NS_PER_S, NS_PER_US, nsToMs } from './units';

describe('units', () => {
  it('converts milliseconds to whole nanoseconds and back', () => {
    expect(msToNs(0.1 + 0.2)).toBe(300_000);
    expect(nsToMs(1_500_000)).toBe(1.5);
  });

  it.each([
    [0, '0 s'],
    [12, '12 ns'],
    [999, '999 ns'],
    [1_500, '1.5 µs'],
    [250 * NS_PER_US, '250 µs'],
    [999_600, '1 ms'],
    [1.25 * NS_PER_MS, '1.25 ms'],
    [12.34 * NS_PER_MS, '12.3 ms'],
    [999.6 * NS_PER_MS, '1 s'],
    [3.2 * NS_PER_S, '3.2 s'],
    [99.96 * NS_PER_S, '1m 40s'],
    [125 * NS_PER_S, '2m 5s'],
    [3600 * NS_PER_S, '1h'],
    [-1.5 * NS_PER_S, '-1.5 s'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NaN, '–'],
  ])('writes %d ns as %s', (durationNs, expected) => {
    expect(formatDuration(durationNs)).toBe(expected);
  });
});
