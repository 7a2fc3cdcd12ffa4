import { describe, expect, it } from 'vitest';
import type { EngineCommand, PodSpec, ProbeResult, RequestModel, Simulation } from '../../../src/engine';
import { forwardTo, route } from '../../../src/xds';
import {
  applySnapshots,
  outboundCluster,
  outboundName,
  SIDECAR,
  SIDECAR_ONE_WORKER,
  serviceRoutes,
  sidecarSnapshot,
} from './mesh';
import {
  addPods,
  application,
  call,
  compute,
  constant,
  constantNetwork,
  endpoint,
  exponential,
  MS,
  openLoad,
  podSpec,
  request,
  S,
  serviceEntry,
  simulate,
} from './world';

const FOREVER = Number.MAX_SAFE_INTEGER;

function slowPod(index: number, computeNs: number, init: Partial<PodSpec> = {}): PodSpec {
  return podSpec('b', index, {
    application: application({ endpoints: [endpoint({ steps: [compute(computeNs)] })] }),
    ...init,
  });
}

/** c, without sidecar, calls b directly. */
function plainWorld(bs: readonly PodSpec[]): EngineCommand[] {
  return [
    ...addPods([podSpec('c', 1), ...bs]),
    { kind: 'setServices', services: [serviceEntry('b', bs)] },
    { kind: 'setNetwork', network: constantNetwork(MS) },
  ];
}

function start(simulation: Simulation, init: Partial<RequestModel> = {}, from = 'c-1'): number {
  return simulation.probe({ from, request: request('b', init) });
}

function finish(simulation: Simulation, id: number, forNs = 30 * S): ProbeResult {
  simulation.advanceTo(simulation.nowNs + forNs, FOREVER);
  simulation.checkInvariants();
  const result = simulation.probeResult(id);
  if (result === undefined) throw new Error('no result');
  return result;
}

function send(simulation: Simulation, init: Partial<RequestModel> = {}, from = 'c-1'): ProbeResult {
  return finish(simulation, start(simulation, init, from));
}

describe('without proxies', () => {
  it('costs a round trip to connect and one to ask, and keeps the connection', () => {
    const simulation = simulate(1, plainWorld([slowPod(1, 10 * MS)]));
    expect(send(simulation)).toMatchObject({ status: 200, durationNs: 4 * MS + 10 * MS });
    expect(send(simulation)).toMatchObject({ status: 200, durationNs: 2 * MS + 10 * MS });
    expect(simulation.edgeStatistics()[0]).toMatchObject({ requests: 2, attempts: 2, openConnections: 1 });
  });

  it('fails on unknown names, unknown ports and empty services', () => {
    const simulation = simulate(2, plainWorld([slowPod(1, MS)]));
    expect(send(simulation, { host: 'nobody' })).toMatchObject({ status: 0, finished: true });
    expect(send(simulation, { port: 81 })).toMatchObject({ status: 0, finished: true });
    simulation.execute({ kind: 'setServices', services: [serviceEntry('b', [])] });
    expect(send(simulation)).toMatchObject({ status: 0, finished: true });
  });

  it('answers 404 for a path that no endpoint has, and 503 when workers and queue are full', () => {
    const b = podSpec('b', 1, {
      application: application({
        workers: 1,
        queueLimit: 1,
        endpoints: [endpoint({ path: { kind: 'exact', value: '/slow' }, steps: [compute(S)] })],
      }),
    });
    const simulation = simulate(3, plainWorld([b]));
    expect(send(simulation, { path: '/else' }).status).toBe(404);
    const ids = [1, 2, 3].map(() => start(simulation, { path: '/slow' }));
    simulation.advanceTo(simulation.nowNs + 10 * S, FOREVER);
    expect(ids.map((id) => simulation.probeResult(id)?.status)).toEqual([200, 200, 503]);
  });

  it('relays bytes of TCP and hangs up after the answer', () => {
    const b = podSpec('b', 1, {
      application: application({ endpoints: [endpoint({ protocol: 'tcp', steps: [compute(MS)] })] }),
    });
    const simulation = simulate(4, plainWorld([b]));
    expect(send(simulation, { protocol: 'tcp', bodyBytes: 100 })).toMatchObject({ status: 200, durationNs: 5 * MS });
    expect(simulation.edgeStatistics()[0]).toMatchObject({
      key: { protocol: 'tcp' },
      openConnections: 0,
      bytesSent: 100,
    });
  });
});

