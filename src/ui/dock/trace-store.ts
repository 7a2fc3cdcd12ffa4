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

/** Of traces, newest first, the newest that has most to tell. */
export function mostTelling(summaries: readonly TraceSummary[]): TraceSummary | undefined {
  return summaries.reduce<TraceSummary | undefined>(
    (best, summary) => (best === undefined || weightOf(summary) > weightOf(best) ? summary : best),
    undefined,
  );
}
