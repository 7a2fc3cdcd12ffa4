import {
  type ConfigOrigin,
  type Route,
  type RouteConfiguration,
  routeConfiguration,
  type VirtualHost,
  virtualHost,
} from '../../../../xds';
import type { MeshProxy, Service } from '../model';
import { isHostCoveredBy, isMoreSpecificHost } from '../names';
import type { PushContext } from '../push-context/push-context';
import { isServiceVisible } from '../push-context/service-index';
import type { SidecarScope } from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import { domainName } from '../routes/domains';
import { buildHttpRoutes } from '../routes/http-routes';
import { MAX_DIRECT_RESPONSE_BODY_BYTES } from '../routes/route-configurations';
import { isCatchAllRoute } from '../routes/route-match';
import type { MergedGateway, PlacedServer } from './merged-gateway';

export interface GatewayRequest {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
  readonly merged: MergedGateway;
}

/** What one host of the gateway answers, in the making. */
interface HostRoutes {
  readonly name: string;
  readonly routes: Route[];
  requiresTls: boolean;
  readonly origin: ConfigOrigin;
}

/** Hosts of a server that VirtualServices of a namespace may use. istio/istio pkg/config/host/names.go (NamesForNamespace) */
export function hostsForNamespace(hosts: readonly string[], namespace: string): readonly string[] {
  return hosts.flatMap((host) => {
    const slash = host.indexOf('/');
    if (slash < 0) return [host];
    const owner = host.slice(0, slash);
    return owner === namespace || owner === '*' ? [host.slice(slash + 1)] : [];
  });
}

/** Hosts that both lists cover, the narrower of each pair. istio/istio pkg/config/host/names.go (Intersection) */
export function intersectHosts(a: readonly string[], b: readonly string[]): readonly string[] {
  const common = new Set<string>();
  for (const host of a) {
    for (const other of b) {
      if (isHostCoveredBy(host, other)) common.add(host);
      else if (isHostCoveredBy(other, host)) common.add(other);
    }
  }
  return [...common];
}

/**
 * A destination is first looked for in the VirtualService's own namespace, then among all that the gateway sees.
 * istio/istio pilot/pkg/networking/core/gateway.go (buildNameToServiceMapForHTTPRoutes)
 */
function serviceLookup(
  { push, proxy, scope }: GatewayRequest,
  vs: VirtualService,
): (host: string) => Service | undefined {
  return (host) => {
    const own = push.services.byHostname.get(host)?.get(vs.namespace);
    return own !== undefined && isServiceVisible(own, proxy.namespace) ? own : scope.servicesByHostname.get(host);
  };
}

/** istio/istio pilot/pkg/networking/core/route/route.go (SortVHostRoutes) */
function catchAllsLast(routes: readonly Route[]): readonly Route[] {
  return [...routes.filter((route) => !isCatchAllRoute(route)), ...routes.filter(isCatchAllRoute)];
}

/** Builds the route configurations of one gateway. istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayHTTPRouteConfig) */
class GatewayRouteBuilder {
  readonly #hosts = new Map<string, HostRoutes>();
  readonly #routes = new Map<string, readonly Route[]>();

  constructor(private readonly request: GatewayRequest) {}

  addServer(placed: PlacedServer): void {
    const { push, proxy } = this.request;
    const redirects = placed.server.tls?.httpsRedirect === true;
    for (const vs of push.virtualServices.forGateway(proxy.namespace, placed.gatewayName)) {
      const hosts = intersectHosts(hostsForNamespace(placed.hosts, vs.namespace), vs.hosts);
      if (hosts.length > 0) this.#addRoutes(placed, vs, hosts, redirects);
    }
    if (redirects) this.#addRedirects(placed);
  }

