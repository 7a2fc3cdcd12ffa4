import { describe, expect, it } from 'vitest';
import { findExcess } from './count-values';

/** Estimated keys and values of a text. */
function count(text: string): number {
  for (let limit = 1; ; limit++) if (findExcess(text, limit) < 0) return limit - 1;
}

describe('an estimate of keys and values', () => {
  it('takes a line for one and every mark that begins a value for another', () => {
    expect(count('a\nb\n')).toBe(2);
    expect(count('a: 1\nb: 2\n')).toBe(4);
    expect(count('- a\n- b\n')).toBe(4);
    expect(count('[1, 2, {a: 3}]')).toBe(6);
  });

  it('leaves out comments, empty lines and what stands in quotes', () => {
    expect(count('# a, b, c\n\n   \na # [b, c]\n')).toBe(1);
    expect(count(`a: '{"b": [1, 2, 3]}'`)).toBe(3);
    expect(count('a#b: 1')).toBe(2);
  });

  it('takes a block scalar for one value', () => {
    expect(count('a: |\n  x: [1, 2, 3]\n  y: {}\nb: 1\n')).toBe(4);
    expect(count('- >-\n  x: [1, 2]\n\n  y: 1\n- b\n')).toBe(4);
    expect(count('a: |2 # two\n   x: 1\n')).toBe(2);
  });

  it('says where the limit was reached', () => {
    expect('a\nb\nc\nd\n'.slice(findExcess('a\nb\nc\nd\n', 3))).toBe('c\nd\n');
  });
});
