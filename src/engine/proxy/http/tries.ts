import {
  EVENT_PER_TRY_IDLE_TIMEOUT,
  EVENT_PER_TRY_TIMEOUT,
  EVENT_UPSTREAM_MAX_DURATION,
  type TimerLanes,
} from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import { type Exchanges, type NetworkTables, NONE, PAYLOAD_HTTP1, PAYLOAD_HTTP2 } from '../../network';
import * as counters from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { Clusters } from '../upstream/clusters';
import type { Pools } from '../upstream/pools';
import { TRY_ATTACHED, TRY_PENDING, type UpstreamTables } from '../upstream/tables';
import type { RequestPlan } from './request-plan';
import type { RoutePlan } from './route-plan';
import type { Streams } from './streams';

/** Told about every try. */
export interface TryReporter {
  /** Identifier of the span that the upstream's spans belong to. */
  tryStarted(stream: number, inbound: boolean): number;
  /** `status` is 0 when there was no response. */
  tryFinished(stream: number, upstream: number, status: number, plan: RequestPlan): void;
}

/** What tries work with. */
export interface TriesParts {
  readonly clusters: Clusters;
  readonly pools: Pools;
  readonly manager: { planOf(stream: number): RequestPlan };
  readonly reporter: TryReporter;
}

/**
 * The tries of streams: their clocks, and how they end.
 * envoyproxy/envoy source/common/router/upstream_request.cc
 */
export class Tries {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;
  readonly #exchanges: Exchanges;
  readonly #streams: Streams;
  readonly #upstream: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  readonly #manager: TriesParts['manager'];
  readonly #reporter: TryReporter;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: TriesParts) {
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
    this.#exchanges = environment.exchanges;
    this.#streams = tables.streams;
    this.#upstream = tables.upstream;
    this.#clusters = parts.clusters;
    this.#pools = parts.pools;
    this.#manager = parts.manager;
    this.#reporter = parts.reporter;
  }

  /** The clocks of a try start when it has a connection. */
  arm(upstream: number, plan: RoutePlan, cluster: ClusterRuntime): void {
    const t = this.#upstream.tries.arrays;
    const generation = this.#upstream.tries.generationOf(upstream);
    const { perTryTimeoutNs, perTryIdleTimeoutNs } = plan.timeouts;
    const maxDurationNs = cluster.cluster.source.httpProtocol.maxStreamDurationNs ?? 0;
    if (perTryTimeoutNs > 0) {
      t.perTryTimer[upstream] = this.#lanes.start(perTryTimeoutNs, EVENT_PER_TRY_TIMEOUT, upstream, generation, 0);
    }
    if (perTryIdleTimeoutNs > 0) {
      t.idleTimer[upstream] = this.#lanes.start(
        perTryIdleTimeoutNs,
        EVENT_PER_TRY_IDLE_TIMEOUT,
        upstream,
        generation,
        0,
      );
    }
    if (maxDurationNs > 0) {
      t.durationTimer[upstream] = this.#lanes.start(
        maxDurationNs,
        EVENT_UPSTREAM_MAX_DURATION,
        upstream,
        generation,
        0,
      );
    }
  }

  #stopTimers(upstream: number): void {
    const t = this.#upstream.tries.arrays;
    this.#stop(t.perTryTimer[upstream] ?? NO_EVENT);
    this.#stop(t.idleTimer[upstream] ?? NO_EVENT);
    this.#stop(t.durationTimer[upstream] ?? NO_EVENT);
  }

  #stop(timer: number): void {
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
  }

  /** Takes a try off its stream and gives it back. What it held upstream must have been let go before. */
  release(stream: number, upstream: number, status: number): void {
    this.detach(stream, upstream, status);
    this.#upstream.releaseTry(upstream);
  }

  /** Takes a try off its stream while it still holds its connection. */
  detach(stream: number, upstream: number, status: number): void {
    this.#reporter.tryFinished(stream, upstream, status, this.#manager.planOf(stream));
    const s = this.#streams.table.arrays;
    const t = this.#upstream.tries.arrays;
    this.#stopTimers(upstream);
    let previous = NONE;
    for (let other = s.firstTry[stream] ?? NONE; other !== upstream; other = t.nextTry[other] ?? NONE) previous = other;
    const next = t.nextTry[upstream] ?? NONE;
    if (previous === NONE) s.firstTry[stream] = next;
    else t.nextTry[previous] = next;
  }

  /** Lets a connection go. What is still to come of the response ends with it, over HTTP/2 with its stream. */
  letGo(cluster: ClusterRuntime, upstream: number, hasMore: boolean): void {
    const connection = this.#upstream.tries.arrays.connection[upstream] ?? 0;
    const isShared = this.#network.connections.arrays.payload[connection] === PAYLOAD_HTTP2;
    if (hasMore && isShared) cluster.count(counters.RQ_TX_RESET);
    this.#pools.releaseStream(upstream, hasMore);
  }

  /** Resets a try that has no response yet. An HTTP/1.1 connection does not survive that. */
  // envoyproxy/envoy source/common/router/upstream_request.cc UpstreamRequest::resetStream
  reset(stream: number, upstream: number): void {
    const t = this.#upstream.tries.arrays;
    if (t.state[upstream] === TRY_PENDING) this.#pools.cancel(upstream);
    else if (t.state[upstream] === TRY_ATTACHED) {
      const connection = t.connection[upstream] ?? 0;
      if (this.#network.connections.arrays.payload[connection] === PAYLOAD_HTTP1)
        this.#pools.releaseStream(upstream, true);
      else {
        this.#clusters.get(this.#streams.table.arrays.cluster[stream] ?? 0).count(counters.RQ_TX_RESET);
        const leg = t.leg[upstream] ?? NONE;
        if (leg !== NONE) this.#exchanges.cancelByClient(leg);
        this.#pools.releaseStream(upstream, false);
      }
    }
    this.release(stream, upstream, 0);
  }

  countHost(host: number, success: boolean): void {
    const h = this.#upstream.hosts.arrays;
    if (success) h.requestsSuccess[host] = (h.requestsSuccess[host] ?? 0) + 1;
    else h.requestsError[host] = (h.requestsError[host] ?? 0) + 1;
  }
}
