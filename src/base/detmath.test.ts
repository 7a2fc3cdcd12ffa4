import { describe, expect, it } from 'vitest';
import { cos, exp, expOfDuration, log, log2, log10, MAX_ANGLE, pow, sin } from './detmath';
import { Rng } from './prng';
import { TraceHash } from './trace-hash';

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
  it('expOfDuration to one part in 10^11', () => {
    const rng = new Rng(6);
    for (let i = 0; i < 10_000; i++) {
      const x = (rng.nextFloat() - 0.5) * 40;
      expect(Math.abs(expOfDuration(x) / Math.exp(x) - 1)).toBeLessThan(1e-11);
    }
    expect([expOfDuration(0), expOfDuration(-16), expOfDuration(1000)]).toEqual([
      1,
      exp(-16),
      Number.POSITIVE_INFINITY,
    ]);
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

describe('detmath at the edges', () => {
  it('log', () => {
    expect([log(0), log(-0), log(-1), log(1), log(Number.POSITIVE_INFINITY)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    expect(log(Number.MIN_VALUE)).toBe(Math.log(Number.MIN_VALUE));
    expect(log(Number.NaN)).toBeNaN();
  });

  it('log10 and log2 are exact for exact powers', () => {
    for (let n = -300; n <= 300; n++) expect(log10(Number(`1e${n}`))).toBe(n);
    for (let n = -1074; n <= 1023; n++) expect(log2(2 ** n)).toBe(n);
    expect([log10(0), log2(0)]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect([log10(-1), log2(-1), log10(Number.NaN), log2(Number.NaN)].every(Number.isNaN)).toBe(true);
    expect([log10(Number.POSITIVE_INFINITY), log2(Number.POSITIVE_INFINITY)]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('exp', () => {
    expect([exp(0), exp(710), exp(-746), exp(Number.POSITIVE_INFINITY), exp(Number.NEGATIVE_INFINITY)]).toEqual([
      1,
      Number.POSITIVE_INFINITY,
      0,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect(exp(Number.NaN)).toBeNaN();
    expect(exp(709.782712893384)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(exp(-745.1332191019411)).toBe(Number.MIN_VALUE);
  });

  it('pow gives the special values of ECMAScript', () => {
    const values = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e300, -1e300, 1e-300, 2 ** 53, 2 ** 53 - 1, -(2 ** 53 - 1)];
    const special = [...values, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, Number.MIN_VALUE];
    for (const x of special) {
      for (const y of special) expect({ x, y, power: pow(x, y) }).toEqual({ x, y, power: x ** y });
    }
  });

  it('pow near one with huge exponents, and at the limits of the range', () => {
    for (const x of [1 + 2 ** -52, 1 - 2 ** -53, 1 + 2 ** -20, 1 - 2 ** -21]) {
      for (const y of [2 ** 31, 2 ** 31 + 1, 2 ** 40, -(2 ** 40), 2 ** 60, 2 ** 64, -(2 ** 65)]) {
        expect(ulps(pow(x, y), x ** y)).toBeLessThanOrEqual(1);
      }
    }
    for (let n = -1074; n <= 1023; n++) expect(pow(2, n)).toBe(2 ** n);
    expect(pow(2, 1024)).toBe(Number.POSITIVE_INFINITY);
    expect(pow(2, -1076)).toBe(0);
    expect(pow(-2, -1075)).toBe(-0);
    expect(pow(Number.MAX_VALUE, 1.0000001)).toBe(Number.POSITIVE_INFINITY);
  });

  it('pow within one unit over the whole range', () => {
    expect(
      worst(SAMPLES, (rng) => {
        const x = Math.abs(anyDouble(rng));
        const y = (1400 * rng.nextFloat() - 700) / Math.max(1, Math.abs(Math.log(x)));
        return [pow(x, y), x ** y];
      }),
    ).toBeLessThanOrEqual(1);
  });

  it('sin and cos', () => {
    expect([sin(0), sin(-0), cos(0), sin(1e-9)]).toEqual([0, -0, 1, 1e-9]);
    expect([sin(Math.PI), cos(Math.PI / 2)]).toEqual([Math.sin(Math.PI), Math.cos(Math.PI / 2)]);
    expect(() => sin(1e6)).toThrow('angle out of range');
    expect(() => cos(Number.NaN)).toThrow('angle out of range');
  });

  it('has one digest over many arguments, whatever the engine', () => {
    const rng = new Rng(1).fork('detmath');
    const hash = new TraceHash();
    for (let i = 0; i < 5000; i++) {
      const x = rng.nextFloat();
      for (const value of [log(x), log10(x), log2(x), exp(40 * x), pow(x, 20 * x), sin(1000 * x), cos(-1000 * x)]) {
        hash.addNumber(value);
      }
    }
    expect(hash.digest()).toBe('cfc5c28a9d17cc52');
  });
});
