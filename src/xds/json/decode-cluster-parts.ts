import type {
  CircuitBreakers,
  CircuitBreakerThresholds,
  CommonLbConfig,
  HealthCheck,
  LoadBalancingPolicy,
  OutlierDetection,
  SlowStart,
} from '../clusters';
import { readPercent } from './decode-matchers';
import { OUTLIER_FIELDS } from './outlier-fields';
import type { MessageReader } from './reader';

/** api/envoy/config/cluster/v3/outlier_detection.proto */
export function outlierDetectionOf(
  cluster: MessageReader,
  httpErrorCodes: readonly number[] | undefined,
): OutlierDetection | undefined {
  const reader = cluster.message('outlierDetection', 'envoy.config.cluster.v3.OutlierDetection');
  if (reader === undefined) return undefined;
  const explicit: string[] = [];
  const read = <T>(property: string, value: T | undefined, standard: T): T => {
    if (value === standard) explicit.push(property);
    return value ?? standard;
  };
  const count = (name: string, standard: number) => read(name, reader.optionalCount(name), standard);
  const duration = (name: string, standardNs: number) => read(`${name}Ns`, reader.optionalDuration(name), standardNs);
  const flag = (name: string, standard: boolean) => read(name, reader.optionalFlag(name), standard);
  const { counts, durations } = OUTLIER_FIELDS;
  const baseEjectionTimeNs = duration('baseEjectionTime', durations.baseEjectionTime);
  return {
    consecutive5xx: count('consecutive5xx', counts.consecutive5xx),
    enforcingConsecutive5xx: count('enforcingConsecutive5xx', counts.enforcingConsecutive5xx),
    consecutiveGatewayFailure: count('consecutiveGatewayFailure', counts.consecutiveGatewayFailure),
    enforcingConsecutiveGatewayFailure: count(
      'enforcingConsecutiveGatewayFailure',
      counts.enforcingConsecutiveGatewayFailure,
    ),
    consecutiveLocalOriginFailure: count('consecutiveLocalOriginFailure', counts.consecutiveLocalOriginFailure),
    enforcingConsecutiveLocalOriginFailure: count(
      'enforcingConsecutiveLocalOriginFailure',
      counts.enforcingConsecutiveLocalOriginFailure,
    ),
    splitExternalLocalOriginErrors: reader.flag('splitExternalLocalOriginErrors'),
    intervalNs: duration('interval', durations.interval),
    baseEjectionTimeNs,
    maxEjectionTimeNs: duration('maxEjectionTime', Math.max(durations.maxEjectionTime, baseEjectionTimeNs)),
    maxEjectionTimeJitterNs: duration('maxEjectionTimeJitter', 0),
    maxEjectionPercent: count('maxEjectionPercent', counts.maxEjectionPercent),
    alwaysEjectOneHost: flag('alwaysEjectOneHost', false),
    successRateMinimumHosts: count('successRateMinimumHosts', counts.successRateMinimumHosts),
    successRateRequestVolume: count('successRateRequestVolume', counts.successRateRequestVolume),
    successRateStdevFactor: count('successRateStdevFactor', counts.successRateStdevFactor),
    enforcingSuccessRate: count('enforcingSuccessRate', counts.enforcingSuccessRate),
    enforcingLocalOriginSuccessRate: count('enforcingLocalOriginSuccessRate', counts.enforcingLocalOriginSuccessRate),
    failurePercentageThreshold: count('failurePercentageThreshold', counts.failurePercentageThreshold),
    failurePercentageMinimumHosts: count('failurePercentageMinimumHosts', counts.failurePercentageMinimumHosts),
    failurePercentageRequestVolume: count('failurePercentageRequestVolume', counts.failurePercentageRequestVolume),
    enforcingFailurePercentage: count('enforcingFailurePercentage', counts.enforcingFailurePercentage),
    enforcingFailurePercentageLocalOrigin: count(
      'enforcingFailurePercentageLocalOrigin',
      counts.enforcingFailurePercentageLocalOrigin,
    ),
    successfulActiveHealthCheckUnejectHost: flag('successfulActiveHealthCheckUnejectHost', true),
    explicit,
    ...(httpErrorCodes === undefined ? {} : { httpErrorCodes }),
    ...reader.extra(),
  };
}

function readThresholds(reader: MessageReader): CircuitBreakerThresholds {
  const maxConnections = reader.optionalCount('maxConnections');
  const maxPendingRequests = reader.optionalCount('maxPendingRequests');
  const maxRequests = reader.optionalCount('maxRequests');
  const maxRetries = reader.optionalCount('maxRetries');
  const maxConnectionPools = reader.optionalCount('maxConnectionPools');
  const budget = reader.message('retryBudget', 'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget');
  return {
    priority: reader.choice('priority', ['DEFAULT', 'HIGH']),
    trackRemaining: reader.flag('trackRemaining'),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxPendingRequests === undefined ? {} : { maxPendingRequests }),
    ...(maxRequests === undefined ? {} : { maxRequests }),
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(maxConnectionPools === undefined ? {} : { maxConnectionPools }),
    ...(budget === undefined
      ? {}
      : {
          retryBudget: {
            budgetPercent: readPercent(budget, 'budgetPercent') ?? 20,
            minRetryConcurrency: budget.optionalCount('minRetryConcurrency') ?? 3,
          },
        }),
    ...reader.extra(),
  };
}

