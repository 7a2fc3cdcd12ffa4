import type { Ns } from '../../../base';
import type { Cluster, HealthCheck } from '../../../xds';
import {
  durationNsOf,
  fieldOf,
  flagOf,
  HeaderMap,
  numberOf,
  objectsOf,
  type RequestView,
  stringsOf,
  textOf,
} from '../semantics';

/** The active health check of a cluster, prepared once. */
export interface CompiledHealthCheck {
  readonly source: HealthCheck;
  readonly protocol: 'http1' | 'http2' | 'tcp';
  /** Head of every check; undefined for a check of TCP. */
  readonly request: RequestView | undefined;
  /** A check of TCP that sends nothing and waits for nothing: the connection alone decides. */
  readonly connectOnly: boolean;
  readonly reusesConnection: boolean;
  /** Most that is added to every interval, nanoseconds. */
  readonly intervalJitterNs: Ns;
  /** The same as percent of the interval. */
  readonly intervalJitterPercent: number;
}

const NS_PER_MS = 1_000_000;

// envoyproxy/envoy source/extensions/health_checkers/http/health_checker_impl.cc HttpActiveHealthCheckSession::onInterval
function httpRequest(cluster: Cluster, check: HealthCheck): RequestView {
  const http = fieldOf(check.extra, 'httpHealthCheck');
  const method = textOf(http, 'method');
  let headers = HeaderMap.of([['user-agent', 'Envoy/HC']]);
  for (const option of objectsOf(fieldOf(http, 'requestHeadersToAdd'))) {
    const header = fieldOf(option, 'header');
    headers = headers.withAdded(textOf(header, 'key').toLowerCase(), textOf(header, 'value'));
  }
  for (const name of stringsOf(fieldOf(http, 'requestHeadersToRemove'))) headers = headers.without(name.toLowerCase());
  return {
    method: method === '' || method === 'METHOD_UNSPECIFIED' ? 'GET' : method,
    scheme: cluster.transportSocket === undefined ? 'http' : 'https',
    authority: check.host ?? cluster.name,
    path: check.path ?? '/',
    headers,
  };
}

// envoyproxy/envoy source/extensions/health_checkers/grpc/health_checker_impl.cc GrpcActiveHealthCheckSession::onInterval
function grpcRequest(cluster: Cluster, check: HealthCheck): RequestView {
  const authority = textOf(fieldOf(check.extra, 'grpcHealthCheck'), 'authority');
  return {
    method: 'POST',
    scheme: cluster.transportSocket === undefined ? 'http' : 'https',
    authority: authority === '' ? cluster.name : authority,
    path: '/grpc.health.v1.Health/Check',
    headers: HeaderMap.of([
      ['te', 'trailers'],
      ['content-type', 'application/grpc'],
      ['user-agent', 'Envoy/HC'],
    ]),
  };
}

function protocolOf(check: HealthCheck): CompiledHealthCheck['protocol'] {
  if (check.kind === 'tcp') return 'tcp';
  if (check.kind === 'grpc') return 'http2';
  return textOf(fieldOf(check.extra, 'httpHealthCheck'), 'codecClientType') === 'HTTP2' ? 'http2' : 'http1';
}

function headOf(cluster: Cluster, check: HealthCheck): RequestView | undefined {
  if (check.kind === 'tcp') return undefined;
  return check.kind === 'http' ? httpRequest(cluster, check) : grpcRequest(cluster, check);
}

/** Undefined: the cluster has none. Envoy takes exactly one. */
// envoyproxy/envoy source/common/upstream/cluster_factory_impl.cc ClusterFactoryImplBase::create
export function compileHealthCheck(cluster: Cluster): CompiledHealthCheck | undefined {
  const [check] = cluster.healthChecks;
  if (check === undefined) return undefined;
  const tcp = fieldOf(check.extra, 'tcpHealthCheck');
  return {
    source: check,
    protocol: protocolOf(check),
    request: headOf(cluster, check),
    connectOnly: check.kind === 'tcp' && objectsOf(fieldOf(tcp, 'receive')).length === 0,
    reusesConnection: flagOf(check.extra, 'reuseConnection', true),
    intervalJitterNs: Math.floor((durationNsOf(check.extra, 'intervalJitter') ?? 0) / NS_PER_MS) * NS_PER_MS,
    intervalJitterPercent: numberOf(check.extra, 'intervalJitterPercent', 0),
  };
}
