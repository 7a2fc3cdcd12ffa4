import type { SimulationClient } from '../../worker';
import { useSelectionStore } from '../stores/selection-store';
import { useTransportStore } from '../stores/transport-store';

/** A request that is picked up holds the time, so that it can be looked at; letting go of it lets time flow again. */
export function pauseForFlights(client: SimulationClient): () => void {
  let held = false;
  const stopSelection = useSelectionStore.subscribe((state, before) => {
    const picked = state.flight !== undefined;
    if (picked === (before.flight !== undefined)) return;
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
