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

const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;
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
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
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
  const r = f * f * (0.5 - 0.3333333333333333 * f);
  return k === 0 ? f - r : k * LN2_HI - (r - k * LN2_LO - f);
}

const INV_LN10 = Math.LOG10E;
const LOG10_2_HI = 0.30102999566361177;
const LOG10_2_LO = 3.694239077158931e-13;
const INV_LN2 = Math.LOG2E;

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

const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019411;

/** `x - x^2 * polynomial`: the rational approximation that exp and pow share. */
function expKernel(x: number): number {
  const t = x * x;
  return (
    x -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))))
  );
}

/** `y * 2^k` for y near one, including results that are subnormal or overflow. */
function scale(y: number, k: number): number {
  if (k >= 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return withHighWord(y, highWord(y) + (k << 20));
  return withHighWord(y, highWord(y) + ((k + 1000) << 20)) * 9.332636185032189e-302;
}

/** e to the power x. fdlibm e_exp.c */
export function exp(x: number): number {
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude >= 0x40862e42) {
    if (Number.isNaN(x)) return x;
    if (x > EXP_OVERFLOW) return Number.POSITIVE_INFINITY;
    if (x < EXP_UNDERFLOW) return 0;
  }
  if (magnitude < 0x3e300000) return 1 + x;
  if (magnitude <= 0x3fd62e42) {
    const c = expKernel(x);
    return 1 - ((x * c) / (c - 2) - x);
  }
  // The general path rounds the number e itself the wrong way.
  if (x === 1) return Math.E;
  const sign = high < 0 ? -1 : 1;
  const k = magnitude < 0x3ff0a2b2 ? sign : (INV_LN2 * x + 0.5 * sign) | 0;
  const reducedHead = x - k * LN2_HI;
  const reducedTail = k * LN2_LO;
  const reduced = reducedHead - reducedTail;
  const c = expKernel(reduced);
  return scale(1 - (reducedTail - (reduced * c) / (2 - c) - reducedHead), k);
}

const EXP_STEPS = 32;
const EXP_TABLE_LIMIT = 16;
/** `exp` at every 1/32 from -16 to 16. */
const expTable = Float64Array.from({ length: 2 * EXP_TABLE_LIMIT * EXP_STEPS + 1 }, (_, index) =>
  exp(index / EXP_STEPS - EXP_TABLE_LIMIT),
);

/** `exp` to one part in 10^11, from a table and a short polynomial: for durations, which are rounded to whole nanoseconds anyway. */
export function expOfDuration(x: number): number {
  if (!(x > -EXP_TABLE_LIMIT && x < EXP_TABLE_LIMIT)) return exp(x);
  const step = Math.floor(x * EXP_STEPS + 0.5);
  const r = x - step / EXP_STEPS;
  const polynomial = 1 + r * (1 + r * (0.5 + r * (1 / 6 + r * (1 / 24))));
  return (expTable[step + EXP_TABLE_LIMIT * EXP_STEPS] ?? 0) * polynomial;
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
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
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
  const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
  const u = 1.4426950216293335 * t;
  const v = t * 1.9259629911266175e-8 - w * INV_LN2;
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
      (0.5999999999999946 +
        s2 *
          (0.4285714285785502 +
            s2 *
              (0.33333332981837743 +
                s2 * (0.272728123808534 + s2 * (0.23066074577556175 + s2 * 0.20697501780033842))))) +
    sTail * (sHead + s);
  const sHead2 = sHead * sHead;
  const tHead = head(3 + sHead2 + r);
  const tTail = r - (tHead - 3 - sHead2);
  const productU = sHead * tHead;
  const productV = sTail * tHead + tTail * s;
  const pHead = head(productU + productV);
  const pTail = productV - (pHead - productU);
  const zHead = 0.9617967009544373 * pHead;
  const zTail = -7.028461650952758e-9 * pHead + pTail * 0.9617966939259756 + (upper ? 1.350039202129749e-8 : 0);
  const breakpointLog = upper ? 0.5849624872207642 : 0;
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
  const u = t * 0.6931471824645996;
  const v = (pTail - (t - reduced)) * Math.LN2 + t * -1.904654299957768e-9;
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
  const signedZero = sign < 0 ? -0 : 0;
  const magnitude = Math.abs(x);
  const ix = highWord(magnitude);
  if (Math.abs(y) > 2147483648) {
    if (ix < 0x3fefffff || (ix === 0x3fefffff && Math.abs(y) > 18446744073709552000))
      return y < 0 ? sign * Number.POSITIVE_INFINITY : signedZero;
    if (ix > 0x3ff00000 || (ix === 0x3ff00000 && Math.abs(y) > 18446744073709552000))
      return y > 0 ? sign * Number.POSITIVE_INFINITY : signedZero;
    log2NearOne(magnitude);
  } else {
    log2Extended(magnitude);
  }
  const yHead = head(y);
  const pTail = (y - yHead) * log2Head + y * log2Tail;
  const pHead = yHead * log2Head;
  const z = pTail + pHead;
  if (z > 1024 || (z === 1024 && pTail + 8.008566259537294e-17 > z - pHead)) return sign * Number.POSITIVE_INFINITY;
  if (z < -1075 || (z === -1075 && pTail <= z - pHead)) return signedZero;
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
  const n = (magnitude * 0.6366197723675814 + 0.5) | 0;
  const exponent = highWord(magnitude) >> 20;
  let r = magnitude - n * 1.5707963267341256;
  let w = n * 6.077100506506192e-11;
  angleHead = r - w;
  if (exponent - ((highWord(angleHead) >> 20) & 0x7ff) > 16) {
    const t = r;
    w = n * 6.077100506303966e-11;
    r = t - w;
    w = n * 2.0222662487959506e-21 - (t - r - w);
    angleHead = r - w;
    if (exponent - ((highWord(angleHead) >> 20) & 0x7ff) > 49) {
      const t2 = r;
      w = n * 2.0222662487111665e-21;
      r = t2 - w;
      w = n * 8.4784276603689e-32 - (t2 - r - w);
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
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (0.0000027557313707070068 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * tail - v * r) - tail - v * -0.16666666666666632);
}

/** Cosine on [-pi/4, pi/4] of `x + tail`. fdlibm k_cos.c */
function cosKernel(x: number, tail: number): number {
  const ix = highWord(x) & 0x7fffffff;
  if (ix < 0x3e400000) return 1;
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (0.00002480158728947673 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
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
