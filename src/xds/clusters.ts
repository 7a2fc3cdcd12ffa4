import type { Ns } from '../base';
import type { JsonObject, JsonValue, WithExtra } from './json-value';
import type { SocketAddress } from './listeners';
import type { ConfigOrigin } from './origin';
import type { TransportSocketMatch, UpstreamTransportSocket } from './transport';

/** envoyproxy/envoy api/envoy/config/cluster/v3/cluster.proto */
export interface Cluster extends WithExtra {
  readonly name: string;
  readonly altStatName?: string;
  readonly discovery: ClusterDiscovery;
  readonly connectTimeoutNs: Ns;
  readonly lbPolicy: LoadBalancingPolicy;
  readonly commonLbConfig: CommonLbConfig;
  readonly circuitBreakers: CircuitBreakers;
  /** Absent: no outlier detection at all. */
  readonly outlierDetection?: OutlierDetection;
  readonly healthChecks: readonly HealthCheck[];
  /** Absent: plaintext, unless an entry of `transportSocketMatches` applies. */
  readonly transportSocket?: UpstreamTransportSocket;
  readonly transportSocketMatches: readonly TransportSocketMatch[];
  readonly httpProtocol: HttpProtocolOptions;
  readonly maxRequestsPerConnection?: number;
  readonly perConnectionBufferLimitBytes?: number;
  readonly tcpKeepalive?: { readonly probes?: number; readonly timeNs?: Ns; readonly intervalNs?: Ns };
  readonly upstreamBindAddress?: string;
  readonly cleanupIntervalNs?: Ns;
  readonly dns?: {
    readonly lookupFamily: 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';
    readonly refreshRateNs?: Ns;
    readonly respectDnsTtl: boolean;
    readonly jitterNs?: Ns;
  };
  readonly subsetSelectors: readonly {
    readonly keys: readonly string[];
    readonly fallback?: 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET';
    readonly fallbackKeys?: readonly string[];
    readonly singleHostPerSubset?: boolean;
  }[];
  readonly subsetFallback?: 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET';
  readonly subsetDefault?: Readonly<Record<string, string>>;
  /** Services behind the cluster as Istio's metadata names them; for display and telemetry. */
  readonly services: readonly { readonly host: string; readonly name: string; readonly namespace: string }[];
  /** filter_metadata by filter name, without the services above; kept for export only. */
  readonly extraMetadata?: JsonObject;
  /** Network filters of the upstream connection, kept for export only. */
  readonly filters: readonly { readonly name: string; readonly typeUrl: string; readonly config: JsonValue }[];
  readonly ignoreHealthOnHostRemoval: boolean;
  readonly origin?: ConfigOrigin;
  /** The field of a DestinationRule (or its like) that set the traffic policy, and the one that set the subset. */
  readonly policyOrigin?: ConfigOrigin;
}

export type ClusterDiscovery =
  /** `configSource` absent = the aggregated stream that istiod asks for. */
  | { readonly kind: 'EDS'; readonly serviceName: string; readonly configSource?: JsonObject }
  | { readonly kind: 'STATIC'; readonly loadAssignment: ClusterLoadAssignment }
  | { readonly kind: 'STRICT_DNS'; readonly loadAssignment: ClusterLoadAssignment }
  | { readonly kind: 'LOGICAL_DNS'; readonly loadAssignment: ClusterLoadAssignment }
  /** Goes to the address that the client dialled; `useHttpHeader` takes x-envoy-original-dst-host instead. */
  | { readonly kind: 'ORIGINAL_DST'; readonly useHttpHeader: boolean; readonly portOverride?: number }
  /** `config`: the typed configuration without its `@type`. */
  | { readonly kind: 'DYNAMIC_FORWARD_PROXY'; readonly config?: JsonObject }
  /** Priorities of the children one after another. */
  | { readonly kind: 'AGGREGATE'; readonly clusters: readonly string[] }
  /** A cluster type that is not simulated: it has no hosts. */
  | { readonly kind: 'opaque'; readonly name: string; readonly typeUrl: string; readonly config: JsonObject };

