import { forwardTo, retryPolicy, route } from '../../../src/xds';
import { clientAndServer, clientOnly, clusterOf, MS, S } from '../configure';
import type { Scenario } from '../contract';
import { burst, HTTP2, once, pod, straight, times } from './support';

const TOPIC = 'idle and age limits';
const SLOW = [{ status: 200, delayMs: 1000 }];

export const IDLE: readonly Scenario[] = [
  {
    name: 'idle-stream-hcm',
    topic: TOPIC,
    claim: 'the stream idle timeout of the connection manager ends a waiting stream with 504 and SI',
    pods: [pod('b', SLOW)],
    configure: (place) =>
      clientOnly(place, { clusters: [clusterOf(place, 'b', ['b'])], hcm: { streamIdleTimeoutNs: 300 * MS } }),
    steps: once,
  },
  {
    name: 'idle-stream-route-wins',
    topic: TOPIC,
    claim: "a route's idle timeout of 0 switches that of the connection manager off",
    pods: [pod('b', [{ status: 200, delayMs: 600 }])],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        routes: [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, idleTimeoutNs: 0 }) })],
        hcm: { streamIdleTimeoutNs: 300 * MS },
      });
    },
    steps: once,
  },
  {
    name: 'idle-stream-not-retried',
    topic: TOPIC,
    claim: 'a stream idle timeout is not retried',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], {
      idleTimeoutNs: 300 * MS,
      retryPolicy: retryPolicy({ retryOn: '5xx,reset,gateway-error', numRetries: 2 }),
    }),
    steps: once,
  },
  {
    name: 'idle-stream-grpc',
    topic: TOPIC,
    claim: 'a stream idle timeout of a gRPC call is answered with status 14',
    pods: [pod('b', [{ grpcStatus: 0, delayMs: 1000 }], 'http2')],
    configure: straight(['b'], { idleTimeoutNs: 300 * MS }, HTTP2),
    steps: [times(1, { protocol: 'grpc', path: '/shop.Cart/Get' })],
    log: { grpc: '%GRPC_STATUS_NUMBER%' },
  },
  {
    name: 'idle-upstream-http2',
    topic: TOPIC,
    claim: 'an idle HTTP/2 connection to a host is closed after its timeout of 200 ms',
    pods: [pod('b', [{ status: 200 }], 'http2')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http2', idleTimeoutNs: 200 * MS } }),
    steps: [times(2), { kind: 'wait', ms: 500 }, times(1)],
  },
  {
    name: 'idle-upstream-busy',
    topic: TOPIC,
    claim: 'the idle timeout of a connection does not run while a stream is on it',
    pods: [pod('b', [{ status: 200, delayMs: 500 }])],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http1', idleTimeoutNs: 200 * MS } }),
    steps: once,
  },
  {
    name: 'idle-downstream-server',
    topic: TOPIC,
    claim: "the server's proxy closes an idle connection; the client's proxy opens another one",
    pods: [pod('b')],
    configure: (place) => clientAndServer(place, { hcm: { idleTimeoutNs: 200 * MS } }),
    steps: [times(2), { kind: 'wait', ms: 500 }, times(1)],
  },
  {
    name: 'age-downstream-requests',
    topic: TOPIC,
    claim: "the server's proxy asks its client to close a connection after two requests",
    pods: [pod('b')],
    configure: (place) => clientAndServer(place, { hcm: { maxRequestsPerConnection: 2 } }),
    steps: [times(5, {}, 20)],
  },
  {
    name: 'age-downstream-duration',
    topic: TOPIC,
    claim: "the server's proxy drains a connection older than 300 ms",
    pods: [pod('b')],
    configure: (place) => clientAndServer(place, { hcm: { maxConnectionDurationNs: 300 * MS } }),
    steps: [times(2), { kind: 'wait', ms: 600 }, times(2, {}, 20)],
  },
  {
    name: 'age-upstream-duration',
    topic: TOPIC,
    claim: 'a connection to a host is drained after max_connection_duration of 300 ms',
    pods: [pod('b')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http1', maxConnectionDurationNs: 300 * MS } }),
    steps: [times(2), { kind: 'wait', ms: 600 }, times(2)],
  },
  {
    name: 'age-stream-route',
    topic: TOPIC,
    claim: "a route's maximum stream duration replaces that of the connection manager",
    pods: [pod('b', [{ status: 200, delayMs: 500 }])],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        routes: [
          route({
            name: 'all',
            action: forwardTo(b.name, { timeoutNs: 0, maxStreamDuration: { maxStreamDurationNs: 5 * S } }),
          }),
        ],
        hcm: { maxStreamDurationNs: 200 * MS },
      });
    },
    steps: once,
  },
  {
    name: 'age-upstream-stream',
    topic: TOPIC,
    claim: 'max_stream_duration of the cluster ends a try with 504 and UMSDR',
    pods: [pod('b', SLOW)],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http1', maxStreamDurationNs: 300 * MS } }),
    steps: [burst(1)],
  },
];
