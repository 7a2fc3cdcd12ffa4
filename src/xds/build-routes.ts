import { type HeaderMutations, type HeaderValueOption, NO_HEADER_MUTATIONS } from './headers';
import type {
  FractionalPercent,
  HeaderMatcher,
  HeaderMatchSpecifier,
  PathMatcher,
  QueryParameterMatcher,
  StringMatcher,
} from './matchers';
import type {
  DirectResponseAction,
  HostRewrite,
  MirrorPolicy,
  RedirectAction,
  RetryPolicy,
  Route,
  RouteAction,
  RouteActionKind,
  RouteConfiguration,
  RouteMatch,
  RuntimeFraction,
  VirtualHost,
  WeightedCluster,
} from './routes';

/**
 * Small constructors: the caller names what it means, the rest gets Envoy's default.
 * The defaults are those of the comments in api/envoy/config/route/v3 of envoyproxy/envoy.
 */

/** What a constructor takes: any fields of `T`, with those of `Required` mandatory. */
export type Init<T, Required extends keyof T = never> = Partial<T> & Pick<T, Required>;

/** A `StringMatcher` of the given kind; matching is case sensitive unless `ignoreCase` is set. */
export function stringMatcher(
  kind: 'exact' | 'prefix' | 'suffix' | 'contains',
  value: string,
  ignoreCase = false,
): StringMatcher {
  return { kind, value, ignoreCase };
}

/** A full match against an RE2 expression. */
export function regexMatcher(regex: string): StringMatcher {
  return { kind: 'safeRegex', regex };
}

/** A header matcher; a plain string means an exact match. */
export function headerMatcher(
  name: string,
  match: HeaderMatchSpecifier | StringMatcher | string,
  init: Partial<Omit<HeaderMatcher, 'name' | 'match'>> = {},
): HeaderMatcher {
  return {
    name: name.toLowerCase(),
    ...(name === name.toLowerCase() ? {} : { sourceName: name }),
    match: toHeaderMatchSpecifier(match),
    invertMatch: false,
    treatMissingHeaderAsEmpty: false,
    ...init,
  };
}

function toHeaderMatchSpecifier(match: HeaderMatchSpecifier | StringMatcher | string): HeaderMatchSpecifier {
  if (typeof match === 'string') return { kind: 'string', match: stringMatcher('exact', match) };
  switch (match.kind) {
    case 'string':
    case 'range':
    case 'present':
      return match;
    default:
      return { kind: 'string', match };
  }
}

/** A query parameter matcher; a plain string means an exact match. */
export function queryParameterMatcher(
  name: string,
  match: QueryParameterMatcher['match'] | string,
): QueryParameterMatcher {
  return {
    name,
    match: typeof match === 'string' ? { kind: 'string', match: stringMatcher('exact', match) } : match,
  };
}

/** `numerator` in `denominator` (100 unless given). */
export function fractionalPercent(
  numerator: number,
  denominator: FractionalPercent['denominator'] = 100,
): FractionalPercent {
  return { numerator, denominator };
}

export function runtimeFraction(defaultValue: FractionalPercent, runtimeKey = ''): RuntimeFraction {
  return { defaultValue, runtimeKey };
}

export function prefixPath(value: string, caseSensitive = true): PathMatcher {
  return { kind: 'prefix', value, caseSensitive };
}

export function exactPath(value: string, caseSensitive = true): PathMatcher {
  return { kind: 'path', value, caseSensitive };
}

/** Matches every path unless given otherwise. */
export function routeMatch(init: Init<RouteMatch> = {}): RouteMatch {
  return { path: prefixPath('/'), headers: [], queryParameters: [], grpc: false, dynamicMetadata: [], ...init };
}

/** Envoy's default of `RouteAction.timeout`, 15 s in nanoseconds. */
export const DEFAULT_ROUTE_TIMEOUT_NS = 15_000_000_000;

