import { expect, it } from 'vitest';
import { importBundled } from '../../support/bundled';

/** How many scenarios are run in all; more by the environment. */
const SCENARIOS = Number(process.env['MESHWORK_RANDOM'] ?? 500);
const TIMEOUT_MS = 900_000;

/** What any fifty scenarios together must have met, or they would not be worth running. */
const MET = [
  'requests over http',
  'requests over grpc',
  'requests over tcp',
  'mutualTls',
  'denied',
  'restores',
  'NR',
  'NC',
  'UF',
  'UH',
  'UT',
  'UO',
  'URX',
  'FI',
  'DI',
  'DC',
];

/** Scenarios of every second seed, so that two files share the work. */
export function runHalf(half: 0 | 1): void {
  const seeds = Array.from({ length: Math.floor(SCENARIOS / 2) }, (_, index) => 2 * index + half + 1);
  it(
    `${seeds.length} random scenarios hold every invariant, and checkpoints, detours and replays change nothing`,
    async () => {
      const { runRandomScenarios } = await importBundled<typeof import('./run')>('tests/unit/random/run.ts');
      const { occurrences, failures } = runRandomScenarios(seeds);
      expect(failures.slice(0, 5)).toEqual([]);
      expect(MET.filter((name) => (occurrences[name] ?? 0) === 0)).toEqual([]);
      expect(occurrences['refusedApplies']).toBe(0);
    },
    TIMEOUT_MS,
  );
}
