import type { ConfigOrigin } from '../../../../xds';
import type { MeshConfig } from '../../mesh-config';
import type { MeshProxy } from '../model';
import { composePeerAuthentication, type MtlsMode } from '../push-context/mtls-mode';
import type { PushContext } from '../push-context/push-context';
import type { MtlsSettings, WorkloadSecurity } from '../security-contract';
import { authorizationFilters } from './authz-filters';
import { inboundMeshTls } from './inbound-tls';
import { jwtFilter } from './jwt';

/** Stands for every port that has no chain of its own. */
const ANY_PORT = 0;

function settingsOf(mesh: MeshConfig, port: number, mode: MtlsMode, origin: ConfigOrigin | undefined): MtlsSettings {
  return {
    port,
    mode,
    ...(mode === 'DISABLE' ? {} : { tcp: inboundMeshTls(mesh, 'TCP'), http: inboundMeshTls(mesh, 'HTTP') }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** What PeerAuthentication, RequestAuthentication and AuthorizationPolicy put in front of a workload, sidecar or gateway. */
export function workloadSecurity(
  push: PushContext,
  proxy: Pick<MeshProxy, 'type' | 'namespace' | 'labels'>,
): WorkloadSecurity {
  const { mesh } = push;
  const peers = composePeerAuthentication(push.peerAuthentications, mesh.rootNamespace, proxy);
  const mtlsFor = (port: number): MtlsSettings =>
    settingsOf(mesh, port, peers.byPort.get(port) ?? peers.mode, peers.portOrigins.get(port) ?? peers.origin);
  const authorization = authorizationFilters(push, proxy);
  const jwt = jwtFilter(push, proxy);
  return {
    mtlsFor,
    // istio/istio pilot/pkg/networking/plugin/authn/authentication.go (ForPassthrough)
    mtlsForPassthrough: (served) => [
      mtlsFor(ANY_PORT),
      ...[...peers.byPort.keys()]
        .filter((port) => !served.has(port))
        .sort((a, b) => a - b)
        .map(mtlsFor),
    ],
    httpFilters: [...authorization.customHttp, ...(jwt === undefined ? [] : [jwt]), ...authorization.http],
    tcpFilters: [...authorization.customTcp, ...authorization.tcp],
  };
}
