// A cluster as manifests describe it at rest: Pods with their addresses, EndpointSlices and Nodes are written out, nothing runs.
import {
  type ClusterView,
  CONFIG_ENTRIES,
  createCatalogue,
  createKindRegistry,
  type Diagnostic,
  ENDPOINT_SLICE,
  type EndpointsView,
  type KindDefinition,
  KUBERNETES_KINDS,
  type LocalityView,
  NAMESPACE,
  type NamespaceView,
  NODE,
  type ObjectOf,
  type ObjectRef,
  objectKey,
  POD,
  type PodView,
  parseManifests,
  type Resource,
  type SourceFile,
} from '../../src/config';
import { ISTIO_DIALECT, ISTIO_ENTRIES } from '../../src/dialects/istio';

const REGISTRY = createKindRegistry(
  [...KUBERNETES_KINDS, ...ISTIO_DIALECT.kinds],
  createCatalogue(CONFIG_ENTRIES, ISTIO_ENTRIES),
);

const SLICE_SERVICE_LABEL = 'kubernetes.io/service-name';
const TLS_MODE_LABEL = 'security.istio.io/tlsMode';
const PROXY_CONTAINER = 'istio-proxy';
const NOWHERE: LocalityView = { region: '', zone: '', subZone: '' };

type PodResource = Resource<ObjectOf<typeof POD>>;
type SliceResource = Resource<ObjectOf<typeof ENDPOINT_SLICE>>;

export interface ManifestSet {
  readonly resources: readonly Resource[];
  /** Objects of kinds that nobody knows. */
  readonly unknown: readonly Resource[];
  /** Objects that the API server would refuse. */
  readonly rejected: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
}

const UNKNOWN_FIELD = 'MW0201';

/** Whoever recorded the data did not validate strictly: fields that nobody knows were ignored. */
function hasOnlyUnknownFields({ ref }: Resource, diagnostics: readonly Diagnostic[]): boolean {
  const errors = diagnostics.filter(
    (each) => each.severity === 'error' && each.ref !== undefined && objectKey(each.ref) === objectKey(ref),
  );
  return errors.length > 0 && errors.every(({ code }) => code === UNKNOWN_FIELD);
}

/** Objects of later files replace those of the same name in earlier ones, and keep their age. */
export function readManifestSet(files: readonly SourceFile[]): ManifestSet {
  const kept = new Map<string, Resource>();
  const unknown: Resource[] = [];
  const rejected: Resource[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const creationOrders = new Map([...kept].map(([key, resource]) => [key, resource.creationOrder]));
    const parsed = parseManifests([file], REGISTRY, { creationOrders });
    const pruned = parsed.rejectedResources.filter((resource) => hasOnlyUnknownFields(resource, parsed.diagnostics));
    for (const resource of [...parsed.resources, ...pruned]) kept.set(objectKey(resource.ref), resource);
    unknown.push(...parsed.unknownResources);
    rejected.push(...parsed.rejectedResources.filter((resource) => !pruned.includes(resource)));
    diagnostics.push(...parsed.diagnostics);
  }
  const resources = [...kept.values()].sort((a, b) => a.creationOrder - b.creationOrder);
  return { resources, unknown, rejected, diagnostics };
}

function isOf<T>(kind: KindDefinition<T>, resource: Resource): resource is Resource<T> {
  return resource.ref.group === kind.group && resource.kind === kind.kind;
}

function listOf<T>(resources: readonly Resource[], kind: KindDefinition<T>): readonly Resource<T>[] {
  return resources.flatMap((resource) => (isOf(kind, resource) ? [resource] : []));
}

function localityOf(nodes: ReadonlyMap<string, Readonly<Record<string, string>>>, name: string): LocalityView {
  const labels = nodes.get(name);
  if (labels === undefined) return NOWHERE;
  return {
    region: labels['topology.kubernetes.io/region'] ?? '',
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    subZone: labels['topology.istio.io/subzone'] ?? '',
  };
}

/** The Deployment behind a ReplicaSet has its name without the hash of the template. */
function workloadOf(pod: PodResource): ObjectRef {
  const { namespace, name, labels } = pod.metadata;
  const owner = pod.object.metadata?.ownerReferences?.[0];
  if (owner?.name === undefined) return { group: '', kind: 'Pod', namespace, name };
  const hash = labels['pod-template-hash'];
  const suffix = hash === undefined ? '' : `-${hash}`;
  if (owner.kind === 'ReplicaSet' && suffix !== '' && owner.name.endsWith(suffix)) {
    return { group: 'apps', kind: 'Deployment', namespace, name: owner.name.slice(0, -suffix.length) };
  }
  return { group: 'apps', kind: owner.kind ?? '', namespace, name: owner.name };
}

