import { type Cluster, forwardTo, type Init, type RetryPolicy, retryPolicy, route } from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { AnswerRule, PodScript, Scenario, Step } from '../contract';

/** A policy with short pauses, so that the whole scenario takes a moment. */
const quick = (init: Init<RetryPolicy, 'retryOn'>): RetryPolicy =>
  retryPolicy({ numRetries: 2, backOff: { baseIntervalNs: 10_000_000 }, ...init });

/** A client that retries with a policy; its requests carry the number of the attempt. */
function retrying(
  policy: Init<RetryPolicy, 'retryOn'>,
  clusterInit: (pods: readonly string[]) => Init<Omit<Cluster, 'name'>> = () => ({}),
): Scenario['configure'] {
  return (place) => {
    const pods = place.scenario.endsWith('-two') ? ['b', 'c'] : ['b'];
    const b = clusterOf(place, 'b', pods, clusterInit(pods));
    return clientOnly(place, {
      clusters: [b],
      virtualHost: { includeRequestAttemptCount: true },
      routes: [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, retryPolicy: quick(policy) }) })],
    });
  };
}

const ATTEMPT = 'x-envoy-attempt-count';
const pod = (answers: readonly AnswerRule[], serves: PodScript['serves'] = 'http1'): PodScript => ({
  name: 'b',
  serves,
  answers,
});
/** Fails on the first attempts and answers 200 on a later one. */
const failing = (rule: AnswerRule, attempts: number): readonly AnswerRule[] => [
  ...Array.from({ length: attempts }, (_, index) => ({ ...rule, when: { [ATTEMPT]: String(index + 1) } })),
  { status: 200 },
];
const once: readonly Step[] = [{ kind: 'send', request: {} }];

function scenario(
  name: string,
  claim: string,
  policy: Init<RetryPolicy, 'retryOn'>,
  answers: readonly AnswerRule[],
): Scenario {
  return {
    name: `retry-${name}`,
    topic: 'retries',
    claim,
    pods: [pod(answers)],
    configure: retrying(policy),
    steps: once,
  };
}

export const RETRIES: readonly Scenario[] = [
  scenario('5xx', '5xx retries a 500', { retryOn: '5xx' }, failing({ status: 500 }, 1)),
  scenario('gateway-error', 'gateway-error retries a 502', { retryOn: 'gateway-error' }, failing({ status: 502 }, 1)),
  scenario('exhausted', 'the last of three answers is passed on with URX', { retryOn: '5xx' }, [{ status: 503 }]),
];
