import type { Init } from './build-routes';
import type {
  CircuitBreakerThresholds,
  Cluster,
  ClusterLoadAssignment,
  CommonLbConfig,
  HealthCheck,
  HttpProtocolOptions,
  LbEndpoint,
  LoadBalancingPolicy,
  Locality,
  LocalityLbEndpoints,
  OutlierDetection,
} from './clusters';
import type { CommonTls, DownstreamTlsContext, TransportSocketMatch, UpstreamTlsContext } from './transport';

/** Constructors of clusters and endpoints with the defaults of api/envoy/config/{cluster,endpoint}/v3 of envoyproxy/envoy. */

const NS_PER_SECOND = 1_000_000_000;

/** Envoy's default of `Cluster.connect_timeout`, 5 s in nanoseconds. */
export const DEFAULT_CONNECT_TIMEOUT_NS = 5 * NS_PER_SECOND;
/** Envoy's default of `HttpProtocolOptions.idle_timeout` on both sides, 1 h in nanoseconds. */
export const DEFAULT_HTTP_IDLE_TIMEOUT_NS = 3600 * NS_PER_SECOND;
/** Envoy's default of `overprovisioning_factor`, in percent. */
export const DEFAULT_OVERPROVISIONING_FACTOR = 140;

export const EMPTY_LOCALITY: Locality = { region: '', zone: '', subZone: '' };

export function commonLbConfig(init: Init<CommonLbConfig> = {}): CommonLbConfig {
  return {
    healthyPanicThresholdPercent: 50,
    localityConfig: { kind: 'none' },
    ignoreNewHostsUntilFirstHc: false,
    closeConnectionsOnHostSetChange: false,
    overprovisioningFactor: DEFAULT_OVERPROVISIONING_FACTOR,
    ...init,
  };
}

export function roundRobin(): LoadBalancingPolicy {
  return { kind: 'ROUND_ROBIN' };
}

/** Power of two choices, Envoy's defaults of `LeastRequestLbConfig`. */
export function leastRequest(
  init: Partial<Omit<Extract<LoadBalancingPolicy, { kind: 'LEAST_REQUEST' }>, 'kind'>> = {},
): LoadBalancingPolicy {
  return { kind: 'LEAST_REQUEST', choiceCount: 2, activeRequestBias: 1, fullScan: false, ...init };
}

/** `RingHashLbConfig`: 1024 to 8 Mi entries, xxHash64. */
export function ringHash(
  init: Partial<Omit<Extract<LoadBalancingPolicy, { kind: 'RING_HASH' }>, 'kind'>> = {},
): LoadBalancingPolicy {
  return {
    kind: 'RING_HASH',
    minimumRingSize: 1024,
    maximumRingSize: 8_388_608,
    hashFunction: 'XX_HASH',
    useHostnameForHashing: false,
    hashBalanceFactor: 0,
    ...init,
  };
}

/** `MaglevLbConfig`: a table of 65537 entries. */
export function maglev(
  init: Partial<Omit<Extract<LoadBalancingPolicy, { kind: 'MAGLEV' }>, 'kind'>> = {},
): LoadBalancingPolicy {
  return { kind: 'MAGLEV', tableSize: 65_537, useHostnameForHashing: false, hashBalanceFactor: 0, ...init };
}

export function circuitBreakerThresholds(init: Init<CircuitBreakerThresholds> = {}): CircuitBreakerThresholds {
  return { priority: 'DEFAULT', trackRemaining: false, ...init };
}

