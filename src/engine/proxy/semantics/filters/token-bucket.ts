import type { Ns } from '../../../../base';

/** Token buckets refill continuously, never in steps. envoyproxy/envoy source/common/common/token_bucket_impl.{h,cc} */
export interface TokenBucketRate {
  readonly maxTokens: number;
  /** Tokens per second. */
  readonly fillRate: number;
}

const NS_PER_SECOND = 1_000_000_000;
/** The slowest fill rate: one token a year. */
const MIN_FILL_RATE = 1 / (365 * 24 * 60 * 60);

export function tokenBucketRate(maxTokens: number, fillRate: number): TokenBucketRate {
  return { maxTokens, fillRate: Math.max(Math.abs(fillRate), MIN_FILL_RATE) };
}

/** A bucket as one number: when it would have been empty to hold what it holds now, seconds of simulated time. */
export interface TokenBucketState {
  emptyAtSeconds: number;
}

/** A full bucket. */
// token_bucket_impl.cc AtomicTokenBucketImpl::AtomicTokenBucketImpl
export function fullTokenBucket(rate: TokenBucketRate, nowNs: Ns): TokenBucketState {
  return { emptyAtSeconds: nowNs / NS_PER_SECOND - rate.maxTokens / rate.fillRate };
}

export function remainingTokens(bucket: TokenBucketState, rate: TokenBucketRate, nowNs: Ns): number {
  return Math.min(rate.maxTokens, (nowNs / NS_PER_SECOND - bucket.emptyAtSeconds) * rate.fillRate);
}

/** Takes `tokens` if there are as many, or, where partial consumption is allowed, as many whole ones as there are. Returns what was taken. */
// token_bucket_impl.h AtomicTokenBucketImpl::consume
export function consumeTokens(
  bucket: TokenBucketState,
  rate: TokenBucketRate,
  nowNs: Ns,
  request: { readonly tokens: number; readonly allowPartial: boolean },
): number {
  const available = remainingTokens(bucket, rate, nowNs);
  const partial = request.allowPartial ? Math.max(0, Math.floor(available)) : 0;
  const taken = available >= request.tokens ? request.tokens : partial;
  if (taken > 0) bucket.emptyAtSeconds = nowNs / NS_PER_SECOND - (available - taken) / rate.fillRate;
  return taken;
}

/** Milliseconds until there is a whole token, rounded down; 0 when there is one. */
// token_bucket_impl.cc AtomicTokenBucketImpl::nextTokenAvailable
export function msUntilToken(bucket: TokenBucketState, rate: TokenBucketRate, nowNs: Ns): number {
  const available = remainingTokens(bucket, rate, nowNs);
  return available >= 1 ? 0 : Math.trunc(((1 - available) / rate.fillRate) * 1000);
}

/** The older bucket, which remembers its tokens as of its last use; body rate limits use it. */
export interface PlainTokenBucketState {
  tokens: number;
  lastFillNs: Ns;
}

export function fullPlainTokenBucket(rate: TokenBucketRate, nowNs: Ns): PlainTokenBucketState {
  return { tokens: rate.maxTokens, lastFillNs: nowNs };
}

// token_bucket_impl.cc TokenBucketImpl::consume
export function consumePlainTokens(
  bucket: PlainTokenBucketState,
  rate: TokenBucketRate,
  nowNs: Ns,
  request: { readonly tokens: number; readonly allowPartial: boolean },
): number {
  if (bucket.tokens < rate.maxTokens) {
    const filled = ((nowNs - bucket.lastFillNs) / NS_PER_SECOND) * rate.fillRate;
    bucket.tokens = Math.min(filled + bucket.tokens, rate.maxTokens);
    bucket.lastFillNs = nowNs;
  }
  const wanted = request.allowPartial ? Math.min(request.tokens, Math.floor(bucket.tokens)) : request.tokens;
  if (bucket.tokens < wanted) return 0;
  bucket.tokens -= wanted;
  return wanted;
}

/** Milliseconds until there is a whole token, rounded up; 0 when there is one. */
// token_bucket_impl.cc TokenBucketImpl::nextTokenAvailable
export function msUntilPlainToken(bucket: PlainTokenBucketState, rate: TokenBucketRate): number {
  return bucket.tokens >= 1 ? 0 : Math.ceil((1 / rate.fillRate) * 1000);
}
