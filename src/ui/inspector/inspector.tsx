import { useMemo } from 'react';
import { clearSelection, useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { AnchoredPopover, type PopoverTarget } from '../topology/anchored-popover';
import { pointAt } from '../topology/bezier';
import type { Rect } from '../topology/geometry';
import { useGraphStore } from '../topology/graph-store';
import { InspectorBody, InspectorTitle } from './inspector-content';

const WIDTH = 388;

/** Where the selected thing is: what its inspector hangs from. */
export function useSelectionTarget(): PopoverTarget {
  const selection = useSelectionStore((state) => state.selection);
  const flight = useSelectionStore((state) => state.flight);
  const owner = useTopologyStore((state) => (selection.kind === 'pod' ? state.podOwners.get(selection.id) : undefined));
  const card = useGraphStore((state) => {
    if (selection.kind === 'service') return state.cards.get(selection.id);
    return owner === undefined ? undefined : state.cards.get(owner);
  });
  const curve = useGraphStore((state) => (selection.kind === 'edge' ? state.curves.get(selection.id) : undefined));
  return useMemo(() => {
    if (flight !== undefined) return { kind: 'screen', rect: around(flight.anchor, 28) };
    if (card !== undefined) return { kind: 'picture', rect: card };
    if (curve !== undefined) return { kind: 'picture', rect: around(pointAt(curve, 0.5), 20) };
    return { kind: 'canvas' };
  }, [flight, card, curve]);
}

function around({ x, y }: { readonly x: number; readonly y: number }, size: number): Rect {
  return { x: x - size / 2, y: y - size / 2, width: size, height: size };
}

/** What is known about the selected service, pod, edge or request. */
export default function Inspector() {
  const target = useSelectionTarget();
  const key = useSelectionStore(({ selection, flight }) => JSON.stringify(flight?.requestId ?? selection));
  return (
    <AnchoredPopover
      key={key}
      target={target}
      width={WIDTH}
      label="Inspector"
      testId="inspector"
      title={<InspectorTitle />}
      onClose={clearSelection}
    >
      <InspectorBody />
    </AnchoredPopover>
  );
}
