import type { Hash64, Ns } from '../../../base';
import type { InternalRedirectPolicy } from '../../../xds';
import type { MessageTable } from '../../core';
import type { CompiledHcm } from '../config';
import {
  type ClusterChoice,
  type CompiledRouteAction,
  type ConnectionInfo,
  expectedTimeoutMs,
  type FinalTimeouts,
  finalizeRequest,
  finalTimeouts,
  type GeneratedCookie,
  generateHash,
  type MatchedRoute,
  numberOf,
  planRetries,
  RETRY_REQUEST_HEADERS,
  type RequestView,
  type RetryDecision,
  type RetryPlan,
  routeMaxStreamDurationNs,
  withHeaders,
  withoutTimeoutHeaders,
  withRequestAttemptCount,
  withTimeoutHeaders,
} from '../semantics';

/** Everything about forwarding that follows from the route, the request's head and the class of its connection. */
export interface RoutePlan {
  readonly matched: MatchedRoute;
  readonly choice: ClusterChoice;
  /** Head of the request as filters and route left it, before the router's own changes. */
  readonly request: RequestView;
  readonly timeouts: FinalTimeouts;
  readonly retry: RetryPlan | undefined;
  /** Redirects that the proxy follows itself. */
  readonly redirects: InternalRedirectPolicy | undefined;
  /** Largest body that is kept for retries and redirects; bytes, Infinity where nothing needs it. Copies take it as it comes. */
  readonly bufferLimitBytes: number;
  /** Copies of the request may go to other clusters. */
  readonly isMirrored: boolean;
  /** The body is too large to be kept: nothing is retried, and redirects are passed on. */
  readonly isTooLarge: boolean;
  /** There would have been retries if the body were smaller. */
  readonly abandonsRetries: boolean;
  /** Head of a try by its number; the first one is at index 1. */
  readonly upstreamRequests: number[];
  /** Heads with the authority rewritten to a host's name, by that name and head. */
  readonly autoRewritten: Map<string, number>;
  /** What hash policies look at. */
  readonly hashed: RequestView;
  readonly hash: Hash64 | undefined;
  readonly cookies: readonly GeneratedCookie[];
  /** The hash depends on the single connection or request and is computed for each. */
  readonly hashesEachRequest: boolean;
  readonly priority: number;
  readonly streamIdleTimeoutNs: Ns;
  /** Of the downstream stream; undefined: the connection manager's own counts. */
  readonly maxStreamDurationNs: Ns | undefined;
  /** Upstream responses as they go downstream, by number, where no header depends on the single stream. */
  readonly responses: Map<number, number>;
  readonly constantResponses: boolean;
  /** What a response asks for by the retry plan, by number. */
  readonly decisions: Map<number, RetryDecision>;
}

const REQUEST_ID_HEADER = 'x-request-id';

function usesRequestId(matched: MatchedRoute): boolean {
  const { action } = matched.route;
  if (action.kind !== 'route') return false;
  return action.route.hashPolicies.some(
    ({ source: { policy } }) => policy.kind === 'header' && policy.headerName.toLowerCase() === REQUEST_ID_HEADER,
  );
}

function isConstant(matched: MatchedRoute, choice: ClusterChoice): boolean {
  const levels = [
    matched.route.mutations,
    matched.virtualHost.mutations,
    matched.configuration.mutations,
    ...(choice.weighted === undefined ? [] : [choice.weighted.mutations]),
  ];
  return levels.every((level) => level.response.constant);
}

function isRetried(retry: RetryPlan | undefined): boolean {
  return retry !== undefined && retry.retryOn !== 0;
}

// envoyproxy/envoy source/common/router/router.cc Filter::decodeData, Filter::calculateEffectiveBufferLimit
function bufferLimitOf(
  hcm: CompiledHcm,
  { route, virtualHost }: MatchedRoute,
  action: CompiledRouteAction,
  retry: RetryPlan | undefined,
): number {
  if (!isRetried(retry) && action.source.internalRedirectPolicy === undefined) return Number.POSITIVE_INFINITY;
  const limit = (name: string): number =>
    numberOf(route.source.extra, name, numberOf(virtualHost.source.extra, name, Number.POSITIVE_INFINITY));
  const whole = limit('requestBodyBufferLimit');
  return Number.isFinite(whole) ? whole : Math.min(limit('perRequestBufferLimitBytes'), hcm.bufferLimitBytes);
}

