// `npm run conformance [-- --json] [-- SUITE...]`: runs upstream's data against this product and prints a table.
import { writeReport } from '../../scripts/lib/report.mjs';
import { hasShared, missingShared } from '../support/shared';
import type { ConformanceSuite, SuiteResult } from './suite';
import { SUITES } from './suites';

interface SuiteReport {
  readonly result: SuiteResult;
  readonly problems: readonly string[];
  readonly elapsedMs: number;
}

const SHOWN_FAILURES = 20;

/** Exit code 0 when every suite holds its floor, no case failed and no skip is stale; 1 otherwise; 2 for wrong use. */
export async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  const wanted = argv.filter((argument) => !argument.startsWith('--'));
  const suites = SUITES.filter((suite) => wanted.length === 0 || wanted.includes(suite.suite));
  const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.suite === name));
  if (unknown.length > 0) {
    process.stderr.write(`conformance: no suite called ${unknown.join(', ')}\n`);
    return 2;
  }
  const reports: SuiteReport[] = [];
  for (const suite of suites) {
    if (!hasShared(...suite.data)) {
      process.stderr.write(`${suite.suite}: ${missingShared(...suite.data)}\n`);
      continue;
    }
    reports.push(await runOne(suite));
  }
  process.stdout.write(json ? toJson(reports) : toTable(reports));
  for (const report of reports) printProblems(report);
  const passed = reports.reduce((sum, { result }) => sum + result.passed, 0);
  const failed = reports.reduce((sum, { result, problems }) => sum + result.failed + problems.length, 0);
  writeReport(argv, { passed, failed });
  return failed === 0 ? 0 : 1;
}

async function runOne(suite: ConformanceSuite): Promise<SuiteReport> {
  const start = performance.now();
  const result = await runGuarded(suite);
  const problems = result.staleSkips.map(
    (entry) => `the skip table lists ${entry.caseId}, but no failing case needs it; remove the entry`,
  );
  if (result.passed < suite.minimumPassed) {
    problems.push(`${result.passed} cases passed, fewer than the floor of ${suite.minimumPassed}`);
  }
  if (result.cases !== result.passed + result.failed + result.skipped) {
    problems.push('passed, failed and skipped do not add up to the number of cases');
  }
  if (result.cases === 0) problems.push('the data is there, but the suite ran no case');
  return { result, problems, elapsedMs: performance.now() - start };
}

async function runGuarded(suite: ConformanceSuite): Promise<SuiteResult> {
  try {
    return await suite.runSuite();
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const failures = [{ caseId: '(suite)', message }];
    return { suite: suite.suite, cases: 1, passed: 0, failed: 1, skipped: 0, failures, staleSkips: [] };
  }
}

function toJson(reports: readonly SuiteReport[]): string {
  const suites = reports.map(({ result: { suite, cases, passed, failed, skipped } }) => ({
    suite,
    cases,
    passed,
    failed,
    skipped,
  }));
  return `${JSON.stringify({ suites })}\n`;
}

function toTable(reports: readonly SuiteReport[]): string {
  const lines = [
    `${'suite'.padEnd(24)}${['cases', 'passed', 'failed', 'skipped', 'share', 'seconds'].map((name) => name.padStart(9)).join('')}`,
  ];
  for (const { result, elapsedMs } of reports) {
    const share = result.cases === 0 ? '-' : `${((100 * result.passed) / result.cases).toFixed(1)} %`;
    const cells = [result.cases, result.passed, result.failed, result.skipped, share, (elapsedMs / 1000).toFixed(1)];
    lines.push(`${result.suite.padEnd(24)}${cells.map((cell) => String(cell).padStart(9)).join('')}`);
  }
  if (reports.length === 0) lines.push('(no suite ran)');
  return `${lines.join('\n')}\n`;
}

function printProblems(report: SuiteReport): void {
  const { failures, suite } = report.result;
  for (const failure of failures.slice(0, SHOWN_FAILURES)) {
    process.stderr.write(`FAILED ${suite} ${failure.caseId}\n${failure.message.replace(/^/gm, '    ')}\n`);
  }
  if (failures.length > SHOWN_FAILURES) {
    process.stderr.write(`${suite}: ${failures.length - SHOWN_FAILURES} more failures\n`);
  }
  for (const problem of report.problems) process.stderr.write(`FAILED ${suite}: ${problem}\n`);
}
