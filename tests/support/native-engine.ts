import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

type Engine = typeof import('../../src/engine');

let loading: Promise<Engine> | undefined;

/**
 * The engine as one plain module. The test runner turns every imported name into a property access, which slows the engine's loops
 * down several times; tests that simulate millions of requests take this one instead.
 */
export function loadNativeEngine(): Promise<Engine> {
  loading ??= bundleEngine();
  return loading;
}

async function bundleEngine(): Promise<Engine> {
  const root = join(import.meta.dirname, '../..');
  // Below node_modules, so that the runner imports it as it is; one file per process, so that runs do not meet.
  const directory = join(root, 'node_modules/.cache/engine-under-test', String(process.pid));
  mkdirSync(directory, { recursive: true });
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: join(root, 'src/engine/index.ts'),
      outDir: directory,
      minify: false,
      rollupOptions: { output: { entryFileNames: 'engine.mjs' } },
    },
    ssr: { noExternal: true },
  });
  const module: Engine = await import(pathToFileURL(join(directory, 'engine.mjs')).href);
  return module;
}
