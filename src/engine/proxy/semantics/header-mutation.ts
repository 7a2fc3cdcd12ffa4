import { assertNever } from '../../../base';
import type { ClusterChoice } from './cluster-selection';
import type {
  CompiledHostRewrite,
  CompiledMutationLevel,
  CompiledPathRewrite,
  CompiledRoute,
  CompiledRouteConfiguration,
  CompiledVirtualHost,
} from './compiled-route';
import type { FormatContext } from './format-context';
import { HeaderMap } from './header-map';
import { applyHeaderMutations, type CompiledHeaderMutations } from './header-parser';
import {
  pathWithoutQuery,
  type RequestView,
  type ResponseView,
  requestHeaderValues,
  withHeaders,
} from './http-message';
import type { LocalReply } from './local-reply';
import { matchedPathPart } from './path-matcher';
import { ResponseCodeDetails } from './response-code-details';
import { formatText } from './substitution-format';

/** A matched route with the levels above it, whose header lists apply too. */
export interface MatchedRoute {
  readonly configuration: CompiledRouteConfiguration;
  readonly virtualHost: CompiledVirtualHost;
  readonly route: CompiledRoute;
}

export interface FinalizeOptions {
  /** The router filter's option: no x-envoy-* headers are added. */
  readonly suppressEnvoyHeaders: boolean;
  /** What header values may refer to beside the message itself. */
  readonly context: FormatContext;
}

/**
 * The lists in the order in which they apply: the weighted cluster's, then route, virtual host, route configuration, or the
 * reverse of those three where the most specific shall win. What comes later overwrites.
 */
// envoyproxy/envoy source/common/router/config_impl.cc getHeaderParsers; weighted_cluster_specifier.cc WeightedClusterEntry
function mutationLevels(matched: MatchedRoute, choice: ClusterChoice | undefined): readonly CompiledMutationLevel[] {
  const { configuration, virtualHost, route } = matched;
  const levels = [route.mutations, virtualHost.mutations, configuration.mutations];
  if (configuration.source.mostSpecificHeaderMutationsWins) levels.reverse();
  return choice?.weighted === undefined ? levels : [choice.weighted.mutations, ...levels];
}

function applyRequest(mutations: CompiledHeaderMutations, request: RequestView, context: FormatContext): RequestView {
  const headers = applyHeaderMutations(mutations, request.headers, (current) => ({
    ...context,
    request: withHeaders(request, current),
  }));
  return withHeaders(request, headers);
}

/** Replaces the authority, remembering the old one in x-envoy-original-host and x-forwarded-host where asked to. */
// envoyproxy/envoy source/common/http/utility.cc Utility::updateAuthority
export function updateAuthority(
  request: RequestView,
  hostname: string,
  options: { readonly appendXForwardedHost: boolean; readonly keepOld: boolean },
): RequestView {
  let { headers } = request;
  if (request.authority !== '') {
    if (options.keepOld) headers = headers.with('x-envoy-original-host', request.authority);
    if (options.appendXForwardedHost) headers = appendForwardedHost(headers, request.authority);
  }
  return { ...request, authority: hostname, headers };
}

/** Appends unless the host is already the last one. */
function appendForwardedHost(headers: HeaderMap, host: string): HeaderMap {
  const known = (headers.first('x-forwarded-host') ?? '').split(',').filter((part) => part.trim() !== '');
  return known.at(-1) === host ? headers : headers.withAppended('x-forwarded-host', host);
}

// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::finalizeHostHeader
function rewrittenHost(rewrite: CompiledHostRewrite, request: RequestView, context: FormatContext): string {
  switch (rewrite.kind) {
    case 'literal':
      return rewrite.value;
    case 'header':
      return requestHeaderValues(request, rewrite.header.toLowerCase())[0] ?? '';
    case 'pathRegex':
      return rewrite.regex.replaceAll(pathWithoutQuery(request.path), rewrite.substitution);
    case 'formatter':
      return formatText(rewrite.format, { ...context, request }, '-');
    case 'auto':
      // Applied once the host is known: see applyAutoHostRewrite.
      return '';
    default:
      return assertNever(rewrite);
  }
}

