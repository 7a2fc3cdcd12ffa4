// `npm run mutants [-- NAME...]`: makes each slip of the table, without touching a file, and runs who must notice it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { bundle } from '../../scripts/lib/bundle.mjs';
import { writeReport } from '../../scripts/lib/report.mjs';
import { repositoryRoot } from '../support/shared';
import { MUTANTS, type Mutant } from './mutants';

type Verdict = 'noticed' | 'survived' | 'unfit';

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

/** Whether the judge fails on the named cases; `plugins` is empty for the sources as they are. */
async function fails(judge: Judge, names: readonly string[], plugins: readonly Plugin[]): Promise<boolean> {
  const folder = mkdtempSync(join(repositoryRoot(), 'node_modules', '.cache', 'meshwork', 'mutant-'));
  try {
    const program = join(folder, 'judge.mjs');
    await bundle(judge.entry, program, plugins);
    const code = `import(${JSON.stringify(program)}).then(({ main }) => main(process.argv.slice(1))).then((code) => process.exit(code))`;
    const { status } = spawnSync(process.execPath, ['-e', code, ...judge.argumentsOf(names)], {
      cwd: repositoryRoot(),
      stdio: 'ignore',
      timeout: TIMEOUT_MS,
    });
    return status !== 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judge(mutant: Mutant): Promise<Verdict> {
  if (!fits(mutant)) return 'unfit';
  for (const candidate of JUDGES) {
    const names = candidate.namesOf(mutant);
    if (names.length > 0 && (await fails(candidate, names, [slip(mutant)]))) return 'noticed';
  }
  return 'survived';
}

/** The judges must be content with the sources as they are, or their anger about a mutant says nothing. */
async function contentment(mutants: readonly Mutant[]): Promise<boolean> {
  for (const candidate of JUDGES) {
    const names = [...new Set(mutants.flatMap(candidate.namesOf))];
    if (names.length > 0 && (await fails(candidate, names, []))) {
      process.stderr.write(`${candidate.entry} fails without any slip\n`);
      return false;
    }
  }
  return true;
}

/** Exit code 0 when every mutant was noticed; 1 otherwise; 2 for wrong use. */
export async function main(argv: readonly string[]): Promise<number> {
  const wanted = argv.filter((argument) => !argument.startsWith('--'));
  const mutants = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  if (mutants.length === 0) {
    process.stderr.write(`mutants: none is called ${wanted.join(', ')}\n`);
    return 2;
  }
  if (!(await contentment(mutants))) {
    writeReport(argv, { passed: 0, failed: 1 });
    return 1;
  }
  let noticed = 0;
  for (const mutant of mutants) {
    const verdict = await judge(mutant);
    if (verdict === 'noticed') noticed += 1;
    process.stdout.write(`${verdict.padEnd(10)}${mutant.name}\n`);
  }
  process.stdout.write(`${noticed} of ${mutants.length} slips noticed\n`);
  writeReport(argv, { passed: noticed, failed: mutants.length - noticed });
  return noticed === mutants.length ? 0 : 1;
}
