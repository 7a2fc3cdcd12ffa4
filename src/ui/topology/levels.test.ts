import { expect, test } from 'vitest';
import { levelAt } from './levels';

test.each([
  [0.1, 'namespaces'],
  [0.3, 'far'],
  [0.45, 'mid'],
  [0.8, 'near'],
  [2, 'pods'],
] as const)('scale %s draws %s', (zoom, level) => {
  expect(levelAt(zoom, undefined)).toBe(level);
});

test('a threshold has 8 % of play both ways', () => {
  expect(levelAt(0.75, 'near')).toBe('near');
  expect(levelAt(0.73, 'near')).toBe('mid');
  expect(levelAt(0.85, 'mid')).toBe('mid');
  expect(levelAt(0.87, 'mid')).toBe('near');
  expect(levelAt(0.42, 'mid')).toBe('mid');
  expect(levelAt(0.41, 'mid')).toBe('far');
  expect(levelAt(1.7, 'near')).toBe('near');
  expect(levelAt(1.75, 'near')).toBe('pods');
});

test('a leap over several levels lands at once', () => {
  expect(levelAt(0.1, 'near')).toBe('namespaces');
  expect(levelAt(1, 'namespaces')).toBe('near');
});