/** The path with its rewritten part; undefined when there is no rewrite or it gives nothing. */
// envoyproxy/envoy source/common/router/config_impl.cc currentUrlPathAfterRewriteWithMatchedPath, rewritePathByPrefixOrRegex
function rewrittenPath(
  rewrite: CompiledPathRewrite | undefined,
  route: CompiledRoute,
  request: RequestView,
  context: FormatContext,
): string | undefined {
  if (rewrite === undefined) return undefined;
  const { path } = request;
  const pathOnly = pathWithoutQuery(path);
  switch (rewrite.kind) {
    case 'prefix':
      if (rewrite.value === '') return undefined;
      return rewrite.value + path.slice(matchedPathPart(route.path, path).length);
    case 'regex': {
      const replaced = rewrite.regex.replaceAll(pathOnly, rewrite.substitution);
      return replaced === '' ? undefined : replaced + path.slice(pathOnly.length);
    }
    case 'formatter': {
      const formatted = formatText(rewrite.format, { ...context, request }, '');
      return formatted === '' ? undefined : formatted + path.slice(pathOnly.length);
    }
    default:
      return assertNever(rewrite);
  }
}

function withPath(request: RequestView, path: string | undefined, keepOld: boolean): RequestView {
  if (path === undefined) return request;
  const headers = keepOld ? request.headers.with('x-envoy-original-path', request.path) : request.headers;
  return { ...request, path, headers };
}

/**
 * The request as it goes upstream: header lists of every level, then host rewrite, then path rewrite. An automatic host rewrite
 * follows when the host is known.
 */
// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::finalizeRequestHeaders
export function finalizeRequest(
  matched: MatchedRoute,
  choice: ClusterChoice,
  request: RequestView,
  options: FinalizeOptions,
): RequestView {
  const { action } = matched.route;
  if (action.kind !== 'route') return request;
  const keepOld = !options.suppressEnvoyHeaders;
  let result = request;
  const literal = choice.weighted?.source.hostRewriteLiteral ?? '';
  for (const [index, level] of mutationLevels(matched, choice).entries()) {
    result = applyRequest(level.request, result, options.context);
    // The weighted cluster's own host comes right after its header lists.
    if (index === 0 && choice.weighted !== undefined && literal !== '') result = { ...result, authority: literal };
  }
  const { hostRewrite, pathRewrite, source } = action.route;
  const hostname = hostRewrite === undefined ? '' : rewrittenHost(hostRewrite, result, options.context);
  if (hostname !== '') {
    result = updateAuthority(result, hostname, { appendXForwardedHost: source.appendXForwardedHost, keepOld });
  }
  return withPath(result, rewrittenPath(pathRewrite, matched.route, result, options.context), keepOld);
}

/** Sets the authority to the chosen host's name where the route rewrites it automatically. */
// envoyproxy/envoy source/common/router/upstream_request.cc UpstreamRequest::onUpstreamHostSelected, onPoolReady
export function applyAutoHostRewrite(
  matched: MatchedRoute,
  request: RequestView,
  hostname: string,
  suppressEnvoyHeaders: boolean,
): RequestView {
  const { action } = matched.route;
  if (action.kind !== 'route' || action.route.hostRewrite?.kind !== 'auto' || hostname === '') return request;
  const { appendXForwardedHost } = action.route.source;
  return updateAuthority(request, hostname, { appendXForwardedHost, keepOld: !suppressEnvoyHeaders });
}

/** Header lists of every level on a response; `choice` is undefined for redirects and direct responses. */
// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::finalizeResponseHeaders
export function finalizeResponse(
  matched: MatchedRoute,
  choice: ClusterChoice | undefined,
  response: ResponseView,
  context: FormatContext,
): ResponseView {
  let { headers } = response;
  for (const level of mutationLevels(matched, choice)) {
    headers = applyHeaderMutations(level.response, headers, (current) => ({
      ...context,
      response: { status: response.status, headers: current },
    }));
  }
  return headers === response.headers ? response : { ...response, headers };
}

/** The request with the path that a redirect points to. */
// envoyproxy/envoy source/common/router/config_impl.cc finalizePathHeaderForRedirect
export function rewriteRedirectPath(route: CompiledRoute, request: RequestView, keepOldPath: boolean): RequestView {
  if (route.action.kind !== 'redirect') return request;
  return withPath(request, rewrittenPath(route.action.redirect.pathRewrite, route, request, {}), keepOldPath);
}

