import { describe, expect, it } from 'vitest';
import type { EngineCommand, PodSpec, ProbeResult, RequestModel, Simulation } from '../../../src/engine';
import {
  type Cluster,
  commonTls,
  type HttpFilter,
  rbacPolicy,
  rbacRules,
  regexMatcher,
  stringMatcher,
  upstreamTlsContext,
} from '../../../src/xds';
import {
  applySnapshots,
  type InboundOptions,
  MUTUAL_TLS,
  outboundCluster,
  outboundName,
  SIDECAR_ONE_WORKER,
  serviceRoutes,
  sidecarSnapshot,
} from './mesh';
import { addPods, constantNetwork, MS, podSpec, request, S, serviceEntry, simulate } from './world';

const FOREVER = Number.MAX_SAFE_INTEGER;

interface WorldInit {
  readonly inbound: InboundOptions;
  readonly transportSocket?: Cluster['transportSocket'];
  /** false: b has no sidecar. */
  readonly serverSidecar?: boolean;
}

/** a (sidecar) and c (none) call b (sidecar). */
function world(init: WorldInit): EngineCommand[] {
  const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
  const { proxy: _, ...bare } = podSpec('b', 1, { proxy: SIDECAR_ONE_WORKER });
  const b: PodSpec = init.serverSidecar === false ? bare : { ...bare, proxy: SIDECAR_ONE_WORKER };
  const c = podSpec('c', 1);
  const cluster = outboundCluster(
    'b',
    [b],
    init.transportSocket === undefined ? {} : { transportSocket: init.transportSocket },
  );
  return [
    ...addPods([a, b, c]),
    { kind: 'setServices', services: [serviceEntry('b', [b])] },
    { kind: 'setNetwork', network: constantNetwork(MS) },
    ...applySnapshots([
      [a, sidecarSnapshot(a, { clusters: [cluster], routes: serviceRoutes('b') }, undefined)],
      ...(b.proxy === undefined ? [] : [[b, sidecarSnapshot(b, undefined, init.inbound)] as const]),
    ]),
  ];
}

function send(simulation: Simulation, from: string, init: Partial<RequestModel> = {}): ProbeResult {
  const id = simulation.probe({ from, request: request('b', init) });
  simulation.advanceTo(simulation.nowNs + 30 * S, FOREVER);
  simulation.checkInvariants();
  const result = simulation.probeResult(id);
  if (result === undefined) throw new Error('no result');
  return result;
}

describe('mutual TLS', () => {
  it('STRICT serves meshed clients and resets the others', () => {
    const simulation = simulate(1, world({ inbound: { mode: 'STRICT' }, transportSocket: MUTUAL_TLS }));
    expect(send(simulation, 'a-1')).toMatchObject({ status: 200, flags: [] });
    expect(send(simulation, 'c-1')).toMatchObject({ status: 0, finished: true });
    expect(simulation.proxyStatistics('b-1')?.counters['listener.no_filter_chain_match']).toBe(1);
  });

  it('STRICT resets a sidecar that speaks plaintext: UC', () => {
    const simulation = simulate(2, world({ inbound: { mode: 'STRICT' } }));
    expect(send(simulation, 'a-1')).toMatchObject({
      status: 503,
      flags: ['UC'],
      details: 'upstream_reset_before_response_started{connection_termination}',
    });
  });

  it('PERMISSIVE serves both', () => {
    for (const transportSocket of [MUTUAL_TLS, undefined]) {
      const simulation = simulate(
        3,
        world({ inbound: { mode: 'PERMISSIVE' }, ...(transportSocket === undefined ? {} : { transportSocket }) }),
      );
      expect(send(simulation, 'a-1')).toMatchObject({ status: 200 });
      expect(send(simulation, 'c-1')).toMatchObject({ status: 200 });
    }
  });

  it('fails with WRONG_VERSION_NUMBER where the server has no sidecar', () => {
    const simulation = simulate(4, world({ inbound: {}, serverSidecar: false, transportSocket: MUTUAL_TLS }));
    const result = send(simulation, 'a-1');
    expect(result).toMatchObject({ status: 503, flags: ['UF'] });
    expect(result.details).toContain('WRONG_VERSION_NUMBER');
    expect(simulation.accessLog(1)[0]?.transportFailureReason).toContain('TLS_error:|268435703');
  });

  it('refuses an expired certificate, on either side', () => {
    for (const service of ['a', 'b']) {
      const simulation = simulate(5, [
        ...world({ inbound: { mode: 'STRICT' }, transportSocket: MUTUAL_TLS }),
        { kind: 'setFault', id: 'old', fault: { kind: 'certificateExpired', target: { service } } },
      ]);
      const result = send(simulation, 'a-1');
      expect(result.status).toBe(503);
      expect(simulation.accessLog(1)[0]?.transportFailureReason).toMatch(/CERTIFICATE_EXPIRED|certificate has expired/);
    }
  });

  it('refuses a server of another identity', () => {
    const tls = upstreamTlsContext({
      common: commonTls({
        certificates: [{ kind: 'sds', secretName: 'default' }],
        validation: {
          trustBundle: { kind: 'sds', secretName: 'ROOTCA' },
          matchSubjectAltNames: [stringMatcher('exact', 'spiffe://cluster.local/ns/default/sa/other')],
        },
        alpnProtocols: ['istio'],
      }),
    });
    const simulation = simulate(6, world({ inbound: { mode: 'STRICT' }, transportSocket: { kind: 'tls', tls } }));
    const result = send(simulation, 'a-1');
    expect(result).toMatchObject({ status: 503, flags: ['UF'] });
    expect(simulation.accessLog(1)[0]?.transportFailureReason).toContain('CERTIFICATE_VERIFY_FAILED');
  });
});

