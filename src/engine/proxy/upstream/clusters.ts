import { assert, assertDefined } from '../../../base';
import type { ClusterLoadAssignment } from '../../../xds';
import type { MessageTable, RandomStreams } from '../../core';
import type { Kernel } from '../../kernel';
import {
  NONE,
  type PodFacts,
  type Pods,
  processOf,
  ROLE_APPLICATION,
  ROLE_PROXY,
  type ServiceDirectory,
  serverProcessOf,
} from '../../network';
import type { Edges } from '../../telemetry';
import {
  type CompiledCluster,
  type CompiledConfig,
  type CompiledEndpoint,
  type ConfigRegistry,
  compileCluster,
  sameContent,
} from '../config';
import { MEMBERSHIP_CHANGE } from '../counters';
import type { ProxyEnvironment } from '../environment';
import { NO_CONFIG } from '../proxy-record';
import { createHostColumns, HostHealthFlag, type LocalZone, UNCHECKED_HOST_FLAGS } from '../semantics';
import type { ProxyTables } from '../tables';
import {
  ClusterRuntime,
  type ClusterRuntimeState,
  RESOURCE_CONNECTIONS,
  RESOURCE_PENDING,
  RESOURCE_REQUESTS,
} from './cluster-runtime';
import { PROTOCOL_TCP, type UpstreamTables } from './tables';
import type { TlsContexts } from './tls-contexts';

/** Told about what clusters do to others. */
export interface ClusterListener {
  /** A cluster came to be and has its hosts. */
  handleClusterStarted(cluster: ClusterRuntime): void;
  /** A cluster came back from a checkpoint. */
  handleClusterRestored(cluster: ClusterRuntime, state: ClusterRuntimeState): void;
  /** `previous` gives the former position of a host, -1 for a new one. */
  handleHostsChanged(cluster: ClusterRuntime, previous: (index: number) => number): void;
  /** A cluster is in force no more. */
  handleClusterRetired(cluster: ClusterRuntime): void;
  drainPool(pool: number): void;
}

/** Plain-data state of {@link Clusters}. */
export interface ClustersState {
  readonly runtimes: readonly (ClusterRuntimeState | undefined)[];
  readonly free: readonly number[];
  readonly lastSerial: number;
}

/** Flags that the runtime sets itself and that outlive an update of the endpoints. */
const RUNTIME_FLAGS =
  HostHealthFlag.FailedOutlierCheck |
  HostHealthFlag.FailedActiveHc |
  HostHealthFlag.DegradedActiveHc |
  HostHealthFlag.PendingActiveHc |
  HostHealthFlag.ExcludedViaImmediateHcFail |
  HostHealthFlag.ActiveHcTimeout;

/** The clusters of all proxies, made when traffic first needs them. */
export class Clusters {
  readonly #kernel: Kernel;
  readonly #tables: UpstreamTables;
  readonly #tls: TlsContexts;
  readonly #pods: Pods;
  readonly #services: ServiceDirectory;
  readonly #streams: RandomStreams;
  readonly #edges: Edges;
  readonly #messages: MessageTable;
  readonly #configs: ConfigRegistry;
  readonly #proxies: ProxyTables['proxies'];
  readonly #runtimes: (ClusterRuntime | undefined)[] = [];
  #free: number[] = [];
  /** By pod slot: cluster number by name. */
  readonly #byPod: Map<string, number>[] = [];
  #lastSerial = 0;
  #restoring = false;
  #listener: ClusterListener | undefined;

  constructor(environment: ProxyEnvironment, tables: ProxyTables) {
    this.#kernel = environment.kernel;
    this.#tables = tables.upstream;
    this.#tls = tables.tls;
    this.#configs = tables.configs;
    this.#proxies = tables.proxies;
    this.#pods = environment.pods;
    this.#services = environment.services;
    this.#streams = environment.streams;
    this.#edges = environment.edges;
    this.#messages = environment.messages;
  }

  bind(listener: ClusterListener): void {
    this.#listener = listener;
  }

