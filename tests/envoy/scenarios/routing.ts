import {
  directResponse,
  exactPath,
  forwardTo,
  type HeaderMutations,
  headerMatcher,
  headerMutations,
  headerValueOption,
  hostRewriteLiteral,
  mirrorPolicy,
  type PathMatcher,
  prefixPath,
  queryParameterMatcher,
  type RedirectAction,
  type Route,
  type RouteAction,
  redirectTo,
  regexMatcher,
  route,
  routeMatch,
  stringMatcher,
  weightedClusters,
} from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { Place, RequestSpec, Scenario } from '../contract';
import { OK, pod, times } from './support';

const each = (requests: readonly RequestSpec[]) => [
  { kind: 'send' as const, count: requests.length, request: (index: number) => requests[index] ?? {} },
];
const paths = (...list: readonly string[]) => each(list.map((path) => ({ path })));

/** Routes that answer themselves, each with its own name and status; the last one takes what is left. */
function answering(routes: readonly Omit<Parameters<typeof route>[0], 'action'>[]): Scenario['configure'] {
  return (place) =>
    clientOnly(place, {
      clusters: [],
      routes: [
        ...routes.map((init, index) => route({ name: `route-${index}`, ...init, action: directResponse(210 + index) })),
        route({ name: 'rest', match: routeMatch(), action: directResponse(299) }),
      ],
    });
}

function byPath(path: PathMatcher) {
  return { match: routeMatch({ path }) };
}

function byHeader(...headers: readonly Parameters<typeof headerMatcher>[]) {
  return { match: routeMatch({ headers: headers.map((parameters) => headerMatcher(...parameters)) }) };
}

const headers = (name: string, ...values: readonly string[]): readonly RequestSpec[] =>
  values.map((value) => ({ headers: { [name]: value } }));

const MATCHING: readonly Scenario[] = [
  {
    name: 'match-path',
    topic: 'routing',
    claim: 'exact, prefix, separated prefix and regular expression find their paths',
    pods: [],
    configure: answering([
      byPath(exactPath('/exact')),
      byPath({ kind: 'pathSeparatedPrefix', value: '/part', caseSensitive: true }),
      byPath({ kind: 'safeRegex', regex: '/r[0-9]+(/x)?' }),
      byPath({ kind: 'prefix', value: '/CASE', caseSensitive: false }),
      byPath(prefixPath('/pre')),
    ]),
    steps: paths(
      '/exact',
      '/exact?q=1',
      '/exact/',
      '/part',
      '/part/x',
      '/parts',
      '/r12',
      '/r12/x',
      '/r12/y',
      '/case/x',
      '/prefix',
      '/pre?x',
      '/Pre',
    ),
  },
  {
    name: 'match-header',
    topic: 'routing',
    claim: 'exact, prefix, suffix, contains, regular expression, range, presence and inversion match headers',
    pods: [],
    configure: answering([
      byHeader(['x-a', 'exact']),
      byHeader(['x-a', stringMatcher('prefix', 'pre')]),
      byHeader(['x-a', stringMatcher('suffix', 'fix')]),
      byHeader(['x-a', stringMatcher('contains', 'MID', true)]),
      byHeader(['x-a', regexMatcher('r[0-9]+')]),
      byHeader(['x-n', { kind: 'range', start: 3, end: 7 }]),
      byHeader(['x-p', { kind: 'present', present: true }]),
      byHeader(['x-i', 'no', { invertMatch: true }], ['x-j', { kind: 'present', present: true }]),
    ]),
    steps: each([
      ...headers('x-a', 'exact', 'Exact', 'prefer', 'suffix', 'a-mid-b', 'r17', 'r17x', 'nothing'),
      ...headers('x-n', '3', '7', '6', '5.5'),
      ...headers('x-p', 'any'),
      { headers: { 'x-j': '1' } },
      { headers: { 'x-j': '1', 'x-i': 'no' } },
      { headers: { 'x-j': '1', 'x-i': 'yes' } },
      {},
    ]),
  },
  {
    name: 'match-query',
    topic: 'routing',
    claim: 'exact, regular expression and presence match query parameters',
    pods: [],
    configure: answering([
      { match: routeMatch({ queryParameters: [queryParameterMatcher('q', 'one')] }) },
      {
        match: routeMatch({
          queryParameters: [queryParameterMatcher('q', { kind: 'string', match: regexMatcher('t.o') })],
        }),
      },
      { match: routeMatch({ queryParameters: [queryParameterMatcher('p', { kind: 'present', present: true })] }) },
    ]),
    steps: paths('/?q=one', '/?q=two', '/?q=twoo', '/?p', '/?p=', '/?a=1&p=2', '/?q=one&q=two', '/?Q=one', '/'),
  },
  {
    name: 'match-host',
    topic: 'routing',
    claim: 'exact domains stand above suffixes, prefixes and the wildcard; no domain is 404 with NR',
    pods: [],
    configure: (place) =>
      clientOnly(place, {
        clusters: [],
        routeConfig: {
          virtualHosts: (['b.com', '*.b.com', 'b.*'] as const).map((domain, index) => ({
            name: domain,
            domains: [domain],
            routes: [route({ name: domain, action: directResponse(220 + index) })],
            requireTls: 'NONE' as const,
            headers: headerMutations({}),
            virtualClusters: [],
            requestMirrorPolicies: [],
            includeRequestAttemptCount: false,
            includeAttemptCountInResponse: false,
            filterOverrides: [],
          })),
        },
      }),
    steps: each(['b.com', 'x.b.com', 'b.org', 'B.COM', 'b.com:80', 'other.net'].map((authority) => ({ authority }))),
  },
  {
    name: 'weighted-split',
    topic: 'routing',
    claim: 'requests are split 80:15:5 over three clusters',
    pods: [pod('b'), pod('c'), pod('d')],
    configure: (place) => {
      const clusters = ['b', 'c', 'd'].map((name) => clusterOf(place, name, [name]));
      const [b = '', c = '', d = ''] = clusters.map(({ name }) => name);
      return clientOnly(place, {
        clusters,
        routes: [route({ action: forwardTo(weightedClusters([b, 80], [c, 15], [d, 5])) })],
      });
    },
    steps: [times(500)],
    compare: {
      ignoredFields: ['cluster'],
      distribution: { field: 'host', shares: { b: 80, c: 15, d: 5 } },
      ignoredStatistics: ['upstream_rq_total', 'upstream_rq_completed', 'upstream_rq_200', 'upstream_rq_2xx'],
    },
  },
];

