import type { Ns, Rng } from '../../../base';
import { NONE } from '../../network';
import { type CompiledCluster, ROUTING_PRIORITIES } from '../config';
import { CLUSTER_COUNTERS, clusterCounter, SSL_CONNECTION_ERROR } from '../counters';
import {
  createHostColumns,
  createLoadBalancer,
  type HostColumns,
  type HostPartition,
  type HostUpdate,
  type LoadBalancer,
  type LoadBalancerState,
  type LocalZone,
  maxActiveRetries,
  NO_HOST,
  type OutlierDetector,
  type OutlierState,
} from '../semantics';

/** Resources that circuit breakers bound, per routing priority. */
export const RESOURCE_CONNECTIONS = 0;
export const RESOURCE_PENDING = 1;
export const RESOURCE_REQUESTS = 2;
export const RESOURCE_RETRIES = 3;
export const RESOURCE_POOLS = 4;
const RESOURCES = 5;

const STATUS_COUNT = 600;

/** Before the first moment of a run, by more than any window. */
const NEVER_PUBLISHED: Ns = Number.MIN_SAFE_INTEGER;

/** Plain-data state of a {@link ClusterRuntime}. */
export interface ClusterRuntimeState {
  readonly serial: number;
  readonly pod: number;
  readonly name: string;
  readonly cluster: Pick<CompiledCluster, 'source' | 'assignment'>;
  readonly retired: boolean;
  readonly streams: number;
  readonly hosts: readonly number[];
  readonly columns: HostColumns;
  readonly balancers: readonly LoadBalancerState[];
  readonly resources: Int32Array;
  readonly counters: Float64Array;
  readonly statuses: readonly number[];
  readonly retriedStatuses: readonly number[];
  readonly pools: readonly (readonly [number, number])[];
  readonly dynamicHosts: readonly (readonly [number, number])[];
  readonly detector: OutlierState | undefined;
  readonly outlierCounters: readonly (readonly [string, number])[];
  readonly rareCounters: readonly (readonly [string, number])[];
  readonly healthSessions: readonly (readonly [number, number])[];
  readonly directoryVersion: number;
  readonly publishedFlags: HostColumns['flags'];
  readonly lastPublishedNs: Ns;
  readonly publishPending: boolean;
}

export interface ClusterIdentity {
  readonly number: number;
  readonly serial: number;
  readonly pod: number;
  readonly rng: Rng;
  readonly outlierRng: Rng;
}

/** One cluster in one proxy: hosts with their health, balancers per worker, breakers and counters. */
export class ClusterRuntime {
  readonly number: number;
  /** Counts all clusters ever made: tells two users of one number apart. */
  readonly serial: number;
  /** Slot of the proxy's pod. */
  readonly pod: number;
  readonly rng: Rng;
  readonly outlierRng: Rng;
  readonly workers: number;
  cluster: CompiledCluster;
  /** Replaced or removed; lives until its last connection is gone. */
  retired = false;
  /** Downstream streams and sessions that were routed here and are not over. */
  streams = 0;
  /** Host number by position in the host table. */
  hosts: Int32Array = new Int32Array(0);
  columns: HostColumns = createHostColumns(0);
  balancers: LoadBalancer[];
  readonly resources = new Int32Array(ROUTING_PRIORITIES * RESOURCES);
  readonly counters = new Float64Array(CLUSTER_COUNTERS.length);
  readonly statuses = new Uint32Array(STATUS_COUNT);
  readonly retriedStatuses = new Uint32Array(STATUS_COUNT);
  /** Pool by host, worker, priority and protocol. */
  readonly pools = new Map<number, number>();
  /** Hosts of an original destination cluster, by address number. */
  readonly dynamicHosts = new Map<number, number>();
  /** Flags of the hosts as the balancers know them: changes of health may be on their way. */
  publishedFlags: HostColumns['flags'] = this.columns.flags;
  /** When a change of membership or health was passed on last; `NEVER_PUBLISHED` before the first one. */
  lastPublishedNs: Ns = NEVER_PUBLISHED;
  /** A change of health is held back. */
  publishPending = false;
  /** The proxy's own zone, where the cluster routes by zones. */
  localZone: (() => LocalZone | undefined) | undefined;
  /** Told after every refresh, where the cluster is the proxy's own and others route by its zones. */
  whenRefreshed: ((nowNs: Ns) => void) | undefined;
  detector: OutlierDetector | undefined;
  /** Counters under `outlier_detection.`. */
  readonly outlierCounters = new Map<string, number>();
  /** Counters that exist once they have been raised: those of health checks and of filters' calls. */
  readonly rareCounters = new Map<string, number>();
  /** Session of the active health check of each host. */
  readonly healthSessions = new Map<number, number>();
  /** Version of the service directory that names of a DNS cluster were resolved with. */
  directoryVersion = -1;

