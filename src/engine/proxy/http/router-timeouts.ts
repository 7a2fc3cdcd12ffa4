import { NO_EVENT } from '../../kernel';
import { NONE } from '../../network';
import * as counters from '../counters';
import { type LocalReply, maxStreamDurationReply, upstreamTimeoutReply } from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { HostMonitor } from '../upstream/host-monitor';
import { TRY_ATTACHED, type UpstreamTables } from '../upstream/tables';
import { type DecisionSink, reason } from './recorder';
import type { RetryKeeper } from './retry-keeper';
import type { RoutePlan } from './route-plan';
import type { Streams } from './streams';
import type { Tries } from './tries';

/** The router as its timeouts see it. */
export interface TimeoutHost {
  clusterOf(stream: number): ClusterRuntime;
  routePlanOf(stream: number): RoutePlan;
  scheduleRetry(stream: number): void;
  /** Counts a result that the cluster is charged with. */
  charge(cluster: ClusterRuntime, status: number): void;
  /** Ends the stream with a reply, charged to its cluster. */
  abort(stream: number, reply: LocalReply): void;
  /** The same without a charge. */
  reply(stream: number, reply: LocalReply): void;
  /** Whether a try beside the given one (-1: any) may still answer. */
  othersRemain(stream: number, upstream: number): boolean;
}

/** What the timeouts of the router work with. */
export interface RouterTimeoutsParts {
  readonly monitor: HostMonitor;
  readonly manager: { sinkOf(stream: number): DecisionSink | undefined };
  readonly tries: Tries;
  readonly retries: RetryKeeper;
}

/**
 * What happens when a request, or one of its tries, takes too long.
 * envoyproxy/envoy source/common/router/router.cc
 */
export class RouterTimeouts {
  readonly #host: TimeoutHost;
  readonly #streams: Streams;
  readonly #upstream: UpstreamTables;
  readonly #monitor: HostMonitor;
  readonly #manager: RouterTimeoutsParts['manager'];
  readonly #tries: Tries;
  readonly #retries: RetryKeeper;

  constructor(host: TimeoutHost, tables: ProxyTables, parts: RouterTimeoutsParts) {
    this.#host = host;
    this.#streams = tables.streams;
    this.#upstream = tables.upstream;
    this.#monitor = parts.monitor;
    this.#manager = parts.manager;
    this.#tries = parts.tries;
    this.#retries = parts.retries;
  }

  /** The route timeout covers everything and is never retried. */
  // envoyproxy/envoy source/common/router/router.cc Filter::onResponseTimeout
  handleRouteTimeout(stream: number, generation: number): void {
    if (!this.#streams.isCurrent(stream, generation)) return;
    const s = this.#streams.table.arrays;
    s.routeTimer[stream] = NO_EVENT;
    const cluster = this.#host.clusterOf(stream);
    const reply = upstreamTimeoutReply('route', this.#wantsAlternative(stream));
    // Each try is charged for itself; a stream that waits to be retried charges nobody.
    for (let upstream = s.firstTry[stream] ?? NONE; upstream !== NONE; upstream = s.firstTry[stream] ?? NONE) {
      const host = this.#upstream.tries.arrays.host[upstream] ?? 0;
      cluster.count(counters.RQ_TIMEOUT);
      this.#countTimeout(cluster, host, upstream);
      this.#host.charge(cluster, reply.status);
      this.#tries.countHost(host, false);
      this.#tries.reset(stream, upstream);
    }
    this.#manager.sinkOf(stream)?.decide('timeout', 'route', reason('fired'));
    this.#host.reply(stream, reply);
  }

  /** The client asks for 204 instead of 504. */
  // envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders (timeout_response_code_)
  #wantsAlternative(stream: number): boolean {
    return this.#host.routePlanOf(stream).request.headers.has('x-envoy-upstream-rq-timeout-alt-response');
  }

  #countTimeout(cluster: ClusterRuntime, host: number, upstream: number): void {
    const h = this.#upstream.hosts.arrays;
    h.requestsTimeout[host] = (h.requestsTimeout[host] ?? 0) + 1;
    // A try that still waits for a connection has not been kept waiting by its host.
    const t = this.#upstream.tries.arrays;
    if (t.state[upstream] === TRY_ATTACHED && t.timeoutRecorded[upstream] === 0) this.#monitor.timedOut(cluster, host);
  }

  /** The per-try timeout, the per-try idle timeout or the cluster's limit of a stream's duration. */
  // envoyproxy/envoy source/common/router/router.cc Filter::onPerTryTimeoutCommon, onStreamMaxDurationReached
  handleTryTimeout(upstream: number, kind: 'perTry' | 'perTryIdle' | 'maxDuration'): void {
    const t = this.#upstream.tries.arrays;
    const stream = t.subject[upstream] ?? 0;
    const cluster = this.#host.clusterOf(stream);
    const host = t.host[upstream] ?? 0;
    if (kind !== 'maxDuration' && this.#host.routePlanOf(stream).timeouts.hedgeOnPerTryTimeout) {
      this.#hedge(stream, upstream, cluster);
      return;
    }
    if (kind === 'perTry') cluster.count(counters.RQ_PER_TRY_TIMEOUT);
    else if (kind === 'perTryIdle') cluster.count(counters.RQ_PER_TRY_IDLE_TIMEOUT);
    else cluster.count(counters.RQ_MAX_DURATION_REACHED);
    if (kind !== 'maxDuration') this.#countTimeout(cluster, host, upstream);
    this.#tries.countHost(host, false);
    this.#manager.sinkOf(stream)?.decide('timeout', kind, reason('fired'));
    const retried = t.retried[upstream] === 1;
    this.#tries.reset(stream, upstream);
    if (
      !retried &&
      this.#retries.decideOnReset(stream, this.#host.routePlanOf(stream), cluster, 'localReset') === 'yes'
    ) {
      this.#host.scheduleRetry(stream);
      return;
    }
    // The limit of a stream's duration is charged to nobody.
    if (kind === 'maxDuration') this.#host.reply(stream, maxStreamDurationReply(true));
    else this.#host.abort(stream, upstreamTimeoutReply(kind, this.#wantsAlternative(stream)));
  }

  /** A slow try goes on, and another one is made beside it if retries are left. */
  // envoyproxy/envoy source/common/router/router.cc Filter::onSoftPerTryTimeout
  #hedge(stream: number, upstream: number, cluster: ClusterRuntime): void {
    const t = this.#upstream.tries.arrays;
    t.perTryTimer[upstream] = NO_EVENT;
    if (t.retried[upstream] === 1) return;
    this.#monitor.timedOut(cluster, t.host[upstream] ?? 0);
    t.timeoutRecorded[upstream] = 1;
    this.#manager.sinkOf(stream)?.decide('timeout', 'perTry', reason('hedged'));
    if (this.#retries.decideOnSoftTimeout(stream, this.#host.routePlanOf(stream), cluster) !== 'yes') return;
    t.retried[upstream] = 1;
    this.#host.scheduleRetry(stream);
  }
}
