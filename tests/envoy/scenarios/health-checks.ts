import { commonLbConfig, type HealthCheck, healthCheck, type Init } from '../../../src/xds';
import { MS } from '../configure';
import type { AnswerRule, PodScript, Scenario, Step } from '../contract';
import { CHECKS_BY_CHANCE, CONNECTIONS_BY_CHANCE, HTTP2, pod, straight, times } from './support';

const TOPIC = 'health checks';
const PODS = ['b', 'c', 'd'];

/** Every 50 ms, and each result counts at once. */
function quick(init: Init<HealthCheck> = {}): HealthCheck {
  return healthCheck({
    kind: 'http',
    path: '/healthz',
    timeoutNs: 300 * MS,
    intervalNs: 50 * MS,
    noTrafficIntervalNs: 50 * MS,
    unhealthyThreshold: 1,
    healthyThreshold: 1,
    ...init,
  });
}

const HEALTHY: readonly AnswerRule[] = [{ status: 200 }];
const SICK: readonly AnswerRule[] = [{ path: '/healthz', status: 503 }, ...HEALTHY];

/** Envoy tells its workers of one change of health a second at most. */
const TOLD: Step = { kind: 'wait', ms: 1400 };

interface Checked {
  /** Answers by pod; without an entry a pod is healthy. */
  readonly answers?: Readonly<Record<string, readonly AnswerRule[]>>;
  readonly serves?: PodScript['serves'];
  /** Pods that do not run at first. */
  readonly down?: readonly string[];
  readonly check?: Init<HealthCheck>;
  readonly panicPercent?: number;
  readonly steps?: readonly Step[];
  readonly compare?: Scenario['compare'];
}

function checked(name: string, claim: string, init: Checked): Scenario {
  const { answers = {}, serves = 'http1', down = [], check = {}, panicPercent = 0, steps = [TOLD, times(60)] } = init;
  return {
    name: `check-${name}`,
    topic: TOPIC,
    claim,
    pods: PODS.map((each) => ({ ...pod(each, answers[each] ?? HEALTHY, serves), startsUp: !down.includes(each) })),
    configure: straight(
      PODS,
      {},
      {
        healthChecks: [quick(check)],
        commonLbConfig: commonLbConfig({ healthyPanicThresholdPercent: panicPercent }),
        ...(serves === 'http2' ? HTTP2 : {}),
      },
    ),
    steps,
    compare: {
      ignoredStatistics: [...CONNECTIONS_BY_CHANCE, ...CHECKS_BY_CHANCE, 'upstream_cx_http2_total'],
      ...init.compare,
    },
  };
}

function evenly(...pods: readonly string[]): Scenario['compare'] {
  return { distribution: { field: 'host', shares: Object.fromEntries(pods.map((each) => [each, 1])) } };
}

export const HEALTH_CHECKS: readonly Scenario[] = [
  checked('status', 'a host whose check is answered 503 gets no requests', {
    answers: { c: SICK },
    compare: evenly('b', 'd'),
  }),
  checked('expected-statuses', 'a status within the expected range passes, 200 outside of it does not', {
    answers: { c: [{ path: '/healthz', status: 204 }, ...HEALTHY], d: [{ path: '/healthz', status: 299 }, ...HEALTHY] },
    check: { expectedStatuses: [{ start: 204, end: 300 }] },
    compare: evenly('c', 'd'),
  }),
  checked('down', 'a host that refuses connections gets no requests', { down: ['b'], compare: evenly('c', 'd') }),
  checked('slow', 'a check that is not answered within its timeout fails', {
    answers: { d: [{ path: '/healthz', status: 200, delayMs: 600 }, ...HEALTHY] },
    check: { timeoutNs: 150 * MS },
    compare: evenly('b', 'c'),
  }),
  checked('tcp', 'a check of TCP passes when the connection is established', {
    answers: { c: SICK },
    down: ['d'],
    check: { kind: 'tcp' },
    compare: evenly('b', 'c'),
  }),
  checked('http2', 'checks of a cluster of HTTP/2 go over HTTP/2', {
    answers: { c: SICK },
    serves: 'http2',
    check: { extra: { httpHealthCheck: { path: '/healthz', codecClientType: 'HTTP2' } } },
    compare: evenly('b', 'd'),
  }),
  checked('stops', 'a host that stops leaves the rotation', {
    steps: [TOLD, { kind: 'pod', pod: 'c', up: false }, TOLD, times(60)],
    compare: evenly('b', 'd'),
  }),
  checked('starts', 'a host that comes back is used again', {
    down: ['c'],
    steps: [TOLD, times(10), { kind: 'pod', pod: 'c', up: true }, TOLD, times(60)],
    compare: { ...evenly('b', 'c', 'd'), preparing: 10 },
  }),
  checked('threshold', 'a host that stops is used until the fourth check in a row has failed', {
    check: { unhealthyThreshold: 4, intervalNs: 500 * MS, noTrafficIntervalNs: 500 * MS },
    steps: [
      TOLD,
      { kind: 'pod', pod: 'c', up: false },
      { kind: 'wait', ms: 200 },
      times(30),
      { kind: 'wait', ms: 3200 },
      times(30),
    ],
    compare: { unordered: true },
  }),
  checked('panic', 'with one of three hosts healthy there is panic: all are used', {
    answers: { c: SICK, d: SICK },
    panicPercent: 50,
    compare: evenly('b', 'c', 'd'),
  }),
  checked('no-panic', 'with two of three hosts healthy there is none', {
    answers: { c: SICK },
    panicPercent: 50,
    compare: evenly('b', 'd'),
  }),
  checked('all-failed', 'with no healthy host and without panic the answer is 503 with UH', {
    answers: { b: SICK, c: SICK, d: SICK },
    steps: [TOLD, times(3)],
  }),
  checked('all-failed-panic', 'with no healthy host panic uses all of them', {
    answers: { b: SICK, c: SICK, d: SICK },
    panicPercent: 50,
    compare: evenly('b', 'c', 'd'),
  }),
  checked('immediate-failure', 'an answer that carries x-envoy-immediate-health-check-fail takes its host out', {
    answers: {
      c: [
        { path: '/healthz', status: 200 },
        { status: 200, headers: { 'x-envoy-immediate-health-check-fail': 'true' } },
      ],
    },
    // It is back after sixty good checks, which take 3 s.
    check: { healthyThreshold: 60 },
    steps: [{ kind: 'wait', ms: 6000 }, times(9, {}, 40), { kind: 'wait', ms: 1200 }, times(60)],
    compare: { ...evenly('b', 'd'), preparing: 9 },
  }),
];
