import {
  type FaultConfig,
  faultConfig,
  forwardTo,
  fractionalPercent,
  type HttpFilter,
  headerMatcher,
  type Init,
  type Route,
  retryPolicy,
  route,
} from '../../../src/xds';
import { clientOnly, clusterOf, MS } from '../configure';
import type { Scenario, Step } from '../contract';
import { burst, HTTP2, once, pod, times } from './support';

const TOPIC = 'fault injection';
const ALWAYS = fractionalPercent(100);
const NAME = 'envoy.filters.http.fault';

/** What depends on how many of the requests are aborted. */
const BY_CHANCE = ['rq_total', 'upstream_rq_200', 'upstream_rq_2xx', 'upstream_rq_completed', 'rq_5xx', 'rq_2xx'];

function faultFilter(init: Init<FaultConfig>): HttpFilter {
  return { kind: 'fault', name: NAME, fault: faultConfig(init) };
}

/** The client's proxy has the filter; everything goes to one pod. */
function withFault(
  init: Init<FaultConfig>,
  routesOf?: (cluster: string) => readonly Route[],
  clusterInit: Parameters<typeof clusterOf>[3] = {},
): Scenario['configure'] {
  return (place) => {
    const b = clusterOf(place, 'b', ['b'], clusterInit);
    return clientOnly(place, {
      clusters: [b],
      filters: [faultFilter(init)],
      ...(routesOf === undefined ? {} : { routes: routesOf(b.name) }),
    });
  };
}

function delay(ms: number, percentage = ALWAYS): NonNullable<FaultConfig['delay']> {
  return { kind: 'fixed', fixedDelayNs: ms * MS, percentage };
}

function abort(httpStatus: number, percentage = ALWAYS): NonNullable<FaultConfig['abort']> {
  return { kind: 'httpStatus', httpStatus, percentage };
}

/** Requests through a filter with this fault. */
function faulty(name: string, claim: string, init: Init<FaultConfig>, steps: readonly Step[]): Scenario {
  return { name: `fault-${name}`, topic: TOPIC, claim, pods: [pod('b')], configure: withFault(init), steps };
}

const FIXED: readonly Scenario[] = [
  faulty('delay', 'a delay of 300 ms for every request sets DI and the request goes on', { delay: delay(300) }, once),
  faulty(
    'abort',
    'an abort for every request answers 418 with FI, and nothing reaches the cluster',
    { abort: abort(418) },
    [times(2)],
  ),
  faulty(
    'delay-and-abort',
    'delay and abort together answer after the delay with DI and FI',
    { delay: delay(200), abort: abort(503) },
    once,
  ),
  {
    name: 'fault-abort-grpc',
    topic: TOPIC,
    claim: 'an abort with a gRPC status answers a gRPC call with 200 and the status in the headers',
    pods: [pod('b', [{ grpcStatus: 0 }], 'http2')],
    configure: withFault({ abort: { kind: 'grpcStatus', grpcStatus: 14, percentage: ALWAYS } }, undefined, HTTP2),
    steps: [times(1, { protocol: 'grpc', path: '/shop.Cart/Get' })],
    log: { grpc: '%RESP(grpc-status)%', message: '%RESP(grpc-message)%' },
  },
  {
    name: 'fault-abort-grpc-to-http',
    topic: TOPIC,
    claim: 'an abort with a gRPC status answers plain HTTP with 200',
    pods: [pod('b')],
    configure: withFault({ abort: { kind: 'grpcStatus', grpcStatus: 8, percentage: ALWAYS } }),
    steps: once,
    log: { grpc: '%RESP(grpc-status)%' },
  },
  faulty(
    'header-match',
    'only requests with the header are aborted',
    { abort: abort(400), headers: [headerMatcher('x-user', 'jason')] },
    [times(4, (index) => ({ headers: { 'x-user': index % 2 === 0 ? 'jason' : 'ada' } }))],
  ),
  faulty(
    'upstream-cluster',
    'a filter bound to another cluster leaves the request alone',
    { abort: abort(400), upstreamCluster: 'elsewhere' },
    once,
  ),
  {
    name: 'fault-route-override',
    topic: TOPIC,
    claim: "a route's own fault replaces that of the filter",
    pods: [pod('b')],
    configure: withFault({ abort: abort(400) }, (name) => [
      route({
        name: 'all',
        action: forwardTo(name, { timeoutNs: 0 }),
        filterOverrides: [{ kind: 'fault', name: NAME, fault: faultConfig({ abort: abort(507) }) }],
      }),
    ]),
    steps: once,
  },
  {
    name: 'fault-not-retried',
    topic: TOPIC,
    claim: 'an injected 503 is not retried: the filter answers before the router',
    pods: [pod('b')],
    configure: withFault({ abort: abort(503) }, (name) => [
      route({ name: 'all', action: forwardTo(name, { timeoutNs: 0, retryPolicy: retryPolicy({ retryOn: '5xx' }) }) }),
    ]),
    steps: once,
  },
  {
    name: 'fault-delay-and-timeout',
    topic: TOPIC,
    claim: 'an injected delay does not count towards the route timeout',
    pods: [pod('b')],
    configure: withFault({ delay: delay(400) }, (name) => [
      route({ name: 'all', action: forwardTo(name, { timeoutNs: 200 * MS }) }),
    ]),
    steps: once,
  },
  {
    name: 'fault-max-active',
    topic: TOPIC,
    claim: 'with max_active_faults of 2 the third request at once passes without a delay',
    pods: [pod('b')],
    configure: withFault({ delay: delay(500), maxActiveFaults: 2 }),
    steps: [burst(4)],
    compare: { ignoredStatistics: ['upstream_cx_total', 'upstream_cx_http1_total', 'upstream_rq_pending_total'] },
  },
];

