import { describe, expect, it } from 'vitest';
import {
  corsPolicy,
  extAuthzConfig,
  type FaultConfig,
  faultConfig,
  fractionalPercent,
  headerMatcher,
  localRateLimitConfig,
  type RateLimitAction,
  type RateLimitConfig,
  rateLimitConfig,
  regexMatcher,
  stringMatcher,
} from '../../../../xds';
import { HeaderMap } from '../header-map';
import { type RandomSource, type RequestView, requestView } from '../http-message';
import { compileCors, decideCors, mergeCorsPolicies, withCorsHeaders } from './cors';
import { compileExtAuthz, decideExtAuthz, isExtAuthzEnabled } from './ext-authz';
import { compileFault, decideFaultAbort, decideFaultDelay } from './fault';
import { compileLocalRateLimit, createLocalRateLimitBucket, decideLocalRateLimit } from './local-rate-limit';
import { compileRateLimitPolicies, decideRateLimit, rateLimitDescriptors } from './rate-limit';

/** Every draw gives this number. */
function fixed(value: number): RandomSource {
  return { nextU32: () => value, nextU64Mod: (modulus) => value % modulus };
}

const GET = requestView('GET', 'svc', '/');
const NS_PER_MS = 1_000_000;

describe('faults', () => {
  const half = fractionalPercent(50);
  const delay = { kind: 'fixed', fixedDelayNs: 7 * NS_PER_MS, percentage: half } as const;
  const abort = { kind: 'httpStatus', httpStatus: 418, percentage: half } as const;

  function setup(init: Partial<FaultConfig>, options: { draw?: number; request?: RequestView; active?: number } = {}) {
    const counters: string[] = [];
    const gauge = { active: options.active ?? 0 };
    const input = {
      request: options.request ?? GET,
      cluster: 'c',
      random: fixed(options.draw ?? 0),
      gauge,
      stream: { charged: 0 as 0 | 1 },
      count: (counter: string) => counters.push(counter),
    };
    const fault = compileFault(faultConfig(init));
    return {
      gauge,
      counters,
      delay: () => decideFaultDelay(fault, input),
      abort: () => decideFaultAbort(fault, input),
    };
  }

  it('wait, then abort, and count the stream once', () => {
    const fault = setup({ delay, abort });
    expect(fault.delay()).toEqual({ kind: 'wait', ns: 7 * NS_PER_MS });
    expect(fault.abort()).toMatchObject({
      reply: { status: 418, body: 'fault filter abort', details: 'fault_filter_abort' },
    });
    expect(fault.gauge.active).toBe(1);
    expect(fault.counters).toEqual(['delays_injected', 'aborts_injected']);
  });

  it('hit the share of requests that the percentage says', () => {
    expect(setup({ delay }, { draw: 49 }).delay().kind).toBe('wait');
    expect(setup({ delay }, { draw: 50 }).delay().kind).toBe('continue');
    expect(setup({ abort }, { draw: 50 }).abort().kind).toBe('continue');
  });

  it('spare requests of other clusters and headers', () => {
    const headers = [headerMatcher('end-user', 'jason')];
    expect(setup({ delay, upstreamCluster: 'other' }).delay().kind).toBe('continue');
    expect(setup({ delay, headers }).delay().kind).toBe('continue');
    const request = requestView('GET', 'svc', '/', [['end-user', 'jason']]);
    expect(setup({ delay, headers }, { request }).delay().kind).toBe('wait');
  });

  it('stop at the limit of active faults', () => {
    const fault = setup({ delay, maxActiveFaults: 2 }, { active: 2 });
    expect(fault.delay().kind).toBe('continue');
    expect(fault.counters).toEqual(['faults_overflow']);
  });

  it('follow headers, whose percentage may only be lower', () => {
    const request = requestView('GET', 'svc', '/', [
      ['x-envoy-fault-delay-request', '3'],
      ['x-envoy-fault-delay-request-percentage', '100'],
      ['x-envoy-fault-abort-grpc-request', '5'],
    ]);
    const byHeader = { kind: 'header', percentage: half } as const;
    const init = { delay: byHeader, abort: byHeader };
    expect(setup(init, { request }).delay()).toEqual({ kind: 'wait', ns: 3 * NS_PER_MS });
    expect(setup(init, { request, draw: 60 }).delay().kind).toBe('continue');
    expect(setup(init, { request }).abort()).toMatchObject({ reply: { status: 200, grpcStatus: 5 } });
    expect(setup(init).delay().kind).toBe('continue');
  });
});

