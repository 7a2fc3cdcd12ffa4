import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SourceFile } from '../config';
import { UsageError } from './usage-error';

const MANIFEST = /\.(ya?ml|json)$/i;
const MAX_FILES = 2_000;

/** Reads manifests: files as they are, folders recursively in the order of their names. "-" is standard input. */
export function readManifestFiles(paths: readonly string[], cwd: string): readonly SourceFile[] {
  if (paths.length === 0) throw new UsageError('name at least one file or folder with manifests');
  const files: SourceFile[] = [];
  for (const path of paths) {
    if (path === '-') files.push({ path: 'standard-input.yaml', text: readFileSync(0, 'utf8') });
    else if (!existsSync(join(cwd, path)) && !existsSync(path)) throw new UsageError(`no such file or folder: ${path}`);
    else collect(existsSync(path) ? path : join(cwd, path), cwd, files);
  }
  if (files.length === 0) throw new UsageError(`no manifests (.yaml, .yml or .json) below ${paths.join(', ')}`);
  return files;
}

function collect(path: string, cwd: string, files: SourceFile[]): void {
  if (files.length >= MAX_FILES) throw new UsageError(`more than ${MAX_FILES} manifests`);
  if (!statSync(path).isDirectory()) {
    files.push({ path: relative(cwd, path) || path, text: readFileSync(path, 'utf8') });
    return;
  }
  for (const entry of readdirSync(path).sort()) {
    const child = join(path, entry);
    if (statSync(child).isDirectory() || MANIFEST.test(entry)) collect(child, cwd, files);
  }
}
