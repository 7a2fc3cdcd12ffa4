import type { Ns } from '../base';
import type { HeaderMutations } from './headers';
import type { CorsPolicy, HttpFilterOverride } from './http-filters';
import type { JsonObject, JsonValue, WithExtra } from './json-value';
import type {
  FilterStateMatcher,
  FractionalPercent,
  HeaderMatcher,
  MetadataMatcher,
  PathMatcher,
  QueryParameterMatcher,
  StringMatcher,
} from './matchers';
import type { ConfigOrigin } from './origin';
import type { RateLimitPolicy } from './rate-limits';

/** envoyproxy/envoy api/envoy/config/route/v3/route.proto */
export interface RouteConfiguration extends WithExtra {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
  /** true: an unknown cluster refuses the configuration; Istio sends false. */
  readonly validateClusters: boolean;
  readonly ignorePortInHostMatching: boolean;
  readonly maxDirectResponseBodySizeBytes?: number;
  readonly mostSpecificHeaderMutationsWins: boolean;
  readonly headers: HeaderMutations;
  readonly requestMirrorPolicies: readonly MirrorPolicy[];
  /** Removed from requests that come from outside. */
  readonly internalOnlyHeaders?: readonly string[];
  readonly clusterSpecifierPlugins?: readonly ClusterSpecifierPlugin[];
  readonly filterOverrides?: readonly HttpFilterOverride[];
  readonly origin?: ConfigOrigin;
}

/** Named and referred to by routes, or given in place; never simulated, since its logic is code. */
export interface ClusterSpecifierPlugin {
  readonly name: string;
  readonly isOptional: boolean;
  /** The typed configuration with its `@type`. */
  readonly config: JsonValue;
}

export interface VirtualHost extends WithExtra {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  /** Instead of `routes`; Envoy refuses both together. */
  readonly matcher?: RouteMatcher;
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
  readonly rateLimits?: readonly RateLimitPolicy[];
  /** filter_metadata by filter name. */
  readonly metadata?: JsonObject;
  readonly origin?: ConfigOrigin;
}

/** A tree that finds the routes of a request by its headers. xds.type.matcher.v3 Matcher, source/common/router/config_impl.cc RouteListMatchAction */
export type RouteMatcher =
  | {
      readonly kind: 'list';
      /** The first whose predicate holds decides. */
      readonly matchers: readonly { readonly predicate: RouteMatchPredicate; readonly onMatch: RouteOnMatch }[];
      readonly onNoMatch?: RouteOnMatch;
    }
  | {
      readonly kind: 'exactMap' | 'prefixMap';
      readonly input: RouteMatchInput;
      /** In a prefix map the longest key that fits decides. */
      readonly entries: readonly { readonly key: string; readonly onMatch: RouteOnMatch }[];
      readonly onNoMatch?: RouteOnMatch;
    }
  /** Another kind of tree, which nothing simulates: it never matches. */
  | { readonly kind: 'opaque'; readonly config: JsonObject };

export type RouteMatchInput =
  | { readonly kind: 'requestHeader'; readonly headerName: string }
  /** An input that routes cannot have; Envoy refuses the configuration. */
  | { readonly kind: 'other'; readonly name: string; readonly typeUrl: string; readonly config: JsonObject };

export type RouteMatchPredicate =
  | { readonly kind: 'single'; readonly input: RouteMatchInput; readonly match: StringMatcher }
  | { readonly kind: 'and'; readonly predicates: readonly RouteMatchPredicate[] }
  | { readonly kind: 'or'; readonly predicates: readonly RouteMatchPredicate[] }
  | { readonly kind: 'not'; readonly predicate: RouteMatchPredicate }
  /** Never holds. */
  | { readonly kind: 'opaque'; readonly config: JsonObject };

/** What a branch leads to. The routes that it yields are then tried in their order. */
export type RouteOnMatch =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'routeList'; readonly routes: readonly Route[] }
  | { readonly kind: 'matcher'; readonly matcher: RouteMatcher }
  | { readonly kind: 'opaque'; readonly config: JsonObject };

export interface VirtualCluster {
  readonly name: string;
  readonly headers: readonly HeaderMatcher[];
}

export interface Route extends WithExtra {
  /** Empty when the source gives none. */
  readonly name: string;
  readonly match: RouteMatch;
  readonly action: RouteActionKind;
  readonly headers: HeaderMutations;
  readonly filterOverrides: readonly HttpFilterOverride[];
  /** Text that names the server span; Istio writes `<host>:<port>/*`. */
  readonly decoratorOperation?: string;
  readonly statPrefix?: string;
  /** filter_metadata by filter name; Istio puts the path of the VirtualService there. */
  readonly metadata?: JsonObject;
  readonly origin?: ConfigOrigin;
}

