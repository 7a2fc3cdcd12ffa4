import { DEFAULT_HTTP_IDLE_TIMEOUT_NS, EMPTY_LOCALITY } from './build-clusters';
import type { Init } from './build-routes';
import type {
  CorsPolicy,
  ExtAuthzConfig,
  FaultConfig,
  HttpFilter,
  JwtAuthnConfig,
  JwtProvider,
  LocalRateLimitConfig,
  RateLimitConfig,
  RbacPolicy,
  RbacRules,
} from './http-filters';
import {
  type AccessLogConfig,
  ANY_FILTER_CHAIN_MATCH,
  type FilterChain,
  type FilterChainMatch,
  type HttpConnectionManager,
  type Listener,
  type TcpProxy,
} from './listeners';
import type { XdsNode, XdsSnapshot } from './snapshot';

/** Constructors of listeners, filter chains and filters with the defaults of the v3 API of envoyproxy/envoy. */

const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MS = 1_000_000;

/** Envoy's default of `stream_idle_timeout`, 5 min in nanoseconds. */
export const DEFAULT_STREAM_IDLE_TIMEOUT_NS = 300 * NS_PER_SECOND;
/** Envoy's default of `listener_filters_timeout`, 15 s in nanoseconds. */
export const DEFAULT_LISTENER_FILTERS_TIMEOUT_NS = 15 * NS_PER_SECOND;
/** Envoy's default of the TCP proxy's `idle_timeout`, 1 h in nanoseconds. */
export const DEFAULT_TCP_IDLE_TIMEOUT_NS = 3600 * NS_PER_SECOND;

export function filterChainMatch(init: Init<FilterChainMatch> = {}): FilterChainMatch {
  return { ...ANY_FILTER_CHAIN_MATCH, ...init };
}

export function filterChain(init: Init<FilterChain>): FilterChain {
  return { name: '', match: ANY_FILTER_CHAIN_MATCH, filters: [], ...init };
}

export function listener(init: Init<Listener, 'name' | 'address'>): Listener {
  return {
    additionalAddresses: [],
    trafficDirection: 'UNSPECIFIED',
    filterChains: [],
    listenerFilters: [],
    listenerFiltersTimeoutNs: DEFAULT_LISTENER_FILTERS_TIMEOUT_NS,
    continueOnListenerFiltersTimeout: false,
    bindToPort: true,
    useOriginalDst: false,
    accessLog: [],
    connectionBalanceExact: false,
    ...init,
  };
}

export function routerFilter(name = 'envoy.filters.http.router'): HttpFilter {
  return { kind: 'router', name, suppressEnvoyHeaders: false };
}

/** A connection manager whose only filter is the router unless `httpFilters` says otherwise. */
export function httpConnectionManager(init: Init<HttpConnectionManager, 'routes'>): HttpConnectionManager {
  return {
    statPrefix: '',
    codecType: 'AUTO',
    httpFilters: [routerFilter()],
    useRemoteAddress: false,
    xffNumTrustedHops: 0,
    skipXffAppend: false,
    streamIdleTimeoutNs: DEFAULT_STREAM_IDLE_TIMEOUT_NS,
    requestTimeoutNs: 0,
    requestHeadersTimeoutNs: 0,
    idleTimeoutNs: DEFAULT_HTTP_IDLE_TIMEOUT_NS,
    normalizePath: false,
    mergeSlashes: false,
    pathWithEscapedSlashesAction: 'IMPLEMENTATION_SPECIFIC_DEFAULT',
    stripMatchingHostPort: false,
    stripAnyHostPort: false,
    stripTrailingHostDot: false,
    serverName: '',
    forwardClientCertDetails: 'SANITIZE',
    setCurrentClientCertDetails: { subject: false, dns: false, uri: false },
    proxy100Continue: false,
    acceptHttp10: false,
    upgradeTypes: [],
    preserveExternalRequestId: false,
    accessLog: [],
    ...init,
  };
}

export function tcpProxy(init: Init<TcpProxy, 'cluster'>): TcpProxy {
  return {
    statPrefix: '',
    idleTimeoutNs: DEFAULT_TCP_IDLE_TIMEOUT_NS,
    maxConnectAttempts: 1,
    hashPolicy: [],
    accessLog: [],
    ...init,
  };
}

/** A file access log; Envoy's default format unless `textFormat` or `jsonFormat` is given. */
export function fileAccessLog(init: Init<AccessLogConfig> = {}): AccessLogConfig {
  return { name: 'envoy.access_loggers.file', path: '/dev/stdout', ...init };
}

export function faultConfig(init: Init<FaultConfig> = {}): FaultConfig {
  return { headers: [], ...init };
}

export function corsPolicy(init: Init<CorsPolicy> = {}): CorsPolicy {
  return {
    allowOriginStringMatch: [],
    allowMethods: '',
    allowHeaders: '',
    exposeHeaders: '',
    maxAge: '',
    ...init,
  };
}

export function rbacRules(init: Init<RbacRules> = {}): RbacRules {
  return { action: 'ALLOW', policies: [], ...init };
}

/** Matches every request of every peer unless given otherwise. */
export function rbacPolicy(init: Init<RbacPolicy, 'name'>): RbacPolicy {
  return { permissions: [{ kind: 'any' }], principals: [{ kind: 'any' }], ...init };
}

export function jwtAuthnConfig(init: Init<JwtAuthnConfig> = {}): JwtAuthnConfig {
  return { providers: [], rules: [], bypassCorsPreflight: false, ...init };
}

export function jwtProvider(init: Init<JwtProvider, 'name' | 'jwks'>): JwtProvider {
  return {
    issuer: '',
    audiences: [],
    fromHeaders: [],
    fromParams: [],
    fromCookies: [],
    forward: false,
    claimToHeaders: [],
    ...init,
  };
}

export function extAuthzConfig(init: Init<ExtAuthzConfig, 'service'>): ExtAuthzConfig {
  return { failureModeAllow: false, statusOnError: 403, clearRouteCache: false, ...init };
}

/** Switched off unless `filterEnabled` and `filterEnforced` are given, as upstream. */
export function localRateLimitConfig(init: Init<LocalRateLimitConfig>): LocalRateLimitConfig {
  return {
    statPrefix: '',
    filterEnabled: { numerator: 0, denominator: 100 },
    filterEnforced: { numerator: 0, denominator: 100 },
    status: 429,
    responseHeadersToAdd: [],
    ...init,
  };
}

/** A call limited to 20 ms that lets requests pass when the service fails. */
export function rateLimitConfig(init: Init<RateLimitConfig, 'domain' | 'cluster'>): RateLimitConfig {
  return { timeoutNs: 20 * NS_PER_MS, failureModeDeny: false, ...init };
}

export function xdsNode(init: Init<XdsNode, 'id'>): XdsNode {
  return {
    kind: 'sidecar',
    namespace: 'default',
    workload: '',
    ipAddresses: [],
    labels: {},
    serviceAccount: 'default',
    trustDomain: 'cluster.local',
    locality: EMPTY_LOCALITY,
    ...init,
  };
}

export function xdsSnapshot(init: Init<XdsSnapshot, 'node'>): XdsSnapshot {
  return { version: '', listeners: [], routes: [], clusters: [], endpoints: [], secrets: [], ...init };
}
