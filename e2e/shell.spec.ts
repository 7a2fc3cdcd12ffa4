import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { waitForRest, waitForStandstill, waitForWholePicture } from './support/picture';

/** The page with its first scenario running and the picture laid out. Calls that are rare may still be added to it. */
async function openPage(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.getByTestId('service-hero-registry-api')).toBeVisible();
  await expect(page.getByTestId('flights')).toHaveAttribute('data-flights', /[1-9]/);
  await waitForRest(page);
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

/** Where a card stands on the canvas, wherever the camera looks. */
function placeOnCanvas(page: Page, name: string): Promise<string> {
  return page
    .locator('.react-flow__node', { has: page.getByTestId(`service-${name}`) })
    .evaluate((node) => node.style.transform);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points along all drawn lines, on the screen. */
function pointsOnLines(page: Page): Promise<readonly Point[]> {
  return page.locator('.edge-line').evaluateAll((lines) =>
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
}

/** Whether the page has said, a few frames after the pointer moved, that the pointer is over a particle. */
function hasSaidOverFlight(page: Page): Promise<boolean> {
  return page.getByTestId('topology').evaluate(
    (element) =>
      new Promise<boolean>((resolve) => {
        const wait = (frames: number): void => {
          if (frames === 0) resolve(element.classList.contains('over-flight'));
          else requestAnimationFrame(() => wait(frames - 1));
        };
        wait(8);
      }),
  );
}

/** Comes to a point from outside the picture: what the page says then is about this point and no other. */
async function comesOverFlight(page: Page, { x, y }: Point): Promise<boolean> {
  const topology = page.getByTestId('topology');
  await page.getByTestId('clock').hover();
  await expect(topology).not.toHaveClass(/over-flight/);
  await page.mouse.move(x, y);
  return expect(topology)
    .toHaveClass(/over-flight/, { timeout: 5_000 })
    .then(
      () => true,
      () => false,
    );
}

/** Moves the pointer along the lines until it rests on a particle. */
async function moveToFlight(page: Page): Promise<void> {
  const points = await pointsOnLines(page);
  for (const [index, point] of points.entries()) {
    await page.mouse.move(point.x, point.y);
    if (!(await hasSaidOverFlight(page))) continue;
    // On a slow machine it may have said so of a point before this one.
    for (const candidate of points.slice(Math.max(0, index - 3), index + 1).reverse())
      if (await comesOverFlight(page, candidate)) return;
  }
  throw new Error(`none of ${points.length} points is over a particle`);
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
    await waitForWholePicture(page);
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
    // Until its first call is drawn, a client stands in the first column, and comes second.
    await waitForWholePicture(page);
    await card(page, 'users').focus();
    await page.keyboard.press('Tab');
    await expect(card(page, 'istio-ingressgateway')).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(card(page, 'hero-registry-api')).toBeFocused();
  });

  test('the focus stays on its card while the picture is laid out anew', async ({ page }) => {
    await page.addInitScript(() => {
      // As soon as there are cards; the calls that are rare are still to come then.
      const focus = (): void => {
        const button = document.querySelector<HTMLElement>('[data-service="heroes/auth"]');
        if (button === null) requestAnimationFrame(focus);
        else button.focus();
      };
      requestAnimationFrame(focus);
    });
    await openPage(page);
    await waitForWholePicture(page);
    await expect(card(page, 'auth')).toBeFocused();
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
    await expect.poll(() => clockMs(page)).toBeGreaterThan(paused + 300);
    // What stood still goes on standing still: the clock waits to be read.
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeVisible();
    await page.keyboard.press('Shift+R');
    await expect.poll(() => clockMs(page)).toBe(0);
  });

  test('the palette finds a command and runs it', async ({ page }) => {
    await openPage(page);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Find a command').fill('table');
    await expect(page.getByRole('option').first()).toContainText('table');
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
    await expect(page.getByTestId('chaos')).toBeHidden();
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
    await waitForWholePicture(page);
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeVisible();
    await waitForStandstill(page);
    // Along the drawn lines there is a particle somewhere.
    await moveToFlight(page);
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
    await waitForWholePicture(page);
    const box = async () =>
      (await page.getByTestId('service-auth').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const before = await box();
    await page.mouse.move(before.x + before.width / 2, before.y + before.height / 2);
    await page.mouse.down();
    await page.mouse.move(before.x + before.width / 2 + 20, before.y + before.height / 2 + 60, { steps: 5 });
    await page.mouse.up();
    const tidy = page.getByRole('button', { name: 'Tidy up' });
    await expect(tidy).toBeVisible();
    expect((await box()).y).toBeGreaterThan(before.y + 40);
    const place = await placeOnCanvas(page, 'auth');
    await page.reload();
    await expect(tidy).toBeVisible();
    await waitForWholePicture(page);
    expect(await placeOnCanvas(page, 'auth')).toBe(place);
    await tidy.click();
    await expect(tidy).toHaveCount(0);
    await waitForRest(page);
    const after = await box();
    expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(6);
  });

  test('a line without room for its label shows it under the pointer, and is taken by a click there', async ({
    page,
  }) => {
    await openPage(page);
    await waitForWholePicture(page);
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeVisible();
    const label = page.locator('.edge-label.is-floating');
    const inspector = page.getByTestId('inspector');
    let shown = 0;
    for (const edge of await page.locator('.edge-hit').all()) {
      const { x, y, free } = await edge.locator('path').evaluate((element) => {
        const path = element as SVGPathElement;
        const point = path
          .getPointAtLength(path.getTotalLength() / 2)
          .matrixTransform(path.getScreenCTM() ?? undefined);
        return { x: point.x, y: point.y, free: document.elementFromPoint(point.x, point.y) === path };
      });
      if (!free) continue;
      await page.mouse.move(x, y);
      await expect(edge.locator('xpath=..')).toHaveClass(/is-hovered/);
      if ((await label.count()) === 0) continue;
      shown += 1;
      await page.mouse.down();
      await page.mouse.up();
      await expect(inspector).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(inspector).toBeHidden();
      // Nothing sticks to a pointer that is not pressed.
      const camera = await page.locator('.react-flow__viewport').getAttribute('style');
      await page.mouse.move(x + 30, y + 30);
      expect(await page.locator('.react-flow__viewport').getAttribute('style')).toBe(camera);
    }
    expect(shown).toBeGreaterThan(0);
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
    // The fault ends when time has flowed for long enough, and not before it has been looked at.
    await page.keyboard.press('Space');
    await expect(page.getByTestId('paused')).toBeVisible();
    await page.getByTestId('command-chaos.open').click();
    const chaos = page.getByTestId('chaos');
    await chaos.getByText('Control-plane outage').click();
    await chaos.getByText('10 s', { exact: true }).click();
    await chaos.getByRole('button', { name: /^Break now/ }).click();
    await expect(page.getByTestId('banner-controlPlane')).toContainText('Control plane is down since');
    await page.getByRole('button', { name: /^Speed/ }).click();
    await page.getByRole('menuitemradio', { name: '10×' }).click();
    await page.getByTestId('command-transport.toggle').click();
    await expect(page.getByTestId('banner-controlPlane')).toHaveCount(0);
  });
});

test('a worker that dies is started again from its last checkpoint, and the page says so', async ({ page }) => {
  await openPage(page);
  // Checkpoints are five seconds apart: this is past the one of the start.
  await expect.poll(() => clockMs(page), { timeout: 60_000 }).toBeGreaterThan(6_000);
  const engine = page.workers().find((worker) => /engine/.test(worker.url()));
  expect(engine).toBeDefined();
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
  await expect.poll(async () => (await picture()).equals(first)).toBe(false);
});
