import { headerMatcher, type Init, localityLbEndpoints, type RetryPolicy, retryPolicy } from '../../../src/xds';
import { endpointsOf, MS } from '../configure';
import type { AnswerRule, Scenario } from '../contract';
import { assigned, burst, CONNECTIONS_BY_CHANCE, failing, HTTP2, once, pod, straight, times } from './support';

/** Short pauses, so that a scenario takes a moment. */
function quick(init: Init<RetryPolicy, 'retryOn'>): RetryPolicy {
  return retryPolicy({ numRetries: 2, backOff: { baseIntervalNs: 10 * MS }, ...init });
}

/** One request to one pod under a retry policy. */
function condition(
  name: string,
  claim: string,
  policy: Init<RetryPolicy, 'retryOn'>,
  answers: readonly AnswerRule[],
): Scenario {
  return {
    name: `retry-${name}`,
    topic: 'retry conditions',
    claim,
    pods: [pod('b', answers)],
    configure: straight(['b'], { retryPolicy: quick(policy) }),
    steps: once,
  };
}

/** One gRPC request over HTTP/2. */
function grpcCondition(retryOn: string, grpcStatus: number): Scenario {
  return {
    name: `retry-grpc-${retryOn}`,
    topic: 'retry conditions',
    claim: `${retryOn} retries gRPC status ${grpcStatus}`,
    pods: [pod('b', failing({ grpcStatus }, 1), 'http2')],
    configure: straight(['b'], { retryPolicy: quick({ retryOn }) }, HTTP2),
    steps: [{ kind: 'send', request: { protocol: 'grpc', path: '/shop.Cart/Get' } }],
  };
}

const CONDITIONS: readonly Scenario[] = [
  condition('5xx', '5xx retries a 500', { retryOn: '5xx' }, failing({ status: 500 }, 1)),
  condition(
    '5xx-reset',
    '5xx retries a connection that ends before headers',
    { retryOn: '5xx' },
    failing({ reset: true }, 1),
  ),
  condition('5xx-not-404', '5xx does not retry a 404', { retryOn: '5xx' }, failing({ status: 404 }, 1)),
  condition('gateway-error', 'gateway-error retries a 502', { retryOn: 'gateway-error' }, failing({ status: 502 }, 1)),
  condition(
    'gateway-error-500',
    'gateway-error does not retry a 500',
    { retryOn: 'gateway-error' },
    failing({ status: 500 }, 1),
  ),
  condition(
    'reset',
    'reset retries a connection that ends before headers',
    { retryOn: 'reset' },
    failing({ reset: true }, 1),
  ),
  condition('reset-503', 'reset does not retry a 503', { retryOn: 'reset' }, failing({ status: 503 }, 1)),
  condition(
    'reset-before-request',
    'reset-before-request does not retry what ends after the request was sent',
    { retryOn: 'reset-before-request' },
    failing({ reset: true }, 1),
  ),
  condition(
    'connect-failure-reset',
    'connect-failure does not retry a connection that ends later',
    { retryOn: 'connect-failure' },
    failing({ reset: true }, 1),
  ),
  condition('retriable-4xx', 'retriable-4xx retries a 409', { retryOn: 'retriable-4xx' }, failing({ status: 409 }, 1)),
  condition(
    'retriable-4xx-404',
    'retriable-4xx does not retry a 404',
    { retryOn: 'retriable-4xx' },
    failing({ status: 404 }, 1),
  ),
  condition(
    'retriable-status-codes',
    'retriable-status-codes retries a listed 418',
    { retryOn: 'retriable-status-codes', retriableStatusCodes: [418] },
    failing({ status: 418 }, 1),
  ),
  condition(
    'retriable-headers',
    'retriable-headers retries a 200 that carries the header',
    { retryOn: 'retriable-headers', retriableHeaders: [headerMatcher('x-again', 'yes')] },
    failing({ status: 200, headers: { 'x-again': 'yes' } }, 1),
  ),
  condition(
    'envoy-ratelimited',
    'envoy-ratelimited retries a 429 with x-envoy-ratelimited',
    { retryOn: 'envoy-ratelimited' },
    failing({ status: 429, headers: { 'x-envoy-ratelimited': 'true' } }, 1),
  ),
  condition('exhausted', 'the last of three answers is passed on with URX', { retryOn: '5xx' }, [{ status: 503 }]),
  condition('exhausted-reset', 'resets on every try end in 503 with UC and URX', { retryOn: 'reset' }, [
    { reset: true },
  ]),
  condition(
    'body',
    'a retried answer with a body costs its connection',
    { retryOn: '5xx' },
    failing({ status: 503, bodyBytes: 100 }, 1),
  ),
  {
    ...condition(
      'request-headers',
      'x-envoy-retry-on and x-envoy-max-retries are taken off: without internal addresses no caller is inside',
      { retryOn: 'reset' },
      [{ status: 503 }],
    ),
    steps: [times(1, { headers: { 'x-envoy-retry-on': '5xx', 'x-envoy-max-retries': '3' } })],
  },
  {
    name: 'retry-connect-failure',
    topic: 'retry conditions',
    claim: 'connect-failure retries a refused connection, and UF and URX are left when it stays refused',
    pods: [{ ...pod('b'), startsUp: false }],
    configure: straight(['b'], { retryPolicy: quick({ retryOn: 'connect-failure' }) }),
    steps: once,
  },
  {
    name: 'retry-http2-reset',
    topic: 'retry conditions',
    claim: 'reset retries a stream that the host resets; UR and URX are left',
    pods: [pod('b', [{ reset: true }], 'http2')],
    configure: straight(['b'], { retryPolicy: quick({ retryOn: 'reset' }) }, HTTP2),
    steps: once,
  },
  grpcCondition('cancelled', 1),
  grpcCondition('deadline-exceeded', 4),
  grpcCondition('internal', 13),
  grpcCondition('resource-exhausted', 8),
  grpcCondition('unavailable', 14),
  { ...grpcCondition('unavailable', 5), name: 'retry-grpc-other', claim: 'unavailable does not retry gRPC status 5' },
];

