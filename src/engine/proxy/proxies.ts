import { assert, assertDefined, type ColumnsState, type Ns } from '../../base';
import type { AccessLogConfig, XdsSnapshot } from '../../xds';
import * as events from '../core';
import {
  type MessageTable,
  PRIORITY_TRAFFIC,
  type RandomStreams,
  type StringTable,
  sampleNs,
  type TimerLanes,
} from '../core';
import type { Kernel } from '../kernel';
import {
  CONNECT_ACCEPTED,
  type Connections,
  type Exchanges,
  type Faults,
  MARK_RECORDED,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  type Party,
  type Pods,
  podOf,
  processOf,
  RESET_CONNECTION_TERMINATION,
  RESET_PROTOCOL_ERROR,
  RESET_REMOTE_REFUSED,
  ROLE_PROXY,
  type ServiceDirectory,
} from '../network';
import type { AccessLogEntry, ProxyStatistics } from '../observation';
import type { AccessLog, Decisions, Edges, Spans } from '../telemetry';
import type { PodSpec } from '../world';
import { ConfigRegistry, type ConfigRegistryState, sameContent } from './config';
import * as counters from './counters';
import { Handshakes } from './handshakes';
import { ConnectionClasses, type ConnectionClassesState } from './http/connection-classes';
import { ConnectionManager } from './http/connection-manager';
import { Router } from './http/router';
import { Shadows } from './http/shadows';
import { Streams, type StreamsState } from './http/streams';
import { chainOf, Listeners } from './listeners';
import { NO_CONFIG, ProxyRecord, type ProxyRecordState } from './proxy-record';
import { collectStatistics } from './proxy-statistics';
import { Reporter } from './reporter';
import { HostHealthFlag, type StreamResetReason } from './semantics';
import { Sessions } from './tcp/sessions';
import { TcpProxies } from './tcp/tcp-proxies';
import { Clusters, type ClustersState } from './upstream/clusters';
import { HostMonitor } from './upstream/host-monitor';
import { Pools } from './upstream/pools';
import { OWNER_SHADOW, OWNER_STREAM, PROTOCOL_TCP, UpstreamTables, type UpstreamTablesState } from './upstream/tables';
import { type ClientTls, TlsContexts } from './upstream/tls-contexts';

/** Old configurations and classes of connections are looked for once there are this many. */
const SWEEP_THRESHOLD = 64;
const CLASS_SWEEP_THRESHOLD = 4096;

const CX_TOTAL = counters.httpCounter('downstream_cx_total');
const CX_ACTIVE = counters.httpCounter('downstream_cx_active');
const CX_DESTROY = counters.httpCounter('downstream_cx_destroy');
const CX_HTTP1 = counters.httpCounter('downstream_cx_http1_total');
const CX_HTTP2 = counters.httpCounter('downstream_cx_http2_total');
const CX_SSL = counters.httpCounter('downstream_cx_ssl_total');
const CX_IDLE_TIMEOUT = counters.httpCounter('downstream_cx_idle_timeout');
const CX_PROTOCOL_ERROR = counters.httpCounter('downstream_cx_protocol_error');

/** Plain-data state of {@link Proxies}. */
export interface ProxiesState {
  readonly proxies: readonly ProxyRecordState[];
  readonly configs: ConfigRegistryState;
  readonly classes: ConnectionClassesState;
  readonly tls: readonly ClientTls[];
  readonly upstream: UpstreamTablesState;
  readonly clusters: ClustersState;
  readonly streams: StreamsState;
  readonly sessions: ColumnsState;
  readonly formats: readonly AccessLogConfig[];
}

/** What the proxies share with the rest of the engine. */
export interface ProxyEnvironment {
  readonly kernel: Kernel;
  readonly lanes: TimerLanes;
  readonly network: NetworkTables;
  readonly connections: Connections;
  readonly exchanges: Exchanges;
  readonly pods: Pods;
  readonly services: ServiceDirectory;
  readonly faults: Faults;
  readonly streams: RandomStreams;
  readonly messages: MessageTable;
  readonly strings: StringTable;
  readonly edges: Edges;
  readonly log: AccessLog;
  readonly spans: Spans;
  readonly decisions: Decisions;
}

