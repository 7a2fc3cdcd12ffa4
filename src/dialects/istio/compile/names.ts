import { isIpAddress } from './addresses';

/** Suffix of every name in the cluster. */
export const DOMAIN_SUFFIX = 'cluster.local';
/** Reserved gateway name: the sidecars. */
export const MESH_GATEWAY = 'mesh';
/** Address of a service without one. */
export const UNSPECIFIED_IP = '0.0.0.0';

export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster';
export const PASSTHROUGH_CLUSTER = 'PassthroughCluster';
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster';

export function isWildcardHost(host: string): boolean {
  return host.startsWith('*');
}

/**
 * Whether two host names overlap: equal, or one a wildcard that covers the other.
 * istio/istio pkg/config/host/name.go (Matches)
 */
export function hostsOverlap(a: string, b: string): boolean {
  if (isWildcardHost(a)) {
    if (!isWildcardHost(b)) return b.endsWith(a.slice(1));
    return a.length < b.length ? b.slice(1).endsWith(a.slice(1)) : a.slice(1).endsWith(b.slice(1));
  }
  return isWildcardHost(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Whether every name that `host` stands for is covered by `cover`. istio/istio pkg/config/host/name.go (SubsetOf) */
export function isHostCoveredBy(host: string, cover: string): boolean {
  if (isWildcardHost(host)) {
    if (!isWildcardHost(cover)) return false;
    return host.length >= cover.length && host.slice(1).endsWith(cover.slice(1));
  }
  return isWildcardHost(cover) ? host.endsWith(cover.slice(1)) : host === cover;
}

/**
 * A name without a dot belongs to the namespace of the object it is written in; everything else is taken as written.
 * istio/istio pilot/pkg/model/config.go (ResolveShortnameToFQDN)
 */
export function resolveShortHost(host: string, namespace: string): string {
  if (host === '' || host === '*' || host.includes('.') || isIpAddress(host)) return host;
  return `${host}.${namespace}.svc.${DOMAIN_SUFFIX}`;
}

/**
 * A gateway reference as `namespace/name`; the deprecated form `name.namespace.svc...` is understood.
 * istio/istio pilot/pkg/model/config.go (resolveGatewayName)
 */
export function resolveGatewayName(gateway: string, namespace: string): string {
  if (gateway === MESH_GATEWAY) return gateway;
  const slash = gateway.indexOf('/');
  if (slash >= 0) {
    return gateway.slice(0, slash) === '.' ? `${namespace}/${gateway.slice(slash + 1)}` : gateway;
  }
  const [name = '', owner] = gateway.split('.');
  return owner === undefined ? `${namespace}/${name}` : `${owner}/${name}`;
}

export function serviceHostname(name: string, namespace: string): string {
  return `${name}.${namespace}.svc.${DOMAIN_SUFFIX}`;
}

/** istio/istio pilot/pkg/model/service.go (BuildSubsetKey) */
export function outboundClusterName(hostname: string, port: number, subset = ''): string {
  return `outbound|${port}|${subset}|${hostname}`;
}

/** The form that is a valid SNI. istio/istio pilot/pkg/model/service.go (BuildDNSSrvSubsetKey) */
export function dnsSrvClusterName(hostname: string, port: number, subset = ''): string {
  return `outbound_.${port}_.${subset}_.${hostname}`;
}

export interface OutboundClusterParts {
  readonly hostname: string;
  readonly port: number;
  readonly subset: string;
}

const SUBSET_KEY = /^outbound\|(\d+)\|([^|]*)\|(.+)$/;
const DNS_SRV_KEY = /^outbound_\.(\d+)_\.(.*?)_\.(.+)$/;

/** Undefined: the name is not that of an outbound cluster. istio/istio pilot/pkg/model/service.go (ParseSubsetKey) */
export function parseOutboundClusterName(name: string): OutboundClusterParts | undefined {
  const [, port, subset, hostname] = SUBSET_KEY.exec(name) ?? DNS_SRV_KEY.exec(name) ?? [];
  if (port === undefined || subset === undefined || hostname === undefined) return undefined;
  return { hostname, port: Number(port), subset };
}

/** Whether the name stands for a cluster that passes on mutual TLS of its clients. */
export function isDnsSrvClusterName(name: string): boolean {
  return name.startsWith('outbound_.');
}

/** The service never appears in the name: it is keyed by the port of the pod. */
export function inboundClusterName(port: number): string {
  return `inbound|${port}||`;
}

/** Whether wildcard or name `a` says more than `b`. istio/istio pkg/config/host/names.go (MoreSpecific) */
export function isMoreSpecificHost(a: string, b: string): boolean {
  const wildA = isWildcardHost(a);
  const wildB = isWildcardHost(b);
  if (wildA !== wildB) return wildB;
  if (a.length !== b.length) return a.length > b.length;
  return a < b;
}

/** Values by host, exact names apart from wildcards. */
export interface HostMap<T> {
  readonly exact: ReadonlyMap<string, T>;
  readonly wildcard: ReadonlyMap<string, T>;
}

/**
 * The entry of the host itself, else of the longest wildcard that covers it.
 * istio/istio pilot/pkg/model/config.go (MostSpecificHostMatch)
 */
export function mostSpecificHost<T>(host: string, map: HostMap<T>): T | undefined {
  const wild = isWildcardHost(host);
  const exact = (wild ? map.wildcard : map.exact).get(host);
  if (exact !== undefined) return exact;
  const needle = wild ? host.slice(1) : host;
  let best: string | undefined;
  for (const candidate of map.wildcard.keys()) {
    if (!needle.endsWith(candidate.slice(1))) continue;
    if (best === undefined || isMoreSpecificHost(candidate, best)) best = candidate;
  }
  return best === undefined ? undefined : map.wildcard.get(best);
}
