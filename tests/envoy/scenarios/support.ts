// Small parts that many scenarios are made of.
import {
  type Cluster,
  clusterLoadAssignment,
  forwardTo,
  type Init,
  type LocalityLbEndpoints,
  type RouteAction,
  route,
} from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { AnswerRule, Place, PodScript, RequestSpec, Scenario, Step } from '../contract';

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

/** Endpoints of a cluster, by locality or priority. */
export function assigned(
  place: Place,
  cluster: string,
  endpoints: readonly LocalityLbEndpoints[],
): Pick<Cluster, 'discovery'> {
  const clusterName = place.cluster(cluster);
  return { discovery: { kind: 'STATIC', loadAssignment: clusterLoadAssignment({ clusterName, endpoints }) } };
}

/** Connections are opened host by host or request by request, so chance decides how many there are. */
export const CONNECTIONS_BY_CHANCE = ['upstream_cx_total', 'upstream_cx_http1_total', 'upstream_rq_pending_total'];

/** How often a host was checked, and how often in vain, depends on the moment at which it was started. */
export const CHECKS_BY_CHANCE = [
  'health_check.attempt',
  'health_check.success',
  'health_check.failure',
  'health_check.network_failure',
];
