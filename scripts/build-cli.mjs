// `npm run build:cli`: the bundle that bin/meshwork.mjs runs.
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const { bundle, CACHE } = await import('./lib/bundle.mjs');
await bundle('src/cli/main.ts', join(CACHE, 'cli.mjs'));
