import type { HttpConnectionManager, SocketAddress } from '../../../xds';
import { parseAddress } from './cidr';
import type { HeaderMap } from './header-map';
import type { ConnectionInfo, RequestView, ResponseView } from './http-message';
import { normalizePath } from './path-normalization';
import { ResponseCodeDetails } from './response-code-details';
import { portStart } from './route-matching';

/** What the connection manager made of a request's headers. */
export type RequestHeaderResult =
  | {
      readonly kind: 'accepted';
      readonly request: RequestView;
      /** Address of the client after x-forwarded-for was taken into account. */
      readonly remoteAddress: SocketAddress;
      /** The request entered the mesh here, from outside. */
      readonly edge: boolean;
      /** `generate`: the proxy gives the request a fresh x-request-id. `keepUntraced`: the id stays, its trace decision is reset. */
      readonly requestId: 'keep' | 'keepUntraced' | 'generate';
    }
  | { readonly kind: 'rejected'; readonly status: number; readonly details: string; readonly location?: string };

export type HeaderOptions = Pick<
  HttpConnectionManager,
  | 'useRemoteAddress'
  | 'xffNumTrustedHops'
  | 'skipXffAppend'
  | 'normalizePath'
  | 'mergeSlashes'
  | 'pathWithEscapedSlashesAction'
  | 'stripMatchingHostPort'
  | 'stripAnyHostPort'
  | 'stripTrailingHostDot'
  | 'forwardClientCertDetails'
  | 'setCurrentClientCertDetails'
  | 'preserveExternalRequestId'
>;

/** What the rules need to know beside options and request. */
export interface HeaderEnvironment {
  readonly connection: ConnectionInfo;
  /** Address that stands for this proxy in x-forwarded-for when the peer is on loopback. */
  readonly proxyAddress: string;
  /** URI SANs of the proxy's own certificate on this connection. */
  readonly localUriSans: readonly string[];
  /** `internal_only_headers` of the route configuration. */
  readonly internalOnlyHeaders: readonly string[];
}

const EDGE_ONLY_HEADERS = [
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-path',
  'x-envoy-original-host',
];

const INTERNAL_ONLY_HEADERS = [
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
];

// envoyproxy/envoy source/common/http/utility.cc Utility::isUpgrade
export function isUpgrade(headers: HeaderMap): boolean {
  const connection = headers.get('connection') ?? '';
  return headers.has('upgrade') && connection.split(',').some((token) => token.trim().toLowerCase() === 'upgrade');
}

/** Headers that concern only the hop to the client. An upgrade keeps those that it needs. */
function withoutHopHeaders(headers: HeaderMap): HeaderMap {
  let result = headers;
  if (!isUpgrade(headers)) {
    result = result.without('connection').without('upgrade');
    const te = result.first('te');
    if (te !== undefined) {
      const trailers = te.split(',').some((value) => value.trim() === 'trailers');
      result = trailers ? result.with('te', 'trailers') : result.without('te');
    }
  }
  return result
    .without('x-envoy-internal')
    .without('keep-alive')
    .without('proxy-connection')
    .without('transfer-encoding');
}

interface ForwardedAddress {
  readonly address: string;
  /** The header held this one address only. */
  readonly single: boolean;
}

