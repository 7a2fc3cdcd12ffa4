import { EVENT_CONNECT_TIMEOUT, EVENT_UPSTREAM_IDLE_TIMEOUT, PRIORITY_TRAFFIC, type TimerLanes } from '../../core';
import { type Kernel, NO_EVENT } from '../../kernel';
import type { NetworkTables } from '../../network';
import type { ProxyEnvironment } from '../environment';
import type { ClusterRuntime } from './cluster-runtime';

/**
 * The one timer of a connection to a host: while it is being opened that of the connect timeout, afterwards that of the
 * idle timeout.
 * envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ActiveClient (connect_timer_), source/common/http/codec_client.cc
 */
export class ClientTimers {
  readonly #kernel: Kernel;
  readonly #lanes: TimerLanes;
  readonly #network: NetworkTables;

  constructor(environment: ProxyEnvironment) {
    this.#kernel = environment.kernel;
    this.#lanes = environment.lanes;
    this.#network = environment.network;
  }

  startConnect(connection: number, cluster: ClusterRuntime): void {
    const { connectTimeoutNs } = cluster.cluster;
    if (connectTimeoutNs > 0) this.#start(connection, connectTimeoutNs, EVENT_CONNECT_TIMEOUT);
    else this.#network.connections.arrays.clientTimer[connection] = NO_EVENT;
  }

  #start(connection: number, delayNs: number, kind: number): void {
    const generation = this.#network.connections.generationOf(connection);
    this.#network.connections.arrays.clientTimer[connection] = this.#lanes.start(
      delayNs,
      kind,
      connection,
      generation,
      0,
    );
  }

  /** True where the connection that it was started for is still there; it then has no timer any more. */
  takeDue(connection: number, generation: number): boolean {
    if (!this.#network.connections.isCurrent(connection, generation)) return false;
    this.#network.connections.arrays.clientTimer[connection] = NO_EVENT;
    return true;
  }

  stop(connection: number): void {
    const c = this.#network.connections.arrays;
    const timer = c.clientTimer[connection] ?? NO_EVENT;
    if (timer !== NO_EVENT) this.#kernel.cancel(timer);
    c.clientTimer[connection] = NO_EVENT;
  }

  /** Notes since when a connection has no streams. Its timer is started once and checks the note when it fires. */
  rest(connection: number, cluster: ClusterRuntime): void {
    const c = this.#network.connections.arrays;
    c.idleSinceNs[connection] = this.#kernel.nowNs;
    const { idleTimeoutNs } = cluster.cluster;
    if (idleTimeoutNs === 0 || c.clientTimer[connection] !== NO_EVENT) return;
    this.#start(connection, idleTimeoutNs, EVENT_UPSTREAM_IDLE_TIMEOUT);
  }

  /** True: a connection without streams has rested long enough. Otherwise it is looked at again when it will have. */
  hasRested(connection: number, generation: number, cluster: ClusterRuntime): boolean {
    const c = this.#network.connections.arrays;
    const dueNs = (c.idleSinceNs[connection] ?? 0) + cluster.cluster.idleTimeoutNs;
    if (dueNs <= this.#kernel.nowNs) return true;
    c.clientTimer[connection] = this.#kernel.at(
      dueNs,
      PRIORITY_TRAFFIC,
      EVENT_UPSTREAM_IDLE_TIMEOUT,
      connection,
      generation,
      0,
    );
    return false;
  }
}
