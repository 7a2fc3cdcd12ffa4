// `npm test`: every stage, also after one failed, then the sum of all runners in one line.
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { STAGES, add } = await import('./lib/stages.mjs');

/** What a stage's tool is told in the whole run only: the benchmarks prove that they work, the numbers come from `npm run bench`. */
const ARGUMENTS = new Map([['bench', ['--smoke']]]);

let total = { passed: 0, failed: 0 };
const rows = [];
for (const stage of STAGES) {
  process.stdout.write(`\n=== ${stage.name} ===\n`);
  const start = performance.now();
  let tally = { passed: 0, failed: 1 };
  try {
    tally = await stage.run({ args: ARGUMENTS.get(stage.name) ?? [], timeoutMs: stage.limitMinutes * 60_000 });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
  total = add(total, tally);
  rows.push({ name: stage.name, ...tally, seconds: (performance.now() - start) / 1000 });
}

process.stdout.write(`\n${'stage'.padEnd(14)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}\n`);
for (const { name, passed, failed, seconds } of rows) {
  process.stdout.write(
    `${name.padEnd(14)}${String(passed).padStart(8)}${String(failed).padStart(8)}${seconds.toFixed(1).padStart(9)}\n`,
  );
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
