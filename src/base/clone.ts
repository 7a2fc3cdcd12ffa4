import { AssertionError } from './assert';

type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

type Cloned = Map<object, unknown>;

function isTypedArray(value: object): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function remember<T extends object>(cloned: Cloned, original: object, copy: T): T {
  cloned.set(original, copy);
  return copy;
}

function cloneTypedArray(value: TypedArray): TypedArray {
  if (value.byteLength !== value.buffer.byteLength) throw new AssertionError('state holds a partial view of a buffer');
  return value.slice();
}

function cloneObject(value: object, cloned: Cloned): object {
  const seen = cloned.get(value);
  if (typeof seen === 'object' && seen !== null) return seen;
  if (isTypedArray(value)) return remember(cloned, value, cloneTypedArray(value));
  if (Array.isArray(value)) {
    const copy: unknown[] = remember(cloned, value, []);
    for (const item of value) copy.push(cloneValue(item, cloned));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Map.prototype && value instanceof Map) {
    const copy = remember(cloned, value, new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(cloneValue(key, cloned), cloneValue(item, cloned));
    return copy;
  }
  if (prototype === Set.prototype && value instanceof Set) {
    const copy = remember(cloned, value, new Set<unknown>());
    for (const item of value) copy.add(cloneValue(item, cloned));
    return copy;
  }
  if (prototype !== Object.prototype && prototype !== null) throw new AssertionError('state holds a class instance');
  const copy: Record<string, unknown> = remember(cloned, value, {});
  for (const [key, item] of Object.entries(value)) copy[key] = cloneValue(item, cloned);
  return copy;
}

function cloneValue(value: unknown, cloned: Cloned): unknown {
  if (typeof value === 'object' && value !== null) return cloneObject(value, cloned);
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new AssertionError(`state holds a ${typeof value}`);
  return value;
}

/**
 * Deep copy of engine state: primitives, plain objects, arrays, Map, Set and typed arrays. Two references to one object stay two references to one copy.
 * Functions, symbols, class instances and partial buffer views throw: state that must rewind is plain data.
 */
export function cloneState<T>(value: T): T;
export function cloneState(value: unknown): unknown {
  return cloneValue(value, new Map());
}
