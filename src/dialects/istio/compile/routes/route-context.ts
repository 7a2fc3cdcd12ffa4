import type { Route } from '../../../../xds';
import type { Memo } from '../memo';
import type { MeshProxy, Service } from '../model';
import type { SidecarScope } from '../push-context/sidecar-scope';

/** Where and for whom the routes of a VirtualService are built. */
export interface RouteContext {
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
  /** Names under which this place counts: `mesh`, or the gateways of a server. */
  readonly gatewayNames: ReadonlySet<string>;
  /** Port of the service, or of the gateway's server. */
  readonly listenPort: number;
  readonly tls: boolean;
  readonly lookupService: (host: string) => Service | undefined;
  /** Routes that were built before, here or for others; absent: they are always built. */
  readonly memo?: Memo<readonly Route[]>;
}
