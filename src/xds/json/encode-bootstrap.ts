import type { Cluster, ClusterDiscovery, ClusterLoadAssignment } from '../clusters';
import type { HttpFilter } from '../http-filters';
import type { JsonObject, JsonValue } from '../json-value';
import type { FilterChain, HttpConnectionManager, Listener, NetworkFilter, SocketAddress } from '../listeners';
import type { RouteConfiguration } from '../routes';
import type { XdsSnapshot } from '../snapshot';
import type { CommonTls, TlsCertificateSource, TlsValidation, UpstreamTransportSocket } from '../transport';
import { encodeAddress } from './encode-addresses';
import { encodeCluster } from './encode-clusters';
import { encodeLocality } from './encode-endpoints';
import { encodeListener } from './encode-listeners';
import { isJsonObject } from './json-text';
import { each, message, object } from './writer';

/** What takes the place of a secret that the proxy would fetch: files that the real Envoy can read. */
export type SecretFiles =
  | { readonly kind: 'certificate'; readonly certificateChain: string; readonly privateKey: string }
  | { readonly kind: 'trustBundle'; readonly path: string };

/** How a snapshot is fitted to the place where the real Envoy runs. */
export interface BootstrapOptions {
  /** Address of the administration interface; absent: none. */
  readonly admin?: SocketAddress;
  /** The files of a secret. Without them a TLS context that needs the secret gives way to plaintext. */
  readonly secretFiles?: (secretName: string, use: SecretFiles['kind']) => SecretFiles | undefined;
  /** Changes a listener, for instance its address, or leaves it out by returning undefined. */
  readonly mapListener?: (listener: Listener) => Listener | undefined;
  /** Changes a cluster, for instance the addresses of its endpoints. */
  readonly mapCluster?: (cluster: Cluster) => Cluster;
}

/** A bootstrap for a real Envoy, and what of the snapshot could not be carried over. */
export interface BootstrapExport {
  readonly bootstrap: JsonObject;
  /** Sentences, sorted by where they arose; each is stated once. */
  readonly omissions: readonly string[];
}

/** Collects what is left out while the snapshot is turned into one static configuration. */
class Export {
  readonly omissions = new Set<string>();
  readonly #routes: ReadonlyMap<string, RouteConfiguration>;
  readonly #endpoints: ReadonlyMap<string, ClusterLoadAssignment>;
  readonly #options: BootstrapOptions;

  constructor(snapshot: XdsSnapshot, options: BootstrapOptions) {
    this.#routes = new Map(snapshot.routes.map((route) => [route.name, route]));
    this.#endpoints = new Map(snapshot.endpoints.map((assignment) => [assignment.clusterName, assignment]));
    this.#options = options;
  }