describe('local rate limits', () => {
  const all = fractionalPercent(100);
  const tokenBucket = { maxTokens: 2, tokensPerFill: 1, fillIntervalNs: 1000 * NS_PER_MS };

  function limiter(init: { filterEnabled?: typeof all; filterEnforced?: typeof all; status?: number }) {
    const limit = compileLocalRateLimit(
      localRateLimitConfig({ statPrefix: 'x', tokenBucket, filterEnabled: all, filterEnforced: all, ...init }),
    );
    const bucket = createLocalRateLimitBucket(limit, 0);
    const counters: string[] = [];
    const count = (counter: string) => counters.push(counter);
    const ask = (nowMs: number) =>
      decideLocalRateLimit(limit, { request: GET, nowNs: nowMs * NS_PER_MS, random: fixed(0), bucket, count });
    return { ask, counters };
  }

  it('take tokens from a bucket that refills all the time', () => {
    const { ask, counters } = limiter({});
    const kinds = [0, 0, 0, 500, 1000, 1999, 2000].map((at) => ask(at).kind);
    expect(kinds).toEqual(['continue', 'continue', 'localReply', 'localReply', 'continue', 'localReply', 'continue']);
    expect(counters.filter((name) => name === 'enforced')).toHaveLength(3);
    expect(ask(2000)).toMatchObject({ reply: { status: 429, body: 'local_rate_limited', grpcStatus: 14 } });
  });

  it('only count unless they are enforced, and do nothing unless enabled', () => {
    const none = fractionalPercent(0);
    const counting = limiter({ filterEnforced: none });
    expect([0, 0, 0].map((at) => counting.ask(at).kind)).toEqual(['continue', 'continue', 'continue']);
    expect(counting.counters).toContain('rate_limited');
    const off = limiter({ filterEnabled: none });
    expect([0, 0, 0].map((at) => off.ask(at).kind)).toEqual(['continue', 'continue', 'continue']);
    expect(off.counters).toEqual([]);
  });
});

