import { assert, NS_PER_MS, type Ns } from '../../base';
import { EVENT_CALL_FAILED, EVENT_CALL_TIMEOUT, type MessageTable, PRIORITY_TRAFFIC, type TimerLanes } from '../core';
import { type EventHandle, type Kernel, NO_EVENT } from '../kernel';
import {
  blankLeg,
  CONNECTION_OPEN,
  type Connections,
  type Exchanges,
  MARK_CUT_OFF,
  MARK_DENIED,
  MARK_RECORDED,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
} from '../network';
import type { Decisions, Edges } from '../telemetry';
import { type ClientPools, DIAL_UNKNOWN_HOST } from './client-pools';
import type { CompiledCall, WorkloadRegistry } from './compiled-application';
import { FRAME_TASK, type Frames } from './frames';

/** Told when the call of a frame is over. `response` is -1 when there was none. */
export interface CallOwner {
  callFinished(frame: number, call: number, response: number): void;
}

/** Time that a resolver takes to deny a name, or the host to refuse where nobody listens: never zero, so that callers cannot spin. */
const LOCAL_FAILURE_NS: Ns = NS_PER_MS;

/** The client side of applications and loads: sends the request of a frame and tells its owner how it ended. */
export class Calls {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #tables: NetworkTables;
  readonly #connections: Connections;
  readonly #exchanges: Exchanges;
  readonly #frames: Frames;
  readonly #pools: ClientPools;
  readonly #registry: WorkloadRegistry;
  readonly #messages: MessageTable;
  readonly #edges: Edges;
  readonly #decisions: Decisions;
  readonly #newLeg = blankLeg();
  #owner: CallOwner | undefined;
  /** Number of calls ever made: the last request identifier. */
  #lastRequestId = 0;

  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(
    kernel: Kernel,
    lanes: TimerLanes,
    tables: NetworkTables,
    connections: Connections,
    exchanges: Exchanges,
    frames: Frames,
    pools: ClientPools,
    registry: WorkloadRegistry,
    messages: MessageTable,
    edges: Edges,
    decisions: Decisions,
  ) {
    this.#decisions = decisions;
    this.#kernel = kernel;
    this.#lanes = lanes;
    this.#tables = tables;
    this.#connections = connections;
    this.#exchanges = exchanges;
    this.#frames = frames;
    this.#pools = pools;
    this.#registry = registry;
    this.#messages = messages;
    this.#edges = edges;
  }

  bind(owner: CallOwner): void {
    this.#owner = owner;
  }

  /** Calls made so far. */
  get lastRequestId(): number {
    return this.#lastRequestId;
  }

  /** Sends the frame's call. It ends later, by an event, never within this method. Returns the request's identifier. */
  start(frame: number, callNumber: number, request: number): number {
    const f = this.#frames.table.arrays;
    const call = this.#registry.call(callNumber);
    const id = this.#lastRequestId + 1;
    this.#lastRequestId = id;
    assert(f.call[frame] === NONE, 'a frame makes one call at a time');
    const pool = this.#pools.poolFor(f.pod[frame] ?? 0, call.destination);
    f.call[frame] = callNumber;
    f.callRequest[frame] = request;
    f.callRequestId[frame] = id;
    f.callTraceId[frame] = f.kind[frame] === FRAME_TASK && call.propagatesTrace ? (f.traceId[frame] ?? id) : id;
    f.callStartNs[frame] = this.#kernel.nowNs;
    if (this.#decisions.wants(id)) f.callMarks[frame] = (f.callMarks[frame] ?? 0) | MARK_RECORDED;
    if (((f.callMarks[frame] ?? 0) & MARK_RECORDED) !== 0) this.#decisions.start(id, this.#kernel.nowNs);
    f.callPool[frame] = pool;
    f.callTimer[frame] =
      call.timeoutNs > 0
        ? this.#lanes.start(call.timeoutNs, EVENT_CALL_TIMEOUT, frame, this.#frames.generation(frame), 0)
        : NO_EVENT;
    const idle = this.#pools.takeIdle(pool);
    if (idle !== NONE) this.#send(frame, idle, call);
    else this.#open(frame, pool, call);
    return id;
  }

  #open(frame: number, number: number, call: CompiledCall): void {
    const pool = this.#pools.pool(number);
    const c = this.#tables.connections.arrays;
    if (pool.shared !== NONE && c.state[pool.shared] === CONNECTION_OPEN && c.draining[pool.shared] === 0) {
      this.#send(frame, pool.shared, call);
      return;
    }
    const multiplexed = call.model.protocol === 'http2' || call.model.protocol === 'grpc';
    if (pool.shared === NONE || !multiplexed || c.draining[pool.shared] === 1) {
      const connection = this.#pools.dial(number);
      this.#recordDial(frame, call, connection);
      if (connection < 0) {
        this.#failSoon(frame);
        return;
      }
      if (multiplexed) pool.shared = connection;
      if (c.state[connection] === CONNECTION_OPEN) {
        this.#send(frame, connection, call);
        return;
      }
      this.#edges.addConnections(c.edge[connection] ?? 0, 1);
      this.#frames.table.arrays.callConnection[frame] = connection;
      if (!multiplexed) {
        c.clientWaiter[connection] = frame;
        return;
      }
    }
    this.#wait(frame, number);
  }

