// Fits a snapshot to the loopback network without redirection of packets: a pure function over listeners and clusters.
import {
  type BootstrapOptions,
  type Cluster,
  clusterLoadAssignment,
  type Listener,
  lbEndpoint,
  localityLbEndpoints,
} from '../../src/xds';
import type { Place } from './contract';

const CAPTURE_PORTS: ReadonlySet<number> = new Set([15001, 15006]);

/**
 * The client's outbound listener of the scenario's port is bound at the client's own address; listeners that only redirection reaches are
 * left out.
 */
export function clientLoopback(place: Place): BootstrapOptions {
  return {
    mapListener: (listener) => {
      if (listener.trafficDirection !== 'OUTBOUND' || listener.address.port !== place.port) return undefined;
      if (CAPTURE_PORTS.has(listener.address.port)) return undefined;
      return bound(listener, place.clientIp, place.port);
    },
    mapCluster: (cluster) => (cluster.discovery.kind === 'ORIGINAL_DST' ? leadingTo(cluster, []) : cluster),
  };
}

/** The inbound listener is bound where clients look for the pod, and the way to the application leads to the application's address. */
export function serverLoopback(place: Place, pod: string): BootstrapOptions {
  return {
    mapListener: (listener) =>
      listener.trafficDirection === 'INBOUND' ? bound(listener, place.ip(pod), place.port) : undefined,
    mapCluster: (cluster) =>
      cluster.discovery.kind === 'ORIGINAL_DST' ? leadingTo(cluster, [place.appIp(pod), place.port]) : cluster,
  };
}

function bound(listener: Listener, address: string, port: number): Listener {
  const { useOriginalDst: _, ...rest } = listener;
  return {
    ...rest,
    useOriginalDst: false,
    address: { address, port },
    additionalAddresses: [],
    bindToPort: true,
    listenerFilters: listener.listenerFilters.filter(({ kind }) => kind !== 'originalDst'),
  };
}

/** The cluster with one fixed endpoint, or none. */
function leadingTo(cluster: Cluster, target: readonly [address: string, port: number] | readonly []): Cluster {
  const { upstreamBindAddress: _, cleanupIntervalNs: __, lbPolicy, ...rest } = cluster;
  const [address, port] = target;
  return {
    ...rest,
    lbPolicy: lbPolicy.kind === 'CLUSTER_PROVIDED' ? { kind: 'ROUND_ROBIN' } : lbPolicy,
    discovery: {
      kind: 'STATIC',
      loadAssignment: clusterLoadAssignment({
        clusterName: cluster.name,
        endpoints:
          address === undefined || port === undefined
            ? []
            : [localityLbEndpoints({ lbEndpoints: [lbEndpoint(address, port)] })],
      }),
    },
  };
}
