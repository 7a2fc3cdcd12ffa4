import { assertNever } from '../../../base';
import type { FractionalPercent, HttpFilterOverride } from '../../../xds';
import { type CompiledHttpFilter, corsOf, effectiveFault, effectiveLimit, effectiveRbac, overrideOf } from '../config';
import { httpCounter } from '../counters';
import {
  type CompiledFault,
  type CompiledJwtAuthn,
  type CompiledRbac,
  type CorsStream,
  type DynamicMetadata,
  decideCors,
  decideJwtAuthn,
  type FilterVerdict,
  type MatchedRoute,
  mergeMetadata,
  NO_METADATA,
  type RandomSource,
  type RequestView,
  rbacVerdict,
  runRbac,
} from '../semantics';
import type { FilterPlan, FilterStep } from './filter-plan-types';
import { type DecisionSink, type Rejected, reason, rejectedCandidate } from './recorder';
import type { RequestPlan, ResolvedRoute } from './request-plan';

/** Never asked where a plan is made: filters whose draw matters are left as steps. */
const NO_RANDOM: RandomSource = { nextU32: () => 0, nextU64Mod: () => 0 };

/** What every address of keys yields: the one key that the tokens of traffic sources are made with. */
const MODEL_KEYS = JSON.stringify({ keys: [{ kty: 'RSA', alg: 'RS256' }] });

function fetchedKeys({ providers }: CompiledJwtAuthn): ReadonlyMap<string, string> {
  return new Map([...providers.keys()].map((name) => [name, MODEL_KEYS]));
}

function isCertain(fraction: FractionalPercent | undefined): boolean {
  return fraction === undefined || fraction.numerator >= fraction.denominator;
}

/** Whether a fault can ever strike. */
function isArmed({ source }: CompiledFault): boolean {
  return (source.delay?.percentage.numerator ?? 0) > 0 || (source.abort?.percentage.numerator ?? 0) > 0;
}

/** Walks the filters once for a head, a connection and a route. */
class FilterPlanBuilder {
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
  #validSecond = -1;

  constructor(plan: RequestPlan, resolved: ResolvedRoute, nowSeconds: number, sink: DecisionSink | undefined) {
    this.#plan = plan;
    this.#resolved = resolved;
    this.#nowSeconds = nowSeconds;
    this.#sink = sink;
    this.#request = plan.request;
    const { result } = resolved;
    this.#matched =
      result.kind === 'route' && plan.routes !== undefined
        ? { configuration: plan.routes, virtualHost: result.virtualHost, route: result.route }
        : undefined;
  }

  build(): FilterPlan {
    for (const filter of this.#plan.hcm.filters) {
      const override = this.#overrideOf(filter.source.name);
      if (override?.kind === 'disabled') {
        this.#sink?.decide('filter', filter.source.name, reason('disabled'));
        continue;
      }
      if (!this.#add(filter, override)) break;
    }
    return {
      steps: this.#steps,
      request: this.#request,
      metadata: this.#metadata,
      reroute: this.#reroute,
      cors: this.#cors,
      corsStream: this.#corsStream,
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
        this.#steps.push({ kind: 'extAuthz', authz: filter.authz });
        return true;
      case 'buffer':
        this.#steps.push({ kind: 'buffer', maxRequestBytes: filter.maxRequestBytes });
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

  #addCors(name: string): boolean {
    const cors = this.#matched === undefined ? undefined : corsOf(name, this.#matched, this.#resolved.choice);
    // A share of requests is not simulated where it is neither all nor none: upstream's default is all.
    if (cors === undefined || !isCertain(cors.source.filterEnabled)) return true;
    const counters: number[] = [];
    const decision = decideCors(cors, this.#request, NO_RANDOM, (counter) =>
      counters.push(httpCounter(`cors.${counter}`)),
    );
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
  return new FilterPlanBuilder(plan, resolved, nowSeconds, sink).build();
}