export type LoadBalancingPolicy =
  | { readonly kind: 'ROUND_ROBIN'; readonly slowStart?: SlowStart }
  | {
      readonly kind: 'LEAST_REQUEST';
      readonly choiceCount: number;
      readonly activeRequestBias: number;
      readonly fullScan: boolean;
      readonly slowStart?: SlowStart;
    }
  | { readonly kind: 'RANDOM' }
  | {
      readonly kind: 'RING_HASH';
      readonly minimumRingSize: number;
      readonly maximumRingSize: number;
      readonly hashFunction: 'XX_HASH' | 'MURMUR_HASH_2';
      readonly useHostnameForHashing: boolean;
      readonly hashBalanceFactor: number;
    }
  | {
      readonly kind: 'MAGLEV';
      readonly tableSize: number;
      readonly useHostnameForHashing: boolean;
      readonly hashBalanceFactor: number;
    }
  | { readonly kind: 'CLUSTER_PROVIDED' }
  /** linkerd2-proxy: power of two choices over peak EWMA latency. */
  | { readonly kind: 'PEAK_EWMA'; readonly defaultRttNs: Ns; readonly decayNs: Ns };

export interface SlowStart extends WithExtra {
  readonly windowNs: Ns;
  readonly aggression: number;
  readonly minWeightPercent: number;
}

export interface CommonLbConfig {
  /** Percent; Envoy's default 50, Istio writes 0. */
  readonly healthyPanicThresholdPercent: number;
  readonly localityConfig:
    | { readonly kind: 'none' }
    | { readonly kind: 'localityWeighted' }
    | {
        readonly kind: 'zoneAware';
        readonly routingEnabledPercent: number;
        readonly minClusterSize: number;
        readonly failTrafficOnPanic: boolean;
        readonly forceLocalZone: boolean;
        readonly forceLocalZoneMinSize?: number;
      };
  readonly ignoreNewHostsUntilFirstHc: boolean;
  readonly closeConnectionsOnHostSetChange: boolean;
  /** Percent times one; Envoy's default 140. */
  readonly overprovisioningFactor: number;
  /** Which endpoint health states may be used even if not HEALTHY (override host status set); display only. */
  readonly overrideHostStatuses?: readonly string[];
}

export interface CircuitBreakers {
  readonly thresholds: readonly CircuitBreakerThresholds[];
  readonly perHostMaxConnections?: number;
}

/** envoyproxy/envoy api/envoy/config/cluster/v3/circuit_breaker.proto; absent = Envoy's default (1024, 1024, 1024, 3). */
export interface CircuitBreakerThresholds extends WithExtra {
  readonly priority: 'DEFAULT' | 'HIGH';
  readonly maxConnections?: number;
  readonly maxPendingRequests?: number;
  readonly maxRequests?: number;
  readonly maxRetries?: number;
  readonly maxConnectionPools?: number;
  readonly trackRemaining: boolean;
  readonly retryBudget?: { readonly budgetPercent: number; readonly minRetryConcurrency: number };
}