const MANY_RETRIES = {
  circuitBreakers: { thresholds: [{ priority: 'DEFAULT' as const, trackRemaining: false, maxRetries: 1000 }] },
};

/** Which host comes first is chance, so how often another one is needed is too. */
const RETRIES_BY_CHANCE = [
  'upstream_rq_total',
  'upstream_rq_503',
  'upstream_rq_5xx',
  'upstream_rq_retry',
  'upstream_rq_retry_success',
  'upstream_rq_retry_backoff_exponential',
  'upstream_rq_completed',
];

/** One failing host in each of three priorities: the logs tell where the last try went. */
function prioritized(name: string, claim: string, updateFrequency: number, numRetries: number): Scenario {
  const names = ['b', 'c', 'd'];
  return {
    name,
    topic: 'retry limits',
    claim,
    pods: names.map((each) => pod(each, [{ status: 503 }])),
    configure: (place) => {
      const endpoints = names.map((each, priority) =>
        localityLbEndpoints({ priority, lbEndpoints: endpointsOf(place, [each]) }),
      );
      return straight(
        names,
        { retryPolicy: quick({ retryOn: '5xx', numRetries, retryPriority: { updateFrequency } }) },
        assigned(place, 'b', endpoints),
      )(place);
    },
    steps: [times(2)],
    compare: { hosts: 'same' },
  };
}

