import { isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { err, ok, type Result } from '../../base';
import type { ConfigPath } from '../object-ref';
import { extentOf } from '../yaml/document';
import { applyToJson, differences, type JsonEdit, jsonEquals } from './json-edit';
import {
  type EditableDocument,
  type Entry,
  endOf,
  entriesOf,
  findDocument,
  isEmptyText,
  isFlow,
  startOf,
  walk,
} from './locate';
import {
  isInline,
  quoteDouble,
  quoteSingle,
  type RenderStyle,
  renderBlock,
  renderFlow,
  renderScalar,
  renderText,
  styleOf,
} from './render';
import {
  applySplices,
  columnOf,
  insertLinesAfter,
  isFirstOnLine,
  lineEnd,
  lineStart,
  nextLine,
  type Splice,
} from './splice';

/** Why an edit was not made. The text is as it was. */
export type EditFailure =
  /** There is no such document, it is empty, or it is not valid YAML. */
  | 'no-document'
  /** The path leads through something that is no object or list, or beyond the end of a list. */
  | 'no-such-path'
  /** The path leads through an alias: the change would show in other places, too. */
  | 'shared'
  /** The document is written in a way that this editor cannot change safely. */
  | 'unsupported';

/**
 * Sets the value at `path`, creating what is missing on the way. Everything else keeps its bytes; of an object or list
 * that was there, what does not change keeps its bytes, too.
 */
export function setField(
  text: string,
  documentIndex: number,
  path: ConfigPath,
  value: unknown,
): Result<string, EditFailure> {
  const document = findDocument(text, documentIndex);
  if (document === undefined) return err('no-document');
  const steps = differences(valueAt(document.json, path), value, path);
  const whole: JsonEdit = { kind: 'set', path, value };
  if (steps.length === 0) return ok(text);
  if (steps.length > MAX_STEPS) return edit(text, documentIndex, whole);
  let result = text;
  for (const step of steps) {
    const next = edit(result, documentIndex, step);
    if (!next.ok) return edit(text, documentIndex, whole);
    result = next.value;
  }
  return ok(result);
}

/** A change in more places than this rewrites the value as a whole: every step reads the document anew. */
const MAX_STEPS = 200;

/** Removes the entry at `path`. Comments above it stay. */
export function removeField(text: string, documentIndex: number, path: ConfigPath): Result<string, EditFailure> {
  return edit(text, documentIndex, { kind: 'remove', path });
}

/** Adds an item behind the last one of the list at `path`; starts the list when there is none. */
export function appendItem(
  text: string,
  documentIndex: number,
  path: ConfigPath,
  value: unknown,
): Result<string, EditFailure> {
  const document = findDocument(text, documentIndex);
  if (document === undefined) return err('no-document');
  const list = valueAt(document.json, path);
  if (list !== undefined && list !== null && !Array.isArray(list)) return err('no-such-path');
  const length = Array.isArray(list) ? list.length : 0;
  return setField(text, documentIndex, [...path, length], value);
}

function valueAt(json: unknown, path: ConfigPath): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** Makes the edit, then reads the result back: a text that does not say what was asked for is never handed out. */
function edit(text: string, documentIndex: number, change: JsonEdit): Result<string, EditFailure> {
  const document = findDocument(text, documentIndex);
  if (document === undefined) return err('no-document');
  const expected = applyToJson(document.json, change);
  if (expected === undefined) return err('no-such-path');
  if (jsonEquals(expected, document.json)) return ok(text);
  const splices = change.kind === 'set' ? planSet(document, change) : planRemove(document, change.path);
  if (!splices.ok) return splices;
  const chunk = applySplices(document.chunk, splices.value);
  const result = text.slice(0, document.offset) + chunk + text.slice(document.offset + document.chunk.length);
  const reread = findDocument(result, documentIndex);
  if (reread === undefined || !jsonEquals(reread.json, expected)) return err('unsupported');
  return ok(result);
}

type Plan = Result<readonly Splice[], EditFailure>;

function planSet(document: EditableDocument, change: JsonEdit & { kind: 'set' }): Plan {
  const { entries, rest, throughAlias } = walk(document.root, change.path);
  if (throughAlias) return err('shared');
  const planner = new Planner(document.chunk, entries);
  const last = entries.at(-1);
  if (rest.length === 0) {
    return last === undefined ? err('unsupported') : ok(planner.replaceValue(last, change.value));
  }
  const [step = '', ...deeper] = rest;
  const value = wrap(deeper, change.value);
  const parent = last === undefined ? document.root : last.value;
  if (parent !== null && (isMap(parent) || isSeq(parent)) && parent.items.length > 0) {
    return ok(planner.insertEntry(parent, step, value));
  }
  if (last === undefined) return err('unsupported');
  return ok(planner.replaceValue(last, wrap([step], value)));
}

/** The value that stands at the end of a path that does not exist yet. */
function wrap(path: ConfigPath, value: unknown): unknown {
  return path.reduceRight((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), value);
}

function planRemove(document: EditableDocument, path: ConfigPath): Plan {
  const { entries, rest, throughAlias } = walk(document.root, path);
  if (throughAlias) return err('shared');
  const entry = entries.at(-1);
  // A field that exists in the value but not in the text comes from a merge key.
  if (entry === undefined || rest.length > 0) return err('shared');
  const planner = new Planner(document.chunk, entries.slice(0, -1));
  return planner.removeEntry(entry);
}

/** Turns one change into replacements of text. */
class Planner {
  private readonly style: RenderStyle;
  private readonly inFlow: boolean;

  constructor(
    private readonly text: string,
    /** The way from the root to the entry that is changed. */
    private readonly way: readonly Entry[],
  ) {
    this.style = styleOf(text);
    this.inFlow = way.some((entry) => isFlow(entry.parent));
  }

  replaceValue(entry: Entry, value: unknown): readonly Splice[] {
    const old = entry.value;
    const holder = this.holderEnd(entry);
    if (isInline(value) || this.inFlow) return this.replaceByInline(entry, old, this.inlineText(old, value));
    if (old !== null && !isEmptyText(old) && isBlockCollection(old)) return this.replaceBlock(entry, old, value);
    const column = this.blockColumn(entry, value);
    const lines = ' '.repeat(column) + renderBlock(value, column, this.style);
    if (entry.kind === 'item') {
      const start = isEmptyText(old) ? holder : startOf(entry);
      const end = isEmptyText(old) ? holder : endOf(entry);
      const gap = isEmptyText(old) ? ' ' : '';
      return this.replaceInPlace(start, end, gap + this.blockBefore(end, value, column));
    }
    if (old === null || isEmptyText(old)) return [insertLinesAfter(this.text, holder, lines)];
    const end = endOf(entry);
    if (this.text[end - 1] === '\n') return [{ start: holder, end, text: `\n${lines}\n` }];
    return [{ start: holder, end, text: '' }, insertLinesAfter(this.text, end, lines)];
  }

  insertEntry(parent: YAMLMap | YAMLSeq, step: string | number, value: unknown): readonly Splice[] {
    const last = entriesOf(parent).at(-1);
    const end = last === undefined ? extentOf(parent)[1] : endOf(last);
    if (this.inFlow || isFlow(parent)) {
      const text = isMap(parent) ? `${renderText(String(step))}: ${renderFlow(value)}` : renderFlow(value);
      return [{ start: this.flowEnd(last, end), end: this.flowEnd(last, end), text: `, ${text}` }];
    }
    const column = columnOf(this.text, parent.range?.[0] ?? 0);
    const body = isMap(parent)
      ? renderBlock({ [String(step)]: value }, column, this.style)
      : renderBlock([value], column, this.style);
    const from = last === undefined ? end : Math.max(end, this.holderEnd(last));
    return [insertLinesAfter(this.text, from, ' '.repeat(column) + body)];
  }

  removeEntry(entry: Entry): Plan {
    const siblings = entriesOf(entry.parent);
    const holder = this.way.at(-1);
    if (siblings.length === 1) {
      if (holder === undefined) return err('unsupported');
      return ok(this.withWay(this.way.slice(0, -1)).replaceValue(holder, isMap(entry.parent) ? {} : []));
    }
    if (this.inFlow || isFlow(entry.parent)) return ok([this.removeFromFlow(entry, siblings)]);
    const start = entry.kind === 'field' ? startOf(entry) : this.dashOf(entry);
    const end = Math.max(endOf(entry), this.holderEnd(entry));
    if (isFirstOnLine(this.text, start)) {
      const to = this.text[end - 1] === '\n' ? end : nextLine(this.text, end);
      return ok([{ start: lineStart(this.text, start), end: to, text: '' }]);
    }
    // The first entry of an object or list that starts behind a dash: the dash stays.
    const next = siblings[entry.index + 1];
    if (next === undefined) return err('unsupported');
    const nextStart = next.kind === 'field' ? startOf(next) : this.dashOf(next);
    const hasComment = this.text.slice(end, nextStart).includes('#');
    return ok([{ start, end: hasComment ? end : nextStart, text: '' }]);
  }

  private removeFromFlow(entry: Entry, siblings: readonly Entry[]): Splice {
    const next = siblings[entry.index + 1];
    const start = startOf(entry);
    if (next !== undefined) return { start, end: startOf(next), text: '' };
    const before = siblings[entry.index - 1];
    const from = before === undefined ? start : this.flowEnd(before, endOf(before));
    return { start: from, end: this.flowEnd(entry, endOf(entry)), text: '' };
  }

  private withWay(way: readonly Entry[]): Planner {
    return new Planner(this.text, way);
  }

  /** Where the text of a flow entry ends; an empty value ends behind its colon. */
  private flowEnd(entry: Entry | undefined, end: number): number {
    if (entry?.kind !== 'field' || !isEmptyText(entry.value)) return end;
    const colon = /^[ \t]*:/.exec(this.text.slice(end));
    return colon === null ? end : end + colon[0].length;
  }

  private inlineText(old: Node | null, value: unknown): string {
    if (typeof value !== 'string' || !isScalar(old)) return renderFlow(value);
    if (old.type === Scalar.QUOTE_DOUBLE) return quoteDouble(value);
    if (old.type === Scalar.QUOTE_SINGLE) return quoteSingle(value) ?? renderScalar(value);
    return renderScalar(value);
  }

  private replaceByInline(entry: Entry, old: Node | null, text: string): readonly Splice[] {
    const holder = this.holderEnd(entry);
    if (old === null || isEmptyText(old)) return [{ start: holder, end: holder, text: ` ${text}` }];
    const [start, end] = extentOf(old);
    if (isBlockCollection(old) && isFirstOnLine(this.text, start)) {
      const to = this.text[end - 1] === '\n' ? end : nextLine(this.text, end);
      return [
        { start: holder, end: holder, text: ` ${text}` },
        { start: lineStart(this.text, start), end: to, text: '' },
      ];
    }
    const tail = this.text[end - 1] === '\n' && isBlockText(old) ? '\n' : '';
    return [{ start, end, text: text + tail }];
  }

  /** One block in the place of another. Its comments go with it. */
  private replaceBlock(entry: Entry, old: Node, value: unknown): readonly Splice[] {
    const [start, end] = extentOf(old);
    if (!isFirstOnLine(this.text, start)) {
      return this.replaceInPlace(start, end, this.blockBefore(end, value, columnOf(this.text, start)));
    }
    const found = columnOf(this.text, start);
    const parentColumn =
      entry.kind === 'field' ? columnOf(this.text, startOf(entry)) : columnOf(this.text, this.dashOf(entry));
    const needed = Array.isArray(value) && entry.kind === 'field' ? parentColumn : parentColumn + 1;
    const column = found >= needed ? found : this.blockColumn(entry, value);
    return this.replaceInPlace(
      lineStart(this.text, start),
      end,
      ' '.repeat(column) + this.blockBefore(end, value, column),
    );
  }

  /** A block that ends where the text goes on at `end`: a comment there must not fall into a literal text. */
  private blockBefore(end: number, value: unknown, column: number): string {
    const follows = this.text[end - 1] !== '\n' && this.text.slice(end, lineEnd(this.text, end)).trim() !== '';
    return renderBlock(value, column, { ...this.style, literals: !follows });
  }

  private replaceInPlace(start: number, end: number, text: string): readonly Splice[] {
    const tail = end > start && this.text[end - 1] === '\n' ? '\n' : '';
    return [{ start, end, text: text + tail }];
  }

  /** Column in which a new block below the entry starts. */
  private blockColumn(entry: Entry, value: unknown): number {
    if (entry.kind === 'item') {
      const dash = this.dashOf(entry);
      return isEmptyText(entry.value) ? columnOf(this.text, dash) + 2 : columnOf(this.text, startOf(entry));
    }
    return columnOf(this.text, startOf(entry)) + (Array.isArray(value) ? this.style.listIndent : 2);
  }

  /** Offset behind the colon of a field, or behind the dash of an item. */
  private holderEnd(entry: Entry): number {
    if (entry.kind === 'item') return this.inFlow || isFlow(entry.parent) ? startOf(entry) : this.dashOf(entry) + 1;
    const key = entry.pair.key;
    const keyEnd = isScalar(key) ? (key.range?.[1] ?? 0) : 0;
    const colon = this.text.indexOf(':', keyEnd);
    return colon < 0 ? keyEnd : colon + 1;
  }

  /** Offset of the dash of an item in a block list: the last one before its value, on the line of the list's column. */
  private dashOf(entry: Entry): number {
    const column = columnOf(this.text, entry.parent.range?.[0] ?? 0);
    if (entry.index === 0) return entry.parent.range?.[0] ?? 0;
    const before = entriesOf(entry.parent)[entry.index - 1];
    const from = before === undefined ? 0 : endOf(before);
    const limit = Math.max(from, isEmptyText(entry.value) ? (entry.value?.range?.[0] ?? from) : startOf(entry));
    for (let at = this.text.lastIndexOf('-', limit); at >= 0; at = this.text.lastIndexOf('-', at - 1)) {
      if (columnOf(this.text, at) === column && isFirstOnLine(this.text, at)) return at;
      if (at === 0) break;
    }
    return lineEnd(this.text, from);
  }
}

function isBlockCollection(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

/** Whether a node's text runs to the end of its last line, line break included. */
function isBlockText(node: Node): boolean {
  if (isScalar(node)) return node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  return isBlockCollection(node);
}
