import { describe, expect, it } from 'vitest';
import { forwardTo, retryPolicy, route } from '../../../src/xds';
import { clientWorld, clusterCounter, counters, expectTheSameAgain, send, server } from './client-world';
import { outboundName } from './mesh';
import { MS, simulate } from './world';

const HCM = 'http.outbound_0.0.0.0_80';
const RETRIED = [
  route({
    action: forwardTo(outboundName('b'), { retryPolicy: retryPolicy({ retryOn: '5xx,reset', numRetries: 2 }) }),
  }),
];

describe('a response that is cut off', () => {
  it('fails the caller, who has its headers; nothing is retried, and no connection survives', () => {
    const simulation = simulate(
      1,
      clientWorld([server('b', 1, { bodyBytes: 10, reset: 'afterHeaders' })], { routes: RETRIED }),
    );
    for (const made of [1, 2]) {
      expect(send(simulation).status).toBe(0);
      expect(simulation.accessLog(1)[0]).toMatchObject({
        status: 200,
        flags: ['UPE'],
        details: 'upstream_reset_after_response_started{protocol_error}',
        attempts: 1,
        bytesSent: 10,
      });
      expect(clusterCounter(simulation, 'upstream_cx_total')).toBe(made);
      expect(clusterCounter(simulation, 'upstream_cx_destroy_remote_with_active_rq')).toBe(made);
      expect(clusterCounter(simulation, 'upstream_rq_200')).toBe(made);
      expect(counters(simulation)[`${HCM}.downstream_rq_tx_reset`]).toBe(made);
    }
    expect(clusterCounter(simulation, 'upstream_rq_retry')).toBe(0);
  });

  it('resets one stream of a connection that others share', () => {
    const httpProtocol = { protocol: 'http2' } as const;
    const pods = [server('b', 1, { bodyBytes: 10, reset: 'afterHeaders' })];
    const simulation = simulate(1, clientWorld(pods, { cluster: { httpProtocol } }));
    for (const made of [1, 2]) {
      expect(send(simulation).status).toBe(0);
      expect(simulation.accessLog(1)[0]?.flags).toEqual(['UR']);
      expect(clusterCounter(simulation, 'upstream_rq_rx_reset')).toBe(made);
      expect(clusterCounter(simulation, 'upstream_cx_total')).toBe(1);
    }
  });

  it('is retried by its headers like any other', () => {
    const pods = [server('b', 1, { status: 503, bodyBytes: 10, reset: 'afterHeaders' })];
    const simulation = simulate(1, clientWorld(pods, { routes: RETRIED }));
    expect(send(simulation).status).toBe(0);
    expect(clusterCounter(simulation, 'upstream_rq_retry')).toBe(2);
    expect(simulation.accessLog(1)[0]).toMatchObject({ status: 503, flags: ['URX', 'UPE'] });
  });

  it('survives a checkpoint', () => {
    const pods = [server('b', 1, { bodyBytes: 10, reset: 'afterHeaders', computeNs: 3 * MS })];
    const simulation = simulate(1, clientWorld(pods));
    expectTheSameAgain(simulation, 200);
    expect(clusterCounter(simulation, 'upstream_cx_protocol_error')).toBeGreaterThan(100);
  });
});
