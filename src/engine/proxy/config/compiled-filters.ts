import type { CorsPolicy, HttpFilter, HttpFilterOverride, RateLimitConfig } from '../../../xds';
import {
  type ClusterChoice,
  type CompiledCors,
  type CompiledExtAuthz,
  type CompiledFault,
  type CompiledJwtAuthn,
  type CompiledLocalRateLimit,
  type CompiledRbac,
  compileCors,
  compileExtAuthz,
  compileFault,
  compileJwtAuthn,
  compileLocalRateLimit,
  compileRbac,
  type MatchedRoute,
  mergeCorsPolicies,
  numberOf,
} from '../semantics';

/** A filter of an HTTP chain with its configuration compiled; those that do nothing in the model are left out. */
export type CompiledHttpFilter =
  | { readonly kind: 'fault'; readonly source: HttpFilter; readonly fault: CompiledFault }
  | { readonly kind: 'cors'; readonly source: HttpFilter }
  | { readonly kind: 'rbac'; readonly source: HttpFilter; readonly rbac: CompiledRbac }
  | { readonly kind: 'jwtAuthn'; readonly source: HttpFilter; readonly jwtAuthn: CompiledJwtAuthn }
  | { readonly kind: 'localRateLimit'; readonly source: HttpFilter; readonly limit: CompiledLocalRateLimit }
  | { readonly kind: 'extAuthz'; readonly source: HttpFilter; readonly authz: CompiledExtAuthz }
  | {
      readonly kind: 'rateLimit';
      readonly source: HttpFilter;
      readonly rateLimit: RateLimitConfig;
      readonly stage: number;
    }
  | { readonly kind: 'buffer'; readonly source: HttpFilter; readonly maxRequestBytes: number };

export function compileHttpFilters(filters: readonly HttpFilter[]): readonly CompiledHttpFilter[] {
  const compiled: CompiledHttpFilter[] = [];
  for (const source of filters) {
    if (source.kind === 'router') break;
    const filter = compileHttpFilter(source);
    if (filter !== undefined) compiled.push(filter);
  }
  return compiled;
}

function compileHttpFilter(source: HttpFilter): CompiledHttpFilter | undefined {
  switch (source.kind) {
    case 'fault':
      return { kind: 'fault', source, fault: compileFault(source.fault) };
    case 'cors':
      return { kind: 'cors', source };
    case 'rbac':
      return { kind: 'rbac', source, rbac: compileRbac(source.rbac) };
    case 'jwtAuthn':
      return { kind: 'jwtAuthn', source, jwtAuthn: compileJwtAuthn(source.jwtAuthn) };
    case 'localRateLimit':
      return { kind: 'localRateLimit', source, limit: compileLocalRateLimit(source.localRateLimit) };
    case 'extAuthz':
      return { kind: 'extAuthz', source, authz: compileExtAuthz(source.extAuthz) };
    case 'rateLimit': {
      const { rateLimit } = source;
      return { kind: 'rateLimit', source, rateLimit, stage: numberOf(rateLimit.extra, 'stage', 0) };
    }
    case 'buffer':
      return { kind: 'buffer', source, maxRequestBytes: source.maxRequestBytes };
    default:
      return undefined;
  }
}

/** A route's own configuration of a filter: the most specific level that has one. */
// envoyproxy/envoy source/common/router/config_impl.cc CommonConfigImpl, weighted_cluster_specifier.cc mostSpecificPerFilterConfig
export function overrideOf(
  name: string,
  matched: MatchedRoute,
  choice: ClusterChoice | undefined,
): HttpFilterOverride | undefined {
  const levels = [
    choice?.weighted?.source.filterOverrides,
    matched.route.source.filterOverrides,
    matched.virtualHost.source.filterOverrides,
    matched.configuration.source.filterOverrides,
  ];
  for (const level of levels) {
    const found = level?.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const faults = new WeakMap<HttpFilterOverride, CompiledFault>();
const rbacs = new WeakMap<HttpFilterOverride, CompiledRbac>();
const limits = new WeakMap<HttpFilterOverride, CompiledLocalRateLimit>();

function remembered<T>(known: WeakMap<HttpFilterOverride, T>, key: HttpFilterOverride, compile: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const compiled = compile();
  known.set(key, compiled);
  return compiled;
}

/** The fault that applies: a route's replaces the filter's entirely. */
export function effectiveFault(filter: CompiledFault, override: HttpFilterOverride | undefined): CompiledFault {
  if (override?.kind !== 'fault') return filter;
  return remembered(faults, override, () => compileFault(override.fault));
}

export function effectiveRbac(filter: CompiledRbac, override: HttpFilterOverride | undefined): CompiledRbac {
  if (override?.kind !== 'rbac') return filter;
  return remembered(rbacs, override, () => compileRbac(override.rbac));
}

export function effectiveLimit(
  filter: CompiledLocalRateLimit,
  override: HttpFilterOverride | undefined,
): CompiledLocalRateLimit {
  if (override?.kind !== 'localRateLimit') return filter;
  return remembered(limits, override, () => compileLocalRateLimit(override.localRateLimit));
}

/** The CORS policy of a route, merged over all levels that have one; undefined when none has. */
export function corsOf(
  name: string,
  matched: MatchedRoute,
  choice: ClusterChoice | undefined,
): CompiledCors | undefined {
  const policies: CorsPolicy[] = [];
  const levels = [
    choice?.weighted?.source.filterOverrides,
    matched.route.source.filterOverrides,
    matched.virtualHost.source.filterOverrides,
    matched.configuration.source.filterOverrides,
  ];
  for (const level of levels) {
    const found = level?.find((candidate) => candidate.name === name);
    if (found?.kind === 'cors') policies.push(found.corsPolicy);
  }
  const { action } = matched.route;
  if (action.kind === 'route' && action.route.source.corsPolicy !== undefined)
    policies.push(action.route.source.corsPolicy);
  if (matched.virtualHost.source.corsPolicy !== undefined) policies.push(matched.virtualHost.source.corsPolicy);
  const merged = mergeCorsPolicies(policies);
  return merged === undefined ? undefined : compileCors(merged);
}
