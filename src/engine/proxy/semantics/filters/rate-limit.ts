import type { RateLimitAction, RateLimitConfig, RateLimitPolicy } from '../../../../xds';
import { flagOf } from '../extra-fields';
import { GrpcStatus, grpcStatusOf } from '../grpc';
import { HeaderMap } from '../header-map';
import type { MatchedRoute } from '../header-mutation';
import { type ConnectionInfo, type RequestView, type ResponseView, requestHeader } from '../http-message';
import { type CompiledHeaderMatcher, compileHeaderMatchers, findUnmatchedHeader } from '../matchers';
import { ResponseCodeDetails } from '../response-code-details';
import { ResponseFlag } from '../response-flags';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

/** One descriptor: key and value pairs in the order of the actions. */
export type RateLimitDescriptor = readonly (readonly [string, string])[];

interface CompiledAction {
  readonly source: RateLimitAction;
  readonly headers: readonly CompiledHeaderMatcher[];
}

export interface CompiledRateLimitPolicy {
  readonly source: RateLimitPolicy;
  readonly actions: readonly CompiledAction[];
}

export function compileRateLimitPolicies(policies: readonly RateLimitPolicy[]): readonly CompiledRateLimitPolicy[] {
  return policies.map((source) => ({
    source,
    actions: source.actions.map((action) => ({
      source: action,
      headers: action.kind === 'headerValueMatch' ? compileHeaderMatchers(action.headers) : [],
    })),
  }));
}

export interface RateLimitSubject {
  readonly request: RequestView;
  readonly connection: ConnectionInfo;
  /** Cluster of the proxy's own node. */
  readonly sourceCluster: string;
  /** Cluster of the request's route. */
  readonly destinationCluster: string;
}

const NO_ENTRY = 'none';
const SKIP = 'skip';

// envoyproxy/envoy source/common/router/router_ratelimit.cc *Action::populateDescriptor
function entryOf(action: CompiledAction, subject: RateLimitSubject): readonly [string, string] | 'none' | 'skip' {
  const { source } = action;
  switch (source.kind) {
    case 'sourceCluster':
      return ['source_cluster', subject.sourceCluster];
    case 'destinationCluster':
      return ['destination_cluster', subject.destinationCluster];
    case 'requestHeaders': {
      const value = requestHeader(subject.request, source.headerName.toLowerCase());
      if (value === undefined) return source.skipIfAbsent ? SKIP : NO_ENTRY;
      return [source.descriptorKey, value];
    }
    case 'remoteAddress':
      return ['remote_address', subject.connection.remoteAddress.address];
    case 'genericKey':
      return [source.descriptorKey === '' ? 'generic_key' : source.descriptorKey, source.descriptorValue];
    case 'headerValueMatch': {
      const matches = findUnmatchedHeader(action.headers, (name) => requestHeader(subject.request, name)) === undefined;
      if (matches !== source.expectMatch) return NO_ENTRY;
      return [source.descriptorKey === '' ? 'header_match' : source.descriptorKey, source.descriptorValue];
    }
    case 'opaque':
      return NO_ENTRY;
  }
}

/** The descriptors of a request; an action that yields nothing drops the whole descriptor, unless it may be skipped. */
// envoyproxy/envoy source/common/router/router_ratelimit.cc RateLimitPolicyEntryImpl::populateDescriptors
export function rateLimitDescriptors(
  policies: readonly CompiledRateLimitPolicy[],
  subject: RateLimitSubject,
): readonly RateLimitDescriptor[] {
  const descriptors: RateLimitDescriptor[] = [];
  for (const policy of policies) {
    const entries = policy.actions.map((action) => entryOf(action, subject));
    if (entries.includes(NO_ENTRY)) continue;
    const kept = entries.filter((entry) => typeof entry !== 'string');
    if (kept.length > 0) descriptors.push(kept);
  }
  return descriptors;
}

