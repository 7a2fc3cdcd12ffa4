import type { Ns } from '../../base';
import {
  EVENT_CANCEL_ARRIVES,
  EVENT_REQUEST_ARRIVES,
  EVENT_RESET_ARRIVES,
  EVENT_RESPONSE_ARRIVES,
  type MessageTable,
  PRIORITY_TRAFFIC,
} from '../core';
import type { Kernel } from '../kernel';
import type { Flights } from '../telemetry';
import type { Connections } from './connections';
import { MAX_RETRANSMISSIONS, type Paths, RETRANSMISSION_TIMEOUT_NS, retransmissionTimeoutNs } from './paths';
import {
  LOOPBACK,
  MARK_CUT_OFF,
  MARK_DENIED,
  MARK_MIRROR,
  MARK_RETRY,
  type NetworkTables,
  NONE,
  PAYLOAD_TCP,
  PHASE_ABANDONED,
  PHASE_DELIVERED,
  PHASE_NEW,
  PHASE_REQUEST_IN_FLIGHT,
  PHASE_RESPONSE_IN_FLIGHT,
  PHASE_SERVING,
} from './tables';

/** Indices into `OUTCOMES`. */
export const OUTCOME_SUCCESS = 0;
export const OUTCOME_RETRY = 1;
export const OUTCOME_FAILURE = 2;
export const OUTCOME_DENIED = 3;
export const OUTCOME_TCP = 4;
export const OUTCOME_MIRRORED = 5;

const DIRECTION_REQUEST = 0;
const DIRECTION_RESPONSE = 1;

/** What an exchange is made of when it starts. */
export interface NewLeg {
  clientContext: number;
  request: number;
  requestBytes: number;
  attempt: number;
  marks: number;
  requestId: number;
  traceId: number;
  parentSpan: number;
}

/** A record that a sender fills in anew for each exchange, instead of making one each time. */
export function blankLeg(): NewLeg {
  return {
    clientContext: 0,
    request: 0,
    requestBytes: 0,
    attempt: 1,
    marks: 0,
    requestId: 0,
    traceId: 0,
    parentSpan: 0,
  };
}

/**
 * Moves requests and responses over connections: one event per message. The time that the receiving process takes to pass the
 * message on is part of the journey, so that a hop costs no event of its own.
 */
export class Exchanges {
  readonly #kernel: Kernel;
  readonly #tables: NetworkTables;
  readonly #connections: Connections;
  readonly #paths: Paths;
  readonly #messages: MessageTable;
  readonly #flights: Flights;

  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(
    kernel: Kernel,
    tables: NetworkTables,
    connections: Connections,
    paths: Paths,
    messages: MessageTable,
    flights: Flights,
  ) {
    this.#kernel = kernel;
    this.#tables = tables;
    this.#connections = connections;
    this.#paths = paths;
    this.#messages = messages;
    this.#flights = flights;
  }

  /** Starts an exchange on an open connection. `send` puts the request on its way. */
  create(connection: number, init: NewLeg): number {
    const leg = this.#tables.allocateLeg(connection);
    const l = this.#tables.legs.arrays;
    l.clientContext[leg] = init.clientContext;
    l.request[leg] = init.request;
    l.requestBytes[leg] = init.requestBytes;
    l.attempt[leg] = init.attempt;
    l.marks[leg] = init.marks;
    l.requestId[leg] = init.requestId;
    l.traceId[leg] = init.traceId;
    l.parentSpan[leg] = init.parentSpan;
    return leg;
  }

  /** Sends the request; it arrives by an event. */
  send(leg: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const path = c.pathToServer[connection] ?? LOOPBACK;
    const server = c.serverProcess[connection] ?? 0;
    const networkNs = path === LOOPBACK ? 0 : this.#paths.delayNs(path);
    const { nowNs } = this.#kernel;
    if (path !== LOOPBACK && this.#flights.recording) {
      const outcome = this.#requestOutcome(leg, connection);
      const id = l.requestId[leg] ?? 0;
      this.#flights.add(c.edge[connection] ?? 0, nowNs, nowNs + networkNs, outcome, DIRECTION_REQUEST, id);
    }
    l.phase[leg] = PHASE_REQUEST_IN_FLIGHT;
    const delayNs = networkNs + this.#connections.party(server).passNs(server);
    c.lastServerArrivalNs[connection] = Math.max(c.lastServerArrivalNs[connection] ?? 0, nowNs + delayNs);
    this.#kernel.after(delayNs, PRIORITY_TRAFFIC, EVENT_REQUEST_ARRIVES, leg, this.#tables.legs.generationOf(leg), 0);
  }

