import type {
  DirectResponseAction,
  HedgePolicy,
  MirrorPolicy,
  RedirectAction,
  Route,
  RouteAction,
  RouteConfiguration,
  VirtualHost,
  WeightedCluster,
} from '../../../xds';
import type { CompiledRegex } from './compiled-regex';
import type { CompiledHashPolicy } from './hash-policy';
import type { CompiledHeaderMutations } from './header-parser';
import type { RequestView } from './http-message';
import type {
  CompiledFilterStateMatcher,
  CompiledHeaderMatcher,
  CompiledMetadataMatcher,
  CompiledQueryParameterMatcher,
} from './matchers';
import type { CompiledPathMatcher } from './path-matcher';
import type { CompiledRetryPolicy } from './retry-policy';
import type { CompiledFormat } from './substitution-format';

/** The routes to try for a request, in order; undefined: none. */
export type RouteSelector = (request: RequestView) => readonly CompiledRoute[] | undefined;

/** Header additions and removals of one level, both directions. */
export interface CompiledMutationLevel {
  readonly request: CompiledHeaderMutations;
  readonly response: CompiledHeaderMutations;
}

export type CompiledPathRewrite =
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'regex'; readonly regex: CompiledRegex; readonly substitution: string }
  /** Gives the whole path without query. */
  | { readonly kind: 'formatter'; readonly format: CompiledFormat };

export type CompiledHostRewrite =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'header'; readonly header: string }
  | { readonly kind: 'pathRegex'; readonly regex: CompiledRegex; readonly substitution: string }
  | { readonly kind: 'formatter'; readonly format: CompiledFormat }
  | { readonly kind: 'auto' };

export interface CompiledWeightedCluster {
  readonly source: WeightedCluster;
  readonly mutations: CompiledMutationLevel;
  /** Sum of the weights up to and including this cluster. */
  readonly cumulativeWeight: number;
  /** The route's criteria with the cluster's own on top; undefined when neither has any. */
  readonly metadataMatch: Readonly<Record<string, string>> | undefined;
}

export interface CompiledRouteAction {
  readonly source: RouteAction;
  /** Empty unless the cluster is drawn by weight. */
  readonly weightedClusters: readonly CompiledWeightedCluster[];
  readonly totalWeight: number;
  readonly pathRewrite: CompiledPathRewrite | undefined;
  readonly hostRewrite: CompiledHostRewrite | undefined;
  readonly hashPolicies: readonly CompiledHashPolicy[];
  /** The route's retry policy, else the virtual host's. */
  readonly retryPolicy: CompiledRetryPolicy | undefined;
  readonly hedgePolicy: HedgePolicy | undefined;
  /** The first non-empty list of route, virtual host, route configuration. */
  readonly mirrorPolicies: readonly MirrorPolicy[];
}

export interface CompiledRedirect {
  readonly source: RedirectAction;
  readonly pathRewrite: CompiledPathRewrite | undefined;
}

export type CompiledActionKind =
  | { readonly kind: 'route'; readonly route: CompiledRouteAction }
  | { readonly kind: 'redirect'; readonly redirect: CompiledRedirect }
  | { readonly kind: 'directResponse'; readonly directResponse: DirectResponseAction }
  | { readonly kind: 'nonForwarding' };

export interface CompiledRoute {
  readonly source: Route;
  /** Position in the virtual host. */
  readonly index: number;
  readonly path: CompiledPathMatcher;
  readonly headers: readonly CompiledHeaderMatcher[];
  readonly queryParameters: readonly CompiledQueryParameterMatcher[];
  readonly metadata: readonly CompiledMetadataMatcher[];
  readonly filterState: readonly CompiledFilterStateMatcher[];
  readonly action: CompiledActionKind;
  readonly mutations: CompiledMutationLevel;
}

export interface CompiledVirtualCluster {
  readonly name: string;
  readonly headers: readonly CompiledHeaderMatcher[];
}

export interface CompiledVirtualHost {
  readonly source: VirtualHost;
  /** Position in the route configuration. */
  readonly index: number;
  /** In the order of the list; with a matcher tree all routes of the tree. */
  readonly routes: readonly CompiledRoute[];
  /** Only with a matcher tree: the routes to try for a request. */
  readonly selectRoutes: RouteSelector | undefined;
  readonly virtualClusters: readonly CompiledVirtualCluster[];
  readonly mutations: CompiledMutationLevel;
  /** Which route matches may depend on the stream's random number (runtime fractions). */
  readonly usesRandom: boolean;
  /** Which route matches may depend on the downstream connection: its TLS state or filter state. */
  readonly usesConnection: boolean;
  /** Which route matches may depend on dynamic metadata. */
  readonly usesMetadata: boolean;
}

export interface CompiledRouteConfiguration {
  readonly source: RouteConfiguration;
  readonly virtualHosts: readonly CompiledVirtualHost[];
  readonly mutations: CompiledMutationLevel;
  readonly domains: DomainTable;
  /** Any of the virtual hosts: {@link CompiledVirtualHost.usesRandom}. */
  readonly usesRandom: boolean;
  readonly usesConnection: boolean;
  readonly usesMetadata: boolean;
}

/** Domains to virtual hosts; wildcard tables are sorted by length, longest first. */
export interface DomainTable {
  readonly exact: ReadonlyMap<string, CompiledVirtualHost>;
  readonly suffixes: readonly WildcardLength[];
  readonly prefixes: readonly WildcardLength[];
  readonly any: CompiledVirtualHost | undefined;
}

export interface WildcardLength {
  readonly length: number;
  readonly hosts: ReadonlyMap<string, CompiledVirtualHost>;
}
