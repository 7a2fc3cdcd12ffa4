import type { JsonValue, SocketAddress } from '../../../xds';
import { HeaderMap } from './header-map';

/** Head of a request. Pseudo headers are fields of their own; `path` includes the query. An empty text means absent. */
export interface RequestView {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: HeaderMap;
}

/** Head of a response. */
export interface ResponseView {
  readonly status: number;
  readonly headers: HeaderMap;
}

/** What the peer of a downstream connection proved in its TLS handshake. */
export interface PeerTls {
  /** The peer presented a certificate. */
  readonly presented: boolean;
  /** The certificate was validated against a trust bundle. */
  readonly validated: boolean;
  readonly uriSans: readonly string[];
  readonly dnsSans: readonly string[];
  readonly subject: string;
  readonly version: string;
}

/** The downstream connection as filters and matchers see it. */
export interface ConnectionInfo {
  /** Address of the peer of the connection itself. */
  readonly directRemoteAddress: SocketAddress;
  /** Address of the client after x-forwarded-for was taken into account; equals the direct one where that is not trusted. */
  readonly remoteAddress: SocketAddress;
  /** Local (original destination) address. */
  readonly localAddress: SocketAddress;
  /** SNI of the client; empty when none. */
  readonly requestedServerName: string;
  /** Protocol of the requests, such as `HTTP/1.1`. */
  readonly protocol?: string;
  /** Absent: plaintext. */
  readonly tls?: PeerTls;
  /** Filter state of the connection, e.g. `io.istio.peer_principal`. */
  readonly filterState?: ReadonlyMap<string, string>;
}

/** Dynamic metadata of one stream: filter name to structure. */
export type DynamicMetadata = ReadonlyMap<string, JsonValue>;

export const NO_METADATA: DynamicMetadata = new Map();

/** What the rules draw from; a stream of `base/prng` satisfies it. */
export interface RandomSource {
  /** A uniform unsigned 32-bit integer. */
  nextU32(): number;
  /** `(random 64-bit integer) % modulus`, as Envoy draws; `modulus` is an integer from 1 to 2^32. */
  nextU64Mod(modulus: number): number;
}

export function requestView(
  method: string,
  authority: string,
  path: string,
  headers: Iterable<readonly [string, string]> = [],
): RequestView {
  return { method, scheme: 'http', authority, path, headers: HeaderMap.of(headers) };
}

/** Equal keys mean equal requests; used to intern request heads. */
export function requestKey(request: RequestView): string {
  return `${request.method}\u0001${request.scheme}\u0001${request.authority}\u0001${request.path}\u0001${request.headers.key()}`;
}

/** Equal keys mean equal responses. */
export function responseKey(response: ResponseView): string {
  return `${response.status}\u0001${response.headers.key()}`;
}

function presentText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** Value of a header or pseudo header by its lower-case name, several values joined with ","; `host` reads the authority. */
export function requestHeader(request: RequestView, name: string): string | undefined {
  switch (name) {
    case ':method':
      return presentText(request.method);
    case ':scheme':
      return presentText(request.scheme);
    case ':authority':
    case 'host':
      return presentText(request.authority);
    case ':path':
      return presentText(request.path);
    default:
      return request.headers.get(name);
  }
}

/** Every value of a header or pseudo header. */
export function requestHeaderValues(request: RequestView, name: string): readonly string[] {
  if (!name.startsWith(':') && name !== 'host') return request.headers.getAll(name);
  const value = requestHeader(request, name);
  return value === undefined ? [] : [value];
}

/** As {@link requestHeader} for a response; the only pseudo header is `:status`. */
export function responseHeader(response: ResponseView, name: string): string | undefined {
  return name === ':status' ? String(response.status) : response.headers.get(name);
}

export function withHeaders(request: RequestView, headers: HeaderMap): RequestView {
  return headers === request.headers ? request : { ...request, headers };
}

/** The path without query and fragment. envoyproxy/envoy source/common/http/path_utility.cc removeQueryAndFragment */
export function pathWithoutQuery(path: string): string {
  for (let i = 0; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    if (unit === 0x3f || unit === 0x23) return path.slice(0, i);
  }
  return path;
}

/** envoyproxy/envoy source/common/grpc/common.cc hasGrpcContentType */
export function isGrpcRequest(request: RequestView): boolean {
  return isGrpcContentType(request.headers.first('content-type'));
}

export function isGrpcContentType(contentType: string | undefined): boolean {
  const grpc = 'application/grpc';
  if (contentType === undefined || !contentType.startsWith(grpc)) return false;
  return contentType.length === grpc.length || contentType[grpc.length] === '+';
}
