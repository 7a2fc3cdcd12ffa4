import type { Cluster, ClusterLoadAssignment, Locality } from './clusters';
import type { Listener } from './listeners';
import type { RouteConfiguration } from './routes';

/** Identifies a proxy: `<type>~<ip>~<pod>.<namespace>~<domain>` as istiod's node id, or any other unique text. */
export type NodeId = string;

export interface XdsNode {
  readonly id: NodeId;
  readonly kind: 'sidecar' | 'gateway' | 'waypoint' | 'ztunnel';
  readonly namespace: string;
  readonly workload: string;
  readonly ipAddresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly trustDomain: string;
  readonly locality: Locality;
  /** Cluster that the proxy itself belongs to (`local_cluster_name` of the bootstrap): what zone-aware routing compares with. */
  readonly localClusterName?: string;
}

export interface XdsSecret {
  readonly name: string;
  readonly kind: 'certificate' | 'trustBundle' | 'missing';
  /** For certificates: URI SANs, e.g. `spiffe://cluster.local/ns/default/sa/reviews`. */
  readonly subjectAltNames: readonly string[];
}

/**
 * Everything that one proxy is told. Immutable and normalised: equal meaning gives equal bytes, so that two
 * snapshots can be compared by value and shared by all pods of a workload that get the same one.
 */
export interface XdsSnapshot {
  readonly node: XdsNode;
  /** Content hash in hex: equal content, equal version. */
  readonly version: string;
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
  readonly clusters: readonly Cluster[];
  readonly endpoints: readonly ClusterLoadAssignment[];
  readonly secrets: readonly XdsSecret[];
}
