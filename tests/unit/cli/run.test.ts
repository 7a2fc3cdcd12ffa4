import { describe, expect, it, vi } from 'vitest';
import { SCENARIOS } from '../../../src/scenarios';
import { Session } from '../../../src/session';
import { createLoopback } from '../../../src/worker';
import { hasShared, sharedPath } from '../../support/shared';
import { deployment, file, SHOP, scenario, service, TRAFFIC, traffic } from '../session/shop';
import { meshwork, meshworkAtTerminal, temporaryFolder } from './program';

const folder = temporaryFolder();
for (const { path, text } of SHOP) folder.write(`shop/${path}`, text);
const shop = `${folder.root}/shop`;

interface Report {
  readonly traceHash: string;
  readonly edges: readonly Record<string, unknown>[];
}

async function report(...argv: readonly string[]): Promise<Report> {
  const { code, out, err } = await meshwork('run', ...argv, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

describe('run --json', () => {
  it('prints one object of exactly this shape', async () => {
    const { out } = await meshwork('run', shop, '--for', '5s', '--json');
    expect(out.split('\n')).toHaveLength(1);
    const { traceHash, edges, ...rest }: Report = JSON.parse(out);
    expect(rest).toEqual({});
    expect(traceHash).toMatch(/^[0-9a-f]{16}$/);
    expect(edges).toHaveLength(4);
    for (const edge of edges) {
      expect(edge).toEqual({
        source: expect.any(String),
        destination: expect.any(String),
        version: expect.any(String),
        requests: expect.any(Number),
        ratePerS: expect.any(Number),
        successRatio: expect.any(Number),
        p50Ms: expect.any(Number),
        p95Ms: expect.any(Number),
        p99Ms: expect.any(Number),
        attempts: expect.any(Number),
        flags: expect.any(Object),
      });
    }
    expect(edges[0]).toMatchObject({ source: '/clients', destination: 'shop/front', version: 'v1', successRatio: 1 });
    expect(Number(edges[0]?.['ratePerS'])).toBe(Number(edges[0]?.['requests']) / 5);
  });

  it('counts what the session counts, under the same hash', async () => {
    const { traceHash, edges } = await report(shop, '--for', '7500ms', '--seed', '9');
    const files = [...SHOP].sort((a, b) => (a.path < b.path ? -1 : 1));
    const { session } = Session.open(scenario(files, { seed: 9 }));
    session?.advanceTo(7_500_000_000, Number.MAX_SAFE_INTEGER);
    expect(session?.traceHash()).toBe(traceHash);
    const counted = session?.engine.edgeStatistics().map(({ requests, attempts }) => [requests, attempts]);
    expect(edges.map(({ requests, attempts }) => [requests, attempts])).toEqual(counted);
  });

  it('says null for what has no value, and names flags', async () => {
    folder.write('dead/dead.yaml', [service('front'), traffic(50)].join('---\n'));
    const { edges } = await report(`${folder.root}/dead`, '--for', '3s');
    expect(edges[0]).toMatchObject({ successRatio: 0, version: '' });
    folder.write('idle/idle.yaml', [service('front'), traffic(0)].join('---\n'));
    expect((await report(`${folder.root}/idle`, '--for', '3s')).edges).toEqual([]);
  });
});

describe('the trace hash', () => {
  it('is the same for the same run, another one for another seed or another time', async () => {
    const first = await report(shop, '--for', '5s');
    expect(await report(shop, '--for', '5s')).toEqual(first);
    expect((await report(shop, '--for', '5s', '--seed', '2')).traceHash).not.toBe(first.traceHash);
    expect((await report(shop, '--for', '6s')).traceHash).not.toBe(first.traceHash);
  });

  it.each(SCENARIOS.map(({ id }) => id))('of %s is that of the loopback client', async (id) => {
    const { traceHash } = await report(id, '--for', '10s');
    const definition = SCENARIOS.find((candidate) => candidate.id === id);
    const { client } = createLoopback({ nowMs: () => 0 });
    if (definition !== undefined) await client.load(definition);
    await client.seek(10_000_000_000);
    expect(await client.traceHash()).toBe(traceHash);
  });
});

describe('run', () => {
  it('prints a table with a line per edge and version', async () => {
    const { code, out, err } = await meshwork('run', shop, '--for', '5s');
    expect([code, err]).toEqual([0, '']);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(
      /^source +destination +version +requests +req\/s +success +p50 ms +p95 ms +p99 ms +tries +flags$/,
    );
    expect(lines.slice(1, 5).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['/clients', 'shop/front', 'v1'],
      ['shop/front', 'shop/cart', 'v1'],
      ['shop/cart', 'shop/db', 'v1'],
      ['shop/front', 'shop/cart', 'v2'],
    ]);
    expect(lines.at(-1)).toMatch(/^trace hash [0-9a-f]{16}$/);
  });

  it('takes a minute when nothing is said', async () => {
    const { edges } = await report(shop);
    expect(edges[0]?.['ratePerS']).toBe(Number(edges[0]?.['requests']) / 60);
  });

  it('takes a built-in scenario by its id, with its own seed, unless a file is called so', async () => {
    const { edges } = await report('hero-registry', '--for', '3s');
    expect(edges[0]?.['source']).toBe('/users');
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder.write('here/empty', '').replace('/empty', ''));
    folder.write('here/hero-registry', TRAFFIC.text);
    expect((await report('hero-registry', '--for', '3s')).edges[0]?.['source']).toBe('/clients');
    cwd.mockRestore();
  });

  it('lays files over the manifests at their moments, in the order of time', async () => {
    const quiet = folder.write('edits/quiet.yaml', traffic(0));
    const loud = folder.write('edits/loud.yaml', traffic(300));
    const { edges } = await report(shop, '--for', '6s', '--at', `4s=${loud}`, '--at', `2s=${quiet}`);
    expect(Number(edges[0]?.['requests'])).toBeGreaterThan(750);
    expect(Number(edges[0]?.['requests'])).toBeLessThan(850);
  });

  it('leaves alone what the laid file does not name', async () => {
    const scaled = folder.write('edits/scaled.yaml', deployment({ name: 'db', replicas: 3 }));
    const before = await report(shop, '--for', '8s');
    const after = await report(shop, '--for', '8s', '--at', `1s=${scaled}`);
    expect(after.edges).toHaveLength(before.edges.length);
    expect(after.traceHash).not.toBe(before.traceHash);
  });

  it('ends with 1 when a laid file is refused', async () => {
    const broken = folder.write('edits/broken.yaml', 'apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec: 7\n');
    const { code, out, err } = await meshwork('run', shop, '--for', '6s', '--at', `2s=${broken}`);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/broken\.yaml:4:7: error MW\d{4}: /);
  });

  it('shows progress at a terminal only, and only on long runs', async () => {
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1_500));
    const busy = folder.write('busy.yaml', [...SHOP.slice(0, 2).map(({ text }) => text), traffic(2_000)].join('---\n'));
    const shown = await meshworkAtTerminal('run', busy, '--for', '20s', '--json');
    expect(shown.err).toMatch(/^simulated [\d.]+ s of 20 s$/m);
    expect(JSON.parse(shown.out)).toBeDefined();
    const piped = await meshwork('run', busy, '--for', '20s', '--json');
    expect(piped.err).toBe('');
    expect(piped.out).toBe(shown.out);
    clock.mockRestore();
    expect((await meshworkAtTerminal('run', shop, '--for', '1s')).err).toBe('');
  });

  it.runIf(hasShared('samples/isotope'))('takes topologies of the load-testing tool', async () => {
    const { edges } = await report(sharedPath('samples/isotope/canonical.yaml'), '--for', '5s');
    expect(edges.length).toBeGreaterThan(3);
    expect(edges.every(({ successRatio }) => Number(successRatio) > 0.9)).toBe(true);
  });
});

