// Small parts that many scenarios are made of.
import { type Cluster, forwardTo, type Init, type RouteAction, route } from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { AnswerRule, PodScript, RequestSpec, Scenario, Step } from '../contract';

/** The header by which scripts tell attempts apart. */
export const ATTEMPT = 'x-envoy-attempt-count';

const BURST_GAP_MS = 15;

export const OK: readonly AnswerRule[] = [{ status: 200 }];

export function pod(
  name: string,
  answers: readonly AnswerRule[] = OK,
  serves: PodScript['serves'] = 'http1',
): PodScript {
  return { name, serves, answers };
}

/** Fails on the first attempts and answers 200 on a later one. */
export function failing(rule: AnswerRule, attempts: number): readonly AnswerRule[] {
  return [
    ...Array.from({ length: attempts }, (_, index) => ({ ...rule, when: { [ATTEMPT]: String(index + 1) } })),
    ...OK,
  ];
}

export const once: readonly Step[] = [{ kind: 'send', request: {} }];

export function times(count: number, request: RequestSpec | ((index: number) => RequestSpec) = {}, gapMs = 0): Step {
  return { kind: 'send', request, count, gapMs };
}

/** All under way at once, each a moment after the one before, so that their order is no chance. */
export function burst(
  count: number,
  request: RequestSpec | ((index: number) => RequestSpec) = {},
  gapMs = BURST_GAP_MS,
): Step {
  return { kind: 'send', request, count, concurrency: count, gapMs };
}

/** Everything goes to one cluster of all pods, which counts attempts for the scripts. */
export function straight(
  pods: readonly string[],
  action: Init<Omit<RouteAction, 'cluster'>> = {},
  clusterInit: Init<Omit<Cluster, 'name'>> = {},
): Scenario['configure'] {
  return (place) => {
    const b = clusterOf(place, 'b', pods, clusterInit);
    return clientOnly(place, {
      clusters: [b],
      virtualHost: { includeRequestAttemptCount: true },
      routes: [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, ...action }) })],
    });
  };
}

export const HTTP2: Pick<Cluster, 'httpProtocol'> = { httpProtocol: { protocol: 'http2' } };