/** What an empty `outlier_detection: {}` means. */
export function outlierDetection(init: Init<OutlierDetection> = {}): OutlierDetection {
  return {
    consecutive5xx: 5,
    enforcingConsecutive5xx: 100,
    consecutiveGatewayFailure: 5,
    enforcingConsecutiveGatewayFailure: 0,
    consecutiveLocalOriginFailure: 5,
    enforcingConsecutiveLocalOriginFailure: 100,
    splitExternalLocalOriginErrors: false,
    intervalNs: 10 * NS_PER_SECOND,
    baseEjectionTimeNs: 30 * NS_PER_SECOND,
    // The larger of 300 s and the base ejection time unless it is set: source/common/upstream/outlier_detection_impl.cc
    maxEjectionTimeNs: Math.max(300 * NS_PER_SECOND, init.baseEjectionTimeNs ?? 0),
    maxEjectionTimeJitterNs: 0,
    maxEjectionPercent: 10,
    alwaysEjectOneHost: false,
    successRateMinimumHosts: 5,
    successRateRequestVolume: 100,
    successRateStdevFactor: 1900,
    enforcingSuccessRate: 100,
    enforcingLocalOriginSuccessRate: 100,
    failurePercentageThreshold: 85,
    failurePercentageMinimumHosts: 5,
    failurePercentageRequestVolume: 50,
    enforcingFailurePercentage: 0,
    enforcingFailurePercentageLocalOrigin: 0,
    successfulActiveHealthCheckUnejectHost: true,
    explicit: [],
    ...init,
  };
}

/** The four fields without a default are mandatory, as upstream. */
export function healthCheck(
  init: Init<HealthCheck, 'kind' | 'timeoutNs' | 'intervalNs' | 'unhealthyThreshold' | 'healthyThreshold'>,
): HealthCheck {
  return { noTrafficIntervalNs: 60 * NS_PER_SECOND, ...init };
}

export function httpProtocolOptions(init: Init<HttpProtocolOptions> = {}): HttpProtocolOptions {
  return { protocol: 'http1', ...init };
}

/** A cluster that takes its endpoints from the assignment of the same name unless `discovery` says otherwise. */
export function cluster(init: Init<Cluster, 'name'>): Cluster {
  return {
    discovery: { kind: 'EDS', serviceName: init.name },
    connectTimeoutNs: DEFAULT_CONNECT_TIMEOUT_NS,
    lbPolicy: roundRobin(),
    commonLbConfig: commonLbConfig(),
    circuitBreakers: { thresholds: [] },
    healthChecks: [],
    transportSocketMatches: [],
    httpProtocol: httpProtocolOptions(),
    subsetSelectors: [],
    services: [],
    filters: [],
    ignoreHealthOnHostRemoval: false,
    ...init,
  };
}

export function lbEndpoint(address: string, port: number, init: Init<Omit<LbEndpoint, 'address'>> = {}): LbEndpoint {
  return {
    address: { address, port },
    loadBalancingWeight: 1,
    healthStatus: 'UNKNOWN',
    transportSocketMatch: {},
    lbMetadata: {},
    ...init,
  };
}

export function localityLbEndpoints(init: Init<LocalityLbEndpoints>): LocalityLbEndpoints {
  return { locality: EMPTY_LOCALITY, priority: 0, lbEndpoints: [], ...init };
}

export function clusterLoadAssignment(init: Init<ClusterLoadAssignment, 'clusterName'>): ClusterLoadAssignment {
  return { endpoints: [], dropOverloads: [], ...init };
}

export function commonTls(init: Init<CommonTls> = {}): CommonTls {
  return { certificates: [], alpnProtocols: [], cipherSuites: [], ...init };
}

export function upstreamTlsContext(init: Init<UpstreamTlsContext> = {}): UpstreamTlsContext {
  return { common: commonTls(), sni: '', autoHostSni: false, autoSniSanValidation: false, ...init };
}

export function downstreamTlsContext(init: Init<DownstreamTlsContext> = {}): DownstreamTlsContext {
  return { common: commonTls(), requireClientCertificate: false, ...init };
}

export function transportSocketMatch(init: Init<TransportSocketMatch, 'name'>): TransportSocketMatch {
  return { match: {}, transportSocket: { kind: 'rawBuffer' }, ...init };
}
