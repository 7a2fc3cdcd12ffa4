import type { MessageTable } from '../../core';
import type { CompiledChain, CompiledConfig, CompiledHcm } from '../config';
import {
  type ClusterChoice,
  type CompiledRouteConfiguration,
  clusterChoiceUsesRandom,
  type DynamicMetadata,
  type LocalReply,
  matchRoute,
  NO_METADATA,
  processRequestHeaders,
  type RequestView,
  type RouteRejection,
  type RouteResult,
  selectCluster,
  withHeaders,
} from '../semantics';
import type { ConnectionClass } from './connection-classes';
import type { FilterPlan } from './filter-plan-types';
import { type DecisionSink, type Rejected, reason, rejectedCandidate } from './recorder';
import { buildRoutePlan, type RoutePlan } from './route-plan';

/** Stands for the request's own identifier, which every request has but no head spells out. */
export const REQUEST_ID_PLACEHOLDER = '{request-id}';

/** A head as the connection manager hands it to the filters, with the routes that it can take. */
export interface RequestPlan {
  readonly config: CompiledConfig;
  readonly chain: CompiledChain;
  readonly hcm: CompiledHcm;
  readonly connectionClass: ConnectionClass;
  /** Numbers of chain, class and head, which the plan follows from. */
  readonly original: number;
  /** The connection manager refuses the request by itself. */
  readonly rejection: LocalReply | undefined;
  readonly request: RequestView;
  readonly routes: CompiledRouteConfiguration | undefined;
  /** Set when the route does not depend on the single request. */
  readonly resolved: ResolvedRoute | undefined;
  /** Plans of the filter chain and of forwarding by what was routed to: see `routeKey`. */
  readonly filterPlans: Map<object, FilterPlan>;
  readonly routePlans: Map<object, RoutePlan | undefined>;
  /** Numbers that every log line of the plan repeats, by what was routed to. */
  readonly logNumbers: Map<object, LogNumbers>;
}

/** Texts of a log line and a span by their numbers. */
export interface LogNumbers {
  /** The head as connection manager and filters leave it. */
  readonly request: number;
  readonly metadata: number;
  readonly remoteIp: number;
  readonly directIp: number;
  /** URI names of the client's certificate. */
  readonly peer: number;
  readonly localAddress: number;
  readonly serverName: number;
  readonly format: number;
  readonly route: number;
  readonly cluster: number;
  readonly observedCluster: number;
  readonly operation: number;
  /** Formats in which the tracer hands traces on, summed. */
  readonly propagation: number;
}

export interface ResolvedRoute {
  readonly result: RouteResult;
  readonly choice: ClusterChoice | undefined;
}

/** What the plan of a request needs beside its number. */
export interface PlanContext {
  readonly messages: MessageTable;
  /** Address of the proxy itself. */
  readonly proxyAddress: string;
}

export interface PlanSubject {
  readonly config: CompiledConfig;
  readonly chain: CompiledChain;
  readonly hcm: CompiledHcm;
  readonly connectionClass: ConnectionClass;
  readonly original: number;
}

/** Route configuration that the connection manager looks routes up in now. */
export function routesOf(config: CompiledConfig, hcm: CompiledHcm): CompiledRouteConfiguration | undefined {
  return hcm.inlineRoutes ?? config.routes.get(hcm.routeConfigName);
}

function isRandom(routes: CompiledRouteConfiguration | undefined, result: RouteResult): boolean {
  if (routes === undefined) return false;
  if (routes.usesRandom || routes.usesMetadata) return true;
  if (result.kind !== 'route' || result.route.action.kind !== 'route') return false;
  return clusterChoiceUsesRandom(result.route.action.route);
}

