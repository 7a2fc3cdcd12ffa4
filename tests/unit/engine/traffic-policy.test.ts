import { describe, expect, it } from 'vitest';
import type { EngineCommand, PodSpec, Simulation } from '../../../src/engine';
import {
  type Cluster,
  circuitBreakerThresholds,
  commonLbConfig,
  directResponse,
  exactPath,
  forwardTo,
  fractionalPercent,
  type HttpFilter,
  headerMatcher,
  type Init,
  mirrorPolicy,
  outlierDetection,
  redirectTo,
  ringHash,
  route,
  routeMatch,
  runtimeFraction,
  weightedClusters,
} from '../../../src/xds';
import { clientWorld, counters, FOREVER, send } from './client-world';
import { outboundCluster, outboundName } from './mesh';
import { application, compute, endpoint, MS, openLoad, podSpec, request, S, simulate } from './world';

function pod(
  index: number,
  init: { status?: number; computeNs?: number; version?: string; workers?: number } = {},
): PodSpec {
  return podSpec('b', index, {
    version: init.version ?? 'v1',
    application: application({
      workers: init.workers ?? 64,
      endpoints: [
        endpoint({
          steps: init.computeNs === undefined ? [] : [compute(init.computeNs)],
          response: { outcomes: [{ weight: 1, status: init.status ?? 200 }], headers: [], bodyBytes: 0 },
        }),
      ],
    }),
  });
}

function requestsTo(simulation: Simulation, version: string): number {
  return simulation
    .edgeStatistics()
    .filter(({ key }) => key.destination === 'b' && key.version === version)
    .reduce((sum, edge) => sum + edge.requests, 0);
}

describe('routes', () => {
  it('matches in order, answers directly, redirects, and says NR and NC', () => {
    const routes = [
      route({ name: 'direct', match: routeMatch({ path: exactPath('/direct') }), action: directResponse(418, 'tea') }),
      route({
        match: routeMatch({ path: exactPath('/old') }),
        action: redirectTo({ path: { kind: 'path', value: '/new' } }),
      }),
      route({ match: routeMatch({ path: exactPath('/gone') }), action: forwardTo('nowhere') }),
      route({
        match: routeMatch({ path: exactPath('/only'), headers: [headerMatcher('x-user', 'jason')] }),
        action: forwardTo(outboundName('b')),
      }),
    ];
    const simulation = simulate(1, clientWorld([pod(1)], { routes }));
    expect(send(simulation, { path: '/direct' })).toMatchObject({ status: 418, flags: [], details: 'direct_response' });
    expect(send(simulation, { path: '/old' })).toMatchObject({ status: 301, flags: [] });
    expect(send(simulation, { path: '/gone' })).toMatchObject({
      status: 503,
      flags: ['NC'],
      details: 'cluster_not_found',
    });
    expect(send(simulation, { path: '/only' })).toMatchObject({
      status: 404,
      flags: ['NR'],
      details: 'route_not_found',
    });
    expect(send(simulation, { path: '/only', headers: [['x-user', 'jason']] })).toMatchObject({ status: 200 });
    const numbers = counters(simulation);
    expect(numbers['http.outbound_0.0.0.0_80.no_route']).toBe(1);
    expect(numbers['http.outbound_0.0.0.0_80.no_cluster']).toBe(1);
  });

  it('splits by weight', () => {
    const [v1, v2] = [pod(1, { version: 'v1' }), pod(2, { version: 'v2' })];
    const simulation = simulate(2, [
      ...clientWorld([v1, v2], {
        clusters: [outboundCluster('b', [v1], {}, 'v1'), outboundCluster('b', [v2], {}, 'v2')],
        routes: [
          route({ action: forwardTo(weightedClusters([outboundName('b', 'v1'), 90], [outboundName('b', 'v2'), 10])) }),
        ],
      }),
      {
        kind: 'setLoads',
        loads: [openLoad('b', 100, { origin: { kind: 'workload', namespace: 'default', workload: 'a' } })],
      },
    ]);
    simulation.advanceTo(30 * S, FOREVER);
    const share = requestsTo(simulation, 'v2') / (requestsTo(simulation, 'v1') + requestsTo(simulation, 'v2'));
    expect(share).toBeGreaterThan(0.077);
    expect(share).toBeLessThan(0.123);
  });

  it('mirrors without waiting for the copy', () => {
    const [v1, v2] = [pod(1, { version: 'v1' }), pod(2, { version: 'v2', computeNs: 2 * S })];
    const simulation = simulate(3, [
      ...clientWorld([v1, v2], {
        clusters: [outboundCluster('b', [v1], {}, 'v1'), outboundCluster('b', [v2], {}, 'v2')],
        routes: [
          route({
            action: forwardTo(outboundName('b', 'v1'), {
              requestMirrorPolicies: [
                mirrorPolicy({
                  cluster: outboundName('b', 'v2'),
                  runtimeFraction: runtimeFraction(fractionalPercent(100)),
                }),
              ],
            }),
          }),
        ],
      }),
    ]);
    const result = send(simulation);
    expect(result).toMatchObject({ status: 200 });
    expect(result.durationNs).toBe(4 * MS);
    expect(simulation.pods().find(({ id }) => id === 'b-2')?.completed).toBe(1);
    expect(counters(simulation)[`cluster.${outboundName('b', 'v2')}.upstream_rq_200`]).toBe(1);
  });

  it('pins a header value to one host by hash', () => {
    const bs = [1, 2, 3, 4].map((index) => pod(index, { version: `v${index}` }));
    const simulation = simulate(
      4,
      clientWorld(bs, {
        cluster: { lbPolicy: ringHash({}) },
        routes: [
          route({
            action: forwardTo(outboundName('b'), {
              hashPolicy: [{ policy: { kind: 'header', headerName: 'x-user' }, terminal: false }],
            }),
          }),
        ],
      }),
    );
    for (let i = 0; i < 10; i++) send(simulation, { headers: [['x-user', 'anna']] });
    expect([1, 2, 3, 4].map((index) => requestsTo(simulation, `v${index}`)).sort()).toEqual([0, 0, 0, 10]);
  });
});

