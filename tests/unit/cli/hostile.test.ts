import { describe, expect, it } from 'vitest';
import { SHOP } from '../session/shop';
import { meshwork, temporaryFolder } from './program';

const folder = temporaryFolder();

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: big }\ndata:\n';

function aliasBomb(): string {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const entries = Array.from({ length: 9 }, () => (level === 0 ? '"x"' : `*l${level - 1}`)).join(', ');
    return `  l${level}: &l${level} [${entries}]\n`;
  });
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: bomb }\nx:\n${levels.join('')}`;
}

const HOSTILE: Readonly<Record<string, string | Buffer>> = {
  'unclosed.yaml': 'apiVersion: v1\nkind: [\n',
  'tabs.yaml': 'apiVersion: v1\nkind: Service\n\tmetadata: {}\n',
  'binary.yaml': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0xff, 0xfe]),
  'utf16.yaml': Buffer.from('apiVersion: v1\nkind: Service\n', 'utf16le'),
  'bomb.yaml': aliasBomb(),
  'five-megabytes.yaml': `${CONFIG_MAP}${'  k: v\n'.repeat(900_000)}`,
  'one-long-line.yaml': `${CONFIG_MAP}  k: ${'v'.repeat(5_000_000)}\n`,
  'deep.yaml': `a: ${'['.repeat(20_000)}`,
  'scalar.yaml': 'just a text\n',
  'list.yaml': '- 1\n- 2\n',
  'nameless.yaml': 'apiVersion: v1\nkind: Service\nspec: {}\n',
  'wrong-type.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\nspec: { replicas: many }\n',
  'half.json': '{"apiVersion": "v1", "kind": ',
};

describe('whatever a file holds', () => {
  for (const [name, content] of Object.entries(HOSTILE)) folder.write(name, content);

  it.each(Object.keys(HOSTILE))('%s: file and line, 1, and no stack trace', async (name) => {
    const path = `${folder.root}/${name}`;
    const startMs = performance.now();
    const check = await meshwork('check', path);
    expect(check.code).toBe(1);
    expect(check.out).toMatch(new RegExp(`${name.replace('.', '\\.')}:\\d+:\\d+: error MW\\d{4}: `));
    expect(check.out.length).toBeLessThan(100_000);
    expect(check.out).not.toMatch(/\n\s+at /);
    const run = await meshwork('run', path, '--json');
    expect([run.code, run.out]).toEqual([1, '']);
    expect(run.err.split('\n')[0]).toMatch(new RegExp(`${name.replace('.', '\\.')}:\\d+:\\d+: error MW\\d{4}: `));
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });

  it('an empty file is an empty cluster', async () => {
    const path = folder.write('empty.yaml', '');
    expect(await meshwork('check', path)).toEqual({ code: 0, out: 'nothing to report', err: '' });
    const { code, out } = await meshwork('run', path, '--for', '2s', '--json');
    expect([code, JSON.parse(out).edges]).toEqual([0, []]);
  });

  it('an unknown field is reported at its line', async () => {
    const path = folder.write(
      'field.yaml',
      'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec:\n  portz: []\n',
    );
    const { out } = await meshwork('check', path);
    expect(out).toMatch(/field\.yaml:5:3: (error|warning) MW\d{4}: .*portz/);
  });

  it('a bad file beside good ones spoils the lot', async () => {
    for (const { path, text } of SHOP) folder.write(`mixed/${path}`, text);
    folder.write('mixed/zz.yaml', 'a: [');
    const { code, err } = await meshwork('run', `${folder.root}/mixed`);
    expect(code).toBe(1);
    expect(err).toMatch(/zz\.yaml:1:\d+: error/);
  });
});
