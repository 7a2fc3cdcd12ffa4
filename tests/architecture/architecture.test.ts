import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared';
import {
  findCycles,
  findDoubleCasts,
  findFloorViolations,
  findImpurities,
  findLongFiles,
  findPackageViolations,
} from './rules';
import { readSourceFile, type SourceFile } from './source-files';

const root = repositoryRoot();
const files = ['src', 'tests', 'bench', 'e2e'].flatMap(readFolder);
const exists = (path: string): boolean => existsSync(join(root, path));

function readFolder(folder: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map((path) => readSourceFile(path, readFileSync(join(root, path), 'utf8')));
}

function dependencies(): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
  return Object.keys(manifest.dependencies ?? {});
}

test('every import goes down, through a public file, and over no wall', () => {
  expect(findFloorViolations(files, exists)).toEqual([]);
});

test('no imports form a cycle', () => {
  expect(findCycles(files, exists)).toEqual([]);
});

test('every room uses only the packages its floor allows', () => {
  expect(findPackageViolations(files, dependencies())).toEqual([]);
});

test('floors 0 to 5 are deterministic', () => {
  expect(findImpurities(files)).toEqual([]);
});

test('no cast hides a missing decoder', () => {
  expect(findDoubleCasts(files)).toEqual([]);
});

test('no file is longer than the limit', () => {
  expect(findLongFiles(files)).toEqual([]);
});
