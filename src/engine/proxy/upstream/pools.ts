import { assert, assertDefined } from '../../../base';
import { EVENT_POOL_READY, PRIORITY_TRAFFIC } from '../../core';
import type { Kernel } from '../../kernel';
import {
  CONNECT_REFUSED,
  CONNECT_TIMED_OUT,
  type Connections,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP1,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  processOf,
  ROLE_PROXY,
} from '../../network';
import type { Edges } from '../../telemetry';
import * as counters from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { StreamResetReason } from '../semantics';
import type { ProxyTables } from '../tables';
import { ClientTimers } from './client-timers';
import {
  type ClusterRuntime,
  RESOURCE_CONNECTIONS,
  RESOURCE_PENDING,
  RESOURCE_POOLS,
  RESOURCE_REQUESTS,
} from './cluster-runtime';
import type { Clusters } from './clusters';
import type { PoolClient } from './pool-client';
import { PoolLists } from './pool-lists';
import {
  PROTOCOL_HTTP1,
  PROTOCOL_HTTP2,
  PROTOCOL_TCP,
  TRY_ATTACHED,
  TRY_DONE,
  TRY_PENDING,
  type UpstreamTables,
} from './tables';

/** envoyproxy/envoy source/common/network/connection_impl.cc ConnectionImpl::onWriteReady */
const REFUSAL = 'delayed connect error: Connection refused';

/** How many connections one new stream may open at most: more than one only with preconnecting. */
const MAX_CONNECTIONS_PER_STREAM = 3;

/**
 * Connection pools, one per worker, host, routing priority and protocol.
 * envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc
 */
