import { describe, expect, it } from 'vitest';
import { Rng } from '../../../base';
import {
  cluster,
  clusterLoadAssignment,
  forwardTo,
  healthCheck,
  lbEndpoint,
  localityLbEndpoints,
  mirrorPolicy,
  type RetryPolicy,
  type RouteAction,
  retryPolicy,
  route,
  routeConfiguration,
  runtimeFraction,
  virtualHost,
} from '../../../xds';
import type { CompiledRouteAction } from './compiled-route';
import { HeaderMap } from './header-map';
import {
  applyHealthCheck,
  applyImmediateFailure,
  createHealthCheckState,
  firstHealthCheckMs,
  type HealthCheckResult,
  httpHealthCheckResult,
  nextHealthCheckMs,
  UNCHECKED_HOST_FLAGS,
} from './health-check';
import { type RandomSource, type RequestView, requestView } from './http-message';
import { decideInternalRedirect } from './internal-redirect';
import { compileHostTable, HostHealthFlag } from './load-balancing/host-table';
import { rejectsRetryHost } from './retry-hosts';
import { compileRetryPolicy } from './retry-policy';
import {
  createRetryState,
  maxActiveRetries,
  planRetries,
  type RetryEnvironment,
  type StreamResetReason,
  shouldRetryHeaders,
  shouldRetryReset,
} from './retry-state';
import { compileRouteConfiguration } from './route-compilation';
import { isShadowed, shadowAuthority, shadowCluster } from './shadow';
import { expectedTimeoutMs, finalTimeouts, formatGrpcTimeout, routeMaxStreamDurationNs } from './timeouts';
import { maxStreamDurationReply, upstreamResetReply, upstreamTimeoutReply } from './upstream-reset';

const NS_PER_MS = 1_000_000;
const NO_LIMITS = {
  canCreateRetry: () => true,
  incrementRetries: () => {},
  decrementRetries: () => {},
  countRetry: () => {},
};

function environmentOf(policy: RetryPolicy, random: RandomSource = new Rng(1)): RetryEnvironment {
  const plan = planRetries(compileRetryPolicy(policy), requestView('GET', 'h', '/'));
  if (plan === undefined) throw new Error('the policy retries nothing');
  return { plan, resources: NO_LIMITS, random, epochSeconds: 0 };
}

function retriesReset(retryOn: string, reason: StreamResetReason, upstreamRequestStarted = true): boolean {
  const environment = environmentOf(retryPolicy({ retryOn }));
  const state = createRetryState(environment.plan);
  return shouldRetryReset(state, environment, { reason, upstreamRequestStarted, http3Used: 'no' }) === 'yes';
}

describe('retry conditions', () => {
  it('tell connection failures from resets', () => {
    expect(retriesReset('connect-failure', 'remoteConnectionFailure')).toBe(true);
    expect(retriesReset('connect-failure', 'connectionTimeout')).toBe(true);
    expect(retriesReset('connect-failure', 'connectionTermination')).toBe(false);
    expect(retriesReset('connect-failure', 'localReset')).toBe(false);
    expect(retriesReset('reset', 'connectionTermination')).toBe(true);
    expect(retriesReset('reset', 'remoteConnectionFailure')).toBe(true);
    expect(retriesReset('refused-stream', 'remoteRefusedStreamReset')).toBe(true);
    expect(retriesReset('refused-stream', 'remoteReset')).toBe(false);
    expect(retriesReset('5xx,reset,connect-failure', 'overflow')).toBe(false);
    expect(retriesReset('retriable-status-codes', 'remoteReset')).toBe(false);
  });

  it('look at whether the request had started', () => {
    expect(retriesReset('reset-before-request', 'remoteReset', false)).toBe(true);
    expect(retriesReset('reset-before-request', 'remoteReset', true)).toBe(false);
  });
});

