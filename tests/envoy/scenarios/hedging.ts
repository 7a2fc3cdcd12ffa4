import {
  type Cluster,
  circuitBreakerThresholds,
  type Init,
  type RetryPolicy,
  type RouteAction,
  retryPolicy,
} from '../../../src/xds';
import { MS } from '../configure';
import type { AnswerRule, Scenario } from '../contract';
import { ATTEMPT, once, pod, straight } from './support';

const TOPIC = 'hedging';

/** What the attempt of this number is answered. */
function attempt(number: number, rule: AnswerRule): AnswerRule {
  return { ...rule, when: { [ATTEMPT]: String(number) } };
}

// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function hedged(
  name: string,
  claim: string,
  answers: readonly AnswerRule[],
  policy: Init<RetryPolicy> = {},
  action: Init<Omit<RouteAction, 'cluster'>> = {},
  cluster: Init<Omit<Cluster, 'name'>> = {},
): Scenario {
  return {
    name: `hedge-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', answers)],
    configure: straight(
      ['b'],
      {
        retryPolicy: retryPolicy({
          retryOn: '5xx',
          perTryTimeoutNs: 300 * MS,
          backOff: { baseIntervalNs: 10 * MS },
          ...policy,
        }),
        hedgePolicy: { hedgeOnPerTryTimeout: true },
        ...action,
      },
      cluster,
    ),
    steps: once,
  };
}

export const HEDGES: readonly Scenario[] = [
  hedged('second-wins', 'the try beside a slow one answers first, and the slow one is reset', [
    attempt(1, { status: 200, delayMs: 1200 }),
    attempt(2, { status: 201 }),
  ]),
  hedged('first-wins', 'the slow try goes on and answers before the one beside it', [
    attempt(1, { status: 200, delayMs: 450 }),
    attempt(2, { status: 201, delayMs: 1200 }),
  ]),
  hedged(
    'three-tries',
    'every try that is slow gets one beside it while retries are left',
    [
      attempt(1, { status: 200, delayMs: 2000 }),
      attempt(2, { status: 201, delayMs: 2000 }),
      attempt(3, { status: 202, delayMs: 100 }),
    ],
    { numRetries: 2 },
  ),
  hedged('bad-answer-held', 'a bad answer is held back while another try is alive', [
    attempt(1, { status: 200, delayMs: 900 }),
    attempt(2, { status: 503, delayMs: 100 }),
  ]),
  hedged('both-bad', 'the bad answer that comes last is passed on', [
    attempt(1, { status: 500, delayMs: 900 }),
    attempt(2, { status: 503, delayMs: 100 }),
  ]),
  hedged('no-retry-left', 'the last try goes on without another one beside it', [
    attempt(1, { status: 200, delayMs: 2000 }),
    attempt(2, { status: 201, delayMs: 700 }),
  ]),
  hedged('reset', 'a try that is reset leaves the request to the one beside it', [
    attempt(1, { status: 200, delayMs: 900 }),
    attempt(2, { reset: true, delayMs: 100 }),
  ]),
  hedged(
    'route-timeout',
    'the route timeout ends all tries',
    [{ status: 200, delayMs: 2000 }],
    {},
    { timeoutNs: 900 * MS },
  ),
  hedged(
    'overflow',
    'where the breaker of retries is open the slow try goes on alone, with UO',
    [{ status: 200, delayMs: 700 }],
    {},
    {},
    { circuitBreakers: { thresholds: [circuitBreakerThresholds({ maxRetries: 0 })] } },
  ),
  hedged('fast', 'a quick answer needs no hedge', [{ status: 200 }]),
];
