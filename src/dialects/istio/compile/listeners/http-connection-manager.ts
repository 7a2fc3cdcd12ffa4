import {
  type ConfigOrigin,
  faultConfig,
  type HttpConnectionManager,
  type HttpFilter,
  httpConnectionManager,
  type JsonObject,
  type NetworkFilter,
  routerFilter,
} from '../../../../xds';
import type { MeshConfig } from '../../mesh-config';
import { dnsCacheConfig } from '../dynamic-dns';
import type { Protocol, Service } from '../model';
import { isWildcardHost } from '../names';
import { isHttp2 } from '../protocol';
import { CORS_FILTER, FAULT_FILTER } from '../routes/filter-overrides';
import { accessLogsOf, httpMetadataExchange, httpStatsFilters, type ListenerClass, tracingOf } from './telemetry';

export interface HttpManagerRequest {
  readonly mesh: MeshConfig;
  readonly side: ListenerClass;
  readonly statPrefix: string;
  readonly routes: HttpConnectionManager['routes'];
  /** CUSTOM, tokens and authorization, in this order; none on outbound listeners. */
  readonly securityFilters: readonly HttpFilter[];
  readonly protocol: Protocol;
  /** The service that the listener is for, when it is for one. */
  readonly service?: Service;
  /** Fields that gateways set otherwise. */
  readonly overrides?: Partial<HttpConnectionManager>;
}

const SERVER_NAME = 'istio-envoy';

const GRPC_STATS: HttpFilter = {
  kind: 'opaque',
  name: 'envoy.filters.http.grpc_stats',
  typeUrl: 'type.googleapis.com/envoy.extensions.filters.http.grpc_stats.v3.FilterConfig',
  config: { emitFilterState: true, statsForAllMethods: false },
};
const GRPC_WEB: HttpFilter = {
  kind: 'opaque',
  name: 'envoy.filters.http.grpc_web',
  typeUrl: 'type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  config: {},
};
/** Tells the other sidecar which protocol the client spoke. istio/istio pilot/pkg/xds/filters/filters.go (Alpn) */
const ALPN_OVERRIDE: HttpFilter = {
  kind: 'opaque',
  name: 'istio.alpn',
  typeUrl: 'type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  config: {
    alpnOverride: [
      { alpnOverride: ['istio-http/1.0', 'istio', 'http/1.0'] },
      { upstreamProtocol: 'HTTP11', alpnOverride: ['istio-http/1.1', 'istio', 'http/1.1'] },
      { upstreamProtocol: 'HTTP2', alpnOverride: ['istio-h2', 'istio', 'h2'] },
    ],
  },
};

/** Resolves the host of each request. istio/istio pilot/pkg/xds/filters/filters.go (BuildSidecarOutboundDynamicForwardProxyFilter) */
function dynamicForwardProxy(service: Service): HttpFilter {
  return {
    kind: 'opaque',
    name: 'envoy.filters.http.dynamic_forward_proxy',
    typeUrl: 'type.googleapis.com/envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig',
    config: { dnsCacheConfig: dnsCacheConfig(service) },
  };
}

/** istio/istio pilot/pkg/networking/core/listener_builder.go (buildHTTPConnectionManager) */
function httpFilters(request: HttpManagerRequest): readonly HttpFilter[] {
  const { side, service, mesh } = request;
  const dynamic =
    side === 'sidecarOutbound' && service?.resolution === 'DynamicDNS' && isWildcardHost(service.hostname);
  return [
    httpMetadataExchange(side),
    ...request.securityFilters,
    ...(request.protocol === 'GRPC-Web' ? [GRPC_WEB] : []),
    GRPC_STATS,
    ...(side === 'sidecarInbound' ? [] : [ALPN_OVERRIDE]),
    { kind: 'fault', name: FAULT_FILTER, fault: faultConfig() },
    { kind: 'cors', name: CORS_FILTER },
    ...httpStatsFilters(mesh, side),
    ...(dynamic && service !== undefined ? [dynamicForwardProxy(service)] : []),
    routerFilter(),
  ];
}

/** istio/istio pilot/pkg/xds/requestidextension/uuid_extension.go (BuildUUIDRequestIDExtension) */
const REQUEST_ID_EXTENSION: JsonObject = {
  typedConfig: {
    '@type': 'type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
    useRequestIdForTraceSampling: true,
  },
};

type Normalization = Pick<HttpConnectionManager, 'normalizePath' | 'mergeSlashes' | 'pathWithEscapedSlashesAction'>;

function normalizationOf(mesh: MeshConfig): Normalization {
  const merges = mesh.pathNormalization === 'MERGE_SLASHES' || mesh.pathNormalization === 'DECODE_AND_MERGE_SLASHES';
  return {
    normalizePath: mesh.pathNormalization !== 'NONE',
    mergeSlashes: merges,
    pathWithEscapedSlashesAction:
      mesh.pathNormalization === 'DECODE_AND_MERGE_SLASHES' ? 'UNESCAPE_AND_FORWARD' : 'KEEP_UNCHANGED',
  };
}

export function buildHttpManager(request: HttpManagerRequest): HttpConnectionManager {
  const { mesh, side } = request;
  const inbound = side === 'sidecarInbound';
  return httpConnectionManager({
    statPrefix: request.statPrefix,
    routes: request.routes,
    httpFilters: httpFilters(request),
    streamIdleTimeoutNs: 0,
    ...normalizationOf(mesh),
    // An outbound listener answers as Envoy itself.
    ...(side === 'sidecarOutbound' ? {} : { serverName: SERVER_NAME }),
    ...(inbound
      ? {
          forwardClientCertDetails: 'APPEND_FORWARD',
          setCurrentClientCertDetails: { subject: true, dns: true, uri: true },
        }
      : {}),
    proxy100Continue: true,
    upgradeTypes: ['websocket'],
    ...tracingOf(mesh),
    accessLog: accessLogsOf(mesh),
    ...request.overrides,
    extra: {
      requestIdExtension: REQUEST_ID_EXTENSION,
      ...(inbound && isHttp2(request.protocol) ? { http2ProtocolOptions: {} } : {}),
      ...request.overrides?.extra,
    },
  });
}

export function httpManagerFilter(request: HttpManagerRequest, origin: ConfigOrigin | undefined): NetworkFilter {
  return {
    kind: 'httpConnectionManager',
    hcm: buildHttpManager(request),
    ...(origin === undefined ? {} : { origin }),
  };
}
