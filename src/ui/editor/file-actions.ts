import type { SourceFile } from '../../worker';
import { activateFile, editFiles, useFilesStore } from '../stores/files-store';
import { announce, toast } from '../stores/notices-store';
import { useEditorStore } from './editor-store';

const MAX_NAME = 120;
const NEW_NAME = 'manifest';

function paths(): readonly string[] {
  return useFilesStore.getState().files.map((file) => file.path);
}

/** Why a name cannot be given to a tab, as a sentence; undefined when it can. `own` is the name it has now. */
export function whyNotName(name: string, own: string, taken: readonly string[]): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Give the manifest a name.';
  if (trimmed.length > MAX_NAME) return `A name has at most ${MAX_NAME} characters.`;
  if (/[\\:*?"<>|]|\p{Cc}/u.test(trimmed)) return 'Leave out \\ : * ? " < > | and control characters.';
  if (trimmed.startsWith('/') || trimmed.split('/').some((part) => part === '' || part === '..' || part === '.'))
    return 'Write a name, or folders and a name with / between them.';
  if (withExtension(trimmed) !== own && taken.includes(withExtension(trimmed))) return 'Another tab has this name.';
  return undefined;
}

/** Names without an ending become YAML. */
export function withExtension(name: string): string {
  const trimmed = name.trim();
  return /\.[A-Za-z0-9]+$/.test(trimmed) ? trimmed : `${trimmed}.yaml`;
}

/** An empty manifest in a tab of its own, its name ready to be written. */
export function newFile(): void {
  const taken = paths();
  let path = `${NEW_NAME}.yaml`;
  for (let number = 2; taken.includes(path); number++) path = `${NEW_NAME}-${number}.yaml`;
  editFiles([...useFilesStore.getState().files, { path, text: '' }]);
  activateFile(path);
  useEditorStore.setState({ renaming: path, view: 'text' });
}

export function startRenaming(): void {
  useEditorStore.setState({ renaming: useFilesStore.getState().activePath });
}

/** Gives a tab another name; false when that name cannot be. */
export function renameFile(path: string, name: string): boolean {
  if (whyNotName(name, path, paths()) !== undefined) return false;
  const to = withExtension(name);
  useEditorStore.setState({ renaming: undefined });
  if (to === path) return true;
  const { files, activePath } = useFilesStore.getState();
  editFiles(files.map((file) => (file.path === path ? { path: to, text: file.text } : file)));
  if (activePath === path) activateFile(to);
  return true;
}

function insertAt(files: readonly SourceFile[], file: SourceFile, index: number): readonly SourceFile[] {
  return [...files.slice(0, index), file, ...files.slice(index)];
}

/** Takes a manifest out; what it holds ends with the next apply. Its text can be had back. */
export function closeFile(path: string): void {
  const { files, applied, activePath } = useFilesStore.getState();
  const index = files.findIndex((file) => file.path === path);
  const file = files[index];
  if (file === undefined) return;
  const rest = files.filter((candidate) => candidate !== file);
  const neighbour = rest[Math.min(index, rest.length - 1)];
  editFiles(rest);
  if (activePath === path && neighbour !== undefined) activateFile(neighbour.path);
  const runs = applied.some((candidate) => candidate.path === path);
  toast({
    tone: 'info',
    title: `Closed ${path}`,
    detail: runs ? 'Its resources run until the next apply.' : '',
    action: {
      label: 'Undo',
      run: () => {
        const now = useFilesStore.getState().files;
        if (now.some((candidate) => candidate.path === path)) return;
        editFiles(insertAt(now, file, Math.min(index, now.length)));
        activateFile(path);
      },
    },
  });
}

/** The next or the previous tab. */
export function walkTabs(step: 1 | -1): void {
  const { files, activePath } = useFilesStore.getState();
  const at = files.findIndex((file) => file.path === activePath);
  const to = files[(at + step + files.length) % files.length];
  if (to !== undefined) activateFile(to.path);
}

/** Whether a tab's text differs from the one that runs. */
export function canRevert(): boolean {
  const { activePath, dirty, applied } = useFilesStore.getState();
  return activePath !== undefined && dirty.has(activePath) && applied.some((file) => file.path === activePath);
}

/** Puts back the text that runs; the editor's own undo brings the other one back. */
export function revertFile(): void {
  const { files, applied, activePath } = useFilesStore.getState();
  const running = applied.find((file) => file.path === activePath);
  if (running === undefined) return;
  editFiles(files.map((file) => (file.path === running.path ? running : file)));
  announce(`${running.path} reads as it runs`);
}

/** Puts back all that runs: texts, and tabs that were closed. */
export function revertAll(): void {
  const { files, applied } = useFilesStore.getState();
  editFiles(applied);
  toast({
    tone: 'info',
    title: 'All manifests read as they run',
    detail: '',
    action: { label: 'Undo', run: () => editFiles(files) },
  });
}
