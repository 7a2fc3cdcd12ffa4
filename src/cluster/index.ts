/** Kubernetes and the control plane in simulated time. */
export { ApplicationBook } from './application-book';
export { Cluster, type ClusterCheckpoint, type ClusterOptions } from './cluster';
export { distributionOf } from './distributions';
export { canonicalRevision, canonicalService } from './identity';
export { ResourceStore } from './resource-store';
export { CLUSTER_DOMAIN, selectedPods, serviceHost } from './services';
export type { ClusterEvent, CrashRecord, NodeRecord, PodRecord } from './state';
export { FIRST_SESSION_TIMER } from './timers';