/** The header asks for a status or a delay; a percentage header makes it rarer. */
const BY_HEADER: readonly Scenario[] = [
  faulty(
    'header-abort',
    'x-envoy-fault-abort-request names the status; values that are no status do nothing',
    { abort: { kind: 'header', percentage: ALWAYS } },
    [
      times(4, (index) => ({ headers: { 'x-envoy-fault-abort-request': ['418', '100', 'x', '700'][index] ?? '' } })),
      times(1),
    ],
  ),
  faulty(
    'header-delay',
    'x-envoy-fault-delay-request names the delay in milliseconds',
    { delay: { kind: 'header', percentage: ALWAYS } },
    [times(1, { headers: { 'x-envoy-fault-delay-request': '250' } }), times(1)],
  ),
  faulty(
    'header-percentage',
    'x-envoy-fault-abort-request-percentage of 0 takes the abort back, more than the maximum does not widen it',
    { abort: { kind: 'header', percentage: ALWAYS } },
    [
      times(2, (index) => ({
        headers: {
          'x-envoy-fault-abort-request': '503',
          'x-envoy-fault-abort-request-percentage': ['0', '500'][index] ?? '',
        },
      })),
    ],
  ),
  {
    name: 'fault-header-abort-grpc',
    topic: TOPIC,
    claim: 'x-envoy-fault-abort-grpc-request names a gRPC status',
    pods: [pod('b', [{ grpcStatus: 0 }], 'http2')],
    configure: withFault({ abort: { kind: 'header', percentage: ALWAYS } }, undefined, HTTP2),
    steps: [
      times(1, {
        protocol: 'grpc',
        path: '/shop.Cart/Get',
        headers: { 'x-envoy-fault-abort-grpc-request': '5' },
      }),
    ],
    log: { grpc: '%RESP(grpc-status)%' },
  },
];

const SHARES: readonly Scenario[] = [
  {
    name: 'fault-abort-percentage',
    topic: TOPIC,
    claim: 'an abort of 30 % hits three of ten requests',
    pods: [pod('b')],
    configure: withFault({ abort: abort(503, fractionalPercent(30)) }),
    steps: [{ kind: 'send', request: {}, count: 400, concurrency: 8 }],
    compare: {
      ignoredFields: ['status', 'flags', 'details', 'attempts', 'cluster'],
      distribution: { field: 'status', shares: { 200: 70, 503: 30 } },
      ignoredStatistics: [...BY_CHANCE, 'aborts_injected', 'upstream_cx_total', 'http1_total', 'pending_total'],
    },
  },
  {
    name: 'fault-delay-percentage',
    topic: TOPIC,
    claim: 'a delay of 25 % hits one request of four',
    pods: [pod('b')],
    configure: withFault({ delay: delay(600, fractionalPercent(250_000, 1_000_000)) }),
    steps: [burst(160, {}, 5)],
    compare: {
      unordered: true,
      ignoredFields: ['flags'],
      durations: { edgesMs: [300], shares: [3, 1] },
      ignoredStatistics: ['delays_injected', 'upstream_cx_total', 'http1_total', 'pending_total'],
    },
  },
];

export const FAULTS: readonly Scenario[] = [...FIXED, ...BY_HEADER, ...SHARES];
