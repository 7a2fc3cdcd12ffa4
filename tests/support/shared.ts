// Upstream reference data lives beside the repository, never in it. Every test that uses it finds it here,
// and says plainly that it skips where the data is absent.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, found upwards so that it also holds for a bundled runner. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) || folder.includes('node_modules')) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json was not found above tests/support');
    folder = parent;
  }
  return folder;
}

/** The shared data folder: `$MESHWORK_SHARED`, else `../shared` beside the repository. It may not exist. */
export function sharedRoot(): string {
  const override = process.env['MESHWORK_SHARED'];
  return override ? resolve(override) : resolve(repositoryRoot(), '..', 'shared');
}

/** An absolute path inside the shared data folder. */
export function sharedPath(...segments: readonly string[]): string {
  return join(sharedRoot(), ...segments);
}

/** Whether the file or folder exists in the shared data folder; without segments, whether the folder itself does. */
export function hasShared(...segments: readonly string[]): boolean {
  return existsSync(sharedPath(...segments));
}

/** The UTF-8 text of one shared file; throws where it is absent, so ask `hasShared` first. */
export function readShared(...segments: readonly string[]): string {
  return readFileSync(sharedPath(...segments), 'utf8');
}

/** The names inside a shared folder in code-unit order, so that no test depends on the file system's order. */
export function listShared(...segments: readonly string[]): string[] {
  return readdirSync(sharedPath(...segments)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The sentence a test prints when it skips for want of shared data. */
export function missingShared(...segments: readonly string[]): string {
  return `skipped: ${sharedPath(...segments)} is absent (set MESHWORK_SHARED to the shared data folder)`;
}
