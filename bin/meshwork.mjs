#!/usr/bin/env node
// The command line: bundles src/cli/main.ts when the bundle is missing or older than the sources, then runs it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isFresh } from '../scripts/lib/freshness.mjs';
import { ROOT } from '../scripts/lib/root.mjs';

const target = join(ROOT, 'node_modules', '.cache', 'meshwork', 'cli.mjs');
if (!isFresh(target, ['src', 'package-lock.json', 'scripts/lib/bundle.mjs'])) {
  const { ensureInstalled } = await import('../scripts/lib/install.mjs');
  ensureInstalled();
  const { bundle } = await import('../scripts/lib/bundle.mjs');
  await bundle('src/cli/main.ts', target);
}
const { main } = await import(pathToFileURL(target).href);
process.exitCode = await main(process.argv.slice(2));
