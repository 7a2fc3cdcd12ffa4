// Seeds that every run of the judge executes.
import type { Scenario } from '../contract';
import { scenarioOf } from './case';
import { generateCase } from './generate';

/** Seeds that once disagreed, each with what the engine did wrong. */
const KEPT: readonly (readonly [seed: number, wrong: string])[] = [];

/** Seeds without a history. */
const FRESH = [100_001, 100_002, 100_003, 100_004, 100_005, 100_006] as const;

export const RANDOM: readonly Scenario[] = [
  ...KEPT.map(([seed, wrong]) => ({ ...scenarioOf(generateCase(seed)), claim: wrong })),
  ...FRESH.map((seed) => scenarioOf(generateCase(seed))),
];
