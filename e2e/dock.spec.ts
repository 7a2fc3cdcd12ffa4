// The dock: what it measures agrees with itself, what it lists can be opened, and everything is explained in words.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { heroFile, Playground } from './support/playground';

const API = 'heroes/hero-registry-api';
const AUTH = 'heroes/auth';

const ABORT = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: auth
  namespace: heroes
spec:
  hosts:
  - auth
  http:
  - fault:
      abort: { httpStatus: 418, percentage: { value: 100 } }
    route:
    - destination: { host: auth }
`;

function metric(page: Page, name: string) {
  return page.getByTestId(`metric-${name}`);
}

async function number(page: Page, name: string): Promise<number> {
  return Number.parseFloat((await metric(page, name).textContent()) ?? '');
}

let playground: Playground;

test.beforeEach(async ({ page }) => {
  playground = await Playground.open(page);
});

test.describe('metrics', () => {
  test('show rate, latency and success of the mesh, and say what success means', async ({ page }) => {
    await playground.waitForClock(4);
    await expect.poll(() => number(page, 'rate')).toBeGreaterThan(40);
    await expect(metric(page, 'p95')).toHaveText(/^[\d.]+ (?:µs|ms|s)$/);
    await expect(metric(page, 'success')).toHaveText(/%$/);
    await expect(page.getByText('Success: an answer below 500')).toBeVisible();
    await expect(page.getByRole('img', { name: /^Latency, last two minutes\. Now: p50 [\d.]+ ms, p95/ })).toBeVisible();
  });

  test('follow the selection', async ({ page }) => {
    await playground.select('auth');
    await expect(page.getByRole('heading', { name: /Success rate · auth/ })).toBeVisible();
    await expect.poll(() => number(page, 'rate')).toBeGreaterThan(40);
  });

  test('mark applies with a line that has a name', async ({ page }) => {
    await playground.edit({ 'missions-route.yaml': heroFile('missions-route.yaml').replace('2s', '1s') });
    const mark = page.getByTestId('chart-mark').first();
    await expect(mark).toHaveAttribute('data-tip', /^Applied · \d\d:\d\d$/);
    // While time flows, the mark leaves the pointer behind.
    await playground.pause();
    await mark.hover();
    await expect(page.locator('.tooltip')).toContainText('Applied');
  });
});

test.describe('totals', () => {
  test('add up', async ({ page }) => {
    await playground.openDock('Totals');
    await expect.poll(async () => (await playground.rows()).length).toBeGreaterThan(1);
    const { rows, all, shares } = await page.getByTestId('dock').evaluate((dock) => {
      const values = (name: string): number[] =>
        [...dock.querySelectorAll(`[data-testid="totals-${name}"]`)].map((cell) =>
          Number(cell.getAttribute('data-value')),
        );
      return { rows: values('requests'), all: values('all')[0] ?? 0, shares: values('share') };
    });
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
    expect(sum(rows)).toBe(all);
    expect(sum(shares)).toBeCloseTo(1, 6);
    for (const [index, count] of rows.entries()) expect(shares[index]).toBeCloseTo(count / all, 6);
  });

  test('start anew with an apply, and can be counted from the start and drawn', async ({ page }) => {
    await playground.setSpeed(10);
    await playground.waitForClock(20);
    await playground.setSpeed(1);
    await playground.edit({ 'missions-route.yaml': heroFile('missions-route.yaml').replace('2s', '1s') });
    // Before a slow machine has opened the table, as many requests would have been counted anew.
    await playground.pause();
    await playground.openDock('Totals');
    const all = page.getByTestId('totals-all');
    const count = async (): Promise<number> => Number(await all.getAttribute('data-value'));
    await expect.poll(count).toBeLessThan(600);
    await page.getByRole('radio', { name: 'Since the start' }).check();
    await expect.poll(count).toBeGreaterThan(900);
    await page.getByRole('checkbox', { name: 'Chart' }).check();
    await expect(page.getByTestId('totals-chart').locator('.recharts-bar-rectangle').first()).toBeVisible();
  });
});

test.describe('access log', () => {
  test('lists lines, explains a flag in a sentence and every field by name', async ({ page }) => {
    await playground.edit({ 'auth-route.yaml': ABORT });
    await playground.openDock('Access log');
    await page.getByRole('checkbox', { name: 'Failures only' }).check();
    const failed = page.getByRole('option').filter({ hasText: 'FI' }).first();
    await failed.click();
    const detail = page.getByTestId('log-detail');
    await expect(detail.getByTestId('log-flags')).toContainText('A fault rule aborted the request.');
    await expect(detail.locator('dt').filter({ hasText: /^flags$/ })).toBeVisible();
    await expect(detail.locator('dd').filter({ hasText: /^418$/ })).toBeVisible();
    await expect(page.getByTestId('inspector')).toContainText('418');
    await expect(page.getByRole('checkbox', { name: 'Follow' })).not.toBeChecked();
  });

  test('is walked by keyboard and leads to the trace', async ({ page }) => {
    await playground.openDock('Access log');
    const list = page.getByRole('listbox', { name: /Access log/ });
    await expect(list.getByRole('option').first()).toBeVisible();
    await list.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect(list.getByRole('option', { selected: true })).toBeVisible();
    await page.getByTestId('log-detail').getByRole('button', { name: 'Trace' }).click();
    await expect(page.getByRole('tab', { name: 'Traces' })).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByTestId('trace-view')).toBeVisible();
  });
});

test('traces list requests, show their spans and the line of each', async ({ page }) => {
  await playground.openDock('Traces');
  const view = page.getByTestId('trace-view');
  await expect(view.getByRole('listitem').filter({ hasText: 'istio-ingressgateway' }).first()).toBeVisible();
  const spans = view.getByRole('list', { name: 'Spans' }).getByRole('button');
  await expect(spans.filter({ hasText: 'auth' }).first()).toBeVisible();
  await spans.filter({ hasText: 'auth' }).first().click();
  await expect(page.getByTestId('log-detail')).toContainText('/check');
  const items = page.getByRole('listbox', { name: /Traces/ }).getByRole('option');
  await expect(items.nth(1)).toBeVisible();
  // The list stands still under the pointer: what is second now is second when it is clicked.
  await items.nth(1).hover();
  await expect(page.getByText('held', { exact: true })).toBeVisible();
  const id = await items.nth(1).getAttribute('id');
  await items.nth(1).click();
  await expect(page.getByRole('option', { selected: true })).toHaveAttribute('id', id ?? '');
  await expect(view).toBeVisible();
});

test('events list what was done and what the cluster did', async ({ page }) => {
  await playground.edit({ 'missions-route.yaml': heroFile('missions-route.yaml').replace('2s', '1s') });
  await playground.openDock('Events');
  await expect(page.getByTestId('events').getByRole('row').filter({ hasText: 'Applied' })).toBeVisible();
  await page.keyboard.press('b');
  await page
    .getByTestId('chaos')
    .getByRole('button', { name: /^Break/ })
    .click();
  await expect(page.getByTestId('events').getByRole('row').filter({ hasText: 'Fault' })).toBeVisible();
});

test('proxy configuration is what was pushed to the selected pod, and can be searched', async ({ page }) => {
  await playground.select('hero-registry-api');
  await page.keyboard.press('Escape');
  await playground.select('hero-registry-api');
  await playground.openDock('Proxy config');
  await expect(page.locator('.proxy-command')).toContainText(
    /istioctl proxy-config routes hero-registry-api-.*\.heroes/,
  );
  const view = page.getByTestId('json-view');
  await expect(view.locator('.view-line').filter({ hasText: '"virtualHosts"' }).first()).toBeVisible();
  await page.getByRole('radio', { name: 'clusters' }).check();
  await page.getByRole('button', { name: /outbound\|8080\|\|auth\.heroes/ }).click();
  await expect(view.locator('.line-numbers').filter({ hasText: /^1$/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.keyboard.insertText('missions');
  await expect(view.locator('.findMatch, .currentFindMatch').first()).toBeAttached();
});

test('a split is seen in the versions of the totals', async () => {
  await playground.setSpeed(10);
  const { versions, requests } = await playground.measure(API, AUTH, 1_500);
  expect((versions['v1'] ?? 0) + (versions['v2'] ?? 0)).toBe(requests);
  expect(Math.abs((versions['v2'] ?? 0) / requests - 0.1)).toBeLessThan(0.03);
});

for (const colorScheme of ['dark', 'light'] as const) {
  test(`axe finds nothing on any tab, ${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await playground.edit({ 'auth-route.yaml': ABORT });
    await playground.waitForClock(5);
    for (const tab of ['Metrics', 'Totals', 'Traces', 'Access log', 'Proxy config', 'Events']) {
      await playground.openDock(tab);
      if (tab === 'Totals') {
        await page.getByRole('checkbox', { name: 'Chart' }).check();
        await expect(page.getByTestId('totals-chart').locator('.recharts-bar-rectangle').first()).toBeVisible();
      }
      if (tab === 'Traces') await expect(page.getByTestId('trace-view')).toBeVisible();
      if (tab === 'Access log') {
        await page.getByRole('option').first().click();
        await expect(page.getByTestId('log-detail')).toBeVisible();
      }
      if (tab === 'Proxy config')
        await expect(page.getByTestId('json-view').locator('.view-line').first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).include('[data-testid="dock"]').analyze();
      expect([tab, ...violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])]).toEqual([
        tab,
      ]);
    }
  });
}