const plansWithoutBody = new WeakMap<RoutePlan, RoutePlan>();

/** The plan of a request whose body is too large to be kept. */
export function withoutBuffering(plan: RoutePlan): RoutePlan {
  const known = plansWithoutBody.get(plan);
  if (known !== undefined) return known;
  const without: RoutePlan = {
    ...plan,
    retry: undefined,
    isTooLarge: true,
    abandonsRetries: isRetried(plan.retry),
  };
  plansWithoutBody.set(plan, without);
  return without;
}

/** Builds the plan; the route must be one that forwards. */
// biome-ignore lint/complexity/useMaxParams: what a plan is made of.
export function buildRoutePlan(
  hcm: CompiledHcm,
  matched: MatchedRoute,
  choice: ClusterChoice,
  request: RequestView,
  connection: ConnectionInfo,
): RoutePlan | undefined {
  const { action } = matched.route;
  if (action.kind !== 'route') return undefined;
  const { route } = action;
  const { suppressEnvoyHeaders } = hcm;
  // Hash policies and retry policies look at what the route has made of the request: router.cc Filter::decodeHeaders, computeHashKey.
  const finalized = finalizeRequest(matched, choice, request, {
    suppressEnvoyHeaders,
    context: { request, connection },
  });
  const { hash, cookies } = generateHash(route.hashPolicies, finalized, connection);
  const retry = planRetries(route.retryPolicy, finalized);
  return {
    matched,
    choice,
    request,
    timeouts: finalTimeouts(route, request),
    retry,
    redirects: route.source.internalRedirectPolicy,
    bufferLimitBytes: bufferLimitOf(hcm, matched, route, retry),
    isMirrored: route.mirrorPolicies.length > 0,
    isTooLarge: false,
    abandonsRetries: false,
    upstreamRequests: [],
    autoRewritten: new Map(),
    hashed: finalized,
    hash,
    cookies,
    hashesEachRequest: cookies.length > 0 || usesRequestId(matched),
    priority: route.source.priority === 'HIGH' ? 1 : 0,
    streamIdleTimeoutNs: route.source.idleTimeoutNs ?? hcm.source.streamIdleTimeoutNs,
    maxStreamDurationNs: routeMaxStreamDurationNs(route, request),
    responses: new Map(),
    constantResponses: isConstant(matched, choice),
    decisions: new Map(),
  };
}

/**
 * Head of the try with this number as it goes upstream. The advertised timeout is that of the first try: how much of it later
 * ones have left is not written into their heads.
 */
// envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders, Filter::doRetry
// biome-ignore lint/complexity/useMaxParams: what a head is made of.
export function upstreamRequestOf(
  plan: RoutePlan,
  hcm: CompiledHcm,
  attempt: number,
  messages: MessageTable,
  connection: ConnectionInfo,
): number {
  const known = plan.upstreamRequests[attempt];
  if (known !== undefined) return known;
  const { matched, choice, timeouts } = plan;
  const { action } = matched.route;
  const { suppressEnvoyHeaders } = hcm;
  let request = withoutTimeoutHeaders(plan.request);
  request = withHeaders(
    request,
    request.headers.filter((name) => !RETRY_REQUEST_HEADERS.includes(name)),
  );
  if (action.kind === 'route') {
    request = withTimeoutHeaders(request, action.route, expectedTimeoutMs(timeouts, 0), suppressEnvoyHeaders);
  }
  if (matched.virtualHost.source.includeRequestAttemptCount) request = withRequestAttemptCount(request, attempt);
  request = finalizeRequest(matched, choice, request, { suppressEnvoyHeaders, context: { request, connection } });
  const number = messages.internRequest(request);
  plan.upstreamRequests[attempt] = number;
  return number;
}
