// Route configurations: matching, rewrites, header mutations, redirects, and what is refused with which words.
import {
  type ClusterChoice,
  type CompiledRetryPolicy,
  type CompiledRouteAction,
  type CompiledRouteConfiguration,
  type ConnectionInfo,
  compileRouteConfiguration,
  finalizeRequest,
  finalizeResponse,
  findVirtualCluster,
  HeaderMap,
  type MatchedRoute,
  matchRoute,
  type RequestView,
  type ResponseView,
  RetryOn,
  type RouteResult,
  redirectUri,
  requestHeader,
  responseHeader,
  rewriteRedirectPath,
  selectCluster,
  sslRedirectUri,
} from '../../src/engine/proxy/semantics';
import { decodeRouteConfiguration, type JsonObject, type RouteConfiguration } from '../../src/xds';
import { readShared } from '../support/shared';
import { decodedOrThrow } from './envoy-config';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

type Headers = readonly (readonly [string, string])[];

interface RetryExpectation {
  readonly perTryTimeout?: number;
  readonly perTryIdleTimeout?: number;
  readonly numRetries?: number;
  readonly retryOn?: readonly string[];
  readonly baseInterval?: number;
  readonly maxInterval?: number;
}

interface Expectation {
  readonly route?: null;
  readonly routeEntry?: null;
  readonly direct?: null;
  readonly cluster?: string;
  readonly redirectUri?: string;
  readonly virtualHost?: string;
  readonly virtualCluster?: string;
  readonly retryPolicy?: RetryExpectation;
  readonly responseCode?: number;
  readonly clusterNotFoundCode?: number;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly priority?: string;
  readonly headersAfter?: Readonly<Record<string, string>>;
  readonly headersPresent?: readonly string[];
}

interface RouteCase {
  readonly id: string;
  readonly config: number;
  readonly headers: Headers;
  readonly routedWith?: Headers;
  readonly random: number;
  readonly finalize?: { readonly insertEnvoyOriginal: boolean };
  readonly finalizeResponse?: { readonly headers: Headers };
  readonly rewritePath?: { readonly insertEnvoyOriginal: boolean };
  readonly expect: Expectation;
}

interface ValidationCase {
  readonly test: string;
  readonly config: number;
  /** Null: refused with whatever words. */
  readonly error?: string | null;
  readonly errorRegex?: string;
  readonly errorContains?: string;
  readonly valid?: boolean;
}

interface Data {
  readonly configs: readonly JsonObject[];
  readonly cases: readonly RouteCase[];
  readonly validation: readonly ValidationCase[];
}

const NS_PER_MS = 1_000_000;
const LOOPBACK = { address: '127.0.0.1', port: 0 };
const CONNECTION: ConnectionInfo = {
  directRemoteAddress: LOOPBACK,
  remoteAddress: LOOPBACK,
  localAddress: LOOPBACK,
  requestedServerName: '',
};

/** Clusters that upstream's fixture has in the tests that validate them. */
const KNOWN_CLUSTERS: Readonly<Record<string, readonly string[]>> = {
  ClusterNotFound: [],
  ShadowClusterNotFound: ['www2'],
};

const RETRY_ON: Readonly<Record<string, number>> = {
  RETRY_ON_5XX: RetryOn.FiveXx,
  RETRY_ON_CONNECT_FAILURE: RetryOn.ConnectFailure,
  RETRY_ON_GATEWAY_ERROR: RetryOn.GatewayError,
  RETRY_ON_RESET: RetryOn.Reset,
  RETRY_ON_GRPC_DEADLINE_EXCEEDED: RetryOn.GrpcDeadlineExceeded,
  RETRY_ON_GRPC_RESOURCE_EXHAUSTED: RetryOn.GrpcResourceExhausted,
};

function decode(config: JsonObject): RouteConfiguration {
  return decodedOrThrow(decodeRouteConfiguration(config, { isStatic: true }));
}

function compile(config: JsonObject): CompiledRouteConfiguration {
  const compiled = compileRouteConfiguration(decode(config));
  if (compiled.ok) return compiled.value;
  throw new Error(`the configuration is refused: ${compiled.error}`);
}

function first(headers: Headers, name: string): string {
  return headers.find(([other]) => other === name)?.[1] ?? '';
}

