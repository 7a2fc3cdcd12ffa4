import { assertDefined, type Ns } from '../../base';
import {
  EVENT_DOWNSTREAM_AGE,
  EVENT_DOWNSTREAM_DRAINED,
  EVENT_DOWNSTREAM_IDLE_TIMEOUT,
  PRIORITY_TRAFFIC,
  type TimerLanes,
} from '../core';
import type { Kernel } from '../kernel';
import {
  CONNECT_ACCEPTED,
  type Connections,
  MARK_RECORDED,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  podOf,
  processOf,
  ROLE_PROXY,
  type ServiceDirectory,
} from '../network';
import { type ConfigRegistry, sameContent } from './config';
import * as counters from './counters';
import type { ProxyEnvironment } from './environment';
import type { ConnectionManager } from './http/connection-manager';
import { chainOf, type Listeners } from './listeners';
import type { ProxyRecord } from './proxy-record';
import type { Reporter } from './reporter';
import type { ProxyTables } from './tables';
import type { TcpProxies } from './tcp/tcp-proxies';

const CX_TOTAL = counters.httpCounter('downstream_cx_total');
const CX_ACTIVE = counters.httpCounter('downstream_cx_active');
const CX_DESTROY = counters.httpCounter('downstream_cx_destroy');
const CX_HTTP1 = counters.httpCounter('downstream_cx_http1_total');
const CX_HTTP2 = counters.httpCounter('downstream_cx_http2_total');
const CX_SSL = counters.httpCounter('downstream_cx_ssl_total');
const CX_IDLE_TIMEOUT = counters.httpCounter('downstream_cx_idle_timeout');
const CX_PROTOCOL_ERROR = counters.httpCounter('downstream_cx_protocol_error');

/** Default of `drain_timeout`, 5 s: how long a client is waited for that was asked to leave. */
const DRAIN_TIMEOUT_NS = 5_000_000_000;

/** What becomes of connections that were taken in. */
export interface DownstreamParts {
  readonly listeners: Listeners;
  readonly manager: ConnectionManager;
  readonly tcpProxies: TcpProxies;
  readonly reporter: Reporter;
}

