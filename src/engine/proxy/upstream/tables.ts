import { Columns, type ColumnsState } from '../../../base';
import { NONE } from '../../network';

/** Protocols of pools. */
export const PROTOCOL_HTTP1 = 0;
export const PROTOCOL_HTTP2 = 1;
export const PROTOCOL_TCP = 2;

const HOST_COLUMNS = {
  cluster: 'i32',
  /** Position in the cluster's host table now; -1 once it was removed from it. */
  index: 'i32',
  /** `address:port` as a number of the address table. */
  address: 'i32',
  activeRequests: 'i32',
  activeConnections: 'i32',
  pools: 'i32',
  requestsTotal: 'f64',
  requestsSuccess: 'f64',
  requestsError: 'f64',
  requestsTimeout: 'f64',
  connectionsTotal: 'f64',
  connectFailures: 'f64',
  /** Edges to the host by protocol, -1 until first used. */
  edgeHttp: 'i32',
  edgeGrpc: 'i32',
  edgeTcp: 'i32',
} as const;

const POOL_COLUMNS = {
  cluster: 'i32',
  host: 'i32',
  worker: 'u8',
  priority: 'u8',
  protocol: 'u8',
  /** The host left or the cluster was replaced: no new connections, and those that fall idle close. */
  draining: 'u8',
  /** Number of the TLS context of its connections, -1 = plaintext. */
  tls: 'i32',
  readyHead: 'i32',
  connections: 'i32',
  connectingCapacity: 'i32',
  activeStreams: 'i32',
  pendingHead: 'i32',
  pendingTail: 'i32',
  pendingCount: 'i32',
  /** Waiting streams take freed connections in the next turn of the event loop. */
  turnScheduled: 'u8',
} as const;

/** States of an upstream request. */
export const TRY_PENDING = 0;
export const TRY_ATTACHED = 1;
export const TRY_DONE = 2;

/** Who owns an upstream request. */
export const OWNER_STREAM = 0;
export const OWNER_TCP_SESSION = 1;
/** The proxy itself: mirroring, calls of filters. */
export const OWNER_ASYNC = 2;

const TRY_COLUMNS = {
  owner: 'u8',
  /** Stream or TCP session that it belongs to. */
  subject: 'i32',
  state: 'u8',
  pool: 'i32',
  host: 'i32',
  connection: 'i32',
  leg: 'i32',
  attempt: 'i32',
  /** Head that goes upstream, -1 for bytes without one. */
  request: 'i32',
  /** TLS of the application itself that a TCP proxy passes on as bytes, and its server name. */
  innerTls: 'u8',
  /** What a relayed connection carries, for the connection behind it. */
  payload: 'u8',
  serverName: 'i32',
  startNs: 'f64',
  perTryTimer: 'f64',
  idleTimer: 'f64',
  durationTimer: 'f64',
  nextPending: 'i32',
  previousPending: 'i32',
  /** Other tries of the same stream (hedging). */
  nextTry: 'i32',
  /** Another try was started because this one took too long; it still may answer. */
  retried: 'u8',
  /** Outlier detection knows that this one took too long. */
  timeoutRecorded: 'u8',
  span: 'f64',
  /** Stream that waits for a call of the proxy's own, -1 = none. */
  caller: 'i32',
  marks: 'u8',
  /** Only for calls of the proxy's own, which have no stream to read them from. */
  requestBytes: 'f64',
  requestId: 'f64',
  traceId: 'f64',
} as const;

/** Plain-data state of {@link UpstreamTables}. */
export interface UpstreamTablesState {
  readonly hosts: ColumnsState;
  readonly pools: ColumnsState;
  readonly tries: ColumnsState;
}

/** Hosts, connection pools and upstream requests ("tries") of all proxies. */
export class UpstreamTables {
  readonly hosts = new Columns(HOST_COLUMNS, 64);
  readonly pools = new Columns(POOL_COLUMNS, 64);
  readonly tries = new Columns(TRY_COLUMNS, 128);

  allocateHost(cluster: number, index: number, address: number): number {
    const host = this.hosts.allocate();
    const h = this.hosts.arrays;
    h.cluster[host] = cluster;
    h.index[host] = index;
    h.address[host] = address;
    h.activeRequests[host] = 0;
    h.activeConnections[host] = 0;
    h.pools[host] = 0;
    h.requestsTotal[host] = 0;
    h.requestsSuccess[host] = 0;
    h.requestsError[host] = 0;
    h.requestsTimeout[host] = 0;
    h.connectionsTotal[host] = 0;
    h.connectFailures[host] = 0;
    h.edgeHttp[host] = NONE;
    h.edgeGrpc[host] = NONE;
    h.edgeTcp[host] = NONE;
    return host;
  }

  allocatePool(cluster: number, host: number): number {
    const pool = this.pools.allocate();
    const p = this.pools.arrays;
    p.cluster[pool] = cluster;
    p.host[pool] = host;
    p.draining[pool] = 0;
    p.readyHead[pool] = NONE;
    p.connections[pool] = 0;
    p.connectingCapacity[pool] = 0;
    p.activeStreams[pool] = 0;
    p.pendingHead[pool] = NONE;
    p.pendingTail[pool] = NONE;
    p.pendingCount[pool] = 0;
    p.turnScheduled[pool] = 0;
    const h = this.hosts.arrays;
    h.pools[host] = (h.pools[host] ?? 0) + 1;
    return pool;
  }

  allocateTry(owner: number, subject: number, attempt: number): number {
    const upstream = this.tries.allocate();
    const t = this.tries.arrays;
    t.owner[upstream] = owner;
    t.subject[upstream] = subject;
    t.state[upstream] = TRY_PENDING;
    t.pool[upstream] = NONE;
    t.host[upstream] = NONE;
    t.connection[upstream] = NONE;
    t.leg[upstream] = NONE;
    t.attempt[upstream] = attempt;
    t.request[upstream] = NONE;
    t.innerTls[upstream] = 0;
    t.payload[upstream] = 0;
    t.serverName[upstream] = NONE;
    t.perTryTimer[upstream] = 0;
    t.idleTimer[upstream] = 0;
    t.durationTimer[upstream] = 0;
    t.nextPending[upstream] = NONE;
    t.previousPending[upstream] = NONE;
    t.nextTry[upstream] = NONE;
    t.retried[upstream] = 0;
    t.timeoutRecorded[upstream] = 0;
    t.span[upstream] = 0;
    t.caller[upstream] = NONE;
    t.marks[upstream] = 0;
    t.requestBytes[upstream] = 0;
    t.requestId[upstream] = 0;
    t.traceId[upstream] = 0;
    return upstream;
  }

  releaseTry(upstream: number): void {
    this.tries.release(upstream);
  }

  save(): UpstreamTablesState {
    return { hosts: this.hosts.save(), pools: this.pools.save(), tries: this.tries.save() };
  }

  restore(state: UpstreamTablesState): void {
    this.hosts.restore(state.hosts);
    this.pools.restore(state.pools);
    this.tries.restore(state.tries);
  }
}
