// Retries: conditions, limits, budgets, back-off and rate-limit reset headers.
import {
  type CompiledRetryPolicy,
  compileRetryPolicy,
  createRetryState,
  HeaderMap,
  maxActiveRetries,
  parseResetIntervalMs,
  parseRetryGrpcOn,
  parseRetryOn,
  planRetries,
  RETRY_REQUEST_HEADERS,
  type RequestView,
  type ResponseView,
  type RetryClusterFeatures,
  type RetryEnvironment,
  type RetryLimits,
  RetryOn,
  type RetryPlan,
  type RetryResources,
  type RetryState,
  type RetryStatus,
  releaseRetry,
  requestView,
  type StreamResetReason,
  shouldRetryHeaders,
  shouldRetryReset,
} from '../../src/engine/proxy/semantics';
import { decodeRouteConfiguration, type JsonObject } from '../../src/xds';
import { readShared } from '../support/shared';
import { decodedOrThrow } from './envoy-config';
import { fixedRandom } from './fixed-random';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

type Headers = readonly (readonly [string, string])[];

interface Decision {
  readonly expect: RetryStatus;
  readonly random?: number;
  readonly schedule?: 'backoff' | 'immediate';
  readonly backoffMs?: number;
}

type Step =
  | { readonly op: 'request'; readonly headers: Headers }
  | { readonly op: 'expectState'; readonly value: 'none' | 'disabled' | 'enabled' }
  | ({
      readonly op: 'reset';
      readonly reason: string;
      readonly http3: 'unknown' | 'no' | 'yes';
      readonly upstreamRequestStarted: boolean;
    } & Decision)
  | ({ readonly op: 'responseHeaders'; readonly headers: Headers } & Decision)
  | { readonly op: 'retryTimerFires' }
  | {
      readonly op: 'circuitBreakers';
      readonly max_retries: number;
      readonly retry_budget?: { readonly budget_percent: number; readonly min_retry_concurrency: number };
    }
  | { readonly op: 'hold'; readonly resource: 'retries' | 'requests'; readonly count: number }
  | { readonly op: 'runtime'; readonly key: string; readonly value?: number; readonly present?: boolean }
  | { readonly op: 'cluster'; readonly http3: boolean; readonly tcpFallback?: boolean }
  | { readonly op: 'expectStat'; readonly name: string; readonly value: number }
  | { readonly op: 'expectResetIntervalMs'; readonly headers: Headers; readonly value: number | null }
  | { readonly op: 'systemTime'; readonly seconds: number }
  | { readonly op: 'expectRequestHeaderRemoved'; readonly name: string }
  | {
      readonly op: 'parseRetryOn';
      readonly grpc: boolean;
      readonly value: string;
      readonly expect: readonly string[];
      readonly expectAllValid: boolean;
    }
  | { readonly op: 'expectHttp3Disabled'; readonly value: boolean };

interface Data {
  readonly cases: readonly { readonly name: string; readonly policy: JsonObject; readonly steps: readonly Step[] }[];
}

const RESET_REASONS: Readonly<Record<string, StreamResetReason>> = {
  remoteConnectionFailure: 'remoteConnectionFailure',
  remoteRefusedStream: 'remoteRefusedStreamReset',
  remoteReset: 'remoteReset',
  overflow: 'overflow',
};

const TOKENS: Readonly<Record<string, number>> = {
  '5xx': RetryOn.FiveXx,
  'gateway-error': RetryOn.GatewayError,
  'connect-failure': RetryOn.ConnectFailure,
  cancelled: RetryOn.GrpcCancelled,
  'deadline-exceeded': RetryOn.GrpcDeadlineExceeded,
  'resource-exhausted': RetryOn.GrpcResourceExhausted,
};

const DEFAULT_BUDGET = { budgetPercent: 20, minRetryConcurrency: 3 };

