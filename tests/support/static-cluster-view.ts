// A cluster as its manifests describe it, with nobody running it: pods and endpoints are the objects themselves.
import {
  type ClusterView,
  CONFIG_ENTRIES,
  createCatalogue,
  createKindRegistry,
  ENDPOINT_SLICE,
  ENDPOINTS,
  type EndpointAddressView,
  type EndpointsView,
  type KindDefinition,
  KUBERNETES_KINDS,
  type LocalityView,
  NAMESPACE,
  NODE,
  POD,
  type PodObject,
  type PodView,
  parseManifests,
  type Resource,
} from '../../src/config';
import { ISTIO_ENTRIES, ISTIO_KINDS } from '../../src/dialects/istio/kinds';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
const PROXY_CONTAINER = 'istio-proxy';
const NOWHERE: LocalityView = { region: '', zone: '', subZone: '' };

export const REGISTRY = createKindRegistry(
  [...KUBERNETES_KINDS, ...ISTIO_KINDS],
  createCatalogue(CONFIG_ENTRIES, ISTIO_ENTRIES),
);

/** Objects of several texts. What validation refuses is kept: upstream's tests compile it all the same. */
export function readManifests(...texts: readonly string[]): readonly Resource[] {
  const files = texts.map((text, index) => ({ path: `manifest-${index}.yaml`, text }));
  const { resources, rejectedResources } = parseManifests(files, REGISTRY);
  return [...resources, ...rejectedResources].sort((a, b) => a.creationOrder - b.creationOrder);
}

function isOf<T>(resource: Resource, kind: KindDefinition<T>): resource is Resource<T> {
  return resource.ref.kind === kind.kind && resource.ref.group === kind.group;
}

function localityOf(labels: Readonly<Record<string, string>>): LocalityView {
  return {
    region: labels['topology.kubernetes.io/region'] ?? '',
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    subZone: labels['topology.istio.io/subzone'] ?? '',
  };
}

/** The Deployment over the ReplicaSet that owns the pod; the pod itself when nothing does. */
function workloadOf(resource: Resource<PodObject>): PodView['workload'] {
  const { name, namespace, labels } = resource.metadata;
  const owner = resource.object.metadata.ownerReferences?.[0];
  if (owner === undefined) return { group: '', kind: 'Pod', namespace, name };
  const hash = labels['pod-template-hash'] ?? '';
  const suffix = `-${hash}`;
  const deployment = hash !== '' && owner.name.endsWith(suffix) ? owner.name.slice(0, -suffix.length) : owner.name;
  return { group: 'apps', kind: 'Deployment', namespace, name: deployment };
}

/** A pod that says nothing about its readiness is ready. */
function isReady(status: unknown): boolean {
  const conditions = typeof status === 'object' && status !== null && 'conditions' in status ? status.conditions : [];
  if (!Array.isArray(conditions)) return true;
  return !conditions.some((condition) => condition?.type === 'Ready' && condition.status !== 'True');
}

function toPodView(resource: Resource<PodObject>, localities: ReadonlyMap<string, LocalityView>): PodView {
  const { name, namespace, labels, annotations } = resource.metadata;
  const { spec, status } = resource.object;
  const containers = spec?.containers ?? [];
  const injected = containers.length > 1 && containers.some((container) => container.name === PROXY_CONTAINER);
  return {
    name,
    namespace,
    uid: `${namespace}/${name}`,
    ip: status?.podIP ?? '',
    labels,
    annotations,
    serviceAccount: spec?.serviceAccountName ?? 'default',
    nodeName: spec?.nodeName ?? '',
    locality: localities.get(spec?.nodeName ?? '') ?? NOWHERE,
    containers: containers.map((container) => ({
      name: container.name,
      image: container.image ?? '',
      ports: (container.ports ?? []).map((port) => ({
        name: port.name ?? '',
        containerPort: port.containerPort,
        protocol: port.protocol ?? 'TCP',
      })),
    })),
    hostNetwork: spec?.hostNetwork ?? false,
    phase: 'Running',
    ready: isReady(status),
    terminating: resource.object.metadata.deletionTimestamp !== undefined,
    workload: workloadOf(resource),
    ...(injected ? { sidecar: { dialect: 'istio', revision: 'default' } } : {}),
    resource,
  };
}

