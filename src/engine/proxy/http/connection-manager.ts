import { assert, assertDefined, type Ns, utf8ByteLength } from '../../../base';
import {
  EVENT_FAULT_DELAY_DONE,
  EVENT_MAX_STREAM_DURATION,
  EVENT_STREAM_IDLE_TIMEOUT,
  epochSeconds,
  type MessageTable,
  PRIORITY_TRAFFIC,
  type StringTable,
  type TimerLanes,
} from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import {
  type Exchanges,
  LOOPBACK,
  MARK_CUT_OFF,
  MARK_DENIED,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  type Pods,
} from '../../network';
import type { CompiledConfig, ConfigRegistry } from '../config';
import { httpCounter } from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { ProxyRecord } from '../proxy-record';
import {
  finalizeResponse,
  type LocalReply,
  type MatchedRoute,
  NO_METADATA,
  prepareLocalReply,
  ResponseCodeDetails,
  ResponseFlag,
  type ResponseView,
  withCorsHeaders,
} from '../semantics';
import type { ProxyTables } from '../tables';
import type { FilterCalls } from './filter-calls';
import { buildFilterPlan } from './filter-plan';
import type { FilterPlan } from './filter-plan-types';
import { type ClusterCount, FilterRunner } from './filter-runner';
import { LocalReplies } from './local-replies';
import type { DecisionSink } from './recorder';
import { type RequestPlan, type ResolvedRoute, resolveRoute, routeKey } from './request-plan';
import { RequestPlans } from './request-plans';
import type { Streams } from './streams';

/** What comes after the filters. */
export interface StreamRouter {
  /** Routes a stream whose filters are done. */
  route(stream: number): void;
  /** The stream is over on its downstream side: whatever it holds upstream is let go. */
  abandon(stream: number): void;
}

/** Told about every stream once, when it is over. */
export interface StreamReporter {
  streamFinished(stream: number, plan: RequestPlan): void;
  sinkOf(stream: number): DecisionSink | undefined;
}

const DOWNSTREAM_RQ_TOTAL = httpCounter('downstream_rq_total');
const DOWNSTREAM_RQ_HTTP1 = httpCounter('downstream_rq_http1_total');
const DOWNSTREAM_RQ_HTTP2 = httpCounter('downstream_rq_http2_total');
const DOWNSTREAM_RQ_ACTIVE = httpCounter('downstream_rq_active');
const DOWNSTREAM_RQ_COMPLETED = httpCounter('downstream_rq_completed');
const DOWNSTREAM_RQ_1XX = httpCounter('downstream_rq_1xx');
const DOWNSTREAM_RQ_RX_RESET = httpCounter('downstream_rq_rx_reset');
const DOWNSTREAM_RQ_TX_RESET = httpCounter('downstream_rq_tx_reset');
const DOWNSTREAM_RQ_IDLE_TIMEOUT = httpCounter('downstream_rq_idle_timeout');
const DOWNSTREAM_RQ_MAX_DURATION = httpCounter('downstream_rq_max_duration_reached');
/** What a stream that an internal redirect makes has in common with the one before. */
const RECREATED_COLUMNS = [
  'pod',
  'leg',
  'connection',
  'config',
  'chain',
  'connectionClass',
  'worker',
  'requestId',
  'traceId',
  'parentSpan',
  'marks',
  'redirectWays',
] as const;
const ACTIVE_FAULTS = httpCounter('fault.active_faults');

/**
 * The life of a downstream stream: headers, route, filters, then the router, and in the end one response or none.
 * envoyproxy/envoy source/common/http/conn_manager_impl.cc
 */
export class ConnectionManager {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;
  readonly #exchanges: Exchanges;
  readonly #pods: Pods;
  readonly #messages: MessageTable;
  readonly #strings: StringTable;
  readonly #configs: ConfigRegistry;
  readonly #streams: Streams;
  readonly #proxies: (ProxyRecord | undefined)[];
  readonly #filters: FilterRunner;
  readonly #plans: RequestPlans;
  readonly #localReplies: LocalReplies;
  #router: StreamRouter | undefined;
  #reporter: StreamReporter | undefined;
  #calls: FilterCalls | undefined;

