import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigPath } from '../object-ref';
import { appendItem, removeField, setField } from './edit';
import { applyToJson, jsonEquals } from './json-edit';
import { findDocument } from './locate';

const REVIEWS = `# Split of the reviews
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews   # the name
spec:
  hosts:
  - reviews
  http:
  # first rule
  - match:
    - headers: {end-user: {exact: jason}}  # Jason only
    route:
    - destination:
        host: reviews
        subset: v2
      weight: 90 # most
    # the rest
    - destination:
        host: reviews
        subset: "v3"
      weight: 10
    timeout: 5s
# behind
`;

function text(result: ReturnType<typeof setField>): string {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('setField', () => {
  it('replaces a scalar and leaves its comment', () => {
    const edited = text(setField(REVIEWS, 0, ['spec', 'http', 0, 'route', 0, 'weight'], 50));
    expect(edited).toBe(REVIEWS.replace('weight: 90 # most', 'weight: 50 # most'));
  });

  it('keeps the quotes of a text', () => {
    const edited = text(setField(REVIEWS, 0, ['spec', 'http', 0, 'route', 1, 'destination', 'subset'], 'v1'));
    expect(edited).toBe(REVIEWS.replace('subset: "v3"', 'subset: "v1"'));
  });

  it('adds a field behind the last one', () => {
    const edited = text(setField(REVIEWS, 0, ['spec', 'http', 0, 'retries'], { attempts: 3, retryOn: '5xx' }));
    expect(edited).toBe(
      REVIEWS.replace('timeout: 5s\n', 'timeout: 5s\n    retries:\n      attempts: 3\n      retryOn: 5xx\n'),
    );
  });

  it('creates the objects on the way', () => {
    const edited = text(setField(REVIEWS, 0, ['metadata', 'labels', 'app'], 'reviews'));
    expect(edited).toBe(REVIEWS.replace('# the name\n', '# the name\n  labels:\n    app: reviews\n'));
  });

  it('changes inside brackets', () => {
    const path = ['spec', 'http', 0, 'match', 0, 'headers', 'end-user'];
    expect(text(setField(REVIEWS, 0, path, { prefix: 'j' }))).toBe(REVIEWS.replace('{exact: jason}', '{prefix: j}'));
  });

  it('keeps the comments of what stays when an object is set', () => {
    const path = ['spec', 'http', 0, 'route'];
    const route = [
      { destination: { host: 'reviews', subset: 'v2' }, weight: 70 },
      { destination: { host: 'reviews', subset: 'v3' }, weight: 30 },
    ];
    expect(text(setField(REVIEWS, 0, path, route))).toBe(
      REVIEWS.replace('weight: 90', 'weight: 70').replace('weight: 10', 'weight: 30'),
    );
  });

  it('quotes what would be read as something else', () => {
    const edited = text(setField('a: b\n', 0, ['a'], 'on'));
    expect(edited).toBe('a: "on"\n');
    expect(text(setField('a: b\n', 0, ['c'], '0644'))).toBe('a: b\nc: "0644"\n');
    expect(text(setField('a: b\n', 0, ['y'], 1))).toBe('a: b\n"y": 1\n');
  });

  it('turns an empty value into a block, below the comment of its line', () => {
    expect(text(setField('a: # why\nb: 1\n', 0, ['a', 'c'], 1))).toBe('a: # why\n  c: 1\nb: 1\n');
  });

  it('turns a scalar into a block and back', () => {
    const block = text(setField('a: 1 # why\nb: 1\n', 0, ['a'], { c: [1, { d: 2 }] }));
    expect(block).toBe('a: # why\n  c:\n    - 1\n    - d: 2\nb: 1\n');
    expect(text(setField(block, 0, ['a'], 1))).toBe('a: 1 # why\nb: 1\n');
  });

  it('edits the document it is told to', () => {
    const stream = 'a: 1\n---\n# second\na: 1\n---\na: 1';
    expect(text(setField(stream, 1, ['a'], 2))).toBe('a: 1\n---\n# second\na: 2\n---\na: 1');
    expect(text(setField(stream, 2, ['b'], 2))).toBe('a: 1\n---\n# second\na: 1\n---\na: 1\nb: 2');
  });

  it('says why it does nothing', () => {
    expect(setField('a: [', 0, ['a'], 1)).toEqual({ ok: false, error: 'no-document' });
    expect(setField('a: 1', 3, ['a'], 1)).toEqual({ ok: false, error: 'no-document' });
    expect(setField('a: 1', 0, ['a', 'b'], 1)).toEqual({ ok: false, error: 'no-such-path' });
    expect(setField('a: [1]', 0, ['a', 5], 1)).toEqual({ ok: false, error: 'no-such-path' });
    expect(setField('a: &x {b: 1}\nc: *x', 0, ['c', 'b'], 2)).toEqual({ ok: false, error: 'shared' });
  });

  it('writes texts of several lines as a literal block', () => {
    expect(text(setField('a: 1\n', 0, ['a'], 'one\ntwo\n'))).toBe('a: "one\\ntwo\\n"\n');
    expect(text(setField('a: 1\n', 0, ['b'], 'one\n\ntwo\n'))).toBe('a: 1\nb: |\n  one\n\n  two\n');
  });

  it('does not let a comment fall into a literal block', () => {
    expect(text(setField('a:\n- x # why\nb: 1\n', 0, ['a'], { c: 'one\ntwo' }))).toBe(
      'a:\n  c: "one\\ntwo" # why\nb: 1\n',
    );
  });

  it('keeps the line breaks of a file with carriage returns', () => {
    expect(text(setField('a: 1\r\nb: 2\r\n', 0, ['a'], 3))).toBe('a: 3\r\nb: 2\r\n');
  });
});

describe('removeField', () => {
  it('removes the lines of a field', () => {
    expect(text(removeField(REVIEWS, 0, ['spec', 'http', 0, 'timeout']))).toBe(
      REVIEWS.replace('    timeout: 5s\n', ''),
    );
  });

  it('keeps the dash when the first field goes', () => {
    expect(text(removeField('a:\n- b: 1\n  c: 2\n', 0, ['a', 0, 'b']))).toBe('a:\n- c: 2\n');
    expect(text(removeField('a:\n- b: 1 # x\n  c: 2\n', 0, ['a', 0, 'b']))).toBe('a:\n-  # x\n  c: 2\n');
  });

  it('leaves brackets when the last entry goes', () => {
    expect(text(removeField('a:\n  b: 1\nc: 1\n', 0, ['a', 'b']))).toBe('a: {}\nc: 1\n');
    expect(text(removeField('a:\n- 1\n', 0, ['a', 0]))).toBe('a: []\n');
  });

  it('removes from brackets', () => {
    expect(text(removeField('a: {b: 1, c: 2, d: 3}\n', 0, ['a', 'b']))).toBe('a: {c: 2, d: 3}\n');
    expect(text(removeField('a: {b: 1, c: 2, d: 3}\n', 0, ['a', 'd']))).toBe('a: {b: 1, c: 2}\n');
    expect(text(removeField('a: [1, 2]\n', 0, ['a', 1]))).toBe('a: [1]\n');
  });

  it('does not remove what comes from a merge key', () => {
    const merged = 'a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n';
    expect(removeField(merged, 0, ['c', 'b'])).toEqual({ ok: false, error: 'shared' });
    expect(text(setField(merged, 0, ['c', 'b'], 2))).toBe(`${merged}  b: 2\n`);
  });
});

describe('appendItem', () => {
  it('adds an item in the column of the others', () => {
    expect(text(appendItem('a:\n- 1 # one\nb: 2\n', 0, ['a'], { c: 1, d: 2 }))).toBe(
      'a:\n- 1 # one\n- c: 1\n  d: 2\nb: 2\n',
    );
    expect(text(appendItem('a:\n    - 1\n', 0, ['a'], 2))).toBe('a:\n    - 1\n    - 2\n');
    expect(text(appendItem('a: [1]\n', 0, ['a'], 2))).toBe('a: [1, 2]\n');
  });

  it('starts a list', () => {
    expect(text(appendItem('a:\n- x\nb: {}\n', 0, ['b', 'c'], 1))).toBe('a:\n- x\nb:\n  c:\n  - 1\n');
    expect(appendItem('a: 1\n', 0, ['a'], 1)).toEqual({ ok: false, error: 'no-such-path' });
  });
});

// Random documents in random layout, with a comment on every second line; random edits anywhere in them.

const scalar = fc.oneof(
  fc.integer({ min: -5, max: 500 }),
  fc.boolean(),
  fc.constantFrom(
    'v1',
    'yes',
    'a b',
    'x: y',
    '# no',
    '',
    '- d',
    '10s',
    'http://a:80/b',
    "it's",
    'two\nlines',
    '{x}',
    '0x1F',
    '~',
  ),
);
const key = fc.constantFrom('a', 'b', 'c', 'on', 'x-y', '7', 'app.kubernetes.io/name');
const json = fc.letrec<{ value: unknown; object: Record<string, unknown>; list: unknown[] }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', maxDepth: 3 }, scalar, tie('object'), tie('list')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  list: fc.array(tie('value'), { maxLength: 3 }),
}));

