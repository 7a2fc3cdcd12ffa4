import { assertDefined, type Ns } from '../../../base';
import { EVENT_PER_TRY_TIMEOUT, type MessageTable, type TimerLanes } from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import { blankLeg, type Exchanges, MARK_CUT_OFF, type NetworkTables, NONE, PAYLOAD_HTTP1 } from '../../network';
import type { Edges } from '../../telemetry';
import * as counters from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { StreamResetReason } from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { Clusters } from '../upstream/clusters';
import type { Pools } from '../upstream/pools';
import {
  OWNER_ASYNC,
  PROTOCOL_HTTP1,
  PROTOCOL_HTTP2,
  TRY_ATTACHED,
  TRY_PENDING,
  type UpstreamTables,
} from '../upstream/tables';
import type { Streams } from './streams';

/** A request that the proxy makes on its own account. */
export interface AsyncRequest {
  readonly worker: number;
  /** Number of its head. */
  readonly request: number;
  readonly bytes: number;
  readonly requestId: number;
  readonly traceId: number;
  readonly parentSpan: number;
  readonly marks: number;
  readonly timeoutNs: Ns;
  /** Stream that waits for the answer; -1: nobody does. */
  readonly caller: number;
}

/** Told about the end of a call that somebody waits for. */
export interface AsyncCaller {
  /** `response`: number of the response's head, -1 when there was none. */
  callFinished(stream: number, response: number): void;
}

/** What calls of the proxy itself work with. */
export interface AsyncCallsParts {
  readonly clusters: Clusters;
  readonly pools: Pools;
}

const GATEWAY_TIMEOUT = 504;
const SERVICE_UNAVAILABLE = 503;

/**
 * Requests of the proxy itself: copies for mirroring, and calls of filters. One try each, bounded by a timeout, charged to their cluster.
 * envoyproxy/envoy source/common/http/async_client_impl.cc
 */
