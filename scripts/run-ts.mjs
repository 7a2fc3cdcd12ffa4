// Runs a TypeScript program under Node: node scripts/run-ts.mjs ENTRY [ARGUMENTS...]
// The entry exports `main(argv)`, which returns (a promise of) the exit code.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write('Usage: node scripts/run-ts.mjs ENTRY [ARGUMENTS...]\n');
  process.exit(2);
}
ensureInstalled();
const { bundle, CACHE } = await import('./lib/bundle.mjs');
const target = join(CACHE, `${entry.replace(/\.ts$/, '').replace(/[^a-z0-9-]+/gi, '-')}.mjs`);
await bundle(entry, target);
const { main } = await import(`${pathToFileURL(target).href}?t=${Date.now()}`);
process.exitCode = await main(rest);