describe('faults', () => {
  const fault = (target: Parameters<Simulation['execute']>[0] & { kind: 'setFault' }): EngineCommand => target;

  it('crash: resets what is in flight, refuses what is new, and clears', () => {
    const simulation = simulate(5, plainWorld([slowPod(1, 10 * S)]));
    const id = start(simulation);
    simulation.advanceTo(S, FOREVER);
    simulation.execute(fault({ kind: 'setFault', id: 'x', fault: { kind: 'crash', target: { service: 'b' } } }));
    simulation.advanceTo(2 * S, FOREVER);
    expect(simulation.probeResult(id)).toMatchObject({ status: 0, finished: true, durationNs: S + MS });
    expect(send(simulation)).toMatchObject({ status: 0, durationNs: 2 * MS });
    expect(simulation.pods().find(({ id: pod }) => pod === 'b-1')?.up).toBe(false);
    simulation.execute({ kind: 'clearFault', id: 'x' });
    expect(send(simulation).status).toBe(200);
  });

  it('hang: accepts and answers only when it is over', () => {
    const simulation = simulate(6, plainWorld([slowPod(1, MS)]));
    simulation.execute(fault({ kind: 'setFault', id: 'x', fault: { kind: 'hang', target: { pod: 'b-1' } } }));
    const id = start(simulation);
    expect(finish(simulation, id).finished).toBe(false);
    simulation.execute({ kind: 'clearFault', id: 'x' });
    expect(finish(simulation, id)).toMatchObject({ status: 200 });
  });

  it('slow, errors and refuse', () => {
    const simulation = simulate(7, plainWorld([slowPod(1, 10 * MS)]));
    const always = { numerator: 1, denominator: 1 };
    simulation.execute(
      fault({
        kind: 'setFault',
        id: 'slow',
        fault: { kind: 'slow', target: { service: 'b' }, factor: 3, extra: constant(5 * MS) },
      }),
    );
    expect(send(simulation).durationNs).toBe(4 * MS + 35 * MS);
    simulation.execute({ kind: 'clearFault', id: 'slow' });
    simulation.execute(
      fault({
        kind: 'setFault',
        id: 'e',
        fault: { kind: 'errors', target: { service: 'b' }, share: always, status: 507 },
      }),
    );
    expect(send(simulation).status).toBe(507);
    simulation.execute({ kind: 'clearFault', id: 'e' });
    simulation.execute(
      fault({ kind: 'setFault', id: 'r', fault: { kind: 'refuse', target: { service: 'b' }, share: always } }),
    );
    // The connection from before still serves; a second one is refused.
    const first = start(simulation);
    const second = start(simulation);
    simulation.advanceTo(simulation.nowNs + S, FOREVER);
    expect(simulation.probeResult(first)?.status).toBe(200);
    expect(simulation.probeResult(second)?.status).toBe(0);
  });

  it('network delay is one way, loss costs retransmission timeouts', () => {
    const simulation = simulate(8, plainWorld([slowPod(1, 10 * MS)]));
    send(simulation);
    simulation.execute(
      fault({
        kind: 'setFault',
        id: 'd',
        fault: { kind: 'networkDelay', to: { service: 'b' }, delay: constant(100 * MS) },
      }),
    );
    expect(send(simulation).durationNs).toBe(112 * MS);
    simulation.execute({ kind: 'clearFault', id: 'd' });
    simulation.execute(
      fault({ kind: 'setFault', id: 'l', fault: { kind: 'networkLoss', share: { numerator: 1, denominator: 2 } } }),
    );
    const durations = Array.from({ length: 40 }, () => send(simulation).durationNs - 12 * MS);
    // Sums of 200, 400, 800 ms ... of both directions, never anything between.
    expect(durations.every((ns) => ns % (200 * MS) === 0)).toBe(true);
    expect(durations.some((ns) => ns > 0)).toBe(true);
  });

  it('a partition swallows messages until it heals; the connection survives', () => {
    const simulation = simulate(9, plainWorld([slowPod(1, MS)]));
    send(simulation);
    simulation.execute(fault({ kind: 'setFault', id: 'p', fault: { kind: 'partition', to: { service: 'b' } } }));
    const id = start(simulation);
    simulation.advanceTo(simulation.nowNs + S, FOREVER);
    expect(simulation.probeResult(id)?.finished).toBe(false);
    simulation.execute({ kind: 'clearFault', id: 'p' });
    // Sent at 0, again at 0.2, 0.6 and 1.4 s.
    expect(finish(simulation, id)).toMatchObject({ status: 200, durationNs: 1400 * MS + 3 * MS });
    expect(simulation.edgeStatistics()[0]?.openConnections).toBe(1);
  });

  it('gives a lost connection up in the end', () => {
    const simulation = simulate(10, plainWorld([slowPod(1, MS)]));
    send(simulation);
    simulation.execute(fault({ kind: 'setFault', id: 'p', fault: { kind: 'partition', to: { service: 'b' } } }));
    const id = start(simulation);
    const result = finish(simulation, id, 3600 * S);
    expect(result).toMatchObject({ status: 0, finished: true });
    expect(result.durationNs).toBeGreaterThan(800 * S);
    expect(simulation.edgeStatistics()[0]?.openConnections).toBe(0);
  });
});

