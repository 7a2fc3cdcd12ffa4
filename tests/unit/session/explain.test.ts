import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../src/scenarios';
import { parseRequestLine, type Session } from '../../../src/session';
import { open, run, S, SHOP } from './shop';

const HERO = SCENARIOS[0]?.files ?? [];

function hero(): Session {
  const session = open(HERO, { presets: SCENARIOS[0]?.presets ?? [] });
  run(session, 5);
  return session;
}

function podOf(session: Session, workload: string): string {
  return session.cluster.pods.find((pod) => pod.workload.name === workload)?.uid ?? '';
}

function request(line: string, headers: readonly (readonly [string, string])[] = []) {
  const parsed = parseRequestLine(line);
  if (parsed === undefined) throw new Error(`no request: ${line}`);
  return { ...parsed, headers };
}

describe('explaining', () => {
  it('changes nothing: not the hash, not the state, not what comes later', () => {
    const [asked, untouched] = [hero(), hero()];
    const stateOf = (session: Session) =>
      structuredClone({
        hash: session.traceHash(),
        nowNs: session.nowNs,
        topology: { ...session.topology(), revision: 0 },
        metrics: session.metrics(),
        log: session.log,
        marks: session.marks,
        totals: session.totals({ kind: 'mesh' }, 'start'),
        accessLog: session.engine.accessLog(100),
      });
    const { revision } = asked.topology();
    for (const line of [
      'GET http://missions:8080/missions',
      'GET http://nowhere.example/',
      'GET http://hero-db:5432/',
    ]) {
      asked.explain({ from: podOf(asked, 'hero-registry-api-v1'), request: request(line) });
      asked.explain({ request: request('GET http://hero-registry-api.heroes:8080/heroes') });
    }
    expect(stateOf(asked)).toEqual(stateOf(untouched));
    expect(asked.topology().revision).toBe(revision);
    run(asked, 10);
    run(untouched, 10);
    expect(stateOf(asked)).toEqual(stateOf(untouched));
  });

  it('is the same twice', () => {
    const session = hero();
    const probe = { from: podOf(session, 'hero-registry-api-v1'), request: request('GET http://auth:8080/check') };
    expect(session.explain(probe)).toEqual(session.explain(probe));
  });

  it('gives every decision of a routing rule its place in the manifests', () => {
    const session = hero();
    const view = session.explain({
      from: podOf(session, 'hero-registry-api-v1'),
      request: request('GET http://auth:8080/check'),
    });
    expect(view).toMatchObject({ finished: true, status: 200, flags: [] });
    const route = view.decisions.find(({ stage }) => stage === 'route');
    expect(route?.source?.file).toBe('auth-route.yaml');
    const text = HERO.find(({ path }) => path === 'auth-route.yaml')?.text ?? '';
    const { range } = route?.source ?? { range: undefined };
    expect(text.slice(range?.start.offset, range?.end.offset)).toContain('route');
    expect(view.decisions.every(({ sentence }) => sentence !== '' && !/\{|undefined/.test(sentence))).toBe(true);
    const times = view.decisions.map(({ atNs }) => atNs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(5 * S);
  });

  it('says what it knows of a request that is never answered', () => {
    const session = open();
    session.execute({
      kind: 'injectFault',
      id: 'h',
      label: 'h',
      fault: { scope: 'engine', fault: { kind: 'hang', target: { service: 'front' } } },
    });
    const view = session.explain({ request: request('GET http://front.shop/') });
    expect(view).toMatchObject({ finished: false, status: 0 });
    expect(session.nowNs).toBe(0);
  });

  it('says so when the pod that was to ask is gone, and a logged probe of it does nothing', () => {
    const session = hero();
    const probe = { from: 'gone', request: request('GET http://auth:8080/check') };
    expect(session.explain(probe)).toMatchObject({ finished: true, status: 0, decisions: [] });
    const hash = session.traceHash();
    session.execute({ kind: 'probe', ...probe });
    expect(session.traceHash()).toBe(hash);
    session.seek(2 * S);
    session.seek(5 * S);
    expect(session.traceHash()).toBe(hash);
  });

  it('follows the configuration that the proxies have now', () => {
    const session = hero();
    const probe = {
      from: podOf(session, 'hero-registry-api-v1'),
      request: request('GET http://auth:8080/check', [['end-user', 'jason']]),
    };
    const rule = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: auth, namespace: heroes }
spec: { hosts: [ auth ], http: [ { directResponse: { status: 418 } } ] }
`;
    session.applyFiles(HERO.map((file) => (file.path === 'auth-route.yaml' ? { path: file.path, text: rule } : file)));
    expect(session.explain(probe).status).toBe(200);
    run(session, 1);
    expect(session.explain(probe)).toMatchObject({ status: 418, flags: [] });
  });
});

describe('a request line', () => {
  it.each([
    ['GET http://reviews:9080/reviews/0', { method: 'GET', host: 'reviews', port: 9080, path: '/reviews/0' }],
    ['http://reviews', { method: 'GET', host: 'reviews', port: 80, path: '/' }],
    ['  post   https://a.b/c?d=e ', { method: 'POST', scheme: 'https', port: 443, path: '/c?d=e' }],
    ['grpc://cart:7070/shop.Cart/Add', { method: 'POST', protocol: 'grpc', path: '/shop.Cart/Add' }],
    ['tcp://redis:6379', { protocol: 'tcp', host: 'redis', port: 6379 }],
  ])('%s is understood', (line, expected) => {
    expect(parseRequestLine(line)).toMatchObject(expected);
  });

  it.each(['', 'GET', 'GET http://a http://b', 'GET reviews:9080', 'GET ftp://a', 'GET http://a:99999/'])(
    '%j is none',
    (line) => {
      expect(parseRequestLine(line)).toBeUndefined();
    },
  );
});

describe('a mesh with sidecars', () => {
  it('shows them, and which of them run on an old configuration', () => {
    const session = hero();
    const { services, namespaces } = session.topology();
    expect(namespaces).toContainEqual({ name: 'heroes', injection: 'on' });
    expect(namespaces).toContainEqual({ name: 'villains', injection: 'off' });
    const pods = (id: string) => session.topology().services.find((node) => node.id === id)?.pods ?? [];
    expect(pods('heroes/missions').every(({ sidecar, synced }) => sidecar && synced)).toBe(true);
    expect(pods('villains/ultron').some(({ sidecar }) => sidecar)).toBe(false);
    expect(services.find(({ kind }) => kind === 'gateway')?.id).toBe('istio-system/istio-ingressgateway');
    session.applyFiles(HERO.filter(({ path }) => path !== 'auth-route.yaml'));
    // The push leaves after the debounce of 100 ms and arrives within 20 ms.
    session.advanceTo(5 * S + 101_000_000, Number.MAX_SAFE_INTEGER);
    expect(pods('heroes/hero-registry-api').some(({ synced }) => !synced)).toBe(true);
    run(session, 1);
    expect(pods('heroes/hero-registry-api').every(({ synced }) => synced)).toBe(true);
  });

  it('whose control plane is down keeps the old configuration until it is back', () => {
    const session = hero();
    const version = () => session.engine.pods().map(({ snapshotVersion }) => snapshotVersion);
    const before = version();
    session.execute({
      kind: 'injectFault',
      id: 'd',
      label: 'd',
      fault: { scope: 'controlPlane', kind: 'down' },
    });
    session.applyFiles(HERO.filter(({ path }) => path !== 'auth-route.yaml'));
    run(session, 3);
    expect(version()).toEqual(before);
    session.execute({ kind: 'clearFault', id: 'd' });
    run(session, 1);
    expect(version()).not.toEqual(before);
  });

  it('marks a pod as ejected while a proxy leaves it out', () => {
    const rule = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: eject, namespace: heroes }
spec:
  host: equipment
  trafficPolicy:
    outlierDetection: { consecutive5xxErrors: 2, interval: 1s, baseEjectionTime: 60s, maxEjectionPercent: 100 }
`;
    const session = hero();
    session.applyFiles([
      ...HERO.filter(({ path }) => path !== 'equipment-route.yaml'),
      { path: 'eject.yaml', text: rule },
    ]);
    run(session, 1);
    const pod = session.cluster.pods.find(({ workload }) => workload.name === 'equipment-v1')?.name ?? '';
    session.execute({
      kind: 'injectFault',
      id: 'e',
      label: 'e',
      fault: {
        scope: 'engine',
        fault: { kind: 'errors', target: { podName: pod }, share: { numerator: 1, denominator: 1 }, status: 503 },
      },
    });
    run(session, 15);
    const node = session.topology().services.find(({ id }) => id === 'heroes/equipment');
    expect(node?.pods.find(({ name }) => name === pod)?.state).toBe('ejected');
    expect(node?.pods.filter(({ state }) => state === 'ejected')).toHaveLength(1);
  });
});

it('the shop has no proxies to ask for their configuration', () => {
  const session = open(SHOP);
  expect(session.cluster.pods.every((pod) => session.cluster.snapshotFor(pod.uid) === undefined)).toBe(true);
});
