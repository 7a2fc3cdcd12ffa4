import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { SourceFile } from '../config';
import { importFiles } from '../scenarios';
import { UsageError } from './usage-error';

const MANIFEST = /\.(ya?ml|json)$/i;
const MAX_FILES = 2_000;
const MAX_DEPTH = 32;

/**
 * Reads manifests: files as they are, folders recursively in the order of their names, "-" from standard input.
 * Topologies of Istio's load-testing tool become manifests.
 */
export function readManifestFiles(paths: readonly string[], cwd: string): readonly SourceFile[] {
  if (paths.length === 0) throw new UsageError('name at least one file or folder with manifests');
  const found = new Map<string, SourceFile>();
  for (const path of paths) {
    if (path === '-') found.set(path, { path: 'standard-input.yaml', text: read(0, 'standard input') });
    else if (!existsSync(resolve(cwd, path))) throw new UsageError(`no such file or folder: ${path}`);
    else collect(resolve(cwd, path), cwd, { found, depth: 0 });
  }
  if (found.size === 0) throw new UsageError(`no manifests (.yaml, .yml or .json) below ${paths.join(', ')}`);
  return importFiles([...found.values()]);
}

interface Search {
  /** By absolute path: a file that is named twice counts once. */
  readonly found: Map<string, SourceFile>;
  readonly depth: number;
}

function collect(path: string, cwd: string, { found, depth }: Search): void {
  if (found.size >= MAX_FILES) throw new UsageError(`more than ${MAX_FILES} manifests`);
  if (depth > MAX_DEPTH) throw new UsageError(`folders too deep at ${path}`);
  const name = relative(cwd, path) || path;
  if (!isFolder(path)) {
    found.set(path, { path: name, text: read(path, name) });
    return;
  }
  for (const entry of readdirSync(path).sort()) {
    const child = join(path, entry);
    const hidden = entry.startsWith('.');
    if (!hidden && (isFolder(child) || MANIFEST.test(entry))) collect(child, cwd, { found, depth: depth + 1 });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function read(source: string | number, name: string): string {
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