describe('CORS', () => {
  const policy = corsPolicy({
    allowOriginStringMatch: [regexMatcher('https://.*\\.example\\.com')],
    allowMethods: 'GET,POST',
    allowHeaders: '*',
    exposeHeaders: 'x-out',
    maxAge: '60',
    allowCredentials: true,
  });

  function ask(method: string, origin: string | undefined, source = policy, extra: readonly [string, string][] = []) {
    const headers: (readonly [string, string])[] = [...extra];
    if (origin !== undefined) headers.push(['origin', origin]);
    const counters: string[] = [];
    const request = requestView(method, 'svc', '/', headers);
    return { counters, ...decideCors(compileCors(source), request, fixed(0), (counter) => counters.push(counter)) };
  }

  const asksMethod: [string, string] = ['access-control-request-method', 'GET'];
  const asksHeaders: [string, string] = ['access-control-request-headers', 'x-in'];

  it('answer a preflight from an allowed origin', () => {
    const { verdict, counters } = ask('OPTIONS', 'https://a.example.com', policy, [asksMethod, asksHeaders]);
    expect(counters).toEqual(['origin_valid']);
    expect(verdict).toMatchObject({
      reply: {
        status: 200,
        details: 'cors_response',
        headers: [
          ['access-control-allow-origin', 'https://a.example.com'],
          ['access-control-allow-credentials', 'true'],
          ['access-control-allow-methods', 'GET,POST'],
          ['access-control-allow-headers', 'x-in'],
          ['access-control-max-age', '60'],
        ],
      },
    });
  });

  it('forward a preflight from elsewhere unless told otherwise', () => {
    expect(ask('OPTIONS', 'https://evil.com', policy, [asksMethod]).verdict.kind).toBe('continue');
    const strict = { ...policy, forwardNotMatchingPreflights: false };
    const { verdict } = ask('OPTIONS', 'https://evil.com', strict, [asksMethod]);
    expect(verdict.kind).toBe('localReply');
    if (verdict.kind === 'localReply')
      expect(new Map(verdict.reply.headers).has('access-control-allow-origin')).toBe(false);
  });

  it('never stop an actual request, but only permit what is allowed', () => {
    const response = { status: 200, headers: HeaderMap.empty };
    const allowed = ask('GET', 'https://a.example.com');
    expect(allowed.verdict.kind).toBe('continue');
    expect(withCorsHeaders(compileCors(policy), allowed.stream, response).headers.entries()).toEqual([
      ['access-control-allow-origin', 'https://a.example.com'],
      ['access-control-allow-credentials', 'true'],
      ['access-control-expose-headers', 'x-out'],
    ]);
    const foreign = ask('GET', 'https://evil.com');
    expect(foreign.counters).toEqual(['origin_invalid']);
    expect(withCorsHeaders(compileCors(policy), foreign.stream, response)).toBe(response);
    expect(ask('GET', undefined).counters).toEqual([]);
  });

  it('let the most specific policy win field by field', () => {
    const outer = corsPolicy({ allowMethods: 'GET', maxAge: '5', allowCredentials: true });
    const inner = corsPolicy({ allowMethods: 'PUT', allowOriginStringMatch: [stringMatcher('exact', '*')] });
    expect(mergeCorsPolicies([inner, outer])).toMatchObject({
      allowMethods: 'PUT',
      maxAge: '5',
      allowCredentials: true,
      allowOriginStringMatch: [{ value: '*' }],
    });
    expect(mergeCorsPolicies([])).toBeUndefined();
  });
});

describe('external authorization', () => {
  const service = { kind: 'grpc', cluster: 'authz', timeoutNs: 1 } as const;

  it('lets pass, changes headers, denies, and decides by itself when the service fails', () => {
    const counters: string[] = [];
    const authz = compileExtAuthz(extAuthzConfig({ service }));
    const ask = (answer: Parameters<typeof decideExtAuthz>[2], config = authz) =>
      decideExtAuthz(config, requestView('GET', 'svc', '/', [['a', '1']]), answer, (counter) => counters.push(counter));
    const ok = ask({ kind: 'ok', headersToSet: [['X-User', 'me']], headersToRemove: ['A'] });
    expect(ok.kind === 'continue' && ok.request.headers.entries()).toEqual([['x-user', 'me']]);
    expect(ask({ kind: 'denied', status: 401, body: 'no' })).toMatchObject({
      reply: { status: 401, body: 'no', details: 'ext_authz_denied' },
    });
    expect(ask({ kind: 'error' })).toMatchObject({ reply: { status: 403, details: 'ext_authz_error' } });
    const open = compileExtAuthz(extAuthzConfig({ service, failureModeAllow: true }));
    expect(ask({ kind: 'error' }, open).kind).toBe('continue');
    expect(counters).toEqual(['ok', 'denied', 'error', 'error', 'failure_mode_allowed']);
  });

  it('is asked only where the metadata of an earlier filter say so', () => {
    const filterEnabledMetadata = {
      filter: 'envoy.filters.http.rbac',
      path: ['istio-ext-authz-ns-foo-shadow_effective_policy_id'],
      match: { kind: 'string', match: stringMatcher('prefix', 'istio-ext-authz-ns-foo') },
    } as const;
    const authz = compileExtAuthz(extAuthzConfig({ service, filterEnabledMetadata }));
    expect(isExtAuthzEnabled(authz, new Map())).toBe(false);
    const value = { 'istio-ext-authz-ns-foo-shadow_effective_policy_id': 'istio-ext-authz-ns-foo-rule[0]' };
    expect(isExtAuthzEnabled(authz, new Map([['envoy.filters.http.rbac', value]]))).toBe(true);
    expect(isExtAuthzEnabled(compileExtAuthz(extAuthzConfig({ service })), new Map())).toBe(true);
  });
});

