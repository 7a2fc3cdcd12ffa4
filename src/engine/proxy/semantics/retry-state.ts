import type { RateLimitedRetryBackOff } from '../../../xds';
import { exponentialBackOffMs, lowerBoundBackOffMs } from './back-off';
import { GrpcStatus, grpcStatusOf } from './grpc';
import type { HeaderMap } from './header-map';
import { type RandomSource, type RequestView, type ResponseView, requestHeader, responseHeader } from './http-message';
import { type CompiledHeaderMatcher, matchHeaderValue } from './matchers';
import {
  type CompiledRetryPolicy,
  DEFAULT_BASE_RETRY_BACKOFF_MS,
  parseRetryGrpcOn,
  parseRetryOn,
  RetryOn,
  type RetryOnMask,
} from './retry-policy';

/** Why a try ended before its response headers. envoyproxy/envoy envoy/http/codec.h StreamResetReason */
export type StreamResetReason =
  | 'localConnectionFailure'
  | 'remoteConnectionFailure'
  | 'connectionTimeout'
  | 'connectionTermination'
  | 'localReset'
  | 'localRefusedStreamReset'
  | 'overflow'
  | 'remoteReset'
  | 'remoteRefusedStreamReset'
  | 'connectError'
  | 'protocolError'
  | 'overloadManager'
  | 'http1PrematureUpstreamHalfClose';

/** Protocol facts of the cluster that change retries; all false for HTTP/1 and HTTP/2 clusters. */
export interface RetryClusterFeatures {
  readonly http3: boolean;
  /** HTTP/3 with a TCP pool to fall back to. */
  readonly tcpFallback: boolean;
}

export const NO_HTTP3: RetryClusterFeatures = { http3: false, tcpFallback: false };

/**
 * What one request may retry on: policy and x-envoy-* headers merged. A pure function of policy, request and cluster,
 * so it can be cached with the request.
 */
export interface RetryPlan {
  /** 0: disabled, nothing is ever retried. */
  readonly retryOn: RetryOnMask;
  readonly numRetries: number;
  readonly retriableStatusCodes: readonly number[];
  readonly retriableHeaders: readonly CompiledHeaderMatcher[];
  readonly resetHeaders: RateLimitedRetryBackOff['resetHeaders'];
  readonly resetMaxIntervalMs: number;
  readonly baseIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly policy: CompiledRetryPolicy | undefined;
  readonly cluster: RetryClusterFeatures;
}

const TOO_EARLY = 425;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Headers that steer retries; consumed before the request goes upstream. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::create
export const RETRY_REQUEST_HEADERS: readonly string[] = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-upstream-rq-per-try-timeout-ms',
];

