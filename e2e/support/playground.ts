// The page as somebody uses it: keys, clicks, and what stands on the screen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { SPEEDS } from '../../src/ui/model/speeds';

const SCENARIO = join(import.meta.dirname, '../../src/scenarios/hero-registry');

/** The text of a manifest of the default scenario. */
export function heroFile(name: string): string {
  return readFileSync(join(SCENARIO, name), 'utf8');
}

/** One row of the table of totals, as the screen gives it. */
export interface TotalsRow {
  readonly source: string;
  readonly destination: string;
  readonly version: string;
  readonly requests: number;
  readonly attempts: number;
  readonly denied: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly flags: Readonly<Record<string, number>>;
}

/** Rows of one edge taken together. */
export interface EdgeTotals {
  readonly requests: number;
  readonly attempts: number;
  readonly denied: number;
  readonly versions: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly flags: Readonly<Record<string, number>>;
}

export class Playground {
  constructor(readonly page: Page) {}

  /** Opens the page and waits until simulated time flows. */
  static async open(page: Page): Promise<Playground> {
    const playground = new Playground(page);
    await page.goto('./');
    await playground.waitForClock(0.5);
    return playground;
  }

  get clock(): Locator {
    return this.page.getByTestId('clock');
  }

  /** Simulated seconds on the screen. */
  async seconds(): Promise<number> {
    const parts = ((await this.clock.textContent()) ?? '').split(':').map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  }

  async waitForClock(seconds: number): Promise<void> {
    await expect.poll(() => this.seconds(), { timeout: 90_000 }).toBeGreaterThanOrEqual(seconds);
  }

  /** Runs a command by its words, as the palette finds it. */
  async command(words: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    const input = this.page.getByPlaceholder('Find a command');
    await input.fill(words);
    await expect(this.page.getByRole('option').first()).toContainText(words);
    await this.page.keyboard.press('Enter');
    await expect(input).toBeHidden();
  }

  /** Stops time, so that what is looked at next stays as it is. */
  async pause(): Promise<void> {
    await this.page.getByTestId('command-transport.toggle').click();
    await expect(this.page.getByTestId('paused')).toBeVisible();
  }

  async setSpeed(speed: number): Promise<void> {
    await this.page.getByRole('slider', { name: 'Speed', exact: true }).fill(String(SPEEDS.indexOf(speed)));
    await expect(this.page.getByRole('button', { name: /^Speed/ })).toHaveAccessibleName(
      new RegExp(`^Speed:? ${speed}×`),
    );
  }

  // --- manifests ----------------------------------------------------------------------------------------------

  async openTab(path: string): Promise<void> {
    const tab = this.page.getByRole('tablist', { name: 'Manifests' }).getByRole('tab', { name: path });
    await tab.click();
    await expect(tab).toHaveAttribute('aria-selected', 'true');
  }

  /** Puts the cursor into the text of the open manifest. */
  async focusText(): Promise<void> {
    const code = this.page.getByTestId('editor-code');
    await code.locator('.view-lines').first().click();
    await expect(code.locator('.monaco-editor.focused')).toBeVisible();
  }

  /** Selects all of a manifest and types another text over it. */
  async write(path: string, text: string): Promise<void> {
    await this.openTab(path);
    await this.focusText();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(text);
  }

  get outcome(): Locator {
    return this.page.getByTestId('apply-result');
  }

  get refusal(): Locator {
    return this.page.getByTestId('refusal');
  }

  /** Applies by the keyboard and waits until the page says that it is done, of this apply and not of one before. */
  async apply(): Promise<void> {
    const button = this.page.getByTestId('command-files.apply');
    await expect(button).toHaveAccessibleName('Apply');
    await this.page.keyboard.press('Control+s');
    await expect(button).toHaveAccessibleName(/runs already/);
    await expect(this.refusal).toHaveCount(0);
    await expect(this.outcome).toContainText('Applied at');
  }

