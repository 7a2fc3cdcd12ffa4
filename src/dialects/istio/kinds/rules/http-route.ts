/** Rules about HTTP rules and what they do. istio/istio pkg/config/validation/virtualservice.go, validation.go */
import { NS_PER_S, parseDuration, utf8ByteLength } from '../../../../base';
import type { ConfigPath } from '../../../../config';
import type { HttpRoute } from '../virtual-service';
import type {
  CorsPolicy,
  HttpDirectResponse,
  HttpFaultInjection,
  HttpMirrorPolicy,
  HttpRedirect,
  HttpRetry,
  HttpRewrite,
  Percent,
} from '../virtual-service-actions';
import type { Check } from './check';
import { checkDuration } from './common';
import { checkDestination, checkWeights } from './destination';
import { isCorsHeaderName } from './header-values';
import { checkAuthorityOnce, checkHeaders } from './headers';
import { checkHttpMatch, checkMatchRegex, checkRegex } from './http-match';
import { GRPC_STATUSES, HTTP_STATUSES } from './statuses';

const PORT_MAX = 65_535;
const BODY_MAX = 1_048_576;
const BODY_LARGE = 102_400;
/** The smallest share that upstream can express. */
const SMALLEST_PERCENT = 0.0001;

const CORS_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  '*',
]);

/** istio/istio pkg/config/validation/agent/validation.go (supportedRetryOnPolicies) */
const RETRY_CONDITIONS: ReadonlySet<string> = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** `delegated`: the VirtualService has no hosts, so others delegate to it. */
export function checkHttpRoute(check: Check, route: HttpRoute, delegated: boolean, path: ConfigPath): void {
  checkConflicts(check, route, delegated, path);
  for (const [index, match] of (route.match ?? []).entries()) checkHttpMatch(check, match, [...path, 'match', index]);
  checkHeaders(check, route.headers, [...path, 'headers']);
  if (route.corsPolicy !== undefined) checkCors(check, route.corsPolicy, [...path, 'corsPolicy']);
  if (route.fault !== undefined) checkFault(check, route.fault, [...path, 'fault']);
  checkMirrors(check, route, path);
  if (route.redirect !== undefined) checkRedirect(check, route, route.redirect, [...path, 'redirect']);
  if (route.directResponse !== undefined) checkDirectResponse(check, route.directResponse, [...path, 'directResponse']);
  if (route.retries !== undefined) checkRetries(check, route.retries, [...path, 'retries']);
  if (route.rewrite !== undefined) checkRewrite(check, route.rewrite, [...path, 'rewrite']);
  checkAuthorityOnce(check, route.rewrite?.authority ?? '', route.headers, path);
  const destinations = route.route ?? [];
  for (const [index, { destination, headers }] of destinations.entries()) {
    checkDestination(check, destination, [...path, 'route', index, 'destination']);
    checkHeaders(check, headers, [...path, 'route', index, 'headers']);
  }
  checkWeights(check, destinations, [...path, 'route']);
  checkDuration(check, route.timeout, [...path, 'timeout']);
}

/** istio/istio pkg/config/validation/virtualservice.go (validateHTTPRouteConflict) */
function checkConflicts(check: Check, route: HttpRoute, delegated: boolean, path: ConfigPath): void {
  const conflict = (field: string, other: string): void => {
    check.report('route-conflict', [...path, field], { field, other });
  };
  if (!delegated && route.delegate !== undefined) {
    if (route.redirect !== undefined) conflict('redirect', 'delegate');
    if (route.route !== undefined) conflict('route', 'delegate');
    return;
  }
  if (delegated && route.delegate !== undefined) check.report('delegate-of-delegate', [...path, 'delegate']);
  const answer = route.redirect !== undefined ? 'redirect' : 'directResponse';
  if (route[answer] !== undefined) {
    if ((route.route ?? []).length > 0) conflict('route', answer);
    if (route.fault !== undefined) conflict('fault', answer);
    if (route.rewrite !== undefined) conflict('rewrite', answer);
    if (answer === 'redirect' && route.directResponse !== undefined) conflict('directResponse', answer);
  } else if ((route.route ?? []).length === 0) check.report('route-missing', path);
  if (route.mirror !== undefined && (route.mirrors ?? []).length > 0) conflict('mirrors', 'mirror');
}

