import { EVENT_HEALTH_MERGED, PRIORITY_TRAFFIC } from '../../core';
import type { Kernel } from '../../kernel';
import { CONNECTION_OPEN, type NetworkTables, NONE, processOf, ROLE_PROXY } from '../../network';
import type { ProxyEnvironment } from '../environment';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from './cluster-runtime';
import type { Clusters } from './clusters';
import { PoolLists } from './pool-lists';
import type { Pools } from './pools';
import { PROTOCOL_TCP, type UpstreamTables } from './tables';

const NS_PER_MS = 1_000_000;
/** `CommonLbConfig.update_merge_window` unless set, in milliseconds; no mesh sets it. */
const UPDATE_MERGE_WINDOW_MS = 1_000;

/**
 * Passes changes of the health of hosts on to the balancers. A change that follows another one within the merge window is held back for
 * the length of the window, and with it all that come meanwhile.
 */
export class HealthPublisher {
  readonly #kernel: Kernel;
  readonly #clusters: Clusters;
  readonly #pools: Pools;

  readonly #network: NetworkTables;
  readonly #tables: UpstreamTables;
  readonly #lists: PoolLists;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters, pools: Pools) {
    this.#kernel = environment.kernel;
    this.#clusters = clusters;
    this.#pools = pools;
    this.#network = environment.network;
    this.#tables = tables.upstream;
    this.#lists = new PoolLists(environment.network, tables.upstream);
  }

  // envoyproxy/envoy source/common/upstream/cluster_manager_impl.cc ClusterManagerImpl::scheduleUpdate
  healthChanged(cluster: ClusterRuntime): void {
    const sinceMs = Math.floor((this.#kernel.nowNs - cluster.lastPublishedNs) / NS_PER_MS);
    if (sinceMs > UPDATE_MERGE_WINDOW_MS) {
      this.#publish(cluster);
    } else if (!cluster.publishPending) {
      cluster.publishPending = true;
      const windowNs = UPDATE_MERGE_WINDOW_MS * NS_PER_MS;
      this.#kernel.after(windowNs, PRIORITY_TRAFFIC, EVENT_HEALTH_MERGED, cluster.number, cluster.serial, 0);
    }
  }

  /** A host has failed: its connections carry no further requests. TCP goes on. */
  // envoyproxy/envoy source/common/upstream/cluster_manager_impl.cc ClusterManagerImpl::postThreadLocalHealthFailure
  hostFailed(cluster: ClusterRuntime, index: number): void {
    const host = cluster.hosts[index] ?? NONE;
    const p = this.#tables.pools.arrays;
    for (const pool of cluster.pools.values()) {
      if (!this.#tables.pools.isLive(pool) || p.host[pool] !== host || p.protocol[pool] === PROTOCOL_TCP) continue;
      for (const connection of this.#lists.connectionsOf(pool, processOf(cluster.pod, ROLE_PROXY))) {
        const isOpen = this.#network.connections.arrays.state[connection] === CONNECTION_OPEN;
        if (isOpen) this.#pools.drainConnection(connection);
      }
    }
  }

  // envoyproxy/envoy source/common/upstream/cluster_manager_impl.cc ClusterManagerImpl::applyUpdates
  handleMerged(number: number, serial: number): void {
    const cluster = this.#clusters.find(number);
    if (cluster === undefined || cluster.serial !== serial || cluster.retired || !cluster.publishPending) return;
    this.#publish(cluster);
  }

  #publish(cluster: ClusterRuntime): void {
    cluster.publishPending = false;
    cluster.lastPublishedNs = this.#kernel.nowNs;
    cluster.refreshBalancers(this.#kernel.nowNs);
  }
}
