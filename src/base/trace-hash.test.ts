import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceHash } from './trace-hash';

function digestOf(values: readonly number[]): string {
  const hash = new TraceHash();
  for (const value of values) hash.addNumber(value);
  return hash.digest();
}

describe('TraceHash', () => {
  it('has a fixed digest for a fixed sequence', () => {
    const hash = new TraceHash();
    expect(hash.digest()).toBe('ab5f10c6374c4bdd');
    hash.addEvent(1_500_000_000_123, 7, 1, -2, 3);
    hash.addNumber(0.1);
    hash.addString('reviews-v2');
    expect(hash.digest()).toBe('59030380303b9e64');
  });

  it('sees every value and every order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 20, size: 'max' }),
        fc.nat(),
        (values, pick) => {
          const at = pick % values.length;
          const changed = values.with(at, (values[at] ?? 0) === 42 ? 43 : 42);
          expect(digestOf(changed)).not.toBe(digestOf(values));
          expect(digestOf([...values, 0])).not.toBe(digestOf(values));
          const swapped = values.toReversed();
          if (swapped.some((value, i) => value !== values[i])) expect(digestOf(swapped)).not.toBe(digestOf(values));
        },
      ),
    );
  });

  it('takes -0 as 0 and every NaN as one NaN', () => {
    expect(digestOf([-0])).toBe(digestOf([0]));
    const strangeNan = new Float64Array(new Uint32Array([1, 0xfff80001]).buffer)[0] ?? 0;
    expect(digestOf([strangeNan])).toBe(digestOf([Number.NaN]));
  });

  it('notices each field of an event', () => {
    const base = [5_000_000_000, 1, 2, 3, 4] as const;
    const digest = (event: readonly [number, number, number, number, number]): string => {
      const hash = new TraceHash();
      hash.addEvent(...event);
      return hash.digest();
    };
    const digests = new Set([digest(base)]);
    digests.add(digest([5_000_000_001, 1, 2, 3, 4]));
    digests.add(digest([5_000_000_000 + 0x100000000, 1, 2, 3, 4]));
    digests.add(digest([5_000_000_000, 2, 2, 3, 4]));
    digests.add(digest([5_000_000_000, 1, -2, 3, 4]));
    digests.add(digest([5_000_000_000, 1, 3, 2, 4]));
    digests.add(digest([5_000_000_000, 1, 2, 4, 3]));
    expect(digests.size).toBe(7);
  });

  it('has no collisions among many similar events', () => {
    const digests = new Set<string>();
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 100; j++) {
        const hash = new TraceHash();
        hash.addEvent(i, 1, j, 0, 0);
        digests.add(hash.digest());
      }
    }
    expect(digests.size).toBe(10_000);
  });

  it('goes on from a saved state', () => {
    const hash = new TraceHash();
    hash.addNumber(1);
    const state = hash.save();
    hash.addNumber(2);
    const expected = hash.digest();
    const other = new TraceHash();
    other.restore(state);
    other.addNumber(2);
    expect(other.digest()).toBe(expected);
  });
});
