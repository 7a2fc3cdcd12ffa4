import { assertDefined } from '../../../base';
import { EVENT_TCP_DURATION, EVENT_TCP_IDLE_TIMEOUT, PRIORITY_TRAFFIC, type StringTable } from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import {
  blankLeg,
  type Connections,
  type Exchanges,
  LOOPBACK,
  type NetworkTables,
  NONE,
  PHASE_SERVING,
  ROLE_APPLICATION,
  roleOf,
  type ServiceDirectory,
} from '../../network';
import type { Edges } from '../../telemetry';
import type { CompiledChain, ConfigRegistry } from '../config';
import * as counters from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { ProxyRecord } from '../proxy-record';
import { ResponseFlag, type StreamResetReason } from '../semantics';
import type { ProxyTables } from '../tables';
import { type ClusterRuntime, RESOURCE_CONNECTIONS } from '../upstream/cluster-runtime';
import type { Clusters } from '../upstream/clusters';
import type { HostMonitor } from '../upstream/host-monitor';
import type { Pools } from '../upstream/pools';
import { OWNER_TCP_SESSION, PROTOCOL_TCP, TRY_ATTACHED, TRY_PENDING, type UpstreamTables } from '../upstream/tables';
import type { Sessions } from './sessions';

/** Told about every session once, when it is over. */
export interface SessionReporter {
  sessionFinished(session: number): void;
}

/** A leg of the downstream connection that waits for the upstream one. */
const WAITING = -2;

/** What TCP proxies work with. */
export interface TcpProxiesParts {
  readonly clusters: Clusters;
  readonly pools: Pools;
  readonly monitor: HostMonitor;
}

/**
 * Relays connections: one upstream connection for every downstream one, whatever is said on it.
 * envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc
 */