function requestOf(headers: Headers): RequestView {
  return {
    method: first(headers, ':method'),
    scheme: first(headers, ':scheme'),
    authority: first(headers, ':authority'),
    path: first(headers, ':path'),
    headers: HeaderMap.of(headers.filter(([name]) => !name.startsWith(':'))),
  };
}

function responseOf(headers: Headers): ResponseView {
  return {
    status: Number(first(headers, ':status')),
    headers: HeaderMap.of(headers.filter(([name]) => !name.startsWith(':'))),
  };
}

/** What the checks look at; absent where the request has no route of that kind. */
interface Outcome {
  readonly result: RouteResult;
  readonly request: RequestView;
  readonly response: ResponseView | undefined;
  readonly matched: MatchedRoute | undefined;
  readonly action: CompiledRouteAction | undefined;
  readonly choice: ClusterChoice | undefined;
  readonly isDirect: boolean;
}

function mutate(row: RouteCase, outcome: Outcome): Outcome {
  const { matched, choice } = outcome;
  if (matched === undefined) return outcome;
  let { request, response } = outcome;
  if (row.finalize !== undefined && choice !== undefined) {
    const suppressEnvoyHeaders = !row.finalize.insertEnvoyOriginal;
    request = finalizeRequest(matched, choice, request, { suppressEnvoyHeaders, context: { connection: CONNECTION } });
  }
  if (row.rewritePath !== undefined) {
    request = rewriteRedirectPath(matched.route, request, row.rewritePath.insertEnvoyOriginal);
  }
  if (row.finalizeResponse !== undefined) {
    const before = responseOf(row.finalizeResponse.headers);
    response = finalizeResponse(matched, choice, before, { connection: CONNECTION, request });
  }
  return { ...outcome, request, response };
}

function route(configuration: CompiledRouteConfiguration, row: RouteCase): Outcome {
  const request = requestOf(row.headers);
  const routed = row.routedWith === undefined ? request : requestOf(row.routedWith);
  const result = matchRoute(configuration, routed, { connection: CONNECTION, metadata: new Map() }, row.random);
  const matched =
    result.kind === 'route' ? { configuration, virtualHost: result.virtualHost, route: result.route } : undefined;
  const kind = matched?.route.action.kind;
  const action = matched?.route.action.kind === 'route' ? matched.route.action.route : undefined;
  return mutate(row, {
    result,
    request,
    response: undefined,
    matched,
    action,
    choice: action === undefined ? undefined : selectCluster(action, routed, CONNECTION, row.random),
    isDirect: result.kind === 'sslRedirect' || kind === 'redirect' || kind === 'directResponse',
  });
}

function uriOf({ result, matched, request }: Outcome): string | undefined {
  if (result.kind === 'sslRedirect') return sslRedirectUri(request);
  return matched === undefined ? undefined : redirectUri(matched.route, request);
}

function directOf({ matched }: Outcome): { status?: number; body?: string } {
  const action = matched?.route.action;
  if (action?.kind === 'redirect') return { status: action.redirect.source.responseCode };
  if (action?.kind !== 'directResponse') return {};
  return { status: action.directResponse.status, body: action.directResponse.body ?? '' };
}

class Comparison {
  readonly problems: string[] = [];

  same(what: string, actual: unknown, expected: unknown): void {
    if (expected !== undefined && actual !== expected) {
      this.problems.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
    }
  }
}

/** A route without a policy behaves as the defaults say. */
function compareRetry(
  comparison: Comparison,
  policy: CompiledRetryPolicy | undefined,
  expected: RetryExpectation,
): void {
  const ms = (ns: number | undefined): number => (ns ?? 0) / NS_PER_MS;
  comparison.same('per-try timeout', ms(policy?.source.perTryTimeoutNs), expected.perTryTimeout);
  comparison.same('per-try idle timeout', ms(policy?.source.perTryIdleTimeoutNs), expected.perTryIdleTimeout);
  comparison.same('retries', policy?.source.numRetries ?? 1, expected.numRetries);
  comparison.same('base interval', policy?.baseIntervalMs, expected.baseInterval);
  comparison.same('max interval', policy?.maxIntervalMs, expected.maxInterval);
  const mask = expected.retryOn?.reduce((bits, name) => bits | (RETRY_ON[name] ?? -1), 0);
  comparison.same('retry conditions', policy?.retryOn ?? 0, mask);
}

