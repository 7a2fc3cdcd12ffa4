import type { KindDefinition } from './kind-definition';
import type { ObjectRef } from './object-ref';
import type { Resource } from './resource';

/** Where a node, and so a pod, stands. Empty strings where nothing is known. */
export interface LocalityView {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

export interface ContainerPortView {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: string;
}

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly ContainerPortView[];
}

/** What the injector did to a pod. */
export interface SidecarView {
  readonly dialect: string;
  /** Istio: the revision whose injector ran. */
  readonly revision: string;
}

/** A running (or starting, or terminating) pod as the API server shows it. */
export interface PodView {
  readonly name: string;
  readonly namespace: string;
  /** Unique for ever: a restarted pod of a StatefulSet gets a new one. */
  readonly uid: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly nodeName: string;
  readonly locality: LocalityView;
  readonly containers: readonly ContainerView[];
  readonly hostNetwork: boolean;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly ready: boolean;
  readonly terminating: boolean;
  /** The Deployment, StatefulSet or DaemonSet at the top; the pod itself when it has no owner. */
  readonly workload: ObjectRef;
  /** Absent: no sidecar was injected. */
  readonly sidecar?: SidecarView;
  /** Absent for pods that come from a controller. */
  readonly resource?: Resource;
}

export interface EndpointAddressView {
  readonly ip: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Pod behind the address, when there is one. */
  readonly podUid?: string;
  readonly hostname?: string;
}

/** Endpoints of one service, one entry per port of the slice. */
export interface EndpointsView {
  readonly service: { readonly namespace: string; readonly name: string };
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
  readonly addresses: readonly EndpointAddressView[];
}

/**
 * The API server at one moment, read-only. Dialects compile from this and from nothing else. Lists are in the order
 * of creation.
 */
export interface ClusterView {
  /** All resources of a kind, whatever version they were written in. */
  list<T>(kind: KindDefinition<T>): readonly Resource<T>[];
  get<T>(kind: KindDefinition<T>, namespace: string, name: string): Resource<T> | undefined;
  readonly namespaces: readonly NamespaceView[];
  readonly pods: readonly PodView[];
  readonly endpoints: readonly EndpointsView[];
  /** MeshConfig fields that differ from the defaults, as JSON (Istio's ConfigMap `istio`, key `mesh`). */
  readonly meshConfig: Readonly<Record<string, unknown>>;
}

export interface NamespaceView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
