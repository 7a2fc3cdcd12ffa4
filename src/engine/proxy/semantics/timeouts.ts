import type { Ns } from '../../../base';
import type { CompiledRouteAction } from './compiled-route';
import { grpcTimeoutMs } from './grpc';
import { isGrpcRequest, type RequestView, withHeaders } from './http-message';

const NS_PER_MS = 1_000_000;

/** The timeouts of one request; 0 = none. */
export interface FinalTimeouts {
  /** From the end of the downstream request over all tries. */
  readonly globalTimeoutNs: Ns;
  /** Per try, from the moment the try has a connection. */
  readonly perTryTimeoutNs: Ns;
  readonly perTryIdleTimeoutNs: Ns;
  readonly hedgeOnPerTryTimeout: boolean;
}

function headerTimeoutNs(request: RequestView, name: string): Ns | undefined {
  const text = request.headers.first(name)?.trim() ?? '';
  return /^\+?\d+$/.test(text) ? Number(text) * NS_PER_MS : undefined;
}

/** The `grpc-timeout` header lowered by the offset and capped by the maximum; 0 means no limit in all three. */
function grpcGlobalTimeoutNs(action: CompiledRouteAction, request: RequestView, maxGrpcTimeoutNs: Ns): Ns {
  let timeoutNs = (grpcTimeoutMs(request.headers) ?? 0) * NS_PER_MS;
  const offsetNs = action.source.grpcTimeoutOffsetNs;
  if (offsetNs !== undefined && offsetNs < timeoutNs) timeoutNs -= offsetNs;
  if (maxGrpcTimeoutNs !== 0 && (timeoutNs === 0 || timeoutNs > maxGrpcTimeoutNs)) timeoutNs = maxGrpcTimeoutNs;
  return timeoutNs;
}

/** Routes with `max_stream_duration` bound the stream instead, so their route timeout starts from none. */
function routeTimeoutNs(action: CompiledRouteAction, request: RequestView): Ns {
  if (action.source.maxStreamDuration !== undefined) return 0;
  const { maxGrpcTimeoutNs } = action.source;
  if (maxGrpcTimeoutNs !== undefined && isGrpcRequest(request)) {
    return grpcGlobalTimeoutNs(action, request, maxGrpcTimeoutNs);
  }
  return action.source.timeoutNs;
}

// envoyproxy/envoy source/common/router/router.cc FilterUtility::finalHedgingParams
function hedges(action: CompiledRouteAction, request: RequestView): boolean {
  const header = request.headers.first('x-envoy-hedge-on-per-try-timeout');
  if (header === 'true') return true;
  if (header === 'false') return false;
  return action.hedgePolicy?.hedgeOnPerTryTimeout ?? false;
}

/** Headers and policy merged into the timeouts of a request. `respectExpectedTimeout` is the router filter's option of that name. */
// envoyproxy/envoy source/common/router/router.cc FilterUtility::finalTimeout
export function finalTimeouts(
  action: CompiledRouteAction,
  request: RequestView,
  respectExpectedTimeout = false,
): FinalTimeouts {
  const expected = respectExpectedTimeout && request.headers.has('x-envoy-expected-rq-timeout-ms');
  const globalHeader = expected ? 'x-envoy-expected-rq-timeout-ms' : 'x-envoy-upstream-rq-timeout-ms';
  const globalTimeoutNs = headerTimeoutNs(request, globalHeader) ?? routeTimeoutNs(action, request);
  const policy = action.retryPolicy?.source;
  let perTryTimeoutNs =
    headerTimeoutNs(request, 'x-envoy-upstream-rq-per-try-timeout-ms') ?? policy?.perTryTimeoutNs ?? 0;
  if (globalTimeoutNs !== 0 && perTryTimeoutNs >= globalTimeoutNs) perTryTimeoutNs = 0;
  return {
    globalTimeoutNs,
    perTryTimeoutNs,
    perTryIdleTimeoutNs: policy?.perTryIdleTimeoutNs ?? 0,
    hedgeOnPerTryTimeout: hedges(action, request),
  };
}

