// Decides whether something built is older than what it was built from.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/**
 * The newest modification time (ms) of a file or of anything below a folder; folders count too, so that a deletion shows.
 * @param {string} path
 * @returns {number}
 */
function newestChange(path) {
  const own = statSync(path, { throwIfNoEntry: false });
  if (own === undefined) return 0;
  if (!own.isDirectory()) return own.mtimeMs;
  let newest = own.mtimeMs;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChange(child) : statSync(child).mtimeMs);
  }
  return newest;
}

/**
 * Whether `target` exists and is newer than every source (paths relative to the repository).
 * @param {string} target
 * @param {readonly string[]} sources
 */
export function isFresh(target, sources) {
  if (!existsSync(target)) return false;
  const built = statSync(target).mtimeMs;
  return sources.every((source) => newestChange(join(ROOT, source)) <= built);
}
