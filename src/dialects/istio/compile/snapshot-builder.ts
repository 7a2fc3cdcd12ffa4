import type { Cluster, ClusterLoadAssignment, Listener, NetworkFilter, XdsNode, XdsSnapshot } from '../../../xds';
import { blackHoleCluster, inboundPassthroughCluster, passthroughCluster } from './clusters/fixed-clusters';
import { buildInboundClusters } from './clusters/inbound-clusters';
import { buildOutboundClusters, type ClusterMode } from './clusters/outbound-clusters';
import { versionOf } from './content-version';
import { buildLoadAssignment } from './endpoints/load-assignment';
import { applyEnvoyFilters } from './envoy-filter/apply';
import { buildGatewayListeners } from './gateway/gateway-listeners';
import { buildGatewayRoutes } from './gateway/gateway-routes';
import { type MergedGateway, mergeGateways, type RejectedServer } from './gateway/merged-gateway';
import { buildInboundListeners } from './listeners/inbound-listener';
import { type ListenerConflict, OutboundListenerBuilder, type OutboundListeners } from './listeners/outbound-listeners';
import { buildVirtualOutbound } from './listeners/virtual-outbound';
import { idOf, idsOf, Memo } from './memo';
import type { MeshProxy, Service } from './model';
import { parseOutboundClusterName } from './names';
import { namespaceMtlsMode } from './push-context/mtls-mode';
import type { PushContext } from './push-context/push-context';
import { destinationRuleFor, type SidecarScope } from './push-context/sidecar-scope';
import { projectLabels, type RelevantLabels } from './relevant-labels';
import { RouteConfigurationBuilder } from './routes/route-configurations';
import { secretsOf } from './secrets';
import { workloadSecurity } from './security/workload-security';
import { SnapshotMemos } from './snapshot-memos';

type Content = Omit<XdsSnapshot, 'node' | 'version'>;
type Parts = Pick<Content, 'listeners' | 'routes' | 'clusters'>;

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

/** Only what some cluster asks for. */
function wantedBy(
  clusters: readonly Cluster[],
  assignments: readonly ClusterLoadAssignment[],
): readonly ClusterLoadAssignment[] {
  const names = new Set(clusters.flatMap(({ discovery }) => (discovery.kind === 'EDS' ? [discovery.serviceName] : [])));
  return assignments.filter(({ clusterName }) => names.has(clusterName));
}

function targetsKey({ serviceTargets }: MeshProxy): string {
  return serviceTargets
    .map(({ service, port, targetPort }) => `${idOf(service)} ${port.name} ${port.port} ${targetPort}`)
    .join();
}

function localityKey({ locality }: MeshProxy): string {
  return `${locality.region}/${locality.zone}/${locality.subZone}`;
}

/** Every policy that may select a workload of the namespace. */
function policiesText(push: PushContext, namespace: string): string {
  const { rootNamespace } = push.mesh;
  return [push.peerAuthentications, push.authorizationPolicies, push.requestAuthentications]
    .map((policies) => `${idsOf(policies.in(rootNamespace))} ${idsOf(policies.in(namespace))}`)
    .join(' ');
}

/**
 * Puts together what each proxy is told. Proxies that differ in nothing that matters share it, whole or in parts.
 * istio/istio pilot/pkg/xds/ads.go
 */
export class SnapshotBuilder {
  readonly #contents = new Memo<Content & { readonly version: string }>();
  readonly #routeBuilders = new Memo<RouteConfigurationBuilder>();
  readonly #policies = new Memo<string>();
  readonly #facts = new Memo<string>();
  readonly #rejectedServers: RejectedServer[] = [];
  readonly #usesNodes: boolean;
  readonly #podListeners: ReadonlySet<string>;
  /** Of everything that no part of a proxy's own tells: the mesh, and services where policies refer to them. */
  readonly #common: string;
  readonly #peerPolicies: string;

