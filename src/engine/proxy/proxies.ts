import { assert, assertDefined, type Ns } from '../../base';
import type { XdsSnapshot } from '../../xds';
import * as events from '../core';
import { sampleNs } from '../core';
import {
  type Connections,
  type NetworkTables,
  NONE,
  type Party,
  podOf,
  processOf,
  RESET_CONNECTION_TERMINATION,
  RESET_PROTOCOL_ERROR,
  RESET_REMOTE_REFUSED,
  ROLE_PROXY,
} from '../network';
import type { AccessLogEntry, ProxyStatistics } from '../observation';
import type { PodSpec } from '../world';
import * as counters from './counters';
import { DownstreamConnections } from './downstream-connections';
import type { ProxyEnvironment } from './environment';
import { Handshakes } from './handshakes';
import { AsyncCalls } from './http/async-calls';
import { ConnectionManager } from './http/connection-manager';
import { FilterCalls } from './http/filter-calls';
import { Router } from './http/router';
import { Shadows } from './http/shadows';
import { Listeners } from './listeners';
import type { LineForm } from './log-forms';
import { NO_CONFIG, ProxyRecord, type ProxyRecordState } from './proxy-record';
import { collectStatistics } from './proxy-statistics';
import { Reporter } from './reporter';
import { HostHealthFlag, type StreamResetReason } from './semantics';
import { ProxyTables, type ProxyTablesState } from './tables';
import { TcpProxies } from './tcp/tcp-proxies';
import { Clusters, type ClustersState } from './upstream/clusters';
import { ConnectionAges } from './upstream/connection-ages';
import { checksHealth, HealthChecks } from './upstream/health-checks';
import { HealthPublisher } from './upstream/health-publisher';
import { HostMonitor } from './upstream/host-monitor';
import { Pools } from './upstream/pools';
import { OWNER_ASYNC, OWNER_STREAM, PROTOCOL_TCP } from './upstream/tables';

/** Old configurations and classes of connections are looked for once there are this many. */
const SWEEP_THRESHOLD = 64;
const CLASS_SWEEP_THRESHOLD = 4096;

/** Plain-data state of {@link Proxies}. */
export interface ProxiesState {
  readonly proxies: readonly ProxyRecordState[];
  readonly tables: ProxyTablesState;
  readonly clusters: ClustersState;
  readonly lineForms: readonly LineForm[];
}

/** Every proxy of the mesh: takes connections in, serves requests, and is itself a client of others. */
export class Proxies implements Party {
  readonly #environment: ProxyEnvironment;
  readonly #network: NetworkTables;
  readonly #connections: Connections;
  readonly #tables = new ProxyTables();
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  readonly #ages: ConnectionAges;
  readonly #monitor: HostMonitor;
  readonly #health: HealthChecks;
  readonly #publisher: HealthPublisher;
  readonly #manager: ConnectionManager;
  readonly #calls: AsyncCalls;
  readonly #router: Router;
  readonly #tcpProxies: TcpProxies;
  readonly #reporter: Reporter;
  readonly #downstream: DownstreamConnections;
  /** TLS of applications, which know nothing of it themselves. */
  readonly handshakes: Handshakes;

  constructor(environment: ProxyEnvironment) {
    const tables = this.#tables;
    this.#environment = environment;
    this.#network = environment.network;
    this.#connections = environment.connections;
    const clusters = new Clusters(environment, tables);
    const pools = new Pools(environment, tables, clusters);
    const publisher = new HealthPublisher(environment, tables, clusters, pools);
    const monitor = new HostMonitor(environment.kernel, tables.upstream, clusters, publisher);
    const health = new HealthChecks(environment, tables, clusters, publisher);
    this.#publisher = publisher;
    this.#health = health;
    const reporter = new Reporter(environment, tables, clusters);
    const manager = new ConnectionManager(environment, tables);
    const calls = new AsyncCalls(environment, tables, { clusters, pools });
    const shadows = new Shadows(environment, { clusters, calls });
    const tcpProxies = new TcpProxies(environment, tables, { clusters, pools, monitor });
    this.#clusters = clusters;
    this.#pools = pools;
    this.#ages = new ConnectionAges(environment, tables.upstream, clusters, pools);
    this.#monitor = monitor;
    this.#reporter = reporter;
    this.#manager = manager;
    this.#calls = calls;
    this.#tcpProxies = tcpProxies;
    this.#router = new Router(environment, tables, { clusters, pools, monitor, health, manager, shadows, reporter });
    this.handshakes = new Handshakes(environment, tables);
    const listeners = new Listeners(environment, tables, this.handshakes);
    this.#downstream = new DownstreamConnections(environment, tables, { listeners, manager, tcpProxies, reporter });
    this.#bind();
  }

