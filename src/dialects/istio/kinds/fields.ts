/** Sorts of field that the kinds of this folder share, over the vocabulary of the configuration floor. */
import {
  integer,
  type ListOptions,
  list,
  type MapOptions,
  map,
  type NumberOptions,
  port,
  type Schema,
  type TextOptions,
  text,
} from '../../../config';

/** Largest value of a signed 32-bit field. */
export const INT32_MAX = 2_147_483_647;
/** Largest value of an unsigned 32-bit field. */
export const UINT32_MAX = 4_294_967_295;

/** A signed 32-bit integer. */
export function int32(doc: string, options?: NumberOptions): Schema<number> {
  return integer(doc, { min: -INT32_MAX - 1, max: INT32_MAX, ...options });
}

/** An unsigned 32-bit integer. */
export function uint32(doc: string, options?: NumberOptions): Schema<number> {
  return integer(doc, { min: 0, max: UINT32_MAX, ...options });
}

/** A port that may be 0: upstream cannot tell 0 from "not set", or gives 0 a meaning of its own. */
export function portOrZero(doc: string): Schema<number> {
  return port(doc, { min: 0 });
}

/** A list of strings. */
export function texts(doc: string, items?: TextOptions, options?: ListOptions): Schema<readonly string[]> {
  return list(doc, text(doc, items), options);
}

/** An object with free keys and string values. */
export function textMap(
  doc: string,
  options?: MapOptions,
  values?: TextOptions,
): Schema<Readonly<Record<string, string>>> {
  return map(doc, text(doc, values), options);
}
