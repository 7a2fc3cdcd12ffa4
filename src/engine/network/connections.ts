import { assert, type Ns } from '../../base';
import {
  EVENT_CLOSE_AT_CLIENT,
  EVENT_CLOSE_AT_SERVER,
  EVENT_CONNECT_ARRIVES,
  EVENT_CONNECT_DONE,
  PRIORITY_TRAFFIC,
} from '../core';
import type { Kernel } from '../kernel';
import {
  CONNECT_ACCEPTED,
  CONNECT_REFUSED,
  CONNECT_TIMED_OUT,
  type Party,
  RESET_CONNECTION_TERMINATION,
} from './party';
import {
  MAX_RETRANSMISSIONS,
  MAX_SYN_RETRANSMISSIONS,
  type Paths,
  RETRANSMISSION_TIMEOUT_NS,
  retransmissionTimeoutNs,
  SYN_RETRANSMISSION_TIMEOUT_NS,
} from './paths';
import { podOf, roleOf } from './pods';
import {
  CONNECTION_OPEN,
  LOOPBACK,
  type NetworkTables,
  NONE,
  PHASE_ABANDONED,
  PHASE_DELIVERED,
  PHASE_NEW,
  PHASE_SERVING,
} from './tables';

/** What a client asks for when it opens a connection. */
export interface ConnectRequest {
  readonly clientProcess: number;
  readonly serverProcess: number;
  readonly address: number;
  readonly payload: number;
  readonly innerTls: boolean;
  /** Number of the server name that the application's own TLS asks for; -1 = none. */
  readonly serverName: number;
  readonly clientTls: number;
  readonly clientPool: number;
  readonly clientWorker: number;
  readonly edge: number;
}

/**
 * Opens and closes connections. Opening costs a round trip of the first packets and, with TLS, another one plus the handshake's
 * computing; closing takes one way. Packets into a partition are sent again with growing timeouts until they are given up.
 */
export class Connections {
  readonly #kernel: Kernel;
  readonly #tables: NetworkTables;
  readonly #paths: Paths;
  #parties: readonly [Party, Party] | undefined;
  /** Whether any partition is active; spares the look-up on every arrival. */
  partitions = false;

  constructor(kernel: Kernel, tables: NetworkTables, paths: Paths) {
    this.#kernel = kernel;
    this.#tables = tables;
    this.#paths = paths;
  }

  /** Applications and proxies, to be called before the first connection. */
  bind(applications: Party, proxies: Party): void {
    this.#parties = [applications, proxies];
  }

  party(process: number): Party {
    const parties = this.#parties;
    assert(parties !== undefined, 'the network has no parties yet');
    return roleOf(process) === 0 ? parties[0] : parties[1];
  }

  #client(connection: number): Party {
    return this.party(this.#tables.connections.arrays.clientProcess[connection] ?? 0);
  }

  #server(connection: number): Party {
    return this.party(this.#tables.connections.arrays.serverProcess[connection] ?? 0);
  }