  constructor(
    private readonly push: PushContext,
    private readonly labels: RelevantLabels,
    private readonly memos: SnapshotMemos = new SnapshotMemos(),
  ) {
    this.#usesNodes = push.services.all.some((service) => service.nodeLocal);
    const headless = push.services.all.filter((service) => service.headless);
    this.#podListeners = new Set(
      headless.flatMap((service) => push.endpoints.all(service).map((endpoint) => endpoint.address)),
    );
    const named = push.mesh.extensionProviders.length > 0 || push.requestAuthentications.all.length > 0;
    this.#common = `${idOf(push.mesh)} ${named ? idsOf(push.services.all) : ''}`;
    this.#peerPolicies = idsOf(push.peerAuthentications.all);
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
    return [...this.memos.outboundListeners.values()].flatMap(({ conflicts }) => conflicts);
  }

  /** Servers that others stand in the way of, once for each group of gateways. */
  get rejectedServers(): readonly RejectedServer[] {
    return this.#rejectedServers;
  }

  /** Everything about the outside that tells proxies apart. */
  #outboundKey(proxy: MeshProxy, scope: SidecarScope): string {
    return `${scope.key} ${proxy.type} ${projectLabels(proxy, this.labels.outbound)}`;
  }

  /** What decides, besides, which endpoints a proxy is told, and how near they are. */
  #nearness(proxy: MeshProxy): string {
    const node = this.#usesNodes ? proxy.nodeName : '';
    return `${localityKey(proxy)} ${node} ${projectLabels(proxy, this.labels.endpoints)}`;
  }

  #listenersKey(proxy: MeshProxy, scope: SidecarScope): string {
    const own = proxy.ipAddresses.filter((address) => this.#podListeners.has(address)).join();
    return `${this.#outboundKey(proxy, scope)} ${proxy.interceptionMode} ${proxy.unprivileged} ${own}`;
  }

  /** Rules for requests have no part in listeners. */
  #outboundListenersKey(proxy: MeshProxy, scope: SidecarScope): string {
    const { push } = this;
    const imports = scope.egressListeners.map(({ services, virtualServices }) => {
      const routing = virtualServices.filter((vs) => vs.tls.length > 0 || vs.tcp.length > 0);
      return `${idsOf(services)} ${idsOf(routing)}`;
    });
    const rules = scope.services.map(({ hostname }) =>
      idOf(destinationRuleFor(scope, hostname, { outboundLabels: proxy.labels })),
    );
    const pods = this.#podListeners.size === 0 ? 0 : idOf(push.endpoints);
    const made = [
      idOf(push.mesh),
      idOf(scope.sidecar),
      scope.outboundTrafficPolicy,
      pods,
      imports.join(),
      rules.join(),
    ];
    return `${this.#listenersKey(proxy, scope)} ${made.join(' ')}`;
  }

  #inboundKey(proxy: MeshProxy, scope: SidecarScope): string {
    const own = (scope.sidecar?.object.spec?.ingress ?? []).length > 0 ? proxy.ipAddresses.join() : '';
    const labels = projectLabels(proxy, this.labels.inbound);
    const policies = this.#policies.get(proxy.namespace, () => policiesText(this.push, proxy.namespace));
    const sidecar = idOf(scope.sidecar);
    return [scope.key, sidecar, proxy.interceptionMode, labels, targetsKey(proxy), own, policies, this.#common].join(
      ' ',
    );
  }

  #keyOf(proxy: MeshProxy, scope: SidecarScope): string {
    const parts = [this.#listenersKey(proxy, scope), this.#nearness(proxy), this.#inboundKey(proxy, scope)];
    return [...parts, proxy.serviceAccount].join(' ');
  }

  /** istio/istio pilot/pkg/networking/core/listener.go, cluster.go (buildClusters) */
  #sidecar(proxy: MeshProxy, scope: SidecarScope): Content {
    const { push, memos } = this;
    const outbound = this.memos.outboundListeners.get(this.#outboundListenersKey(proxy, scope), () =>
      this.#sidecarOutbound(proxy, scope),
    );
    const inbound = memos.inboundListeners.get(this.#inboundKey(proxy, scope), () =>
      buildInboundListeners({ push, proxy, scope, security: workloadSecurity(push, proxy) }),
    );
    const routes = memos.routes.get(this.#listenersKey(proxy, scope), () => {
      const key = this.#outboundKey(proxy, scope);
      const builder = this.#routeBuilders.get(key, () => new RouteConfigurationBuilder(proxy, scope, memos.httpRoutes));
      return routeNames(outbound.listeners).map((name) => builder.build(name));
    });
    const clusters = [...this.#outboundClusters(proxy, scope), ...this.#ownClusters(proxy, scope)];
    return this.#finish(proxy, scope, { listeners: [...outbound.listeners, ...inbound], routes, clusters });
  }

  /** Those that have to do with the workload itself, and those that everybody has. */
  #ownClusters(proxy: MeshProxy, scope: SidecarScope): readonly Cluster[] {
    const { push } = this;
    const rules = proxy.serviceTargets.map(({ service }) =>
      idOf(destinationRuleFor(scope, service.hostname, 'inbound')),
    );
    return this.memos.inboundClusters.get(`${this.#inboundKey(proxy, scope)} ${rules.join()}`, () => [
      blackHoleCluster(push.mesh),
      passthroughCluster(push.mesh),
      ...buildInboundClusters(push, proxy, scope),
      inboundPassthroughCluster(push.mesh),
    ]);
  }

  #sidecarOutbound(proxy: MeshProxy, scope: SidecarScope): OutboundListeners {
    const request = { push: this.push, proxy, scope };
    const { listeners, conflicts } = new OutboundListenerBuilder(request).build();
    const virtual = buildVirtualOutbound(request);
    return { listeners: virtual === undefined ? listeners : [...listeners, virtual], conflicts };
  }

  #gateway(proxy: MeshProxy, scope: SidecarScope): Content {
    const { push } = this;
    const merged = mergeGateways(push.gateways, proxy);
    this.#rejectedServers.push(...(merged?.rejected ?? []));
    const clusters = [
      ...this.#outboundClusters(proxy, scope),
      blackHoleCluster(push.mesh),
      ...this.#passedOnClusters(proxy, scope, merged),
    ];
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

  #finish(proxy: MeshProxy, scope: SidecarScope, generated: Parts): Content {
    const { memos, push } = this;
    const parts = applyEnvoyFilters(generated, push, proxy, memos.patched);
    const key = this.#keyOf(proxy, scope);
    const listeners = memos.listeners.get(key, () => parts.listeners);
    const clusters = memos.clusters.get(key, () => parts.clusters);
    const all = memos.endpoints.get(`${this.#outboundKey(proxy, scope)} ${this.#nearness(proxy)}`, () =>
      generated.clusters.flatMap((cluster) =>
        cluster.discovery.kind === 'EDS' ? this.#assignment(cluster.name, proxy, scope) : [],
      ),
    );
    const endpoints = parts === generated ? all : wantedBy(clusters, all);
    const sources = { view: push.view, trustDomain: push.mesh.trustDomain, listeners, clusters };
    return { listeners, routes: parts.routes, clusters, endpoints, secrets: secretsOf(proxy, sources) };
  }

  #assignment(clusterName: string, proxy: MeshProxy, scope: SidecarScope): readonly ClusterLoadAssignment[] {
    const { push } = this;
    const parts = parseOutboundClusterName(clusterName);
    const service = parts === undefined ? undefined : scope.servicesByHostname.get(parts.hostname);
    if (parts === undefined || service === undefined) return [];
    const rule = destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels });
    const { port, subset } = parts;
    const made = [idOf(push.endpoints), idOf(push.mesh), this.#peerPolicies, idOf(service), idOf(rule)].join(' ');
    const assignment = this.memos.assignments.get(`${made} ${clusterName} ${this.#nearness(proxy)}`, () =>
      buildLoadAssignment({ push, proxy, service, port, subset, rule, clusterName }),
    );
    return [assignment];
  }

  #outboundClusters(proxy: MeshProxy, scope: SidecarScope): readonly Cluster[] {
    const key = `${this.#outboundKey(proxy, scope)} ${this.#nearness(proxy)}`;
    return this.memos.outboundClusters.get(key, () =>
      withoutDuplicates(scope.services.flatMap((service) => this.#clustersOfService(service, proxy, scope, 'default'))),
    );
  }

  /** What clusters of a service depend on besides the service and its rule. */
  #factsAbout(service: Service): string {
    return this.#facts.get(String(idOf(service)), () => {
      const { push } = this;
      const mode = namespaceMtlsMode(push.peerAuthentications, push.mesh.rootNamespace, service.namespace);
      const endpoints = push.endpoints
        .all(service)
        .map((each) => `${each.servicePortName} ${each.servicePort} ${each.serviceAccount} ${each.tlsMode}`);
      return `${mode} ${[...new Set(endpoints)].join()}`;
    });
  }

  /** Scopes of different namespaces mostly see the same services under the same rules. */
  #clustersOfService(service: Service, proxy: MeshProxy, scope: SidecarScope, mode: ClusterMode): readonly Cluster[] {
    const rule = destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels });
    const build = (): readonly Cluster[] => buildOutboundClusters({ push: this.push, proxy, service, rule, mode });
    // Their endpoints are part of the clusters, and depend on where the proxy is.
    if (service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB') return build();
    const made = [idOf(this.push.mesh), idOf(service), idOf(rule), proxy.type, mode].join(' ');
    return this.memos.serviceClusters.get(`${made} ${this.#factsAbout(service)}`, build);
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
