import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

/** The page with its first scenario running and the picture laid out. */
async function openPage(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.getByTestId('service-hero-registry-api')).toBeVisible();
  await expect(page.getByTestId('flights')).toHaveAttribute('data-flights', /[1-9]/);
}

function card(page: Page, name: string) {
  return page.getByTestId(`service-${name}`).locator('.card-button');
}

/** Simulated time on the clock, in ms. */
async function clockMs(page: Page): Promise<number> {
  const text = (await page.getByTestId('clock').textContent()) ?? '';
  const [minutes = '0', seconds = '0', ms = '0'] = text.split(/[:.]/);
  return (Number(minutes) * 60 + Number(seconds)) * 1000 + Number(ms);
}

/** Whether the pointer rests on a particle. The renderer answers a few frames after the pointer moved. */
async function isOverFlight(page: Page): Promise<boolean> {
  const topology = page.getByTestId('topology');
  for (let look = 0; look < 2; look++) {
    const over = await topology.evaluate(
      (element) =>
        new Promise<boolean>((resolve) => {
          const wait = (frames: number): void => {
            if (frames === 0) resolve(element.classList.contains('over-flight'));
            else requestAnimationFrame(() => wait(frames - 1));
          };
          wait(4);
        }),
    );
    if (!over) return false;
  }
  return true;
}

