import { compareStrings, NS_PER_S, parseDuration } from '../../../../base';
import { type ExtAuthzConfig, extAuthzConfig, type JsonObject, type JsonValue } from '../../../../xds';
import type { ExtensionProvider } from '../../mesh-config';
import { outboundClusterName } from '../names';
import type { PushContext } from '../push-context/push-context';

/** Start of the names of rules that only decide whether the external authorizer is asked. */
export const EXT_AUTHZ_PREFIX = 'istio-ext-authz';
/** Prefix of the metadata in which the shadow rules leave their verdict. */
export const EXT_AUTHZ_STAT_PREFIX = 'istio_ext_authz_';
const EFFECTIVE_POLICY = 'shadow_effective_policy_id';
const DEFAULT_TIMEOUT_NS = 600 * NS_PER_S;
const FORBIDDEN = 403;
const MAX_PORT = 65_535;
const MAX_PROVIDER_NAME = 63;

/** An external authorizer for both sorts of filter chain; `tcp` is absent where the provider speaks HTTP. */
export interface ExtAuthz {
  readonly http: ExtAuthzConfig;
  readonly tcp?: ExtAuthzConfig;
}

type Fields = ExtensionProvider['config'];

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function textsOf(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(fields: Fields, name: string): JsonObject | undefined {
  const value = fields[name];
  return isObject(value) ? value : undefined;
}

function timeoutNs(fields: Fields): number {
  const parsed = parseDuration(textOf(fields, 'timeout'));
  return parsed.ok ? parsed.value : DEFAULT_TIMEOUT_NS;
}

/**
 * The cluster of a service `NAMESPACE/HOST`, or of a host that only one namespace has.
 * istio/istio pilot/pkg/model/telemetry_logging.go (LookupCluster)
 */
export function lookupCluster(
  push: Pick<PushContext, 'services'>,
  service: string,
  port: number,
): { readonly hostname: string; readonly cluster: string } | undefined {
  const slash = service.indexOf('/');
  const hostname = slash < 0 ? service : service.slice(slash + 1);
  const declared = push.services.byHostname.get(hostname);
  const found = slash < 0 ? declared?.size === 1 : declared?.has(service.slice(0, slash)) === true;
  return found ? { hostname, cluster: outboundClusterName(hostname, port) } : undefined;
}

/** istio/istio pilot/pkg/security/authz/builder/extauthz.go (validateProviderName) */
function isProviderName(name: string): boolean {
  return name.length <= MAX_PROVIDER_NAME && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name);
}

/** api/envoy/type/v3/http_status.proto: the codes that an Envoy can answer with. */
const STATUS_CODES: ReadonlySet<number> = new Set([
  100, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403,
  404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 429, 431, 500,
  501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
]);

/** Undefined: not a status code; `default` when none is set. */
function statusOnError(fields: Fields): number | 'default' | undefined {
  const text = textOf(fields, 'statusOnError');
  if (text === '') return 'default';
  const code = Number(text);
  return STATUS_CODES.has(code) ? code : undefined;
}

const HEADER_LISTS = [
  'includeRequestHeadersInCheck',
  'includeHeadersInCheck',
  'headersToDownstreamOnDeny',
  'headersToDownstreamOnAllow',
  'headersToUpstreamOnAllow',
] as const;

/** A list of header names with wildcards, as Envoy's ListStringMatcher; undefined when empty. */
function headerPatterns(names: readonly string[]): JsonObject | undefined {
  if (names.length === 0) return undefined;
  const patterns = names.map((name): JsonObject => {
    if (name.startsWith('*')) return { suffix: name.slice(1), ignoreCase: true };
    if (name.endsWith('*')) return { prefix: name.slice(0, -1), ignoreCase: true };
    return { exact: name, ignoreCase: true };
  });
  return { patterns };
}

function defined(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) result[name] = value;
  return result;
}

function unlessEmpty(value: JsonObject): JsonObject | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

/** istio/istio pilot/pkg/security/authz/builder/extauthz.go (withBodyRequest): settings that are false or 0 stay unsaid. */
function bodySettings(fields: Fields): JsonObject | undefined {
  const body = objectOf(fields, 'includeRequestBodyInCheck');
  if (body === undefined) return undefined;
  return defined({
    maxRequestBytes: body['maxRequestBytes'] === 0 ? undefined : body['maxRequestBytes'],
    allowPartialMessage: body['allowPartialMessage'] === true ? true : undefined,
    packAsBytes: body['packAsBytes'] === true ? true : undefined,
  });
}

function additionalHeaders(fields: Fields): JsonObject | undefined {
  const added = Object.entries(objectOf(fields, 'includeAdditionalHeadersInCheck') ?? {});
  if (added.length === 0) return undefined;
  const sorted = added.sort(([a], [b]) => compareStrings(a, b));
  return { headersToAdd: sorted.map(([key, value]) => ({ key, value })) };
}

/** istio/istio pilot/pkg/security/authz/builder/extauthz.go (generateHTTPConfig) */
function httpService(fields: Fields): JsonObject | undefined {
  const response = defined({
    allowedUpstreamHeaders: headerPatterns(textsOf(fields, 'headersToUpstreamOnAllow')),
    allowedClientHeaders: headerPatterns(textsOf(fields, 'headersToDownstreamOnDeny')),
    allowedClientHeadersOnSuccess: headerPatterns(textsOf(fields, 'headersToDownstreamOnAllow')),
  });
  return unlessEmpty(
    defined({ authorizationRequest: additionalHeaders(fields), authorizationResponse: unlessEmpty(response) }),
  );
}

