import { type CircuitBreakerThresholds, type Init, upstreamTlsContext } from '../../../src/xds';
import { MS } from '../configure';
import type { Scenario } from '../contract';
import { burst, HTTP2, once, pod, straight, times } from './support';

function breaker(init: Init<CircuitBreakerThresholds>) {
  return { circuitBreakers: { thresholds: [{ priority: 'DEFAULT' as const, trackRemaining: false, ...init }] } };
}

const SLOW = [{ status: 200, delayMs: 300 }];

const FAILURES: readonly Scenario[] = [
  {
    name: 'connect-refused',
    topic: 'connections',
    claim: 'a refused connection answers 503 with UF and its transport failure reason',
    pods: [{ ...pod('b'), startsUp: false }],
    configure: straight(['b']),
    steps: once,
  },
  {
    name: 'connect-timeout',
    topic: 'connections',
    claim: 'a connection that is not established within connect_timeout ends with UF',
    pods: [{ name: 'b', serves: 'silent', answers: [] }],
    configure: straight(
      ['b'],
      {},
      { connectTimeoutNs: 300 * MS, transportSocket: { kind: 'tls', tls: upstreamTlsContext() } },
    ),
    steps: once,
  },
  {
    name: 'reset-before-headers',
    topic: 'connections',
    claim: 'a connection that ends before headers answers 503 with UC',
    pods: [pod('b', [{ reset: true }])],
    configure: straight(['b']),
    steps: once,
  },
  {
    name: 'reset-stream',
    topic: 'connections',
    claim: 'a stream that an HTTP/2 host resets answers 503 with UR',
    pods: [pod('b', [{ reset: true }], 'http2')],
    configure: straight(['b'], {}, HTTP2),
    steps: once,
  },
  {
    name: 'no-endpoints',
    topic: 'connections',
    claim: 'a cluster without hosts answers 503 with UH',
    pods: [],
    configure: straight([]),
    steps: once,
  },
  {
    name: 'http2-upstream',
    topic: 'connections',
    claim: 'ten requests at once share one HTTP/2 connection',
    pods: [pod('b', SLOW, 'http2')],
    configure: straight(['b'], {}, HTTP2),
    steps: [times(1), burst(10)],
  },
  {
    name: 'http2-max-streams',
    topic: 'connections',
    claim: 'two streams at most share a connection when max_concurrent_streams is 2',
    pods: [pod('b', SLOW, 'http2')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http2', maxConcurrentStreams: 2 } }),
    steps: [burst(6)],
    compare: { ignoredStatistics: ['upstream_rq_pending_total'] },
  },
  {
    name: 'max-requests-per-connection',
    topic: 'connections',
    claim: 'a connection is closed after max_requests_per_connection of 2',
    pods: [pod('b')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http1', maxRequestsPerConnection: 2 } }),
    steps: [times(5)],
  },
];

const BREAKERS: readonly Scenario[] = [
  {
    name: 'breaker-pending',
    topic: 'circuit breakers',
    claim: 'one connection and one pending request: the third of three at once overflows with UO',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], {}, breaker({ maxConnections: 1, maxPendingRequests: 1 })),
    steps: [burst(3)],
    compare: { unordered: true },
  },
  {
    name: 'breaker-connections',
    topic: 'circuit breakers',
    claim: 'with max_connections of 2 further requests wait for a free connection',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], {}, breaker({ maxConnections: 2 })),
    steps: [burst(4)],
    // How often a further connection is tried depends on how fast the first ones open.
    compare: { unordered: true, ignoredStatistics: ['upstream_cx_overflow'] },
  },
  {
    name: 'breaker-requests',
    topic: 'circuit breakers',
    claim: 'max_requests of 3 answers the fourth stream of HTTP/2 with UO',
    pods: [pod('b', SLOW, 'http2')],
    configure: straight(['b'], {}, { ...breaker({ maxRequests: 3 }), ...HTTP2 }),
    steps: [times(1), burst(4)],
    compare: { unordered: true },
  },
  {
    name: 'breaker-pending-zero',
    topic: 'circuit breakers',
    claim: 'without room for pending requests even the first one overflows',
    pods: [pod('b')],
    configure: straight(['b'], {}, breaker({ maxPendingRequests: 0 })),
    steps: [times(2)],
  },
  {
    name: 'breaker-host-connections',
    topic: 'circuit breakers',
    claim: 'with one connection per host the second request of two hosts each waits',
    pods: [pod('b', SLOW), pod('c', SLOW)],
    configure: straight(['b', 'c'], {}, { circuitBreakers: { thresholds: [], perHostMaxConnections: 1 } }),
    steps: [burst(4)],
    compare: { unordered: true, ignoredStatistics: ['upstream_cx_overflow'] },
  },
  {
    name: 'breaker-high-priority',
    topic: 'circuit breakers',
    claim: 'a route of high priority has thresholds of its own',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], { priority: 'HIGH' }, breaker({ maxConnections: 1, maxPendingRequests: 1 })),
    steps: [burst(4)],
    compare: { unordered: true },
  },
];

export const CONNECTIONS: readonly Scenario[] = [...FAILURES, ...BREAKERS];