/** api/envoy/config/cluster/v3/circuit_breaker.proto */
export function circuitBreakersOf(cluster: MessageReader): CircuitBreakers {
  const reader = cluster.message('circuitBreakers', 'envoy.config.cluster.v3.CircuitBreakers');
  if (reader === undefined) return { thresholds: [] };
  const thresholds = reader
    .messages('thresholds', 'envoy.config.cluster.v3.CircuitBreakers.Thresholds')
    .map(readThresholds);
  // Of the limits per host only that of connections exists.
  const perHost = reader.messages('perHostThresholds', 'envoy.config.cluster.v3.CircuitBreakers.Thresholds');
  const perHostMaxConnections = perHost[0]?.optionalCount('maxConnections');
  for (const item of perHost) item.finish();
  return perHostMaxConnections === undefined ? { thresholds } : { thresholds, perHostMaxConnections };
}

function slowStartOf(reader: MessageReader | undefined): { readonly slowStart?: SlowStart } {
  const slowStart = reader?.message('slowStartConfig', 'envoy.config.cluster.v3.Cluster.SlowStartConfig');
  if (slowStart === undefined) return {};
  const aggression = slowStart.message('aggression', 'envoy.config.core.v3.RuntimeDouble');
  aggression?.keep('runtimeKey');
  const minWeight = slowStart.message('minWeightPercent', 'envoy.type.v3.Percent');
  return {
    slowStart: {
      windowNs: slowStart.optionalDuration('slowStartWindow') ?? 0,
      aggression: aggression?.wrappedReal('defaultValue', 1) ?? 1,
      minWeightPercent: minWeight?.wrappedReal('value', 10) ?? 10,
      ...slowStart.extra(),
    },
  };
}

const LB_POLICIES = [
  'ROUND_ROBIN',
  'LEAST_REQUEST',
  'RING_HASH',
  'RANDOM',
  'ORIGINAL_DST_LB',
  'MAGLEV',
  'CLUSTER_PROVIDED',
  'LOAD_BALANCING_POLICY_CONFIG',
] as const;

/** api/envoy/config/cluster/v3/cluster.proto LbPolicy and the message that belongs to each. */
export function lbPolicyOf(cluster: MessageReader): LoadBalancingPolicy {
  const kind = cluster.choice('lbPolicy', LB_POLICIES);
  const hashing = consistentHashingOf(cluster);
  switch (kind) {
    case 'LEAST_REQUEST': {
      const reader = cluster.message('leastRequestLbConfig', 'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig');
      const bias = reader?.message('activeRequestBias', 'envoy.config.core.v3.RuntimeDouble');
      bias?.keep('runtimeKey');
      return {
        kind,
        choiceCount: reader?.wrappedCount('choiceCount', 2) ?? 2,
        activeRequestBias: bias?.optionalReal('defaultValue') ?? 1,
        fullScan: false,
        ...slowStartOf(reader),
      };
    }
    case 'RING_HASH': {
      const reader = cluster.message('ringHashLbConfig', 'envoy.config.cluster.v3.Cluster.RingHashLbConfig');
      return {
        kind,
        minimumRingSize: reader?.optionalCount('minimumRingSize') ?? 1024,
        maximumRingSize: reader?.wrappedCount('maximumRingSize', 8_388_608) ?? 8_388_608,
        hashFunction: reader?.choice('hashFunction', ['XX_HASH', 'MURMUR_HASH_2']) ?? 'XX_HASH',
        ...hashing,
      };
    }
    case 'MAGLEV': {
      const reader = cluster.message('maglevLbConfig', 'envoy.config.cluster.v3.Cluster.MaglevLbConfig');
      return { kind, tableSize: reader?.wrappedCount('tableSize', 65_537) ?? 65_537, ...hashing };
    }
    case 'RANDOM':
    case 'CLUSTER_PROVIDED':
      return { kind };
    case 'LOAD_BALANCING_POLICY_CONFIG':
    case 'ORIGINAL_DST_LB':
      cluster.log.notSimulated(`${cluster.pathOf('lbPolicy')} (${kind})`);
      return { kind: 'ROUND_ROBIN' };
    default: {
      const reader = cluster.message('roundRobinLbConfig', 'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig');
      return { kind, ...slowStartOf(reader) };
    }
  }
}

/** The part of the common configuration that only the hashing balancers read. */
function consistentHashingOf(cluster: MessageReader): {
  readonly useHostnameForHashing: boolean;
  readonly hashBalanceFactor: number;
} {
  const common = cluster.inside('commonLbConfig', 'envoy.config.cluster.v3.Cluster.CommonLbConfig');
  const reader = common?.message(
    'consistentHashingLbConfig',
    'envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig',
  );
  return {
    useHostnameForHashing: reader?.flag('useHostnameForHashing') ?? false,
    hashBalanceFactor: reader?.wrappedCount('hashBalanceFactor', 0) ?? 0,
  };
}

