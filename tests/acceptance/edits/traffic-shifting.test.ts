import { describe, expect, it } from 'vitest';
import { destinationRule, heroUsers, joined, virtualService } from '../support/manifests';
import { margin, share } from '../support/measurement';
import { change, Mesh } from '../support/mesh';

function authSplit(v1: number, v2: number): string {
  return joined(
    virtualService(
      'auth',
      'auth',
      `
- route:
  - destination: { host: auth, subset: v1 }
    weight: ${v1}
  - destination: { host: auth, subset: v2 }
    weight: ${v2}`,
    ),
    destinationRule('auth', ['v1', 'v2']),
  );
}

describe('a weighted split', () => {
  it('sends 10 +- 2.3 points of 1,500 requests to the version with weight 10, after it had half of them', () => {
    const mesh = Mesh.openScenario('hero-registry', { files: { 'auth-route.yaml': authSplit(50, 50) } });
    mesh.run(2);
    const before = mesh.measure(30).edge('hero-registry-api', 'auth');
    expect(Math.abs(share(before.versions, 'v2') - 0.5)).toBeLessThan(margin(0.5, before.requests));
    const result = mesh.apply({ 'auth-route.yaml': authSplit(90, 10) });
    expect(result.changes.map(({ kind, ref, fields }) => [kind, ref.kind, ref.name, fields])).toEqual([
      ['changed', 'VirtualService', 'auth', ['spec.http[0].route[0].weight', 'spec.http[0].route[1].weight']],
    ]);
    const after = mesh.measure(30).edge('hero-registry-api', 'auth');
    expect(after.requests).toBeGreaterThan(1_350);
    expect(Math.abs(share(after.versions, 'v2') - 0.1)).toBeLessThan(0.023);
    expect(after.successRatio).toBe(1);
  });

  it('counts weights relative to their sum and leaves out a weight of 0', () => {
    const mesh = Mesh.openScenario('hero-registry');
    mesh.apply({ 'auth-route.yaml': authSplit(1, 3) });
    const quarter = mesh.measure(60).edge('hero-registry-api', 'auth');
    expect(Math.abs(share(quarter.versions, 'v2') - 0.75)).toBeLessThan(margin(0.75, quarter.requests));
    mesh.apply({ 'auth-route.yaml': authSplit(100, 0) });
    expect(mesh.measure(10).edge('hero-registry-api', 'auth').versions['v2']).toBeUndefined();
  });
});

describe('a header route', () => {
  const captains = joined(
    virtualService(
      'auth',
      'auth',
      `
- name: captains
  match:
  - headers:
      x-hero-rank: { exact: captain }
  route:
  - destination: { host: auth, subset: v2 }
- name: everybody
  route:
  - destination: { host: auth, subset: v1 }`,
    ),
    destinationRule('auth', ['v1', 'v2']),
  );

  it('sends the requests with the header, and no others, to version 2', () => {
    const mesh = Mesh.openScenario('hero-registry', {
      files: {
        'auth-route.yaml': captains,
        'traffic.yaml': heroUsers(
          'weight: 1, url: "http://hero.example/heroes", headers: { x-hero-rank: captain }',
          'weight: 2, url: "http://hero.example/heroes", headers: { x-hero-rank: captains }',
          'weight: 1, url: "http://hero.example/heroes"',
        ),
      },
    });
    mesh.run(2);
    const measured = mesh.measure(40);
    const { versions, requests } = measured.edge('hero-registry-api', 'auth');
    expect(Math.abs(share(versions, 'v2') - 0.25)).toBeLessThan(margin(0.25, requests));
    const lines = measured.lines('source', 'hero-registry-api').filter((line) => line.authority.startsWith('auth'));
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines) {
      const subset = line.routeName === 'captains' ? 'v2' : 'v1';
      expect(line.upstreamCluster).toBe(`outbound|8080|${subset}|auth.heroes.svc.cluster.local`);
      expect(['captains', 'everybody']).toContain(line.routeName);
    }
  });

  it('sends everybody to version 2 once the first rule matches everybody', () => {
    const open = change(captains, 'x-hero-rank: { exact: captain }', 'x-hero-rank: {}');
    const mesh = Mesh.openScenario('hero-registry', {
      files: {
        'auth-route.yaml': open,
        'traffic.yaml': heroUsers('url: "http://hero.example/heroes", headers: { x-hero-rank: recruit }'),
      },
    });
    mesh.run(2);
    expect(mesh.measure(10).edge('hero-registry-api', 'auth').versions['v1']).toBeUndefined();
  });
});

