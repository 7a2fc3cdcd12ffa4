import { type Cluster, canonicalRevision, canonicalService, type PodRecord, selectedPods } from '../cluster';
import { SERVICE } from '../config';
import type { EdgeStatistics, PodObservation } from '../engine';
import { serviceId } from './metrics';
import type {
  GraphEdgeView,
  NamespaceBoxView,
  PodState,
  PodStatusView,
  ServiceId,
  ServiceNodeView,
  TopologyView,
} from './view';

// Kiali's default: failing from 10 % errors.
const FAILING_ERROR_RATIO = 0.1;

/** Errors and completions of a pod since the previous look. */
export interface PodTraffic {
  readonly completed: number;
  readonly errors: number;
}

export interface TopologyParts {
  readonly cluster: Cluster;
  readonly pods: readonly PodObservation[];
  readonly edges: readonly EdgeStatistics[];
  /** Traffic of each pod over the last seconds. */
  readonly recent: ReadonlyMap<string, PodTraffic>;
}

interface ServiceDraft {
  readonly id: ServiceId;
  readonly namespace: string;
  readonly name: string;
  readonly kind: ServiceNodeView['kind'];
  readonly pods: PodRecord[];
}

/** Draws the shape of the graph from the pods there are and the edges that traffic has used. Revision 0: the caller numbers it. */
export function buildTopology(parts: TopologyParts): TopologyView {
  const drafts = draftServices(parts);
  const observations = new Map(parts.pods.map((pod) => [pod.id, pod]));
  const edges = drawEdges(parts, drafts);
  const protocols = new Map(edges.map((edge) => [edge.destination, edge.protocol]));
  const services = [...drafts.values()].map((draft): ServiceNodeView => {
    const pods = draft.pods.map((pod) => podStatus(pod, observations.get(pod.uid), parts.recent.get(pod.uid)));
    return {
      id: draft.id,
      namespace: draft.namespace,
      name: draft.name,
      kind: draft.kind,
      protocol: protocols.get(draft.id) ?? 'http',
      versions: versionsOf(draft.pods),
      pods,
    };
  });
  return { revision: 0, namespaces: namespaceBoxes(parts.cluster, services), services, edges };
}

function draftServices({ cluster, edges }: TopologyParts): Map<ServiceId, ServiceDraft> {
  const drafts = new Map<ServiceId, ServiceDraft>();
  const draft = (namespace: string, name: string, kind: ServiceNodeView['kind']): ServiceDraft => {
    const id = serviceId(namespace, name);
    const existing = drafts.get(id);
    if (existing !== undefined) return existing;
    const made: ServiceDraft = { id, namespace, name, kind, pods: [] };
    drafts.set(id, made);
    return made;
  };
  for (const load of cluster.book.loads()) if (load.origin.kind === 'external') draft('', load.name, 'client');
  for (const pod of cluster.pods) {
    const kind = cluster.isGateway(pod) ? 'gateway' : 'service';
    draft(pod.namespace, canonicalService(pod), kind).pods.push(pod);
  }
  for (const edge of edges.filter(isUsed))
    if (edge.key.destinationNamespace === '') draft('', edge.key.destination, 'external');
  return drafts;
}

/** Going back in time leaves the engine's rows of the future behind, with nothing counted: rows are numbered for ever. */
function isUsed(edge: EdgeStatistics): boolean {
  return edge.requests > 0 || edge.attempts > 0 || edge.openConnections > 0;
}

/** A Kubernetes Service may have another name than the pods behind it; both are one card. */
function cardBehindService(cluster: Cluster, namespace: string, name: string): ServiceId | undefined {
  const service = cluster.store.get(SERVICE, namespace, name);
  const first = service === undefined ? undefined : selectedPods(service, cluster.pods)[0];
  return first === undefined ? undefined : serviceId(first.namespace, canonicalService(first));
}

function drawEdges({ cluster, edges }: TopologyParts, drafts: Map<ServiceId, ServiceDraft>): readonly GraphEdgeView[] {
  const drawn = new Map<string, { readonly view: Omit<GraphEdgeView, 'rows'>; readonly rows: number[] }>();
  const resolve = (namespace: string, name: string): ServiceId => {
    const id = serviceId(namespace, name);
    if (drafts.has(id)) return id;
    const card = cardBehindService(cluster, namespace, name);
    if (card !== undefined && drafts.has(card)) return card;
    drafts.set(id, { id, namespace, name, kind: namespace === '' ? 'external' : 'service', pods: [] });
    return id;
  };
  edges.forEach((statistics, row) => {
    if (!isUsed(statistics)) return;
    const { key } = statistics;
    const source = resolve(key.sourceNamespace, key.source);
    const destination = resolve(key.destinationNamespace, key.destination);
    const id = `${source}->${destination}`;
    const edge = drawn.get(id) ?? { view: { id, source, destination, protocol: key.protocol }, rows: [] };
    edge.rows.push(row);
    drawn.set(id, edge);
  });
  return [...drawn.values()].map(({ view, rows }) => ({ ...view, rows }));
}

function versionsOf(pods: readonly PodRecord[]): ServiceNodeView['versions'] {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    if (pod.phase === 'terminating') continue;
    const version = canonicalRevision(pod);
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => ({ name, pods: count }));
}

function podStatus(
  pod: PodRecord,
  observation: PodObservation | undefined,
  recent: PodTraffic | undefined,
): PodStatusView {
  return {
    id: pod.uid,
    name: pod.name,
    version: canonicalRevision(pod),
    state: podState(pod, observation, recent),
    sidecar: pod.sidecar !== undefined,
    nodeName: pod.nodeName,
    ip: pod.ip,
    restarts: pod.restarts,
    workload: pod.workload.name,
    workloadKind: pod.workload.kind,
    synced: pod.sentVersion === pod.appliedVersion,
  };
}

function podState(pod: PodRecord, observation: PodObservation | undefined, recent: PodTraffic | undefined): PodState {
  if (pod.phase === 'terminating') return 'terminating';
  if (pod.phase === 'crashed') return 'crashed';
  if (pod.phase !== 'running') return 'starting';
  if (!pod.ready) return 'notReady';
  if (observation !== undefined && observation.ejectedBy.length > 0) return 'ejected';
  const failing =
    recent !== undefined && recent.completed > 0 && recent.errors / recent.completed >= FAILING_ERROR_RATIO;
  return failing ? 'failing' : 'ready';
}

function namespaceBoxes(cluster: Cluster, services: readonly ServiceNodeView[]): readonly NamespaceBoxView[] {
  const names = new Set(services.map((service) => service.namespace).filter((namespace) => namespace !== ''));
  return [...names].map((name) => ({ name, injection: cluster.injects(name) ? 'on' : 'off' }));
}
