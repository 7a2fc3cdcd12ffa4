import { assert, Columns, type ColumnsState } from '../../base';

/** What a connection carries inside of any TLS of the proxies. */
export const PAYLOAD_HTTP1 = 0;
export const PAYLOAD_HTTP2 = 1;
export const PAYLOAD_TCP = 2;

export const CONNECTION_CONNECTING = 0;
export const CONNECTION_OPEN = 1;

/** A path number for connections inside one pod: no delay, no faults. */
export const LOOPBACK = -1;
export const NONE = -1;

const CONNECTION_COLUMNS = {
  clientProcess: 'i32',
  serverProcess: 'i32',
  /** Address that the client dialled, as a number of the address table. */
  address: 'i32',
  state: 'u8',
  payload: 'u8',
  /** The client's application speaks TLS itself: whoever is in between sees bytes. */
  innerTls: 'u8',
  /** Server name that the application's TLS asks for, as a number of the string table; -1 = none. */
  serverName: 'i32',
  /** TLS context number of the client's transport socket, or -1. */
  clientTls: 'i32',
  /** The handshake proved both ends to each other. */
  mutualTls: 'u8',
  clientClosed: 'u8',
  serverClosed: 'u8',
  serverAccepted: 'u8',
  /** The server closes as soon as the first bytes arrive. */
  doomed: 'u8',
  /** The server finishes what it has and then closes. */
  draining: 'u8',
  /** The same, before the client knows: it learns it with the next response. */
  serverDraining: 'u8',
  connectOutcome: 'u8',
  /** Number of a text of the string table: why the transport failed, or -1. */
  failureText: 'i32',
  /** What the client counts for a failed handshake: its position among the counters of failures, from 1; 0 = nothing. */
  tlsFailure: 'u8',
  pathToServer: 'i32',
  pathToClient: 'i32',
  lastServerArrivalNs: 'f64',
  lastClientArrivalNs: 'f64',
  openedAtNs: 'f64',
  /** Pool of the client that the connection belongs to. */
  clientPool: 'i32',
  /** Client-side list link: idle connections of an application, ready connections of a proxy's pool. */
  nextReady: 'i32',
  previousReady: 'i32',
  /** Whether the connection is in its pool's list. */
  ready: 'u8',
  /** Whoever waits for the connection on the client side: a frame of an application, a TCP session of a proxy; or -1. */
  clientWaiter: 'i32',
  activeStreams: 'i32',
  remainingStreams: 'i32',
  /** Since when the client's side has no streams. */
  idleSinceNs: 'f64',
  clientTimer: 'f64',
  serverTimer: 'f64',
  clientWorker: 'u8',
  serverWorker: 'u8',
  /** Server side of a proxy: configuration, filter chain and class of the connection; -1 for applications. */
  serverConfig: 'i32',
  serverChain: 'i32',
  serverClass: 'i32',
  serverStreams: 'i32',
  serverSession: 'i32',
  serverRequests: 'i32',
  serverIdleSinceNs: 'f64',
  edge: 'i32',
  firstLeg: 'i32',
  legCount: 'i32',
} as const;

export const PHASE_NEW = 0;
export const PHASE_REQUEST_IN_FLIGHT = 1;
export const PHASE_SERVING = 2;
export const PHASE_RESPONSE_IN_FLIGHT = 3;
export const PHASE_ABANDONED = 4;
/** A party is being told about it; it is released afterwards. */
export const PHASE_DELIVERED = 5;

/** Marks of a leg, as bits. */
export const MARK_DENIED = 1;
export const MARK_MIRROR = 2;
export const MARK_RETRY = 4;
export const MARK_RECORDED = 8;
/** Of a response: its headers came, then its stream was reset or its connection ended. Over HTTP/1.1 the client closes. */
export const MARK_CUT_OFF = 16;

const LEG_COLUMNS = {
  phase: 'u8',
  marks: 'u8',
  connection: 'i32',
  /** What the client keeps for the exchange; -1 when the client has given it up. */
  clientContext: 'i32',
  /** What the server keeps for it; -1 when it serves nothing. */
  serverContext: 'i32',
  request: 'i32',
  requestBytes: 'f64',
  response: 'i32',
  responseBytes: 'f64',
  attempt: 'i32',
  requestId: 'f64',
  traceId: 'f64',
  parentSpan: 'f64',
  nextLeg: 'i32',
  previousLeg: 'i32',
} as const;

