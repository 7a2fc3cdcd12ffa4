import type { Session } from '../session';
import { encodeCluster, encodeClusterLoadAssignment, encodeListener, encodeRouteConfiguration } from '../xds';

export type ProxyConfigPart = 'listeners' | 'routes' | 'clusters' | 'endpoints';

/** What the proxy of a pod is told, as Envoy JSON. Empty text when the pod has no proxy. */
export function describeProxyConfig(session: Session, pod: string, as: ProxyConfigPart): string {
  const snapshot = session.cluster.snapshotFor(pod);
  if (snapshot === undefined) return '';
  const parts = {
    listeners: () => snapshot.listeners.map(encodeListener),
    routes: () => snapshot.routes.map(encodeRouteConfiguration),
    clusters: () => snapshot.clusters.map(encodeCluster),
    endpoints: () => snapshot.endpoints.map(encodeClusterLoadAssignment),
  };
  return JSON.stringify(parts[as](), null, 2);
}