  finish(name: string, servers: readonly PlacedServer[]): RouteConfiguration {
    const [first] = servers;
    const virtualHosts = this.#hosts.size === 0 && first !== undefined ? [blackHoleHost(first)] : collapse(this.#hosts);
    return routeConfiguration({
      name,
      virtualHosts,
      maxDirectResponseBodySizeBytes: MAX_DIRECT_RESPONSE_BODY_BYTES,
      ignorePortInHostMatching: true,
      ...(first === undefined ? {} : { origin: first.origin }),
    });
  }

  /** Routes of a VirtualService are built once for a Gateway, at the port of the first server that wants them. */
  #routesOf(placed: PlacedServer, vs: VirtualService): readonly Route[] {
    const key = `${placed.gatewayName} ${vs.namespace}/${vs.name}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const { proxy, scope } = this.request;
    const routes = buildHttpRoutes(vs, {
      proxy,
      scope,
      gatewayNames: new Set([placed.gatewayName]),
      listenPort: placed.server.port.number,
      tls: placed.server.tls !== undefined,
      lookupService: serviceLookup(this.request, vs),
    });
    this.#routes.set(key, routes);
    return routes;
  }

  #addRoutes(placed: PlacedServer, vs: VirtualService, hosts: readonly string[], redirects: boolean): void {
    const routes = this.#routesOf(placed, vs);
    if (routes.length === 0) return;
    for (const written of hosts) {
      const host = written.toLowerCase();
      const existing = this.#hosts.get(host);
      if (existing === undefined) {
        this.#hosts.set(host, {
          name: domainName(host, placed.server.port.number),
          routes: [...routes],
          requiresTls: redirects,
          origin: { ref: vs.ref, path: vs.hostsPath },
        });
        continue;
      }
      existing.routes.push(...routes);
      if (redirects) existing.requiresTls = true;
    }
  }

  /** A host without routes redirects nevertheless. */
  #addRedirects(placed: PlacedServer): void {
    for (const written of placed.hosts) {
      const host = written.toLowerCase();
      const existing = this.#hosts.get(host);
      if (existing !== undefined) {
        existing.requiresTls = true;
        continue;
      }
      this.#hosts.set(host, {
        name: domainName(host, placed.server.port.number),
        routes: [],
        requiresTls: true,
        origin: placed.origin,
      });
    }
  }
}

/** Without any host every request is answered 404. */
function blackHoleHost({ server, origin }: PlacedServer): VirtualHost {
  return virtualHost({ name: domainName('blackhole', server.port.number), domains: ['*'], origin });
}

function sameRoutes(a: HostRoutes, b: HostRoutes): boolean {
  return a.routes.length === b.routes.length && a.routes.every((route, index) => route === b.routes[index]);
}

/**
 * Hosts with the very same routes become one virtual host, under the name of the most specific.
 * istio/istio pilot/pkg/networking/core/gateway.go (collapseDuplicateRoutes)
 */
function collapse(hosts: ReadonlyMap<string, HostRoutes>): readonly VirtualHost[] {
  const ordered = [...hosts].sort(([a], [b]) => (isMoreSpecificHost(a, b) ? -1 : 1));
  const groups: { readonly entry: HostRoutes; readonly domains: string[] }[] = [];
  for (const [host, entry] of ordered) {
    const last = groups.findLast((group) => sameRoutes(group.entry, entry));
    if (last?.entry.requiresTls === entry.requiresTls) last.domains.push(host);
    else groups.push({ entry, domains: [host] });
  }
  return groups
    .map(({ entry, domains }) =>
      virtualHost({
        name: entry.name,
        domains,
        routes: catchAllsLast(entry.routes),
        requireTls: entry.requiresTls ? 'ALL' : 'NONE',
        includeRequestAttemptCount: true,
        origin: entry.origin,
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export function buildGatewayRoutes(request: GatewayRequest): readonly RouteConfiguration[] {
  return [...request.merged.serversByRouteName].map(([name, servers]) => {
    const builder = new GatewayRouteBuilder(request);
    for (const server of servers) builder.addServer(server);
    return builder.finish(name, servers);
  });
}
