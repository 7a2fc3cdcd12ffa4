import type {
  CircuitBreakers,
  CircuitBreakerThresholds,
  CommonLbConfig,
  HealthCheck,
  HttpProtocolOptions,
  LoadBalancingPolicy,
  OutlierDetection,
  SlowStart,
} from '../clusters';
import type { JsonObject, JsonValue } from '../json-value';
import { encodePercent } from './encode-matchers';
import { OUTLIER_FIELDS } from './outlier-fields';
import {
  count,
  duration,
  durationUnless,
  each,
  type Fields,
  flag,
  int64,
  int64Count,
  message,
  messageIfAny,
  optionalDuration,
  text,
  unless,
} from './writer';

/** `envoy.config.cluster.v3.OutlierDetection` */
export function encodeOutlierDetection(detection: OutlierDetection): JsonObject {
  const explicit = new Set(detection.explicit);
  const fields: Record<string, JsonValue> = {};
  const put = (field: string, property: string, value: JsonValue, isStandard: boolean) => {
    if (!isStandard || explicit.has(property)) fields[field] = value;
  };
  for (const name of keysOf(OUTLIER_FIELDS.counts)) {
    put(name, name, detection[name], detection[name] === OUTLIER_FIELDS.counts[name]);
  }
  for (const name of keysOf(OUTLIER_FIELDS.durations)) {
    const valueNs = detection[`${name}Ns`];
    // The maximum is never below the base: source/common/upstream/outlier_detection_impl.cc
    const floorNs = name === 'maxEjectionTime' ? detection.baseEjectionTimeNs : 0;
    put(name, `${name}Ns`, duration(valueNs), valueNs === Math.max(OUTLIER_FIELDS.durations[name], floorNs));
  }
  put(
    'splitExternalLocalOriginErrors',
    '',
    detection.splitExternalLocalOriginErrors,
    !detection.splitExternalLocalOriginErrors,
  );
  put('alwaysEjectOneHost', 'alwaysEjectOneHost', detection.alwaysEjectOneHost, !detection.alwaysEjectOneHost);
  put(
    'successfulActiveHealthCheckUnejectHost',
    'successfulActiveHealthCheckUnejectHost',
    detection.successfulActiveHealthCheckUnejectHost,
    detection.successfulActiveHealthCheckUnejectHost,
  );
  return message(fields, detection.extra);
}

function keysOf<T extends object>(record: T): readonly Extract<keyof T, string>[] {
  const keys: Extract<keyof T, string>[] = [];
  for (const key in record) keys.push(key);
  return keys;
}

function encodeThresholds(thresholds: CircuitBreakerThresholds): JsonObject {
  const budget = thresholds.retryBudget;
  return message(
    {
      priority: unless<string>(thresholds.priority, 'DEFAULT'),
      maxConnections: thresholds.maxConnections,
      maxPendingRequests: thresholds.maxPendingRequests,
      maxRequests: thresholds.maxRequests,
      maxRetries: thresholds.maxRetries,
      retryBudget: budget && {
        budgetPercent: encodePercent(budget.budgetPercent),
        minRetryConcurrency: budget.minRetryConcurrency,
      },
      trackRemaining: flag(thresholds.trackRemaining),
      maxConnectionPools: thresholds.maxConnectionPools,
    },
    thresholds.extra,
  );
}

/** `envoy.config.cluster.v3.CircuitBreakers` */
export function encodeCircuitBreakers(breakers: CircuitBreakers): JsonObject | undefined {
  const perHost = breakers.perHostMaxConnections;
  return messageIfAny({
    thresholds: each(breakers.thresholds, encodeThresholds),
    perHostThresholds: perHost === undefined ? undefined : [{ maxConnections: perHost }],
  });
}

