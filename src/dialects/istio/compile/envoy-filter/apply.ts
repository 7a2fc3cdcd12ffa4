import type { Cluster, Listener, XdsSnapshot } from '../../../../xds';
import { idOf, type Memo } from '../memo';
import type { MeshProxy } from '../model';
import type { PushContext } from '../push-context/push-context';
import { newClusters, patchCluster } from './cluster-patches';
import { newListeners, patchListener } from './listener-patches';
import { type PatchContext, patchesFor } from './patches';
import { type PortMap, patchRouteConfiguration } from './route-patches';

type Resources = Pick<XdsSnapshot, 'listeners' | 'routes' | 'clusters'>;

/** Patched resources by what they were, so that a proxy's neighbour or the next compilation need not do it again. */
export interface PatchMemos {
  readonly listeners: Memo<readonly Listener[]>;
  readonly routes: Memo<XdsSnapshot['routes'][number]>;
  readonly clusters: Memo<readonly Cluster[]>;
}

function portMapOf({ serviceTargets }: MeshProxy): PortMap {
  const ports = new Map<number, Set<number>>();
  for (const { port, targetPort } of serviceTargets) {
    const known = ports.get(targetPort) ?? new Set<number>();
    ports.set(targetPort, known.add(port.port));
  }
  return ports;
}

function directionOf(cluster: Cluster): PatchContext {
  return cluster.name.startsWith('inbound|') || cluster.name === 'InboundPassthroughCluster'
    ? 'SIDECAR_INBOUND'
    : 'SIDECAR_OUTBOUND';
}

/** Changes what was generated for a proxy as EnvoyFilters say. istio/istio pilot/pkg/networking/core/envoyfilter */
export function applyEnvoyFilters(
  resources: Resources,
  push: PushContext,
  proxy: MeshProxy,
  memos: PatchMemos,
): Resources {
  const patches = patchesFor(push, proxy);
  if (patches === undefined) return resources;
  const gateway = proxy.type === 'router';
  const contexts: readonly PatchContext[] = gateway ? ['GATEWAY'] : ['SIDECAR_OUTBOUND', 'SIDECAR_INBOUND'];
  const keyOf = (value: object, context: PatchContext): string => `${idOf(value)} ${context} ${patches.key}`;
  const listeners = resources.listeners.flatMap((listener) => {
    const context = gateway
      ? 'GATEWAY'
      : listener.trafficDirection === 'INBOUND'
        ? 'SIDECAR_INBOUND'
        : 'SIDECAR_OUTBOUND';
    return memos.listeners.get(keyOf(listener, context), () => {
      const patched = patchListener(listener, patches, context);
      return patched === undefined ? [] : [patched];
    });
  });
  const ports = portMapOf(proxy);
  const portsText = [...ports].map(([target, known]) => `${target}:${[...known].join('/')}`).join();
  const [routeContext = 'GATEWAY'] = contexts;
  const routes = resources.routes.map((configuration) =>
    memos.routes.get(`${keyOf(configuration, routeContext)} ${portsText}`, () =>
      patchRouteConfiguration(configuration, patches, routeContext, ports),
    ),
  );
  const clusters = resources.clusters.flatMap((cluster) => {
    const context = gateway ? 'GATEWAY' : directionOf(cluster);
    return memos.clusters.get(keyOf(cluster, context), () => {
      const patched = patchCluster(cluster, patches, context);
      return patched === undefined ? [] : [patched];
    });
  });
  return {
    listeners: [...listeners, ...contexts.flatMap((context) => newListeners(patches, context))],
    routes,
    clusters: [...clusters, ...contexts.flatMap((context) => newClusters(patches, context))],
  };
}
