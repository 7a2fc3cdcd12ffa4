import {
  exactPath,
  forwardTo,
  type InternalRedirectPolicy,
  type JsonObject,
  prefixPath,
  retryPolicy,
  route,
  routeMatch,
} from '../../../src/xds';
import { clientOnly, clusterOf, MS } from '../configure';
import type { AnswerRule, RequestSpec, Scenario } from '../contract';
import { failing, pod, times } from './support';

const TOPIC = 'internal redirects';

function to(location: string, status = 302): AnswerRule {
  return { path: '/old', status, headers: { location } };
}

interface Followed {
  readonly policy?: Partial<InternalRedirectPolicy>;
  readonly predicates?: readonly JsonObject[];
  readonly answers?: readonly AnswerRule[];
  readonly request?: RequestSpec;
}

/** `/old` answers with redirects that its route follows to `/new`, which another cluster answers 201. */
function redirected(name: string, claim: string, old: AnswerRule, init: Followed = {}): Scenario {
  const { policy = {}, predicates, answers = [{ path: '/new', status: 201 }], request = { path: '/old' } } = init;
  const internalRedirectPolicy: InternalRedirectPolicy = {
    maxInternalRedirects: 1,
    redirectResponseCodes: [302],
    allowCrossSchemeRedirect: false,
    ...policy,
    ...(predicates === undefined ? {} : { extra: { predicates } }),
  };
  return {
    name: `internal-redirect-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', [old]), pod('c', answers)],
    configure: (place) => {
      const [b, c] = [clusterOf(place, 'b', ['b']), clusterOf(place, 'c', ['c'])];
      return clientOnly(place, {
        clusters: [b, c],
        virtualHost: { includeRequestAttemptCount: true },
        routes: [
          route({
            name: 'new',
            match: routeMatch({ path: prefixPath('/new') }),
            action: forwardTo(c.name, {
              timeoutNs: 0,
              retryPolicy: retryPolicy({ retryOn: '5xx', backOff: { baseIntervalNs: 10 * MS } }),
            }),
          }),
          route({
            name: 'old',
            match: routeMatch({ path: exactPath('/old') }),
            action: forwardTo(b.name, { timeoutNs: 0, internalRedirectPolicy }),
          }),
        ],
      });
    },
    steps: [times(1, request)],
    log: {
      sentTo: '%UPSTREAM_HOST%',
      method: '%REQ(:METHOD)%',
      path: '%REQ(:PATH)%',
      authority: '%REQ(:AUTHORITY)%',
      received: '%BYTES_RECEIVED%',
      originalUrl: '%REQ(X-ENVOY-ORIGINAL-URL)%',
    },
  };
}

function predicate(name: string, config: JsonObject): JsonObject {
  const type = `type.googleapis.com/envoy.extensions.internal_redirect.${name}`;
  return {
    name: `envoy.internal_redirect_predicates.${name.split('.')[0]}`,
    typedConfig: { '@type': type, ...config },
  };
}

const LISTED = (...allowedRouteNames: readonly string[]) =>
  predicate('allow_listed_routes.v3.AllowListedRoutesConfig', { allowedRouteNames });

export const INTERNAL_REDIRECTS: readonly Scenario[] = [
  redirected('followed', 'the proxy follows the redirect, and the client gets the answer', to('http://b/new')),
  redirected('relative', 'a location without a scheme is passed on', to('/new')),
  redirected('missing', 'a redirect without a location is passed on', { path: '/old', status: 302 }),
  redirected('empty', 'an empty location is a bad one', to('')),
  redirected('other-status', 'a status that the policy does not name is passed on', to('http://b/new', 301)),
  redirected('named-status', 'the policy may name other statuses', to('http://b/new', 307), {
    policy: { redirectResponseCodes: [301, 307] },
  }),
  redirected('too-many', 'the second redirect is passed on with a maximum of one', to('http://b/old')),
  redirected('two', 'a maximum of two passes the third on', to('http://b/old'), {
    policy: { maxInternalRedirects: 2 },
  }),
  redirected('scheme', 'a redirect to another scheme is passed on', to('https://b/new')),
  redirected('scheme-allowed', 'unless the policy allows it', to('https://b/new'), {
    policy: { allowCrossSchemeRedirect: true },
  }),
  redirected('no-route', 'a redirect to where no route leads is passed on', to('http://b/elsewhere')),
  redirected('listed', 'a redirect to a listed route is followed', to('http://b/new'), {
    predicates: [LISTED('other', 'new')],
  }),
  redirected('not-listed', 'a redirect to a route that is not listed is passed on', to('http://b/new'), {
    predicates: [LISTED('other')],
  }),
  redirected('previous', 'a redirect from a route to itself is followed once', to('http://b/old'), {
    policy: { maxInternalRedirects: 5 },
    predicates: [predicate('previous_routes.v3.PreviousRoutesConfig', {})],
  }),
  redirected('with-body', 'a body that nobody will read costs the connection', {
    ...to('http://b/new'),
    bodyBytes: 10,
  }),
  redirected('cut-off', 'so does one that does not come to its end', {
    ...to('http://b/new'),
    bodyBytes: 10,
    reset: 'afterHeaders',
  }),
  redirected('fragment', 'a fragment does not belong to the path', to('http://b/new#top')),
  redirected('retried', 'a retry policy of the route behind the redirect holds', to('http://b/new'), {
    answers: failing({ path: '/new', status: 503 }, 1),
  }),
  redirected('post', 'the method stays, and so does the body', to('http://b/new'), {
    answers: [{ path: '/new', method: 'POST', status: 201 }],
    request: { method: 'POST', path: '/old', bodyBytes: 100 },
  }),
  redirected('see-other', 'a 303 turns POST into GET without a body', to('http://b/new', 303), {
    policy: { redirectResponseCodes: [303] },
    answers: [{ path: '/new', method: 'GET', status: 201 }],
    request: { method: 'POST', path: '/old', bodyBytes: 100 },
  }),
  redirected('original-url', 'x-envoy-original-url tells the host what was asked for', to('http://b/new?x=1'), {
    answers: [{ path: '/new', when: { 'x-envoy-original-url': 'http://b/old' }, status: 201 }],
  }),
  redirected(
    'copied-headers',
    'headers of the redirect that the policy names go to the next host',
    { ...to('http://b/new'), headers: { location: 'http://b/new', 'x-token': 'one' } },
    {
      policy: { responseHeadersToCopy: ['x-token', 'x-user'] },
      answers: [{ path: '/new', when: { 'x-token': 'one' }, status: 201 }],
      request: { path: '/old', headers: { 'x-user': 'jane' } },
    },
  ),
];
