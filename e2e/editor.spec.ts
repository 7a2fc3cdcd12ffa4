// The manifests: what the editor offers while one writes, what an apply says, and that nothing that was written is lost.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { heroFile, Playground } from './support/playground';

const FILE = 'missions-route.yaml';
const ROUTE = heroFile(FILE);

function code(page: Page) {
  return page.getByTestId('editor-code');
}

function tabs(page: Page) {
  return page.getByRole('tablist', { name: 'Manifests' }).getByRole('tab');
}

function tab(page: Page, path: string) {
  return page.getByRole('tab', { name: new RegExp(`^${path.replaceAll('.', '\\.')}`) });
}

function problem(page: Page, codeStart: string) {
  return page.locator(`[data-testid="problem"][data-code^="${codeStart}"]`).first();
}

/** A line of the text on the screen; the editor writes its spaces as hard ones. */
function line(page: Page, text: string) {
  return code(page)
    .locator('.view-line')
    .filter({ hasText: text.replaceAll(' ', '\u00a0') })
    .first();
}

/** Drops files on the page, as a file manager would. */
async function drop(page: Page, files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
  const transfer = await page.evaluateHandle((list) => {
    const made = new DataTransfer();
    for (const { name, text } of list) made.items.add(new File([text], name, { type: 'text/yaml' }));
    return made;
  }, files);
  await page.dispatchEvent('.graph-area', 'dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Drop YAML files')).toBeVisible();
  await page.dispatchEvent('.graph-area', 'drop', { dataTransfer: transfer });
}

let playground: Playground;

test.beforeEach(async ({ page }) => {
  playground = await Playground.open(page);
  await expect(code(page).locator('.view-line').first()).toBeVisible();
});

