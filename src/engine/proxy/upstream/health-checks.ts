import { NS_PER_MS } from '../../../base';
import { EVENT_HEALTH_CHECK_DUE, EVENT_HEALTH_CHECK_TIMEOUT, PRIORITY_TRAFFIC } from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import {
  blankLeg,
  CONNECTION_OPEN,
  MARK_CUT_OFF,
  NONE,
  PAYLOAD_HTTP1,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  processOf,
  ROLE_PROXY,
} from '../../network';
import type { CompiledHealthCheck } from '../config';
import { CX_TOTAL } from '../counters';
import type { ProxyEnvironment } from '../environment';
import {
  applyHealthCheck,
  applyImmediateFailure,
  excludesHost,
  firstHealthCheckMs,
  type HealthCheckOutcome,
  type HealthCheckResult,
  type HealthCheckState,
  HostHealthFlag,
  httpHealthCheckResult,
  nextHealthCheckMs,
  type ResponseView,
} from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from './cluster-runtime';
import type { Clusters } from './clusters';
import type { HealthPublisher } from './health-publisher';
import type { HealthSessions } from './health-sessions';
import { PROTOCOL_HTTP1, PROTOCOL_HTTP2, PROTOCOL_TCP, type UpstreamTables } from './tables';

/** Connections of health checks name their session where others name their pool: numbers below -1. */
const FIRST_SESSION = -2;
const HTTP_OK = 200;

/** Whether the pool number of a connection stands for a health check session. */
export function checksHealth(pool: number): boolean {
  return pool <= FIRST_SESSION;
}

const NETWORK_FAILURE: HealthCheckResult = { kind: 'failure', cause: 'network', retriable: false };
const NETWORK_TIMEOUT: HealthCheckResult = { kind: 'failure', cause: 'networkTimeout', retriable: false };
const ACTIVE_FAILURE: HealthCheckResult = { kind: 'failure', cause: 'active', retriable: false };
const SUCCESS: HealthCheckResult = { kind: 'success', degraded: false };

/**
 * Active health checks: real requests over connections of their own, outside of pools, breakers and the cluster's traffic counters.
 * envoyproxy/envoy source/extensions/health_checkers/common/health_checker_base_impl.cc, http, tcp and grpc/health_checker_impl.cc
 */
