let lastId = 0;
const ids = new WeakMap<object, number>();

/** A number that stands for the very object, for keys. It never leaves the compiler. */
export function idOf(value: object | undefined): number {
  if (value === undefined) return 0;
  const known = ids.get(value);
  if (known !== undefined) return known;
  lastId += 1;
  ids.set(value, lastId);
  return lastId;
}

export function idsOf(values: readonly object[]): string {
  return values.map(idOf).join();
}

/**
 * What is worked out at most once for a key. The key says everything that the value is made from, so that one compilation
 * may take over values of the one before; what is not asked for again is forgotten.
 */
export class Memo<T> {
  readonly #values = new Map<string, T>();
  readonly #before: ReadonlyMap<string, T> | undefined;

  constructor(previous?: Memo<T>) {
    this.#before = previous === undefined ? undefined : previous.#values;
  }

  get(key: string, make: () => T): T {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = this.#before?.get(key) ?? make();
    this.#values.set(key, value);
    return value;
  }

  values(): Iterable<T> {
    return this.#values.values();
  }
}

function sameEntries<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

/** Lists by key. A list with the entries of the one before is that one, so that nobody has to look into it again. */
export class ListMemo<T> {
  readonly #values = new Map<string, readonly T[]>();
  readonly #before: ReadonlyMap<string, readonly T[]> | undefined;

  constructor(previous?: ListMemo<T>) {
    this.#before = previous === undefined ? undefined : previous.#values;
  }

  get(key: string, make: () => readonly T[]): readonly T[] {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const made = make();
    const before = this.#before?.get(key);
    const value = before !== undefined && sameEntries(before, made) ? before : made;
    this.#values.set(key, value);
    return value;
  }
}
