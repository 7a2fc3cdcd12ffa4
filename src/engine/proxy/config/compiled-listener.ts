import type { FilterChain, HttpConnectionManager, Listener, NetworkFilter, TcpProxy } from '../../../xds';
import {
  type CompiledFilterChains,
  type CompiledLocalReplyConfig,
  type CompiledRbac,
  type CompiledRouteConfiguration,
  compileFilterChains,
  compileLocalReplyConfig,
  compileRbac,
  fieldOf,
  numberOf,
  stringsOf,
} from '../semantics';
import { type CompiledHttpFilter, compileHttpFilters } from './compiled-filters';

/** An HTTP connection manager with what does not change per request. */
export interface CompiledHcm {
  readonly source: HttpConnectionManager;
  readonly suppressEnvoyHeaders: boolean;
  /** Name of the route configuration that is looked up per request; empty for an inline one. */
  readonly routeConfigName: string;
  readonly inlineRoutes: CompiledRouteConfiguration | undefined;
  /** ALPN that the upstream connections of its requests offer, by upstream protocol (istio.alpn); undefined: the cluster's own. */
  readonly alpnOverride: AlpnOverride | undefined;
  /** Most of a request's body that is kept for retries and copies; bytes. */
  readonly bufferLimitBytes: number;
  /** What becomes of the proxy's own answers; undefined: they stay as they are. */
  readonly localReplies: CompiledLocalReplyConfig | undefined;
  /** Filters in front of the router that do something. */
  readonly filters: readonly CompiledHttpFilter[];
}

export interface AlpnOverride {
  readonly http1: readonly string[];
  readonly http2: readonly string[];
}

export interface CompiledChain {
  /** Position among all chains of the configuration. */
  readonly number: number;
  readonly listener: CompiledListener;
  readonly source: FilterChain;
  /** Network filters in front of the terminal one. */
  readonly preludes: readonly NetworkFilter[];
  readonly networkRbac: readonly CompiledNetworkRbac[];
  readonly hcm: CompiledHcm | undefined;
  readonly tcpProxy: TcpProxy | undefined;
}

/** A network authorization filter. */
export interface CompiledNetworkRbac {
  readonly source: Extract<NetworkFilter, { kind: 'rbac' }>;
  readonly compiled: CompiledRbac;
}

export interface CompiledListener {
  readonly source: Listener;
  readonly inbound: boolean;
  readonly detectsTls: boolean;
  readonly detectsHttp: boolean;
  readonly matching: CompiledFilterChains;
  readonly chains: ReadonlyMap<FilterChain, CompiledChain>;
}

// istio/proxy source/extensions/filters/http/alpn/config.proto
function alpnOverrideOf(hcm: HttpConnectionManager): AlpnOverride | undefined {
  const filter = hcm.httpFilters.find(({ kind, name }) => kind === 'opaque' && name.includes('alpn'));
  const overrides = filter?.kind === 'opaque' ? fieldOf(filter.config, 'alpnOverride') : undefined;
  if (!Array.isArray(overrides)) return undefined;
  const namesFor = (protocol: string): readonly string[] => {
    const entry = overrides.find((item) => fieldOf(item, 'upstreamProtocol') === protocol);
    return stringsOf(fieldOf(entry, 'alpnOverride'));
  };
  return { http1: namesFor('HTTP11'), http2: namesFor('HTTP2') };
}

export interface ListenerCompilation {
  readonly compileRoutes: (hcm: HttpConnectionManager) => CompiledRouteConfiguration | undefined;
  readonly nextChainNumber: () => number;
}

// envoyproxy/envoy api/envoy/config/listener/v3/listener.proto per_connection_buffer_limit_bytes
const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

function compileHcm(listener: Listener, source: HttpConnectionManager, compilation: ListenerCompilation): CompiledHcm {
  const router = source.httpFilters.find((filter) => filter.kind === 'router');
  return {
    source,
    suppressEnvoyHeaders: router?.kind === 'router' && router.suppressEnvoyHeaders,
    routeConfigName: source.routes.kind === 'rds' ? source.routes.routeConfigName : '',
    inlineRoutes: compilation.compileRoutes(source),
    alpnOverride: alpnOverrideOf(source),
    bufferLimitBytes: numberOf(listener.extra, 'perConnectionBufferLimitBytes', DEFAULT_BUFFER_LIMIT_BYTES),
    localReplies: compileLocalReplyConfig(fieldOf(source.extra, 'localReplyConfig')),
    filters: compileHttpFilters(source.httpFilters),
  };
}

function compileChain(
  listener: CompiledListener,
  source: FilterChain,
  compilation: ListenerCompilation,
): CompiledChain {
  const terminal = source.filters.find(({ kind }) => kind === 'httpConnectionManager' || kind === 'tcpProxy');
  const end = terminal === undefined ? source.filters.length : source.filters.indexOf(terminal);
  return {
    number: compilation.nextChainNumber(),
    listener,
    source,
    preludes: source.filters.slice(0, end),
    networkRbac: source.filters.slice(0, end).flatMap((filter) => {
      return filter.kind === 'rbac' ? [{ source: filter, compiled: compileRbac(filter.rbac) }] : [];
    }),
    hcm:
      terminal?.kind === 'httpConnectionManager' ? compileHcm(listener.source, terminal.hcm, compilation) : undefined,
    tcpProxy: terminal?.kind === 'tcpProxy' ? terminal.tcpProxy : undefined,
  };
}

/** Compiles a listener; the error is the message with which Envoy refuses it. */
export function compileListener(source: Listener, compilation: ListenerCompilation): CompiledListener | string {
  const matching = compileFilterChains(source);
  if (!matching.ok) return matching.error;
  const chains = new Map<FilterChain, CompiledChain>();
  const listener: CompiledListener = {
    source,
    inbound: source.trafficDirection === 'INBOUND',
    detectsTls: source.listenerFilters.some(({ kind }) => kind === 'tlsInspector'),
    detectsHttp: source.listenerFilters.some(({ kind }) => kind === 'httpInspector'),
    matching: matching.value,
    chains,
  };
  const all =
    source.defaultFilterChain === undefined ? source.filterChains : [...source.filterChains, source.defaultFilterChain];
  try {
    for (const chain of all) chains.set(chain, compileChain(listener, chain, compilation));
  } catch (error) {
    // A pattern or rule in some filter is refused, and with it the listener.
    if (error instanceof Error && error.name === 'ConfigRefusal') return error.message;
    throw error;
  }
  return listener;
}
