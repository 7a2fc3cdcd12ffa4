import type { FractionalPercent } from '../../../xds';
import type { CompiledRoute, CompiledRouteConfiguration, CompiledVirtualHost, WildcardLength } from './compiled-route';
import {
  type ConnectionInfo,
  type DynamicMetadata,
  isGrpcRequest,
  type RequestView,
  requestHeader,
} from './http-message';
import {
  findUnmatchedHeader,
  fractionEnabled,
  matchFilterState,
  matchMetadata,
  matchQueryParameter,
  parseQueryParameters,
} from './matchers';
import { matchPath } from './path-matcher';

/** Why a candidate route lost; the first rule that failed, with what it wanted and what it saw. */
export type RouteRejection =
  | {
      readonly kind: 'runtimeFraction';
      readonly runtimeKey: string;
      readonly fraction: FractionalPercent;
      readonly random: number;
    }
  | { readonly kind: 'notGrpc'; readonly contentType: string | undefined }
  | {
      readonly kind: 'header';
      readonly matcherIndex: number;
      readonly name: string;
      readonly actual: string | undefined;
    }
  | {
      readonly kind: 'queryParameter';
      readonly matcherIndex: number;
      readonly name: string;
      readonly actual: string | undefined;
    }
  | { readonly kind: 'tlsContext'; readonly presented: boolean; readonly validated: boolean }
  | { readonly kind: 'dynamicMetadata'; readonly matcherIndex: number }
  | { readonly kind: 'filterState'; readonly matcherIndex: number }
  | { readonly kind: 'path'; readonly actual: string };

/** Told every candidate in the order of evaluation. `rejection` undefined: the candidate won. */
export type RouteRecorder = (route: CompiledRoute, rejection: RouteRejection | undefined) => void;

/** What route matching may look at beside the request. Reuse one object where nothing changes. */
export interface RouteMatchContext {
  readonly connection: ConnectionInfo;
  readonly metadata: DynamicMetadata;
  /** Decides runtime fractions where something overrides runtime keys; absent: the configured default value counts. */
  readonly runtimeFraction?: (runtimeKey: string, fraction: FractionalPercent, random: number) => boolean;
  readonly recorder?: RouteRecorder;
}

export type RouteResult =
  | { readonly kind: 'route'; readonly virtualHost: CompiledVirtualHost; readonly route: CompiledRoute }
  /** `require_tls` and a request that did not come by TLS: 301 to https. */
  | { readonly kind: 'sslRedirect'; readonly virtualHost: CompiledVirtualHost }
  | {
      readonly kind: 'noRoute';
      readonly reason: 'noVirtualHost' | 'missingForwardedProto' | 'noRouteMatched';
      readonly virtualHost: CompiledVirtualHost | undefined;
    };

/** Position of ":port" at the end of a host, or -1; brackets of an IPv6 address are respected. */
// envoyproxy/envoy source/common/http/header_utility.cc HeaderUtility::getPortStart
export function portStart(host: string): number {
  const colon = host.lastIndexOf(':');
  if (colon < 0) return -1;
  return host.lastIndexOf(']') > colon ? -1 : colon;
}