describe('global rate limits', () => {
  const subject = {
    request: requestView('GET', 'svc', '/a', [['x-user', 'me']]),
    connection: {
      directRemoteAddress: { address: '10.0.0.9', port: 1 },
      remoteAddress: { address: '1.1.1.1', port: 0 },
      localAddress: { address: '10.0.0.1', port: 80 },
      requestedServerName: '',
    },
    sourceCluster: 'gateway',
    destinationCluster: 'svc',
  };

  function descriptors(...actions: readonly RateLimitAction[]) {
    return rateLimitDescriptors(compileRateLimitPolicies([{ stage: 0, disableKey: '', actions }]), subject);
  }

  function header(headerName: string, skipIfAbsent = false): RateLimitAction {
    return { kind: 'requestHeaders', headerName, descriptorKey: headerName, skipIfAbsent };
  }

  it('ask about one descriptor per policy, or none', () => {
    const key: RateLimitAction = { kind: 'genericKey', descriptorKey: '', descriptorValue: 'v' };
    expect(descriptors(key, header(':path'), { kind: 'remoteAddress' })).toEqual([
      [
        ['generic_key', 'v'],
        [':path', '/a'],
        ['remote_address', '1.1.1.1'],
      ],
    ]);
    expect(descriptors(key, header('x-none'))).toEqual([]);
    expect(descriptors(key, header('x-none', true))).toEqual([[['generic_key', 'v']]]);
    const match: RateLimitAction = {
      kind: 'headerValueMatch',
      descriptorKey: '',
      descriptorValue: 'mine',
      expectMatch: false,
      headers: [headerMatcher('x-user', 'me')],
    };
    expect(descriptors(match)).toEqual([]);
    expect(descriptors({ ...match, expectMatch: true })).toEqual([[['header_match', 'mine']]]);
  });

  it('refuse what is over, and decide by configuration when the service fails', () => {
    const config = rateLimitConfig({ domain: 'd', cluster: 'rls' });
    const ask = (answer: 'ok' | 'overLimit' | 'error', failureModeDeny = false) =>
      decideRateLimit({ ...config, failureModeDeny }, GET, answer, () => {});
    expect(ask('ok').kind).toBe('continue');
    expect(ask('overLimit')).toMatchObject({ reply: { status: 429, headers: [['x-envoy-ratelimited', 'true']] } });
    expect(ask('error').kind).toBe('continue');
    expect(ask('error', true)).toMatchObject({ reply: { status: 500, details: 'rate_limiter_error' } });
  });

  it('refuse with the statuses of the configuration, as far as they are errors', () => {
    const statusOf = (answer: 'overLimit' | 'error', init: Partial<RateLimitConfig>) => {
      const config = rateLimitConfig({ domain: 'd', cluster: 'rls', failureModeDeny: true, ...init });
      const verdict = decideRateLimit(config, GET, answer, () => {});
      return verdict.kind === 'localReply' ? verdict.reply.status : undefined;
    };
    expect(statusOf('overLimit', { rateLimitedStatus: 503 })).toBe(503);
    expect(statusOf('overLimit', { rateLimitedStatus: 200 })).toBe(429);
    expect(statusOf('error', { statusOnError: 200 })).toBe(200);
    expect(statusOf('error', { statusOnError: 0 })).toBe(500);
  });
});
