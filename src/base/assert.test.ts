import { describe, expect, it } from 'vitest';
import { AssertionError, assert, assertDefined, assertNever } from './assert';
import { err, mapResult, ok, type Result } from './result';

describe('assertions', () => {
  it('pass or throw', () => {
    expect(() => assert(true, 'holds')).not.toThrow();
    expect(() => assert(false, 'broken')).toThrow(new AssertionError('broken'));
  });

  it('return a defined value as it is, zero and empty included', () => {
    expect(assertDefined(0, 'zero')).toBe(0);
    expect(assertDefined('', 'empty')).toBe('');
    expect(() => assertDefined(undefined, 'missing')).toThrow(AssertionError);
    expect(() => assertDefined(null, 'missing')).toThrow(AssertionError);
  });

  it('name the value that should not exist', () => {
    const colours: never[] = JSON.parse('["purple"]');
    expect(() => colours.map((colour) => assertNever(colour, 'unknown colour'))).toThrow('unknown colour: purple');
  });
});

describe('results', () => {
  it('map a success and pass a failure through', () => {
    const failure = ((): Result<number, string> => err('no'))();
    expect(mapResult(ok(20), (n) => n + 1)).toEqual(ok(21));
    expect(mapResult(failure, (n) => n + 1)).toBe(failure);
  });
});
