import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DurationError,
  formatGoDuration,
  formatProtoDuration,
  parseDuration,
  parseGatewayDuration,
  parseProtoDuration,
} from './duration';
import type { Result } from './result';

function readingOf(result: Result<number, DurationError>): number | string {
  return result.ok ? result.value : result.error.kind;
}

describe('Go durations', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['-0s', 0],
    ['250ms', 250_000_000],
    ['1h2m3.5s', 3_723_500_000_000],
    ['1.5h', 5_400_000_000_000],
    ['-1.5m', -90_000_000_000],
    ['+5s', 5_000_000_000],
    ['.5s', 500_000_000],
    ['5.s', 5_000_000_000],
    ['10us', 10_000],
    ['10\u00b5s', 10_000],
    ['10\u03bcs', 10_000],
    ['1.9ns', 1],
    ['0.3333333333333333333h', 1_200_000_000_000],
    ['0.830103483285477580700h', 2_988_372_539_827],
    ['0.100000000000000000000h', 360_000_000_000],
    ['8760h', 31_536_000_000_000_000],
    ['', 'syntax'],
    ['-', 'syntax'],
    ['.s', 'syntax'],
    ['s', 'syntax'],
    ['5', 'missing-unit'],
    ['1.2.3s', 'missing-unit'],
    ['1h5', 'missing-unit'],
    ['5d', 'unknown-unit'],
    ['5S', 'unknown-unit'],
    ['5 s', 'unknown-unit'],
    ['3000000h', 'out-of-range'],
  ])('reads %s', (text, expected) => {
    expect(readingOf(parseDuration(text))).toBe(expected);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }), (durationNs) => {
        expect(readingOf(parseDuration(formatGoDuration(durationNs)))).toBe(durationNs);
      }),
    );
  });

  it.each([
    [0, '0s'],
    [1, '1ns'],
    [1_100, '1.1µs'],
    [2_200_000, '2.2ms'],
    [3_300_000_000, '3.3s'],
    [245_000_000_000, '4m5s'],
    [245_001_000_000, '4m5.001s'],
    [18_367_001_000_000, '5h6m7.001s'],
    [-60_000_000_000, '-1m0s'],
    [3_600_000_000_000, '1h0m0s'],
  ])('writes %d ns as %s', (durationNs, expected) => {
    expect(formatGoDuration(durationNs)).toBe(expected);
  });
});

describe('protobuf durations', () => {
  it.each([
    ['3.5s', 3_500_000_000],
    ['0s', 0],
    ['-0.000000001s', -1],
    ['.5s', 500_000_000],
    ['1.s', 1_000_000_000],
    ['250ms', 'syntax'],
    ['01s', 'syntax'],
    ['1.0000000001s', 'syntax'],
    ['s', 'syntax'],
    ['.s', 'syntax'],
    ['315576000001s', 'out-of-range'],
  ])('reads %s', (text, expected) => {
    expect(readingOf(parseProtoDuration(text))).toBe(expected);
  });

  it.each([
    [0, '0s'],
    [1_500_000_000, '1.500s'],
    [250_000, '0.000250s'],
    [1, '0.000000001s'],
    [-1_000_000_000, '-1s'],
    [-10_000_000, '-0.010s'],
  ])('writes %d ns as %s', (durationNs, expected) => {
    expect(formatProtoDuration(durationNs)).toBe(expected);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }), (durationNs) => {
        expect(readingOf(parseProtoDuration(formatProtoDuration(durationNs)))).toBe(durationNs);
      }),
    );
  });
});

describe('Gateway API durations', () => {
  it.each([
    ['1h30m', 5_400_000_000_000],
    ['10s500ms', 10_500_000_000],
    ['0s', 0],
    ['1.5s', 'syntax'],
    ['100000s', 'syntax'],
    ['1h1m1s1ms1ms', 'syntax'],
    ['5us', 'syntax'],
  ])('reads %s', (text, expected) => {
    expect(readingOf(parseGatewayDuration(text))).toBe(expected);
  });
});