  constructor(environment: ProxyEnvironment, tables: ProxyTables) {
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
    this.#exchanges = environment.exchanges;
    this.#pods = environment.pods;
    this.#messages = environment.messages;
    this.#strings = environment.strings;
    this.#configs = tables.configs;
    this.#streams = tables.streams;
    this.#proxies = tables.proxies;
    this.#plans = new RequestPlans(environment, tables);
    this.#filters = new FilterRunner(environment.kernel, tables.streams);
    this.#localReplies = new LocalReplies(environment, tables, this);
  }

  bind(router: StreamRouter, reporter: StreamReporter, calls: FilterCalls): void {
    this.#calls = calls;
    this.#router = router;
    this.#reporter = reporter;
  }

  #toRouter(): StreamRouter {
    return assertDefined(this.#router, 'the connection manager has no router yet');
  }

  #toCalls(): FilterCalls {
    return assertDefined(this.#calls, 'the connection manager has no calls yet');
  }

  #toReporter(): StreamReporter {
    return assertDefined(this.#reporter, 'the connection manager has no reporter yet');
  }

  proxyOf(stream: number): ProxyRecord {
    return assertDefined(this.#proxies[this.#streams.table.arrays.pod[stream] ?? 0], 'a stream without proxy');
  }

  sinkOf(stream: number): DecisionSink | undefined {
    return this.#toReporter().sinkOf(stream);
  }

  /** What the proxy executes now; the stream itself may have started under an older configuration. */
  currentConfigOf(stream: number): CompiledConfig {
    return this.#configs.get(this.proxyOf(stream).config);
  }

  /** Counters of the stream's connection manager. */
  statisticsOf(stream: number): Float64Array {
    return this.proxyOf(stream).statisticsOf(this.planOf(stream).hcm.source.statPrefix);
  }

  count(stream: number, counter: number): void {
    const statistics = this.statisticsOf(stream);
    statistics[counter] = (statistics[counter] ?? 0) + 1;
  }

  /** Forgets the plans of configurations that are gone, or all of them. */
  forgetPlans(isAlive: (config: CompiledConfig) => boolean): void {
    this.#plans.forget(isAlive);
  }

  /** The plan of a stream's head; found by the numbers that the stream keeps, also after a restore. */
  planOf(stream: number): RequestPlan {
    return this.#streams.plans[stream] ?? this.#plans.of(stream);
  }

  /** A request has arrived on a connection whose filter chain ends in a connection manager. */
  serve(leg: number): void {
    const l = this.#network.legs.arrays;
    const c = this.#network.connections.arrays;
    const connection = l.connection[leg] ?? 0;
    const stream = this.#streams.allocate();
    const s = this.#streams.table.arrays;
    s.pod[stream] = (c.serverProcess[connection] ?? 0) >> 1;
    s.leg[stream] = leg;
    s.connection[stream] = connection;
    s.config[stream] = c.serverConfig[connection] ?? 0;
    s.chain[stream] = c.serverChain[connection] ?? 0;
    s.connectionClass[stream] = c.serverClass[connection] ?? 0;
    s.worker[stream] = c.serverWorker[connection] ?? 0;
    s.original[stream] = l.request[leg] ?? 0;
    s.requestBytes[stream] = l.requestBytes[leg] ?? 0;
    s.startNs[stream] = this.#kernel.nowNs;
    s.requestId[stream] = l.requestId[leg] ?? 0;
    s.traceId[stream] = l.traceId[leg] ?? 0;
    s.parentSpan[stream] = l.parentSpan[leg] ?? 0;
    s.span[stream] = 0;
    s.marks[stream] = l.marks[leg] ?? 0;
    l.serverContext[leg] = stream;
    c.serverStreams[connection] = (c.serverStreams[connection] ?? 0) + 1;
    c.serverRequests[connection] = (c.serverRequests[connection] ?? 0) + 1;
    this.#begin(stream, c.payload[connection] === PAYLOAD_HTTP2);
  }

  #begin(stream: number, multiplexed: boolean): void {
    const plan = this.planOf(stream);
    const statistics = this.statisticsOf(stream);
    statistics[DOWNSTREAM_RQ_TOTAL] = (statistics[DOWNSTREAM_RQ_TOTAL] ?? 0) + 1;
    const byProtocol = multiplexed ? DOWNSTREAM_RQ_HTTP2 : DOWNSTREAM_RQ_HTTP1;
    statistics[byProtocol] = (statistics[byProtocol] ?? 0) + 1;
    statistics[DOWNSTREAM_RQ_ACTIVE] = (statistics[DOWNSTREAM_RQ_ACTIVE] ?? 0) + 1;
    if (plan.rejection !== undefined) {
      this.sendLocalReply(stream, plan.rejection);
      return;
    }
    this.#armTimers(stream, plan);
    this.continueFilters(stream);
  }