function podUid(namespace: string, name: string): string {
  return `pod/${namespace}/${name}`;
}

function isReady(status: unknown): boolean {
  const conditions = typeof status === 'object' && status !== null && 'conditions' in status ? status.conditions : [];
  return JSON.stringify(conditions).includes('"type":"Ready","status":"True"');
}

function podViewOf(pod: PodResource, locality: LocalityView): PodView {
  const { namespace, name, labels, annotations } = pod.metadata;
  const { spec, status } = pod.object;
  const proxied = labels[TLS_MODE_LABEL] === 'istio' || spec.containers.some((each) => each.name === PROXY_CONTAINER);
  return {
    name,
    namespace,
    uid: podUid(namespace, name),
    ip: status?.podIP ?? '',
    labels,
    annotations,
    serviceAccount: spec.serviceAccountName ?? 'default',
    nodeName: spec.nodeName ?? '',
    locality,
    containers: spec.containers.map((container) => ({
      name: container.name,
      image: container.image ?? '',
      ports: (container.ports ?? []).map((port) => ({
        name: port.name ?? '',
        containerPort: port.containerPort,
        protocol: port.protocol,
      })),
    })),
    hostNetwork: spec.hostNetwork ?? false,
    phase: 'Running',
    ready: isReady(status),
    terminating: pod.object.metadata?.deletionTimestamp !== undefined,
    workload: workloadOf(pod),
    ...(proxied ? { sidecar: { dialect: 'istio', revision: 'default' } } : {}),
    resource: pod,
  };
}

function endpointsOf(slice: SliceResource): readonly EndpointsView[] {
  const service = slice.metadata.labels[SLICE_SERVICE_LABEL];
  if (service === undefined) return [];
  const { namespace } = slice.metadata;
  return [
    {
      service: { namespace, name: service },
      ports: (slice.object.ports ?? []).map((port) => ({
        name: port.name ?? '',
        port: port.port ?? 0,
        protocol: port.protocol,
      })),
      addresses: slice.object.endpoints.flatMap((endpoint) =>
        endpoint.addresses.map((ip) => ({
          ip,
          ready: endpoint.conditions?.ready ?? true,
          serving: endpoint.conditions?.serving ?? endpoint.conditions?.ready ?? true,
          terminating: endpoint.conditions?.terminating ?? false,
          ...(endpoint.hostname === undefined ? {} : { hostname: endpoint.hostname }),
          ...(endpoint.targetRef?.kind === 'Pod'
            ? { podUid: podUid(endpoint.targetRef.namespace ?? namespace, endpoint.targetRef.name ?? '') }
            : {}),
        })),
      ),
    },
  ];
}

function namespacesOf(resources: readonly Resource[]): readonly NamespaceView[] {
  const views = new Map<string, NamespaceView>();
  for (const { metadata } of listOf(resources, NAMESPACE)) {
    views.set(metadata.name, { name: metadata.name, labels: metadata.labels, annotations: metadata.annotations });
  }
  for (const { ref } of resources) {
    if (ref.namespace !== '' && !views.has(ref.namespace)) {
      views.set(ref.namespace, { name: ref.namespace, labels: {}, annotations: {} });
    }
  }
  return [...views.values()];
}

/** What the API server shows; further pods may be given that no manifest describes. */
export function viewOfManifests(
  resources: readonly Resource[],
  meshConfig: Readonly<Record<string, unknown>>,
  pods: readonly PodView[] = [],
): ClusterView {
  const nodes = new Map(listOf(resources, NODE).map(({ metadata }) => [metadata.name, metadata.labels]));
  const written = listOf(resources, POD).map((pod) =>
    podViewOf(pod, localityOf(nodes, pod.object.spec.nodeName ?? '')),
  );
  return {
    list: <T>(kind: KindDefinition<T>) => listOf(resources, kind),
    get: <T>(kind: KindDefinition<T>, namespace: string, name: string) =>
      listOf(resources, kind).find(
        ({ metadata }) => metadata.name === name && (!kind.namespaced || metadata.namespace === namespace),
      ),
    namespaces: namespacesOf(resources),
    pods: [...written, ...pods],
    endpoints: listOf(resources, ENDPOINT_SLICE).flatMap(endpointsOf),
    meshConfig,
  };
}
