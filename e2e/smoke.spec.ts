import { expect, test } from '@playwright/test';

test('the page starts from a nested path, without an error and without a request to another origin', async ({
  page,
  baseURL,
}) => {
  const origin = new URL(baseURL ?? '').origin;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const address = new URL(request.url());
    if (address.protocol.startsWith('http') && address.origin !== origin) problems.push(`request: ${request.url()}`);
  });
  page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  await page.goto('./');
  await expect(page).toHaveTitle(/Meshwork/);
  // Every part of it has come: the model and the renderer in their workers, and the editor.
  await expect(page.getByTestId('flights')).toHaveAttribute('data-flights', /[1-9]/);
  await expect(page.getByTestId('editor-code')).toHaveAttribute('data-explains', 'true');
  expect(problems).toEqual([]);
});
