/**
 * Elementary functions with the same bits in every engine. ECMAScript leaves `Math.log`, `exp`, `pow` and `sin` to the implementation, and
 * browsers differ in the last bit, which is enough to swap two events. These are ports of Sun's fdlibm, built from exactly rounded operations alone
 * (`+ - * /` and square root): errors below one unit in the last place. `Math.sqrt`, `floor` and `abs` are exact by specification and may be used.
 */
import { assert } from './assert';

const doubleView = new Float64Array(1);
const wordView = new Int32Array(doubleView.buffer);
doubleView[0] = 1;
assert(wordView[1] === 0x3ff00000, 'detmath needs a little-endian machine');

function highWord(x: number): number {
  doubleView[0] = x;
  return wordView[1] ?? 0;
}

function withHighWord(x: number, high: number): number {
  doubleView[0] = x;
  wordView[1] = high;
  return doubleView[0] ?? 0;
}

/** `x` with its low 32 bits cleared: a head whose products with another head are exact. */
function head(x: number): number {
  doubleView[0] = x;
  wordView[0] = 0;
  return doubleView[0] ?? 0;
}

function fromHighWord(high: number): number {
  wordView[0] = 0;
  wordView[1] = high;
  return doubleView[0] ?? 0;
}

const LN2_HI = 6.9314718036912381649e-1;
const LN2_LO = 1.90821492927058770002e-10;
const TWO_54 = 18014398509481984;

/** Natural logarithm. fdlibm e_log.c */
export function log(x: number): number {
  let k = 0;
  let scaled = x;
  let hx = highWord(x);
  if (hx < 0x00100000) {
    if (x === 0) return Number.NEGATIVE_INFINITY;
    if (hx < 0) return Number.NaN;
    k = -54;
    scaled = x * TWO_54;
    hx = highWord(scaled);
  }
  if (hx >= 0x7ff00000) return scaled + scaled;
  k += (hx >> 20) - 1023;
  hx &= 0x000fffff;
  const carry = (hx + 0x95f64) & 0x100000;
  const f = withHighWord(scaled, hx | (carry ^ 0x3ff00000)) - 1;
  k += carry >> 20;
  if ((0x000fffff & (2 + hx)) < 3) return logNearOne(f, k);
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = odd + even;
  if (((hx - 0x6147a) | (0x6b851 - hx)) > 0) {
    const halfSquare = 0.5 * f * f;
    if (k === 0) return f - (halfSquare - s * (halfSquare + r));
    return k * LN2_HI - (halfSquare - (s * (halfSquare + r) + k * LN2_LO) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HI - (s * (f - r) - k * LN2_LO - f);
}

/** `log(2^k * (1 + f))` for |f| < 2^-20. */
function logNearOne(f: number, k: number): number {
  if (f === 0) return k === 0 ? 0 : k * LN2_HI + k * LN2_LO;
  const r = f * f * (0.5 - 0.33333333333333333 * f);
  return k === 0 ? f - r : k * LN2_HI - (r - k * LN2_LO - f);
}

const INV_LN10 = 4.34294481903251816668e-1;
const LOG10_2_HI = 3.01029995663611771306e-1;
const LOG10_2_LO = 3.69423907715893078616e-13;
const INV_LN2 = 1.442695040888963387;

/** Splits a positive normal number into `mantissa * 2^exponent` with the mantissa within a factor of sqrt(2) of one. */
function binaryExponent(x: number): number {
  const high = highWord(x);
  const exponent = (high >> 20) - 1023;
  return (high & 0x000fffff) >= 0x6a09e ? exponent + 1 : exponent;
}

/** Base-10 logarithm; exact for powers of ten. fdlibm e_log10.c */
export function log10(x: number): number {
  if (!(x >= Number.MIN_VALUE * TWO_54) || x === Number.POSITIVE_INFINITY)
    return x > 0 && x < 1 ? log(x) * INV_LN10 : log(x);
  const exponent = (highWord(x) >> 20) - 1023;
  const negative = exponent < 0 ? 1 : 0;
  const mantissa = withHighWord(x, (highWord(x) & 0x000fffff) | ((0x3ff - negative) << 20));
  const y = exponent + negative;
  return y * LOG10_2_LO + INV_LN10 * log(mantissa) + y * LOG10_2_HI;
}

/** Base-2 logarithm; exact for powers of two. */
export function log2(x: number): number {
  if (!(x >= Number.MIN_VALUE * TWO_54) || x === Number.POSITIVE_INFINITY)
    return x > 0 && x < 1 ? log2(x * TWO_54) - 54 : log(x);
  const exponent = binaryExponent(x);
  const mantissa = withHighWord(x, highWord(x) - (exponent << 20));
  return exponent + log(mantissa) * INV_LN2;
}

const EXP_OVERFLOW = 7.09782712893383973096e2;
const EXP_UNDERFLOW = -7.4513321910194110842e2;

/** `x - x^2 * polynomial`: the rational approximation that exp and pow share. */
function expKernel(x: number): number {
  const t = x * x;
  return (
    x -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))))
  );
}