const LIMITS: readonly Scenario[] = [
  {
    name: 'retry-previous-hosts',
    topic: 'retry limits',
    claim: 'the predicate of previous hosts leads every retry to the other host',
    pods: [pod('b', [{ status: 503 }]), pod('c')],
    // By chance alone every second retry would go to the same host again.
    configure: straight(
      ['b', 'c'],
      {
        retryPolicy: quick({
          retryOn: '5xx',
          numRetries: 1,
          retryHostPredicates: [{ kind: 'previousHosts' }],
          hostSelectionRetryMaxAttempts: 50,
        }),
      },
      { lbPolicy: { kind: 'RANDOM' } },
    ),
    steps: [times(20)],
    compare: {
      durationToleranceMs: 400,
      ignoredFields: ['attempts'],
      ignoredStatistics: RETRIES_BY_CHANCE,
    },
  },
  prioritized('retry-previous-priorities', 'after each try the priorities that were tried take no load', 1, 1),
  prioritized('retry-previous-priorities-again', 'when all have been tried the first one takes it again', 1, 3),
  prioritized('retry-previous-priorities-rarely', 'the load moves after every second try', 2, 3),
  {
    name: 'retry-omit-host-metadata',
    topic: 'retry limits',
    claim: 'the predicate of host metadata leads retries to hosts that do not carry it',
    pods: [pod('b', [{ status: 503 }]), pod('c', [{ status: 503 }]), pod('d')],
    configure: (place) =>
      straight(
        ['b', 'c', 'd'],
        {
          retryPolicy: quick({
            retryOn: '5xx',
            numRetries: 1,
            retryHostPredicates: [{ kind: 'omitHostMetadata', metadata: { stage: 'old' } }],
            hostSelectionRetryMaxAttempts: 50,
          }),
        },
        {
          lbPolicy: { kind: 'RANDOM' },
          ...assigned(place, 'b', [
            localityLbEndpoints({
              lbEndpoints: endpointsOf(place, ['b', 'c', 'd'], (name) => ({
                lbMetadata: { stage: name === 'd' ? 'new' : 'old' },
              })),
            }),
          ]),
        },
      )(place),
    steps: [times(20)],
    compare: {
      durationToleranceMs: 400,
      ignoredFields: ['attempts'],
      ignoredStatistics: [...RETRIES_BY_CHANCE, ...CONNECTIONS_BY_CHANCE],
    },
  },
  {
    name: 'retry-request-header-match',
    topic: 'retry limits',
    claim: 'only requests with the header that the policy asks for are retried',
    pods: [pod('b', failing({ status: 503 }, 1))],
    configure: straight(['b'], {
      retryPolicy: quick({ retryOn: '5xx', retriableRequestHeaders: [headerMatcher('x-again', 'yes')] }),
    }),
    steps: [times(2, (index) => ({ headers: { 'x-again': index === 0 ? 'yes' : 'no' } }))],
  },
  {
    name: 'retry-budget',
    topic: 'retry limits',
    claim: 'a budget of 20 % with a floor of 3 lets three of ten retry at once',
    pods: [pod('b', [{ status: 503, delayMs: 300 }])],
    configure: straight(
      ['b'],
      { retryPolicy: quick({ retryOn: '5xx', numRetries: 1 }) },
      {
        circuitBreakers: {
          thresholds: [
            { priority: 'DEFAULT', trackRemaining: false, retryBudget: { budgetPercent: 20, minRetryConcurrency: 3 } },
          ],
        },
      },
    ),
    steps: [burst(10)],
    compare: { unordered: true, ignoredStatistics: ['upstream_cx_total', 'upstream_cx_http1_total', 'pending_total'] },
  },
  {
    name: 'retry-breaker',
    topic: 'retry limits',
    claim: 'max_retries 2 lets two of six retry at once; the others end with UO and the 503',
    pods: [pod('b', [{ status: 503, delayMs: 300 }])],
    configure: straight(
      ['b'],
      { retryPolicy: quick({ retryOn: '5xx', numRetries: 1 }) },
      { circuitBreakers: { thresholds: [{ priority: 'DEFAULT', trackRemaining: false, maxRetries: 2 }] } },
    ),
    steps: [burst(6)],
    compare: { unordered: true, ignoredStatistics: ['upstream_cx_total', 'upstream_cx_http1_total', 'pending_total'] },
  },
  {
    name: 'retry-back-off',
    topic: 'retry limits',
    claim: 'the first pause is uniform below the base interval of 800 ms',
    pods: [pod('b', failing({ status: 503 }, 1))],
    configure: straight(
      ['b'],
      {
        retryPolicy: retryPolicy({ retryOn: '5xx', numRetries: 1, backOff: { baseIntervalNs: 800 * MS } }),
      },
      MANY_RETRIES,
    ),
    steps: [burst(160, {}, 5)],
    compare: {
      unordered: true,
      durations: { edgesMs: [200, 400, 600], shares: [1, 1, 1, 1] },
      ignoredStatistics: ['upstream_cx_total', 'upstream_cx_http1_total', 'upstream_rq_pending_total'],
    },
  },
  {
    name: 'retry-back-off-grows',
    topic: 'retry limits',
    claim: 'the second pause is uniform below twice the base interval, the maximum bounds it',
    pods: [pod('b', failing({ status: 503 }, 2))],
    configure: straight(
      ['b'],
      {
        retryPolicy: retryPolicy({
          retryOn: '5xx',
          numRetries: 2,
          backOff: { baseIntervalNs: 400 * MS, maxIntervalNs: 600 * MS },
        }),
      },
      MANY_RETRIES,
    ),
    steps: [burst(160, {}, 5)],
    compare: {
      unordered: true,
      // The sum of a uniform value below 400 ms and one below 600 ms.
      durations: { edgesMs: [400, 600], shares: [1, 1, 1] },
      ignoredStatistics: ['upstream_cx_total', 'upstream_cx_http1_total', 'upstream_rq_pending_total'],
    },
  },
  {
    name: 'retry-rate-limited-back-off',
    topic: 'retry limits',
    claim: 'a reset header of the answer sets the pause: 1 to 1.5 s',
    pods: [pod('b', failing({ status: 429, headers: { 'retry-after': '1' } }, 1))],
    configure: straight(['b'], {
      retryPolicy: quick({
        retryOn: 'retriable-status-codes',
        retriableStatusCodes: [429],
        rateLimitedBackOff: {
          resetHeaders: [{ name: 'retry-after', format: 'SECONDS' }],
          maxIntervalNs: 3000 * MS,
        },
      }),
    }),
    steps: once,
    compare: { durationWindowMs: [1000, 1500] },
  },
];

export const RETRIES: readonly Scenario[] = [...CONDITIONS, ...LIMITS];