  #armTimers(stream: number, plan: RequestPlan): void {
    const { streamIdleTimeoutNs, maxStreamDurationNs } = plan.hcm.source;
    const s = this.#streams.table.arrays;
    const generation = this.#streams.generation(stream);
    if (streamIdleTimeoutNs > 0) {
      s.idleTimer[stream] = this.#lanes.start(streamIdleTimeoutNs, EVENT_STREAM_IDLE_TIMEOUT, stream, generation, 0);
    }
    if (maxStreamDurationNs !== undefined && maxStreamDurationNs > 0) {
      s.durationTimer[stream] = this.#lanes.start(
        maxStreamDurationNs,
        EVENT_MAX_STREAM_DURATION,
        stream,
        generation,
        0,
      );
    }
  }

  /** The stream's idle timer starts anew with the route's timeout (0 = none). */
  rearmIdleTimer(stream: number, timeoutNs: Ns): void {
    const s = this.#streams.table.arrays;
    this.#cancel(s.idleTimer[stream] ?? NO_EVENT);
    s.idleTimer[stream] =
      timeoutNs > 0
        ? this.#lanes.start(timeoutNs, EVENT_STREAM_IDLE_TIMEOUT, stream, this.#streams.generation(stream), 0)
        : NO_EVENT;
  }

  /** A route bounds the whole stream; the time that has passed counts. */
  // envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::refreshDurationTimeout
  rearmDurationTimer(stream: number, timeoutNs: Ns): void {
    const s = this.#streams.table.arrays;
    this.#cancel(s.durationTimer[stream] ?? NO_EVENT);
    const dueNs = Math.max(this.#kernel.nowNs, (s.startNs[stream] ?? 0) + timeoutNs);
    const generation = this.#streams.generation(stream);
    s.durationTimer[stream] =
      timeoutNs > 0
        ? this.#kernel.at(dueNs, PRIORITY_TRAFFIC, EVENT_MAX_STREAM_DURATION, stream, generation, 0)
        : NO_EVENT;
  }

  #cancel(timer: number): void {
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
  }

  /** The stream's one random number, drawn when first needed. */
  randomOf(stream: number): number {
    const s = this.#streams.table.arrays;
    const known = s.random[stream] ?? -1;
    if (known >= 0) return known;
    const drawn = this.proxyOf(stream).routeRng.nextU32();
    s.random[stream] = drawn;
    return drawn;
  }

  /** The route that the stream takes while its filters run. */
  resolvedOf(stream: number): ResolvedRoute {
    const known = this.#streams.resolved[stream];
    if (known !== undefined) return known;
    const plan = this.planOf(stream);
    const sink = this.#toReporter().sinkOf(stream);
    const resolved =
      plan.resolved !== undefined && sink === undefined
        ? plan.resolved
        : resolveRoute(plan, plan.request, NO_METADATA, plan.resolved === undefined ? this.randomOf(stream) : 0, sink);
    this.#streams.resolved[stream] = resolved;
    return resolved;
  }

  filterPlanOf(stream: number): FilterPlan {
    const known = this.#streams.filterPlans[stream];
    if (known !== undefined) return known;
    const plan = this.planOf(stream);
    const resolved = this.resolvedOf(stream);
    // Of the moment when the stream came, so that a restore finds the same.
    const second = epochSeconds(this.#streams.table.arrays.startNs[stream] ?? 0);
    const sink = this.#toReporter().sinkOf(stream);
    const key = routeKey(resolved);
    let filterPlan = sink === undefined ? plan.filterPlans.get(key) : undefined;
    if (filterPlan === undefined || (filterPlan.validSecond !== -1 && filterPlan.validSecond !== second)) {
      filterPlan = buildFilterPlan(plan, resolved, second, sink);
      if (sink === undefined) plan.filterPlans.set(key, filterPlan);
    }
    for (const answer of this.#streams.callAnswers[stream] ?? [])
      filterPlan = this.#continuation(filterPlan, answer, sink);
    this.#streams.filterPlans[stream] = filterPlan;
    return filterPlan;
  }

  /** The plan of the chain after the answer to its call. */
  #continuation(plan: FilterPlan, answer: number, sink: DecisionSink | undefined): FilterPlan {
    const last = plan.steps[plan.steps.length - 1];
    assert(last?.kind === 'call', 'an answer without a call');
    const known = sink === undefined ? last.call.continuations.get(answer) : undefined;
    if (known !== undefined) return known;
    const next = last.call.continueWith(answer < 0 ? undefined : this.#messages.response(answer), sink);
    if (sink === undefined) last.call.continuations.set(answer, next);
    return next;
  }

  /** A call of a filter was answered (-1: it failed): the chain goes on. */
  callFinished(stream: number, answer: number): void {
    const plan = this.filterPlanOf(stream);
    const answers = this.#streams.callAnswers[stream];
    if (answers === undefined) this.#streams.callAnswers[stream] = [answer];
    else answers.push(answer);
    this.#streams.filterPlans[stream] = this.#continuation(plan, answer, this.sinkOf(stream));
    this.#streams.table.arrays.step[stream] = 0;
    this.continueFilters(stream);
  }

  countCluster(stream: number, counted: ClusterCount): void {
    this.#toCalls().countCluster(stream, counted, this.currentConfigOf(stream));
  }

  /** Runs the filters from where the stream stands. */
  continueFilters(stream: number): void {
    const filterPlan = this.filterPlanOf(stream);
    const s = this.#streams.table.arrays;
    for (let step = s.step[stream] ?? 0; step < filterPlan.steps.length; step++) {
      s.step[stream] = step;
      const verdict = this.#filters.run(stream, step, filterPlan, this);
      if (verdict.kind === 'continue') continue;
      if (verdict.kind === 'reply') {
        if (verdict.denied) s.marks[stream] = (s.marks[stream] ?? 0) | MARK_DENIED;
        this.sendLocalReply(stream, verdict.reply);
        return;
      }
      if (verdict.kind === 'call') {
        if (!this.#toCalls().start(stream, verdict.call, this.currentConfigOf(stream))) this.callFinished(stream, NONE);
        return;
      }
      const generation = this.#streams.generation(stream);
      s.delayTimer[stream] = this.#kernel.after(
        verdict.ns,
        PRIORITY_TRAFFIC,
        EVENT_FAULT_DELAY_DONE,
        stream,
        generation,
        0,
      );
      return;
    }
    s.step[stream] = filterPlan.steps.length;
    this.#toRouter().route(stream);
  }

  handleDelayDone(stream: number, generation: number): void {
    if (!this.#streams.isCurrent(stream, generation)) return;
    const s = this.#streams.table.arrays;
    s.delayTimer[stream] = NO_EVENT;
    s.delayed[stream] = 1;
    this.continueFilters(stream);
  }

  setDetails(stream: number, details: string): void {
    this.#streams.table.arrays.details[stream] = this.#strings.numberOf(details);
  }

  matchedOf(stream: number): MatchedRoute | undefined {
    const plan = this.planOf(stream);
    const { result } = this.resolvedOf(stream);
    if (result.kind !== 'route' || plan.routes === undefined) return undefined;
    return { configuration: plan.routes, virtualHost: result.virtualHost, route: result.route };
  }

  /** The proxy answers by itself. envoyproxy/envoy source/common/http/filter_manager.cc sendLocalReply */
  sendLocalReply(stream: number, reply: LocalReply): void {
    const plan = this.planOf(stream);
    const matched = plan.rejection === undefined ? this.matchedOf(stream) : undefined;
    // The answer to a preflight request goes straight to the encoders: cors_filter.cc CorsFilter::decodeHeaders.
    const isFinalized = reply.details !== ResponseCodeDetails.CorsResponse && matched?.route.action.kind === 'route';
    const modify = (response: ResponseView): ResponseView =>
      this.#encode(stream, isFinalized ? this.#finalizeReply(stream, matched, response) : response);
    if (reply.flag !== undefined) this.#streams.addFlag(stream, reply.flag);
    this.setDetails(stream, reply.details);
    const prepared = prepareLocalReply(reply, plan.request, modify, this.#localReplies.rewriteOf(stream));
    this.respond(stream, this.#messages.internResponse(prepared.response), utf8ByteLength(prepared.body));
  }

  /** Only routes that forward change answers of the proxy itself here; redirects and direct responses have done so. No code is known yet. */
  // envoyproxy/envoy source/common/http/filter_manager.cc DownstreamFilterManager::sendLocalReplyViaFilterChain
  #finalizeReply(stream: number, matched: MatchedRoute, response: ResponseView): ResponseView {
    const plan = this.planOf(stream);
    const { choice } = this.resolvedOf(stream);
    const attempts = this.#streams.table.arrays.attempts[stream] ?? 0;
    const sent = this.#streams.routePlans[stream]?.upstreamRequests[attempts];
    return finalizeResponse(matched, choice, response, {
      request: sent === undefined ? plan.request : this.#messages.request(sent),
      connection: plan.connectionClass.info,
      stream: { responseCode: 0, upstreamCluster: choice?.cluster ?? '' },
    });
  }

  /** What filters that the request has passed do to an answer of the proxy itself. */
  // envoyproxy/envoy source/common/http/filter_manager.cc FilterManager::encodeHeaders
  #encode(stream: number, response: ResponseView): ResponseView {
    const filterPlan = this.#streams.filterPlans[stream];
    if (filterPlan?.cors === undefined || (this.#streams.table.arrays.step[stream] ?? 0) < filterPlan.corsStep) {
      return response;
    }
    return withCorsHeaders(filterPlan.cors, filterPlan.corsStream, response);
  }

  /** Sends the response downstream and ends the stream. */
  respond(stream: number, answer: number, responseBytes: number): void {
    const filterPlan = this.#streams.filterPlans[stream];
    const response =
      filterPlan?.tellsLimits === true
        ? this.#messages.internResponse(this.#filters.encode(stream, filterPlan, this.#messages.response(answer), this))
        : answer;
    const s = this.#streams.table.arrays;
    const c = this.#network.connections.arrays;
    const leg = s.leg[stream] ?? NONE;
    const connection = s.connection[stream] ?? 0;
    const status = this.#messages.status(response);
    s.response[stream] = response;
    s.responseBytes[stream] = responseBytes;
    s.status[stream] = status;
    this.count(stream, DOWNSTREAM_RQ_COMPLETED);
    this.count(stream, DOWNSTREAM_RQ_1XX - 1 + Math.min(5, Math.max(1, (status / 100) | 0)));
    const marks = (s.marks[stream] ?? 0) & (MARK_DENIED | MARK_CUT_OFF);
    if ((marks & MARK_CUT_OFF) !== 0) this.#countReset(stream);
    if (c.serverDraining[connection] === 1 || this.#pods.get(s.pod[stream] ?? 0).draining) c.draining[connection] = 1;
    this.#finish(stream);
    assert(leg !== NONE, 'a response without anybody to send it to');
    c.serverStreams[connection] = (c.serverStreams[connection] ?? 0) - 1;
    c.serverIdleSinceNs[connection] = this.#kernel.nowNs;
    if (c.pathToClient[connection] === LOOPBACK) this.#exchanges.respondNow(leg, response, responseBytes, marks);
    else this.#exchanges.respond(leg, response, responseBytes, marks);
  }

  /** Headers are on their way, the rest is not: the stream is reset, which its own codec reports back. */
  // envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::resetStream, ActiveStream::onResetStream
  #countReset(stream: number): void {
    this.count(stream, DOWNSTREAM_RQ_TX_RESET);
    this.count(stream, DOWNSTREAM_RQ_RX_RESET);
  }

  /**
   * A stream beside this one with the head that an internal redirect made; nothing has happened to it yet. It takes the other's place
   * by `replace`, or is given back by `discard`.
   */
  // envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::recreateStream
  recreate(stream: number, original: number, bytes: number): number {
    const created = this.#streams.allocate();
    const s = this.#streams.table.arrays;
    for (const column of RECREATED_COLUMNS) s[column][created] = s[column][stream] ?? 0;
    const first = s.redirectedFrom[stream] ?? NONE;
    s.redirectedFrom[created] = first === NONE ? (s.original[stream] ?? 0) : first;
    s.redirects[created] = (s.redirects[stream] ?? 0) + 1;
    s.original[created] = original;
    s.requestBytes[created] = bytes;
    s.receivedBefore[created] = (s.receivedBefore[stream] ?? 0) + (s.requestBytes[stream] ?? 0);
    s.startNs[created] = this.#kernel.nowNs;
    s.span[created] = 0;
    return created;
  }

  discard(stream: number): void {
    this.#streams.release(stream);
  }

  /**
   * The old stream ends with the status of its redirect and no answer, the new one is served on the same leg. The head is
   * changed in place, so that the old one's log line shows the new head too.
   */
  // envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::recreateStream
  replace(stream: number, created: number, status: number): void {
    const s = this.#streams.table.arrays;
    const leg = s.leg[stream] ?? NONE;
    s.leg[stream] = NONE;
    s.status[stream] = status;
    this.setDetails(stream, ResponseCodeDetails.InternalRedirect);
    this.#streams.redirectHeads[stream] = s.original[created];
    this.#finish(stream);
    this.#network.legs.arrays.serverContext[leg] = created;
    const connection = s.connection[created] ?? 0;
    this.#begin(created, this.#network.connections.arrays.payload[connection] === PAYLOAD_HTTP2);
  }

  /** The client is gone or reset the stream: there is nobody to answer any more. */
  drop(leg: number): void {
    const stream = this.#network.legs.arrays.serverContext[leg] ?? NONE;
    if (stream === NONE) return;
    const s = this.#streams.table.arrays;
    const c = this.#network.connections.arrays;
    const connection = s.connection[stream] ?? 0;
    c.serverStreams[connection] = (c.serverStreams[connection] ?? 0) - 1;
    c.serverIdleSinceNs[connection] = this.#kernel.nowNs;
    s.leg[stream] = NONE;
    this.count(stream, DOWNSTREAM_RQ_RX_RESET);
    if (c.clientClosed[connection] === 1) {
      this.#streams.addFlag(stream, ResponseFlag.DownstreamConnectionTermination);
      this.setDetails(stream, ResponseCodeDetails.DownstreamRemoteDisconnect);
    } else {
      this.#streams.addFlag(stream, ResponseFlag.DownstreamRemoteReset);
      this.setDetails(stream, 'http2.remote_reset');
    }
    this.#toRouter().abandon(stream);
    this.#finish(stream);
  }

  /** The proxy's own process ends: the stream is cut off without any word. */
  cut(stream: number): void {
    this.#streams.table.arrays.leg[stream] = NONE;
    this.#toRouter().abandon(stream);
    this.#finish(stream);
  }

  #finish(stream: number): void {
    const s = this.#streams.table.arrays;
    this.#cancel(s.idleTimer[stream] ?? NO_EVENT);
    this.#cancel(s.durationTimer[stream] ?? NO_EVENT);
    this.#cancel(s.delayTimer[stream] ?? NO_EVENT);
    if (s.call[stream] !== NONE) this.#toCalls().cancel(s.call[stream] ?? NONE);
    const statistics = this.statisticsOf(stream);
    statistics[DOWNSTREAM_RQ_ACTIVE] = (statistics[DOWNSTREAM_RQ_ACTIVE] ?? 0) - 1;
    if (s.faultCharged[stream] === 1) statistics[ACTIVE_FAULTS] = (statistics[ACTIVE_FAULTS] ?? 0) - 1;
    this.#toReporter().streamFinished(stream, this.planOf(stream));
    this.#streams.release(stream);
  }

  handleIdleTimeout(stream: number, generation: number): void {
    if (!this.#streams.isCurrent(stream, generation)) return;
    this.#streams.table.arrays.idleTimer[stream] = NO_EVENT;
    this.count(stream, DOWNSTREAM_RQ_IDLE_TIMEOUT);
    this.#toRouter().abandon(stream);
    this.sendLocalReply(stream, {
      status: 504,
      body: 'stream timeout',
      details: ResponseCodeDetails.StreamIdleTimeout,
      flag: ResponseFlag.StreamIdleTimeout,
    });
  }

  handleMaxDuration(stream: number, generation: number): void {
    if (!this.#streams.isCurrent(stream, generation)) return;
    this.#streams.table.arrays.durationTimer[stream] = NO_EVENT;
    this.count(stream, DOWNSTREAM_RQ_MAX_DURATION);
    this.#toRouter().abandon(stream);
    this.sendLocalReply(stream, {
      status: 504,
      body: 'downstream duration timeout',
      details: ResponseCodeDetails.MaxDurationTimeout,
      grpcStatus: 4,
    });
  }
}