  #bind(): void {
    this.#manager.bind(
      this.#router,
      this.#reporter,
      new FilterCalls(this.#environment, this.#tables, this.#clusters, this.#calls),
    );
    this.#calls.bind(this.#manager);
    this.#tcpProxies.bind(this.#reporter);
    this.#reporter.bind(this.#tcpProxies);
    this.#pools.bind(this);
    this.#clusters.bind({
      handleClusterStarted: (cluster) => {
        this.#monitor.start(cluster);
        this.#health.update(cluster);
      },
      handleClusterRestored: (cluster, state) => {
        this.#monitor.attach(cluster);
        if (state.detector !== undefined) cluster.detector?.restore(state.detector);
      },
      handleHostsChanged: (cluster, previous) => {
        this.#monitor.handleHostsChanged(cluster, previous);
        this.#health.update(cluster);
      },
      handleClusterRetired: (cluster) => this.#health.stop(cluster),
      drainPool: (pool) => this.#pools.drain(pool),
    });
  }

  addProxy(slot: number): void {
    const { facts, source } = this.#environment.pods.get(slot);
    assert(source.kind === 'pod' && source.spec.proxy !== undefined, 'the pod has no proxy');
    this.#tables.proxies[slot] = this.#createRecord(slot, facts.id, source.spec);
  }

  #createRecord(slot: number, id: string, spec: PodSpec): ProxyRecord {
    const proxy = assertDefined(spec.proxy, 'the pod has no proxy');
    return new ProxyRecord(slot, id, proxy.concurrency, proxy.passDuration, this.#environment.streams);
  }

  #proxy(slot: number): ProxyRecord {
    return assertDefined(this.#tables.proxies[slot], 'the pod has no proxy');
  }

  removeProxy(slot: number): void {
    if (this.#tables.proxies[slot] === undefined) return;
    this.kill(slot);
    this.#tables.proxies[slot] = undefined;
  }

  /** The proxy process dies: all its connections end, on both sides. Its clusters start anew. */
  kill(slot: number): void {
    if (this.#tables.proxies[slot] === undefined) return;
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
    const s = this.#tables.streams.table;
    for (let stream = 0; stream < s.slots.used; stream++) {
      if (s.isLive(stream) && s.arrays.pod[stream] === slot) this.#manager.cut(stream);
    }
    const t = this.#tables.upstream.tries;
    for (let upstream = 0; upstream < t.slots.used; upstream++) {
      if (!t.isLive(upstream) || t.arrays.owner[upstream] !== OWNER_ASYNC) continue;
      if (this.#clusters.get(t.arrays.subject[upstream] ?? 0).pod === slot) this.#calls.cancel(upstream);
    }
  }

  /** A pod's proxy has received and taken over a snapshot. */
  applySnapshot(slot: number, snapshot: XdsSnapshot): void {
    const proxy = this.#proxy(slot);
    const before = proxy.config === NO_CONFIG ? undefined : this.#tables.configs.get(proxy.config);
    const old = proxy.config;
    proxy.config = this.#tables.configs.add(snapshot, before);
    proxy.snapshotVersion = snapshot.version;
    const config = this.#tables.configs.get(proxy.config);
    this.#clusters.applyConfig(slot, config);
    if (old !== NO_CONFIG && old !== proxy.config) this.#downstream.move(slot, old, proxy.config);
    if (this.#tables.configs.size > SWEEP_THRESHOLD) this.#sweep();
  }

  #sweep(): void {
    const configs = new Set<number>();
    const classes = new Set<number>();
    for (const proxy of this.#tables.proxies) if (proxy !== undefined) configs.add(proxy.config);
    const table = this.#network.connections;
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection)) continue;
      configs.add(table.arrays.serverConfig[connection] ?? NONE);
      classes.add(table.arrays.serverClass[connection] ?? NONE);
    }
    const streams = this.#tables.streams.table;
    for (let stream = 0; stream < streams.slots.used; stream++) {
      if (!streams.isLive(stream)) continue;
      configs.add(streams.arrays.config[stream] ?? NONE);
      classes.add(streams.arrays.connectionClass[stream] ?? NONE);
    }
    const sessions = this.#tables.sessions.table;
    for (let session = 0; session < sessions.slots.used; session++) {
      if (!sessions.isLive(session)) continue;
      configs.add(sessions.arrays.config[session] ?? NONE);
      classes.add(sessions.arrays.connectionClass[session] ?? NONE);
    }
    this.#tables.configs.sweep((number) => configs.has(number));
    if (this.#tables.classes.size > CLASS_SWEEP_THRESHOLD) {
      this.#tables.classes.sweep((number) => classes.has(number));
      this.#manager.forgetPlans(() => false);
    } else {
      this.#manager.forgetPlans((config) => this.#tables.configs.holds(config));
    }
  }

  passNs(process: number): Ns {
    // What is on its way to a proxy that is gone takes no more time there.
    const proxy = this.#tables.proxies[podOf(process)];
    return proxy === undefined ? 0 : sampleNs(proxy.passDuration, proxy.passRng);
  }

  accept(connection: number): number {
    return this.#downstream.accept(connection);
  }

  serveRequest(leg: number): void {
    this.#downstream.serve(leg);
  }

  dropServedLeg(leg: number): void {
    const connection = this.#network.legs.arrays.connection[leg] ?? 0;
    if (this.#network.connections.arrays.serverSession[connection] !== NONE) this.#tcpProxies.drop(leg);
    else this.#manager.drop(leg);
  }

  forgetServedConnection(connection: number): void {
    this.#downstream.forget(connection);
  }

  /** Connections of health checks belong to no pool. */
  #checksHealth(connection: number): boolean {
    return checksHealth(this.#network.connections.arrays.clientPool[connection] ?? 0);
  }

  handleConnected(connection: number): void {
    if (this.#checksHealth(connection)) this.#health.handleConnected(connection);
    else {
      this.#pools.handleConnected(connection);
      this.#ages.handleConnected(connection);
    }
  }

  handleConnectFailure(connection: number, outcome: number): void {
    if (this.#checksHealth(connection)) this.#health.handleConnectFailure(connection);
    else this.#pools.handleConnectFailure(connection, outcome);
  }

  handleClosedByServer(connection: number): void {
    if (this.#checksHealth(connection)) {
      this.#health.handleClosedByServer(connection);
      return;
    }
    if (this.#isTcp(connection)) this.#tcpProxies.handleUpstreamClosed(connection);
    if (this.#network.connections.isLive(connection)) this.#pools.handleClosedByServer(connection);
  }

  #isTcp(connection: number): boolean {
    const pool = this.#network.connections.arrays.clientPool[connection] ?? 0;
    return this.#tables.upstream.pools.arrays.protocol[pool] === PROTOCOL_TCP;
  }

  handleResponse(leg: number): void {
    const l = this.#network.legs.arrays;
    if (this.#checksHealth(l.connection[leg] ?? 0)) this.#health.handleResponse(leg);
    else if (this.#isTcp(l.connection[leg] ?? 0)) this.#tcpProxies.handleResponse(leg);
    else if (this.#tables.upstream.tries.arrays.owner[l.clientContext[leg] ?? 0] === OWNER_STREAM) {
      this.#router.handleResponse(leg);
    } else this.#calls.handleResponse(leg);
  }

  handleReset(leg: number, reset: number): void {
    const l = this.#network.legs.arrays;
    const connection = l.connection[leg] ?? 0;
    if (this.#checksHealth(connection)) {
      this.#health.handleReset(leg);
      return;
    }
    if (this.#isTcp(connection)) {
      this.#tcpProxies.handleReset(leg);
      return;
    }
    if (this.#tables.upstream.tries.arrays.owner[l.clientContext[leg] ?? 0] !== OWNER_STREAM) {
      this.#calls.handleReset(leg, resetReasonOf(reset));
      return;
    }
    const text = this.#network.connections.arrays.failureText[connection] ?? NONE;
    this.#router.handleReset(leg, resetReasonOf(reset), text);
  }

  handlePoolReady(upstream: number, connection: number): void {
    const owner = this.#tables.upstream.tries.arrays.owner[upstream];
    if (owner === OWNER_STREAM) this.#router.handlePoolReady(upstream, connection);
    else if (owner === OWNER_ASYNC) this.#calls.handlePoolReady(upstream, connection);
    else this.#tcpProxies.handlePoolReady(upstream, connection);
  }

  handlePoolFailure(upstream: number, failure: StreamResetReason, failureText: number): void {
    const owner = this.#tables.upstream.tries.arrays.owner[upstream];
    if (owner === OWNER_STREAM) this.#router.handlePoolFailure(upstream, failure, failureText);
    else if (owner === OWNER_ASYNC) this.#calls.handlePoolFailure(upstream);
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
        this.#downstream.handleIdleTimeout(a, b);
        return true;
      case events.EVENT_DOWNSTREAM_AGE:
        this.#downstream.handleAge(a, b);
        return true;
      case events.EVENT_DOWNSTREAM_DRAINED:
        this.#downstream.handleDrained(a, b);
        return true;
      case events.EVENT_UPSTREAM_CONNECTION_AGE:
        this.#ages.handleDue(a, b);
        return true;
      case events.EVENT_OUTLIER_INTERVAL:
        this.#monitor.handleInterval(a, b);
        return true;
      case events.EVENT_HEALTH_MERGED:
        this.#publisher.handleMerged(a, b);
        return true;
      case events.EVENT_POOL_READY:
        this.#pools.handlePoolTurn(a);
        return true;
      case events.EVENT_HEALTH_CHECK_DUE:
        this.#health.handleDue(a, b);
        return true;
      case events.EVENT_HEALTH_CHECK_TIMEOUT:
        this.#health.handleTimeout(a, b);
        return true;
      case events.EVENT_TCP_DURATION:
        this.#tcpProxies.handleDuration(a, b);
        return true;
      case events.EVENT_TCP_IDLE_TIMEOUT:
        this.#tcpProxies.handleIdleTimeout(a, b);
        return true;
      default:
        return false;
    }
  }

  #handleTryTimeout(upstream: number, generation: number, kind: 'perTry' | 'perTryIdle' | 'maxDuration'): void {
    const { tries } = this.#tables.upstream;
    if (!tries.isCurrent(upstream, generation)) return;
    if (tries.arrays.owner[upstream] === OWNER_ASYNC) this.#calls.handleTimeout(upstream);
    else this.#router.handleTryTimeout(upstream, kind);
  }

  accessLog(limit: number): readonly AccessLogEntry[] {
    return this.#reporter.accessLog(limit);
  }

  /** Identifiers of the pods whose proxies have ejected the host at an address, by IP. */
  ejectionsByIp(): ReadonlyMap<string, readonly string[]> {
    const ejections = new Map<string, string[]>();
    for (const proxy of this.#tables.proxies) {
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
    return this.#tables.proxies[slot]?.snapshotVersion ?? '';
  }

  statistics(slot: number): ProxyStatistics | undefined {
    const proxy = this.#tables.proxies[slot];
    return proxy === undefined ? undefined : collectStatistics(proxy, this.#clusters, this.#tables.upstream);
  }

  checkInvariants(): void {
    this.#pools.checkInvariants();
    const active = new Map<number, number>();
    const s = this.#tables.streams.table;
    for (let stream = 0; stream < s.slots.used; stream++) {
      if (!s.isLive(stream)) continue;
      const pod = s.arrays.pod[stream] ?? 0;
      active.set(pod, (active.get(pod) ?? 0) + 1);
    }
    for (const proxy of this.#tables.proxies) {
      if (proxy === undefined) continue;
      const connections = counters.httpCounter('downstream_cx_active');
      const gauge = counters.httpCounter('downstream_rq_active');
      const total = counters.httpCounter('downstream_rq_total');
      let counted = 0;
      for (const statistics of proxy.statistics.values()) {
        counted += statistics[gauge] ?? 0;
        assert((statistics[connections] ?? 0) >= 0, 'a proxy has fewer than no connections');
        assert((statistics[total] ?? 0) >= (statistics[gauge] ?? 0), 'more requests are active than ever came');
      }
      assert(counted === (active.get(proxy.slot) ?? 0), 'active requests of a proxy do not equal its streams');
    }
    this.#clusters.checkInvariants((cluster) => this.#monitor.checkInvariants(cluster));
  }

  save(): ProxiesState {
    return {
      proxies: this.#tables.proxies.flatMap((proxy) => (proxy === undefined ? [] : [proxy.save()])),
      tables: this.#tables.save(),
      clusters: this.#clusters.save(),
      lineForms: this.#reporter.save(),
    };
  }

  /** Pods, services, faults and network tables must have been restored before. */
  restore(state: ProxiesState): void {
    this.#tables.restore(state.tables);
    this.#tables.proxies.length = 0;
    for (const saved of state.proxies) {
      const { facts, source } = this.#environment.pods.get(saved.slot);
      if (source.kind !== 'pod') continue;
      const proxy = this.#createRecord(saved.slot, facts.id, source.spec);
      proxy.restore(saved);
      this.#tables.proxies[saved.slot] = proxy;
    }
    this.#manager.forgetPlans(() => false);
    this.#clusters.restore(state.clusters);
    this.#reporter.restore(state.lineForms);
    this.#restorePlans();
  }

  /** What streams in flight decided follows from their columns; it is decided again before anything else happens. */
  #restorePlans(): void {
    const s = this.#tables.streams.table;
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