  #told(): ClusterListener {
    return assertDefined(this.#listener, 'the clusters have no listener yet');
  }

  get(number: number): ClusterRuntime {
    return assertDefined(this.#runtimes[number], 'unknown cluster');
  }

  find(number: number): ClusterRuntime | undefined {
    return this.#runtimes[number];
  }

  /** Clusters of a proxy by name, those that traffic has needed. */
  ofPod(pod: number): ReadonlyMap<string, number> {
    return this.#ofPod(pod);
  }

  #ofPod(pod: number): Map<string, number> {
    let clusters = this.#byPod[pod];
    if (clusters === undefined) {
      clusters = new Map();
      this.#byPod[pod] = clusters;
    }
    return clusters;
  }

  /** The cluster of a proxy by name; undefined when its configuration has none of that name. */
  byName(pod: number, config: CompiledConfig, name: string): ClusterRuntime | undefined {
    const known = this.#byPod[pod]?.get(name);
    if (known !== undefined) {
      const runtime = this.get(known);
      if (runtime.directoryVersion >= 0 && runtime.directoryVersion !== this.#services.version)
        this.#resolveNames(runtime);
      return runtime;
    }
    const cluster = config.clusters.get(name);
    return cluster === undefined ? undefined : this.#create(pod, cluster);
  }

  #create(pod: number, cluster: CompiledCluster): ClusterRuntime {
    const number = this.#free.pop() ?? this.#runtimes.length;
    this.#lastSerial = (this.#lastSerial + 1) | 0;
    const runtime = this.#instantiate(number, this.#lastSerial, pod, cluster);
    this.#runtimes[number] = runtime;
    this.#ofPod(pod).set(cluster.name, number);
    const { kind } = cluster.source.discovery;
    if (kind === 'STRICT_DNS' || kind === 'LOGICAL_DNS') this.#resolveNames(runtime);
    else this.#setHosts(runtime, cluster);
    this.#told().handleClusterStarted(runtime);
    return runtime;
  }

