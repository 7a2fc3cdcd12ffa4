import { describe, expect, it } from 'vitest';
import { authorizationPolicy, destinationRule, joined, peerAuthentication, trafficSource } from '../support/manifests';
import { change, Mesh } from '../support/mesh';

const HERO = 'hero-registry';

/** missions also reads and writes equipment directly, ten times a second each. */
const READS_AND_WRITES = trafficSource('clerk', { rps: 20, from: 'missions-v1' }, [
  'weight: 1, url: "http://equipment:8080/read"',
  'weight: 1, method: POST, url: "http://equipment:8080/write"',
]);

function withReadsAndWrites(): Mesh {
  const mesh = Mesh.openScenario(HERO);
  mesh.apply({ 'traffic.yaml': READS_AND_WRITES });
  return mesh;
}

describe('an AuthorizationPolicy', () => {
  it('that allows only reads answers 403 for /write and 200 for /read', () => {
    const mesh = withReadsAndWrites();
    expect(mesh.measure(10).edge('missions', 'equipment').statuses['403']).toBeUndefined();
    mesh.apply({
      'policy.yaml': authorizationPolicy(
        'readers',
        `
selector: { matchLabels: { app: equipment } }
action: ALLOW
rules:
- from:
  - source: { principals: [cluster.local/ns/heroes/sa/missions] }
  to:
  - operation: { methods: [GET], paths: [/read] }`,
      ),
    });
    const measured = mesh.measure(20);
    const edge = measured.edge('missions', 'equipment');
    const received = measured.lines('destination', 'equipment');
    expect(received.length).toBeGreaterThan(100);
    for (const line of received) {
      const expected = line.path === '/read' ? [200, 'via_upstream'] : [403, 'rbac_access_denied_matched_policy[none]'];
      expect([line.status, line.details], line.path).toEqual(expected);
      expect(line.flags).toEqual([]);
    }
    expect(edge.denied).toBe(edge.statuses['403']);
    expect(edge.denied).toBeGreaterThan(150);
    expect(edge.statuses['200']).toBeGreaterThan(150);
    expect(edge.flags).toEqual({});
    // 403 is an answer of upstream for the caller's proxy, and nothing to try again.
    expect(Math.abs(edge.attempts - edge.requests)).toBeLessThan(5);
    for (const line of measured.lines('source', 'missions').filter((entry) => entry.path === '/write'))
      expect([line.status, line.details]).toEqual([403, 'via_upstream']);
  });

  it('of DENY names the rule that matched, and stands above one of ALLOW', () => {
    const mesh = withReadsAndWrites();
    mesh.apply({
      'policy.yaml': joined(
        authorizationPolicy('all', 'rules: [ {} ]'),
        authorizationPolicy(
          'no-writes',
          `
selector: { matchLabels: { app: equipment } }
action: DENY
rules:
- to:
  - operation: { paths: [/nothing] }
- to:
  - operation: { methods: [POST] }`,
        ),
      ),
    });
    const measured = mesh.measure(10);
    const refused = measured.lines('destination', 'equipment').filter((line) => line.status === 403);
    expect(refused.length).toBeGreaterThan(30);
    expect(new Set(refused.map((line) => `${line.path} ${line.details}`))).toEqual(
      new Set(['/write rbac_access_denied_matched_policy[ns[heroes]-policy[no-writes]-rule[1]]']),
    );
    expect(measured.edge('missions', 'equipment').statuses['200']).toBeGreaterThan(50);
  });

  it('without rules denies everything, to TCP as well', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'policy.yaml': authorizationPolicy('nothing', 'selector: { matchLabels: { app: hero-db } }') });
    const measured = mesh.measure(10);
    expect(measured.edge('missions', 'equipment').successRatio).toBe(0);
    const refused = measured.lines('destination', 'hero-db');
    expect(refused.length).toBeGreaterThan(100);
    expect(refused[0]?.text).toContain('rbac_access_denied_matched_policy[none]');
    expect(measured.edge('equipment', 'hero-db').successRatio).toBe(0);
  });

  it('with principals refuses a client without a certificate', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'policy.yaml': authorizationPolicy(
        'mesh-only',
        'selector: { matchLabels: { app: equipment } }\nrules:\n- from:\n  - source: { principals: ["*"] }',
      ),
    });
    const measured = mesh.measure(20);
    const ultron = measured.edge('ultron', 'equipment');
    expect(ultron.requests).toBeGreaterThan(35);
    expect(ultron.statuses).toEqual({ '403': ultron.requests });
    expect(ultron.denied).toBe(ultron.requests);
    expect(measured.edge('missions', 'equipment').successRatio).toBe(1);
  });
});

