import type { HttpConnectionManager, TracingConfig } from '../listeners';
import type { FractionalPercent } from '../matchers';
import { AGGREGATED_SOURCE, configSourcePart } from './config-sources';
import { accessLogsOf } from './decode-access-log';
import { readHttpFilter } from './decode-http-filters';
import { readPercent } from './decode-matchers';
import { upgradesOf } from './decode-route-action';
import { readRouteConfiguration } from './decode-routes';
import type { MessageReader } from './reader';

const NS_PER_S = 1_000_000_000;
/** Envoy's default of `stream_idle_timeout`. */
const STREAM_IDLE_TIMEOUT_NS = 300 * NS_PER_S;
/** Envoy's default of `HttpProtocolOptions.idle_timeout`. */
const IDLE_TIMEOUT_NS = 3600 * NS_PER_S;

/** A Percent is a double; sampling needs it in hundredths of a percent at most. */
function samplingOf(reader: MessageReader, field: string): FractionalPercent {
  const percent = readPercent(reader, field) ?? 100;
  return Number.isInteger(percent)
    ? { numerator: percent, denominator: 100 }
    : { numerator: Math.round(percent * 100), denominator: 10_000 };
}

function tracingOf(reader: MessageReader): TracingConfig | undefined {
  const tracing = reader.message(
    'tracing',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing',
  );
  if (tracing === undefined) return undefined;
  const provider = tracing.object('provider');
  return {
    clientSampling: samplingOf(tracing, 'clientSampling'),
    randomSampling: samplingOf(tracing, 'randomSampling'),
    overallSampling: samplingOf(tracing, 'overallSampling'),
    spawnUpstreamSpan: tracing.wrappedFlag('spawnUpstreamSpan', false),
    customTags: tracing.list('customTags'),
    ...(provider === undefined ? {} : { provider }),
    ...tracing.extra(),
  };
}

function routesOf(reader: MessageReader): HttpConnectionManager['routes'] {
  reader.oneOf(['rds', 'routeConfig', 'scopedRoutes']);
  const rds = reader.message('rds', 'envoy.extensions.filters.network.http_connection_manager.v3.Rds');
  if (rds !== undefined) {
    const source = configSourcePart(rds.object('configSource'), AGGREGATED_SOURCE);
    return { kind: 'rds', routeConfigName: rds.text('routeConfigName'), ...source };
  }
  const inline = reader.message('routeConfig', 'envoy.config.route.v3.RouteConfiguration');
  if (inline !== undefined) return { kind: 'inline', routeConfig: readRouteConfiguration(inline, true) };
  const scoped = reader.object('scopedRoutes');
  if (scoped !== undefined) reader.log.notSimulated(reader.pathOf('scopedRoutes'));
  else reader.problem('routeSpecifier', 'is required');
  return { kind: 'scoped', config: scoped ?? {} };
}

function clientCertDetailsOf(reader: MessageReader): HttpConnectionManager['setCurrentClientCertDetails'] {
  const details = reader.message(
    'setCurrentClientCertDetails',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails',
  );
  return {
    subject: details?.wrappedFlag('subject', false) ?? false,
    dns: details?.flag('dns') ?? false,
    uri: details?.flag('uri') ?? false,
    ...(details?.flag('cert') ? { cert: true } : {}),
    ...(details?.flag('chain') ? { chain: true } : {}),
  };
}

type Limits = Pick<
  HttpConnectionManager,
  | 'idleTimeoutNs'
  | 'maxStreamDurationNs'
  | 'maxConnectionDurationNs'
  | 'maxRequestsPerConnection'
  | 'acceptHttp10'
  | 'maxConcurrentStreams'
>;

