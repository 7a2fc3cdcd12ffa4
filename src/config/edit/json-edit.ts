import type { ConfigPath } from '../object-ref';

/** A change of a JSON value. */
export type JsonEdit =
  | { readonly kind: 'set'; readonly path: ConfigPath; readonly value: unknown }
  | { readonly kind: 'remove'; readonly path: ConfigPath };

/** The value after the change; undefined when the path cannot be followed. */
export function applyToJson(json: unknown, change: JsonEdit): unknown {
  return applyAt(json, change.path, change);
}

function applyAt(json: unknown, path: ConfigPath, change: JsonEdit): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change.kind === 'set' ? change.value : undefined;
  if (Array.isArray(json)) return typeof step === 'number' ? applyInList(json, step, { rest, change }) : undefined;
  if (typeof json === 'object' && json !== null) return applyInObject({ ...json }, String(step), { rest, change });
  // Nothing stands here yet: a set makes what is missing.
  if (json !== null && json !== undefined) return undefined;
  if (change.kind === 'remove') return undefined;
  return typeof step === 'number' ? applyInList([], step, { rest, change }) : applyInObject({}, step, { rest, change });
}

interface Deeper {
  readonly rest: ConfigPath;
  readonly change: JsonEdit;
}

function applyInList(list: readonly unknown[], step: number, deeper: Deeper): unknown {
  if (step < 0 || step > list.length) return undefined;
  const isLastStep = deeper.rest.length === 0;
  if (deeper.change.kind === 'remove' && isLastStep) return step < list.length ? list.toSpliced(step, 1) : undefined;
  const value = applyAt(list[step], deeper.rest, deeper.change);
  return value === undefined ? undefined : list.toSpliced(step, 1, value);
}

function applyInObject(object: Record<string, unknown>, step: string, deeper: Deeper): unknown {
  const exists = Object.hasOwn(object, step);
  if (deeper.change.kind === 'remove' && deeper.rest.length === 0) {
    if (!exists) return undefined;
    delete object[step];
    return object;
  }
  const value = applyAt(exists ? object[step] : undefined, deeper.rest, deeper.change);
  if (value === undefined) return undefined;
  object[step] = value;
  return object;
}

/**
 * The smallest changes that turn `from` into `to`: fields that are equal are left alone, so that their text and comments
 * stay. Items of lists are compared by position.
 */
export function differences(from: unknown, to: unknown, path: ConfigPath): readonly JsonEdit[] {
  if (jsonEquals(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to) && from.length > 0 && to.length > 0) {
    const edits: JsonEdit[] = [];
    for (const [index, item] of to.entries()) {
      if (index < from.length) edits.push(...differences(from[index], item, [...path, index]));
      else edits.push({ kind: 'set', path: [...path, index], value: item });
    }
    for (let index = from.length - 1; index >= to.length; index--)
      edits.push({ kind: 'remove', path: [...path, index] });
    return edits;
  }
  if (!isPlainObject(from) || !isPlainObject(to) || !Object.keys(from).some((key) => Object.hasOwn(to, key))) {
    return [{ kind: 'set', path, value: to }];
  }
  const removed = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  return [
    ...Object.keys(to).flatMap((key): readonly JsonEdit[] =>
      Object.hasOwn(from, key)
        ? differences(from[key], to[key], [...path, key])
        : [{ kind: 'set', path: [...path, key], value: to[key] }],
    ),
    ...removed.map((key): JsonEdit => ({ kind: 'remove', path: [...path, key] })),
  ];
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two JSON values say the same; the order of fields does not count. */
export function jsonEquals(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && jsonEquals(Reflect.get(a, key), Reflect.get(b, key)));
}
