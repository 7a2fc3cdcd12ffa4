import { defineConfig } from '@playwright/test';

// The built page is served from a nested path, so that every test also proves that no address is absolute.
const port = Number(process.env['MESHWORK_E2E_PORT'] ?? 4273);
const prefix = '/some/nested/path/';
const address = `http://127.0.0.1:${port}${prefix}`;
const chromium = process.env['CHROMIUM_PATH'];
const report = process.env['MESHWORK_E2E_REPORT'];

/** What only a machine that does nothing else can measure. */
const MEASURED = /budget/;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  // A second try would hide what fails now and then.
  retries: 0,
  workers: 2,
  timeout: 120_000,
  // Conditions, not pauses: a test that passes waits no longer for it.
  expect: { timeout: 30_000 },
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  use: {
    baseURL: address,
    viewport: { width: 1600, height: 1000 },
    screenshot: 'only-on-failure',
    // Recording every test takes longer than the tests; `npm run e2e -- --trace on -g NAME` records one.
    trace: 'off',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'chromium', testIgnore: MEASURED, use: { browserName: 'chromium' } },
    // After the others, so that nothing else runs; alone: `npm run e2e -- --project budget --no-deps`.
    { name: 'budget', testMatch: MEASURED, dependencies: ['chromium'], use: { browserName: 'chromium' } },
  ],
  webServer: {
    command: `node scripts/serve.mjs --port ${port} --prefix ${prefix}`,
    url: address,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
