import { describe, expect, it } from 'vitest';
import { AssertionError } from './assert';
import { cloneState } from './clone';
import { Rng } from './prng';

describe('cloneState', () => {
  it('copies plain data deeply', () => {
    const state = {
      list: [1, { deep: 'x' }, undefined, null],
      map: new Map([['k', { n: 1 }]]),
      set: new Set([1, 2]),
      column: new Float64Array([1.5, Number.NaN]),
      words: new Uint8Array([255]),
      bare: Object.assign(Object.create(null), { a: 1 }),
      big: 10n,
    };
    const copy = cloneState(state);
    expect(copy).toEqual(state);
    copy.map.set('k', { n: 2 });
    copy.column[0] = 9;
    copy.set.add(3);
    expect(state.map.get('k')).toEqual({ n: 1 });
    expect(state.column[0]).toBe(1.5);
    expect(state.set.size).toBe(2);
    expect(copy.list[1]).not.toBe(state.list[1]);
  });

  it('keeps shared and circular references shared', () => {
    const shared = { n: 1 };
    const ring: { a: object; b: object; self?: object } = { a: shared, b: shared };
    ring.self = ring;
    const copy = cloneState(ring);
    expect(copy.a).toBe(copy.b);
    expect(copy.a).not.toBe(shared);
    expect(copy.self).toBe(copy);
  });

  it.each([
    ['a function', { f: () => 1 }],
    ['a symbol', [Symbol('s')]],
    ['a class instance', { rng: new Rng(1) }],
    ['a date', new Map([['d', new Date(0)]])],
    ['a subclass of Map', new (class Extended extends Map {})()],
    ['a part of a buffer', { view: new Int32Array(8).subarray(0, 4) }],
    ['a DataView', new DataView(new ArrayBuffer(8))],
  ])('refuses %s', (_name, state) => {
    expect(() => cloneState<unknown>(state)).toThrow(AssertionError);
  });
});
