import type { HealthCheck } from '../../../xds';
import type { RandomSource, ResponseView } from './http-message';
import { HostHealthFlag } from './load-balancing/host-table';

/** Flags of a host that has a health checker, before its first check. */
// envoyproxy/envoy source/common/upstream/upstream_impl.cc PriorityStateManager::registerHostForPriority
export const UNCHECKED_HOST_FLAGS = HostHealthFlag.FailedActiveHc | HostHealthFlag.PendingActiveHc;

/** What one check found. */
export type HealthCheckResult =
  | { readonly kind: 'success'; readonly degraded: boolean }
  | {
      readonly kind: 'failure';
      readonly cause: 'active' | 'passive' | 'network' | 'networkTimeout';
      readonly retriable: boolean;
    };

/** What a check changed: `pending` when it brought the host nearer to a threshold. */
export type HealthTransition = 'unchanged' | 'changed' | 'pending';

/** Check history of one host; plain numbers, a checkpoint copies them. */
export interface HealthCheckState {
  numHealthy: number;
  numUnhealthy: number;
  /** 1 until the first result. */
  firstCheck: 0 | 1;
}

export function createHealthCheckState(): HealthCheckState {
  return { numHealthy: 0, numUnhealthy: 0, firstCheck: 1 };
}

const DEFAULT_EXPECTED = [{ start: 200, end: 201 }];
const EXCLUDED = HostHealthFlag.ExcludedViaImmediateHcFail;

function inRanges(
  ranges: readonly { readonly start: number; readonly end: number }[] | undefined,
  status: number,
): boolean {
  return ranges?.some(({ start, end }) => status >= start && status < end) ?? false;
}

/** Judges the answer to an HTTP check. */
// envoyproxy/envoy source/extensions/health_checkers/http/health_checker_impl.cc HttpActiveHealthCheckSession::healthCheckResult
export function httpHealthCheckResult(check: HealthCheck, response: ResponseView): HealthCheckResult {
  if (inRanges(check.expectedStatuses ?? DEFAULT_EXPECTED, response.status)) {
    return { kind: 'success', degraded: response.headers.has('x-envoy-degraded') };
  }
  return { kind: 'failure', cause: 'active', retriable: inRanges(check.retriableStatuses, response.status) };
}

/** Whether the answer to a failed check also takes the host out of the denominators of health percentages. */
export function excludesHost(response: ResponseView): boolean {
  return response.headers.has('x-envoy-immediate-health-check-fail');
}

/** Flags and transition after a check. */
export interface HealthCheckOutcome {
  readonly flags: number;
  readonly transition: HealthTransition;
  /** The host counts as healthy since now, for slow start. */
  readonly passed: boolean;
}

/** A host whose first result is in has no pending flag any more; its owner must then rebuild the host lists. */
// HealthCheckerImplBase::ActiveHealthCheckSession::clearPendingFlag
function clearPending(flags: number, transition: HealthTransition): { flags: number; transition: HealthTransition } {
  if ((flags & HostHealthFlag.PendingActiveHc) === 0) return { flags, transition };
  return { flags: flags & ~HostHealthFlag.PendingActiveHc, transition: 'changed' };
}

// HealthCheckerImplBase::ActiveHealthCheckSession::handleSuccess
function onSuccess(check: HealthCheck, state: HealthCheckState, before: number, degraded: boolean): HealthCheckOutcome {
  state.numUnhealthy = 0;
  let flags = before;
  let transition: HealthTransition = 'unchanged';
  const failed = (flags & HostHealthFlag.FailedActiveHc) !== 0;
  if (failed) {
    // The first result decides by itself, so that a cluster starts quickly.
    if (state.firstCheck === 0) state.numHealthy += 1;
    if (state.firstCheck === 1 || state.numHealthy === check.healthyThreshold) {
      flags &= ~(HostHealthFlag.ActiveHcTimeout | EXCLUDED | HostHealthFlag.FailedActiveHc);
      transition = 'changed';
    } else {
      transition = 'pending';
    }
  }
  ({ flags, transition } = clearPending(flags, transition));
  if (degraded !== ((flags & HostHealthFlag.DegradedActiveHc) !== 0)) {
    flags ^= HostHealthFlag.DegradedActiveHc;
    if (transition === 'unchanged') transition = 'changed';
  }
  state.firstCheck = 0;
  return { flags, transition, passed: failed };
}

