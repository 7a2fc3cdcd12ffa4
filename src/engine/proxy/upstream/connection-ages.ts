import { EVENT_UPSTREAM_CONNECTION_AGE, PRIORITY_TRAFFIC } from '../../core';
import type { Kernel } from '../../kernel';
import type { NetworkTables } from '../../network';
import type { ProxyEnvironment } from '../environment';
import type { Clusters } from './clusters';
import type { Pools } from './pools';
import type { UpstreamTables } from './tables';

/**
 * Connections to hosts end some time after they were established: idle ones at once, busy ones with their last stream.
 * envoyproxy/envoy source/common/conn_pool/conn_pool_base.cc ActiveClient::onConnectionDurationTimeout
 */
export class ConnectionAges {
  readonly #kernel: Kernel;
  readonly #network: NetworkTables;
  readonly #tables: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #pools: Pools;

  constructor(environment: ProxyEnvironment, tables: UpstreamTables, clusters: Clusters, pools: Pools) {
    this.#kernel = environment.kernel;
    this.#network = environment.network;
    this.#tables = tables;
    this.#clusters = clusters;
    this.#pools = pools;
  }

  handleConnected(connection: number): void {
    const c = this.#network.connections.arrays;
    if (c.clientClosed[connection] === 1) return;
    const { source } = this.#clusterOf(connection).cluster;
    const ageNs = source.httpProtocol.maxConnectionDurationNs ?? 0;
    if (ageNs === 0) return;
    const generation = this.#network.connections.generationOf(connection);
    this.#kernel.after(ageNs, PRIORITY_TRAFFIC, EVENT_UPSTREAM_CONNECTION_AGE, connection, generation, 0);
  }

  handleDue(connection: number, generation: number): void {
    const c = this.#network.connections.arrays;
    if (!this.#network.connections.isCurrent(connection, generation) || c.clientClosed[connection] === 1) return;
    this.#clusterOf(connection).countRare('upstream_cx_max_duration_reached');
    this.#pools.drainConnection(connection);
  }

  #clusterOf(connection: number) {
    const pool = this.#network.connections.arrays.clientPool[connection] ?? 0;
    return this.#clusters.get(this.#tables.pools.arrays.cluster[pool] ?? 0);
  }
}
