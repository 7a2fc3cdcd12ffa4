import { type Route, type RouteConfiguration, routeConfiguration, type VirtualHost } from '../../../../xds';
import type { Memo } from '../memo';
import type { MeshProxy } from '../model';
import { parseProtocol } from '../protocol';
import type { EgressScope, SidecarScope } from '../push-context/sidecar-scope';
import { destinationCluster } from './http-routes';
import { buildVirtualHosts, catchAllVirtualHost } from './virtual-hosts';

/** Name of the route configuration of the mesh's own HTTP proxy port. */
export const HTTP_PROXY_ROUTE = 'http_proxy';
const UNIX_PREFIX = 'unix://';
/** Envoy's default of 4 KiB is lifted to what validation allows. */
export const MAX_DIRECT_RESPONSE_BODY_BYTES = 1_048_576;

interface RouteName {
  readonly port: number;
  /** Belongs to one service whose protocol is detected. */
  readonly detected: boolean;
}

/** `9080`, or `host:9080` for a detected port. istio/istio pilot/pkg/networking/core/httproute.go (extractListenerPort) */
function parseRouteName(name: string): RouteName | undefined {
  if (name === HTTP_PROXY_ROUTE || name.startsWith(UNIX_PREFIX)) return { port: 0, detected: false };
  const colon = name.indexOf(':');
  const port = Number(name.slice(colon + 1));
  return Number.isInteger(port) ? { port, detected: colon >= 0 } : undefined;
}

/** The listener for the port, else the one without. istio/istio pilot/pkg/model/sidecar.go (GetEgressListenerForRDS) */
function egressFor(scope: SidecarScope, name: string, port: number): EgressScope | undefined {
  return scope.egressListeners.find(({ listener }) => {
    if (listener?.port === undefined) return true;
    if ((listener.port.number ?? 0) !== port) return false;
    return port !== 0 || listener.bind === name;
  });
}

/** The one virtual host of the service, answering for every name. istio/istio pilot/pkg/networking/core/httproute.go (getVirtualHostsForSniffedServicePort) */
function hostsOfDetectedPort(hosts: readonly VirtualHost[], name: string): readonly VirtualHost[] {
  const host = name.slice(0, name.lastIndexOf(':'));
  const matching = hosts.filter(({ domains }) => domains.includes(name) || domains.includes(host));
  const [only] = matching;
  return matching.length === 1 && only !== undefined ? [{ ...only, domains: ['*'] }] : matching;
}

function egressProxyCluster(scope: SidecarScope): string | undefined {
  const destination = scope.sidecar?.object.spec?.outboundTrafficPolicy?.egressProxy;
  return destination === undefined ? undefined : destinationCluster(destination, undefined, 0);
}

/** Builds the route configurations of one proxy; virtual hosts of a port are worked out once. */
export class RouteConfigurationBuilder {
  readonly #hostsByPort = new Map<number, readonly VirtualHost[]>();
  readonly #built = new Map<string, RouteConfiguration>();

  constructor(
    private readonly proxy: MeshProxy,
    private readonly scope: SidecarScope,
    private readonly memo: Memo<readonly Route[]>,
  ) {}

  build(name: string): RouteConfiguration {
    const known = this.#built.get(name);
    if (known !== undefined) return known;
    const built = this.#build(name);
    this.#built.set(name, built);
    return built;
  }

  /** istio/istio pilot/pkg/networking/core/httproute.go (buildSidecarOutboundHTTPRouteConfig) */
  #build(name: string): RouteConfiguration {
    const parsed = parseRouteName(name);
    if (parsed === undefined) return routeConfiguration({ name });
    const hosts = this.#hosts(name, parsed.port);
    const virtualHosts = parsed.detected
      ? hostsOfDetectedPort(hosts, name)
      : [...hosts, catchAllVirtualHost(this.scope, egressProxyCluster(this.scope))];
    return routeConfiguration({
      name,
      virtualHosts,
      maxDirectResponseBodySizeBytes: MAX_DIRECT_RESPONSE_BODY_BYTES,
      ignorePortInHostMatching: true,
    });
  }

  #hosts(name: string, port: number): readonly VirtualHost[] {
    const known = port === 0 ? undefined : this.#hostsByPort.get(port);
    if (known !== undefined) return known;
    const egress = egressFor(this.scope, name, port);
    if (egress === undefined) return [];
    const proxyPort = parseProtocol(egress.listener?.port?.protocol ?? '') === 'HTTP_PROXY';
    const hosts = buildVirtualHosts({
      proxy: this.proxy,
      scope: this.scope,
      egress,
      listenPort: proxyPort ? 0 : port,
      memo: this.memo,
    });
    if (port > 0) this.#hostsByPort.set(port, hosts);
    return hosts;
  }
}