/** The plan of a head that an internal redirect made: it was processed before the redirect and is taken as it is. */
// envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::decodeHeaders (is_internally_created_)
export function buildRedirectedPlan(first: RequestPlan, original: number, messages: MessageTable): RequestPlan {
  const { config, chain, hcm, connectionClass, routes } = first;
  const request = messages.request(original);
  const base = { routePlans: new Map(), filterPlans: new Map(), logNumbers: new Map() };
  const plan = { config, chain, hcm, connectionClass, routes, original, request, rejection: undefined, ...base };
  const resolved = resolveRoute({ ...plan, resolved: undefined }, request, NO_METADATA, 0, undefined);
  return { ...plan, resolved: isRandom(routes, resolved.result) ? undefined : resolved };
}

export function buildRequestPlan(subject: PlanSubject, context: PlanContext): RequestPlan {
  const { config, hcm, connectionClass, original } = subject;
  const routes = routesOf(config, hcm);
  const head = context.messages.request(original);
  const processed = processRequestHeaders(hcm.source, head, {
    connection: connectionClass.info,
    proxyAddress: context.proxyAddress,
    localUriSans: connectionClass.localUriSans,
    internalOnlyHeaders: routes?.source.internalOnlyHeaders ?? [],
  });
  const base = { ...subject, routes, routePlans: new Map(), filterPlans: new Map(), logNumbers: new Map() };
  if (processed.kind === 'rejected') {
    const { status, details, location } = processed;
    const headers: readonly (readonly [string, string])[] = location === undefined ? [] : [['location', location]];
    return { ...base, rejection: { status, body: '', details, headers }, request: head, resolved: undefined };
  }
  let { request } = processed;
  if (processed.requestId === 'generate') {
    request = withHeaders(request, request.headers.with('x-request-id', REQUEST_ID_PLACEHOLDER));
  }
  const info = { ...connectionClass.info, remoteAddress: processed.remoteAddress };
  const connection = { ...connectionClass, info };
  const plan = { ...base, connectionClass: connection, rejection: undefined, request };
  const first = resolveRoute({ ...plan, resolved: undefined }, request, NO_METADATA, 0, undefined);
  return { ...plan, resolved: isRandom(routes, first.result) ? undefined : first };
}

const NO_ROUTE: ResolvedRoute = {
  result: { kind: 'noRoute', reason: 'noVirtualHost', virtualHost: undefined },
  choice: undefined,
};

/** Looks the route up and draws the cluster. `random` is the stream's one random number. */
// biome-ignore lint/complexity/useMaxParams: what a route may depend on.
export function resolveRoute(
  plan: RequestPlan,
  request: RequestView,
  metadata: DynamicMetadata,
  random: number,
  sink: DecisionSink | undefined,
): ResolvedRoute {
  const { routes } = plan;
  if (routes === undefined) {
    sink?.decide('virtualHost', '', reason('noRouteConfiguration', { name: plan.hcm.routeConfigName }));
    return NO_ROUTE;
  }
  const connection = plan.connectionClass.info;
  const rejected: Rejected[] = [];
  const result = matchRoute(
    routes,
    request,
    sink === undefined
      ? { connection, metadata }
      : {
          connection,
          metadata,
          recorder: (route, rejection) => {
            if (rejection === undefined) return;
            const name = route.source.name === '' ? `#${route.index + 1}` : route.source.name;
            rejected.push(rejectedCandidate(name, describeRejection(rejection), route.source.origin));
          },
        },
    random,
  );
  const choice =
    result.kind === 'route' && result.route.action.kind === 'route'
      ? selectCluster(result.route.action.route, request, connection, random)
      : undefined;
  if (sink !== undefined) recordRoute(plan, request, { result, choice }, rejected, sink);
  return { result, choice };
}

function describeRejection(rejection: RouteRejection): { code: string; values: Record<string, string | number> } {
  switch (rejection.kind) {
    case 'header':
    case 'queryParameter':
      return reason(rejection.kind, { name: rejection.name, actual: rejection.actual ?? '' });
    case 'path':
      return reason('path', { actual: rejection.actual });
    case 'runtimeFraction':
      return reason('runtimeFraction', { random: rejection.random, numerator: rejection.fraction.numerator });
    case 'notGrpc':
      return reason('notGrpc', { contentType: rejection.contentType ?? '' });
    default:
      return reason(rejection.kind);
  }
}

