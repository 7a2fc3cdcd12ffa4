import { outlierDetection, retryPolicy } from '../../../src/xds';
import { MS } from '../configure';
import type { AnswerRule, Scenario } from '../contract';
import { istio } from '../istio';
import { failing, HTTP2, OK, once, pod, straight, times } from './support';

const TOPIC = 'resets after response headers';
const CUT: AnswerRule = { status: 200, bodyBytes: 10, reset: 'afterHeaders' };
const RETRIED = {
  retryPolicy: retryPolicy({ retryOn: '5xx,reset', numRetries: 2, backOff: { baseIntervalNs: 10 * MS } }),
};

export const CUT_RESPONSES: readonly Scenario[] = [
  {
    name: 'cut-http1',
    topic: TOPIC,
    claim: 'a connection that ends within a response ends that of the client, too; nothing is retried',
    pods: [pod('b', [CUT])],
    configure: straight(['b'], RETRIED),
    steps: [times(2)],
    log: { sent: '%BYTES_SENT%' },
  },
  {
    name: 'cut-http2',
    topic: TOPIC,
    claim: 'a stream that is reset within a response leaves its connection to the next',
    pods: [pod('b', [CUT], 'http2')],
    configure: straight(['b'], RETRIED, HTTP2),
    steps: [times(2)],
    log: { sent: '%BYTES_SENT%' },
  },
  {
    name: 'cut-error-retried',
    topic: TOPIC,
    claim: 'headers that are retried need no body',
    pods: [pod('b', failing({ ...CUT, status: 503 }, 1))],
    configure: straight(['b'], RETRIED),
    steps: [times(2)],
  },
  {
    name: 'cut-error-retried-http2',
    topic: TOPIC,
    claim: 'over HTTP/2, too',
    pods: [pod('b', failing({ ...CUT, status: 503 }, 1), 'http2')],
    configure: straight(['b'], RETRIED, HTTP2),
    steps: [times(2)],
  },
  {
    name: 'cut-error-passed',
    topic: TOPIC,
    claim: 'an error is cut off like any answer',
    pods: [pod('b', [{ ...CUT, status: 503 }])],
    configure: straight(['b'], {}),
    steps: [times(2)],
  },
  {
    name: 'cut-ejects',
    topic: TOPIC,
    claim: 'a host is charged with the headers and then with the end of its connection',
    pods: [pod('b', [CUT])],
    configure: straight(
      ['b'],
      {},
      {
        outlierDetection: outlierDetection({
          consecutive5xx: 1,
          intervalNs: 10_000 * MS,
          baseEjectionTimeNs: 10_000 * MS,
          maxEjectionPercent: 100,
        }),
      },
    ),
    steps: [times(2)],
  },
  {
    name: 'cut-no-body',
    topic: TOPIC,
    claim: 'headers alone are cut off, too',
    pods: [pod('b', [{ ...CUT, bodyBytes: 0 }])],
    configure: straight(['b'], {}),
    steps: once,
  },
  {
    name: 'cut-to-http2-client',
    topic: TOPIC,
    claim: 'a client of HTTP/2 learns it by a reset of its stream',
    pods: [pod('b', [CUT], 'http2')],
    configure: straight(['b'], RETRIED, HTTP2),
    steps: [times(2, { protocol: 'grpc' })],
  },
  {
    name: 'cut-http1-to-http2-client',
    topic: TOPIC,
    claim: 'whichever protocol the host speaks',
    pods: [pod('b', [CUT])],
    configure: straight(['b'], RETRIED),
    steps: [times(2, { protocol: 'grpc' })],
  },
  {
    name: 'cut-by-application',
    topic: TOPIC,
    claim: 'the end of a response goes from sidecar to sidecar',
    pods: [pod('b', [CUT, ...OK])],
    configure: istio('', ['b']),
    steps: [times(2)],
    // The engine's server closes at once, Envoy's a second after it has sent what there is.
    compare: { durationToleranceMs: 1_500 },
  },
  {
    name: 'cut-timeout',
    topic: TOPIC,
    claim: 'headers within the timeout are enough for a response that is cut off',
    pods: [pod('b', [{ ...CUT, delayMs: 100 }])],
    configure: straight(['b'], { timeoutNs: 300 * MS }),
    steps: once,
  },
];
