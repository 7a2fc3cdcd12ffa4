import { create } from 'zustand';
import type { ScenarioDefinition } from '../../worker';

/** What the page may open; the list is small, the scenarios behind it come when they are asked for. */
export interface ScenarioSummary {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
}

interface ScenarioState {
  readonly scenarios: readonly ScenarioSummary[];
  readonly current: Pick<ScenarioDefinition, 'id' | 'title' | 'dialect' | 'notes' | 'seed'> | undefined;
  readonly loading: boolean;
}

export const useScenarioStore = create<ScenarioState>()(() => ({
  scenarios: [],
  current: undefined,
  loading: true,
}));
