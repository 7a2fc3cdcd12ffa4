import type { CorsPolicy } from '../../../../xds';
import type { HeaderMap } from '../header-map';
import type { RandomSource, RequestView, ResponseView } from '../http-message';
import { type CompiledStringMatcher, compileStringMatcher, matchString } from '../matchers';
import { ResponseCodeDetails } from '../response-code-details';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

export interface CompiledCors {
  readonly source: CorsPolicy;
  readonly origins: readonly CompiledStringMatcher[];
}

/** The first text of the policies that is not empty. */
function firstText(policies: readonly CorsPolicy[], read: (policy: CorsPolicy) => string): string {
  return policies.map(read).find((text) => text !== '') ?? '';
}

/** Field by field the value of the most specific policy that sets it; `policies` come most specific first. */
// envoyproxy/envoy source/extensions/filters/http/cors/cors_filter.cc CorsFilter::allowOrigins and its siblings
export function mergeCorsPolicies(policies: readonly CorsPolicy[]): CorsPolicy | undefined {
  const [first] = policies;
  if (first === undefined || policies.length === 1) return first;
  const credentials = policies.find((policy) => policy.allowCredentials !== undefined)?.allowCredentials;
  const forward = policies.find((policy) => policy.forwardNotMatchingPreflights !== undefined);
  const enabled = policies.find((policy) => policy.filterEnabled !== undefined)?.filterEnabled;
  return {
    allowOriginStringMatch:
      policies.find((policy) => policy.allowOriginStringMatch.length > 0)?.allowOriginStringMatch ?? [],
    allowMethods: firstText(policies, (policy) => policy.allowMethods),
    allowHeaders: firstText(policies, (policy) => policy.allowHeaders),
    exposeHeaders: firstText(policies, (policy) => policy.exposeHeaders),
    maxAge: firstText(policies, (policy) => policy.maxAge),
    ...(credentials === undefined ? {} : { allowCredentials: credentials }),
    ...(enabled === undefined ? {} : { filterEnabled: enabled }),
    ...(forward?.forwardNotMatchingPreflights === undefined
      ? {}
      : { forwardNotMatchingPreflights: forward.forwardNotMatchingPreflights }),
  };
}

export function compileCors(source: CorsPolicy): CompiledCors {
  return { source, origins: source.allowOriginStringMatch.map(compileStringMatcher) };
}

export type CorsCounter = 'origin_valid' | 'origin_invalid';

/** What the request half of the filter leaves for the response half. */
export interface CorsStream {
  /** Origin that was allowed; empty: the response is left alone. */
  readonly allowedOrigin: string;
}

export interface CorsDecision {
  readonly verdict: FilterVerdict;
  readonly stream: CorsStream;
}

const NOT_ALLOWED: CorsStream = { allowedOrigin: '' };

function isOriginAllowed(cors: CompiledCors, origin: string): boolean {
  return cors.origins.some((matcher) => matchString(matcher, '*') || matchString(matcher, origin));
}

function isEnabled(cors: CompiledCors, random: RandomSource): boolean {
  const enabled = cors.source.filterEnabled;
  return enabled === undefined || random.nextU64Mod(enabled.denominator) < enabled.numerator;
}

function isPreflight(request: RequestView): boolean {
  return request.method === 'OPTIONS' && (request.headers.first('access-control-request-method') ?? '') !== '';
}

/** "*" is answered with what the preflight asks for. */
function echoed(allowed: string, request: RequestView, header: string): string {
  return allowed === '*' ? (request.headers.first(header) ?? '') : allowed;
}

function preflightHeaders(
  cors: CompiledCors,
  request: RequestView,
  origin: string,
): readonly (readonly [string, string])[] {
  const { source } = cors;
  const all: readonly (readonly [string, string])[] = [
    ['access-control-allow-origin', origin],
    ['access-control-allow-credentials', source.allowCredentials === true ? 'true' : ''],
    ['access-control-allow-methods', echoed(source.allowMethods, request, 'access-control-request-method')],
    ['access-control-allow-headers', echoed(source.allowHeaders, request, 'access-control-request-headers')],
    ['access-control-max-age', source.maxAge],
  ];
  return all.filter(([, value]) => value !== '');
}

/**
 * Only a preflight from an allowed origin is answered here; one from elsewhere is forwarded unless the policy says that such are
 * answered without permission. Actual requests always go on.
 */
// envoyproxy/envoy source/extensions/filters/http/cors/cors_filter.cc CorsFilter::decodeHeaders
export function decideCors(
  cors: CompiledCors | undefined,
  request: RequestView,
  random: RandomSource,
  count: (counter: CorsCounter) => void,
): CorsDecision {
  const origin = request.headers.first('origin') ?? '';
  const pass: CorsDecision = { verdict: continueWith(request), stream: NOT_ALLOWED };
  if (cors === undefined || !isEnabled(cors, random) || origin === '') return pass;
  const allowed = isOriginAllowed(cors, origin);
  count(allowed ? 'origin_valid' : 'origin_invalid');
  if (!isPreflight(request)) return allowed ? { ...pass, stream: { allowedOrigin: origin } } : pass;
  if (!allowed && (cors.source.forwardNotMatchingPreflights ?? true)) return pass;
  const headers = preflightHeaders(cors, request, allowed ? origin : '');
  const verdict = replyLocally({ status: 200, body: '', details: ResponseCodeDetails.CorsResponse, headers });
  // Its own answer passes the filter like any other, which adds what it exposes.
  return { verdict, stream: allowed ? { allowedOrigin: origin } : NOT_ALLOWED };
}

/** Adds the permission to the response of an allowed request. */
// envoyproxy/envoy source/extensions/filters/http/cors/cors_filter.cc CorsFilter::encodeHeaders
export function withCorsHeaders(cors: CompiledCors, stream: CorsStream, response: ResponseView): ResponseView {
  if (stream.allowedOrigin === '') return response;
  let headers: HeaderMap = response.headers.with('access-control-allow-origin', stream.allowedOrigin);
  if (cors.source.allowCredentials === true) headers = headers.with('access-control-allow-credentials', 'true');
  if (cors.source.exposeHeaders !== '')
    headers = headers.with('access-control-expose-headers', cors.source.exposeHeaders);
  return { ...response, headers };
}
