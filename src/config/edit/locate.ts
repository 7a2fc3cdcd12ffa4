import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ConfigPath } from '../object-ref';
import { isMergeKey, keyText } from '../yaml/convert';
import { extentOf } from '../yaml/document';
import { parseChunk } from '../yaml/parse-chunk';
import { splitDocuments } from '../yaml/split';

/** One document of a text, ready to be edited. Offsets are those of `chunk`. */
export interface EditableDocument {
  readonly offset: number;
  readonly chunk: string;
  readonly root: Node;
  readonly json: unknown;
}

export function findDocument(text: string, documentIndex: number): EditableDocument | undefined {
  let index = 0;
  for (const chunk of splitDocuments(text)) {
    for (const parsed of parseChunk(chunk.text)) {
      if (index++ !== documentIndex) continue;
      if (parsed.root === null || parsed.problems.length > 0) return undefined;
      return { offset: chunk.offset, chunk: chunk.text, root: parsed.root, json: parsed.json };
    }
  }
  return undefined;
}

/** An entry of an object or list: its place and its value. */
export type Entry =
  | {
      readonly kind: 'field';
      readonly parent: YAMLMap;
      readonly index: number;
      readonly pair: Pair;
      readonly value: Node | null;
    }
  | { readonly kind: 'item'; readonly parent: YAMLSeq; readonly index: number; readonly value: Node | null };

/** How far a path exists: the entries along it, and the steps that are missing. */
export interface Walk {
  readonly entries: readonly Entry[];
  readonly rest: ConfigPath;
  /** Whether the way leads through an alias: what is behind it belongs to other places, too. */
  readonly throughAlias: boolean;
}

export function walk(root: Node, path: ConfigPath): Walk {
  const entries: Entry[] = [];
  let node: Node | null = root;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) return { entries, rest: path.slice(depth), throughAlias: true };
    const entry: Entry | undefined = node === null ? undefined : entryOf(node, step);
    if (entry === undefined) return { entries, rest: path.slice(depth), throughAlias: false };
    entries.push(entry);
    node = entry.value;
  }
  return { entries, rest: [], throughAlias: false };
}

function entryOf(node: Node, step: string | number): Entry | undefined {
  if (isMap(node)) {
    const index = node.items.findIndex((pair) => !isMergeKey(pair.key) && keyText(pair.key) === String(step));
    const pair = node.items[index];
    return pair === undefined ? undefined : { kind: 'field', parent: node, index, pair, value: asNode(pair.value) };
  }
  if (!isSeq(node) || typeof step !== 'number' || step < 0 || step >= node.items.length) return undefined;
  return { kind: 'item', parent: node, index: step, value: asNode(node.items[step]) };
}

export function asNode(value: unknown): Node | null {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}

/** Where the text of an entry starts: at its key, or at the value of an item (behind the dash). */
export function startOf(entry: Entry): number {
  if (entry.kind === 'field') return asNode(entry.pair.key)?.range?.[0] ?? 0;
  return entry.value?.range?.[0] ?? 0;
}

/** Where the text of an entry ends: behind its value, or behind its key when the value is empty. */
export function endOf(entry: Entry): number {
  const value = entry.value === null ? 0 : extentOf(entry.value)[1];
  if (entry.kind === 'item') return value;
  return Math.max(value, asNode(entry.pair.key)?.range?.[1] ?? 0);
}

/** The entries of an object or list. */
export function entriesOf(parent: YAMLMap | YAMLSeq): readonly Entry[] {
  if (isMap(parent)) {
    return parent.items.map((pair, index) => ({ kind: 'field', parent, index, pair, value: asNode(pair.value) }));
  }
  return parent.items.map((item, index) => ({ kind: 'item', parent, index, value: asNode(item) }));
}

/** Whether a node is written with brackets. */
export function isFlow(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

/** Whether a value is absent from the text: nothing stands behind its key or dash. */
export function isEmptyText(node: Node | null): boolean {
  return node === null || (isScalar(node) && (node.range?.[0] ?? 0) === (node.range?.[1] ?? 0));
}