function decodePolicy(policy: JsonObject): CompiledRetryPolicy {
  const route = { match: { prefix: '/' }, route: { cluster: 'upstream', retry_policy: policy } };
  const source = { virtual_hosts: [{ name: 'any', domains: ['*'], routes: [route] }] };
  const action = decodedOrThrow(decodeRouteConfiguration(source)).virtualHosts[0]?.routes[0]?.action;
  if (action?.kind !== 'route' || action.route.retryPolicy === undefined) throw new Error('no retry policy was read');
  return compileRetryPolicy(action.route.retryPolicy);
}

function headerOf(headers: Headers, name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1];
}

function ordinary(headers: Headers): Headers {
  return headers.filter(([name]) => !name.startsWith(':')).map(([name, value]) => [name.toLowerCase(), value] as const);
}

function requestOf(headers: Headers): RequestView {
  return requestView(headerOf(headers, ':method') ?? '', 'host', '/', ordinary(headers));
}

function responseOf(headers: Headers): ResponseView {
  return { status: Number(headerOf(headers, ':status') ?? 0), headers: HeaderMap.of(ordinary(headers)) };
}

/** One run of one case. */
class Fixture {
  readonly problems: string[] = [];
  readonly #policy: CompiledRetryPolicy;
  readonly #counters = new Map<string, number>();
  readonly #resources: RetryResources;
  #limits: RetryLimits = { maxRetries: 1 };
  #cluster: RetryClusterFeatures = { http3: false, tcpFallback: false };
  #activeRetries = 0;
  #activeRequests = 0;
  #useRetryPercent = 100;
  #epochSeconds = 0;
  #request: RequestView = requestOf([]);
  #plan: RetryPlan | undefined;
  #state: RetryState | undefined;