describe('faults', () => {
  it('aborts with FI and delays with DI, both outside of timeouts', () => {
    const abort: HttpFilter = {
      kind: 'fault',
      name: 'envoy.filters.http.fault',
      fault: { headers: [], abort: { kind: 'httpStatus', httpStatus: 555, percentage: fractionalPercent(100) } },
    };
    const simulation = simulate(5, clientWorld([pod(1)], { filters: [abort] }));
    expect(send(simulation)).toMatchObject({
      status: 555,
      flags: ['FI'],
      details: 'fault_filter_abort',
      durationNs: 0,
    });
    const delay: HttpFilter = {
      ...abort,
      fault: { headers: [], delay: { kind: 'fixed', fixedDelayNs: 2 * S, percentage: fractionalPercent(100) } },
    };
    const delayed = simulate(
      5,
      clientWorld([pod(1)], {
        filters: [delay],
        routes: [route({ action: forwardTo(outboundName('b'), { timeoutNs: S }) })],
      }),
    );
    const result = send(delayed);
    expect(result).toMatchObject({ status: 200, flags: ['DI'] });
    expect(result.durationNs).toBe(2 * S + 4 * MS);
  });
});

describe('circuit breakers', () => {
  const thresholds = (init: Parameters<typeof circuitBreakerThresholds>[0]): Init<Cluster> => ({
    circuitBreakers: { thresholds: [circuitBreakerThresholds(init)] },
  });

  it('refuses the first request of a cold pool where nothing may be pending', () => {
    const simulation = simulate(6, clientWorld([pod(1)], { cluster: thresholds({ maxPendingRequests: 0 }) }));
    expect(send(simulation)).toMatchObject({
      status: 503,
      flags: ['UO'],
      details: 'upstream_reset_before_response_started{overflow}',
    });
    expect(counters(simulation)[`cluster.${outboundName('b')}.upstream_rq_pending_overflow`]).toBe(1);
  });

  it('lets one connection serve and one request wait, and refuses the third', () => {
    const simulation = simulate(
      7,
      clientWorld([pod(1, { computeNs: S })], {
        cluster: thresholds({ maxConnections: 1, maxPendingRequests: 1 }),
      }),
    );
    const ids = [1, 2, 3].map(() => simulation.probe({ from: 'a-1', request: request('b') }));
    // The first one still connects when the second one comes, so only one of them fits into the queue.
    simulation.advanceTo(10 * S, FOREVER);
    expect(ids.map((id) => simulation.probeResult(id)?.status)).toEqual([200, 503, 503]);
    const later = simulation.probe({ from: 'a-1', request: request('b') });
    simulation.advanceTo(simulation.nowNs + 100 * MS, FOREVER);
    const more = [1, 2].map(() => simulation.probe({ from: 'a-1', request: request('b') }));
    simulation.advanceTo(simulation.nowNs + 10 * S, FOREVER);
    expect([later, ...more].map((id) => simulation.probeResult(id)?.status)).toEqual([200, 200, 503]);
    simulation.checkInvariants();
  });

  it('bounds active requests of a multiplexed connection', () => {
    const simulation = simulate(
      8,
      clientWorld([pod(1, { computeNs: S })], {
        cluster: {
          ...thresholds({ maxRequests: 2 }),
          httpProtocol: { protocol: 'http2' },
        },
      }),
    );
    const ids = [1, 2, 3].map(() => simulation.probe({ from: 'a-1', request: request('b') }));
    simulation.advanceTo(10 * S, FOREVER);
    expect(ids.map((id) => simulation.probeResult(id)?.status)).toEqual([200, 200, 503]);
    expect(counters(simulation)[`cluster.${outboundName('b')}.upstream_cx_total`]).toBe(1);
  });

  it('always lets a pool have its first connection', () => {
    const bs = [pod(1, { computeNs: S }), pod(2, { computeNs: S })];
    const simulation = simulate(9, clientWorld(bs, { cluster: thresholds({ maxConnections: 1 }) }));
    const ids = [1, 2].map(() => simulation.probe({ from: 'a-1', request: request('b') }));
    simulation.advanceTo(500 * MS, FOREVER);
    simulation.checkInvariants();
    expect(simulation.proxyStatistics('a-1')?.gauges[`cluster.${outboundName('b')}.upstream_cx_active`]).toBe(2);
    simulation.advanceTo(10 * S, FOREVER);
    expect(ids.map((id) => simulation.probeResult(id)?.durationNs)).toEqual([S + 4 * MS, S + 4 * MS]);
  });
});