/** `y * 2^k` for y near one, including results that are subnormal or overflow. */
function scale(y: number, k: number): number {
  if (k >= 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return withHighWord(y, highWord(y) + (k << 20));
  return withHighWord(y, highWord(y) + ((k + 1000) << 20)) * 9.3326361850321887899e-302;
}

/** e to the power x. fdlibm e_exp.c */
export function exp(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x40862e42) {
    if (x !== x) return x;
    if (x > EXP_OVERFLOW) return Number.POSITIVE_INFINITY;
    if (x < EXP_UNDERFLOW) return 0;
  }
  if (magnitude < 0x3e300000) return 1 + x;
  if (magnitude <= 0x3fd62e42) {
    const c = expKernel(x);
    return 1 - ((x * c) / (c - 2) - x);
  }
  const sign = high < 0 ? -1 : 1;
  const k = magnitude < 0x3ff0a2b2 ? sign : (INV_LN2 * x + 0.5 * sign) | 0;
  const reducedHead = x - k * LN2_HI;
  const reducedTail = k * LN2_LO;
  const reduced = reducedHead - reducedTail;
  const c = expKernel(reduced);
  return scale(1 - (reducedTail - (reduced * c) / (2 - c) - reducedHead), k);
}

/** 0 when `y` is not an integer, 1 when it is odd, 2 when it is even. */
function integerParity(y: number): 0 | 1 | 2 {
  if (Math.floor(y) !== y) return 0;
  const half = y / 2;
  return Math.floor(half) === half ? 2 : 1;
}

