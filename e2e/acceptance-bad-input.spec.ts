// Whatever is written: a message at its line, traffic goes on under the last good configuration, the text survives a reload.
import { expect, test } from '@playwright/test';
import { heroFile, Playground } from './support/playground';

const ROUTE = heroFile('missions-route.yaml');
const FILE = 'missions-route.yaml';

// Seconds where nothing else runs; a slow machine needs longer to draw what is typed.
test.setTimeout(180_000);

interface BadInput {
  readonly title: string;
  readonly text: string;
  readonly code: string;
  readonly line: number;
  /** Something of the text that stands in sight when the manifest is opened. */
  readonly seen: string;
}

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

const MALFORMED = `# malformed\n${ROUTE}`.replace('  hosts:\n  - missions', '  hosts: [missions\n  oops: : {');
const WRONG_TYPE = `# wrong type\n${ROUTE}`.replace('timeout: 2s', 'timeout: [2, 3]');
const UNKNOWN_FIELD = `# unknown field\n${ROUTE}`.replace('timeout: 2s', 'timeuot: 2s');
const TWICE = `# twice\n${ROUTE}---\n${ROUTE}`;
const BOMB = `# bomb
a: &a [x, x, x, x, x, x, x, x, x]
${'abcdefgh'
  .split('')
  .map(
    (name, index) =>
      `${String.fromCharCode(98 + index)}: &${String.fromCharCode(98 + index)} [${Array.from({ length: 9 }, () => `*${name}`).join(', ')}]\n`,
  )
  .join('')}`;

const CASES: readonly BadInput[] = [
  { title: 'malformed YAML', text: MALFORMED, code: 'MW00', line: lineOf(MALFORMED, '  oops:'), seen: '# malformed' },
  { title: 'a wrong type', text: WRONG_TYPE, code: 'MW02', line: lineOf(WRONG_TYPE, 'timeout:'), seen: '# wrong type' },
  {
    title: 'an unknown field',
    text: UNKNOWN_FIELD,
    code: 'MW0201',
    line: lineOf(UNKNOWN_FIELD, 'timeuot:'),
    seen: '# unknown field',
  },
  {
    title: 'two resources with one name',
    text: TWICE,
    code: 'MW0104',
    line: TWICE.slice(0, TWICE.lastIndexOf('name: missions\n', TWICE.lastIndexOf('kind: DestinationRule'))).split('\n')
      .length,
    seen: '# twice',
  },
  { title: 'an alias bomb', text: BOMB, code: 'MW0005', line: 1, seen: '# bomb' },
];

/** Requests that have reached the mesh, as the table counts them, go on growing. */
async function expectTraffic(playground: Playground): Promise<void> {
  const { page } = playground;
  await playground.openDock('Totals');
  const all = page.getByTestId('totals-all');
  const count = async (): Promise<number> => Number(await all.getAttribute('data-value'));
  const before = await count();
  await expect.poll(count).toBeGreaterThan(before + 20);
  expect(await playground.edge('/users', 'istio-system/istio-ingressgateway')).toMatchObject({ denied: 0 });
}

for (const { title, text, code, line, seen } of CASES) {
  test(`${title}: refused at its line, and nothing is lost`, async ({ page }) => {
    const playground = await Playground.open(page);
    await playground.write(FILE, text);
    await page.keyboard.press('Control+s');
    if (title === 'an alias bomb') await expect(playground.refusal).toContainText(/Line \d+:/);
    else await expect(playground.refusal).toContainText(`Line ${line}:`);
    await expect(playground.refusal).toContainText('keeps running');
    await expect(page.locator(`[data-testid="problem"][data-code^="${code}"]`).first()).toBeVisible();
    await expectTraffic(playground);

    await page.reload();
    await playground.waitForClock(0.5);
    await playground.openTab(FILE);
    await expect(page.getByTestId('editor-code').locator('.view-lines').first()).toContainText(
      seen.replaceAll(' ', '\u00a0'),
    );
    await expect(page.locator(`[data-testid="problem"][data-code^="${code}"]`).first()).toBeVisible();
    await expectTraffic(playground);
  });
}

test('an empty manifest takes its objects away', async ({ page }) => {
  const playground = await Playground.open(page);
  await playground.write(FILE, '');
  await page.keyboard.press('Backspace');
  await playground.apply();
  await expect(playground.outcome).toContainText('2 resources changed');
  await expectTraffic(playground);
});

test('a paste of 5 MB is answered, and the page stays alive', async ({ page }) => {
  const playground = await Playground.open(page);
  const text = `# five megabytes\n${`# ${'x'.repeat(97)}\n`.repeat(52_000)}`;
  await playground.write(FILE, text);
  await page.keyboard.press('Control+s');
  await expect(playground.refusal).toContainText('5200017 characters', { timeout: 60_000 });
  await expectTraffic(playground);
  await page.reload();
  await playground.waitForClock(0.5);
  await playground.openTab(FILE);
  await page.keyboard.press('Control+Home');
  await expect(page.locator('[data-testid="problem"][data-code="MW0006"]').first()).toBeVisible({ timeout: 30_000 });
});

test('a binary file is refused with its place, and the manifests stay', async ({ page }) => {
  const playground = await Playground.open(page);
  const chosen = page.waitForEvent('filechooser');
  await playground.command('Open files');
  const bytes = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0xff, 0xfe, 0x80, 0x0a, 0x01]);
  await (await chosen).setFiles({ name: 'core.yaml', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(playground.refusal).toContainText('not text');
  await expectTraffic(playground);
});

test('kinds that nobody simulates are kept and reported', async ({ page }) => {
  const playground = await Playground.open(page);
  await playground.write(
    FILE,
    `${ROUTE}---\napiVersion: example.org/v1\nkind: Gadget\nmetadata:\n  name: one\n  namespace: heroes\n`,
  );
  await playground.apply();
  await expect(page.locator('[data-testid="problem"][data-code="MW0105"]')).toContainText('Gadget');
});

test('an undone apply brings the last configuration back', async ({ page }) => {
  const playground = await Playground.open(page);
  await playground.write(FILE, ROUTE.replace('timeout: 2s', 'timeout: 1s'));
  await playground.apply();
  await page.getByTestId('command-files.undoApply').click();
  await expect(playground.outcome).toContainText('Undone at');
  await expect(page.getByTestId('editor-code').locator('.view-lines').first()).toContainText(
    'timeout: 2s'.replaceAll(' ', '\u00a0'),
  );
});

test('a worker that dies is replaced from its last checkpoint, and the page says so', async ({ page }) => {
  const playground = await Playground.open(page);
  await playground.waitForClock(3);
  const alive = await Promise.all(page.workers().map(async (worker) => ({ worker, url: worker.url() })));
  const engine = alive.find(({ url }) => /engine/.test(url))?.worker;
  expect(engine, alive.map(({ url }) => url).join()).toBeDefined();
  await engine?.evaluate(() => {
    setTimeout(() => {
      throw new Error('killed by a test');
    });
  });
  await expect(page.getByTestId('banner-worker')).toContainText('restarted from its last checkpoint');
  await expectTraffic(playground);
});
