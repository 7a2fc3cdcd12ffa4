import { formatProtoDuration, NS_PER_S, type Ns } from '../../base';
import type { JsonObject, JsonValue } from '../json-value';
import { isJsonObject } from './json-text';

/** Fields of a message in the making; undefined ones are left out, as protojson leaves out what is not set. */
export type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** A message of the given fields, completed by what the source said besides. */
export function message(fields: Fields, extra?: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) result[name] = value;
  }
  return extra === undefined ? result : withExtra(result, extra);
}

/** The fields of `extra` that `value` does not have, at every depth of objects. */
export function withExtra(value: JsonObject, extra: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...value };
  for (const [name, added] of Object.entries(extra)) {
    const own = result[name];
    if (own === undefined) result[name] = added;
    else if (isJsonObject(own) && isJsonObject(added)) result[name] = withExtra(own, added);
  }
  return result;
}

/** `message`, or undefined when nothing is set in it. */
export function messageIfAny(fields: Fields, extra?: JsonObject): JsonObject | undefined {
  const result = message(fields, extra);
  return Object.keys(result).length === 0 ? undefined : result;
}

/** A text, left out when empty. */
export function text(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** A bool, left out when false. */
export function flag(value: boolean | undefined): boolean | undefined {
  return value === true ? true : undefined;
}

/** A number, left out when 0. */
export function count(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

/** Any scalar, left out when it is the default. */
export function unless<T extends JsonValue>(value: T, standard: T): T | undefined {
  return value === standard ? undefined : value;
}

/** A list, left out when empty. */
export function list(values: readonly JsonValue[] | undefined): readonly JsonValue[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values;
}

/** The items encoded one by one, left out when there are none. */
export function each<T>(values: readonly T[] | undefined, encode: (value: T) => JsonValue): JsonValue | undefined {
  return values === undefined || values.length === 0 ? undefined : values.map(encode);
}

/** An object, left out when it has no keys. */
export function object(value: JsonObject | undefined): JsonObject | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}

/** Beyond this a double no longer knows single nanoseconds, so that only whole seconds are written. */
const EXACT_NS = 9_007_199_254_740_991;

/** A google.protobuf.Duration. */
export function duration(valueNs: Ns): string {
  if (Math.abs(valueNs) > EXACT_NS) return `${Math.round(valueNs / NS_PER_S)}s`;
  return formatProtoDuration(valueNs);
}

export function optionalDuration(valueNs: Ns | undefined): string | undefined {
  return valueNs === undefined ? undefined : duration(valueNs);
}

export function durationUnless(valueNs: Ns, standardNs: Ns): string | undefined {
  return valueNs === standardNs ? undefined : duration(valueNs);
}

const TWO_TO_63 = 0x8000000000000000;

/** A 64-bit integer, which protojson writes as a text. */
export function int64(value: number): string {
  return value >= TWO_TO_63 ? '9223372036854775807' : BigInt(value).toString();
}

/** A 64-bit integer, left out when 0. */
export function int64Count(value: number | undefined): string | undefined {
  return value === undefined || value === 0 ? undefined : int64(value);
}

/** An Any. */
export function any(type: string, config: JsonObject = {}): JsonObject {
  return { '@type': `type.googleapis.com/${type}`, ...config };
}

/** An Any whose type URL is kept as the source wrote it. */
export function anyOf(typeUrl: string, config: JsonValue): JsonObject {
  return isJsonObject(config) ? { '@type': typeUrl, ...config } : { '@type': typeUrl };
}

/** A named extension: filters, transport sockets, access loggers, predicates. */
export function extension(name: string, type: string, config: JsonObject = {}): JsonObject {
  return { name, typedConfig: any(type, config) };
}
