import { create } from 'zustand';
import type { Diagnostic, SourceFile } from '../../worker';

/**
 * The manifests: what the user writes (`files`), and what runs (`applied`). The editor edits, the apply command moves
 * one to the other; whoever shows files or findings reads them here.
 */
interface FilesState {
  readonly files: readonly SourceFile[];
  /** The set that the simulation runs: the last one that was accepted. */
  readonly applied: readonly SourceFile[];
  readonly activePath: string | undefined;
  /** Paths whose text differs from what runs; also those added or removed. */
  readonly dirty: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

const EMPTY: FilesState = { files: [], applied: [], activePath: undefined, dirty: new Set(), diagnostics: [] };

export const useFilesStore = create<FilesState>()(() => EMPTY);

function findDirty(files: readonly SourceFile[], applied: readonly SourceFile[]): ReadonlySet<string> {
  const before = new Map(applied.map((file) => [file.path, file.text]));
  const now = new Map(files.map((file) => [file.path, file.text]));
  const differs = (path: string): boolean => before.get(path) !== now.get(path);
  return new Set([...before.keys(), ...now.keys()].filter(differs));
}

/** A scenario was opened: what is written is what runs. */
export function openFiles(files: readonly SourceFile[], diagnostics: readonly Diagnostic[] = []): void {
  useFilesStore.setState({
    files,
    applied: files,
    activePath: files[0]?.path,
    dirty: new Set(),
    diagnostics,
  });
}

/** The user changed the set of files or one's text. */
export function editFiles(files: readonly SourceFile[]): void {
  const { applied, activePath } = useFilesStore.getState();
  const stillThere = files.some((file) => file.path === activePath);
  useFilesStore.setState({
    files,
    dirty: findDirty(files, applied),
    activePath: stillThere ? activePath : files[0]?.path,
  });
}

export function editFile(path: string, text: string): void {
  const { files } = useFilesStore.getState();
  editFiles(files.map((file) => (file.path === path ? { path, text } : file)));
}

/** The simulation accepted this set. */
export function markApplied(applied: readonly SourceFile[]): void {
  const { files } = useFilesStore.getState();
  useFilesStore.setState({ applied, dirty: findDirty(files, applied) });
}

export function setDiagnostics(diagnostics: readonly Diagnostic[]): void {
  useFilesStore.setState({ diagnostics });
}

export function activateFile(activePath: string): void {
  useFilesStore.setState({ activePath });
}

/** Adds files, numbering those whose name is taken by another text; returns the first one's path. */
export function addFiles(added: readonly SourceFile[]): string | undefined {
  const files = [...useFilesStore.getState().files];
  let first: string | undefined;
  for (const { path, text } of added) {
    const free = freePath(path, text, files);
    if (!files.some((file) => file.path === free)) files.push({ path: free, text });
    first ??= free;
  }
  editFiles(files);
  if (first !== undefined) activateFile(first);
  return first;
}

function freePath(path: string, text: string, files: readonly SourceFile[]): string {
  const taken = (candidate: string): boolean => files.some((file) => file.path === candidate && file.text !== text);
  if (!taken(path)) return path;
  const dot = path.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
  let number = 2;
  while (taken(`${stem}-${number}${extension}`)) number += 1;
  return `${stem}-${number}${extension}`;
}
