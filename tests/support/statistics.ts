// Tests of randomness: every use is seeded, so a test either always passes or never.

const LANCZOS = [
  76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
  -0.5395239384953e-5,
];

/** Natural logarithm of the gamma function for positive x. */
function logGamma(x: number): number {
  const shifted = x + 5.5;
  const series = LANCZOS.reduce((sum, coefficient, i) => sum + coefficient / (x + 1 + i), 1.000000000190015);
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((2.506628274631 * series) / x);
}

/** Upper regularised incomplete gamma function Q(a, x). */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-15; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * scale;
  }
  // Lentz's continued fraction.
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h * scale;
}

/** Probability that a chi-square variable with `degreesOfFreedom` is at least `statistic`. */
export function chiSquareTail(statistic: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, statistic / 2);
}

/**
 * Pearson's test of counts against expected shares, which are scaled to the total: the probability of a deviation at least this large by chance.
 * A right model gives a uniform value between 0 and 1; a wrong one gives about 0.
 */
export function chiSquarePValue(counts: ArrayLike<number>, shares: ArrayLike<number>): number {
  const observed = Array.from(counts);
  const expected = Array.from(shares);
  if (observed.length !== expected.length || observed.length < 2) throw new Error('counts and shares differ in length');
  const total = observed.reduce((a, b) => a + b, 0);
  const totalShare = expected.reduce((a, b) => a + b, 0);
  const statistic = observed.reduce((sum, count, i) => {
    const mean = ((expected[i] ?? 0) * total) / totalShare;
    return sum + ((count - mean) * (count - mean)) / mean;
  }, 0);
  return chiSquareTail(statistic, observed.length - 1);
}