/** The request without the timeout headers that {@link finalTimeouts} consumed. */
export function withoutTimeoutHeaders(request: RequestView, respectExpectedTimeout = false): RequestView {
  const expected = respectExpectedTimeout && request.headers.has('x-envoy-expected-rq-timeout-ms');
  let headers = request.headers.without('x-envoy-upstream-rq-per-try-timeout-ms');
  if (!expected) headers = headers.without('x-envoy-upstream-rq-timeout-ms');
  return withHeaders(request, headers);
}

/**
 * Time that the upstream is told it has, in whole milliseconds; 0 = it is told nothing.
 * `elapsedNs` counts from the end of the downstream request and is 0 for the first try.
 */
// envoyproxy/envoy source/common/router/router.cc FilterUtility::setTimeoutHeaders
export function expectedTimeoutMs(timeouts: FinalTimeouts, elapsedNs: Ns): number {
  const globalMs = Math.floor(timeouts.globalTimeoutNs / NS_PER_MS);
  const elapsedMs = Math.floor(elapsedNs / NS_PER_MS);
  const perTryMs = Math.floor(timeouts.perTryTimeoutNs / NS_PER_MS);
  const expected = timeouts.hedgeOnPerTryTimeout || perTryMs === 0 ? globalMs : perTryMs;
  if (expected === 0 || globalMs === 0) return expected;
  // Out of time; 0 would mean that there is no limit.
  return elapsedMs >= globalMs ? 1 : Math.min(expected, globalMs - elapsedMs);
}

const MAX_GRPC_TIMEOUT_VALUE = 99_999_999;

/** A duration as a grpc-timeout value. */
// envoyproxy/envoy source/common/grpc/common.cc Common::toGrpcTimeout
export function formatGrpcTimeout(timeoutMs: number): string {
  const units = ['m', 'S', 'M', 'H'] as const;
  const divisors = [1000, 60, 60];
  let value = timeoutMs;
  let unit = 0;
  while (value > MAX_GRPC_TIMEOUT_VALUE && unit < divisors.length) value = Math.floor(value / (divisors[unit++] ?? 1));
  return `${Math.min(value, MAX_GRPC_TIMEOUT_VALUE)}${units[unit]}`;
}

/** Sets the headers that tell the upstream how much time it has. */
// envoyproxy/envoy source/common/router/router.cc FilterUtility::setTimeoutHeaders
export function withTimeoutHeaders(
  request: RequestView,
  action: CompiledRouteAction,
  expectedMs: number,
  suppressEnvoyHeaders: boolean,
): RequestView {
  if (expectedMs === 0) return request;
  let { headers } = request;
  if (!suppressEnvoyHeaders) headers = headers.with('x-envoy-expected-rq-timeout-ms', String(expectedMs));
  const { maxStreamDuration, maxGrpcTimeoutNs } = action.source;
  if (maxStreamDuration === undefined && maxGrpcTimeoutNs !== undefined && isGrpcRequest(request)) {
    headers = headers.with('grpc-timeout', formatGrpcTimeout(expectedMs));
  }
  return withHeaders(request, headers);
}

/** Limit of the whole downstream stream that a route sets, from the start of the stream; undefined: the connection manager's own counts. */
// envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::refreshDurationTimeout
export function routeMaxStreamDurationNs(action: CompiledRouteAction, request: RequestView): Ns | undefined {
  const limits = action.source.maxStreamDuration;
  if (limits === undefined) return undefined;
  const headerMs = isGrpcRequest(request) ? grpcTimeoutMs(request.headers) : undefined;
  if (limits.grpcTimeoutHeaderMaxNs !== undefined && headerMs !== undefined) {
    let timeoutNs = headerMs * NS_PER_MS;
    const offsetNs = limits.grpcTimeoutHeaderOffsetNs ?? 0;
    if (limits.grpcTimeoutHeaderMaxNs !== 0) timeoutNs = Math.min(timeoutNs, limits.grpcTimeoutHeaderMaxNs);
    return Math.max(0, timeoutNs - offsetNs);
  }
  return limits.maxStreamDurationNs;
}
