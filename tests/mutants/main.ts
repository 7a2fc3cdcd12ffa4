// `npm run mutants [-- NAME...]`: makes each slip of the table, without touching a file, and runs who must notice it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { bundle } from '../../scripts/lib/bundle.mjs';
import { writeReport } from '../../scripts/lib/report.mjs';
import { repositoryRoot } from '../support/shared';
import { MUTANTS, type Mutant } from './mutants';

type Verdict = 'noticed' | 'survived' | 'unfit' | 'unjudged';
/** Absent: it lacks the data or the program that it judges by. */
type Opinion = 'angry' | 'content' | 'absent';

const TIMEOUT_MS = 180_000;

/** A program with `main(argv)`; a mutant's copy of it runs in a process of its own. */
interface Judge {
  readonly entry: string;
  readonly argumentsOf: (names: readonly string[]) => readonly string[];
  readonly namesOf: (mutant: Mutant) => readonly string[];
}

const JUDGES: readonly Judge[] = [
  {
    entry: 'tests/conformance/main.ts',
    argumentsOf: (names) => names,
    namesOf: ({ conformance }) => conformance ?? [],
  },
  {
    entry: 'tests/envoy/main.ts',
    argumentsOf: (names) => ['--only', names.join(',')],
    namesOf: ({ envoy }) => (envoy === undefined ? [] : [envoy]),
  },
];

/** Changes one file on its way into the bundle. */
function slip({ file, find, replace }: Mutant): Plugin {
  const path = join(repositoryRoot(), file);
  return {
    name: 'slip',
    enforce: 'pre',
    transform: (code, id) => (id === path ? code.replace(find, () => replace) : undefined),
  };
}

function fits({ file, find }: Mutant): boolean {
  return readFileSync(join(repositoryRoot(), file), 'utf8').split(find).length === 2;
}

/** What the judge says of the named cases; `plugins` is empty for the sources as they are. */
async function ask(judge: Judge, names: readonly string[], plugins: readonly Plugin[]): Promise<Opinion> {
  const folder = mkdtempSync(join(repositoryRoot(), 'node_modules', '.cache', 'meshwork', 'mutant-'));
  try {
    const program = join(folder, 'judge.mjs');
    const report = join(folder, 'report.json');
    await bundle(judge.entry, program, plugins);
    const code = `import(${JSON.stringify(program)}).then(({ main }) => main(process.argv.slice(1))).then((code) => process.exit(code))`;
    const options = [...judge.argumentsOf(names), `--report=${report}`];
    const { status } = spawnSync(process.execPath, ['-e', code, '--', ...options], {
      cwd: repositoryRoot(),
      stdio: 'ignore',
      timeout: TIMEOUT_MS,
    });
    if (status !== 0) return 'angry';
    const { passed }: { passed: number } = JSON.parse(readFileSync(report, 'utf8'));
    return passed === 0 ? 'absent' : 'content';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judge(mutant: Mutant, present: readonly Judge[]): Promise<Verdict> {
  if (!fits(mutant)) return 'unfit';
  const able = present.filter(({ namesOf }) => namesOf(mutant).length > 0);
  if (able.length === 0) return 'unjudged';
  for (const candidate of able) {
    if ((await ask(candidate, candidate.namesOf(mutant), [slip(mutant)])) === 'angry') return 'noticed';
  }
  return 'survived';
}

/** Judges that have what they need. They must be content with the sources as they are, or their anger about a mutant says nothing. */
async function presentJudges(mutants: readonly Mutant[]): Promise<readonly Judge[]> {
  const present: Judge[] = [];
  for (const candidate of JUDGES) {
    const names = [...new Set(mutants.flatMap(candidate.namesOf))];
    if (names.length === 0) continue;
    const opinion = await ask(candidate, names, []);
    if (opinion === 'angry') throw new Error(`${candidate.entry} fails without any slip`);
    if (opinion === 'content') present.push(candidate);
    else process.stdout.write(`${candidate.entry} has nothing to judge by here: its mutants are skipped\n`);
  }
  return present;
}

/** Exit code 0 when every mutant was noticed; 1 otherwise; 2 for wrong use. */
export async function main(argv: readonly string[]): Promise<number> {
  const wanted = argv.filter((argument) => !argument.startsWith('--'));
  const mutants = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  if (mutants.length === 0) {
    process.stderr.write(`mutants: none is called ${wanted.join(', ')}\n`);
    return 2;
  }
  const present = await presentJudges(mutants);
  const tally: Record<Verdict, number> = { noticed: 0, survived: 0, unfit: 0, unjudged: 0 };
  for (const mutant of mutants) {
    const verdict = await judge(mutant, present);
    tally[verdict] += 1;
    process.stdout.write(`${verdict.padEnd(10)}${mutant.name}\n`);
  }
  const failed = tally.survived + tally.unfit;
  process.stdout.write(`${tally.noticed} of ${mutants.length} slips noticed, ${tally.unjudged} skipped\n`);
  writeReport(argv, { passed: tally.noticed, failed });
  return failed === 0 ? 0 : 1;
}