export class HealthChecks {
  readonly #environment: ProxyEnvironment;
  readonly #kernel: Kernel;
  readonly #clusters: Clusters;
  readonly #publisher: HealthPublisher;
  readonly #upstream: UpstreamTables;
  readonly #sessions: HealthSessions;
  readonly #newLeg = blankLeg();

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters, publisher: HealthPublisher) {
    this.#publisher = publisher;
    this.#environment = environment;
    this.#kernel = environment.kernel;
    this.#clusters = clusters;
    this.#upstream = tables.upstream;
    this.#sessions = tables.health;
  }

  /** Hosts of a cluster came or went: each one that is there now has a session. */
  // HealthCheckerImplBase::onClusterMemberUpdate
  update(cluster: ClusterRuntime): void {
    const check = cluster.cluster.healthCheck;
    if (check === undefined) return;
    for (const [host, session] of cluster.healthSessions) {
      if (cluster.hosts.includes(host)) continue;
      this.#end(session);
      cluster.healthSessions.delete(host);
    }
    for (const host of cluster.hosts) {
      if (cluster.healthSessions.has(host)) continue;
      const session = this.#sessions.allocate(cluster.number, host);
      cluster.healthSessions.set(host, session);
      this.#schedule(session, firstHealthCheckMs(check.source, this.#random(cluster)));
    }
  }

  stop(cluster: ClusterRuntime): void {
    for (const session of cluster.healthSessions.values()) this.#end(session);
    cluster.healthSessions.clear();
  }

  #random(cluster: ClusterRuntime): ReturnType<ProxyEnvironment['streams']['get']> {
    const { id } = this.#environment.pods.get(cluster.pod).facts;
    return this.#environment.streams.get(`health/${id}/${cluster.cluster.name}`);
  }

  #schedule(session: number, delayMs: number): void {
    const s = this.#sessions.table.arrays;
    const generation = this.#sessions.table.generationOf(session);
    const delayNs = delayMs * NS_PER_MS;
    s.intervalTimer[session] = this.#kernel.after(
      delayNs,
      PRIORITY_TRAFFIC,
      EVENT_HEALTH_CHECK_DUE,
      session,
      generation,
      0,
    );
  }

  #cancel(timer: number): void {
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
  }

  #end(session: number): void {
    const s = this.#sessions.table.arrays;
    this.#cancel(s.intervalTimer[session] ?? NO_EVENT);
    this.#cancel(s.timeoutTimer[session] ?? NO_EVENT);
    this.#close(session);
    this.#sessions.release(session);
  }

  #close(session: number): void {
    const s = this.#sessions.table.arrays;
    const connection = s.connection[session] ?? NONE;
    if (connection === NONE) return;
    s.connection[session] = NONE;
    s.leg[session] = NONE;
    this.#environment.network.connections.arrays.activeStreams[connection] = 0;
    this.#environment.connections.closeByClient(connection);
  }

  #clusterOf(session: number): ClusterRuntime {
    return this.#clusters.get(this.#sessions.table.arrays.cluster[session] ?? 0);
  }

  #checkOf(session: number): CompiledHealthCheck | undefined {
    return this.#clusterOf(session).cluster.healthCheck;
  }

  #isCurrent(session: number, generation: number): boolean {
    return this.#sessions.table.isCurrent(session, generation);
  }

  // HealthCheckerImplBase::ActiveHealthCheckSession::onIntervalBase
  handleDue(session: number, generation: number): void {
    if (!this.#isCurrent(session, generation)) return;
    const s = this.#sessions.table.arrays;
    s.intervalTimer[session] = NO_EVENT;
    const cluster = this.#clusterOf(session);
    const check = cluster.cluster.healthCheck;
    if (check === undefined) return;
    cluster.countRare('health_check.attempt');
    s.inFlight[session] = 1;
    const { timeoutNs } = check.source;
    const kind = EVENT_HEALTH_CHECK_TIMEOUT;
    s.timeoutTimer[session] = this.#environment.lanes.start(timeoutNs, kind, session, generation, 0);
    const connection = s.connection[session] ?? NONE;
    if (connection === NONE) this.#open(session, cluster, check);
    else if (this.#environment.network.connections.arrays.state[connection] === CONNECTION_OPEN) this.#send(session);
  }

  #open(session: number, cluster: ClusterRuntime, check: CompiledHealthCheck): void {
    const s = this.#sessions.table.arrays;
    const host = s.host[session] ?? 0;
    const { process: server, address } = this.#clusters.dial(cluster, host);
    const protocol =
      check.protocol === 'tcp' ? PROTOCOL_TCP : check.protocol === 'http2' ? PROTOCOL_HTTP2 : PROTOCOL_HTTP1;
    const payload =
      protocol === PROTOCOL_TCP ? PAYLOAD_TCP : protocol === PROTOCOL_HTTP2 ? PAYLOAD_HTTP2 : PAYLOAD_HTTP1;
    const request = {
      clientProcess: processOf(cluster.pod, ROLE_PROXY),
      serverProcess: server,
      address,
      payload,
      innerTls: false,
      serverName: NONE,
      clientTls: this.#clusters.tlsOf(cluster, host, protocol, undefined),
      clientPool: FIRST_SESSION - session,
      clientWorker: 0,
      edge: this.#clusters.edgeOf(cluster, host, this.#head(check)),
    };
    const { connections } = this.#environment;
    s.connection[session] = server === NONE ? connections.openUnanswered(request) : connections.open(request);
  }

  #send(session: number): void {
    const s = this.#sessions.table.arrays;
    const { network, exchanges } = this.#environment;
    const connection = s.connection[session] ?? NONE;
    const check = this.#checkOf(session);
    const init = this.#newLeg;
    init.clientContext = session;
    init.request = check === undefined ? NONE : this.#head(check);
    network.connections.arrays.activeStreams[connection] = 1;
    const leg = exchanges.create(connection, init);
    s.leg[session] = leg;
    exchanges.send(leg);
  }

  /** Number of the head of a check; -1 for bytes without one. */
  #head({ request }: CompiledHealthCheck): number {
    return request === undefined ? NONE : this.#environment.messages.internRequest(request);
  }

  #sessionOf(connection: number): number {
    const pool = this.#environment.network.connections.arrays.clientPool[connection] ?? FIRST_SESSION;
    return FIRST_SESSION - pool;
  }

  handleConnected(connection: number): void {
    const session = this.#sessionOf(connection);
    if (this.#sessions.table.arrays.inFlight[session] === 0) return;
    if (this.#checkOf(session)?.connectOnly === true) {
      this.#close(session);
      this.#finish(session, SUCCESS);
    } else {
      this.#send(session);
    }
  }

  handleConnectFailure(connection: number): void {
    const session = this.#sessionOf(connection);
    const s = this.#sessions.table.arrays;
    s.connection[session] = NONE;
    if (s.inFlight[session] === 1) this.#finish(session, NETWORK_FAILURE);
  }

  handleClosedByServer(connection: number): void {
    const session = this.#sessionOf(connection);
    const s = this.#sessions.table.arrays;
    s.connection[session] = NONE;
    // A check that was waiting for an idle connection of TCP notices that it is gone.
    if (s.inFlight[session] === 1) this.#finish(session, NETWORK_FAILURE);
  }

  // HttpActiveHealthCheckSession::onResponseComplete, GrpcActiveHealthCheckSession::onRpcComplete, TcpActiveHealthCheckSession::onData
  handleResponse(leg: number): void {
    const { network, messages } = this.#environment;
    const session = network.legs.arrays.clientContext[leg] ?? 0;
    const response = network.legs.arrays.response[leg] ?? NONE;
    const check = this.#checkOf(session);
    this.#leaveLeg(session);
    if (check === undefined) return;
    const view = messages.response(response);
    const isCutOff = ((network.legs.arrays.marks[leg] ?? 0) & MARK_CUT_OFF) !== 0;
    const result = isCutOff
      ? NETWORK_FAILURE
      : check.source.kind === 'http'
        ? httpHealthCheckResult(check.source, view)
        : this.#plainResult(check, response);
    if (check.source.kind === 'http' && result.kind === 'failure' && excludesHost(view)) this.#exclude(session);
    const connection = this.#sessions.table.arrays.connection[session] ?? NONE;
    const c = network.connections.arrays;
    const closing = isCutOff || c.draining[connection] === 1 || c.serverClosed[connection] === 1;
    if (closing || !check.reusesConnection) this.#close(session);
    this.#finish(session, result);
  }

  /** A service of gRPC says in its status what its message would say; bytes of TCP are taken for the expected ones. */
  #plainResult(check: CompiledHealthCheck, response: number): HealthCheckResult {
    if (check.source.kind === 'tcp') return SUCCESS;
    const { messages } = this.#environment;
    return messages.status(response) === HTTP_OK && messages.grpcStatus(response) <= 0 ? SUCCESS : ACTIVE_FAILURE;
  }

  handleReset(leg: number): void {
    const session = this.#environment.network.legs.arrays.clientContext[leg] ?? 0;
    this.#leaveLeg(session);
    this.#finish(session, NETWORK_FAILURE);
  }

  #leaveLeg(session: number): void {
    const s = this.#sessions.table.arrays;
    const connection = s.connection[session] ?? NONE;
    s.leg[session] = NONE;
    if (connection !== NONE) this.#environment.network.connections.arrays.activeStreams[connection] = 0;
  }

  // HealthCheckerImplBase::ActiveHealthCheckSession::onTimeoutBase
  handleTimeout(session: number, generation: number): void {
    if (!this.#isCurrent(session, generation)) return;
    const s = this.#sessions.table.arrays;
    s.timeoutTimer[session] = NO_EVENT;
    const leg = s.leg[session] ?? NONE;
    if (this.#checkOf(session)?.source.kind === 'grpc') {
      // Only the stream is reset; a connection that is still being made goes on.
      this.#leaveLeg(session);
      if (leg !== NONE) this.#environment.exchanges.cancelByClient(leg);
    } else {
      this.#close(session);
    }
    this.#finish(session, NETWORK_TIMEOUT);
  }

  #exclude(session: number): void {
    const cluster = this.#clusterOf(session);
    const index = this.#upstream.hosts.arrays.index[this.#sessions.table.arrays.host[session] ?? 0] ?? NONE;
    if (index === NONE) return;
    cluster.columns.flags[index] = (cluster.columns.flags[index] ?? 0) | HostHealthFlag.ExcludedViaImmediateHcFail;
  }

  #stateOf(session: number): HealthCheckState {
    const s = this.#sessions.table.arrays;
    return {
      numHealthy: s.numHealthy[session] ?? 0,
      numUnhealthy: s.numUnhealthy[session] ?? 0,
      firstCheck: s.firstCheck[session] === 1 ? 1 : 0,
    };
  }

  /** Takes over what a result changed. */
  #apply(session: number, state: HealthCheckState, outcome: HealthCheckOutcome): void {
    const s = this.#sessions.table.arrays;
    s.numHealthy[session] = state.numHealthy;
    s.numUnhealthy[session] = state.numUnhealthy;
    s.firstCheck[session] = state.firstCheck;
    const cluster = this.#clusterOf(session);
    const index = this.#upstream.hosts.arrays.index[s.host[session] ?? 0] ?? NONE;
    if (index === NONE) return;
    cluster.columns.flags[index] = outcome.flags;
    if (outcome.passed && outcome.transition === 'changed') cluster.columns.healthySinceNs[index] = this.#kernel.nowNs;
    if (outcome.transition !== 'changed') return;
    this.#publisher.healthChanged(cluster);
    if ((outcome.flags & HostHealthFlag.FailedActiveHc) !== 0) this.#publisher.hostFailed(cluster, index);
  }

  // HealthCheckerImplBase::ActiveHealthCheckSession::handleSuccess, handleFailure
  #finish(session: number, result: HealthCheckResult): void {
    const s = this.#sessions.table.arrays;
    s.inFlight[session] = 0;
    this.#cancel(s.timeoutTimer[session] ?? NO_EVENT);
    s.timeoutTimer[session] = NO_EVENT;
    const cluster = this.#clusterOf(session);
    const check = cluster.cluster.healthCheck;
    const index = this.#upstream.hosts.arrays.index[s.host[session] ?? 0] ?? NONE;
    if (check === undefined || index === NONE) return;
    cluster.countRare(`health_check.${result.kind}`);
    if (result.kind === 'failure' && result.cause !== 'active') cluster.countRare('health_check.network_failure');
    const state = this.#stateOf(session);
    const outcome = applyHealthCheck(check.source, state, cluster.columns.flags[index] ?? 0, result);
    this.#apply(session, state, outcome);
    if (result.kind === 'success') cluster.detector?.onActiveHealthCheckPassed(index, this.#kernel.nowNs);
    const hadTraffic = (cluster.counters[CX_TOTAL] ?? 0) > 0;
    const random = this.#random(cluster);
    this.#schedule(
      session,
      nextHealthCheckMs(check.source, result.kind, outcome.transition, hadTraffic, check, random),
    );
  }

  /** A response to ordinary traffic may say that its host is about to go. */
  // envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders (EnvoyImmediateHealthCheckFail)
  handleProxiedResponse(cluster: ClusterRuntime, host: number, response: ResponseView): void {
    const check = cluster.cluster.healthCheck;
    const session = cluster.healthSessions.get(host);
    const index = this.#upstream.hosts.arrays.index[host] ?? NONE;
    if (check === undefined || session === undefined || index === NONE || !excludesHost(response)) return;
    cluster.countRare('health_check.failure');
    cluster.countRare('health_check.passive_failure');
    const state = this.#stateOf(session);
    this.#apply(session, state, applyImmediateFailure(check.source, state, cluster.columns.flags[index] ?? 0));
  }
}
