import { formatDuration } from '../base';
import type { ProbeRequest, RequestModel } from '../engine';
import { type DecisionView, type ExplainView, parseRequestLine, type SourceLink } from '../session';
import { parseArguments } from './arguments';
import type { CliCommand, CommandContext } from './command';
import { openSession, scenarioFrom } from './open';
import { UsageError } from './usage-error';
import { podOfWorkload } from './workload';

const USAGE = `meshwork explain PATH... --from WORKLOAD --request "GET http://reviews:9080/reviews/0" [--header k:v]... [--json]

Follows one request and prints every decision on its way, each with the file and line behind it.

  --from WORKLOAD    who sends it: name or namespace/name; a client outside the mesh when absent
  --request TEXT     method and URL
  --header K:V       a request header; may be given several times
  --json             one JSON object instead of lines`;

function requestOf(text: string | undefined, headers: readonly string[]): RequestModel {
  if (text === undefined) throw new UsageError('--request "METHOD URL" is missing');
  const parsed = parseRequestLine(text);
  if (parsed === undefined)
    throw new UsageError(
      `--request wants METHOD and URL, such as "GET http://reviews:9080/reviews/0"; it reads "${text}"`,
    );
  const pairs = headers.map((header) => {
    const colon = header.indexOf(':');
    if (colon <= 0) throw new UsageError(`--header wants NAME:VALUE; it reads "${header}"`);
    return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()] as const;
  });
  const host = pairs.find(([name]) => name === 'host');
  return {
    ...parsed,
    headers: pairs.filter(([name]) => name !== 'host'),
    ...(host === undefined ? {} : { authority: host[1] }),
  };
}

function placeOf(source: SourceLink | undefined): string {
  return source === undefined ? '' : `  (${source.label})`;
}

/** One line per decision in three columns, and one for each alternative that lost. */
function decisionLines(decisions: readonly DecisionView[]): readonly string[] {
  const proxyWidth = Math.max(0, ...decisions.map(({ proxy }) => proxy.length));
  const stageWidth = Math.max(0, ...decisions.map(({ stage }) => stage.length));
  const indent = ' '.repeat(proxyWidth + stageWidth + 2);
  return decisions.flatMap(({ proxy, stage, chosen, sentence, source, rejected }) => [
    `${proxy.padEnd(proxyWidth)} ${stage.padEnd(stageWidth)} ${chosen === '' ? '' : `${chosen}: `}${sentence}${placeOf(source)}`,
    ...rejected.map((loser) => `${indent}not ${loser.name}: ${loser.sentence}${placeOf(loser.source)}`),
  ]);
}

function text(view: ExplainView): string {
  const flags = view.flags.map((flag) => `${flag.name}: ${flag.sentence}`);
  const end = view.finished
    ? `status ${view.status} after ${formatDuration(view.durationNs)}`
    : 'no answer within two minutes of simulated time';
  return [
    ...decisionLines(view.decisions),
    '',
    end,
    ...(view.details === '' ? [] : [`details ${view.details}`]),
    ...flags,
  ].join('\n');
}

function run(argv: readonly string[], { output, cwd }: CommandContext): number {
  const options = parseArguments(argv, { values: ['from', 'request'], lists: ['header'], switches: ['json'] });
  const request = requestOf(options.value('request'), options.list('header'));
  const session = openSession(scenarioFrom(options.paths, undefined, cwd), output);
  if (session === undefined) return 1;
  const from = options.value('from');
  const probe: ProbeRequest = from === undefined ? { request } : { from: podOfWorkload(session, from), request };
  const view = session.explain(probe);
  output.out(options.has('json') ? JSON.stringify(view) : text(view));
  return 0;
}

export const EXPLAIN: CliCommand = {
  name: 'explain',
  summary: 'follow one request, decision by decision',
  usage: USAGE,
  run,
};