// HealthCheckerImplBase::ActiveHealthCheckSession::setUnhealthy
function onFailure(
  check: HealthCheck,
  state: HealthCheckState,
  before: number,
  failure: Extract<HealthCheckResult, { kind: 'failure' }>,
): HealthCheckOutcome {
  state.numHealthy = 0;
  let flags = before;
  let transition: HealthTransition = 'unchanged';
  const network = failure.cause === 'network' || failure.cause === 'networkTimeout';
  if ((flags & HostHealthFlag.FailedActiveHc) === 0) {
    // A plain wrong answer needs no threshold.
    const immediate = !network && !failure.retriable;
    if (!immediate) state.numUnhealthy += 1;
    if (immediate || state.numUnhealthy === check.unhealthyThreshold) {
      flags |= HostHealthFlag.FailedActiveHc;
      transition = 'changed';
    } else {
      transition = 'pending';
    }
  }
  const timedOut = failure.cause === 'networkTimeout' && (flags & HostHealthFlag.FailedActiveHc) !== 0;
  flags = timedOut ? flags | HostHealthFlag.ActiveHcTimeout : flags & ~HostHealthFlag.ActiveHcTimeout;
  state.firstCheck = 0;
  return { ...clearPending(flags, transition), passed: false };
}

/** Takes a check's result: counts, and tells the host's flags afterwards. */
// envoyproxy/envoy source/extensions/health_checkers/common/health_checker_base_impl.cc
export function applyHealthCheck(
  check: HealthCheck,
  state: HealthCheckState,
  flags: number,
  result: HealthCheckResult,
): HealthCheckOutcome {
  return result.kind === 'success'
    ? onSuccess(check, state, flags, result.degraded)
    : onFailure(check, state, flags, result);
}

/** A proxied response said x-envoy-immediate-health-check-fail. */
// envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders; HealthCheckerImplBase::setUnhealthyCrossThread
export function applyImmediateFailure(check: HealthCheck, state: HealthCheckState, flags: number): HealthCheckOutcome {
  return applyHealthCheck(check, state, flags | EXCLUDED, { kind: 'failure', cause: 'passive', retriable: false });
}

const NS_PER_MS = 1_000_000;

function milliseconds(durationNs: number): number {
  return Math.floor(durationNs / NS_PER_MS);
}

/** What is added to intervals at random. */
export interface HealthCheckJitter {
  readonly intervalJitterNs: number;
  /** Percent of the interval. */
  readonly intervalJitterPercent: number;
}

// HealthCheckerImplBase::intervalWithJitter
function withJitter(baseMs: number, jitter: HealthCheckJitter | undefined, random: RandomSource | undefined): number {
  if (jitter === undefined || random === undefined) return atLeastOne(baseMs);
  let ms = baseMs;
  const percentMs = Math.floor((jitter.intervalJitterPercent * baseMs) / 100);
  if (percentMs > 0) ms += random.nextU64Mod(percentMs);
  const jitterMs = milliseconds(jitter.intervalJitterNs);
  if (jitterMs > 0) ms += random.nextU64Mod(jitterMs);
  return atLeastOne(ms);
}

/** Milliseconds from a check's result to the next check; `hadTraffic`: the cluster has made an upstream connection at some time. */
// HealthCheckerImplBase::interval
// biome-ignore lint/complexity/useMaxParams: what an interval depends on.
export function nextHealthCheckMs(
  check: HealthCheck,
  result: HealthCheckResult['kind'],
  transition: HealthTransition,
  hadTraffic: boolean,
  jitter?: HealthCheckJitter,
  random?: RandomSource,
): number {
  return withJitter(
    milliseconds(intervalNs(check, result === 'success', transition === 'pending', hadTraffic)),
    jitter,
    random,
  );
}

function intervalNs(check: HealthCheck, healthy: boolean, pending: boolean, hadTraffic: boolean): number {
  if (!hadTraffic) {
    const healthyNs = check.noTrafficHealthyIntervalNs ?? check.noTrafficIntervalNs;
    return healthy && !pending ? healthyNs : check.noTrafficIntervalNs;
  }
  if (healthy) return pending ? (check.healthyEdgeIntervalNs ?? check.intervalNs) : check.intervalNs;
  const unhealthyNs = check.unhealthyIntervalNs ?? check.intervalNs;
  return pending ? (check.unhealthyEdgeIntervalNs ?? unhealthyNs) : unhealthyNs;
}

function atLeastOne(ms: number): number {
  return Math.max(1, ms);
}

/** Milliseconds from a host's joining to its first check; 0: at once. */
// HealthCheckerImplBase::ActiveHealthCheckSession::onInitialInterval
export function firstHealthCheckMs(check: HealthCheck, random: RandomSource): number {
  const jitterMs = milliseconds(check.initialJitterNs ?? 0);
  return jitterMs === 0 ? 0 : atLeastOne(random.nextU64Mod(jitterMs));
}
