// Upstream's router check tool: route tables, requests and what becomes of them.
import {
  type CompiledRouteConfiguration,
  type ConnectionInfo,
  compileRouteConfiguration,
  type DynamicMetadata,
  finalizeRequest,
  finalizeResponse,
  findVirtualCluster,
  HeaderMap,
  type MatchedRoute,
  matchHeader,
  matchRoute,
  prepareLocalReply,
  type RequestView,
  type ResponseView,
  redirectUri,
  requestHeader,
  responseHeader,
  rewriteRedirectPath,
  selectCluster,
} from '../../src/engine/proxy/semantics';
import { decodeRouteConfiguration, type FractionalPercent, type JsonObject, type JsonValue } from '../../src/xds';
import { readShared } from '../support/shared';
import { decodedOrThrow, decodeHeaderMatcher } from './envoy-config';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

interface Input {
  readonly authority: string;
  readonly path: string;
  readonly method: string;
  readonly ssl?: boolean;
  readonly internal?: boolean;
  readonly random_value?: number;
  readonly runtime?: string;
  readonly additional_request_headers?: readonly { readonly key: string; readonly value: string }[];
  readonly dynamic_metadata?: readonly {
    readonly metadata_namespace: string;
    readonly value: JsonObject;
    readonly allow_overwrite?: boolean;
  }[];
}

interface Validate {
  readonly cluster_name?: string;
  readonly virtual_cluster_name?: string;
  readonly virtual_host_name?: string;
  readonly path_rewrite?: string;
  readonly host_rewrite?: string;
  readonly path_redirect?: string;
  readonly code_redirect?: number;
  readonly timeout?: string;
  readonly request_header_matches?: readonly JsonObject[];
  readonly response_header_matches?: readonly JsonObject[];
  readonly route_metadata?: readonly { readonly namespace: string; readonly key: string; readonly value: string }[];
}

interface CheckTest {
  readonly test_name: string;
  readonly input: Input;
  readonly validate: Validate;
}

interface CheckFile {
  readonly config: JsonObject;
  readonly tests: readonly CheckTest[];
}

interface Index {
  readonly cases: readonly {
    readonly name: string;
    readonly normalized: string;
    readonly expectFailure: boolean;
    readonly failingTests?: readonly string[];
  }[];
}

const LOOPBACK = { address: '127.0.0.1', port: 0 };
const CONNECTION: ConnectionInfo = {
  directRemoteAddress: LOOPBACK,
  remoteAddress: LOOPBACK,
  localAddress: LOOPBACK,
  requestedServerName: '',
};

function requestOf(input: Input): RequestView {
  const scheme = input.ssl === true ? 'https' : 'http';
  const headers: [string, string][] = [['x-forwarded-proto', scheme]];
  if (input.internal === true) headers.push(['x-envoy-internal', 'true']);
  let { authority, path, method } = input;
  for (const { key, value } of input.additional_request_headers ?? []) {
    if (key === ':authority') authority = value;
    else if (key === ':path') path = value;
    else if (key === ':method') method = value;
    else headers.push([key, value]);
  }
  return { method, scheme, authority, path, headers: HeaderMap.of(headers) };
}

function merge(old: JsonValue | undefined, added: JsonValue): JsonValue {
  if (old === null || typeof old !== 'object' || Array.isArray(old)) return added;
  if (added === null || typeof added !== 'object' || Array.isArray(added)) return added;
  const result: Record<string, JsonValue> = { ...(old as JsonObject) };
  for (const [key, value] of Object.entries(added as JsonObject)) result[key] = merge(result[key], value);
  return result;
}

function metadataOf(input: Input): DynamicMetadata {
  const metadata = new Map<string, JsonValue>();
  for (const { metadata_namespace: name, value, allow_overwrite: overwrite } of input.dynamic_metadata ?? []) {
    const known = metadata.get(name);
    if (known === undefined) metadata.set(name, value);
    else if (overwrite === true) metadata.set(name, merge(known, value));
  }
  return metadata;
}

/** The tool knows no runtime values but one key; a fraction of nothing counts as one. */
function runtimeOf(input: Input): (key: string, fraction: FractionalPercent, random: number) => boolean {
  return (key, { numerator, denominator }, random) =>
    key === (input.runtime ?? '') && random % denominator < (numerator === 0 ? 1 : numerator);
}

/** What the tool compares; empty texts where there is nothing. */
interface Outcome {
  readonly cluster: string;
  readonly virtualCluster: string;
  readonly virtualHost: string;
  readonly path: string;
  readonly host: string;
  readonly redirect: string;
  readonly code: number;
  readonly timeoutNs: number;
  readonly metadata: JsonObject;
  readonly request: RequestView;
  readonly response: ResponseView;
}

const NO_RESPONSE: ResponseView = { status: 0, headers: HeaderMap.empty };

function forwardOutcome(matched: MatchedRoute, request: RequestView, random: number): Partial<Outcome> {
  const { action } = matched.route;
  if (action.kind !== 'route') return {};
  const choice = selectCluster(action.route, request, CONNECTION, random);
  const options = { suppressEnvoyHeaders: false, context: { connection: CONNECTION } };
  const final = finalizeRequest(matched, choice, request, options);
  return {
    cluster: choice.cluster,
    virtualCluster: findVirtualCluster(matched.virtualHost, final) ?? '',
    virtualHost: matched.virtualHost.source.name,
    path: final.path,
    host: final.authority,
    timeoutNs: action.route.source.timeoutNs,
    request: final,
    response: finalizeResponse(matched, choice, NO_RESPONSE, { connection: CONNECTION, request: final }),
  };
}

