// `npm start`: installs, builds and serves what is missing or outdated, and prints the address.
import { parseArgs } from 'node:util';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { serve } from './lib/serve.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' } } });
ensureInstalled();
if ((await ensureBuilt()) !== 0) {
  process.stderr.write('The page was not built; the lines above say why.\n');
  process.exit(1);
}
const address = await serve({ port: Number(values.port), tries: 20 });
process.stdout.write(`\nMeshwork is at ${address}\nPress Ctrl-C to stop.\n`);
