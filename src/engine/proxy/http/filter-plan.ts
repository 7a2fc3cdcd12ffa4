import { assertNever } from '../../../base';
import type { FractionalPercent, HttpFilterOverride, JsonObject, JsonValue } from '../../../xds';
import { type CompiledHttpFilter, corsOf, effectiveFault, effectiveLimit, effectiveRbac, overrideOf } from '../config';
import { HTTP_COUNTERS, httpCounter } from '../counters';
import {
  authzAnswer,
  authzRequest,
  type CompiledFault,
  type CompiledJwtAuthn,
  type CompiledRbac,
  type CorsStream,
  compileRateLimitPolicies,
  type DynamicMetadata,
  decideCors,
  decideExtAuthz,
  decideJwtAuthn,
  decideRateLimit,
  effectiveRateLimits,
  type FilterVerdict,
  fieldOf,
  flagOf,
  isExtAuthzEnabled,
  isObject,
  type MatchedRoute,
  mergeMetadata,
  NO_METADATA,
  numberOf,
  type RandomSource,
  type RequestView,
  ResponseCodeDetails,
  type ResponseView,
  rateLimitAnswer,
  rateLimitDescriptors,
  rateLimitRequest,
  rbacVerdict,
  runRbac,
} from '../semantics';
import type { FilterCall, FilterPlan, FilterStep } from './filter-plan-types';
import { type DecisionSink, type Rejected, reason, rejectedCandidate } from './recorder';
import type { RequestPlan, ResolvedRoute } from './request-plan';

/** Never asked where a plan is made: filters whose draw matters are left as steps. */
const NO_RANDOM: RandomSource = { nextU32: () => 0, nextU64Mod: () => 0 };

/** What every address of keys yields: the one key that the tokens of traffic sources are made with. */
const MODEL_KEYS = JSON.stringify({ keys: [{ kty: 'RSA', alg: 'RS256' }] });

function fetchedKeys({ providers }: CompiledJwtAuthn): ReadonlyMap<string, string> {
  return new Map([...providers.keys()].map((name) => [name, MODEL_KEYS]));
}

/** Prefixes of the counters of filters that call services. */
const EXT_AUTHZ = 'ext_authz';
const RATE_LIMIT = 'ratelimit';

/** Details of answers that services have asked for. */
const REFUSALS: ReadonlySet<string> = new Set([ResponseCodeDetails.ExtAuthzDenied, ResponseCodeDetails.RateLimited]);

function toObject(value: JsonValue): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

const HTTP_POSITIONS: ReadonlyMap<string, number> = new Map(HTTP_COUNTERS.map((name, index) => [name, index]));

function isCertain(fraction: FractionalPercent | undefined): boolean {
  return fraction === undefined || fraction.numerator >= fraction.denominator;
}

/** Whether a fault can ever strike. */
function isArmed({ source }: CompiledFault): boolean {
  return (source.delay?.percentage.numerator ?? 0) > 0 || (source.abort?.percentage.numerator ?? 0) > 0;
}

interface FilterPlanSubject {
  readonly plan: RequestPlan;
  readonly resolved: ResolvedRoute;
  readonly nowSeconds: number;
}

/** Where a chain stands that waits for an answer. */
interface Halt {
  readonly position: number;
  readonly request: RequestView;
  readonly metadata: DynamicMetadata;
  readonly reroute: boolean;
  readonly cors: FilterPlan['cors'];
  readonly corsStream: CorsStream;
}

/** Walks the filters once for a head, a connection and a route. */
class FilterPlanBuilder {
  readonly #subject: FilterPlanSubject;
  readonly #plan: RequestPlan;
  readonly #resolved: ResolvedRoute;
  readonly #nowSeconds: number;
  readonly #sink: DecisionSink | undefined;
  readonly #matched: MatchedRoute | undefined;
  readonly #steps: FilterStep[] = [];
  #request: RequestView;
  #metadata: DynamicMetadata = NO_METADATA;
  #reroute = false;
  #cors: FilterPlan['cors'];
  #corsStream: CorsStream = { allowedOrigin: '' };
  #corsStep = 0;
  #validSecond = -1;
  /** Position of the filter that is being asked. */
  #position = 0;

