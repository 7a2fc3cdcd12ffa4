import type { ConfigOrigin, DownstreamTlsContext, NetworkFilter } from '../../../../xds';
import type { L4MatchAttributes } from '../../kinds';
import { filtersToCluster, filtersToRoutes, type RouteTarget, type TcpContext } from '../listeners/outbound-filters';
import { NETWORK_METADATA_EXCHANGE } from '../listeners/telemetry';
import type { Service, ServicePort } from '../model';
import { dnsSrvClusterName, hostsOverlap, isHostCoveredBy } from '../names';
import { parseProtocol } from '../protocol';
import { destinationRuleFor } from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import { MTLS_ANY } from '../security/inbound-chain-options';
import { hostsForNamespace } from './gateway-routes';
import { serverTlsContext } from './gateway-tls';
import { claimHosts, isPassthroughServer, type PlacedServer } from './merged-gateway';

/** A filter chain of a gateway before it is known whether its listener looks at server names. */
export interface GatewayChain {
  /** Empty: any name, or none. */
  readonly sniHosts: readonly string[];
  readonly applicationProtocols: readonly string[];
  readonly tls?: DownstreamTlsContext;
  readonly filters: readonly NetworkFilter[];
  readonly origin: ConfigOrigin;
}

function portOf({ server }: PlacedServer): ServicePort {
  return { name: server.port.name, port: server.port.number, protocol: parseProtocol(server.port.protocol) };
}

/** VirtualServices of the Gateway that share a host with the server. istio/istio pilot/pkg/networking/core/gateway.go (pickMatchingGatewayHosts) */
function boundServices(context: TcpContext, placed: PlacedServer): readonly VirtualService[] {
  return context.push.virtualServices
    .forGateway(context.proxy.namespace, placed.gatewayName)
    .filter((vs) =>
      hostsForNamespace(placed.hosts, vs.namespace).some((host) => vs.hosts.some((other) => hostsOverlap(host, other))),
    );
}

/** istio/istio pilot/pkg/networking/core/gateway.go (l4SingleMatch) */
function appliesTo(match: Pick<L4MatchAttributes, 'port' | 'gateways'>, placed: PlacedServer): boolean {
  const port = match.port ?? 0;
  const gateways = match.gateways ?? [];
  return (
    (port === 0 || port === placed.server.port.number) &&
    (gateways.length === 0 || gateways.includes(placed.gatewayName))
  );
}

/** The first rule of a VirtualService that takes connections of the server. */
function firstTarget(vs: VirtualService, placed: PlacedServer): RouteTarget | undefined {
  const statPrefix = `${vs.name}.${vs.namespace}`;
  for (const { value, origin } of vs.tcp) {
    const matches = value.match ?? [];
    const routes = value.route ?? [];
    const applies = matches.length === 0 || matches.some((match) => appliesTo(match, placed));
    if (applies && routes.length > 0) return { routes, statPrefix, origin };
  }
  // A TLSRoute whose listener ends TLS has no other rules than those for TLS.
  if (vs.semantics !== 'gateway-api') return undefined;
  for (const { value, origin } of vs.tls) {
    const routes = value.route ?? [];
    if (value.match.some((match) => appliesTo(match, placed)) && routes.length > 0)
      return { routes, statPrefix, origin };
  }
  return undefined;
}

/** istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayNetworkFiltersFromTCPRoutes) */
function tcpFilters(context: TcpContext, placed: PlacedServer): readonly NetworkFilter[] {
  const exchange = placed.server.tls?.mode === 'ISTIO_MUTUAL' ? [NETWORK_METADATA_EXCHANGE] : [];
  for (const vs of boundServices(context, placed)) {
    const target = firstTarget(vs, placed);
    if (target !== undefined) return [...exchange, ...filtersToRoutes(context, portOf(placed), target)];
  }
  return [];
}

/** Server names that are passed on by rules, each once per address. istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayNetworkFiltersFromTLSRoutes) */
function passthroughChains(
  context: TcpContext,
  placed: PlacedServer,
  taken: Map<string, string>,
): readonly GatewayChain[] {
  const chains: GatewayChain[] = [];
  for (const vs of boundServices(context, placed)) {
    for (const { value, origin } of vs.tls) {
      const routes = value.route ?? [];
      if (routes.length === 0) continue;
      for (const match of value.match) {
        if (!appliesTo(match, placed) || !claimHosts(match.sniHosts, placed.server.bind ?? '', taken)) continue;
        const target = { routes, statPrefix: `${vs.name}.${vs.namespace}`, origin };
        const filters = filtersToRoutes(context, portOf(placed), target);
        chains.push({ sniHosts: match.sniHosts, applicationProtocols: [], filters, origin });
      }
    }
  }
  return chains;
}

function isReachable(service: Service, hosts: readonly string[]): boolean {
  return !service.meshExternal && hosts.some((host) => isHostCoveredBy(service.hostname, host));
}

/**
 * Every service behind AUTO_PASSTHROUGH is reached under the name of its cluster, and by mutual TLS of the mesh alone.
 * istio/istio pilot/pkg/networking/core/gateway.go (builtAutoPassthroughFilterChains)
 */
function autoPassthroughChains(context: TcpContext, placed: PlacedServer): readonly GatewayChain[] {
  const { scope, proxy } = context;
  // Policies are enforced where TLS ends.
  const unguarded: TcpContext = { ...context, securityFilters: [] };
  return scope.services
    .filter((service) => isReachable(service, placed.sniHosts))
    .flatMap((service) => {
      const rule = destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels });
      const subsets = ['', ...(rule?.subsets ?? []).map(({ subset }) => subset.name)];
      return service.ports
        .filter((port) => port.protocol !== 'UDP')
        .flatMap((port) =>
          subsets.map((subset): GatewayChain => {
            const cluster = dnsSrvClusterName(service.hostname, port.port, subset);
            return {
              sniHosts: [cluster],
              applicationProtocols: MTLS_ANY,
              filters: filtersToCluster(unguarded, port, { cluster, subset, rule, origin: placed.origin }),
              origin: placed.origin,
            };
          }),
        );
    });
}

/**
 * Chains of a server that forwards connections as they are. `taken`: server names of the port that rules have claimed.
 * istio/istio pilot/pkg/networking/core/gateway.go (createGatewayTCPFilterChainOpts)
 */
export function tcpChains(
  context: TcpContext,
  placed: PlacedServer,
  taken: Map<string, string>,
): readonly GatewayChain[] {
  const { server } = placed;
  if (isPassthroughServer(server)) {
    return server.tls?.mode === 'AUTO_PASSTHROUGH'
      ? autoPassthroughChains(context, placed)
      : passthroughChains(context, placed, taken);
  }
  const filters = tcpFilters(context, placed);
  if (filters.length === 0) return [];
  const tls = serverTlsContext(server);
  return [
    {
      sniHosts: placed.sniHosts,
      applicationProtocols: [],
      ...(tls === undefined ? {} : { tls }),
      filters,
      origin: placed.origin,
    },
  ];
}
