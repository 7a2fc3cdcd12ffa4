import {
  encodeCluster,
  encodeClusterLoadAssignment,
  encodeListener,
  encodeRouteConfiguration,
  type JsonValue,
} from '../xds';
import type { Session } from './session';

export const PROXY_CONFIG_PARTS = ['listeners', 'routes', 'clusters', 'endpoints'] as const;
export type ProxyConfigPart = (typeof PROXY_CONFIG_PARTS)[number];

export function isProxyConfigPart(text: string): text is ProxyConfigPart {
  return PROXY_CONFIG_PARTS.some((part) => part === text);
}

/** What the control plane tells the proxy of a pod, as Envoy JSON; undefined when the pod has no proxy. */
export function describeProxyConfig(
  session: Session,
  pod: string,
): Readonly<Record<ProxyConfigPart, readonly JsonValue[]>> | undefined {
  const snapshot = session.cluster.snapshotFor(pod);
  if (snapshot === undefined) return undefined;
  return {
    listeners: snapshot.listeners.map(encodeListener),
    routes: snapshot.routes.map(encodeRouteConfiguration),
    clusters: snapshot.clusters.map(encodeCluster),
    endpoints: snapshot.endpoints.map(encodeClusterLoadAssignment),
  };
}
