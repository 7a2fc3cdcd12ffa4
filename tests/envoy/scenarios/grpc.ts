import { type Init, type RetryPolicy, type RouteAction, retryPolicy } from '../../../src/xds';
import { MS } from '../configure';
import type { AnswerRule, RequestSpec, Scenario } from '../contract';
import { burst, failing, HTTP2, pod, straight, times } from './support';

const TOPIC = 'gRPC';
const CALL: RequestSpec = { protocol: 'grpc', path: '/shop.Cart/Get' };
const LOG = {
  grpc: '%GRPC_STATUS_NUMBER%',
  grpcName: '%GRPC_STATUS%',
  message: '%RESP(grpc-message)%',
  type: '%RESP(content-type)%',
};

// biome-ignore lint/complexity/useMaxParams: the parts of a call.
function called(
  name: string,
  claim: string,
  answers: readonly AnswerRule[],
  action: Init<Omit<RouteAction, 'cluster'>> = {},
  request: RequestSpec = CALL,
): Scenario {
  return {
    name: `grpc-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', answers, 'http2')],
    configure: straight(['b'], action, HTTP2),
    steps: [times(1, request)],
    log: LOG,
  };
}

function retrying(retryOn: string, init: Init<RetryPolicy> = {}): Init<Omit<RouteAction, 'cluster'>> {
  return { retryPolicy: retryPolicy({ retryOn, numRetries: 2, backOff: { baseIntervalNs: 10 * MS }, ...init }) };
}

/** gRPC status numbers of answers, of which the HTTP status is 200. */
const STATUSES: readonly Scenario[] = [
  called('ok', 'status 0 passes', [{ grpcStatus: 0 }]),
  called('failed', 'status 13 passes as it is; the cluster counts a 200', [{ grpcStatus: 13 }]),
  called('http-status', 'an HTTP status other than 200 passes as it is', [{ status: 503, grpcStatus: 14 }]),
  called('to-unknown', 'a service that does not know the call answers 12', []),
];

/** Answers of the proxy itself. */
const LOCAL: readonly Scenario[] = [
  {
    name: 'grpc-no-host',
    topic: TOPIC,
    claim: 'without hosts a call gets 200 with status 14 and the message in the headers',
    pods: [],
    configure: straight([], {}, HTTP2),
    steps: [times(1, CALL)],
    log: LOG,
  },
  {
    name: 'grpc-refused',
    topic: TOPIC,
    claim: 'a refused connection gets status 14',
    pods: [{ ...pod('b', [{ grpcStatus: 0 }], 'http2'), startsUp: false }],
    configure: straight(['b'], {}, HTTP2),
    steps: [times(1, CALL)],
    // The message ends with what the system says about the socket.
    log: { grpc: LOG.grpc, type: LOG.type },
  },
  called('reset', 'a stream that the host resets gets status 14', [{ reset: true }]),
  called('timeout', 'a route timeout gets status 4', [{ grpcStatus: 0, delayMs: 1000 }], { timeoutNs: 200 * MS }),
  {
    name: 'grpc-overflow',
    topic: TOPIC,
    claim: 'what a breaker turns away gets status 14',
    pods: [pod('b', [{ grpcStatus: 0, delayMs: 300 }], 'http2')],
    configure: straight(
      ['b'],
      {},
      {
        ...HTTP2,
        circuitBreakers: { thresholds: [{ priority: 'DEFAULT', trackRemaining: false, maxRequests: 1 }] },
      },
    ),
    steps: [times(1, CALL), burst(2, CALL)],
    log: LOG,
  },
  {
    name: 'grpc-no-route',
    topic: TOPIC,
    claim: 'a call without a route gets status 12',
    pods: [],
    configure: (place) => {
      const { client, ...rest } = straight([])(place);
      const listeners = client.listeners.map((listener) => ({
        ...listener,
        filterChains: listener.filterChains.map((chain) => ({
          ...chain,
          filters: chain.filters.map((filter) =>
            filter.kind === 'httpConnectionManager' && filter.hcm.routes.kind === 'inline'
              ? {
                  ...filter,
                  hcm: {
                    ...filter.hcm,
                    routes: {
                      ...filter.hcm.routes,
                      routeConfig: { ...filter.hcm.routes.routeConfig, virtualHosts: [] },
                    },
                  },
                }
              : filter,
          ),
        })),
      }));
      return { ...rest, client: { ...client, listeners } };
    },
    steps: [times(1, CALL)],
    log: LOG,
  },
];

const TIMEOUTS: readonly Scenario[] = [
  called(
    'timeout-shorter',
    'grpc-timeout below the route maximum wins',
    [{ grpcStatus: 0, delayMs: 1000 }],
    { timeoutNs: 0, maxGrpcTimeoutNs: 2000 * MS },
    { ...CALL, headers: { 'grpc-timeout': '200m' } },
  ),
  called(
    'timeout-capped',
    'the route maximum caps grpc-timeout',
    [{ grpcStatus: 0, delayMs: 1000 }],
    { timeoutNs: 0, maxGrpcTimeoutNs: 200 * MS },
    { ...CALL, headers: { 'grpc-timeout': '5S' } },
  ),
  called(
    'timeout-offset',
    'the offset shortens grpc-timeout',
    [{ grpcStatus: 0, delayMs: 1000 }],
    { timeoutNs: 0, maxGrpcTimeoutNs: 2000 * MS, grpcTimeoutOffsetNs: 300 * MS },
    { ...CALL, headers: { 'grpc-timeout': '500m' } },
  ),
  called(
    'timeout-ignored',
    'without a maximum of the route grpc-timeout means nothing',
    [{ grpcStatus: 0, delayMs: 400 }],
    { timeoutNs: 0 },
    { ...CALL, headers: { 'grpc-timeout': '100m' } },
  ),
];

const RETRIES: readonly Scenario[] = [
  called(
    'retry-5xx',
    '5xx does not retry a status 14 that comes with 200',
    failing({ grpcStatus: 14 }, 1),
    retrying('5xx'),
  ),
  called(
    'retry-exhausted',
    'the last of three statuses 14 passes with URX',
    [{ grpcStatus: 14 }],
    retrying('unavailable'),
  ),
  called(
    'retry-two-conditions',
    'gRPC and HTTP conditions stand side by side',
    failing({ grpcStatus: 8 }, 1),
    retrying('5xx,cancelled,resource-exhausted'),
  ),
  called(
    'retry-header',
    'x-envoy-retry-grpc-on is taken off: without internal addresses no caller is inside',
    failing({ grpcStatus: 13 }, 1),
    retrying('reset'),
    { ...CALL, headers: { 'x-envoy-retry-grpc-on': 'internal', 'x-envoy-max-retries': '1' } },
  ),
];

const SIDE_BY_SIDE: readonly Scenario[] = [
  {
    name: 'grpc-concurrent',
    topic: TOPIC,
    claim: 'ten calls at once share one connection',
    pods: [pod('b', [{ grpcStatus: 0, delayMs: 200 }], 'http2')],
    configure: straight(['b'], {}, HTTP2),
    steps: [times(1, CALL), burst(10, CALL)],
    log: { grpc: LOG.grpc },
  },
];

export const GRPC: readonly Scenario[] = [...STATUSES, ...LOCAL, ...TIMEOUTS, ...RETRIES, ...SIDE_BY_SIDE];