  listener(listener: Listener): Listener | undefined {
    const mapped = this.#options.mapListener === undefined ? listener : this.#options.mapListener(listener);
    if (mapped === undefined) return undefined;
    return {
      ...mapped,
      filterChains: mapped.filterChains.map((chain) => this.#filterChain(chain, mapped.name)),
      ...(mapped.defaultFilterChain === undefined
        ? {}
        : { defaultFilterChain: this.#filterChain(mapped.defaultFilterChain, mapped.name) }),
    };
  }

  #filterChain(chain: FilterChain, listenerName: string): FilterChain {
    const { tls, ...rest } = chain;
    const filters = chain.filters.filter((filter) => this.#keeps(filter)).map((filter) => this.#networkFilter(filter));
    if (tls === undefined) return { ...rest, filters };
    const common = this.#commonTls(tls.common);
    if (common !== undefined) return { ...rest, filters, tls: { ...tls, common } };
    this.omissions.add(`listener ${listenerName}: a filter chain is plaintext for want of its certificates`);
    return { ...rest, filters };
  }

  /** Filters that only the mesh's own build of Envoy knows are left out. */
  #keeps(filter: NetworkFilter | HttpFilter): boolean {
    if (filter.kind !== 'opaque' || isStock(filter.name, filter.typeUrl, filter.config)) return true;
    this.omissions.add(`filter ${filter.name} is no part of a stock Envoy`);
    return false;
  }

  #networkFilter(filter: NetworkFilter): NetworkFilter {
    return filter.kind === 'httpConnectionManager' ? { ...filter, hcm: this.#connectionManager(filter.hcm) } : filter;
  }

  #connectionManager(hcm: HttpConnectionManager): HttpConnectionManager {
    return {
      ...hcm,
      routes: this.#inlineRoutes(hcm.routes),
      httpFilters: hcm.httpFilters.filter((filter) => this.#keeps(filter)),
    };
  }

  #inlineRoutes(routes: HttpConnectionManager['routes']): HttpConnectionManager['routes'] {
    if (routes.kind !== 'rds') return routes;
    const routeConfig = this.#routes.get(routes.routeConfigName);
    if (routeConfig !== undefined) return { kind: 'inline', routeConfig };
    this.omissions.add(`route configuration ${routes.routeConfigName} is not in the snapshot and so finds no route`);
    return { kind: 'inline', routeConfig: emptyRouteConfiguration(routes.routeConfigName) };
  }

  cluster(cluster: Cluster): Cluster {
    const inlined: Cluster = { ...cluster, discovery: this.#inlineEndpoints(cluster.discovery) };
    const mapped = this.#options.mapCluster === undefined ? inlined : this.#options.mapCluster(inlined);
    const filters = mapped.filters.filter((filter) => {
      if (isStock(filter.name, filter.typeUrl, filter.config)) return true;
      this.omissions.add(`filter ${filter.name} is no part of a stock Envoy`);
      return false;
    });
    return {
      ...mapped,
      filters,
      transportSocketMatches: mapped.transportSocketMatches.map((match) => ({
        ...match,
        transportSocket: this.#transportSocket(match.transportSocket, mapped.name),
      })),
      ...(mapped.transportSocket === undefined
        ? {}
        : { transportSocket: this.#transportSocket(mapped.transportSocket, mapped.name) }),
    };
  }

  #inlineEndpoints(discovery: ClusterDiscovery): ClusterDiscovery {
    if (discovery.kind !== 'EDS') return discovery;
    const loadAssignment = this.#endpoints.get(discovery.serviceName);
    if (loadAssignment !== undefined) return { kind: 'STATIC', loadAssignment };
    return { kind: 'STATIC', loadAssignment: { clusterName: discovery.serviceName, endpoints: [], dropOverloads: [] } };
  }

  #transportSocket(socket: UpstreamTransportSocket, clusterName: string): UpstreamTransportSocket {
    if (socket.kind !== 'tls') return socket;
    const common = this.#commonTls(socket.tls.common);
    if (common !== undefined) return { kind: 'tls', tls: { ...socket.tls, common } };
    this.omissions.add(`cluster ${clusterName}: connects in plaintext for want of its certificates`);
    return { kind: 'rawBuffer' };
  }

  /** The context with files in place of fetched secrets; undefined when one of them cannot be had. */
  #commonTls(tls: CommonTls): CommonTls | undefined {
    const certificates: TlsCertificateSource[] = [];
    for (const source of tls.certificates) {
      const resolved = this.#certificate(source);
      if (resolved === undefined) return undefined;
      certificates.push(resolved);
    }
    if (tls.validation === undefined) return { ...tls, certificates };
    const validation = this.#validation(tls.validation);
    return validation === undefined ? undefined : { ...tls, certificates, validation };
  }

  #certificate(source: TlsCertificateSource): TlsCertificateSource | undefined {
    if (source.kind === 'files') return source;
    const files = this.#options.secretFiles?.(source.secretName, 'certificate');
    if (files?.kind !== 'certificate') return undefined;
    return { kind: 'files', certificateChain: files.certificateChain, privateKey: files.privateKey };
  }

  #validation(validation: TlsValidation): TlsValidation | undefined {
    const { trustBundle } = validation;
    if (trustBundle.kind !== 'sds') return validation;
    const files = this.#options.secretFiles?.(trustBundle.secretName, 'trustBundle');
    if (files?.kind !== 'trustBundle') return undefined;
    const { combined: _, ...rest } = validation;
    return { ...rest, trustBundle: { kind: 'file', path: files.path } };
  }
}

/** Whether Envoy as its own project builds it knows the extension. */
function isStock(name: string, typeUrl: string, config: JsonValue): boolean {
  if (name.startsWith('istio.')) return false;
  const outer = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
  const inner =
    outer.endsWith('.TypedStruct') && isJsonObject(config) ? (config['typeUrl'] ?? config['type_url']) : outer;
  const type = String(inner);
  return type.slice(type.lastIndexOf('/') + 1).startsWith('envoy.');
}

function emptyRouteConfiguration(name: string): RouteConfiguration {
  return {
    name,
    virtualHosts: [],
    validateClusters: false,
    ignorePortInHostMatching: false,
    mostSpecificHeaderMutationsWins: false,
    headers: { requestToAdd: [], requestToRemove: [], responseToAdd: [], responseToRemove: [] },
    requestMirrorPolicies: [],
  };
}

/**
 * Renders a snapshot as one static bootstrap configuration (`envoy.config.bootstrap.v3.Bootstrap`) for a real Envoy: routes and endpoints
 * stand where the proxy would discover them, and what only the mesh's own build knows is left out and named.
 */
export function toEnvoyBootstrap(snapshot: XdsSnapshot, options: BootstrapOptions = {}): BootstrapExport {
  const work = new Export(snapshot, options);
  const listeners = snapshot.listeners.flatMap((listener) => work.listener(listener) ?? []);
  const clusters = snapshot.clusters.map((cluster) => work.cluster(cluster));
  const { node } = snapshot;
  const bootstrap = message({
    node: message({
      id: node.id,
      cluster: `${node.workload}.${node.namespace}`,
      locality: object(encodeLocality(node.locality)),
    }),
    staticResources: message({
      listeners: each(listeners, encodeListener),
      clusters: each(clusters, encodeCluster),
    }),
    clusterManager: node.localClusterName === undefined ? undefined : { localClusterName: node.localClusterName },
    admin: options.admin && { address: encodeAddress(options.admin) },
  });
  return { bootstrap, omissions: [...work.omissions] };
}
