import { expect, test } from 'vitest';
import { matchCommand } from './match';

test('takes beginnings of words, in any order', () => {
  expect(matchCommand('Topology as a table', 'list', 'table')).toBeGreaterThan(0);
  expect(matchCommand('Topology as a table', 'list', 'tab topo')).toBeGreaterThan(0);
  expect(matchCommand('Topology as a table', 'list', 'able')).toBe(0);
  expect(matchCommand('Add a manifest', 'tab file', 'table')).toBe(0);
});

test('puts labels before keywords, and their beginnings first', () => {
  const typed = 'run';
  const start = matchCommand('Run slower', 'speed', typed);
  const inside = matchCommand('Show what would run', '', typed);
  const keyword = matchCommand('Apply', 'save run', typed);
  expect(start).toBeGreaterThan(inside);
  expect(inside).toBeGreaterThan(keyword);
  expect(keyword).toBeGreaterThan(0);
});

test('nothing typed takes all', () => {
  expect(matchCommand('Fit', '', '  ')).toBe(1);
});