  #recordDial(frame: number, call: CompiledCall, connection: number): void {
    const f = this.#frames.table.arrays;
    if (((f.callMarks[frame] ?? 0) & MARK_RECORDED) === 0) return;
    const chosen = connection < 0 ? '' : this.#pools.addressOf(connection);
    this.#decisions.add(f.callRequestId[frame] ?? 0, {
      atNs: this.#kernel.nowNs,
      proxy: this.#pools.podName(f.callPool[frame] ?? 0),
      stage: 'dns',
      chosen,
      reason: {
        code: connection === DIAL_UNKNOWN_HOST ? 'unknownHost' : connection < 0 ? 'refused' : 'dialled',
        values: { host: call.model.host, port: call.model.port },
      },
      rejected: [],
    });
  }

  #wait(frame: number, number: number): void {
    const pool = this.#pools.pool(number);
    const f = this.#frames.table.arrays;
    f.callConnection[frame] = pool.shared;
    f.nextWaiting[frame] = NONE;
    if (pool.waitingTail === NONE) pool.waitingHead = frame;
    else f.nextWaiting[pool.waitingTail] = frame;
    pool.waitingTail = frame;
  }

  #stopWaiting(frame: number, number: number): void {
    const pool = this.#pools.pool(number);
    const f = this.#frames.table.arrays;
    let previous = NONE;
    for (let other = pool.waitingHead; other !== NONE; other = f.nextWaiting[other] ?? NONE) {
      if (other === frame) {
        const next = f.nextWaiting[frame] ?? NONE;
        if (previous === NONE) pool.waitingHead = next;
        else f.nextWaiting[previous] = next;
        if (pool.waitingTail === frame) pool.waitingTail = previous;
        return;
      }
      previous = other;
    }
  }

  #failSoon(frame: number): void {
    const generation = this.#frames.generation(frame);
    this.#kernel.after(LOCAL_FAILURE_NS, PRIORITY_TRAFFIC, EVENT_CALL_FAILED, frame, generation, 0);
  }

  #send(frame: number, connection: number, call: CompiledCall): void {
    const f = this.#frames.table.arrays;
    const init = this.#newLeg;
    init.clientContext = frame;
    init.request = f.callRequest[frame] ?? 0;
    init.requestBytes = call.model.bodyBytes;
    init.marks = (f.callMarks[frame] ?? 0) & MARK_RECORDED;
    init.requestId = f.callRequestId[frame] ?? 0;
    init.traceId = f.callTraceId[frame] ?? 0;
    init.parentSpan = init.traceId === f.traceId[frame] ? (f.span[frame] ?? 0) : 0;
    const leg = this.#exchanges.create(connection, init);
    f.callConnection[frame] = connection;
    f.callLeg[frame] = leg;
    const c = this.#tables.connections.arrays;
    c.activeStreams[connection] = (c.activeStreams[connection] ?? 0) + 1;
    if (this.#pools.isDirect(connection)) this.#edges.countAttempt(c.edge[connection] ?? 0);
    this.#exchanges.send(leg);
  }

  handleConnected(connection: number): void {
    const c = this.#tables.connections.arrays;
    const pool = this.#pools.pool(c.clientPool[connection] ?? 0);
    if (c.payload[connection] !== PAYLOAD_HTTP2) {
      const frame = c.clientWaiter[connection] ?? NONE;
      c.clientWaiter[connection] = NONE;
      if (frame === NONE) this.#pools.giveIdle(connection);
      else this.#send(frame, connection, this.#callOf(frame));
      return;
    }
    for (let frame = pool.waitingHead; frame !== NONE; frame = pool.waitingHead) {
      this.#popWaiting(pool);
      this.#send(frame, connection, this.#callOf(frame));
    }
  }

  #popWaiting(pool: { waitingHead: number; waitingTail: number }): void {
    pool.waitingHead = this.#frames.table.arrays.nextWaiting[pool.waitingHead] ?? NONE;
    if (pool.waitingHead === NONE) pool.waitingTail = NONE;
  }

  #callOf(frame: number): CompiledCall {
    return this.#registry.call(this.#frames.table.arrays.call[frame] ?? 0);
  }

  handleConnectFailure(connection: number): void {
    const c = this.#tables.connections.arrays;
    const pool = this.#pools.pool(c.clientPool[connection] ?? 0);
    this.#edges.addConnections(c.edge[connection] ?? 0, -1);
    this.#edges.countAttempt(c.edge[connection] ?? 0);
    if (c.payload[connection] !== PAYLOAD_HTTP2) {
      const frame = c.clientWaiter[connection] ?? NONE;
      c.clientWaiter[connection] = NONE;
      if (frame !== NONE) this.#finish(frame, NONE);
      return;
    }
    if (pool.shared === connection) pool.shared = NONE;
    // Those who start waiting while these fail wait for another connection.
    const last = pool.waitingTail;
    for (let frame = pool.waitingHead; frame !== NONE; frame = pool.waitingHead) {
      this.#popWaiting(pool);
      this.#finish(frame, NONE);
      if (frame === last) break;
    }
  }

  /** A response arrived for a frame's call. */
  handleResponse(leg: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const frame = l.clientContext[leg] ?? 0;
    const response = l.response[leg] ?? NONE;
    const f = this.#frames.table.arrays;
    f.callLeg[frame] = NONE;
    const marks = l.marks[leg] ?? 0;
    f.callMarks[frame] = (f.callMarks[frame] ?? 0) | marks;
    if (this.#pools.isDirect(connection)) {
      this.#edges.countBytes(c.edge[connection] ?? 0, l.requestBytes[leg] ?? 0, l.responseBytes[leg] ?? 0);
      if ((marks & MARK_DENIED) !== 0) this.#edges.countDenied(c.edge[connection] ?? 0);
    }
    const isCutOff = (marks & MARK_CUT_OFF) !== 0;
    if (isCutOff && c.payload[connection] !== PAYLOAD_HTTP2) c.draining[connection] = 1;
    this.#settleConnection(connection);
    this.#finish(frame, isCutOff ? NONE : response);
  }

  /** After an exchange: keeps the connection for the next one where the protocol allows it. */
  #settleConnection(connection: number): void {
    const c = this.#tables.connections.arrays;
    c.activeStreams[connection] = (c.activeStreams[connection] ?? 0) - 1;
    const payload = c.payload[connection] ?? 0;
    if (c.clientClosed[connection] === 1) return;
    if (payload === PAYLOAD_HTTP2) {
      if (c.draining[connection] === 1 && (c.activeStreams[connection] ?? 0) === 0) this.#close(connection);
    } else if (payload === PAYLOAD_TCP || c.draining[connection] === 1 || c.serverClosed[connection] === 1) {
      this.#close(connection);
    } else {
      this.#pools.giveIdle(connection);
    }
  }

  #close(connection: number): void {
    this.#forget(connection);
    this.#connections.closeByClient(connection);
  }

  /** Takes a connection out of its pool and of the count of its edge. */
  #forget(connection: number): void {
    const c = this.#tables.connections.arrays;
    const pool = this.#pools.pool(c.clientPool[connection] ?? 0);
    this.#pools.unlinkIdle(connection);
    if (pool.shared === connection) pool.shared = NONE;
    if (this.#pools.isDirect(connection)) this.#edges.addConnections(c.edge[connection] ?? 0, -1);
  }

  handleReset(leg: number): void {
    const l = this.#tables.legs.arrays;
    const c = this.#tables.connections.arrays;
    const frame = l.clientContext[leg] ?? 0;
    const connection = l.connection[leg] ?? 0;
    this.#frames.table.arrays.callLeg[frame] = NONE;
    c.activeStreams[connection] = (c.activeStreams[connection] ?? 0) - 1;
    this.#finish(frame, NONE);
  }

  handleClosedByServer(connection: number): void {
    this.#forget(connection);
  }

  handleCallFailed(frame: number, generation: number): void {
    if (this.#frames.isCurrent(frame, generation)) this.#finish(frame, NONE);
  }

  /** The application's own limit: it gives the call up. An exchange of HTTP/1.1 can only be given up with its connection. */
  handleTimeout(frame: number, generation: number): void {
    if (!this.#frames.isCurrent(frame, generation)) return;
    this.#frames.table.arrays.callTimer[frame] = NO_EVENT;
    this.abort(frame);
    this.#finish(frame, NONE);
  }

  /** Lets go of whatever the frame's call holds. */
  abort(frame: number): void {
    const f = this.#frames.table.arrays;
    const c = this.#tables.connections.arrays;
    const connection = f.callConnection[frame] ?? NONE;
    const leg = f.callLeg[frame] ?? NONE;
    if (connection === NONE) return;
    if (leg === NONE) {
      if (c.payload[connection] === PAYLOAD_HTTP2) this.#stopWaiting(frame, f.callPool[frame] ?? 0);
      else if (c.clientWaiter[connection] === frame) this.#close(connection);
      return;
    }
    f.callLeg[frame] = NONE;
    c.activeStreams[connection] = (c.activeStreams[connection] ?? 0) - 1;
    if (c.payload[connection] === PAYLOAD_HTTP2) this.#exchanges.cancelByClient(leg);
    else this.#close(connection);
  }

  /** The caller is gone: nobody is told how the call ends. */
  abandon(frame: number): void {
    const f = this.#frames.table.arrays;
    if (f.call[frame] === NONE) return;
    this.abort(frame);
    const timer: EventHandle = f.callTimer[frame] ?? NO_EVENT;
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
    f.call[frame] = NONE;
    f.callConnection[frame] = NONE;
    f.callTimer[frame] = NO_EVENT;
  }

  /** Closes a connection of a process that is gone. */
  closeConnection(connection: number): void {
    if (this.#tables.connections.arrays.clientClosed[connection] === 0) this.#close(connection);
  }

  #finish(frame: number, response: number): void {
    const f = this.#frames.table.arrays;
    const timer: EventHandle = f.callTimer[frame] ?? NO_EVENT;
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
    this.#report(frame, response);
    if (((f.callMarks[frame] ?? 0) & MARK_RECORDED) !== 0) {
      this.#decisions.finish(f.callRequestId[frame] ?? 0, this.#messages.status(response), this.#kernel.nowNs);
    }
    f.callMarks[frame] = 0;
    const call = f.call[frame] ?? 0;
    f.call[frame] = NONE;
    f.callConnection[frame] = NONE;
    f.callTimer[frame] = NO_EVENT;
    const owner = this.#owner;
    assert(owner !== undefined, 'calls have no owner yet');
    owner.callFinished(frame, call, response);
  }

  /** Counts the call on its edge, unless the sidecar does it. */
  #report(frame: number, response: number): void {
    const f = this.#frames.table.arrays;
    const c = this.#tables.connections.arrays;
    const connection = f.callConnection[frame] ?? NONE;
    let edge = NONE;
    if (connection === NONE) edge = this.#pools.unresolvedEdge(f.callPool[frame] ?? 0);
    else if (this.#pools.isDirect(connection)) edge = c.edge[connection] ?? NONE;
    if (edge === NONE) return;
    const latencyNs = this.#kernel.nowNs - (f.callStartNs[frame] ?? 0);
    this.#edges.complete(edge, this.#messages.status(response), latencyNs);
  }

  save(): number {
    return this.#lastRequestId;
  }

  restore(lastRequestId: number): void {
    this.#lastRequestId = lastRequestId;
  }
}
