import { expect, test } from 'vitest';
import { simulationClock } from './simulation-clock';

const report = (nowNs: number, change: Partial<{ playing: boolean; speed: number; effectiveSpeed: number }> = {}) => ({
  nowNs,
  playing: true,
  speed: 1,
  effectiveSpeed: 1,
  ...change,
});

test('runs on between two reports, never back, and stands while paused', () => {
  simulationClock.update(report(1e9), 1_000);
  expect(simulationClock.read(1_100)).toBe(1.1e9);
  // The next report is a little behind the guess: the clock waits for it.
  simulationClock.update(report(1.08e9), 1_100);
  expect(simulationClock.read(1_101)).toBe(1.1e9);
  expect(simulationClock.read(1_200)).toBeCloseTo(1.18e9, -3);
  simulationClock.update(report(1.15e9, { playing: false }), 1_250);
  expect(simulationClock.read(9_000)).toBe(1.15e9);
});

test('does not run ahead of a worker that is silent', () => {
  simulationClock.update(report(2e9), 10_000);
  expect(simulationClock.read(60_000)).toBe(2.6e9);
});

test('follows what the machine reaches, and jumps back on a restart', () => {
  simulationClock.update(report(5e9, { speed: 10, effectiveSpeed: 4 }), 100_000);
  expect(simulationClock.read(100_100)).toBe(5.4e9);
  simulationClock.update(report(0), 100_200);
  expect(simulationClock.read(100_300)).toBe(1e8);
});