describe('calls of applications', () => {
  it('run one after another or side by side, and their failures are handled as told', () => {
    const leaf = (ns: number): PodSpec['application'] =>
      application({ endpoints: [endpoint({ steps: [compute(ns)] })] });
    const steps = {
      sequence: [call('d'), call('e')],
      parallel: [{ kind: 'parallel', branches: [[call('d')], [call('e'), compute(5 * MS)]] }],
      limited: [call('d', { timeoutNs: 10 * MS })],
      ignored: [call('d', { timeoutNs: 10 * MS, onError: { kind: 'ignore' } })],
      missing: [call('nobody', { onError: { kind: 'fail', status: 502 } })],
      forwarded: [call('f', { onError: { kind: 'forwardStatus' } })],
    } as const;
    const b = podSpec('b', 1, {
      application: application({
        endpoints: Object.entries(steps).map(([name, list]) =>
          endpoint({ path: { kind: 'exact', value: `/${name}` }, steps: list }),
        ),
      }),
    });
    const d = podSpec('d', 1, { application: leaf(20 * MS) ?? application() });
    const e = podSpec('e', 1, { application: leaf(30 * MS) ?? application() });
    const f = podSpec('f', 1, {
      application: application({
        endpoints: [endpoint({ response: { outcomes: [{ weight: 1, status: 511 }], headers: [], bodyBytes: 0 } })],
      }),
    });
    const simulation = simulate(11, [
      ...plainWorld([b]),
      ...addPods([d, e, f]),
      { kind: 'setServices', services: [b, d, e, f].map((pod) => serviceEntry(pod.service, [pod])) },
    ]);
    for (const name of Object.keys(steps)) send(simulation, { path: `/${name}` });
    // A call that times out takes its connection along, so the measured ones are made twice.
    send(simulation, { path: '/sequence' });
    expect(send(simulation, { path: '/sequence' }).durationNs).toBe(2 * MS + 22 * MS + 32 * MS);
    expect(send(simulation, { path: '/parallel' }).durationNs).toBe(2 * MS + 37 * MS);
    expect(send(simulation, { path: '/limited' })).toMatchObject({ status: 500, durationNs: 12 * MS });
    expect(send(simulation, { path: '/ignored' })).toMatchObject({ status: 200, durationNs: 12 * MS });
    expect(send(simulation, { path: '/missing' })).toMatchObject({ status: 502 });
    expect(send(simulation, { path: '/forwarded' })).toMatchObject({ status: 511 });
  });

  it('carry headers and traces on where they are told to', () => {
    const d = podSpec('d', 1, {
      application: application({
        endpoints: [endpoint({ path: { kind: 'prefix', value: '/' } })],
      }),
    });
    const b = podSpec('b', 1, {
      application: application({
        endpoints: [
          endpoint({
            path: { kind: 'exact', value: '/with' },
            steps: [call('d', { forwardHeaders: ['traceparent'] })],
          }),
          endpoint({ path: { kind: 'exact', value: '/without' }, steps: [call('d', { forwardHeaders: [] })] }),
        ],
      }),
    });
    const simulation = simulate(12, [
      ...plainWorld([b]),
      ...addPods([d]),
      { kind: 'setServices', services: [b, d].map((pod) => serviceEntry(pod.service, [pod])) },
    ]);
    send(simulation, { path: '/with' });
    const [trace = ''] = simulation.recentTraces(1);
    const spans = simulation.spans(trace);
    expect(spans.map(({ service }) => service)).toEqual(['b', 'd']);
    expect(spans[1]?.parentId).toBe(spans[0]?.spanId);
    send(simulation, { path: '/without' });
    expect(simulation.recentTraces(2).map((id) => simulation.spans(id).length)).toEqual([1, 1]);
  });
});