/** The policies of one stage that apply to a route: its own, else those of its virtual host, or both where the route says so. */
// envoyproxy/envoy source/extensions/filters/http/ratelimit/ratelimit.cc Filter::initiateCall, Filter::getVirtualHostRateLimitOption
export function effectiveRateLimits({ virtualHost, route }: MatchedRoute, stage: number): readonly RateLimitPolicy[] {
  const { action } = route;
  if (action.kind !== 'route') return [];
  const own = action.route.source.rateLimits ?? [];
  const both = own.length === 0 || flagOf(action.route.source.extra, 'includeVhRateLimits', false);
  const policies = both ? [...own, ...(virtualHost.source.rateLimits ?? [])] : own;
  return policies.filter((policy) => policy.stage === stage);
}

const SHOULD_RATE_LIMIT_PATH = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

/** Head of the call to the service. Its message is not modelled: the descriptors stand in headers of the call. */
// envoyproxy/envoy source/extensions/filters/common/ratelimit/ratelimit_impl.cc GrpcClientImpl::limit
export function rateLimitRequest(config: RateLimitConfig, descriptors: readonly RateLimitDescriptor[]): RequestView {
  let headers = HeaderMap.of([
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ['x-ratelimit-domain', config.domain],
  ]);
  for (const descriptor of descriptors) {
    const entries = descriptor.map(([key, value]) => `${key}=${value}`).join(',');
    headers = headers.withAdded('x-ratelimit-descriptor', entries);
  }
  return { method: 'POST', scheme: 'http', authority: config.cluster, path: SHOULD_RATE_LIMIT_PATH, headers };
}

/** The verdict lies in the service's message; here its status says it: 0 is within the limits, 8 beyond them, all others are errors. */
export function rateLimitAnswer(response: ResponseView | undefined): 'ok' | 'overLimit' | 'error' {
  if (response === undefined || response.status !== HTTP_OK) return 'error';
  const status = grpcStatusOf(response.headers) ?? GrpcStatus.Ok;
  if (status === GrpcStatus.ResourceExhausted) return 'overLimit';
  return status === GrpcStatus.Ok ? 'ok' : 'error';
}

export type RateLimitCounter = 'ok' | 'over_limit' | 'error' | 'failure_mode_allowed';

const HTTP_OK = 200;
const OVER_LIMIT_STATUS = 429;
const ERROR_STATUS = 500;

// envoyproxy/envoy source/extensions/filters/http/ratelimit/ratelimit.h FilterConfig::toErrorCode
function overLimitStatus({ rateLimitedStatus = 0 }: RateLimitConfig): number {
  return rateLimitedStatus >= 400 ? rateLimitedStatus : OVER_LIMIT_STATUS;
}

// envoyproxy/envoy source/extensions/filters/http/ratelimit/ratelimit.h FilterConfig::toRatelimitServerErrorCode
function errorStatus({ statusOnError = 0 }: RateLimitConfig): number {
  return statusOnError >= 100 && statusOnError <= 511 ? statusOnError : ERROR_STATUS;
}

/** What becomes of the request once the rate limit service answered; without descriptors it is not asked. */
// envoyproxy/envoy source/extensions/filters/http/ratelimit/ratelimit.cc Filter::complete
export function decideRateLimit(
  config: RateLimitConfig,
  request: RequestView,
  answer: 'ok' | 'overLimit' | 'error',
  count: (counter: RateLimitCounter) => void,
): FilterVerdict {
  switch (answer) {
    case 'ok':
      count('ok');
      return continueWith(request);
    case 'overLimit':
      count('over_limit');
      return replyLocally({
        status: overLimitStatus(config),
        body: '',
        details: ResponseCodeDetails.RateLimited,
        flag: ResponseFlag.RateLimited,
        headers: [['x-envoy-ratelimited', 'true']],
      });
    case 'error':
      count('error');
      if (!config.failureModeDeny) {
        count('failure_mode_allowed');
        return continueWith(request);
      }
      return replyLocally({
        status: errorStatus(config),
        body: '',
        details: ResponseCodeDetails.RateLimiterError,
        flag: ResponseFlag.RateLimitServiceError,
      });
  }
}