describe('outlier detection', () => {
  const detect = (init: Parameters<typeof outlierDetection>[0]): Init<Cluster> => ({
    outlierDetection: outlierDetection({ consecutive5xx: 3, intervalNs: 10 * S, baseEjectionTimeNs: 30 * S, ...init }),
  });
  const bs = [pod(1, { status: 503, version: 'v1' }), pod(2, { version: 'v2' }), pod(3, { version: 'v3' })];
  const load: EngineCommand = {
    kind: 'setLoads',
    loads: [openLoad('b', 50, { origin: { kind: 'workload', namespace: 'default', workload: 'a' } })],
  };

  it('ejects the failing pod and brings it back on a tick after the ejection time', () => {
    const simulation = simulate(10, [...clientWorld(bs, { cluster: detect({ maxEjectionPercent: 100 }) }), load]);
    simulation.advanceTo(5 * S, FOREVER);
    expect(simulation.pods().find(({ id }) => id === 'b-1')?.ejectedBy).toEqual(['a-1']);
    const before = requestsTo(simulation, 'v1');
    simulation.advanceTo(28 * S, FOREVER);
    expect(requestsTo(simulation, 'v1')).toBe(before);
    simulation.advanceTo(45 * S, FOREVER);
    // Back at 40 s (the first tick at least 30 s after the ejection), and out again after three more errors; since that follows a change
    // of health within the merge window, the balancers learn it a second later.
    expect(requestsTo(simulation, 'v1')).toBeGreaterThan(before + 3);
    expect(requestsTo(simulation, 'v1')).toBeLessThan(before + 35);
    expect(simulation.pods().find(({ id }) => id === 'b-1')?.ejectedBy).toEqual(['a-1']);
    simulation.checkInvariants();
  });

  it('ejects nobody among three pods at the default limit of 10 %', () => {
    const simulation = simulate(11, [...clientWorld(bs, { cluster: detect({}) }), load]);
    simulation.advanceTo(20 * S, FOREVER);
    expect(simulation.pods().flatMap(({ ejectedBy }) => ejectedBy)).toEqual([]);
    expect(counters(simulation)[`cluster.${outboundName('b')}.outlier_detection.ejections_overflow`]).toBeGreaterThan(
      10,
    );
  });

  it('sends to everybody in panic and to nobody where panic is off', () => {
    const bad = [1, 2].map((index) => pod(index, { status: 500 }));
    for (const [healthyPanicThresholdPercent, status] of [
      [50, 500],
      [0, 503],
    ] as const) {
      const cluster = {
        ...detect({ consecutive5xx: 1, maxEjectionPercent: 100 }),
        commonLbConfig: commonLbConfig({ healthyPanicThresholdPercent }),
      };
      const simulation = simulate(12, clientWorld(bad, { cluster }));
      send(simulation);
      send(simulation);
      expect(send(simulation)).toMatchObject({ status, flags: status === 503 ? ['UH'] : [] });
    }
  });
});
