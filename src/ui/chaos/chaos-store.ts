import { create } from 'zustand';
import type { FaultKind } from './fault-kinds';

/** What the next fault will be. The target is the selection. */
interface ChaosState {
  readonly kind: FaultKind;
  /** Share of requests, connections or packets, in percent. */
  readonly sharePercent: number;
  readonly status: 503 | 500 | 429;
  readonly factor: number;
  readonly delayMs: number;
  /** Simulated seconds; undefined: until mended. */
  readonly durationS: number | undefined;
}

export const useChaosStore = create<ChaosState>()(() => ({
  kind: 'errors',
  sharePercent: 50,
  status: 503,
  factor: 10,
  delayMs: 200,
  durationS: 30,
}));