/** Every proxy of the mesh: takes connections in, serves requests, and is itself a client of others. */
export class Proxies implements Party {
  readonly #environment: ProxyEnvironment;
  readonly #network: NetworkTables;
  readonly #connections: Connections;
  readonly #lanes: TimerLanes;
  readonly #kernel: Kernel;
  readonly #proxies: (ProxyRecord | undefined)[] = [];
  readonly #configs = new ConfigRegistry();
  readonly #classes = new ConnectionClasses();
  readonly #tls = new TlsContexts();
  readonly #upstream = new UpstreamTables();
  readonly #streams = new Streams();
  readonly #sessions = new Sessions();
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  readonly #monitor: HostMonitor;
  readonly #listeners: Listeners;
  readonly #manager: ConnectionManager;
  readonly #shadows: Shadows;
  readonly #router: Router;
  readonly #tcpProxies: TcpProxies;
  readonly #reporter: Reporter;
  /** TLS of applications, which know nothing of it themselves. */
  readonly handshakes: Handshakes;

  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: the components are wired in one place.
  constructor(environment: ProxyEnvironment) {
    const { kernel, lanes, network, connections, exchanges, pods, services, messages, strings, edges } = environment;
    this.#environment = environment;
    this.#network = network;
    this.#connections = connections;
    this.#lanes = lanes;
    this.#kernel = kernel;
    this.#clusters = new Clusters(
      kernel,
      this.#upstream,
      this.#tls,
      pods,
      services,
      environment.streams,
      edges,
      messages,
    );
    this.#pools = new Pools(kernel, lanes, network, connections, this.#upstream, this.#clusters, edges);
    this.#monitor = new HostMonitor(kernel, this.#upstream, this.#clusters);
    this.handshakes = new Handshakes(
      network,
      pods,
      environment.faults,
      strings,
      this.#configs,
      this.#tls,
      this.#proxies,
    );
    this.#listeners = new Listeners(network, pods, services, strings, this.#configs, this.#classes, this.handshakes);
    this.#reporter = new Reporter(
      kernel,
      network,
      pods,
      services,
      messages,
      strings,
      edges,
      environment.log,
      environment.spans,
      environment.decisions,
      this.#streams,
      this.#sessions,
      this.#upstream,
      this.#clusters,
    );
    this.#manager = new ConnectionManager(
      kernel,
      lanes,
      network,
      exchanges,
      pods,
      messages,
      strings,
      this.#configs,
      this.#classes,
      this.#streams,
      this.#proxies,
    );
    this.#shadows = new Shadows(
      kernel,
      lanes,
      network,
      exchanges,
      messages,
      edges,
      this.#upstream,
      this.#clusters,
      this.#pools,
    );
    this.#router = new Router(
      kernel,
      lanes,
      network,
      exchanges,
      services,
      messages,
      strings,
      edges,
      this.#streams,
      this.#upstream,
      this.#clusters,
      this.#pools,
      this.#monitor,
      this.#manager,
      this.#shadows,
      this.#reporter,
    );
    this.#tcpProxies = new TcpProxies(
      kernel,
      network,
      connections,
      exchanges,
      services,
      strings,
      edges,
      this.#configs,
      this.#sessions,
      this.#upstream,
      this.#clusters,
      this.#pools,
      this.#monitor,
      this.#proxies,
    );
    this.#manager.bind(this.#router, this.#reporter);
    this.#tcpProxies.bind(this.#reporter);
    this.#reporter.bind(this.#tcpProxies);
    this.#pools.bind(this);
    this.#clusters.bind({
      handleClusterStarted: (cluster) => this.#monitor.start(cluster),
      handleClusterRestored: (cluster, state) => {
        this.#monitor.attach(cluster);
        if (state.detector !== undefined) cluster.detector?.restore(state.detector);
      },
      handleHostsChanged: (cluster, previous) => this.#monitor.handleHostsChanged(cluster, previous),
      drainPool: (pool) => this.#pools.drain(pool),
    });
  }

  addProxy(slot: number): void {
    const { facts, source } = this.#environment.pods.get(slot);
    assert(source.kind === 'pod' && source.spec.proxy !== undefined, 'the pod has no proxy');
    this.#proxies[slot] = this.#createRecord(slot, facts.id, source.spec);
  }

  #createRecord(slot: number, id: string, spec: PodSpec): ProxyRecord {
    const proxy = assertDefined(spec.proxy, 'the pod has no proxy');
    return new ProxyRecord(slot, id, proxy.concurrency, proxy.passDuration, this.#environment.streams);
  }

  #proxy(slot: number): ProxyRecord {
    return assertDefined(this.#proxies[slot], 'the pod has no proxy');
  }

  removeProxy(slot: number): void {
    if (this.#proxies[slot] === undefined) return;
    this.kill(slot);
    this.#proxies[slot] = undefined;
  }

  /** The proxy process dies: all its connections end, on both sides. Its clusters start anew. */
  kill(slot: number): void {
    if (this.#proxies[slot] === undefined) return;
    this.#cutStreams(slot);
    const table = this.#network.connections;
    const c = table.arrays;
    const self = processOf(slot, ROLE_PROXY);
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection) || c.serverProcess[connection] !== self) continue;
      if (c.serverAccepted[connection] === 0 || c.serverClosed[connection] === 1) continue;
      this.forgetServedConnection(connection);
      this.#connections.closeByServer(connection);
    }
    this.#clusters.removePod(slot);
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection) || c.clientProcess[connection] !== self) continue;
      if (c.clientClosed[connection] === 0) this.#pools.close(connection);
    }
  }

  #cutStreams(slot: number): void {
    const s = this.#streams.table;
    for (let stream = 0; stream < s.slots.used; stream++) {
      if (s.isLive(stream) && s.arrays.pod[stream] === slot) this.#manager.cut(stream);
    }
    const t = this.#upstream.tries;
    for (let upstream = 0; upstream < t.slots.used; upstream++) {
      if (!t.isLive(upstream) || t.arrays.owner[upstream] !== OWNER_SHADOW) continue;
      if (this.#clusters.get(t.arrays.subject[upstream] ?? 0).pod === slot) this.#shadows.cancel(upstream);
    }
  }

  /** A pod's proxy has received and taken over a snapshot. */
  applySnapshot(slot: number, snapshot: XdsSnapshot): void {
    const proxy = this.#proxy(slot);
    const before = proxy.config === NO_CONFIG ? undefined : this.#configs.get(proxy.config);
    const old = proxy.config;
    proxy.config = this.#configs.add(snapshot, before);
    proxy.snapshotVersion = snapshot.version;
    const config = this.#configs.get(proxy.config);
    this.#clusters.applyConfig(slot, config);
    if (old !== NO_CONFIG && old !== proxy.config) this.#moveConnections(slot, old, proxy.config);
    if (this.#configs.size > SWEEP_THRESHOLD) this.#sweep();
  }

  /** Connections of listeners that did not change go on under the new configuration; the others drain. */
  // envoyproxy/envoy source/common/listener_manager/listener_manager_impl.cc addOrUpdateListenerInternal
  #moveConnections(slot: number, old: number, current: number): void {
    const table = this.#network.connections;
    const c = table.arrays;
    const self = processOf(slot, ROLE_PROXY);
    const before = this.#configs.get(old);
    const after = this.#configs.get(current);
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection) || c.serverProcess[connection] !== self) continue;
      if (c.serverConfig[connection] !== old || c.serverChain[connection] === NONE) continue;
      const chain = before.chains[c.serverChain[connection] ?? 0];
      if (chain === undefined) continue;
      const { source } = chain.listener;
      const listener = after.listeners.find((candidate) => candidate.source.name === source.name);
      const position = [...chain.listener.chains.values()].indexOf(chain);
      const moved = listener === undefined ? undefined : [...listener.chains.values()][position];
      if (moved !== undefined && sameContent(moved.listener.source, source)) {
        c.serverConfig[connection] = current;
        c.serverChain[connection] = moved.number;
      } else {
        this.#drain(connection);
      }
    }
  }

  #drain(connection: number): void {
    const c = this.#network.connections.arrays;
    c.draining[connection] = 1;
    if (c.legCount[connection] !== 0 || c.serverAccepted[connection] === 0 || c.serverClosed[connection] === 1) return;
    // A relayed connection has no moment at which it could close without being noticed.
    if (c.serverSession[connection] !== NONE) return;
    this.forgetServedConnection(connection);
    this.#connections.closeByServer(connection);
  }

  #sweep(): void {
    const configs = new Set<number>();
    const classes = new Set<number>();
    for (const proxy of this.#proxies) if (proxy !== undefined) configs.add(proxy.config);
    const table = this.#network.connections;
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection)) continue;
      configs.add(table.arrays.serverConfig[connection] ?? NONE);
      classes.add(table.arrays.serverClass[connection] ?? NONE);
    }
    const streams = this.#streams.table;
    for (let stream = 0; stream < streams.slots.used; stream++) {
      if (!streams.isLive(stream)) continue;
      configs.add(streams.arrays.config[stream] ?? NONE);
      classes.add(streams.arrays.connectionClass[stream] ?? NONE);
    }
    const sessions = this.#sessions.table;
    for (let session = 0; session < sessions.slots.used; session++) {
      if (sessions.isLive(session)) configs.add(sessions.arrays.config[session] ?? NONE);
    }
    this.#configs.sweep((number) => configs.has(number));
    if (this.#classes.size > CLASS_SWEEP_THRESHOLD) {
      this.#classes.sweep((number) => classes.has(number));
      this.#manager.forgetPlans(() => false);
    } else {
      this.#manager.forgetPlans((config) => this.#configs.holds(config));
    }
  }

  passNs(process: number): Ns {
    // What is on its way to a proxy that is gone takes no more time there.
    const proxy = this.#proxies[podOf(process)];
    return proxy === undefined ? 0 : sampleNs(proxy.passDuration, proxy.passRng);
  }

  accept(connection: number): number {
    const c = this.#network.connections.arrays;
    const proxy = this.#proxies[podOf(c.serverProcess[connection] ?? 0)];
    if (proxy === undefined) return 1;
    const { outcome, chain, end } = this.#listeners.accept(connection, proxy);
    if (end !== undefined) this.#reporter.connectionEnded(connection, proxy.slot, end);
    if (outcome !== CONNECT_ACCEPTED || chain === undefined || c.doomed[connection] === 1) return outcome;
    if (chain.hcm !== undefined) {
      const statistics = proxy.statisticsOf(chain.hcm.source.statPrefix);
      const protocol = c.payload[connection] === PAYLOAD_HTTP2 ? CX_HTTP2 : CX_HTTP1;
      for (const counter of [CX_TOTAL, CX_ACTIVE, protocol]) statistics[counter] = (statistics[counter] ?? 0) + 1;
      if (chain.source.tls !== undefined) statistics[CX_SSL] = (statistics[CX_SSL] ?? 0) + 1;
      this.#armServerIdleTimer(connection, chain.hcm.source.idleTimeoutNs);
    } else if (chain.tcpProxy !== undefined) {
      this.#tcpProxies.accept(connection);
    } else {
      c.doomed[connection] = 1;
    }
    return outcome;
  }

  #armServerIdleTimer(connection: number, timeoutNs: Ns): void {
    const c = this.#network.connections.arrays;
    c.serverIdleSinceNs[connection] = this.#kernel.nowNs;
    if (timeoutNs === 0) return;
    const generation = c.generation[connection] ?? 0;
    c.serverTimer[connection] = this.#lanes.start(
      timeoutNs,
      events.EVENT_DOWNSTREAM_IDLE_TIMEOUT,
      connection,
      generation,
      0,
    );
  }

  #handleServerIdleTimeout(connection: number, generation: number): void {
    const c = this.#network.connections.arrays;
    if (c.generation[connection] !== generation || c.serverClosed[connection] === 1) return;
    const chain = chainOf(this.#configs, this.#network, connection);
    const timeoutNs = chain?.hcm?.source.idleTimeoutNs ?? 0;
    if (chain?.hcm === undefined || timeoutNs === 0) return;
    const busy = (c.serverStreams[connection] ?? 0) > 0;
    const dueNs = busy ? this.#kernel.nowNs + timeoutNs : (c.serverIdleSinceNs[connection] ?? 0) + timeoutNs;
    if (dueNs > this.#kernel.nowNs) {
      const kind = events.EVENT_DOWNSTREAM_IDLE_TIMEOUT;
      c.serverTimer[connection] = this.#kernel.at(dueNs, PRIORITY_TRAFFIC, kind, connection, generation, 0);
      return;
    }
    const slot = podOf(c.serverProcess[connection] ?? 0);
    const statistics = this.#proxy(slot).statisticsOf(chain.hcm.source.statPrefix);
    statistics[CX_IDLE_TIMEOUT] = (statistics[CX_IDLE_TIMEOUT] ?? 0) + 1;
    this.forgetServedConnection(connection);
    this.#connections.closeByServer(connection);
  }

  serveRequest(leg: number): void {
    const connection = this.#network.legs.arrays.connection[leg] ?? 0;
    const c = this.#network.connections.arrays;
    const chain = chainOf(this.#configs, this.#network, connection);
    if (chain?.hcm === undefined) {
      this.#tcpProxies.serve(leg);
      return;
    }
    if (c.payload[connection] === PAYLOAD_TCP) {
      // Bytes that are no HTTP: the codec gives up and closes.
      const slot = podOf(c.serverProcess[connection] ?? 0);
      const statistics = this.#proxy(slot).statisticsOf(chain.hcm.source.statPrefix);
      statistics[CX_PROTOCOL_ERROR] = (statistics[CX_PROTOCOL_ERROR] ?? 0) + 1;
      this.forgetServedConnection(connection);
      this.#connections.closeByServer(connection);
      return;
    }
    if (((this.#network.legs.arrays.marks[leg] ?? 0) & MARK_RECORDED) !== 0) this.#recordArrival(leg, connection);
    this.#manager.serve(leg);
  }

  /** A followed request says how its connection came in; that was decided before anybody followed. */
  #recordArrival(leg: number, connection: number): void {
    const c = this.#network.connections.arrays;
    const chain = chainOf(this.#configs, this.#network, connection);
    const requestId = this.#network.legs.arrays.requestId[leg] ?? 0;
    const sink = this.#reporter.sink(podOf(c.serverProcess[connection] ?? 0), requestId);
    const { ip, port } = this.#environment.services.address(c.address[connection] ?? 0);
    const listener = chain?.listener.source;
    const mutual = c.mutualTls[connection] === 1 ? 'mutualTls' : 'plaintext';
    sink.decide('listener', listener?.name ?? '', { code: 'matched', values: { ip, port } }, [], listener?.origin);
    sink.decide('filterChain', chain?.source.name ?? '', { code: 'matched', values: {} }, [], chain?.source.origin);
    sink.decide('tls', mutual, { code: mutual, values: {} });
  }

  dropServedLeg(leg: number): void {
    const connection = this.#network.legs.arrays.connection[leg] ?? 0;
    if (this.#network.connections.arrays.serverSession[connection] !== NONE) this.#tcpProxies.drop(leg);
    else this.#manager.drop(leg);
  }

  forgetServedConnection(connection: number): void {
    const c = this.#network.connections.arrays;
    if (c.serverSession[connection] !== NONE) {
      this.#tcpProxies.handleDownstreamClosed(connection);
      return;
    }
    const chain = chainOf(this.#configs, this.#network, connection);
    if (chain?.hcm === undefined || c.doomed[connection] === 1) return;
    if ((c.serverTimer[connection] ?? 0) !== 0) this.#kernel.cancel(c.serverTimer[connection] ?? 0);
    c.serverTimer[connection] = 0;
    const statistics = this.#proxy(podOf(c.serverProcess[connection] ?? 0)).statisticsOf(chain.hcm.source.statPrefix);
    statistics[CX_ACTIVE] = (statistics[CX_ACTIVE] ?? 0) - 1;
    statistics[CX_DESTROY] = (statistics[CX_DESTROY] ?? 0) + 1;
  }

  handleConnected(connection: number): void {
    this.#pools.handleConnected(connection);
  }

  handleConnectFailure(connection: number, outcome: number): void {
    this.#pools.handleConnectFailure(connection, outcome);
  }

  handleClosedByServer(connection: number): void {
    if (this.#isTcp(connection)) this.#tcpProxies.handleUpstreamClosed(connection);
    if (this.#network.connections.isLive(connection)) this.#pools.handleClosedByServer(connection);
  }

  #isTcp(connection: number): boolean {
    const pool = this.#network.connections.arrays.clientPool[connection] ?? 0;
    return this.#upstream.pools.arrays.protocol[pool] === PROTOCOL_TCP;
  }

  handleResponse(leg: number): void {
    const l = this.#network.legs.arrays;
    if (this.#isTcp(l.connection[leg] ?? 0)) this.#tcpProxies.handleResponse(leg);
    else if (this.#upstream.tries.arrays.owner[l.clientContext[leg] ?? 0] === OWNER_STREAM) {
      this.#router.handleResponse(leg);
    } else this.#shadows.handleResponse(leg);
  }

  handleReset(leg: number, reset: number): void {
    const l = this.#network.legs.arrays;
    const connection = l.connection[leg] ?? 0;
    if (this.#isTcp(connection)) {
      this.#tcpProxies.handleReset(leg);
      return;
    }
    if (this.#upstream.tries.arrays.owner[l.clientContext[leg] ?? 0] !== OWNER_STREAM) {
      this.#shadows.handleReset(leg);
      return;
    }
    const text = this.#network.connections.arrays.failureText[connection] ?? NONE;
    this.#router.handleReset(leg, resetReasonOf(reset), text);
  }

  handlePoolReady(upstream: number, connection: number): void {
    const owner = this.#upstream.tries.arrays.owner[upstream];
    if (owner === OWNER_STREAM) this.#router.handlePoolReady(upstream, connection);
    else if (owner === OWNER_SHADOW) this.#shadows.handlePoolReady(upstream, connection);
    else this.#tcpProxies.handlePoolReady(upstream, connection);
  }

  handlePoolFailure(upstream: number, failure: StreamResetReason, failureText: number): void {
    const owner = this.#upstream.tries.arrays.owner[upstream];
    if (owner === OWNER_STREAM) this.#router.handlePoolFailure(upstream, failure, failureText);
    else if (owner === OWNER_SHADOW) this.#shadows.handlePoolFailure(upstream);
    else this.#tcpProxies.handlePoolFailure(upstream, failure, failureText);
  }

  /** Events of proxies; false: the kind is somebody else's. */
  dispatch(kind: number, a: number, b: number): boolean {
    switch (kind) {
      case events.EVENT_FAULT_DELAY_DONE:
        this.#manager.handleDelayDone(a, b);
        return true;
      case events.EVENT_ROUTE_TIMEOUT:
        this.#router.handleRouteTimeout(a, b);
        return true;
      case events.EVENT_PER_TRY_TIMEOUT:
        this.#handleTryTimeout(a, b, 'perTry');
        return true;
      case events.EVENT_PER_TRY_IDLE_TIMEOUT:
        this.#handleTryTimeout(a, b, 'perTryIdle');
        return true;
      case events.EVENT_UPSTREAM_MAX_DURATION:
        this.#handleTryTimeout(a, b, 'maxDuration');
        return true;
      case events.EVENT_RETRY_BACKOFF_DONE:
        this.#router.handleBackOffDone(a, b);
        return true;
      case events.EVENT_STREAM_IDLE_TIMEOUT:
        this.#manager.handleIdleTimeout(a, b);
        return true;
      case events.EVENT_MAX_STREAM_DURATION:
        this.#manager.handleMaxDuration(a, b);
        return true;
      case events.EVENT_CONNECT_TIMEOUT:
        this.#pools.handleConnectTimeout(a, b);
        return true;
      case events.EVENT_UPSTREAM_IDLE_TIMEOUT:
        this.#pools.handleIdleTimeout(a, b);
        return true;
      case events.EVENT_DOWNSTREAM_IDLE_TIMEOUT:
        this.#handleServerIdleTimeout(a, b);
        return true;
      case events.EVENT_OUTLIER_INTERVAL:
        this.#monitor.handleInterval(a, b);
        return true;
      case events.EVENT_POOL_READY:
        this.#pools.handlePoolTurn(a);
        return true;
      case events.EVENT_TCP_IDLE_TIMEOUT:
        this.#tcpProxies.handleIdleTimeout(a, b);
        return true;
      default:
        return false;
    }
  }

  #handleTryTimeout(upstream: number, generation: number, kind: 'perTry' | 'perTryIdle' | 'maxDuration'): void {
    const t = this.#upstream.tries.arrays;
    if (t.generation[upstream] !== generation) return;
    if (t.owner[upstream] === OWNER_SHADOW) this.#shadows.handleTimeout(upstream);
    else this.#router.handleTryTimeout(upstream, generation, kind);
  }

  accessLog(limit: number): readonly AccessLogEntry[] {
    return this.#reporter.accessLog(limit);
  }

  /** Identifiers of the pods whose proxies have ejected the host at an address, by IP. */
  ejectionsByIp(): ReadonlyMap<string, readonly string[]> {
    const ejections = new Map<string, string[]>();
    for (const proxy of this.#proxies) {
      if (proxy === undefined) continue;
      for (const number of this.#clusters.ofPod(proxy.slot).values()) {
        const cluster = this.#clusters.get(number);
        cluster.columns.flags.forEach((flags, index) => {
          if ((flags & HostHealthFlag.FailedOutlierCheck) === 0) return;
          const ip = cluster.cluster.endpoints[index]?.ip ?? '';
          const names = ejections.get(ip) ?? [];
          if (!names.includes(proxy.name)) names.push(proxy.name);
          ejections.set(ip, names);
        });
      }
    }
    return ejections;
  }

  snapshotVersion(slot: number): string {
    return this.#proxies[slot]?.snapshotVersion ?? '';
  }

  statistics(slot: number): ProxyStatistics | undefined {
    const proxy = this.#proxies[slot];
    return proxy === undefined ? undefined : collectStatistics(proxy, this.#clusters, this.#upstream);
  }

  checkInvariants(): void {
    this.#pools.checkInvariants();
    const active = new Map<number, number>();
    const s = this.#streams.table;
    for (let stream = 0; stream < s.slots.used; stream++) {
      if (!s.isLive(stream)) continue;
      const pod = s.arrays.pod[stream] ?? 0;
      active.set(pod, (active.get(pod) ?? 0) + 1);
    }
    for (const proxy of this.#proxies) {
      if (proxy === undefined) continue;
      const gauge = counters.httpCounter('downstream_rq_active');
      const total = counters.httpCounter('downstream_rq_total');
      let counted = 0;
      for (const statistics of proxy.statistics.values()) {
        counted += statistics[gauge] ?? 0;
        assert((statistics[CX_ACTIVE] ?? 0) >= 0, 'a proxy has fewer than no connections');
        assert((statistics[total] ?? 0) >= (statistics[gauge] ?? 0), 'more requests are active than ever came');
      }
      assert(counted === (active.get(proxy.slot) ?? 0), 'active requests of a proxy do not equal its streams');
    }
    this.#clusters.checkInvariants((cluster) => this.#monitor.checkInvariants(cluster));
  }

  save(): ProxiesState {
    return {
      proxies: this.#proxies.flatMap((proxy) => (proxy === undefined ? [] : [proxy.save()])),
      configs: this.#configs.save(),
      classes: this.#classes.save(),
      tls: this.#tls.save(),
      upstream: this.#upstream.save(),
      clusters: this.#clusters.save(),
      streams: this.#streams.save(),
      sessions: this.#sessions.save(),
      formats: this.#reporter.save(),
    };
  }

  /** Pods, services, faults and network tables must have been restored before. */
  restore(state: ProxiesState): void {
    this.#proxies.length = 0;
    this.#configs.restore(state.configs);
    this.#classes.restore(state.classes);
    this.#tls.restore(state.tls);
    for (const saved of state.proxies) {
      const { facts, source } = this.#environment.pods.get(saved.slot);
      if (source.kind !== 'pod') continue;
      const proxy = this.#createRecord(saved.slot, facts.id, source.spec);
      proxy.restore(saved);
      this.#proxies[saved.slot] = proxy;
    }
    this.#manager.forgetPlans(() => false);
    this.#upstream.restore(state.upstream);
    this.#clusters.restore(state.clusters);
    this.#streams.restore(state.streams);
    this.#sessions.restore(state.sessions);
    this.#reporter.restore(state.formats);
    this.#restorePlans();
  }

  /** What streams in flight decided follows from their columns; it is decided again before anything else happens. */
  #restorePlans(): void {
    const s = this.#streams.table;
    this.#reporter.muted = true;
    for (let stream = 0; stream < s.slots.used; stream++) {
      if (!s.isLive(stream)) continue;
      this.#manager.filterPlanOf(stream);
      if (s.arrays.routed[stream] === 1) this.#router.routePlanOf(stream);
    }
    this.#reporter.muted = false;
  }
}

function resetReasonOf(reset: number): StreamResetReason {
  switch (reset) {
    case RESET_CONNECTION_TERMINATION:
      return 'connectionTermination';
    case RESET_REMOTE_REFUSED:
      return 'remoteRefusedStreamReset';
    case RESET_PROTOCOL_ERROR:
      return 'protocolError';
    default:
      return 'remoteReset';
  }
}
