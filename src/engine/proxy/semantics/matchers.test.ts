import { describe, expect, it } from 'vitest';
import { headerMatcher, queryParameterMatcher, regexMatcher, stringMatcher } from '../../../xds';
import { compileRegex } from './compiled-regex';
import { compileQueryParameterMatcher, matchHeader, matchQueryParameter, parseQueryParameters } from './matchers';

describe('header matchers', () => {
  it('let a missing header fail, inverted or not', () => {
    expect(matchHeader(headerMatcher('x', 'a'), undefined)).toBe(false);
    expect(matchHeader(headerMatcher('x', 'a', { invertMatch: true }), undefined)).toBe(false);
    expect(matchHeader(headerMatcher('x', 'a', { invertMatch: true }), 'b')).toBe(true);
  });

  it('read a missing header as empty where told to', () => {
    const inverted = headerMatcher('x', 'a', { invertMatch: true, treatMissingHeaderAsEmpty: true });
    expect(matchHeader(inverted, undefined)).toBe(true);
    expect(matchHeader(headerMatcher('x', '', { treatMissingHeaderAsEmpty: true }), undefined)).toBe(true);
  });

  it('invert presence for missing headers too', () => {
    const present = { kind: 'present', present: true } as const;
    expect(matchHeader(headerMatcher('x', present), '')).toBe(true);
    expect(matchHeader(headerMatcher('x', present), undefined)).toBe(false);
    expect(matchHeader(headerMatcher('x', present, { invertMatch: true }), undefined)).toBe(true);
    expect(matchHeader(headerMatcher('x', { kind: 'present', present: false }), undefined)).toBe(true);
  });

  it('take ranges of integers without their end', () => {
    const range = headerMatcher('x', { kind: 'range', start: -10, end: 0 });
    expect(['-10', ' -1 ', '-11', '0', '-1.5', 'x', ''].map((value) => matchHeader(range, value))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('match regular expressions against the whole value', () => {
    expect(matchHeader(headerMatcher('x', regexMatcher('a+')), 'aaa')).toBe(true);
    expect(matchHeader(headerMatcher('x', regexMatcher('a+')), 'aab')).toBe(false);
    expect(matchHeader(headerMatcher('x', stringMatcher('prefix', 'AB', true)), 'abc')).toBe(true);
  });
});

describe('query parameters', () => {
  it('count the first of equal names, and parameters without value as empty', () => {
    const parameters = parseQueryParameters('/p?a=1&b&a=2');
    expect(parameters.get('a')).toBe('1');
    expect(parameters.get('b')).toBe('');
    const present = compileQueryParameterMatcher(queryParameterMatcher('b', { kind: 'present', present: true }));
    expect(matchQueryParameter(present, parameters.get('b'))).toBe(true);
    expect(matchQueryParameter(present, parameters.get('c'))).toBe(false);
  });
});

describe('regular expressions', () => {
  function compiled(pattern: string) {
    const result = compileRegex(pattern);
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }

  it('substitute with RE2 references', () => {
    expect(compiled('^/service/([^/]+)(/.*)$').replaceAll('/service/foo/v1/api', String.raw`\2/instance/\1`)).toBe(
      '/v1/api/instance/foo',
    );
    expect(compiled('one').replaceAll('/xxx/one/yyy/one/zzz', 'two')).toBe('/xxx/two/yyy/two/zzz');
    expect(compiled('a(b)?').replaceAll('a-ab', String.raw`[\0|\1]\\`)).toBe(String.raw`[a|]\-[ab|b]\ `.trim());
    expect(compiled('x').replaceAll('x', '$&$1')).toBe('$&$1');
  });

  it('refuse what RE2 refuses with its words', () => {
    expect(compileRegex('+a')).toEqual({ ok: false, error: 'no argument for repetition operator: +' });
    expect(compileRegex(String.raw`(a)\1`).ok).toBe(false);
    expect(compileRegex('(?=a)').ok).toBe(false);
  });

  it('answer equally from memory', () => {
    const regex = compiled('^a.*z$');
    for (let round = 0; round < 2; round += 1) {
      expect(regex.matches('a to z')).toBe(true);
      expect(regex.matches('b to z')).toBe(false);
    }
  });
});