/** Connections to proxies: taken in, watched while idle, moved to a new configuration or drained, counted. */
export class DownstreamConnections {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;
  readonly #connections: Connections;
  readonly #services: ServiceDirectory;
  readonly #configs: ConfigRegistry;
  readonly #proxies: ProxyTables['proxies'];
  readonly #listeners: Listeners;
  readonly #manager: ConnectionManager;
  readonly #tcpProxies: TcpProxies;
  readonly #reporter: Reporter;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: DownstreamParts) {
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
    this.#connections = environment.connections;
    this.#services = environment.services;
    this.#configs = tables.configs;
    this.#proxies = tables.proxies;
    this.#listeners = parts.listeners;
    this.#manager = parts.manager;
    this.#tcpProxies = parts.tcpProxies;
    this.#reporter = parts.reporter;
  }

  #proxy(slot: number): ProxyRecord {
    return assertDefined(this.#proxies[slot], 'the pod has no proxy');
  }

  /** Connections of listeners that did not change go on under the new configuration; the others drain. */
  // envoyproxy/envoy source/common/listener_manager/listener_manager_impl.cc addOrUpdateListenerInternal
  move(slot: number, old: number, current: number): void {
    const table = this.#network.connections;
    const c = table.arrays;
    const self = processOf(slot, ROLE_PROXY);
    const before = this.#configs.get(old);
    const after = this.#configs.get(current);
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection) || c.serverProcess[connection] !== self) continue;
      if (c.serverConfig[connection] !== old || c.serverChain[connection] === NONE) continue;
      const chain = before.chains[c.serverChain[connection] ?? 0];
      if (chain === undefined) continue;
      const { source } = chain.listener;
      const listener = after.listeners.find((candidate) => candidate.source.name === source.name);
      const position = [...chain.listener.chains.values()].indexOf(chain);
      const moved = listener === undefined ? undefined : [...listener.chains.values()][position];
      if (moved !== undefined && sameContent(moved.listener.source, source)) {
        c.serverConfig[connection] = current;
        c.serverChain[connection] = moved.number;
      } else {
        this.#drain(connection);
      }
    }
  }

  #drain(connection: number): void {
    const c = this.#network.connections.arrays;
    c.draining[connection] = 1;
    if (c.legCount[connection] !== 0 || c.serverAccepted[connection] === 0 || c.serverClosed[connection] === 1) return;
    // A relayed connection has no moment at which it could close without being noticed.
    if (c.serverSession[connection] !== NONE) return;
    this.forget(connection);
    this.#connections.closeByServer(connection);
  }

  accept(connection: number): number {
    const c = this.#network.connections.arrays;
    const proxy = this.#proxies[podOf(c.serverProcess[connection] ?? 0)];
    if (proxy === undefined) return 1;
    const { outcome, chain, end } = this.#listeners.accept(connection, proxy);
    if (end !== undefined) this.#reporter.connectionEnded(connection, proxy.slot, end);
    if (outcome !== CONNECT_ACCEPTED || chain === undefined || c.doomed[connection] === 1) return outcome;
    if (chain.hcm !== undefined) {
      const statistics = proxy.statisticsOf(chain.hcm.source.statPrefix);
      const protocol = c.payload[connection] === PAYLOAD_HTTP2 ? CX_HTTP2 : CX_HTTP1;
      for (const counter of [CX_TOTAL, CX_ACTIVE, protocol]) statistics[counter] = (statistics[counter] ?? 0) + 1;
      if (chain.source.tls !== undefined) statistics[CX_SSL] = (statistics[CX_SSL] ?? 0) + 1;
      this.#armIdleTimer(connection, chain.hcm.source.idleTimeoutNs);
      this.#later(connection, EVENT_DOWNSTREAM_AGE, chain.hcm.source.maxConnectionDurationNs ?? 0);
    } else if (chain.tcpProxy !== undefined) {
      this.#tcpProxies.accept(connection);
    } else {
      c.doomed[connection] = 1;
    }
    return outcome;
  }

  #armIdleTimer(connection: number, timeoutNs: Ns): void {
    const c = this.#network.connections.arrays;
    c.serverIdleSinceNs[connection] = this.#kernel.nowNs;
    if (timeoutNs === 0) return;
    const generation = this.#network.connections.generationOf(connection);
    c.serverTimer[connection] = this.#lanes.start(timeoutNs, EVENT_DOWNSTREAM_IDLE_TIMEOUT, connection, generation, 0);
  }

  handleIdleTimeout(connection: number, generation: number): void {
    const c = this.#network.connections.arrays;
    if (!this.#network.connections.isCurrent(connection, generation) || c.serverClosed[connection] === 1) return;
    const chain = chainOf(this.#configs, this.#network, connection);
    const timeoutNs = chain?.hcm?.source.idleTimeoutNs ?? 0;
    if (chain?.hcm === undefined || timeoutNs === 0) return;
    const busy = (c.serverStreams[connection] ?? 0) > 0;
    const dueNs = busy ? this.#kernel.nowNs + timeoutNs : (c.serverIdleSinceNs[connection] ?? 0) + timeoutNs;
    if (dueNs > this.#kernel.nowNs) {
      const kind = EVENT_DOWNSTREAM_IDLE_TIMEOUT;
      c.serverTimer[connection] = this.#kernel.at(dueNs, PRIORITY_TRAFFIC, kind, connection, generation, 0);
      return;
    }
    const slot = podOf(c.serverProcess[connection] ?? 0);
    const statistics = this.#proxy(slot).statisticsOf(chain.hcm.source.statPrefix);
    statistics[CX_IDLE_TIMEOUT] = (statistics[CX_IDLE_TIMEOUT] ?? 0) + 1;
    this.#askToLeave(connection);
  }

  /** 0: never. */
  #later(connection: number, kind: number, afterNs: Ns): void {
    if (afterNs === 0) return;
    const generation = this.#network.connections.generationOf(connection);
    this.#kernel.after(afterNs, PRIORITY_TRAFFIC, kind, connection, generation, 0);
  }

  #isGone(connection: number, generation: number): boolean {
    const { connections } = this.#network;
    return !connections.isCurrent(connection, generation) || connections.arrays.serverClosed[connection] === 1;
  }

  // envoyproxy/envoy source/common/http/conn_manager_impl.cc ConnectionManagerImpl::onConnectionDurationTimeout
  handleAge(connection: number, generation: number): void {
    if (!this.#isGone(connection, generation)) this.#askToLeave(connection);
  }

  /**
   * A client that has never asked for anything is cut off. Others are told: over HTTP/2 at once, over HTTP/1.1 with the next response;
   * whoever does not come back within the drain timeout is cut off, too.
   */
  // envoyproxy/envoy source/common/http/conn_manager_impl.cc ConnectionManagerImpl::onIdleTimeout, startDrainSequence
  #askToLeave(connection: number): void {
    const c = this.#network.connections.arrays;
    if (c.serverRequests[connection] === 0 || c.payload[connection] === PAYLOAD_HTTP2) this.#drain(connection);
    else if (c.serverDraining[connection] === 0) {
      c.serverDraining[connection] = 1;
      this.#later(connection, EVENT_DOWNSTREAM_DRAINED, DRAIN_TIMEOUT_NS);
    }
  }

  handleDrained(connection: number, generation: number): void {
    if (!this.#isGone(connection, generation)) this.#drain(connection);
  }

  serve(leg: number): void {
    const connection = this.#network.legs.arrays.connection[leg] ?? 0;
    const c = this.#network.connections.arrays;
    const chain = chainOf(this.#configs, this.#network, connection);
    if (chain?.hcm === undefined) {
      this.#tcpProxies.serve(leg);
      return;
    }
    if (c.payload[connection] === PAYLOAD_TCP) {
      // Bytes that are no HTTP: the codec gives up and closes.
      const slot = podOf(c.serverProcess[connection] ?? 0);
      const statistics = this.#proxy(slot).statisticsOf(chain.hcm.source.statPrefix);
      statistics[CX_PROTOCOL_ERROR] = (statistics[CX_PROTOCOL_ERROR] ?? 0) + 1;
      this.forget(connection);
      this.#connections.closeByServer(connection);
      return;
    }
    if (((this.#network.legs.arrays.marks[leg] ?? 0) & MARK_RECORDED) !== 0) this.#recordArrival(leg, connection);
    // envoyproxy/envoy source/common/http/conn_manager_impl.cc ConnectionManagerImpl::newStream
    const most = chain.hcm.source.maxRequestsPerConnection ?? 0;
    if (most > 0 && (c.serverRequests[connection] ?? 0) + 1 >= most) {
      if (c.payload[connection] === PAYLOAD_HTTP2) c.draining[connection] = 1;
      else c.serverDraining[connection] = 1;
    }
    this.#manager.serve(leg);
  }

  /** A followed request says how its connection came in; that was decided before anybody followed. */
  #recordArrival(leg: number, connection: number): void {
    const c = this.#network.connections.arrays;
    const chain = chainOf(this.#configs, this.#network, connection);
    const requestId = this.#network.legs.arrays.requestId[leg] ?? 0;
    const sink = this.#reporter.sink(podOf(c.serverProcess[connection] ?? 0), requestId);
    const { ip, port } = this.#services.address(c.address[connection] ?? 0);
    const listener = chain?.listener.source;
    const mutual = c.mutualTls[connection] === 1 ? 'mutualTls' : 'plaintext';
    sink.decide('listener', listener?.name ?? '', { code: 'matched', values: { ip, port } }, [], listener?.origin);
    sink.decide('filterChain', chain?.source.name ?? '', { code: 'matched', values: {} }, [], chain?.source.origin);
    sink.decide('tls', mutual, { code: mutual, values: {} });
  }

  forget(connection: number): void {
    const c = this.#network.connections.arrays;
    if (c.serverSession[connection] !== NONE) {
      this.#tcpProxies.handleDownstreamClosed(connection);
      return;
    }
    const chain = chainOf(this.#configs, this.#network, connection);
    if (chain?.hcm === undefined || c.doomed[connection] === 1) return;
    if ((c.serverTimer[connection] ?? 0) !== 0) this.#kernel.cancel(c.serverTimer[connection] ?? 0);
    c.serverTimer[connection] = 0;
    const statistics = this.#proxy(podOf(c.serverProcess[connection] ?? 0)).statisticsOf(chain.hcm.source.statPrefix);
    statistics[CX_ACTIVE] = (statistics[CX_ACTIVE] ?? 0) - 1;
    statistics[CX_DESTROY] = (statistics[CX_DESTROY] ?? 0) + 1;
  }
}