  constructor(subject: FilterPlanSubject, sink: DecisionSink | undefined) {
    const { plan, resolved } = subject;
    this.#subject = subject;
    this.#plan = plan;
    this.#resolved = resolved;
    this.#nowSeconds = subject.nowSeconds;
    this.#sink = sink;
    this.#request = plan.request;
    const { result } = resolved;
    this.#matched =
      result.kind === 'route' && plan.routes !== undefined
        ? { configuration: plan.routes, virtualHost: result.virtualHost, route: result.route }
        : undefined;
  }

  /** Goes on behind the filter that waited for an answer, with what it decided. */
  resume(halt: Halt, decide: (count: (counter: string) => void) => FilterVerdict, prefix: string): FilterPlan {
    this.#position = halt.position + 1;
    this.#request = halt.request;
    this.#metadata = halt.metadata;
    this.#reroute = halt.reroute;
    this.#cors = halt.cors;
    this.#corsStream = halt.corsStream;
    const raised: string[] = [];
    const verdict = decide((counter) => raised.push(`${prefix}.${counter}`));
    const cluster = this.#resolved.choice?.cluster;
    // An answer that the service has asked for is charged to the cluster that would have given another one.
    const isRefused = verdict.kind === 'localReply' && REFUSALS.has(verdict.reply.details);
    const charged = isRefused ? { status: verdict.reply.status } : {};
    if (cluster !== undefined) this.#steps.push({ kind: 'countCluster', cluster, counters: raised, ...charged });
    if (prefix === EXT_AUTHZ) this.#count(raised.flatMap((name) => HTTP_POSITIONS.get(name) ?? []));
    const source = this.#plan.hcm.filters[halt.position]?.source;
    const details = verdict.kind === 'localReply' ? verdict.reply.details : '';
    this.#sink?.decide(
      'filter',
      source?.name ?? '',
      reason(`${prefix}.${verdict.kind}`, { details }),
      [],
      source?.origin,
    );
    return this.#apply(verdict, prefix === EXT_AUTHZ) ? this.build() : this.#result();
  }

  build(): FilterPlan {
    const { filters } = this.#plan.hcm;
    for (; this.#position < filters.length; this.#position++) {
      const filter = filters[this.#position];
      if (filter === undefined) break;
      const override = this.#overrideOf(filter.source.name);
      if (override?.kind === 'disabled') {
        this.#sink?.decide('filter', filter.source.name, reason('disabled'));
        continue;
      }
      if (!this.#add(filter, override)) break;
    }
    return this.#result();
  }

  #result(): FilterPlan {
    return {
      steps: this.#steps,
      request: this.#request,
      metadata: this.#metadata,
      reroute: this.#reroute,
      cors: this.#cors,
      corsStream: this.#corsStream,
      corsStep: this.#corsStep,
      tellsLimits: this.#steps.some((step) => step.kind === 'localRateLimit' && step.limit.tellsLimits),
      validSecond: this.#validSecond,
    };
  }

  #overrideOf(name: string): HttpFilterOverride | undefined {
    return this.#matched === undefined ? undefined : overrideOf(name, this.#matched, this.#resolved.choice);
  }

  /** False: the chain ends with this filter. */
  #add(filter: CompiledHttpFilter, override: HttpFilterOverride | undefined): boolean {
    switch (filter.kind) {
      case 'fault':
        return this.#addFault(filter.source.name, effectiveFault(filter.fault, override));
      case 'rbac':
        return this.#addRbac(filter.source.name, effectiveRbac(filter.rbac, override));
      case 'cors':
        return this.#addCors(filter.source.name);
      case 'jwtAuthn':
        return this.#addJwt(filter, override);
      case 'localRateLimit': {
        const limit = effectiveLimit(filter.limit, override);
        if (limit.source.filterEnabled.numerator === 0) return true;
        this.#steps.push({ kind: 'localRateLimit', limit, bucket: this.#bucketName(filter.source.name, override) });
        return true;
      }
      case 'extAuthz':
        return this.#addExtAuthz(filter, override);
      case 'rateLimit':
        return this.#addRateLimit(filter);
      case 'buffer':
        this.#addBuffer(filter.maxRequestBytes, override);
        return true;
      default:
        return assertNever(filter);
    }
  }

  #addFault(name: string, fault: CompiledFault): boolean {
    if (isArmed(fault)) this.#steps.push({ kind: 'fault', fault, cluster: this.#resolved.choice?.cluster ?? '' });
    else this.#sink?.decide('filter', name, reason('noFault'));
    return true;
  }

  #addRbac(name: string, rbac: CompiledRbac): boolean {
    const rejected: Rejected[] = [];
    const sink = this.#sink;
    const input = { request: this.#request, connection: this.#plan.connectionClass.info, metadata: this.#metadata };
    const outcome = runRbac(
      rbac,
      input,
      sink === undefined
        ? undefined
        : (policy, part) => {
            if (part !== 'matched') rejected.push(rejectedCandidate(policy.name, reason(part), policy.origin));
          },
    );
    this.#count(outcome.counters.map((counter) => httpCounter(`rbac.${counter}`)));
    const { enforced } = outcome;
    if (sink !== undefined && enforced !== undefined) {
      const action = rbac.source.rules?.action ?? '';
      const why = reason(enforced.allowed ? 'rbacAllowed' : 'rbacDenied', { action, policy: enforced.policy });
      const origin = rbac.source.rules?.policies.find((policy) => policy.name === enforced.policy)?.origin;
      sink.decide('filter', name, why, rejected, origin);
    }
    return this.#apply(rbacVerdict(outcome, this.#request), true);
  }

  /** Only a route that forwards has a policy. envoyproxy/envoy source/extensions/filters/http/cors/cors_filter.cc CorsFilter::decodeHeaders */
  #addCors(name: string): boolean {
    const matched = this.#matched?.route.action.kind === 'route' ? this.#matched : undefined;
    const cors = matched === undefined ? undefined : corsOf(name, matched, this.#resolved.choice);
    // A share of requests is not simulated where it is neither all nor none: upstream's default is all.
    if (cors === undefined || !isCertain(cors.source.filterEnabled)) return true;
    const counters: number[] = [];
    const decision = decideCors(cors, this.#request, NO_RANDOM, (counter) =>
      counters.push(httpCounter(`cors.${counter}`)),
    );
    this.#corsStep = this.#steps.length;
    this.#count(counters);
    this.#cors = cors;
    this.#corsStream = decision.stream;
    return this.#apply(decision.verdict, false);
  }

  #addJwt(
    filter: Extract<CompiledHttpFilter, { kind: 'jwtAuthn' }>,
    override: HttpFilterOverride | undefined,
  ): boolean {
    const own = override?.kind === 'jwtAuthn' ? override : undefined;
    const verdict = decideJwtAuthn(filter.jwtAuthn, this.#request, {
      nowSeconds: this.#nowSeconds,
      fetchedKeys: fetchedKeys(filter.jwtAuthn),
      ...(own === undefined
        ? {}
        : {
            override: {
              disabled: own.disabled,
              ...(own.requirementName === undefined ? {} : { requirementName: own.requirementName }),
            },
          }),
    });
    this.#validSecond = this.#nowSeconds;
    const allowed = verdict.kind === 'continue';
    this.#count([httpCounter(allowed ? 'jwt_authn.allowed' : 'jwt_authn.denied')]);
    const details = verdict.kind === 'localReply' ? verdict.reply.details : '';
    this.#sink?.decide('filter', filter.source.name, reason(allowed ? 'jwtAllowed' : 'jwtDenied', { details }));
    return this.#apply(verdict, false);
  }

  /** A route may set another limit, or none. */
  // envoyproxy/envoy source/extensions/filters/http/buffer/buffer_filter.cc BufferFilter::initConfig
  #addBuffer(limit: number, override: HttpFilterOverride | undefined): void {
    const own = override?.kind === 'opaque' ? toObject(override.config) : undefined;
    if (flagOf(own, 'disabled', false)) return;
    const maxRequestBytes = numberOf(fieldOf(own, 'buffer'), 'maxRequestBytes', limit);
    this.#steps.push({ kind: 'buffer', maxRequestBytes });
  }

  // envoyproxy/envoy source/extensions/filters/http/ext_authz/ext_authz.cc Filter::decodeHeaders
  #addExtAuthz(
    filter: Extract<CompiledHttpFilter, { kind: 'extAuthz' }>,
    override: HttpFilterOverride | undefined,
  ): boolean {
    const { authz } = filter;
    if (override?.kind === 'opaque' && flagOf(toObject(override.config), 'disabled', false)) return true;
    if (!isExtAuthzEnabled(authz, this.#metadata)) {
      this.#sink?.decide('filter', filter.source.name, reason('disabled'));
      return true;
    }
    const request = this.#request;
    const decide = (answer: ResponseView | undefined, count: (counter: string) => void): FilterVerdict =>
      decideExtAuthz(authz, request, authzAnswer(authz, answer), count);
    const { cluster, timeoutNs } = authz.source.service;
    return this.#halt({ cluster, timeoutNs, request: authzRequest(authz, request) }, EXT_AUTHZ, decide);
  }

  // envoyproxy/envoy source/extensions/filters/http/ratelimit/ratelimit.cc Filter::initiateCall
  #addRateLimit({ rateLimit, stage }: Extract<CompiledHttpFilter, { kind: 'rateLimit' }>): boolean {
    const request = this.#request;
    const destinationCluster = this.#resolved.choice?.cluster;
    if (this.#matched === undefined || destinationCluster === undefined) return true;
    const policies = compileRateLimitPolicies(effectiveRateLimits(this.#matched, stage));
    const descriptors = rateLimitDescriptors(policies, {
      request,
      connection: this.#plan.connectionClass.info,
      sourceCluster: this.#plan.config.source.node.workload,
      destinationCluster,
    });
    if (descriptors.length === 0) return true;
    const decide = (answer: ResponseView | undefined, count: (counter: string) => void): FilterVerdict =>
      decideRateLimit(rateLimit, request, rateLimitAnswer(answer), count);
    const { cluster, timeoutNs } = rateLimit;
    return this.#halt({ cluster, timeoutNs, request: rateLimitRequest(rateLimit, descriptors) }, RATE_LIMIT, decide);
  }

  /** The chain waits for a service; what comes behind is planned once its answer is known. */
  #halt(
    call: Pick<FilterCall, 'cluster' | 'timeoutNs' | 'request'>,
    prefix: string,
    decide: (answer: ResponseView | undefined, count: (counter: string) => void) => FilterVerdict,
  ): boolean {
    const subject = this.#subject;
    const halt: Halt = {
      position: this.#position,
      request: this.#request,
      metadata: this.#metadata,
      reroute: this.#reroute,
      cors: this.#cors,
      corsStream: this.#corsStream,
    };
    const rest = this.#plan.hcm.filters.slice(this.#position + 1);
    if (rest.some(({ kind }) => kind === 'jwtAuthn')) this.#validSecond = this.#nowSeconds;
    this.#steps.push({
      kind: 'call',
      call: {
        name: this.#plan.hcm.filters[this.#position]?.source.name ?? '',
        ...call,
        requestNumber: -1,
        continuations: new Map(),
        continueWith: (answer, sink) =>
          new FilterPlanBuilder(subject, sink).resume(halt, (count) => decide(answer, count), prefix),
      },
    });
    return false;
  }

  #apply(verdict: FilterVerdict, denies: boolean): boolean {
    if (verdict.kind === 'continue') {
      this.#request = verdict.request;
      this.#metadata = mergeMetadata(this.#metadata, verdict.metadata);
      if (verdict.clearRouteCache === true) this.#reroute = true;
      return true;
    }
    if (verdict.kind === 'localReply') this.#steps.push({ kind: 'reply', reply: verdict.reply, denied: denies });
    return verdict.kind !== 'localReply';
  }

  #count(counters: readonly number[]): void {
    if (counters.length > 0) this.#steps.push({ kind: 'count', counters });
  }

  /** A bucket belongs to the filter of a chain, or to the route that overrides it. */
  #bucketName(name: string, override: HttpFilterOverride | undefined): string {
    const { chain } = this.#plan;
    const base = `${chain.listener.source.name}/${chain.source.name}/${name}`;
    if (override === undefined || this.#matched === undefined) return base;
    const { virtualHost, route } = this.#matched;
    const own = route.source.filterOverrides.includes(override);
    return own ? `${base}/${virtualHost.source.name}/${route.index}` : `${base}/${virtualHost.source.name}`;
  }
}

/** What the filter chain does with a request; a pure function of head, connection, route and, for tokens, the second. */
export function buildFilterPlan(
  plan: RequestPlan,
  resolved: ResolvedRoute,
  nowSeconds: number,
  sink: DecisionSink | undefined,
): FilterPlan {
  return new FilterPlanBuilder({ plan, resolved, nowSeconds }, sink).build();
}
