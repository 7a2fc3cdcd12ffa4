import { type AccessLogEntry, OUTCOMES, type Selection } from '../../worker';
import { selectFlight, useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { pointAt } from '../topology/bezier';
import { toScreen } from '../topology/camera';
import { useCameraStore } from '../topology/camera-store';
import { useGraphStore } from '../topology/graph-store';

/** `missions.heroes.svc.cluster.local:8080` or a shorter form of it as the id of a service, for a caller in `namespace`. */
function serviceAt(authority: string, namespace: string): string | undefined {
  const [name, own = namespace] = authority.split(':')[0]?.split('.') ?? [];
  return name === undefined || name === '' ? undefined : `${own}/${name}`;
}

/** `outbound|8080|v1|missions.heroes.svc.cluster.local` as the id of the service it leads to. */
function destinationOf(cluster: string): string | undefined {
  const host = cluster.split('|')[3];
  const [name, namespace] = host?.split('.') ?? [];
  return name === undefined || namespace === undefined ? undefined : `${namespace}/${name}`;
}

function outcomeOf({ status, attempts, protocol, flags }: AccessLogEntry): number {
  if (protocol === 'TCP') return OUTCOMES.indexOf(flags.length > 0 ? 'failure' : 'tcp');
  const name =
    status === 401 || status === 403
      ? 'denied'
      : status === 0 || status >= 500
        ? 'failure'
        : attempts > 1
          ? 'retry'
          : 'success';
  return OUTCOMES.indexOf(name);
}

/** The drawn edge that a line is about: from the reporter's service on, or to it. */
export function edgeOf(entry: AccessLogEntry): string | undefined {
  const { podOwners, topology } = useTopologyStore.getState();
  const own = podOwners.get(entry.reporter.pod);
  if (own === undefined) return undefined;
  if (entry.reporter.side === 'source') {
    // A request that the proxy answered itself has no cluster; the host that was asked for tells as much.
    const namespace = own.slice(0, own.indexOf('/'));
    const destination = destinationOf(entry.upstreamCluster) ?? serviceAt(entry.authority, namespace);
    return topology.edges.find((edge) => edge.source === own && edge.destination === destination)?.id;
  }
  const incoming = topology.edges.filter((edge) => edge.destination === own);
  return incoming.length === 1 ? incoming[0]?.id : undefined;
}

/** Middle of an edge as it is drawn, in CSS pixels of the canvas. */
function middleOf(edgeId: string): { readonly x: number; readonly y: number } {
  const curve = useGraphStore.getState().curves.get(edgeId);
  if (curve === undefined) return { x: 0, y: 0 };
  const { x, y } = pointAt(curve, 0.5);
  return toScreen({ x, y, width: 0, height: 0 }, useCameraStore.getState());
}

/** Shows a logged request in the inspector. The selection stays what it was when the line belongs to no one edge. */
export function selectRequest(entry: AccessLogEntry): void {
  const edgeId = edgeOf(entry);
  if (edgeId === undefined) return;
  const kept: Selection = useSelectionStore.getState().selection;
  selectFlight({
    requestId: entry.requestId,
    edgeId,
    outcome: outcomeOf(entry),
    direction: 1,
    ended: true,
    anchor: middleOf(edgeId),
  });
  // The log would otherwise be narrowed to the edge under the reader's eyes.
  useSelectionStore.setState({ selection: kept });
}
