import type { Ns } from '../base';
import type { HeaderValueOption } from './headers';
import type { JsonObject, JsonValue, WithExtra } from './json-value';
import type {
  CidrRange,
  FractionalPercent,
  HeaderMatcher,
  MetadataMatcher,
  MetadataValueMatcher,
  PathMatcher,
  QueryParameterMatcher,
  StringMatcher,
} from './matchers';
import type { ConfigOrigin } from './origin';

/** What every HTTP filter of a chain has. */
interface HttpFilterCommon extends WithExtra {
  /** The name in the chain; overrides of routes refer to it. */
  readonly name: string;
  /** Off unless a route switches it on. */
  readonly disabled?: boolean;
  /** What else the entry of the chain says; `extra` belongs to the filter's configuration. */
  readonly entryExtra?: JsonObject;
  readonly origin?: ConfigOrigin;
}

/** The HTTP filters that the engine executes, in the order of the chain; the router is last and terminal. */
export type HttpFilter = HttpFilterCommon &
  (
    | { readonly kind: 'fault'; readonly fault: FaultConfig }
    | { readonly kind: 'cors' }
    | { readonly kind: 'rbac'; readonly rbac: RbacConfig }
    | { readonly kind: 'jwtAuthn'; readonly jwtAuthn: JwtAuthnConfig }
    | { readonly kind: 'extAuthz'; readonly extAuthz: ExtAuthzConfig }
    | { readonly kind: 'localRateLimit'; readonly localRateLimit: LocalRateLimitConfig }
    | { readonly kind: 'rateLimit'; readonly rateLimit: RateLimitConfig }
    | { readonly kind: 'buffer'; readonly maxRequestBytes: number }
    | { readonly kind: 'router'; readonly suppressEnvoyHeaders: boolean }
    /**
     * Kept for export and display; executes as a no-op (metadata exchange, statistics, ALPN override, grpc_stats ...).
     * `config` is the typed configuration without its `@type`; an empty `typeUrl` means that there is none.
     */
    | { readonly kind: 'opaque'; readonly typeUrl: string; readonly config: JsonValue }
  );

/** typed_per_filter_config of a route, virtual host or weighted cluster; `name` is the filter's name in the chain. */
export type HttpFilterOverride =
  | { readonly kind: 'disabled'; readonly name: string }
  | { readonly kind: 'fault'; readonly name: string; readonly fault: FaultConfig }
  | { readonly kind: 'cors'; readonly name: string; readonly corsPolicy: CorsPolicy }
  | { readonly kind: 'rbac'; readonly name: string; readonly rbac: RbacConfig }
  | { readonly kind: 'localRateLimit'; readonly name: string; readonly localRateLimit: LocalRateLimitConfig }
  | { readonly kind: 'jwtAuthn'; readonly name: string; readonly requirementName?: string; readonly disabled: boolean }
  | { readonly kind: 'opaque'; readonly name: string; readonly typeUrl: string; readonly config: JsonValue };

/** envoyproxy/envoy api/envoy/extensions/filters/http/fault/v3/fault.proto. A percentage that is not set never fires. */
export interface FaultConfig extends WithExtra {
  readonly delay?:
    | {
        readonly kind: 'fixed';
        readonly fixedDelayNs: Ns;
        readonly percentage: FractionalPercent;
        readonly origin?: ConfigOrigin;
      }
    | { readonly kind: 'header'; readonly percentage: FractionalPercent; readonly origin?: ConfigOrigin };
  readonly abort?:
    | {
        readonly kind: 'httpStatus';
        readonly httpStatus: number;
        readonly percentage: FractionalPercent;
        readonly origin?: ConfigOrigin;
      }
    | {
        readonly kind: 'grpcStatus';
        readonly grpcStatus: number;
        readonly percentage: FractionalPercent;
        readonly origin?: ConfigOrigin;
      }
    | { readonly kind: 'header'; readonly percentage: FractionalPercent; readonly origin?: ConfigOrigin };
  readonly headers: readonly HeaderMatcher[];
  readonly upstreamCluster?: string;
  readonly maxActiveFaults?: number;
}

