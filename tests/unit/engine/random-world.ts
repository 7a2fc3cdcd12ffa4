import { Rng } from '../../../src/base';
import type { EngineCommand, EngineFault, LoadModel, PodSpec, ResponseModel, StepModel } from '../../../src/engine';
import {
  type Cluster,
  circuitBreakerThresholds,
  commonLbConfig,
  extAuthzConfig,
  forwardTo,
  fractionalPercent,
  type HealthCheck,
  type HttpFilter,
  healthCheck,
  type LoadBalancingPolicy,
  leastRequest,
  mirrorPolicy,
  outlierDetection,
  type RateLimitPolicy,
  type RetryPolicy,
  type Route,
  type RouteConfiguration,
  rbacPolicy,
  rbacRules,
  retryPolicy,
  ringHash,
  roundRobin,
  route,
  routeConfiguration,
  stringMatcher,
  virtualHost,
  weightedClusters,
  type XdsSnapshot,
} from '../../../src/xds';
import { MUTUAL_TLS, outboundCluster, outboundName, SIDECAR, sidecarSnapshot } from './mesh';
import {
  addPods,
  application,
  call,
  compute,
  constant,
  endpoint,
  exponential,
  MS,
  openLoad,
  podSpec,
  request,
  S,
  serviceEntry,
} from './world';

/** One thing that happens at a moment of a scenario. */
export interface TimedCommand {
  readonly atNs: number;
  readonly command: EngineCommand;
}

export interface RandomScenario {
  readonly seed: number;
  readonly start: readonly EngineCommand[];
  readonly later: readonly TimedCommand[];
  readonly endNs: number;
}

const SERVICES = ['a', 'b', 'c', 'd'];
const END_NS = 6 * S;
/** Two in twenty applications do not bring their answers to an end. */
const RESETS: readonly Pick<ResponseModel, 'reset'>[] = [{ reset: 'beforeHeaders' }, { reset: 'afterHeaders' }];

const GRPC_OUTCOMES = [
  { weight: 8, status: 200, grpcStatus: 0 },
  { weight: 1, status: 200, grpcStatus: 7 },
  { weight: 1, status: 200, grpcStatus: 8 },
];
const REDIRECTS = { maxInternalRedirects: 1, redirectResponseCodes: [302], allowCrossSchemeRedirect: false };
const LIMIT: RateLimitPolicy = { stage: 0, disableKey: '', actions: [{ kind: 'remoteAddress' }] };

