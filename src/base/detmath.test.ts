import { describe, expect, it } from 'vitest';
import { cos, exp, log, log2, log10, MAX_ANGLE, pow, sin } from './detmath';
import { Rng } from './prng';

const view = new DataView(new ArrayBuffer(8));

function bits(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigInt64(0);
}

function hex(x: number): string {
  return BigInt.asUintN(64, bits(x)).toString(16).padStart(16, '0');
}

/** Distance in units in the last place, counted along the ordered bit patterns. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  const order = (x: number): bigint => (bits(x) < 0n ? -(bits(x) & 0x7fffffffffffffffn) : bits(x));
  const distance = order(a) - order(b);
  return Number(distance < 0n ? -distance : distance);
}

/** Any finite double, uniform over bit patterns: all magnitudes, signs and subnormals. */
function anyDouble(rng: Rng): number {
  for (;;) {
    view.setUint32(0, rng.nextU32());
    view.setUint32(4, rng.nextU32());
    const x = view.getFloat64(0);
    if (Number.isFinite(x)) return x;
  }
}

function worst(count: number, one: (rng: Rng) => [number, number]): number {
  const rng = new Rng(20);
  let max = 0;
  for (let i = 0; i < count; i++) max = Math.max(max, ulps(...one(rng)));
  return max;
}

const SAMPLES = 100_000;

describe('detmath agrees with the host within one unit in the last place', () => {
  it('log', () => {
    expect(worst(SAMPLES, (rng) => ((x) => [log(x), Math.log(x)])(Math.abs(anyDouble(rng))))).toBeLessThanOrEqual(1);
    expect(worst(SAMPLES, (rng) => ((x) => [log(x), Math.log(x)])(0.5 + rng.nextFloat()))).toBeLessThanOrEqual(1);
  });
  it('exp', () => {
    expect(worst(SAMPLES, (rng) => ((x) => [exp(x), Math.exp(x)])(1500 * rng.nextFloat() - 750))).toBeLessThanOrEqual(
      1,
    );
    expect(worst(SAMPLES, (rng) => ((x) => [exp(x), Math.exp(x)])(2 * rng.nextFloat() - 1))).toBeLessThanOrEqual(1);
  });
  it('sin and cos', () => {
    expect(worst(SAMPLES, (rng) => ((x) => [sin(x), Math.sin(x)])(8 * rng.nextFloat() - 4))).toBeLessThanOrEqual(1);
    expect(worst(SAMPLES, (rng) => ((x) => [cos(x), Math.cos(x)])(8 * rng.nextFloat() - 4))).toBeLessThanOrEqual(1);
    const wide = (rng: Rng): number => (2 * rng.nextFloat() - 1) * MAX_ANGLE;
    expect(worst(SAMPLES, (rng) => ((x) => [sin(x), Math.sin(x)])(wide(rng)))).toBeLessThanOrEqual(1);
    expect(worst(SAMPLES, (rng) => ((x) => [cos(x), Math.cos(x)])(wide(rng)))).toBeLessThanOrEqual(1);
  });
  it('log10 and log2', () => {
    expect(worst(SAMPLES, (rng) => ((x) => [log10(x), Math.log10(x)])(Math.abs(anyDouble(rng))))).toBeLessThanOrEqual(
      1,
    );
    expect(worst(SAMPLES, (rng) => ((x) => [log2(x), Math.log2(x)])(Math.abs(anyDouble(rng))))).toBeLessThanOrEqual(1);
    expect(worst(SAMPLES, (rng) => ((x) => [log2(x), Math.log2(x)])(0.5 + rng.nextFloat()))).toBeLessThanOrEqual(2);
  });
  it('pow', () => {
    expect(
      worst(SAMPLES, (rng) => ((x, y) => [pow(x, y), x ** y])(100 * rng.nextFloat(), 40 * rng.nextFloat() - 20)),
    ).toBeLessThanOrEqual(1);
  });
});

describe('detmath gives known bits', () => {
  it.each([
    ['log 2', log(2), '3fe62e42fefa39ef'],
    ['log 10', log(10), '40026bb1bbb55516'],
    ['exp 1', exp(1), '4005bf0a8b145769'],
    ['exp -1', exp(-1), '3fd78b56362cef38'],
    ['sin 1', sin(1), '3feaed548f090cee'],
    ['cos 1', cos(1), '3fe14a280fb5068c'],
    ['2^0.5', pow(2, 0.5), '3ff6a09e667f3bcd'],
    ['10^-3', pow(10, -3), '3f50624dd2f1a9fc'],
    ['1.1^100', pow(1.1, 100), '40caea4e6126bb95'],
  ])('%s', (_name, value, expected) => {
    expect(hex(value)).toBe(expected);
  });
});
