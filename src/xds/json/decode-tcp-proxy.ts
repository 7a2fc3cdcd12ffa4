import type { TcpProxy } from '../listeners';
import type { HashPolicy } from '../routes';
import { accessLogsOf } from './decode-access-log';
import type { MessageReader } from './reader';

/** Envoy's default of the TCP proxy's `idle_timeout`. */
const IDLE_TIMEOUT_NS = 3_600_000_000_000;

function clusterOf(reader: MessageReader): TcpProxy['cluster'] {
  reader.oneOf(['cluster', 'weightedClusters']);
  const weighted = reader.message(
    'weightedClusters',
    'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster',
  );
  if (weighted === undefined) return { kind: 'cluster', cluster: reader.text('cluster') };
  const clusters = weighted
    .messages('clusters', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight')
    .map((entry) => ({ name: entry.text('name'), weight: entry.count('weight'), ...entry.extra() }));
  return { kind: 'weightedClusters', clusters };
}

/** api/envoy/type/v3/hash_policy.proto: the address of the client, or a value of the filter state. */
function hashPoliciesOf(reader: MessageReader): HashPolicy[] {
  return reader.messages('hashPolicy').flatMap((policy): HashPolicy[] => {
    if (policy.present('sourceIp')) return [{ policy: { kind: 'sourceIp' }, terminal: false }];
    const state = policy.message('filterState');
    return state === undefined ? [] : [{ policy: { kind: 'filterState', key: state.text('key') }, terminal: false }];
  });
}

/** api/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
export function readTcpProxy(reader: MessageReader): TcpProxy {
  const maxDurationNs = reader.optionalDuration('maxDownstreamConnectionDuration');
  return {
    statPrefix: reader.text('statPrefix'),
    cluster: clusterOf(reader),
    idleTimeoutNs: reader.duration('idleTimeout', IDLE_TIMEOUT_NS),
    maxConnectAttempts: reader.wrappedCount('maxConnectAttempts', 1),
    hashPolicy: hashPoliciesOf(reader),
    accessLog: accessLogsOf(reader, 'accessLog'),
    ...(maxDurationNs === undefined ? {} : { maxDownstreamConnectionDurationNs: maxDurationNs }),
    ...reader.extra(),
  };
}