  constructor(policy: CompiledRetryPolicy) {
    this.#policy = policy;
    this.#resources = {
      canCreateRetry: () => this.#activeRetries < maxActiveRetries(this.#limits, this.#activeRequests, 0),
      incrementRetries: () => {
        this.#activeRetries += 1;
      },
      decrementRetries: () => {
        this.#activeRetries -= 1;
      },
      countRetry: (counter) => this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + 1),
    };
  }

  #same(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) this.problems.push(`${what}: ${String(actual)} instead of ${String(expected)}`);
  }

  step(step: Step): void {
    switch (step.op) {
      case 'request':
        this.#newRequest(step.headers);
        break;
      case 'reset':
      case 'responseHeaders':
        this.#decide(step);
        break;
      case 'circuitBreakers':
        this.#setLimits(step);
        break;
      case 'hold':
        if (step.resource === 'retries') this.#activeRetries += step.count;
        else this.#activeRequests += step.count;
        break;
      case 'runtime':
        this.#setRuntime(step.key, step.value);
        break;
      case 'cluster':
        this.#cluster = { http3: step.http3, tcpFallback: step.tcpFallback ?? false };
        if (this.#plan !== undefined) this.#plan = { ...this.#plan, cluster: this.#cluster };
        break;
      case 'systemTime':
        this.#epochSeconds = step.seconds;
        break;
      case 'retryTimerFires':
        break;
      default:
        this.#expectation(step);
    }
  }

  #expectation(step: Step): void {
    switch (step.op) {
      case 'expectState': {
        const state = this.#plan === undefined ? 'none' : this.#plan.retryOn === 0 ? 'disabled' : 'enabled';
        this.#same('state', state, step.value);
        break;
      }
      case 'expectStat':
        this.#same(step.name, this.#stat(step.name), step.value);
        break;
      case 'expectResetIntervalMs': {
        const { plan } = this.#running();
        const interval = parseResetIntervalMs(plan, responseOf(step.headers), this.#epochSeconds);
        this.#same('reset interval', interval ?? null, step.value);
        break;
      }
      case 'expectRequestHeaderRemoved':
        this.#same(`${step.name} removed`, RETRY_REQUEST_HEADERS.includes(step.name), true);
        break;
      case 'parseRetryOn': {
        const parsed = step.grpc ? parseRetryGrpcOn(step.value) : parseRetryOn(step.value);
        const mask = step.expect.reduce((bits, token) => bits | (TOKENS[token] ?? -1), 0);
        this.#same(`conditions of "${step.value}"`, parsed.mask, mask);
        this.#same(`validity of "${step.value}"`, parsed.allValid, step.expectAllValid);
        break;
      }
      case 'expectHttp3Disabled':
        this.#same('HTTP/3 disabled', this.#running().state.disableHttp3 === 1, step.value);
        break;
      default:
        throw new Error(`step ${step.op} is not known`);
    }
  }

  #running(): { plan: RetryPlan; state: RetryState } {
    if (this.#plan === undefined || this.#state === undefined) throw new Error('there is no retry state');
    return { plan: this.#plan, state: this.#state };
  }

  #newRequest(headers: Headers): void {
    if (this.#state !== undefined) releaseRetry(this.#state, this.#resources);
    this.#request = requestOf(headers);
    this.#plan = planRetries(this.#policy, this.#request, this.#cluster);
    this.#state = this.#plan === undefined ? undefined : createRetryState(this.#plan);
  }

  #setLimits(step: Extract<Step, { op: 'circuitBreakers' }>): void {
    const budget = step.retry_budget;
    this.#limits = {
      maxRetries: step.max_retries,
      ...(budget === undefined
        ? {}
        : {
            retryBudget: {
              budgetPercent: budget.budget_percent,
              minRetryConcurrency: budget.min_retry_concurrency,
            },
          }),
    };
  }

  /** A runtime key of the budget makes the cluster have one. */
  #setRuntime(key: string, value: number | undefined): void {
    if (key === 'upstream.use_retry') {
      this.#useRetryPercent = value ?? 100;
      return;
    }
    const retryBudget = { ...DEFAULT_BUDGET, ...this.#limits.retryBudget };
    if (key === 'retry_budget.budget_percent' && value !== undefined) retryBudget.budgetPercent = value;
    else if (key === 'retry_budget.min_retry_concurrency') retryBudget.minRetryConcurrency = value ?? 3;
    else throw new Error(`runtime key ${key} is not known`);
    this.#limits = { ...this.#limits, retryBudget };
  }

  #decide(step: Extract<Step, { op: 'reset' | 'responseHeaders' }>): void {
    const { plan, state } = this.#running();
    const environment: RetryEnvironment = {
      plan,
      resources: this.#resources,
      random: fixedRandom(step.random ?? 0),
      epochSeconds: this.#epochSeconds,
      useRetryPercent: this.#useRetryPercent,
    };
    this.#same(step.op, this.#status(step, state, environment), step.expect);
    if (step.schedule !== undefined) {
      this.#same('schedule', state.immediate === 1 ? 'immediate' : 'backoff', step.schedule);
    }
    if (step.backoffMs !== undefined) this.#same('back-off', state.delayMs, step.backoffMs);
  }

  #status(
    step: Extract<Step, { op: 'reset' | 'responseHeaders' }>,
    state: RetryState,
    environment: RetryEnvironment,
  ): RetryStatus {
    if (step.op === 'responseHeaders') {
      return shouldRetryHeaders(state, environment, responseOf(step.headers), this.#request);
    }
    const reason = RESET_REASONS[step.reason];
    if (reason === undefined) throw new Error(`reset reason ${step.reason} is not known`);
    const { upstreamRequestStarted, http3: http3Used } = step;
    return shouldRetryReset(state, environment, { reason, upstreamRequestStarted, http3Used });
  }

  #stat(name: string): number {
    if (name === 'circuit_breakers.default.rq_retry_open') return this.#resources.canCreateRetry() ? 0 : 1;
    return this.#counters.get(name) ?? 0;
  }
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder('envoy-retry', SKIPS);
  const { cases } = JSON.parse(readShared('conformance', 'envoy-retry', 'cases.json')) as Data;
  for (const { name, policy, steps } of cases) {
    recorder.run(name, () => {
      const fixture = new Fixture(decodePolicy(policy));
      for (const step of steps) fixture.step(step);
      return fixture.problems;
    });
  }
  return recorder.result();
}
