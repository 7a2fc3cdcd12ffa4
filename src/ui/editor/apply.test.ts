// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApplyResult, Diagnostic, SimulationClient, SourceFile } from '../../worker';
import { editFile, editFiles, openFiles, useFilesStore } from '../stores/files-store';
import { createFakeClient } from '../testing/fake-client';
import { smallWorld } from '../testing/fake-world';
import { applyNow, canApply, canUndo, describeRefusal, textsAfterUndo, undoApply } from './apply';
import { mergeFindings } from './checker';
import { resetEditor, useEditorStore } from './editor-store';
import { trackEdit } from './pending-edits';

const S = 1_000_000_000;
const at = (line: number) => ({ start: { line, column: 1, offset: line }, end: { line, column: 2, offset: line + 1 } });
const finding = (code: string, file: string, line: number): Diagnostic => ({
  code,
  severity: 'error',
  message: `${code} says no.`,
  file,
  range: at(line),
});

let applied: (readonly SourceFile[])[];
let answer: ApplyResult;

const client: SimulationClient = {
  ...createFakeClient(smallWorld()).client,
  applyFiles: (files) => {
    applied.push(files);
    return Promise.resolve(answer);
  },
};

const accepted = (atNs: number): ApplyResult => ({
  accepted: true,
  atNs,
  changes: [{ kind: 'changed', ref: { group: '', kind: 'Service', namespace: 'a', name: 'b' }, fields: ['spec'] }],
  diagnostics: [],
});

beforeEach(() => {
  applied = [];
  answer = accepted(134 * S);
  resetEditor();
  openFiles([
    { path: 'a.yaml', text: 'a' },
    { path: 'b.yaml', text: 'b' },
  ]);
});

describe('an apply', () => {
  test('is offered only when something differs', () => {
    expect(canApply()).toBe(false);
    editFile('a.yaml', 'A');
    expect(canApply()).toBe(true);
    editFile('a.yaml', 'a');
    expect(canApply()).toBe(false);
  });

  test('says that texts are being read when the answer takes long', async () => {
    vi.useFakeTimers();
    try {
      let finish: (result: ApplyResult) => void = () => undefined;
      const slow: SimulationClient = {
        ...client,
        applyFiles: () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      };
      editFile('a.yaml', 'A');
      const done = applyNow(slow);
      await vi.advanceTimersByTimeAsync(300);
      expect(useEditorStore.getState().reading).toBe(false);
      await vi.advanceTimersByTimeAsync(200);
      expect(useEditorStore.getState().reading).toBe(true);
      finish(answer);
      await done;
      expect(useEditorStore.getState().reading).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  test('moves what is written to what runs, and can be undone', async () => {
    editFile('a.yaml', 'A');
    await applyNow(client);
    expect(useFilesStore.getState().applied[0]?.text).toBe('A');
    expect(useFilesStore.getState().dirty.size).toBe(0);
    expect(useEditorStore.getState()).toMatchObject({ outcome: { kind: 'applied' }, runningSinceNs: 134 * S });
    expect(canUndo()).toBe(true);
    answer = accepted(150 * S);
    await undoApply(client);
    expect(applied[1]).toEqual([
      { path: 'a.yaml', text: 'a' },
      { path: 'b.yaml', text: 'b' },
    ]);
    expect(useFilesStore.getState().files[0]?.text).toBe('a');
    expect(canUndo()).toBe(false);
  });

  test('that is refused names the line and what keeps running', async () => {
    editFile('a.yaml', 'A');
    await applyNow(client);
    editFile('a.yaml', '???');
    answer = { accepted: false, atNs: 140 * S, changes: [], diagnostics: [finding('MW0001', 'a.yaml', 17)] };
    await applyNow(client);
    expect(describeRefusal()).toBe('Line 17: MW0001 says no. The configuration of 02:14 keeps running.');
    expect(useFilesStore.getState().applied[0]?.text).toBe('A');
    expect(useFilesStore.getState().files[0]?.text).toBe('???');
  });

  test('waits for text that is still on its way', async () => {
    trackEdit(Promise.resolve().then(() => editFile('a.yaml', 'late')));
    expect(canApply()).toBe(true);
    await applyNow(client);
    expect(applied[0]?.[0]?.text).toBe('late');
  });
});

test('after an undo, what was edited since stays, what was added goes, what was removed comes back', () => {
  const step = {
    sinceNs: 0,
    files: [
      { path: 'same', text: '1' },
      { path: 'changed', text: 'old' },
      { path: 'removed', text: 'r' },
      { path: 'edited', text: 'old' },
    ],
    replacedBy: [
      { path: 'same', text: '1' },
      { path: 'changed', text: 'new' },
      { path: 'added', text: 'a' },
      { path: 'edited', text: 'new' },
    ],
  };
  const now = [
    { path: 'same', text: '1' },
    { path: 'changed', text: 'new' },
    { path: 'added', text: 'a' },
    { path: 'edited', text: 'newer' },
    { path: 'draft', text: 'd' },
  ];
  expect(textsAfterUndo(now, step)).toEqual([
    { path: 'same', text: '1' },
    { path: 'changed', text: 'old' },
    { path: 'edited', text: 'newer' },
    { path: 'draft', text: 'd' },
    { path: 'removed', text: 'r' },
  ]);
});

test('findings of the last apply stay in files that nobody touched, once', () => {
  const ofBoth = finding('MW0201', 'a.yaml', 1);
  const compiled = finding('IST0101', 'b.yaml', 2);
  const stale = finding('IST0101', 'c.yaml', 3);
  expect(mergeFindings([ofBoth], [ofBoth, compiled, stale], new Set(['c.yaml']))).toEqual([ofBoth, compiled]);
});

test('nothing is applied twice at a time', async () => {
  editFiles([{ path: 'a.yaml', text: 'x' }]);
  await Promise.all([applyNow(client), applyNow(client)]);
  expect(applied).toHaveLength(1);
});
