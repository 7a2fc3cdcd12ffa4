import { describe, expect, it } from 'vitest';
import type { PodSpec, Simulation } from '../../../src/engine';
import { type HealthCheck, healthCheck, outlierDetection } from '../../../src/xds';
import { clientWorld, clusterCounter, FOREVER, gauges, send, server } from './client-world';
import { outboundName } from './mesh';
import { MS, openLoad, S, simulate } from './world';

function check(init: Partial<HealthCheck> = {}): HealthCheck {
  return healthCheck({
    kind: 'http',
    path: '/healthz',
    timeoutNs: 500 * MS,
    intervalNs: S,
    noTrafficIntervalNs: S,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
    ...init,
  });
}

function checked(bs: readonly PodSpec[], init: Partial<HealthCheck> = {}): Simulation {
  return simulate(1, clientWorld(bs, { cluster: { healthChecks: [check(init)] } }));
}

function healthy(simulation: Simulation): number {
  return gauges(simulation)[`cluster.${outboundName('b')}.membership_healthy`] ?? -1;
}

describe('active health checks', () => {
  it('starts without traffic; the first passed check makes a host healthy', () => {
    const simulation = checked([server('b', 1), server('b', 2)]);
    expect(healthy(simulation)).toBe(0);
    simulation.advanceTo(3 * MS, FOREVER);
    expect(healthy(simulation)).toBe(0);
    // Opening takes two ways, the check two more.
    simulation.advanceTo(5 * MS, FOREVER);
    expect(healthy(simulation)).toBe(2);
    expect(clusterCounter(simulation, 'health_check.attempt')).toBe(2);
    expect(clusterCounter(simulation, 'health_check.success')).toBe(2);
    simulation.advanceTo(3500 * MS, FOREVER);
    expect(clusterCounter(simulation, 'health_check.attempt')).toBe(8);
    expect(clusterCounter(simulation, 'upstream_cx_total')).toBe(0);
    simulation.checkInvariants();
  });

  it('takes a host out at once for a wrong status, after the threshold for no answer', () => {
    const wrong = checked([server('b', 1, { status: 500 }), server('b', 2)]);
    wrong.advanceTo(100 * MS, FOREVER);
    expect(healthy(wrong)).toBe(1);
    expect(clusterCounter(wrong, 'health_check.failure')).toBe(1);
    expect(clusterCounter(wrong, 'health_check.network_failure')).toBe(0);

    const silent = checked([server('b', 1), server('b', 2)]);
    silent.advanceTo(100 * MS, FOREVER);
    silent.execute({ kind: 'setFault', id: 'hang', fault: { kind: 'hang', target: { podName: 'b-1' } } });
    silent.advanceTo(4 * S, FOREVER);
    // Checks due at 1 s, 2.5 s and 4 s time out 500 ms later.
    expect(healthy(silent)).toBe(2);
    silent.advanceTo(4600 * MS, FOREVER);
    expect(healthy(silent)).toBe(1);
    expect(clusterCounter(silent, 'health_check.network_failure')).toBe(3);
    silent.execute({ kind: 'clearFault', id: 'hang' });
    // Two checks have to pass.
    silent.advanceTo(5700 * MS, FOREVER);
    expect(healthy(silent)).toBe(1);
    silent.advanceTo(6700 * MS, FOREVER);
    expect(healthy(silent)).toBe(2);
    silent.checkInvariants();
  });

  it('waits the no-traffic interval until traffic has made a connection', () => {
    const simulation = checked([server('b', 1)], { noTrafficIntervalNs: 60 * S });
    simulation.advanceTo(30 * S, FOREVER);
    expect(clusterCounter(simulation, 'health_check.attempt')).toBe(1);
    expect(send(simulation).status).toBe(200);
    simulation.advanceTo(65 * S, FOREVER);
    // The second check is due after 60 s, the others follow every second.
    expect(clusterCounter(simulation, 'health_check.attempt')).toBeGreaterThanOrEqual(6);
  });

  it('checks TCP by the connection alone, and gRPC by its status', () => {
    const tcp = checked([server('b', 1), server('b', 2)], { kind: 'tcp' });
    tcp.execute({ kind: 'setFault', id: 'down', fault: { kind: 'crash', target: { podName: 'b-2' } } });
    tcp.advanceTo(100 * MS, FOREVER);
    expect(healthy(tcp)).toBe(1);
    expect(clusterCounter(tcp, 'health_check.network_failure')).toBe(1);
    tcp.checkInvariants();

    const bs = [server('b', 1, { protocol: 'grpc' }), server('b', 2, { protocol: 'grpc', grpcStatus: 14 })];
    const grpc = checked(bs, { kind: 'grpc' });
    grpc.advanceTo(100 * MS, FOREVER);
    expect(healthy(grpc)).toBe(1);
    expect(clusterCounter(grpc, 'health_check.failure')).toBe(1);
    grpc.checkInvariants();
  });

  it('fails a host whose ordinary response says so, and answers UH without panic', () => {
    const headers = [['x-envoy-immediate-health-check-fail', 'true']] as const;
    const bs = [server('b', 1, { headers })];
    const simulation = simulate(
      1,
      clientWorld(bs, {
        cluster: {
          healthChecks: [check({ noTrafficIntervalNs: 60 * S, intervalNs: 60 * S })],
          commonLbConfig: {
            healthyPanicThresholdPercent: 0,
            localityConfig: { kind: 'none' },
            ignoreNewHostsUntilFirstHc: false,
            closeConnectionsOnHostSetChange: false,
            overprovisioningFactor: 140,
          },
        },
      }),
    );
    simulation.advanceTo(100 * MS, FOREVER);
    expect(send(simulation).status).toBe(200);
    const second = send(simulation);
    expect(second.status).toBe(503);
    expect(second.flags).toEqual(['UH']);
    expect(clusterCounter(simulation, 'health_check.passive_failure')).toBe(1);
    expect(gauges(simulation)[`cluster.${outboundName('b')}.membership_excluded`]).toBe(1);
  });

  it('brings an ejected host back when a check passes', () => {
    const bs = [server('b', 1, { status: 503 }), server('b', 2)];
    const simulation = simulate(
      1,
      clientWorld(bs, {
        cluster: {
          healthChecks: [check({ expectedStatuses: [{ start: 200, end: 600 }] })],
          outlierDetection: outlierDetection({ consecutive5xx: 1, maxEjectionPercent: 100 }),
        },
      }),
    );
    simulation.execute({
      kind: 'setLoads',
      loads: [
        openLoad('b', 20, {
          origin: { kind: 'workload', namespace: 'default', workload: 'a' },
          stopNs: 1100 * MS,
        }),
      ],
    });
    simulation.advanceTo(950 * MS, FOREVER);
    expect(healthy(simulation)).toBe(1);
    simulation.advanceTo(3 * S, FOREVER);
    expect(healthy(simulation)).toBe(2);
  });

  it('continues from a checkpoint as if nothing had happened', () => {
    const simulation = checked([server('b', 1), server('b', 2, { status: 500 })], { kind: 'http' });
    simulation.advanceTo(1002 * MS, FOREVER);
    const saved = simulation.checkpoint();
    simulation.advanceTo(5 * S, FOREVER);
    const hash = simulation.traceHash();
    const attempts = clusterCounter(simulation, 'health_check.attempt');
    simulation.restore(saved);
    simulation.advanceTo(5 * S, FOREVER);
    expect(simulation.traceHash()).toBe(hash);
    expect(clusterCounter(simulation, 'health_check.attempt')).toBe(attempts);
  });
});
