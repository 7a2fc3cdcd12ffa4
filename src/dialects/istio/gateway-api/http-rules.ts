import type { ConfigPath, Resource } from '../../../config';
import type { ConfigOrigin } from '../../../xds';
import type {
  GrpcRouteFilter,
  GrpcRouteObject,
  GrpcRouteRule,
  HttpRouteFilter,
  HttpRouteObject,
  HttpRouteRule,
} from '../../gateway-api';
import { durationNs } from '../compile/durations';
import type { HttpRule, Sourced } from '../compile/push-context/http-rule';
import type { HttpMatchRequest, HttpMirrorPolicy, HttpRetry, HttpRoute } from '../kinds';
import { type BackendRequest, toDestination } from './backends';
import { toHttpDestinations } from './destinations';
import { mirrorPercentage, toCorsPolicy, toHeaderOperations, toRedirectRule, toRewrite } from './filters';
import { toGrpcMatch, toHttpMatch } from './matches';

/** A route keeps trying on connection errors as soon as it says anything about retries. */
const RETRY_ON = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'];
const DEFAULT_ATTEMPTS = 2;
const NO_BACKEND_STATUS = 500;

type Actions = Omit<HttpRoute, 'match' | 'name'>;
type AnyFilter = HttpRouteFilter | GrpcRouteFilter;

/** Actions of a rule in the making, and where each was written. */
class RuleDraft {
  actions: Actions = {};
  readonly origins = new Map<string, ConfigOrigin>();
  readonly #mirrors: HttpMirrorPolicy[] = [];

  constructor(
    private readonly request: BackendRequest,
    private readonly path: ConfigPath,
  ) {}

  place(field: string, path: ConfigPath): void {
    this.origins.set(field, { ref: this.request.route.ref, path });
  }

  /** False: the filter is not implemented. */
  addFilter(filter: AnyFilter, index: number): boolean {
    const path = [...this.path, 'filters', index];
    if (filter.requestHeaderModifier !== undefined) {
      this.#addHeaders({ request: toHeaderOperations(filter.requestHeaderModifier) });
    } else if (filter.responseHeaderModifier !== undefined) {
      this.#addHeaders({ response: toHeaderOperations(filter.responseHeaderModifier) });
    } else if (filter.requestMirror !== undefined) {
      return this.#addMirror(filter.requestMirror, [...path, 'requestMirror']);
    } else {
      return this.#addHttpFilter(filter, path);
    }
    return true;
  }

  #addHttpFilter(filter: AnyFilter, path: ConfigPath): boolean {
    if ('requestRedirect' in filter && filter.requestRedirect !== undefined) {
      this.#set('redirect', toRedirectRule(filter.requestRedirect), [...path, 'requestRedirect']);
    } else if ('urlRewrite' in filter && filter.urlRewrite !== undefined) {
      this.#set('rewrite', toRewrite(filter.urlRewrite), [...path, 'urlRewrite']);
    } else if ('cors' in filter && filter.cors !== undefined) {
      this.#set('corsPolicy', toCorsPolicy(filter.cors), [...path, 'cors']);
    } else {
      const { context, route } = this.request;
      context.report(route.ref, 'filter-unsupported', [...path, 'type'], { type: filter.type });
      return false;
    }
    return true;
  }

  /** istio/istio pilot/pkg/config/kube/gateway/conversion.go (createMirrorFilter) */
  #addMirror(mirror: NonNullable<AnyFilter['requestMirror']>, path: ConfigPath): boolean {
    const backend = toDestination(this.request, mirror.backendRef, [...path, 'backendRef']);
    // A GRPCRoute is refused for a bad mirror, an HTTPRoute goes on without it.
    if (backend.kind !== 'destination') return this.request.route.kind === 'HTTPRoute';
    const percentage = mirrorPercentage(mirror);
    this.place(`mirrors.${this.#mirrors.length}`, path);
    this.#mirrors.push({ destination: backend.destination, ...(percentage === undefined ? {} : { percentage }) });
    this.actions = { ...this.actions, mirrors: [...this.#mirrors] };
    return true;
  }

  #addHeaders(headers: NonNullable<Actions['headers']>): void {
    this.actions = { ...this.actions, headers: { ...this.actions.headers, ...headers } };
  }

  #set<Field extends keyof Actions>(field: Field, value: Actions[Field], path: ConfigPath): void {
    if (value === undefined) return;
    this.actions = { ...this.actions, [field]: value };
    this.place(field, path);
  }

  /** Without a backend that takes anything the answer is 500. False: the route cannot be translated. */
  addBackends(backends: Parameters<typeof toHttpDestinations>[1]): boolean {
    const total = backends.reduce((sum, { weight }) => sum + weight, 0);
    const path = [...this.path, 'backendRefs'];
    if (total === 0 && this.actions.redirect === undefined) {
      this.actions = { ...this.actions, directResponse: { status: NO_BACKEND_STATUS } };
      return true;
    }
    const destinations = toHttpDestinations(this.request, backends, path);
    if (destinations === undefined) return false;
    this.place('route', path);
    for (const [index, entry] of destinations.entries.entries()) this.place(`route.${index}`, entry.path);
    if (destinations.entries.length > 0) {
      this.actions = { ...this.actions, route: destinations.entries.map(({ value }) => value) };
    }
    return true;
  }
}