/** A forwarding action; a plain string names one cluster. */
export function routeAction(
  cluster: RouteAction['cluster'] | string,
  init: Init<Omit<RouteAction, 'cluster'>> = {},
): RouteAction {
  return {
    cluster: typeof cluster === 'string' ? { kind: 'cluster', cluster } : cluster,
    clusterNotFoundResponseCode: 503,
    timeoutNs: DEFAULT_ROUTE_TIMEOUT_NS,
    appendXForwardedHost: false,
    requestMirrorPolicies: [],
    hashPolicy: [],
    priority: 'DEFAULT',
    upgradeTypes: [],
    ...init,
  };
}

/** `routeAction` wrapped as the action of a route. */
export function forwardTo(
  cluster: RouteAction['cluster'] | string,
  init: Init<Omit<RouteAction, 'cluster'>> = {},
): RouteActionKind {
  return { kind: 'route', route: routeAction(cluster, init) };
}

/** Splits by `[cluster name, weight]`. */
export function weightedClusters(
  ...split: readonly (readonly [name: string, weight: number])[]
): RouteAction['cluster'] {
  return {
    kind: 'weightedClusters',
    clusters: split.map(([name, weight]) => weightedCluster({ name, weight })),
    useHashPolicy: false,
  };
}

export function weightedCluster(init: Init<WeightedCluster, 'name' | 'weight'>): WeightedCluster {
  return { headers: NO_HEADER_MUTATIONS, filterOverrides: [], ...init };
}

export function redirectTo(init: Init<RedirectAction> = {}): RouteActionKind {
  return { kind: 'redirect', redirect: { httpsRedirect: false, responseCode: 301, stripQuery: false, ...init } };
}

export function directResponse(status: number, body?: string): RouteActionKind {
  const response: DirectResponseAction = body === undefined ? { status } : { status, body };
  return { kind: 'directResponse', directResponse: response };
}

export function route(init: Init<Route, 'action'>): Route {
  return { name: '', match: routeMatch(), headers: NO_HEADER_MUTATIONS, filterOverrides: [], ...init };
}

/** Answers for every domain unless given otherwise. */
export function virtualHost(init: Init<VirtualHost, 'name'>): VirtualHost {
  return {
    domains: ['*'],
    routes: [],
    requireTls: 'NONE',
    headers: NO_HEADER_MUTATIONS,
    virtualClusters: [],
    requestMirrorPolicies: [],
    includeRequestAttemptCount: false,
    includeAttemptCountInResponse: false,
    filterOverrides: [],
    ...init,
  };
}

export function routeConfiguration(init: Init<RouteConfiguration, 'name'>): RouteConfiguration {
  return {
    virtualHosts: [],
    validateClusters: false,
    ignorePortInHostMatching: false,
    mostSpecificHeaderMutationsWins: false,
    headers: NO_HEADER_MUTATIONS,
    requestMirrorPolicies: [],
    ...init,
  };
}

/** One retry without host predicates, as an empty `retry_policy` gives. */
export function retryPolicy(init: Init<RetryPolicy, 'retryOn'>): RetryPolicy {
  return {
    numRetries: 1,
    perTryTimeoutNs: 0,
    perTryIdleTimeoutNs: 0,
    retriableStatusCodes: [],
    retriableHeaders: [],
    retriableRequestHeaders: [],
    retryHostPredicates: [],
    hostSelectionRetryMaxAttempts: 1,
    ...init,
  };
}

/** Mirrors every request unless `runtimeFraction` says less. */
export function mirrorPolicy(init: Init<MirrorPolicy, 'cluster'>): MirrorPolicy {
  return { disableShadowHostSuffixAppend: false, ...init };
}

export function headerMutations(init: Init<HeaderMutations>): HeaderMutations {
  return { ...NO_HEADER_MUTATIONS, ...init };
}

/** Appends unless `appendAction` says otherwise. */
export function headerValueOption(
  key: string,
  value: string,
  init: Partial<Omit<HeaderValueOption, 'key' | 'value'>> = {},
): HeaderValueOption {
  return { key, value, appendAction: 'APPEND_IF_EXISTS_OR_ADD', keepEmptyValue: false, ...init };
}

export function hostRewriteLiteral(value: string): HostRewrite {
  return { kind: 'literal', value };
}
