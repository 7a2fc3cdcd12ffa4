// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDraft, sameFiles } from './drafts';
import { joinManifests } from './export-files';
import { decodeText } from './import-files';
import { cutText } from './monaco/cut-text';
import { isServed } from './monaco/text-limits';

describe('drafts', () => {
  const draft = { version: 1, files: [{ path: 'a', text: 'b' }], applied: [], activePath: 'a' };

  test('are read back as they were written', () => {
    expect(decodeDraft(structuredClone(draft))).toEqual(draft);
  });

  test.each([
    [undefined],
    [null],
    ['text'],
    [{ ...draft, version: 2 }],
    [{ ...draft, files: [{ path: '', text: '' }] }],
    [{ ...draft, files: [{ path: 'a' }] }],
    [{ ...draft, files: 'a' }],
    [{ ...draft, activePath: 3 }],
  ])('%j is none', (value) => {
    expect(decodeDraft(value)).toBeUndefined();
  });

  test('compare by path, text and order', () => {
    const [a, b] = [
      { path: 'a', text: '1' },
      { path: 'b', text: '2' },
    ];
    expect(sameFiles([a, b], [{ ...a }, { ...b }])).toBe(true);
    expect(sameFiles([a, b], [b, a])).toBe(false);
    expect(sameFiles([a], [a, b])).toBe(false);
  });
});

test('manifests are joined as one stream, empty ones left out', () => {
  const files = [
    { path: 'a.yaml', text: '---\nkind: A' },
    { path: 'empty.yaml', text: ' \n' },
    { path: 'b.yaml', text: 'kind: B\n---\nkind: C\n' },
  ];
  expect(joinManifests(files)).toBe('---\n# a.yaml\nkind: A\n---\n# b.yaml\nkind: B\n---\nkind: C\n');
});

test('pieces of a text are the text, and no character and no line end is cut', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', '\r\n', '\n', '😀', 'ß', '\r'), maxLength: 60 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, size) => {
      const pieces = cutText(text, size);
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces.slice(0, -1)) {
        expect(piece.length).toBeGreaterThanOrEqual(Math.min(size, piece.length));
        expect(piece).not.toMatch(/[\ud800-\udbff]$/);
      }
      for (const [index, piece] of pieces.entries()) {
        if (pieces[index - 1]?.endsWith('\r') === true) expect(piece.startsWith('\n')).toBe(false);
      }
    }),
  );
});

describe('the YAML service', () => {
  test.each([
    ['a manifest', 'a: b\n'.repeat(100), true],
    ['very long text', 'a: b\n'.repeat(100_000), false],
    ['a very long line', `a: ${'x'.repeat(30_000)}`, false],
    ['control characters', 'a: \u0001', false],
    ['many aliases', `a: &a 1\nb: [${'*a, '.repeat(300)}]`, false],
    ['a few aliases', 'a: &a 1\nb: *a\n', true],
    ['stars that are no aliases', `# ${'**bold** '.repeat(300)}`, true],
  ])('%s', (_name, text, served) => {
    expect(isServed(text)).toBe(served);
  });
});

test('files are read by their mark, else as UTF-8', () => {
  expect(decodeText(new TextEncoder().encode('ä: ö'))).toBe('ä: ö');
  expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x3a, 0))).toBe('a:');
  expect(decodeText(Uint8Array.of(0xfe, 0xff, 0, 0x61))).toBe('a');
  expect(decodeText(Uint8Array.of(0x7f, 0x45, 0x80))).toContain('\ufffd');
});
