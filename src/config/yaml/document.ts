import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { TextRange } from '../diagnostic';
import type { ConfigPath } from '../object-ref';
import type { ResourceSource } from '../resource';
import { isMergeKey, keyText } from './convert';
import type { LineIndex } from './line-index';
import type { ParsedDocument } from './parse-chunk';

/** One document of a file, with the offsets of its text within the file. */
export class YamlDocument {
  constructor(
    readonly file: string,
    readonly index: number,
    /** Where the document's chunk starts in the file. */
    readonly offset: number,
    private readonly place: { readonly lines: LineIndex; readonly parsed: ParsedDocument },
  ) {}

  get json(): unknown {
    return this.place.parsed.json;
  }

  get parsed(): ParsedDocument {
    return this.place.parsed;
  }

  /** Range between two offsets of the document's chunk. */
  rangeAt(start: number, end: number): TextRange {
    return this.place.lines.range(this.offset + start, this.offset + end);
  }

  /** Range of the value at `path`, or of its nearest existing ancestor. An empty value has the range of its key. */
  rangeOf(path: ConfigPath): TextRange {
    const found = this.locate(path);
    if (found.node === null) return found.key === undefined ? this.rangeAt(0, 0) : this.nodeRange(found.key);
    const [start, end] = extentOf(found.node);
    if (start === end && found.key !== undefined) return this.nodeRange(found.key);
    return this.rangeAt(start, end);
  }

  /** Range of the key of the last step; of the first key inside for an object that has no key, such as a list item. */
  keyRangeOf(path: ConfigPath): TextRange | undefined {
    const found = this.locate(path);
    if (found.depth < path.length) return undefined;
    const key = found.key ?? firstKeyOf(found.node);
    return key === undefined ? undefined : this.nodeRange(key);
  }

  /** Follows `path` as far as it exists. `key` is the key of the last step when that was an entry of an object. */
  private locate(path: ConfigPath): { node: Node | null; key: Node | undefined; depth: number } {
    let node = this.resolve(this.place.parsed.root);
    let key: Node | undefined;
    let depth = 0;
    for (const step of path) {
      const next = this.child(node, step);
      if (next === undefined) break;
      key = next.key;
      node = this.resolve(next.value);
      depth++;
    }
    return { node, key, depth };
  }

  private child(node: Node | null, step: string | number): { key: Node | undefined; value: Node | null } | undefined {
    if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step];
      return item === undefined ? undefined : { key: undefined, value: asNode(item) };
    }
    if (!isMap(node)) return undefined;
    const pair = this.entry(node.items, String(step));
    return pair === undefined ? undefined : { key: asNode(pair.key) ?? undefined, value: asNode(pair.value) };
  }

  private entry(pairs: readonly Pair[], key: string): Pair | undefined {
    const own = pairs.find((pair) => !isMergeKey(pair.key) && keyText(pair.key) === key);
    if (own !== undefined) return own;
    for (const pair of pairs) {
      if (!isMergeKey(pair.key)) continue;
      const merged = this.resolve(asNode(pair.value));
      for (const source of isSeq(merged) ? merged.items : [merged]) {
        const map = this.resolve(asNode(source));
        const found = isMap(map) ? this.entry(map.items, key) : undefined;
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  private resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.place.parsed.targets.get(node) ?? node) : node;
  }

  private nodeRange(node: Node): TextRange {
    const [start, end] = extentOf(node);
    return this.rangeAt(start, end);
  }
}

function asNode(value: unknown): Node | null {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}

function firstKeyOf(node: Node | null): Node | undefined {
  return isMap(node) ? (asNode(node.items[0]?.key) ?? undefined) : undefined;
}

/** First and last offset of a value's own text, without the comments and line breaks that a block carries behind it. */
export function extentOf(node: Node): readonly [number, number] {
  const range = node.range ?? [0, 0, 0];
  if ((!isMap(node) && !isSeq(node)) || node.flow === true) return [range[0], range[1]];
  const last = node.items.at(-1);
  if (last === undefined) return [range[0], range[1]];
  if (!isMap(node)) {
    const item = asNode(last);
    return [range[0], item === null ? range[1] : extentOf(item)[1]];
  }
  const pair = node.items.at(-1);
  const value = asNode(pair?.value);
  const key = asNode(pair?.key);
  const tail = value !== null && (value.range?.[1] ?? 0) > (value.range?.[0] ?? 0) ? value : key;
  return [range[0], tail === null ? range[1] : extentOf(tail)[1]];
}

/** The place of one object: a document, or an entry of a List in it. */
export class DocumentSource implements ResourceSource {
  constructor(
    readonly document: YamlDocument,
    readonly base: ConfigPath,
  ) {}

  get file(): string {
    return this.document.file;
  }

  get documentIndex(): number {
    return this.document.index;
  }

  rangeOf(path: ConfigPath): TextRange {
    return this.document.rangeOf([...this.base, ...path]);
  }

  keyRangeOf(path: ConfigPath): TextRange | undefined {
    return this.document.keyRangeOf([...this.base, ...path]);
  }
}
