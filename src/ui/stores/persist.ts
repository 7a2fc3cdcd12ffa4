/**
 * What the page remembers between visits, in the browser's own storage. Storage may be absent, full or forbidden
 * (private windows): then nothing is remembered and nothing breaks. What is read is unknown until its decoder accepts it.
 */

/** The stored value, or undefined when there is none that `decode` accepts. */
export function readStored<T>(key: string, decode: (value: unknown) => T | undefined): T | undefined {
  try {
    const text = globalThis.localStorage?.getItem(key);
    return text === null || text === undefined ? undefined : decode(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function writeStored(key: string, value: unknown): void {
  try {
    globalThis.localStorage?.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing is remembered; the page works the same.
  }
}

/** A plain object's own field, undefined for anything else. */
export function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** A finite number within the bounds, undefined for anything else. */
export function decodeNumber(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max ? value : undefined;
}
