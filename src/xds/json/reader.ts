import { NS_PER_S, type Ns, parseProtoDuration } from '../../base';
import type { JsonObject, JsonValue } from '../json-value';
import { isJsonObject } from './json-text';
import { hasField, type MessageName } from './upstream-fields';

/** Why a text is not what the field asks for. */
export interface DecodeProblem {
  /** Where: `virtualHosts[0].routes[2].match`. */
  readonly path: string;
  readonly message: string;
}

/** What all readers of one resource write to. */
export class DecodeLog {
  readonly problems: DecodeProblem[] = [];
  readonly unsupported: string[] = [];

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  /** Names something that is understood as valid but that nothing simulates. */
  notSimulated(path: string): void {
    this.unsupported.push(path);
  }
}

/** A `google.protobuf.Any` in its JSON form. */
export interface AnyValue {
  /** `type.googleapis.com/envoy...`, as written. */
  readonly typeUrl: string;
  /** The full name of the message. */
  readonly type: string;
  /** The message without its `@type`. */
  readonly config: JsonObject;
  readonly path: string;
}

/** The JSON name that protobuf gives a field: `proxy_100_continue` is `proxy100Continue`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Reads one message of protojson: camelCase or original snake_case names, numbers or strings for 64-bit integers, a single value where a
 * list is expected. Each accessor takes its field off the list; `finish` reports what nobody took and returns it together with the fields
 * that were set to their default, so that nothing is lost.
 * protocolbuffers/protobuf src/google/protobuf/json/json.h (the reading side, with the leniency that Envoy's YAML files rely on)
 */
export class MessageReader {
  readonly #log: DecodeLog;
  readonly #name: MessageName | undefined;
  readonly #fields = new Map<string, JsonValue>();
  readonly #kept = new Map<string, JsonValue>();
  readonly #children: { readonly field: string; readonly reader: MessageReader }[] = [];
  #finished = false;
  /** Whether the source says nothing in this message. */
  readonly isEmpty: boolean;

  constructor(
    log: DecodeLog,
    value: JsonObject,
    readonly path: string,
    name?: MessageName,
  ) {
    this.#log = log;
    this.#name = name;
    for (const [key, field] of Object.entries(value)) {
      if (key === '@type' || field === null) continue;
      this.#fields.set(camelCase(key), field);
    }
    this.isEmpty = this.#fields.size === 0;
  }

  get log(): DecodeLog {
    return this.#log;
  }

  pathOf(field: string): string {
    if (field === '') return this.path;
    return this.path === '' ? field : `${this.path}.${field}`;
  }

