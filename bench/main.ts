// `npm run bench [-- --json] [-- --smoke] [-- NAME...]`: measures and prints a table.
import { writeReport } from '../scripts/lib/report.mjs';
import { type BenchResult, calibrate } from './bench';
import { BENCHES } from './benches';

/** Exit code 0 when every benchmark ran and gave finite numbers; 1 otherwise; 2 for wrong use. */
export async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  const smoke = argv.includes('--smoke');
  const wanted = argv.filter((argument) => !argument.startsWith('--'));
  const unknown = wanted.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`bench: no benchmark called ${unknown.join(', ')}\n`);
    return 2;
  }
  const calibrationPerS = calibrate();
  const results: BenchResult[] = [{ name: 'calibration-turns-per-s', value: calibrationPerS, unit: 'turns/s' }];
  let passed = 0;
  let failed = 0;
  for (const bench of BENCHES) {
    if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
    process.stderr.write(`bench: ${bench.name}\n`);
    try {
      results.push(...(await bench.run({ smoke, calibrationPerS })));
      passed += 1;
    } catch (error) {
      failed += 1;
      process.stderr.write(`FAILED ${bench.name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  for (const result of results.filter(({ value }) => !Number.isFinite(value))) {
    failed += 1;
    process.stderr.write(`FAILED ${result.name}: the value is ${result.value}\n`);
  }
  process.stdout.write(json ? `${JSON.stringify({ results })}\n` : toTable(results));
  writeReport(argv, { passed, failed });
  return failed === 0 ? 0 : 1;
}

function toTable(results: readonly BenchResult[]): string {
  return results
    .map(({ name, value, unit }) => `${name.padEnd(40)}${formatValue(value).padStart(18)} ${unit}\n`)
    .join('');
}

function formatValue(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(4);
}