/** istio/istio pkg/config/validation/validation.go (validateCORSPolicy) */
function checkCors(check: Check, policy: CorsPolicy, path: ConfigPath): void {
  for (const [index, origin] of (policy.allowOrigins ?? []).entries()) {
    const at = [...path, 'allowOrigins', index];
    if ((origin.exact ?? origin.prefix ?? origin.regex ?? '') === '') {
      check.report('match-empty', at, { what: 'origin' });
    } else checkMatchRegex(check, origin, at);
  }
  for (const [index, method] of (policy.allowMethods ?? []).entries()) {
    if (!CORS_METHODS.has(method)) check.report('method-unknown', [...path, 'allowMethods', index], { value: method });
  }
  for (const field of ['allowHeaders', 'exposeHeaders'] as const) {
    for (const [index, name] of (policy[field] ?? []).entries()) {
      if (!isCorsHeaderName(name)) check.report('header-name', [...path, field, index], { value: name });
    }
  }
  checkDuration(check, policy.maxAge, [...path, 'maxAge']);
  const maxAge = parseDuration(policy.maxAge ?? '0s');
  if (maxAge.ok && maxAge.value % NS_PER_S !== 0) {
    check.report('duration-not-seconds', [...path, 'maxAge'], { value: policy.maxAge ?? '' });
  }
}

/** istio/istio pkg/config/validation/validation.go (validatePercentage) */
function checkShare(check: Check, percent: Percent | undefined, path: ConfigPath): void {
  const value = percent?.value ?? 0;
  if (value < 0 || value > 100 || (value > 0 && value < SMALLEST_PERCENT)) {
    check.report('percent-range', [...path, 'value'], { value });
  }
}

/** istio/istio pkg/config/validation/validation.go (validateHTTPFaultInjection) */
function checkFault(check: Check, fault: HttpFaultInjection, path: ConfigPath): void {
  const { abort, delay } = fault;
  if (abort === undefined && delay === undefined) check.report('fault-empty', path);
  if (abort !== undefined) {
    const at = [...path, 'abort'];
    checkShare(check, abort.percentage, [...at, 'percentage']);
    if (abort.grpcStatus !== undefined) {
      if (!GRPC_STATUSES.has(abort.grpcStatus)) {
        check.report('grpc-status', [...at, 'grpcStatus'], { value: abort.grpcStatus });
      }
    } else if (abort.http2Error !== undefined) check.report('not-implemented', [...at, 'http2Error']);
    else if (abort.httpStatus !== undefined) checkStatus(check, abort.httpStatus, [...at, 'httpStatus']);
    else check.report('abort-without-error', at);
  }
  if (delay !== undefined) {
    const at = [...path, 'delay'];
    checkShare(check, delay.percentage, [...at, 'percentage']);
    checkDuration(check, delay.fixedDelay, [...at, 'fixedDelay']);
    if (delay.exponentialDelay !== undefined) check.report('not-implemented', [...at, 'exponentialDelay']);
  }
}

/** istio/istio pkg/config/validation/validation.go (validateHTTPStatus): its text says 599, its test 600. */
function checkStatus(check: Check, status: number, path: ConfigPath): void {
  if (status < 200 || status > 600) check.report('status-range', path, { value: status });
}

function checkMirrors(check: Check, route: HttpRoute, path: ConfigPath): void {
  for (const field of ['mirrorPercent', 'mirror_percent'] as const) {
    const value = route[field] ?? 0;
    if (value > 100) check.report('percent-range', [...path, field], { value });
  }
  checkMirrorShare(check, route.mirrorPercentage, [...path, 'mirrorPercentage']);
  if (route.mirror !== undefined) checkDestination(check, route.mirror, [...path, 'mirror']);
  const mirrors: readonly HttpMirrorPolicy[] = route.mirrors ?? [];
  for (const [index, { destination, percentage }] of mirrors.entries()) {
    checkDestination(check, destination, [...path, 'mirrors', index, 'destination']);
    checkMirrorShare(check, percentage, [...path, 'mirrors', index, 'percentage']);
  }
}

