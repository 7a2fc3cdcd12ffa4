import { create } from 'zustand';
import type { Selection } from '../../worker';
import { useTopologyStore } from './topology-store';

/** A point on the screen that a popover hangs from, in CSS pixels of the canvas. */
export interface Anchor {
  readonly x: number;
  readonly y: number;
}

export interface FlightSelection {
  readonly requestId: number;
  readonly edgeId: string;
  /** Index into the worker's OUTCOMES. */
  readonly outcome: number;
  /** 0 request, 1 response. */
  readonly direction: number;
  /** It ended before it was picked, from a log: there is nothing on its way to hold the time for. */
  readonly ended?: true;
  readonly anchor: Anchor;
}

export type Panel = 'none' | 'inspector' | 'chaos';

interface SelectionState {
  readonly selection: Selection;
  /** A request picked up on its way; its edge is the selection then. */
  readonly flight: FlightSelection | undefined;
  /** What hangs from the selected thing. */
  readonly panel: Panel;
  /** Ids of services and edges that belong to the selection; undefined: everything does. */
  readonly related: ReadonlySet<string> | undefined;
}

const NOTHING: SelectionState = {
  selection: { kind: 'mesh' },
  flight: undefined,
  panel: 'none',
  related: undefined,
};

export const useSelectionStore = create<SelectionState>()(() => NOTHING);

/** The selected service with its edges and their other ends, or the selected edge with its ends. */
export function relatedTo(selection: Selection): ReadonlySet<string> | undefined {
  const { topology, podOwners, edges } = useTopologyStore.getState();
  if (selection.kind === 'mesh') return undefined;
  if (selection.kind === 'edge') {
    const edge = edges.get(selection.id);
    return edge === undefined ? undefined : new Set([edge.id, edge.source, edge.destination]);
  }
  const service = selection.kind === 'pod' ? podOwners.get(selection.id) : selection.id;
  if (service === undefined) return undefined;
  const related = new Set([service]);
  for (const edge of topology.edges) {
    if (edge.source !== service && edge.destination !== service) continue;
    related.add(edge.id).add(edge.source).add(edge.destination);
  }
  return related;
}

/** Selects a thing and opens a panel on it. */
export function select(selection: Selection, panel: Panel = 'inspector'): void {
  useSelectionStore.setState({
    selection,
    flight: undefined,
    panel: selection.kind === 'mesh' && panel === 'inspector' ? 'none' : panel,
    related: relatedTo(selection),
  });
}

export function selectFlight(flight: FlightSelection): void {
  const selection: Selection = { kind: 'edge', id: flight.edgeId };
  useSelectionStore.setState({ selection, flight, panel: 'inspector', related: relatedTo(selection) });
}

export function openPanel(panel: Panel): void {
  useSelectionStore.setState({ panel });
}

/** One step back: first the panel closes, then the selection goes. */
export function stepBack(): boolean {
  const { panel, selection } = useSelectionStore.getState();
  if (panel === 'none' && selection.kind === 'mesh') return false;
  if (panel === 'chaos' && selection.kind !== 'mesh') openPanel('none');
  else useSelectionStore.setState(NOTHING, true);
  return true;
}

export function clearSelection(): void {
  useSelectionStore.setState(NOTHING, true);
}