/** A small mesh with random topology, policies, faults and edits; the same seed gives the same one. */
export class ScenarioGenerator {
  readonly #rng: Rng;
  /** Draws of what came later into the model, so that the rest of a seed's scenario stays what it was. */
  readonly #more: Rng;
  readonly #resets: Rng;
  readonly #seed: number;
  readonly #pods = new Map<string, PodSpec[]>();
  readonly #strict = new Set<string>();
  #created = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#rng = new Rng(seed).fork('scenario');
    this.#more = new Rng(seed).fork('more');
    this.#resets = new Rng(seed).fork('resets');
  }

  #chance(percent: number): boolean {
    return this.#rng.nextBelow(100) < percent;
  }

  #between(low: number, high: number): number {
    return low + this.#rng.nextBelow(high - low + 1);
  }

  #maybe(percent: number): boolean {
    return this.#more.nextBelow(100) < percent;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#rng.nextBelow(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  generate(): RandomScenario {
    for (const service of SERVICES) {
      if (this.#chance(30)) this.#strict.add(service);
      this.#pods.set(
        service,
        Array.from({ length: this.#between(1, 4) }, () => this.#createPod(service)),
      );
    }
    const start: EngineCommand[] = [
      ...addPods(this.#allPods()),
      this.#services(),
      ...this.#snapshots(),
      { kind: 'setLoads', loads: this.#loads() },
    ];
    const later = Array.from({ length: this.#between(2, 8) }, (_, index) => this.#change(index)).flat();
    later.sort((x, y) => x.atNs - y.atNs);
    return { seed: this.#seed, start, later, endNs: END_NS };
  }

  #allPods(): PodSpec[] {
    return [...this.#pods.values()].flat();
  }

  #createPod(service: string): PodSpec {
    this.#created += 1;
    const sidecar = this.#chance(75);
    const later = SERVICES.slice(SERVICES.indexOf(service) + 1);
    const base = podSpec(service, this.#created, {
      version: this.#pick(['v1', 'v2']),
      application: application({
        workers: this.#pick([1, 4, 64]),
        queueLimit: this.#pick([0, 4, 1000]),
        endpoints: [
          endpoint({
            steps: this.#steps(later, 2),
            response: {
              outcomes: [
                { weight: 90, status: 200 },
                { weight: this.#pick([0, 5, 60]), status: this.#pick([500, 503, 429]) },
                ...(this.#maybe(30) ? [{ weight: 20, status: 302 }] : []),
              ],
              headers: [
                ['location', `http://${SERVICES[this.#more.nextBelow(SERVICES.length)]}/moved`],
                ...(this.#maybe(15) ? [['x-envoy-immediate-health-check-fail', 'true'] as const] : []),
              ],
              bodyBytes: this.#pick([0, 2000]),
              ...RESETS[this.#resets.nextBelow(20)],
            },
          }),
          endpoint({ protocol: 'tcp', steps: [compute(exponential(5 * MS))] }),
          endpoint({ protocol: 'grpc', response: { outcomes: GRPC_OUTCOMES, headers: [], bodyBytes: 0 } }),
        ],
      }),
    });
    return sidecar ? { ...base, proxy: { ...SIDECAR, concurrency: this.#between(1, 2) } } : base;
  }

  #steps(callees: readonly string[], depth: number): StepModel[] {
    const steps: StepModel[] = [compute(this.#chance(20) ? 0 : exponential(this.#pick([1, 5, 20]) * MS))];
    if (callees.length === 0 || depth === 0) return steps;
    for (let i = this.#between(0, 2); i > 0; i--) {
      if (this.#chance(25)) {
        const branches = [this.#steps(callees, depth - 1), this.#steps(callees, depth - 1)];
        steps.push({ kind: 'parallel', branches });
      } else {
        steps.push(this.#call(this.#pick(callees)));
      }
    }
    return steps;
  }

  #call(service: string): StepModel {
    const protocol = this.#pick(['http', 'http', 'http2', 'tcp'] as const);
    return call(service, {
      request: request(service, { protocol, port: protocol === 'tcp' ? 9000 : 80, bodyBytes: this.#pick([0, 100]) }),
      timeoutNs: this.#chance(30) ? this.#between(5, 100) * MS : 0,
      probability: { numerator: this.#between(1, 2), denominator: 2 },
      onError: this.#pick([{ kind: 'ignore' }, { kind: 'forwardStatus' }, { kind: 'fail', status: 502 }] as const),
    });
  }

  #services(): EngineCommand {
    return {
      kind: 'setServices',
      services: [...this.#pods].map(([service, pods]) => {
        const entry = serviceEntry(service, pods);
        return {
          ...entry,
          ports: [...entry.ports, { port: 9000, backends: pods.map(({ ip }) => ({ ip, port: 9000 })) }],
        };
      }),
    };
  }

  #loads(): LoadModel[] {
    const loads = [openLoad('a', this.#between(20, 150))];
    if (this.#chance(50)) {
      loads.push({
        ...openLoad('b', 1, { name: 'users' }),
        origin: this.#chance(50) ? { kind: 'external' } : { kind: 'workload', namespace: 'default', workload: 'a' },
        arrivals: { kind: 'closed', users: this.#between(1, 20), thinkTime: exponential(50 * MS) },
        timeoutNs: this.#chance(50) ? 200 * MS : 0,
      });
    }
    return loads;
  }

  #snapshots(): EngineCommand[] {
    const clusters = SERVICES.map((service) => this.#cluster(service));
    const routes = this.#routes();
    return this.#allPods().flatMap((pod) => {
      if (pod.proxy === undefined) return [];
      return [{ kind: 'applySnapshot', pod: pod.id, snapshot: this.#snapshot(pod, clusters, routes) } as const];
    });
  }

  #snapshot(pod: PodSpec, clusters: readonly Cluster[], routes: RouteConfiguration): XdsSnapshot {
    const filters = this.#chance(20) ? [this.#fault()] : [];
    if (this.#maybe(15)) filters.push(this.#external());
    if (this.#maybe(15)) filters.push(this.#globalLimit());
    const hcm = this.#chance(10) ? { streamIdleTimeoutNs: 300 * MS } : {};
    const mode = this.#strict.has(pod.service) ? 'STRICT' : this.#pick(['PERMISSIVE', 'DISABLE'] as const);
    return sidecarSnapshot(
      pod,
      { clusters, routes, filters, hcm },
      { mode, filters: this.#chance(20) ? [this.#authorization()] : [] },
    );
  }

  #otherCluster(): string {
    return outboundName(SERVICES[this.#more.nextBelow(SERVICES.length)] ?? 'a');
  }

  #external(): HttpFilter {
    const cluster = this.#maybe(10) ? 'nowhere' : this.#otherCluster();
    const service = { kind: this.#maybe(50) ? 'http' : 'grpc', cluster, timeoutNs: 50 * MS } as const;
    const extAuthz = extAuthzConfig({ service, failureModeAllow: this.#maybe(50), clearRouteCache: this.#maybe(50) });
    return { kind: 'extAuthz', name: 'ext_authz', extAuthz };
  }

  #globalLimit(): HttpFilter {
    const rateLimit = {
      domain: 'd',
      cluster: this.#otherCluster(),
      timeoutNs: 20 * MS,
      failureModeDeny: this.#maybe(30),
    };
    return { kind: 'rateLimit', name: 'ratelimit', rateLimit };
  }

  #healthCheck(): HealthCheck {
    return healthCheck({
      kind: this.#maybe(60) ? 'http' : this.#maybe(50) ? 'tcp' : 'grpc',
      timeoutNs: 100 * MS,
      intervalNs: 300 * MS,
      noTrafficIntervalNs: 500 * MS,
      unhealthyThreshold: 1 + this.#more.nextBelow(3),
      healthyThreshold: 1 + this.#more.nextBelow(2),
      ...(this.#maybe(50) ? { initialJitterNs: 200 * MS } : {}),
      extra: { intervalJitter: '0.05s', reuseConnection: this.#maybe(50) },
    });
  }

  #cluster(service: string): Cluster {
    const pods = this.#pods.get(service) ?? [];
    const meshed = pods.every(({ proxy }) => proxy !== undefined);
    return outboundCluster(service, pods, {
      lbPolicy: this.#balancer(),
      connectTimeoutNs: this.#pick([50 * MS, S]),
      httpProtocol: {
        protocol: this.#pick(['http1', 'http2', 'useDownstream'] as const),
        ...(this.#chance(30) ? { maxRequestsPerConnection: this.#between(1, 5) } : {}),
        ...(this.#chance(20) ? { idleTimeoutNs: 100 * MS } : {}),
      },
      commonLbConfig: commonLbConfig({ healthyPanicThresholdPercent: this.#pick([0, 50]) }),
      ...(this.#chance(50)
        ? {
            circuitBreakers: {
              thresholds: [
                circuitBreakerThresholds({
                  maxConnections: this.#between(1, 10),
                  maxPendingRequests: this.#between(0, 10),
                  maxRequests: this.#between(1, 20),
                  ...(this.#chance(50) ? { retryBudget: { budgetPercent: 20, minRetryConcurrency: 1 } } : {}),
                }),
              ],
            },
          }
        : {}),
      ...(this.#chance(50)
        ? {
            outlierDetection: outlierDetection({
              consecutive5xx: this.#between(1, 5),
              intervalNs: S,
              baseEjectionTimeNs: S,
              maxEjectionPercent: this.#pick([10, 50, 100]),
              splitExternalLocalOriginErrors: this.#chance(20),
            }),
          }
        : {}),
      healthChecks: this.#maybe(30) ? [this.#healthCheck()] : [],
      ...(this.#strict.has(service) || (meshed && this.#chance(50)) ? { transportSocket: MUTUAL_TLS } : {}),
    });
  }

  #balancer(): LoadBalancingPolicy {
    return this.#pick([roundRobin(), leastRequest({}), { kind: 'RANDOM' }, ringHash({})] as const);
  }

  #routes(): RouteConfiguration {
    return routeConfiguration({
      name: '80',
      virtualHosts: SERVICES.map((service) =>
        virtualHost({
          name: service,
          domains: [service, `${service}.default`],
          includeRequestAttemptCount: this.#chance(50),
          routes: [this.#route(service)],
        }),
      ),
    });
  }

  #route(service: string): Route {
    const other = this.#pick(SERVICES);
    const cluster = this.#chance(20)
      ? weightedClusters([outboundName(service), 80], [outboundName(other), 20])
      : this.#chance(5)
        ? 'nowhere'
        : outboundName(service);
    return route({
      action: forwardTo(cluster, {
        timeoutNs: this.#pick([0, 20, 200, 15_000]) * MS,
        ...(this.#chance(60) ? { retryPolicy: this.#retries() } : {}),
        ...(this.#maybe(40) ? { hedgePolicy: { hedgeOnPerTryTimeout: true } } : {}),
        ...(this.#maybe(30) ? { internalRedirectPolicy: REDIRECTS } : {}),
        ...(this.#maybe(30) ? { rateLimits: [LIMIT] } : {}),
        requestMirrorPolicies: this.#chance(15) ? [mirrorPolicy({ cluster: outboundName(other) })] : [],
        ...(this.#chance(10) ? { maxStreamDuration: { maxStreamDurationNs: 50 * MS } } : {}),
      }),
    });
  }

  #retries(): RetryPolicy {
    return retryPolicy({
      retryOn: this.#pick(['5xx', 'gateway-error,reset', 'connect-failure,refused-stream', 'reset-before-request']),
      numRetries: this.#between(0, 4),
      perTryTimeoutNs: this.#pick([0, 10, 100]) * MS,
      retryHostPredicates: this.#chance(50) ? [{ kind: 'previousHosts' }] : [],
      hostSelectionRetryMaxAttempts: this.#between(1, 5),
    });
  }

  #fault(): HttpFilter {
    return {
      kind: 'fault',
      name: 'envoy.filters.http.fault',
      fault: {
        headers: [],
        delay: { kind: 'fixed', fixedDelayNs: this.#between(1, 200) * MS, percentage: fractionalPercent(30) },
        abort: { kind: 'httpStatus', httpStatus: 503, percentage: fractionalPercent(10) },
        ...(this.#chance(30) ? { maxActiveFaults: 2 } : {}),
      },
    };
  }

  #authorization(): HttpFilter {
    return {
      kind: 'rbac',
      name: 'envoy.filters.http.rbac',
      rbac: {
        rules: rbacRules({
          action: this.#pick(['ALLOW', 'DENY'] as const),
          policies: [
            rbacPolicy({
              name: 'some',
              principals: [{ kind: 'authenticated', principalName: stringMatcher('suffix', this.#pick(['a', 'b'])) }],
            }),
          ],
        }),
      },
    };
  }

  #moment(): number {
    return this.#between(200, 5500) * MS;
  }

  #change(index: number): TimedCommand[] {
    const atNs = this.#moment();
    const service = this.#pick(SERVICES);
    const pods = this.#pods.get(service) ?? [];
    switch (this.#rng.nextBelow(5)) {
      case 0: {
        const fault: EngineFault = this.#engineFault(service);
        return [
          { atNs, command: { kind: 'setFault', id: `f${index}`, fault } },
          { atNs: atNs + this.#between(100, 2000) * MS, command: { kind: 'clearFault', id: `f${index}` } },
        ];
      }
      case 1: {
        const pod = this.#createPod(service);
        this.#pods.set(service, [...pods, pod]);
        return [
          { atNs, command: { kind: 'addPod', pod } },
          { atNs, command: this.#services() },
          // Of the pods of this moment of the generation: some are added later and some are gone by then.
          ...this.#snapshots()
            .filter((command) => command.kind === 'applySnapshot' && command.pod === pod.id)
            .map((command) => ({ atNs, command })),
        ];
      }
      case 2: {
        const pod = this.#pick(this.#allPods());
        return [
          { atNs, command: { kind: 'setPodUp', id: pod.id, up: false } },
          { atNs: atNs + this.#between(50, 1500) * MS, command: { kind: 'setPodUp', id: pod.id, up: true } },
        ];
      }
      case 3:
        return this.#snapshots().map((command) => ({ atNs, command }));
      default: {
        const pod = this.#pick(this.#allPods());
        return [{ atNs, command: { kind: 'removePod', id: pod.id, graceNs: this.#pick([0, 100, 1000]) * MS } }];
      }
    }
  }

  #engineFault(service: string): EngineFault {
    const target = this.#chance(50) ? { service } : { pod: this.#pick(this.#allPods()).id };
    const share = { numerator: this.#between(1, 4), denominator: 4 };
    return this.#pick<EngineFault>([
      { kind: 'crash', target },
      { kind: 'hang', target },
      { kind: 'slow', target, factor: 10, extra: constant(10 * MS) },
      { kind: 'errors', target, share, status: 500 },
      { kind: 'refuse', target, share },
      { kind: 'networkDelay', to: target, delay: exponential(20 * MS) },
      { kind: 'networkLoss', from: target, share: { numerator: 1, denominator: 10 } },
      { kind: 'partition', to: target },
      { kind: 'certificateExpired', target },
    ]);
  }
}