/** What the verdict of the shadow rules has to say for the authorizer to be asked. */
function enabledBy(filter: string, provider: string): NonNullable<ExtAuthzConfig['filterEnabledMetadata']> {
  return {
    filter,
    path: [`${EXT_AUTHZ_STAT_PREFIX}${EFFECTIVE_POLICY}`],
    match: {
      kind: 'string',
      match: { kind: 'prefix', value: `${EXT_AUTHZ_PREFIX}-${provider}`, ignoreCase: false },
    },
  };
}

const HTTP_RBAC = 'envoy.filters.http.rbac';
const NETWORK_RBAC = 'envoy.filters.network.rbac';

function common(fields: Fields): Pick<ExtAuthzConfig, 'failureModeAllow'> {
  return { failureModeAllow: fields['failOpen'] === true };
}

function extraOf(fields: Readonly<Record<string, JsonValue | undefined>>): Pick<ExtAuthzConfig, 'extra'> {
  const extra = unlessEmpty(defined(fields));
  return extra === undefined ? {} : { extra };
}

interface Resolved {
  readonly hostname: string;
  readonly cluster: string;
  readonly status: number | 'default';
}

/** Undefined: the provider is set up wrongly, and nothing may depend on it. */
function resolve(push: Pick<PushContext, 'services'>, provider: ExtensionProvider): Resolved | undefined {
  const port = provider.config['port'];
  const status = statusOnError(provider.config);
  if (!isProviderName(provider.name) || status === undefined) return undefined;
  if (typeof port !== 'number' || port < 1 || port > MAX_PORT) return undefined;
  const found = lookupCluster(push, textOf(provider.config, 'service'), port);
  return found === undefined ? undefined : { ...found, status };
}

/** Envoy's default, where it was written down all the same. */
function writtenStatus(status: number | 'default'): JsonObject | undefined {
  return status === FORBIDDEN ? { code: 'Forbidden' } : undefined;
}

function statusFields(status: number | 'default'): Partial<Pick<ExtAuthzConfig, 'statusOnError'>> {
  return status === 'default' ? {} : { statusOnError: status };
}

/** istio/istio pilot/pkg/security/authz/builder/extauthz.go (buildExtAuthzHTTP) */
function buildHttpProvider(provider: ExtensionProvider, { hostname, cluster, status }: Resolved): ExtAuthz | undefined {
  const fields = provider.config;
  const pathPrefix = textOf(fields, 'pathPrefix');
  if (pathPrefix !== '' && !pathPrefix.startsWith('/')) return undefined;
  if (HEADER_LISTS.some((name) => textsOf(fields, name).includes('*'))) return undefined;
  const included = textsOf(fields, 'includeRequestHeadersInCheck');
  const allowed = included.length > 0 ? included : textsOf(fields, 'includeHeadersInCheck');
  return {
    http: extAuthzConfig({
      service: {
        kind: 'http',
        cluster,
        timeoutNs: timeoutNs(fields),
        ...(pathPrefix === '' ? {} : { pathPrefix }),
        uri: `http://${hostname}`,
      },
      ...common(fields),
      ...statusFields(status),
      filterEnabledMetadata: enabledBy(HTTP_RBAC, provider.name),
      ...extraOf({
        statusOnError: writtenStatus(status),
        httpService: httpService(fields),
        allowedHeaders: headerPatterns(allowed),
        withRequestBody: bodySettings(fields),
      }),
    }),
  };
}

/** istio/istio pilot/pkg/security/authz/builder/extauthz.go (buildExtAuthzGRPC) */
function buildGrpcProvider(provider: ExtensionProvider, { hostname, cluster, status }: Resolved): ExtAuthz {
  const fields = provider.config;
  const service = { kind: 'grpc', cluster, timeoutNs: timeoutNs(fields), authority: hostname } as const;
  return {
    http: extAuthzConfig({
      service,
      ...common(fields),
      ...statusFields(status),
      filterEnabledMetadata: enabledBy(HTTP_RBAC, provider.name),
      ...extraOf({ statusOnError: writtenStatus(status), withRequestBody: bodySettings(fields) }),
    }),
    tcp: extAuthzConfig({
      service,
      ...common(fields),
      filterEnabledMetadata: enabledBy(NETWORK_RBAC, provider.name),
    }),
  };
}

/** The authorizer of a name; undefined when there is none, or none that works. */
export function findExtAuthz(push: Pick<PushContext, 'services' | 'mesh'>, name: string): ExtAuthz | undefined {
  const provider = push.mesh.extensionProviders.find((candidate) => candidate.name === name);
  if (provider === undefined) return undefined;
  const resolved = resolve(push, provider);
  if (resolved === undefined) return undefined;
  if (provider.kind === 'envoyExtAuthzHttp') return buildHttpProvider(provider, resolved);
  return provider.kind === 'envoyExtAuthzGrpc' ? buildGrpcProvider(provider, resolved) : undefined;
}
