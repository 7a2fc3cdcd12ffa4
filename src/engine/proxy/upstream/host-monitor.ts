import { assert } from '../../../base';
import { EVENT_OUTLIER_INTERVAL, PRIORITY_TRAFFIC } from '../../core';
import type { Kernel } from '../../kernel';
import { NONE } from '../../network';
import {
  HostHealthFlag,
  NO_STATUS,
  OutlierDetector,
  type OutlierEvent,
  outlierResultOfStatus,
  outlierStatus,
  type RequestView,
  type ResponseView,
} from '../semantics';
import type { ClusterRuntime } from './cluster-runtime';
import type { Clusters } from './clusters';
import type { HealthPublisher } from './health-publisher';
import type { UpstreamTables } from './tables';

const NS_PER_MS = 1_000_000;
/** An interval of zero would stop time. */
const MIN_INTERVAL_NS = NS_PER_MS;

/** Tells the outlier detectors of clusters how hosts behave, and does to hosts what they conclude. */
export class HostMonitor {
  readonly #kernel: Kernel;
  readonly #tables: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #publisher: HealthPublisher;

  constructor(kernel: Kernel, tables: UpstreamTables, clusters: Clusters, publisher: HealthPublisher) {
    this.#publisher = publisher;
    this.#kernel = kernel;
    this.#tables = tables;
    this.#clusters = clusters;
  }

  /** A cluster came to be: its detector starts, if its configuration has one. */
  start(cluster: ClusterRuntime): void {
    this.attach(cluster);
    if (cluster.detector !== undefined) this.#schedule(cluster);
  }

  /** Makes the detector of a cluster; after a restore its interval is on the queue already. */
  attach(cluster: ClusterRuntime): void {
    const settings = cluster.cluster.outlier;
    if (settings === undefined) return;
    const detector = new OutlierDetector(settings, {
      outlierEvent: (event) => this.#apply(cluster, event),
      countOutlier: (counter) => cluster.outlierCounters.set(counter, (cluster.outlierCounters.get(counter) ?? 0) + 1),
    });
    cluster.detector = detector;
    detector.setHosts(cluster.hosts.length, () => NONE);
  }

  #schedule(cluster: ClusterRuntime): void {
    const intervalNs = (cluster.detector?.settings.intervalMs ?? 0) * NS_PER_MS;
    this.#kernel.after(
      Math.max(MIN_INTERVAL_NS, intervalNs),
      PRIORITY_TRAFFIC,
      EVENT_OUTLIER_INTERVAL,
      cluster.number,
      cluster.serial,
      0,
    );
  }

  handleInterval(number: number, serial: number): void {
    const cluster = this.#clusters.find(number);
    if (cluster === undefined || cluster.serial !== serial || cluster.retired) return;
    cluster.detector?.onInterval(this.#kernel.nowNs, cluster.outlierRng);
    this.#schedule(cluster);
  }

  // envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc DetectorImpl::ejectHost, unejectHost
  #apply(cluster: ClusterRuntime, event: OutlierEvent): void {
    if (!event.enforced) return;
    const flags = cluster.columns.flags[event.host] ?? 0;
    const ejected = event.action === 'eject';
    cluster.columns.flags[event.host] = ejected
      ? flags | HostHealthFlag.FailedOutlierCheck
      : flags & ~HostHealthFlag.FailedOutlierCheck;
    this.#publisher.healthChanged(cluster);
    if (ejected) this.#publisher.hostFailed(cluster, event.host);
  }

  /** Hosts of a cluster changed: `previous` gives the former position of a host, -1 for a new one. */
  handleHostsChanged(cluster: ClusterRuntime, previous: (index: number) => number): void {
    cluster.detector?.setHosts(cluster.hosts.length, previous);
  }

  #indexOf(cluster: ClusterRuntime, host: number): number {
    return cluster.detector === undefined ? NONE : (this.#tables.hosts.arrays.index[host] ?? NONE);
  }

  /** A try has got its connection. */
  connectSucceeded(cluster: ClusterRuntime, host: number): void {
    const index = this.#indexOf(cluster, host);
    // Without the split of origins a successful connection says nothing.
    if (index === NONE || cluster.detector?.settings.source.splitExternalLocalOriginErrors !== true) return;
    const at = { nowNs: this.#kernel.nowNs, random: cluster.outlierRng };
    cluster.detector.putResult(index, 'localOriginConnectSuccess', NO_STATUS, at);
  }

  responded(cluster: ClusterRuntime, host: number, request: RequestView, response: ResponseView): void {
    const index = this.#indexOf(cluster, host);
    if (index === NONE || cluster.detector === undefined) return;
    const status = outlierStatus(cluster.cluster.source.outlierDetection?.httpErrorCodes, request, response);
    const at = { nowNs: this.#kernel.nowNs, random: cluster.outlierRng };
    cluster.detector.putResult(index, outlierResultOfStatus(status), status, at);
  }

  /** The try failed without response headers, and not because of a limit. */
  failed(cluster: ClusterRuntime, host: number): void {
    const index = this.#indexOf(cluster, host);
    if (index === NONE || cluster.detector === undefined) return;
    const at = { nowNs: this.#kernel.nowNs, random: cluster.outlierRng };
    cluster.detector.putResult(index, 'localOriginConnectFailed', NO_STATUS, at);
  }

  timedOut(cluster: ClusterRuntime, host: number): void {
    const index = this.#indexOf(cluster, host);
    if (index === NONE || cluster.detector === undefined) return;
    const at = { nowNs: this.#kernel.nowNs, random: cluster.outlierRng };
    cluster.detector.putResult(index, 'localOriginTimeout', 504, at);
  }

  checkInvariants(cluster: ClusterRuntime): void {
    let ejected = 0;
    for (const flags of cluster.columns.flags) if ((flags & HostHealthFlag.FailedOutlierCheck) !== 0) ejected += 1;
    assert(cluster.detector === undefined || cluster.detector.ejectionsActive === ejected, 'ejections are miscounted');
  }
}
