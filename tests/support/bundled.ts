import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, CACHE } from '../../scripts/lib/bundle.mjs';
import { isFresh } from '../../scripts/lib/freshness.mjs';

/**
 * Imports a module of the tests (its path relative to the repository) as one plain bundle. The test runner turns every imported name into a getter,
 * which makes the engine's loops about five times slower; what simulates for minutes goes through here.
 */
export function importBundled<T>(entry: string): Promise<T> {
  let module = imported.get(entry);
  if (module === undefined) {
    module = bundleAndImport(entry);
    imported.set(entry, module);
  }
  return module as Promise<T>;
}

const imported = new Map<string, Promise<unknown>>();

async function bundleAndImport(entry: string): Promise<unknown> {
  const target = join(CACHE, `${entry.replace(/\.ts$/, '').replace(/[^a-z0-9-]+/gi, '-')}.mjs`);
  if (!isFresh(target, ['src', 'tests', 'package-lock.json', 'scripts/lib/bundle.mjs'])) await bundle(entry, target);
  return import(/* @vite-ignore */ pathToFileURL(target).href);
}