function redirecting(init: Partial<RedirectAction>, match = routeMatch()): Route {
  return route({ name: 'redirect', match, action: redirectTo(init) });
}

const LOCATION = { location: '%RESP(LOCATION)%' };

/** One request whose redirect is compared by its location. */
function redirect(name: string, claim: string, init: Partial<RedirectAction>, request: RequestSpec): Scenario {
  return {
    name: `redirect-${name}`,
    topic: 'redirects and rewrites',
    claim,
    pods: [],
    configure: (place) =>
      clientOnly(place, { clusters: [], routes: [redirecting(init, routeMatch({ path: prefixPath('/old') }))] }),
    steps: each([request]),
    log: LOCATION,
  };
}

/** The pod answers 200 for one path only, so that the status tells what reached it. */
// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function rewrite(name: string, claim: string, action: Partial<RouteAction>, path: string, reached: string): Scenario {
  return {
    name: `rewrite-${name}`,
    topic: 'redirects and rewrites',
    claim,
    pods: [pod('b', [{ path: reached, status: 200 }])],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        routes: [
          route({ name: 'all', match: routeMatch({ path: prefixPath('/old') }), action: forwardTo(b.name, action) }),
        ],
      });
    },
    steps: paths(path),
    log: { path: '%REQ(:PATH)%', original: '%REQ(X-ENVOY-ORIGINAL-PATH)%', authority: '%REQ(:AUTHORITY)%' },
  };
}

const REWRITES: readonly Scenario[] = [
  redirect(
    'host',
    'a redirect changes host and port and keeps path and query',
    { hostRedirect: 'new.example', portRedirect: 8443 },
    { path: '/old/x?q=1' },
  ),
  redirect(
    'https',
    'an https redirect drops the port of http',
    { httpsRedirect: true, responseCode: 308 },
    { path: '/old', authority: 'b.example:80' },
  ),
  redirect(
    'prefix',
    'a redirect rewrites the prefix',
    { path: { kind: 'prefixRewrite', value: '/new' }, responseCode: 302 },
    { path: '/old/x?q=1' },
  ),
  redirect(
    'path',
    'a redirect replaces the path and strips the query',
    { path: { kind: 'path', value: '/other' }, stripQuery: true, responseCode: 307 },
    { path: '/old/x?q=1' },
  ),
  redirect(
    'regex',
    'a redirect rewrites by regular expression',
    {
      path: { kind: 'regexRewrite', rewrite: { regex: '^/old/([^/]+)/(.*)$', substitution: '/\\2/at/\\1' } },
      responseCode: 303,
    },
    { path: '/old/a/b' },
  ),
  rewrite(
    'prefix',
    'the prefix is replaced, the query kept',
    { pathRewrite: { kind: 'prefix', value: '/new' } },
    '/old/x?q=1',
    '/new/x',
  ),
  rewrite(
    'regex',
    'a regular expression rewrites the path',
    { pathRewrite: { kind: 'regex', rewrite: { regex: '^/old/([^/]+)/(.*)$', substitution: '/\\2/at/\\1' } } },
    '/old/a/b?q=1',
    '/b/at/a',
  ),
  rewrite('host', 'the authority is replaced', { hostRewrite: hostRewriteLiteral('other.example') }, '/old', '/old'),
  {
    name: 'direct-response',
    topic: 'redirects and rewrites',
    claim: 'a direct response needs no cluster',
    pods: [],
    configure: (place) =>
      clientOnly(place, { clusters: [], routes: [route({ name: 'direct', action: directResponse(418, 'teapot') })] }),
    steps: [times(2)],
  },
  {
    name: 'cluster-not-found',
    topic: 'redirects and rewrites',
    claim: 'a route to a cluster that is not there answers 503 with NC',
    pods: [],
    configure: (place) =>
      clientOnly(place, { clusters: [], routes: [route({ name: 'lost', action: forwardTo('nowhere') })] }),
    steps: [times(1)],
  },
];

