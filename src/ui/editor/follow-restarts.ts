import type { SimulationClient } from '../../worker';
import { useEditorStore } from './editor-store';

/** Simulated time below which a clock that went back counts as one that began anew. */
const BEGINNING_NS = 500_000_000;

/** After a restart the configuration runs since 00:00; returns the way to stop. */
export function followRestarts(client: SimulationClient): () => void {
  let lastNs = 0;
  return client.onEvent((event) => {
    if (event.kind !== 'status') return;
    const { nowNs } = event.status;
    const restarted = nowNs < lastNs && nowNs < BEGINNING_NS;
    lastNs = nowNs;
    if (!restarted) return;
    const { outcome } = useEditorStore.getState();
    useEditorStore.setState({
      runningSinceNs: 0,
      outcome: outcome.kind === 'applied' ? { kind: 'none' } : outcome,
    });
  });
}
