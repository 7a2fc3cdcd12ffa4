import { create } from 'zustand';
import type { TraceSummary } from '../../worker';
import { useScenarioStore } from '../stores/scenario-store';

interface TraceState {
  /** The trace that is looked at. It stays while newer ones arrive. */
  readonly traceId: string | undefined;
  readonly spanId: number | undefined;
}

export const useTraceStore = create<TraceState>()(() => ({ traceId: undefined, spanId: undefined }));

export function openTrace(traceId: string, spanId?: number): void {
  useTraceStore.setState({ traceId, spanId });
}

/** Another scenario has other traces. */
useScenarioStore.subscribe((state, before) => {
  if (state.current !== before.current) useTraceStore.setState({ traceId: undefined, spanId: undefined });
});

const FIRST_SERVER_ERROR = 500;

/** How much a trace has to tell: retried, failed, or nothing special. */
export function weightOf({ tries, status }: TraceSummary): number {
  if (tries > 1) return 2;
  return status === 0 || status >= FIRST_SERVER_ERROR ? 1 : 0;
}

function tellsMore(a: TraceSummary, b: TraceSummary): boolean {
  const difference = weightOf(a) - weightOf(b);
  return difference > 0 || (difference === 0 && a.spans > b.spans);
}

/** Of traces, newest first, the one that has most to tell: by how it went, then by how far it went; else the newest. */
export function mostTelling(summaries: readonly TraceSummary[]): TraceSummary | undefined {
  return summaries.reduce<TraceSummary | undefined>(
    (best, summary) => (best === undefined || tellsMore(summary, best) ? summary : best),
    undefined,
  );
}