function localityConfigOf(reader: MessageReader): CommonLbConfig['localityConfig'] {
  reader.oneOf(['zoneAwareLbConfig', 'localityWeightedLbConfig']);
  if (reader.present('localityWeightedLbConfig')) return { kind: 'localityWeighted' };
  const zone = reader.message('zoneAwareLbConfig', 'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig');
  if (zone === undefined) return { kind: 'none' };
  return {
    kind: 'zoneAware',
    routingEnabledPercent: readPercent(zone, 'routingEnabled') ?? 100,
    minClusterSize: zone.wrappedCount('minClusterSize', 6),
    failTrafficOnPanic: zone.flag('failTrafficOnPanic'),
    forceLocalZone: false,
  };
}

export function commonLbConfigOf(cluster: MessageReader): CommonLbConfig {
  const reader = cluster.inside('commonLbConfig', 'envoy.config.cluster.v3.Cluster.CommonLbConfig');
  const statuses = reader?.message('overrideHostStatus')?.texts('statuses') ?? [];
  return {
    healthyPanicThresholdPercent: (reader && readPercent(reader, 'healthyPanicThreshold')) ?? 50,
    localityConfig: reader === undefined ? { kind: 'none' } : localityConfigOf(reader),
    ignoreNewHostsUntilFirstHc: reader?.flag('ignoreNewHostsUntilFirstHc') ?? false,
    closeConnectionsOnHostSetChange: reader?.flag('closeConnectionsOnHostSetChange') ?? false,
    overprovisioningFactor: 140,
    ...(statuses.length === 0 ? {} : { overrideHostStatuses: statuses }),
  };
}

type StatusRanges = readonly { readonly start: number; readonly end: number }[];

function statusRangesOf(reader: MessageReader | undefined, field: string): StatusRanges {
  const ranges = reader?.messages(field) ?? [];
  return ranges.map((range) => ({ start: range.count('start'), end: range.count('end') }));
}

const HEALTH_CHECK_KINDS = ['httpHealthCheck', 'tcpHealthCheck', 'grpcHealthCheck', 'customHealthCheck'] as const;

/** api/envoy/config/core/v3/health_check.proto; a check by custom code is taken as one of TCP. */
export function readHealthCheck(reader: MessageReader): HealthCheck {
  const set = reader.oneOf(HEALTH_CHECK_KINDS);
  const http = reader.message('httpHealthCheck', 'envoy.config.core.v3.HealthCheck.HttpHealthCheck');
  const grpc = set === 'grpcHealthCheck';
  if (grpc) reader.keep('grpcHealthCheck');
  if (set === 'tcpHealthCheck') reader.keep('tcpHealthCheck');
  const host = http?.text('host') ?? '';
  const path = http?.text('path');
  const expectedStatuses = statusRangesOf(http, 'expectedStatuses');
  const retriableStatuses = statusRangesOf(http, 'retriableStatuses');
  const other = grpc ? 'grpc' : 'tcp';
  return {
    kind: http === undefined ? other : 'http',
    timeoutNs: reader.optionalDuration('timeout') ?? 0,
    intervalNs: reader.optionalDuration('interval') ?? 0,
    unhealthyThreshold: reader.count('unhealthyThreshold'),
    healthyThreshold: reader.count('healthyThreshold'),
    noTrafficIntervalNs: reader.duration('noTrafficInterval', 60_000_000_000),
    ...healthCheckIntervals(reader),
    ...(path === undefined ? {} : { path }),
    ...(host === '' ? {} : { host }),
    ...(expectedStatuses.length === 0 ? {} : { expectedStatuses }),
    ...(retriableStatuses.length === 0 ? {} : { retriableStatuses }),
    ...reader.extra(),
  };
}

function healthCheckIntervals(reader: MessageReader): Partial<HealthCheck> {
  const unhealthyIntervalNs = reader.optionalDuration('unhealthyInterval');
  const unhealthyEdgeIntervalNs = reader.optionalDuration('unhealthyEdgeInterval');
  const healthyEdgeIntervalNs = reader.optionalDuration('healthyEdgeInterval');
  const initialJitterNs = reader.optionalDuration('initialJitter');
  const noTrafficHealthyIntervalNs = reader.optionalDuration('noTrafficHealthyInterval');
  return {
    ...(unhealthyIntervalNs === undefined ? {} : { unhealthyIntervalNs }),
    ...(unhealthyEdgeIntervalNs === undefined ? {} : { unhealthyEdgeIntervalNs }),
    ...(healthyEdgeIntervalNs === undefined ? {} : { healthyEdgeIntervalNs }),
    ...(initialJitterNs === undefined ? {} : { initialJitterNs }),
    ...(noTrafficHealthyIntervalNs === undefined ? {} : { noTrafficHealthyIntervalNs }),
  };
}