  constructor(identity: ClusterIdentity, cluster: CompiledCluster, workers: number) {
    this.number = identity.number;
    this.serial = identity.serial;
    this.pod = identity.pod;
    this.rng = identity.rng;
    this.outlierRng = identity.outlierRng;
    this.cluster = cluster;
    this.workers = workers;
    this.balancers = Array.from({ length: workers }, () => createLoadBalancer(cluster.plan));
  }

  /** A host for whoever has no wishes, such as calls of the proxy itself; -1 when there is none. */
  anyHost(worker: number, nowNs: Ns): number {
    const balancer = this.balancers[worker % this.balancers.length];
    if (balancer === undefined) return NONE;
    const index = balancer.chooseHost({
      nowNs,
      hash: undefined,
      metadataMatch: undefined,
      hostSelectionRetryMax: 0,
      rejectHost: undefined,
      previousPriorities: undefined,
      random: this.rng,
    });
    for (const counter of balancer.lastPick.counters) this.count(clusterCounter(counter));
    return index === NO_HOST ? NONE : (this.hosts[index] ?? NONE);
  }

  count(counter: number): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + 1;
  }

  countBy(counter: number, amount: number): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + amount;
  }

  /** `failure`: position among the counters of failed handshakes, from 1; 0 counts nothing. */
  countTlsFailure(failure: number): void {
    if (failure > 0) this.count(SSL_CONNECTION_ERROR - 1 + failure);
  }

  countRare(name: string): void {
    this.rareCounters.set(name, (this.rareCounters.get(name) ?? 0) + 1);
  }

  countStatus(status: number): void {
    if (status < STATUS_COUNT) this.statuses[status] = (this.statuses[status] ?? 0) + 1;
  }

  countRetriedStatus(status: number): void {
    if (status < STATUS_COUNT) this.retriedStatuses[status] = (this.retriedStatuses[status] ?? 0) + 1;
  }

  resource(priority: number, resource: number): number {
    return this.resources[priority * RESOURCES + resource] ?? 0;
  }

  addResource(priority: number, resource: number, change: number): void {
    const at = priority * RESOURCES + resource;
    this.resources[at] = (this.resources[at] ?? 0) + change;
  }

  /** Most that a resource may hold; retries may be bound by a budget of the load instead. */
  limit(priority: number, resource: number): number {
    const thresholds = this.cluster.thresholds[priority === 0 ? 0 : 1];
    switch (resource) {
      case RESOURCE_CONNECTIONS:
        return thresholds.maxConnections;
      case RESOURCE_PENDING:
        return thresholds.maxPendingRequests;
      case RESOURCE_REQUESTS:
        return thresholds.maxRequests;
      case RESOURCE_POOLS:
        return thresholds.maxConnectionPools;
      default:
        return maxActiveRetries(
          thresholds,
          this.resource(priority, RESOURCE_REQUESTS),
          this.resource(priority, RESOURCE_PENDING),
        );
    }
  }

  // envoyproxy/envoy source/common/upstream/resource_manager_impl.h ManagedResourceImpl::canCreate
  canCreate(priority: number, resource: number): boolean {
    return this.resource(priority, resource) < this.limit(priority, resource);
  }

  /** Sorts the hosts by their flags anew and tells the balancers. To be called whenever membership or a flag changes. */
  refreshBalancers(nowNs: Ns): void {
    this.publishedFlags = this.columns.flags.slice();
    this.#tellBalancers(nowNs);
    this.whenRefreshed?.(nowNs);
  }

  /** The hosts as the balancers know them. */
  get partition(): HostPartition {
    return this.cluster.partitions.get(this.publishedFlags);
  }

  #tellBalancers(nowNs: Ns): void {
    const localZone = this.localZone?.();
    const base = { hosts: this.partition, columns: this.columns, random: this.rng, nowNs };
    const update: HostUpdate = localZone === undefined ? base : { ...base, localZone };
    for (const balancer of this.balancers) balancer.setHosts(update);
  }

  save(): ClusterRuntimeState {
    return {
      serial: this.serial,
      pod: this.pod,
      name: this.cluster.name,
      cluster: { source: this.cluster.source, assignment: this.cluster.assignment },
      retired: this.retired,
      streams: this.streams,
      hosts: [...this.hosts],
      columns: {
        flags: this.columns.flags.slice(),
        activeRequests: this.columns.activeRequests.slice(),
        healthySinceNs: this.columns.healthySinceNs.slice(),
        rttEwmaNs: this.columns.rttEwmaNs.slice(),
        rttUpdatedNs: this.columns.rttUpdatedNs.slice(),
      },
      balancers: this.balancers.map((balancer) => balancer.save()),
      resources: this.resources.slice(),
      counters: this.counters.slice(),
      statuses: toPairs(this.statuses),
      retriedStatuses: toPairs(this.retriedStatuses),
      pools: [...this.pools],
      dynamicHosts: [...this.dynamicHosts],
      detector: this.detector?.save(),
      outlierCounters: [...this.outlierCounters],
      rareCounters: [...this.rareCounters],
      healthSessions: [...this.healthSessions],
      directoryVersion: this.directoryVersion,
      publishedFlags: this.publishedFlags.slice(),
      lastPublishedNs: this.lastPublishedNs,
      publishPending: this.publishPending,
    };
  }

  /** Takes over a saved state into a runtime made for the same cluster. */
  restore(state: ClusterRuntimeState): void {
    this.retired = state.retired;
    this.streams = state.streams;
    this.hosts = Int32Array.from(state.hosts);
    this.columns = {
      flags: state.columns.flags.slice(),
      activeRequests: state.columns.activeRequests.slice(),
      healthySinceNs: state.columns.healthySinceNs.slice(),
      rttEwmaNs: state.columns.rttEwmaNs.slice(),
      rttUpdatedNs: state.columns.rttUpdatedNs.slice(),
    };
    // What is drawn here does not count: balancers take their state next, and random streams are rewound after all else.
    this.publishedFlags = state.publishedFlags.slice();
    this.lastPublishedNs = state.lastPublishedNs;
    this.publishPending = state.publishPending;
    this.#tellBalancers(0);
    for (const [worker, saved] of state.balancers.entries()) this.balancers[worker]?.restore(saved);
    this.resources.set(state.resources);
    this.counters.set(state.counters);
    fromPairs(state.statuses, this.statuses);
    fromPairs(state.retriedStatuses, this.retriedStatuses);
    this.pools.clear();
    for (const [key, pool] of state.pools) this.pools.set(key, pool);
    this.dynamicHosts.clear();
    for (const [address, host] of state.dynamicHosts) this.dynamicHosts.set(address, host);
    this.outlierCounters.clear();
    for (const [name, count] of state.outlierCounters) this.outlierCounters.set(name, count);
    this.rareCounters.clear();
    for (const [name, count] of state.rareCounters) this.rareCounters.set(name, count);
    this.healthSessions.clear();
    for (const [host, session] of state.healthSessions) this.healthSessions.set(host, session);
    this.directoryVersion = state.directoryVersion;
  }
}

/** Index and value of every entry that is not zero. */
function toPairs(values: Uint32Array): number[] {
  const pairs: number[] = [];
  values.forEach((value, index) => {
    if (value > 0) pairs.push(index, value);
  });
  return pairs;
}

function fromPairs(pairs: readonly number[], target: Uint32Array): void {
  target.fill(0);
  for (let i = 0; i < pairs.length; i += 2) target[pairs[i] ?? 0] = pairs[i + 1] ?? 0;
}
