/**
 * Numbers as people read them on the screen: at most four significant digits, units with a space except %, and "–"
 * where there was no traffic (never 0). Rounding happens here and only here, so that equal texts mean "nothing to redraw".
 */
import { NS_PER_MS, type Ns } from '../../base';

export const NOTHING = '–';

/** 0.4, 9.6, 142, 1 234, 12.3k */
export function formatRate(perS: number | undefined): string {
  if (perS === undefined || perS <= 0) return NOTHING;
  if (perS < 0.05) return '<0.1';
  if (perS < 9.95) return trimZero(perS.toFixed(1));
  if (perS < 999.5) return perS.toFixed(0);
  if (perS < 9_999.5) return groupThousands(perS.toFixed(0));
  if (perS < 999_500) return `${trimZero((perS / 1000).toFixed(1))}k`;
  return `${trimZero((perS / 1_000_000).toFixed(2))}M`;
}

/** A share as percent: 0.0%, <0.1%, 0.6%, 18.1%, 100%. */
export function formatPercent(ratio: number | undefined): string {
  if (ratio === undefined) return NOTHING;
  if (ratio <= 0) return '0.0%';
  if (ratio < 0.001) return '<0.1%';
  const percent = ratio * 100;
  if (percent >= 99.95) return '100%';
  return `${percent.toFixed(1)}%`;
}

/** A share without decimals, for versions and mTLS: 90, 100. */
export function formatWholePercent(ratio: number): string {
  if (ratio > 0 && ratio < 0.005) return '<1';
  if (ratio < 1 && ratio > 0.995) return '>99';
  return (ratio * 100).toFixed(0);
}

/** Milliseconds without unit, for a column that names it: 0.42, 9, 58, 812, 1240. */
export function formatMs(durationNs: Ns | undefined): string {
  if (durationNs === undefined) return NOTHING;
  const ms = durationNs / NS_PER_MS;
  if (ms < 0.995) return ms.toFixed(2);
  if (ms < 9.95) return trimZero(ms.toFixed(1));
  if (ms < 9_999.5) return ms.toFixed(0);
  return `${trimZero((ms / 1000).toFixed(1))}k`;
}

/** With its unit: 840 µs, 5.2 ms, 812 ms, 1.24 s. */
export function formatLatency(durationNs: Ns | undefined): string {
  if (durationNs === undefined) return NOTHING;
  const ms = durationNs / NS_PER_MS;
  if (ms < 0.9995) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 9.95) return `${trimZero(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  return `${trimZero((ms / 1000).toFixed(2))} s`;
}

/** mm:ss.mmm; hours join the minutes, which then have three digits. */
export function formatClock(atNs: Ns): { readonly whole: string; readonly fraction: string } {
  const totalMs = Math.floor(Math.max(0, atNs) / NS_PER_MS);
  const minutes = Math.floor(totalMs / 60_000);
  const seconds = Math.floor((totalMs % 60_000) / 1000);
  return {
    whole: `${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}`,
    fraction: String(totalMs % 1000).padStart(3, '0'),
  };
}

/** mm:ss, for marks and messages. */
export function formatTime(atNs: Ns): string {
  return formatClock(atNs).whole;
}

/** 0.01×, 0.5×, 1×, 50× */
export function formatSpeed(speed: number): string {
  const digits = speed >= 10 ? 0 : speed >= 1 ? 1 : speed >= 0.1 ? 2 : 3;
  return `${trimZero(speed.toFixed(digits))}×`;
}

/** Cut in the middle, so that both the family and the particular of a name stay readable. */
export function cutMiddle(text: string, maxLength: number): string {
  if (text.length <= maxLength || maxLength < 3) return text;
  const kept = maxLength - 1;
  const head = Math.ceil(kept / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`;
}

/** A request's number as the screen names it: eight hexadecimal digits. */
export function formatRequestId(requestId: number): string {
  return Math.trunc(requestId).toString(16).padStart(8, '0');
}

function trimZero(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A thin space between thousands, as the sheets write it. */
export function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
