import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStrings, splitLast, splitOnce, stripPrefix, stripSuffix, utf8ByteLength, utf8Encode } from './text';

describe('text', () => {
  it('encodes every string as the platform encoder does, lone surrogates included', () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        (text) => {
          expect(utf8Encode(text)).toEqual(encoder.encode(text));
          expect(utf8ByteLength(text)).toBe(encoder.encode(text).length);
        },
      ),
    );
    expect(utf8Encode('a\u00e9\u20ac\ud83d\ude00\ud83d')).toEqual(encoder.encode('a\u00e9\u20ac\ud83d\ude00\ud83d'));
  });

  it('orders strings by code unit, not by locale', () => {
    expect(['b', 'a', 'B', '\u00e4', ''].toSorted(compareStrings)).toEqual(['', 'B', 'a', 'b', '\u00e4']);
    expect(compareStrings('x', 'x')).toBe(0);
  });

  it('splits at the first or the last separator', () => {
    expect(splitOnce('a=b=c', '=')).toEqual(['a', 'b=c']);
    expect(splitLast('a=b=c', '=')).toEqual(['a=b', 'c']);
    expect(splitOnce('abc', '=')).toBeUndefined();
    expect(splitLast('abc', '=')).toBeUndefined();
    expect(splitOnce('=', '=')).toEqual(['', '']);
  });

  it('strips what is there and says when it is not', () => {
    expect(stripPrefix('kubernetes://x', 'kubernetes://')).toBe('x');
    expect(stripPrefix('x', 'kubernetes://')).toBeUndefined();
    expect(stripSuffix('reviews.svc', '.svc')).toBe('reviews');
    expect(stripSuffix('reviews', '')).toBe('reviews');
    expect(stripSuffix('reviews', '.svc')).toBeUndefined();
  });
});