describe('paths', () => {
  it('may be folders, read in the order of names, without hidden files', async () => {
    folder.write('tree/b/traffic.yml', TRAFFIC.text);
    folder.write('tree/a.yaml', SHOP[0]?.text ?? '');
    folder.write('tree/c.json', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'json' } }));
    folder.write('tree/.hidden/x.yaml', 'no: [');
    folder.write('tree/.y.yaml', 'no: [');
    folder.write('tree/notes.txt', 'no: [');
    const { code, out } = await meshwork('check', `${folder.root}/tree`);
    expect([code, out]).toEqual([0, 'nothing to report']);
  });

  it('named twice count once', async () => {
    const { code, out } = await meshwork('check', shop, `${shop}/${TRAFFIC.path}`, shop);
    expect([code, out]).toEqual([0, 'nothing to report']);
  });

  it('in several files of one object are reported', async () => {
    const twice = folder.write('twice.yaml', file('x', service('front')).text);
    const { code, out } = await meshwork('check', shop, twice);
    expect(code).toBe(1);
    expect(out).toMatch(/twice\.yaml:3:\d+: error MW0104: .*workloads\.yaml:\d+/);
  });
});

describe('run --stats', () => {
  it("prints one proxy's statistics in the Prometheus format, and says when there is none", async () => {
    const { code, out } = await meshwork('run', 'bookinfo', '--for', '10s', '--stats', 'productpage-v1');
    expect(code).toBe(0);
    const cluster = 'outbound|9080||details.default.svc.cluster.local';
    expect(out).toMatch(/^# TYPE envoy_cluster_upstream_rq counter$/m);
    expect(out).toContain(`envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="${cluster}"} `);
    const unknown = await meshwork('run', 'bookinfo', '--for', '1s', '--stats', 'nobody');
    expect([unknown.code, unknown.err.includes('no workload "nobody"')]).toEqual([2, true]);
  });
});