function compareHeaders(comparison: Comparison, row: RouteCase, outcome: Outcome): void {
  const { response, request } = outcome;
  const read = (name: string): string | undefined => {
    if (row.finalizeResponse !== undefined && response !== undefined) {
      return name.startsWith(':') ? responseHeader(response, name) : response.headers.first(name);
    }
    return name.startsWith(':') ? requestHeader(request, name) : request.headers.first(name);
  };
  for (const [name, value] of Object.entries(row.expect.headersAfter ?? {})) {
    comparison.same(`header ${name}`, read(name) ?? '', value);
  }
  for (const name of row.expect.headersPresent ?? []) comparison.same(`header ${name}`, read(name) !== undefined, true);
}

function compareAction(comparison: Comparison, expected: Expectation, outcome: Outcome): void {
  const source = outcome.action?.source;
  comparison.same('cluster', outcome.choice?.cluster, expected.cluster);
  const timeoutMs = source === undefined ? undefined : source.timeoutNs / NS_PER_MS;
  comparison.same('timeout', timeoutMs, expected.timeoutMs);
  comparison.same('priority', source?.priority, expected.priority?.toUpperCase());
  comparison.same('code for a missing cluster', source?.clusterNotFoundResponseCode, expected.clusterNotFoundCode);
  if (expected.retryPolicy !== undefined) compareRetry(comparison, outcome.action?.retryPolicy, expected.retryPolicy);
}

function check(configuration: CompiledRouteConfiguration, row: RouteCase): readonly string[] {
  const { expect } = row;
  const outcome = route(configuration, row);
  const { matched } = outcome;
  const comparison = new Comparison();
  if (expect.route === null) comparison.same('kind', outcome.result.kind, 'noRoute');
  if (expect.routeEntry === null) comparison.same('forwards', outcome.action !== undefined, false);
  if (expect.direct === null) comparison.same('answers itself', outcome.isDirect, false);
  comparison.same('virtual host', matched?.virtualHost.source.name, expect.virtualHost);
  const virtualCluster =
    matched === undefined ? undefined : findVirtualCluster(matched.virtualHost, requestOf(row.headers));
  comparison.same('virtual cluster', virtualCluster, expect.virtualCluster);
  comparison.same('redirect', expect.redirectUri === undefined ? undefined : uriOf(outcome), expect.redirectUri);
  comparison.same('status', directOf(outcome).status, expect.responseCode);
  comparison.same('body', directOf(outcome).body, expect.body);
  compareAction(comparison, expect, outcome);
  compareHeaders(comparison, row, outcome);
  return comparison.problems;
}

/** The words with which the configuration is refused; undefined: it is accepted. Fields that upstream does not have are refused too. */
function refusalOf(config: JsonObject, test: string): string | undefined {
  const decoded = decodeRouteConfiguration(config, { isStatic: true });
  if (!decoded.ok) return decoded.error.map(({ path, message }) => `${path}: ${message}`).join('\n');
  const known = KNOWN_CLUSTERS[test];
  const compiled = compileRouteConfiguration(decoded.value.value, known === undefined ? undefined : new Set(known));
  return compiled.ok ? undefined : compiled.error;
}

function checkRefusal(config: JsonObject, row: ValidationCase): readonly string[] {
  const refusal = refusalOf(config, row.test);
  if (row.valid === true) return refusal === undefined ? [] : [`refused: ${refusal}`];
  const wanted = row.error ?? row.errorRegex ?? row.errorContains ?? '';
  if (refusal === undefined) return [`accepted instead of refused with "${wanted}"`];
  const says = row.errorRegex === undefined ? refusal.includes(wanted) : new RegExp(row.errorRegex, 's').test(refusal);
  return says ? [] : [`refused with "${refusal}" instead of "${wanted}"`];
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder('envoy-route-config', SKIPS);
  const data = JSON.parse(readShared('conformance', 'envoy-route-config', 'cases.json')) as Data;
  const compiled = new Map<number, CompiledRouteConfiguration>();
  for (const row of data.cases) {
    recorder.run(row.id, () => {
      const configuration = compiled.get(row.config) ?? compile(data.configs[row.config] ?? {});
      compiled.set(row.config, configuration);
      return check(configuration, row);
    });
  }
  for (const row of data.validation) {
    recorder.run(`validation/${row.test}/${row.config}`, () => checkRefusal(data.configs[row.config] ?? {}, row));
  }
  return recorder.result();
}
