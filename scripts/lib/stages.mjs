// The stages of `npm test`. Each returns how many checks passed and failed; a tool that breaks counts as one failure,
// so that no stage can fail without the sum saying so.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { build, ensureBuilt } from './build.mjs';
import { CACHE } from './bundle.mjs';
import { runNode, tool } from './command.mjs';
import { ROOT } from './root.mjs';

/**
 * @typedef {{ passed: number, failed: number }} Tally
 * @typedef {{ timeoutMs?: number, args: readonly string[], toStderr?: boolean }} StageOptions
 * @typedef {{ name: string, limitMinutes: number, run: (options: StageOptions) => Promise<Tally> }} Stage
 */

const LINTED = [
  'src',
  'tests',
  'e2e',
  'bench',
  'scripts',
  'bin',
  'vite.config.ts',
  'vitest.config.ts',
  'playwright.config.ts',
];

/** @type {readonly Stage[]} */
export const STAGES = [
  { name: 'check', limitMinutes: 4, run: runCheck },
  { name: 'unit', limitMinutes: 8, run: (options) => runVitest('unit', options) },
  { name: 'acceptance', limitMinutes: 5, run: (options) => runVitest('acceptance', options) },
  { name: 'conformance', limitMinutes: 4, run: (options) => runReporting('tests/conformance/main.ts', options) },
  { name: 'mutants', limitMinutes: 3, run: (options) => runReporting('tests/mutants/main.ts', options) },
  { name: 'envoy', limitMinutes: 8, run: (options) => runReporting('tests/envoy/main.ts', options) },
  { name: 'build', limitMinutes: 3, run: runBuild },
  { name: 'size', limitMinutes: 1, run: (options) => runScript('scripts/check-size.mjs', options) },
  { name: 'e2e', limitMinutes: 12, run: runEndToEnd },
  { name: 'bench', limitMinutes: 3, run: (options) => runReporting('bench/main.ts', options) },
];

/** @param {StageOptions} options */
async function runCheck(options) {
  const biome = options.args.includes('--write') ? ['check', '--write'] : ['check'];
  const steps = [
    {
      title: 'format and lint',
      args: [tool('@biomejs/biome/bin/biome'), ...biome, '--error-on-warnings', '--log-level=warn'],
    },
    {
      title: 'lint',
      args: [tool('oxlint/bin/oxlint'), '--deny-warnings', ...LINTED.filter((path) => existsSync(join(ROOT, path)))],
    },
    { title: 'types', args: [tool('typescript/bin/tsc'), '-b'] },
    { title: 'duplicates', args: ['scripts/check-duplicates.mjs'] },
  ];
  let tally = { passed: 0, failed: 0 };
  for (const { title, args } of steps) {
    process.stdout.write(`- ${title}\n`);
    tally = add(tally, countExit(await runNode(args, limits(options))));
  }
  process.stdout.write('- architecture\n');
  return add(tally, await runVitest('architecture', { ...options, args: [] }));
}

/**
 * @param {string} project
 * @param {StageOptions} options
 */
async function runVitest(project, options) {
  const report = reportPath(`vitest-${project}`);
  const code = await runNode(
    [
      tool('vitest/vitest.mjs'),
      'run',
      `--project=${project}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...options.args,
    ],
    limits(options),
  );
  return countReport(code, report, ({ numPassedTests, testResults }) => ({
    passed: numPassedTests,
    failed: testResults
      .map((/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) => {
        const failed = file.assertionResults.filter(({ status }) => status === 'failed').length;
        return failed === 0 && file.status === 'failed' ? 1 : failed;
      })
      .reduce((/** @type {number} */ sum, /** @type {number} */ count) => sum + count, 0),
  }));
}

/**
 * Runs a program of this project that writes its tally to the file `--report=` names.
 * @param {string} entry
 * @param {StageOptions} options
 */
async function runReporting(entry, options) {
  const report = reportPath(entry.replaceAll('/', '-').replace('.ts', ''));
  const code = await runNode(['scripts/run-ts.mjs', entry, `--report=${report}`, ...options.args], limits(options));
  return countReport(code, report, ({ passed, failed }) => ({ passed, failed }));
}

/**
 * @param {string} script
 * @param {StageOptions} options
 */
async function runScript(script, options) {
  const report = reportPath(script.replaceAll('/', '-').replace('.mjs', ''));
  const code = await runNode([script, `--report=${report}`, ...options.args], limits(options));
  return countReport(code, report, ({ passed, failed }) => ({ passed, failed }));
}

/** @param {StageOptions} options */
async function runBuild(options) {
  return countExit(await build(options.args, limits(options)));
}

/** @param {StageOptions} options */
async function runEndToEnd(options) {
  if ((await ensureBuilt()) !== 0) return { passed: 0, failed: 1 };
  const browser = findBrowser();
  if (browser === undefined) return { passed: 0, failed: 1 };
  const report = reportPath('playwright');
  const args = ['test', '--pass-with-no-tests', ...options.args];
  const code = await runNode([tool('@playwright/test/cli.js'), ...args], {
    ...limits(options),
    env: {
      ...(browser === '' ? {} : { CHROMIUM_PATH: browser }),
      MESHWORK_E2E_PORT: String(await findFreePort()),
      MESHWORK_E2E_REPORT: report,
    },
  });
  return countReport(code, report, ({ stats, errors }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
  }));
}

/** @returns {Promise<number>} a port that nothing listens on, so that two runs on one machine do not meet */
function findFreePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 4273));
    });
  });
}

/**
 * @param {StageOptions} options
 * @returns {{ timeoutMs?: number, toStderr?: boolean }}
 */
function limits({ timeoutMs, toStderr }) {
  return { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(toStderr === undefined ? {} : { toStderr }) };
}

/** @param {string} name */
function reportPath(name) {
  mkdirSync(CACHE, { recursive: true });
  const path = join(CACHE, `report-${name}-${process.pid}.json`);
  rmSync(path, { force: true });
  return path;
}

/**
 * @param {number} code
 * @returns {Tally}
 */
function countExit(code) {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * The tally of a report; a run that failed although its report counts no failure adds one.
 * @param {number} code
 * @param {string} path
 * @param {(report: any) => Tally} read
 * @returns {Tally}
 */
function countReport(code, path, read) {
  let tally = { passed: 0, failed: 0 };
  if (existsSync(path)) {
    tally = read(JSON.parse(readFileSync(path, 'utf8')));
    rmSync(path);
  } else if (code === 0) {
    process.stderr.write(`no report was written to ${path}\n`);
    return { passed: 0, failed: 1 };
  }
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/**
 * @param {Tally} a
 * @param {Tally} b
 * @returns {Tally}
 */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}
