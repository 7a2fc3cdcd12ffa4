import { describe, expect, it } from 'vitest';
import { SHOP, service } from '../session/shop';
import { meshwork, temporaryFolder } from './program';

const folder = temporaryFolder();
for (const { path, text } of SHOP) folder.write(`shop/${path}`, text);
const shop = `${folder.root}/shop`;

describe('check', () => {
  it('is content with good manifests', async () => {
    expect(await meshwork('check', 'hero-registry')).toEqual({ code: 0, out: 'nothing to report', err: '' });
  });

  it('prints errors with file, line and column and ends with 1', async () => {
    const path = folder.write('bad.yaml', `${service('a')}---\n${service('b').replace('port: 80', 'port: eighty')}`);
    const { code, out } = await meshwork('check', path);
    expect(code).toBe(1);
    expect(out).toMatch(/bad\.yaml:9:\d+: error MW\d{4}: .* \[Service shop\/b\]$/);
  });

  it('ends with 0 when there are only warnings', async () => {
    const path = folder.write('warning.yaml', 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: { name: g }\n');
    const { code, out } = await meshwork('check', path);
    expect(code).toBe(0);
    expect(out).toMatch(/warning\.yaml:\d+:\d+: (warning|info) MW\d{4}: /);
  });

  it('prints one object with --json', async () => {
    const path = folder.write('bad2.yaml', service('a').replace('port: 80', 'port: eighty'));
    const { code, out } = await meshwork('check', path, '--json');
    const { diagnostics, ...rest } = JSON.parse(out);
    expect([code, rest, diagnostics.length]).toEqual([1, {}, 1]);
    expect(diagnostics[0]).toMatchObject({ severity: 'error', range: { start: { line: 4 } } });
  });
});

describe('explain', () => {
  const REQUEST = 'GET http://missions.heroes:8080/missions';
  const FROM = ['--from', 'heroes/hero-registry-api'] as const;

  it('prints the decisions in order, with file and line, and the end', async () => {
    const { code, out, err } = await meshwork('explain', 'hero-registry', ...FROM, '--request', REQUEST);
    expect([code, err]).toEqual([0, '']);
    const [decisions = '', end = ''] = out.split('\n\n');
    const stages = decisions.split('\n').map((line) => /^\S+ +(\w+) /.exec(line)?.[1] ?? 'rejected');
    for (const [earlier, later] of [
      ['listener', 'route'],
      ['route', 'cluster'],
      ['cluster', 'host'],
      ['host', 'response'],
    ] as const)
      expect(stages.indexOf(earlier), earlier).toBeLessThan(stages.indexOf(later));
    expect(stages[0]).toBe('dns');
    expect(decisions).toMatch(/ route +all-missions: .*\(missions-route\.yaml:\d+\)/);
    expect(end).toMatch(/^status 200 after [\d.]+ ms\n/);
  });

  it('prints one object with --json', async () => {
    const { out } = await meshwork('explain', 'hero-registry', ...FROM, '--request', REQUEST, '--json');
    const view = JSON.parse(out);
    expect(view).toMatchObject({ finished: true, status: 200, flags: [] });
    const route = view.decisions.find((decision: { readonly stage: string }) => decision.stage === 'route');
    expect(route.source).toMatchObject({ file: 'missions-route.yaml', range: { start: { line: expect.any(Number) } } });
  });

  it('follows headers', async () => {
    const route = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: by-user, namespace: heroes }
spec:
  hosts: [ auth ]
  http:
  - match: [ { headers: { end-user: { exact: jason } } } ]
    directResponse: { status: 418 }
  - route: [ { destination: { host: auth } } ]
`;
    const hero = await import('../../../src/scenarios').then(({ SCENARIOS }) => SCENARIOS[0]?.files ?? []);
    for (const { path, text } of hero) if (path !== 'auth-route.yaml') folder.write(`hero/${path}`, text);
    folder.write('hero/auth-route.yaml', route);
    const ask = (...headers: readonly string[]) =>
      meshwork('explain', `${folder.root}/hero`, ...FROM, '--request', 'GET http://auth:8080/check', ...headers);
    expect((await ask()).out).toContain('status 200 ');
    const jason = await ask('--header', 'End-User: jason');
    expect(jason.out).toContain('status 418 ');
    expect(jason.out).toMatch(/auth-route\.yaml:\d+\)/);
  });

  it('takes a client outside the mesh when nobody is named', async () => {
    const { code, out } = await meshwork('explain', shop, '--request', 'http://front.shop/');
    expect(code).toBe(0);
    expect(out).toContain('status 200 ');
  });

  it('names the workloads there are when it does not know one', async () => {
    const { code, err } = await meshwork('explain', shop, '--from', 'nobody', '--request', 'http://front.shop/');
    expect(code).toBe(2);
    expect(err).toBe(
      'meshwork explain: no workload "nobody"; there are: shop/front, shop/cart-v1, shop/cart-v2, shop/db',
    );
  });
});

describe('compile', () => {
  const PROXY = ['compile', 'hero-registry', '--proxy', 'heroes/missions-v1'] as const;

  it('prints all parts of a proxy as Envoy JSON', async () => {
    const { code, out, err } = await meshwork(...PROXY);
    expect([code, err]).toEqual([0, '']);
    const config = JSON.parse(out);
    expect(Object.keys(config)).toEqual(['listeners', 'routes', 'clusters', 'endpoints']);
    expect(config.listeners.map(({ name }: { readonly name: string }) => name)).toContain('virtualInbound');
  });

  it.each([
    ['listeners', 'virtualOutbound'],
    ['routes', '8080'],
    ['clusters', 'outbound|8080|v1|missions.heroes.svc.cluster.local'],
    ['endpoints', 'outbound|8080|v1|missions.heroes.svc.cluster.local'],
  ])('prints only the %s with --as', async (part, name) => {
    const { out } = await meshwork(...PROXY, '--as', part, '--json');
    expect(out.split('\n')).toHaveLength(1);
    const names = JSON.parse(out).map(
      (entry: Readonly<Record<string, unknown>>) => entry['name'] ?? entry['clusterName'],
    );
    expect(names).toContain(name);
  });

  it('prints a bootstrap for a stock Envoy with --as envoy and names what it leaves out', async () => {
    const { code, out, err } = await meshwork(...PROXY, '--as', 'envoy');
    expect(code).toBe(0);
    const { staticResources, node } = JSON.parse(out);
    expect(node.cluster).toBe('missions-v1.heroes');
    const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name);
    expect(names(staticResources.listeners)).toContain('virtualInbound');
    expect(names(staticResources.clusters)).toContain('outbound|8080|v1|missions.heroes.svc.cluster.local');
    expect(out).not.toContain('"rds"');
    expect(err.split('\n')).toContain('left out: filter istio.metadata_exchange is no part of a stock Envoy');
  });

  it('names the parts there are when it does not know one', async () => {
    const { code, err } = await meshwork(...PROXY, '--as', 'bootstrap');
    expect(code).toBe(2);
    expect(err).toContain('--as wants one of listeners, routes, clusters, endpoints, envoy; it reads "bootstrap"');
  });

  it('ends with 1 when the workload runs no proxy', async () => {
    const { code, out, err } = await meshwork('compile', shop, '--proxy', 'db');
    expect([code, out, err]).toEqual([1, '', 'db runs no proxy']);
  });
});

describe('kinds', () => {
  it('lists kinds, versions and how far they are simulated', async () => {
    const { code, out } = await meshwork('kinds');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^kind +versions +simulated +note$/);
    expect(out).toMatch(/^VirtualService +networking\.istio\.io\/v1/m);
    expect(out).toMatch(/^Behavior +meshwork\.dev\/v1alpha1 +full$/m);
  });

  it('prints one object with --json', async () => {
    const { kinds } = JSON.parse((await meshwork('kinds', '--json')).out);
    const names = kinds.map(({ kind }: { readonly kind: string }) => kind);
    for (const name of ['Service', 'Deployment', 'DestinationRule', 'AuthorizationPolicy', 'Fault', 'Scenario'])
      expect(names).toContain(name);
  });
});

const COMMANDS = ['run', 'explain', 'compile', 'check', 'kinds'];

describe('help', () => {
  it('lists the commands', async () => {
    for (const argument of ['--help', '-h', 'help']) {
      const { code, out, err } = await meshwork(argument);
      expect([code, err]).toEqual([0, '']);
      for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ +${command} `, 'm'));
    }
  });

  it.each(COMMANDS)('of %s says how it is called', async (command) => {
    for (const argument of ['--help', '-h']) {
      const { code, out, err } = await meshwork(command, shop, argument);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(new RegExp(`^meshwork ${command} `));
    }
  });
});

