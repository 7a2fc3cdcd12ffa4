/** The pointer on the picture: what it rests on, and what a click takes. */
import type { FlightRenderer } from '../canvas/flight-renderer';
import type { FlightHit } from '../canvas/messages';
import { select, selectFlight } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';

export interface PlacedClick {
  /** 0 for a click by keyboard, which has no place. */
  readonly detail: number;
}

/** Takes what a click is on: a particle, else the edge of this id, if any; else it clears the selection. */
export type Pick = (edgeId: string | undefined, event: PlacedClick) => void;

/** What was under the pointer when it was pressed: until it is let go, a particle is a good way further. */
let pressed: Promise<FlightHit | undefined> = Promise.resolve(undefined);

/** Whether particles are seen where the pointer is: cards and labels cover them, other things hang over all of it. */
function isOnPicture({ target }: React.PointerEvent): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('.react-flow') !== null && target.closest('.service-card, .edge-label') === null;
}

function placeIn(canvas: HTMLElement, { clientX, clientY }: React.PointerEvent): readonly [x: number, y: number] {
  const { left, top } = canvas.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

export function hover(event: React.PointerEvent<HTMLElement>, renderer: FlightRenderer): void {
  if (event.pointerType === 'touch') return;
  renderer.hover(...placeIn(event.currentTarget, event), isOnPicture(event));
}

export function press(event: React.PointerEvent<HTMLElement>, renderer: FlightRenderer): void {
  pressed = isOnPicture(event) ? renderer.hitTest(...placeIn(event.currentTarget, event)) : Promise.resolve(undefined);
}

export const pick: Pick = (edgeId, event) => {
  const fallback = (): void => select(edgeId === undefined ? { kind: 'mesh' } : { kind: 'edge', id: edgeId });
  if (event.detail === 0) {
    fallback();
    return;
  }
  void pressed.then((hit) => {
    const flightEdge = hit === undefined ? undefined : edgeOfRow(hit.row);
    if (hit === undefined || flightEdge === undefined) {
      fallback();
      return;
    }
    const { requestId, outcome, direction, x, y } = hit;
    selectFlight({ requestId, edgeId: flightEdge, outcome, direction, anchor: { x, y } });
  });
};

function edgeOfRow(row: number): string | undefined {
  return useTopologyStore.getState().topology.edges.find((edge) => edge.rows.includes(row))?.id;
}
