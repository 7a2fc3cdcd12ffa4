// The table of all scenarios in the documentation, made from a run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/shared';
import { judgedTwice, type Report, resultOf } from './reports';
import { ENVOY_VERSION } from './virtual-env';

const BEGIN = '<!-- judge: begin -->';
const END = '<!-- judge: end -->';

export type Judgement = Omit<Report, 'seconds'>;

/** The cells of a row that do not depend on the run. */
export function rowHead({ topic, name, claim }: Judgement['scenario']): string {
  return `| ${topic} | \`${name}\` | ${claim.replaceAll('|', '\\|')} |`;
}

/** The rows, grouped by topic in the order of the scenarios. */
export function formatJudgements(judgements: readonly Judgement[]): string {
  const agreed = judgements.filter(({ problems }) => problems.length === 0).length;
  const topics = [...new Set(judgements.map(({ scenario }) => scenario.topic))];
  const rows = topics.flatMap((topic) =>
    judgements
      .filter(({ scenario }) => scenario.topic === topic)
      .map((judgement) => `${rowHead(judgement.scenario)} ${resultOf(judgement)} |`),
  );
  const twice = judgedTwice(judgements).map((name) => `\`${name}\``);
  const head = `${agreed} of ${judgements.length} scenarios agree with Envoy ${ENVOY_VERSION}.`;
  const verdicts =
    twice.length === 0
      ? 'Each was judged once.'
      : `Judged a second time, alone, because the first verdict of this run disagreed: ${twice.join(', ')}.`;
  return [
    `${head} ${verdicts}`,
    '',
    '| topic | scenario | what both sides do | result |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Puts the table between its marks in a text; throws where the marks are missing. */
export function withTable(text: string, table: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('the marks of the table are missing');
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`;
}

/** Writes the table into `docs/SEMANTICS.md`. */
export function writeTable(judgements: readonly Judgement[]): void {
  const path = join(repositoryRoot(), 'docs', 'SEMANTICS.md');
  writeFileSync(path, withTable(readFileSync(path, 'utf8'), formatJudgements(judgements)));
}
