// `npm run envoy -- --random N --seed S`: random cases on both sides, and the smallest case that is left of what disagrees.
import type { Scenario } from '../contract';
import { type RandomCase, scenarioOf } from './case';
import { generateCase } from './generate';
import { type Removal, removalsOf, shown, singleRequests, withoutParts } from './shrink';

export interface Judgement {
  readonly problems: readonly string[];
}
/** Executes scenarios on both sides, `atOnce` at the same time. */
export type Judge = (scenarios: readonly Scenario[], atOnce: number) => Promise<readonly Judgement[]>;

/** Scenarios of one process; each takes a part of the loopback network. */
const BATCH = 100;
const AT_ONCE = 4;
const SHRINKING_ROUNDS = 8;
/** Parts that are tried in one round. */
const CANDIDATES = 200;
/** What is shrunk and printed in full; of others only the first sentence. */
const SHRUNK = 4;
const SHOWN_PROBLEMS = 6;
const DEFAULT_SEED = 1;

async function judgeCases(judge: Judge, cases: readonly RandomCase[], atOnce = AT_ONCE): Promise<readonly Judgement[]> {
  const judgements: Judgement[] = [];
  for (let start = 0; start < cases.length; start += BATCH) {
    const scenarios = cases
      .slice(start, start + BATCH)
      .map((one, index) => scenarioOf(one, `random-${one.seed}-${index}`));
    judgements.push(...(await judge(scenarios, atOnce)));
  }
  return judgements;
}

interface Disagreement {
  readonly randomCase: RandomCase;
  readonly problems: readonly string[];
}

/** What disagrees of the candidates; a candidate that Envoy refuses spoils its batch, which then counts as agreeing. */
async function disagreeing(judge: Judge, cases: readonly RandomCase[]): Promise<readonly Disagreement[]> {
  const judgements = await judgeCases(judge, cases).catch((): readonly Judgement[] => []);
  return cases.flatMap((randomCase, index) => {
    const problems = judgements[index]?.problems ?? [];
    return problems.length > 0 ? [{ randomCase, problems }] : [];
  });
}

/** Removals that may go one by one are tried together: all, halves, quarters and so on; the largest set that still disagrees wins. */
async function removeMany(
  judge: Judge,
  from: RandomCase,
  removals: readonly Removal[],
): Promise<Disagreement | undefined> {
  const sets: RandomCase[] = [];
  for (let size = removals.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < removals.length; start += size) {
      const less = withoutParts(from, removals.slice(start, start + size));
      if (less !== undefined) sets.push(less);
    }
  }
  const [largest] = await disagreeing(judge, sets.slice(0, BATCH));
  return largest;
}

async function shrink(judge: Judge, found: Disagreement): Promise<Disagreement> {
  let [smallest = found] = await disagreeing(judge, singleRequests(found.randomCase));
  for (let round = 0; round < SHRINKING_ROUNDS; round++) {
    const { randomCase } = smallest;
    const candidates = removalsOf(randomCase).flatMap((removal) => {
      const less = withoutParts(randomCase, [removal]);
      return less === undefined ? [] : [{ removal, less }];
    });
    const first = candidates.slice(0, CANDIDATES);
    const left = await disagreeing(
      judge,
      first.map(({ less }) => less),
    );
    const removals = first.filter(({ less }) => left.some((one) => one.randomCase === less));
    if (removals.length === 0) break;
    const less = await removeMany(
      judge,
      randomCase,
      removals.map(({ removal }) => removal),
    );
    if (less === undefined) break;
    smallest = less;
  }
  return smallest;
}

/** A busy machine distorts time, so what disagrees is judged once more, alone. */
async function disagreements(judge: Judge, cases: readonly RandomCase[]): Promise<readonly Disagreement[]> {
  const first = await judgeCases(judge, cases);
  const doubtful = cases.filter((_, index) => (first[index]?.problems.length ?? 0) > 0);
  const second = await judgeCases(judge, doubtful, 1);
  return doubtful.flatMap((randomCase, index) => {
    const problems = second[index]?.problems ?? [];
    return problems.length > 0 ? [{ randomCase, problems }] : [];
  });
}

function print({ randomCase, problems }: Disagreement): void {
  process.stdout.write(`\nseed ${randomCase.seed} disagrees:\n${shown(randomCase)}\n`);
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) process.stdout.write(`  -> ${problem}\n`);
}

/** Numbers of cases that agreed and that did not. Case `i` has the seed S + i. */
export async function runRandom(
  argv: readonly string[],
  judge: Judge,
): Promise<{ readonly passed: number; readonly failed: number }> {
  const start = performance.now();
  const count = numberOf(argv, '--random', 100);
  const seed = numberOf(argv, '--seed', DEFAULT_SEED);
  const found = await disagreements(
    judge,
    Array.from({ length: count }, (_, index) => generateCase(seed + index)),
  );
  for (const { randomCase, problems } of found) {
    const shownProblems = problems.slice(0, SHOWN_PROBLEMS).map((problem) => `  -> ${problem}\n`);
    process.stdout.write(`seed ${randomCase.seed}: ${problems.length} disagreements\n${shownProblems.join('')}`);
  }
  if (!argv.includes('--no-shrink')) {
    for (const one of found.slice(0, SHRUNK)) print(await shrink(judge, one));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const failed = found.length;
  process.stdout.write(`${count - failed} passed, ${failed} failed, 0 skipped; ${seconds} s\n`);
  return { passed: count - failed, failed };
}

function numberOf(argv: readonly string[], option: string, otherwise: number): number {
  const at = argv.indexOf(option);
  const value = at < 0 ? otherwise : Number(argv[at + 1]);
  if (!Number.isSafeInteger(value)) throw new Error(`${option} takes a number`);
  return value;
}