interface Layout {
  readonly flow: readonly boolean[];
  readonly listIndent: boolean;
  readonly comments: boolean;
}

class Writer {
  private at = 0;
  private line = 0;

  constructor(private readonly layout: Layout) {}

  document(value: Record<string, unknown>): string {
    return `${this.block(value).join('\n')}\n`;
  }

  private block(value: unknown): string[] {
    if (Array.isArray(value)) {
      return value.flatMap((item) => this.item(item));
    }
    return Object.entries(value as object).flatMap(([name, entry]) => {
      const head = `${/^(?:on|7)$/.test(name) ? `'${name}'` : name}:`;
      if (this.isInline(entry)) return this.commented(`${head} ${JSON.stringify(entry)}`);
      const indent = Array.isArray(entry) && !this.layout.listIndent ? '' : '  ';
      return [...this.commented(head), ...this.block(entry).map((line) => indent + line)];
    });
  }

  private item(item: unknown): string[] {
    if (this.isInline(item)) return this.commented(`- ${JSON.stringify(item)}`);
    const [first = '', ...rest] = this.block(item);
    const lines = first.startsWith('#') ? ['-', first, ...rest] : [`- ${first}`, ...rest];
    return lines.map((line, index) => (index === 0 ? line : `  ${line}`));
  }

