import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 10;

/** Waits until the condition gives a value, and fails with `what` when it does not within the limit. */
export async function until<T>(
  what: string,
  limitMs: number,
  condition: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined) return value;
    if (performance.now() > endMs) throw new Error(`${what} did not happen within ${limitMs} ms`);
    await delay(INTERVAL_MS);
  }
}
