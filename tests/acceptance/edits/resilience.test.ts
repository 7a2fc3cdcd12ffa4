import { describe, expect, it } from 'vitest';
import { destinationRule, joined, virtualService } from '../support/manifests';
import { margin, share } from '../support/measurement';
import { change, Mesh } from '../support/mesh';

const HERO = 'hero-registry';

/** The behaviours of the scenario, with half of the answers of equipment's version 2 a 503. */
function halfBroken(mesh: Mesh): string {
  return change(
    mesh.text('behaviors.yaml'),
    `    - compute: { lognormal: { median: 9ms, sigma: 0.6 } }
    response: { size: 1Ki }`,
    `    - compute: { lognormal: { median: 9ms, sigma: 0.6 } }
    response: { size: 1Ki, outcomes: [ { weight: 50, status: 200 }, { weight: 50, status: 503 } ] }`,
  );
}

/** The missions behaviour with other work than the usual 8 ms. */
function missionsTake(mesh: Mesh, compute: string): string {
  return change(
    mesh.text('behaviors.yaml'),
    '    - compute: { lognormal: { median: 8ms, sigma: 0.5 } }',
    `    - compute: ${compute}`,
  );
}

function equipmentRoute(rule: string): string {
  return joined(virtualService('equipment', 'equipment', rule), destinationRule('equipment', ['v1', 'v2']));
}

describe('retries', () => {
  it('heal a version of which half of the answers are 503, and are counted as attempts', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'behaviors.yaml': halfBroken(mesh) });
    const broken = mesh.measure(120).edge('missions', 'equipment');
    expect(share(broken.versions, 'v2')).toBeGreaterThan(0.27);
    // Plain 503 answers are not among the conditions of the default policy: nothing is tried again.
    const failing = share(broken.versions, 'v2') / 2;
    expect(Math.abs(1 - broken.successRatio - failing)).toBeLessThan(margin(failing, broken.requests));
    expect(Math.abs(broken.attempts - broken.requests)).toBeLessThan(5);
    mesh.apply({
      'equipment-route.yaml': equipmentRoute(`
- route:
  - destination: { host: equipment }
  retries: { attempts: 3, retryOn: 5xx }`),
    });
    const healed = mesh.measure(120).edge('missions', 'equipment');
    expect(healed.successRatio).toBeGreaterThan(0.99);
    expect(healed.attempts / healed.requests).toBeGreaterThan(1.1);
    expect(healed.attempts / healed.requests).toBeLessThan(1.25);
  });

  it('stay on the version that was chosen: two more tries leave an eighth of the failures, flagged URX', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'behaviors.yaml': halfBroken(mesh),
      'equipment-route.yaml': equipmentRoute(`
- route:
  - destination: { host: equipment, subset: v2 }
  retries: { attempts: 2, retryOn: 5xx }`),
    });
    const { requests, attempts, successRatio, flags, versions } = mesh.measure(200).edge('missions', 'equipment');
    expect(versions['v1']).toBeUndefined();
    expect(Math.abs(1 - successRatio - 0.125)).toBeLessThan(margin(0.125, requests));
    expect(Math.abs(attempts / requests - 1.75)).toBeLessThan(0.08);
    expect(flags['URX']).toBe(Math.round((1 - successRatio) * requests));
  });

  it('with attempts 0 are off, and with a per-try timeout start again in time', () => {
    const mesh = Mesh.openScenario(HERO);
    const route = (retries: string) =>
      joined(
        virtualService(
          'missions',
          'missions',
          `- timeout: 2s\n  retries: ${retries}\n  route:\n  - destination: { host: missions, subset: v1 }`,
        ),
        destinationRule('missions', ['v1']),
      );
    mesh.apply({
      'behaviors.yaml': missionsTake(mesh, '{ percentiles: { p50: 10ms, p75: 10ms, p90: 3s, p99: 3s } }'),
      'missions-route.yaml': route('{ attempts: 0 }'),
    });
    const never = mesh.measure(60).edge('hero-registry-api', 'missions');
    expect(Math.abs(never.attempts - never.requests)).toBeLessThan(30);
    expect(never.statuses['504']).toBeGreaterThan(50);
    expect(never.flags['UT']).toBe(never.statuses['504']);
    mesh.apply({ 'missions-route.yaml': route('{ attempts: 4, perTryTimeout: 200ms, retryOn: 5xx }') });
    const again = mesh.measure(60).edge('hero-registry-api', 'missions');
    expect(again.attempts / again.requests).toBeGreaterThan(1.1);
    expect(again.successRatio).toBeGreaterThan(0.98);
  });
});

