import type {
  Cluster,
  ClusterLoadAssignment,
  Listener,
  NetworkFilter,
  RouteConfiguration,
  XdsNode,
  XdsSnapshot,
} from '../../../xds';
import { blackHoleCluster, inboundPassthroughCluster, passthroughCluster } from './clusters/fixed-clusters';
import { buildInboundClusters } from './clusters/inbound-clusters';
import { buildOutboundClusters, type ClusterMode } from './clusters/outbound-clusters';
import { versionOf } from './content-version';
import { buildLoadAssignment } from './endpoints/load-assignment';
import { buildGatewayListeners } from './gateway/gateway-listeners';
import { buildGatewayRoutes } from './gateway/gateway-routes';
import { type MergedGateway, mergeGateways, type RejectedServer } from './gateway/merged-gateway';
import { buildInboundListeners } from './listeners/inbound-listener';
import { type ListenerConflict, OutboundListenerBuilder } from './listeners/outbound-listeners';
import { buildVirtualOutbound } from './listeners/virtual-outbound';
import type { MeshProxy, Service } from './model';
import { parseOutboundClusterName } from './names';
import type { DestinationRule } from './push-context/destination-rules';
import type { PushContext } from './push-context/push-context';
import { destinationRuleFor, type SidecarScope } from './push-context/sidecar-scope';
import { projectLabels } from './relevant-labels';
import { RouteConfigurationBuilder } from './routes/route-configurations';
import { secretsOf } from './secrets';
import { workloadSecurity } from './security/workload-security';

type Content = Omit<XdsSnapshot, 'node' | 'version'>;

interface Outbound {
  readonly listeners: readonly Listener[];
  readonly conflicts: readonly ListenerConflict[];
}

/** What is worked out at most once for a key. */
class Memo<T> {
  readonly #values = new Map<string, T>();

  get(key: string, make: () => T): T {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#values.set(key, made);
    return made;
  }

  values(): Iterable<T> {
    return this.#values.values();
  }
}

function withoutDuplicates(clusters: readonly Cluster[]): readonly Cluster[] {
  const byName = new Map<string, Cluster>();
  for (const cluster of clusters) if (!byName.has(cluster.name)) byName.set(cluster.name, cluster);
  return [...byName.values()];
}

function routeNamesIn(filters: readonly NetworkFilter[]): readonly string[] {
  return filters.flatMap((filter) =>
    filter.kind === 'httpConnectionManager' && filter.hcm.routes.kind === 'rds'
      ? [filter.hcm.routes.routeConfigName]
      : [],
  );
}

/** Names of the route configurations that listeners ask for. */
function routeNames(listeners: readonly Listener[]): readonly string[] {
  const names = listeners.flatMap(({ filterChains, defaultFilterChain }) =>
    [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])].flatMap((chain) =>
      routeNamesIn(chain.filters),
    ),
  );
  return [...new Set(names)];
}

function targetsKey({ serviceTargets }: MeshProxy): string {
  return serviceTargets
    .map(({ service, port, targetPort }) => `${service.namespace}/${service.hostname} ${port.name} ${targetPort}`)
    .join();
}

function localityKey({ locality }: MeshProxy): string {
  return `${locality.region}/${locality.zone}/${locality.subZone}`;
}

/**
 * Puts together what each proxy is told. Proxies that differ in nothing that matters share it, whole or in parts.
 * istio/istio pilot/pkg/xds/ads.go
 */
export class SnapshotBuilder {
  readonly #contents = new Memo<Content & { readonly version: string }>();
  readonly #outboundListeners = new Memo<Outbound>();
  readonly #inboundListeners = new Memo<readonly Listener[]>();
  readonly #outboundClusters = new Memo<readonly Cluster[]>();
  readonly #routes = new Memo<readonly RouteConfiguration[]>();
  readonly #endpoints = new Memo<readonly ClusterLoadAssignment[]>();
  readonly #serviceClusters = new Map<Service, Map<DestinationRule | undefined, Map<string, readonly Cluster[]>>>();
  readonly #rejectedServers: RejectedServer[] = [];
  readonly #usesNodes: boolean;
  readonly #podListeners: ReadonlySet<string>;