  #instantiate(number: number, serial: number, pod: number, cluster: CompiledCluster): ClusterRuntime {
    const { facts, source } = this.#pods.get(pod);
    const workers = source.kind === 'pod' ? (source.spec.proxy?.concurrency ?? 1) : 1;
    const rng = this.#streams.get(`lb/${facts.id}/${cluster.name}`);
    const outlierRng = this.#streams.get(`outlier/${facts.id}/${cluster.name}`);
    const runtime = new ClusterRuntime({ number, serial, pod, rng, outlierRng }, cluster, Math.max(1, workers));
    const { kind } = cluster.source.commonLbConfig.localityConfig;
    if (kind === 'zoneAware') runtime.localZone = () => this.#localZone(pod);
    runtime.whenRefreshed = this.#ownClusterName(pod) === cluster.name ? () => this.#refreshZones(runtime) : undefined;
    return runtime;
  }

  #configOf(pod: number): CompiledConfig | undefined {
    const number = this.#proxies[pod]?.config ?? NO_CONFIG;
    return number === NO_CONFIG ? undefined : this.#configs.get(number);
  }

  /** Cluster that the proxy itself belongs to; undefined when it is not told. */
  #ownClusterName(pod: number): string | undefined {
    return this.#configOf(pod)?.source.node.localClusterName;
  }

  /** The proxy's zone and the hosts of its own cluster. */
  // envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc ZoneAwareLoadBalancerBase (local_priority_set)
  #localZone(pod: number): LocalZone | undefined {
    const config = this.#configOf(pod);
    const name = config?.source.node.localClusterName;
    if (config === undefined || name === undefined) return undefined;
    const known = this.#ofPod(pod).get(name);
    // While clusters come back from a checkpoint none may be made.
    const own = known === undefined && this.#restoring ? undefined : this.byName(pod, config, name);
    return own === undefined ? undefined : { locality: config.source.node.locality, hosts: own.partition };
  }

  /** The proxy's own cluster changed: zones have other shares now. */
  #refreshZones(own: ClusterRuntime): void {
    if (this.#restoring) return;
    for (const runtime of this.#inOrder(own.pod)) {
      if (runtime !== own && runtime.localZone !== undefined) runtime.refreshBalancers(this.#kernel.nowNs);
    }
  }

  /** A DNS cluster has one host for every endpoint whose name resolves now. */
  #resolveNames(runtime: ClusterRuntime): void {
    const { source } = runtime.cluster;
    const { discovery } = source;
    runtime.directoryVersion = this.#services.version;
    if (discovery.kind !== 'STRICT_DNS' && discovery.kind !== 'LOGICAL_DNS') return;
    const { namespace } = this.#pods.get(runtime.pod).facts;
    const resolved: ClusterLoadAssignment = {
      ...discovery.loadAssignment,
      endpoints: discovery.loadAssignment.endpoints.map((group) => ({
        ...group,
        lbEndpoints: group.lbEndpoints.flatMap((endpoint) => {
          const { address, port } = endpoint.address;
          const ip = this.#services.lookUp(address, namespace);
          if (ip === undefined) return [];
          return [{ ...endpoint, hostname: endpoint.hostname ?? address, address: { address: ip, port } }];
        }),
      })),
    };
    if (runtime.hosts.length > 0 && sameContent(resolved, runtime.cluster.assignment)) return;
    this.#setHosts(runtime, compileCluster(source, resolved));
  }

  /** Takes over the hosts of an assignment; those that stay keep their connections, health and counters. */
  #setHosts(runtime: ClusterRuntime, cluster: CompiledCluster): void {
    const { nowNs } = this.#kernel;
    const h = this.#tables.hosts.arrays;
    const old = new Map<number, number>();
    for (const host of runtime.hosts) old.set(h.address[host] ?? 0, host);
    const oldColumns = runtime.columns;
    const columns = createHostColumns(cluster.table.size);
    const hosts = new Int32Array(cluster.table.size);
    const previous = new Int32Array(cluster.table.size).fill(NONE);
    let changed = old.size !== cluster.table.size;
    cluster.endpoints.forEach(({ ip, port }, index) => {
      const address = this.#services.addressNumber(ip, port);
      const known = old.get(address);
      const eds = cluster.table.edsFlags[index] ?? 0;
      if (known === undefined) {
        changed = true;
        hosts[index] = this.#tables.allocateHost(runtime.number, index, address);
        columns.flags[index] = cluster.healthCheck === undefined ? eds : eds | UNCHECKED_HOST_FLAGS;
        columns.healthySinceNs[index] = nowNs;
        return;
      }
      old.delete(address);
      const before = h.index[known] ?? NONE;
      previous[index] = before;
      hosts[index] = known;
      columns.flags[index] = eds | ((oldColumns.flags[before] ?? 0) & RUNTIME_FLAGS);
      columns.activeRequests[index] = oldColumns.activeRequests[before] ?? 0;
      columns.healthySinceNs[index] = oldColumns.healthySinceNs[before] ?? nowNs;
      columns.rttEwmaNs[index] = oldColumns.rttEwmaNs[before] ?? 0;
      columns.rttUpdatedNs[index] = oldColumns.rttUpdatedNs[before] ?? 0;
    });
    hosts.forEach((host, index) => {
      this.#tables.hosts.arrays.index[host] = index;
    });
    runtime.cluster = cluster;
    runtime.hosts = hosts;
    runtime.columns = columns;
    if (changed) runtime.count(MEMBERSHIP_CHANGE);
    if ((changed && previous.some((index) => index !== NONE)) || old.size > 0) {
      // Members are never held back, and take what was held back with them.
      runtime.lastPublishedNs = nowNs;
      runtime.publishPending = false;
    }
    for (const host of old.values()) this.#removeHost(runtime, host);
    this.#told().handleHostsChanged(runtime, (index) => previous[index] ?? NONE);
    runtime.refreshBalancers(nowNs);
  }

  #removeHost(runtime: ClusterRuntime, host: number): void {
    this.#tables.hosts.arrays.index[host] = NONE;
    this.#drainPoolsOf(runtime, host);
    this.#releaseHostIfDone(runtime, host);
  }

  #drainPoolsOf(runtime: ClusterRuntime, host: number): void {
    const p = this.#tables.pools.arrays;
    for (const pool of runtime.pools.values()) {
      if (this.#tables.pools.isLive(pool) && p.host[pool] === host) this.#told().drainPool(pool);
    }
  }

  #releaseHostIfDone(runtime: ClusterRuntime, host: number): void {
    const h = this.#tables.hosts.arrays;
    if (!this.#tables.hosts.isLive(host) || h.index[host] !== NONE || (h.pools[host] ?? 0) > 0) return;
    const address = h.address[host] ?? NONE;
    if (runtime.dynamicHosts.get(address) === host && !runtime.retired) return;
    this.#tables.hosts.release(host);
  }

  handlePoolReleased(runtime: ClusterRuntime, host: number): void {
    const h = this.#tables.hosts.arrays;
    h.pools[host] = (h.pools[host] ?? 0) - 1;
    this.#releaseHostIfDone(runtime, host);
    this.releaseIfDone(runtime);
  }

  /** A retired cluster that nothing uses any more is given back. */
  releaseIfDone(runtime: ClusterRuntime): void {
    if (!runtime.retired || runtime.pools.size > 0 || runtime.streams > 0) return;
    if (this.#runtimes[runtime.number] !== runtime) return;
    this.#runtimes[runtime.number] = undefined;
    this.#free.push(runtime.number);
  }

  /** The host of an original destination cluster for an address; made on demand. */
  // envoyproxy/envoy source/extensions/clusters/original_dst/original_dst_cluster.cc LoadBalancer::chooseHost
  originalDestination(runtime: ClusterRuntime, address: number): number {
    const known = runtime.dynamicHosts.get(address);
    if (known !== undefined) return known;
    const host = this.#tables.allocateHost(runtime.number, NONE, address);
    runtime.dynamicHosts.set(address, host);
    return host;
  }

  /**
   * The proxy has another configuration now. Clusters whose configuration is the same keep everything and take over new endpoints;
   * the others are replaced: envoyproxy/envoy source/common/upstream/cluster_manager_impl.cc addOrUpdateCluster.
   */
  applyConfig(pod: number, config: CompiledConfig): void {
    for (const runtime of this.#inOrder(pod)) {
      const cluster = config.clusters.get(runtime.cluster.name);
      if (cluster === undefined || !sameContent(cluster.source, runtime.cluster.source)) this.#retire(runtime);
      else if (runtime.directoryVersion < 0 && !sameContent(cluster.assignment, runtime.cluster.assignment)) {
        this.#setHosts(runtime, cluster);
      }
    }
    // Checks of hosts do not wait for traffic.
    for (const cluster of config.clusters.values()) {
      if (cluster.healthCheck !== undefined) this.byName(pod, config, cluster.name);
    }
  }

  #retire(runtime: ClusterRuntime): void {
    this.#ofPod(runtime.pod).delete(runtime.cluster.name);
    runtime.retired = true;
    this.#told().handleClusterRetired(runtime);
    const hosts = [...runtime.hosts, ...runtime.dynamicHosts.values()];
    runtime.hosts = new Int32Array(0);
    for (const host of hosts) {
      this.#removeHost(runtime, host);
    }
    this.releaseIfDone(runtime);
  }

  removePod(pod: number): void {
    for (const runtime of this.#inOrder(pod)) this.#retire(runtime);
  }

  /** Clusters of a proxy by number: an order that does not depend on how the table came about. */
  #inOrder(pod: number): readonly ClusterRuntime[] {
    const numbers = [...this.#ofPod(pod).values()].sort((a, b) => a - b);
    return numbers.map((number) => this.get(number));
  }

  endpointOf(runtime: ClusterRuntime, host: number): CompiledEndpoint | undefined {
    const index = this.#tables.hosts.arrays.index[host] ?? NONE;
    return index === NONE ? undefined : runtime.cluster.endpoints[index];
  }

  /** Number of the TLS context with which connections to a host are opened; -1 = plaintext. */
  tlsOf(runtime: ClusterRuntime, host: number, protocol: number, alpnOverride: readonly string[] | undefined): number {
    const endpoint = this.endpointOf(runtime, host);
    const context = endpoint === undefined ? runtime.cluster.defaultTls : endpoint.tls;
    if (context === undefined) return NONE;
    const own = context.common.alpnProtocols;
    const alpn =
      protocol === PROTOCOL_TCP || alpnOverride === undefined || alpnOverride.length === 0 ? own : alpnOverride;
    return this.#tls.numberOf({ context, alpn });
  }

  /** Whether connections to the host end in the pod's own application; a pod may itself have an address of the loopback network. */
  #isLocal(runtime: ClusterRuntime, ip: string): boolean {
    const { facts } = this.#pods.get(runtime.pod);
    if (ip.startsWith('127.') && this.#pods.byIp(ip) === undefined) return true;
    return runtime.cluster.bindsLoopback && ip === facts.ip;
  }

  /**
   * The process that a connection to a host reaches, -1 when nothing answers there, and the address that it sees as its own. A virtual
   * IP stands for one of its backends.
   */
  dial(runtime: ClusterRuntime, host: number): { readonly process: number; readonly address: number } {
    const address = this.#tables.hosts.arrays.address[host] ?? 0;
    const { ip, port } = this.#services.address(address);
    if (this.#isLocal(runtime, ip)) return { process: processOf(runtime.pod, ROLE_APPLICATION), address };
    const target = this.#services.backendOf(ip, port, () => this.#streams.get(`kubeproxy/${this.#facts(runtime).id}`));
    const pod = target === undefined ? undefined : this.#pods.byIp(target.ip);
    if (pod === undefined || target === undefined) return { process: NONE, address };
    const dialled = this.#services.addressNumber(target.ip, target.port);
    // A pod that reaches itself through its own service goes through its own inbound listener.
    const process = pod.slot === runtime.pod ? processOf(pod.slot, ROLE_PROXY) : serverProcessOf(pod, target.port);
    return { process, address: dialled };
  }

  #facts(runtime: ClusterRuntime): PodFacts {
    return this.#pods.get(runtime.pod).facts;
  }

  /** The drawn edge from the proxy's pod to a host, by the protocol of the request; -1 for the way into the own application. */
  edgeOf(runtime: ClusterRuntime, host: number, request: number): number {
    const h = this.#tables.hosts.arrays;
    const { ip } = this.#services.address(h.address[host] ?? 0);
    if (this.#isLocal(runtime, ip)) return NONE;
    const protocol = this.#edgeProtocol(request);
    const column = protocol === 'tcp' ? h.edgeTcp : protocol === 'grpc' ? h.edgeGrpc : h.edgeHttp;
    const known = column[host] ?? NONE;
    if (known !== NONE) return known;
    const facts = this.#facts(runtime);
    const destination = this.#describe(runtime, host);
    const edge = this.#edges.row({ sourceNamespace: facts.namespace, source: facts.service, ...destination, protocol });
    column[host] = edge;
    return edge;
  }

  /** `request`: number of a request head, -1 for bytes without one. */
  #edgeProtocol(request: number): 'http' | 'grpc' | 'tcp' {
    if (request === NONE) return 'tcp';
    return this.#messages.isGrpc(request) ? 'grpc' : 'http';
  }

  #describe(
    runtime: ClusterRuntime,
    host: number,
  ): { readonly destinationNamespace: string; readonly destination: string; readonly version: string } {
    const { ip } = this.#services.address(this.#tables.hosts.arrays.address[host] ?? 0);
    const pod = this.#pods.byIp(ip);
    if (pod !== undefined) {
      const { namespace, service, version } = pod.facts;
      return { destinationNamespace: namespace, destination: service, version };
    }
    const workload = this.endpointOf(runtime, host)?.source?.workload?.split(';');
    if (workload !== undefined && workload.length >= 4) {
      return { destinationNamespace: workload[1] ?? '', destination: workload[2] ?? '', version: workload[3] ?? '' };
    }
    const entry = this.#services.serviceByVirtualIp(ip);
    if (entry !== undefined) return { destinationNamespace: entry.namespace, destination: entry.name, version: '' };
    return describeCluster(runtime.cluster, ip);
  }

  /** The edge of a request that was routed to a cluster but never got a host. */
  edgeOfCluster(pod: number, cluster: CompiledCluster, request: number): number {
    const { facts } = this.#pods.get(pod);
    return this.#edges.row({
      sourceNamespace: facts.namespace,
      source: facts.service,
      ...describeCluster(cluster, cluster.name),
      protocol: this.#edgeProtocol(request),
    });
  }

  /** Gauges are never negative, and breakers are never above their limits except where Envoy itself lets them. */
  checkInvariants(checkDetector: (cluster: ClusterRuntime) => void): void {
    const p = this.#tables.pools.arrays;
    for (const runtime of this.#runtimes) {
      if (runtime === undefined) continue;
      for (const priority of [0, 1]) {
        for (const resource of [0, 1, 2, 3, 4]) {
          assert(runtime.resource(priority, resource) >= 0, 'a gauge of a cluster is negative');
        }
        // envoyproxy/envoy source/common/tcp/conn_pool.h enforceMaxRequests: connections that are relayed count, unchecked.
        const relays = [...runtime.pools.values()].some((pool) => p.protocol[pool] === PROTOCOL_TCP);
        for (const resource of relays ? [RESOURCE_PENDING] : [RESOURCE_PENDING, RESOURCE_REQUESTS]) {
          const held = runtime.resource(priority, resource);
          assert(held <= Math.max(runtime.limit(priority, resource), 0), 'a circuit breaker is above its limit');
        }
        // Every pool may open one connection whatever the breaker says.
        const connections = runtime.resource(priority, RESOURCE_CONNECTIONS);
        const limit = runtime.limit(priority, RESOURCE_CONNECTIONS) + runtime.pools.size;
        assert(connections <= limit, 'a cluster has more connections than its breaker and its pools allow');
      }
      assert(runtime.streams >= 0, 'a cluster is used by fewer than no streams');
      if (!runtime.retired) checkDetector(runtime);
    }
  }

  save(): ClustersState {
    return {
      runtimes: this.#runtimes.map((runtime) => runtime?.save()),
      free: this.#free.slice(),
      lastSerial: this.#lastSerial,
    };
  }

  #restoreRuntime(number: number, saved: ClusterRuntimeState): void {
    const cluster = compileCluster(saved.cluster.source, saved.cluster.assignment);
    const runtime = this.#instantiate(number, saved.serial, saved.pod, cluster);
    runtime.restore(saved);
    this.#told().handleClusterRestored(runtime, saved);
    this.#runtimes[number] = runtime;
    if (!runtime.retired) this.#ofPod(saved.pod).set(saved.name, number);
  }

  /** Pods, services and the tables must have been restored before. */
  restore(state: ClustersState): void {
    this.#runtimes.length = 0;
    for (const clusters of this.#byPod) clusters?.clear();
    this.#restoring = true;
    state.runtimes.forEach((_, number) => {
      this.#runtimes[number] = undefined;
    });
    // Those that route by zones come after those whose zones they compare with.
    for (const byZones of [false, true]) {
      state.runtimes.forEach((saved, number) => {
        const { kind } = saved?.cluster.source.commonLbConfig.localityConfig ?? { kind: 'none' };
        if (saved !== undefined && (kind === 'zoneAware') === byZones) this.#restoreRuntime(number, saved);
      });
    }
    this.#restoring = false;
    this.#free = state.free.slice();
    this.#lastSerial = state.lastSerial;
  }
}

function describeCluster(
  cluster: CompiledCluster,
  fallback: string,
): { readonly destinationNamespace: string; readonly destination: string; readonly version: string } {
  const service = cluster.source.services[0];
  return { destinationNamespace: service?.namespace ?? '', destination: service?.name ?? fallback, version: '' };
}
