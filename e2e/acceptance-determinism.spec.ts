// The page's worker and the command line run the same events: equal trace hashes at the same moment.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Playground } from './support/playground';

const ROOT = join(import.meta.dirname, '..');

function hashOnCommandLine(durationNs: string): string {
  const output = execFileSync(
    process.execPath,
    [join(ROOT, 'bin/meshwork.mjs'), 'run', 'hero-registry', '--for', `${durationNs}ns`, '--json'],
    { encoding: 'utf8' },
  );
  const { traceHash } = JSON.parse(output) as { traceHash: string };
  return traceHash;
}

test('after ten simulated seconds the trace hash on the page is that of the command line', async ({ page }) => {
  const playground = await Playground.open(page);
  await playground.setSpeed(5);
  await playground.waitForClock(10);
  await playground.command('Show the trace hash');
  const text = (await page.getByTestId('toast').filter({ hasText: 'Trace hash' }).textContent()) ?? '';
  const [, hash, atNs] = /Trace hash ([0-9a-f]+)Over every event up to (\d+) ns/.exec(text) ?? [];
  expect(Number(atNs)).toBeGreaterThanOrEqual(10e9);
  expect(hash).toBe(hashOnCommandLine(atNs ?? ''));
});
