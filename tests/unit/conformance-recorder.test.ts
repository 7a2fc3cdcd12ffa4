import { expect, test } from 'vitest';
import type { SkipEntry } from '../conformance/skips';
import { CaseRecorder } from '../conformance/suite';

const SKIPS: readonly SkipEntry[] = [
  { suite: 'lb', caseId: 'maglev/*', reason: 'not built' },
  { suite: 'lb', caseId: 'ring/0', reason: 'not built' },
  { suite: 'other', caseId: 'random', reason: 'not built' },
];

test('counts passed, failed and skipped cases, and treats a throw as a failure', () => {
  const recorder = new CaseRecorder('lb', SKIPS);
  recorder.run('random', () => undefined);
  recorder.run('round-robin', () => []);
  recorder.run('least-request', () => ['host 2 instead of 1']);
  recorder.run('maglev/1', () => {
    throw new Error('no table');
  });
  recorder.run('ring/0', () => ['no ring']);
  const result = recorder.result();
  expect(result).toMatchObject({ suite: 'lb', cases: 5, passed: 2, failed: 1, skipped: 2, staleSkips: [] });
  expect(result.failures).toEqual([{ caseId: 'least-request', message: 'host 2 instead of 1' }]);
});

test('a skip that no failing case needs is stale', () => {
  const recorder = new CaseRecorder('lb', SKIPS);
  recorder.run('ring/0', () => undefined);
  recorder.run('maglev/1', () => ['wrong']);
  expect(recorder.result()).toMatchObject({ passed: 1, skipped: 1 });
  expect(recorder.result().staleSkips).toEqual([SKIPS[1]]);
});

test('a skip hides neither its neighbours nor another suite', () => {
  const recorder = new CaseRecorder('lb', SKIPS);
  recorder.run('ring/01', () => ['wrong']);
  recorder.run('random', () => ['wrong']);
  expect(recorder.result()).toMatchObject({ failed: 2, skipped: 0 });
});

test('two cases of one name are an error', () => {
  const recorder = new CaseRecorder('lb', []);
  recorder.run('a', () => undefined);
  expect(() => recorder.run('a', () => undefined)).toThrow('two cases');
});