/** The pod behind an address: the one that it names, else the one that has it. */
function podUidOf(
  pods: readonly PodView[],
  namespace: string,
  ip: string,
  target: { readonly kind?: string; readonly name?: string } | undefined,
): string | undefined {
  const named = pods.find((pod) => target?.kind === 'Pod' && pod.namespace === namespace && pod.name === target.name);
  return (named ?? pods.find((pod) => pod.ip === ip))?.uid;
}

function addressView(
  ip: string,
  podUid: string | undefined,
  state: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean },
  hostname: string | undefined,
): EndpointAddressView {
  return { ip, ...state, ...(podUid === undefined ? {} : { podUid }), ...(hostname === undefined ? {} : { hostname }) };
}

function slicesOf(resources: readonly Resource[], pods: readonly PodView[]): readonly EndpointsView[] {
  return resources
    .filter((resource) => isOf(resource, ENDPOINT_SLICE))
    .map(({ metadata, object }) => ({
      service: { namespace: metadata.namespace, name: metadata.labels[SERVICE_NAME_LABEL] ?? '' },
      ports: (object.ports ?? []).map((port) => ({
        name: port.name ?? '',
        port: port.port ?? 0,
        protocol: port.protocol ?? 'TCP',
      })),
      addresses: object.endpoints.flatMap((endpoint) => {
        const ready = endpoint.conditions?.ready ?? true;
        const state = {
          ready,
          serving: endpoint.conditions?.serving ?? ready,
          terminating: endpoint.conditions?.terminating ?? false,
        };
        return endpoint.addresses.map((ip) =>
          addressView(ip, podUidOf(pods, metadata.namespace, ip, endpoint.targetRef), state, endpoint.hostname),
        );
      }),
    }));
}

function subsetsOf(resources: readonly Resource[], pods: readonly PodView[]): readonly EndpointsView[] {
  return resources
    .filter((resource) => isOf(resource, ENDPOINTS))
    .flatMap(({ metadata, object }) =>
      (object.subsets ?? []).map((subset) => ({
        service: { namespace: metadata.namespace, name: metadata.name },
        ports: (subset.ports ?? []).map((port) => ({
          name: port.name ?? '',
          port: port.port,
          protocol: port.protocol ?? 'TCP',
        })),
        addresses: [
          ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
          ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
        ].map(({ address, ready }) =>
          addressView(
            address.ip,
            podUidOf(pods, metadata.namespace, address.ip, address.targetRef),
            { ready, serving: ready, terminating: false },
            address.hostname,
          ),
        ),
      })),
    );
}

function namespacesOf(resources: readonly Resource[]): ClusterView['namespaces'] {
  const declared = resources.filter((resource) => isOf(resource, NAMESPACE));
  const names = new Set(resources.map(({ metadata }) => metadata.namespace).filter((name) => name !== ''));
  for (const { metadata } of declared) names.delete(metadata.name);
  return [
    ...declared.map(({ metadata: { name, labels, annotations } }) => ({ name, labels, annotations })),
    ...[...names].map((name) => ({ name, labels: {}, annotations: {} })),
  ];
}

export interface StaticCluster {
  readonly resources: readonly Resource[];
  readonly meshConfig?: Readonly<Record<string, unknown>>;
  /** Pods beside those of the manifests. */
  readonly extraPods?: readonly PodView[];
}

export function staticClusterView({ resources, meshConfig = {}, extraPods = [] }: StaticCluster): ClusterView {
  const nodes = resources.filter((resource) => isOf(resource, NODE));
  const localities = new Map(nodes.map(({ metadata }) => [metadata.name, localityOf(metadata.labels)]));
  const pods = [
    ...resources.filter((resource) => isOf(resource, POD)).map((resource) => toPodView(resource, localities)),
    ...extraPods,
  ];
  return {
    list: (kind) => resources.filter((resource) => isOf(resource, kind)),
    get: (kind, namespace, name) =>
      resources
        .filter((resource) => isOf(resource, kind))
        .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    namespaces: namespacesOf(resources),
    pods,
    endpoints: [...slicesOf(resources, pods), ...subsetsOf(resources, pods)],
    meshConfig,
  };
}