  problem(field: string, message: string): void {
    this.#log.problem(this.pathOf(field), message);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** The one member of a oneof that is set; more than one is a mistake of the source. */
  oneOf<const T extends readonly string[]>(fields: T): T[number] | undefined {
    const set = fields.filter((field) => this.#fields.has(field));
    if (set.length > 1) this.#log.problem(this.path, `sets ${set.join(' and ')}, of which only one may be set`);
    return set[0];
  }

  /** The field as it stands, left where it is. */
  peek(field: string): JsonValue | undefined {
    return this.#fields.get(field);
  }

  /** Takes the field as it stands. */
  take(field: string): JsonValue | undefined {
    const value = this.#fields.get(field);
    this.#fields.delete(field);
    return value;
  }

  /** Takes the field and has `finish` give it back, without reporting it. */
  keep(field: string): void {
    const value = this.take(field);
    if (value !== undefined) this.#kept.set(field, value);
  }

  /** Has `finish` return the value under this name. */
  put(field: string, value: JsonValue): void {
    this.#kept.set(field, value);
  }

  #keepDefault<T extends JsonValue>(field: string, raw: JsonValue, value: T, standard: T): T {
    if (value === standard) this.#kept.set(field, raw);
    return value;
  }

  optionalText(field: string): string | undefined {
    const value = this.take(field);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.problem(field, 'is not a text');
    return undefined;
  }

  /** A string field; absent is empty. */
  text(field: string): string {
    return this.optionalText(field) ?? '';
  }

  optionalFlag(field: string): boolean | undefined {
    const value = this.take(field);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    this.problem(field, 'is neither true nor false');
    return undefined;
  }

  /** A plain bool field. */
  flag(field: string): boolean {
    return this.optionalFlag(field) ?? false;
  }

  /** A BoolValue; one that says what is the case anyway is kept for the export. */
  wrappedFlag(field: string, standard: boolean): boolean {
    const value = this.optionalFlag(field);
    return value === undefined ? standard : this.#keepDefault(field, value, value, standard);
  }

  optionalReal(field: string): number | undefined {
    const value = this.take(field);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.problem(field, 'is not a number');
    return undefined;
  }

  /** A double or float field; absent is 0. */
  real(field: string): number {
    return this.optionalReal(field) ?? 0;
  }

  /** A double inside a message that may be absent; one that says the default is kept for the export. */
  wrappedReal(field: string, standard: number): number {
    const raw = this.#fields.get(field);
    const value = this.optionalReal(field);
    return value === undefined || raw === undefined ? standard : this.#keepDefault(field, raw, value, standard);
  }

  /** A signed integer of any width; absent is undefined. Values beyond 2^53 lose precision. */
  optionalInteger(field: string): number | undefined {
    const value = this.optionalReal(field);
    if (value === undefined || Number.isInteger(value)) return value;
    this.problem(field, 'is not an integer');
    return undefined;
  }

  optionalCount(field: string): number | undefined {
    const value = this.optionalInteger(field);
    if (value === undefined || value >= 0) return value;
    this.problem(field, 'is negative');
    return undefined;
  }

  /** An unsigned integer field; absent is 0. */
  count(field: string): number {
    return this.optionalCount(field) ?? 0;
  }

  /** A UInt32Value or UInt64Value; one that says the default is kept for the export. */
  wrappedCount(field: string, standard: number): number {
    const raw = this.#fields.get(field);
    const value = this.optionalCount(field);
    return value === undefined || raw === undefined ? standard : this.#keepDefault(field, raw, value, standard);
  }

  /** A google.protobuf.Duration in nanoseconds: `1.5s`, or seconds and nanos. */
  optionalDuration(field: string): Ns | undefined {
    const value = this.take(field);
    if (value === undefined) return undefined;
    if (isJsonObject(value)) {
      const parts = new MessageReader(this.#log, value, this.pathOf(field));
      return (parts.optionalInteger('seconds') ?? 0) * NS_PER_S + (parts.optionalInteger('nanos') ?? 0);
    }
    const parsed = typeof value === 'string' ? parseProtoDuration(value) : undefined;
    if (parsed?.ok) return parsed.value;
    this.problem(field, 'is not a duration such as "1.5s"');
    return undefined;
  }

  /** A Duration; one that says the default is kept for the export. */
  duration(field: string, standardNs: Ns): Ns {
    const raw = this.#fields.get(field);
    const value = this.optionalDuration(field);
    return value === undefined || raw === undefined ? standardNs : this.#keepDefault(field, raw, value, standardNs);
  }

  optionalChoice<T extends string>(field: string, names: readonly T[]): T | undefined {
    const value = this.take(field);
    if (value === undefined) return undefined;
    const name =
      typeof value === 'number'
        ? names[value]
        : names.find((known) => known.toUpperCase() === String(value).toUpperCase());
    if (name === undefined) this.problem(field, `is none of ${names.join(', ')}`);
    return name;
  }

  /** An enum field: its value names in the order of their numbers, from 0, which is the default. */
  choice<const T extends readonly [string, ...string[]]>(field: string, names: T): T[number] {
    return this.optionalChoice<T[number]>(field, names) ?? names[0];
  }

  #object(field: string): JsonObject | undefined {
    const value = this.take(field);
    if (value === undefined || isJsonObject(value)) return value;
    this.problem(field, 'is not an object');
    return undefined;
  }

  /** A google.protobuf.Struct or any object that is only carried along. */
  object(field: string): JsonObject | undefined {
    return this.#object(field);
  }

  /** A message field. What nobody takes of it becomes part of this reader's rest, unless it is finished on its own. */
  message(field: string, name?: MessageName): MessageReader | undefined {
    const value = this.#object(field);
    if (value === undefined) return undefined;
    const reader = new MessageReader(this.#log, value, this.pathOf(field), name);
    this.#children.push({ field, reader });
    return reader;
  }

  /** A reader of a field that was taken as it stands; it is not part of this reader's rest. */
  child(field: string, value: JsonObject, name?: MessageName): MessageReader {
    return new MessageReader(this.#log, value, this.pathOf(field), name);
  }

  /** The message of a field that several decoders read a part of: always the same reader. */
  inside(field: string, name?: MessageName): MessageReader | undefined {
    const child = this.#children.find((known) => known.field === field);
    return child === undefined ? this.message(field, name) : child.reader;
  }

  /** A message whose presence says something even if it is empty. */
  messageOrPresent(field: string, name?: MessageName): MessageReader | undefined {
    const value = this.#object(field);
    if (value === undefined) return undefined;
    const reader = new MessageReader(this.#log, value, this.pathOf(field), name);
    if (!reader.isEmpty) this.#children.push({ field, reader });
    return reader;
  }

  /** A message whose presence is all that it says. Fields in it are reported and kept. */
  present(field: string, name?: MessageName): boolean {
    return this.messageOrPresent(field, name) !== undefined;
  }

  /** A repeated field; a single value stands for a list of one. */
  list(field: string): readonly JsonValue[] {
    const value = this.take(field);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  /** A repeated message field. */
  messages(field: string, name?: MessageName): MessageReader[] {
    const readers: MessageReader[] = [];
    for (const [index, item] of this.list(field).entries()) {
      const path = `${this.pathOf(field)}[${index}]`;
      if (isJsonObject(item)) readers.push(new MessageReader(this.#log, item, path, name));
      else this.#log.problem(path, 'is not an object');
    }
    return readers;
  }

  texts(field: string): string[] {
    const texts: string[] = [];
    for (const [index, item] of this.list(field).entries()) {
      if (typeof item === 'string') texts.push(item);
      else if (typeof item === 'number' || typeof item === 'boolean') texts.push(String(item));
      else this.problem(`${field}[${index}]`, 'is not a text');
    }
    return texts;
  }

  counts(field: string): number[] {
    const counts: number[] = [];
    for (const [index, item] of this.list(field).entries()) {
      const count = typeof item === 'string' && item !== '' ? Number(item) : item;
      if (typeof count === 'number' && Number.isInteger(count)) counts.push(count);
      else this.problem(`${field}[${index}]`, 'is not an integer');
    }
    return counts;
  }

  /** A map field with message values, in the order of the source. */
  entries(field: string, name?: MessageName): (readonly [key: string, reader: MessageReader])[] {
    const map = this.#object(field) ?? {};
    const entries: (readonly [string, MessageReader])[] = [];
    for (const [key, value] of Object.entries(map)) {
      const path = `${this.pathOf(field)}["${key}"]`;
      if (isJsonObject(value)) entries.push([key, new MessageReader(this.#log, value, path, name)]);
      else this.#log.problem(path, 'is not an object');
    }
    return entries;
  }

  /** An Any field. */
  any(field: string): AnyValue | undefined {
    const value = this.#object(field);
    return value === undefined ? undefined : this.anyAt(value, this.pathOf(field));
  }

  /** The Any that stands at `path`. */
  anyAt(value: JsonValue, path: string): AnyValue | undefined {
    const { '@type': typeUrl, ...config } = isJsonObject(value) ? value : {};
    if (typeof typeUrl !== 'string') {
      this.#log.problem(path, 'has no @type');
      return undefined;
    }
    return { typeUrl, type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1), config, path };
  }

  /** A reader of an Any's message. */
  open(any: AnyValue, name?: MessageName): MessageReader {
    return new MessageReader(this.#log, any.config, any.path, name);
  }

  /**
   * Reports the fields that nobody took: not simulated if the upstream message has them, a mistake otherwise. Returns them, and the kept
   * ones, as the `extra` of the node.
   */
  finish(): JsonObject | undefined {
    this.#finished = true;
    const rest: Record<string, JsonValue> = Object.fromEntries(this.#kept);
    for (const [field, value] of this.#fields) {
      if (this.#name === undefined || hasField(this.#name, field)) this.#log.notSimulated(this.pathOf(field));
      else this.problem(field, `is not a field of ${this.#name}`);
      rest[field] = value;
    }
    for (const { field, reader } of this.#children) {
      if (reader.#finished) continue;
      const empty = reader.isEmpty;
      const inner = reader.finish();
      if (inner !== undefined || empty) rest[field] = inner ?? {};
    }
    return Object.keys(rest).length === 0 ? undefined : rest;
  }

  /** `finish` in the form that is spread into a node. */
  extra(): { readonly extra?: JsonObject } {
    const extra = this.finish();
    return extra === undefined ? {} : { extra };
  }
}
