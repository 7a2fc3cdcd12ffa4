import { assertDefined, NS_PER_MS } from '../../../base';
import type { InternalRedirectPolicy } from '../../../xds';
import {
  EVENT_RETRY_BACKOFF_DONE,
  EVENT_ROUTE_TIMEOUT,
  type MessageTable,
  PRIORITY_TRAFFIC,
  type StringTable,
  type TimerLanes,
} from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import {
  blankLeg,
  type Exchanges,
  LOOPBACK,
  MARK_CUT_OFF,
  MARK_RECORDED,
  MARK_RETRY,
  type NetworkTables,
  NONE,
  ROLE_APPLICATION,
  roleOf,
  type ServiceDirectory,
} from '../../network';
import type { Edges } from '../../telemetry';
import * as counters from '../counters';
import type { ProxyEnvironment } from '../environment';
import {
  clusterNotFoundReply,
  grpcToHttpStatus,
  isGrpcRequest,
  type LocalReply,
  ResponseCodeDetails,
  RouterReply,
  type StreamResetReason,
  upstreamResetReply,
} from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { Clusters } from '../upstream/clusters';
import type { HealthChecks } from '../upstream/health-checks';
import type { HostMonitor } from '../upstream/host-monitor';
import type { Pools } from '../upstream/pools';
import { OWNER_STREAM, TRY_DONE, type UpstreamTables } from '../upstream/tables';
import type { ConnectionManager, StreamRouter } from './connection-manager';
import { CutResponses } from './cut-responses';
import { answerWithoutCluster } from './direct-answers';
import { Heads } from './heads';
import { HostPicker } from './host-picker';
import { InternalRedirects } from './internal-redirects';
import { reason } from './recorder';
import { type ResolvedRoute, resolveRoute, routePlanOf } from './request-plan';
import { RetryKeeper } from './retry-keeper';
import { type RoutePlan, withoutBuffering } from './route-plan';
import { RouterTimeouts } from './router-timeouts';
import type { ShadowRequest, Shadows } from './shadows';
import type { Streams } from './streams';
import { Tries, type TryReporter } from './tries';

const RQ_TOTAL = counters.httpCounter('rq_total');
const NO_CLUSTER = counters.httpCounter('no_cluster');
const RQ_RESET_AFTER_RESPONSE_STARTED = counters.httpCounter('rq_reset_after_downstream_response_started');

/** What the router works with. */
export interface RouterParts {
  readonly clusters: Clusters;
  readonly pools: Pools;
  readonly monitor: HostMonitor;
  readonly health: HealthChecks;
  readonly manager: ConnectionManager;
  readonly shadows: Shadows;
  readonly reporter: TryReporter;
}

/**
 * Forwards streams: cluster, host, connection, tries, timeouts and retries.
 * envoyproxy/envoy source/common/router/router.cc, upstream_request.cc
 */
