// Random routes and virtual hosts. Where chance would decide, settings are chosen that leave one outcome.
import {
  type CorsPolicy,
  corsPolicy,
  directResponse,
  exactPath,
  forwardTo,
  type HashPolicy,
  type HttpFilterOverride,
  headerMatcher,
  hostRewriteLiteral,
  mirrorPolicy,
  type PathMatcher,
  type PathRewrite,
  prefixPath,
  type RegexRewrite,
  type RetryPolicy,
  type Route,
  type RouteAction,
  type RouteActionKind,
  redirectTo,
  retryPolicy,
  route,
  routeMatch,
  stringMatcher,
  type VirtualHost,
  virtualHost,
  weightedCluster,
} from '../../../src/xds';
import { MS } from '../configure';
import { CLUSTER_HEADER, UNKNOWN_CLUSTER } from './case';
import { type Choices, headerMatcherOf, mutationsOf, PATHS, queryMatcherOf } from './choices';
import { CORS_FILTER, overrideOf } from './filters';

export const WEIGHT_HEADER = 'x-share';

/** Every request carries it, with a value of its own. */
const LAST_HASH: HashPolicy = { policy: { kind: 'header', headerName: 'x-judge-id' }, terminal: false };

const CONDITIONS = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'refused-stream',
  'retriable-4xx',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
] as const;

function pathMatcherOf(choices: Choices): PathMatcher {
  const value = choices.one(PATHS);
  const caseSensitive = choices.chance(80);
  switch (choices.below(6)) {
    case 0:
      return exactPath(value, caseSensitive);
    case 1:
      return {
        kind: 'pathSeparatedPrefix',
        value: choices.one(['/shop', '/api', '/api/v2', '/a/b', '/shop/cart']),
        caseSensitive,
      };
    case 2:
      return {
        kind: 'safeRegex',
        regex: choices.one(['/shop/.*', '/(api|shop)(/v[12])?/.*', '/.*[0-9]', '/[a-z]+', '/.*']),
      };
    default:
      return prefixPath(choices.one(['/', '/', '/shop', '/api', '/api/v', '/s', '/a/']), caseSensitive);
  }
}

export function regexRewriteOf(choices: Choices): RegexRewrite {
  return choices.one([
    { regex: '^/api/(v[0-9]+)(.*)$', substitution: '\\2/\\1' },
    { regex: 'shop', substitution: 'store' },
    { regex: '/([a-z]+)', substitution: '/<\\1>' },
    { regex: '^/.*$', substitution: '/all\\0' },
  ]);
}

function pathRewriteOf(choices: Choices): PathRewrite {
  return choices.chance(60)
    ? { kind: 'prefix', value: choices.one(['/', '/new', '/new/']) }
    : { kind: 'regex', rewrite: regexRewriteOf(choices) };
}

function retryPolicyOf(choices: Choices, bounded: boolean): RetryPolicy {
  const conditions = choices.list(1 + choices.below(3), () => choices.one(CONDITIONS));
  return retryPolicy({
    retryOn: [...new Set(conditions)].join(','),
    numRetries: choices.below(4),
    perTryTimeoutNs: bounded && choices.chance(40) ? 70 * MS : 0,
    retriableStatusCodes: choices.chance(60) ? choices.shuffled([404, 418, 500, 503, 200]).slice(0, 2) : [],
    retriableHeaders: choices.chance(50) ? [headerMatcher('x-again', 'yes', { invertMatch: choices.chance(20) })] : [],
    retriableRequestHeaders: choices.chance(20) ? [headerMatcherOf(choices)] : [],
    backOff: { baseIntervalNs: MS, maxIntervalNs: 5 * MS },
    retryHostPredicates: choices.chance(35) ? [{ kind: 'previousHosts' }] : [],
    hostSelectionRetryMaxAttempts: choices.one([1, 3, 5]),
  });
}

function hashPoliciesOf(choices: Choices): readonly HashPolicy[] {
  const policies = choices.list(choices.below(3), (): HashPolicy => {
    const terminal = choices.chance(40);
    switch (choices.below(3)) {
      case 0:
        return { policy: { kind: 'queryParameter', name: choices.one(['version', 'debug']) }, terminal };
      case 1:
        return { policy: { kind: 'header', headerName: choices.one([':path', ':authority']) }, terminal };
      default:
        return { policy: { kind: 'header', headerName: choices.one(['x-user', 'x-version']) }, terminal };
    }
  });
  return [...policies, LAST_HASH];
}

function clusterSpecifierOf(choices: Choices, clusters: readonly string[], mutated: string): RouteAction['cluster'] {
  const draw = choices.below(100);
  if (draw < 5) return { kind: 'cluster', cluster: UNKNOWN_CLUSTER };
  if (draw < 15) return { kind: 'clusterHeader', header: CLUSTER_HEADER };
  if (draw < 45) {
    const byHash = choices.chance(40);
    return {
      kind: 'weightedClusters',
      clusters: choices
        .shuffled(clusters)
        .slice(0, 2 + choices.below(2))
        .map((name) =>
          weightedCluster({
            name,
            weight: 1 + choices.below(50),
            headers: mutationsOf(choices, `${mutated}-${name}`),
            ...choices.maybe(15, () => ({ hostRewriteLiteral: 'weighted.example' })),
          }),
        ),
      useHashPolicy: byHash,
      ...(byHash ? {} : { headerName: WEIGHT_HEADER }),
    };
  }
  return { kind: 'cluster', cluster: choices.one(clusters) };
}

