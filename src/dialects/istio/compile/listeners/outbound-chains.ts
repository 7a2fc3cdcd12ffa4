import type { ConfigOrigin, JsonObject, NetworkFilter } from '../../../../xds';
import type { L4MatchAttributes } from '../../kinds';
import { configMetadata } from '../config-metadata';
import type { Service, ServicePort } from '../model';
import { hostsOverlap, isWildcardHost, outboundClusterName, UNSPECIFIED_IP } from '../names';
import { isTls } from '../protocol';
import { isSubset } from '../push-context/endpoint-index';
import { destinationRuleFor } from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import { alternativeHosts } from '../routes/domains';
import { filtersToCluster, filtersToRoutes, type TcpContext } from './outbound-filters';

/** A filter chain before it is known which other chains share its listener. istio/istio pilot/pkg/networking/core/listener.go (filterChainOpts) */
export interface OutboundChain {
  readonly sniHosts: readonly string[];
  readonly destinationCidrs: readonly string[];
  readonly applicationProtocols: readonly string[];
  readonly transportProtocol: '' | 'raw_buffer';
  readonly content:
    | { readonly kind: 'tcp'; readonly filters: readonly NetworkFilter[] }
    | { readonly kind: 'http'; readonly routeName: string; readonly service: Service };
  readonly metadata?: JsonObject;
  readonly origin: ConfigOrigin;
}

export interface TcpChainRequest extends TcpContext {
  readonly service: Service;
  readonly port: ServicePort;
  readonly bind: string;
  readonly cidrs: readonly string[];
  readonly virtualServices: readonly VirtualService[];
}

/** Conditions that are settled when the configuration is built. istio/istio pilot/pkg/networking/core/tls.go (matchTCP, matchTLS) */
function appliesHere(match: L4MatchAttributes, request: TcpChainRequest): boolean {
  const gateways = match.gateways ?? [];
  const port = match.port ?? 0;
  const namespace = match.sourceNamespace ?? '';
  return (
    (gateways.length === 0 || gateways.includes('mesh')) &&
    isSubset(match.sourceLabels ?? {}, request.proxy.labels) &&
    (port === 0 || port === request.port.port) &&
    (namespace === '' || namespace === request.proxy.namespace)
  );
}

function tcpChain(
  filters: readonly NetworkFilter[],
  origin: ConfigOrigin,
  match: { readonly sniHosts?: readonly string[]; readonly cidrs: readonly string[] },
): OutboundChain {
  return {
    sniHosts: match.sniHosts ?? [],
    destinationCidrs: match.cidrs,
    applicationProtocols: [],
    transportProtocol: '',
    content: { kind: 'tcp', filters },
    origin,
  };
}

/** Names the VirtualService on the chain. */
function byRule({ namespace, name }: VirtualService, chain: OutboundChain): OutboundChain {
  return { ...chain, metadata: configMetadata({ kind: 'virtual-service', namespace, name }) };
}

function statPrefixOf(vs: VirtualService): string {
  return `${vs.name}.${vs.namespace}`;
}

/** A listener whose port is not the service's still leads to the service, when that has only one. */
function clusterPort({ service, port }: TcpChainRequest): number {
  return service.ports.length === 1 ? (service.ports[0]?.port ?? port.port) : port.port;
}

/** The chain of a service that no rule concerns. */
function serviceChain(request: TcpChainRequest, sniHosts: readonly string[]): OutboundChain {
  const { service, scope, proxy } = request;
  const filters = filtersToCluster(request, request.port, {
    cluster: outboundClusterName(service.hostname, clusterPort(request)),
    subset: '',
    rule: destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels }),
    service,
    origin: service.origin,
  });
  return tcpChain(filters, service.origin, { sniHosts, cidrs: request.cidrs });
}

/** Without an address of its own a service can only be told by the server name. */
function serverNames({ service, bind, cidrs, proxy }: TcpChainRequest): readonly string[] {
  const address = service.address.includes('/') ? '' : service.address;
  const anywhere = address === UNSPECIFIED_IP && bind === UNSPECIFIED_IP;
  const dynamic = service.resolution === 'DynamicDNS' && isWildcardHost(service.hostname);
  if (cidrs.length === 0 && address !== '' && !anywhere && !dynamic) return [];
  const aliases = service.aliases.flatMap(({ hostname }) => [
    hostname,
    ...alternativeHosts(hostname, 0, proxy.dnsDomain),
  ]);
  return [service.hostname, ...aliases];
}

