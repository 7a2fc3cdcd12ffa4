import type { ShareSpec } from './values';

/** An exact share: `numerator` of `denominator`. */
export interface ExactShare {
  readonly numerator: number;
  readonly denominator: number;
}

const MAX_DECIMALS = 9;

/** The exact ratio behind a share as written: `0.125` is 125 of 1000, `12.5%` too. Clamped to the range from 0 to 1. */
export function parseShare(share: ShareSpec): ExactShare {
  const isPercentage = typeof share === 'string' && share.endsWith('%');
  const digits = typeof share === 'number' ? share.toFixed(MAX_DECIMALS) : share.replace('%', '');
  const [whole = '0', fraction = ''] = digits.split('.');
  const decimals = fraction.slice(0, MAX_DECIMALS).replace(/0+$/, '');
  let denominator = isPercentage ? 100 : 1;
  for (let i = 0; i < decimals.length; i++) denominator *= 10;
  const numerator = Number(whole + decimals);
  if (!Number.isFinite(numerator) || numerator <= 0) return { numerator: 0, denominator: 1 };
  return numerator >= denominator ? { numerator: 1, denominator: 1 } : { numerator, denominator };
}