function encodeSlowStart(slowStart: SlowStart | undefined): JsonObject | undefined {
  if (slowStart === undefined) return undefined;
  return message(
    {
      slowStartWindow: duration(slowStart.windowNs),
      aggression: slowStart.aggression === 1 ? undefined : { defaultValue: slowStart.aggression },
      minWeightPercent: slowStart.minWeightPercent === 10 ? undefined : encodePercent(slowStart.minWeightPercent),
    },
    slowStart.extra,
  );
}

/** The name of the policy and the message that belongs to it. */
export function lbPolicyFields(policy: LoadBalancingPolicy): Fields {
  switch (policy.kind) {
    case 'ROUND_ROBIN':
      return { roundRobinLbConfig: messageIfAny({ slowStartConfig: encodeSlowStart(policy.slowStart) }) };
    case 'LEAST_REQUEST':
      return {
        lbPolicy: 'LEAST_REQUEST',
        leastRequestLbConfig: messageIfAny({
          choiceCount: unless<number>(policy.choiceCount, 2),
          activeRequestBias: policy.activeRequestBias === 1 ? undefined : { defaultValue: policy.activeRequestBias },
          slowStartConfig: encodeSlowStart(policy.slowStart),
        }),
      };
    case 'RING_HASH':
      return {
        lbPolicy: 'RING_HASH',
        ringHashLbConfig: message({
          minimumRingSize: int64(policy.minimumRingSize),
          hashFunction: unless<string>(policy.hashFunction, 'XX_HASH'),
          maximumRingSize: policy.maximumRingSize === 8_388_608 ? undefined : int64(policy.maximumRingSize),
        }),
      };
    case 'MAGLEV':
      return {
        lbPolicy: 'MAGLEV',
        maglevLbConfig: policy.tableSize === 65_537 ? undefined : { tableSize: int64(policy.tableSize) },
      };
    // No Envoy balances by latency; the nearest is the one with the fewest requests of two.
    case 'PEAK_EWMA':
      return { lbPolicy: 'LEAST_REQUEST' };
    default:
      return { lbPolicy: policy.kind };
  }
}

function localityFields(locality: CommonLbConfig['localityConfig']): Fields {
  if (locality.kind === 'none') return {};
  if (locality.kind === 'localityWeighted') return { localityWeightedLbConfig: {} };
  return {
    zoneAwareLbConfig: message({
      routingEnabled:
        locality.routingEnabledPercent === 100 ? undefined : encodePercent(locality.routingEnabledPercent),
      minClusterSize: locality.minClusterSize === 6 ? undefined : int64(locality.minClusterSize),
      failTrafficOnPanic: flag(locality.failTrafficOnPanic),
    }),
  };
}

/** `envoy.config.cluster.v3.Cluster.CommonLbConfig`, with the part that belongs to the hashing balancers. */
export function encodeCommonLbConfig(common: CommonLbConfig, policy: LoadBalancingPolicy): JsonObject | undefined {
  const hashing = policy.kind === 'RING_HASH' || policy.kind === 'MAGLEV' ? policy : undefined;
  const panic = common.healthyPanicThresholdPercent;
  return messageIfAny({
    healthyPanicThreshold: panic === 50 ? undefined : encodePercent(panic),
    ...localityFields(common.localityConfig),
    ignoreNewHostsUntilFirstHc: flag(common.ignoreNewHostsUntilFirstHc),
    closeConnectionsOnHostSetChange: flag(common.closeConnectionsOnHostSetChange),
    consistentHashingLbConfig:
      hashing &&
      messageIfAny({
        useHostnameForHashing: flag(hashing.useHostnameForHashing),
        hashBalanceFactor: count(hashing.hashBalanceFactor),
      }),
    overrideHostStatus: common.overrideHostStatuses && { statuses: common.overrideHostStatuses },
  });
}

function healthCheckerFields(check: HealthCheck): Fields {
  const ranges = (field: HealthCheck['expectedStatuses']) =>
    each(field, (range) => message({ start: int64Count(range.start), end: int64Count(range.end) }));
  switch (check.kind) {
    case 'http':
      return {
        httpHealthCheck: message({
          host: text(check.host),
          path: check.path,
          expectedStatuses: ranges(check.expectedStatuses),
          retriableStatuses: ranges(check.retriableStatuses),
        }),
      };
    case 'grpc':
      return { grpcHealthCheck: {} };
    default:
      return check.extra?.['customHealthCheck'] === undefined ? { tcpHealthCheck: {} } : {};
  }
}

