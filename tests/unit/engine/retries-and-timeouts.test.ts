import { describe, expect, it } from 'vitest';
import type { EngineCommand, PodSpec, ProbeResult, Simulation } from '../../../src/engine';
import { type Cluster, forwardTo, type Init, retryPolicy, route } from '../../../src/xds';
import {
  applySnapshots,
  outboundCluster,
  outboundName,
  SIDECAR_ONE_WORKER,
  serviceRoutes,
  sidecarSnapshot,
} from './mesh';
import {
  addPods,
  application,
  compute,
  constantNetwork,
  endpoint,
  MS,
  podSpec,
  request,
  S,
  serviceEntry,
  simulate,
} from './world';

const FOREVER = Number.MAX_SAFE_INTEGER;
const ONE_WAY = MS;

type RouteInit = Parameters<typeof forwardTo>[1];

/** Client a (sidecar) calls service b (no sidecars) through the given route and cluster. */
function world(bs: readonly PodSpec[], routeInit: RouteInit, clusterInit: Init<Cluster> = {}): EngineCommand[] {
  const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
  const b = outboundCluster('b', bs, clusterInit);
  return [
    ...addPods([a, ...bs]),
    { kind: 'setServices', services: [serviceEntry('b', bs)] },
    { kind: 'setNetwork', network: constantNetwork(ONE_WAY) },
    ...applySnapshots([
      [
        a,
        sidecarSnapshot(
          a,
          { clusters: [b], routes: serviceRoutes('b', [route({ action: forwardTo(outboundName('b'), routeInit) })]) },
          undefined,
        ),
      ],
    ]),
  ];
}

function answering(index: number, status: number, computeNs = 0): PodSpec {
  return podSpec('b', index, {
    application: application({
      endpoints: [
        endpoint({
          steps: computeNs > 0 ? [compute(computeNs)] : [],
          response: { outcomes: [{ weight: 1, status }], headers: [], bodyBytes: 0 },
        }),
      ],
    }),
  });
}

function probe(simulation: Simulation, forNs = 60 * S): ProbeResult {
  const id = simulation.probe({ from: 'a-1', request: request('b') });
  simulation.advanceTo(simulation.nowNs + forNs, FOREVER);
  simulation.checkInvariants();
  const result = simulation.probeResult(id);
  if (result === undefined) throw new Error('no result');
  return result;
}

function counter(simulation: Simulation, name: string): number {
  return simulation.proxyStatistics('a-1')?.counters[`cluster.${outboundName('b')}.${name}`] ?? 0;
}

describe('retries', () => {
  it('does not retry without a policy', () => {
    const simulation = simulate(1, world([answering(1, 503)], { timeoutNs: 0 }));
    expect(probe(simulation)).toMatchObject({ status: 503, flags: [], details: 'via_upstream' });
    expect(counter(simulation, 'upstream_rq_total')).toBe(1);
  });

  it('retries 5xx up to the limit, within the back-off windows, and then passes the last response on with URX', () => {
    const retry = retryPolicy({ retryOn: '5xx', numRetries: 2 });
    const simulation = simulate(1, world([answering(1, 503)], { timeoutNs: 0, retryPolicy: retry }));
    const result = probe(simulation);
    expect(result).toMatchObject({ status: 503, flags: ['URX'], details: 'via_upstream' });
    expect(counter(simulation, 'upstream_rq_total')).toBe(3);
    expect(counter(simulation, 'upstream_rq_503')).toBe(1);
    expect(counter(simulation, 'retry.upstream_rq_503')).toBe(2);
    expect(counter(simulation, 'upstream_rq_retry')).toBe(2);
    expect(counter(simulation, 'upstream_rq_retry_limit_exceeded')).toBe(1);
    // One connection (2 messages) and three exchanges (2 each); back-offs below 25 and 50 ms.
    expect(result.durationNs).toBeGreaterThanOrEqual(8 * ONE_WAY);
    expect(result.durationNs).toBeLessThan(8 * ONE_WAY + 75 * MS);
  });

  it('heals a share of failures and counts the success', () => {
    const bs = [answering(1, 503), answering(2, 200)];
    const retry = retryPolicy({
      retryOn: 'gateway-error',
      numRetries: 3,
      retryHostPredicates: [{ kind: 'previousHosts' }],
      hostSelectionRetryMaxAttempts: 5,
    });
    const lbPolicy = { kind: 'RANDOM' } as const;
    const simulation = simulate(2, world(bs, { timeoutNs: 0, retryPolicy: retry }, { lbPolicy }));
    const statuses = Array.from({ length: 60 }, () => probe(simulation, S).status);
    expect(statuses.every((status) => status === 200)).toBe(true);
    const retries = counter(simulation, 'upstream_rq_retry');
    expect(retries).toBeGreaterThan(15);
    expect(retries).toBeLessThan(45);
    // Six picks hit the failing host again once in 64 times, which costs a second retry.
    expect(counter(simulation, 'upstream_rq_retry_success')).toBeGreaterThanOrEqual(retries - 3);
  });

  it('retries a refused connection with connect-failure and reports UF when it stays refused', () => {
    const b = answering(1, 200);
    const retry = retryPolicy({ retryOn: 'connect-failure', numRetries: 1 });
    const simulation = simulate(3, [
      ...world([b], { timeoutNs: 0, retryPolicy: retry }),
      { kind: 'setPodUp', id: 'b-1', up: false },
    ]);
    const result = probe(simulation);
    expect(result).toMatchObject({ status: 503, flags: ['URX', 'UF'] });
    expect(result.details).toBe(
      'upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}',
    );
    expect(counter(simulation, 'upstream_cx_connect_fail')).toBe(2);
    expect(counter(simulation, 'upstream_rq_pending_failure_eject')).toBe(2);
    expect(counter(simulation, 'upstream_rq_503')).toBe(1);
    expect(counter(simulation, 'upstream_rq_total')).toBe(0);
  });

  it('does not let connect-failure cover a connection that ends after the request', () => {
    const retry = retryPolicy({ retryOn: 'connect-failure', numRetries: 3 });
    const simulation = simulate(4, world([answering(1, 200, 10 * S)], { timeoutNs: 0, retryPolicy: retry }));
    const id = simulation.probe({ from: 'a-1', request: request('b') });
    simulation.advanceTo(S, FOREVER);
    simulation.execute({ kind: 'setPodUp', id: 'b-1', up: false });
    simulation.advanceTo(2 * S, FOREVER);
    expect(simulation.probeResult(id)).toMatchObject({
      status: 503,
      flags: ['UC'],
      details: 'upstream_reset_before_response_started{connection_termination}',
    });
    expect(counter(simulation, 'upstream_rq_total')).toBe(1);
  });

  it('holds the retries breaker during the back-off and answers UO beyond it', () => {
    const retry = retryPolicy({
      retryOn: '5xx',
      numRetries: 1,
      backOff: { baseIntervalNs: 10 * S, maxIntervalNs: 20 * S },
    });
    const simulation = simulate(5, world([answering(1, 503)], { timeoutNs: 0, retryPolicy: retry }));
    const ids = [1, 2, 3, 4].map(() => simulation.probe({ from: 'a-1', request: request('b') }));
    simulation.advanceTo(60 * S, FOREVER);
    const flags = ids.map((id) => simulation.probeResult(id)?.flags.join());
    // max_retries is 3 by default.
    expect(flags.filter((flag) => flag === 'UO')).toHaveLength(1);
    expect(flags.filter((flag) => flag === 'URX')).toHaveLength(3);
    expect(counter(simulation, 'upstream_rq_retry_overflow')).toBe(1);
  });
});

