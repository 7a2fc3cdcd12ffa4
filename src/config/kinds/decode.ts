import type { TSchema } from 'typebox';
import type { Finding } from '../diagnostics/bag';
import { FORMATS } from './formats';
import { placesOfField } from './places';
import { type NullMeaning, nodeOf, type SchemaNode, typesOf } from './schema-node';
import { closest } from './similar';
import { describeExpected, describeValue, listWords, pathText } from './words';

/** Findings about one object; a file of nonsense must not produce a flood. */
export const MAX_PROBLEMS = 50;

/** The value with nulls dropped and defaults filled in, and everything that is wrong with it. */
export interface Decoded {
  readonly value: unknown;
  readonly problems: readonly Finding[];
}

/** Checks `input` against the schema of a kind. Never stops at the first problem, never throws on any input. */
export function decode(schema: TSchema, input: unknown, kindName: string): Decoded {
  const decoder = new Decoder(schema, kindName);
  const value = decoder.decode(nodeOf(schema), input);
  return { value, problems: decoder.problems };
}

type JsonObject = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, string | number>>;

class Decoder {
  readonly problems: Finding[] = [];
  private readonly path: (string | number)[] = [];
  private nullMeans: NullMeaning = 'wrong-type';

  constructor(
    private readonly root: TSchema,
    private readonly kindName: string,
  ) {}

  decode(node: SchemaNode, value: unknown): unknown {
    const outer = this.nullMeans;
    if (node['x-null-means'] !== undefined) this.nullMeans = node['x-null-means'];
    const result = this.decodeValue(node, value);
    this.nullMeans = outer;
    return result;
  }

  private decodeValue(node: SchemaNode, value: unknown): unknown {
    if (node.anyOf !== undefined) return this.decodeEither(node, node.anyOf, value);
    if (!hasType(typesOf(node), value)) {
      this.reportType(node, value);
      return value;
    }
    if (typeof value === 'string') this.checkText(node, value);
    else if (typeof value === 'number') this.checkNumber(node, value);
    if (node.enum !== undefined) this.checkEnum(node, value);
    if (Array.isArray(value)) return this.decodeList(node, value);
    return isObject(value) ? this.decodeObject(node, value) : value;
  }

  private decodeEither(node: SchemaNode, forms: readonly TSchema[], value: unknown): unknown {
    const form = forms.find((candidate) => hasType(typesOf(nodeOf(candidate)), value));
    if (form !== undefined) return this.decode(nodeOf(form), value);
    this.reportType(node, value);
    return value;
  }

  private decodeList(node: SchemaNode, list: readonly unknown[]): readonly unknown[] {
    const atLeast = node.minItems ?? 0;
    const atMost = node.maxItems ?? Number.POSITIVE_INFINITY;
    this.checkCount(list.length, atLeast, atMost, 'entries');
    const items = node.items;
    if (items === undefined) return list;
    const itemNode = nodeOf(items);
    let changed: unknown[] | undefined;
    for (let index = 0; index < list.length; index++) {
      this.path.push(index);
      const item = this.decode(itemNode, list[index]);
      this.path.pop();
      if (item === list[index]) continue;
      changed ??= [...list];
      changed[index] = item;
    }
    return changed ?? list;
  }

  private decodeObject(node: SchemaNode, object: JsonObject): JsonObject {
    const properties = node.properties;
    const result: Record<string, unknown> = {};
    let changed = false;
    let count = 0;
    for (const key of Object.keys(object)) {
      const value = object[key];
      const fieldSchema = this.schemaOfField(node, key);
      if (value === null && this.isAbsent(fieldSchema)) {
        changed = true;
        continue;
      }
      count++;
      this.path.push(key);
      const decoded = this.decodeField(node, key, { schema: fieldSchema, value });
      this.path.pop();
      if (decoded !== value) changed = true;
      setOwn(result, key, decoded);
    }
    this.checkCount(count, node.minProperties ?? 0, node.maxProperties ?? Number.POSITIVE_INFINITY, 'entries');
    if (properties !== undefined) {
      this.checkRequired(node, result);
      this.checkGroups(node, result);
      if (fillDefaults(properties, result)) changed = true;
    }
    return changed ? result : object;
  }

