import type { Ns } from '../base';
import type { CorsPolicy, HttpFilterOverride } from './http-filters';
import type { FractionalPercent, HeaderMatcher, MetadataMatcher, PathMatcher, QueryParameterMatcher } from './matchers';
import type { ConfigOrigin } from './origin';

/** envoyproxy/envoy api/envoy/config/route/v3/route.proto */
export interface RouteConfiguration {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
  /** true: an unknown cluster refuses the configuration; Istio sends false. */
  readonly validateClusters: boolean;
  readonly ignorePortInHostMatching: boolean;
  readonly maxDirectResponseBodySizeBytes?: number;
  readonly mostSpecificHeaderMutationsWins: boolean;
  readonly headers: HeaderMutations;
  readonly requestMirrorPolicies: readonly MirrorPolicy[];
  readonly origin?: ConfigOrigin;
}

export interface VirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  readonly requireTls: 'NONE' | 'EXTERNAL_ONLY' | 'ALL';
  readonly headers: HeaderMutations;
  readonly virtualClusters: readonly VirtualCluster[];
  readonly retryPolicy?: RetryPolicy;
  readonly hedgePolicy?: HedgePolicy;
  readonly requestMirrorPolicies: readonly MirrorPolicy[];
  readonly includeRequestAttemptCount: boolean;
  readonly includeAttemptCountInResponse: boolean;
  readonly filterOverrides: readonly HttpFilterOverride[];
  readonly corsPolicy?: CorsPolicy;
  readonly origin?: ConfigOrigin;
}

export interface VirtualCluster {
  readonly name: string;
  readonly headers: readonly HeaderMatcher[];
}

export interface Route {
  /** Empty when the source gives none. */
  readonly name: string;
  readonly match: RouteMatch;
  readonly action: RouteActionKind;
  readonly headers: HeaderMutations;
  readonly filterOverrides: readonly HttpFilterOverride[];
  /** Text that names the server span; Istio writes `<host>:<port>/*`. */
  readonly decoratorOperation?: string;
  readonly statPrefix?: string;
  readonly origin?: ConfigOrigin;
}

export interface RuntimeFraction {
  readonly defaultValue: FractionalPercent;
  readonly runtimeKey: string;
}

/** All given parts must hold. envoyproxy/envoy api/envoy/config/route/v3/route_components.proto RouteMatch */
export interface RouteMatch {
  readonly path: PathMatcher;
  readonly headers: readonly HeaderMatcher[];
  readonly queryParameters: readonly QueryParameterMatcher[];
  readonly runtimeFraction?: RuntimeFraction;
  readonly grpc: boolean;
  readonly tlsContext?: { readonly presented?: boolean; readonly validated?: boolean };
  readonly dynamicMetadata: readonly MetadataMatcher[];
  readonly origin?: ConfigOrigin;
}

export type RouteActionKind =
  | { readonly kind: 'route'; readonly route: RouteAction }
  | { readonly kind: 'redirect'; readonly redirect: RedirectAction }
  | { readonly kind: 'directResponse'; readonly directResponse: DirectResponseAction }
  | { readonly kind: 'nonForwarding' };

export type ClusterSpecifier =
  | { readonly kind: 'cluster'; readonly cluster: string }
  | { readonly kind: 'clusterHeader'; readonly header: string }
  | {
      readonly kind: 'weightedClusters';
      readonly clusters: readonly WeightedCluster[];
      readonly runtimeKeyPrefix?: string;
      readonly headerName?: string;
      readonly useHashPolicy: boolean;
    };

export interface WeightedCluster {
  readonly name: string;
  readonly clusterHeader?: string;
  readonly weight: number;
  readonly headers: HeaderMutations;
  readonly hostRewriteLiteral?: string;
  readonly metadataMatch?: Readonly<Record<string, string>>;
  readonly filterOverrides: readonly HttpFilterOverride[];
  readonly origin?: ConfigOrigin;
}

export type HostRewrite =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'header'; readonly header: string }
  | { readonly kind: 'pathRegex'; readonly rewrite: RegexRewrite }
  | { readonly kind: 'auto' };

export interface RegexRewrite {
  readonly regex: string;
  readonly substitution: string;
}

export type PathRewrite =
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'regex'; readonly rewrite: RegexRewrite }
  | { readonly kind: 'uriTemplate'; readonly template: string };

