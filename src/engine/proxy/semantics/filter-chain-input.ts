import type { SocketAddress } from '../../../xds';

/** What a listener knows of a connection when it picks a filter chain. Addresses that start with a slash are Unix domain sockets. */
export interface FilterChainInput {
  readonly destination: SocketAddress;
  /** SNI as the TLS inspector saw it; empty without one. */
  readonly serverName: string;
  /** `tls`, `raw_buffer`, or empty without a TLS inspector. */
  readonly transportProtocol: string;
  /** ALPN in the client's order. */
  readonly applicationProtocols: readonly string[];
  readonly source: SocketAddress;
  readonly directSource: SocketAddress;
}

export function isUnixSocket(address: string): boolean {
  return address.startsWith('/') || address.startsWith('@');
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Whether client and listener are on one machine. */
// envoyproxy/envoy source/common/network/utility.cc Utility::isSameIpOrLoopback
export function isSameIpOrLoopback(input: FilterChainInput): boolean {
  const source = input.source.address;
  return isUnixSocket(source) || source === input.destination.address || isLoopback(source);
}
