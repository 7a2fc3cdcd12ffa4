import { NS_PER_S } from '../../../../base';
import { type Cluster, cluster, clusterLoadAssignment, httpProtocolOptions } from '../../../../xds';
import type { MeshConfig } from '../../mesh-config';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER } from '../names';
import { circuitBreakersOf, tcpKeepaliveOf } from './connection-pool';
import { METADATA_EXCHANGE } from './telemetry-filters';

/** Source address that tells the packet filter of the pod not to capture the connection again. */
export const INBOUND_BIND_ADDRESS = '127.0.0.6';
const PASSTHROUGH_IDLE_TIMEOUT_NS = 300 * NS_PER_S;

/** A cluster without endpoints. istio/istio pilot/pkg/networking/core/cluster_builder.go (buildBlackHoleCluster) */
export function blackHoleCluster(mesh: MeshConfig): Cluster {
  return cluster({
    name: BLACK_HOLE_CLUSTER,
    altStatName: `${BLACK_HOLE_CLUSTER};`,
    discovery: { kind: 'STATIC', loadAssignment: clusterLoadAssignment({ clusterName: '' }) },
    connectTimeoutNs: mesh.connectTimeoutNs,
  });
}

/** Sends traffic where the client wanted it. istio/istio pilot/pkg/networking/core/cluster_builder.go (buildDefaultPassthroughCluster) */
export function passthroughCluster(mesh: MeshConfig): Cluster {
  return cluster({
    name: PASSTHROUGH_CLUSTER,
    altStatName: `${PASSTHROUGH_CLUSTER};`,
    discovery: { kind: 'ORIGINAL_DST', useHttpHeader: false },
    connectTimeoutNs: mesh.connectTimeoutNs,
    lbPolicy: { kind: 'CLUSTER_PROVIDED' },
    circuitBreakers: circuitBreakersOf(undefined, undefined),
    httpProtocol: httpProtocolOptions({ protocol: 'useDownstream', idleTimeoutNs: PASSTHROUGH_IDLE_TIMEOUT_NS }),
    ...tcpKeepaliveOf(mesh, undefined),
    filters: [METADATA_EXCHANGE],
  });
}

/** Traffic to ports of the pod that no service names. */
export function inboundPassthroughCluster(mesh: MeshConfig): Cluster {
  return {
    ...passthroughCluster(mesh),
    name: INBOUND_PASSTHROUGH_CLUSTER,
    filters: [],
    upstreamBindAddress: INBOUND_BIND_ADDRESS,
  };
}