describe('mutual TLS', () => {
  it('in mode STRICT refuses the client without a sidecar and nobody else', () => {
    const mesh = Mesh.openScenario(HERO);
    const before = mesh.measure(10);
    expect(before.edge('ultron', 'equipment').statuses).toEqual({ '200': before.edge('ultron', 'equipment').requests });
    mesh.apply({ 'peer-auth.yaml': peerAuthentication('STRICT') });
    const measured = mesh.measure(20);
    const ultron = measured.edge('ultron', 'equipment');
    expect(ultron.requests).toBeGreaterThan(35);
    // The connection is reset: no status at all.
    expect(ultron.statuses).toEqual({ '0': ultron.requests });
    const missions = measured.edge('missions', 'equipment');
    expect(missions.successRatio).toBe(1);
    expect(missions.mutualTls).toBe(missions.requests);
    const refused = measured
      .lines('destination', 'equipment')
      .filter((line) => line.details === 'filter_chain_not_found');
    expect(refused.length).toBeGreaterThan(20);
    for (const line of refused) expect(line.flags).toEqual(['NR']);
    mesh.apply({ 'peer-auth.yaml': peerAuthentication('PERMISSIVE') });
    expect(mesh.measure(10).edge('ultron', 'equipment').successRatio).toBe(1);
  });

  it('in mode STRICT fails for a sidecar whose DestinationRule turns TLS off', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'peer-auth.yaml': peerAuthentication('STRICT'),
      'equipment-route.yaml': destinationRule('equipment', [], 'tls: { mode: DISABLE }'),
    });
    const edge = mesh.measure(20).edge('missions', 'equipment');
    expect(edge.statuses).toEqual({ '503': edge.requests });
    const flags = Object.keys(edge.flags);
    expect(flags.some((flag) => flag === 'UC' || flag === 'UF')).toBe(true);
  });

  it('in mode DISABLE leaves the mesh in plaintext, and everything works', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'peer-auth.yaml': peerAuthentication('DISABLE') });
    const measured = mesh.measure(20);
    for (const [source, destination] of [
      ['missions', 'equipment'],
      ['hero-registry-api', 'auth'],
      ['istio-ingressgateway', 'hero-registry-api'],
    ] as const) {
      const edge = measured.edge(source, destination);
      expect(edge.mutualTls).toBe(0);
      expect(edge.successRatio).toBeGreaterThan(0.99);
    }
  });

  it('asked for by a DestinationRule towards a pod without sidecar fails in the handshake', () => {
    const mesh = Mesh.openScenario(HERO, {
      files: {
        'service.yaml': `apiVersion: v1
kind: Service
metadata: { name: ultron, namespace: villains }
spec:
  selector: { app: ultron }
  ports: [ { name: http, port: 8080 } ]
---
${trafficSource('spy', { rps: 10, from: 'missions-v1' }, ['url: "http://ultron.villains:8080/"'])}`,
      },
    });
    mesh.run(2);
    const plain = mesh.measure(10).edge('missions', 'ultron');
    expect(plain.successRatio).toBe(1);
    expect(plain.mutualTls).toBe(0);
    mesh.apply({
      'rule.yaml': `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ultron, namespace: heroes }
spec:
  host: ultron.villains.svc.cluster.local
  trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }
`,
    });
    const measured = mesh.measure(10);
    const edge = measured.edge('missions', 'ultron');
    expect(edge.statuses).toEqual({ '503': edge.requests });
    const failed = measured.log.filter(
      (line) => line.reporter.side === 'source' && line.authority.startsWith('ultron'),
    );
    expect(failed.length).toBeGreaterThan(20);
    for (const line of failed) {
      expect(line.flags).toContain('UF');
      expect(line.transportFailureReason).toMatch(/WRONG_VERSION_NUMBER/);
    }
  });
});