function directOutcome(matched: MatchedRoute, request: RequestView): Partial<Outcome> {
  const { action } = matched.route;
  if (action.kind !== 'redirect' && action.kind !== 'directResponse') return {};
  const rewritten = rewriteRedirectPath(matched.route, request, true);
  const code = action.kind === 'redirect' ? action.redirect.source.responseCode : action.directResponse.status;
  const body = action.kind === 'directResponse' ? (action.directResponse.body ?? '') : '';
  // Unlike the router, the tool mutates the response headers after those of the body are set.
  const reply = prepareLocalReply({ status: code, body, details: '' }, rewritten);
  const response = finalizeResponse(matched, undefined, reply.response, { connection: CONNECTION, request: rewritten });
  return { redirect: redirectUri(matched.route, rewritten), code, request: rewritten, response };
}

function route(configuration: CompiledRouteConfiguration, input: Input): Outcome {
  const request = requestOf(input);
  const random = input.random_value ?? 0;
  const context = { connection: CONNECTION, metadata: metadataOf(input), runtimeFraction: runtimeOf(input) };
  const result = matchRoute(configuration, request, context, random);
  const nothing: Outcome = {
    cluster: '',
    virtualCluster: '',
    virtualHost: '',
    path: '',
    host: '',
    redirect: '',
    code: 0,
    timeoutNs: 0,
    metadata: {},
    request,
    response: NO_RESPONSE,
  };
  if (result.kind === 'sslRedirect') {
    return { ...nothing, redirect: `https://${request.authority}${request.path}`, code: 301 };
  }
  if (result.kind === 'noRoute') return nothing;
  const matched: MatchedRoute = { configuration, virtualHost: result.virtualHost, route: result.route };
  const metadata = result.route.source.metadata ?? {};
  return { ...nothing, metadata, ...forwardOutcome(matched, request, random), ...directOutcome(matched, request) };
}

function compare(name: string, actual: unknown, expected: unknown): readonly string[] {
  return expected === undefined || actual === expected
    ? []
    : [`${name}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}

function checkHeaders(
  what: string,
  matchers: readonly JsonObject[] | undefined,
  read: (name: string) => string | undefined,
): readonly string[] {
  return (matchers ?? []).flatMap((json) => {
    const matcher = decodeHeaderMatcher(json);
    const actual = read(matcher.name);
    return matchHeader(matcher, actual)
      ? []
      : [`${what} ${JSON.stringify(json)} does not match ${JSON.stringify(actual)}`];
  });
}

function checkMetadata(outcome: Outcome, wanted: Validate['route_metadata']): readonly string[] {
  return (wanted ?? []).flatMap(({ namespace, key, value }) => {
    const actual = (outcome.metadata[namespace] as JsonObject | undefined)?.[key];
    return compare(`metadata ${namespace}.${key}`, actual, value);
  });
}

function problemsOf(outcome: Outcome, wanted: Validate): readonly string[] {
  const timeoutNs = wanted.timeout === undefined ? undefined : Number(wanted.timeout.replace('s', '')) * 1e9;
  return [
    ...compare('cluster', outcome.cluster, wanted.cluster_name),
    ...compare('virtual cluster', outcome.virtualCluster, wanted.virtual_cluster_name),
    ...compare('virtual host', outcome.virtualHost, wanted.virtual_host_name),
    ...compare('path', outcome.path, wanted.path_rewrite),
    ...compare('host', outcome.host, wanted.host_rewrite),
    ...compare('redirect', outcome.redirect, wanted.path_redirect),
    ...compare('code', outcome.code, wanted.code_redirect),
    ...compare('timeout', outcome.timeoutNs, timeoutNs),
    ...checkHeaders('request header', wanted.request_header_matches, (name) => requestHeader(outcome.request, name)),
    ...checkHeaders('response header', wanted.response_header_matches, (name) =>
      responseHeader(outcome.response, name),
    ),
    ...checkMetadata(outcome, wanted.route_metadata),
  ];
}

function compileFile(file: CheckFile): CompiledRouteConfiguration {
  const compiled = compileRouteConfiguration(decodedOrThrow(decodeRouteConfiguration(file.config)));
  if (!compiled.ok) throw new Error(`refused: ${compiled.error}`);
  return compiled.value;
}

export function runSuite(): SuiteResult {
  const index = JSON.parse(readShared('conformance', 'envoy-router-check', 'cases.json')) as Index;
  const recorder = new CaseRecorder('envoy-router-check', SKIPS);
  for (const entry of index.cases) {
    const file = JSON.parse(readShared('conformance', 'envoy-router-check', entry.normalized)) as CheckFile;
    for (const [position, test] of file.tests.entries()) {
      recorder.run(`${entry.name}/${position}/${test.test_name}`, () => {
        const problems = problemsOf(route(compileFile(file), test.input), test.validate);
        if (entry.failingTests?.includes(test.test_name) !== true) return problems;
        // Upstream's tool has to find fault with this test.
        return problems.length > 0 ? [] : ['upstream expects this test to fail, but it holds'];
      });
    }
  }
  return recorder.result();
}