/** `envoy.config.core.v3.HealthCheck` */
export function encodeHealthCheck(check: HealthCheck): JsonObject {
  return message(
    {
      timeout: duration(check.timeoutNs),
      interval: duration(check.intervalNs),
      initialJitter: optionalDuration(check.initialJitterNs),
      unhealthyThreshold: check.unhealthyThreshold,
      healthyThreshold: check.healthyThreshold,
      ...healthCheckerFields(check),
      noTrafficInterval: durationUnless(check.noTrafficIntervalNs, 60_000_000_000),
      noTrafficHealthyInterval: optionalDuration(check.noTrafficHealthyIntervalNs),
      unhealthyInterval: optionalDuration(check.unhealthyIntervalNs),
      unhealthyEdgeInterval: optionalDuration(check.unhealthyEdgeIntervalNs),
      healthyEdgeInterval: optionalDuration(check.healthyEdgeIntervalNs),
    },
    check.extra,
  );
}

function encodeStatusRule(code: number): JsonObject {
  return { httpResponseHeadersMatch: { headers: [{ name: ':status', stringMatch: { exact: String(code) } }] } };
}

/** istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (applyOutlierDetectionErrorCodes) */
function encodeErrorCodes(codes: readonly number[] | undefined): JsonObject | undefined {
  if (codes === undefined || codes.length === 0) return undefined;
  const rules = codes.map(encodeStatusRule);
  const single = rules.length === 1 ? rules[0] : undefined;
  return { errorMatcher: single ?? { orMatch: { rules } } };
}

function protocolConfigFields(options: HttpProtocolOptions): Fields {
  const http1 = message({ acceptHttp10: flag(options.http10) });
  const http2 = message({ maxConcurrentStreams: options.maxConcurrentStreams });
  switch (options.protocol) {
    case 'http1':
      return { explicitHttpConfig: { httpProtocolOptions: http1 } };
    case 'http2':
      return { explicitHttpConfig: { http2ProtocolOptions: http2 } };
    case 'http3':
      return { explicitHttpConfig: { http3ProtocolOptions: {} } };
    case 'useDownstream':
      return { useDownstreamProtocolConfig: { httpProtocolOptions: http1, http2ProtocolOptions: http2 } };
    default:
      return { autoConfig: { httpProtocolOptions: http1, http2ProtocolOptions: http2 } };
  }
}

/** Limits of connections, whichever the protocol. */
export function commonProtocolOptions(options: HttpProtocolOptions): JsonObject | undefined {
  return messageIfAny({
    idleTimeout: optionalDuration(options.idleTimeoutNs),
    maxConnectionDuration: optionalDuration(options.maxConnectionDurationNs),
    maxStreamDuration: optionalDuration(options.maxStreamDurationNs),
    maxRequestsPerConnection: options.maxRequestsPerConnection,
  });
}

/** `envoy.extensions.upstreams.http.v3.HttpProtocolOptions`; undefined when it says nothing but the default, HTTP/1.1. */
export function encodeHttpProtocolOptions(
  options: HttpProtocolOptions,
  errorCodes: readonly number[] | undefined,
): JsonObject | undefined {
  const rest = messageIfAny(
    {
      commonHttpProtocolOptions: commonProtocolOptions(options),
      upstreamHttpProtocolOptions: messageIfAny({
        autoSni: flag(options.autoSni),
        autoSanValidation: flag(options.autoSanValidation),
      }),
      outlierDetection: encodeErrorCodes(errorCodes),
    },
    options.extra,
  );
  if (rest === undefined && options.protocol === 'http1' && options.http10 !== true) return undefined;
  return message(protocolConfigFields(options), rest);
}
