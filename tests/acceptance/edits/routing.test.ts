import { describe, expect, it } from 'vitest';
import { destinationRule, heroUsers, joined, trafficSource, virtualService } from '../support/manifests';
import { type Measurement, margin, share } from '../support/measurement';
import { change, Mesh } from '../support/mesh';

const HERO = 'hero-registry';

/** Status, flags and details of every line that a proxy wrote about its calls to a host; they must all be equal. */
function verdict(measured: Measurement, workload: string, host: string): readonly [number, string, string] {
  const lines = measured.lines('source', workload).filter((line) => line.authority.startsWith(host));
  expect(lines.length).toBeGreaterThan(20);
  const verdicts = new Set(lines.map((line) => JSON.stringify([line.status, line.flags.join(), line.details])));
  expect(verdicts.size, [...verdicts].join(' ')).toBe(1);
  const line = lines[0];
  return [line?.status ?? 0, line?.flags.join() ?? '', line?.details ?? ''];
}

describe('a route that leads nowhere', () => {
  it('answers 503 NC when its subset is missing', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'missions-route.yaml': joined(
        virtualService('missions', 'missions', '- route:\n  - destination: { host: missions, subset: v9 }'),
        destinationRule('missions', ['v1']),
      ),
    });
    const measured = mesh.measure(20);
    expect(verdict(measured, 'hero-registry-api', 'missions')).toEqual([503, 'NC', 'cluster_not_found']);
    const edge = measured.edge('hero-registry-api', 'missions');
    expect(edge.statuses).toEqual({ '503': edge.requests });
    expect(edge.flags).toEqual({ NC: edge.requests });
    expect(edge.attempts).toBe(0);
  });

  it('answers 503 UH when its subset has no pods', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'missions-route.yaml': joined(
        virtualService('missions', 'missions', '- route:\n  - destination: { host: missions, subset: v9 }'),
        destinationRule('missions', ['v1', 'v9']),
      ),
    });
    const measured = mesh.measure(20);
    expect(verdict(measured, 'hero-registry-api', 'missions')).toEqual([503, 'UH', 'no_healthy_upstream']);
    expect(measured.edge('hero-registry-api', 'missions').attempts).toBe(0);
  });

  it('answers 404 NR when no rule matches, in the mesh and at the gateway', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'missions-route.yaml': joined(
        virtualService(
          'missions',
          'missions',
          '- match:\n  - uri: { exact: /other }\n  route:\n  - destination: { host: missions, subset: v1 }',
        ),
        destinationRule('missions', ['v1']),
      ),
      'traffic.yaml': heroUsers(
        'weight: 1, url: "http://hero.example/missions"',
        'weight: 1, url: "http://hero.example/admin"',
        'weight: 1, url: "http://villain.example/heroes"',
      ),
    });
    const measured = mesh.measure(20);
    expect(verdict(measured, 'hero-registry-api', 'missions')).toEqual([404, 'NR', 'route_not_found']);
    expect(verdict(measured, 'ingressgateway', 'villain.example')).toEqual([404, 'NR', 'route_not_found']);
    const admin = measured.lines('source', 'ingressgateway').filter((line) => line.path === '/admin');
    expect(admin.length).toBeGreaterThan(20);
    for (const line of admin) expect([line.status, line.flags, line.details]).toEqual([404, ['NR'], 'route_not_found']);
    // A third of the users gets as far as the API, for which a 404 of missions is an answer like any other.
    const users = measured.edge('users', 'istio-ingressgateway');
    expect(Math.abs(share(users.statuses, '404') - 2 / 3)).toBeLessThan(margin(2 / 3, users.requests));
    expect(measured.edge('istio-ingressgateway', 'hero-registry-api').requests).toBe(users.statuses['200']);
  });

  it('falls back to the service when the rule is for another gateway', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'missions-route.yaml': virtualService(
        'missions',
        'missions',
        '- match:\n  - uri: { exact: /other }\n  route:\n  - destination: { host: missions }',
        { gateways: ['hero-gateway'] },
      ),
    });
    expect(mesh.measure(10).edge('hero-registry-api', 'missions').successRatio).toBeGreaterThan(0.98);
  });
});

