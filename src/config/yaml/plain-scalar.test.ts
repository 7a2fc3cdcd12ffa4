import { describe, expect, it } from 'vitest';
import { resolvePlainScalar } from './plain-scalar';

// Each row as kubernetes-sigs/yaml resolves it (goyaml.v2/resolve.go).
const CASES: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['y', true],
  ['On', true],
  ['n', false],
  ['OFF', false],
  ['yES', 'yES'],
  ['', null],
  ['~', null],
  ['null', null],
  ['nil', 'nil'],
  ['0', 0],
  ['-0', 0],
  ['12', 12],
  ['+12', 12],
  ['-12', -12],
  ['1_000', 1000],
  ['0644', 420],
  ['0o17', 15],
  ['08', 8],
  ['0x1F', 31],
  ['-0x1F', -31],
  ['0b101', 5],
  ['1.5', 1.5],
  ['1.', 1],
  ['.5', 0.5],
  ['.', '.'],
  ['1e3', 1000],
  ['1e', '1e'],
  ['.inf', Number.POSITIVE_INFINITY],
  ['-.INF', Number.NEGATIVE_INFINITY],
  ['.nan', Number.NaN],
  ['12:30:45', '12:30:45'],
  ['2001-12-14', '2001-12-14'],
  ['2001-12-14T21:59:43Z', '2001-12-14T21:59:43Z'],
  ['1.2.3', '1.2.3'],
  ['5s', '5s'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['-', '-'],
  ['+', '+'],
  ['reviews', 'reviews'],
];

describe('resolvePlainScalar', () => {
  it.each(CASES)('reads %j as %j', (source, expected) => {
    expect(resolvePlainScalar(source)).toBe(expected);
  });
});
