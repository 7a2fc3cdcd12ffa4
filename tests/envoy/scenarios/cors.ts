import {
  type CorsPolicy,
  corsPolicy,
  directResponse,
  exactPath,
  faultConfig,
  forwardTo,
  fractionalPercent,
  type HttpFilter,
  type Init,
  redirectTo,
  regexMatcher,
  route,
  routeMatch,
  stringMatcher,
} from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { RequestSpec, Scenario, Step } from '../contract';
import { pod, times } from './support';

const TOPIC = 'CORS and direct answers';
const NAME = 'envoy.filters.http.cors';

const LOG = Object.fromEntries(
  ['allow-origin', 'allow-methods', 'allow-headers', 'allow-credentials', 'max-age', 'expose-headers'].map((name) => [
    name,
    `%RESP(access-control-${name})%`,
  ]),
);

function withCors(
  init: Init<CorsPolicy>,
  pods: readonly string[] = ['b'],
  before: readonly HttpFilter[] = [],
): Scenario['configure'] {
  return (place) => {
    const b = clusterOf(place, 'b', pods);
    const policy = corsPolicy({ allowOriginStringMatch: [stringMatcher('exact', 'https://shop.example')], ...init });
    return clientOnly(place, {
      clusters: [b],
      filters: [...before, { kind: 'cors', name: NAME }],
      routes: [
        route({
          name: 'all',
          action: forwardTo(b.name, { timeoutNs: 0 }),
          filterOverrides: [{ kind: 'cors', name: NAME, corsPolicy: policy }],
        }),
      ],
    });
  };
}

function preflight(origin: string, headers: Readonly<Record<string, string>> = {}): RequestSpec {
  return { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT', ...headers } };
}

const FULL: Init<CorsPolicy> = {
  allowMethods: 'GET,PUT',
  allowHeaders: 'x-user',
  exposeHeaders: 'x-cost',
  maxAge: '60',
  allowCredentials: true,
};

/** Requests through a filter whose route has this policy. */
function asked(name: string, claim: string, policy: Init<CorsPolicy>, steps: readonly Step[]): Scenario {
  return { name: `cors-${name}`, topic: TOPIC, claim, pods: [pod('b')], configure: withCors(policy), steps, log: LOG };
}

const CORS_SCENARIOS: readonly Scenario[] = [
  asked('preflight', 'a preflight of an allowed origin is answered by the filter', FULL, [
    times(1, preflight('https://shop.example')),
  ]),
  asked('preflight-elsewhere', 'a preflight of another origin goes on to the host', FULL, [
    times(1, preflight('https://evil.example')),
  ]),
  asked(
    'preflight-not-forwarded',
    'where such are not forwarded the filter answers without permission',
    { ...FULL, forwardNotMatchingPreflights: false },
    [times(1, preflight('https://evil.example'))],
  ),
  {
    name: 'cors-request',
    topic: TOPIC,
    claim: 'the answer to an allowed origin carries the permission, others do not',
    pods: [pod('b')],
    configure: withCors(FULL),
    steps: [
      times(3, (index) => {
        const origin = ['https://shop.example', 'https://evil.example'][index];
        return origin === undefined ? {} : { headers: { origin } };
      }),
    ],
    log: LOG,
  },
  {
    name: 'cors-regex',
    topic: TOPIC,
    claim: 'origins are matched by expression, and a star in the methods echoes what was asked for',
    pods: [pod('b')],
    configure: withCors({
      allowOriginStringMatch: [regexMatcher('https://[a-z]+\\.example')],
      allowMethods: '*',
      allowHeaders: '*',
    }),
    steps: [
      times(1, preflight('https://any.example', { 'access-control-request-headers': 'x-one,x-two' })),
      times(1, preflight('https://any.example.org')),
    ],
    log: LOG,
  },
  {
    name: 'cors-options',
    topic: TOPIC,
    claim: 'OPTIONS without the method that is asked for is no preflight',
    pods: [pod('b')],
    configure: withCors(FULL),
    steps: [times(1, { method: 'OPTIONS', headers: { origin: 'https://shop.example' } })],
    log: LOG,
  },
];

/** Answers of the proxy itself. */
const LOCAL: readonly Scenario[] = [
  {
    name: 'cors-local-reply',
    topic: TOPIC,
    claim: 'an answer of the proxy itself carries the permission, too',
    pods: [],
    configure: withCors(FULL, []),
    steps: [
      times(2, (index) => ({ headers: { origin: index === 0 ? 'https://shop.example' : 'https://evil.example' } })),
    ],
    log: LOG,
  },
  {
    name: 'cors-before-fault',
    topic: TOPIC,
    claim: 'a filter that answers in front of the CORS filter gives no permission',
    pods: [pod('b')],
    configure: withCors(
      FULL,
      ['b'],
      [
        {
          kind: 'fault',
          name: 'envoy.filters.http.fault',
          fault: faultConfig({ abort: { kind: 'httpStatus', httpStatus: 503, percentage: fractionalPercent(100) } }),
        },
      ],
    ),
    steps: [times(1, { headers: { origin: 'https://shop.example' } })],
    log: LOG,
  },
];

const DIRECT: readonly Scenario[] = [
  {
    name: 'direct-response-grpc',
    topic: TOPIC,
    claim: 'a direct response to a gRPC call keeps its HTTP status out of sight: 200 with a gRPC status',
    pods: [],
    configure: (place) =>
      clientOnly(place, { clusters: [], routes: [route({ name: 'direct', action: directResponse(503, 'closed') })] }),
    steps: [times(1, { protocol: 'grpc', path: '/shop.Cart/Get' })],
    log: { grpc: '%GRPC_STATUS_NUMBER%', message: '%RESP(grpc-message)%' },
  },
  {
    name: 'direct-response-body',
    topic: TOPIC,
    claim: 'a body is sent as text with its length',
    pods: [],
    configure: (place) =>
      clientOnly(place, { clusters: [], routes: [route({ name: 'direct', action: directResponse(200, 'hello') })] }),
    steps: [times(1)],
    log: { type: '%RESP(content-type)%', length: '%RESP(content-length)%' },
  },
  {
    name: 'redirect-scheme-and-port',
    topic: TOPIC,
    claim: 'an HTTPS redirect keeps host, path and query and drops the port',
    pods: [],
    configure: (place) =>
      clientOnly(place, {
        clusters: [],
        routes: [
          route({
            name: 'port',
            match: routeMatch({ path: exactPath('/port') }),
            action: redirectTo({ portRedirect: 8443, schemeRedirect: 'https' }),
          }),
          route({ name: 'https', action: redirectTo({ httpsRedirect: true, responseCode: 308 }) }),
        ],
      }),
    steps: [
      times(1, { path: '/a?b=c', authority: 'shop.example:80' }),
      times(1, { path: '/a', authority: 'shop.example:8080' }),
      times(1, { path: '/port', authority: 'shop.example:80' }),
    ],
    log: { location: '%RESP(location)%' },
  },
  {
    name: 'tls-required',
    topic: TOPIC,
    claim: 'a virtual host that requires TLS redirects plaintext with 301',
    pods: [pod('b')],
    configure: (place) =>
      clientOnly(place, { clusters: [clusterOf(place, 'b', ['b'])], virtualHost: { requireTls: 'ALL' } }),
    steps: [times(2, (index) => (index === 0 ? { path: '/x?y=1' } : { headers: { 'x-forwarded-proto': 'https' } }))],
    log: { location: '%RESP(location)%' },
  },
];

export const CORS: readonly Scenario[] = [...CORS_SCENARIOS, ...LOCAL, ...DIRECT];
