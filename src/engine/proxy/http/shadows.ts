import type { Ns } from '../../../base';
import { EVENT_PER_TRY_TIMEOUT, type MessageTable, type TimerLanes } from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import { type Exchanges, MARK_MIRROR, type NetworkTables, type NewLeg, NONE, PAYLOAD_HTTP1 } from '../../network';
import type { Edges } from '../../telemetry';
import type { CompiledConfig } from '../config';
import * as counters from '../counters';
import type { ProxyEnvironment } from '../environment';
import { NO_HOST, type RequestView } from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { Clusters } from '../upstream/clusters';
import type { Pools } from '../upstream/pools';
import {
  OWNER_SHADOW,
  PROTOCOL_HTTP1,
  PROTOCOL_HTTP2,
  TRY_ATTACHED,
  TRY_PENDING,
  type UpstreamTables,
} from '../upstream/tables';
import type { RoutePlan } from './route-plan';

/** The authority of a copy: "-shadow" comes before the port. */
// envoyproxy/envoy source/common/http/async_client_impl.cc, source/common/router/router.cc (shadow host suffix)
function shadowAuthority(authority: string): string {
  const match = /^(.*?)(:\d+)?$/.exec(authority);
  return `${match?.[1] ?? authority}-shadow${match?.[2] ?? ''}`;
}

/** The request that is copied, and where. */
export interface ShadowRequest {
  readonly pod: number;
  readonly worker: number;
  readonly config: CompiledConfig;
  readonly request: number;
  readonly bytes: number;
  readonly requestId: number;
  readonly traceId: number;
  readonly random: number;
  readonly timeoutNs: Ns;
}

/** What mirroring works with. */
export interface ShadowsParts {
  readonly clusters: Clusters;
  readonly pools: Pools;
}

/**
 * Copies of requests to other clusters: sent and forgotten, never retried, bounded by the route's timeout.
 * envoyproxy/envoy source/common/router/shadow_writer_impl.cc
 */
export class Shadows {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;
  readonly #exchanges: Exchanges;
  readonly #messages: MessageTable;
  readonly #edges: Edges;
  readonly #upstream: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  readonly #newLeg: NewLeg = {
    clientContext: 0,
    request: 0,
    requestBytes: 0,
    attempt: 1,
    marks: MARK_MIRROR,
    requestId: 0,
    traceId: 0,
    parentSpan: 0,
  };

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: ShadowsParts) {
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
    this.#exchanges = environment.exchanges;
    this.#messages = environment.messages;
    this.#edges = environment.edges;
    this.#upstream = tables.upstream;
    this.#clusters = parts.clusters;
    this.#pools = parts.pools;
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::maybeDoShadowing
  send(plan: RoutePlan, shadow: ShadowRequest): void {
    const { action } = plan.matched.route;
    if (action.kind !== 'route') return;
    for (const policy of action.route.mirrorPolicies) {
      const fraction = policy.runtimeFraction?.defaultValue;
      if (fraction !== undefined && shadow.random % fraction.denominator >= fraction.numerator) continue;
      const cluster = this.#clusters.byName(shadow.pod, shadow.config, policy.cluster);
      if (cluster === undefined) continue;
      const head = this.#messages.request(shadow.request);
      const view: RequestView = policy.disableShadowHostSuffixAppend
        ? head
        : { ...head, authority: shadowAuthority(head.authority) };
      this.#sendTo(cluster, this.#messages.internRequest(view), shadow);
    }
  }

  #sendTo(cluster: ClusterRuntime, request: number, shadow: ShadowRequest): void {
    const balancer = cluster.balancers[shadow.worker % cluster.balancers.length];
    const index =
      balancer?.chooseHost({
        nowNs: this.#kernel.nowNs,
        hash: undefined,
        metadataMatch: undefined,
        hostSelectionRetryMax: 0,
        rejectHost: undefined,
        previousPriorities: undefined,
        random: cluster.rng,
      }) ?? NO_HOST;
    const host = index === NO_HOST ? NONE : (cluster.hosts[index] ?? NONE);
    if (host === NONE) {
      cluster.count(counters.CX_NONE_HEALTHY);
      return;
    }
    const protocol = cluster.cluster.source.httpProtocol.protocol === 'http2' ? PROTOCOL_HTTP2 : PROTOCOL_HTTP1;
    const pool = this.#pools.poolFor(cluster, host, shadow.worker, 0, protocol, undefined);
    if (pool === NONE) return;
    const upstream = this.#upstream.allocateTry(OWNER_SHADOW, cluster.number, 1);
    const t = this.#upstream.tries.arrays;
    t.host[upstream] = host;
    t.request[upstream] = request;
    t.requestBytes[upstream] = shadow.bytes;
    t.requestId[upstream] = shadow.requestId;
    t.traceId[upstream] = shadow.traceId;
    t.startNs[upstream] = this.#kernel.nowNs;
    cluster.streams += 1;
    const edge = this.#clusters.edgeOf(cluster, host, request);
    if (edge !== NONE) this.#edges.countAttempt(edge);
    if (shadow.timeoutNs > 0) {
      const generation = t.generation[upstream] ?? 0;
      t.perTryTimer[upstream] = this.#lanes.start(shadow.timeoutNs, EVENT_PER_TRY_TIMEOUT, upstream, generation, 0);
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
    const leg = this.#exchanges.create(connection, init);
    t.leg[upstream] = leg;
    this.#exchanges.send(leg);
  }

  handlePoolFailure(upstream: number): void {
    this.#finish(upstream, 503);
  }

  handleResponse(leg: number): void {
    const l = this.#network.legs.arrays;
    const upstream = l.clientContext[leg] ?? 0;
    const status = this.#messages.status(l.response[leg] ?? NONE);
    this.#pools.releaseStream(upstream, false);
    this.#finish(upstream, status);
  }

  handleReset(leg: number): void {
    const upstream = this.#network.legs.arrays.clientContext[leg] ?? 0;
    this.#pools.releaseStream(upstream, true);
    this.#finish(upstream, 503);
  }

  handleTimeout(upstream: number): void {
    this.cancel(upstream);
  }

  /** Gives a shadow up, with whatever it holds. */
  cancel(upstream: number): void {
    const t = this.#upstream.tries.arrays;
    if (t.state[upstream] === TRY_PENDING) this.#pools.cancel(upstream);
    else if (t.state[upstream] === TRY_ATTACHED) {
      const connection = t.connection[upstream] ?? 0;
      const single = this.#network.connections.arrays.payload[connection] === PAYLOAD_HTTP1;
      const leg = t.leg[upstream] ?? NONE;
      if (!single && leg !== NONE) this.#exchanges.cancelByClient(leg);
      this.#pools.releaseStream(upstream, single);
    }
    this.#finish(upstream, 504);
  }

  #finish(upstream: number, status: number): void {
    const t = this.#upstream.tries.arrays;
    const cluster = this.#clusters.get(t.subject[upstream] ?? 0);
    const timer = t.perTryTimer[upstream] ?? NO_EVENT;
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
    cluster.count(counters.RQ_COMPLETED);
    cluster.countStatus(status);
    const edge = this.#clusters.edgeOf(cluster, t.host[upstream] ?? 0, t.request[upstream] ?? 0);
    if (edge !== NONE) this.#edges.complete(edge, status, this.#kernel.nowNs - (t.startNs[upstream] ?? 0));
    cluster.streams -= 1;
    this.#upstream.releaseTry(upstream);
    this.#clusters.releaseIfDone(cluster);
  }
}