function retriesOf({
  attempts = DEFAULT_ATTEMPTS,
  backoff,
  codes = [],
}: NonNullable<HttpRouteRule['retry']>): HttpRetry {
  return {
    attempts,
    ...(attempts === 0 ? {} : { retryOn: [...RETRY_ON, ...codes].join(',') }),
    ...(backoff === undefined ? {} : { backoff }),
  };
}

function limit(written: string | undefined): string | undefined {
  return (durationNs(written) ?? 0) === 0 ? undefined : written;
}

/** The limit of a try is that of the whole where nothing is said about retries. */
function addLimits(draft: RuleDraft, rule: HttpRouteRule, path: ConfigPath): void {
  const request = limit(rule.timeouts?.request);
  const attempt = limit(rule.timeouts?.backendRequest);
  const timeout = rule.retry === undefined ? (attempt ?? request) : request;
  draft.actions = {
    ...draft.actions,
    ...(timeout === undefined ? {} : { timeout }),
    ...(rule.retry === undefined
      ? {}
      : { retries: { ...retriesOf(rule.retry), ...(attempt === undefined ? {} : { perTryTimeout: attempt }) } }),
  };
  draft.place('timeout', [...path, 'timeouts']);
  draft.place('retries', [...path, 'retry']);
}

interface RuleParts {
  readonly name: string;
  readonly path: ConfigPath;
  readonly matches: readonly HttpMatchRequest[];
}

/** One rule for each match, since each has a rank of its own. */
function toRules(
  draft: RuleDraft,
  { name, path, matches }: RuleParts,
  route: BackendRequest['route'],
): readonly HttpRule[] {
  const origin: ConfigOrigin = { ref: route.ref, path };
  const base = { route: { name, ...draft.actions }, origin, inherited: draft.origins };
  if (matches.length === 0) return [{ ...base, matches: [] }];
  return matches.map((value, index): HttpRule => {
    const match: Sourced<HttpMatchRequest> = {
      value,
      origin: { ref: route.ref, path: [...path, 'matches', index] },
    };
    return { ...base, matches: [match] };
  });
}

function ruleName(rule: HttpRouteRule | GrpcRouteRule, { metadata }: Resource, index: number): string {
  return rule.name ?? `${metadata.namespace}.${metadata.name}.${index}`;
}

/** Undefined: something in the route cannot be translated, which is reported. istio/istio pilot/pkg/config/kube/gateway/conversion.go (convertHTTPRoute) */
export function httpRouteRules(
  request: Omit<BackendRequest, 'route'>,
  route: Resource<HttpRouteObject>,
): readonly HttpRule[] | undefined {
  const rules: HttpRule[] = [];
  for (const [index, rule] of route.object.spec.rules.entries()) {
    const path = ['spec', 'rules', index];
    const draft = new RuleDraft({ ...request, route }, path);
    if (!(rule.filters ?? []).every((filter, at) => draft.addFilter(filter, at))) return undefined;
    addLimits(draft, rule, path);
    if (!draft.addBackends(rule.backendRefs ?? [])) return undefined;
    const name = ruleName(rule, route, index);
    rules.push(...toRules(draft, { name, path, matches: rule.matches.map(toHttpMatch) }, route));
  }
  return rules;
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (convertGRPCRoute) */
export function grpcRouteRules(
  request: Omit<BackendRequest, 'route'>,
  route: Resource<GrpcRouteObject>,
): readonly HttpRule[] | undefined {
  const rules: HttpRule[] = [];
  for (const [index, rule] of (route.object.spec.rules ?? []).entries()) {
    const path = ['spec', 'rules', index];
    const draft = new RuleDraft({ ...request, route }, path);
    if (!(rule.filters ?? []).every((filter, at) => draft.addFilter(filter, at))) return undefined;
    if (!draft.addBackends(rule.backendRefs ?? [])) return undefined;
    const name = ruleName(rule, route, index);
    rules.push(...toRules(draft, { name, path, matches: (rule.matches ?? []).map(toGrpcMatch) }, route));
  }
  return rules;
}