test.describe('while one writes', () => {
  test('a mistake is underlined and listed, its row leads to its line, and its fix mends it', async ({ page }) => {
    await playground.write(FILE, ROUTE.replace('timeout: 2s', 'timeuot: 2s'));
    await expect(code(page).locator('.squiggly-error')).toBeVisible();
    await expect(problem(page, 'MW0201')).toContainText('timeuot');
    await expect(tab(page, FILE)).toHaveAccessibleName(/changed, not applied, has errors/);
    await playground.openTab('auth-route.yaml');
    await problem(page, 'MW0201')
      .getByRole('button', { name: /MW0201/ })
      .click();
    await expect(tab(page, FILE)).toHaveAttribute('aria-selected', 'true');
    await expect(line(page, 'timeuot: 2s')).toBeVisible();
    await problem(page, 'MW0201').getByRole('button', { name: 'Fix: write timeout' }).click();
    await expect(line(page, 'timeout: 2s')).toBeVisible();
    await expect(page.getByTestId('problem')).toHaveCount(0);
    await expect(code(page).locator('.squiggly-error')).toHaveCount(0);
  });

  test('a field explains itself under the pointer', async ({ page }) => {
    await expect(code(page)).toHaveAttribute('data-explains', 'true');
    await line(page, 'timeout: 2s').getByText('timeout').hover();
    await expect(page.locator('.monaco-hover').filter({ hasText: 'Time limit' })).toBeVisible();
  });

  test('fields are completed from the schema of the kind', async ({ page }) => {
    await expect(code(page)).toHaveAttribute('data-explains', 'true');
    await line(page, 'timeout: 2s').click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('retr');
    const list = page.locator('.suggest-widget .monaco-list-row');
    await expect(list.filter({ hasText: 'retries' })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(line(page, 'retries:')).toBeVisible();
    await page.keyboard.press('Control+Space');
    await expect(list.filter({ hasText: 'perTryTimeout' })).toBeVisible();
  });

  test('lines that arrive at once are taken as they are', async ({ page }) => {
    await playground.write(FILE, 'a:\n  b:\n    c: 1\nd: 2\n');
    await expect(line(page, '    c: 1')).toBeVisible();
    await expect(line(page, 'd: 2')).toHaveText('d:\u00a02');
  });
});

test.describe('an apply', () => {
  test('shows before what it would change and after what it changed', async ({ page }) => {
    await playground.write(FILE, ROUTE.replace('timeout: 2s', 'timeout: 1s'));
    await page.getByTestId('command-files.showChanges').click();
    const changes = page.getByTestId('editor-changes');
    await expect(changes.locator('.line-insert').first()).toBeAttached();
    await expect(changes.locator('.line-delete').first()).toBeAttached();
    await page.keyboard.press('Control+s');
    await expect(playground.outcome).toHaveText(/^Applied at \d\d:\d\d · 1 resource changed$/);
    await expect(changes).toHaveCount(0);
    await playground.outcome.click();
    await expect(page.getByText('spec.http[0].timeout')).toBeVisible();
    await expect(tab(page, FILE)).toHaveAccessibleName(FILE);
    const button = page.getByTestId('command-files.apply');
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await expect(button).toHaveAccessibleName(/runs already/);
  });

  test('of a mistake is refused at its line; what ran keeps running, and the fix leads on', async ({ page }) => {
    await playground.write(FILE, ROUTE.replace('timeout: 2s', 'timeuot: 2s'));
    await page.keyboard.press('Control+s');
    const at = ROUTE.slice(0, ROUTE.indexOf('timeout')).split('\n').length;
    await expect(playground.refusal).toContainText(`Line ${at}: VirtualService has no field timeuot here.`);
    await expect(playground.refusal).toContainText(/The configuration of 00:00 keeps running/);
    await expect(code(page).locator('.editor-refused-line')).toBeVisible();
    const seconds = await playground.seconds();
    await playground.waitForClock(seconds + 1);
    await playground.refusal.getByRole('button', { name: 'Fix' }).click();
    await expect(playground.refusal).toHaveCount(0);
  });

  test('can be undone and made again', async ({ page }) => {
    await playground.edit({ [FILE]: ROUTE.replace('timeout: 2s', 'timeout: 1s') });
    await page.keyboard.press('Control+Alt+z');
    // A message goes after six seconds, unless the pointer is on it.
    const undone = page.getByTestId('toast').filter({ hasText: 'Undone at' });
    await undone.hover();
    await expect(playground.outcome).toContainText(/^Undone at/);
    await expect(line(page, 'timeout: 2s')).toBeVisible();
    await undone.getByRole('button', { name: 'Apply again' }).click();
    await expect(playground.outcome).toContainText(/^Applied at/);
    await expect(line(page, 'timeout: 1s')).toBeVisible();
  });
});

test.describe('nothing is lost', () => {
  test('a reload finds the texts as they stood, and what was applied runs', async ({ page }) => {
    await playground.edit({ [FILE]: ROUTE.replace('timeout: 2s', 'timeout: 1500ms') });
    await playground.write('auth-route.yaml', 'not: finished');
    // The database takes the text a moment after the last key; a page that goes takes it along at once.
    await page.reload();
    await playground.waitForClock(0.5);
    await expect(tab(page, 'auth-route.yaml')).toHaveAccessibleName(/changed, not applied/);
    await expect(tab(page, FILE)).toHaveAccessibleName(FILE);
    await expect(line(page, 'not: finished')).toBeVisible();
    await playground.openTab(FILE);
    await expect(line(page, 'timeout: 1500ms')).toBeVisible();
    await playground.command('Start over');
    await expect(line(page, 'timeout: 2s')).toBeVisible();
  });

  test('a closed manifest comes back; a reverted one by the undo of the editor', async ({ page }) => {
    await tab(page, FILE).focus();
    await page.keyboard.press('Delete');
    await expect(tab(page, FILE)).toHaveCount(0);
    await page.getByTestId('toast').filter({ hasText: FILE }).getByRole('button', { name: 'Undo' }).click();
    await expect(tabs(page).first()).toHaveAccessibleName(FILE);
    await playground.write(FILE, '# mine');
    await playground.command('Revert the manifest');
    await expect(line(page, 'timeout: 2s')).toBeVisible();
    await playground.focusText();
    await page.keyboard.press('Control+z');
    await expect(line(page, '# mine')).toBeVisible();
  });
});

test.describe('tabs', () => {
  test('are walked, renamed and added by keyboard', async ({ page }) => {
    await tab(page, FILE).focus();
    await page.keyboard.press('ArrowRight');
    await expect(tab(page, 'auth-route.yaml')).toBeFocused();
    await expect(tab(page, 'auth-route.yaml')).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('F2');
    const field = page.getByRole('textbox', { name: 'New name of auth-route.yaml' });
    await expect(field).toBeFocused();
    await field.fill('missions-route.yaml');
    await expect(page.getByText('Another tab has this name.')).toBeVisible();
    await field.fill('auth');
    await page.keyboard.press('Enter');
    await expect(tab(page, 'auth.yaml')).toHaveAttribute('aria-selected', 'true');
    await expect(line(page, 'name: auth')).toBeVisible();
    await page.getByTestId('editor-add').click();
    await expect(page.getByRole('textbox', { name: /^New name of/ })).toBeFocused();
    await page.keyboard.type('extra');
    await page.keyboard.press('Enter');
    await expect(tab(page, 'extra.yaml')).toHaveAttribute('aria-selected', 'true');
  });
});

test.describe('files', () => {
  test('dropped ones become tabs and run, object by object', async ({ page }) => {
    const dropped = ROUTE.replace('timeout: 2s', 'timeout: 3s');
    await drop(page, [{ name: 'dropped.yaml', text: dropped }]);
    await expect(playground.outcome).toContainText('1 resource changed');
    await expect(tab(page, 'dropped.yaml')).toHaveAttribute('aria-selected', 'true');
    // Both objects of the old manifest are written in the new one; nothing of the old one is left.
    await expect(tab(page, FILE)).toHaveCount(0);
    await page.getByTestId('command-files.undoApply').click();
    await expect(playground.outcome).toContainText(/^Undone at/);
    await expect(tab(page, FILE)).toHaveCount(1);
  });

  test('a topology for load tests becomes a mesh', async ({ page }) => {
    const text = 'services:\n- name: front\n  isEntrypoint: true\n  script:\n  - call: back\n- name: back\n';
    await drop(page, [{ name: 'topology.yaml', text }]);
    await expect(playground.outcome).toContainText(/^Applied at/);
    await expect(page.getByTestId('service-front')).toBeVisible();
    await expect(page.getByTestId('service-back')).toBeVisible();
  });

  test('what is no manifest and no text is refused with a reason', async ({ page }) => {
    await drop(page, [{ name: 'photo.png', text: '\u0089PNG\u0000\u0001' }]);
    await expect(page.getByTestId('toast')).toContainText('photo.png');
    await expect(tab(page, 'photo.png')).toHaveCount(0);
  });

  test('all manifests are downloaded as one stream', async ({ page }) => {
    const download = page.waitForEvent('download');
    await playground.command('Download all manifests');
    const file = await download;
    expect(file.suggestedFilename()).toBe('hero-registry.yaml');
    const stream = await file.createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    expect(text).toContain(`---\n# ${FILE}\n`);
    expect(text).toContain(ROUTE.trim().split('\n').at(-1) ?? '');
  });
});

for (const colorScheme of ['dark', 'light'] as const) {
  test(`axe finds nothing on findings, menu, changes and name field, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    const check = async (what: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).include('[data-testid="editor"]').analyze();
      const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))]);
      expect([what, ...found]).toEqual([what]);
    };
    await playground.write(FILE, ROUTE.replace('timeout: 2s', 'timeuot: 2s'));
    await page.keyboard.press('Control+s');
    await expect(playground.refusal).toBeVisible();
    await expect(page.locator('.suggest-widget.visible')).toHaveCount(0);
    await check('refusal and findings');
    await page.getByTestId('editor-menu').click();
    await check('menu');
    await page.keyboard.press('Escape');
    await page.getByTestId('command-files.showChanges').click();
    await expect(page.getByTestId('editor-changes').locator('.line-insert').first()).toBeAttached();
    await check('changes');
    await page.getByTestId('editor-add').click();
    await check('name field');
  });
}
