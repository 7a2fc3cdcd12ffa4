// Budgets of the built page: how soon traffic moves, and that nothing is asked of another origin.
import { expect, type Page, test } from '@playwright/test';

const RUNS = 5;
const BUDGET_MS = 2_000;

// What a recording costs would be measured too.
test.use({ trace: 'off', screenshot: 'off' });

/** Milliseconds from the start of the navigation until requests are under way and the clock has moved. */
async function firstTraffic(page: Page): Promise<number> {
  await page.goto('./', { waitUntil: 'commit' });
  const handle = await page.waitForFunction(
    () => {
      const clock = document.querySelector('[data-testid="clock"]')?.textContent ?? '';
      const moves = /[1-9]/.test(clock);
      const drawn = document.querySelector('[data-testid="flights"] canvas') !== null;
      const measured = document.querySelector('[data-testid^="edge-"]') !== null;
      return moves && drawn && measured ? performance.now() : false;
    },
    undefined,
    { polling: 'raf' },
  );
  return handle.jsonValue() as Promise<number>;
}

test('from the navigation to the first moving traffic: median of five at most 2 s', async ({ browser, baseURL }) => {
  const times: number[] = [];
  const foreign: string[] = [];
  const origin = new URL(baseURL ?? '').origin;
  for (let run = 0; run < RUNS; run++) {
    // A new context has an empty cache and no stored manifests: what a newcomer has.
    const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
    const page = await context.newPage();
    page.on('request', (request) => {
      const { protocol, origin: from } = new URL(request.url());
      if (protocol.startsWith('http') && from !== origin) foreign.push(request.url());
    });
    times.push(await firstTraffic(page));
    await context.close();
  }
  const median = [...times].sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.POSITIVE_INFINITY;
  test.info().annotations.push({ type: 'first traffic, ms', description: times.map(Math.round).join(', ') });
  process.stdout.write(
    `first moving traffic after ${times.map((time) => Math.round(time)).join(', ')} ms; median ${Math.round(median)} ms\n`,
  );
  expect(median).toBeLessThanOrEqual(BUDGET_MS);
  expect(foreign).toEqual([]);
});
