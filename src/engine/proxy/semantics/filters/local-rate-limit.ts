import type { Ns } from '../../../../base';
import type { LocalRateLimitConfig } from '../../../../xds';
import { GrpcStatus } from '../grpc';
import { HeaderMap } from '../header-map';
import { applyHeaderMutations, type CompiledHeaderMutations, compileHeaderMutations } from '../header-parser';
import type { RandomSource, RequestView, ResponseView } from '../http-message';
import { ResponseCodeDetails } from '../response-code-details';
import { ResponseFlag } from '../response-flags';
import {
  consumeTokens,
  fullTokenBucket,
  msUntilToken,
  remainingTokens,
  type TokenBucketRate,
  type TokenBucketState,
  tokenBucketRate,
} from './token-bucket';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

export interface CompiledLocalRateLimit {
  readonly source: LocalRateLimitConfig;
  /** Undefined: nothing is limited. */
  readonly rate: TokenBucketRate | undefined;
  readonly headers: CompiledHeaderMutations;
  /** Responses tell what is left in the bucket. */
  readonly tellsLimits: boolean;
}

const NS_PER_SECOND = 1_000_000_000;
const MS_PER_SECOND = 1000;
const MIN_ERROR_STATUS = 400;
const DEFAULT_STATUS = 429;

// envoyproxy/envoy source/extensions/filters/http/local_ratelimit/local_ratelimit.cc FilterConfig
export function compileLocalRateLimit(source: LocalRateLimitConfig): CompiledLocalRateLimit {
  const bucket = source.tokenBucket;
  const rate =
    bucket === undefined
      ? undefined
      : tokenBucketRate(bucket.maxTokens, bucket.tokensPerFill / (bucket.fillIntervalNs / NS_PER_SECOND));
  const tellsLimits = source.extra?.['enableXRatelimitHeaders'] === 'DRAFT_VERSION_03';
  return { source, rate, headers: compileHeaderMutations(source.responseHeadersToAdd, []), tellsLimits };
}

/** The bucket of a filter, shared by all workers of the proxy; undefined where nothing is limited. */
export function createLocalRateLimitBucket(limit: CompiledLocalRateLimit, nowNs: Ns): TokenBucketState | undefined {
  return limit.rate === undefined ? undefined : fullTokenBucket(limit.rate, nowNs);
}

/** `x-ratelimit-*`: size of the bucket, whole tokens left, seconds until there is one. */
// envoyproxy/envoy source/extensions/filters/http/local_ratelimit/local_ratelimit.cc Filter::encodeHeaders
export function withLimitHeaders(
  response: ResponseView,
  rate: TokenBucketRate,
  bucket: TokenBucketState,
  nowNs: Ns,
): ResponseView {
  const left = Math.max(0, Math.floor(remainingTokens(bucket, rate, nowNs)));
  const headers = response.headers
    .withAdded('x-ratelimit-limit', String(rate.maxTokens))
    .withAdded('x-ratelimit-remaining', String(left))
    .withAdded('x-ratelimit-reset', String(Math.ceil(msUntilToken(bucket, rate, nowNs) / MS_PER_SECOND)));
  return { ...response, headers };
}

export type LocalRateLimitCounter = 'enabled' | 'ok' | 'rate_limited' | 'enforced';

export interface LocalRateLimitInput {
  readonly request: RequestView;
  readonly nowNs: Ns;
  readonly random: RandomSource;
  readonly bucket: TokenBucketState | undefined;
  readonly count: (counter: LocalRateLimitCounter) => void;
}

/** Both percentages default to nothing, so a filter that sets neither does not limit. */
// envoyproxy/envoy source/extensions/filters/http/local_ratelimit/local_ratelimit.cc Filter::decodeHeaders
export function decideLocalRateLimit(limit: CompiledLocalRateLimit, input: LocalRateLimitInput): FilterVerdict {
  const { source, rate } = limit;
  const { request, random, bucket, nowNs } = input;
  if (random.nextU64Mod(source.filterEnabled.denominator) >= source.filterEnabled.numerator)
    return continueWith(request);
  input.count('enabled');
  const allowed =
    rate === undefined ||
    bucket === undefined ||
    consumeTokens(bucket, rate, nowNs, { tokens: 1, allowPartial: false }) === 1;
  if (allowed) {
    input.count('ok');
    return continueWith(request);
  }
  input.count('rate_limited');
  if (random.nextU64Mod(source.filterEnforced.denominator) >= source.filterEnforced.numerator)
    return continueWith(request);
  input.count('enforced');
  const headers = applyHeaderMutations(limit.headers, HeaderMap.empty, () => ({ request }));
  return replyLocally({
    status: source.status < MIN_ERROR_STATUS ? DEFAULT_STATUS : source.status,
    body: 'local_rate_limited',
    details: ResponseCodeDetails.LocalRateLimited,
    flag: ResponseFlag.RateLimited,
    grpcStatus: GrpcStatus.Unavailable,
    headers: headers.entries(),
  });
}