  /** Hands the request over inside a pod at once. Only at the end of what the caller has to do. */
  sendNow(leg: number): void {
    this.#tables.legs.arrays.phase[leg] = PHASE_REQUEST_IN_FLIGHT;
    this.#deliverRequest(leg);
  }

  #requestOutcome(leg: number, connection: number): number {
    const marks = this.#tables.legs.arrays.marks[leg] ?? 0;
    if ((marks & MARK_MIRROR) !== 0) return OUTCOME_MIRRORED;
    if ((marks & MARK_RETRY) !== 0) return OUTCOME_RETRY;
    return this.#tables.connections.arrays.payload[connection] === PAYLOAD_TCP ? OUTCOME_TCP : OUTCOME_SUCCESS;
  }

  #isCurrent(leg: number, generation: number): boolean {
    return this.#tables.legs.isCurrent(leg, generation);
  }

  handleRequestArrives(leg: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(leg, generation)) return;
    const connection = this.#tables.legs.arrays.connection[leg] ?? 0;
    const path = this.#tables.connections.arrays.pathToServer[connection] ?? LOOPBACK;
    if (this.#connections.isLost(path)) {
      this.#resend(EVENT_REQUEST_ARRIVES, leg, attempt);
      return;
    }
    this.#deliverRequest(leg);
  }

  #deliverRequest(leg: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    if (c.serverClosed[connection] === 1) {
      // The news that the server is gone is on its way to the client.
      l.phase[leg] = PHASE_ABANDONED;
      if (l.clientContext[leg] === NONE) this.#release(leg);
      return;
    }
    l.phase[leg] = PHASE_SERVING;
    if (c.doomed[connection] === 1) {
      this.#connections.party(c.serverProcess[connection] ?? 0).forgetServedConnection(connection);
      this.#connections.closeByServer(connection);
      return;
    }
    this.#connections.party(c.serverProcess[connection] ?? 0).serveRequest(leg);
  }

  /** The packet fell into a partition: it is sent again, or the connection is given up after too many times. */
  #resend(kind: number, leg: number, attempt: number): void {
    const l = this.#tables.legs.arrays;
    const connection = l.connection[leg] ?? 0;
    if (attempt < MAX_RETRANSMISSIONS) {
      const timeoutNs = retransmissionTimeoutNs(RETRANSMISSION_TIMEOUT_NS, attempt);
      this.#kernel.after(timeoutNs, PRIORITY_TRAFFIC, kind, leg, this.#tables.legs.generationOf(leg), attempt + 1);
    } else if (kind === EVENT_RESPONSE_ARRIVES || kind === EVENT_RESET_ARRIVES) {
      this.#abandon(leg);
    } else {
      this.#connections.failAtClient(connection);
    }
  }

  /** The answer is lost for good; only the client's own timeouts can help it. */
  #abandon(leg: number): void {
    const l = this.#tables.legs.arrays;
    l.phase[leg] = PHASE_ABANDONED;
    if (l.clientContext[leg] === NONE) this.#release(leg);
  }

  #release(leg: number): void {
    const connection = this.#tables.legs.arrays.connection[leg] ?? 0;
    this.#tables.releaseLeg(leg);
    this.#connections.releaseIfDone(connection);
  }

  /** The server answers. The leg is the network's from here on. */
  respond(leg: number, response: number, responseBytes: number, marks: number): void {
    const networkNs = this.#beginResponse(leg, response, responseBytes, marks);
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const client = c.clientProcess[connection] ?? 0;
    const delayNs = networkNs + this.#connections.party(client).passNs(client);
    const arrivalNs = this.#kernel.nowNs + delayNs;
    c.lastClientArrivalNs[connection] = Math.max(c.lastClientArrivalNs[connection] ?? 0, arrivalNs);
    this.#kernel.after(delayNs, PRIORITY_TRAFFIC, EVENT_RESPONSE_ARRIVES, leg, this.#tables.legs.generationOf(leg), 0);
  }

  /** Hands the response over inside a pod at once. Only at the end of what the caller has to do. */
  respondNow(leg: number, response: number, responseBytes: number, marks: number): void {
    this.#beginResponse(leg, response, responseBytes, marks);
    this.#deliverResponse(leg);
  }

  #beginResponse(leg: number, response: number, responseBytes: number, marks: number): Ns {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const path = c.pathToClient[connection] ?? LOOPBACK;
    const networkNs = path === LOOPBACK ? 0 : this.#paths.delayNs(path);
    l.phase[leg] = PHASE_RESPONSE_IN_FLIGHT;
    l.serverContext[leg] = NONE;
    l.response[leg] = response;
    l.responseBytes[leg] = responseBytes;
    l.marks[leg] = (l.marks[leg] ?? 0) | marks;
    if (path !== LOOPBACK && this.#flights.recording) {
      const { nowNs } = this.#kernel;
      const outcome = this.#responseOutcome(leg, connection);
      const id = l.requestId[leg] ?? 0;
      this.#flights.add(c.edge[connection] ?? 0, nowNs, nowNs + networkNs, outcome, DIRECTION_RESPONSE, id);
    }
    return networkNs;
  }

  #responseOutcome(leg: number, connection: number): number {
    const l = this.#tables.legs.arrays;
    const marks = l.marks[leg] ?? 0;
    if ((marks & MARK_MIRROR) !== 0) return OUTCOME_MIRRORED;
    if ((marks & MARK_DENIED) !== 0) return OUTCOME_DENIED;
    const response = l.response[leg] ?? NONE;
    if (this.#tables.connections.arrays.payload[connection] === PAYLOAD_TCP) return OUTCOME_TCP;
    const isFailure = (marks & MARK_CUT_OFF) !== 0 || this.#messages.isFailure(response);
    return isFailure ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
  }

  handleResponseArrives(leg: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(leg, generation)) return;
    const connection = this.#tables.legs.arrays.connection[leg] ?? 0;
    const path = this.#tables.connections.arrays.pathToClient[connection] ?? LOOPBACK;
    if (this.#connections.isLost(path)) {
      this.#resend(EVENT_RESPONSE_ARRIVES, leg, attempt);
      return;
    }
    this.#deliverResponse(leg);
  }

  #deliverResponse(leg: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    l.phase[leg] = PHASE_DELIVERED;
    if (l.clientContext[leg] !== NONE) {
      this.#connections.party(c.clientProcess[connection] ?? 0).handleResponse(leg);
    }
    this.#release(leg);
  }

  /** The server resets one stream of a multiplexed connection. */
  resetByServer(leg: number, reason: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const path = c.pathToClient[connection] ?? LOOPBACK;
    const delayNs = path === LOOPBACK ? 0 : this.#paths.delayNs(path);
    l.phase[leg] = PHASE_RESPONSE_IN_FLIGHT;
    l.serverContext[leg] = NONE;
    l.response[leg] = -1 - reason;
    const arrivalNs = this.#kernel.nowNs + delayNs;
    c.lastClientArrivalNs[connection] = Math.max(c.lastClientArrivalNs[connection] ?? 0, arrivalNs);
    this.#kernel.after(delayNs, PRIORITY_TRAFFIC, EVENT_RESET_ARRIVES, leg, this.#tables.legs.generationOf(leg), 0);
  }

  handleResetArrives(leg: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(leg, generation)) return;
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    if (this.#connections.isLost(c.pathToClient[connection] ?? LOOPBACK)) {
      this.#resend(EVENT_RESET_ARRIVES, leg, attempt);
      return;
    }
    l.phase[leg] = PHASE_DELIVERED;
    if (l.clientContext[leg] !== NONE) {
      const reason = -1 - (l.response[leg] ?? NONE);
      this.#connections.party(c.clientProcess[connection] ?? 0).handleReset(leg, reason);
    }
    this.#release(leg);
  }

  /** The client resets one stream of a multiplexed connection; it has let go of the leg. */
  cancelByClient(leg: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const phase = l.phase[leg] ?? PHASE_NEW;
    l.clientContext[leg] = NONE;
    if (phase === PHASE_NEW || phase === PHASE_ABANDONED) {
      this.#release(leg);
      return;
    }
    if (phase === PHASE_RESPONSE_IN_FLIGHT) return;
    const path = c.pathToServer[connection] ?? LOOPBACK;
    const networkNs = path === LOOPBACK ? 0 : this.#paths.delayNs(path);
    const arrivalNs = Math.max(this.#kernel.nowNs + networkNs, c.lastServerArrivalNs[connection] ?? 0);
    this.#kernel.at(arrivalNs, PRIORITY_TRAFFIC, EVENT_CANCEL_ARRIVES, leg, this.#tables.legs.generationOf(leg), 0);
  }

  handleCancelArrives(leg: number, generation: number, attempt: number): void {
    if (!this.#isCurrent(leg, generation)) return;
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    if (attempt < MAX_RETRANSMISSIONS && this.#connections.isLost(c.pathToServer[connection] ?? LOOPBACK)) {
      this.#resend(EVENT_CANCEL_ARRIVES, leg, attempt);
      return;
    }
    if (l.phase[leg] === PHASE_RESPONSE_IN_FLIGHT) return;
    if (l.phase[leg] === PHASE_SERVING) {
      l.phase[leg] = PHASE_DELIVERED;
      this.#connections.party(c.serverProcess[connection] ?? 0).dropServedLeg(leg);
    }
    this.#release(leg);
  }
}