function mutating(place: Place, mutations: Partial<HeaderMutations>) {
  const b = clusterOf(place, 'b', ['b']);
  return clientOnly(place, {
    clusters: [b],
    routes: [route({ name: 'all', headers: headerMutations(mutations), action: forwardTo(b.name) })],
  });
}

const HEADERS: readonly Scenario[] = [
  {
    name: 'headers-actions',
    topic: 'headers',
    claim: 'headers are removed, added when absent, and overwritten only when there',
    pods: [
      pod('b', [
        { when: { 'x-absent': 'added', 'x-there': 'own', 'x-over': 'new' }, status: 201 },
        { when: { 'x-absent': 'added' }, status: 202 },
      ]),
    ],
    configure: (place) =>
      mutating(place, {
        requestToRemove: ['x-gone'],
        requestToAdd: [
          headerValueOption('x-absent', 'added', { appendAction: 'ADD_IF_ABSENT' }),
          headerValueOption('x-there', 'other', { appendAction: 'ADD_IF_ABSENT' }),
          headerValueOption('x-over', 'new', { appendAction: 'OVERWRITE_IF_EXISTS' }),
          headerValueOption('x-never', 'new', { appendAction: 'OVERWRITE_IF_EXISTS' }),
        ],
      }),
    steps: each([{ headers: { 'x-gone': '1', 'x-there': 'own', 'x-over': 'old' } }]),
    log: { gone: '%REQ(x-gone)%', never: '%REQ(x-never)%' },
  },
  {
    name: 'headers-formats',
    topic: 'headers',
    claim: 'operators in header values are evaluated when the request leaves',
    pods: [pod('b', [{ when: { 'x-path': '/p', 'x-method': 'GET', 'x-copy': 'v' }, status: 201 }, ...OK])],
    configure: (place) =>
      mutating(place, {
        requestToAdd: [
          headerValueOption('x-path', '%REQ(:PATH)%'),
          headerValueOption('x-method', '%REQ(:METHOD)%'),
          headerValueOption('x-copy', '%REQ(X-SOURCE)%'),
        ],
      }),
    steps: each([{ path: '/p', headers: { 'x-source': 'v' } }]),
  },
  {
    name: 'attempt-count',
    topic: 'headers',
    claim: 'the attempt count reaches the host and comes back in the answer',
    pods: [pod('b', [{ when: { 'x-envoy-attempt-count': '1' }, status: 201 }])],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        virtualHost: { includeRequestAttemptCount: true, includeAttemptCountInResponse: true },
      });
    },
    steps: [times(1)],
    log: { count: '%RESP(X-ENVOY-ATTEMPT-COUNT)%' },
  },
  {
    name: 'mirror',
    topic: 'routing',
    claim: 'every request is sent to the shadow cluster too, whose failures nobody sees',
    pods: [pod('b'), pod('c', [{ status: 500 }])],
    configure: (place) => {
      const [b, c] = [clusterOf(place, 'b', ['b']), clusterOf(place, 'c', ['c'])];
      return clientOnly(place, {
        clusters: [b, c],
        routes: [
          route({
            name: 'all',
            action: forwardTo(b.name, {
              requestMirrorPolicies: [mirrorPolicy({ cluster: c.name })],
            }),
          }),
        ],
      });
    },
    steps: [times(10, {}, 10), { kind: 'wait', ms: 100 }],
    // Two shadows may be under way at once.
    compare: { ignoredStatistics: ['upstream_cx_total', 'upstream_cx_http1_total', 'upstream_rq_pending_total'] },
  },
];

export const ROUTING: readonly Scenario[] = [...MATCHING, ...REWRITES, ...HEADERS];