export class AsyncCalls {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;
  readonly #exchanges: Exchanges;
  readonly #messages: MessageTable;
  readonly #edges: Edges;
  readonly #upstream: UpstreamTables;
  readonly #streams: Streams;
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  #caller: AsyncCaller | undefined;
  readonly #newLeg = blankLeg();

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: AsyncCallsParts) {
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
    this.#exchanges = environment.exchanges;
    this.#messages = environment.messages;
    this.#edges = environment.edges;
    this.#upstream = tables.upstream;
    this.#streams = tables.streams;
    this.#clusters = parts.clusters;
    this.#pools = parts.pools;
  }

  bind(caller: AsyncCaller): void {
    this.#caller = caller;
  }

  /** Sends a request to a host of a cluster. A waiting caller is told within the call where it fails at once. */
  start(cluster: ClusterRuntime, call: AsyncRequest): void {
    const host = cluster.anyHost(call.worker, this.#kernel.nowNs);
    if (host === NONE) {
      cluster.count(counters.CX_NONE_HEALTHY);
      cluster.count(counters.RQ_COMPLETED);
      cluster.countStatus(SERVICE_UNAVAILABLE);
      this.#tell(call.caller, NONE);
      return;
    }
    const protocol = cluster.cluster.source.httpProtocol.protocol === 'http2' ? PROTOCOL_HTTP2 : PROTOCOL_HTTP1;
    const pool = this.#pools.poolFor(cluster, host, call.worker, 0, protocol, undefined);
    if (pool === NONE) {
      this.#tell(call.caller, NONE);
      return;
    }
    const upstream = this.#upstream.allocateTry(OWNER_ASYNC, cluster.number, 1);
    const t = this.#upstream.tries.arrays;
    t.host[upstream] = host;
    t.request[upstream] = call.request;
    t.requestBytes[upstream] = call.bytes;
    t.requestId[upstream] = call.requestId;
    t.traceId[upstream] = call.traceId;
    t.span[upstream] = call.parentSpan;
    t.marks[upstream] = call.marks;
    t.caller[upstream] = call.caller;
    t.startNs[upstream] = this.#kernel.nowNs;
    if (call.caller !== NONE) this.#streams.table.arrays.call[call.caller] = upstream;
    cluster.streams += 1;
    const edge = this.#clusters.edgeOf(cluster, host, call.request);
    if (edge !== NONE) this.#edges.countAttempt(edge);
    if (call.timeoutNs > 0) {
      const generation = this.#upstream.tries.generationOf(upstream);
      t.perTryTimer[upstream] = this.#lanes.start(call.timeoutNs, EVENT_PER_TRY_TIMEOUT, upstream, generation, 0);
    }
    this.#pools.newStream(pool, upstream);
  }

  handlePoolReady(upstream: number, connection: number): void {
    const t = this.#upstream.tries.arrays;
    const init = this.#newLeg;
    init.clientContext = upstream;
    init.request = t.request[upstream] ?? 0;
    init.requestBytes = t.requestBytes[upstream] ?? 0;
    init.requestId = t.requestId[upstream] ?? 0;
    init.traceId = t.traceId[upstream] ?? 0;
    init.parentSpan = t.span[upstream] ?? 0;
    init.marks = t.marks[upstream] ?? 0;
    const leg = this.#exchanges.create(connection, init);
    t.leg[upstream] = leg;
    this.#exchanges.send(leg);
  }

  handlePoolFailure(upstream: number): void {
    this.#finish(upstream, SERVICE_UNAVAILABLE, NONE);
  }

  handleResponse(leg: number): void {
    const l = this.#network.legs.arrays;
    const upstream = l.clientContext[leg] ?? 0;
    const response = l.response[leg] ?? NONE;
    const isCutOff = ((l.marks[leg] ?? 0) & MARK_CUT_OFF) !== 0;
    if (isCutOff) this.#pools.handleCutOff(upstream);
    else this.#pools.releaseStream(upstream, false);
    this.#finish(upstream, this.#messages.status(response), isCutOff ? NONE : response);
  }

  handleReset(leg: number, failure: StreamResetReason): void {
    const upstream = this.#network.legs.arrays.clientContext[leg] ?? 0;
    const cluster = this.#clusters.get(this.#upstream.tries.arrays.subject[upstream] ?? 0);
    const connection = this.#network.legs.arrays.connection[leg] ?? 0;
    if (failure !== 'connectionTermination') cluster.count(counters.RQ_RX_RESET);
    else if (this.#network.connections.arrays.activeStreams[connection] === 1) {
      cluster.count(counters.CX_DESTROY_WITH_ACTIVE_RQ);
      cluster.count(counters.CX_DESTROY_REMOTE_WITH_ACTIVE_RQ);
    }
    this.#pools.releaseStream(upstream, true);
    this.#finish(upstream, SERVICE_UNAVAILABLE, NONE);
  }

  handleTimeout(upstream: number): void {
    this.#clusters.get(this.#upstream.tries.arrays.subject[upstream] ?? 0).count(counters.RQ_TIMEOUT);
    this.#letGo(upstream);
    this.#finish(upstream, GATEWAY_TIMEOUT, NONE);
  }

  /** Gives a call up, with whatever it holds; its caller, if there is one, is not told. */
  cancel(upstream: number): void {
    const t = this.#upstream.tries.arrays;
    const caller = t.caller[upstream] ?? NONE;
    if (caller !== NONE) this.#streams.table.arrays.call[caller] = NONE;
    t.caller[upstream] = NONE;
    this.#letGo(upstream);
    this.#finish(upstream, GATEWAY_TIMEOUT, NONE);
  }

  #letGo(upstream: number): void {
    const t = this.#upstream.tries.arrays;
    if (t.state[upstream] === TRY_PENDING) this.#pools.cancel(upstream);
    else if (t.state[upstream] === TRY_ATTACHED) {
      const connection = t.connection[upstream] ?? 0;
      const single = this.#network.connections.arrays.payload[connection] === PAYLOAD_HTTP1;
      const leg = t.leg[upstream] ?? NONE;
      if (!single && leg !== NONE) this.#exchanges.cancelByClient(leg);
      this.#pools.releaseStream(upstream, single);
    }
  }

  #finish(upstream: number, status: number, response: number): void {
    const t = this.#upstream.tries.arrays;
    const cluster = this.#clusters.get(t.subject[upstream] ?? 0);
    const caller = t.caller[upstream] ?? NONE;
    const timer = t.perTryTimer[upstream] ?? NO_EVENT;
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
    cluster.count(counters.RQ_COMPLETED);
    cluster.countStatus(status);
    const edge = this.#clusters.edgeOf(cluster, t.host[upstream] ?? 0, t.request[upstream] ?? 0);
    if (edge !== NONE) this.#edges.complete(edge, status, this.#kernel.nowNs - (t.startNs[upstream] ?? 0));
    cluster.streams -= 1;
    this.#upstream.releaseTry(upstream);
    this.#clusters.releaseIfDone(cluster);
    this.#tell(caller, response);
  }

  #tell(caller: number, response: number): void {
    if (caller === NONE) return;
    this.#streams.table.arrays.call[caller] = NONE;
    assertDefined(this.#caller, 'the calls have no caller yet').callFinished(caller, response);
  }
}
