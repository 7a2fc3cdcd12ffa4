import { describe, expect, it } from 'vitest';
import type { Simulation } from '../../../src/engine';
import { forwardTo, type HttpFilter, mirrorPolicy, type Route, retryPolicy, route } from '../../../src/xds';
import { clientWorld, clusterCounter, counters, send, server } from './client-world';
import { outboundName } from './mesh';
import { MS, simulate } from './world';

const MEBIBYTE = 1024 * 1024;

function failing(routes: readonly Route[], filters: readonly HttpFilter[] = []): Simulation {
  return simulate(1, clientWorld([server('b', 1, { status: 503 })], { routes, filters }));
}

const retried = retryPolicy({ retryOn: '5xx', numRetries: 2 });

describe('limits of request bodies', () => {
  it('gives retries up for a body that is too large to be kept', () => {
    const routes = [route({ action: forwardTo(outboundName('b'), { retryPolicy: retried }) })];
    const small = failing(routes);
    expect(send(small, { bodyBytes: MEBIBYTE }).status).toBe(503);
    expect(clusterCounter(small, 'upstream_rq_retry')).toBe(2);
    expect(clusterCounter(small, 'retry_or_shadow_abandoned')).toBe(0);

    const large = failing(routes);
    const result = send(large, { bodyBytes: MEBIBYTE + 1 });
    expect([result.status, result.flags]).toEqual([503, []]);
    expect(clusterCounter(large, 'upstream_rq_retry')).toBe(0);
    expect(clusterCounter(large, 'retry_or_shadow_abandoned')).toBe(1);
  });

  it("takes a route's own limit, beyond which copies still go", () => {
    const action = forwardTo(outboundName('b'), {
      requestMirrorPolicies: [mirrorPolicy({ cluster: outboundName('b') })],
      retryPolicy: retryPolicy({ retryOn: '5xx', numRetries: 1 }),
    });
    const routes = [{ ...route({ action }), extra: { perRequestBufferLimitBytes: 100 } }];
    const small = failing(routes);
    send(small, { bodyBytes: 100 });
    expect(clusterCounter(small, 'upstream_rq_total')).toBe(3);
    const large = failing(routes);
    send(large, { bodyBytes: 101 });
    expect(clusterCounter(large, 'upstream_rq_total')).toBe(2);
  });

  it('keep nothing for copies alone', () => {
    const requestMirrorPolicies = [mirrorPolicy({ cluster: outboundName('b') })];
    const routes = [
      {
        ...route({ action: forwardTo(outboundName('b'), { requestMirrorPolicies }) }),
        extra: { perRequestBufferLimitBytes: 100 },
      },
    ];
    const simulation = failing(routes);
    send(simulation, { bodyBytes: 101 });
    expect(clusterCounter(simulation, 'upstream_rq_total')).toBe(2);
    expect(clusterCounter(simulation, 'retry_or_shadow_abandoned')).toBe(0);
  });

  it('refuses what the buffer filter cannot hold: 413', () => {
    const buffer: HttpFilter = { kind: 'buffer', name: 'buffer', maxRequestBytes: 10 };
    const simulation = failing([route({ action: forwardTo(outboundName('b')) })], [buffer]);
    const result = send(simulation, { bodyBytes: 11 });
    expect([result.status, result.details]).toEqual([413, 'request_payload_too_large']);
    expect(counters(simulation)['http.outbound_0.0.0.0_80.downstream_rq_too_large']).toBe(1);
    expect(send(simulation, { bodyBytes: 10 }).status).toBe(503);

    const override = {
      kind: 'opaque',
      name: 'buffer',
      typeUrl: '',
      config: { buffer: { maxRequestBytes: 50 } },
    } as const;
    const wide = [{ ...route({ action: forwardTo(outboundName('b')) }), filterOverrides: [override] }];
    expect(send(failing(wide, [buffer]), { bodyBytes: 50 }).status).toBe(503);
  });
});

describe('a slow upstream', () => {
  it('is charged with the timeout of each try, and nobody with one during back-off', () => {
    const slow = [server('b', 1, { status: 503 })];
    const backOff = { baseIntervalNs: 2000 * MS, maxIntervalNs: 2000 * MS };
    const policy = retryPolicy({ retryOn: '5xx', numRetries: 1, backOff });
    const routes = [route({ action: forwardTo(outboundName('b'), { timeoutNs: 20 * MS, retryPolicy: policy }) })];
    const simulation = simulate(2, clientWorld(slow, { routes }));
    const result = send(simulation);
    expect([result.status, result.flags, result.details]).toEqual([504, ['UT'], 'response_timeout']);
    expect(clusterCounter(simulation, 'upstream_rq_504')).toBe(0);
    expect(clusterCounter(simulation, 'upstream_rq_timeout')).toBe(0);
    expect(clusterCounter(simulation, 'retry.upstream_rq_503')).toBe(1);
    expect(clusterCounter(simulation, 'upstream_rq_retry')).toBe(0);
  });

  it('counts a failed status of gRPC against its host', () => {
    const bs = [server('b', 1, { protocol: 'grpc', grpcStatus: 14 })];
    const routes = [route({ action: forwardTo(outboundName('b')) })];
    const simulation = simulate(1, clientWorld(bs, { routes, cluster: { httpProtocol: { protocol: 'http2' } } }));
    const result = send(simulation, { protocol: 'grpc', method: 'POST', path: '/s/M' });
    expect(result.status).toBe(200);
    expect(clusterCounter(simulation, 'upstream_rq_200')).toBe(1);
    expect(clusterCounter(simulation, 'host.10.0.2.1:80.rq_error')).toBe(1);
    expect(clusterCounter(simulation, 'host.10.0.2.1:80.rq_success')).toBe(0);
  });
});
