// A random case as plain data, so that it can be shrunk part by part, and the scenario of the judge that it stands for.
import {
  type Cluster,
  type HeaderMutations,
  type HttpFilter,
  type LoadBalancingPolicy,
  type Route,
  type RouteAction,
  routerFilter,
  type VirtualHost,
  type WeightedCluster,
} from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { Place, PodScript, RequestSpec, Scenario } from '../contract';

export interface ClusterCase {
  readonly name: string;
  readonly pods: readonly string[];
  readonly lbPolicy?: LoadBalancingPolicy;
  readonly http2?: boolean;
  readonly maxRetries?: number;
  readonly maxRequests?: number;
}

/** Clusters are named without the scenario's prefix everywhere in here. */
export interface RandomCase {
  readonly seed: number;
  readonly pods: readonly PodScript[];
  readonly clusters: readonly ClusterCase[];
  readonly virtualHosts: readonly VirtualHost[];
  readonly headers: HeaderMutations;
  readonly mostSpecificWins?: boolean;
  readonly ignorePort?: boolean;
  readonly filters: readonly HttpFilter[];
  readonly requests: readonly RequestSpec[];
}

/** The header that names a cluster. */
export const CLUSTER_HEADER = 'x-cluster';
export const UNKNOWN_CLUSTER = 'unknown';

const SHADOW_DELAY_MS = 30;
/** Several cases share two cores with the proxies. */
const DURATION_TOLERANCE_MS = 600;

/** What the proxy made of a request and of its answer. */
const LOG: Readonly<Record<string, string>> = {
  path: '%REQ(:PATH)%',
  authority: '%REQ(:AUTHORITY)%',
  originalPath: '%REQ(X-ENVOY-ORIGINAL-PATH)%',
  forwardedHost: '%REQ(X-FORWARDED-HOST)%',
  requestA: '%REQ(X-A)%',
  requestB: '%REQ(X-B)%',
  requestUser: '%REQ(X-USER)%',
  answerA: '%RESP(X-A)%',
  answerB: '%RESP(X-B)%',
  answerAgain: '%RESP(X-AGAIN)%',
  location: '%RESP(LOCATION)%',
  allowedOrigin: '%RESP(ACCESS-CONTROL-ALLOW-ORIGIN)%',
  limited: '%RESP(X-ENVOY-RATELIMITED)%',
  count: '%RESP(X-ENVOY-ATTEMPT-COUNT)%',
};

function weightedOf(place: Place, cluster: WeightedCluster): WeightedCluster {
  return { ...cluster, name: place.cluster(cluster.name) };
}

function actionOf(place: Place, action: RouteAction): RouteAction {
  const { cluster } = action;
  const named: RouteAction['cluster'] =
    cluster.kind === 'cluster'
      ? { kind: 'cluster', cluster: place.cluster(cluster.cluster) }
      : cluster.kind === 'weightedClusters'
        ? { ...cluster, clusters: cluster.clusters.map((entry) => weightedOf(place, entry)) }
        : cluster;
  const requestMirrorPolicies = action.requestMirrorPolicies.map((policy) => ({
    ...policy,
    cluster: place.cluster(policy.cluster),
  }));
  return { ...action, cluster: named, requestMirrorPolicies };
}

function routeOf(place: Place, route: Route): Route {
  return route.action.kind === 'route'
    ? { ...route, action: { kind: 'route', route: actionOf(place, route.action.route) } }
    : route;
}

function clusterFor(place: Place, { name, pods, lbPolicy, http2, maxRetries, maxRequests }: ClusterCase): Cluster {
  const limits = {
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(maxRequests === undefined ? {} : { maxRequests }),
  };
  return clusterOf(place, name, pods, {
    ...(lbPolicy === undefined ? {} : { lbPolicy }),
    ...(http2 === true ? { httpProtocol: { protocol: 'http2' } } : {}),
    ...(Object.keys(limits).length === 0
      ? {}
      : { circuitBreakers: { thresholds: [{ priority: 'DEFAULT', trackRemaining: false, ...limits }] } }),
  });
}

/** Statistics of filters carry the scenario's name, as those of clusters do. */
function filterOf(place: Place, filter: HttpFilter): HttpFilter {
  if (filter.kind !== 'localRateLimit') return filter;
  const statPrefix = `${place.scenario}-limit`;
  return { ...filter, localRateLimit: { ...filter.localRateLimit, statPrefix } };
}

function requestOf(name: string, request: RequestSpec): RequestSpec {
  const cluster = request.headers?.[CLUSTER_HEADER];
  if (cluster === undefined) return request;
  return { ...request, headers: { ...request.headers, [CLUSTER_HEADER]: `${name}-${cluster}` } };
}

function mirrors({ virtualHosts }: RandomCase): boolean {
  return virtualHosts.some(({ routes }) =>
    routes.some(({ action }) => action.kind === 'route' && action.route.requestMirrorPolicies.length > 0),
  );
}

/** The scenario of a case; `name` tells it from others of the same run. */
export function scenarioOf(randomCase: RandomCase, name = `random-${randomCase.seed}`): Scenario {
  const { pods, clusters, virtualHosts, headers, filters, requests } = randomCase;
  return {
    name,
    topic: 'random',
    claim: `what seed ${randomCase.seed} makes is executed alike`,
    pods,
    configure: (place) =>
      clientOnly(place, {
        clusters: clusters.map((cluster) => clusterFor(place, cluster)),
        hcm: { httpFilters: [...filters.map((filter) => filterOf(place, filter)), routerFilter()] },
        routeConfig: {
          headers,
          mostSpecificHeaderMutationsWins: randomCase.mostSpecificWins === true,
          ignorePortInHostMatching: randomCase.ignorePort === true,
          virtualHosts: virtualHosts.map((host) => ({
            ...host,
            name: `${place.scenario}-${host.name}`,
            routes: host.routes.map((route) => routeOf(place, route)),
          })),
        },
      }),
    steps: [
      ...requests.map((request) => ({ kind: 'send' as const, request: requestOf(name, request) })),
      ...(mirrors(randomCase) ? [{ kind: 'wait' as const, ms: SHADOW_DELAY_MS }] : []),
    ],
    compare: {
      hosts: 'same',
      durationToleranceMs: DURATION_TOLERANCE_MS,
      // A copy may still be under way when the next one starts.
      ignoredStatistics: mirrors(randomCase)
        ? ['upstream_cx_total', 'upstream_cx_http1_total', 'upstream_cx_http2_total', 'upstream_rq_pending_total']
        : [],
    },
    log: LOG,
  };
}
