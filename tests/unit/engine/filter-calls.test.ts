import { describe, expect, it } from 'vitest';
import type { PodSpec, Simulation } from '../../../src/engine';
import {
  type Cluster,
  directResponse,
  type ExtAuthzConfig,
  extAuthzConfig,
  forwardTo,
  type HttpFilter,
  headerMatcher,
  type JsonObject,
  route,
  routeMatch,
} from '../../../src/xds';
import { type ClientWorldInit, clientWorld, clusterCounter, counters, FOREVER, send, server } from './client-world';
import { outboundCluster, outboundName } from './mesh';
import { MS, openLoad, request, S, simulate } from './world';

function authz(init: Partial<ExtAuthzConfig> = {}, extra: JsonObject = {}): HttpFilter {
  const service = { kind: 'http', cluster: outboundName('c'), timeoutNs: 200 * MS, pathPrefix: '/check' } as const;
  const config = extAuthzConfig({ service, ...init, ...(Object.keys(extra).length === 0 ? {} : { extra }) });
  return { kind: 'extAuthz', name: 'ext_authz', extAuthz: config };
}

function worldWith(filter: HttpFilter, cs: readonly PodSpec[], init: ClientWorldInit = {}, grpc = false): Simulation {
  const bs = [server('b', 1)];
  const protocol: Partial<Cluster> = grpc ? { httpProtocol: { protocol: 'http2' } } : {};
  const clusters = [outboundCluster('b', bs), outboundCluster('c', cs, protocol)];
  return simulate(1, clientWorld(bs, { clusters, others: cs, filters: [filter], ...init }));
}

describe('external authorization', () => {
  it('asks the service first, and lets through what it consents to', () => {
    const simulation = worldWith(authz(), [server('c', 1)]);
    const result = send(simulation, { path: '/a' });
    expect(result.status).toBe(200);
    expect(counters(simulation)[`cluster.${outboundName('c')}.upstream_rq_200`]).toBe(1);
    expect(clusterCounter(simulation, 'ext_authz.ok')).toBe(1);
    expect(counters(simulation)['http.outbound_0.0.0.0_80.ext_authz.ok']).toBe(1);
    // Connection and call take four ways each of 1 ms more than without the filter.
    expect(result.durationNs).toBe(8 * MS);
  });

  it('denies with the status of the service: UAEX, ext_authz_denied', () => {
    const headers = [['x-why', 'no']] as const;
    const simulation = worldWith(authz(), [server('c', 1, { status: 401, headers })]);
    const result = send(simulation);
    expect([result.status, result.flags, result.details]).toEqual([401, ['UAEX'], 'ext_authz_denied']);
    expect(clusterCounter(simulation, 'ext_authz.denied')).toBe(1);
    expect(clusterCounter(simulation, 'upstream_rq_total')).toBe(0);
  });

  it('answers 403 for errors, timeouts and missing clusters, unless failures are allowed', () => {
    const failing = [server('c', 1, { status: 503 })];
    const slow = [server('c', 1, { computeNs: S })];
    for (const cs of [failing, slow]) {
      const closed = worldWith(authz(), cs);
      const result = send(closed);
      expect([result.status, result.flags, result.details]).toEqual([403, ['UAEX'], 'ext_authz_error']);
      expect(clusterCounter(closed, 'ext_authz.error')).toBe(1);
      const open = worldWith(authz({ failureModeAllow: true }), cs);
      expect(send(open).status).toBe(200);
      expect(clusterCounter(open, 'ext_authz.failure_mode_allowed')).toBe(1);
    }
    const timedOut = worldWith(authz(), slow);
    send(timedOut);
    expect(counters(timedOut)[`cluster.${outboundName('c')}.upstream_rq_timeout`]).toBe(1);
    const missing = authz({ service: { kind: 'http', cluster: 'nowhere', timeoutNs: S }, statusOnError: 500 });
    expect(send(worldWith(missing, [])).status).toBe(500);
  });

  it('passes the allowed headers of a consent on, and routes anew where it is told to', () => {
    const extra = {
      httpService: { authorizationResponse: { allowedUpstreamHeaders: { patterns: [{ exact: 'x-team' }] } } },
    };
    const routes = [
      route({ match: routeMatch({ headers: [headerMatcher('x-team', 'blue')] }), action: directResponse(418, '') }),
      route({ action: forwardTo(outboundName('b'), { timeoutNs: 0 }) }),
    ];
    const cs = [server('c', 1, { headers: [['x-team', 'blue']] })];
    const stays = worldWith(authz({}, extra), cs, { routes });
    expect(send(stays).status).toBe(200);
    const moves = worldWith(authz({ clearRouteCache: true }, extra), cs, { routes });
    expect(send(moves).status).toBe(418);
  });

  it('takes the verdict of a service of gRPC from its status', () => {
    const grpc = authz({ service: { kind: 'grpc', cluster: outboundName('c'), timeoutNs: 200 * MS } });
    const verdicts = [0, 7, 16, 13].map((grpcStatus) => {
      const simulation = worldWith(grpc, [server('c', 1, { protocol: 'grpc', grpcStatus })], {}, true);
      const result = send(simulation);
      return [result.status, result.details];
    });
    expect(verdicts).toEqual([
      [200, 'via_upstream'],
      [403, 'ext_authz_denied'],
      [401, 'ext_authz_denied'],
      [403, 'ext_authz_error'],
    ]);
  });

  it('gives the call up with its stream, and survives checkpoints', () => {
    const slow = [server('c', 1, { computeNs: 150 * MS })];
    const simulation = worldWith(authz(), slow, { hcm: { streamIdleTimeoutNs: 100 * MS } });
    const result = send(simulation);
    expect([result.status, result.flags]).toEqual([504, ['SI']]);
    simulation.checkInvariants();

    const loaded = worldWith(authz(), slow);
    loaded.execute({
      kind: 'setLoads',
      loads: [openLoad('b', 40, { origin: { kind: 'workload', namespace: 'default', workload: 'a' } })],
    });
    loaded.advanceTo(700 * MS, FOREVER);
    const saved = loaded.checkpoint();
    loaded.advanceTo(2 * S, FOREVER);
    loaded.checkInvariants();
    const hash = loaded.traceHash();
    loaded.restore(saved);
    loaded.advanceTo(2 * S, FOREVER);
    expect(loaded.traceHash()).toBe(hash);
    expect(clusterCounter(loaded, 'ext_authz.ok')).toBeGreaterThan(20);
  });
});

