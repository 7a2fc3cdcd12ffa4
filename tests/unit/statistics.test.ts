import { expect, it } from 'vitest';
import { chiSquarePValue, chiSquareTail } from '../support/statistics';

it('gives the tabulated points of the chi-square distribution', () => {
  expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 8);
  expect(chiSquareTail(23.209251158954356, 10)).toBeCloseTo(0.01, 8);
  expect(chiSquareTail(99.33412924, 100)).toBeCloseTo(0.5, 6);
  expect(chiSquareTail(0, 4)).toBe(1);
});

it('accepts fair counts and rejects unfair ones', () => {
  expect(chiSquarePValue([98, 103, 99], [1, 1, 1])).toBeGreaterThan(0.5);
  expect(chiSquarePValue([980, 1130, 890], [1, 1, 1])).toBeLessThan(1e-6);
});