/** What stands in the protocol options inside the connection manager. */
function limitsOf(reader: MessageReader): Limits {
  const common = reader.message('commonHttpProtocolOptions', 'envoy.config.core.v3.HttpProtocolOptions');
  const http1 = reader.message('httpProtocolOptions', 'envoy.config.core.v3.Http1ProtocolOptions');
  const http2 = reader.message('http2ProtocolOptions', 'envoy.config.core.v3.Http2ProtocolOptions');
  const maxStreamDurationNs = common?.optionalDuration('maxStreamDuration');
  const maxConnectionDurationNs = common?.optionalDuration('maxConnectionDuration');
  const maxRequestsPerConnection = common?.optionalCount('maxRequestsPerConnection');
  const maxConcurrentStreams = http2?.optionalCount('maxConcurrentStreams');
  return {
    idleTimeoutNs: common?.duration('idleTimeout', IDLE_TIMEOUT_NS) ?? IDLE_TIMEOUT_NS,
    acceptHttp10: http1?.flag('acceptHttp10') ?? false,
    ...(maxStreamDurationNs === undefined ? {} : { maxStreamDurationNs }),
    ...(maxConnectionDurationNs === undefined ? {} : { maxConnectionDurationNs }),
    ...(maxRequestsPerConnection === undefined ? {} : { maxRequestsPerConnection }),
    ...(maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams }),
  };
}

const ESCAPED_SLASHES = [
  'IMPLEMENTATION_SPECIFIC_DEFAULT',
  'KEEP_UNCHANGED',
  'REJECT_REQUEST',
  'UNESCAPE_AND_REDIRECT',
  'UNESCAPE_AND_FORWARD',
] as const;

const CLIENT_CERT_DETAILS = [
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
] as const;

function codecTypeOf(reader: MessageReader): HttpConnectionManager['codecType'] {
  const codec = reader.choice('codecType', ['AUTO', 'HTTP1', 'HTTP2', 'HTTP3']);
  if (codec !== 'HTTP3') return codec;
  reader.log.notSimulated(`${reader.pathOf('codecType')} (HTTP3)`);
  return 'HTTP3';
}

/** api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto */
export function readHttpConnectionManager(reader: MessageReader): HttpConnectionManager {
  const tracing = tracingOf(reader);
  return {
    statPrefix: reader.text('statPrefix'),
    codecType: codecTypeOf(reader),
    routes: routesOf(reader),
    httpFilters: reader
      .messages('httpFilters', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter')
      .map(readHttpFilter),
    useRemoteAddress: reader.optionalFlag('useRemoteAddress') ?? false,
    xffNumTrustedHops: reader.count('xffNumTrustedHops'),
    skipXffAppend: reader.flag('skipXffAppend'),
    streamIdleTimeoutNs: reader.duration('streamIdleTimeout', STREAM_IDLE_TIMEOUT_NS),
    requestTimeoutNs: reader.duration('requestTimeout', 0),
    requestHeadersTimeoutNs: reader.duration('requestHeadersTimeout', 0),
    normalizePath: reader.wrappedFlag('normalizePath', false),
    mergeSlashes: reader.flag('mergeSlashes'),
    pathWithEscapedSlashesAction: reader.choice('pathWithEscapedSlashesAction', ESCAPED_SLASHES),
    stripMatchingHostPort: reader.flag('stripMatchingHostPort'),
    stripAnyHostPort: reader.flag('stripAnyHostPort'),
    stripTrailingHostDot: reader.flag('stripTrailingHostDot'),
    serverName: reader.text('serverName'),
    forwardClientCertDetails: reader.choice('forwardClientCertDetails', CLIENT_CERT_DETAILS),
    setCurrentClientCertDetails: clientCertDetailsOf(reader),
    proxy100Continue: reader.flag('proxy100Continue'),
    preserveExternalRequestId: reader.flag('preserveExternalRequestId'),
    accessLog: accessLogsOf(reader, 'accessLog'),
    ...upgradesOf(reader),
    ...limitsOf(reader),
    ...(tracing === undefined ? {} : { tracing }),
    ...reader.extra(),
  };
}
