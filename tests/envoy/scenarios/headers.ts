import {
  forwardTo,
  type HeaderAppendAction,
  type HeaderMutations,
  type HttpConnectionManager,
  headerMutations,
  headerValueOption,
  type Init,
  prefixPath,
  type RouteConfiguration,
  route,
  routeMatch,
  type VirtualHost,
  weightedCluster,
} from '../../../src/xds';
import { clientAndServer, clientOnly, clusterOf } from '../configure';
import type { Place, ProxyConfigs, Scenario } from '../contract';
import { once, pod, times } from './support';

const TOPIC = 'headers';

/** What a request header of this name carries, in the logs of the client's and of the server's proxy. */
function requested(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `%REQ(${name})%`]));
}

function responded(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `%RESP(${name})%`]));
}

function setRequest(key: string, value: string, appendAction: HeaderAppendAction = 'OVERWRITE_IF_EXISTS_OR_ADD') {
  return headerValueOption(key, value, { appendAction });
}

interface Levels {
  readonly route?: Init<HeaderMutations>;
  readonly virtualHost?: Init<HeaderMutations>;
  readonly configuration?: Init<HeaderMutations>;
  readonly weighted?: Init<HeaderMutations>;
  readonly routeConfig?: Init<RouteConfiguration>;
  readonly hostInit?: Init<VirtualHost>;
  readonly hcm?: Init<Omit<HttpConnectionManager, 'routes'>>;
}

/** Mutations at every level, and a proxy in front of the pod that logs what arrives. */
function mutating(levels: Levels): Scenario['configure'] {
  return (place: Place): ProxyConfigs => {
    const b = clusterOf(place, 'b', ['b']);
    const cluster =
      levels.weighted === undefined
        ? b.name
        : {
            kind: 'weightedClusters' as const,
            clusters: [weightedCluster({ name: b.name, weight: 1, headers: headerMutations(levels.weighted) })],
            useHashPolicy: false,
          };
    return clientAndServer(
      place,
      {},
      {
        clusters: [b],
        routes: [
          route({
            name: 'all',
            action: forwardTo(cluster, { timeoutNs: 0 }),
            headers: headerMutations(levels.route ?? {}),
          }),
        ],
        virtualHost: { headers: headerMutations(levels.virtualHost ?? {}), ...levels.hostInit },
        routeConfig: { headers: headerMutations(levels.configuration ?? {}), ...levels.routeConfig },
        ...(levels.hcm === undefined ? {} : { hcm: levels.hcm }),
      },
    );
  };
}

function setAll(value: string): Init<HeaderMutations> {
  return {
    requestToAdd: [setRequest('x-order', value)],
    responseToAdd: [setRequest('x-answer', value)],
  };
}

const ALL_LEVELS: Levels = {
  weighted: setAll('weighted'),
  route: setAll('route'),
  virtualHost: setAll('host'),
  configuration: setAll('configuration'),
};

const LOG = { ...requested('x-order', 'x-a', 'x-b', 'x-c'), ...responded('x-answer') };

