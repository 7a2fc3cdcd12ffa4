import {
  type ClusterView,
  CONFIG_MAP,
  type EndpointsView,
  type KindDefinition,
  NAMESPACE,
  type NamespaceView,
  type PodView,
  type Resource,
} from '../config';
import type { DerivedView } from '../dialects/mesh-dialect';
import type { ResourceStore } from './resource-store';
import { computeEndpoints } from './services';
import type { ClusterState, NodeRecord, PodRecord } from './state';

const INJECTED_CONTAINER = { name: 'istio-proxy', image: 'proxyv2', ports: [] };

/** Shows the cluster to dialects as the API server would: manifests beside the pods and endpoints that run now. */
export class ViewBuilder {
  #endpoints: readonly EndpointsView[] = [];
  #endpointsRevision = -1;

  constructor(
    private readonly state: () => ClusterState,
    private readonly store: () => ResourceStore,
    private readonly nodes: () => readonly NodeRecord[],
    private readonly meshConfig: () => Readonly<Record<string, unknown>>,
  ) {}

  endpoints(): readonly EndpointsView[] {
    const { revision, pods } = this.state();
    if (this.#endpointsRevision !== revision) {
      this.#endpoints = computeEndpoints(this.store(), pods);
      this.#endpointsRevision = revision;
    }
    return this.#endpoints;
  }

  /** A restored checkpoint may bring back an old revision number with other content. */
  forgetDerived(): void {
    this.#endpointsRevision = -1;
  }

  podView(pod: PodRecord): PodView {
    const node = this.nodes().find((candidate) => candidate.name === pod.nodeName);
    return {
      name: pod.name,
      namespace: pod.namespace,
      uid: pod.uid,
      ip: pod.ip,
      labels: pod.labels,
      annotations: pod.annotations,
      serviceAccount: pod.serviceAccount,
      nodeName: pod.nodeName,
      locality: { region: node?.region ?? '', zone: node?.zone ?? '', subZone: node?.subZone ?? '' },
      containers:
        pod.sidecar === undefined || isProxyOnly(pod) ? pod.containers : [...pod.containers, INJECTED_CONTAINER],
      hostNetwork: pod.hostNetwork,
      phase: pod.phase === 'waiting' || pod.phase === 'starting' ? 'Pending' : 'Running',
      ready: pod.ready,
      terminating: pod.phase === 'terminating',
      workload: pod.workload,
      ...(pod.sidecar === undefined ? {} : { sidecar: pod.sidecar }),
    };
  }

  build(): ClusterView {
    return {
      ...viewOfObjects(this.store()),
      pods: this.state()
        .pods.filter((pod) => pod.phase !== 'waiting')
        .map((pod) => this.podView(pod)),
      endpoints: this.endpoints(),
      meshConfig: this.meshConfig(),
    };
  }
}

function namespacesOf(store: ResourceStore): readonly NamespaceView[] {
  const views = new Map<string, NamespaceView>();
  for (const resource of store.list(NAMESPACE)) {
    const { name, labels, annotations } = resource.metadata;
    views.set(name, { name, labels, annotations });
  }
  for (const { ref } of store.resources) {
    if (ref.namespace !== '' && !views.has(ref.namespace))
      views.set(ref.namespace, { name: ref.namespace, labels: {}, annotations: {} });
  }
  return [...views.values()];
}

/** Manifests as the API server shows them. */
export function viewOfObjects(store: ResourceStore): DerivedView {
  return {
    list: <T>(kind: KindDefinition<T>): readonly Resource<T>[] => store.list(kind),
    get: <T>(kind: KindDefinition<T>, namespace: string, name: string): Resource<T> | undefined =>
      store.get(kind, namespace, name),
    namespaces: namespacesOf(store),
  };
}

/** A gateway: the proxy is the pod's own container. */
export function isProxyOnly(pod: Pick<PodRecord, 'containers'>): boolean {
  return pod.containers.length > 0 && pod.containers.every((container) => container.name === INJECTED_CONTAINER.name);
}

/** Text of the mesh configuration as Istio keeps it: ConfigMap `istio` in the root namespace, key `mesh`. */
export function meshConfigText(store: ResourceStore, rootNamespace: string): string | undefined {
  return store.get(CONFIG_MAP, rootNamespace, 'istio')?.object.data?.['mesh'];
}