/** The cases of pow that need no logarithm; undefined for the others. Follows ECMAScript's Number::exponentiate. */
function powSpecial(x: number, y: number): number | undefined {
  if (y === 0) return 1;
  if (x !== x || y !== y) return Number.NaN;
  const magnitude = Math.abs(x);
  if (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY) {
    if (magnitude === 1) return Number.NaN;
    return magnitude > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  if (y === 0.5 && x >= 0) return Math.sqrt(x + 0);
  const parity = integerParity(y);
  if (magnitude === 0 || magnitude === 1 || magnitude === Number.POSITIVE_INFINITY) {
    const unsigned = y < 0 ? 1 / magnitude : magnitude;
    if (x < 0 && parity === 0 && magnitude === 1) return Number.NaN;
    return (x < 0 || Object.is(x, -0)) && parity === 1 ? -unsigned : unsigned;
  }
  return x < 0 && parity === 0 ? Number.NaN : undefined;
}

// Head and tail of log2(|x|), left by the two functions below for pow.
let log2Head = 0;
let log2Tail = 0;

/** log2 of a number within 2^-20 of one, for exponents above 2^31. fdlibm e_pow.c */
function log2NearOne(magnitude: number): void {
  const t = magnitude - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
  const u = 1.44269502162933349609 * t;
  const v = t * 1.92596299112661746887e-8 - w * INV_LN2;
  log2Head = head(u + v);
  log2Tail = v - (log2Head - u);
}

/** log2 of a positive number with about 20 extra bits. fdlibm e_pow.c */
function log2Extended(magnitude: number): void {
  let n = 0;
  let ax = magnitude;
  if (highWord(ax) < 0x00100000) {
    ax *= 9007199254740992;
    n = -53;
  }
  n += (highWord(ax) >> 20) - 1023;
  const fraction = highWord(ax) & 0x000fffff;
  let ix = fraction | 0x3ff00000;
  const upper = fraction > 0x3988e && fraction < 0xbb67a;
  if (fraction >= 0xbb67a) {
    n += 1;
    ix -= 0x00100000;
  }
  ax = withHighWord(ax, ix);
  const breakpoint = upper ? 1.5 : 1;
  const u = ax - breakpoint;
  const v = 1 / (ax + breakpoint);
  const s = u * v;
  const sHead = head(s);
  const sumHead = fromHighWord(((ix >> 1) | 0x20000000) + 0x00080000 + (upper ? 0x40000 : 0));
  const sumTail = ax - (sumHead - breakpoint);
  const sTail = v * (u - sHead * sumHead - sHead * sumTail);
  const s2 = s * s;
  const r =
    s2 *
      s2 *
      (5.99999999999994648725e-1 +
        s2 *
          (4.28571428578550184252e-1 +
            s2 *
              (3.33333329818377432918e-1 +
                s2 *
                  (2.72728123808534006489e-1 + s2 * (2.30660745775561754067e-1 + s2 * 2.06975017800338417784e-1))))) +
    sTail * (sHead + s);
  const sHead2 = sHead * sHead;
  const tHead = head(3 + sHead2 + r);
  const tTail = r - (tHead - 3 - sHead2);
  const productU = sHead * tHead;
  const productV = sTail * tHead + tTail * s;
  const pHead = head(productU + productV);
  const pTail = productV - (pHead - productU);
  const zHead = 9.61796700954437255859e-1 * pHead;
  const zTail =
    -7.02846165095275826516e-9 * pHead + pTail * 9.61796693925975554329e-1 + (upper ? 1.35003920212974897128e-8 : 0);
  const breakpointLog = upper ? 5.84962487220764160156e-1 : 0;
  log2Head = head(zHead + zTail + breakpointLog + n);
  log2Tail = zTail - (log2Head - n - breakpointLog - zHead);
}

/** 2 to the power `head + tail`, where the head dominates and the sum lies within the range of doubles. fdlibm e_pow.c */
function exp2Split(pHead: number, pTail: number): number {
  const j = highWord(pHead + pTail);
  const magnitude = j & 0x7fffffff;
  let n = 0;
  let reduced = pHead;
  if (magnitude > 0x3fe00000) {
    const shift = (magnitude >> 20) - 1023;
    const rounded = j + (0x00100000 >> (shift + 1));
    const roundedShift = ((rounded & 0x7fffffff) >> 20) - 1023;
    reduced -= fromHighWord(rounded & ~(0x000fffff >> roundedShift));
    n = ((rounded & 0x000fffff) | 0x00100000) >> (20 - roundedShift);
    if (j < 0) n = -n;
  }
  const t = head(pTail + reduced);
  const u = t * 6.93147182464599609375e-1;
  const v = (pTail - (t - reduced)) * 6.93147180559945286227e-1 + t * -1.90465429995776804525e-9;
  const z = u + v;
  const w = v - (z - u);
  const c = expKernel(z);
  const r = (z * c) / (c - 2) - (w + z * w);
  return scale(1 - (r - z), n);
}

/** x to the power y, with the special cases of ECMAScript. fdlibm e_pow.c */
export function pow(x: number, y: number): number {
  const special = powSpecial(x, y);
  if (special !== undefined) return special;
  const sign = x < 0 && integerParity(y) === 1 ? -1 : 1;
  const magnitude = Math.abs(x);
  const ix = highWord(magnitude);
  if (Math.abs(y) > 2147483648) {
    if (ix < 0x3fefffff || (ix === 0x3fefffff && Math.abs(y) > 18446744073709551616))
      return y < 0 ? sign * Number.POSITIVE_INFINITY : sign * 0;
    if (ix > 0x3ff00000 || (ix === 0x3ff00000 && Math.abs(y) > 18446744073709551616))
      return y > 0 ? sign * Number.POSITIVE_INFINITY : sign * 0;
    log2NearOne(magnitude);
  } else {
    log2Extended(magnitude);
  }
  const yHead = head(y);
  const pTail = (y - yHead) * log2Head + y * log2Tail;
  const pHead = yHead * log2Head;
  const z = pTail + pHead;
  if (z > 1024 || (z === 1024 && pTail + 8.0085662595372944372e-17 > z - pHead)) return sign * Number.POSITIVE_INFINITY;
  if (z < -1075 || (z === -1075 && pTail <= z - pHead)) return sign * 0;
  return sign * exp2Split(pHead, pTail);
}

/** Largest magnitude that sin and cos accept: 2^19 * pi/2, the reach of the three-part reduction. */
export const MAX_ANGLE = 823549.6;

// Remainder of the last reduction modulo pi/2, as head and tail.
let angleHead = 0;
let angleTail = 0;

/** Reduces modulo pi/2 into the two variables above and returns the quadrant (two's complement). fdlibm e_rem_pio2.c */
function reduceAngle(x: number): number {
  const magnitude = Math.abs(x);
  assert(magnitude <= MAX_ANGLE, 'angle out of range: reduce it modulo 2 pi first');
  if (magnitude <= 0.7853981633974483) {
    angleHead = x;
    angleTail = 0;
    return 0;
  }
  const n = (magnitude * 6.36619772367581382433e-1 + 0.5) | 0;
  const exponent = highWord(magnitude) >> 20;
  let r = magnitude - n * 1.57079632673412561417;
  let w = n * 6.07710050650619224932e-11;
  angleHead = r - w;
  if (exponent - ((highWord(angleHead) >> 20) & 0x7ff) > 16) {
    const t = r;
    w = n * 6.0771005063039659766e-11;
    r = t - w;
    w = n * 2.02226624879595063154e-21 - (t - r - w);
    angleHead = r - w;
    if (exponent - ((highWord(angleHead) >> 20) & 0x7ff) > 49) {
      const t2 = r;
      w = n * 2.0222662487111664558e-21;
      r = t2 - w;
      w = n * 8.47842766036889956997e-32 - (t2 - r - w);
      angleHead = r - w;
    }
  }
  angleTail = r - angleHead - w;
  if (x > 0) return n;
  angleHead = -angleHead;
  angleTail = -angleTail;
  return -n;
}

/** Sine on [-pi/4, pi/4] of `x + tail`. fdlibm k_sin.c */
function sinKernel(x: number, tail: number): number {
  if (Math.abs(x) < 7.450580596923828e-9) return x;
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * tail - v * r) - tail - v * -1.66666666666666324348e-1);
}

/** Cosine on [-pi/4, pi/4] of `x + tail`. fdlibm k_cos.c */
function cosKernel(x: number, tail: number): number {
  const ix = highWord(x) & 0x7fffffff;
  if (ix < 0x3e400000) return 1;
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  if (ix < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * tail));
  const quarter = ix > 0x3fe90000 ? 0.28125 : fromHighWord(ix - 0x00200000);
  return 1 - quarter - (0.5 * z - quarter - (z * r - x * tail));
}

/** Sine of an angle in radians, at most {@link MAX_ANGLE} in magnitude. fdlibm s_sin.c */
export function sin(x: number): number {
  const quadrant = reduceAngle(x);
  const value = (quadrant & 1) === 0 ? sinKernel(angleHead, angleTail) : cosKernel(angleHead, angleTail);
  return (quadrant & 2) === 0 ? value : -value;
}

/** Cosine of an angle in radians, at most {@link MAX_ANGLE} in magnitude. fdlibm s_cos.c */
export function cos(x: number): number {
  const quadrant = reduceAngle(x);
  const value = (quadrant & 1) === 0 ? cosKernel(angleHead, angleTail) : sinKernel(angleHead, angleTail);
  return ((quadrant + 1) & 2) === 0 ? value : -value;
}
