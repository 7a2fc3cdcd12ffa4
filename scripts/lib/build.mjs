// Builds the page into dist/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNode, tool } from './command.mjs';
import { isFresh } from './freshness.mjs';
import { ROOT } from './root.mjs';

const INDEX = join(ROOT, 'dist', 'index.html');
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'];

/**
 * Builds the page; `env` may hold MESHWORK_BASE.
 * @param {readonly string[]} [args] further arguments of the bundler
 * @param {{ env?: Record<string, string>, timeoutMs?: number }} [options]
 */
export function build(args = [], options = {}) {
  return runNode([tool('vite/bin/vite.js'), 'build', ...args], options);
}

/** Builds unless dist/ is newer than its sources and has relative addresses, which work from any path. */
export async function ensureBuilt() {
  if (isFresh(INDEX, SOURCES) && /src="\.\//.test(readFileSync(INDEX, 'utf8'))) return 0;
  return build([], { env: { MESHWORK_BASE: './' } });
}
