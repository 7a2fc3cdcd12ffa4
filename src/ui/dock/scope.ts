import type { Selection } from '../../worker';
import { shortName } from '../model/describe';
import { useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';

/** What the panels of the dock speak of, as people call it. */
export function scopeName(selection: Selection): string {
  const { edges, topology, podOwners } = useTopologyStore.getState();
  switch (selection.kind) {
    case 'mesh':
      return 'whole mesh';
    case 'service':
      return shortName(selection.id);
    case 'edge': {
      const edge = edges.get(selection.id);
      return edge === undefined ? selection.id : `${shortName(edge.source)} → ${shortName(edge.destination)}`;
    }
    case 'pod': {
      const owner = podOwners.get(selection.id);
      const pods = topology.services.find((service) => service.id === owner)?.pods ?? [];
      return pods.find((pod) => pod.id === selection.id)?.name ?? selection.id;
    }
  }
}

/** The name in a pod's id, `<namespace>/<name>/<number>`; a workload outside of the cluster is its own name. */
export function podName(id: string): string {
  return id.split('/')[1] ?? id;
}

/** The selection, and its name. */
export function useScope(): { readonly selection: Selection; readonly name: string } {
  const selection = useSelectionStore((state) => state.selection);
  // The name of a pod or an edge is known once the topology is.
  useTopologyStore((state) => state.topology.revision);
  return { selection, name: scopeName(selection) };
}