/** The address that many hops from the end of x-forwarded-for; undefined when there is none. */
// envoyproxy/envoy source/common/http/utility.cc Utility::getLastAddressFromXFF
function lastForwardedAddress(headers: HeaderMap, hopsToSkip: number): ForwardedAddress | undefined {
  const value = headers.first('x-forwarded-for');
  if (value === undefined) return undefined;
  const parts = value.split(',');
  const address = parts[parts.length - 1 - hopsToSkip]?.trim();
  if (address === undefined || parseAddress(address) === undefined) return undefined;
  return { address, single: parts.length === 1 && hopsToSkip === 0 };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

interface AddressedHeaders {
  readonly headers: HeaderMap;
  readonly remoteAddress: string | undefined;
}

function forwardedScheme(connection: ConnectionInfo): string {
  return connection.tls === undefined ? 'http' : 'https';
}

/** A gateway appends its peer and trusts what its trusted hops wrote; a sidecar reads what others wrote. */
function withForwardedAddresses(
  headers: HeaderMap,
  options: HeaderOptions,
  environment: HeaderEnvironment,
): AddressedHeaders {
  const { connection } = environment;
  const hops = options.xffNumTrustedHops;
  if (!options.useRemoteAddress) {
    return { headers, remoteAddress: lastForwardedAddress(headers, hops)?.address };
  }
  const peer = connection.directRemoteAddress.address;
  const trusted = hops > 0 ? lastForwardedAddress(headers, hops - 1) : undefined;
  let result = headers;
  if (!options.skipXffAppend) {
    result = result.withAppended('x-forwarded-for', isLoopback(peer) ? environment.proxyAddress : peer);
  }
  if (hops === 0 || !result.has('x-forwarded-proto')) {
    result = result.with('x-forwarded-proto', forwardedScheme(connection));
  }
  return { headers: result, remoteAddress: trusted?.address ?? peer };
}

/**
 * Without an explicit `internal_address_config` no address is internal, so every request is external: at an edge proxy it loses
 * the headers that steer Envoy, elsewhere too.
 */
// envoyproxy/envoy source/common/http/conn_manager_utility.cc cleanInternalHeaders
function cleanInternalHeaders(headers: HeaderMap, edge: boolean, internalOnly: readonly string[]): HeaderMap {
  const removed = new Set([...INTERNAL_ONLY_HEADERS, ...(edge ? EDGE_ONLY_HEADERS : []), ...internalOnly]);
  return headers.filter((name) => !removed.has(name));
}

function clientCertificateDetails(options: HeaderOptions, environment: HeaderEnvironment): string {
  const { tls } = environment.connection;
  const wanted = options.setCurrentClientCertDetails;
  const parts = environment.localUriSans.map((uri) => `By=${uri}`);
  if (wanted.subject) parts.push(`Subject="${tls?.subject ?? ''}"`);
  if (wanted.uri) {
    const uris = tls?.uriSans ?? [];
    parts.push(...(uris.length === 0 ? ['URI='] : uris.map((uri) => `URI=${uri}`)));
  }
  if (wanted.dns) parts.push(...(tls?.dnsSans ?? []).map((dns) => `DNS=${dns}`));
  return parts.join(';');
}

/** Digest, certificate and chain are left out: no key material exists in the model. */
// envoyproxy/envoy source/common/http/conn_manager_utility.cc mutateXfccRequestHeader
function withClientCertificate(headers: HeaderMap, options: HeaderOptions, environment: HeaderEnvironment): HeaderMap {
  const name = 'x-forwarded-client-cert';
  const mode = options.forwardClientCertDetails;
  if (mode === 'ALWAYS_FORWARD_ONLY') return headers;
  if (mode === 'SANITIZE' || environment.connection.tls?.presented !== true) return headers.without(name);
  if (mode === 'FORWARD_ONLY') return headers;
  const details = clientCertificateDetails(options, environment);
  return mode === 'APPEND_FORWARD' ? headers.withAppended(name, details) : headers.with(name, details);
}

// envoyproxy/envoy source/common/http/conn_manager_utility.cc maybeNormalizeHost
function normalizedHost(authority: string, options: HeaderOptions, localPort: number): string {
  let host = authority;
  if (options.stripTrailingHostDot) host = host.replace(/\.(:\d+)?$/, '$1');
  if (!options.stripAnyHostPort && !options.stripMatchingHostPort) return host;
  const at = portStart(host);
  if (at < 0 || !/^\d+$/.test(host.slice(at + 1))) return host;
  const matches = options.stripAnyHostPort || Number(host.slice(at + 1)) === localPort;
  return matches ? host.slice(0, at) : host;
}

// envoyproxy/envoy source/extensions/request_id/uuid/config.cc UUIDRequestIDExtension::set
function requestIdRule(
  headers: HeaderMap,
  edge: boolean,
  preserveExternal: boolean,
): 'keep' | 'keepUntraced' | 'generate' {
  if ((headers.first('x-request-id') ?? '') === '') return 'generate';
  if (!edge) return 'keep';
  return preserveExternal ? 'keepUntraced' : 'generate';
}

function rejection(status: number, details: string, location?: string): RequestHeaderResult {
  return location === undefined
    ? { kind: 'rejected', status, details }
    : { kind: 'rejected', status, details, location };
}

/** Host and path checks before anything else looks at the request. */
// envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::decodeHeaders
function checkAndNormalize(
  request: RequestView,
  options: HeaderOptions,
  environment: HeaderEnvironment,
): RequestView | RequestHeaderResult {
  if (request.authority === '') return rejection(400, ResponseCodeDetails.MissingHost);
  if (request.path === '' && request.method !== 'CONNECT') return rejection(404, ResponseCodeDetails.MissingPath);
  if (request.path !== '' && !request.path.startsWith('/')) return rejection(404, ResponseCodeDetails.AbsolutePath);
  const normalized = normalizePath(options, request.path);
  if (normalized.kind === 'reject') return rejection(400, ResponseCodeDetails.PathNormalizationFailed);
  if (normalized.kind === 'redirect')
    return rejection(307, ResponseCodeDetails.PathNormalizationFailed, normalized.path);
  const authority = normalizedHost(request.authority, options, environment.connection.localAddress.port);
  return { ...request, path: normalized.path, authority };
}

/** The request as filters and routes see it; a pure function, so the outcome can be cached per request and connection. */
// envoyproxy/envoy source/common/http/conn_manager_utility.cc mutateRequestHeaders
export function processRequestHeaders(
  options: HeaderOptions,
  request: RequestView,
  environment: HeaderEnvironment,
): RequestHeaderResult {
  const checked = checkAndNormalize(request, options, environment);
  if ('kind' in checked) return checked;
  const { connection } = environment;
  const edge = options.useRemoteAddress;
  const addressed = withForwardedAddresses(withoutHopHeaders(checked.headers), options, environment);
  let { headers } = addressed;
  if (!headers.has('x-forwarded-proto')) headers = headers.with('x-forwarded-proto', forwardedScheme(connection));
  headers = cleanInternalHeaders(headers, edge, environment.internalOnlyHeaders);
  const direct = connection.directRemoteAddress;
  const remoteAddress =
    addressed.remoteAddress === undefined || addressed.remoteAddress === direct.address
      ? direct
      : { address: addressed.remoteAddress, port: 0 };
  if (edge) headers = headers.with('x-envoy-external-address', remoteAddress.address);
  headers = withClientCertificate(headers, options, environment);
  const proto = headers.first('x-forwarded-proto')?.toLowerCase() ?? '';
  const fallback = proto === 'http' || proto === 'https' ? proto : forwardedScheme(connection);
  const scheme = request.scheme === '' ? fallback : request.scheme.toLowerCase();
  const requestId = requestIdRule(headers, edge, options.preserveExternalRequestId);
  return { kind: 'accepted', request: { ...checked, scheme, headers }, remoteAddress, edge, requestId };
}

/** The response without the headers that concern only the hop to the upstream. */
// envoyproxy/envoy source/common/http/conn_manager_utility.cc mutateResponseHeaders
export function processResponseHeaders(response: ResponseView, request: RequestView): ResponseView {
  const upgrade = isUpgrade(request.headers) && isUpgrade(response.headers);
  let headers = response.headers.without('transfer-encoding').without('keep-alive').without('proxy-connection');
  if (!upgrade) headers = headers.without('connection').without('upgrade');
  return headers === response.headers ? response : { ...response, headers };
}
