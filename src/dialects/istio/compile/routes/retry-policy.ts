import { type ConfigOrigin, type RetryPolicy, retryPolicy } from '../../../../xds';
import type { HttpRetry } from '../../kinds';
import { durationNs } from '../durations';

const DEFAULT_RETRIES = 2;
const DEFAULT_RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';
/** A request that was reset before it reached the application was never processed, so it may be sent again. */
const DEFAULT_INBOUND_RETRY_ON = 'reset-before-request';
const RETRIABLE_STATUS_CODES = 'retriable-status-codes';
const HOST_SELECTION_ATTEMPTS = 5;
const PREVIOUS_PRIORITIES_UPDATE = 2;

/** Whether Go's net/http knows a text for the status. golang/go src/net/http/status.go (StatusText) */
function isKnownStatus(code: number): boolean {
  const ranges = [
    [100, 103],
    [200, 208],
    [226, 226],
    [300, 305],
    [307, 308],
    [400, 418],
    [421, 426],
    [428, 429],
    [431, 431],
    [451, 451],
    [500, 508],
    [510, 511],
  ] as const;
  return ranges.some(([first, last]) => code >= first && code <= last);
}

interface RetryConditions {
  readonly retryOn: string;
  readonly retriableStatusCodes: readonly number[];
}

/** Numbers among the conditions are status codes. istio/istio pilot/pkg/networking/core/route/retry/retry.go (parseRetryOn) */
function parseRetryOn(text: string): RetryConditions {
  const retriableStatusCodes: number[] = [];
  const conditions: string[] = [];
  for (const part of text.split(',')) {
    const condition = part.trim();
    if (condition === '') continue;
    const code = /^[+-]?\d+$/.test(condition) ? Number(condition) : 0;
    if (isKnownStatus(code)) retriableStatusCodes.push(code);
    else conditions.push(condition);
  }
  const joined = conditions.join(',');
  const complete = retriableStatusCodes.length === 0 || joined.includes(RETRIABLE_STATUS_CODES);
  return { retryOn: complete ? joined : `${joined},${RETRIABLE_STATUS_CODES}`, retriableStatusCodes };
}

function conditionsOf(text: string | undefined, fallback: string): RetryConditions {
  return text === undefined || text === '' ? { retryOn: fallback, retriableStatusCodes: [] } : parseRetryOn(text);
}

function backOffOf(spec: HttpRetry): Pick<RetryPolicy, 'backOff'> {
  const baseIntervalNs = durationNs(spec.backoff);
  return baseIntervalNs === undefined ? {} : { backOff: { baseIntervalNs } };
}

/** What a route retries when nothing is said. `hashed`: a consistent hash decides the host, so that no other is tried. */
export function defaultRetryPolicy(hashed: boolean): RetryPolicy {
  return retryPolicy({
    retryOn: DEFAULT_RETRY_ON,
    numRetries: DEFAULT_RETRIES,
    retryHostPredicates: hashed ? [] : [{ kind: 'previousHosts' }],
    hostSelectionRetryMaxAttempts: HOST_SELECTION_ATTEMPTS,
  });
}

/** Undefined: retries are switched off. istio/istio pilot/pkg/networking/core/route/retry/retry.go (ConvertPolicy) */
export function toRetryPolicy(
  spec: HttpRetry | undefined,
  hashed: boolean,
  origin: ConfigOrigin | undefined,
): RetryPolicy | undefined {
  const base = defaultRetryPolicy(hashed);
  if (spec === undefined) return base;
  if ((spec.attempts ?? 0) <= 0) return undefined;
  const ignoresPrevious = spec.retryIgnorePreviousHosts;
  return {
    ...base,
    ...conditionsOf(spec.retryOn, DEFAULT_RETRY_ON),
    numRetries: spec.attempts ?? DEFAULT_RETRIES,
    perTryTimeoutNs: durationNs(spec.perTryTimeout) ?? 0,
    ...(ignoresPrevious === undefined
      ? {}
      : { retryHostPredicates: ignoresPrevious ? [{ kind: 'previousHosts' }] : [] }),
    ...(spec.retryRemoteLocalities === true ? { retryPriority: { updateFrequency: PREVIOUS_PRIORITIES_UPDATE } } : {}),
    ...backOffOf(spec),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Retries of a sidecar towards its own application. istio/istio pilot/pkg/networking/core/route/retry/retry.go (ConvertInboundPolicy) */
export function inboundRetryPolicy(spec: HttpRetry | undefined): RetryPolicy | undefined {
  if (spec === undefined) return retryPolicy({ retryOn: DEFAULT_INBOUND_RETRY_ON, numRetries: DEFAULT_RETRIES });
  if ((spec.attempts ?? 0) <= 0) return undefined;
  return retryPolicy({
    ...conditionsOf(spec.retryOn, DEFAULT_INBOUND_RETRY_ON),
    numRetries: spec.attempts ?? DEFAULT_RETRIES,
    ...backOffOf(spec),
  });
}
