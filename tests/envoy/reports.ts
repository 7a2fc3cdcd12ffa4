// What a run says of its scenarios: as text for people, as JSON for programs.
import type { Scenario } from './contract';

export interface Report {
  readonly scenario: Pick<Scenario, 'name' | 'topic' | 'claim'>;
  readonly problems: readonly string[];
  readonly seconds: number;
  /** What the first verdict found, where there was a second one, which stands. */
  readonly atFirst?: readonly string[];
  /** Why it was not judged at all. */
  readonly skipped?: string;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const SHOWN_PROBLEMS = 6;

export function resultOf({ problems, atFirst, skipped }: Omit<Report, 'seconds' | 'scenario'>): string {
  if (skipped !== undefined) return 'skipped';
  const result = problems.length === 0 ? 'agrees' : 'differs';
  return atFirst === undefined ? result : `${result} (second verdict)`;
}

export function tallyOf(reports: readonly Report[]): Tally {
  const skipped = reports.filter((report) => report.skipped !== undefined).length;
  const failed = reports.filter(({ problems }) => problems.length > 0).length;
  return { passed: reports.length - failed - skipped, failed, skipped };
}

/** Names of the scenarios that were judged a second time. */
export function judgedTwice(reports: readonly Pick<Report, 'scenario' | 'atFirst'>[]): readonly string[] {
  return reports.flatMap(({ scenario, atFirst }) => (atFirst === undefined ? [] : [scenario.name]));
}

export function toJson(reports: readonly Report[]): string {
  const scenarios = reports.map(({ scenario: { name, topic, claim }, problems, seconds, atFirst, skipped }) => ({
    name,
    topic,
    claim,
    problems,
    seconds,
    ...(atFirst === undefined ? {} : { atFirst }),
    ...(skipped === undefined ? {} : { skipped }),
  }));
  return `${JSON.stringify({ scenarios, judgedTwice: judgedTwice(reports) })}\n`;
}

export function toTable(reports: readonly Report[]): string {
  const line = (name: string, result: string, seconds: string, claim: string) =>
    `${name.padEnd(42)}${result.padEnd(26)}${seconds.padStart(6)}  ${claim}`;
  const rows = reports.map((report) =>
    line(report.scenario.name, resultOf(report), report.seconds.toFixed(1), report.scenario.claim),
  );
  const twice = judgedTwice(reports);
  const { passed, failed, skipped } = tallyOf(reports);
  return [
    line('scenario', 'result', 's', '').trimEnd(),
    ...rows,
    ...(twice.length === 0 ? [] : [`judged a second time, alone: ${twice.join(', ')}`]),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
    '',
  ].join('\n');
}

/** What disagrees, also what only the first verdict found, and what was skipped: a line each. */
export function remarksOn(reports: readonly Report[]): string {
  const lines = reports.flatMap(({ scenario: { name }, problems, atFirst = [], skipped }) => [
    ...(skipped === undefined ? [] : [`SKIPPED ${name}: ${skipped}`]),
    ...firstOf(atFirst).map((problem) => `AT FIRST ${name}: ${problem}`),
    ...firstOf(problems).map((problem) => `FAILED ${name}: ${problem}`),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function firstOf(problems: readonly string[]): readonly string[] {
  const rest = problems.length - SHOWN_PROBLEMS;
  return rest > 0 ? [...problems.slice(0, SHOWN_PROBLEMS), `${rest} more`] : problems;
}

/** Names tell scenarios apart in processes that they share, in options and in the table. */
export function requireUniqueNames(scenarios: readonly Pick<Scenario, 'name'>[]): void {
  const seen = new Set<string>();
  for (const { name } of scenarios) {
    if (seen.has(name)) throw new Error(`two scenarios are called ${name}`);
    seen.add(name);
  }
}
