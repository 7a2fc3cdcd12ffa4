import type { Cluster, ClusterLoadAssignment, Listener, Route, RouteConfiguration } from '../../../xds';
import type { PatchMemos } from './envoy-filter/apply';
import type { OutboundListeners } from './listeners/outbound-listeners';
import { ListMemo, Memo } from './memo';

/** Parts of snapshots that outlive a compilation. Their keys say everything that they are made from. */
export class SnapshotMemos {
  readonly serviceClusters: Memo<readonly Cluster[]>;
  readonly inboundClusters: Memo<readonly Cluster[]>;
  readonly inboundListeners: Memo<readonly Listener[]>;
  readonly outboundListeners: Memo<OutboundListeners>;
  readonly httpRoutes: Memo<readonly Route[]>;
  readonly assignments: Memo<ClusterLoadAssignment>;
  /** Whole lists, each under the key of the proxies that have it; their entries may change, and then the list does. */
  readonly outboundClusters: ListMemo<Cluster>;
  readonly clusters: ListMemo<Cluster>;
  readonly listeners: ListMemo<Listener>;
  readonly routes: ListMemo<RouteConfiguration>;
  readonly endpoints: ListMemo<ClusterLoadAssignment>;
  readonly patched: PatchMemos;

  constructor(previous?: SnapshotMemos) {
    this.serviceClusters = new Memo(previous?.serviceClusters);
    this.inboundClusters = new Memo(previous?.inboundClusters);
    this.inboundListeners = new Memo(previous?.inboundListeners);
    this.outboundListeners = new Memo(previous?.outboundListeners);
    this.httpRoutes = new Memo(previous?.httpRoutes);
    this.assignments = new Memo(previous?.assignments);
    this.outboundClusters = new ListMemo(previous?.outboundClusters);
    this.clusters = new ListMemo(previous?.clusters);
    this.listeners = new ListMemo(previous?.listeners);
    this.routes = new ListMemo(previous?.routes);
    this.endpoints = new ListMemo(previous?.endpoints);
    this.patched = {
      listeners: new Memo(previous?.patched.listeners),
      routes: new Memo(previous?.patched.routes),
      clusters: new Memo(previous?.patched.clusters),
    };
  }
}