// envoyproxy/envoy source/common/router/config_impl.cc RouteMatcher::findWildcardVirtualHost
function findWildcard(
  host: string,
  tables: readonly WildcardLength[],
  end: 'suffix' | 'prefix',
): CompiledVirtualHost | undefined {
  for (const { length, hosts } of tables) {
    // "*.foo.com" must not match ".foo.com", hence the wildcard part has to be shorter than the host.
    if (length >= host.length) continue;
    const found = hosts.get(end === 'suffix' ? host.slice(host.length - length) : host.slice(0, length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Exact domain, then longest suffix wildcard, then longest prefix wildcard, then "*". */
// envoyproxy/envoy source/common/router/config_impl.cc RouteMatcher::findVirtualHost
export function findVirtualHost(
  compiled: CompiledRouteConfiguration,
  authority: string,
): CompiledVirtualHost | undefined {
  const { domains } = compiled;
  if (domains.exact.size === 0 && domains.suffixes.length === 0 && domains.prefixes.length === 0) return domains.any;
  if (authority === '') return undefined;
  const cut = compiled.source.ignorePortInHostMatching ? portStart(authority) : -1;
  const host = (cut < 0 ? authority : authority.slice(0, cut)).toLowerCase();
  return (
    domains.exact.get(host) ??
    findWildcard(host, domains.suffixes, 'suffix') ??
    findWildcard(host, domains.prefixes, 'prefix') ??
    domains.any
  );
}

// envoyproxy/envoy source/common/router/config_impl.cc VirtualHostImpl::getRouteFromEntries
function needsTlsRedirect(host: CompiledVirtualHost, request: RequestView, forwardedProto: string): boolean {
  const { requireTls } = host.source;
  if (requireTls === 'NONE' || forwardedProto === 'https') return false;
  return requireTls === 'ALL' || request.headers.first('x-envoy-internal') !== 'true';
}

function rejectRuntime(route: CompiledRoute, context: RouteMatchContext, random: number): RouteRejection | undefined {
  const runtime = route.source.match.runtimeFraction;
  if (runtime === undefined) return undefined;
  const { runtimeKey, defaultValue } = runtime;
  const enabled =
    context.runtimeFraction === undefined
      ? fractionEnabled(defaultValue, random)
      : context.runtimeFraction(runtimeKey, defaultValue, random);
  return enabled ? undefined : { kind: 'runtimeFraction', runtimeKey, fraction: defaultValue, random };
}

function rejectHeaders(route: CompiledRoute, request: RequestView): RouteRejection | undefined {
  if (route.headers.length === 0) return undefined;
  const failed = findUnmatchedHeader(route.headers, (name) => requestHeader(request, name));
  if (failed === undefined) return undefined;
  const { name } = failed.source;
  return { kind: 'header', matcherIndex: route.headers.indexOf(failed), name, actual: requestHeader(request, name) };
}

function rejectQueryParameters(route: CompiledRoute, request: RequestView): RouteRejection | undefined {
  if (route.queryParameters.length === 0) return undefined;
  const parameters = parseQueryParameters(request.path);
  for (const [matcherIndex, matcher] of route.queryParameters.entries()) {
    const { name } = matcher.source;
    const actual = parameters.get(name);
    if (!matchQueryParameter(matcher, actual)) return { kind: 'queryParameter', matcherIndex, name, actual };
  }
  return undefined;
}

// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::evaluateTlsContextMatch
function rejectTlsContext(route: CompiledRoute, connection: ConnectionInfo): RouteRejection | undefined {
  const wanted = route.source.match.tlsContext;
  if (wanted === undefined) return undefined;
  const presented = connection.tls?.presented ?? false;
  const validated = connection.tls?.validated ?? false;
  const matches =
    (wanted.presented === undefined || wanted.presented === presented) &&
    (wanted.validated === undefined || wanted.validated === validated);
  return matches ? undefined : { kind: 'tlsContext', presented, validated };
}

function rejectMetadata(route: CompiledRoute, metadata: DynamicMetadata): RouteRejection | undefined {
  for (const [matcherIndex, matcher] of route.metadata.entries()) {
    if (!matchMetadata(matcher, metadata)) return { kind: 'dynamicMetadata', matcherIndex };
  }
  return undefined;
}

function rejectFilterState(route: CompiledRoute, connection: ConnectionInfo): RouteRejection | undefined {
  for (const [matcherIndex, matcher] of route.filterState.entries()) {
    if (!matchFilterState(matcher, connection.filterState)) return { kind: 'filterState', matcherIndex };
  }
  return undefined;
}

/** The first rule that keeps the route from matching; undefined when it matches. Order: runtime, gRPC, headers, query, TLS, metadata, path. */
// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::matchRoute
function findRejection(
  route: CompiledRoute,
  request: RequestView,
  context: RouteMatchContext,
  random: number,
): RouteRejection | undefined {
  const runtime = rejectRuntime(route, context, random);
  if (runtime !== undefined) return runtime;
  if (route.source.match.grpc && !isGrpcRequest(request)) {
    return { kind: 'notGrpc', contentType: request.headers.first('content-type') };
  }
  return (
    rejectHeaders(route, request) ??
    rejectQueryParameters(route, request) ??
    rejectTlsContext(route, context.connection) ??
    rejectMetadata(route, context.metadata) ??
    rejectFilterState(route, context.connection) ??
    (matchPath(route.path, request) ? undefined : { kind: 'path', actual: request.path })
  );
}

/**
 * The first route in list order whose every condition holds. `streamRandom` is the stream's one random number, a non-negative
 * integer that weighted clusters and mirrors use again.
 */
// envoyproxy/envoy source/common/router/config_impl.cc RouteMatcher::route
export function matchRoute(
  compiled: CompiledRouteConfiguration,
  request: RequestView,
  context: RouteMatchContext,
  streamRandom: number,
): RouteResult {
  const virtualHost = findVirtualHost(compiled, request.authority);
  if (virtualHost === undefined) return { kind: 'noRoute', reason: 'noVirtualHost', virtualHost };
  const forwardedProto = request.headers.first('x-forwarded-proto') ?? '';
  if (forwardedProto === '') return { kind: 'noRoute', reason: 'missingForwardedProto', virtualHost };
  if (needsTlsRedirect(virtualHost, request, forwardedProto)) return { kind: 'sslRedirect', virtualHost };
  const routes = virtualHost.selectRoutes === undefined ? virtualHost.routes : virtualHost.selectRoutes(request);
  for (const route of routes ?? []) {
    const rejection = findRejection(route, request, context, streamRandom);
    context.recorder?.(route, rejection);
    if (rejection === undefined) return { kind: 'route', virtualHost, route };
  }
  return { kind: 'noRoute', reason: 'noRouteMatched', virtualHost };
}

/** Name used when a virtual host has virtual clusters and none matches. */
export const CATCH_ALL_VIRTUAL_CLUSTER = 'other';

/** Name of the virtual cluster that the request matches. */
export function matchVirtualCluster(host: CompiledVirtualHost, request: RequestView): string | undefined {
  const read = (name: string) => requestHeader(request, name);
  return host.virtualClusters.find(({ headers }) => findUnmatchedHeader(headers, read) === undefined)?.name;
}

/** Name under which statistics count the request's virtual cluster; undefined when the virtual host has none. */
// envoyproxy/envoy source/common/router/config_impl.cc CommonVirtualHostImpl::virtualClusterFromEntries
export function findVirtualCluster(host: CompiledVirtualHost, request: RequestView): string | undefined {
  const other = host.virtualClusters.length > 0 ? CATCH_ALL_VIRTUAL_CLUSTER : undefined;
  return matchVirtualCluster(host, request) ?? other;
}