// biome-ignore lint/complexity/useMaxParams: the parts of one record.
function recordRoute(
  plan: RequestPlan,
  request: RequestView,
  resolved: ResolvedRoute,
  rejected: readonly Rejected[],
  sink: DecisionSink,
): void {
  const { result, choice } = resolved;
  const { virtualHost } = result;
  const table = plan.routes?.source;
  sink.decide(
    'virtualHost',
    virtualHost?.source.name ?? '',
    reason(virtualHost === undefined ? 'noDomain' : 'domain', {
      authority: request.authority,
      table: table?.name ?? '',
    }),
    [],
    virtualHost?.source.origin ?? table?.origin,
  );
  if (virtualHost === undefined) return;
  if (result.kind !== 'route') {
    sink.decide('route', '', reason(result.kind === 'noRoute' ? result.reason : 'sslRedirect'), rejected);
    return;
  }
  const { source, index } = result.route;
  const name = source.name === '' ? `#${index + 1}` : source.name;
  sink.decide('route', name, reason('matched', { position: index + 1, path: request.path }), rejected, source.origin);
  if (choice === undefined) return;
  const weighted = choice.weighted?.source;
  const others = result.route.action.kind === 'route' ? result.route.action.route.weightedClusters : [];
  sink.decide(
    'cluster',
    choice.cluster,
    weighted === undefined ? reason('route') : reason('weight', { weight: weighted.weight }),
    others
      .filter((other) => other !== choice.weighted)
      .map((other) =>
        rejectedCandidate(other.source.name, reason('weight', { weight: other.source.weight }), other.source.origin),
      ),
    weighted?.origin ?? source.origin,
  );
}

const NO_ROUTE_KEY = {};

/** What was routed to: the weighted cluster, else the route, else nothing. */
export function routeKey(resolved: ResolvedRoute): object {
  if (resolved.result.kind !== 'route') return NO_ROUTE_KEY;
  return resolved.choice?.weighted ?? resolved.result.route;
}

/** The forwarding plan of a resolved route; undefined when the route answers by itself or there is none. */
export function routePlanOf(plan: RequestPlan, resolved: ResolvedRoute, request: RequestView): RoutePlan | undefined {
  const { result, choice } = resolved;
  if (result.kind !== 'route' || choice === undefined || plan.routes === undefined) return undefined;
  const cacheable = request === plan.request;
  const key = choice.weighted ?? result.route;
  // A cluster that comes from a header varies with the head, which the plan is made for anyway.
  if (cacheable && plan.routePlans.has(key)) return plan.routePlans.get(key);
  const matched = { configuration: plan.routes, virtualHost: result.virtualHost, route: result.route };
  const built = buildRoutePlan(plan.hcm, matched, choice, request, plan.connectionClass.info);
  if (cacheable) plan.routePlans.set(key, built);
  return built;
}

/** Plans kept per filter chain; a full table is dropped whole, which costs one rebuilding per head. */
const MAX_PLANS = 50_000;

/** Plans of one configuration by filter chain, class of the connection and head. */
export class PlanCache {
  readonly #byChain: (Map<number, RequestPlan> | undefined)[] = [];

  get(chain: number, connectionClass: number, original: number): RequestPlan | undefined {
    return this.#byChain[chain]?.get(connectionClass * 0x1000000 + original);
  }

  set(chain: number, connectionClass: number, original: number, plan: RequestPlan): void {
    let plans = this.#byChain[chain];
    if (plans === undefined) {
      plans = new Map();
      this.#byChain[chain] = plans;
    }
    if (plans.size >= MAX_PLANS) plans.clear();
    plans.set(connectionClass * 0x1000000 + original, plan);
  }

  clear(): void {
    this.#byChain.length = 0;
  }
}