  #create(request: ConnectRequest): number {
    const connection = this.#tables.allocateConnection();
    const c = this.#tables.connections.arrays;
    const client = podOf(request.clientProcess);
    const server = podOf(request.serverProcess);
    c.clientProcess[connection] = request.clientProcess;
    c.serverProcess[connection] = request.serverProcess;
    c.address[connection] = request.address;
    c.payload[connection] = request.payload;
    c.innerTls[connection] = request.innerTls ? 1 : 0;
    c.serverName[connection] = request.serverName;
    c.clientTls[connection] = request.clientTls;
    c.clientPool[connection] = request.clientPool;
    c.clientWorker[connection] = request.clientWorker;
    c.edge[connection] = request.edge;
    c.pathToServer[connection] = client === server ? LOOPBACK : this.#paths.between(client, server);
    c.pathToClient[connection] = client === server ? LOOPBACK : this.#paths.between(server, client);
    c.openedAtNs[connection] = this.#kernel.nowNs;
    return connection;
  }

  /** Opens a connection; the outcome reaches the client's party later, never within the call. */
  open(request: ConnectRequest): number {
    const connection = this.#create(request);
    const c = this.#tables.connections.arrays;
    const delayNs = this.#delayNs(c.pathToServer[connection] ?? LOOPBACK);
    this.#at(delayNs, EVENT_CONNECT_ARRIVES, connection, 0);
    return connection;
  }

  /** Opens a connection to an address where nothing is: no packet ever comes back. */
  openUnanswered(request: ConnectRequest): number {
    return this.#create({ ...request, serverProcess: request.clientProcess });
  }

  /** Opens a connection inside a pod at once: accepted and established, or refused (-1). */
  openNow(request: ConnectRequest): number {
    const connection = this.#create(request);
    const c = this.#tables.connections.arrays;
    assert(c.pathToServer[connection] === LOOPBACK, 'only a connection inside a pod opens at once');
    const outcome = this.#server(connection).accept(connection);
    if (outcome !== CONNECT_ACCEPTED) {
      this.#tables.releaseConnection(connection);
      return NONE;
    }
    c.serverAccepted[connection] = 1;
    c.state[connection] = CONNECTION_OPEN;
    return connection;
  }

  #delayNs(path: number): Ns {
    return path === LOOPBACK ? 0 : this.#paths.delayNs(path);
  }

  #at(delayNs: Ns, kind: number, connection: number, attempt: number): void {
    const generation = this.#tables.connections.generationOf(connection);
    this.#kernel.after(delayNs, PRIORITY_TRAFFIC, kind, connection, generation, attempt);
  }

  #isCurrent(connection: number, generation: number): boolean {
    return this.#tables.connections.isCurrent(connection, generation);
  }

  /** Whether the packet is lost in a partition right now. */
  isLost(path: number): boolean {
    return this.partitions && path !== LOOPBACK && this.#paths.isPartitioned(path);
  }

  handleConnectArrives(connection: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(connection, generation)) return;
    const c = this.#tables.connections.arrays;
    const lost =
      this.isLost(c.pathToServer[connection] ?? LOOPBACK) || this.isLost(c.pathToClient[connection] ?? LOOPBACK);
    if (lost) {
      if (attempt >= MAX_SYN_RETRANSMISSIONS) this.#finishConnect(connection, CONNECT_TIMED_OUT, 0);
      else {
        const timeoutNs = retransmissionTimeoutNs(SYN_RETRANSMISSION_TIMEOUT_NS, attempt);
        this.#at(timeoutNs, EVENT_CONNECT_ARRIVES, connection, attempt + 1);
      }
      return;
    }
    const outcome = this.#server(connection).accept(connection);
    const toClientNs = this.#delayNs(c.pathToClient[connection] ?? LOOPBACK);
    if (outcome === CONNECT_ACCEPTED) c.serverAccepted[connection] = 1;
    // A refusal (RST) comes back before any handshake could start.
    const handshakeNs =
      outcome !== CONNECT_REFUSED && (c.clientTls[connection] !== NONE || c.innerTls[connection] === 1)
        ? this.#handshakeNs(connection)
        : 0;
    this.#finishConnect(connection, outcome, toClientNs + handshakeNs);
  }

  /** envoy: a TLS 1.3 handshake adds one round trip and the computing of both ends. */
  #handshakeNs(connection: number): Ns {
    const c = this.#tables.connections.arrays;
    const roundTripNs =
      this.#delayNs(c.pathToServer[connection] ?? LOOPBACK) + this.#delayNs(c.pathToClient[connection] ?? LOOPBACK);
    return roundTripNs + this.#paths.network.tlsHandshakeNs;
  }

  #finishConnect(connection: number, outcome: number, delayNs: Ns): void {
    const c = this.#tables.connections.arrays;
    c.connectOutcome[connection] = outcome;
    const arrivalNs = this.#kernel.nowNs + delayNs;
    c.lastClientArrivalNs[connection] = arrivalNs;
    this.#at(delayNs, EVENT_CONNECT_DONE, connection, 0);
  }

  handleConnectDone(connection: number, generation: number): void {
    if (!this.#isCurrent(connection, generation)) return;
    const c = this.#tables.connections.arrays;
    // The client gave up meanwhile; its closing is on the way to the server.
    if (c.clientClosed[connection] === 1) return;
    const outcome = c.connectOutcome[connection] ?? CONNECT_REFUSED;
    if (outcome === CONNECT_ACCEPTED) {
      c.state[connection] = CONNECTION_OPEN;
      this.#client(connection).handleConnected(connection);
      return;
    }
    c.clientClosed[connection] = 1;
    c.serverClosed[connection] = 1;
    this.#client(connection).handleConnectFailure(connection, outcome);
    this.#releaseIfDone(connection);
  }

  /** The client closes. It has let go of the connection and of everything on it. */
  closeByClient(connection: number): void {
    const c = this.#tables.connections.arrays;
    if (c.clientClosed[connection] === 1) return;
    c.clientClosed[connection] = 1;
    if (c.serverAccepted[connection] === 0) c.serverClosed[connection] = 1;
    const serverClosed = c.serverClosed[connection] === 1;
    const l = this.#tables.legs.arrays;
    let leg = c.firstLeg[connection] ?? NONE;
    while (leg !== NONE) {
      const next = l.nextLeg[leg] ?? NONE;
      l.clientContext[leg] = NONE;
      const phase = l.phase[leg] ?? PHASE_NEW;
      // Whoever delivers a leg right now, and so caused the closing, releases it.
      const over = serverClosed || phase === PHASE_NEW || phase === PHASE_ABANDONED;
      if (over && phase !== PHASE_DELIVERED) this.#tables.releaseLeg(leg);
      leg = next;
    }
    if (!serverClosed) {
      const arrivalNs = this.#kernel.nowNs + this.#delayNs(c.pathToServer[connection] ?? LOOPBACK);
      const inOrderNs = Math.max(arrivalNs, c.lastServerArrivalNs[connection] ?? 0);
      this.#at(inOrderNs - this.#kernel.nowNs, EVENT_CLOSE_AT_SERVER, connection, 0);
    }
    this.#releaseIfDone(connection);
  }

  /** The server closes. It has let go of the connection and of everything on it. */
  closeByServer(connection: number): void {
    const c = this.#tables.connections.arrays;
    if (c.serverClosed[connection] === 1) return;
    c.serverClosed[connection] = 1;
    const clientClosed = c.clientClosed[connection] === 1;
    const l = this.#tables.legs.arrays;
    let leg = c.firstLeg[connection] ?? NONE;
    while (leg !== NONE) {
      const next = l.nextLeg[leg] ?? NONE;
      l.serverContext[leg] = NONE;
      const phase = l.phase[leg] ?? PHASE_NEW;
      if (clientClosed && phase !== PHASE_DELIVERED) this.#tables.releaseLeg(leg);
      else if (phase === PHASE_SERVING) {
        l.phase[leg] = PHASE_ABANDONED;
        if (l.clientContext[leg] === NONE) this.#tables.releaseLeg(leg);
      }
      leg = next;
    }
    if (!clientClosed) {
      const arrivalNs = this.#kernel.nowNs + this.#delayNs(c.pathToClient[connection] ?? LOOPBACK);
      const inOrderNs = Math.max(arrivalNs, c.lastClientArrivalNs[connection] ?? 0);
      this.#at(inOrderNs - this.#kernel.nowNs, EVENT_CLOSE_AT_CLIENT, connection, 0);
    }
    this.#releaseIfDone(connection);
  }

  handleCloseAtServer(connection: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(connection, generation)) return;
    const c = this.#tables.connections.arrays;
    const path = c.pathToServer[connection] ?? LOOPBACK;
    if (this.#resentClose(EVENT_CLOSE_AT_SERVER, connection, path, attempt)) return;
    if (c.serverClosed[connection] === 1) return;
    c.serverClosed[connection] = 1;
    const server = this.#server(connection);
    const l = this.#tables.legs.arrays;
    for (let leg = c.firstLeg[connection] ?? NONE; leg !== NONE; leg = c.firstLeg[connection] ?? NONE) {
      if (l.phase[leg] === PHASE_SERVING) server.dropServedLeg(leg);
      this.#tables.releaseLeg(leg);
    }
    server.forgetServedConnection(connection);
    this.#releaseIfDone(connection);
  }

  handleCloseAtClient(connection: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(connection, generation)) return;
    const c = this.#tables.connections.arrays;
    const path = c.pathToClient[connection] ?? LOOPBACK;
    if (this.#resentClose(EVENT_CLOSE_AT_CLIENT, connection, path, attempt)) return;
    this.failAtClient(connection);
  }

  /**
   * The client learns that its connection is gone: legs are reset, then the connection is forgotten. Where the server does not
   * know yet (the network lost every retransmission), it gives up at the same moment.
   */
  failAtClient(connection: number): void {
    const c = this.#tables.connections.arrays;
    if (c.clientClosed[connection] === 1) return;
    c.clientClosed[connection] = 1;
    const serverKnows = c.serverClosed[connection] === 1;
    c.serverClosed[connection] = 1;
    const client = this.#client(connection);
    const server = this.#server(connection);
    const l = this.#tables.legs.arrays;
    for (let leg = c.firstLeg[connection] ?? NONE; leg !== NONE; leg = c.firstLeg[connection] ?? NONE) {
      if (l.phase[leg] === PHASE_SERVING) server.dropServedLeg(leg);
      if (l.clientContext[leg] !== NONE) client.handleReset(leg, RESET_CONNECTION_TERMINATION);
      this.#tables.releaseLeg(leg);
    }
    if (!serverKnows) server.forgetServedConnection(connection);
    client.handleClosedByServer(connection);
    this.#releaseIfDone(connection);
  }

  /** Sends the closing again when a partition swallowed it; gives up in the end. */
  #resentClose(kind: number, connection: number, path: number, attempt: number): boolean {
    if (attempt >= MAX_RETRANSMISSIONS || !this.isLost(path)) return false;
    this.#at(retransmissionTimeoutNs(RETRANSMISSION_TIMEOUT_NS, attempt), kind, connection, attempt + 1);
    return true;
  }

  #releaseIfDone(connection: number): void {
    const c = this.#tables.connections.arrays;
    if (
      c.clientClosed[connection] === 1 &&
      c.serverClosed[connection] === 1 &&
      c.legCount[connection] === 0 &&
      this.#tables.connections.isLive(connection)
    ) {
      this.#tables.releaseConnection(connection);
    }
  }

  /** To be called after a leg of a closed connection was released elsewhere. */
  releaseIfDone(connection: number): void {
    this.#releaseIfDone(connection);
  }
}