describe('a timeout', () => {
  it('answers 504 with UT after the time written, tries and back-off included', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({
      'behaviors.yaml': missionsTake(mesh, '500ms'),
      'missions-route.yaml': change(mesh.text('missions-route.yaml'), 'timeout: 2s', 'timeout: 200ms'),
    });
    const measured = mesh.measure(20);
    const edge = measured.edge('hero-registry-api', 'missions');
    expect(edge.requests).toBeGreaterThan(200);
    expect(edge.statuses).toEqual({ '504': edge.requests });
    expect(edge.flags).toEqual({ UT: edge.requests });
    expect(edge.p50Ms).toBeGreaterThan(199);
    expect(edge.p95Ms).toBeLessThan(210);
    const lines = measured.lines('source', 'hero-registry-api').filter((line) => line.authority.startsWith('missions'));
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines)
      expect([line.status, line.flags, line.details]).toEqual([504, ['UT'], 'response_timeout']);
    // The caller passes the status on; its own proxy had an answer from upstream and sets no flag.
    const outer = measured.edge('istio-ingressgateway', 'hero-registry-api');
    expect(outer.statuses['504']).toBeGreaterThan(200);
    expect(outer.flags['UT']).toBeUndefined();
  });

  it('that is longer than the work changes nothing', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'missions-route.yaml': change(mesh.text('missions-route.yaml'), 'timeout: 2s', 'timeout: 1500ms') });
    const edge = mesh.measure(20).edge('hero-registry-api', 'missions');
    expect(edge.statuses['504']).toBeUndefined();
  });
});

describe('an injected fault', () => {
  const withFault = (fault: string) =>
    joined(
      virtualService(
        'missions',
        'missions',
        `- fault:\n${fault}\n  route:\n  - destination: { host: missions, subset: v1 }`,
      ),
      destinationRule('missions', ['v1']),
    );

  it('aborts its share with FI, before anything is sent upstream', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'missions-route.yaml': withFault('    abort: { httpStatus: 418, percentage: { value: 50 } }') });
    const measured = mesh.measure(60);
    const edge = measured.edge('hero-registry-api', 'missions');
    expect(Math.abs(share(edge.statuses, '418') - 0.5)).toBeLessThan(margin(0.5, edge.requests));
    expect(edge.flags).toEqual({ FI: edge.statuses['418'] });
    expect(Math.abs(edge.attempts - (edge.requests - (edge.statuses['418'] ?? 0)))).toBeLessThan(5);
    const aborted = measured.log.filter((line) => line.reporter.side === 'source' && line.flags.includes('FI'));
    expect(aborted.length).toBeGreaterThan(20);
    for (const line of aborted) {
      expect([line.status, line.flags, line.details]).toEqual([418, ['FI'], 'fault_filter_abort']);
      expect(line.upstreamHost).toBe('');
    }
  });

  it('delays with DI, and the answer still comes', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'missions-route.yaml': withFault('    delay: { fixedDelay: 700ms, percentage: { value: 100 } }') });
    const edge = mesh.measure(30).edge('hero-registry-api', 'missions');
    expect(edge.p50Ms).toBeGreaterThan(700);
    expect(edge.p95Ms).toBeLessThan(800);
    expect(edge.successRatio).toBeGreaterThan(0.98);
    expect(edge.flags).toEqual({ DI: edge.requests });
  });

  it('without a percentage does nothing', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'missions-route.yaml': withFault('    abort: { httpStatus: 500 }') });
    const edge = mesh.measure(20).edge('hero-registry-api', 'missions');
    expect(edge.flags).toEqual({});
  });
});

