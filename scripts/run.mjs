// Runs one stage of `npm test` alone: node scripts/run.mjs STAGE [ARGUMENTS OF ITS TOOL...]
import { ensureInstalled } from './lib/install.mjs';

const [name, ...args] = process.argv.slice(2);
ensureInstalled();
const { STAGES } = await import('./lib/stages.mjs');
const stage = STAGES.find((candidate) => candidate.name === name);
if (stage === undefined) {
  process.stderr.write(`Usage: node scripts/run.mjs ${STAGES.map((candidate) => candidate.name).join('|')}\n`);
  process.exit(2);
}
const { failed } = await stage.run({ args });
process.exitCode = failed === 0 ? 0 : 1;
