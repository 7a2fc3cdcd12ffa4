/**
 * Units are plain aliases of `number`; the unit is also the suffix of every field and parameter name
 * (`timeoutNs`, `sizeBytes`, `successRatio`), biggest word first. The suffix rule is what keeps units apart at a call site;
 * the alias documents signatures without a cast at every literal.
 */

/** Nanoseconds. Simulated time and durations are integers, exact up to 2^53 ns (104 days). */
export type Ns = number;
/** Milliseconds; may be fractional. Only for what a person reads or writes. */
export type Ms = number;
/** Bytes, an integer. */
export type Bytes = number;
/** A share between 0 and 1. */
export type Ratio = number;

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/** Milliseconds to whole nanoseconds, rounded to the nearest. */
export function msToNs(durationMs: Ms): Ns {
  return Math.round(durationMs * NS_PER_MS);
}

/** Nanoseconds to (fractional) milliseconds. */
export function nsToMs(durationNs: Ns): Ms {
  return durationNs / NS_PER_MS;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Three significant digits, without trailing zeros. */
function significant(value: number): string {
  if (value >= 99.95) return trimZeros(value.toFixed(0));
  return trimZeros(value.toFixed(value >= 9.995 ? 1 : 2));
}

/** A duration for people: three significant digits in the largest fitting unit, e.g. `250 µs`, `1.25 ms`, `3.2 s`, `2m 5s`. */
export function formatDuration(durationNs: Ns): string {
  if (Number.isNaN(durationNs)) return '–';
  if (durationNs < 0) return `-${formatDuration(-durationNs)}`;
  if (durationNs === Number.POSITIVE_INFINITY) return '∞';
  if (durationNs === 0) return '0 s';
  if (durationNs < 999.5) return `${significant(durationNs)} ns`;
  if (durationNs < 999.5 * NS_PER_US) return `${significant(durationNs / NS_PER_US)} µs`;
  if (durationNs < 999.5 * NS_PER_MS) return `${significant(durationNs / NS_PER_MS)} ms`;
  if (durationNs < 99.95 * NS_PER_S) return `${significant(durationNs / NS_PER_S)} s`;
  const totalS = Math.round(durationNs / NS_PER_S);
  const hours = Math.floor(totalS / 3600);
  const minutes = Math.floor((totalS % 3600) / 60);
  const seconds = totalS % 60;
  const parts: string[] = [];
  if (hours > 0) parts.push(`${hours}h`);
  if (minutes > 0) parts.push(`${minutes}m`);
  if (seconds > 0) parts.push(`${seconds}s`);
  return parts.join(' ');
}