const MUTATIONS: readonly Scenario[] = [
  {
    name: 'headers-order',
    topic: TOPIC,
    claim: 'weighted cluster, route, virtual host and route configuration set a header in this order; the last wins',
    pods: [pod('b')],
    configure: mutating(ALL_LEVELS),
    steps: once,
    log: LOG,
  },
  {
    name: 'headers-most-specific',
    topic: TOPIC,
    claim: 'most_specific_header_mutations_wins turns the order around',
    pods: [pod('b')],
    configure: mutating({ ...ALL_LEVELS, routeConfig: { mostSpecificHeaderMutationsWins: true } }),
    steps: once,
    log: LOG,
  },
  {
    name: 'headers-append',
    topic: TOPIC,
    claim: 'add if absent, overwrite if exists and append each do what their name says',
    pods: [pod('b', [{ status: 200, headers: { 'x-answer': 'pod' } }])],
    configure: mutating({
      route: {
        requestToAdd: [
          setRequest('x-a', 'new', 'ADD_IF_ABSENT'),
          setRequest('x-b', 'new', 'OVERWRITE_IF_EXISTS'),
          setRequest('x-c', 'new', 'APPEND_IF_EXISTS_OR_ADD'),
        ],
        responseToAdd: [setRequest('x-answer', 'proxy', 'ADD_IF_ABSENT')],
      },
    }),
    steps: [times(2, (index) => (index === 0 ? {} : { headers: { 'x-a': 'old', 'x-b': 'old', 'x-c': 'old' } }))],
    log: LOG,
  },
  {
    name: 'headers-remove',
    topic: TOPIC,
    claim: 'headers are removed before others are added, of requests and of responses',
    pods: [pod('b', [{ status: 200, headers: { 'x-answer': 'pod', 'x-secret': 'pod' } }])],
    configure: mutating({
      route: {
        requestToRemove: ['x-a', 'x-b'],
        requestToAdd: [setRequest('x-b', 'added')],
        responseToRemove: ['x-secret', 'x-answer'],
        responseToAdd: [setRequest('x-answer', 'added')],
      },
    }),
    steps: [times(1, { headers: { 'x-a': '1', 'x-b': '2' } })],
    log: { ...LOG, ...responded('x-secret') },
  },
  {
    name: 'headers-format',
    topic: TOPIC,
    claim:
      'values with operators are filled in: a header, its alternative, protocol, path, a missing one, a percent sign',
    pods: [pod('b')],
    configure: mutating({
      route: {
        requestToAdd: [
          setRequest('x-a', 'user=%REQ(x-user)%'),
          setRequest('x-b', '%REQ(x-none?x-user)% %PROTOCOL% %REQ(:path)%'),
          setRequest('x-c', '%REQ(x-none)%'),
          setRequest('x-order', '100%%'),
        ],
        responseToAdd: [setRequest('x-answer', '%RESPONSE_CODE% %REQ(x-user):3%')],
      },
    }),
    steps: [times(1, { path: '/shop?x=1', headers: { 'x-user': 'jason' } })],
    log: LOG,
  },
  {
    name: 'headers-local-reply',
    topic: TOPIC,
    claim: 'response headers of route and virtual host are also set on an answer of the proxy itself',
    pods: [],
    configure: (place) =>
      clientOnly(place, {
        clusters: [clusterOf(place, 'b', [])],
        routes: [
          route({
            name: 'all',
            action: forwardTo(place.cluster('b')),
            headers: headerMutations({ responseToAdd: [setRequest('x-route', 'route')] }),
          }),
        ],
        virtualHost: { headers: headerMutations(setAll('host')) },
      }),
    steps: once,
    log: responded('x-answer', 'x-route'),
  },
];