export interface RuntimeFraction {
  readonly defaultValue: FractionalPercent;
  readonly runtimeKey: string;
}

/** All given parts must hold. envoyproxy/envoy api/envoy/config/route/v3/route_components.proto RouteMatch */
export interface RouteMatch extends WithExtra {
  readonly path: PathMatcher;
  readonly headers: readonly HeaderMatcher[];
  readonly queryParameters: readonly QueryParameterMatcher[];
  readonly runtimeFraction?: RuntimeFraction;
  readonly grpc: boolean;
  readonly tlsContext?: { readonly presented?: boolean; readonly validated?: boolean };
  readonly dynamicMetadata: readonly MetadataMatcher[];
  readonly filterState?: readonly FilterStateMatcher[];
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
    }
  /** Refers to an entry of `RouteConfiguration.clusterSpecifierPlugins`, or brings its own. */
  | { readonly kind: 'plugin'; readonly name: string; readonly inline?: ClusterSpecifierPlugin };

export interface WeightedCluster extends WithExtra {
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
  /** A text with substitution operators. */
  | { readonly kind: 'formatter'; readonly format: string }
  | { readonly kind: 'auto' };

export interface RegexRewrite {
  readonly regex: string;
  readonly substitution: string;
}

export type PathRewrite =
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'regex'; readonly rewrite: RegexRewrite }
  | { readonly kind: 'uriTemplate'; readonly template: string }
  /** A text with substitution operators. */
  | { readonly kind: 'formatter'; readonly format: string };

export interface RouteAction extends WithExtra {
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
  readonly rateLimits?: readonly RateLimitPolicy[];
  /** Upgrades allowed without further settings. */
  readonly upgradeTypes: readonly string[];
  /** Upgrades that are switched off here or carry settings of their own (CONNECT). */
  readonly otherUpgrades?: readonly UpgradeConfig[];
  readonly internalRedirectPolicy?: InternalRedirectPolicy;
  readonly origin?: ConfigOrigin;
}

export interface UpgradeConfig extends WithExtra {
  readonly upgradeType: string;
  readonly enabled: boolean;
}

export interface InternalRedirectPolicy extends WithExtra {
  readonly maxInternalRedirects: number;
  readonly redirectResponseCodes: readonly number[];
  readonly allowCrossSchemeRedirect: boolean;
  readonly responseHeadersToCopy?: readonly string[];
}

export interface HedgePolicy extends WithExtra {
  readonly hedgeOnPerTryTimeout: boolean;
}

/** envoyproxy/envoy source/common/router/retry_policy_impl.cc */
export interface RetryPolicy extends WithExtra {
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
  | { readonly kind: 'omitHostMetadata'; readonly metadata: Readonly<Record<string, string>> }
  | { readonly kind: 'opaque'; readonly name: string; readonly typeUrl: string; readonly config: JsonObject };

export interface MirrorPolicy extends WithExtra {
  /** Empty when `clusterHeader` names the header that carries it. */
  readonly cluster: string;
  readonly clusterHeader?: string;
  readonly runtimeFraction?: RuntimeFraction;
  readonly traceSampled?: boolean;
  readonly disableShadowHostSuffixAppend: boolean;
  readonly origin?: ConfigOrigin;
}

export type HashPolicyKind =
  | { readonly kind: 'header'; readonly headerName: string; readonly regexRewrite?: RegexRewrite }
  | {
      readonly kind: 'cookie';
      readonly name: string;
      readonly path?: string;
      /** Absent: the cookie is never generated; 0: a session cookie. */
      readonly ttlNs?: Ns;
      readonly attributes?: readonly { readonly name: string; readonly value: string }[];
    }
  | { readonly kind: 'sourceIp' }
  | { readonly kind: 'queryParameter'; readonly name: string }
  | { readonly kind: 'filterState'; readonly key: string };

export interface HashPolicy {
  readonly policy: HashPolicyKind;
  readonly terminal: boolean;
}

export interface RedirectAction extends WithExtra {
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

export interface DirectResponseAction extends WithExtra {
  readonly status: number;
  readonly body?: string;
  /** How the source carries the body; absent = as text. */
  readonly bodyForm?: 'inlineBytes';
}