describe('sidecars', () => {
  const HEROES = [
    'hero-registry-api-v1',
    'auth-v1',
    'auth-v2',
    'missions-v1',
    'equipment-v1',
    'equipment-v2',
    'hero-db-v1',
  ];

  it('come with the namespace label and a rolling restart, not with the label alone, and no request is lost', () => {
    const mesh = Mesh.openScenario(HERO);
    const labelled = mesh.text('workloads.yaml');
    const plain = change(labelled, '  name: heroes\n  labels:\n    istio-injection: enabled\n', '  name: heroes\n');
    const unmeshed = Mesh.openScenario(HERO, { files: { 'workloads.yaml': plain } });
    unmeshed.run(2);
    const sidecars = () =>
      unmeshed.session
        .topology()
        .services.filter((service) => service.namespace === 'heroes')
        .flatMap((service) => service.pods)
        .filter((pod) => pod.state !== 'terminating')
        .map((pod) => pod.sidecar);
    expect(sidecars()).toHaveLength(11);
    expect(sidecars().filter(Boolean)).toHaveLength(0);
    const before = unmeshed.measure(10);
    expect(before.edge('hero-registry-api', 'auth').mutualTls).toBe(0);
    expect(before.edge('users', 'istio-ingressgateway').successRatio).toBeGreaterThan(0.99);

    unmeshed.apply({ 'workloads.yaml': labelled });
    unmeshed.run(10);
    expect(sidecars().filter(Boolean)).toHaveLength(0);

    for (const name of HEROES)
      unmeshed.execute({
        kind: 'restartWorkload',
        ref: { group: 'apps', kind: 'Deployment', namespace: 'heroes', name },
      });
    const during = unmeshed.measure(90);
    expect(during.edge('users', 'istio-ingressgateway').successRatio).toBeGreaterThan(0.99);
    expect(sidecars()).toEqual(Array.from({ length: 11 }, () => true));
    const after = unmeshed.measure(20);
    for (const [source, destination] of [
      ['istio-ingressgateway', 'hero-registry-api'],
      ['hero-registry-api', 'auth'],
      ['hero-registry-api', 'missions'],
      ['missions', 'equipment'],
      ['equipment', 'hero-db'],
    ] as const) {
      const edge = after.edge(source, destination);
      expect(edge.mutualTls, `${source}->${destination}`).toBe(edge.requests);
    }
  });

  it('let ultron in under STRICT once its namespace is labelled and it is restarted', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'peer-auth.yaml': peerAuthentication('STRICT'),
      'workloads.yaml': change(
        mesh.text('workloads.yaml'),
        '  name: villains\n',
        '  name: villains\n  labels: { istio-injection: enabled }\n',
      ),
    });
    expect(mesh.measure(10).edge('ultron', 'equipment').successRatio).toBe(0);
    expect(mesh.pods('villains/ultron').map((pod) => pod.sidecar)).toEqual([false]);
    mesh.restart('villains', ['ultron']);
    expect(mesh.pods('villains/ultron').map((pod) => pod.sidecar)).toEqual([true]);
    const edge = mesh.measure(10).edge('ultron', 'equipment');
    expect(edge.successRatio).toBe(1);
    expect(edge.mutualTls).toBe(edge.requests);
  });
});

describe('a request authentication', () => {
  it('lets requests without a token in, and refuses with 401 one that has expired or is forged', () => {
    const token = (kind: string) =>
      trafficSource('clerk', { rps: 20, from: 'missions-v1' }, [
        'weight: 1, url: "http://equipment:8080/read"',
        `weight: 1, url: "http://equipment:8080/write", token: { issuer: hq, subject: fury${kind} }`,
      ]);
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'traffic.yaml': token(''),
      'jwt.yaml': `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: equipment, namespace: heroes }
spec:
  selector: { matchLabels: { app: equipment } }
  jwtRules:
  - issuer: hq
    jwksUri: https://hq.example/keys
`,
    });
    const valid = mesh.measure(10).edge('missions', 'equipment');
    expect(valid.statuses).toEqual({ '200': valid.requests });
    for (const [kind, why] of [
      [', expired: true', 'Jwt_is_expired'],
      [', forged: true', 'Jwt_verification_fails'],
    ] as const) {
      mesh.apply({ 'traffic.yaml': token(kind) });
      const lines = mesh.measure(10).lines('destination', 'equipment');
      expect(lines.length).toBeGreaterThan(50);
      for (const line of lines) {
        const expected = line.path === '/read' ? [200, 'via_upstream'] : [401, `jwt_authn_access_denied{${why}}`];
        expect([line.status, line.details], line.path).toEqual(expected);
      }
    }
    mesh.apply({
      'policy.yaml': authorizationPolicy(
        'tokens',
        'selector: { matchLabels: { app: equipment } }\nrules:\n- from:\n  - source: { requestPrincipals: ["*"] }',
      ),
      'traffic.yaml': token(''),
    });
    const asked = mesh.measure(10).lines('destination', 'equipment');
    for (const line of asked) expect(line.status, line.path).toBe(line.path === '/write' ? 200 : 403);
  });
});