  /** Types texts and applies them, in real time: at full speed the model takes what a slow machine has to draw letters. */
  async edit(texts: Readonly<Record<string, string>>): Promise<void> {
    await this.setSpeed(1);
    for (const [path, text] of Object.entries(texts)) await this.write(path, text);
    await this.apply();
  }

  // --- numbers ------------------------------------------------------------------------------------------------

  /** What hangs from another card may lie over this one. */
  async select(service: string): Promise<void> {
    const close = this.page.getByTestId('inspector').getByRole('button', { name: 'Close', exact: true });
    if (await close.isVisible()) await close.click();
    await this.page.getByTestId(`service-${service}`).locator('[data-service]').click();
  }

  async openDock(tab: string): Promise<void> {
    await this.page.getByRole('tablist', { name: 'Dock' }).getByRole('tab', { name: tab, exact: true }).click();
  }

  async rows(): Promise<readonly TotalsRow[]> {
    return this.page.getByTestId('totals-row').evaluateAll((rows) =>
      rows.map((row) => {
        const value = (name: string): string =>
          row.querySelector(`[data-testid="totals-${name}"]`)?.getAttribute('data-value') ?? '';
        const counts = (text: string): Record<string, number> =>
          Object.fromEntries(
            text
              .split(' ')
              .filter((pair) => pair !== '')
              .map((pair) => [pair.slice(0, pair.lastIndexOf(':')), Number(pair.slice(pair.lastIndexOf(':') + 1))]),
          );
        return {
          source: row.getAttribute('data-source') ?? '',
          destination: row.getAttribute('data-destination') ?? '',
          version: row.getAttribute('data-version') ?? '',
          requests: Number(value('requests')),
          attempts: Number(value('attempts')),
          denied: Number(value('denied')),
          statuses: counts(value('statuses')),
          flags: counts(value('flags')),
        };
      }),
    );
  }

  async edge(source: string, destination: string): Promise<EdgeTotals> {
    const rows = (await this.rows()).filter((row) => row.source === source && row.destination === destination);
    const add = (name: 'statuses' | 'flags'): Record<string, number> => {
      const sums: Record<string, number> = {};
      for (const row of rows)
        for (const [key, count] of Object.entries(row[name])) sums[key] = (sums[key] ?? 0) + count;
      return sums;
    };
    const sum = (name: 'requests' | 'attempts' | 'denied'): number => rows.reduce((total, row) => total + row[name], 0);
    return {
      requests: sum('requests'),
      attempts: sum('attempts'),
      denied: sum('denied'),
      versions: Object.fromEntries(rows.map((row) => [row.version, row.requests])),
      statuses: add('statuses'),
      flags: add('flags'),
    };
  }

  /**
   * The totals of an edge since the last apply, once the table of the destination counts that many requests.
   * A few requests of the old configuration end after the apply; they are part of what the screen shows.
   */
  async measure(source: string, destination: string, requests: number): Promise<EdgeTotals> {
    await this.select(destination.split('/')[1] ?? destination);
    await this.openDock('Totals');
    await this.setSpeed(50);
    let totals = await this.edge(source, destination);
    await expect
      .poll(
        async () => {
          totals = await this.edge(source, destination);
          return totals.requests;
        },
        { timeout: 90_000, intervals: [250] },
      )
      .toBeGreaterThanOrEqual(requests);
    return totals;
  }

  /** Opens the access log of the proxies of a service and waits until lines in sight fit every pattern; gives the lines in sight then. */
  async logLines(service: string, ...patterns: readonly RegExp[]): Promise<readonly string[]> {
    await this.select(service);
    await this.openDock('Access log');
    let lines: readonly string[] = [];
    await expect
      .poll(async () => {
        lines = await this.page.locator('.log-row .log-text').allTextContents();
        return patterns.filter((pattern) => !lines.some((line) => pattern.test(line))).map(String);
      })
      .toEqual([]);
    return lines;
  }
}

export function share(counts: Readonly<Record<string, number>>, key: string): number {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : (counts[key] ?? 0) / total;
}