  /** @param labelKeys labels of a proxy that its configuration depends on */
  constructor(
    private readonly push: PushContext,
    private readonly labelKeys: readonly string[],
  ) {
    this.#usesNodes = push.services.all.some((service) => service.nodeLocal);
    const headless = push.services.all.filter((service) => service.headless);
    this.#podListeners = new Set(
      headless.flatMap((service) => push.endpoints.all(service).map((endpoint) => endpoint.address)),
    );
  }

  build(proxy: MeshProxy): XdsSnapshot {
    const scope = this.push.sidecars.scopeFor(proxy);
    const key = this.#keyOf(proxy, scope);
    const { version, ...content } = this.#contents.get(key, () => {
      const made = proxy.type === 'router' ? this.#gateway(proxy, scope) : this.#sidecar(proxy, scope);
      return { ...made, version: versionOf(made) };
    });
    return { node: this.#nodeOf(proxy), version, ...content };
  }

  /** What had to be left out because two services want one address, once for each group of proxies. */
  conflicts(): readonly ListenerConflict[] {
    return [...this.#outboundListeners.values()].flatMap(({ conflicts }) => conflicts);
  }

  /** Servers that others stand in the way of, once for each group of gateways. */
  get rejectedServers(): readonly RejectedServer[] {
    return this.#rejectedServers;
  }

  /** Everything about the outside that tells proxies apart. */
  #outboundKey(proxy: MeshProxy, scope: SidecarScope): string {
    return [scope.key, proxy.type, projectLabels(proxy, this.labelKeys), proxy.interceptionMode].join(' ');
  }

  #endpointsKey(proxy: MeshProxy, scope: SidecarScope): string {
    const node = this.#usesNodes ? proxy.nodeName : '';
    return `${this.#outboundKey(proxy, scope)} ${localityKey(proxy)} ${node}`;
  }

  #listenersKey(proxy: MeshProxy, scope: SidecarScope): string {
    const own = proxy.ipAddresses.filter((address) => this.#podListeners.has(address)).join();
    return `${this.#outboundKey(proxy, scope)} ${own} ${proxy.unprivileged}`;
  }

  #inboundKey(proxy: MeshProxy, scope: SidecarScope): string {
    const own = (scope.sidecar?.object.spec?.ingress ?? []).length > 0 ? proxy.ipAddresses.join() : '';
    return `${this.#outboundKey(proxy, scope)} ${targetsKey(proxy)} ${own}`;
  }

  #keyOf(proxy: MeshProxy, scope: SidecarScope): string {
    const parts = [this.#endpointsKey(proxy, scope), this.#listenersKey(proxy, scope), this.#inboundKey(proxy, scope)];
    return [...parts, proxy.serviceAccount].join(' ');
  }

  /** istio/istio pilot/pkg/networking/core/listener.go, cluster.go (buildClusters) */
  #sidecar(proxy: MeshProxy, scope: SidecarScope): Content {
    const { push } = this;
    const outbound = this.#outboundListeners.get(this.#listenersKey(proxy, scope), () =>
      this.#sidecarOutbound(proxy, scope),
    );
    const inbound = this.#inboundListeners.get(this.#inboundKey(proxy, scope), () =>
      buildInboundListeners({ push, proxy, scope, security: workloadSecurity(push, proxy) }),
    );
    const routes = this.#routes.get(this.#listenersKey(proxy, scope), () => {
      const builder = new RouteConfigurationBuilder(proxy, scope);
      return routeNames(outbound.listeners).map((name) => builder.build(name));
    });
    const clusters = withoutDuplicates([
      ...this.#clustersOf(proxy, scope),
      blackHoleCluster(push.mesh),
      passthroughCluster(push.mesh),
      ...buildInboundClusters(push, proxy, scope),
      inboundPassthroughCluster(push.mesh),
    ]);
    return this.#finish(proxy, scope, { listeners: [...outbound.listeners, ...inbound], routes, clusters });
  }

  #sidecarOutbound(proxy: MeshProxy, scope: SidecarScope): Outbound {
    const request = { push: this.push, proxy, scope };
    const { listeners, conflicts } = new OutboundListenerBuilder(request).build();
    const virtual = buildVirtualOutbound(request);
    return { listeners: virtual === undefined ? listeners : [...listeners, virtual], conflicts };
  }

  #gateway(proxy: MeshProxy, scope: SidecarScope): Content {
    const { push } = this;
    const merged = mergeGateways(push.gateways, proxy);
    this.#rejectedServers.push(...(merged?.rejected ?? []));
    const clusters = withoutDuplicates([
      ...this.#clustersOf(proxy, scope),
      blackHoleCluster(push.mesh),
      ...this.#passedOnClusters(proxy, scope, merged),
    ]);
    if (merged === undefined) return this.#finish(proxy, scope, { listeners: [], routes: [], clusters });
    const request = { push, proxy, scope, merged };
    const listeners = buildGatewayListeners({ ...request, security: workloadSecurity(push, proxy) });
    const wanted = new Set(routeNames(listeners));
    const routes = buildGatewayRoutes(request).filter(({ name }) => wanted.has(name));
    return this.#finish(proxy, scope, { listeners, routes, clusters });
  }

  /** istio/istio pilot/pkg/networking/core/cluster.go (buildOutboundSniDnatClusters) */
  #passedOnClusters(proxy: MeshProxy, scope: SidecarScope, merged: MergedGateway | undefined): readonly Cluster[] {
    if (merged?.autoPassthroughHosts === undefined) return [];
    return scope.services
      .filter((service) => !service.meshExternal)
      .flatMap((service) => this.#clustersOfService(service, proxy, scope, 'sniDnat'));
  }

  #finish(proxy: MeshProxy, scope: SidecarScope, parts: Pick<Content, 'listeners' | 'routes' | 'clusters'>): Content {
    const { push } = this;
    const endpoints = this.#endpoints.get(this.#endpointsKey(proxy, scope), () =>
      parts.clusters.flatMap((cluster) =>
        cluster.discovery.kind === 'EDS' ? this.#assignment(cluster.name, proxy, scope) : [],
      ),
    );
    const sources = { view: push.view, trustDomain: push.mesh.trustDomain, ...parts };
    return { ...parts, endpoints, secrets: secretsOf(proxy, sources) };
  }

  #assignment(clusterName: string, proxy: MeshProxy, scope: SidecarScope): readonly ClusterLoadAssignment[] {
    const parts = parseOutboundClusterName(clusterName);
    const service = parts === undefined ? undefined : scope.servicesByHostname.get(parts.hostname);
    if (parts === undefined || service === undefined) return [];
    const rule = destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels });
    const { port, subset } = parts;
    return [buildLoadAssignment({ push: this.push, proxy, service, port, subset, rule, clusterName })];
  }

  #clustersOf(proxy: MeshProxy, scope: SidecarScope): readonly Cluster[] {
    return this.#outboundClusters.get(this.#endpointsKey(proxy, scope), () =>
      scope.services.flatMap((service) => this.#clustersOfService(service, proxy, scope, 'default')),
    );
  }

  /** Scopes of different namespaces mostly see the same services under the same rules. */
  #clustersOfService(service: Service, proxy: MeshProxy, scope: SidecarScope, mode: ClusterMode): readonly Cluster[] {
    const rule = destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels });
    const build = (): readonly Cluster[] => buildOutboundClusters({ push: this.push, proxy, service, rule, mode });
    // Their endpoints are part of the clusters, and depend on where the proxy is.
    if (service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB') return build();
    const byRule =
      this.#serviceClusters.get(service) ?? new Map<DestinationRule | undefined, Map<string, readonly Cluster[]>>();
    this.#serviceClusters.set(service, byRule);
    const byMode = byRule.get(rule) ?? new Map<string, readonly Cluster[]>();
    byRule.set(rule, byMode);
    const key = `${proxy.type} ${mode}`;
    const known = byMode.get(key);
    if (known !== undefined) return known;
    const built = build();
    byMode.set(key, built);
    return built;
  }

  #nodeOf(proxy: MeshProxy): XdsNode {
    return {
      id: proxy.id,
      kind: proxy.type === 'router' ? 'gateway' : 'sidecar',
      namespace: proxy.namespace,
      workload: proxy.workload.name,
      ipAddresses: proxy.ipAddresses,
      labels: proxy.labels,
      serviceAccount: proxy.serviceAccount,
      trustDomain: this.push.mesh.trustDomain,
      locality: proxy.locality,
    };
  }
}
