import {
  forwardTo,
  fractionalPercent,
  type HttpFilter,
  headerValueOption,
  type Init,
  type LocalRateLimitConfig,
  localRateLimitConfig,
  prefixPath,
  type Route,
  retryPolicy,
  route,
  routeMatch,
} from '../../../src/xds';
import { clientAndServer, clientOnly, clusterOf, MS, S } from '../configure';
import type { Place, Scenario, Step } from '../contract';
import { HTTP2, pod, times } from './support';

const TOPIC = 'local rate limit';
const NAME = 'envoy.filters.http.local_ratelimit';
const ALWAYS = fractionalPercent(100);
const LIMIT_LOG = { limited: '%RESP(x-envoy-ratelimited)%', mark: '%RESP(x-limited)%' };

/** Two requests, and then one every 10 s. */
function limit(place: Place, init: Init<LocalRateLimitConfig> = {}): LocalRateLimitConfig {
  return localRateLimitConfig({
    statPrefix: `${place.scenario}-limit`,
    tokenBucket: { maxTokens: 2, tokensPerFill: 2, fillIntervalNs: 20 * S },
    filterEnabled: ALWAYS,
    filterEnforced: ALWAYS,
    ...init,
  });
}

function limitFilter(localRateLimit: LocalRateLimitConfig): HttpFilter {
  return { kind: 'localRateLimit', name: NAME, localRateLimit };
}

function withLimit(
  init: Init<LocalRateLimitConfig> = {},
  clusterInit: Parameters<typeof clusterOf>[3] = {},
): Scenario['configure'] {
  return (place) =>
    clientOnly(place, {
      clusters: [clusterOf(place, 'b', ['b'], clusterInit)],
      filters: [limitFilter(limit(place, init))],
    });
}

/** `/own` has a bucket of its own with one token. */
function routesWithOwnLimit(place: Place, cluster: string): readonly Route[] {
  const override = {
    kind: 'localRateLimit' as const,
    name: NAME,
    localRateLimit: limit(place, {
      statPrefix: `${place.scenario}-own`,
      tokenBucket: { maxTokens: 1, tokensPerFill: 1, fillIntervalNs: 20 * S },
      status: 503,
    }),
  };
  const action = forwardTo(cluster, { timeoutNs: 0 });
  return [
    route({ name: 'own', match: routeMatch({ path: prefixPath('/own') }), action, filterOverrides: [override] }),
    route({ name: 'all', action }),
  ];
}

/** Requests through a filter with this limit. */
function limited(name: string, claim: string, init: Init<LocalRateLimitConfig>, steps: readonly Step[]): Scenario {
  const configure = withLimit(init);
  return { name: `limit-${name}`, topic: TOPIC, claim, pods: [pod('b')], configure, steps, log: LIMIT_LOG };
}

export const LOCAL_RATE_LIMITS: readonly Scenario[] = [
  limited('bucket', 'a bucket of two tokens answers the third request 429 with RL, without x-envoy-ratelimited', {}, [
    times(4),
  ]),
  limited(
    'refill',
    'tokens come back evenly over the fill interval of 400 ms',
    { tokenBucket: { maxTokens: 2, tokensPerFill: 2, fillIntervalNs: 400 * MS } },
    [times(3), { kind: 'wait', ms: 300 }, times(2)],
  ),
  limited(
    'status',
    'status and headers of the refusal are configured',
    { status: 503, responseHeadersToAdd: [headerValueOption('x-limited', 'yes')] },
    [times(3)],
  ),
  limited(
    'not-enforced',
    'without enforcement the filter counts and lets everything pass',
    { filterEnforced: fractionalPercent(0) },
    [times(3)],
  ),
  limited('not-enabled', 'a filter that is not enabled takes no token', { filterEnabled: fractionalPercent(0) }, [
    times(3),
  ]),
  {
    name: 'limit-enforced-percentage',
    topic: TOPIC,
    claim: 'enforcement of 40 % refuses two of five requests beyond the limit',
    pods: [pod('b')],
    configure: withLimit({
      filterEnforced: fractionalPercent(40),
      tokenBucket: { maxTokens: 1, tokensPerFill: 1, fillIntervalNs: 3600 * S },
    }),
    steps: [times(1), { kind: 'send', request: {}, count: 400, concurrency: 8 }],
    compare: {
      ignoredFields: ['status', 'flags', 'details', 'attempts'],
      distribution: { field: 'status', shares: { 200: 60, 429: 40 } },
      ignoredStatistics: [
        'enforced',
        'rq_total',
        'upstream_rq_200',
        'upstream_rq_completed',
        'rq_2xx',
        'rq_4xx',
        'upstream_cx_total',
        'http1_total',
        'pending_total',
      ],
    },
  },
  {
    name: 'limit-route-override',
    topic: TOPIC,
    claim: 'a route with its own limit has a bucket and a status of its own',
    pods: [pod('b')],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        filters: [limitFilter(limit(place))],
        routes: routesWithOwnLimit(place, b.name),
      });
    },
    steps: [times(6, (index) => ({ path: index % 2 === 0 ? '/own' : '/' }))],
    log: LIMIT_LOG,
  },
  {
    name: 'limit-route-only',
    topic: TOPIC,
    claim: 'a filter without a bucket limits only routes that bring one',
    pods: [pod('b')],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        filters: [limitFilter(localRateLimitConfig({ statPrefix: `${place.scenario}-limit` }))],
        routes: routesWithOwnLimit(place, b.name),
      });
    },
    steps: [times(6, (index) => ({ path: index % 2 === 0 ? '/own' : '/' }))],
    log: LIMIT_LOG,
  },
  {
    name: 'limit-grpc',
    topic: TOPIC,
    claim: 'a gRPC call beyond the limit gets 200 with UNAVAILABLE in the headers',
    pods: [pod('b', [{ grpcStatus: 0 }], 'http2')],
    configure: withLimit({}, HTTP2),
    steps: [times(3, { protocol: 'grpc', path: '/shop.Cart/Get' })],
    log: { ...LIMIT_LOG, grpc: '%GRPC_STATUS_NUMBER%' },
  },
  {
    name: 'limit-headers',
    topic: TOPIC,
    claim: 'x-ratelimit headers of draft version 3 tell limit, remaining tokens and reset',
    pods: [pod('b')],
    configure: withLimit({ extra: { enableXRatelimitHeaders: 'DRAFT_VERSION_03' } }),
    steps: [times(3)],
    log: {
      limit: '%RESP(x-ratelimit-limit)%',
      remaining: '%RESP(x-ratelimit-remaining)%',
      reset: '%RESP(x-ratelimit-reset)%',
    },
  },
  {
    name: 'limit-server-retried',
    topic: TOPIC,
    claim: "envoy-ratelimited does not retry what the server's proxy refuses: a local limit does not mark its answers",
    pods: [pod('b')],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      const policy = retryPolicy({ retryOn: 'envoy-ratelimited', numRetries: 2, backOff: { baseIntervalNs: 10 * MS } });
      return clientAndServer(
        place,
        { filters: [limitFilter(limit(place))] },
        {
          clusters: [b],
          routes: [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, retryPolicy: policy }) })],
        },
      );
    },
    steps: [times(3)],
  },
];