describe('answers that a proxy gives itself', () => {
  const gateway = (http: string) =>
    joined(
      `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: hero-gateway
  namespace: heroes
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: [hero.example]
`,
      virtualService('hero-registry', 'hero.example', http, { gateways: ['hero-gateway'] }),
    );

  it('redirect', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'gateway.yaml': gateway('- redirect: { uri: /new, authority: other.example, redirectCode: 308 }'),
      'traffic.yaml': heroUsers('url: "http://hero.example/old"'),
    });
    const measured = mesh.measure(10);
    const users = measured.edge('users', 'istio-ingressgateway');
    expect(users.statuses).toEqual({ '308': users.requests });
    expect(measured.edge('istio-ingressgateway', 'hero-registry-api').requests).toBe(0);
    expect(verdict(measured, 'ingressgateway', 'hero.example')).toEqual([308, '', 'direct_response']);
  });

  it('direct response', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'gateway.yaml': gateway(`
- match:
  - uri: { exact: /heroes }
  directResponse: { status: 418, body: { string: teapot } }
- route:
  - destination: { host: hero-registry-api, port: { number: 8080 } }`),
    });
    const measured = mesh.measure(20);
    const heroes = measured.lines('source', 'ingressgateway').filter((line) => line.path === '/heroes');
    expect(heroes.length).toBeGreaterThan(100);
    for (const line of heroes) expect([line.status, line.flags, line.details]).toEqual([418, [], 'direct_response']);
    expect(Math.abs(measured.edge('istio-ingressgateway', 'hero-registry-api').ratePerS - 15)).toBeLessThan(4);
  });

  it('CORS preflight: 200 from the filter, nothing upstream; an origin that is not allowed is forwarded', () => {
    const mesh = Mesh.openScenario(HERO);
    const preflight = (origin: string) =>
      `weight: 1, method: OPTIONS, url: "http://hero.example/heroes", headers: { origin: "${origin}", access-control-request-method: PUT }`;
    mesh.apply({
      'gateway.yaml': gateway(`
- corsPolicy:
    allowOrigins: [ { exact: "https://hero.example" } ]
    allowMethods: [PUT]
    maxAge: 24h
  route:
  - destination: { host: hero-registry-api, port: { number: 8080 } }`),
      'traffic.yaml': heroUsers(preflight('https://hero.example')),
    });
    const measured = mesh.measure(10);
    const users = measured.edge('users', 'istio-ingressgateway');
    expect(users.statuses).toEqual({ '200': users.requests });
    expect(verdict(measured, 'ingressgateway', 'hero.example')).toEqual([200, '', 'cors_response']);
    expect(measured.edge('istio-ingressgateway', 'hero-registry-api').attempts).toBe(0);
    mesh.apply({ 'traffic.yaml': heroUsers(preflight('https://villain.example')) });
    expect(mesh.measure(10).edge('istio-ingressgateway', 'hero-registry-api').attempts).toBeGreaterThan(400);
  });

  it('rewrite: the application sees the new path, log lines show the old one', () => {
    const routed = (rewrite: string): string =>
      gateway(`
- match:
  - uri: { prefix: /v1/ }
${rewrite}  route:
  - destination: { host: hero-registry-api, port: { number: 8080 } }`);
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'gateway.yaml': routed('  rewrite: { uri: / }\n'),
      'traffic.yaml': heroUsers('url: "http://hero.example/v1/heroes"'),
    });
    const paths = (): readonly string[] => {
      const received = mesh.measure(10).lines('destination', 'hero-registry-api');
      expect(received.length).toBeGreaterThan(100);
      return [...new Set(received.map(({ path, status }) => `${path} ${status}`))];
    };
    // Istio's default format prefers x-envoy-original-path; the application knows no /v1/heroes.
    expect(paths()).toEqual(['/v1/heroes 200']);
    mesh.apply({ 'gateway.yaml': routed('') });
    expect(paths()).toEqual(['/v1/heroes 404']);
  });
});

