import type { AccessLogConfig, HttpFilter, JsonValue, NetworkFilter, TracingConfig } from '../../../../xds';
import { fileAccessLog, fractionalPercent } from '../../../../xds';
import type { ExtensionProvider, MeshConfig } from '../../mesh-config';

/** Which side of the proxy a listener serves. istio/istio pilot/pkg/networking/networking.go (ListenerClass) */
export type ListenerClass = 'sidecarInbound' | 'sidecarOutbound' | 'gateway';

const STATS_TYPE = 'type.googleapis.com/stats.PluginConfig';
const TYPED_STRUCT = 'type.googleapis.com/udpa.type.v1.TypedStruct';

/** Field order as istiod's text format. istio/istio pilot/pkg/model/telemetry_logging.go (EnvoyTextLogFormat) */
const TEXT_FORMAT = [
  '[%START_TIME%]',
  '"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%"',
  '%RESPONSE_CODE%',
  '%RESPONSE_FLAGS%',
  '%RESPONSE_CODE_DETAILS%',
  '%CONNECTION_TERMINATION_DETAILS%',
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%"',
  '%BYTES_RECEIVED%',
  '%BYTES_SENT%',
  '%DURATION%',
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  '"%REQ(X-FORWARDED-FOR)%"',
  '"%REQ(USER-AGENT)%"',
  '"%REQ(X-REQUEST-ID)%"',
  '"%REQ(:AUTHORITY)%"',
  '"%UPSTREAM_HOST%"',
  '%UPSTREAM_CLUSTER_RAW%',
  '%UPSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_REMOTE_ADDRESS%',
  '%REQUESTED_SERVER_NAME%',
  '%ROUTE_NAME%\n',
].join(' ');

/** istio/istio pilot/pkg/model/telemetry_logging.go (EnvoyJSONLogFormatIstio) */
const JSON_FORMAT: JsonValue = {
  authority: '%REQ(:AUTHORITY)%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  duration: '%DURATION%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  request_id: '%REQ(X-REQUEST-ID)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  route_name: '%ROUTE_NAME%',
  start_time: '%START_TIME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  user_agent: '%REQ(USER-AGENT)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
};

/** A connection that no filter chain takes leaves no other trace than in the listener's log. */
const NO_ROUTE_ONLY: JsonValue = { responseFlagFilter: { flags: ['NR'] } };

function parseJsonFormat(text: string): JsonValue {
  try {
    const parsed: JsonValue = JSON.parse(text);
    return parsed;
  } catch {
    return JSON_FORMAT;
  }
}

/** istio/istio pilot/pkg/model/telemetry_logging.go (FileAccessLogFromMeshConfig) */
function meshLog(mesh: MeshConfig, path: string): AccessLogConfig {
  const format = mesh.accessLogFormat;
  if (mesh.accessLogEncoding === 'JSON') {
    return fileAccessLog({ path, jsonFormat: format === '' ? JSON_FORMAT : parseJsonFormat(format) });
  }
  const text = format === '' || format.endsWith('\n') ? format : `${format}\n`;
  return fileAccessLog({ path, textFormat: format === '' ? TEXT_FORMAT : text });
}

/** A provider named `envoy` without a format of its own takes that of the mesh. */
function providerLog(mesh: MeshConfig, provider: ExtensionProvider): AccessLogConfig {
  const path = typeof provider.config['path'] === 'string' ? provider.config['path'] : '/dev/stdout';
  return meshLog(mesh, path);
}

/** Logs of requests and connections. istio/istio pilot/pkg/networking/core/accesslog.go (setHTTPAccessLog, setTCPAccessLog) */
export function accessLogsOf(mesh: MeshConfig): readonly AccessLogConfig[] {
  if (mesh.defaultAccessLogProviders.length > 0) {
    return mesh.defaultAccessLogProviders.flatMap((name) => {
      const provider = mesh.extensionProviders.find((candidate) => candidate.name === name);
      return provider?.kind === 'envoyFileAccessLog' ? [providerLog(mesh, provider)] : [];
    });
  }
  return mesh.accessLogFile === '' ? [] : [meshLog(mesh, mesh.accessLogFile)];
}

/** istio/istio pilot/pkg/networking/core/accesslog.go (setListenerAccessLog) */
export function listenerAccessLogsOf(mesh: MeshConfig): readonly AccessLogConfig[] {
  return accessLogsOf(mesh).map((log) => ({ ...log, filter: NO_ROUTE_ONLY }));
}

/** Shares of requests that are traced: all that a client asks for, one per cent of the others. */
const SAMPLING_PERCENT = 1;

/**
 * Tags that name the proxy itself are left out, so that proxies with the same configuration can share it.
 * istio/istio pilot/pkg/networking/core/tracing.go (configureTracing)
 */
export function tracingOf(mesh: MeshConfig): { readonly tracing?: TracingConfig } {
  if (!mesh.enableTracing) return {};
  return {
    tracing: {
      clientSampling: fractionalPercent(100),
      randomSampling: fractionalPercent(SAMPLING_PERCENT),
      overallSampling: fractionalPercent(100),
      spawnUpstreamSpan: false,
      customTags: [],
    },
  };
}

/** Whoever calls from outside may name any host. istio/istio pilot/pkg/model/telemetry.go (disableHostHeaderFallback) */
function statsConfig(side: ListenerClass): JsonValue {
  return side === 'sidecarOutbound' ? {} : { disableHostHeaderFallback: true };
}

function reportsMetrics(mesh: MeshConfig): boolean {
  return mesh.defaultMetricsProviders.includes('prometheus');
}

/** istio/istio pilot/pkg/model/telemetry.go (HTTPFilters) */
export function httpStatsFilters(mesh: MeshConfig, side: ListenerClass): readonly HttpFilter[] {
  if (!reportsMetrics(mesh)) return [];
  return [{ kind: 'opaque', name: 'istio.stats', typeUrl: STATS_TYPE, config: statsConfig(side) }];
}

/** istio/istio pilot/pkg/model/telemetry.go (TCPFilters) */
export function networkStatsFilters(mesh: MeshConfig, side: ListenerClass): readonly NetworkFilter[] {
  if (!reportsMetrics(mesh)) return [];
  return [{ kind: 'opaque', name: 'istio.stats', typeUrl: STATS_TYPE, config: statsConfig(side) }];
}

/** Names of workloads travel in headers, and are looked up for peers that send none. istio/istio pilot/pkg/xds/filters/filters.go */
export function httpMetadataExchange(side: ListenerClass): HttpFilter {
  const direction = side === 'sidecarInbound' ? 'downstream' : 'upstream';
  const value = {
    [`${direction}_discovery`]: [{ istio_headers: {} }, { workload_discovery: {} }],
    [`${direction}_propagation`]: [{ istio_headers: {} }],
  };
  const config = { typeUrl: 'type.googleapis.com/io.istio.http.peer_metadata.Config', value };
  return { kind: 'opaque', name: 'istio.metadata_exchange', typeUrl: TYPED_STRUCT, config };
}

export const NETWORK_METADATA_EXCHANGE: NetworkFilter = {
  kind: 'opaque',
  name: 'istio.metadata_exchange',
  typeUrl: TYPED_STRUCT,
  config: {
    typeUrl: 'type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange',
    value: { enable_discovery: true, protocol: 'istio-peer-exchange' },
  },
};
