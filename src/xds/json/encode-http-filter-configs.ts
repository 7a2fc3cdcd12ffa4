import type { ExtAuthzConfig, FaultConfig, LocalRateLimitConfig, RateLimitConfig, TokenBucket } from '../http-filters';
import type { JsonObject } from '../json-value';
import type { FractionalPercent } from '../matchers';
import {
  encodeFractionalPercent,
  encodeHeaderMatcher,
  encodeHeaderValueOption,
  encodeMetadataValueMatcher,
} from './encode-matchers';
import { encodeHttpStatus } from './http-status';
import {
  count,
  duration,
  durationUnless,
  each,
  type Fields,
  flag,
  message,
  messageIfAny,
  text,
  unless,
} from './writer';

/** A percentage that never fires is the one that is not set. */
function percentageField(percentage: FractionalPercent): JsonObject | undefined {
  return percentage.numerator === 0 && percentage.denominator === 100 ? undefined : encodeFractionalPercent(percentage);
}

function encodeDelay(delay: NonNullable<FaultConfig['delay']>): JsonObject {
  return message({
    ...(delay.kind === 'header' ? { headerDelay: {} } : { fixedDelay: duration(delay.fixedDelayNs) }),
    percentage: encodeFractionalPercent(delay.percentage),
  });
}

function abortFields(abort: NonNullable<FaultConfig['abort']>): Fields {
  switch (abort.kind) {
    case 'httpStatus':
      return { httpStatus: abort.httpStatus };
    case 'grpcStatus':
      return { grpcStatus: abort.grpcStatus };
    default:
      return { headerAbort: {} };
  }
}

/** `envoy.extensions.filters.http.fault.v3.HTTPFault` */
export function encodeFault(fault: FaultConfig): JsonObject {
  return message(
    {
      delay: fault.delay && encodeDelay(fault.delay),
      abort:
        fault.abort && message({ ...abortFields(fault.abort), percentage: percentageField(fault.abort.percentage) }),
      upstreamCluster: text(fault.upstreamCluster),
      headers: each(fault.headers, encodeHeaderMatcher),
      maxActiveFaults: fault.maxActiveFaults,
    },
    fault.extra,
  );
}

function encodeTokenBucket(bucket: TokenBucket): JsonObject {
  return message({
    maxTokens: bucket.maxTokens,
    tokensPerFill: unless<number>(bucket.tokensPerFill, 1),
    fillInterval: duration(bucket.fillIntervalNs),
  });
}

function runtimeField(percent: FractionalPercent): JsonObject | undefined {
  const value = percentageField(percent);
  return value === undefined ? undefined : { defaultValue: value };
}

/** `envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit` */
export function encodeLocalRateLimit(limit: LocalRateLimitConfig): JsonObject {
  return message(
    {
      statPrefix: text(limit.statPrefix),
      status: limit.status === 429 ? undefined : encodeHttpStatus(limit.status),
      tokenBucket: limit.tokenBucket && encodeTokenBucket(limit.tokenBucket),
      filterEnabled: runtimeField(limit.filterEnabled),
      filterEnforced: runtimeField(limit.filterEnforced),
      responseHeadersToAdd: each(limit.responseHeadersToAdd, encodeHeaderValueOption),
    },
    limit.extra,
  );
}

/** `envoy.extensions.filters.http.ratelimit.v3.RateLimit` */
export function encodeRateLimitFilter(limit: RateLimitConfig): JsonObject {
  return message(
    {
      domain: text(limit.domain),
      timeout: durationUnless(limit.timeoutNs, 20_000_000),
      failureModeDeny: flag(limit.failureModeDeny),
      rateLimitedStatus: limit.rateLimitedStatus === undefined ? undefined : encodeHttpStatus(limit.rateLimitedStatus),
      statusOnError: limit.statusOnError === undefined ? undefined : encodeHttpStatus(limit.statusOnError),
      rateLimitService: {
        grpcService: message({ envoyGrpc: limit.cluster === '' ? undefined : { clusterName: limit.cluster } }),
      },
    },
    limit.extra,
  );
}

function serviceFields(service: ExtAuthzConfig['service']): Fields {
  if (service.kind === 'http') {
    return {
      httpService: message({
        serverUri: message({
          uri: text(service.uri),
          cluster: text(service.cluster),
          timeout: duration(service.timeoutNs),
        }),
        pathPrefix: text(service.pathPrefix),
      }),
    };
  }
  return {
    grpcService: message({
      envoyGrpc: messageIfAny({ clusterName: text(service.cluster), authority: text(service.authority) }),
      timeout: durationUnless(service.timeoutNs, 200_000_000),
    }),
  };
}

/** `envoy.extensions.filters.{http,network}.ext_authz.v3.ExtAuthz`; the network filter's has fewer fields. */
export function encodeExtAuthz(authz: ExtAuthzConfig): JsonObject {
  const enabled = authz.filterEnabledMetadata;
  return message(
    {
      ...serviceFields(authz.service),
      transportApiVersion: 'V3',
      failureModeAllow: flag(authz.failureModeAllow),
      clearRouteCache: flag(authz.clearRouteCache),
      statusOnError: authz.statusOnError === 403 ? undefined : encodeHttpStatus(authz.statusOnError),
      filterEnabledMetadata:
        enabled &&
        message({
          filter: enabled.filter,
          path: each(enabled.path, (key) => ({ key })),
          value: encodeMetadataValueMatcher(enabled.match),
          invert: flag(enabled.invert),
        }),
    },
    authz.extra,
  );
}

/** `envoy.extensions.filters.http.buffer.v3.Buffer` */
export function encodeBuffer(maxRequestBytes: number, extra: JsonObject | undefined): JsonObject {
  return message({ maxRequestBytes: count(maxRequestBytes) }, extra);
}
