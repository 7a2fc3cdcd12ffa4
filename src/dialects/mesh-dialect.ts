import type { ClusterView, Diagnostic, KindDefinition, ObjectMeta, PodView, Resource } from '../config';
import type { NodeId, XdsSnapshot } from '../xds';

export type DialectId = 'istio' | 'gateway-api' | 'linkerd' | 'consul' | 'kuma' | 'osm';

/** A pod about to be created: what the injector's webhook sees. */
export interface PodTemplateView {
  readonly namespace: string;
  readonly metadata: Pick<ObjectMeta, 'labels' | 'annotations'>;
  readonly hostNetwork: boolean;
}

/** What the webhook answers. `reason` is a sentence for the interface ("namespace label istio-injection=enabled"). */
export type PodPatch =
  | { readonly kind: 'none'; readonly reason: string }
  | {
      readonly kind: 'inject';
      readonly reason: string;
      readonly revision: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    };

/** The objects that controllers look at. */
export type DerivedView = Pick<ClusterView, 'list' | 'get' | 'namespaces'>;

/** Snapshots by node, and what the compiler had to say. Nodes with equal content may share everything but `node`. */
export interface CompileResult {
  readonly snapshots: ReadonlyMap<NodeId, XdsSnapshot>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A compiler from the resources of one mesh to the intermediate representation. Pure: the same view gives the same
 * bytes. A dialect never sees the engine.
 */
export interface MeshDialect {
  readonly id: DialectId;
  readonly kinds: readonly KindDefinition[];
  inject(pod: PodTemplateView, view: ClusterView): PodPatch;
  /**
   * Objects that the controllers of the mesh keep because of others, such as the Deployment of a gateway. They stay as they
   * are while the control plane is down.
   */
  derive(view: DerivedView): readonly Resource[];
  /** The identity a pod's proxy announces itself with; undefined when the pod runs no proxy of this dialect. */
  nodeId(pod: PodView): NodeId | undefined;
  /** Every proxy of the view, or only `nodes`. `previous` lets the compiler share what did not change. */
  compile(view: ClusterView, options?: CompileOptions): CompileResult;
}

export interface CompileOptions {
  readonly nodes?: readonly NodeId[];
  readonly previous?: CompileResult;
}
