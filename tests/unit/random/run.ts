import type { Diagnostic } from '../../../src/config';
import { Session } from '../../../src/session';
import { Dice } from './dice';
import { type RandomScenario, randomScenario } from './scenario';

const MS = 1_000_000;
/** Simulated time between two looks at the invariants. */
const CHECK_INTERVAL_NS = 250 * MS;
const MAX_EVENTS = 20_000_000;

/** Counts of what happened in one scenario, or in several together: requests, response flags and the like, by name. */
export type Occurrences = Readonly<Record<string, number>>;

export function add(total: Occurrences, more: Occurrences): Occurrences {
  const sum: Record<string, number> = { ...total };
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function words(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, file, range, message }) => `${file}:${range?.start.line} ${code} ${message}`)
    .join('\n');
}

function open(scenario: RandomScenario): Session {
  const { session, diagnostics } = Session.open(scenario.definition);
  if (session === undefined) throw new Error(`the generator wrote manifests that are refused:\n${words(diagnostics)}`);
  return session;
}

/** Runs to a moment with a look at the invariants every quarter of a second. */
function advance(session: Session, toNs: number): void {
  while (session.nowNs < toNs) {
    const { reached } = session.advanceTo(Math.min(toNs, session.nowNs + CHECK_INTERVAL_NS), MAX_EVENTS);
    if (!reached) throw new Error('a quarter of a second takes too many events');
    session.engine.checkInvariants();
  }
}

function checkCounts(session: Session): void {
  for (const { key, requests, byClass, latency } of session.engine.edgeStatistics()) {
    const classes = byClass.reduce((sum, count) => sum + count, 0);
    if (classes !== requests || latency.count !== requests)
      throw new Error(
        `${key.source} -> ${key.destination}: ${requests} requests, ${classes} by class, ${latency.count} measured`,
      );
  }
}

/** Straight through. Returns how many applies were refused. */
function runStraight(session: Session, scenario: RandomScenario): number {
  let refused = 0;
  for (const { atNs, command } of scenario.commands) {
    advance(session, atNs);
    if (session.execute(command)?.accepted === false) refused += 1;
    session.engine.checkInvariants();
  }
  advance(session, scenario.endNs);
  checkCounts(session);
  return refused;
}

/** The same commands, but now and then into a future that is given up again: by a checkpoint, by seeking, by explaining. */
function runDisturbed(session: Session, scenario: RandomScenario, dice: Dice): number {
  let restores = 0;
  const stops = [...scenario.commands, { atNs: scenario.endNs, command: undefined }];
  for (const { atNs, command } of stops) {
    if (atNs > session.nowNs && dice.chance(60)) {
      restores += 1;
      session.advanceTo(session.nowNs + Math.floor((atNs - session.nowNs) / dice.between(1, 4)), MAX_EVENTS);
      const checkpoint = session.checkpoint();
      const aheadNs = atNs + dice.between(1, 1_500) * MS;
      session.advanceTo(aheadNs, MAX_EVENTS);
      // What is commanded there leaves the log by the next command, which comes earlier.
      if (command !== undefined && dice.chance(50)) {
        session.execute({ kind: 'clearAllFaults' });
        session.applyFiles(scenario.definition.files);
        session.advanceTo(aheadNs + 300 * MS, MAX_EVENTS);
      }
      if (dice.chance(30)) session.seek(Math.floor(session.nowNs / 2));
      session.restore(checkpoint);
      session.engine.checkInvariants();
    }
    session.advanceTo(atNs, MAX_EVENTS);
    if (command !== undefined) session.execute(command);
  }
  return restores;
}

/** Runs one random scenario straight, with detours, and (some of them) once more from its log; throws when anything differs or breaks. */
export function runRandomScenario(seed: number): Occurrences {
  const scenario = randomScenario(seed);
  const straight = open(scenario);
  const refusedApplies = runStraight(straight, scenario);
  const hash = straight.traceHash();

  const disturbed = open(scenario);
  const restores = runDisturbed(disturbed, scenario, new Dice(seed, 'detours'));
  if (disturbed.traceHash() !== hash) throw new Error('checkpoints changed the run');

  if (seed % 4 === 0) {
    straight.seek(0);
    straight.seek(scenario.endNs);
    if (straight.traceHash() !== hash) throw new Error('the replay of the log differs from the run');
  }
  return occurrencesOf(disturbed, { refusedApplies, restores });
}

function occurrencesOf(session: Session, more: Occurrences): Occurrences {
  let sum: Occurrences = more;
  for (const { key, requests, attempts, denied, mutualTls, flags } of session.engine.edgeStatistics())
    sum = add(sum, { requests, [`requests over ${key.protocol}`]: requests, attempts, denied, mutualTls, ...flags });
  return sum;
}

/** Several scenarios: what happened in all of them, and what broke, by seed. */
export function runRandomScenarios(seeds: readonly number[]): {
  readonly occurrences: Occurrences;
  readonly failures: readonly string[];
} {
  let occurrences: Occurrences = {};
  const failures: string[] = [];
  for (const seed of seeds) {
    try {
      occurrences = add(occurrences, runRandomScenario(seed));
    } catch (error) {
      failures.push(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { occurrences, failures };
}
