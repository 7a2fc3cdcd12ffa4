import type { SimulationClient, SourceFile } from '../../worker';
import { activateFile, editFiles, useFilesStore } from '../stores/files-store';
import { showEditor } from '../stores/layout-store';
import { toast } from '../stores/notices-store';
import { applyNow } from './apply';
import { showReading } from './checker';

/** More is not a set of manifests; a page that took it would be busy for minutes. */
const MAX_FILES = 500;
const MAX_BYTES = 8_000_000;
const MANIFEST = /\.(?:ya?ml|json)$/i;

/** A file that was dropped or chosen, with its path below the folder that was dropped. */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

interface ReadFiles {
  readonly files: readonly SourceFile[];
  /** Sentences about what was left out. */
  readonly refused: readonly string[];
}

function filesBelow(entry: FileSystemEntry, prefix: string): Promise<readonly PickedFile[]> {
  const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
  if (entry instanceof FileSystemFileEntry) {
    return new Promise((resolve) =>
      entry.file(
        (file) => resolve([{ path, file }]),
        () => resolve([]),
      ),
    );
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return Promise.resolve([]);
  return readAllEntries(entry.createReader()).then(async (entries) => {
    const found: PickedFile[] = [];
    for (const child of entries) {
      if (found.length > MAX_FILES) break;
      found.push(...(await filesBelow(child, path)));
    }
    return found;
  });
}

/** A reader gives its entries in portions until it gives none. */
async function readAllEntries(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (portion.length === 0 || all.length > MAX_FILES) return all;
    all.push(...portion);
  }
}

/** What was dropped: files, and the manifests in folders. To be called while the drop event is handled. */
export function pickDropped(transfer: DataTransfer): Promise<readonly PickedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return Promise.resolve(pickList(transfer.files));
  return Promise.all(
    entries.map(async (entry) => {
      const found = await filesBelow(entry, '');
      return entry.isDirectory ? found.filter(({ path }) => MANIFEST.test(path)) : found;
    }),
  ).then((lists) => lists.flat());
}

/** What an input of type `file` chose. */
export function pickList(list: FileList | readonly File[]): readonly PickedFile[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Asks for files; none when the dialog is closed without a choice. */
export function chooseFiles(): Promise<readonly PickedFile[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = '.yaml,.yml,.json';
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(pickList(input.files ?? [])));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

async function textOf(file: File): Promise<string | undefined> {
  try {
    return decodeText(new Uint8Array(await file.arrayBuffer()));
  } catch {
    return undefined;
  }
}

/** Bytes as text: by their mark where they have one, else as UTF-8, in which what is no text becomes the sign for that. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** Whether a text has what no text has. */
function isBinary(text: string): boolean {
  return text.includes('\0') || text.includes('\ufffd');
}

async function read(picked: readonly PickedFile[]): Promise<ReadFiles> {
  const files: SourceFile[] = [];
  const refused: string[] = [];
  let bytes = 0;
  for (const { path, file } of picked) {
    bytes += file.size;
    if (bytes > MAX_BYTES || files.length >= MAX_FILES) {
      refused.push(`${path} and what follows are too much: ${MAX_FILES} files with 8 MB together are taken.`);
      break;
    }
    const text = await textOf(file);
    if (text === undefined) refused.push(`${path} could not be read.`);
    else if (!MANIFEST.test(path) && isBinary(text)) refused.push(`${path} is not text.`);
    else files.push({ path, text });
  }
  return { files, refused };
}

/**
 * Lays files over the manifests as an apply would, shows them as tabs and applies. Texts that were not applied yet
 * stay, except where a dropped file holds the same objects.
 */
export async function importPicked(client: SimulationClient, picked: readonly PickedFile[]): Promise<void> {
  const { files: added, refused } = await read(picked);
  if (refused.length > 0) toast({ tone: 'bad', title: 'Not all files were taken', detail: refused.join(' ') });
  if (added.length === 0) {
    if (refused.length === 0)
      toast({ tone: 'info', title: 'Nothing to add', detail: 'There is no .yaml, .yml or .json file among these.' });
    return;
  }
  await importFiles(client, added);
}

/** @see importPicked */
export async function importFiles(client: SimulationClient, added: readonly SourceFile[]): Promise<void> {
  const before = useFilesStore.getState().files;
  const laid = await showReading(client.overlay(added, before));
  // A manifest whose last object was replaced is an empty tab.
  const had = new Map(before.map((file) => [file.path, file.text]));
  const files = laid.filter(({ path, text }) => text.trim() !== '' || had.get(path) === text || isAmong(added, path));
  editFiles(files);
  const first = added[0];
  if (first !== undefined) activateFile(first.path);
  showEditor();
  await applyNow(client);
}

function isAmong(files: readonly SourceFile[], path: string): boolean {
  return files.some((file) => file.path === path);
}
