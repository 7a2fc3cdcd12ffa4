import type { Ns } from '../base';
import type { ExtAuthzConfig, HttpFilter, RbacConfig } from './http-filters';
import type { JsonObject, JsonValue, WithExtra } from './json-value';
import type { CidrRange, FractionalPercent } from './matchers';
import type { ConfigOrigin } from './origin';
import type { HashPolicy, RouteConfiguration, UpgradeConfig } from './routes';
import type { DownstreamTlsContext } from './transport';

/** envoyproxy/envoy api/envoy/config/listener/v3/listener.proto */
export interface Listener extends WithExtra {
  readonly name: string;
  readonly address: SocketAddress;
  readonly additionalAddresses: readonly SocketAddress[];
  readonly trafficDirection: 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';
  readonly filterChains: readonly FilterChain[];
  readonly defaultFilterChain?: FilterChain;
  /** Protojson of xds.type.matcher.v3.Matcher; replaces the match rules of the chains and names the chain to use. */
  readonly filterChainMatcher?: JsonObject;
  readonly listenerFilters: readonly ListenerFilter[];
  readonly listenerFiltersTimeoutNs: Ns;
  readonly continueOnListenerFiltersTimeout: boolean;
  /** false: only reached by hand-off from a listener with `useOriginalDst`. */
  readonly bindToPort: boolean;
  readonly useOriginalDst: boolean;
  readonly accessLog: readonly AccessLogConfig[];
  readonly connectionBalanceExact: boolean;
  readonly maxConnectionsToAcceptPerSocketEvent?: number;
  readonly origin?: ConfigOrigin;
}

/**
 * `address` is an IP address, or a host name where DNS resolves it. A leading slash or `@` makes it a Unix domain socket, a leading
 * `envoy://` the internal listener of that name; the port of both is 0.
 */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
  /** Absent = TCP. */
  readonly protocol?: 'UDP';
}

/** `name` absent = the name under which Envoy registers the filter. */
export type ListenerFilter = WithExtra & { readonly name?: string } & (
    | { readonly kind: 'originalDst' }
    | {
        readonly kind: 'tlsInspector';
        readonly disabledPorts: readonly PortPredicate[];
        readonly initialReadBufferSizeBytes?: number;
      }
    | { readonly kind: 'httpInspector'; readonly disabledPorts: readonly PortPredicate[] }
    | { readonly kind: 'opaque'; readonly name: string; readonly typeUrl: string; readonly config: JsonValue }
  );

/**
 * Half-open range of destination ports. A listener filter is switched off where one of the plain ranges holds the port, or where there are
 * inverted ranges and none of them holds it.
 */
export interface PortPredicate {
  readonly start: number;
  readonly end: number;
  readonly invert?: boolean;
}

/** envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc: empty lists match anything. */
export interface FilterChainMatch extends WithExtra {
  readonly destinationPort?: number;
  readonly prefixRanges: readonly CidrRange[];
  readonly serverNames: readonly string[];
  /** "" = any, else "tls" or "raw_buffer". */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly directSourcePrefixRanges: readonly CidrRange[];
  readonly sourceType: 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL';
  readonly sourcePrefixRanges: readonly CidrRange[];
  readonly sourcePorts: readonly number[];
}

export const ANY_FILTER_CHAIN_MATCH: FilterChainMatch = {
  prefixRanges: [],
  serverNames: [],
  transportProtocol: '',
  applicationProtocols: [],
  directSourcePrefixRanges: [],
  sourceType: 'ANY',
  sourcePrefixRanges: [],
  sourcePorts: [],
};

export interface FilterChain extends WithExtra {
  readonly name: string;
  readonly match: FilterChainMatch;
  /** Absent: plaintext. */
  readonly tls?: DownstreamTlsContext;
  readonly filters: readonly NetworkFilter[];
  readonly transportSocketConnectTimeoutNs?: Ns;
  /** filter_metadata by filter name. */
  readonly metadata?: JsonObject;
  readonly origin?: ConfigOrigin;
}

/** `name` absent = the name under which Envoy registers the filter. */
export type NetworkFilter =
  | {
      readonly kind: 'httpConnectionManager';
      readonly name?: string;
      readonly hcm: HttpConnectionManager;
      readonly origin?: ConfigOrigin;
    }
  | { readonly kind: 'tcpProxy'; readonly name?: string; readonly tcpProxy: TcpProxy; readonly origin?: ConfigOrigin }
  | {
      readonly kind: 'rbac';
      readonly name: string;
      readonly statPrefix: string;
      readonly rbac: RbacConfig;
      readonly origin?: ConfigOrigin;
    }
  | {
      readonly kind: 'extAuthz';
      readonly name: string;
      readonly statPrefix: string;
      readonly extAuthz: ExtAuthzConfig;
      readonly origin?: ConfigOrigin;
    }
  | { readonly kind: 'sniCluster'; readonly name?: string }
  | { readonly kind: 'opaque'; readonly name: string; readonly typeUrl: string; readonly config: JsonValue };

