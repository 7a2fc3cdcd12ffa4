import { create } from 'zustand';
import type { GraphEdgeView, ServiceNodeView, TopologyView } from '../../worker';
import { keepUnchanged } from './keep-unchanged';

interface TopologyState {
  readonly topology: TopologyView;
  /** false until the first topology of a scenario has arrived. */
  readonly loaded: boolean;
  readonly services: ReadonlyMap<string, ServiceNodeView>;
  readonly edges: ReadonlyMap<string, GraphEdgeView>;
  /** Pod id to the id of its service. */
  readonly podOwners: ReadonlyMap<string, string>;
}

const EMPTY: TopologyState = {
  topology: { revision: -1, namespaces: [], services: [], edges: [] },
  loaded: false,
  services: new Map(),
  edges: new Map(),
  podOwners: new Map(),
};

/** The shape of the graph. Services and edges that did not change keep their identity, so that their cards do not render. */
export const useTopologyStore = create<TopologyState>()(() => EMPTY);

export function setTopology(topology: TopologyView): void {
  const state = useTopologyStore.getState();
  const services = keepUnchanged(topology.services, state.services);
  const edges = keepUnchanged(topology.edges, state.edges);
  const podOwners = new Map(
    topology.services.flatMap((service) => service.pods.map((pod) => [pod.id, service.id] as const)),
  );
  useTopologyStore.setState({
    topology: { ...topology, services: [...services.values()], edges: [...edges.values()] },
    loaded: true,
    services,
    edges,
    podOwners,
  });
}

export function clearTopology(): void {
  useTopologyStore.setState(EMPTY, true);
}
