import { retryPolicy } from '../../../src/xds';
import { MS } from '../configure';
import type { Scenario } from '../contract';
import { burst, failing, HTTP2, pod, straight, times } from './support';

const TOPIC = 'HTTP/2 to hosts';
const SLOW = [{ status: 200, delayMs: 300 }];

export const HTTP2_HOSTS: readonly Scenario[] = [
  {
    name: 'http2-one-connection',
    topic: TOPIC,
    claim: 'requests one after another share a connection',
    pods: [pod('b', [{ status: 200 }], 'http2')],
    configure: straight(['b'], {}, HTTP2),
    steps: [times(6)],
  },
  {
    name: 'http2-streams-then-more',
    topic: TOPIC,
    claim: 'beyond max_concurrent_streams of 3 a further connection is opened, and both stay',
    pods: [pod('b', SLOW, 'http2')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http2', maxConcurrentStreams: 3 } }),
    steps: [times(1), burst(5), times(2)],
    compare: { ignoredStatistics: ['upstream_rq_pending_total'] },
  },
  {
    name: 'http2-max-requests',
    topic: TOPIC,
    claim: 'a connection takes three requests at most',
    pods: [pod('b', [{ status: 200 }], 'http2')],
    configure: straight(['b'], {}, { httpProtocol: { protocol: 'http2', maxRequestsPerConnection: 3 } }),
    steps: [times(7)],
    // The scripted server still speaks when Envoy has closed.
    compare: { ignoredStatistics: ['upstream_cx_protocol_error'] },
  },
  {
    name: 'http2-reset-keeps-connection',
    topic: TOPIC,
    claim: 'a reset stream leaves its connection to the others',
    pods: [
      pod(
        'b',
        [
          { path: '/reset', reset: true },
          { status: 200, delayMs: 200 },
        ],
        'http2',
      ),
    ],
    configure: straight(['b'], {}, HTTP2),
    steps: [times(1), burst(4, (index) => ({ path: index === 1 ? '/reset' : '/' }))],
  },
  {
    name: 'http2-reset-retried',
    topic: TOPIC,
    claim: 'a retried reset stays on the connection',
    pods: [pod('b', failing({ reset: true }, 1), 'http2')],
    configure: straight(
      ['b'],
      { retryPolicy: retryPolicy({ retryOn: 'reset', backOff: { baseIntervalNs: 10 * MS } }) },
      HTTP2,
    ),
    steps: [times(3)],
  },
  {
    name: 'http2-timeout-keeps-connection',
    topic: TOPIC,
    claim: 'a timeout resets the stream and keeps the connection',
    pods: [pod('b', [{ path: '/slow', status: 200, delayMs: 800 }, { status: 200 }], 'http2')],
    configure: straight(['b'], { timeoutNs: 200 * MS }, HTTP2),
    steps: [times(3, (index) => ({ path: index === 1 ? '/slow' : '/' }))],
  },
  {
    name: 'http2-host-stops',
    topic: TOPIC,
    claim: 'when a host has gone away with its connection requests end with UF',
    pods: [pod('b', [{ status: 200 }], 'http2')],
    configure: straight(['b'], {}, HTTP2),
    steps: [times(1), { kind: 'pod', pod: 'b', up: false }, { kind: 'wait', ms: 50 }, times(1)],
  },
  {
    name: 'http2-body',
    topic: TOPIC,
    claim: 'an answer with a body costs no connection when it is retried',
    pods: [pod('b', failing({ status: 503, bodyBytes: 2000 }, 1), 'http2')],
    configure: straight(
      ['b'],
      { retryPolicy: retryPolicy({ retryOn: '5xx', backOff: { baseIntervalNs: 10 * MS } }) },
      HTTP2,
    ),
    steps: [times(2)],
  },
];