  /** Whether `null` in the place of the field means that there is none. */
  private isAbsent(schema: TSchema | undefined): boolean {
    if (schema === undefined) return false;
    return nodeOf(schema)['x-nullable'] === true || (this.nullMeans === 'absent' && isTyped(schema));
  }

  private schemaOfField(node: SchemaNode, key: string): TSchema | undefined {
    if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key];
    return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  }

  private decodeField(node: SchemaNode, key: string, field: { schema: TSchema | undefined; value: unknown }): unknown {
    if (node['x-key-format'] !== undefined && !FORMATS[node['x-key-format']].check(key)) {
      this.report('MW0211', { field: key, expected: FORMATS[node['x-key-format']].expected });
    }
    if (field.schema === undefined) {
      if (node.additionalProperties === false) this.reportUnknown(node, key);
      return field.value;
    }
    const fieldNode = nodeOf(field.schema);
    if (fieldNode.deprecationMessage !== undefined) {
      this.report('MW0210', { field: key, instead: fieldNode.deprecationMessage });
    }
    return this.decode(fieldNode, field.value);
  }

  private checkRequired(node: SchemaNode, object: JsonObject): void {
    for (const field of node.required ?? []) {
      if (!Object.hasOwn(object, field)) this.report('MW0205', { field, place: pathText(this.path) });
    }
  }

  private checkGroups(node: SchemaNode, object: JsonObject): void {
    for (const group of node['x-exactly-one'] ?? []) {
      const none = !group.some((field) => Object.hasOwn(object, field));
      if (none) this.report('MW0207', { fields: listWords(group, 'or'), place: pathText(this.path) });
    }
    for (const group of [...(node['x-at-most-one'] ?? []), ...(node['x-exactly-one'] ?? [])]) {
      const [first, ...others] = group.filter((field) => Object.hasOwn(object, field));
      for (const field of others) {
        this.path.push(field);
        this.report('MW0206', { fields: listWords(group, 'and'), first: first ?? '' });
        this.path.pop();
      }
    }
  }

  private checkText(node: SchemaNode, text: string): void {
    if (node.format !== undefined && !FORMATS[node.format].check(text)) {
      this.report('MW0208', {
        field: this.fieldName(),
        expected: FORMATS[node.format].expected,
        found: describeValue(text),
        ...fixForFormat(node.format, text),
      });
    }
    if (node.pattern !== undefined && !patternOf(node.pattern).test(text)) {
      const expected = `text like \`${node.pattern}\``;
      this.report('MW0208', { field: this.fieldName(), expected, found: describeValue(text) });
    }
    this.checkCount(text.length, node.minLength ?? 0, node.maxLength ?? Number.POSITIVE_INFINITY, 'characters');
  }

  private checkNumber(node: SchemaNode, value: number): void {
    const low = node.minimum !== undefined && value < node.minimum;
    const high = node.maximum !== undefined && value > node.maximum;
    const notAbove = node.exclusiveMinimum !== undefined && value <= node.exclusiveMinimum;
    if (!low && !high && !notAbove) return;
    this.report('MW0204', { field: this.fieldName(), expected: rangeWords(node), found: value });
  }

  private checkEnum(node: SchemaNode, value: unknown): void {
    const allowed = node.enum ?? [];
    if (allowed.some((candidate) => candidate === value)) return;
    const words = allowed.map(String);
    const suggestion = typeof value === 'string' ? closest(value, words) : undefined;
    this.report('MW0203', {
      field: this.fieldName(),
      expected: listWords(words, 'or'),
      found: describeValue(value),
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  private checkCount(count: number, atLeast: number, atMost: number, unit: string): void {
    if (count >= atLeast && count <= atMost) return;
    const expected = count < atLeast ? `at least ${atLeast} ${unit}` : `at most ${atMost} ${unit}`;
    this.report('MW0209', { field: this.fieldName(), expected, found: count });
  }

  private reportType(node: SchemaNode, value: unknown): void {
    this.report('MW0202', {
      field: this.fieldName(),
      expected: describeExpected(node),
      found: describeValue(value),
      ...fixForType(node, value),
    });
  }

  private reportUnknown(node: SchemaNode, field: string): void {
    const suggestion = closest(field, Object.keys(node.properties ?? {}));
    const place = suggestion === undefined ? placesOfField(this.root, field) : undefined;
    this.report('MW0201', {
      kind: this.kindName,
      field,
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(place === undefined ? {} : { place }),
      ...(field === 'true' || field === 'false' ? { word: field } : {}),
    });
  }

  private fieldName(): string {
    const last = this.path.at(-1);
    return typeof last === 'string' ? last : pathText(this.path);
  }

  private report(code: string, values: Values): void {
    if (this.problems.length < MAX_PROBLEMS) {
      this.problems.push({ code, path: [...this.path], values });
    } else if (this.problems.length === MAX_PROBLEMS) {
      this.problems.push({ code: 'MW0212', path: [], values: { limit: MAX_PROBLEMS } });
    }
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that admit anything keep an explicit null. */
function isTyped(schema: TSchema | undefined): boolean {
  return schema !== undefined && typesOf(nodeOf(schema)).length > 0;
}

function hasType(types: readonly string[], value: unknown): boolean {
  return types.length === 0 || types.some((type) => isOfType(type, value));
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    default:
      return false;
  }
}

function fillDefaults(properties: Readonly<Record<string, TSchema>>, target: Record<string, unknown>): boolean {
  let filled = false;
  for (const key of defaultedFields(properties)) {
    if (Object.hasOwn(target, key)) continue;
    const schema = properties[key];
    if (schema !== undefined) target[key] = nodeOf(schema).default;
    filled = true;
  }
  return filled;
}

const defaultedCache = new WeakMap<object, readonly string[]>();

function defaultedFields(properties: Readonly<Record<string, TSchema>>): readonly string[] {
  const known = defaultedCache.get(properties);
  if (known !== undefined) return known;
  const fields = Object.keys(properties).filter((key) => 'default' in (properties[key] ?? {}));
  defaultedCache.set(properties, fields);
  return fields;
}

function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = new RegExp(source, 'u');
    patterns.set(source, pattern);
  }
  return pattern;
}

function rangeWords(node: SchemaNode): string {
  const { minimum, maximum, exclusiveMinimum } = node;
  if (exclusiveMinimum !== undefined) {
    return maximum === undefined ? `above ${exclusiveMinimum}` : `above ${exclusiveMinimum}, up to ${maximum}`;
  }
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  return minimum === undefined ? `at most ${maximum}` : `at least ${minimum}`;
}

/** What to change when the type is wrong, where that can be said. */
function fixForType(node: SchemaNode, value: unknown): Values {
  const types = typesOf(node);
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  if (isScalar && types.includes('string')) return quoted(node, value);
  if (value === null || value === undefined) return { fix: 'Write a value, or remove the field.' };
  if (typeof value === 'string') return fixForText(types, value);
  if (!Array.isArray(value) && types.includes('array')) return { fix: 'Start each entry with `- `.' };
  if (Array.isArray(value) && types.includes('object')) return { fix: 'Remove the `- `: this is a single object.' };
  return {};
}

function quoted(node: SchemaNode, value: number | boolean): Values {
  // A bare number where a duration belongs lacks its unit, which quotes would not add.
  if (typeof value === 'number' && node.format !== undefined) {
    const unit = fixForFormat(node.format, String(value));
    if (unit['fix'] !== undefined) return unit;
  }
  return { fix: `Put it in quotes: "${String(value)}".`, replacement: `"${String(value)}"` };
}

function fixForText(types: readonly string[], text: string): Values {
  const isNumber = text.trim() !== '' && Number.isFinite(Number(text));
  const unquoted = { fix: 'Remove the quotes.', replacement: text.trim() };
  if (isNumber && (types.includes('integer') || types.includes('number'))) return unquoted;
  if (types.includes('boolean') && /^(?:true|false)$/i.test(text)) return unquoted;
  if (types.includes('array')) return { fix: 'Start each entry with `- `.' };
  return {};
}

function fixForFormat(format: string, text: string): Values {
  if ((format === 'duration' || format === 'span') && /^[\d.]+$/.test(text))
    return { fix: `Give a unit: ${text}s or ${text}ms.` };
  return {};
}
