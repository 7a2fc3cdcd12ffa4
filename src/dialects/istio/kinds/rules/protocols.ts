/** Protocols that a port may name. istio/istio pkg/config/protocol/instance.go */

const HTTP: ReadonlySet<string> = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);
const TLS: ReadonlySet<string> = new Set(['https', 'tls']);
const OTHER: ReadonlySet<string> = new Set(['tcp', 'udp', 'mongo', 'redis', 'mysql']);
/** Protocols that a dynamic forward proxy can serve. istio/istio pkg/config/validation/validation.go (ValidateServiceEntry) */
const DYNAMIC_DNS: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'tls']);

export function isHttpProtocol(protocol: string): boolean {
  return HTTP.has(protocol.toLowerCase());
}

export function isTlsProtocol(protocol: string): boolean {
  return TLS.has(protocol.toLowerCase());
}

/** TCP and what is carried over it without HTTP. */
export function isTcpProtocol(protocol: string): boolean {
  const lower = protocol.toLowerCase();
  return TLS.has(lower) || (OTHER.has(lower) && lower !== 'udp');
}

export function isDynamicDnsProtocol(protocol: string): boolean {
  return DYNAMIC_DNS.has(protocol.toLowerCase());
}

export function isKnownProtocol(protocol: string): boolean {
  const lower = protocol.toLowerCase();
  return HTTP.has(lower) || TLS.has(lower) || OTHER.has(lower);
}
