import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderMap } from './header-map';

const fields = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'X-C', 'd'), fc.string({ maxLength: 4 })), { maxLength: 6 });

describe('HeaderMap', () => {
  it('keeps several values of a name in their order and joins them for matching', () => {
    const headers = HeaderMap.of([
      ['Accept', 'a'],
      ['x', '1'],
      ['accept', 'b'],
    ]);
    expect(headers.get('accept')).toBe('a,b');
    expect(headers.first('accept')).toBe('a');
    expect(headers.getAll('accept')).toEqual(['a', 'b']);
    expect(headers.get('missing')).toBeUndefined();
    expect(headers.size).toBe(3);
  });

  it('replaces all values by one in place, and adds new names at the end', () => {
    const headers = HeaderMap.of([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ]);
    expect(headers.with('a', '9').entries()).toEqual([
      ['a', '9'],
      ['b', '2'],
    ]);
    expect(headers.with('c', '9').entries().at(-1)).toEqual(['c', '9']);
    expect(headers.withAppended('a', '9').getAll('a')).toEqual(['1,9', '3']);
    expect(headers.withAppended('c', '9').get('c')).toBe('9');
  });

  it('never changes the map that it was made from', () => {
    fc.assert(
      fc.property(fields, (entries) => {
        const headers = HeaderMap.of(entries);
        const before = headers.key();
        headers.with('a', 'z');
        headers.withAdded('b', 'z');
        headers.withAppended('a', 'z');
        headers.without('d');
        expect(headers.key()).toBe(before);
      }),
    );
  });

  it('has equal keys exactly for equal fields in equal order', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const a = HeaderMap.of(one);
        const b = HeaderMap.of(other);
        expect(a.key() === b.key()).toBe(JSON.stringify(a.entries()) === JSON.stringify(b.entries()));
      }),
    );
  });

  it('shares itself where nothing is removed', () => {
    const headers = HeaderMap.of([['a', '1']]);
    expect(headers.without('b')).toBe(headers);
    expect(headers.without('a')).toBe(HeaderMap.empty);
  });
});