describe('the way out', () => {
  const registryOnly = `apiVersion: v1
kind: Namespace
metadata: { name: istio-system }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    outboundTrafficPolicy:
      mode: REGISTRY_ONLY
`;

  it('is closed by REGISTRY_ONLY: 502 without a flag, and open again for what a ServiceEntry names', () => {
    const mesh = Mesh.openScenario(HERO);
    const before = mesh.measure(20).edge('missions', 'api.quantum.example');
    expect(before.requests).toBeGreaterThan(80);
    expect(before.successRatio).toBe(1);
    mesh.apply({ 'mesh.yaml': registryOnly });
    const measured = mesh.measure(30);
    expect(verdict(measured, 'missions', 'api.quantum.example')).toEqual([502, '', 'direct_response']);
    // missions copes without the forecast.
    expect(measured.edge('hero-registry-api', 'missions').successRatio).toBeGreaterThan(0.98);
    mesh.apply({
      'quantum.yaml': `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: quantum, namespace: heroes }
spec:
  hosts: [api.quantum.example]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [ { number: 80, name: http, protocol: HTTP } ]
`,
    });
    const open = mesh.measure(20);
    expect(open.edge('missions', 'api.quantum.example').statuses['200']).toBeGreaterThan(80);
    const lines = open.lines('source', 'missions').filter((line) => line.authority.startsWith('api.quantum'));
    expect(new Set(lines.map((line) => line.upstreamCluster))).toEqual(new Set(['outbound|80||api.quantum.example']));
  });

  it('by default leads through the pass-through cluster', () => {
    const mesh = Mesh.openScenario(HERO);
    const lines = mesh
      .measure(10)
      .lines('source', 'missions')
      .filter((line) => line.authority.startsWith('api.quantum'));
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines)
      expect([line.upstreamCluster, line.routeName, line.status]).toEqual(['PassthroughCluster', 'allow_any', 200]);
  });
});

describe('a port name that declares the wrong protocol', () => {
  const fault = joined(
    virtualService(
      'auth',
      'auth',
      '- fault:\n    abort: { httpStatus: 500, percentage: { value: 100 } }\n  route:\n  - destination: { host: auth }',
    ),
    destinationRule('auth', []),
  );

  function authPort(mesh: Mesh, name: string): string {
    const text = mesh.text('workloads.yaml');
    const service = text.slice(text.indexOf('kind: Service\nmetadata:\n  name: auth\n'));
    const changed = change(service, '- name: http\n', `- name: ${name}\n`);
    return text.replace(service, changed);
  }

  it('tcp makes the proxy blind for HTTP: the rule of the VirtualService has no effect', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'auth-route.yaml': fault });
    expect(mesh.measure(5).edge('hero-registry-api', 'auth').flags['FI']).toBeGreaterThan(100);
    mesh.apply({ 'workloads.yaml': authPort(mesh, 'tcp') });
    // A connection that was open keeps the listener it came through; new pods open new ones.
    mesh.restart('heroes', ['hero-registry-api-v1'], 45);
    const measured = mesh.measure(20);
    // What passes through is counted as sessions that stay open, not as requests.
    expect(measured.edge('hero-registry-api', 'auth')).toMatchObject({ requests: 0, flags: {} });
    const sessions = mesh.session.engine
      .edgeStatistics()
      .filter(({ key }) => key.destination === 'auth' && key.protocol === 'tcp')
      .reduce((sum, { openConnections }) => sum + openConnections, 0);
    expect(sessions).toBeGreaterThan(0);
    expect(measured.edge('users', 'istio-ingressgateway').successRatio).toBeGreaterThan(0.98);
  });

  it('http in front of a database that speaks something else breaks it', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'workloads.yaml': change(mesh.text('workloads.yaml'), '- name: tcp-postgres\n', '- name: http-postgres\n'),
    });
    const measured = mesh.measure(20);
    expect(measured.edge('missions', 'equipment').successRatio).toBe(0);
    // What does not look like HTTP passes the caller's proxy by its last resort, and ends at the codec of the database's.
    const lines = measured.lines('source', 'equipment').filter((line) => line.upstreamCluster === 'PassthroughCluster');
    expect(lines.length).toBeGreaterThan(100);
    expect(measured.edge('equipment', 'hero-db').successRatio).toBe(0);
  });

  it('without a known name the protocol is detected, and the rule works', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'auth-route.yaml': fault, 'workloads.yaml': authPort(mesh, 'web') });
    expect(mesh.measure(5).edge('hero-registry-api', 'auth').flags['FI']).toBeGreaterThan(100);
  });
});