describe('retry delays', () => {
  it('by rate limit lie between the reset interval and half as much again', () => {
    const policy = retryPolicy({
      retryOn: '5xx',
      numRetries: 1_000_000,
      rateLimitedBackOff: {
        resetHeaders: [{ name: 'Retry-After', format: 'SECONDS' }],
        maxIntervalNs: 300_000 * NS_PER_MS,
      },
    });
    const environment = environmentOf(policy);
    const state = createRetryState(environment.plan);
    const response = { status: 503, headers: HeaderMap.of([['retry-after', '2']]) };
    const delays = Array.from({ length: 500 }, () => {
      shouldRetryHeaders(state, environment, response, requestView('GET', 'h', '/'));
      return state.delayMs;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...delays)).toBeLessThan(3000);
    expect(Math.max(...delays)).toBeGreaterThan(2900);
  });
});

describe('retry limits', () => {
  it('come from a budget where there is one', () => {
    expect(maxActiveRetries({ maxRetries: 3 }, 1000, 1000)).toBe(3);
    const retryBudget = { budgetPercent: 20, minRetryConcurrency: 3 };
    expect(maxActiveRetries({ maxRetries: 3, retryBudget }, 10, 0)).toBe(3);
    expect(maxActiveRetries({ maxRetries: 3, retryBudget }, 40, 9)).toBe(9);
  });
});

describe('retry hosts', () => {
  const endpoints = [
    localityLbEndpoints({
      lbEndpoints: [
        lbEndpoint('10.0.0.1', 1, { lbMetadata: { canary: 'true' } }),
        lbEndpoint('10.0.0.2', 1, { lbMetadata: { stage: 'old', x: 'y' } }),
      ],
    }),
  ];
  const table = compileHostTable(cluster({ name: 'c' }), clusterLoadAssignment({ clusterName: 'c', endpoints }));

  it('are rejected by any of the predicates', () => {
    expect(rejectsRetryHost([{ kind: 'previousHosts' }], table, 1, [1])).toBe(true);
    expect(rejectsRetryHost([{ kind: 'previousHosts' }], table, 1, [0])).toBe(false);
    expect(rejectsRetryHost([{ kind: 'omitCanaryHosts' }], table, 0, [])).toBe(true);
    expect(rejectsRetryHost([{ kind: 'omitCanaryHosts' }], table, 1, [])).toBe(false);
    expect(rejectsRetryHost([{ kind: 'omitHostMetadata', metadata: { stage: 'old' } }], table, 1, [])).toBe(true);
    expect(rejectsRetryHost([{ kind: 'omitHostMetadata', metadata: {} }], table, 1, [])).toBe(false);
    expect(rejectsRetryHost([{ kind: 'omitCanaryHosts' }, { kind: 'previousHosts' }], table, 1, [1])).toBe(true);
  });
});

function actionOf(init: Partial<RouteAction>): CompiledRouteAction {
  const compiled = compileRouteConfiguration(
    routeConfiguration({
      name: 'r',
      virtualHosts: [virtualHost({ name: 'v', domains: ['*'], routes: [route({ action: forwardTo('c', init) })] })],
    }),
  );
  if (!compiled.ok) throw new Error(compiled.error);
  const action = compiled.value.virtualHosts[0]?.routes[0]?.action;
  if (action?.kind !== 'route') throw new Error('no forwarding route');
  return action.route;
}

function timeoutsMs(action: CompiledRouteAction, headers: Record<string, string> = {}, method = 'GET') {
  const timeouts = finalTimeouts(action, requestView(method, 'h', '/', Object.entries(headers)));
  return [timeouts.globalTimeoutNs / NS_PER_MS, timeouts.perTryTimeoutNs / NS_PER_MS];
}