test.describe('accessibility', () => {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`axe finds nothing on the main screen, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await openPage(page);
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])).toEqual([]);
    });

    test(`axe finds nothing on the inspector, the chaos palette and the table, ${colorScheme}`, async ({ page }) => {
      test.slow();
      await page.emulateMedia({ colorScheme });
      await openPage(page);
      const check = async (what: string) => {
        const { violations } = await new AxeBuilder({ page }).include('.graph-area').analyze();
        expect([what, ...violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])]).toEqual([
          what,
        ]);
      };
      await card(page, 'missions').click();
      await expect(page.getByTestId('inspector')).toBeVisible();
      await check('inspector');
      await page.keyboard.press('b');
      await expect(page.getByTestId('chaos')).toBeVisible();
      await check('chaos');
      await page.keyboard.press('t');
      await expect(page.getByTestId('text-view')).toBeVisible();
      await check('table');
    });
  }
});

test.describe('keyboard', () => {
  test('Tab reaches cards, arrows walk along edges, Enter opens, Escape returns', async ({ page }) => {
    await openPage(page);
    await card(page, 'hero-registry-api').focus();
    await page.keyboard.press('ArrowRight');
    const edge = page.locator('[data-edge]:focus');
    await expect(edge).toHaveAttribute('data-edge', /^heroes\/hero-registry-api->/);
    const destination = (await edge.getAttribute('data-edge'))?.split('/').pop() ?? '';
    await page.keyboard.press('ArrowRight');
    await expect(card(page, destination)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('inspector')).toContainText(destination);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('inspector')).toBeHidden();
    await expect(card(page, destination)).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('[data-edge]:focus')).toHaveAttribute('data-edge', new RegExp(`${destination}$`));
  });

  test('Tab goes from card to card in reading order', async ({ page }) => {
    await openPage(page);
    await card(page, 'users').focus();
    await page.keyboard.press('Tab');
    await expect(card(page, 'istio-ingressgateway')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(card(page, 'hero-registry-api')).toBeFocused();
  });

  test('Space pauses and plays, a point steps, Shift R restarts', async ({ page }) => {
    await openPage(page);
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeVisible();
    const paused = await clockMs(page);
    await page.keyboard.press('.');
    await expect.poll(() => page.getByTestId('flights').getAttribute('data-flights')).not.toBeNull();
    expect(await clockMs(page)).toBeLessThan(paused + 2_000);
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeHidden();
    // Far enough for a slow machine to see the clock before it has come this far again.
    await expect.poll(() => clockMs(page)).toBeGreaterThan(paused + 4_000);
    await page.keyboard.press('Shift+R');
    await expect.poll(() => clockMs(page), { intervals: [100] }).toBeLessThan(paused + 3_000);
  });

  test('the palette finds a command and runs it', async ({ page }) => {
    await openPage(page);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Find a command').fill('table');
    await page.keyboard.press('Enter');
    const table = page.getByTestId('text-view');
    await expect(table.getByRole('row', { name: /missions/ }).first()).toBeVisible();
    await expect(table.getByRole('row', { name: /^users istio-ingressgateway/ })).toContainText(/\d/);
    await page.keyboard.press('t');
    await expect(page.getByTestId('topology')).toBeVisible();
  });

  test('keys belong to the text while one types', async ({ page }) => {
    await openPage(page);
    const seed = page.getByRole('textbox', { name: /^Seed/ });
    await seed.focus();
    await page.keyboard.press('b');
    await expect(page.getByTestId('chaos')).toBeHidden();
    await seed.fill('42');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('live-region')).toHaveText('Restarted with seed 42');
    await expect(seed).toHaveValue('42');
  });
});

test.describe('panels', () => {
  test('fold into rails and stay folded after a reload', async ({ page }) => {
    await openPage(page);
    await page.getByRole('button', { name: 'Fold the notes' }).click();
    await expect(page.getByTestId('notes')).toBeHidden();
    await page.keyboard.press('Control+j');
    await expect(page.getByTestId('dock').getByRole('tabpanel')).toBeHidden();
    await page.reload();
    await expect(page.getByTestId('rail-left')).toBeVisible();
    await expect(page.getByTestId('dock').getByRole('tabpanel')).toBeHidden();
    await page.getByTestId('rail-left').click();
    await expect(page.getByTestId('notes')).toBeVisible();
  });

  test('are resized by keyboard, and keep their width', async ({ page }) => {
    await openPage(page);
    const handle = page.getByRole('separator', { name: 'Width of the notes' });
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await expect(handle).toHaveAttribute('aria-valuenow', '336');
    await page.reload();
    await expect(page.getByRole('separator', { name: 'Width of the notes' })).toHaveAttribute('aria-valuenow', '336');
  });

  test('below 1280 px the YAML lies over the graph', async ({ page }) => {
    await page.setViewportSize({ width: 1024, height: 768 });
    await openPage(page);
    await expect(page.getByTestId('editor')).toBeHidden();
    await page.getByTestId('rail-right').click();
    await expect(page.getByTestId('editor')).toBeVisible();
    await expect(page.getByTestId('topology')).toBeVisible();
  });

  test('below 1024 px there is one panel at a time', async ({ page }) => {
    await page.setViewportSize({ width: 900, height: 768 });
    await openPage(page);
    await expect(page.getByTestId('editor')).toBeHidden();
    await page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: 'YAML' }).click();
    await expect(page.getByTestId('editor')).toBeVisible();
    await expect(page.getByTestId('topology')).toBeHidden();
  });

  test('a phone shows the graph, the notes and the clock, to read only', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await openPage(page);
    await expect(page.getByText('read only')).toBeVisible();
    await expect(page.getByTestId('editor')).toHaveCount(0);
    await expect(page.getByTestId('command-chaos.open')).toHaveCount(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])).toEqual([]);
  });

  test('the theme is chosen by a button and kept', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await openPage(page);
    const html = page.locator('html');
    await expect(html).toHaveAttribute('data-theme', 'dark');
    const button = page.getByTestId('command-view.theme');
    await button.click();
    await expect(button).toHaveAccessibleName('Theme: dark');
    await button.click();
    await expect(html).toHaveAttribute('data-theme', 'light');
    await page.reload();
    await expect(html).toHaveAttribute('data-theme', 'light');
  });
});

test.describe('the graph', () => {
  test('a request can be picked up on its way, and explained', async ({ page }) => {
    await openPage(page);
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeVisible();
    // Along the drawn lines there is a particle somewhere.
    const points = await page.locator('.edge-line').evaluateAll((lines) =>
      lines.flatMap((line) => {
        const path = line as SVGPathElement;
        const matrix = path.getScreenCTM();
        if (matrix === null) return [];
        const length = path.getTotalLength();
        return Array.from({ length: Math.ceil(length / 10) }, (_, step) => {
          const { x, y } = path.getPointAtLength(step * 10).matrixTransform(matrix);
          return { x, y };
        });
      }),
    );
    let found = false;
    for (const { x, y } of points) {
      await page.mouse.move(x, y);
      found = await isOverFlight(page);
      if (found) break;
    }
    expect(found).toBe(true);
    await page.mouse.down();
    await page.mouse.up();
    const inspector = page.getByTestId('inspector');
    await expect(inspector).toContainText(/Request [0-9a-f]{8}/);
    await expect(inspector).toContainText('picked up');
    await page.keyboard.press('Escape');
    await expect(inspector).toBeHidden();
    await expect(page.getByTestId('paused')).toBeVisible();
  });

  test('a card stays where it was put, also after a reload, until the graph is tidied up', async ({ page }) => {
    await openPage(page);
    const box = async () =>
      (await page.getByTestId('service-auth').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    // While first calls still appear, the picture is laid out anew under the pointer.
    let before = await box();
    const holdsStill = async () => {
      const now = await box();
      const same = now.x === before.x && now.y === before.y;
      before = now;
      return same;
    };
    await expect.poll(holdsStill, { intervals: [1_500] }).toBe(true);
    await page.mouse.move(before.x + before.width / 2, before.y + before.height / 2);
    await page.mouse.down();
    await page.mouse.move(before.x + before.width / 2 + 20, before.y + before.height / 2 + 60, { steps: 5 });
    await page.mouse.up();
    await expect(page.getByRole('button', { name: 'Tidy up' })).toBeVisible();
    const put = await box();
    expect(put.y).toBeGreaterThan(before.y + 40);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Tidy up' })).toBeVisible();
    await page.getByRole('button', { name: 'Tidy up' }).click();
    await expect(page.getByRole('button', { name: 'Tidy up' })).toHaveCount(0);
    // Calls that were rare at first may have given the card another place than it had.
    await expect.poll(async () => Math.abs((await box()).y - put.y)).toBeGreaterThan(15);
  });

  test('the selection fades what is unrelated', async ({ page }) => {
    await openPage(page);
    await card(page, 'users').click();
    await expect(page.getByTestId('service-hero-db')).toHaveClass(/is-faded/);
    await expect(page.getByTestId('service-istio-ingressgateway')).not.toHaveClass(/is-faded/);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('service-hero-db')).not.toHaveClass(/is-faded/);
  });
});

test.describe('what one breaks', () => {
  test('is broken by B, shown, and mended by M', async ({ page }) => {
    await openPage(page);
    await card(page, 'missions').click();
    await page.keyboard.press('b');
    const chaos = page.getByTestId('chaos');
    await expect(chaos).toContainText('missions');
    await chaos.getByText('Errors', { exact: true }).click();
    await chaos.getByText('Until mended').click();
    await page.keyboard.press('b');
    await expect(page.getByTestId('live-region')).toHaveText('Broken: 50% answers 503 from missions');
    await expect(page.getByTestId('command-chaos.mend')).toHaveText('Mend 1 fault');
    await expect(page.getByTestId('service-missions')).toHaveAttribute('data-state', 'failing');
    await page.keyboard.press('m');
    await expect(page.getByTestId('command-chaos.mend')).toHaveCount(0);
  });

  test('ends by itself when its time is over', async ({ page }) => {
    await openPage(page);
    await page.getByTestId('command-chaos.open').click();
    const chaos = page.getByTestId('chaos');
    await chaos.getByText('Control-plane outage').click();
    await chaos.getByText('10 s', { exact: true }).click();
    await chaos.getByRole('button', { name: /^Break now/ }).click();
    await expect(page.getByTestId('banner-controlPlane')).toContainText('Control plane is down since');
    await page.getByRole('button', { name: /^Speed/ }).click();
    await page.getByRole('menuitemradio', { name: '10×' }).click();
    await expect(page.getByTestId('banner-controlPlane')).toHaveCount(0);
  });
});

test('a worker that dies is started again from its last checkpoint, and the page says so', async ({ page }) => {
  await openPage(page);
  // The first checkpoint is saved after five seconds.
  await expect.poll(() => clockMs(page), { timeout: 20_000 }).toBeGreaterThan(6_000);
  const engine = page.workers().find((worker) => /engine/.test(worker.url()));
  await engine?.evaluate(() => {
    setTimeout(() => {
      throw new Error('out of memory');
    });
  });
  await expect(page.getByTestId('banner-worker')).toContainText('restarted from its last checkpoint');
  const before = await clockMs(page);
  await expect.poll(() => clockMs(page)).toBeGreaterThan(before + 300);
});

test('with reduced motion particles stand still and edges keep their heads and numbers', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openPage(page);
  await expect(page.locator('.edge-head').first()).toBeAttached();
  const picture = () => page.getByTestId('flights').screenshot();
  const first = await picture();
  await expect.poll(async () => (await picture()).equals(first), { timeout: 5_000 }).toBe(false);
});