export class Router implements StreamRouter {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;
  readonly #exchanges: Exchanges;
  readonly #messages: MessageTable;
  readonly #strings: StringTable;
  readonly #services: ServiceDirectory;
  readonly #edges: Edges;
  readonly #streams: Streams;
  readonly #upstream: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #pools: Pools;
  readonly #monitor: HostMonitor;
  readonly #health: HealthChecks;
  readonly #manager: ConnectionManager;
  readonly #shadows: Shadows;
  readonly #reporter: TryReporter;
  readonly #heads: Heads;
  readonly #tries: Tries;
  readonly #picker: HostPicker;
  readonly #retries: RetryKeeper;
  readonly #timeouts: RouterTimeouts;
  readonly #redirects: InternalRedirects;
  readonly #cutResponses: CutResponses;
  readonly #newLeg = blankLeg();

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: RouterParts) {
    this.#reporter = parts.reporter;
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
    this.#exchanges = environment.exchanges;
    this.#messages = environment.messages;
    this.#strings = environment.strings;
    this.#services = environment.services;
    this.#edges = environment.edges;
    this.#streams = tables.streams;
    this.#upstream = tables.upstream;
    this.#clusters = parts.clusters;
    this.#pools = parts.pools;
    this.#monitor = parts.monitor;
    this.#health = parts.health;
    this.#manager = parts.manager;
    this.#shadows = parts.shadows;
    this.#heads = new Heads(environment, tables, parts.clusters, parts.manager);
    this.#tries = new Tries(environment, tables, parts);
    this.#picker = new HostPicker(environment, tables, parts.clusters);
    this.#retries = new RetryKeeper(environment, tables, parts.manager);
    this.#redirects = new InternalRedirects(environment, tables, parts.manager);
    this.#cutResponses = new CutResponses(environment, tables, parts);
    this.#timeouts = new RouterTimeouts(this, tables, { ...parts, tries: this.#tries, retries: this.#retries });
  }

  clusterOf(stream: number): ClusterRuntime {
    return this.#clusters.get(this.#streams.table.arrays.cluster[stream] ?? 0);
  }

  /** Route and forwarding plan after the filters, which may have changed what there was to route. */
  #finalRoute(stream: number): { readonly resolved: ResolvedRoute; readonly plan: RoutePlan | undefined } {
    const plan = this.#manager.planOf(stream);
    const filterPlan = this.#manager.filterPlanOf(stream);
    let resolved = this.#manager.resolvedOf(stream);
    if (filterPlan.reroute) {
      const sink = this.#manager.sinkOf(stream);
      const random = this.#manager.randomOf(stream);
      resolved = resolveRoute(plan, filterPlan.request, filterPlan.metadata, random, sink);
      this.#streams.resolved[stream] = resolved;
    }
    const routePlan = routePlanOf(plan, resolved, filterPlan.request);
    const tooLarge =
      routePlan !== undefined && (this.#streams.table.arrays.requestBytes[stream] ?? 0) > routePlan.bufferLimitBytes;
    return { resolved, plan: tooLarge ? withoutBuffering(routePlan) : routePlan };
  }

  /** The plan of a stream that has been routed; made again after a restore. */
  routePlanOf(stream: number): RoutePlan {
    const known = this.#streams.routePlans[stream];
    if (known !== undefined) return known;
    const plan = assertDefined(this.#finalRoute(stream).plan, 'a routed stream has no route');
    this.#streams.routePlans[stream] = plan;
    return plan;
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders
  route(stream: number): void {
    this.#manager.count(stream, RQ_TOTAL);
    const { resolved, plan } = this.#finalRoute(stream);
    if (plan === undefined) {
      answerWithoutCluster(this.#manager, stream, resolved);
      return;
    }
    const s = this.#streams.table.arrays;
    const pod = s.pod[stream] ?? 0;
    const cluster = this.#clusters.byName(pod, this.#manager.currentConfigOf(stream), plan.choice.cluster);
    if (cluster === undefined) {
      this.#manager.count(stream, NO_CLUSTER);
      const { action } = plan.matched.route;
      const status = action.kind === 'route' ? action.route.source.clusterNotFoundResponseCode : 503;
      this.#manager.sinkOf(stream)?.decide('cluster', plan.choice.cluster, reason('clusterNotFound'));
      this.#manager.sendLocalReply(stream, clusterNotFoundReply(status));
      return;
    }
    this.#streams.routePlans[stream] = plan;
    s.routed[stream] = 1;
    s.cluster[stream] = cluster.number;
    s.upstreamStartNs[stream] = this.#kernel.nowNs;
    cluster.streams += 1;
    if (plan.abandonsRetries) cluster.countRare('retry_or_shadow_abandoned');
    if (this.#dropsOverload(stream, cluster)) return;
    this.#begin(stream, plan);
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::checkDropOverload
  #dropsOverload(stream: number, cluster: ClusterRuntime): boolean {
    for (const { numerator, denominator } of cluster.cluster.assignment.dropOverloads) {
      const always = numerator >= denominator;
      if (!always && !this.#manager.proxyOf(stream).routeRng.chance(numerator, denominator)) continue;
      cluster.count(counters.RQ_DROP_OVERLOAD);
      this.abort(stream, always ? RouterReply.unconditionalDropOverload : RouterReply.dropOverload);
      return true;
    }
    return false;
  }

  /** The first try; after it, as the whole request is there, the route's timeout and the copies. */
  // envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders, Filter::onRequestComplete
  #begin(stream: number, plan: RoutePlan): void {
    const s = this.#streams.table.arrays;
    const generation = this.#streams.generation(stream);
    const { globalTimeoutNs } = plan.timeouts;
    const { source } = this.#manager.planOf(stream).hcm;
    if (plan.streamIdleTimeoutNs !== source.streamIdleTimeoutNs) {
      this.#manager.rearmIdleTimer(stream, plan.streamIdleTimeoutNs);
    }
    if (plan.maxStreamDurationNs !== undefined) this.#manager.rearmDurationTimer(stream, plan.maxStreamDurationNs);
    const shadow = plan.isMirrored ? this.#shadowOf(stream, plan) : undefined;
    this.#startTry(stream);
    // A first try that fails at once leaves the stream without copies and without a timeout of its own, also when it is retried.
    if (!this.#streams.isCurrent(stream, generation) || s.firstTry[stream] === NONE) return;
    if (globalTimeoutNs > 0) {
      s.routeTimer[stream] = this.#lanes.start(globalTimeoutNs, EVENT_ROUTE_TIMEOUT, stream, generation, 0);
      this.#manager.sinkOf(stream)?.decide('timeout', 'route', reason('armed', { ns: globalTimeoutNs }));
    }
    if (shadow !== undefined) this.#shadows.send(plan, shadow);
  }

  /** What copies are made of; read before the first try, which may already end the stream. */
  #shadowOf(stream: number, plan: RoutePlan): ShadowRequest {
    const { pod, requestId, traceId, worker, requestBytes } = this.#streams.table.arrays;
    return {
      pod: pod[stream] ?? 0,
      worker: worker[stream] ?? 0,
      config: this.#manager.currentConfigOf(stream),
      request: this.#heads.requestOf(stream, plan, 1),
      bytes: requestBytes[stream] ?? 0,
      requestId: requestId[stream] ?? 0,
      traceId: traceId[stream] ?? 0,
      random: this.#manager.randomOf(stream),
      timeoutNs: plan.timeouts.globalTimeoutNs,
    };
  }

  /** Chooses a host and asks its pool for a connection. */
  #startTry(stream: number): void {
    const s = this.#streams.table.arrays;
    const plan = this.routePlanOf(stream);
    const cluster = this.clusterOf(stream);
    const attempt = (s.attempts[stream] ?? 0) + 1;
    s.attempts[stream] = attempt;
    const { hcm, connectionClass } = this.#manager.planOf(stream);
    let { hash } = plan;
    if (plan.hashesEachRequest) hash = this.#heads.hashOf(stream, plan);
    const sink = this.#manager.sinkOf(stream);
    // The head is made before a host is chosen: it is logged where there is none.
    const request = this.#heads.requestOf(stream, plan, attempt);
    const host = this.#picker.pick(stream, cluster, plan, hash, connectionClass.info.localAddress, sink);
    if (host === NONE) {
      cluster.count(counters.CX_NONE_HEALTHY);
      this.abort(stream, RouterReply.noHealthyUpstream);
      return;
    }
    const address = this.#upstream.hosts.arrays.address[host] ?? 0;
    s.hostAddress[stream] = address;
    s.failureText[stream] = NONE;
    this.#retries.noteHost(stream, address, plan);
    s.edge[stream] = this.#clusters.edgeOf(cluster, host, request);
    if (s.edge[stream] !== NONE) this.#edges.countAttempt(s.edge[stream] ?? 0);
    const protocol = this.#picker.protocolOf(cluster, s.connection[stream] ?? 0, this.#network);
    const alpn = protocol === 0 ? hcm.alpnOverride?.http1 : hcm.alpnOverride?.http2;
    const pool = this.#pools.poolFor(cluster, host, s.worker[stream] ?? 0, plan.priority, protocol, alpn);
    const upstream = this.#upstream.allocateTry(OWNER_STREAM, stream, attempt);
    const t = this.#upstream.tries.arrays;
    t.host[upstream] = host;
    t.request[upstream] = request;
    t.startNs[upstream] = this.#kernel.nowNs;
    t.span[upstream] = this.#reporter.tryStarted(stream, this.#manager.planOf(stream).chain.listener.inbound);
    t.nextTry[upstream] = s.firstTry[stream] ?? NONE;
    s.firstTry[stream] = upstream;
    if (pool === NONE) {
      t.state[upstream] = TRY_DONE;
      this.handlePoolFailure(upstream, 'overflow', NONE);
    } else {
      this.#pools.newStream(pool, upstream);
    }
  }

  /** The try has a connection: the request goes out, and the clock of the try starts. */
  // envoyproxy/envoy source/common/router/upstream_request.cc UpstreamRequest::onPoolReady
  handlePoolReady(upstream: number, connection: number): void {
    const t = this.#upstream.tries.arrays;
    const s = this.#streams.table.arrays;
    const c = this.#network.connections.arrays;
    const stream = t.subject[upstream] ?? 0;
    const plan = this.routePlanOf(stream);
    const cluster = this.clusterOf(stream);
    const host = t.host[upstream] ?? 0;
    const request = this.#heads.sentRequest(stream, plan, upstream);
    const bytes = s.requestBytes[stream] ?? 0;
    this.#monitor.connectSucceeded(cluster, host);
    cluster.countBy(counters.CX_TX_BYTES, bytes);
    s.upstreamStarted[stream] = 1;
    s.upstreamTls[stream] = c.mutualTls[connection] ?? 0;
    const init = this.#newLeg;
    init.clientContext = upstream;
    init.request = request;
    init.requestBytes = bytes;
    init.attempt = t.attempt[upstream] ?? 1;
    init.marks = ((s.marks[stream] ?? 0) & MARK_RECORDED) | (init.attempt > 1 ? MARK_RETRY : 0);
    init.requestId = s.requestId[stream] ?? 0;
    init.traceId = s.traceId[stream] ?? 0;
    init.parentSpan = t.span[upstream] ?? 0;
    const leg = this.#exchanges.create(connection, init);
    t.leg[upstream] = leg;
    this.#tries.arm(upstream, plan, cluster);
    this.#manager
      .sinkOf(stream)
      ?.decide('connection', this.#services.addressText(s.hostAddress[stream] ?? 0), reason('sent'));
    const toOwnApplication =
      c.pathToServer[connection] === LOOPBACK && roleOf(c.serverProcess[connection] ?? 0) === ROLE_APPLICATION;
    if (toOwnApplication) this.#exchanges.sendNow(leg);
    else this.#exchanges.send(leg);
  }

  /** Upstream response headers, and with them here the whole response, or as much as there is of it. */
  // envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders
  handleResponse(leg: number): void {
    const l = this.#network.legs.arrays;
    const t = this.#upstream.tries.arrays;
    const s = this.#streams.table.arrays;
    const upstream = l.clientContext[leg] ?? 0;
    const stream = t.subject[upstream] ?? 0;
    const response = l.response[leg] ?? NONE;
    const bytes = l.responseBytes[leg] ?? 0;
    const cluster = this.clusterOf(stream);
    const host = t.host[upstream] ?? 0;
    const status = this.#messages.status(response);
    const marks = l.marks[leg] ?? 0;
    const isCutOff = (marks & MARK_CUT_OFF) !== 0;
    const hasMore = isCutOff || bytes > 0;
    s.marks[stream] = (s.marks[stream] ?? 0) | (marks & ~MARK_CUT_OFF);
    cluster.countBy(counters.CX_RX_BYTES, bytes);
    const plan = this.routePlanOf(stream);
    this.#monitor.responded(cluster, host, plan.request, this.#messages.response(response));
    if (cluster.cluster.healthCheck !== undefined) {
      this.#health.handleProxiedResponse(cluster, host, this.#messages.response(response));
    }
    const retried = t.retried[upstream] === 1;
    const decision = retried ? 'no' : this.#retries.decideOnResponse(stream, plan, cluster, response);
    if (decision === 'yes') {
      cluster.countRetriedStatus(status);
      cluster.count(counters.RETRY_RQ_COMPLETED);
      this.#discard(stream, upstream, status, hasMore);
      this.scheduleRetry(stream);
      return;
    }
    const { redirects } = plan;
    const isRedirect = redirects?.redirectResponseCodes.includes(status) === true;
    if (isRedirect && this.#redirect(stream, upstream, redirects, response, hasMore)) return;
    const bad = retried ? this.#retries.wouldRetry(plan, response) : decision !== 'no';
    if (bad && this.othersRemain(stream, upstream)) {
      this.#discard(stream, upstream, status, hasMore);
      return;
    }
    // The status of gRPC would have come at the end.
    const isUndecided = isCutOff && status < 500 && isGrpcRequest(plan.request);
    this.#tries.countHost(host, !isUndecided && this.#succeeded(response, plan));
    if (t.attempt[upstream] !== s.attempts[stream]) this.#noteWinner(stream, upstream, cluster);
    this.#manager.setDetails(stream, ResponseCodeDetails.ViaUpstream);
    if (isUndecided) this.#manager.count(stream, RQ_RESET_AFTER_RESPONSE_STARTED);
    if (isCutOff) this.#cutResponses.handle(stream, upstream, cluster);
    else this.#pools.releaseStream(upstream, false);
    this.#tries.release(stream, upstream, status);
    this.#accept(stream, plan, cluster, response, bytes);
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders, Filter::setupRedirect, Filter::onDestroy
  // biome-ignore lint/complexity/useMaxParams: a response and where it comes from.
  #redirect(
    stream: number,
    upstream: number,
    policy: InternalRedirectPolicy,
    response: number,
    hasMore: boolean,
  ): boolean {
    const cluster = this.clusterOf(stream);
    const request = this.#upstream.tries.arrays.request[upstream] ?? 0;
    const outcome = this.#redirects.follow(stream, policy, request, this.#messages.response(response));
    cluster.countRare(`upstream_internal_redirect_${outcome.kind === 'followed' ? 'succeeded' : 'failed'}_total`);
    if (outcome.kind === 'passed') return false;
    const status = this.#messages.status(response);
    this.#tries.detach(stream, upstream, status);
    this.abandon(stream);
    this.#manager.replace(stream, outcome.stream, status);
    // Only now is the response over: the new request has not found this connection free.
    this.#tries.letGo(cluster, upstream, hasMore);
    this.#upstream.releaseTry(upstream);
    return true;
  }

  /** Lets go of a try whose response nobody will see. */
  #discard(stream: number, upstream: number, status: number, hasMore: boolean): void {
    this.#tries.countHost(this.#upstream.tries.arrays.host[upstream] ?? 0, false);
    this.#tries.letGo(this.clusterOf(stream), upstream, hasMore);
    this.#tries.release(stream, upstream, status);
  }

  /** A host has done well when it answered below 500; over gRPC the status that its answer carries counts too. */
  // envoyproxy/envoy source/common/router/router.cc Filter::handleNon5xxResponseHeaders, Filter::onUpstreamTrailers
  #succeeded(response: number, plan: RoutePlan): boolean {
    if (this.#messages.status(response) >= 500) return false;
    const grpcStatus = this.#messages.grpcStatus(response);
    return grpcStatus <= 0 || !isGrpcRequest(plan.request) || grpcToHttpStatus(grpcStatus) < 500;
  }

  /** Another try may still answer, or is about to be made. */
  // envoyproxy/envoy source/common/router/router.cc Filter::numRequestsAwaitingHeaders, pending_retries_
  othersRemain(stream: number, upstream: number): boolean {
    const s = this.#streams.table.arrays;
    const first = s.firstTry[stream] ?? NONE;
    if ((s.backOffTimer[stream] ?? NO_EVENT) !== NO_EVENT) return true;
    return first !== NONE && (first !== upstream || this.#upstream.tries.arrays.nextTry[first] !== NONE);
  }

  /** An earlier try than the last one has answered: the stream went to its host. */
  #noteWinner(stream: number, upstream: number, cluster: ClusterRuntime): void {
    const s = this.#streams.table.arrays;
    const t = this.#upstream.tries.arrays;
    const host = t.host[upstream] ?? 0;
    s.hostAddress[stream] = this.#upstream.hosts.arrays.address[host] ?? 0;
    s.failureText[stream] = NONE;
    s.edge[stream] = this.#clusters.edgeOf(cluster, host, t.request[upstream] ?? 0);
  }

  // biome-ignore lint/complexity/useMaxParams: a response and where it comes from.
  #accept(stream: number, plan: RoutePlan, cluster: ClusterRuntime, response: number, bytes: number): void {
    this.#retries.forget(stream, cluster, plan);
    cluster.count(counters.RQ_COMPLETED);
    cluster.countStatus(this.#messages.status(response));
    const downstream = this.#heads.responseOf(stream, plan, response);
    this.#manager
      .sinkOf(stream)
      ?.decide(
        'response',
        String(this.#messages.status(downstream)),
        reason('viaUpstream', { attempts: this.#attempts(stream) }),
      );
    this.#leave(stream, cluster);
    this.#manager.respond(stream, downstream, bytes);
  }

  #attempts(stream: number): number {
    return this.#streams.table.arrays.attempts[stream] ?? 0;
  }

  /** A try got no connection; the log tells why, unless a later try does better. */
  // envoyproxy/envoy source/common/router/upstream_request.cc UpstreamRequest::onPoolFailure
  handlePoolFailure(upstream: number, failure: StreamResetReason, failureText: number): void {
    const stream = this.#upstream.tries.arrays.subject[upstream] ?? 0;
    this.#streams.table.arrays.failureText[stream] = failureText;
    this.#handleTryFailure(stream, upstream, failure, failureText);
  }

  /** The upstream reset the stream, or its connection ended. */
  handleReset(leg: number, failure: StreamResetReason, failureText: number): void {
    const upstream = this.#network.legs.arrays.clientContext[leg] ?? 0;
    const stream = this.#upstream.tries.arrays.subject[upstream] ?? 0;
    const cluster = this.clusterOf(stream);
    if (failure === 'connectionTermination') {
      // Counted for the connection, not for each of its streams.
      const connection = this.#network.legs.arrays.connection[leg] ?? 0;
      if (this.#network.connections.arrays.activeStreams[connection] === 1) {
        cluster.count(counters.CX_DESTROY_WITH_ACTIVE_RQ);
        cluster.count(counters.CX_DESTROY_REMOTE_WITH_ACTIVE_RQ);
      }
    } else {
      cluster.count(counters.RQ_RX_RESET);
    }
    this.#pools.releaseStream(upstream, true);
    this.#handleTryFailure(stream, upstream, failure, failureText);
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamReset
  #handleTryFailure(stream: number, upstream: number, failure: StreamResetReason, failureText: number): void {
    const cluster = this.clusterOf(stream);
    const host = this.#upstream.tries.arrays.host[upstream] ?? 0;
    const t = this.#upstream.tries.arrays;
    const retried = t.retried[upstream] === 1;
    if (failure !== 'overflow' && t.timeoutRecorded[upstream] === 0) this.#monitor.failed(cluster, host);
    this.#tries.countHost(host, false);
    this.#tries.release(stream, upstream, 0);
    this.#manager.sinkOf(stream)?.decide('connection', failure, reason('failed'));
    const plan = this.routePlanOf(stream);
    if (!retried && this.#retries.decideOnReset(stream, plan, cluster, failure) === 'yes') {
      this.scheduleRetry(stream);
      return;
    }
    if (this.othersRemain(stream, NONE)) {
      this.charge(cluster, failure === 'protocolError' ? 502 : 503);
      return;
    }
    this.abort(
      stream,
      upstreamResetReply({
        reason: failure,
        transportFailureReason: this.#strings.get(failureText),
        isRetry: this.#attempts(stream) > 1,
        responseStarted: false,
        suppressEnvoyHeaders: this.#manager.planOf(stream).hcm.suppressEnvoyHeaders,
      }),
    );
  }

  scheduleRetry(stream: number): void {
    const state = assertDefined(this.#streams.retryStates[stream], 'a retry without state');
    const s = this.#streams.table.arrays;
    const generation = this.#streams.generation(stream);
    const delayNs = state.immediate === 1 ? 0 : state.delayMs * NS_PER_MS;
    this.#manager
      .sinkOf(stream)
      ?.decide('retry', String(this.#attempts(stream) + 1), reason('backOff', { ns: delayNs }));
    s.backOffTimer[stream] = this.#kernel.after(
      delayNs,
      PRIORITY_TRAFFIC,
      EVENT_RETRY_BACKOFF_DONE,
      stream,
      generation,
      0,
    );
  }

  handleBackOffDone(stream: number, generation: number): void {
    if (!this.#streams.isCurrent(stream, generation)) return;
    this.#streams.table.arrays.backOffTimer[stream] = NO_EVENT;
    this.#retries.countMade(stream, this.clusterOf(stream));
    this.#startTry(stream);
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::chargeUpstreamCode
  charge(cluster: ClusterRuntime, status: number): void {
    cluster.count(counters.RQ_COMPLETED);
    cluster.countStatus(status);
  }

  /** Ends the stream with a reply of the proxy, charged to the cluster. */
  abort(stream: number, reply: LocalReply): void {
    this.charge(this.clusterOf(stream), reply.status);
    this.reply(stream, reply);
  }

  reply(stream: number, reply: LocalReply): void {
    const cluster = this.clusterOf(stream);
    this.#retries.forget(stream, cluster, this.routePlanOf(stream));
    this.#manager
      .sinkOf(stream)
      ?.decide('response', String(reply.status), reason('localReply', { details: reply.details }));
    this.#leave(stream, cluster);
    this.#manager.sendLocalReply(stream, this.#heads.withAttemptCount(stream, this.routePlanOf(stream), reply));
  }

  /** The stream lets go of its cluster: timers, tries and its place in the count. */
  #leave(stream: number, cluster: ClusterRuntime): void {
    const s = this.#streams.table.arrays;
    for (let upstream = s.firstTry[stream] ?? NONE; upstream !== NONE; upstream = s.firstTry[stream] ?? NONE) {
      this.#tries.reset(stream, upstream);
    }
    const routeTimer = s.routeTimer[stream] ?? NO_EVENT;
    const backOffTimer = s.backOffTimer[stream] ?? NO_EVENT;
    if (routeTimer !== NO_EVENT) this.#kernel.cancel(routeTimer);
    if (backOffTimer !== NO_EVENT) this.#kernel.cancel(backOffTimer);
    s.routeTimer[stream] = NO_EVENT;
    s.backOffTimer[stream] = NO_EVENT;
    if (s.routed[stream] === 0) return;
    s.routed[stream] = 0;
    cluster.streams -= 1;
    this.#clusters.releaseIfDone(cluster);
  }

  abandon(stream: number): void {
    if (this.#streams.table.arrays.routed[stream] === 0) return;
    const cluster = this.clusterOf(stream);
    this.#retries.forget(stream, cluster, this.routePlanOf(stream));
    this.#leave(stream, cluster);
  }

  handleRouteTimeout(stream: number, generation: number): void {
    this.#timeouts.handleRouteTimeout(stream, generation);
  }

  handleTryTimeout(upstream: number, kind: 'perTry' | 'perTryIdle' | 'maxDuration'): void {
    this.#timeouts.handleTryTimeout(upstream, kind);
  }
}
