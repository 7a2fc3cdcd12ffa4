import { filterChain, filterChainMatch, type Listener, listener, type NetworkFilter, tcpProxy } from '../../../../xds';
import type { MeshConfig } from '../../mesh-config';
import type { MeshProxy } from '../model';
import { BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER, UNSPECIFIED_IP } from '../names';
import type { PushContext } from '../push-context/push-context';
import type { SidecarScope } from '../push-context/sidecar-scope';
import { destinationCluster } from '../routes/http-routes';
import { accessLogsOf, listenerAccessLogsOf, networkStatsFilters } from './telemetry';

interface CatchAllRequest {
  readonly push: PushContext;
  readonly scope: SidecarScope;
}

/** Where traffic goes that nobody knows: on, or nowhere. */
function catchAllCluster(scope: SidecarScope): string {
  if (scope.outboundTrafficPolicy === 'REGISTRY_ONLY') return BLACK_HOLE_CLUSTER;
  const proxy = scope.sidecar?.object.spec?.outboundTrafficPolicy?.egressProxy;
  return proxy === undefined ? PASSTHROUGH_CLUSTER : destinationCluster(proxy, undefined, 0);
}

/** istio/istio pilot/pkg/networking/core/listener_builder.go (buildOutboundCatchAllNetworkFiltersOnly) */
export function catchAllFilters({ push, scope }: CatchAllRequest): readonly NetworkFilter[] {
  const cluster = catchAllCluster(scope);
  return [
    ...networkStatsFilters(push.mesh, 'sidecarOutbound'),
    {
      kind: 'tcpProxy',
      tcpProxy: tcpProxy({
        statPrefix: cluster,
        cluster: { kind: 'cluster', cluster },
        accessLog: accessLogsOf(push.mesh),
      }),
      ...(scope.sidecar === undefined
        ? {}
        : { origin: { ref: scope.sidecar.ref, path: ['spec', 'outboundTrafficPolicy'] } }),
    },
  ];
}

/** Connections to the listener's own port would come back to it for ever. */
function blackHoleFilters(mesh: MeshConfig): readonly NetworkFilter[] {
  return [
    ...networkStatsFilters(mesh, 'sidecarOutbound'),
    {
      kind: 'tcpProxy',
      tcpProxy: tcpProxy({ statPrefix: BLACK_HOLE_CLUSTER, cluster: { kind: 'cluster', cluster: BLACK_HOLE_CLUSTER } }),
    },
  ];
}

/**
 * The listener that takes all captured traffic and hands it to the one for its destination.
 * istio/istio pilot/pkg/networking/core/listener_builder.go (buildVirtualOutboundListener)
 */
export function buildVirtualOutbound(request: CatchAllRequest & { readonly proxy: MeshProxy }): Listener | undefined {
  const { push, proxy } = request;
  if (proxy.interceptionMode === 'NONE') return undefined;
  const port = push.mesh.proxyListenPort;
  return listener({
    name: 'virtualOutbound',
    address: { address: UNSPECIFIED_IP, port },
    trafficDirection: 'OUTBOUND',
    useOriginalDst: true,
    filterChains: [
      filterChain({
        name: 'virtualOutbound-blackhole',
        match: filterChainMatch({ destinationPort: port }),
        filters: blackHoleFilters(push.mesh),
      }),
      filterChain({ name: 'virtualOutbound-catchall-tcp', filters: catchAllFilters(request) }),
    ],
    maxConnectionsToAcceptPerSocketEvent: 1,
    accessLog: listenerAccessLogsOf(push.mesh),
  });
}
