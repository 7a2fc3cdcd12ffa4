import { type Ns, parseProtoDuration } from '../../../base';
import type { JsonObject, JsonValue } from '../../../xds';

// Fields of protojson that the intermediate representation keeps as they were written.

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A field by its camel-case name; protojson may write it in either of its two spellings. */
export function fieldOf(object: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(object) ? (object[name] ?? object[snakeCase(name)]) : undefined;
}

const INTEGER = /^-?\d+$/;

export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function stringsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

export function textOf(object: JsonValue | undefined, name: string): string {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? value : '';
}

/** Protojson writes integers of 64 bits as texts. */
export function numberOf(object: JsonValue | undefined, name: string, fallback: number): number {
  const value = fieldOf(object, name);
  if (typeof value === 'string' && INTEGER.test(value)) return Number(value);
  return typeof value === 'number' ? value : fallback;
}

export function flagOf(object: JsonValue | undefined, name: string, fallback: boolean): boolean {
  const value = fieldOf(object, name);
  return typeof value === 'boolean' ? value : fallback;
}

/** A duration such as "0.5s" in nanoseconds. */
export function durationNsOf(object: JsonValue | undefined, name: string): Ns | undefined {
  const text = textOf(object, name);
  const parsed = text === '' ? undefined : parseProtoDuration(text);
  return parsed?.ok === true ? parsed.value : undefined;
}
