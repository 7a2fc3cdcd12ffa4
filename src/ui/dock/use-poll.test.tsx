// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { simulationClock } from '../stores/simulation-clock';
import { usePoll, usePollKept } from './use-poll';

const S = 1_000_000_000;
let answers = 0;

beforeEach(() => {
  vi.useFakeTimers();
  answers = 0;
  at(1);
});

afterEach(() => {
  vi.useRealTimers();
});

function at(seconds: number): void {
  simulationClock.update({ nowNs: seconds * S, playing: false, speed: 1, effectiveSpeed: 0 }, performance.now());
}

const pass = (): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(1_000);
  });

function poll(held: boolean) {
  return renderHook(({ key, hold }) => usePoll(() => Promise.resolve(`${key} ${++answers}`), key, hold), {
    initialProps: { key: 'a', hold: held },
  });
}

test('a question is asked again when time has passed, and at once for another key', async () => {
  const { result, rerender } = poll(false);
  await pass();
  expect(result.current).toBe('a 1');
  at(2);
  await pass();
  expect(result.current).toBe('a 2');
  rerender({ key: 'b', hold: false });
  expect(result.current).toBeUndefined();
  await pass();
  expect(result.current).toBe('b 3');
});

test('a held answer stays while time goes on, and goes when time goes back', async () => {
  const { result, rerender } = poll(true);
  await pass();
  expect(result.current).toBe('a 1');
  at(2);
  await pass();
  expect(result.current).toBe('a 1');
  at(0);
  await pass();
  expect(result.current).toBe('a 2');
  rerender({ key: 'a', hold: false });
  at(3);
  await pass();
  expect(result.current).toBe('a 3');
});

test('an answer that was on its way when the last one was held is dropped', async () => {
  const answer: ((value: string) => void)[] = [];
  const { result, rerender } = renderHook(
    ({ hold }) => usePoll(() => new Promise<string>((resolve) => answer.push(resolve)), 'a', hold),
    { initialProps: { hold: false } },
  );
  answer[0]?.('first');
  at(2);
  await pass();
  expect(answer).toHaveLength(2);
  rerender({ hold: true });
  answer[1]?.('second');
  await pass();
  expect(result.current).toBe('first');
});

test('what was found stays when the simulation forgets it, but not when time has gone back', async () => {
  let found: readonly number[] = [1, 2];
  const { result } = renderHook(() => usePollKept(() => Promise.resolve(found), 'a'));
  await pass();
  expect(result.current).toEqual([1, 2]);
  found = [];
  at(2);
  await pass();
  expect(result.current).toEqual([1, 2]);
  found = [1, 2, 3];
  at(3);
  await pass();
  expect(result.current).toEqual([1, 2, 3]);
  found = [7];
  at(0);
  await pass();
  expect(result.current).toEqual([7]);
});
