import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../diagnostics/catalogue';
import { CONFIG_ENTRIES } from '../diagnostics/config-catalogue';
import { ParseCache } from './parse-cache';
import { MAX_FILE_CHARACTERS, MAX_FILE_VALUES, MAX_TEXT_PROBLEMS, parseYamlFile } from './parse-file';

const CATALOGUE = createCatalogue(CONFIG_ENTRIES);

function parse(text: string) {
  return parseYamlFile({ path: 'x.yaml', text }, CATALOGUE);
}

/** Code and place of each finding: `MW0003 2:1`. */
function findings(text: string): readonly string[] {
  return parse(text).diagnostics.map(
    ({ code, range }) => `${code} ${range?.start.line ?? 0}:${range?.start.column ?? 0}`,
  );
}

function jsonOf(text: string): readonly unknown[] {
  return parse(text).documents.map((document) => document.json);
}

describe('documents of a stream', () => {
  it('cuts at every marker', () => {
    expect(jsonOf('a: 1\n---\nb: 2\n--- # third\nc: 3\n')).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
    expect(jsonOf('---\na: 1\n...\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(jsonOf('a: |\n  x\n---\nb: 1')).toEqual([{ a: 'x\n' }, { b: 1 }]);
    expect(jsonOf('a: --- x\nb:\n  ---\n')).toEqual([{ a: '--- x', b: '---' }]);
  });

  it('has no document in an empty text', () => {
    expect(jsonOf('')).toEqual([]);
    expect(jsonOf('\n# only a comment\n')).toEqual([]);
    expect(jsonOf('---\n---\na: 1')).toEqual([null, { a: 1 }]);
  });

  it('reads what kubectl reads', () => {
    expect(jsonOf('a: yes\n"b": "yes"\non: 1\n7: x\nmode: 0644\nv: !!str 12\nw: !!int "3"\n')).toEqual([
      { a: true, b: 'yes', true: 1, '7': 'x', mode: 420, v: '12', w: 3 },
    ]);
  });

  it('reads a byte order mark, carriage returns and JSON with tabs', () => {
    expect(jsonOf('\ufeffa: 1\r\nb: 2\r\n')).toEqual([{ a: 1, b: 2 }]);
    expect(jsonOf('{"a":\n\t{"b": [1, "x"]}}')).toEqual([{ a: { b: [1, 'x'] } }]);
  });

  it('follows anchors, aliases and merge keys', () => {
    expect(jsonOf('a: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  c: 3\nf: {<<: [*x, {g: 4}]}\n')).toEqual([
      { a: { b: 1, c: 2 }, d: { b: 1, c: 2 }, e: { b: 1, c: 3 }, f: { b: 1, c: 2, g: 4 } },
    ]);
  });

  it('keeps a field named __proto__ from doing harm', () => {
    const [json] = jsonOf('__proto__: {polluted: true}\n');
    expect(Object.keys(json as object)).toEqual(['__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('findings about the text', () => {
  it.each([
    ['a tab as indentation', 'a:\n\tb: 1\n', ['MW0003 2:1']],
    ['bad indentation', 'a:\n  b: 1\n c: 2\n', ['MW0004 3:1']],
    ['a bracket that stays open', 'a: [1, 2\n', ['MW0012 2:1']],
    ['a quote that stays open', 'a: "x\n', ['MW0012 2:1']],
    ['a second colon', 'a: b: c\n', ['MW0015 1:4']],
    ['a missing colon', 'a: 1\nkind Service\nb: 2\n', ['MW0016 2:1']],
    ['a reserved character', 'a: @b\n', ['MW0017 1:4']],
    ['a key written twice', 'a: 1\nb: 2\na: 3\n', ['MW0002 3:1']],
    ['an alias without anchor', 'a: *x\n', ['MW0008 1:4']],
    ['an alias of what is around it', 'a: &x [*x]\n', ['MW0014 1:8']],
    ['a key that is a list', '? [a]\n: b\n', ['MW0010 1:3']],
    ['a merge of a text', 'a: {<<: x}\n', ['MW0011 1:5']],
    ['a binary file', 'a\u0000b\n', ['MW0007 1:2']],
    ['a directive that leads nowhere', '%YAML\n', ['MW0001 1:1']],
  ])('tells of %s', (_what, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it('keeps the other documents when one is broken', () => {
    const parsed = parse('a: 1\n---\nb: [\n---\nc: 3\n');
    expect(parsed.documents.map((document) => document.json)).toEqual([{ a: 1 }, null, { c: 3 }]);
    expect(parsed.diagnostics.map((found) => found.range?.start.line)).toEqual([4]);
  });

  it('refuses a file that is too long, without reading it', () => {
    const parsed = parse('a: b\n'.repeat(1_000_000));
    expect(parsed.documents).toEqual([]);
    expect(parsed.diagnostics.map((found) => found.code)).toEqual(['MW0006']);
    expect(5_000_000).toBeGreaterThan(MAX_FILE_CHARACTERS);
  });

  it('refuses a bomb of aliases', () => {
    let bomb = 'a: &a [x, x, x, x, x, x, x, x, x, x]\n';
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'] as const) {
      bomb += `${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]\n`;
    }
    expect(findings(bomb)).toEqual([expect.stringMatching(/^MW0005 [45]:/)]);
  });

  it('refuses values that are nested too deeply, in brackets and in blocks', () => {
    expect(parse('['.repeat(200_000)).diagnostics[0]?.code).toBe('MW0009');
    expect(parse(`${'['.repeat(200)}${']'.repeat(200)}`).diagnostics.map((found) => found.code)).toEqual(['MW0009']);
    expect(parse('- '.repeat(200_000)).diagnostics[0]?.code).toBe('MW0009');
  });

  it('refuses at once what would take seconds to parse, at the line where it is too much', () => {
    expect(findings('- a\n'.repeat(400_000))).toEqual([`MW0018 ${MAX_FILE_VALUES / 2}:2`]);
    expect(parse(`a: [${'1,'.repeat(400_000)}1]`).diagnostics[0]?.code).toBe('MW0018');
    expect(parse(`a: |\n${'  - [1, 2, 3]\n'.repeat(100_000)}`).diagnostics).toEqual([]);
  });

  it('stops listing after a hundred', () => {
    const parsed = parse('a: 1\na: 2\n---\n'.repeat(500));
    expect(parsed.diagnostics).toHaveLength(MAX_TEXT_PROBLEMS + 1);
    expect(parsed.diagnostics.at(-1)?.code).toBe('MW0013');
  });

  it('never throws, and gives every finding a place inside the text', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '- ',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&x ',
      '*x',
      '!t ',
      '|',
      '>',
      '#',
      '%',
      '\t',
      '---\n',
      '...\n',
      '<<: ',
      '? ',
      '\u0000',
      '\ufeff',
      '\\',
      ',',
      '1',
      'yes',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        for (const { range } of parse(text).diagnostics) {
          expect(range?.start.offset).toBeLessThanOrEqual(text.length);
          expect(range?.end.offset).toBeGreaterThanOrEqual(range?.start.offset ?? 0);
          expect(range?.end.offset).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('places of values', () => {
  const TEXT = `# head
a:
  b: 1 # one
  list:
  - x: "two words"
    w:
  - {z: 3}
  text: |
    line
# tail
c: &c
  d: 4
e: *c
f:
  <<: *c
`;

  function sliceOf(path: readonly (string | number)[], offset = 0): string {
    const text = 'x: 0\n---\n'.repeat(offset) + TEXT;
    const range = parse(text).documents[offset]?.rangeOf(path);
    return text.slice(range?.start.offset, range?.end.offset);
  }

  it.each([
    [['a', 'b'], '1'],
    [['a', 'list'], '- x: "two words"\n    w:\n  - {z: 3}'],
    [['a', 'list', 0, 'x'], '"two words"'],
    [['a', 'list', 0], 'x: "two words"\n    w'],
    [['a', 'list', 1], '{z: 3}'],
    [['a', 'list', 1, 'z'], '3'],
    [['c'], 'd: 4'],
    [['e', 'd'], '4'],
    [['f', 'd'], '4'],
    [['a', 'missing', 'deeper'], 'b: 1 # one\n  list:\n  - x: "two words"\n    w:\n  - {z: 3}\n  text: |\n    line\n'],
    [['a', 'list', 0, 'w'], 'w'],
  ])('finds %j', (path, expected) => {
    expect(sliceOf(path)).toBe(expected);
    expect(sliceOf(path, 2)).toBe(expected);
  });

  it('finds keys', () => {
    const document = parse(TEXT).documents[0];
    expect(document?.keyRangeOf(['a', 'list'])?.start).toEqual({ line: 4, column: 3, offset: 25 });
    expect(document?.keyRangeOf(['a', 'nothing'])).toBeUndefined();
    expect(document?.keyRangeOf(['a', 'list', 1])?.start).toEqual({ line: 7, column: 6, offset: 62 });
    expect(document?.keyRangeOf([])?.start).toEqual({ line: 2, column: 1, offset: 7 });
    expect(document?.keyRangeOf(['a', 'list', 5])).toBeUndefined();
  });
});

describe('cache', () => {
  it('gives the same documents at their new places', () => {
    const cache = new ParseCache();
    const first = parseYamlFile({ path: 'x', text: 'a: 1\n---\nb: 2\n' }, CATALOGUE, cache);
    cache.beginRound();
    const second = parseYamlFile({ path: 'x', text: '# moved\n\na: 1\n---\nb: 2\n' }, CATALOGUE, cache);
    expect(second.documents[1]?.parsed).toBe(first.documents[1]?.parsed);
    expect(second.documents[1]?.rangeOf(['b']).start.line).toBe(5);
  });

  it('forgets what nobody asked for in a whole round', () => {
    const cache = new ParseCache();
    parseYamlFile({ path: 'x', text: 'a: 1' }, CATALOGUE, cache);
    cache.beginRound();
    cache.beginRound();
    expect(cache.get('a: 1')).toBeUndefined();
  });
});