  private isInline(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return true;
    return Object.keys(value).length === 0 || this.layout.flow[this.at++ % this.layout.flow.length] === true;
  }

  private commented(line: string): string[] {
    this.line++;
    if (!this.layout.comments) return [line];
    return this.line % 2 === 0 ? [`# above ${this.line}`, line] : [`${line} # beside ${this.line}`];
  }
}

const layout = fc.record({
  flow: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
  listIndent: fc.boolean(),
  comments: fc.boolean(),
});

function pathsOf(value: unknown, path: ConfigPath = []): ConfigPath[] {
  const here = path.length === 0 ? [] : [path];
  if (Array.isArray(value)) return [...here, ...value.flatMap((item, index) => pathsOf(item, [...path, index]))];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([name, entry]) => pathsOf(entry, [...path, name]))];
}

function commentsOf(source: string): string[] {
  return source.match(/# (?:above|beside) \d+/g) ?? [];
}

const document = fc
  .record({ json: json.object.filter((value) => Object.keys(value).length > 0), layout })
  .map(({ json, layout }) => ({ json, source: new Writer(layout).document(json) }));

describe('edits of random documents', () => {
  it('starts from documents that say what they should', () => {
    fc.assert(
      fc.property(document, ({ json, source }) => jsonEquals(findDocument(source, 0)?.json, json)),
      { numRuns: 500 },
    );
  });

  it('sets any value anywhere, and nothing else', () => {
    fc.assert(
      fc.property(document, fc.nat(), json.value, ({ json, source }, pick, value) => {
        const paths = pathsOf(json);
        const path = paths[pick % paths.length] ?? [];
        const edited = text(setField(source, 0, path, value));
        expect(findDocument(edited, 0)?.json).toEqual(applyToJson(json, { kind: 'set', path, value }));
      }),
      { numRuns: 1500 },
    );
  });

  it('adds fields and items anywhere, and leaves every line that was there', () => {
    fc.assert(
      fc.property(document, fc.nat(), json.value, ({ json, source }, pick, value) => {
        const targets = [[], ...pathsOf(json)].filter((path) => {
          const found = path.reduce<unknown>((inner, step) => Reflect.get(inner as object, step), json);
          return typeof found === 'object' && found !== null && Object.keys(found).length > 0;
        });
        const target = targets[pick % targets.length] ?? [];
        const found = target.reduce<unknown>((inner, step) => Reflect.get(inner as object, step), json);
        const path = [...target, Array.isArray(found) ? found.length : 'added'];
        const edited = text(setField(source, 0, path, value));
        expect(findDocument(edited, 0)?.json).toEqual(applyToJson(json, { kind: 'set', path, value }));
        expect(isSubsequence(source, edited)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('removes anything, and leaves the comments of the rest', () => {
    fc.assert(
      fc.property(document, fc.nat(), ({ json, source }, pick) => {
        const paths = pathsOf(json).filter((path) => path.length > 1 || Object.keys(json).length > 1);
        fc.pre(paths.length > 0);
        const path = paths[pick % paths.length] ?? [];
        const edited = text(removeField(source, 0, path));
        expect(findDocument(edited, 0)?.json).toEqual(applyToJson(json, { kind: 'remove', path }));
        expect(isSubsequence(edited.replaceAll(/ ?(?:\{\}|\[\])/g, ''), source)).toBe(true);
        const lost = commentsOf(source).length - commentsOf(edited).length;
        expect(lost).toBeLessThanOrEqual(source.split('\n').length - edited.split('\n').length + 1);
      }),
      { numRuns: 1500 },
    );
  });

  it('changes a scalar in its own place only', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.integer({ min: 1000, max: 9999 }), ({ json, source }, pick, value) => {
        const paths = pathsOf(json).filter((path) => {
          const found = path.reduce<unknown>((inner, step) => Reflect.get(inner as object, step), json);
          return typeof found === 'number' || typeof found === 'boolean';
        });
        fc.pre(paths.length > 0);
        const path = paths[pick % paths.length] ?? [];
        const edited = text(setField(source, 0, path, value));
        let prefix = 0;
        while (source[prefix] === edited[prefix]) prefix++;
        let suffix = 0;
        while (suffix < source.length - prefix && source.at(-1 - suffix) === edited.at(-1 - suffix)) suffix++;
        expect(source.length - prefix - suffix).toBeLessThanOrEqual('false'.length);
        expect(commentsOf(edited)).toEqual(commentsOf(source));
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether `part` can be had from `whole` by leaving characters out. */
function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part[at] === character) at++;
  return at === part.length;
}
