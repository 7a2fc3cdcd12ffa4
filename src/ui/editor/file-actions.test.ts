// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from 'vitest';
import { openFiles, useFilesStore } from '../stores/files-store';
import { useNoticesStore } from '../stores/notices-store';
import { useEditorStore } from './editor-store';
import {
  closeFile,
  newFile,
  renameFile,
  revertAll,
  revertFile,
  walkTabs,
  whyNotName,
  withExtension,
} from './file-actions';

const paths = (): readonly string[] => useFilesStore.getState().files.map((file) => file.path);

beforeEach(() => {
  useNoticesStore.setState({ toasts: [] });
  openFiles([
    { path: 'a.yaml', text: 'a' },
    { path: 'b.yaml', text: 'b' },
    { path: 'c.yaml', text: 'c' },
  ]);
});

describe('names', () => {
  test.each([
    ['', 'Give the manifest a name.'],
    ['   ', 'Give the manifest a name.'],
    ['x'.repeat(121), 'A name has at most 120 characters.'],
    ['../up.yaml', 'Write a name, or folders and a name with / between them.'],
    ['/root.yaml', 'Write a name, or folders and a name with / between them.'],
    ['b.yaml', 'Another tab has this name.'],
    ['b', 'Another tab has this name.'],
  ])('%j is refused', (name, reason) => {
    expect(whyNotName(name, 'a.yaml', paths())).toBe(reason);
  });

  test('control characters are refused', () => {
    expect(whyNotName('a\u0007b', 'a.yaml', paths())).toMatch(/control characters/);
  });

  test.each(['a.yaml', 'd', 'folder/d.yml', 'd.json'])('%j is taken', (name) => {
    expect(whyNotName(name, 'a.yaml', paths())).toBeUndefined();
  });

  test('without an ending become YAML', () => {
    expect(withExtension(' route ')).toBe('route.yaml');
    expect(withExtension('route.yml')).toBe('route.yml');
  });
});

describe('tabs', () => {
  test('a new one has a free name, and its name is being written', () => {
    newFile();
    newFile();
    expect(paths().slice(3)).toEqual(['manifest.yaml', 'manifest-2.yaml']);
    expect(useEditorStore.getState().renaming).toBe('manifest-2.yaml');
    expect(useFilesStore.getState().activePath).toBe('manifest-2.yaml');
  });

  test('renaming keeps place and text', () => {
    expect(renameFile('a.yaml', 'b')).toBe(false);
    expect(renameFile('a.yaml', 'z')).toBe(true);
    expect(useFilesStore.getState().files[0]).toEqual({ path: 'z.yaml', text: 'a' });
    expect(useFilesStore.getState().activePath).toBe('z.yaml');
    expect([...useFilesStore.getState().dirty].sort()).toEqual(['a.yaml', 'z.yaml']);
  });

  test('a closed one goes to its neighbour, and comes back to its place', () => {
    closeFile('a.yaml');
    expect(useFilesStore.getState().activePath).toBe('b.yaml');
    expect([...useFilesStore.getState().dirty]).toEqual(['a.yaml']);
    useNoticesStore.getState().toasts.at(-1)?.action?.run();
    expect(paths()).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(useFilesStore.getState().dirty.size).toBe(0);
  });

  test('walking goes round', () => {
    walkTabs(-1);
    expect(useFilesStore.getState().activePath).toBe('c.yaml');
    walkTabs(1);
    expect(useFilesStore.getState().activePath).toBe('a.yaml');
  });
});

test('reverting one leaves the others, reverting all brings back what was closed, and can be undone', () => {
  const edited = [
    { path: 'a.yaml', text: 'A' },
    { path: 'b.yaml', text: 'B' },
  ];
  useFilesStore.setState({ files: edited });
  revertFile();
  expect(useFilesStore.getState().files).toEqual([{ path: 'a.yaml', text: 'a' }, edited[1]]);
  useFilesStore.setState({ files: edited });
  revertAll();
  expect(paths()).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  useNoticesStore.getState().toasts.at(-1)?.action?.run();
  expect(useFilesStore.getState().files).toEqual(edited);
});
