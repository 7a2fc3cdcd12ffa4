import { compareStrings } from '../../../../base';
import {
  type ConfigOrigin,
  directResponse,
  forwardTo,
  type Route,
  type RouteAction,
  route,
  type VirtualHost,
  virtualHost,
} from '../../../../xds';
import type { Memo } from '../memo';
import type { MeshProxy, Service, ServicePort } from '../model';
import { hostsOverlap, isWildcardHost, outboundClusterName, PASSTHROUGH_CLUSTER } from '../names';
import { isDetected, isHttp } from '../protocol';
import {
  destinationRuleFor,
  type EgressScope,
  type SidecarScope,
  serviceWithPort,
} from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import { DomainRegistry, domainName, hostLiteral, serviceDomains } from './domains';
import { hashForService, toHashPolicy } from './hash-policy';
import { buildHttpRoutes } from './http-routes';
import { defaultRetryPolicy } from './retry-policy';
import type { RouteContext } from './route-context';

/** Hosts at one port that share routes. istio/istio pilot/pkg/networking/core/route/route.go (VirtualHostWrapper) */
interface HostGroup {
  readonly port: number;
  readonly services: readonly Service[];
  /** Hosts that only a VirtualService knows. */
  readonly plainHosts: readonly string[];
  readonly routes: readonly Route[];
  readonly origin: ConfigOrigin;
}

const ANY_PORT = 0;
const HTTP_PORT = 80;
const NO_TIMEOUTS = { timeoutNs: 0, maxGrpcTimeoutNs: 0 } as const;
const BAD_GATEWAY = 502;

/** The route of a service that nobody wrote a rule for. istio/istio pilot/pkg/networking/core/route/route.go (BuildDefaultHTTPOutboundRoute) */
export function defaultOutboundRoute(
  service: Service,
  port: number,
  hashPolicy: RouteAction['hashPolicy'] = [],
): Route {
  return route({
    name: 'default',
    action: forwardTo(outboundClusterName(service.hostname, port), {
      ...NO_TIMEOUTS,
      retryPolicy: defaultRetryPolicy(false),
      hashPolicy,
      origin: service.origin,
    }),
    decoratorOperation: `${service.hostname}:${port}/*`,
    origin: service.origin,
  });
}

function takesHttp(port: ServicePort): boolean {
  return isHttp(port.protocol) || isDetected(port.protocol);
}

/** What the hosts of a VirtualService stand for among the services at a port. */
interface ResolvedHosts {
  readonly services: readonly Service[];
  readonly plainHosts: readonly string[];
}

/** A wildcard stands for the services whose most specific VirtualService this is. */
function resolveWildcard(
  host: string,
  vs: VirtualService,
  registry: ReadonlyMap<string, Service>,
  egress: EgressScope,
): ResolvedHosts {
  if (vs.semantics === 'gateway-api') return { services: [], plainHosts: [host] };
  const covered = [...registry.values()].filter((service) => hostsOverlap(service.hostname, host));
  if (covered.length === 0) return { services: [], plainHosts: [host] };
  const services = covered.filter((service) => egress.mostSpecificVirtualService.get(service.hostname) === vs);
  return { services, plainHosts: [] };
}

/** istio/istio pilot/pkg/networking/core/route/route.go (separateVSHostsAndServices) */
function resolveHosts(vs: VirtualService, registry: ReadonlyMap<string, Service>, egress: EgressScope): ResolvedHosts {
  const services: Service[] = [];
  const plainHosts: string[] = [];
  for (const host of vs.hosts) {
    if (isWildcardHost(host)) continue;
    const service = registry.get(host.toLowerCase());
    if (service === undefined) plainHosts.push(host);
    else services.push(service);
  }
  for (const host of vs.hosts) {
    if (!isWildcardHost(host)) continue;
    const resolved = resolveWildcard(host.toLowerCase(), vs, registry, egress);
    services.push(...resolved.services);
    plainHosts.push(...resolved.plainHosts);
  }
  return { services, plainHosts };
}

