import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { CONFIG_ENTRIES } from '../diagnostics/config-catalogue';
import { decode, MAX_PROBLEMS } from './decode';
import { BEHAVIOR } from './meshwork/behavior';
import { FAULT } from './meshwork/fault';
import {
  anything,
  bool,
  choice,
  duration,
  either,
  integer,
  intOrString,
  list,
  map,
  number,
  object,
  openObject,
  port,
  quantity,
  type Schema,
  text,
  withDefault,
} from './schema';

const ROUTE = object(
  'A route.',
  {
    host: text('Host.', { minLength: 1 }),
    weight: withDefault(integer('Weight.', { min: 0, max: 100 }), 1),
    exact: text('Exact.'),
    prefix: text('Prefix.'),
    old: text('Old.', { deprecated: 'Use host.' }),
  },
  { required: ['host'], atMostOne: [['exact', 'prefix']] },
);

const SPEC = object('Spec.', {
  mode: choice('Mode.', ['STRICT', 'PERMISSIVE', 'DISABLE']),
  routes: list('Routes.', ROUTE, { min: 1, max: 3 }),
  timeout: duration('Timeout.'),
  port: port('Port.'),
  target: intOrString('Target.'),
  cpu: quantity('CPU.'),
  labels: map('Labels.', text('Value.'), { keys: 'label-key' }),
  share: number('Share.', { above: 0, max: 1 }),
  on: bool('On.'),
  any: anything('Anything.'),
  extra: openObject('Extra.'),
  form: either('Form.', [text('Text.'), object('Object.', { a: integer('A.') })]),
  one: object('One.', { a: text('A.'), b: text('B.') }, { exactlyOne: [['a', 'b']] }),
  open: object('Open.', { known: integer('Known.') }, { open: true }),
  native: object('Native.', { a: text('A.'), inner: object('Inner.', { b: text('B.') }) }, { nullMeans: 'absent' }),
});

/** Code and path of each problem. */
function problems(value: unknown, schema: Schema<unknown> = SPEC): readonly string[] {
  return decode(schema, value, 'Thing').problems.map(({ code, path }) => `${code} ${path.join('.')}`);
}