export class Pools {
  readonly #kernel: Kernel;
  readonly #network: NetworkTables;
  readonly #connections: Connections;
  readonly #tables: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #edges: Edges;
  readonly #lists: PoolLists;
  readonly #timers: ClientTimers;
  readonly #refusalText: number;
  #client: PoolClient | undefined;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters) {
    this.#kernel = environment.kernel;
    this.#network = environment.network;
    this.#connections = environment.connections;
    this.#tables = tables.upstream;
    this.#clusters = clusters;
    this.#edges = environment.edges;
    this.#lists = new PoolLists(environment.network, tables.upstream);
    this.#timers = new ClientTimers(environment);
    this.#refusalText = environment.strings.numberOf(REFUSAL);
  }

  bind(client: PoolClient): void {
    this.#client = client;
  }

  #owner(): PoolClient {
    return assertDefined(this.#client, 'the pools have no client yet');
  }

  #cluster(pool: number): ClusterRuntime {
    return this.#clusters.get(this.#tables.pools.arrays.cluster[pool] ?? 0);
  }

  /** The pool of a host for one worker, priority and protocol; -1 when the limit of pools is reached. */
  // biome-ignore lint/complexity/useMaxParams: the key of a pool.
  poolFor(
    cluster: ClusterRuntime,
    host: number,
    worker: number,
    priority: number,
    protocol: number,
    alpnOverride: readonly string[] | undefined,
  ): number {
    const key = ((host * 256 + worker) * 2 + priority) * 4 + protocol;
    const known = cluster.pools.get(key);
    if (known !== undefined) return known;
    if (!cluster.canCreate(priority, RESOURCE_POOLS)) {
      cluster.count(counters.CX_POOL_OVERFLOW);
      return NONE;
    }
    cluster.addResource(priority, RESOURCE_POOLS, 1);
    const pool = this.#tables.allocatePool(cluster.number, host);
    const p = this.#tables.pools.arrays;
    p.worker[pool] = worker;
    p.priority[pool] = priority;
    p.protocol[pool] = protocol;
    p.tls[pool] = this.#clusters.tlsOf(cluster, host, protocol, alpnOverride);
    cluster.pools.set(key, pool);
    return pool;
  }

  /**
   * Asks for a connection for an upstream request. The answer may come within the call.
   * envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ConnPoolImplBase::newStreamImpl
   */
  newStream(pool: number, upstream: number): void {
    const p = this.#tables.pools.arrays;
    this.#tables.tries.arrays.pool[upstream] = pool;
    const ready = p.readyHead[pool] ?? NONE;
    if (ready !== NONE) {
      this.#attach(upstream, ready);
      return;
    }
    const cluster = this.#cluster(pool);
    const priority = p.priority[pool] ?? 0;
    if (!cluster.canCreate(priority, RESOURCE_PENDING)) {
      cluster.count(counters.RQ_PENDING_OVERFLOW);
      this.#fail(upstream, 'overflow', NONE);
      return;
    }
    this.#enqueue(pool, upstream, cluster, priority);
    this.#tryCreateConnections(pool);
  }

  // envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ConnPoolImplBase::tryCreateNewConnections
  #tryCreateConnections(pool: number): void {
    const cluster = this.#cluster(pool);
    const priority = this.#tables.pools.arrays.priority[pool] ?? 0;
    for (let i = 0; i < MAX_CONNECTIONS_PER_STREAM && this.#tryCreateConnection(pool, cluster, priority); i++);
  }

  #enqueue(pool: number, upstream: number, cluster: ClusterRuntime, priority: number): void {
    this.#lists.enqueue(pool, upstream);
    cluster.count(counters.RQ_PENDING_TOTAL);
    cluster.addResource(priority, RESOURCE_PENDING, 1);
  }

  #dequeue(pool: number, upstream: number): void {
    this.#lists.dequeue(pool, upstream);
    this.#cluster(pool).addResource(this.#tables.pools.arrays.priority[pool] ?? 0, RESOURCE_PENDING, -1);
  }

  #fail(upstream: number, reason: StreamResetReason, failureText: number): void {
    this.#tables.tries.arrays.state[upstream] = TRY_DONE;
    this.#owner().handlePoolFailure(upstream, reason, failureText);
  }

  // envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ConnPoolImplBase::attachStreamToClient
  #attach(upstream: number, connection: number): void {
    const c = this.#network.connections.arrays;
    const t = this.#tables.tries.arrays;
    const h = this.#tables.hosts.arrays;
    const pool = t.pool[upstream] ?? 0;
    const p = this.#tables.pools.arrays;
    const cluster = this.#cluster(pool);
    const priority = p.priority[pool] ?? 0;
    const isHttp = p.protocol[pool] !== PROTOCOL_TCP;
    if (isHttp && !cluster.canCreate(priority, RESOURCE_REQUESTS)) {
      cluster.count(counters.RQ_ACTIVE_OVERFLOW);
      this.#fail(upstream, 'overflow', NONE);
      return;
    }
    const remaining = (c.remainingStreams[connection] ?? 0) - 1;
    c.remainingStreams[connection] = remaining;
    c.activeStreams[connection] = (c.activeStreams[connection] ?? 0) + 1;
    if (remaining === 0) {
      c.draining[connection] = 1;
      cluster.count(counters.CX_MAX_REQUESTS);
    }
    if (!this.#hasCapacity(connection)) this.#lists.unlinkReady(pool, connection);
    p.activeStreams[pool] = (p.activeStreams[pool] ?? 0) + 1;
    cluster.count(counters.RQ_TOTAL);
    cluster.addResource(priority, RESOURCE_REQUESTS, 1);
    const host = t.host[upstream] ?? 0;
    h.requestsTotal[host] = (h.requestsTotal[host] ?? 0) + 1;
    this.#addActiveRequests(cluster, host, 1);
    t.state[upstream] = TRY_ATTACHED;
    t.connection[upstream] = connection;
    this.#owner().handlePoolReady(upstream, connection);
  }

  #addActiveRequests(cluster: ClusterRuntime, host: number, change: number): void {
    const h = this.#tables.hosts.arrays;
    const active = (h.activeRequests[host] ?? 0) + change;
    h.activeRequests[host] = active;
    const index = h.index[host] ?? NONE;
    if (index !== NONE) cluster.columns.activeRequests[index] = active;
  }

  /** Streams that the connection can take right now. */
  #hasCapacity(connection: number): boolean {
    const c = this.#network.connections.arrays;
    if (c.draining[connection] === 1) return false;
    const pool = c.clientPool[connection] ?? 0;
    if (this.#tables.pools.arrays.protocol[pool] !== PROTOCOL_HTTP2) return (c.activeStreams[connection] ?? 0) === 0;
    return (c.activeStreams[connection] ?? 0) < this.#cluster(pool).cluster.maxConcurrentStreams;
  }

  /**
   * Opens a connection if the waiting streams need one more. A pool without any connection may always open one, even where
   * the circuit breaker is open. envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc tryCreateNewConnection
   */
  #tryCreateConnection(pool: number, cluster: ClusterRuntime, priority: number): boolean {
    const p = this.#tables.pools.arrays;
    if ((p.pendingCount[pool] ?? 0) <= (p.connectingCapacity[pool] ?? 0)) return false;
    const allowed = cluster.canCreate(priority, RESOURCE_CONNECTIONS) && this.#hostAllows(cluster, p.host[pool] ?? 0);
    if (!allowed) {
      cluster.count(counters.CX_OVERFLOW);
      if ((p.connections[pool] ?? 0) > 0) return false;
    }
    this.#createConnection(pool, cluster, priority);
    return true;
  }

  #hostAllows(cluster: ClusterRuntime, host: number): boolean {
    const limit = cluster.cluster.source.circuitBreakers.perHostMaxConnections;
    return limit === undefined || (this.#tables.hosts.arrays.activeConnections[host] ?? 0) < limit;
  }

  #createConnection(pool: number, cluster: ClusterRuntime, priority: number): void {
    const p = this.#tables.pools.arrays;
    const h = this.#tables.hosts.arrays;
    const host = p.host[pool] ?? 0;
    const protocol = p.protocol[pool] ?? PROTOCOL_HTTP1;
    const { process: server, address } = this.#clusters.dial(cluster, host);
    const first = p.pendingHead[pool] ?? NONE;
    const head = first === NONE ? NONE : (this.#tables.tries.arrays.request[first] ?? NONE);
    const request = {
      clientProcess: processOf(cluster.pod, ROLE_PROXY),
      serverProcess: server,
      address,
      payload: this.#payloadOf(protocol, first),
      innerTls: first !== NONE && this.#tables.tries.arrays.innerTls[first] === 1,
      serverName: first === NONE ? NONE : (this.#tables.tries.arrays.serverName[first] ?? NONE),
      clientTls: p.tls[pool] ?? NONE,
      clientPool: pool,
      clientWorker: p.worker[pool] ?? 0,
      edge: this.#clusters.edgeOf(cluster, host, head),
    };
    const connection = server === NONE ? this.#connections.openUnanswered(request) : this.#connections.open(request);
    const c = this.#network.connections.arrays;
    c.remainingStreams[connection] = cluster.cluster.maxRequestsPerConnection;
    p.connections[pool] = (p.connections[pool] ?? 0) + 1;
    p.connectingCapacity[pool] = (p.connectingCapacity[pool] ?? 0) + this.#capacityOf(cluster, protocol);
    h.activeConnections[host] = (h.activeConnections[host] ?? 0) + 1;
    h.connectionsTotal[host] = (h.connectionsTotal[host] ?? 0) + 1;
    cluster.addResource(priority, RESOURCE_CONNECTIONS, 1);
    cluster.count(counters.CX_TOTAL);
    if (protocol === PROTOCOL_HTTP1) cluster.count(counters.CX_HTTP1_TOTAL);
    if (protocol === PROTOCOL_HTTP2) cluster.count(counters.CX_HTTP2_TOTAL);
    if (request.edge !== NONE) this.#edges.addConnections(request.edge, 1);
    this.#timers.startConnect(connection, cluster);
  }

  /** A TCP pool carries what the connection in front of it carries. */
  #payloadOf(protocol: number, first: number): number {
    if (protocol === PROTOCOL_HTTP1) return PAYLOAD_HTTP1;
    if (protocol === PROTOCOL_HTTP2) return PAYLOAD_HTTP2;
    return first === NONE ? PAYLOAD_TCP : (this.#tables.tries.arrays.payload[first] ?? PAYLOAD_TCP);
  }

  #capacityOf(cluster: ClusterRuntime, protocol: number): number {
    return protocol === PROTOCOL_HTTP2 ? cluster.cluster.maxConcurrentStreams : 1;
  }

  /** A connection attempt succeeded: waiting streams take it in the order in which they came. */
  handleConnected(connection: number): void {
    const c = this.#network.connections.arrays;
    const p = this.#tables.pools.arrays;
    const pool = c.clientPool[connection] ?? 0;
    const cluster = this.#cluster(pool);
    const protocol = p.protocol[pool] ?? PROTOCOL_HTTP1;
    this.#timers.stop(connection);
    p.connectingCapacity[pool] = (p.connectingCapacity[pool] ?? 0) - this.#capacityOf(cluster, protocol);
    if (c.clientTls[connection] !== NONE) cluster.count(counters.SSL_HANDSHAKE);
    this.#lists.linkReady(pool, connection);
    this.#serveWaiting(pool);
    if (c.clientClosed[connection] === 0 && (c.activeStreams[connection] ?? 0) === 0)
      this.#timers.rest(connection, cluster);
  }

  /** Waiting streams take ready connections; for those that still wait, further connections are tried. */
  // envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ConnPoolImplBase::onUpstreamReady
  #serveWaiting(pool: number): void {
    const p = this.#tables.pools.arrays;
    for (;;) {
      const upstream = p.pendingHead[pool] ?? NONE;
      const connection = p.readyHead[pool] ?? NONE;
      if (upstream === NONE) return;
      if (connection === NONE) break;
      this.#dequeue(pool, upstream);
      this.#attach(upstream, connection);
    }
    this.#tryCreateConnections(pool);
  }

  handlePoolTurn(pool: number): void {
    if (!this.#tables.pools.isLive(pool)) return;
    this.#tables.pools.arrays.turnScheduled[pool] = 0;
    this.#serveWaiting(pool);
  }

  /** A connection attempt failed, which fails every stream that waits in the pool. */
  // envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ConnPoolImplBase::onConnectionEvent
  handleConnectFailure(connection: number, outcome: number): void {
    const c = this.#network.connections.arrays;
    const pool = c.clientPool[connection] ?? 0;
    const cluster = this.#cluster(pool);
    this.#timers.stop(connection);
    const text = outcome === CONNECT_REFUSED ? this.#refusalText : (c.failureText[connection] ?? NONE);
    cluster.count(counters.CX_DESTROY_REMOTE);
    const reason = outcome === CONNECT_TIMED_OUT ? 'connectionTimeout' : 'remoteConnectionFailure';
    this.#failConnect(connection, pool, reason, text);
  }

  handleConnectTimeout(connection: number, generation: number): void {
    if (!this.#timers.takeDue(connection, generation)) return;
    const pool = this.#network.connections.arrays.clientPool[connection] ?? 0;
    this.#cluster(pool).count(counters.CX_CONNECT_TIMEOUT);
    this.#connections.closeByClient(connection);
    this.#cluster(pool).count(counters.CX_DESTROY_LOCAL);
    this.#failConnect(connection, pool, 'connectionTimeout', NONE);
  }

  #failConnect(connection: number, pool: number, reason: StreamResetReason, failureText: number): void {
    const p = this.#tables.pools.arrays;
    const h = this.#tables.hosts.arrays;
    const cluster = this.#cluster(pool);
    const host = p.host[pool] ?? 0;
    cluster.count(counters.CX_CONNECT_FAIL);
    cluster.count(counters.CX_DESTROY);
    h.connectFailures[host] = (h.connectFailures[host] ?? 0) + 1;
    p.connectingCapacity[pool] =
      (p.connectingCapacity[pool] ?? 0) - this.#capacityOf(cluster, p.protocol[pool] ?? PROTOCOL_HTTP1);
    this.#forget(connection, pool, cluster);
    this.#purgePending(pool, cluster, reason, failureText);
    this.#afterClose(pool, cluster);
  }

  // envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ConnPoolImplBase::purgePendingStreams
  #purgePending(pool: number, cluster: ClusterRuntime, reason: StreamResetReason, failureText: number): void {
    const p = this.#tables.pools.arrays;
    // Those who ask anew while these fail are not among them.
    const last = p.pendingTail[pool] ?? NONE;
    for (let upstream = p.pendingHead[pool] ?? NONE; upstream !== NONE; upstream = p.pendingHead[pool] ?? NONE) {
      this.#dequeue(pool, upstream);
      cluster.count(counters.RQ_PENDING_FAILURE_EJECT);
      this.#fail(upstream, reason, failureText);
      if (upstream === last) return;
    }
  }

  /** Takes a connection that is gone out of the books. */
  #forget(connection: number, pool: number, cluster: ClusterRuntime): void {
    const c = this.#network.connections.arrays;
    cluster.countTlsFailure(c.tlsFailure[connection] ?? 0);
    const p = this.#tables.pools.arrays;
    const h = this.#tables.hosts.arrays;
    const host = p.host[pool] ?? 0;
    this.#lists.unlinkReady(pool, connection);
    this.#timers.stop(connection);
    p.connections[pool] = (p.connections[pool] ?? 0) - 1;
    h.activeConnections[host] = (h.activeConnections[host] ?? 0) - 1;
    cluster.addResource(p.priority[pool] ?? 0, RESOURCE_CONNECTIONS, -1);
    const edge = c.edge[connection] ?? NONE;
    if (edge !== NONE) this.#edges.addConnections(edge, -1);
  }

  /** After a connection is gone: waiting streams may need another one; a draining pool may be done. */
  #afterClose(pool: number, cluster: ClusterRuntime): void {
    const p = this.#tables.pools.arrays;
    const priority = p.priority[pool] ?? 0;
    while (this.#tryCreateConnection(pool, cluster, priority));
    this.releaseIfDone(pool);
  }

  /** A draining pool that holds nothing any more is given back, and with the last one its host and cluster. */
  releaseIfDone(pool: number): void {
    const p = this.#tables.pools.arrays;
    if (!this.#tables.pools.isLive(pool) || p.draining[pool] === 0) return;
    if ((p.connections[pool] ?? 0) > 0 || (p.pendingCount[pool] ?? 0) > 0 || (p.activeStreams[pool] ?? 0) > 0) return;
    const cluster = this.#cluster(pool);
    cluster.addResource(p.priority[pool] ?? 0, RESOURCE_POOLS, -1);
    const host = p.host[pool] ?? 0;
    for (const [key, number] of cluster.pools) if (number === pool) cluster.pools.delete(key);
    this.#tables.pools.release(pool);
    this.#clusters.handlePoolReleased(cluster, host);
  }

  /** The upstream request is over. `closeConnection`: it ended in a way that an HTTP/1.1 connection does not survive. */
  releaseStream(upstream: number, closeConnection: boolean): void {
    const t = this.#tables.tries.arrays;
    if (t.state[upstream] !== TRY_ATTACHED) return;
    const c = this.#network.connections.arrays;
    const p = this.#tables.pools.arrays;
    const pool = t.pool[upstream] ?? 0;
    const connection = t.connection[upstream] ?? 0;
    const cluster = this.#cluster(pool);
    t.state[upstream] = TRY_DONE;
    c.activeStreams[connection] = (c.activeStreams[connection] ?? 0) - 1;
    p.activeStreams[pool] = (p.activeStreams[pool] ?? 0) - 1;
    cluster.addResource(p.priority[pool] ?? 0, RESOURCE_REQUESTS, -1);
    this.#addActiveRequests(cluster, t.host[upstream] ?? 0, -1);
    if (c.clientClosed[connection] === 1) {
      this.releaseIfDone(pool);
      return;
    }
    const protocol = p.protocol[pool] ?? PROTOCOL_HTTP1;
    const draining = c.draining[connection] === 1 || p.draining[pool] === 1 || c.serverClosed[connection] === 1;
    const over =
      protocol === PROTOCOL_HTTP2 ? draining && (c.activeStreams[connection] ?? 0) === 0 : closeConnection || draining;
    if (over || (protocol === PROTOCOL_TCP && closeConnection)) {
      if (closeConnection && protocol === PROTOCOL_HTTP1) {
        cluster.count(counters.CX_DESTROY_WITH_ACTIVE_RQ);
        cluster.count(counters.CX_DESTROY_LOCAL_WITH_ACTIVE_RQ);
      }
      this.close(connection);
      return;
    }
    if (!this.#hasCapacity(connection)) return;
    this.#lists.linkReady(pool, connection);
    this.#offer(pool, connection, cluster);
  }

  /** The response of an upstream request was cut off: over HTTP/2 by a reset of its stream, otherwise by the end of its connection. */
  // envoyproxy/envoy source/common/http/http1/codec_impl.cc ClientConnectionImpl (the end of the connection within a message)
  handleCutOff(upstream: number): void {
    const t = this.#tables.tries.arrays;
    const connection = t.connection[upstream] ?? 0;
    const cluster = this.#cluster(t.pool[upstream] ?? 0);
    if (this.#network.connections.arrays.payload[connection] === PAYLOAD_HTTP2) {
      cluster.count(counters.RQ_RX_RESET);
      this.releaseStream(upstream, false);
      return;
    }
    cluster.count(counters.CX_PROTOCOL_ERROR);
    cluster.count(counters.CX_DESTROY_WITH_ACTIVE_RQ);
    cluster.count(counters.CX_DESTROY_REMOTE_WITH_ACTIVE_RQ);
    this.#connections.closeByClient(connection);
    this.releaseStream(upstream, true);
    this.handleClosedByServer(connection);
  }

  /** A connection has room again. Over HTTP/1.1 the next stream takes it in the next turn of the event loop, over HTTP/2 at once. */
  #offer(pool: number, connection: number, cluster: ClusterRuntime): void {
    const p = this.#tables.pools.arrays;
    if ((p.pendingCount[pool] ?? 0) > 0) {
      if (p.protocol[pool] === PROTOCOL_HTTP2) this.#serveWaiting(pool);
      else if (p.turnScheduled[pool] === 0) {
        p.turnScheduled[pool] = 1;
        this.#kernel.after(0, PRIORITY_TRAFFIC, EVENT_POOL_READY, pool, 0, 0);
      }
    } else if ((this.#network.connections.arrays.activeStreams[connection] ?? 0) === 0) {
      this.#timers.rest(connection, cluster);
    }
  }

  handleIdleTimeout(connection: number, generation: number): void {
    const c = this.#network.connections.arrays;
    if (!this.#timers.takeDue(connection, generation) || c.clientClosed[connection] === 1) return;
    if ((c.activeStreams[connection] ?? 0) > 0) return;
    const cluster = this.#cluster(c.clientPool[connection] ?? 0);
    if (!this.#timers.hasRested(connection, generation, cluster)) return;
    cluster.count(counters.CX_IDLE_TIMEOUT);
    this.close(connection);
  }

  /** The proxy closes one of its upstream connections. Streams on it must have been released. */
  close(connection: number): void {
    const c = this.#network.connections.arrays;
    if (c.clientClosed[connection] === 1) return;
    const pool = c.clientPool[connection] ?? 0;
    const cluster = this.#cluster(pool);
    cluster.count(counters.CX_DESTROY);
    cluster.count(counters.CX_DESTROY_LOCAL);
    this.#forget(connection, pool, cluster);
    this.#connections.closeByClient(connection);
    this.#afterClose(pool, cluster);
  }

  /** The other end closed a connection; its streams have been reset before. */
  handleClosedByServer(connection: number): void {
    const c = this.#network.connections.arrays;
    const pool = c.clientPool[connection] ?? 0;
    const cluster = this.#cluster(pool);
    cluster.count(counters.CX_DESTROY);
    cluster.count(counters.CX_DESTROY_REMOTE);
    this.#forget(connection, pool, cluster);
    this.#afterClose(pool, cluster);
  }

  /** Gives up an upstream request that still waits for a connection; one that connects for nobody closes. */
  cancel(upstream: number): void {
    const t = this.#tables.tries.arrays;
    const pool = t.pool[upstream] ?? NONE;
    if (pool === NONE || t.state[upstream] !== TRY_PENDING) return;
    const cluster = this.#cluster(pool);
    this.#dequeue(pool, upstream);
    t.state[upstream] = TRY_DONE;
    cluster.count(counters.RQ_CANCELLED);
    const p = this.#tables.pools.arrays;
    const excess = (p.connectingCapacity[pool] ?? 0) - (p.pendingCount[pool] ?? 0);
    const protocol = p.protocol[pool] ?? PROTOCOL_HTTP1;
    if (excess >= this.#capacityOf(cluster, protocol) && (p.pendingCount[pool] ?? 0) === 0) {
      this.#closeOneConnecting(pool, cluster);
    }
    this.releaseIfDone(pool);
  }

  #closeOneConnecting(pool: number, cluster: ClusterRuntime): void {
    const connection = this.#lists.findConnecting(pool, processOf(cluster.pod, ROLE_PROXY));
    if (connection === NONE) return;
    const p = this.#tables.pools.arrays;
    p.connectingCapacity[pool] =
      (p.connectingCapacity[pool] ?? 0) - this.#capacityOf(cluster, p.protocol[pool] ?? PROTOCOL_HTTP1);
    cluster.count(counters.CX_DESTROY);
    cluster.count(counters.CX_DESTROY_LOCAL);
    this.#forget(connection, pool, cluster);
    this.#connections.closeByClient(connection);
  }

  /** An idle connection closes now, a busy one after its last stream. */
  drainConnection(connection: number): void {
    const c = this.#network.connections.arrays;
    if ((c.activeStreams[connection] ?? 0) === 0) this.close(connection);
    else {
      c.draining[connection] = 1;
      this.#lists.unlinkReady(c.clientPool[connection] ?? 0, connection);
    }
  }

  /** The host is gone or the cluster was replaced: idle connections close now, busy ones after their last stream. */
  drain(pool: number): void {
    const p = this.#tables.pools.arrays;
    p.draining[pool] = 1;
    for (let connection = p.readyHead[pool] ?? NONE; connection !== NONE; ) {
      const next = this.#network.connections.arrays.nextReady[connection] ?? NONE;
      const idle = (this.#network.connections.arrays.activeStreams[connection] ?? 0) === 0;
      if (idle) this.close(connection);
      connection = this.#tables.pools.isLive(pool) ? next : NONE;
    }
    this.releaseIfDone(pool);
  }

  checkInvariants(): void {
    const p = this.#tables.pools.arrays;
    for (let pool = 0; pool < this.#tables.pools.slots.used; pool++) {
      if (!this.#tables.pools.isLive(pool)) continue;
      assert((p.pendingCount[pool] ?? 0) >= 0 && (p.activeStreams[pool] ?? 0) >= 0, 'a gauge of a pool is negative');
      assert(
        (p.connections[pool] ?? 0) >= 0 && (p.connectingCapacity[pool] ?? 0) >= 0,
        'a gauge of a pool is negative',
      );
      assert(
        p.pendingHead[pool] === NONE || (p.connections[pool] ?? 0) > 0,
        'streams wait for a connection that nobody opens',
      );
    }
  }
}