/** Routes of Gateway API hold for clients of their own namespace, and for services of it. */
function mayRoute(vs: VirtualService, services: readonly Service[], proxy: MeshProxy): boolean {
  if (vs.semantics !== 'gateway-api') return true;
  return services.some((service) => service.namespace === vs.namespace || proxy.namespace === vs.namespace);
}

/** istio/istio pilot/pkg/networking/core/route/route.go (buildSidecarVirtualHostsForVirtualService) */
function groupsOf(
  vs: VirtualService,
  registry: ReadonlyMap<string, Service>,
  egress: EgressScope,
  context: RouteContext,
): readonly HostGroup[] {
  const routes = buildHttpRoutes(vs, context);
  if (routes.length === 0) return [];
  const { services, plainHosts } = resolveHosts(vs, registry, egress);
  if (!mayRoute(vs, services, context.proxy)) return [];
  const byPort = new Map<number, Service[]>();
  for (const service of services) {
    for (const port of service.ports) {
      if (!takesHttp(port)) continue;
      const list = byPort.get(port.port) ?? [];
      list.push(service);
      byPort.set(port.port, list);
    }
  }
  // Hosts that no service has are only routed at the port of plain HTTP.
  if (byPort.size === 0 && context.listenPort === HTTP_PORT) byPort.set(HTTP_PORT, []);
  const origin = { ref: vs.ref, path: vs.hostsPath };
  return [...byPort].map(([port, list]) => ({ port, services: list, plainHosts, routes, origin }));
}

function groupOfService(service: Service, port: ServicePort, scope: SidecarScope, proxy: MeshProxy): HostGroup {
  const rule = destinationRuleFor(scope, service.hostname, { outboundLabels: proxy.labels });
  const hashPolicy = toHashPolicy(hashForService(rule, port.port));
  return {
    port: port.port,
    services: [service],
    plainHosts: [],
    routes: [defaultOutboundRoute(service, port.port, hashPolicy)],
    origin: service.origin,
  };
}

/** Whether any host of the VirtualService has a service here. istio/istio pilot/pkg/networking/core/httproute.go (selectVirtualServices) */
function concernsServices(vs: VirtualService, registry: ReadonlyMap<string, Service>): boolean {
  return vs.hosts.some((written) => {
    const host = written.toLowerCase();
    if (registry.has(host)) return true;
    const wild = isWildcardHost(host);
    for (const known of registry.keys()) {
      if ((wild || isWildcardHost(known)) && hostsOverlap(host, known)) return true;
    }
    return false;
  });
}

/** Services at a port, each with that port alone. Port 0: every service with all its ports. */
function servicesAt(egress: EgressScope, port: number): ReadonlyMap<string, Service> {
  const registry = new Map<string, Service>();
  for (const service of egress.services) {
    if (port === ANY_PORT) {
      registry.set(service.hostname, service);
      continue;
    }
    const found = serviceWithPort(service, port);
    if (found !== undefined) registry.set(service.hostname.toLowerCase(), found);
  }
  return registry;
}

class VirtualHostBuilder {
  readonly #names = new Set<string>();
  readonly #domains: DomainRegistry;

  constructor(
    private readonly proxy: MeshProxy,
    private readonly listenPort: number,
    groups: readonly HostGroup[],
  ) {
    const known = new Set<string>();
    for (const group of groups) {
      for (const service of group.services) {
        known.add(service.hostname);
        known.add(domainName(service.hostname, group.port));
      }
    }
    this.#domains = new DomainRegistry(known);
  }

