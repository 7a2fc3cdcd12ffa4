// Each rule must be able to fail: small drawings of code that breaks it, and of code that does not.
import { describe, expect, test } from 'vitest';
import {
  findCycles,
  findDoubleCasts,
  findFloorViolations,
  findImpurities,
  findLongFiles,
  findPackageViolations,
} from './rules';
import { readSourceFile, type SourceFile } from './source-files';

interface Drawing {
  readonly files: readonly SourceFile[];
  readonly exists: (path: string) => boolean;
}

function draw(texts: Readonly<Record<string, string>>): Drawing {
  const files = Object.entries(texts)
    .filter(([path]) => /\.tsx?$/.test(path))
    .map(([path, text]) => readSourceFile(path, text));
  return { files, exists: (path) => path in texts };
}

function floors(texts: Readonly<Record<string, string>>): string[] {
  const { files, exists } = draw(texts);
  return findFloorViolations(files, exists);
}

describe('floors', () => {
  test.each([
    ['up', 'src/base/a.ts', "import { x } from '../xds';", 'src/xds/index.ts'],
    ['sideways', 'src/cluster/a.ts', "import { x } from '../analysis';", 'src/analysis/index.ts'],
    [
      'sideways into data',
      'src/session/a.ts',
      "import x from '../scenarios/hero.yaml?raw';",
      'src/scenarios/hero.yaml',
    ],
    ['a type', 'src/xds/a.ts', "import type { X } from '../engine';", 'src/engine/index.ts'],
    ['an import type', 'src/xds/a.ts', "export type X = import('../engine').X;", 'src/engine/index.ts'],
    ['a re-export', 'src/xds/a.ts', "export { x } from '../session';", 'src/session/index.ts'],
    ['lazily', 'src/session/a.ts', "export const x = () => import('../worker');", 'src/worker/index.ts'],
    ['dialect to engine', 'src/dialects/istio/a.ts', "import '../../engine';", 'src/engine/index.ts'],
    ['engine to dialect', 'src/engine/a.ts', "import '../dialects/gateway-api';", 'src/dialects/gateway-api/index.ts'],
    ['dialect to dialect', 'src/dialects/istio/a.ts', "import '../kuma';", 'src/dialects/kuma/index.ts'],
    ['kernel to network', 'src/engine/kernel/a.ts', "import '../network';", 'src/engine/network/index.ts'],
    ['proxy to workload', 'src/engine/proxy/a.ts', "import '../workload';", 'src/engine/workload/index.ts'],
    ['page to engine', 'src/ui/a.tsx', "import type { X } from '../engine';", 'src/engine/index.ts'],
    ['past the door', 'src/xds/a.ts', "import { x } from '../base/units';", 'src/base/units.ts'],
    ['worker file', 'src/cli/a.ts', "export const u = new URL('../ui/x.ts', import.meta.url);", 'src/ui/x.ts'],
  ])('refuses an import %s', (_title, from, text, to) => {
    expect(floors({ [from]: text, [to]: 'export const x = 1;' })).toHaveLength(1);
  });

  test.each([
    ['down', 'src/xds/a.ts', "import { x } from '../base';", 'src/base/index.ts'],
    ['inside the room', 'src/xds/a.ts', "import { x } from './b';", 'src/xds/b.ts'],
    ['gateway-api', 'src/dialects/istio/a.ts', "import '../gateway-api';", 'src/dialects/gateway-api/index.ts'],
    ['the registry', 'src/dialects/index.ts', "import './istio';", 'src/dialects/istio/index.ts'],
    ['down inside the engine', 'src/engine/proxy/a.ts', "import '../kernel/queue';", 'src/engine/kernel/queue.ts'],
    ['data', 'src/cli/a.ts', "import x from '../scenarios/hero.yaml?raw';", 'src/scenarios/hero.yaml'],
    ['a contract', 'src/dialects/istio/a.ts', "import '../mesh-dialect';", 'src/dialects/mesh-dialect.ts'],
    ['a contract by its own door', 'src/session/a.ts', "import '../engine/world';", 'src/engine/world.ts'],
    ['test support', 'src/xds/a.test.ts', "import '../../tests/support/shared';", 'tests/support/shared.ts'],
  ])('allows an import %s', (_title, from, text, to) => {
    expect(floors({ [from]: text, [to]: 'export const x = 1;' })).toEqual([]);
  });

  test('names files outside every room and imports of nothing', () => {
    expect(floors({ 'src/stray.ts': '', 'src/base/a.ts': "import './gone';" })).toEqual([
      'src/stray.ts is in no room of the floor table',
      'src/base/a.ts:1 imports ./gone, which does not exist',
    ]);
  });
});

test('finds a cycle, also through a type', () => {
  const { files, exists } = draw({
    'src/base/a.ts': "import { b } from './b';",
    'src/base/b.ts': "import { c } from './c';",
    'src/base/c.ts': "import type { A } from './a';",
    'src/base/d.ts': "import { a } from './a';",
  });
  expect(findCycles(files, exists)).toEqual(['src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts']);
});

test('holds each room to its packages', () => {
  const { files } = draw({
    'src/base/a.ts': "import { parse } from 'yaml';",
    'src/config/a.ts': "import { parse } from 'yaml';\nimport { Value } from 'typebox/value';",
    'src/engine/a.ts': "import { readFileSync } from 'node:fs';",
    'src/ui/a.tsx': "import { useState } from 'react';\nimport fc from 'fast-check';",
  });
  expect(findPackageViolations(files, ['react', 'yaml'])).toEqual([
    'src/base/a.ts:1 imports yaml: base may not',
    'src/engine/a.ts:1 imports node:fs: engine may not',
    'src/ui/a.tsx:2 imports fast-check: ui may not',
  ]);
});

test.each([
  ['Math.pow(2, 3)', 'Math.pow'],
  ['Math["log"](2)', 'Math.log'],
  ['2 ** 3', '**'],
  ['new Date()', 'Date'],
  ['"a".localeCompare("b")', 'localeCompare'],
  ['globalThis.x', 'globalThis'],
  ['(({ sin }) => sin)(Math)', 'Math as a value'],
])('refuses %s in the pure rooms only', (expression, name) => {
  const text = `export const x = ${expression};`;
  const { files } = draw({ 'src/engine/a.ts': text, 'src/worker/a.ts': text });
  expect(findImpurities(files)).toEqual([`src/engine/a.ts:1 uses ${name}, which is not deterministic`]);
});

test('leaves fields that share a banned name alone', () => {
  const { files } = draw({
    'src/engine/a.ts':
      'export const x = { process: 1, log: Math.floor(2) }; export const y = x.process + Math.imul(1, 2);',
  });
  expect(findImpurities(files)).toEqual([]);
});

test('refuses a cast of a cast', () => {
  const { files } = draw({ 'src/base/a.ts': 'export const x = 1 as unknown as string;' });
  expect(findDoubleCasts(files)).toEqual(['src/base/a.ts:1 casts a cast']);
});

test('refuses files above the limit', () => {
  const { files } = draw({ 'src/base/a.ts': '\n'.repeat(601), 'src/base/b.ts': '\n'.repeat(600) });
  expect(findLongFiles(files, new Map())).toEqual(['src/base/a.ts has 601 lines, more than 600']);
  expect(findLongFiles(files, new Map([['src/base/a.ts', 'why']]))).toEqual([]);
  expect(findLongFiles([], new Map([['src/base/a.ts', 'why']]))).toHaveLength(1);
});