describe('a mirror', () => {
  it('copies the requests of its share to version 2 without anybody waiting for the answers', () => {
    const mirrored = (percent: number) =>
      joined(
        virtualService(
          'auth',
          'auth',
          `
- route:
  - destination: { host: auth, subset: v1 }
  mirror: { host: auth, subset: v2 }
  mirrorPercentage: { value: ${percent} }`,
        ),
        destinationRule('auth', ['v1', 'v2']),
      );
    const mesh = Mesh.openScenario('hero-registry', { files: { 'auth-route.yaml': mirrored(40) } });
    mesh.run(2);
    const before = mesh.completedByPod('heroes/auth');
    const measured = mesh.measure(60);
    const after = mesh.completedByPod('heroes/auth');
    const gained = (version: string) =>
      Object.entries(after).reduce(
        (sum, [pod, count]) => sum + (pod.startsWith(`auth-${version}`) ? count - (before[pod] ?? 0) : 0),
        0,
      );
    expect(Math.abs(gained('v2') / gained('v1') - 0.4)).toBeLessThan(margin(0.4, gained('v1')) + 0.01);
    // The callers' own requests are those of version 1 and nothing else; one that fails at the mirror is nobody's failure.
    expect(measured.edge('istio-ingressgateway', 'hero-registry-api').successRatio).toBeGreaterThan(0.99);
    expect(Math.abs(gained('v1') - measured.edge('istio-ingressgateway', 'hero-registry-api').requests)).toBeLessThan(
      20,
    );
    mesh.execute({
      kind: 'injectFault',
      id: 'slow',
      label: 'auth v2 hangs',
      fault: {
        scope: 'engine',
        fault: { kind: 'hang', target: { namespace: 'heroes', service: 'auth', version: 'v2' } },
      },
    });
    const during = mesh.measure(20).edge('istio-ingressgateway', 'hero-registry-api');
    expect(during.successRatio).toBeGreaterThan(0.99);
    expect(during.p95Ms).toBeLessThan(100);
  });
});

describe('consistent hashing', () => {
  const pinned = joined(
    virtualService('auth', 'auth', '- route:\n  - destination: { host: auth }'),
    destinationRule('auth', [], 'loadBalancer:\n  consistentHash:\n    httpHeaderName: x-hero-rank'),
  );
  const ranks = Array.from({ length: 24 }, (_, index) => `rank-${index}`);

  function gains(mesh: Mesh, seconds: number): readonly number[] {
    const before = mesh.completedByPod('heroes/auth');
    mesh.run(seconds);
    return Object.entries(mesh.completedByPod('heroes/auth')).map(([pod, count]) => count - (before[pod] ?? 0));
  }

  it('pins a header value to one pod, another value perhaps to another, and a missing header to none', () => {
    const asked = (rank: string) => heroUsers(`url: "http://hero.example/heroes", headers: { x-hero-rank: ${rank} }`);
    const mesh = Mesh.openScenario('hero-registry', {
      files: { 'auth-route.yaml': pinned, 'traffic.yaml': asked('captain') },
    });
    mesh.run(2);
    for (const rank of ['captain', 'rookie', 'captain']) {
      mesh.apply({ 'traffic.yaml': asked(rank) });
      const used = gains(mesh, 10).filter((count) => count > 0);
      expect(used).toHaveLength(1);
      expect(used[0]).toBeGreaterThan(400);
    }
    mesh.apply({ 'traffic.yaml': heroUsers('url: "http://hero.example/heroes"') });
    expect(gains(mesh, 10).filter((count) => count > 100)).toHaveLength(3);
  });

  it('uses every pod when there are many values', () => {
    const mesh = Mesh.openScenario('hero-registry', {
      files: {
        'auth-route.yaml': pinned,
        'traffic.yaml': heroUsers(
          ...ranks.map((rank) => `url: "http://hero.example/heroes", headers: { x-hero-rank: ${rank} }`),
        ),
      },
    });
    mesh.run(2);
    expect(gains(mesh, 20).filter((count) => count > 0)).toHaveLength(3);
  });

  it('also goes by a query parameter', () => {
    const mesh = Mesh.openScenario('hero-registry', {
      files: {
        'auth-route.yaml': joined(
          virtualService('auth', 'auth', '- route:\n  - destination: { host: auth }'),
          destinationRule('auth', [], 'loadBalancer:\n  consistentHash:\n    httpQueryParameterName: hero'),
        ),
        'traffic.yaml': heroUsers('url: "http://hero.example/heroes"'),
        'extra.yaml': `apiVersion: meshwork.dev/v1alpha1
kind: TrafficSource
metadata: { name: asks, namespace: heroes }
spec:
  from: { workload: missions-v1 }
  rate: 50
  requests:
  - { url: "http://auth:8080/check?hero=thor" }
`,
      },
    });
    mesh.apply({ 'traffic.yaml': heroUsers('url: "http://hero.example/nothing"') });
    const used = gains(mesh, 10).filter((count) => count > 0);
    expect(used).toHaveLength(1);
    expect(used[0]).toBeGreaterThan(400);
  });
});
