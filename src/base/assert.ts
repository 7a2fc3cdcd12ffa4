/** Thrown when an invariant of the program itself is broken. Assertions stay active in production builds. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Throws {@link AssertionError} unless `condition` holds. Pass a constant message: a template is built on every call,
 * also when the condition holds.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes an exhaustive `switch`: a compile error when a case is missing, an {@link AssertionError} when data lies about its type. */
export function assertNever(value: never, what = 'unexpected value'): never {
  throw new AssertionError(`${what}: ${String(value)}`);
}

/** Returns `value` as not null and not undefined, or throws {@link AssertionError}. */
export function assertDefined<T>(value: T, message: string): NonNullable<T> {
  if (value === undefined || value === null) throw new AssertionError(message);
  return value;
}
