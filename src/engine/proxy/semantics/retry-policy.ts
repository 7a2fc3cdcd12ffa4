import type { RetryHostPredicate, RetryPolicy } from '../../../xds';
import { refuse } from './config-error';
import { type CompiledHeaderMatcher, compileHeaderMatchers } from './matchers';

/** Conditions of `retry_on` as bits. envoyproxy/envoy envoy/router/router.h */
export const RetryOn = {
  FiveXx: 0x1,
  GatewayError: 0x2,
  ConnectFailure: 0x4,
  Retriable4xx: 0x8,
  RefusedStream: 0x10,
  GrpcCancelled: 0x20,
  GrpcDeadlineExceeded: 0x40,
  GrpcResourceExhausted: 0x80,
  GrpcUnavailable: 0x100,
  GrpcInternal: 0x200,
  RetriableStatusCodes: 0x400,
  Reset: 0x800,
  RetriableHeaders: 0x1000,
  EnvoyRateLimited: 0x2000,
  Http3PostConnectFailure: 0x4000,
  ResetBeforeRequest: 0x8000,
} as const;

/** Set of {@link RetryOn} bits. */
export type RetryOnMask = number;

const RETRY_ON_TOKENS: ReadonlyMap<string, RetryOnMask> = new Map([
  ['5xx', RetryOn.FiveXx],
  ['gateway-error', RetryOn.GatewayError],
  ['connect-failure', RetryOn.ConnectFailure],
  ['envoy-ratelimited', RetryOn.EnvoyRateLimited],
  ['retriable-4xx', RetryOn.Retriable4xx],
  ['refused-stream', RetryOn.RefusedStream],
  ['retriable-status-codes', RetryOn.RetriableStatusCodes],
  ['retriable-headers', RetryOn.RetriableHeaders],
  ['reset', RetryOn.Reset],
  ['reset-before-request', RetryOn.ResetBeforeRequest],
  ['http3-post-connect-failure', RetryOn.Http3PostConnectFailure],
]);

const RETRY_GRPC_ON_TOKENS: ReadonlyMap<string, RetryOnMask> = new Map([
  ['cancelled', RetryOn.GrpcCancelled],
  ['deadline-exceeded', RetryOn.GrpcDeadlineExceeded],
  ['resource-exhausted', RetryOn.GrpcResourceExhausted],
  ['unavailable', RetryOn.GrpcUnavailable],
  ['internal', RetryOn.GrpcInternal],
]);

export interface ParsedRetryOn {
  readonly mask: RetryOnMask;
  /** False when a token was unknown; unknown tokens are ignored. */
  readonly allValid: boolean;
}

function parseTokens(text: string, tokens: ReadonlyMap<string, RetryOnMask>): ParsedRetryOn {
  let mask = 0;
  let allValid = true;
  for (const part of text.split(',')) {
    const token = part.trim();
    if (token === '') continue;
    const bit = tokens.get(token);
    if (bit === undefined) allValid = false;
    else mask |= bit;
  }
  return { mask, allValid };
}

// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::parseRetryOn
export function parseRetryOn(text: string): ParsedRetryOn {
  return parseTokens(text, RETRY_ON_TOKENS);
}

// envoyproxy/envoy source/common/router/retry_state_impl.cc RetryStateImpl::parseRetryGrpcOn
export function parseRetryGrpcOn(text: string): ParsedRetryOn {
  return parseTokens(text, RETRY_GRPC_ON_TOKENS);
}

/** `retry_back_off.base_interval` where the policy and the runtime key upstream.base_retry_backoff_ms give none. */
export const DEFAULT_BASE_RETRY_BACKOFF_MS = 25;
const DEFAULT_MAX_INTERVAL_FACTOR = 10;
const NS_PER_MS = 1_000_000;

export interface CompiledRetryPolicy {
  readonly source: RetryPolicy;
  readonly retryOn: RetryOnMask;
  readonly retriableHeaders: readonly CompiledHeaderMatcher[];
  readonly retriableRequestHeaders: readonly CompiledHeaderMatcher[];
  /** First back-off window, whole milliseconds. */
  readonly baseIntervalMs: number;
  /** Largest back-off window, whole milliseconds. */
  readonly maxIntervalMs: number;
  readonly resetMaxIntervalMs: number;
  readonly hostPredicates: readonly RetryHostPredicate[];
}

/** Whole milliseconds, at least one. */
function intervalMs(durationNs: number): number {
  return Math.max(1, Math.floor(durationNs / NS_PER_MS));
}

// envoyproxy/envoy source/common/router/retry_policy_impl.cc RetryPolicyImpl::RetryPolicyImpl
export function compileRetryPolicy(source: RetryPolicy): CompiledRetryPolicy {
  const { backOff } = source;
  const baseIntervalMs = backOff === undefined ? DEFAULT_BASE_RETRY_BACKOFF_MS : intervalMs(backOff.baseIntervalNs);
  const maxIntervalMs =
    backOff?.maxIntervalNs === undefined
      ? baseIntervalMs * DEFAULT_MAX_INTERVAL_FACTOR
      : intervalMs(backOff.maxIntervalNs);
  if (maxIntervalMs < baseIntervalMs) {
    refuse('retry_policy.max_interval must greater than or equal to the base_interval');
  }
  return {
    source,
    // In configuration both vocabularies are accepted in one list.
    retryOn: parseRetryOn(source.retryOn).mask | parseRetryGrpcOn(source.retryOn).mask,
    retriableHeaders: compileHeaderMatchers(source.retriableHeaders),
    retriableRequestHeaders: compileHeaderMatchers(source.retriableRequestHeaders),
    baseIntervalMs,
    maxIntervalMs,
    resetMaxIntervalMs:
      source.rateLimitedBackOff === undefined ? 0 : intervalMs(source.rateLimitedBackOff.maxIntervalNs),
    hostPredicates: source.retryHostPredicates,
  };
}