function forwardOf(choices: Choices, clusters: readonly string[], name: string): RouteActionKind {
  // No try ends near the timeout of the route: answers take a few or 400 ms, tries at most 70.
  const timeoutMs = choices.one([0, 0, 160, 1000]);
  return forwardTo(clusterSpecifierOf(choices, clusters, name), {
    timeoutNs: timeoutMs * MS,
    clusterNotFoundResponseCode: choices.one([503, 503, 404, 500]),
    hashPolicy: hashPoliciesOf(choices),
    appendXForwardedHost: choices.chance(20),
    priority: choices.chance(10) ? 'HIGH' : 'DEFAULT',
    ...choices.maybe(55, () => ({ retryPolicy: retryPolicyOf(choices, timeoutMs !== 160) })),
    ...choices.maybe(35, () => ({ pathRewrite: pathRewriteOf(choices) })),
    ...choices.maybe(25, () => ({
      hostRewrite: choices.chance(60)
        ? hostRewriteLiteral('rewritten.example')
        : ({ kind: 'header', header: 'x-version' } as const),
    })),
    ...choices.maybe(8, () => ({ requestMirrorPolicies: [mirrorPolicy({ cluster: 'mirror' })] })),
  });
}

function redirectOf(choices: Choices): RouteActionKind {
  const path = choices.below(4);
  return redirectTo({
    ...choices.maybe(50, () => ({ hostRedirect: 'new.example' })),
    ...choices.maybe(30, () => ({ portRedirect: choices.one([80, 443, 8080]) })),
    ...(choices.chance(30) ? { httpsRedirect: true } : choices.maybe(20, () => ({ schemeRedirect: 'https' }))),
    responseCode: choices.one([301, 302, 303, 307, 308]),
    stripQuery: choices.chance(30),
    ...(path === 0 ? { path: { kind: 'path', value: choices.one(['/moved', '/moved?x=1']) } as const } : {}),
    ...(path === 1 ? { path: { kind: 'prefixRewrite', value: choices.one(['/', '/moved']) } as const } : {}),
    ...(path === 2 ? { path: { kind: 'regexRewrite', rewrite: regexRewriteOf(choices) } as const } : {}),
  });
}

function actionOf(choices: Choices, clusters: readonly string[], name: string): RouteActionKind {
  const draw = choices.below(100);
  if (draw < 12) return redirectOf(choices);
  if (draw < 22) return directResponse(choices.one([200, 404, 418, 503]), choices.chance(50) ? 'text' : undefined);
  return forwardOf(choices, clusters, name);
}

function routeOf(choices: Choices, clusters: readonly string[], name: string): Route {
  return route({
    name,
    match: routeMatch({
      path: pathMatcherOf(choices),
      headers: choices.list(choices.one([0, 0, 0, 1, 1, 2]), () => headerMatcherOf(choices)),
      queryParameters: choices.list(choices.one([0, 0, 0, 0, 1]), () => queryMatcherOf(choices)),
    }),
    action: actionOf(choices, clusters, name),
    headers: mutationsOf(choices, name),
    filterOverrides: overridesOf(choices),
  });
}

function corsOf(choices: Choices): CorsPolicy {
  return corsPolicy({
    allowOriginStringMatch: [
      choices.one([stringMatcher('exact', 'https://shop.example'), stringMatcher('prefix', 'https://')]),
    ],
    allowMethods: 'GET,POST',
    ...choices.maybe(30, () => ({ allowCredentials: true })),
    ...choices.maybe(40, () => ({ forwardNotMatchingPreflights: choices.chance(50) })),
  });
}

function overridesOf(choices: Choices): readonly HttpFilterOverride[] {
  const overrides = overrideOf(choices);
  return choices.chance(25)
    ? [...overrides, { kind: 'cors', name: CORS_FILTER, corsPolicy: corsOf(choices) }]
    : overrides;
}

export function virtualHostOf(
  choices: Choices,
  name: string,
  domains: readonly string[],
  clusters: readonly string[],
): VirtualHost {
  const routes = choices.list(2 + choices.below(4), (index) => routeOf(choices, clusters, `${name}-${index}`));
  const last = route({ name: `${name}-rest`, action: forwardOf(choices, clusters, `${name}-rest`) });
  return virtualHost({
    name,
    domains,
    routes: choices.chance(75) ? [...routes, last] : routes,
    headers: mutationsOf(choices, name),
    requireTls: choices.chance(4) ? choices.one(['ALL', 'EXTERNAL_ONLY']) : 'NONE',
    includeRequestAttemptCount: choices.chance(75),
    includeAttemptCountInResponse: choices.chance(30),
    ...choices.maybe(20, () => ({ retryPolicy: retryPolicyOf(choices, false) })),
    filterOverrides: choices.chance(15) ? overridesOf(choices) : [],
  });
}
