import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToText, textToBase64 } from './base64';

describe('base64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
    ['Example text 1', 'RXhhbXBsZSB0ZXh0IDE='],
    ['grüße', 'Z3LDvMOfZQ=='],
  ])('%j is %j', (text, base64) => {
    expect(textToBase64(text)).toBe(base64);
    expect(base64ToText(base64)).toBe(text);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(base64ToText(textToBase64(text))).toBe(text);
      }),
    );
  });

  it.each(['a', '####', '/w=='])('%j is the base64 of no text', (base64) => {
    expect(base64ToText(base64)).toBeUndefined();
  });
});
