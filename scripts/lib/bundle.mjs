// Bundles a TypeScript entry for Node, because Node 20 does not strip types, and because one file starts faster than hundreds.
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './root.mjs';

/** Where bundles for Node are kept: never committed, gone with node_modules. */
export const CACHE = join(ROOT, 'node_modules', '.cache', 'meshwork');

/**
 * Bundles `entry` (relative to the repository) with its packages into one module at `target`; `?raw` imports work as on the page.
 * The file appears in one step, so that two processes may bundle at once.
 * @param {string} entry
 * @param {string} target
 * @param {readonly import('vite').Plugin[]} plugins what else happens to the sources on the way
 */
export async function bundle(entry, target, plugins = []) {
  const { build } = await import('vite');
  mkdirSync(CACHE, { recursive: true });
  const startedAt = new Date();
  const folder = mkdtempSync(join(CACHE, 'bundle-'));
  try {
    await build({
      configFile: false,
      root: ROOT,
      logLevel: 'error',
      plugins: [...plugins],
      // Tools that find files beside themselves must stay where they are.
      ssr: { noExternal: true, external: ['vite', '@playwright/test', 'playwright', 'playwright-core'] },
      build: {
        ssr: join(ROOT, entry),
        outDir: folder,
        target: 'node20',
        minify: false,
        sourcemap: false,
        copyPublicDir: false,
        rolldownOptions: { output: { entryFileNames: 'entry.mjs', codeSplitting: false } },
      },
    });
    mkdirSync(dirname(target), { recursive: true });
    // Dated by its start, so that a source edited while the bundler ran counts as newer.
    utimesSync(join(folder, 'entry.mjs'), startedAt, startedAt);
    renameSync(join(folder, 'entry.mjs'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
