import { assertNever } from '../../base';
import type { CorsPolicy } from '../http-filters';
import type { JsonObject } from '../json-value';
import type { HedgePolicy, MirrorPolicy, RateLimitedRetryBackOff, RetryHostPredicate, RetryPolicy } from '../routes';
import {
  encodeFractionalPercent,
  encodeHeaderMatcher,
  encodeRuntimeFraction,
  encodeStringMatcher,
} from './encode-matchers';
import { NAME, TYPE } from './type-names';
import {
  anyOf,
  count,
  duration,
  durationUnless,
  each,
  extension,
  flag,
  int64,
  list,
  message,
  optionalDuration,
  text,
  unless,
} from './writer';

function encodeHostPredicate(predicate: RetryHostPredicate): JsonObject {
  switch (predicate.kind) {
    case 'previousHosts':
      return extension(NAME.previousHosts, TYPE.previousHosts);
    case 'omitCanaryHosts':
      return extension(NAME.omitCanaryHosts, TYPE.omitCanaryHosts);
    case 'omitHostMetadata':
      return extension(NAME.omitHostMetadata, TYPE.omitHostMetadata, {
        metadataMatch: { filterMetadata: { 'envoy.lb': predicate.metadata } },
      });
    case 'opaque':
      return message({
        name: predicate.name,
        typedConfig: predicate.typeUrl === '' ? undefined : anyOf(predicate.typeUrl, predicate.config),
      });
    default:
      return assertNever(predicate);
  }
}

function encodeRateLimitedBackOff(backOff: RateLimitedRetryBackOff): JsonObject {
  return message({
    resetHeaders: each(backOff.resetHeaders, (header) =>
      message({ name: header.name, format: unless<string>(header.format, 'SECONDS') }),
    ),
    maxInterval: durationUnless(backOff.maxIntervalNs, 300_000_000_000),
  });
}

export function encodeRetryPolicy(policy: RetryPolicy): JsonObject {
  return message(
    {
      retryOn: text(policy.retryOn),
      numRetries: policy.numRetries,
      perTryTimeout: durationUnless(policy.perTryTimeoutNs, 0),
      perTryIdleTimeout: durationUnless(policy.perTryIdleTimeoutNs, 0),
      retryPriority:
        policy.retryPriority &&
        extension(
          NAME.previousPriorities,
          TYPE.previousPriorities,
          message({ updateFrequency: count(policy.retryPriority.updateFrequency) }),
        ),
      retryHostPredicate: each(policy.retryHostPredicates, encodeHostPredicate),
      hostSelectionRetryMaxAttempts:
        policy.hostSelectionRetryMaxAttempts === 1 ? undefined : int64(policy.hostSelectionRetryMaxAttempts),
      retriableStatusCodes: list(policy.retriableStatusCodes),
      retryBackOff:
        policy.backOff &&
        message({
          baseInterval: duration(policy.backOff.baseIntervalNs),
          maxInterval: optionalDuration(policy.backOff.maxIntervalNs),
        }),
      rateLimitedRetryBackOff: policy.rateLimitedBackOff && encodeRateLimitedBackOff(policy.rateLimitedBackOff),
      retriableHeaders: each(policy.retriableHeaders, encodeHeaderMatcher),
      retriableRequestHeaders: each(policy.retriableRequestHeaders, encodeHeaderMatcher),
    },
    policy.extra,
  );
}

export function encodeHedgePolicy(policy: HedgePolicy): JsonObject {
  return message({ hedgeOnPerTryTimeout: flag(policy.hedgeOnPerTryTimeout) }, policy.extra);
}

export function encodeMirrorPolicy(policy: MirrorPolicy): JsonObject {
  return message(
    {
      cluster: text(policy.cluster),
      clusterHeader: policy.clusterHeader,
      runtimeFraction: policy.runtimeFraction && encodeRuntimeFraction(policy.runtimeFraction),
      traceSampled: policy.traceSampled,
      disableShadowHostSuffixAppend: flag(policy.disableShadowHostSuffixAppend),
    },
    policy.extra,
  );
}

/** The filter's policy; its deprecated twin of the route API has the same fields. */
export function encodeCorsPolicy(policy: CorsPolicy): JsonObject {
  return message(
    {
      allowOriginStringMatch: each(policy.allowOriginStringMatch, encodeStringMatcher),
      allowMethods: text(policy.allowMethods),
      allowHeaders: text(policy.allowHeaders),
      exposeHeaders: text(policy.exposeHeaders),
      maxAge: text(policy.maxAge),
      allowCredentials: policy.allowCredentials,
      filterEnabled: policy.filterEnabled && { defaultValue: encodeFractionalPercent(policy.filterEnabled) },
      forwardNotMatchingPreflights: policy.forwardNotMatchingPreflights,
    },
    policy.extra,
  );
}