describe('timeouts', () => {
  const policy = retryPolicy({ retryOn: '5xx', perTryTimeoutNs: 2000 * NS_PER_MS });
  const action = actionOf({ timeoutNs: 10_000 * NS_PER_MS, retryPolicy: policy });

  it('of headers win over those of the route', () => {
    expect(timeoutsMs(action)).toEqual([10_000, 2000]);
    expect(timeoutsMs(action, { 'x-envoy-upstream-rq-timeout-ms': '5000' })).toEqual([5000, 2000]);
    expect(timeoutsMs(action, { 'x-envoy-upstream-rq-timeout-ms': 'soon' })).toEqual([10_000, 2000]);
    expect(timeoutsMs(action, { 'x-envoy-upstream-rq-per-try-timeout-ms': '100' })).toEqual([10_000, 100]);
  });

  it('per try that are not below the global one count as none', () => {
    expect(timeoutsMs(action, { 'x-envoy-upstream-rq-timeout-ms': '2000' })).toEqual([2000, 0]);
    expect(timeoutsMs(action, { 'x-envoy-upstream-rq-timeout-ms': '0' })).toEqual([0, 2000]);
  });

  it('of gRPC requests come from the request, bounded by the route', () => {
    const grpc = { 'content-type': 'application/grpc' };
    const bounded = actionOf({ timeoutNs: 7 * NS_PER_MS, maxGrpcTimeoutNs: 3000 * NS_PER_MS });
    expect(timeoutsMs(bounded, { ...grpc, 'grpc-timeout': '2S' })).toEqual([2000, 0]);
    expect(timeoutsMs(bounded, { ...grpc, 'grpc-timeout': '9S' })).toEqual([3000, 0]);
    expect(timeoutsMs(bounded, grpc)).toEqual([3000, 0]);
    expect(timeoutsMs(bounded, {})).toEqual([7, 0]);
    const unbounded = actionOf({ maxGrpcTimeoutNs: 0, grpcTimeoutOffsetNs: 500 * NS_PER_MS });
    expect(timeoutsMs(unbounded, { ...grpc, 'grpc-timeout': '2S' })).toEqual([1500, 0]);
    expect(timeoutsMs(unbounded, grpc)).toEqual([0, 0]);
  });

  it('that are advertised shrink with every try', () => {
    const timeouts = finalTimeouts(action, requestView('GET', 'h', '/'));
    expect(expectedTimeoutMs(timeouts, 0)).toBe(2000);
    expect(expectedTimeoutMs(timeouts, 9000 * NS_PER_MS)).toBe(1000);
    expect(expectedTimeoutMs(timeouts, 10_000 * NS_PER_MS)).toBe(1);
    expect(expectedTimeoutMs({ ...timeouts, globalTimeoutNs: 0, perTryTimeoutNs: 0 }, 5)).toBe(0);
    expect([formatGrpcTimeout(5), formatGrpcTimeout(100_000_000)]).toEqual(['5m', '100000S']);
  });

  it('of the stream replace those of the route', () => {
    const stream = actionOf({
      timeoutNs: 5,
      maxStreamDuration: { grpcTimeoutHeaderMaxNs: 1000 * NS_PER_MS, grpcTimeoutHeaderOffsetNs: 100 * NS_PER_MS },
    });
    const grpc = [
      ['content-type', 'application/grpc'],
      ['grpc-timeout', '5S'],
    ] as const;
    expect(finalTimeouts(stream, requestView('POST', 'h', '/', grpc)).globalTimeoutNs).toBe(0);
    expect(routeMaxStreamDurationNs(stream, requestView('POST', 'h', '/', grpc))).toBe(900 * NS_PER_MS);
  });
});