describe('authorization', () => {
  const allowReads: HttpFilter = {
    kind: 'rbac',
    name: 'envoy.filters.http.rbac',
    rbac: {
      rules: rbacRules({
        action: 'ALLOW',
        policies: [
          rbacPolicy({
            name: 'ns[default]-policy[reads]-rule[0]',
            permissions: [{ kind: 'urlPath', path: stringMatcher('exact', '/read') }],
            principals: [{ kind: 'authenticated', principalName: regexMatcher('.*/sa/a') }],
          }),
        ],
      }),
    },
  };

  it('answers 403 without flag and marks the edge as denied', () => {
    const simulation = simulate(
      7,
      world({ inbound: { mode: 'STRICT', filters: [allowReads] }, transportSocket: MUTUAL_TLS }),
    );
    expect(send(simulation, 'a-1', { path: '/read' })).toMatchObject({ status: 200 });
    simulation.setFlightRecording(true);
    const result = send(simulation, 'a-1', { path: '/write' });
    expect(result).toMatchObject({ status: 403, flags: [], details: 'via_upstream' });
    const denial = simulation.accessLog(2).find(({ reporter }) => reporter.side === 'destination');
    expect(denial?.details).toBe('rbac_access_denied_matched_policy[none]');
    expect(simulation.edgeStatistics().find(({ key }) => key.destination === 'b')?.denied).toBe(1);
    const flights = simulation.takeFlights();
    expect([...flights.outcome]).toEqual([0, 3]);
    const decision = result.decisions.find(({ stage, proxy }) => stage === 'filter' && proxy === 'b-1');
    expect(decision?.reason.code).toBe('rbacDenied');
    expect(decision?.rejected.map(({ reason }) => reason.code)).toEqual(['permission']);
  });

  it('knows no principal on plaintext', () => {
    const simulation = simulate(8, world({ inbound: { mode: 'PERMISSIVE', filters: [allowReads] } }));
    expect(send(simulation, 'c-1', { path: '/read' })).toMatchObject({ status: 403 });
  });

  it('closes a denied TCP connection without a word', () => {
    const deny: InboundOptions['preludes'] = [
      {
        kind: 'rbac',
        name: 'envoy.filters.network.rbac',
        statPrefix: 'tcp.',
        rbac: { rules: rbacRules({ action: 'DENY', policies: [rbacPolicy({ name: 'all' })] }) },
      },
    ];
    const allowed = simulate(9, world({ inbound: { mode: 'DISABLE', tcp: {} } }));
    expect(send(allowed, 'c-1')).toMatchObject({ status: 200 });
    const denied = simulate(9, world({ inbound: { mode: 'DISABLE', tcp: {}, preludes: deny } }));
    expect(send(denied, 'c-1')).toMatchObject({ status: 0, finished: true });
  });
});

describe('the path of a followed request', () => {
  it('is told stage by stage, at every proxy on the way', () => {
    const simulation = simulate(10, world({ inbound: { mode: 'STRICT' }, transportSocket: MUTUAL_TLS }));
    const { decisions } = send(simulation, 'a-1');
    const stages = decisions.map(({ proxy, stage }) => `${proxy}:${stage}`);
    expect(stages).toEqual([
      'a-1:dns',
      'a-1:listener',
      'a-1:filterChain',
      'a-1:tls',
      'a-1:virtualHost',
      'a-1:route',
      'a-1:cluster',
      'a-1:host',
      'a-1:timeout',
      'a-1:connection',
      'b-1:listener',
      'b-1:filterChain',
      'b-1:tls',
      'b-1:virtualHost',
      'b-1:route',
      'b-1:cluster',
      'b-1:host',
      'b-1:connection',
      'b-1:response',
      'a-1:response',
    ]);
    expect(decisions.find(({ stage, proxy }) => stage === 'cluster' && proxy === 'a-1')?.chosen).toBe(
      outboundName('b'),
    );
    expect(decisions.find(({ stage, proxy }) => stage === 'tls' && proxy === 'b-1')?.chosen).toBe('mutualTls');
    expect(decisions.find(({ stage, proxy }) => stage === 'host' && proxy === 'a-1')?.chosen).toBe('10.0.2.1:80');
  });
});