describe('outlier detection', () => {
  const detection = (fields: string) =>
    joined(
      virtualService('missions', 'missions', '- route:\n  - destination: { host: missions }'),
      destinationRule('missions', [], `outlierDetection: { consecutive5xxErrors: 5, ${fields} }`),
    );

  /** Three pods of missions, one of which answers every request with 500. */
  function withOneBrokenPod(rule: string): { readonly mesh: Mesh; readonly broken: string } {
    const mesh = Mesh.openScenario(HERO);
    mesh.execute({
      kind: 'scaleWorkload',
      ref: { group: 'apps', kind: 'Deployment', namespace: 'heroes', name: 'missions-v1' },
      replicas: 3,
    });
    mesh.run(15);
    expect(mesh.pods('heroes/missions').map((pod) => pod.state)).toEqual(['ready', 'ready', 'ready']);
    mesh.apply({ 'missions-route.yaml': rule });
    const broken = mesh.pods('heroes/missions')[0]?.id ?? '';
    mesh.execute({
      kind: 'injectFault',
      id: 'broken',
      label: 'one pod of missions fails',
      fault: {
        scope: 'engine',
        fault: { kind: 'errors', target: { pod: broken }, share: { numerator: 1, denominator: 1 }, status: 500 },
      },
    });
    return { mesh, broken };
  }

  /** Pods whose proxies have ejected the pod. */
  function ejectors(mesh: Mesh, pod: string): readonly string[] {
    return mesh.session.engine.pods().find(({ id }) => id === pod)?.ejectedBy ?? [];
  }

  it('ejects the failing pod, lets it back after baseEjectionTime, and ejects it for twice as long the next time', () => {
    // A sweep that finds the pod in service takes one off the multiplier: every ten seconds is seldom enough to see it grow.
    const { mesh, broken } = withOneBrokenPod(
      detection('interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50'),
    );
    const ejections: { readonly caller: string; readonly seconds: number }[] = [];
    const since = new Map<string, number>();
    const outside = { requests: 0, errors: 0 };
    for (let second = 0; second < 170; second++) {
      const before = ejectors(mesh, broken);
      const { statuses, requests } = mesh.measure(1, { log: false }).edge('hero-registry-api', 'missions');
      const now = ejectors(mesh, broken);
      if (before.length === 2 && now.length === 2) {
        outside.requests += requests;
        outside.errors += statuses['500'] ?? 0;
        expect(mesh.pods('heroes/missions').find((pod) => pod.id === broken)?.state).toBe('ejected');
      }
      for (const caller of now) if (!since.has(caller)) since.set(caller, second);
      for (const [caller, start] of since) {
        if (now.includes(caller)) continue;
        ejections.push({ caller, seconds: second - start });
        since.delete(caller);
      }
    }
    // While both callers leave it out, none of its errors reach anybody.
    expect(outside.requests).toBeGreaterThan(600);
    expect(outside.errors).toBeLessThan(5);
    for (const caller of new Set(ejections.map((ejection) => ejection.caller))) {
      const [first, second] = ejections.filter((ejection) => ejection.caller === caller).map(({ seconds }) => seconds);
      // Sweeps come every ten seconds, so that a pod comes back up to ten seconds late.
      expect(first).toBeGreaterThanOrEqual(29);
      expect(first).toBeLessThanOrEqual(41);
      expect(second).toBeGreaterThanOrEqual(59);
      expect(second).toBeLessThanOrEqual(71);
    }
    expect(new Set(ejections.map((ejection) => ejection.caller)).size).toBe(2);
    mesh.execute({ kind: 'clearFault', id: 'broken' });
    mesh.run(120);
    expect(ejectors(mesh, broken)).toEqual([]);
    expect(mesh.measure(10).edge('hero-registry-api', 'missions').statuses['500']).toBeUndefined();
  });

  it('ejects nobody at the default maxEjectionPercent of 10 with three pods', () => {
    const { mesh, broken } = withOneBrokenPod(detection('baseEjectionTime: 30s'));
    const edge = mesh.measure(40).edge('hero-registry-api', 'missions');
    expect(ejectors(mesh, broken)).toEqual([]);
    expect(share(edge.statuses, '500')).toBeGreaterThan(0.2);
  });

  it('that ejects everybody leaves no healthy host: 503 UH, since Istio turns panic mode off', () => {
    const mesh = Mesh.openScenario(HERO);
    mesh.apply({ 'missions-route.yaml': detection('baseEjectionTime: 60s, maxEjectionPercent: 100') });
    mesh.execute({
      kind: 'injectFault',
      id: 'broken',
      label: 'missions fails',
      fault: {
        scope: 'engine',
        fault: {
          kind: 'errors',
          target: { namespace: 'heroes', service: 'missions' },
          share: { numerator: 1, denominator: 1 },
          status: 500,
        },
      },
    });
    mesh.run(10);
    const measured = mesh.measure(20);
    const edge = measured.edge('hero-registry-api', 'missions');
    expect(edge.flags).toEqual({ UH: edge.requests });
    expect(edge.statuses).toEqual({ '503': edge.requests });
    const lines = measured.log.filter((line) => line.flags.includes('UH'));
    expect(new Set(lines.map((line) => line.details))).toEqual(new Set(['no_healthy_upstream']));
  });
});

describe('a connection pool that is full', () => {
  it('refuses with 503 UO, once per request', () => {
    const mesh = Mesh.openScenario(HERO);
    const pool = 'connectionPool:\n  tcp: { maxConnections: 1 }\n  http: { http1MaxPendingRequests: 1 }';
    mesh.apply({ 'behaviors.yaml': missionsTake(mesh, '400ms') });
    expect(mesh.measure(20).edge('hero-registry-api', 'missions').flags).toEqual({});
    mesh.apply({
      'missions-route.yaml': joined(
        virtualService(
          'missions',
          'missions',
          '- retries: { attempts: 3, retryOn: 5xx }\n  route:\n  - destination: { host: missions, subset: v1 }',
        ),
        destinationRule('missions', ['v1'], pool),
      ),
    });
    const measured = mesh.measure(30);
    const edge = measured.edge('hero-registry-api', 'missions');
    expect(edge.flags['UO']).toBeGreaterThan(20);
    // Overflow is never tried again, whatever the policy says.
    const overflowed = measured.log.filter((line) => line.flags.includes('UO'));
    expect(overflowed.length).toBeGreaterThan(10);
    for (const line of overflowed) {
      expect([line.status, line.flags, line.details]).toEqual([
        503,
        ['UO'],
        'upstream_reset_before_response_started{overflow}',
      ]);
    }
    expect(share(edge.statuses, '200')).toBeGreaterThan(0.2);
  });
});