/** Plain-data state of {@link NetworkTables}. */
export interface NetworkTablesState {
  readonly connections: ColumnsState;
  readonly legs: ColumnsState;
}

/**
 * Connections and legs. A leg is one request and its response between the two processes of a connection; every leg is linked
 * into the list of its connection until both ends have let go of it.
 */
export class NetworkTables {
  readonly connections = new Columns(CONNECTION_COLUMNS, 256);
  readonly legs = new Columns(LEG_COLUMNS, 256);

  allocateConnection(): number {
    const connection = this.connections.allocate();
    const c = this.connections.arrays;
    c.state[connection] = CONNECTION_CONNECTING;
    c.innerTls[connection] = 0;
    c.serverName[connection] = NONE;
    c.clientTls[connection] = NONE;
    c.mutualTls[connection] = 0;
    c.clientClosed[connection] = 0;
    c.serverClosed[connection] = 0;
    c.serverAccepted[connection] = 0;
    c.doomed[connection] = 0;
    c.draining[connection] = 0;
    c.serverDraining[connection] = 0;
    c.connectOutcome[connection] = 0;
    c.failureText[connection] = NONE;
    c.tlsFailure[connection] = 0;
    c.lastServerArrivalNs[connection] = 0;
    c.lastClientArrivalNs[connection] = 0;
    c.nextReady[connection] = NONE;
    c.previousReady[connection] = NONE;
    c.ready[connection] = 0;
    c.clientWaiter[connection] = NONE;
    c.activeStreams[connection] = 0;
    c.remainingStreams[connection] = 0;
    c.idleSinceNs[connection] = 0;
    c.clientTimer[connection] = 0;
    c.serverTimer[connection] = 0;
    c.clientWorker[connection] = 0;
    c.serverWorker[connection] = 0;
    c.serverConfig[connection] = NONE;
    c.serverChain[connection] = NONE;
    c.serverClass[connection] = NONE;
    c.serverStreams[connection] = 0;
    c.serverSession[connection] = NONE;
    c.serverRequests[connection] = 0;
    c.serverIdleSinceNs[connection] = 0;
    c.firstLeg[connection] = NONE;
    c.legCount[connection] = 0;
    return connection;
  }

  releaseConnection(connection: number): void {
    const c = this.connections.arrays;
    assert(c.legCount[connection] === 0, 'a released connection still has legs');
    this.connections.release(connection);
  }

  /** Takes a leg and links it to its connection. */
  allocateLeg(connection: number): number {
    const leg = this.legs.allocate();
    const l = this.legs.arrays;
    const c = this.connections.arrays;
    const first = c.firstLeg[connection] ?? NONE;
    l.phase[leg] = PHASE_NEW;
    l.connection[leg] = connection;
    l.serverContext[leg] = NONE;
    l.response[leg] = NONE;
    l.responseBytes[leg] = 0;
    l.previousLeg[leg] = NONE;
    l.nextLeg[leg] = first;
    if (first !== NONE) l.previousLeg[first] = leg;
    c.firstLeg[connection] = leg;
    c.legCount[connection] = (c.legCount[connection] ?? 0) + 1;
    return leg;
  }

  releaseLeg(leg: number): void {
    const l = this.legs.arrays;
    const c = this.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const next = l.nextLeg[leg] ?? NONE;
    const previous = l.previousLeg[leg] ?? NONE;
    if (previous === NONE) c.firstLeg[connection] = next;
    else l.nextLeg[previous] = next;
    if (next !== NONE) l.previousLeg[next] = previous;
    c.legCount[connection] = (c.legCount[connection] ?? 0) - 1;
    this.legs.release(leg);
  }

  save(): NetworkTablesState {
    return { connections: this.connections.save(), legs: this.legs.save() };
  }

  restore(state: NetworkTablesState): void {
    this.connections.restore(state.connections);
    this.legs.restore(state.legs);
  }
}