describe('decode', () => {
  it.each([
    ['an unknown field', { mod: 'STRICT' }, ['MW0201 mod']],
    [
      'a wrong type',
      { port: '80', on: 1, routes: {}, mode: 5 },
      ['MW0202 port', 'MW0202 on', 'MW0202 routes', 'MW0202 mode'],
    ],
    ['a value that is not listed', { mode: 'strict' }, ['MW0203 mode']],
    ['a number out of range', { port: 0, share: 0 }, ['MW0204 port', 'MW0204 share']],
    ['a fraction where a whole number is', { port: 1.5 }, ['MW0202 port']],
    ['a number that is none', { share: Number.NaN }, ['MW0202 share']],
    ['a missing field', { routes: [{ weight: 1 }] }, ['MW0205 routes.0']],
    ['two of a group', { routes: [{ host: 'a', exact: 'x', prefix: 'y' }] }, ['MW0206 routes.0.prefix']],
    ['none of a group', { one: {} }, ['MW0207 one']],
    ['both of a group', { one: { a: '', b: '' } }, ['MW0206 one.b']],
    ['a text in the wrong form', { timeout: '5', cpu: '5x' }, ['MW0208 timeout', 'MW0208 cpu']],
    ['too short a list', { routes: [] }, ['MW0209 routes']],
    ['too short a text', { routes: [{ host: '' }] }, ['MW0209 routes.0.host']],
    ['a deprecated field', { routes: [{ host: 'a', old: 'x' }] }, ['MW0210 routes.0.old']],
    ['a key in the wrong form', { labels: { 'a b': 'x' } }, ['MW0211 labels.a b']],
    ['a form that is none of the two', { form: [] }, ['MW0202 form']],
    ['a problem inside a form', { form: { a: 'x' } }, ['MW0202 form.a']],
    ['null', { mode: null, routes: [null] }, ['MW0202 mode', 'MW0202 routes.0']],
    ['several problems at once', { a: 1, timeout: 'x', port: -1 }, ['MW0201 a', 'MW0208 timeout', 'MW0204 port']],
  ])('reports %s', (_what, value, expected) => {
    expect(problems(value)).toEqual(expected);
  });

  it('takes what is right', () => {
    const value = {
      mode: 'STRICT',
      routes: [{ host: 'a', weight: 5 }],
      timeout: '1h30m',
      port: 80,
      target: 'http',
      cpu: '100m',
      labels: { 'app.kubernetes.io/name': 'x' },
      share: 0.5,
      any: null,
      extra: { a: [null] },
      form: 'x',
      one: { b: '' },
      open: { known: 1, other: true },
    };
    const decoded = decode(SPEC, value, 'Thing');
    expect(decoded.problems).toEqual([]);
    expect(decoded.value).toBe(value);
  });

  it('fills in defaults without touching the input', () => {
    const input = { routes: [{ host: 'a' }] };
    expect(decode(SPEC, input, 'Thing').value).toEqual({ routes: [{ host: 'a', weight: 1 }] });
    expect(input).toEqual({ routes: [{ host: 'a' }] });
  });

  it('drops nulls where upstream does', () => {
    const decoded = decode(SPEC, { native: { a: null, inner: { b: null } } }, 'Thing');
    expect(decoded).toEqual({ value: { native: { inner: {} } }, problems: [] });
  });

  it('suggests the field that was meant, or where it belongs', () => {
    expect(decode(SPEC, { timeuot: '1s' }, 'Thing').problems[0]?.values['suggestion']).toBe('timeout');
    expect(decode(SPEC, { weight: 1 }, 'Thing').problems[0]?.values['place']).toBe('`routes[]`');
    expect(decode(SPEC, { mode: 'STRCT' }, 'Thing').problems[0]?.values['suggestion']).toBe('STRICT');
  });

  it('does not take fields of every object for known ones', () => {
    expect(problems(JSON.parse('{"constructor": 1, "__proto__": 2}'))).toEqual([
      'MW0201 constructor',
      'MW0201 __proto__',
    ]);
  });

  it('stops listing after fifty', () => {
    const nonsense = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`nonsense${index}`, 1]));
    const found = problems(nonsense);
    expect(found).toHaveLength(MAX_PROBLEMS + 1);
    expect(found.at(-1)).toBe('MW0212 ');
  });

  it('uses codes of the catalogue only', () => {
    const known = new Set(CONFIG_ENTRIES.map((entry) => entry.code));
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        [SPEC, BEHAVIOR.schema, FAULT.schema].every((schema) =>
          decode(schema, value, 'Thing').problems.every((problem) => known.has(problem.code)),
        ),
      ),
    );
  });
});

// The schema without what JSON Schema cannot say, judged by TypeBox' own checker, is the oracle.
const PLAIN = object('Plain.', {
  mode: choice('Mode.', ['A', 'B']),
  routes: list(
    'Routes.',
    object(
      'R.',
      { host: text('H.', { minLength: 1 }), weight: integer('W.', { min: 0, max: 3 }) },
      { required: ['host'] },
    ),
    { max: 2 },
  ),
  share: number('Share.', { above: 0 }),
  labels: map('Labels.', text('V.', { pattern: '^[a-c]*$' }), { max: 1 }),
  target: intOrString('T.'),
  form: either('F.', [text('Text.', { maxLength: 1 }), object('O.', { a: bool('A.') })]),
});

const leaf = fc.constantFrom<unknown>(
  'A',
  'B',
  'x',
  '',
  'abc',
  0,
  1,
  3,
  4,
  -1,
  1.5,
  true,
  [],
  {},
  { a: true },
  { host: 'h' },
);
const candidate = fc.record(
  {
    mode: leaf,
    routes: fc.oneof(
      leaf,
      fc.array(fc.oneof(leaf, fc.record({ host: leaf, weight: leaf }, { requiredKeys: [] })), { maxLength: 3 }),
    ),
    share: leaf,
    labels: fc.oneof(leaf, fc.dictionary(fc.constantFrom('k', 'l'), leaf)),
    target: leaf,
    form: fc.oneof(leaf, fc.record({ a: leaf, b: leaf }, { requiredKeys: [] })),
    other: leaf,
  },
  { requiredKeys: [] },
);

describe('decode against a JSON Schema checker', () => {
  it('finds something exactly when the checker does', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(candidate, leaf), (value) => {
        const isValid = Check(PLAIN, value);
        if (isValid) accepted++;
        expect(problems(value, PLAIN).length === 0).toBe(isValid);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