/** envoyproxy/envoy api/envoy/extensions/filters/network/http_connection_manager/v3 */
export interface HttpConnectionManager extends WithExtra {
  readonly statPrefix: string;
  /** HTTP3 is not simulated. */
  readonly codecType: 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3';
  readonly routes: /** `configSource` absent = the aggregated stream that istiod asks for. */
    | { readonly kind: 'rds'; readonly routeConfigName: string; readonly configSource?: JsonObject }
    | { readonly kind: 'inline'; readonly routeConfig: RouteConfiguration }
    /** Scoped routes are not simulated: no route is found. */
    | { readonly kind: 'scoped'; readonly config: JsonObject };
  readonly httpFilters: readonly HttpFilter[];
  readonly useRemoteAddress: boolean;
  readonly xffNumTrustedHops: number;
  readonly skipXffAppend: boolean;
  /** 0 disables. Envoy's default is 5 min; Istio writes 0. */
  readonly streamIdleTimeoutNs: Ns;
  readonly requestTimeoutNs: Ns;
  readonly requestHeadersTimeoutNs: Ns;
  readonly maxStreamDurationNs?: Ns;
  /** Connection without streams; Envoy's default is 1 h. */
  readonly idleTimeoutNs: Ns;
  readonly maxConnectionDurationNs?: Ns;
  readonly maxRequestsPerConnection?: number;
  readonly normalizePath: boolean;
  readonly mergeSlashes: boolean;
  readonly pathWithEscapedSlashesAction:
    | 'IMPLEMENTATION_SPECIFIC_DEFAULT'
    | 'KEEP_UNCHANGED'
    | 'REJECT_REQUEST'
    | 'UNESCAPE_AND_REDIRECT'
    | 'UNESCAPE_AND_FORWARD';
  readonly stripMatchingHostPort: boolean;
  readonly stripAnyHostPort: boolean;
  readonly stripTrailingHostDot: boolean;
  readonly serverName: string;
  readonly forwardClientCertDetails:
    | 'SANITIZE'
    | 'FORWARD_ONLY'
    | 'APPEND_FORWARD'
    | 'SANITIZE_SET'
    | 'ALWAYS_FORWARD_ONLY';
  readonly setCurrentClientCertDetails: {
    readonly subject: boolean;
    readonly dns: boolean;
    readonly uri: boolean;
    readonly cert?: boolean;
    readonly chain?: boolean;
  };
  readonly proxy100Continue: boolean;
  readonly acceptHttp10: boolean;
  /** Upgrades allowed without further settings. */
  readonly upgradeTypes: readonly string[];
  /** Upgrades that are switched off here or carry settings of their own (CONNECT). */
  readonly otherUpgrades?: readonly UpgradeConfig[];
  readonly preserveExternalRequestId: boolean;
  readonly tracing?: TracingConfig;
  readonly accessLog: readonly AccessLogConfig[];
  readonly maxConcurrentStreams?: number;
}

export interface TracingConfig extends WithExtra {
  readonly clientSampling: FractionalPercent;
  readonly randomSampling: FractionalPercent;
  readonly overallSampling: FractionalPercent;
  readonly spawnUpstreamSpan: boolean;
  readonly customTags: JsonValue;
  readonly provider?: JsonValue;
}

export interface AccessLogConfig extends WithExtra {
  readonly name: string;
  /** The file; "/dev/stdout" and "/dev/stderr" also for the stream loggers, empty for loggers that write to no file. */
  readonly path: string;
  /** Absent = the file logger's type. */
  readonly typeUrl?: string;
  /** Format string with Envoy's operators; absent = Envoy's default. */
  readonly textFormat?: string;
  readonly jsonFormat?: JsonValue;
  readonly filter?: JsonValue;
}

/** envoyproxy/envoy api/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
export interface TcpProxy extends WithExtra {
  readonly statPrefix: string;
  readonly cluster:
    | { readonly kind: 'cluster'; readonly cluster: string }
    | {
        readonly kind: 'weightedClusters';
        readonly clusters: readonly {
          readonly name: string;
          readonly weight: number;
          readonly extra?: JsonObject;
          readonly origin?: ConfigOrigin;
        }[];
      };
  readonly idleTimeoutNs: Ns;
  readonly maxConnectAttempts: number;
  readonly maxDownstreamConnectionDurationNs?: Ns;
  readonly hashPolicy: readonly HashPolicy[];
  readonly accessLog: readonly AccessLogConfig[];
}
