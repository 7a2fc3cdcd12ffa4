// Everything that a run without `--only` judges.
import type { Scenario } from './contract';
import { RANDOM } from './random';
import { SCENARIOS } from './scenarios';

/** The name, and the topic, of the one check that is no scenario. */
export const EXPORTS = 'exports';

export const ALL_SCENARIOS: readonly Scenario[] = [...SCENARIOS, ...RANDOM];