export class TcpProxies {
  readonly #kernel: Kernel;
  readonly #network: NetworkTables;
  readonly #connections: Connections;
  readonly #exchanges: Exchanges;
  readonly #services: ServiceDirectory;
  readonly #strings: StringTable;
  readonly #edges: Edges;
  readonly #configs: ConfigRegistry;
  readonly #sessions: Sessions;
  readonly #upstream: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  readonly #monitor: HostMonitor;
  readonly #proxies: (ProxyRecord | undefined)[];
  #reporter: SessionReporter | undefined;
  readonly #newLeg = blankLeg();

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: TcpProxiesParts) {
    this.#kernel = environment.kernel;
    this.#network = environment.network;
    this.#connections = environment.connections;
    this.#exchanges = environment.exchanges;
    this.#services = environment.services;
    this.#strings = environment.strings;
    this.#edges = environment.edges;
    this.#configs = tables.configs;
    this.#sessions = tables.sessions;
    this.#upstream = tables.upstream;
    this.#clusters = parts.clusters;
    this.#pools = parts.pools;
    this.#monitor = parts.monitor;
    this.#proxies = tables.proxies;
  }

  bind(reporter: SessionReporter): void {
    this.#reporter = reporter;
  }

  chainOf(session: number): CompiledChain {
    const s = this.#sessions.table.arrays;
    const config = this.#configs.get(s.config[session] ?? 0);
    return assertDefined(config.chains[s.chain[session] ?? 0], 'unknown filter chain');
  }

  #proxy(session: number): ProxyRecord {
    return assertDefined(this.#proxies[this.#sessions.table.arrays.pod[session] ?? 0], 'a session without proxy');
  }

  /** A connection was accepted whose filter chain ends in a TCP proxy. The upstream connection is opened at once. */
  accept(connection: number): void {
    const c = this.#network.connections.arrays;
    const session = this.#sessions.allocate();
    const s = this.#sessions.table.arrays;
    s.pod[session] = (c.serverProcess[connection] ?? 0) >> 1;
    s.connection[session] = connection;
    s.connectionClass[session] = c.serverClass[connection] ?? 0;
    s.config[session] = c.serverConfig[connection] ?? 0;
    s.chain[session] = c.serverChain[connection] ?? 0;
    s.worker[session] = c.serverWorker[connection] ?? 0;
    s.startNs[session] = this.#kernel.nowNs;
    c.serverSession[connection] = session;
    this.#armDurationTimer(session);
    this.#connect(session);
  }

  // envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc Filter::establishUpstreamConnection
  #connect(session: number): void {
    const s = this.#sessions.table.arrays;
    const pod = s.pod[session] ?? 0;
    const config = this.#configs.get(this.#proxy(session).config);
    const cluster =
      s.cluster[session] === NONE
        ? this.#clusters.byName(pod, config, this.#chooseCluster(session))
        : this.#clusters.get(s.cluster[session] ?? 0);
    if (cluster === undefined) {
      this.#close(session, ResponseFlag.NoClusterFound);
      return;
    }
    if (s.cluster[session] === NONE) {
      s.cluster[session] = cluster.number;
      cluster.streams += 1;
    }
    if (!cluster.canCreate(0, RESOURCE_CONNECTIONS)) {
      cluster.count(counters.CX_OVERFLOW);
      this.#close(session, ResponseFlag.UpstreamOverflow);
      return;
    }
    const host = this.#pickHost(session, cluster);
    if (host === NONE) {
      cluster.count(counters.CX_NONE_HEALTHY);
      this.#close(session, ResponseFlag.NoHealthyUpstream);
      return;
    }
    this.#dial(session, cluster, host);
  }

  #dial(session: number, cluster: ClusterRuntime, host: number): void {
    const s = this.#sessions.table.arrays;
    const c = this.#network.connections.arrays;
    const connection = s.connection[session] ?? 0;
    s.attempts[session] = (s.attempts[session] ?? 0) + 1;
    s.hostAddress[session] = this.#upstream.hosts.arrays.address[host] ?? 0;
    s.edge[session] = this.#clusters.edgeOf(cluster, host, NONE);
    if (s.edge[session] !== NONE) this.#edges.countAttempt(s.edge[session] ?? 0);
    const pool = this.#pools.poolFor(cluster, host, s.worker[session] ?? 0, 0, PROTOCOL_TCP, undefined);
    if (pool === NONE) {
      this.#close(session, ResponseFlag.UpstreamOverflow);
      return;
    }
    const upstream = this.#upstream.allocateTry(OWNER_TCP_SESSION, session, s.attempts[session] ?? 1);
    const t = this.#upstream.tries.arrays;
    t.host[upstream] = host;
    t.innerTls[upstream] = c.innerTls[connection] ?? 0;
    t.serverName[upstream] = c.serverName[connection] ?? NONE;
    t.payload[upstream] = c.payload[connection] ?? 0;
    s.upstream[session] = upstream;
    this.#pools.newStream(pool, upstream);
  }

  #chooseCluster(session: number): string {
    const { tcpProxy, preludes } = this.chainOf(session);
    const specifier = assertDefined(tcpProxy, 'a session without TCP proxy').cluster;
    if (specifier.kind === 'cluster') {
      // envoyproxy/envoy source/extensions/filters/network/sni_cluster/sni_cluster.cc
      const sni = preludes.some(({ kind }) => kind === 'sniCluster');
      const connection = this.#sessions.table.arrays.connection[session] ?? 0;
      const name = this.#strings.get(this.#network.connections.arrays.serverName[connection] ?? NONE);
      return sni && name !== '' ? name : specifier.cluster;
    }
    const total = specifier.clusters.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) return '';
    let draw = this.#proxy(session).routeRng.nextU64Mod(total);
    for (const { name, weight } of specifier.clusters) {
      if (draw < weight) return name;
      draw -= weight;
    }
    return '';
  }

  #pickHost(session: number, cluster: ClusterRuntime): number {
    const s = this.#sessions.table.arrays;
    const connection = s.connection[session] ?? 0;
    const { discovery } = cluster.cluster.source;
    if (discovery.kind === 'ORIGINAL_DST') {
      const dialled = this.#services.address(this.#network.connections.arrays.address[connection] ?? 0);
      const port = discovery.portOverride ?? dialled.port;
      return this.#clusters.originalDestination(cluster, this.#services.addressNumber(dialled.ip, port));
    }
    return cluster.anyHost(s.worker[session] ?? 0, this.#kernel.nowNs);
  }

  handlePoolReady(upstream: number, connection: number): void {
    const t = this.#upstream.tries.arrays;
    const s = this.#sessions.table.arrays;
    const c = this.#network.connections.arrays;
    const session = t.subject[upstream] ?? 0;
    s.upstreamConnection[session] = connection;
    s.mutualTls[session] = c.mutualTls[connection] ?? 0;
    s.idleSinceNs[session] = this.#kernel.nowNs;
    this.#monitor.connectSucceeded(this.#clusters.get(s.cluster[session] ?? 0), t.host[upstream] ?? 0);
    c.clientWaiter[connection] = session;
    this.#armIdleTimer(session);
    const l = this.#network.legs.arrays;
    const downstream = s.connection[session] ?? 0;
    for (let leg = c.firstLeg[downstream] ?? NONE; leg !== NONE; ) {
      const next = l.nextLeg[leg] ?? NONE;
      if (l.phase[leg] === PHASE_SERVING && l.serverContext[leg] === WAITING) this.#relay(session, leg);
      leg = next;
    }
  }

  // envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc Filter::onGenericPoolFailure, onConnectMaxAttempts
  handlePoolFailure(upstream: number, failure: StreamResetReason, failureText: number): void {
    const t = this.#upstream.tries.arrays;
    const s = this.#sessions.table.arrays;
    const session = t.subject[upstream] ?? 0;
    const cluster = this.#clusters.get(s.cluster[session] ?? 0);
    if (failure !== 'overflow') this.#monitor.failed(cluster, t.host[upstream] ?? 0);
    this.#upstream.releaseTry(upstream);
    s.upstream[session] = NONE;
    if (failureText !== NONE) s.failureText[session] = failureText;
    if (failure === 'overflow') {
      this.#close(session, ResponseFlag.UpstreamOverflow);
      return;
    }
    const { tcpProxy } = this.chainOf(session);
    if ((s.attempts[session] ?? 0) < (tcpProxy?.maxConnectAttempts ?? 1)) {
      this.#connect(session);
      return;
    }
    cluster.count(counters.CX_CONNECT_ATTEMPTS_EXCEEDED);
    this.#sessions.addFlag(session, ResponseFlag.UpstreamConnectionFailure);
    this.#close(session, ResponseFlag.UpstreamRetryLimitExceeded);
  }

  /** Bytes have arrived from downstream. */
  serve(leg: number): void {
    const l = this.#network.legs.arrays;
    const c = this.#network.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const session = c.serverSession[connection] ?? NONE;
    const s = this.#sessions.table.arrays;
    s.requestId[session] = l.requestId[leg] ?? 0;
    l.serverContext[leg] = WAITING;
    if (s.upstreamConnection[session] !== NONE) this.#relay(session, leg);
  }

  /** Nothing is read from downstream before there is an upstream connection. */
  // envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc Filter::initialize (readDisable)
  #relay(session: number, leg: number): void {
    const l = this.#network.legs.arrays;
    const c = this.#network.connections.arrays;
    const s = this.#sessions.table.arrays;
    s.bytesReceived[session] = (s.bytesReceived[session] ?? 0) + (l.requestBytes[leg] ?? 0);
    const upstreamConnection = s.upstreamConnection[session] ?? 0;
    const init = this.#newLeg;
    // The two legs know each other by their numbers.
    init.clientContext = leg;
    init.request = l.request[leg] ?? 0;
    init.requestBytes = l.requestBytes[leg] ?? 0;
    init.marks = l.marks[leg] ?? 0;
    init.requestId = l.requestId[leg] ?? 0;
    init.traceId = l.traceId[leg] ?? 0;
    init.parentSpan = l.parentSpan[leg] ?? 0;
    const relayed = this.#exchanges.create(upstreamConnection, init);
    l.serverContext[leg] = relayed;
    s.exchanges[session] = (s.exchanges[session] ?? 0) + 1;
    s.idleSinceNs[session] = this.#kernel.nowNs;
    const server = c.serverProcess[upstreamConnection] ?? 0;
    const inside = c.pathToServer[upstreamConnection] === LOOPBACK && roleOf(server) === ROLE_APPLICATION;
    if (inside) this.#exchanges.sendNow(relayed);
    else this.#exchanges.send(relayed);
  }

  /** The answer to relayed bytes. */
  handleResponse(relayed: number): void {
    const l = this.#network.legs.arrays;
    const c = this.#network.connections.arrays;
    const leg = l.clientContext[relayed] ?? NONE;
    const session = c.clientWaiter[l.connection[relayed] ?? 0] ?? NONE;
    const s = this.#sessions.table.arrays;
    if (session !== NONE) {
      s.bytesSent[session] = (s.bytesSent[session] ?? 0) + (l.responseBytes[relayed] ?? 0);
      s.answers[session] = (s.answers[session] ?? 0) + 1;
      s.idleSinceNs[session] = this.#kernel.nowNs;
    }
    const connection = l.connection[leg] ?? 0;
    const response = l.response[relayed] ?? NONE;
    const bytes = l.responseBytes[relayed] ?? 0;
    // The server's wish to close is the server's wish of both connections.
    if (c.draining[l.connection[relayed] ?? 0] === 1) c.draining[connection] = 1;
    if (c.pathToClient[connection] === LOOPBACK)
      this.#exchanges.respondNow(leg, response, bytes, l.marks[relayed] ?? 0);
    else this.#exchanges.respond(leg, response, bytes, l.marks[relayed] ?? 0);
  }

  /** A relayed leg was reset with its connection, which takes the downstream connection along. */
  handleReset(relayed: number): void {
    const l = this.#network.legs.arrays;
    const leg = l.clientContext[relayed] ?? NONE;
    if (leg !== NONE) l.serverContext[leg] = NONE;
  }

  /** The downstream client gave a leg up; the bytes are on their way all the same. */
  drop(leg: number): void {
    const l = this.#network.legs.arrays;
    const relayed = l.serverContext[leg] ?? NONE;
    if (relayed >= 0) l.clientContext[relayed] = NONE;
  }

  /** The downstream connection is gone. */
  handleDownstreamClosed(connection: number): void {
    const c = this.#network.connections.arrays;
    const session = c.serverSession[connection] ?? NONE;
    if (session === NONE) return;
    c.serverSession[connection] = NONE;
    this.#sessions.table.arrays.connection[session] = NONE;
    this.#finish(session);
  }

  /** The upstream connection is gone: the downstream one follows. */
  handleUpstreamClosed(connection: number): void {
    const session = this.#network.connections.arrays.clientWaiter[connection] ?? NONE;
    if (session === NONE) return;
    this.#network.connections.arrays.clientWaiter[connection] = NONE;
    const s = this.#sessions.table.arrays;
    const upstream = s.upstream[session] ?? NONE;
    if (upstream !== NONE) {
      this.#pools.releaseStream(upstream, true);
      this.#upstream.releaseTry(upstream);
      s.upstream[session] = NONE;
    }
    s.upstreamConnection[session] = NONE;
    this.#closeDownstream(session);
    this.#finish(session);
  }

  /** Flags alone say why: a relayed connection has no response whose code could have details. */
  #close(session: number, flag: number): void {
    this.#sessions.addFlag(session, flag);
    this.#closeDownstream(session);
    this.#finish(session);
  }

  #closeDownstream(session: number): void {
    const s = this.#sessions.table.arrays;
    const connection = s.connection[session] ?? NONE;
    if (connection === NONE) return;
    s.connection[session] = NONE;
    const c = this.#network.connections.arrays;
    c.serverSession[connection] = NONE;
    // A connection that is still being accepted cannot be closed: it closes with the first bytes.
    if (c.serverAccepted[connection] === 1) this.#connections.closeByServer(connection);
    else c.doomed[connection] = 1;
  }

  #finish(session: number): void {
    const s = this.#sessions.table.arrays;
    for (const timer of [s.idleTimer[session] ?? NO_EVENT, s.durationTimer[session] ?? NO_EVENT]) {
      if (timer !== NO_EVENT) this.#kernel.cancel(timer);
    }
    const upstream = s.upstream[session] ?? NONE;
    if (upstream !== NONE) this.#letGo(session, upstream);
    assertDefined(this.#reporter, 'the TCP proxies have no reporter yet').sessionFinished(session);
    const number = s.cluster[session] ?? NONE;
    this.#sessions.release(session);
    if (number === NONE) return;
    const cluster = this.#clusters.get(number);
    cluster.streams -= 1;
    this.#clusters.releaseIfDone(cluster);
  }

  #letGo(session: number, upstream: number): void {
    const s = this.#sessions.table.arrays;
    const t = this.#upstream.tries.arrays;
    const connection = s.upstreamConnection[session] ?? NONE;
    if (connection !== NONE) this.#network.connections.arrays.clientWaiter[connection] = NONE;
    if (t.state[upstream] === TRY_PENDING) this.#pools.cancel(upstream);
    else if (t.state[upstream] === TRY_ATTACHED) this.#pools.releaseStream(upstream, true);
    this.#upstream.releaseTry(upstream);
    s.upstream[session] = NONE;
  }

  // envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc Filter::onNewConnection
  #armDurationTimer(session: number): void {
    const durationNs = this.chainOf(session).tcpProxy?.maxDownstreamConnectionDurationNs;
    if (durationNs === undefined) return;
    const dueNs = this.#kernel.nowNs + durationNs;
    const generation = this.#sessions.table.generationOf(session);
    this.#sessions.table.arrays.durationTimer[session] = this.#kernel.at(
      dueNs,
      PRIORITY_TRAFFIC,
      EVENT_TCP_DURATION,
      session,
      generation,
      0,
    );
  }

  // envoyproxy/envoy source/common/tcp_proxy/tcp_proxy.cc Filter::onMaxDownstreamConnectionDuration
  handleDuration(session: number, generation: number): void {
    if (!this.#sessions.isCurrent(session, generation)) return;
    this.#sessions.table.arrays.durationTimer[session] = NO_EVENT;
    this.#close(session, ResponseFlag.DurationTimeout);
  }

  #armIdleTimer(session: number): void {
    const timeoutNs = this.chainOf(session).tcpProxy?.idleTimeoutNs ?? 0;
    if (timeoutNs === 0) return;
    const s = this.#sessions.table.arrays;
    const dueNs = (s.idleSinceNs[session] ?? 0) + timeoutNs;
    const generation = this.#sessions.table.generationOf(session);
    s.idleTimer[session] = this.#kernel.at(
      Math.max(dueNs, this.#kernel.nowNs),
      PRIORITY_TRAFFIC,
      EVENT_TCP_IDLE_TIMEOUT,
      session,
      generation,
      0,
    );
  }

  handleIdleTimeout(session: number, generation: number): void {
    if (!this.#sessions.isCurrent(session, generation)) return;
    const s = this.#sessions.table.arrays;
    s.idleTimer[session] = NO_EVENT;
    const timeoutNs = this.chainOf(session).tcpProxy?.idleTimeoutNs ?? 0;
    if ((s.idleSinceNs[session] ?? 0) + timeoutNs > this.#kernel.nowNs) {
      this.#armIdleTimer(session);
      return;
    }
    this.#closeDownstream(session);
    this.#finish(session);
  }
}