function unsigned(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\+?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

function headerMask(headers: HeaderMap): RetryOnMask {
  // Each header takes only its own vocabulary.
  const on = headers.first('x-envoy-retry-on');
  const grpcOn = headers.first('x-envoy-retry-grpc-on');
  return (on === undefined ? 0 : parseRetryOn(on).mask) | (grpcOn === undefined ? 0 : parseRetryGrpcOn(grpcOn).mask);
}

function requestMayRetry(policy: CompiledRetryPolicy | undefined, request: RequestView): boolean {
  const matchers = policy?.retriableRequestHeaders ?? [];
  return (
    matchers.length === 0 ||
    matchers.some((matcher) => matchHeaderValue(matcher, requestHeader(request, matcher.source.name)))
  );
}

function statusCodesOfHeader(headers: HeaderMap): readonly number[] {
  const text = headers.first('x-envoy-retriable-status-codes');
  if (text === undefined) return [];
  return text
    .split(',')
    .map(unsigned)
    .filter((code) => code !== undefined);
}

function matchersOfHeader(headers: HeaderMap): readonly CompiledHeaderMatcher[] {
  const text = headers.first('x-envoy-retriable-header-names');
  if (text === undefined) return [];
  return text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
    .map((name) => ({
      source: { name, match: { kind: 'present', present: true }, invertMatch: false, treatMissingHeaderAsEmpty: false },
      string: undefined,
    }));
}

/** The retry plan of a request; undefined when neither policy nor headers ask for retries. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::create, RetryStateImpl::RetryStateImpl
export function planRetries(
  policy: CompiledRetryPolicy | undefined,
  request: RequestView,
  cluster: RetryClusterFeatures = NO_HTTP3,
): RetryPlan | undefined {
  const { headers } = request;
  const early = cluster.http3 && SAFE_METHODS.has(request.method);
  const asked = headers.has('x-envoy-retry-on') || headers.has('x-envoy-retry-grpc-on') || (policy?.retryOn ?? 0) !== 0;
  if (!asked && !early) return undefined;
  let retryOn = (policy?.retryOn ?? 0) | headerMask(headers) | (early ? RetryOn.RetriableStatusCodes : 0);
  if (!requestMayRetry(policy, request)) retryOn = 0;
  const maxRetries = retryOn === 0 ? undefined : unsigned(headers.first('x-envoy-max-retries'));
  const configuredCodes = policy?.source.retriableStatusCodes ?? [];
  return {
    retryOn,
    numRetries: maxRetries ?? policy?.source.numRetries ?? 1,
    retriableStatusCodes: [...configuredCodes, ...(early ? [TOO_EARLY] : []), ...statusCodesOfHeader(headers)],
    retriableHeaders: [...(policy?.retriableHeaders ?? []), ...matchersOfHeader(headers)],
    resetHeaders: policy?.source.rateLimitedBackOff?.resetHeaders ?? [],
    resetMaxIntervalMs: policy?.resetMaxIntervalMs ?? 0,
    baseIntervalMs: policy?.baseIntervalMs ?? DEFAULT_BASE_RETRY_BACKOFF_MS,
    maxIntervalMs: policy?.maxIntervalMs ?? DEFAULT_BASE_RETRY_BACKOFF_MS * 10,
    policy,
    cluster,
  };
}

/** Counters that a decision raises. */
export type RetryCounter =
  | 'upstream_rq_retry'
  | 'upstream_rq_retry_success'
  | 'upstream_rq_retry_overflow'
  | 'upstream_rq_retry_limit_exceeded'
  | 'upstream_rq_retry_backoff_exponential'
  | 'upstream_rq_retry_backoff_ratelimited';

/** The cluster's "retries" resource of one priority, and where counters go. */
export interface RetryResources {
  canCreateRetry(): boolean;
  incrementRetries(): void;
  decrementRetries(): void;
  countRetry(counter: RetryCounter): void;
}

/** Outcome of a decision: `limitExceeded` sets URX, `overflow` sets UO; with both the failure goes downstream. */
export type RetryStatus = 'no' | 'limitExceeded' | 'overflow' | 'yes';

/** What a failed try asks for, before limits are looked at. */
export type RetryDecision = 'noRetry' | 'withBackOff' | 'immediately';

/** State of one request's retries: small numbers, copied as they are by a checkpoint. */
export interface RetryState {
  retriesRemaining: number;
  /** Window of the next exponential back-off, milliseconds. */
  windowMs: number;
  /** 1 while a retry that was decided on still holds the cluster's retry resource. */
  holdsResource: 0 | 1;
  /** 1 since a retry was decided on, also where a further one was not to be had. */
  retried: 0 | 1;
  /** After status `yes`: delay until the retry starts, milliseconds; 0 with `immediate` set means in the next event-loop turn. */
  delayMs: number;
  immediate: 0 | 1;
  /** The delay comes from the rate limit headers of a response. */
  rateLimited: 0 | 1;
  /** The retry must not use HTTP/3. */
  disableHttp3: 0 | 1;
  /** The retry must not be sent as early data. */
  disableEarlyData: 0 | 1;
}

export function createRetryState(plan: RetryPlan): RetryState {
  return {
    retriesRemaining: plan.numRetries,
    windowMs: plan.baseIntervalMs,
    holdsResource: 0,
    retried: 0,
    delayMs: 0,
    immediate: 0,
    rateLimited: 0,
    disableHttp3: 0,
    disableEarlyData: 0,
  };
}

/** Gives the retry resource back, e.g. when the request ends while a retry is pending. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::resetRetry
export function releaseRetry(state: RetryState, resources: RetryResources): void {
  if (state.holdsResource === 0) return;
  resources.decrementRetries();
  state.holdsResource = 0;
}

/** Everything a decision needs beside the state. */
export interface RetryEnvironment {
  readonly plan: RetryPlan;
  readonly resources: RetryResources;
  readonly random: RandomSource;
  /** Seconds since the Unix epoch, for reset headers that hold a time of day. */
  readonly epochSeconds: number;
  /** Runtime key upstream.use_retry; absent: 100 % of the retries are made. */
  readonly useRetryPercent?: number;
}

// envoyproxy/envoy source/common/runtime/runtime_impl.cc SnapshotImpl::featureEnabled
function isRetryEnabled({ useRetryPercent, random }: RetryEnvironment): boolean {
  if (useRetryPercent === undefined || useRetryPercent >= 100) return true;
  return useRetryPercent > 0 && random.nextU64Mod(100) < useRetryPercent;
}

function armRetry(state: RetryState, environment: RetryEnvironment, decision: RetryDecision, resetMs: number): void {
  const { plan, resources, random } = environment;
  resources.incrementRetries();
  resources.countRetry('upstream_rq_retry');
  state.holdsResource = 1;
  state.retried = 1;
  state.immediate = decision === 'immediately' ? 1 : 0;
  state.delayMs = 0;
  state.rateLimited = 0;
  if (state.immediate === 1) return;
  if (resetMs > 0) {
    state.delayMs = lowerBoundBackOffMs(resetMs, random);
    state.rateLimited = 1;
    resources.countRetry('upstream_rq_retry_backoff_ratelimited');
  } else {
    state.delayMs = exponentialBackOffMs(state, plan.maxIntervalMs, random);
    resources.countRetry('upstream_rq_retry_backoff_exponential');
  }
}

/** `resetMs` 0: no rate-limit reset interval was given. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::shouldRetry
function shouldRetry(
  state: RetryState,
  environment: RetryEnvironment,
  decision: RetryDecision,
  resetMs: number,
): RetryStatus {
  const { resources } = environment;
  // A retry was made earlier and this outcome needs none: it ended well.
  if (state.retried === 1 && decision === 'noRetry') resources.countRetry('upstream_rq_retry_success');
  releaseRetry(state, resources);
  if (decision === 'noRetry') return 'no';
  if (state.retriesRemaining === 0) {
    resources.countRetry('upstream_rq_retry_limit_exceeded');
    return 'limitExceeded';
  }
  state.retriesRemaining -= 1;
  if (!resources.canCreateRetry()) {
    resources.countRetry('upstream_rq_retry_overflow');
    return 'overflow';
  }
  if (!isRetryEnabled(environment)) return 'no';
  armRetry(state, environment, decision, resetMs);
  return 'yes';
}

const GRPC_CONDITIONS: readonly (readonly [number, RetryOnMask])[] = [
  [GrpcStatus.Canceled, RetryOn.GrpcCancelled],
  [GrpcStatus.DeadlineExceeded, RetryOn.GrpcDeadlineExceeded],
  [GrpcStatus.ResourceExhausted, RetryOn.GrpcResourceExhausted],
  [GrpcStatus.Unavailable, RetryOn.GrpcUnavailable],
  [GrpcStatus.Internal, RetryOn.GrpcInternal],
];

const GRPC_MASK = GRPC_CONDITIONS.reduce((mask, [, bit]) => mask | bit, 0);

/** Only a grpc-status in the response headers counts (a response without body), never one in later trailers. */
function retryGrpcStatus(retryOn: RetryOnMask, response: ResponseView): boolean {
  if ((retryOn & GRPC_MASK) === 0) return false;
  const status = grpcStatusOf(response.headers);
  return GRPC_CONDITIONS.some(([code, bit]) => code === status && (retryOn & bit) !== 0);
}

function retryStatusCode(plan: RetryPlan, response: ResponseView, earlyDataRequest: boolean): RetryDecision {
  if ((plan.retryOn & RetryOn.RetriableStatusCodes) === 0) return 'noRetry';
  if (!plan.retriableStatusCodes.includes(response.status)) return 'noRetry';
  if (response.status !== TOO_EARLY) return 'withBackOff';
  return earlyDataRequest ? 'noRetry' : 'immediately';
}

function retryHeader(plan: RetryPlan, response: ResponseView): boolean {
  return (
    (plan.retryOn & RetryOn.RetriableHeaders) !== 0 &&
    plan.retriableHeaders.some((matcher) => matchHeaderValue(matcher, responseHeader(response, matcher.source.name)))
  );
}

/** What the response headers of a try ask for; first condition that holds wins. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::wouldRetryFromHeaders
export function wouldRetryFromHeaders(plan: RetryPlan, response: ResponseView, request: RequestView): RetryDecision {
  const { retryOn } = plan;
  const { status } = response;
  if (response.headers.has('x-envoy-ratelimited')) {
    return (retryOn & RetryOn.EnvoyRateLimited) === 0 ? 'noRetry' : 'withBackOff';
  }
  if ((retryOn & RetryOn.FiveXx) !== 0 && status >= 500 && status < 600) return 'withBackOff';
  if ((retryOn & RetryOn.GatewayError) !== 0 && status >= 502 && status < 505) return 'withBackOff';
  if ((retryOn & RetryOn.Retriable4xx) !== 0 && status === 409) return 'withBackOff';
  const byStatus = retryStatusCode(plan, response, request.headers.has('early-data'));
  if (byStatus !== 'noRetry') return byStatus;
  return retryHeader(plan, response) || retryGrpcStatus(retryOn, response) ? 'withBackOff' : 'noRetry';
}

/** Delay in milliseconds that the response's rate-limit reset headers ask for; undefined when none is usable. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::parseResetInterval, reset_header_parser.cc
export function parseResetIntervalMs(
  plan: RetryPlan,
  response: ResponseView,
  epochSeconds: number,
): number | undefined {
  for (const { name, format } of plan.resetHeaders) {
    const seconds = unsigned(response.headers.first(name.toLowerCase()));
    if (seconds === undefined) continue;
    if (format === 'UNIX_TIMESTAMP' && seconds < epochSeconds) continue;
    const intervalMs = (format === 'UNIX_TIMESTAMP' ? seconds - epochSeconds : seconds) * 1000;
    if (intervalMs <= plan.resetMaxIntervalMs) return intervalMs;
  }
  return undefined;
}

/** Decides on the response headers of a try. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::shouldRetryHeaders
export function shouldRetryHeaders(
  state: RetryState,
  environment: RetryEnvironment,
  response: ResponseView,
  request: RequestView,
): RetryStatus {
  const { plan, epochSeconds } = environment;
  const decision = wouldRetryFromHeaders(plan, response, request);
  state.disableHttp3 = 0;
  state.disableEarlyData = decision === 'immediately' ? 1 : 0;
  let resetMs = 0;
  if (decision === 'withBackOff' && plan.resetHeaders.length > 0) {
    const interval = parseResetIntervalMs(plan, response, epochSeconds) ?? 0;
    resetMs = interval > 1 ? interval : 0;
  }
  return shouldRetry(state, environment, decision, resetMs);
}

/** How a try ended that got no response headers. */
export interface TryReset {
  readonly reason: StreamResetReason;
  /** Some byte of the request was sent upstream, by this try or an earlier one. */
  readonly upstreamRequestStarted: boolean;
  /** Whether the try used HTTP/3; `unknown` when it never got a connection. */
  readonly http3Used: 'unknown' | 'no' | 'yes';
}

function isConnectionFailure(reason: StreamResetReason): boolean {
  return reason === 'localConnectionFailure' || reason === 'remoteConnectionFailure' || reason === 'connectionTimeout';
}

/** What a reset asks for, apart from the HTTP/3 rules. */
function wouldRetryPlainReset(retryOn: RetryOnMask, reset: TryReset): RetryDecision {
  if (isConnectionFailure(reset.reason) && (retryOn & RetryOn.ConnectFailure) !== 0) return 'withBackOff';
  if ((retryOn & RetryOn.ResetBeforeRequest) !== 0 && !reset.upstreamRequestStarted) return 'withBackOff';
  if ((retryOn & RetryOn.Reset) !== 0) return 'withBackOff';
  // A reset counts as a 5xx.
  if ((retryOn & (RetryOn.FiveXx | RetryOn.GatewayError)) !== 0) return 'withBackOff';
  const refused = reset.reason === 'remoteRefusedStreamReset' && (retryOn & RetryOn.RefusedStream) !== 0;
  return refused ? 'withBackOff' : 'noRetry';
}

// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::wouldRetryFromReset
export function wouldRetryFromReset(plan: RetryPlan, reset: TryReset): RetryDecision {
  if (reset.reason === 'overflow') return 'noRetry';
  const canFallBack = plan.cluster.http3 && plan.cluster.tcpFallback;
  if (canFallBack && isConnectionFailure(reset.reason) && reset.http3Used !== 'unknown') return 'immediately';
  if (retriesWithoutHttp3(plan, reset)) return 'immediately';
  return wouldRetryPlainReset(plan.retryOn, reset);
}

/** A failure after the handshake over HTTP/3 is retried at once over TCP. */
function retriesWithoutHttp3(plan: RetryPlan, reset: TryReset): boolean {
  return (
    !isConnectionFailure(reset.reason) &&
    reset.reason !== 'overflow' &&
    reset.http3Used === 'yes' &&
    plan.cluster.http3 &&
    plan.cluster.tcpFallback &&
    (plan.retryOn & RetryOn.Http3PostConnectFailure) !== 0
  );
}

/** Decides on a try that ended before its response headers: pool failure, reset, per-try timeout (as `localReset`). */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::shouldRetryReset
export function shouldRetryReset(state: RetryState, environment: RetryEnvironment, reset: TryReset): RetryStatus {
  state.disableEarlyData = 0;
  state.disableHttp3 = retriesWithoutHttp3(environment.plan, reset) ? 1 : 0;
  return shouldRetry(state, environment, wouldRetryFromReset(environment.plan, reset), 0);
}

/** With hedging a per-try timeout starts another try whenever retries remain, whatever the conditions. */
// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::shouldHedgeRetryPerTryTimeout
export function shouldHedgeRetryPerTryTimeout(state: RetryState, environment: RetryEnvironment): RetryStatus {
  return shouldRetry(state, environment, 'withBackOff', 0);
}

/** Limits of the "retries" resource. */
export interface RetryLimits {
  readonly maxRetries: number;
  readonly retryBudget?: { readonly budgetPercent: number; readonly minRetryConcurrency: number };
}

/** `retry_budget.budget_percent` and `min_retry_concurrency` where the budget does not say. */
export const DEFAULT_BUDGET_PERCENT = 20;
export const DEFAULT_MIN_RETRY_CONCURRENCY = 3;

/** Number of retries that may be active at once; a budget replaces `max_retries`. */
// envoyproxy/envoy source/common/upstream/resource_manager_impl.h RetryBudgetImpl::max
export function maxActiveRetries(limits: RetryLimits, activeRequests: number, pendingRequests: number): number {
  const budget = limits.retryBudget;
  if (budget === undefined) return limits.maxRetries;
  const share = Math.floor((budget.budgetPercent / 100) * (activeRequests + pendingRequests));
  return Math.max(share, budget.minRetryConcurrency);
}