describe('internal redirects', () => {
  const first = { redirectsSoFar: 0, plaintext: true };
  const policy = { maxInternalRedirects: 1, redirectResponseCodes: [302, 303], allowCrossSchemeRedirect: false };
  const request: RequestView = requestView('POST', 'a', '/x', [['x-forwarded-proto', 'http']]);
  const response = (status: number, location?: string) => ({
    status,
    headers: HeaderMap.of(location === undefined ? [] : [['location', location]]),
  });

  it('are followed when the policy allows', () => {
    expect(decideInternalRedirect(policy, request, response(302, 'http://b/y?z=1#f'), first)).toMatchObject({
      kind: 'follow',
      request: { method: 'POST', authority: 'b', path: '/y?z=1', scheme: 'http' },
    });
    expect(decideInternalRedirect(policy, request, response(303, 'http://b'), first)).toMatchObject({
      request: { method: 'GET', path: '/' },
    });
  });

  it('are passed through otherwise', () => {
    const reason = (status: number, location?: string, soFar = 0) => {
      const history = { redirectsSoFar: soFar, plaintext: true };
      const decision = decideInternalRedirect(policy, request, response(status, location), history);
      return decision.kind === 'passThrough' ? decision.reason : undefined;
    };
    expect(reason(301, 'http://b/')).toBe('responseCode');
    expect(reason(302)).toBe('missingLocation');
    expect(reason(302, '')).toBe('invalidLocation');
    expect(reason(302, '/relative')).toBe('invalidLocation');
    expect(reason(302, 'https://b/')).toBe('schemeChange');
    expect(reason(302, 'http://b/', 1)).toBe('tooManyRedirects');
  });
});

describe('replies for failures upstream', () => {
  const reset = { transportFailureReason: '', isRetry: false, responseStarted: false, suppressEnvoyHeaders: false };

  it('word reason and transport failure', () => {
    expect(upstreamResetReply({ ...reset, reason: 'remoteConnectionFailure' })).toEqual({
      status: 503,
      body: 'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure',
      details: 'upstream_reset_before_response_started{remote_connection_failure}',
      flag: 5,
    });
    const withCause = { ...reset, reason: 'connectionTermination', isRetry: true, responseStarted: true } as const;
    expect(upstreamResetReply({ ...withCause, transportFailureReason: 'TLS error: x y' })).toMatchObject({
      body: 'upstream connect error or disconnect/reset before headers. retried and the latest reset reason: connection termination, transport failure reason: TLS error: x y',
      details: 'upstream_reset_after_response_started{connection_termination|TLS_error:_x_y}',
    });
    expect(upstreamResetReply({ ...reset, reason: 'overflow' }).headers).toEqual([['x-envoy-overloaded', 'true']]);
    expect(upstreamResetReply({ ...reset, reason: 'protocolError' }).status).toBe(502);
  });

  it('tell which timer ended the request', () => {
    expect(upstreamTimeoutReply('perTry')).toMatchObject({ status: 504, details: 'upstream_per_try_timeout', flag: 2 });
    expect(upstreamTimeoutReply('route', true)).toMatchObject({ status: 204, body: '' });
    expect([maxStreamDurationReply(true).status, maxStreamDurationReply(false).status]).toEqual([504, 408]);
  });
});

describe('mirrors', () => {
  it('go to a host of a name of their own', () => {
    expect(shadowAuthority('svc')).toBe('svc-shadow');
    expect(shadowAuthority('svc:80')).toBe('svc-shadow:80');
    expect(shadowAuthority('[::1]:80')).toBe('[::1]-shadow:80');
  });

  it('are sampled by the number of the stream, and never copy CONNECT', () => {
    const policy = mirrorPolicy({
      cluster: '',
      clusterHeader: 'X-To',
      runtimeFraction: runtimeFraction({ numerator: 20, denominator: 100 }),
    });
    const request = requestView('GET', 'h', '/', [['x-to', 'c2']]);
    expect([isShadowed(policy, request, 119), isShadowed(policy, request, 120)]).toEqual([true, false]);
    expect(isShadowed(mirrorPolicy({ cluster: 'c' }), requestView('CONNECT', 'h', ''), 0)).toBe(false);
    expect(shadowCluster(policy, request)).toBe('c2');
    expect(shadowCluster(policy, requestView('GET', 'h', '/'))).toBeUndefined();
  });
});

