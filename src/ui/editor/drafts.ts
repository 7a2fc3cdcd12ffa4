import { del, get, set } from 'idb-keyval';
import type { SourceFile } from '../../worker';
import { fieldOf } from '../stores/persist';

/** What a visit leaves behind of one scenario. */
export interface Draft {
  readonly version: 1;
  /** The texts as they stood in the editor. */
  readonly files: readonly SourceFile[];
  /** The set that ran. */
  readonly applied: readonly SourceFile[];
  readonly activePath: string;
}

const PREFIX = 'meshwork.draft.';
/** Where a page that is being closed puts what the database has not taken yet; read and emptied by the next visit. */
const LAST_WORDS = 'meshwork.lastWords';

function decodeFiles(value: unknown): readonly SourceFile[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const files: SourceFile[] = [];
  for (const item of value) {
    const path = fieldOf(item, 'path');
    const text = fieldOf(item, 'text');
    if (typeof path !== 'string' || path === '' || typeof text !== 'string') return undefined;
    if (!files.some((file) => file.path === path)) files.push({ path, text });
  }
  return files;
}

/** A stored value as a draft; undefined for anything else. */
export function decodeDraft(value: unknown): Draft | undefined {
  if (fieldOf(value, 'version') !== 1) return undefined;
  const files = decodeFiles(fieldOf(value, 'files'));
  const applied = decodeFiles(fieldOf(value, 'applied'));
  const activePath = fieldOf(value, 'activePath');
  if (files === undefined || applied === undefined || typeof activePath !== 'string') return undefined;
  return { version: 1, files, applied, activePath };
}

export function sameFiles(a: readonly SourceFile[], b: readonly SourceFile[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length && a.every(({ path, text }, index) => path === b[index]?.path && text === b[index]?.text)
  );
}

/** The database's answer, or none when there is no database (private windows) or it fails. */
export async function readDraft(scenarioId: string): Promise<Draft | undefined> {
  const lastWords = takeLastWords(scenarioId);
  if (lastWords !== undefined) {
    await writeDraft(scenarioId, lastWords);
    return lastWords;
  }
  try {
    return decodeDraft(await get<unknown>(PREFIX + scenarioId));
  } catch {
    return undefined;
  }
}

/** true when the draft is in the database. */
export async function writeDraft(scenarioId: string, draft: Draft): Promise<boolean> {
  try {
    await set(PREFIX + scenarioId, draft);
    return true;
  } catch {
    return false;
  }
}

export async function deleteDraft(scenarioId: string): Promise<void> {
  try {
    await del(PREFIX + scenarioId);
  } catch {
    // Without a database there is nothing to delete.
  }
}

/** At once, for a page that is about to go: the database answers too late for that. */
export function writeLastWords(scenarioId: string, draft: Draft): void {
  try {
    globalThis.localStorage?.setItem(LAST_WORDS, JSON.stringify({ scenarioId, draft }));
  } catch {
    // Storage is full or forbidden; the database has what stood there a moment ago.
  }
}

export function forgetLastWords(): void {
  try {
    globalThis.localStorage?.removeItem(LAST_WORDS);
  } catch {
    // There are none.
  }
}

function takeLastWords(scenarioId: string): Draft | undefined {
  try {
    const text = globalThis.localStorage?.getItem(LAST_WORDS);
    if (text === null || text === undefined) return undefined;
    const value: unknown = JSON.parse(text);
    if (fieldOf(value, 'scenarioId') !== scenarioId) return undefined;
    forgetLastWords();
    return decodeDraft(fieldOf(value, 'draft'));
  } catch {
    return undefined;
  }
}
