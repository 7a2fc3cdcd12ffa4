import type { CircuitBreakers, CircuitBreakerThresholds, Cluster, HttpProtocolOptions } from '../../../../xds';
import { httpProtocolOptions } from '../../../../xds';
import type { ConnectionPoolSettings, RetryBudget } from '../../kinds';
import type { MeshConfig } from '../../mesh-config';
import { durationNs } from '../durations';
import type { ServicePort } from '../model';
import { isDetected, isHttp, isHttp2 } from '../protocol';

/** Istio lifts every limit that Envoy would set by default. */
export const UNLIMITED = 4_294_967_295;
const DEFAULT_RETRY_BUDGET_PERCENT = 20;
const DEFAULT_MIN_RETRY_CONCURRENCY = 3;
const NS_PER_SECOND = 1_000_000_000;

/** A field of 0 cannot be told from one that is absent. */
function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function retryBudgetOf(budget: RetryBudget | undefined): Pick<CircuitBreakerThresholds, 'retryBudget'> {
  if (budget === undefined) return {};
  return {
    retryBudget: {
      budgetPercent: budget.percent ?? DEFAULT_RETRY_BUDGET_PERCENT,
      minRetryConcurrency: positive(budget.minRetryConcurrency) ?? DEFAULT_MIN_RETRY_CONCURRENCY,
    },
  };
}

/** istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (getDefaultCircuitBreakerThresholds, applyConnectionPool) */
export function circuitBreakersOf(
  pool: ConnectionPoolSettings | undefined,
  retryBudget: RetryBudget | undefined,
): CircuitBreakers {
  const { tcp, http } = pool ?? {};
  return {
    thresholds: [
      {
        priority: 'DEFAULT',
        maxConnections: positive(tcp?.maxConnections) ?? UNLIMITED,
        maxPendingRequests: positive(http?.http1MaxPendingRequests) ?? UNLIMITED,
        maxRequests: positive(http?.http2MaxRequests) ?? UNLIMITED,
        maxRetries: positive(http?.maxRetries) ?? UNLIMITED,
        trackRemaining: false,
        ...retryBudgetOf(retryBudget),
      },
    ],
  };
}

/** istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (shouldH2Upgrade) */
export function upgradesToHttp2(
  port: ServicePort,
  pool: ConnectionPoolSettings | undefined,
  mesh: MeshConfig,
): boolean {
  const http = pool?.http;
  if (http?.useClientProtocol === true) return false;
  if (http?.h2UpgradePolicy === 'UPGRADE') return true;
  if (http?.h2UpgradePolicy === 'DO_NOT_UPGRADE') return false;
  return mesh.h2Upgrade && isHttp(port.protocol);
}

export interface ProtocolInputs {
  readonly port: ServicePort;
  readonly pool: ConnectionPoolSettings | undefined;
  /** Outbound clusters only: whether HTTP/1 requests travel as HTTP/2. */
  readonly upgrade: boolean;
  /** Whether the protocol of detected ports follows the client's; gateways never do. */
  readonly followsClient: boolean;
}

function protocolOf(inputs: ProtocolInputs): HttpProtocolOptions['protocol'] {
  if (inputs.pool?.http?.useClientProtocol === true) return 'useDownstream';
  if (isHttp2(inputs.port.protocol)) return 'http2';
  // A port whose protocol is detected follows the client before an upgrade can be applied to it.
  if (inputs.followsClient && isDetected(inputs.port.protocol)) return 'useDownstream';
  return inputs.upgrade ? 'http2' : 'http1';
}

/** istio/istio pilot/pkg/networking/core/cluster_builder.go (setUpstreamProtocol) */
export function httpProtocolOf(inputs: ProtocolInputs): HttpProtocolOptions {
  const { tcp, http } = inputs.pool ?? {};
  const protocol = protocolOf(inputs);
  const idleTimeoutNs = durationNs(http?.idleTimeout) ?? durationNs(tcp?.idleTimeout);
  const maxConnectionDurationNs = durationNs(tcp?.maxConnectionDuration);
  const maxRequestsPerConnection = positive(http?.maxRequestsPerConnection);
  const streams = positive(http?.maxConcurrentStreams);
  return httpProtocolOptions({
    protocol,
    ...(idleTimeoutNs === undefined ? {} : { idleTimeoutNs }),
    ...(maxConnectionDurationNs === undefined ? {} : { maxConnectionDurationNs }),
    ...(maxRequestsPerConnection === undefined ? {} : { maxRequestsPerConnection }),
    ...(streams === undefined || protocol !== 'http2' ? {} : { maxConcurrentStreams: streams }),
  });
}

type Keepalive = NonNullable<ConnectionPoolSettings['tcp']>['tcpKeepalive'];

function wholeSecondsNs(text: string | undefined): number | undefined {
  const ns = durationNs(text);
  return ns === undefined ? undefined : Math.floor(ns / NS_PER_SECOND) * NS_PER_SECOND;
}

/** Fields of the rule over those of the mesh. istio/istio pilot/pkg/networking/core/cluster.go (applyTCPKeepalive) */
export function tcpKeepaliveOf(mesh: MeshConfig, own: Keepalive): Pick<Cluster, 'tcpKeepalive'> {
  const base = mesh.tcpKeepalive;
  if (base === undefined && own === undefined) return {};
  const probes = positive(own?.probes) ?? positive(base?.probes);
  const timeNs = wholeSecondsNs(own?.time) ?? wholeSecondsNs(base?.time);
  const intervalNs = wholeSecondsNs(own?.interval) ?? wholeSecondsNs(base?.interval);
  return {
    tcpKeepalive: {
      ...(probes === undefined ? {} : { probes }),
      ...(timeNs === undefined ? {} : { timeNs }),
      ...(intervalNs === undefined ? {} : { intervalNs }),
    },
  };
}

export function connectTimeoutOf(mesh: MeshConfig, pool: ConnectionPoolSettings | undefined): number {
  return durationNs(pool?.tcp?.connectTimeout) ?? mesh.connectTimeoutNs;
}