describe('global rate limits', () => {
  const limits: HttpFilter = {
    kind: 'rateLimit',
    name: 'ratelimit',
    rateLimit: { domain: 'd', cluster: outboundName('c'), timeoutNs: 20 * MS, failureModeDeny: false },
  };
  const policy = {
    stage: 0,
    disableKey: '',
    actions: [{ kind: 'requestHeaders', headerName: 'x-user', descriptorKey: 'user', skipIfAbsent: false }],
  } as const;
  const routes = [route({ action: forwardTo(outboundName('b'), { timeoutNs: 0, rateLimits: [policy] }) })];
  const limited = (grpcStatus: number, filter = limits, computeNs = 0): Simulation =>
    worldWith(filter, [server('c', 1, { protocol: 'grpc', grpcStatus, computeNs })], { routes }, true);
  const user = { headers: [['x-user', 'ann']] } as const;

  it('is asked only about requests with a descriptor', () => {
    const simulation = limited(8);
    expect(send(simulation).status).toBe(200);
    const result = send(simulation, user);
    expect([result.status, result.flags, result.details]).toEqual([429, ['RL'], 'request_rate_limited']);
    expect(clusterCounter(simulation, 'ratelimit.over_limit')).toBe(1);
    expect(send(limited(0), user).status).toBe(200);
  });

  it('lets requests through when the service fails, unless it is told to deny', () => {
    const open = limited(0, limits, S);
    expect(send(open, user).status).toBe(200);
    expect(clusterCounter(open, 'ratelimit.error')).toBe(1);
    expect(clusterCounter(open, 'ratelimit.failure_mode_allowed')).toBe(1);
    const { rateLimit } = limits;
    const closed = limited(0, { ...limits, rateLimit: { ...rateLimit, failureModeDeny: true } }, S);
    const result = send(closed, user);
    expect([result.status, result.flags, result.details]).toEqual([500, ['RLSE'], 'rate_limiter_error']);
  });

  it('is heard before the request goes on', () => {
    const simulation = limited(0);
    const id = simulation.probe({ from: 'a-1', request: request('b', user) });
    simulation.advanceTo(3 * MS, FOREVER);
    expect(clusterCounter(simulation, 'upstream_rq_total')).toBe(0);
    simulation.advanceTo(S, FOREVER);
    expect(simulation.probeResult(id)?.status).toBe(200);
  });
});