/**
 * Of matches with the same server names and subnets only the first can ever be met.
 * istio/istio pilot/pkg/networking/core/tls.go (buildSidecarOutboundTLSFilterChainOpts)
 */
function tlsChains(request: TcpChainRequest): readonly OutboundChain[] {
  const chains: OutboundChain[] = [];
  const handled = new Set<string>();
  let { cidrs } = request;
  for (const vs of request.virtualServices) {
    for (const { value: rule, origin } of vs.tls) {
      const routes = rule.route ?? [];
      if (routes.length === 0) continue;
      for (const match of rule.match) {
        if (!appliesHere(match, request)) continue;
        const subnets = match.destinationSubnets ?? [];
        if (subnets.length > 0 && request.port.port > 0) cidrs = subnets;
        const key = `${match.sniHosts.join(',')}|${subnets.join(',')}`;
        if (handled.has(key)) continue;
        handled.add(key);
        const filters = filtersToRoutes(request, request.port, { routes, statPrefix: statPrefixOf(vs), origin });
        chains.push(byRule(vs, tcpChain(filters, origin, { sniHosts: match.sniHosts, cidrs })));
      }
    }
  }
  return chains.length > 0 ? chains : [serviceChain(request, serverNames(request))];
}

function sameSubnets(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

/** What one TCP rule adds, and whether it takes every connection that is left. */
interface TcpRuleChains {
  readonly chain: OutboundChain | undefined;
  readonly terminal: boolean;
}

function chainOfTcpRule(
  vs: VirtualService,
  { value: rule, origin }: VirtualService['tcp'][number],
  request: TcpChainRequest,
): TcpRuleChains {
  const routes = rule.route ?? [];
  if (routes.length === 0) return { chain: undefined, terminal: false };
  const target = { routes, statPrefix: statPrefixOf(vs), origin };
  const matches = rule.match ?? [];
  const applying = matches.filter((match) => appliesHere(match, request));
  const unlimited = applying.find((match) => (match.destinationSubnets ?? []).length === 0 || request.port.port === 0);
  if (matches.length === 0 || unlimited !== undefined) {
    const filters = filtersToRoutes(request, request.port, target);
    return { chain: byRule(vs, tcpChain(filters, origin, { cidrs: request.cidrs })), terminal: true };
  }
  const subnets = applying.flatMap((match) => match.destinationSubnets ?? []);
  if (subnets.length === 0) return { chain: undefined, terminal: false };
  const filters = filtersToRoutes(request, request.port, target);
  return { chain: tcpChain(filters, origin, { cidrs: subnets }), terminal: sameSubnets(subnets, request.cidrs) };
}

/** istio/istio pilot/pkg/networking/core/tls.go (buildSidecarOutboundTCPFilterChainOpts) */
function plainChains(request: TcpChainRequest): readonly OutboundChain[] {
  const chains: OutboundChain[] = [];
  let covered = false;
  for (const vs of request.virtualServices) {
    for (const rule of vs.tcp) {
      const { chain, terminal } = chainOfTcpRule(vs, rule, request);
      if (chain !== undefined) chains.push(chain);
      covered ||= terminal;
      // A rule without subnets takes everything; one whose subnets are the service's own only replaces its chain.
      if (terminal && chain !== undefined && chain.destinationCidrs === request.cidrs) return chains;
    }
  }
  return covered ? chains : [...chains, serviceChain(request, [])];
}

/** Chains for connections that are not read, by the rules for the service's host. istio/istio pilot/pkg/networking/core/listener.go (buildSidecarOutboundTCPListenerOpts) */
export function buildTcpChains(request: TcpChainRequest): readonly OutboundChain[] {
  const { service, port } = request;
  const concerned = request.virtualServices.filter((vs) =>
    vs.hosts.some((host) => hostsOverlap(host, service.hostname)),
  );
  const narrowed = { ...request, virtualServices: concerned };
  return isTls(port.protocol) ? tlsChains(narrowed) : plainChains(narrowed);
}