const DEFAULT_PORTS: readonly (readonly [string, string])[] = [
  ['https', ':443'],
  ['http', ':80'],
];

/** The request's host, without its port where the redirect sets one or where it is the default of a scheme that changes. */
// envoyproxy/envoy source/common/http/utility.cc processRequestHost
function redirectHost(request: RequestView, scheme: string, newPort: string): string {
  const host = request.authority;
  const bracketPort = host.lastIndexOf(']:');
  const at = host.startsWith('[') ? (bracketPort < 0 ? -1 : bracketPort + 1) : host.lastIndexOf(':');
  if (at < 0) return host;
  const port = host.slice(at);
  const forwardedProto = request.headers.first('x-forwarded-proto') ?? '';
  const isDefault =
    scheme !== forwardedProto && DEFAULT_PORTS.some(([proto, known]) => proto === forwardedProto && port === known);
  return newPort !== '' || isDefault ? host.slice(0, at) : host;
}

function redirectPath(pathRedirect: string, requestPath: string): string {
  if (pathRedirect === '') return requestPath;
  const query = requestPath.indexOf('?');
  return pathRedirect.includes('?') || query < 0 ? pathRedirect : pathRedirect + requestPath.slice(query);
}

/** Location of a redirect, for a request whose path is already rewritten; for a direct response the request's own URI. */
// envoyproxy/envoy source/common/http/utility.cc Utility::newUri
export function redirectUri(route: CompiledRoute, request: RequestView): string {
  const redirect = route.action.kind === 'redirect' ? route.action.redirect.source : undefined;
  const scheme =
    redirect?.schemeRedirect !== undefined && redirect.schemeRedirect !== ''
      ? redirect.schemeRedirect
      : redirect?.httpsRedirect === true
        ? 'https'
        : request.scheme;
  const port = redirect?.portRedirect === undefined || redirect.portRedirect === 0 ? '' : `:${redirect.portRedirect}`;
  const hostRedirect = redirect?.hostRedirect ?? '';
  const host = hostRedirect === '' ? redirectHost(request, scheme, port) : hostRedirect;
  const pathRedirect = redirect?.path?.kind === 'path' ? redirect.path.value : '';
  let path = redirectPath(pathRedirect, request.path);
  if (!path.startsWith('/')) path = `/${path}`;
  if (redirect?.stripQuery === true && !pathRedirect.includes('?')) path = path.split('?')[0] ?? path;
  return `${scheme}://${host}${port}${path}`;
}

/** Location of the redirect that a virtual host with `require_tls` answers. */
// envoyproxy/envoy source/common/http/utility.cc Utility::createSslRedirectPath
export function sslRedirectUri(request: RequestView): string {
  return `https://${request.authority}${request.path}`;
}

const CREATED = 201;

function locationOf(
  matched: MatchedRoute,
  request: RequestView,
  status: number,
): readonly (readonly [string, string])[] {
  const isLocated = status === CREATED || (status >= 300 && status < 400);
  return isLocated && request.path !== '' ? [['location', redirectUri(matched.route, request)]] : [];
}

/** Answer of a redirect or direct response route, with what routes do to its headers; undefined for routes that forward. Only 201 and 3xx carry a location. */
// envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders (directResponseEntry)
export function directReply(
  matched: MatchedRoute,
  request: RequestView,
  options: FinalizeOptions,
): LocalReply | undefined {
  const { route } = matched;
  const { action } = route;
  if (action.kind !== 'redirect' && action.kind !== 'directResponse') return undefined;
  const rewritten = rewriteRedirectPath(route, request, !options.suppressEnvoyHeaders);
  const status = action.kind === 'redirect' ? action.redirect.source.responseCode : action.directResponse.status;
  const body = action.kind === 'directResponse' ? (action.directResponse.body ?? '') : '';
  const located = { status, headers: HeaderMap.of(locationOf(matched, rewritten, status)) };
  const { headers } = finalizeResponse(matched, undefined, located, {
    ...options.context,
    request: rewritten,
    stream: { responseCode: 0 },
  });
  return { status, body, details: ResponseCodeDetails.DirectResponse, headers: headers.entries() };
}