function checkMirrorShare(check: Check, percent: Percent | undefined, path: ConfigPath): void {
  const value = percent?.value ?? 0;
  if (value < 0 || value > 100) check.report('percent-range', [...path, 'value'], { value });
}

/** istio/istio pkg/config/validation/validation.go (validateHTTPRedirect) */
function checkRedirect(check: Check, route: HttpRoute, redirect: HttpRedirect, path: ConfigPath): void {
  const { uri = '', prefixRewrite = '', authority = '', scheme = '', redirectCode = 0 } = redirect;
  if (uri !== '' && prefixRewrite !== '') {
    check.report('route-conflict', [...path, 'prefixRewrite'], { field: 'prefixRewrite', other: 'uri' });
  }
  const byPrefix = (route.match ?? []).every((match) => match.uri === undefined || match.uri.prefix !== undefined);
  if (prefixRewrite !== '' && !byPrefix) check.report('prefix-rewrite-without-prefix', [...path, 'prefixRewrite']);
  const port = redirect.port ?? redirect.derivePort;
  if (uri === '' && prefixRewrite === '' && authority === '' && scheme === '' && port === undefined) {
    check.report('redirect-empty', path);
  }
  if (redirectCode !== 0 && (redirectCode < 300 || redirectCode > 399)) {
    check.report('redirect-code', [...path, 'redirectCode'], { value: redirectCode });
  }
  if (scheme !== '' && scheme !== 'http' && scheme !== 'https') {
    check.report('redirect-scheme', [...path, 'scheme'], { value: scheme });
  }
  if ((redirect.port ?? 0) > PORT_MAX) check.report('port-range', [...path, 'port'], { value: redirect.port ?? 0 });
}

/** istio/istio pkg/config/validation/validation.go (validateHTTPDirectResponse) */
function checkDirectResponse(check: Check, response: HttpDirectResponse, path: ConfigPath): void {
  const { string, bytes = '' } = response.body ?? {};
  // Base64 carries three bytes in four characters.
  const size = string === undefined ? Math.floor((bytes.replace(/=+$/, '').length * 3) / 4) : utf8ByteLength(string);
  if (size > BODY_MAX) check.report('body-too-large', [...path, 'body'], { value: size, limit: BODY_MAX });
  else if (size > BODY_LARGE) check.report('body-large', [...path, 'body'], { value: size });
  checkStatus(check, response.status, [...path, 'status']);
}

/** istio/istio pkg/config/validation/agent/validation.go (ValidateHTTPRetry) */
export function checkRetries(check: Check, retries: HttpRetry, path: ConfigPath): void {
  const { attempts = 0, perTryTimeout, retryOn = '', retryRemoteLocalities } = retries;
  if (attempts < 0) check.report('negative', [...path, 'attempts'], { value: attempts });
  if (attempts === 0 && (perTryTimeout !== undefined || retryOn !== '' || retryRemoteLocalities !== undefined)) {
    check.report('retries-off', path);
  }
  checkDuration(check, perTryTimeout, [...path, 'perTryTimeout']);
  checkDuration(check, retries.backoff, [...path, 'backoff']);
  for (const condition of retryOn === '' ? [] : retryOn.split(',')) {
    const known = RETRY_CONDITIONS.has(condition) || (/^\d+$/.test(condition) && HTTP_STATUSES.has(Number(condition)));
    if (!known) check.report('retry-condition', [...path, 'retryOn'], { value: condition });
  }
}

/** istio/istio pkg/config/validation/validation.go (validateHTTPRewrite) */
function checkRewrite(check: Check, rewrite: HttpRewrite, path: ConfigPath): void {
  const { uri = '', authority = '', uriRegexRewrite } = rewrite;
  if (uri !== '' && uriRegexRewrite !== undefined) {
    check.report('route-conflict', [...path, 'uriRegexRewrite'], { field: 'uriRegexRewrite', other: 'uri' });
  }
  if (uri === '' && authority === '' && uriRegexRewrite === undefined) check.report('rewrite-empty', path);
  if (uriRegexRewrite === undefined) return;
  const { match = '', rewrite: replacement = '' } = uriRegexRewrite;
  const at = [...path, 'uriRegexRewrite'];
  if (match === '' || replacement === '') check.report('regex-rewrite-incomplete', at);
  else checkRegex(check, match, [...at, 'match']);
}