describe('pods come and go', () => {
  const meshed = (bs: readonly PodSpec[]): EngineCommand[] => {
    const a = podSpec('a', 1, { proxy: SIDECAR });
    return [
      ...addPods([a, ...bs]),
      { kind: 'setServices', services: [serviceEntry('b', bs)] },
      { kind: 'setNetwork', network: constantNetwork(MS) },
      ...applySnapshots([
        [a, sidecarSnapshot(a, { clusters: [outboundCluster('b', bs)], routes: serviceRoutes('b') }, undefined)],
      ]),
    ];
  };

  it('a pod that is removed gracefully finishes what it has and takes nothing new', () => {
    const simulation = simulate(13, plainWorld([slowPod(1, 2 * S), slowPod(2, 2 * S)]));
    const ids = [1, 2, 3, 4].map(() => start(simulation));
    simulation.advanceTo(S, FOREVER);
    simulation.execute({ kind: 'removePod', id: 'b-1', graceNs: 5 * S });
    simulation.execute({ kind: 'setServices', services: [serviceEntry('b', [slowPod(2, 2 * S)])] });
    simulation.advanceTo(10 * S, FOREVER);
    simulation.checkInvariants();
    expect(ids.map((id) => simulation.probeResult(id)?.status)).toEqual([200, 200, 200, 200]);
    expect(simulation.pods().map(({ id }) => id)).toEqual(['c-1', 'b-2']);
    expect(send(simulation).status).toBe(200);
  });

  it('cuts off what takes longer than the grace period', () => {
    const simulation = simulate(14, plainWorld([slowPod(1, 20 * S)]));
    const id = start(simulation);
    simulation.advanceTo(S, FOREVER);
    simulation.execute({ kind: 'removePod', id: 'b-1', graceNs: 2 * S });
    expect(finish(simulation, id)).toMatchObject({ status: 0, finished: true, durationNs: 3 * S + MS });
  });

  it('a new snapshot takes effect at once; endpoints that stay keep their connections', () => {
    const bs = [1, 2].map((index) => slowPod(index, MS, { version: `v${index}` }));
    const [b1, b2] = bs;
    if (b1 === undefined || b2 === undefined) throw new Error('two pods');
    const simulation = simulate(15, meshed([b1]));
    const a = podSpec('a', 1, { proxy: SIDECAR });
    const apply = (pods: readonly PodSpec[], status?: number): void => {
      const routes = serviceRoutes('b', [
        route({
          action:
            status === undefined
              ? forwardTo(outboundName('b'))
              : forwardTo('nowhere', { clusterNotFoundResponseCode: status }),
        }),
      ]);
      const snapshot = sidecarSnapshot(a, { clusters: [outboundCluster('b', pods)], routes }, undefined);
      simulation.execute({ kind: 'applySnapshot', pod: 'a-1', snapshot });
    };
    send(simulation, {}, 'a-1');
    apply([b1, b2]);
    simulation.execute({ kind: 'addPod', pod: b2 });
    for (let i = 0; i < 4; i++) expect(send(simulation, {}, 'a-1').status).toBe(200);
    const statistics = simulation.proxyStatistics('a-1');
    // A cluster whose endpoints are part of it is replaced; its counters start anew.
    expect(statistics?.gauges[`cluster.${outboundName('b')}.membership_total`]).toBe(2);
    apply([b2]);
    expect(send(simulation, {}, 'a-1').status).toBe(200);
    apply([b2], 500);
    expect(send(simulation, {}, 'a-1')).toMatchObject({ status: 500, flags: ['NC'] });
    simulation.checkInvariants();
  });

  it('swaps configurations under load without losing a request', () => {
    const bs = [1, 2].map((index) =>
      podSpec('b', index, {
        application: application({ endpoints: [endpoint({ steps: [compute(exponential(20 * MS))] })] }),
      }),
    );
    const a = podSpec('a', 1, { proxy: SIDECAR });
    const simulation = simulate(16, [
      ...meshed(bs),
      {
        kind: 'setLoads',
        loads: [openLoad('b', 200, { origin: { kind: 'workload', namespace: 'default', workload: 'a' } })],
      },
    ]);
    for (let i = 1; i <= 20; i++) {
      simulation.advanceTo((i * S) / 4, FOREVER);
      const cluster = outboundCluster('b', bs, { connectTimeoutNs: i * S });
      const routes = serviceRoutes('b', [
        route({ name: `r${i}`, action: forwardTo(outboundName('b'), { timeoutNs: 0 }) }),
      ]);
      const snapshot = sidecarSnapshot(a, { clusters: [cluster], routes }, undefined);
      simulation.execute({ kind: 'applySnapshot', pod: 'a-1', snapshot });
      simulation.checkInvariants();
    }
    simulation.advanceTo(10 * S, FOREVER);
    simulation.checkInvariants();
    const edge = simulation.edgeStatistics().find(({ key }) => key.destination === 'b');
    expect(edge?.requests).toBeGreaterThan(1800);
    expect(edge?.byClass[2]).toBe(edge?.requests);
  });

  it('sends what no listener claims through the passthrough cluster', () => {
    const d = podSpec('d', 1);
    const simulation = simulate(17, [
      ...meshed([slowPod(1, MS)]),
      ...addPods([d]),
      {
        kind: 'setServices',
        services: [{ ...serviceEntry('d', [d]), ports: [{ port: 8080, backends: [{ ip: d.ip, port: 80 }] }] }],
      },
    ]);
    expect(send(simulation, { host: 'd', port: 8080 }, 'a-1')).toMatchObject({ status: 200 });
    const edge = simulation.edgeStatistics().find(({ key }) => key.destination === 'd');
    expect(edge?.key.protocol).toBe('tcp');
    expect(simulation.proxyStatistics('a-1')?.counters['cluster.PassthroughCluster.upstream_cx_total']).toBe(1);
  });

  it('refuses everything outbound until the first snapshot', () => {
    const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
    const b = slowPod(1, MS);
    const simulation = simulate(18, [...addPods([a, b]), { kind: 'setServices', services: [serviceEntry('b', [b])] }]);
    expect(send(simulation, {}, 'a-1')).toMatchObject({ status: 0, finished: true });
  });
});