describe('timeouts', () => {
  it('ends a request at the route timeout with 504 UT, counted from the router', () => {
    const simulation = simulate(6, world([answering(1, 200, 10 * S)], { timeoutNs: 300 * MS }));
    const result = probe(simulation);
    expect(result).toMatchObject({ status: 504, flags: ['UT'], details: 'response_timeout' });
    expect(result.durationNs).toBe(300 * MS);
    expect(counter(simulation, 'upstream_rq_timeout')).toBe(1);
  });

  it('starts the per-try timeout when the try has its connection', () => {
    const retry = retryPolicy({ retryOn: 'gateway-error', numRetries: 0, perTryTimeoutNs: 100 * MS });
    const simulation = simulate(7, world([answering(1, 200, 10 * S)], { timeoutNs: 0, retryPolicy: retry }));
    const result = probe(simulation);
    expect(result).toMatchObject({ status: 504, flags: ['URX', 'UT'], details: 'upstream_per_try_timeout' });
    expect(result.durationNs).toBe(2 * ONE_WAY + 100 * MS);
  });

  it('retries a per-try timeout only for 5xx, gateway-error or reset', () => {
    for (const [retryOn, tries] of [
      ['5xx', 3],
      ['gateway-error', 3],
      ['reset', 3],
      ['connect-failure', 1],
      ['retriable-status-codes', 1],
    ] as const) {
      const retry = retryPolicy({
        retryOn,
        numRetries: 2,
        perTryTimeoutNs: 100 * MS,
        retriableStatusCodes: [504],
      });
      const simulation = simulate(8, world([answering(1, 200, 10 * S)], { timeoutNs: 0, retryPolicy: retry }));
      expect(probe(simulation)).toMatchObject({ status: 504, details: 'upstream_per_try_timeout' });
      expect(counter(simulation, 'upstream_rq_per_try_timeout'), retryOn).toBe(tries);
    }
  });

  it('lets the route timeout end a back-off', () => {
    const retry = retryPolicy({
      retryOn: '5xx',
      numRetries: 1,
      backOff: { baseIntervalNs: 30 * S, maxIntervalNs: 60 * S },
    });
    const simulation = simulate(9, world([answering(1, 503)], { timeoutNs: S, retryPolicy: retry }));
    const result = probe(simulation);
    expect(result).toMatchObject({ status: 504, flags: ['UT'], details: 'response_timeout' });
    expect(result.durationNs).toBe(S);
    expect(counter(simulation, 'upstream_rq_total')).toBe(1);
  });

  it('gives up a connection attempt at the connect timeout', () => {
    const simulation = simulate(10, [
      ...world([answering(1, 200)], { timeoutNs: 0 }, { connectTimeoutNs: 2 * S }),
      { kind: 'setFault', id: 'cut', fault: { kind: 'partition', to: { service: 'b' } } },
    ]);
    const result = probe(simulation);
    expect(result).toMatchObject({
      status: 503,
      flags: ['UF'],
      details: 'upstream_reset_before_response_started{connection_timeout}',
    });
    expect(result.durationNs).toBe(2 * S);
    expect(counter(simulation, 'upstream_cx_connect_timeout')).toBe(1);
  });
});
