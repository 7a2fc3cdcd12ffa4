import { type Init, type RouteAction, retryPolicy } from '../../../src/xds';
import { clientOnly, clusterOf, MS } from '../configure';
import type { AnswerRule, Scenario } from '../contract';
import { failing, HTTP2, once, pod, straight, times } from './support';

const SLOW = [{ status: 200, delayMs: 1500 }];
const TOPIC = 'timeouts';

/** One request to a pod whose answers take their time. */
function timed(
  name: string,
  claim: string,
  answers: readonly AnswerRule[],
  action: Init<Omit<RouteAction, 'cluster'>>,
): Scenario {
  return {
    name: `timeout-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', answers)],
    configure: straight(['b'], action),
    steps: once,
  };
}

export const TIMEOUTS: readonly Scenario[] = [
  timed('route', 'a route timeout of 300 ms answers 504 with UT', SLOW, { timeoutNs: 300 * MS }),
  timed('per-try', 'a per-try timeout without a retry that covers it answers 504 with UT', SLOW, {
    retryPolicy: retryPolicy({ retryOn: 'retriable-4xx', perTryTimeoutNs: 300 * MS }),
  }),
  timed(
    'per-try-retried',
    'a per-try timeout is retried with 5xx and the second try answers',
    failing({ status: 200, delayMs: 1500 }, 1),
    {
      retryPolicy: retryPolicy({ retryOn: '5xx', perTryTimeoutNs: 300 * MS, backOff: { baseIntervalNs: 10 * MS } }),
    },
  ),
  timed('per-try-exhausted', 'per-try timeouts on every try end in 504 with UT and URX', SLOW, {
    retryPolicy: retryPolicy({ retryOn: '5xx', perTryTimeoutNs: 300 * MS, backOff: { baseIntervalNs: 10 * MS } }),
  }),
  {
    name: 'timeout-during-back-off',
    topic: TOPIC,
    claim: 'the route timeout ends the pause before a retry',
    pods: [pod('b', [{ status: 503 }])],
    configure: straight(['b'], {
      timeoutNs: 300 * MS,
      retryPolicy: retryPolicy({
        retryOn: 'retriable-status-codes',
        retriableStatusCodes: [503],
        numRetries: 100,
        backOff: { baseIntervalNs: 100 * MS, maxIntervalNs: 100 * MS },
      }),
    }),
    steps: once,
    // How many tries fit is chance.
    compare: {
      ignoredFields: ['attempts'],
      ignoredStatistics: [
        'upstream_rq_total',
        'upstream_rq_retry',
        'exponential',
        'upstream_rq_503',
        'upstream_rq_5xx',
        'retry.upstream_rq_completed',
      ],
    },
  },
  {
    name: 'timeout-request-header',
    topic: TOPIC,
    claim:
      'x-envoy-upstream-rq-timeout-ms is taken off: without internal addresses no caller is inside, and the route timeout holds',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], { timeoutNs: 1000 * MS }),
    steps: [times(1, { headers: { 'x-envoy-upstream-rq-timeout-ms': '250' } })],
  },
  {
    name: 'timeout-stream-idle',
    topic: TOPIC,
    claim: 'a stream without activity for 300 ms ends with 504 and SI',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], { idleTimeoutNs: 300 * MS }),
    steps: once,
  },
  timed(
    'max-stream-duration',
    'a stream longer than the maximum of its route of 300 ms ends with 504 and no flag',
    SLOW,
    { maxStreamDuration: { maxStreamDurationNs: 300 * MS } },
  ),
  timed('per-try-idle', 'a try without activity for 300 ms ends with 504 and UT', SLOW, {
    retryPolicy: retryPolicy({ retryOn: 'retriable-4xx', perTryIdleTimeoutNs: 300 * MS }),
  }),
  {
    name: 'timeout-upstream-idle',
    topic: TOPIC,
    claim: 'an upstream connection without streams is closed after its idle timeout of 200 ms',
    pods: [pod('b')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http1', idleTimeoutNs: 200 * MS } }),
    steps: [times(2), { kind: 'wait', ms: 600 }, times(1)],
  },
  {
    name: 'timeout-grpc-header',
    topic: TOPIC,
    claim: 'grpc-timeout bounds a call below the route maximum and ends it with status 4',
    pods: [pod('b', [{ grpcStatus: 0, delayMs: 1500 }], 'http2')],
    configure: straight(['b'], { timeoutNs: 0, maxGrpcTimeoutNs: 0 }, HTTP2),
    steps: [times(1, { protocol: 'grpc', path: '/shop.Cart/Get', headers: { 'grpc-timeout': '300m' } })],
    log: { grpc: '%GRPC_STATUS_NUMBER%' },
  },
  {
    name: 'timeout-hcm-request',
    topic: TOPIC,
    claim: 'the maximum stream duration of the connection manager ends a request with 504 and no flag',
    pods: [pod('b', SLOW)],
    configure: (place) =>
      clientOnly(place, { clusters: [clusterOf(place, 'b', ['b'])], hcm: { maxStreamDurationNs: 300 * MS } }),
    steps: once,
  },
];
