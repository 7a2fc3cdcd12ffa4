import { describe, expect, test } from 'vitest';
import {
  cutMiddle,
  formatClock,
  formatLatency,
  formatMs,
  formatPercent,
  formatRate,
  formatRequestId,
  formatSpeed,
  formatWholePercent,
} from './numbers';

describe('numbers on the screen', () => {
  test.each([
    [undefined, '–'],
    [0, '–'],
    [0.01, '<0.1'],
    [0.44, '0.4'],
    [9, '9'],
    [9.96, '10'],
    [142.4, '142'],
    [1234, '1\u202f234'],
    [12_340, '12.3k'],
    [2_500_000, '2.5M'],
  ])('rate %s reads %s', (perS, text) => {
    expect(formatRate(perS)).toBe(text);
  });

  test.each([
    [undefined, '–'],
    [0, '0.0%'],
    [0.0004, '<0.1%'],
    [0.006, '0.6%'],
    [0.1812, '18.1%'],
    [0.99951, '100%'],
    [1, '100%'],
  ])('share %s reads %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });

  test.each([
    [0.004, '<1'],
    [0.9, '90'],
    [0.996, '>99'],
    [1, '100'],
  ])('whole share %s reads %s', (ratio, text) => {
    expect(formatWholePercent(ratio)).toBe(text);
  });

  test.each([
    [undefined, '–', '–'],
    [420_000, '0.42', '420 µs'],
    [9_000_000, '9', '9 ms'],
    [9_960_000, '10', '10 ms'],
    [812_300_000, '812', '812 ms'],
    [1_240_000_000, '1240', '1.24 s'],
    [12_000_000_000, '12k', '12 s'],
  ])('duration %s reads %s and %s', (durationNs, ms, latency) => {
    expect(formatMs(durationNs)).toBe(ms);
    expect(formatLatency(durationNs)).toBe(latency);
  });

  test('the clock counts minutes beyond the hour', () => {
    expect(formatClock(151_480_000_000)).toEqual({ whole: '02:31', fraction: '480' });
    expect(formatClock(7_265_001_999_999)).toEqual({ whole: '121:05', fraction: '001' });
    expect(formatClock(-1)).toEqual({ whole: '00:00', fraction: '000' });
  });

  test.each([
    [0.01, '0.01×'],
    [0.02, '0.02×'],
    [0.5, '0.5×'],
    [1, '1×'],
    [2.5, '2.5×'],
    [50, '50×'],
  ])('speed %s reads %s', (speed, text) => {
    expect(formatSpeed(speed)).toBe(text);
  });

  test('names are cut in the middle', () => {
    expect(cutMiddle('auth', 8)).toBe('auth');
    expect(cutMiddle('hero-registry-api', 11)).toBe('hero-…y-api');
  });

  test('request numbers have a fixed width', () => {
    expect(formatRequestId(255)).toBe('000000ff');
  });
});