/** envoyproxy/envoy api/envoy/extensions/filters/http/cors/v3/cors.proto */
export interface CorsPolicy extends WithExtra {
  readonly allowOriginStringMatch: readonly StringMatcher[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAge: string;
  readonly allowCredentials?: boolean;
  readonly filterEnabled?: FractionalPercent;
  /** Absent = true, Envoy's default. */
  readonly forwardNotMatchingPreflights?: boolean;
}

/** envoyproxy/envoy api/envoy/config/rbac/v3/rbac.proto; policies are evaluated in the order of their names. */
export interface RbacConfig extends WithExtra {
  /** Absent: the filter allows everything (shadow rules may still count). */
  readonly rules?: RbacRules;
  readonly shadowRules?: RbacRules;
  readonly shadowRulesStatPrefix?: string;
  readonly rulesStatPrefix?: string;
}

export interface RbacRules extends WithExtra {
  readonly action: 'ALLOW' | 'DENY' | 'LOG';
  readonly policies: readonly RbacPolicy[];
}

export interface RbacPolicy extends WithExtra {
  readonly name: string;
  readonly permissions: readonly RbacPermission[];
  readonly principals: readonly RbacPrincipal[];
  readonly origin?: ConfigOrigin;
}

export type RbacPermission =
  | { readonly kind: 'any' }
  | { readonly kind: 'and'; readonly rules: readonly RbacPermission[] }
  | { readonly kind: 'or'; readonly rules: readonly RbacPermission[] }
  | { readonly kind: 'not'; readonly rule: RbacPermission }
  | { readonly kind: 'header'; readonly header: HeaderMatcher }
  | { readonly kind: 'urlPath'; readonly path: StringMatcher }
  | { readonly kind: 'uriTemplate'; readonly template: string }
  | { readonly kind: 'destinationPort'; readonly port: number }
  | { readonly kind: 'destinationPortRange'; readonly start: number; readonly end: number }
  | { readonly kind: 'destinationIp'; readonly cidr: CidrRange }
  | { readonly kind: 'requestedServerName'; readonly name: StringMatcher }
  | { readonly kind: 'metadata'; readonly metadata: MetadataMatcher }
  /** A permission that is not simulated: it never matches. */
  | { readonly kind: 'opaque'; readonly config: JsonObject };

export type RbacPrincipal =
  | { readonly kind: 'any' }
  | { readonly kind: 'and'; readonly ids: readonly RbacPrincipal[] }
  | { readonly kind: 'or'; readonly ids: readonly RbacPrincipal[] }
  | { readonly kind: 'not'; readonly id: RbacPrincipal }
  /** `principalName` absent: any peer that presented a certificate. */
  | { readonly kind: 'authenticated'; readonly principalName?: StringMatcher }
  /** Filter state value, e.g. `io.istio.peer_principal`. */
  | { readonly kind: 'filterState'; readonly key: string; readonly match: StringMatcher }
  | { readonly kind: 'directRemoteIp'; readonly cidr: CidrRange }
  | { readonly kind: 'remoteIp'; readonly cidr: CidrRange }
  | { readonly kind: 'sourceIp'; readonly cidr: CidrRange }
  | { readonly kind: 'header'; readonly header: HeaderMatcher }
  | { readonly kind: 'urlPath'; readonly path: StringMatcher }
  | { readonly kind: 'metadata'; readonly metadata: MetadataMatcher }
  /** A principal that is not simulated: it never matches. */
  | { readonly kind: 'opaque'; readonly config: JsonObject };

/** envoyproxy/envoy api/envoy/extensions/filters/http/jwt_authn/v3/config.proto */
export interface JwtAuthnConfig extends WithExtra {
  readonly providers: readonly JwtProvider[];
  readonly rules: readonly JwtRule[];
  readonly bypassCorsPreflight: boolean;
  /** Requirements by the name that rules and routes refer to. */
  readonly requirementMap?: readonly { readonly name: string; readonly requirement: JwtRequirement }[];
}

export interface JwtProvider extends WithExtra {
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly jwks:
    | { readonly kind: 'inline'; readonly json: string }
    | { readonly kind: 'remote'; readonly uri: string; readonly cluster?: string; readonly timeoutNs?: Ns }
    /** A file of the proxy, whose content is not known here. */
    | { readonly kind: 'file'; readonly path: string };
  readonly fromHeaders: readonly { readonly name: string; readonly valuePrefix: string }[];
  readonly fromParams: readonly string[];
  readonly fromCookies: readonly string[];
  readonly forward: boolean;
  readonly forwardPayloadHeader?: string;
  readonly payloadInMetadata?: string;
  /** Claims whose space-delimited text becomes a list in the payload's metadata; Istio names `scope` and `permission`. */
  readonly spaceDelimitedClaims?: readonly string[];
  readonly claimToHeaders: readonly { readonly headerName: string; readonly claimName: string }[];
  readonly origin?: ConfigOrigin;
}

export type JwtRequirement =
  /** `audiences` replace those of the provider. */
  | { readonly kind: 'provider'; readonly providerName: string; readonly audiences?: readonly string[] }
  | { readonly kind: 'any'; readonly requirements: readonly JwtRequirement[] }
  | { readonly kind: 'all'; readonly requirements: readonly JwtRequirement[] }
  | { readonly kind: 'allowMissing' }
  | { readonly kind: 'allowMissingOrFailed' };

export interface JwtRule extends WithExtra {
  readonly path: PathMatcher;
  readonly headers: readonly HeaderMatcher[];
  readonly queryParameters?: readonly QueryParameterMatcher[];
  readonly requires?: JwtRequirement;
  /** Instead of `requires`: an entry of the requirement map. */
  readonly requirementName?: string;
}

export interface ExtAuthzConfig extends WithExtra {
  readonly service: {
    readonly kind: 'grpc' | 'http';
    readonly cluster: string;
    readonly timeoutNs: Ns;
    readonly pathPrefix?: string;
    /** The URI of an HTTP service, the authority of a gRPC service; for display and export. */
    readonly uri?: string;
    readonly authority?: string;
  };
  readonly failureModeAllow: boolean;
  readonly statusOnError: number;
  readonly clearRouteCache: boolean;
  /** Istio gates the call on the verdict of a shadow RBAC filter in front. */
  readonly filterEnabledMetadata?: {
    readonly filter: string;
    readonly path: readonly string[];
    readonly match: MetadataValueMatcher;
    readonly invert?: boolean;
  };
}

/** envoyproxy/envoy api/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto: a continuous token bucket. */
export interface LocalRateLimitConfig extends WithExtra {
  readonly statPrefix: string;
  readonly tokenBucket?: TokenBucket;
  readonly filterEnabled: FractionalPercent;
  readonly filterEnforced: FractionalPercent;
  readonly status: number;
  readonly responseHeadersToAdd: readonly HeaderValueOption[];
}

export interface TokenBucket {
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  readonly fillIntervalNs: Ns;
}

/** envoyproxy/envoy api/envoy/extensions/filters/http/ratelimit/v3/rate_limit.proto */
export interface RateLimitConfig extends WithExtra {
  readonly domain: string;
  readonly cluster: string;
  readonly timeoutNs: Ns;
  readonly failureModeDeny: boolean;
  /** Instead of 429; what is below 400 counts as absent. */
  readonly rateLimitedStatus?: number;
  /** Instead of 500, when the service fails and failures are denied. */
  readonly statusOnError?: number;
}
