import type { SimulationClient } from '../../worker';
import { type FlightSelection, useSelectionStore } from '../stores/selection-store';
import { useTransportStore } from '../stores/transport-store';

function isUnderWay(flight: FlightSelection | undefined): boolean {
  return flight !== undefined && flight.ended !== true;
}

/** A request that is picked up holds the time, so that it can be looked at; letting go of it lets time flow again. */
export function pauseForFlights(client: SimulationClient): () => void {
  let held = false;
  const stopSelection = useSelectionStore.subscribe((state, before) => {
    const picked = isUnderWay(state.flight);
    if (picked === isUnderWay(before.flight)) return;
    if (picked && useTransportStore.getState().playing) {
      held = true;
      client.pause().catch(() => undefined);
    } else if (!picked && held) {
      held = false;
      client.play().catch(() => undefined);
    }
  });
  // Whoever presses play meanwhile has decided for themselves.
  const stopTransport = useTransportStore.subscribe((state, before) => {
    if (state.playing && !before.playing) held = false;
  });
  return () => {
    stopSelection();
    stopTransport();
  };
}
