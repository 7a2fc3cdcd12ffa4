import { create } from 'zustand';

interface TraceState {
  /** The trace that is looked at; undefined: the newest. It stays while newer ones arrive. */
  readonly traceId: string | undefined;
  readonly spanId: number | undefined;
}

export const useTraceStore = create<TraceState>()(() => ({ traceId: undefined, spanId: undefined }));

export function openTrace(traceId: string, spanId?: number): void {
  useTraceStore.setState({ traceId, spanId });
}
