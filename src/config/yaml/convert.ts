import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import { resolvePlainScalar, type ScalarValue } from './plain-scalar';

/** Values that aliases of one document may stand for, all together. Enough for any real file, too few for a bomb. */
export const MAX_ALIAS_VALUES = 100_000;
/** Levels of objects and lists inside each other. */
export const MAX_DEPTH = 100;

/** A finding at offsets of the text that was parsed. */
export interface TextProblem {
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly values: Readonly<Record<string, string | number>>;
}

export interface Conversion {
  readonly json: unknown;
  readonly problems: readonly TextProblem[];
  /** The node that each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
}

interface Anchor {
  readonly node: Node;
  json: unknown;
  /** Values in it, aliases counted at their full size; undefined while it is being read. */
  size: number | undefined;
}

type JsonObject = Record<string, unknown>;

const TAG_PREFIX = 'tag:yaml.org,2002:';

/** Plain JSON of a parsed node, with everything checked that the parser was told not to check. */
export function convertNode(root: Node | null): Conversion {
  const converter = new Converter();
  const json = root === null ? null : converter.convert(root, 0);
  return { json, problems: converter.problems, targets: converter.targets };
}

class Converter {
  readonly problems: TextProblem[] = [];
  readonly targets = new Map<Alias, Node>();
  private readonly anchors = new Map<string, Anchor>();
  private size = 0;
  private aliasSize = 0;

  convert(node: unknown, depth: number): unknown {
    this.size++;
    if (isScalar(node)) return this.anchored(node, () => scalarValue(node));
    if (depth > MAX_DEPTH) {
      this.report('MW0009', node, { limit: MAX_DEPTH });
      return null;
    }
    if (isMap(node)) return this.anchored(node, () => this.convertMap(node, depth));
    if (isSeq(node)) return this.anchored(node, () => node.items.map((item) => this.convert(item, depth + 1)));
    if (isAlias(node)) return this.convertAlias(node);
    // `[a: 1]` in a flow list is a pair, which stands for an object of one entry.
    if (isPair(node)) return this.convertPairs([node], depth);
    return null;
  }

  private anchored(node: Node, build: () => unknown): unknown {
    const name = isAlias(node) ? undefined : node.anchor;
    if (name === undefined) return build();
    const anchor: Anchor = { node, json: undefined, size: undefined };
    this.anchors.set(name, anchor);
    const before = this.size;
    anchor.json = build();
    anchor.size = this.size - before + 1;
    return anchor.json;
  }

  private convertAlias(node: Alias): unknown {
    const anchor = this.anchors.get(node.source);
    if (anchor === undefined) {
      this.report('MW0008', node, { name: node.source });
      return null;
    }
    if (anchor.size === undefined) {
      this.report('MW0014', node, {});
      return null;
    }
    this.size += anchor.size;
    this.aliasSize += anchor.size;
    if (this.aliasSize > MAX_ALIAS_VALUES) {
      if (this.aliasSize - anchor.size <= MAX_ALIAS_VALUES) this.report('MW0005', node, { limit: MAX_ALIAS_VALUES });
      return null;
    }
    this.targets.set(node, anchor.node);
    return anchor.json;
  }

  private convertMap(node: YAMLMap, depth: number): JsonObject {
    return this.convertPairs(node.items, depth);
  }

  private convertPairs(pairs: readonly Pair[], depth: number): JsonObject {
    const result: JsonObject = {};
    const merged: JsonObject[] = [];
    for (const pair of pairs) {
      if (isMergeKey(pair.key)) {
        merged.push(...this.convertMerge(pair, depth));
        continue;
      }
      const key = keyText(pair.key);
      if (key === undefined) {
        this.report('MW0010', pair.key, {});
      } else if (Object.hasOwn(result, key)) {
        this.report('MW0002', pair.key, { key });
      } else {
        setOwn(result, key, pair.value === null ? null : this.convert(pair.value, depth + 1));
      }
    }
    for (const source of merged) {
      for (const key of Object.keys(source)) if (!Object.hasOwn(result, key)) setOwn(result, key, source[key]);
    }
    return result;
  }

  private convertMerge(pair: Pair, depth: number): readonly JsonObject[] {
    const value = this.convert(pair.value, depth + 1);
    const sources = Array.isArray(value) ? value : [value];
    if (sources.every(isJsonObject)) return sources;
    this.report('MW0011', pair.key, {});
    return [];
  }

  private report(code: string, node: unknown, values: TextProblem['values']): void {
    const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    this.problems.push({ code, start: range?.[0] ?? 0, end: range?.[1] ?? 0, values });
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain assignment, except that `__proto__` becomes an ordinary field. */
function setOwn(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** What a scalar node stands for, its quotes and tag considered. */
export function scalarValue(node: Scalar): ScalarValue {
  const text = node.source ?? String(node.value ?? '');
  const tag = node.tag?.startsWith(TAG_PREFIX) === true ? node.tag.slice(TAG_PREFIX.length) : node.tag;
  if (tag === undefined) return node.type === Scalar.PLAIN ? resolvePlainScalar(text) : text;
  if (tag === 'int' || tag === 'float' || tag === 'bool' || tag === 'null') return resolvePlainScalar(text);
  return text;
}

/** Whether the key is `<<` without quotes. goyaml.v2/decode.go (isMerge) */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === '<<';
}

/**
 * The text of a key on its way to JSON: numbers and booleans become text, so that a key `on` is `true`.
 * kubernetes-sigs/yaml yaml.go (convertToJSONableObject)
 */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const value = scalarValue(key);
  return value === null ? undefined : String(value);
}