describe('active health checks', () => {
  const check = healthCheck({
    kind: 'http',
    timeoutNs: 1,
    intervalNs: 10_000 * NS_PER_MS,
    unhealthyThreshold: 2,
    healthyThreshold: 3,
    unhealthyIntervalNs: 3000 * NS_PER_MS,
    healthyEdgeIntervalNs: 1000 * NS_PER_MS,
    retriableStatuses: [{ start: 429, end: 430 }],
  });
  const passed: HealthCheckResult = { kind: 'success', degraded: false };
  const timedOut: HealthCheckResult = { kind: 'failure', cause: 'networkTimeout', retriable: false };

  function run(flags: number, results: readonly HealthCheckResult[]) {
    const state = createHealthCheckState();
    let at = flags;
    return results.map((result) => {
      const outcome = applyHealthCheck(check, state, at, result);
      at = outcome.flags;
      return [outcome.flags, outcome.transition] as const;
    });
  }

  it('believe the first result at once', () => {
    expect(run(UNCHECKED_HOST_FLAGS, [passed])).toEqual([[0, 'changed']]);
    expect(run(UNCHECKED_HOST_FLAGS, [timedOut])).toEqual([
      [HostHealthFlag.FailedActiveHc | HostHealthFlag.ActiveHcTimeout, 'changed'],
    ]);
  });

  it('need their thresholds afterwards', () => {
    const failed = HostHealthFlag.FailedActiveHc | HostHealthFlag.ActiveHcTimeout;
    expect(run(UNCHECKED_HOST_FLAGS, [passed, timedOut, timedOut, passed, passed, passed])).toEqual([
      [0, 'changed'],
      [0, 'pending'],
      [failed, 'changed'],
      [failed, 'pending'],
      [failed, 'pending'],
      [0, 'changed'],
    ]);
  });

  it('fail at once on a wrong status, unless it may be retried', () => {
    const wrong = httpHealthCheckResult(check, { status: 503, headers: HeaderMap.empty });
    expect(run(UNCHECKED_HOST_FLAGS, [passed, wrong]).at(-1)).toEqual([HostHealthFlag.FailedActiveHc, 'changed']);
    const busy = httpHealthCheckResult(check, { status: 429, headers: HeaderMap.empty });
    expect(run(UNCHECKED_HOST_FLAGS, [passed, busy]).at(-1)).toEqual([0, 'pending']);
  });

  it('mark degraded hosts, and exclude those that say that they fail', () => {
    const degraded = httpHealthCheckResult(check, { status: 200, headers: HeaderMap.of([['x-envoy-degraded', '']]) });
    expect(run(0, [degraded, passed])).toEqual([
      [HostHealthFlag.DegradedActiveHc, 'changed'],
      [0, 'changed'],
    ]);
    const outcome = applyImmediateFailure(check, createHealthCheckState(), 0);
    expect(outcome.flags).toBe(HostHealthFlag.FailedActiveHc | HostHealthFlag.ExcludedViaImmediateHcFail);
  });

  it('come more often near a threshold, and seldom without traffic', () => {
    expect(nextHealthCheckMs(check, 'success', 'unchanged', true)).toBe(10_000);
    expect(nextHealthCheckMs(check, 'success', 'pending', true)).toBe(1000);
    expect(nextHealthCheckMs(check, 'failure', 'unchanged', true)).toBe(3000);
    expect(nextHealthCheckMs(check, 'failure', 'pending', true)).toBe(3000);
    expect(nextHealthCheckMs(check, 'success', 'unchanged', false)).toBe(60_000);
    expect(firstHealthCheckMs(check, new Rng(1))).toBe(0);
    expect(firstHealthCheckMs({ ...check, initialJitterNs: 5 * NS_PER_MS }, new Rng(1))).toBeLessThan(5);
  });
});
