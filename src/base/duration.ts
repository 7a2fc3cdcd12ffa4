import { err, ok, type Result } from './result';
import { NS_PER_MS, NS_PER_S, NS_PER_US, type Ns } from './units';

/** Why a text is not a duration. */
export interface DurationError {
  readonly kind: 'syntax' | 'missing-unit' | 'unknown-unit' | 'out-of-range';
  readonly text: string;
}

const NS_PER_MINUTE = 60 * NS_PER_S;
const NS_PER_HOUR = 60 * NS_PER_MINUTE;
/** 2^63: Go keeps a duration in a signed 64-bit integer of nanoseconds. */
const MAX_GO_NS = 0x8000000000000000;
/** google.protobuf.Duration: 10,000 years of 365.25 days. */
const MAX_PROTO_S = 315_576_000_000;

// The micro sign and the Greek letter are two code points for one unit.
const GO_UNITS: ReadonlyMap<string, Ns> = new Map([
  ['ns', 1],
  ['us', NS_PER_US],
  ['\u00b5s', NS_PER_US],
  ['\u03bcs', NS_PER_US],
  ['ms', NS_PER_MS],
  ['s', NS_PER_S],
  ['m', NS_PER_MINUTE],
  ['h', NS_PER_HOUR],
]);

/** 2^63 - 1, beyond which Go drops further digits of a fraction. */
const MAX_FRACTION = 0x7fffffffffffffffn;

/** A decimal fraction of a unit, truncated to whole nanoseconds exactly as Go does it. golang/go src/time/format.go (leadingFraction) */
function fractionNs(digits: string, unitNs: Ns): Ns {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > MAX_FRACTION / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > MAX_FRACTION + 1n) break;
    value = next;
    scale *= 10;
  }
  return Math.floor(Number(value) * (unitNs / scale));
}

/**
 * Parses a Go duration, which Kubernetes and most mesh resources use: `250ms`, `1h2m3.5s`, `-1.5m`, `0`. Results beyond 2^53 ns (104 days) are
 * rounded to the nearest double. golang/go src/time/format.go (ParseDuration)
 */
export function parseDuration(text: string): Result<Ns, DurationError> {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return ok(0);
  if (rest === '') return err({ kind: 'syntax', text });
  let totalNs = 0;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest);
    const whole = match?.[1] ?? '';
    const fraction = match?.[2] ?? '';
    const unit = match?.[3] ?? '';
    if (whole === '' && fraction === '') return err({ kind: 'syntax', text });
    if (unit === '') return err({ kind: 'missing-unit', text });
    const unitNs = GO_UNITS.get(unit);
    if (unitNs === undefined) return err({ kind: 'unknown-unit', text });
    totalNs += Number(whole) * unitNs + fractionNs(fraction, unitNs);
    if (totalNs > MAX_GO_NS) return err({ kind: 'out-of-range', text });
    rest = rest.slice(match?.[0].length ?? rest.length);
  }
  return ok(negative && totalNs !== 0 ? -totalNs : totalNs);
}

/**
 * Parses the JSON form of google.protobuf.Duration: seconds with at most nine fractional digits and the suffix `s`.
 * protocolbuffers/protobuf-go encoding/protojson/well_known_types.go (parseDuration)
 */
export function parseProtoDuration(text: string): Result<Ns, DurationError> {
  const match = /^([-+]?)(\d*)(?:\.(\d{0,9}))?s$/.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (match === null || (whole === '' && fraction === '')) return err({ kind: 'syntax', text });
  // A leading zero is allowed only alone.
  if (whole.length > 1 && whole.startsWith('0')) return err({ kind: 'syntax', text });
  if (Number(whole) > MAX_PROTO_S) return err({ kind: 'out-of-range', text });
  const totalNs = Number(whole) * NS_PER_S + Number(fraction.padEnd(9, '0'));
  return ok(match[1] === '-' && totalNs !== 0 ? -totalNs : totalNs);
}

/**
 * Parses the Gateway API's restricted form: one to four components of at most five digits, in hours, minutes, seconds or milliseconds.
 * kubernetes-sigs/gateway-api apis/v1/shared_types.go (Duration)
 */
export function parseGatewayDuration(text: string): Result<Ns, DurationError> {
  if (!/^(?:\d{1,5}(?:h|m|s|ms)){1,4}$/.test(text)) return err({ kind: 'syntax', text });
  return parseDuration(text);
}

/** Sign, whole seconds and nanoseconds of a duration. */
function split(durationNs: Ns): readonly [sign: string, seconds: number, nanos: number] {
  const magnitude = Math.abs(durationNs);
  return [durationNs < 0 ? '-' : '', Math.floor(magnitude / NS_PER_S), magnitude % NS_PER_S];
}

/**
 * The JSON form of google.protobuf.Duration, with 0, 3, 6 or 9 fractional digits: `0s`, `1.500s`, `0.000250s`.
 * protocolbuffers/protobuf-go encoding/protojson/well_known_types.go (marshalDuration)
 */
export function formatProtoDuration(durationNs: Ns): string {
  const [sign, seconds, nanos] = split(durationNs);
  if (nanos === 0) return `${sign}${seconds}s`;
  const digits = String(nanos).padStart(9, '0');
  if (digits.endsWith('000000')) return `${sign}${seconds}.${digits.slice(0, 3)}s`;
  if (digits.endsWith('000')) return `${sign}${seconds}.${digits.slice(0, 6)}s`;
  return `${sign}${seconds}.${digits}s`;
}

function decimal(valueNs: Ns, unitNs: Ns, unitDigits: number): string {
  const fraction = String(valueNs % unitNs)
    .padStart(unitDigits, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(valueNs / unitNs));
  return unitDigits === 0 || fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Go's form of a duration, as its tools print it: `1h2m3.5s`, `250ms`, `0s`. golang/go src/time/time.go (Duration.String) */
export function formatGoDuration(durationNs: Ns): string {
  const [sign, seconds, nanos] = split(durationNs);
  if (seconds === 0) {
    if (nanos === 0) return '0s';
    if (nanos < NS_PER_US) return `${sign}${nanos}ns`;
    if (nanos < NS_PER_MS) return `${sign}${decimal(nanos, NS_PER_US, 3)}µs`;
    return `${sign}${decimal(nanos, NS_PER_MS, 6)}ms`;
  }
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${decimal((seconds % 60) * NS_PER_S + nanos, NS_PER_S, 9)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${sign}${minutes}m${rest}` : `${sign}${rest}`;
}