  build(group: HostGroup): readonly VirtualHost[] {
    const plain = group.plainHosts.map((host) => this.#host(host.toLowerCase(), group, undefined));
    const services = group.services.map((service) => this.#host(service.hostname, group, service));
    return [...plain, ...services].filter((host) => host !== undefined);
  }

  #host(hostname: string, group: HostGroup, service: Service | undefined): VirtualHost | undefined {
    const name = domainName(hostname, group.port);
    if (this.#names.has(name)) return undefined;
    this.#names.add(name);
    const domains = this.#domains.claim(
      service === undefined
        ? { domains: [hostLiteral(hostname)], alternatives: new Set() }
        : serviceDomains(service, this.listenPort === ANY_PORT ? group.port : ANY_PORT, this.proxy),
    );
    if (domains.length === 0) return undefined;
    return virtualHost({
      name,
      domains,
      routes: group.routes,
      includeRequestAttemptCount: true,
      origin: group.origin,
    });
  }
}

/** At a generic proxy port, names without a port mean port 80. istio/istio pilot/pkg/networking/core/httproute.go (mergeAllVirtualHosts) */
function withExplicitPorts(hosts: readonly VirtualHost[], port: number): readonly VirtualHost[] {
  if (port === HTTP_PORT) return hosts;
  return hosts.flatMap((host) => {
    const domains = host.domains.filter((domain) => domain.includes(':'));
    return domains.length === 0 ? [] : [{ ...host, domains }];
  });
}

export interface VirtualHostRequest {
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
  readonly egress: EgressScope;
  /** 0 at a generic HTTP proxy or a Unix domain socket. */
  readonly listenPort: number;
  readonly memo: Memo<readonly Route[]>;
}

/**
 * The virtual hosts at a port, in the order of their names.
 * istio/istio pilot/pkg/networking/core/httproute.go (BuildSidecarOutboundVirtualHosts)
 */
export function buildVirtualHosts(request: VirtualHostRequest): readonly VirtualHost[] {
  const { proxy, scope, egress, listenPort } = request;
  const registry = servicesAt(egress, listenPort);
  const context: RouteContext = {
    proxy,
    scope,
    gatewayNames: new Set(['mesh']),
    listenPort,
    tls: false,
    lookupService: (host) => registry.get(host),
    memo: request.memo,
  };
  const relevant =
    listenPort === HTTP_PORT
      ? egress.virtualServices
      : egress.virtualServices.filter((vs) => concernsServices(vs, registry));
  const groups = relevant.flatMap((vs) => groupsOf(vs, registry, egress, context));
  const routed = new Set(groups.flatMap((group) => group.services.map((service) => service.hostname)));
  for (const service of registry.values()) {
    if (routed.has(service.hostname) || service.resolution === 'Alias') continue;
    for (const port of service.ports) {
      if (takesHttp(port)) groups.push(groupOfService(service, port, scope, proxy));
    }
  }
  const builder = new VirtualHostBuilder(proxy, listenPort, groups);
  const byPort = new Map<number, VirtualHost[]>();
  for (const group of groups) {
    const list = byPort.get(group.port) ?? [];
    list.push(...builder.build(group));
    byPort.set(group.port, list);
  }
  const hosts =
    listenPort === ANY_PORT
      ? [...byPort].flatMap(([port, list]) => withExplicitPorts(list, port))
      : (byPort.get(listenPort) ?? []);
  return [...hosts].sort((a, b) => compareStrings(a.name, b.name));
}

/** What happens to hosts that nobody knows. istio/istio pilot/pkg/networking/core/httproute.go (buildCatchAllVirtualHost) */
export function catchAllVirtualHost(scope: SidecarScope, egressCluster = PASSTHROUGH_CLUSTER): VirtualHost {
  const allows = scope.outboundTrafficPolicy === 'ALLOW_ANY';
  const name = allows ? 'allow_any' : 'block_all';
  const action = allows ? forwardTo(egressCluster, NO_TIMEOUTS) : directResponse(BAD_GATEWAY);
  return virtualHost({ name, routes: [route({ name, action })], includeRequestAttemptCount: true });
}