const BUILT_IN: readonly Scenario[] = [
  {
    name: 'headers-attempt-count',
    topic: TOPIC,
    claim: 'x-envoy-attempt-count goes to the host and, where asked for, back to the client',
    pods: [pod('b')],
    configure: mutating({ hostInit: { includeRequestAttemptCount: true, includeAttemptCountInResponse: true } }),
    steps: once,
    log: { ...requested('x-envoy-attempt-count'), response: '%RESP(x-envoy-attempt-count)%' },
  },
  {
    name: 'headers-host-rewrite',
    topic: TOPIC,
    claim: 'host and prefix rewrites show in the log, the path before is kept in x-envoy-original-path',
    pods: [pod('b')],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      const action = forwardTo(b.name, {
        timeoutNs: 0,
        hostRewrite: { kind: 'literal', value: 'inside.example' },
        pathRewrite: { kind: 'prefix', value: '/new' },
        appendXForwardedHost: true,
      });
      return clientAndServer(
        place,
        {},
        { clusters: [b], routes: [route({ name: 'old', match: routeMatch({ path: prefixPath('/old') }), action })] },
      );
    },
    steps: [times(1, { path: '/old/x', authority: 'outside.example' })],
    log: requested(':authority', ':path', 'x-envoy-original-path', 'x-forwarded-host'),
  },
  {
    name: 'headers-forwarded-proto',
    topic: TOPIC,
    claim: 'x-forwarded-proto is set to http, and kept where the caller is trusted',
    pods: [pod('b')],
    configure: mutating({}),
    steps: [times(2, (index) => (index === 0 ? {} : { headers: { 'x-forwarded-proto': 'https' } }))],
    log: requested('x-forwarded-proto'),
  },
  {
    name: 'headers-timeouts',
    topic: TOPIC,
    claim: 'the expected timeout of the route is told to the host',
    pods: [pod('b')],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      const routes = [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 2_000_000_000 }) })];
      return clientAndServer(place, {}, { clusters: [b], routes });
    },
    steps: once,
    log: requested('x-envoy-expected-rq-timeout-ms'),
  },
  {
    name: 'headers-request-id',
    topic: TOPIC,
    claim: 'an identifier that a trusted caller brings is kept',
    pods: [pod('b')],
    configure: mutating({}),
    steps: [times(1, { headers: { 'x-request-id': '3f5b2c1e-0000-4000-8000-000000000001' } })],
    log: requested('x-request-id'),
  },
  {
    name: 'headers-outside',
    topic: TOPIC,
    claim: 'control headers of a request from outside are removed at the edge',
    pods: [pod('b')],
    configure: mutating({ hcm: { useRemoteAddress: true } }),
    steps: [
      times(1, {
        headers: {
          'x-envoy-retry-on': '5xx',
          'x-envoy-upstream-rq-timeout-ms': '100',
          'x-envoy-internal': 'true',
          'x-envoy-decorator-operation': 'x',
          'x-envoy-original-path': '/x',
        },
      }),
    ],
    log: requested(
      'x-envoy-retry-on',
      'x-envoy-upstream-rq-timeout-ms',
      'x-envoy-internal',
      'x-envoy-decorator-operation',
      'x-envoy-original-path',
      'x-forwarded-proto',
    ),
  },
];

const FORWARDED_LOG = {
  ...requested('x-forwarded-for', 'x-envoy-external-address', 'x-envoy-internal'),
  remote: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
};

/** `count` trusted proxies in front. */
function trusting(count: number, useRemoteAddress: boolean): Scenario['configure'] {
  return (place) =>
    clientOnly(place, {
      clusters: [clusterOf(place, 'b', ['b'])],
      hcm: { useRemoteAddress, xffNumTrustedHops: count },
    });
}

const CHAIN = { headers: { 'x-forwarded-for': '203.0.113.7, 198.51.100.2, 192.0.2.9' } };

const FORWARDED: readonly Scenario[] = [
  {
    name: 'headers-xff-trusted-hops',
    topic: TOPIC,
    claim: 'with one trusted hop the last address of x-forwarded-for is the client',
    pods: [pod('b')],
    configure: trusting(1, false),
    steps: [times(1, CHAIN)],
    log: FORWARDED_LOG,
  },
  {
    name: 'headers-xff-inside',
    topic: TOPIC,
    claim: 'a proxy that does not use the remote address leaves x-forwarded-for as it is',
    pods: [pod('b')],
    configure: trusting(0, false),
    steps: [times(1, CHAIN)],
    log: FORWARDED_LOG,
  },
  {
    name: 'headers-xff-edge-hops',
    topic: TOPIC,
    claim: 'an edge proxy with one trusted hop takes the client from x-forwarded-for and appends its own peer',
    pods: [pod('b')],
    configure: trusting(1, true),
    steps: [times(1, CHAIN)],
    log: FORWARDED_LOG,
  },
  {
    name: 'headers-xff-too-many-hops',
    topic: TOPIC,
    claim: 'more trusted hops than addresses leave the peer of the connection as client',
    pods: [pod('b')],
    configure: trusting(5, false),
    steps: [times(1, CHAIN)],
    log: FORWARDED_LOG,
  },
];

export const HEADERS: readonly Scenario[] = [...MUTATIONS, ...BUILT_IN, ...FORWARDED];
