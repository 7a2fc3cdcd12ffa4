import { formatDuration, type Ns, nsToMs } from '../base';
import type { SourceFile } from '../config';
import type { EdgeStatistics } from '../engine';
import { overlayFiles, type Session, serviceId } from '../session';
import { atOption, DEFAULT_RUN_NS, durationOption, parseArguments, seedOption } from './arguments';
import type { CliCommand, CommandContext } from './command';
import { readManifestFiles } from './files';
import { openSession, report, scenarioFrom } from './open';
import { formatNumber, formatPercent, formatTable, type Output } from './output';
import { UsageError } from './usage-error';
import { podOfWorkload } from './workload';

const USAGE = `meshwork run PATH... [--for 60s] [--seed 1] [--at 30s=FILE]... [--json | --stats WORKLOAD]

Runs the manifests (or a built-in scenario, by id) and prints what went over each edge.

  --for DURATION     how much simulated time to run (60s)
  --seed N           seed of the run (1, or the scenario's own)
  --at TIME=FILE     applies FILE on top of the manifests at that moment; may be given several times
  --json             one JSON object instead of the table
  --stats WORKLOAD   the statistics of that workload's proxy in the Prometheus format instead of the table`;

const EVENTS_PER_SLICE = 200_000;
const PROGRESS_INTERVAL_MS = 1_000;

/** One line of the answer, as `--json` prints it. */
export interface EdgeRow {
  readonly source: string;
  readonly destination: string;
  readonly version: string;
  readonly requests: number;
  readonly ratePerS: number;
  readonly successRatio: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly attempts: number;
  readonly flags: Readonly<Record<string, number>>;
}

export function edgeRows(session: Session, durationNs: Ns): readonly EdgeRow[] {
  return session.engine.edgeStatistics().map((edge) => edgeRow(edge, durationNs));
}

function edgeRow(edge: EdgeStatistics, durationNs: Ns): EdgeRow {
  const completed = edge.byClass.reduce((sum, count) => sum + count, 0);
  const failed = (edge.byClass[0] ?? 0) + (edge.byClass[5] ?? 0);
  const ms = (valueNs: Ns) => (edge.latency.count === 0 ? null : nsToMs(valueNs));
  return {
    source: serviceId(edge.key.sourceNamespace, edge.key.source),
    destination: serviceId(edge.key.destinationNamespace, edge.key.destination),
    version: edge.key.version,
    requests: edge.requests,
    ratePerS: edge.requests / (durationNs / 1e9),
    successRatio: completed === 0 ? null : 1 - failed / completed,
    p50Ms: ms(edge.latency.p50Ns),
    p95Ms: ms(edge.latency.p95Ns),
    p99Ms: ms(edge.latency.p99Ns),
    attempts: edge.attempts,
    flags: edge.flags,
  };
}

/** Runs to `toNs` and says now and then how far it has come on its way to `untilNs`. */
function advance(session: Session, toNs: Ns, progress: { readonly untilNs: Ns; readonly output: Output }): void {
  const { untilNs, output } = progress;
  let shownMs = performance.now();
  for (;;) {
    const { reached } = session.advanceTo(toNs, EVENTS_PER_SLICE);
    const nowMs = performance.now();
    if (output.isTerminal && nowMs - shownMs >= PROGRESS_INTERVAL_MS) {
      shownMs = nowMs;
      output.err(`simulated ${formatNumber(session.nowNs / 1e9)} s of ${formatNumber(untilNs / 1e9)} s`);
    }
    if (reached) return;
  }
}

function table(rows: readonly EdgeRow[]): string {
  const header = [
    'source',
    'destination',
    'version',
    'requests',
    'req/s',
    'success',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'tries',
    'flags',
  ];
  const cells = rows.map((row) => [
    row.source,
    row.destination,
    row.version === '' ? '–' : row.version,
    String(row.requests),
    formatNumber(row.ratePerS),
    formatPercent(row.successRatio ?? undefined),
    formatNumber(row.p50Ms ?? undefined),
    formatNumber(row.p95Ms ?? undefined),
    formatNumber(row.p99Ms ?? undefined),
    String(row.attempts),
    Object.entries(row.flags)
      .map(([flag, count]) => `${flag} ${count}`)
      .join(', '),
  ]);
  return formatTable(header, cells, new Set([3, 4, 5, 6, 7, 8, 9]));
}

/** What to lay over the manifests, and when. */
interface Edit {
  readonly atNs: Ns;
  readonly files: readonly SourceFile[];
}

function editsOf(texts: readonly string[], durationNs: Ns, cwd: string): readonly Edit[] {
  const edits = texts.map((text): Edit => {
    const { atNs, path } = atOption(text);
    if (atNs > durationNs) throw new UsageError(`--at ${text} lies beyond the end at ${formatDuration(durationNs)}`);
    return { atNs, files: readManifestFiles([path], cwd) };
  });
  return edits.sort((a, b) => a.atNs - b.atNs);
}

function statisticsOf(session: Session, workload: string): string {
  const text = session.prometheusText(podOfWorkload(session, workload));
  if (text === undefined) throw new UsageError(`--stats ${workload}: the workload has no proxy`);
  return text.trimEnd();
}

function run(argv: readonly string[], { output, cwd }: CommandContext): number {
  const options = parseArguments(argv, { values: ['for', 'seed', 'stats'], lists: ['at'], switches: ['json'] });
  const forText = options.value('for');
  const durationNs = forText === undefined ? DEFAULT_RUN_NS : durationOption('for', forText);
  const seedText = options.value('seed');
  const scenario = scenarioFrom(options.paths, seedText === undefined ? undefined : seedOption(seedText), cwd);
  const edits = editsOf(options.list('at'), durationNs, cwd);
  const session = openSession(scenario, output);
  if (session === undefined) return 1;
  let files = scenario.files;
  for (const edit of edits) {
    advance(session, edit.atNs, { untilNs: durationNs, output });
    files = overlayFiles(files, edit.files, session.registry);
    const result = session.applyFiles(files);
    report(result.diagnostics, output);
    if (!result.accepted) return 1;
  }
  advance(session, durationNs, { untilNs: durationNs, output });
  const stats = options.value('stats');
  if (stats !== undefined) {
    output.out(statisticsOf(session, stats));
    return 0;
  }
  const rows = edgeRows(session, durationNs);
  if (options.has('json')) output.out(JSON.stringify({ traceHash: session.traceHash(), edges: rows }));
  else output.out(`${table(rows)}\n\ntrace hash ${session.traceHash()}`);
  return 0;
}

export const RUN: CliCommand = {
  name: 'run',
  summary: 'run manifests and print what went over each edge',
  usage: USAGE,
  run,
};