describe('the control plane', () => {
  it('while it is down changes nothing in the proxies, gives new pods nothing, and catches up afterwards', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.execute({
      kind: 'injectFault',
      id: 'istiod',
      label: 'istiod is down',
      fault: { scope: 'controlPlane', kind: 'down' },
    });
    mesh.applyAtOnce({
      'auth-route.yaml': change(mesh.text('auth-route.yaml'), 'weight: 90', 'weight: 0').replace(
        'weight: 10',
        'weight: 100',
      ),
    });
    mesh.run(5);
    const during = mesh.measure(30);
    expect(during.edge('hero-registry-api', 'auth').versions['v1']).toBeGreaterThan(1_200);
    expect(during.edge('users', 'istio-ingressgateway').successRatio).toBeGreaterThan(0.99);
    mesh.execute({
      kind: 'scaleWorkload',
      ref: { group: 'apps', kind: 'Deployment', namespace: 'heroes', name: 'missions-v1' },
      replicas: 3,
    });
    mesh.run(30);
    // The injection webhook lives in istiod: without it no pod of the namespace can be created.
    expect(mesh.pods('heroes/missions').filter((pod) => pod.state === 'ready')).toHaveLength(2);
    expect(mesh.session.clusterEvents(50).some((event) => event.reason === 'FailedCreate')).toBe(true);
    mesh.execute({ kind: 'clearFault', id: 'istiod' });
    mesh.run(20);
    const after = mesh.measure(20);
    expect(after.edge('hero-registry-api', 'auth').versions['v1']).toBeUndefined();
    expect(after.edge('hero-registry-api', 'auth').requests).toBeGreaterThan(800);
    expect(mesh.pods('heroes/missions').filter((pod) => pod.state === 'ready')).toHaveLength(3);
  });

  it('with a lag pushes later', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.execute({
      kind: 'injectFault',
      id: 'lag',
      label: 'pushes are late',
      fault: { scope: 'controlPlane', kind: 'lag', delayNs: 8_000_000_000 },
    });
    mesh.applyAtOnce({
      'auth-route.yaml': change(mesh.text('auth-route.yaml'), 'weight: 90', 'weight: 0').replace(
        'weight: 10',
        'weight: 100',
      ),
    });
    expect(mesh.measure(7).edge('hero-registry-api', 'auth').versions['v1']).toBeGreaterThan(200);
    mesh.run(3);
    expect(mesh.measure(5).edge('hero-registry-api', 'auth').versions['v1']).toBeUndefined();
  });
});

describe('an unknown name', () => {
  it('never reaches a proxy: the application cannot resolve it', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'traffic.yaml': trafficSource('clerk', { rps: 10, from: 'missions-v1' }, ['url: "http://nowhere:8080/"']),
    });
    const measured = mesh.measure(10);
    expect(measured.edge('missions', 'nowhere').statuses).toEqual({
      '0': measured.edge('missions', 'nowhere').requests,
    });
    expect(measured.edge('missions', 'nowhere').requests).toBeGreaterThan(50);
  });
});