export interface RouteAction {
  readonly cluster: ClusterSpecifier;
  readonly clusterNotFoundResponseCode: number;
  /** 0 = no timeout. Envoy's own default is 15 s; Istio writes 0. */
  readonly timeoutNs: Ns;
  /** Overrides the stream idle timeout of the connection manager; 0 disables. */
  readonly idleTimeoutNs?: Ns;
  readonly maxStreamDuration?: {
    readonly maxStreamDurationNs?: Ns;
    readonly grpcTimeoutHeaderMaxNs?: Ns;
    readonly grpcTimeoutHeaderOffsetNs?: Ns;
  };
  /** Deprecated upstream but still what Istio writes (0 = uncapped). */
  readonly maxGrpcTimeoutNs?: Ns;
  readonly grpcTimeoutOffsetNs?: Ns;
  readonly retryPolicy?: RetryPolicy;
  readonly hedgePolicy?: HedgePolicy;
  readonly hostRewrite?: HostRewrite;
  readonly appendXForwardedHost: boolean;
  readonly pathRewrite?: PathRewrite;
  readonly requestMirrorPolicies: readonly MirrorPolicy[];
  readonly hashPolicy: readonly HashPolicy[];
  readonly metadataMatch?: Readonly<Record<string, string>>;
  readonly priority: 'DEFAULT' | 'HIGH';
  readonly corsPolicy?: CorsPolicy;
  readonly upgradeTypes: readonly string[];
  readonly internalRedirectPolicy?: InternalRedirectPolicy;
  readonly origin?: ConfigOrigin;
}

export interface InternalRedirectPolicy {
  readonly maxInternalRedirects: number;
  readonly redirectResponseCodes: readonly number[];
  readonly allowCrossSchemeRedirect: boolean;
}

export interface HedgePolicy {
  readonly hedgeOnPerTryTimeout: boolean;
}

/** envoyproxy/envoy source/common/router/retry_policy_impl.cc */
export interface RetryPolicy {
  /** The conditions as written, comma separated; unknown tokens are ignored by the engine, not here. */
  readonly retryOn: string;
  readonly numRetries: number;
  /** 0 = unset: the route timeout alone bounds a try. */
  readonly perTryTimeoutNs: Ns;
  readonly perTryIdleTimeoutNs: Ns;
  readonly retriableStatusCodes: readonly number[];
  readonly retriableHeaders: readonly HeaderMatcher[];
  readonly retriableRequestHeaders: readonly HeaderMatcher[];
  readonly backOff?: { readonly baseIntervalNs: Ns; readonly maxIntervalNs?: Ns };
  readonly rateLimitedBackOff?: RateLimitedRetryBackOff;
  readonly retryHostPredicates: readonly RetryHostPredicate[];
  /** Envoy default 1; Istio writes 5. */
  readonly hostSelectionRetryMaxAttempts: number;
  readonly retryPriority?: { readonly updateFrequency: number };
  readonly origin?: ConfigOrigin;
}

export interface RateLimitedRetryBackOff {
  readonly resetHeaders: readonly { readonly name: string; readonly format: 'SECONDS' | 'UNIX_TIMESTAMP' }[];
  readonly maxIntervalNs: Ns;
}

export type RetryHostPredicate =
  | { readonly kind: 'previousHosts' }
  | { readonly kind: 'omitCanaryHosts' }
  | { readonly kind: 'omitHostMetadata'; readonly metadata: Readonly<Record<string, string>> };

export interface MirrorPolicy {
  readonly cluster: string;
  readonly runtimeFraction?: RuntimeFraction;
  readonly traceSampled?: boolean;
  readonly disableShadowHostSuffixAppend: boolean;
  readonly origin?: ConfigOrigin;
}

export type HashPolicyKind =
  | { readonly kind: 'header'; readonly headerName: string }
  | {
      readonly kind: 'cookie';
      readonly name: string;
      readonly path?: string /** absent: never generated. */;
      readonly ttlNs?: Ns;
    }
  | { readonly kind: 'sourceIp' }
  | { readonly kind: 'queryParameter'; readonly name: string }
  | { readonly kind: 'filterState'; readonly key: string };

export interface HashPolicy {
  readonly policy: HashPolicyKind;
  readonly terminal: boolean;
}

export interface RedirectAction {
  readonly hostRedirect?: string;
  readonly portRedirect?: number;
  readonly schemeRedirect?: string;
  readonly httpsRedirect: boolean;
  readonly path?:
    | { readonly kind: 'path'; readonly value: string }
    | { readonly kind: 'prefixRewrite'; readonly value: string }
    | { readonly kind: 'regexRewrite'; readonly rewrite: RegexRewrite };
  readonly responseCode: 301 | 302 | 303 | 307 | 308;
  readonly stripQuery: boolean;
}

export interface DirectResponseAction {
  readonly status: number;
  readonly body?: string;
}

export type HeaderAppendAction =
  | 'APPEND_IF_EXISTS_OR_ADD'
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_IF_EXISTS_OR_ADD'
  | 'OVERWRITE_IF_EXISTS';

export interface HeaderValueOption {
  readonly key: string;
  readonly value: string;
  readonly appendAction: HeaderAppendAction;
  readonly keepEmptyValue: boolean;
}

/** Mutations of one level (route, virtual host, route configuration, weighted cluster). Removal comes first. */
export interface HeaderMutations {
  readonly requestToAdd: readonly HeaderValueOption[];
  readonly requestToRemove: readonly string[];
  readonly responseToAdd: readonly HeaderValueOption[];
  readonly responseToRemove: readonly string[];
}

export const NO_HEADER_MUTATIONS: HeaderMutations = {
  requestToAdd: [],
  requestToRemove: [],
  responseToAdd: [],
  responseToRemove: [],
};