/** envoyproxy/envoy api/envoy/config/cluster/v3/outlier_detection.proto with every default filled in. */
export interface OutlierDetection extends WithExtra {
  readonly consecutive5xx: number;
  readonly enforcingConsecutive5xx: number;
  readonly consecutiveGatewayFailure: number;
  readonly enforcingConsecutiveGatewayFailure: number;
  readonly consecutiveLocalOriginFailure: number;
  readonly enforcingConsecutiveLocalOriginFailure: number;
  readonly splitExternalLocalOriginErrors: boolean;
  readonly intervalNs: Ns;
  readonly baseEjectionTimeNs: Ns;
  readonly maxEjectionTimeNs: Ns;
  readonly maxEjectionTimeJitterNs: Ns;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOneHost: boolean;
  readonly successRateMinimumHosts: number;
  readonly successRateRequestVolume: number;
  readonly successRateStdevFactor: number;
  readonly enforcingSuccessRate: number;
  readonly enforcingLocalOriginSuccessRate: number;
  readonly failurePercentageThreshold: number;
  readonly failurePercentageMinimumHosts: number;
  readonly failurePercentageRequestVolume: number;
  readonly enforcingFailurePercentage: number;
  readonly enforcingFailurePercentageLocalOrigin: number;
  readonly successfulActiveHealthCheckUnejectHost: boolean;
  /** Istio: status codes that count as errors instead of 5xx. */
  readonly httpErrorCodes?: readonly number[];
  /** Properties of this object that the source set; the exporter writes them even if they hold the default. */
  readonly explicit: readonly string[];
}

export interface HealthCheck extends WithExtra {
  readonly kind: 'http' | 'tcp' | 'grpc';
  readonly timeoutNs: Ns;
  readonly intervalNs: Ns;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
  readonly noTrafficIntervalNs: Ns;
  readonly unhealthyIntervalNs?: Ns;
  readonly unhealthyEdgeIntervalNs?: Ns;
  readonly healthyEdgeIntervalNs?: Ns;
  readonly initialJitterNs?: Ns;
  /** Absent: as `noTrafficIntervalNs`. */
  readonly noTrafficHealthyIntervalNs?: Ns;
  readonly path?: string;
  readonly host?: string;
  readonly expectedStatuses?: readonly { readonly start: number; readonly end: number }[];
  readonly retriableStatuses?: readonly { readonly start: number; readonly end: number }[];
}

export interface HttpProtocolOptions extends WithExtra {
  /** `http3` is not simulated. */
  readonly protocol: 'http1' | 'http2' | 'http3' | 'useDownstream' | 'auto';
  /** Connection without streams; Envoy's default is 1 h. */
  readonly idleTimeoutNs?: Ns;
  readonly maxConnectionDurationNs?: Ns;
  readonly maxStreamDurationNs?: Ns;
  readonly maxRequestsPerConnection?: number;
  readonly maxConcurrentStreams?: number;
  readonly http10?: boolean;
  /** SNI and subject alternative names are taken from the request's authority. */
  readonly autoSni?: boolean;
  readonly autoSanValidation?: boolean;
  /** Written as the deprecated field of the cluster instead of the typed extension options. */
  readonly deprecatedForm?: boolean;
}

/** envoyproxy/envoy api/envoy/config/endpoint/v3/endpoint.proto */
export interface ClusterLoadAssignment extends WithExtra {
  readonly clusterName: string;
  readonly endpoints: readonly LocalityLbEndpoints[];
  readonly dropOverloads: readonly {
    readonly category: string;
    readonly numerator: number;
    readonly denominator: number;
  }[];
  readonly overprovisioningFactor?: number;
}

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

export interface LocalityLbEndpoints extends WithExtra {
  readonly locality: Locality;
  readonly priority: number;
  /** Weight of the locality; absent = not set. */
  readonly loadBalancingWeight?: number;
  readonly lbEndpoints: readonly LbEndpoint[];
}

export interface LbEndpoint extends WithExtra {
  readonly address: SocketAddress;
  /** Name to resolve when `address` is a host name (DNS clusters), else the text used for hostname hashing. */
  readonly hostname?: string;
  readonly loadBalancingWeight: number;
  readonly healthStatus: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'DEGRADED';
  /** envoy.transport_socket_match metadata, e.g. `{ tlsMode: "istio" }`. */
  readonly transportSocketMatch: Readonly<Record<string, string>>;
  /** envoy.lb metadata (subset load balancing). */
  readonly lbMetadata: Readonly<Record<string, string>>;
  /** Istio's workload metadata `name;namespace;canonical-name;canonical-revision;cluster`; for display and telemetry. */
  readonly workload?: string;
  readonly origin?: ConfigOrigin;
}
