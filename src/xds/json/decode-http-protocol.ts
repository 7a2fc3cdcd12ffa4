import type { HttpProtocolOptions } from '../clusters';
import type { JsonObject } from '../json-value';
import { isJsonObject } from './json-text';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

type Limits = Omit<HttpProtocolOptions, 'protocol' | 'extra' | 'deprecatedForm'>;

/** Limits of a connection, which stand in the common options and in those of HTTP/1 and HTTP/2. */
function limitsOf(
  common: MessageReader | undefined,
  http1: MessageReader | undefined,
  http2: MessageReader | undefined,
): Limits {
  const idleTimeoutNs = common?.optionalDuration('idleTimeout');
  const maxConnectionDurationNs = common?.optionalDuration('maxConnectionDuration');
  const maxStreamDurationNs = common?.optionalDuration('maxStreamDuration');
  const maxRequestsPerConnection = common?.optionalCount('maxRequestsPerConnection');
  const maxConcurrentStreams = http2?.optionalCount('maxConcurrentStreams');
  return {
    ...(idleTimeoutNs === undefined ? {} : { idleTimeoutNs }),
    ...(maxConnectionDurationNs === undefined ? {} : { maxConnectionDurationNs }),
    ...(maxStreamDurationNs === undefined ? {} : { maxStreamDurationNs }),
    ...(maxRequestsPerConnection === undefined ? {} : { maxRequestsPerConnection }),
    ...(maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams }),
    ...(http1?.flag('acceptHttp10') ? { http10: true } : {}),
  };
}

const COMMON = 'envoy.config.core.v3.HttpProtocolOptions';
const HTTP1 = 'envoy.config.core.v3.Http1ProtocolOptions';
const HTTP2 = 'envoy.config.core.v3.Http2ProtocolOptions';

/** The status codes of an error matcher of the one shape that Istio writes; undefined for any other. */
function errorCodesOf(outlier: JsonObject): readonly number[] | undefined {
  const matcher = outlier['errorMatcher'];
  if (!isJsonObject(matcher)) return undefined;
  const any = isJsonObject(matcher['orMatch']) ? matcher['orMatch']['rules'] : [matcher];
  if (!Array.isArray(any)) return undefined;
  const codes: number[] = [];
  for (const rule of any) {
    const headers =
      isJsonObject(rule) && isJsonObject(rule['httpResponseHeadersMatch'])
        ? rule['httpResponseHeadersMatch']['headers']
        : undefined;
    const header = Array.isArray(headers) && headers.length === 1 ? headers[0] : undefined;
    const match = isJsonObject(header) && header['name'] === ':status' ? header['stringMatch'] : undefined;
    const code = isJsonObject(match) ? Number(match['exact']) : Number.NaN;
    if (!Number.isInteger(code)) return undefined;
    codes.push(code);
  }
  return codes;
}

/** The protocol options of a cluster and the error codes that they give to outlier detection. */
export interface DecodedProtocol {
  readonly options: HttpProtocolOptions;
  readonly httpErrorCodes?: readonly number[];
}

/** api/envoy/extensions/upstreams/http/v3/http_protocol_options.proto */
function readTypedOptions(reader: MessageReader): DecodedProtocol {
  const set = reader.oneOf(['explicitHttpConfig', 'useDownstreamProtocolConfig', 'autoConfig']);
  const explicit = reader.message(
    'explicitHttpConfig',
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig',
  );
  const shared =
    reader.message(
      'useDownstreamProtocolConfig',
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig',
    ) ?? reader.message('autoConfig', 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig');
  const config = explicit ?? shared;
  if (config === undefined) reader.problem('upstreamProtocolOptions', 'is required');
  const explicitProtocol = explicit?.oneOf(['httpProtocolOptions', 'http2ProtocolOptions', 'http3ProtocolOptions']);
  const limits = limitsOf(
    reader.message('commonHttpProtocolOptions', COMMON),
    config?.messageOrPresent('httpProtocolOptions', HTTP1),
    config?.messageOrPresent('http2ProtocolOptions', HTTP2),
  );
  const upstream = reader.message('upstreamHttpProtocolOptions', 'envoy.config.core.v3.UpstreamHttpProtocolOptions');
  const outlier = reader.peek('outlierDetection');
  const httpErrorCodes = isJsonObject(outlier) ? errorCodesOf(outlier) : undefined;
  if (httpErrorCodes !== undefined) reader.take('outlierDetection');
  const options: HttpProtocolOptions = {
    protocol: sharedProtocol(set) ?? EXPLICIT_PROTOCOLS[explicitProtocol ?? 'httpProtocolOptions'],
    ...limits,
    ...(upstream?.flag('autoSni') ? { autoSni: true } : {}),
    ...(upstream?.flag('autoSanValidation') ? { autoSanValidation: true } : {}),
    ...reader.extra(),
  };
  return httpErrorCodes === undefined ? { options } : { options, httpErrorCodes };
}

const EXPLICIT_PROTOCOLS = {
  httpProtocolOptions: 'http1',
  http2ProtocolOptions: 'http2',
  http3ProtocolOptions: 'http3',
} as const;

function sharedProtocol(set: string | undefined): 'useDownstream' | 'auto' | undefined {
  if (set === 'useDownstreamProtocolConfig') return 'useDownstream';
  return set === 'autoConfig' ? 'auto' : undefined;
}

/** The deprecated options that stand in the cluster itself. */
function readDeprecatedOptions(cluster: MessageReader): HttpProtocolOptions {
  const useDownstream =
    cluster.choice('protocolSelection', ['USE_CONFIGURED_PROTOCOL', 'USE_DOWNSTREAM_PROTOCOL']) ===
    'USE_DOWNSTREAM_PROTOCOL';
  const isHttp2 = cluster.has('http2ProtocolOptions');
  const any =
    useDownstream || isHttp2 || ['httpProtocolOptions', 'commonHttpProtocolOptions'].some((f) => cluster.has(f));
  if (!any) return { protocol: 'http1' };
  const limits = limitsOf(
    cluster.message('commonHttpProtocolOptions', COMMON),
    cluster.message('httpProtocolOptions', HTTP1),
    cluster.messageOrPresent('http2ProtocolOptions', HTTP2),
  );
  const single = isHttp2 ? 'http2' : 'http1';
  return { protocol: useDownstream ? 'useDownstream' : single, ...limits, deprecatedForm: true };
}

/** The protocol that a cluster speaks, from the typed extension options or the deprecated fields. */
export function protocolOf(cluster: MessageReader): DecodedProtocol {
  const extensions = cluster.object('typedExtensionProtocolOptions') ?? {};
  let decoded: DecodedProtocol | undefined;
  const others: Record<string, JsonObject> = {};
  for (const [name, value] of Object.entries(extensions)) {
    const path = `${cluster.pathOf('typedExtensionProtocolOptions')}["${name}"]`;
    const config = cluster.anyAt(value, path);
    if (config?.type === TYPE.httpProtocolOptions) decoded = readTypedOptions(cluster.open(config, config.type));
    else if (isJsonObject(value)) {
      cluster.log.notSimulated(path);
      others[name] = value;
    }
  }
  if (Object.keys(others).length > 0) cluster.put('typedExtensionProtocolOptions', others);
  return decoded ?? { options: readDeprecatedOptions(cluster) };
}
