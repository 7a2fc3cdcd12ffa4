import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SCENARIOS } from '../../../src/scenarios';
import { Session } from '../../../src/session';
import { repositoryRoot } from '../../support/shared';
import { S } from './shop';

/** How long every scenario runs, in seconds of simulated time. */
const RUN_S = 20;
const FILE = join(repositoryRoot(), 'tests/golden/trace-hashes.json');
/** `MESHWORK_UPDATE_GOLDEN=1` writes the hashes anew: after a change that is meant to change runs. */
const UPDATES = process.env['MESHWORK_UPDATE_GOLDEN'] === '1';

const golden: Readonly<Record<string, string>> = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
const measured: Record<string, string> = {};

it.each(SCENARIOS.map((scenario) => [scenario.id, scenario] as const))('%s runs as it always did', (id, scenario) => {
  const { session } = Session.open(scenario);
  session?.advanceTo(RUN_S * S, Number.MAX_SAFE_INTEGER);
  const hash = session?.traceHash() ?? '';
  measured[id] = hash;
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  if (!UPDATES) expect(hash).toBe(golden[id]);
});

it('knows every built-in scenario and no other', () => {
  if (!UPDATES) expect(Object.keys(golden)).toEqual(SCENARIOS.map(({ id }) => id));
});

afterAll(() => {
  if (UPDATES) writeFileSync(FILE, `${JSON.stringify(measured, null, 2)}\n`);
});
