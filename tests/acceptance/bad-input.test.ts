// Whatever is applied: a finding at its line, and traffic goes on under the last good configuration.
import { describe, expect, it } from 'vitest';
import { Mesh } from './support/mesh';

const FILE = 'missions-route.yaml';

interface BadInput {
  readonly title: string;
  /** From the good text of the file to the bad one. */
  readonly text: (good: string) => string;
  readonly code: RegExp;
  /** Line of the first finding, counted in the bad text; undefined where any line is right. */
  readonly line: (bad: string) => number | undefined;
}

function lineOf(text: string, part: string): number {
  expect(text).toContain(part);
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

function aliasBomb(levels: number): string {
  const names = Array.from({ length: levels }, (_, index) => `a${index}`);
  const lines = names.map((name, index) => {
    const items = index === 0 ? 'x' : `*a${index - 1}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => items).join(', ')}]`;
  });
  return `${lines.join('\n')}\n`;
}

const CASES: readonly BadInput[] = [
  {
    title: 'a bracket that is never closed',
    text: (good) => good.replace('  hosts:\n  - missions', '  hosts: [missions'),
    code: /^MW00/,
    line: () => undefined,
  },
  {
    title: 'a tab for indentation',
    text: (good) => good.replace('    timeout: 2s', '\ttimeout: 2s'),
    code: /^MW00/,
    line: (bad) => lineOf(bad, '\ttimeout'),
  },
  {
    title: 'a list where a duration belongs',
    text: (good) => good.replace('timeout: 2s', 'timeout: [2s]'),
    code: /^MW02/,
    line: (bad) => lineOf(bad, 'timeout: [2s]'),
  },
  {
    title: 'a number where a duration belongs',
    text: (good) => good.replace('timeout: 2s', 'timeout: 2'),
    code: /^MW02/,
    line: (bad) => lineOf(bad, 'timeout: 2'),
  },
  {
    title: 'an unknown field',
    text: (good) => good.replace('timeout: 2s', 'timeuot: 2s'),
    code: /^MW0201$/,
    line: (bad) => lineOf(bad, 'timeuot'),
  },
  {
    title: 'two objects with one name',
    text: (good) => `${good}---\n${good}`,
    code: /^MW0104$/,
    line: () => undefined,
  },
  { title: 'an alias bomb', text: () => aliasBomb(12), code: /^MW0005$/, line: () => undefined },
  { title: 'an alias to itself', text: () => 'a: &a [ *a ]\n', code: /^MW00(08|14)$/, line: () => 1 },
  {
    title: 'bytes that are no text',
    text: () => '\u007fELF\u0002\u0001\u0001\u0000\u0000\ufffd\ufffd\u0001',
    code: /^MW0007$/,
    line: () => 1,
  },
  {
    title: 'five megabytes',
    text: () => `# much\n${`# ${'x'.repeat(97)}\n`.repeat(52_000)}`,
    code: /^MW0006$/,
    line: () => 1,
  },
  {
    title: 'more values than can be read in time',
    text: () => '- a\n'.repeat(450_000),
    code: /^MW0018$/,
    line: () => 125_000,
  },
  {
    title: 'something that is no manifest',
    text: () => 'Dear Sir or Madam\n',
    code: /^MW0101$/,
    line: () => 1,
  },
  {
    title: 'deep nesting',
    text: () => `${'['.repeat(20_000)}\n`,
    code: /^MW00/,
    line: () => undefined,
  },
];

describe('bad input', () => {
  const mesh = Mesh.openScenario('hero-registry');
  mesh.run(2);

  it.each(CASES.map((entry) => [entry.title, entry] as const))(
    '%s is refused, and nothing else changes',
    (_title, entry) => {
      const good = mesh.text(FILE);
      const bad = entry.text(good);
      expect(bad).not.toBe(good);
      const files = mesh.session.files.map((file) => (file.path === FILE ? { path: FILE, text: bad } : file));
      const startMs = performance.now();
      const result = mesh.session.applyFiles(files);
      expect(performance.now() - startMs).toBeLessThan(5_000);
      expect(result.accepted).toBe(false);
      const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
      expect(errors[0]?.code).toMatch(entry.code);
      expect(errors[0]?.file).toBe(FILE);
      expect(errors[0]?.range).toBeDefined();
      const line = entry.line(bad);
      if (line !== undefined) expect(errors[0]?.range?.start.line).toBe(line);
      expect(mesh.text(FILE)).toBe(good);
      const traffic = mesh.measure(2);
      expect(traffic.edge('users', 'istio-ingressgateway').requests).toBeGreaterThan(60);
      expect(traffic.edge('hero-registry-api', 'missions').requests).toBeGreaterThan(8);
    },
  );

  it('takes an empty manifest for the removal of its objects, and no manifests at all for an empty cluster', () => {
    const own = Mesh.openScenario('hero-registry');
    own.run(1);
    const result = own.apply({ [FILE]: '' });
    expect(result.changes.map(({ kind, ref }) => [kind, ref.kind, ref.name])).toEqual([
      ['removed', 'VirtualService', 'missions'],
      ['removed', 'DestinationRule', 'missions'],
    ]);
    expect(own.measure(5).edge('hero-registry-api', 'missions').requests).toBeGreaterThan(40);
    expect(own.session.applyFiles([]).accepted).toBe(true);
    own.run(60);
    expect(own.pods()).toEqual([]);
    expect(own.measure(2).edgeNames()).toEqual([]);
  });

  it('keeps kinds that nobody simulates, and says so', () => {
    const own = Mesh.openScenario('hero-registry');
    const result = own.applyAtOnce({
      'gadget.yaml': 'apiVersion: example.org/v1\nkind: Gadget\nmetadata: { name: one, namespace: heroes }\n',
    });
    expect(result.changes.map(({ kind, ref }) => [kind, ref.kind])).toEqual([['added', 'Gadget']]);
    expect(result.diagnostics.map(({ code, file }) => [code, file])).toEqual([['MW0105', 'gadget.yaml']]);
  });
});