const EXPLAIN = ['explain', shop, '--request', 'http://front.shop/'];

describe('wrong use', () => {
  it.each<readonly [string, readonly string[], RegExp]>([
    ['no command', [], /name a command: run, explain, compile, check, kinds/],
    ['an unknown command', ['walk'], /no command "walk"; there are run, /],
    ['no path', ['run'], /name at least one file or folder/],
    ['a path that is not there', ['run', 'nowhere.yaml'], /no such file or folder: nowhere\.yaml/],
    ['a folder without manifests', ['check', folder.write('none/a.txt', '').replace('/a.txt', '')], /no manifests/],
    ['an unknown option', ['run', shop, '--frobnicate'], /frobnicate/],
    ['an option without its value', ['run', shop, '--for'], /--for/],
    ['a wrong duration', ['run', shop, '--for', 'ages'], /--for wants a duration .*; it reads "ages"/],
    ['no duration at all', ['run', shop, '--for', '0s'], /--for wants a duration/],
    ['a wrong seed', ['run', shop, '--seed', '-1.5'], /--seed/],
    ['a seed beyond 32 bits', ['run', shop, '--seed', '4294967296'], /--seed wants a whole number/],
    ['an edit without a time', ['run', shop, '--at', 'x.yaml'], /--at wants TIME=FILE/],
    ['an edit at a wrong time', ['run', shop, '--at', `soon=${shop}/traffic.yaml`], /--at wants TIME=FILE/],
    [
      'an edit after the end',
      ['run', shop, '--for', '5s', '--at', `6s=${shop}/traffic.yaml`],
      /lies beyond the end at 5 s/,
    ],
    ['an edit of a file that is not there', ['run', shop, '--at', '6s=nowhere.yaml'], /no such file or folder/],
    ['no request', ['explain', shop], /--request "METHOD URL" is missing/],
    ['a wrong request', ['explain', shop, '--request', 'GET'], /--request wants METHOD and URL/],
    ['a wrong header', [...EXPLAIN, '--header', 'nonsense'], /--header wants NAME:VALUE/],
    ['no proxy', ['compile', shop], /--proxy WORKLOAD is missing/],
    ['an unknown part', ['compile', shop, '--proxy', 'db', '--as', 'secrets'], /--as wants one of listeners, routes, /],
    ['an unknown workload', ['compile', shop, '--proxy', 'x/db'], /no workload "x\/db"/],
    ['paths for kinds', ['kinds', shop], /it takes no paths/],
  ])('%s: one clear line and 2', async (_name, argv, message) => {
    const { code, out, err } = await meshwork(...argv);
    expect(err.split('\n')).toHaveLength(1);
    expect(err).toMatch(message);
    expect(err).toMatch(/^meshwork/);
    expect([code, out]).toEqual([2, '']);
  });
});
