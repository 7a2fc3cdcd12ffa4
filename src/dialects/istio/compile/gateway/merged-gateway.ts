import { compareStrings } from '../../../../base';
import type { ConfigPath } from '../../../../config';
import type { ConfigOrigin } from '../../../../xds';
import type { GatewayServer } from '../../kinds';
import type { MeshProxy, ServiceTarget } from '../model';
import { isHttp, parseProtocol } from '../protocol';
import { isSubset } from '../push-context/endpoint-index';
import type { DerivedGateway, GatewayResource } from '../resources';

/** Where a listener of the gateway stands. istio/istio pilot/pkg/model/gateway.go (ServerPort) */
export interface ServerPort {
  readonly number: number;
  /** As it is written. */
  readonly protocol: string;
  /** Empty: all addresses. */
  readonly bind: string;
}

/** One server of one Gateway at the port that the pod listens on. */
export interface PlacedServer {
  readonly server: GatewayServer;
  /** `host`, or `namespace/host` where only VirtualServices of one namespace may bind. */
  readonly hosts: readonly string[];
  readonly gatewayName: string;
  /** Of its route configuration; empty where no requests are read. */
  readonly routeName: string;
  /** Server names that lead to it, sorted; empty without TLS. */
  readonly sniHosts: readonly string[];
  readonly origin: ConfigOrigin;
}

export interface MergedPort {
  readonly port: ServerPort;
  readonly servers: readonly PlacedServer[];
  /** Of the plaintext servers, which share one route configuration. */
  readonly routeName: string;
}

/** All Gateways that select a proxy, as one. istio/istio pilot/pkg/model/gateway.go (MergedGateway) */
export interface MergedGateway {
  readonly ports: readonly MergedPort[];
  readonly serversByRouteName: ReadonlyMap<string, readonly PlacedServer[]>;
  readonly gatewayNames: ReadonlySet<string>;
  /** Hosts behind AUTO_PASSTHROUGH servers; undefined when there is no such server. */
  readonly autoPassthroughHosts: ReadonlySet<string> | undefined;
  readonly rejected: readonly RejectedServer[];
}

/** A server that another one stands in the way of. */
export interface RejectedServer {
  readonly origin: ConfigOrigin;
  readonly reason: 'host-taken' | 'port-taken';
}

/** Set on Gateways that were made from another API: host names of the services that lead to them. */
export const GATEWAY_SERVICE_ANNOTATION = 'internal.istio.io/gateway-service';
/** Namespace of the object that such a Gateway was made from. */
export const PARENT_NAMESPACE_ANNOTATION = 'internal.istio.io/parent-namespace';
const PORT_TRANSLATION_OFF_LABEL = 'experimental.istio.io/disable-gateway-port-translation';

export function isPassthroughServer(server: GatewayServer): boolean {
  if (server.tls === undefined) return false;
  const mode = server.tls.mode ?? 'PASSTHROUGH';
  return mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
}

/** A `tls` block that only asks for a redirect does not make a plaintext server one of TLS. istio/istio pkg/config/gateway/gateway.go */
function isTlsServer(server: GatewayServer): boolean {
  return server.tls !== undefined && !isHttp(parseProtocol(server.port.protocol));
}

/** Whether TLS ends here and requests are read. */
export function terminatesHttps(server: GatewayServer): boolean {
  return server.tls !== undefined && parseProtocol(server.port.protocol) === 'HTTPS' && !isPassthroughServer(server);
}

function readsRequests(server: GatewayServer): boolean {
  const protocol = parseProtocol(server.port.protocol);
  return isHttp(protocol) || (protocol === 'HTTPS' && !isPassthroughServer(server));
}

/** A dot in place of the namespace is that of the Gateway, a star is any. istio/istio pilot/pkg/model/gateway.go (sanitizeServerHostNamespace) */
function placedHosts(hosts: readonly string[], namespace: string): readonly string[] {
  if (hosts.includes('*/*')) return ['*'];
  return hosts.map((host) => {
    const slash = host.indexOf('/');
    if (slash < 0) return host;
    const owner = host.slice(0, slash);
    const name = host.slice(slash + 1);
    if (owner === '*') return name;
    return owner === '.' ? `${namespace}/${name}` : host;
  });
}

function withoutNamespace(host: string): string {
  return host.slice(host.indexOf('/') + 1);
}

/**
 * Plaintext servers of one port share a route configuration, every HTTPS server has its own.
 * istio/istio pilot/pkg/model/gateway.go (gatewayRDSRouteName)
 */
function routeNameOf(server: GatewayServer, listenPort: number, gateway: GatewayResource): string {
  const protocol = parseProtocol(server.port.protocol);
  const bind = (server.bind ?? '') === '' ? '' : `.${server.bind}`;
  if (isHttp(protocol)) return `http.${listenPort}${bind}`;
  if (protocol !== 'HTTPS' || isPassthroughServer(server)) return '';
  const { name, namespace } = gateway.metadata;
  return `https.${server.port.number}.${server.port.name}.${name}.${namespace}${bind}`;
}

/** The services through which a Gateway is reached. */
interface GatewayTargets {
  /** Chosen by labels; otherwise the Gateway names its services. */
  readonly bySelector: boolean;
  readonly targets: readonly ServiceTarget[];
}

/**
 * A number that is a port of the gateway's service stands for its target port. A Gateway that selects pods may also name the port of the
 * pod; one that names its services may not.
 * istio/istio pilot/pkg/model/gateway.go (resolvePorts)
 */
function listenPortsOf(number: number, { bySelector, targets }: GatewayTargets): readonly number[] {
  const ports = targets
    .filter(({ service }) => !bySelector || !Object.hasOwn(service.labels, PORT_TRANSLATION_OFF_LABEL))
    .filter(({ port }) => port.port === number)
    .map(({ targetPort }) => targetPort);
  if (!bySelector) return [...new Set(ports)];
  return [ports[0] ?? number];
}

/** Names that are already taken on the same address; none taken: all are now. istio/istio pilot/pkg/model/gateway.go (CheckDuplicates) */
export function claimHosts(hosts: readonly string[], bind: string, taken: Map<string, string>): boolean {
  if (hosts.some((host) => taken.get(host) === bind)) return false;
  for (const host of hosts) taken.set(host, bind);
  return true;
}

function sameAddress(a: ServerPort, b: ServerPort): boolean {
  return a.bind === b.bind;
}

function canShareAddress(current: ServerPort, incoming: ServerPort): boolean {
  const protocol = parseProtocol(incoming.protocol);
  const existing = parseProtocol(current.protocol);
  return isHttp(protocol) && (isHttp(existing) || existing === protocol);
}

interface MutablePort {
  readonly port: ServerPort;
  readonly servers: PlacedServer[];
  routeName: string;
}

/** Places servers one after another, oldest Gateway first. istio/istio pilot/pkg/model/gateway.go (mergeGateways) */
class GatewayMerger {
  readonly #ports = new Map<string, MutablePort>();
  readonly #usedPorts = new Set<number>();
  readonly #plaintext = new Map<number, ServerPort>();
  readonly #tlsHosts = new Map<number, Map<string, string>>();
  readonly #byRouteName = new Map<string, PlacedServer[]>();
  readonly #gatewayNames = new Set<string>();
  readonly #rejected: RejectedServer[] = [];

  add(gateway: GatewayResource, reached: GatewayTargets): void {
    const { name, namespace } = gateway.metadata;
    const gatewayName = `${namespace}/${name}`;
    for (const [index, server] of (gateway.object.spec?.servers ?? []).entries()) {
      this.#gatewayNames.add(gatewayName);
      const hosts = placedHosts(server.hosts, namespace);
      const sniHosts = [...new Set(hosts.map(withoutNamespace))].sort(compareStrings);
      for (const listenPort of listenPortsOf(server.port.number, reached)) {
        const placed: PlacedServer = {
          server,
          hosts,
          gatewayName,
          routeName: routeNameOf(server, listenPort, gateway),
          sniHosts: server.tls === undefined ? [] : sniHosts,
          origin: { ref: gateway.ref, path: serverPath(gateway, index) },
        };
        const port = { number: listenPort, protocol: server.port.protocol, bind: server.bind ?? '' };
        const reason = this.#place(placed, port);
        if (reason !== undefined) this.#rejected.push({ origin: placed.origin, reason });
      }
    }
  }

  finish(): MergedGateway {
    const ports = [...this.#ports.values()];
    const passthrough = ports
      .flatMap(({ servers }) => servers)
      .filter(({ server }) => server.tls?.mode === 'AUTO_PASSTHROUGH');
    return {
      ports,
      serversByRouteName: this.#byRouteName,
      gatewayNames: this.#gatewayNames,
      autoPassthroughHosts: passthrough.length === 0 ? undefined : new Set(passthrough.flatMap(({ hosts }) => hosts)),
      rejected: this.#rejected,
    };
  }

  #place(placed: PlacedServer, port: ServerPort): RejectedServer['reason'] | undefined {
    if (placed.server.tls !== undefined && !this.#claimTlsHosts(placed, port)) return 'host-taken';
    if (!this.#usedPorts.has(port.number)) {
      this.#usedPorts.add(port.number);
      this.#addFirst(placed, port);
      return undefined;
    }
    const current = this.#plaintext.get(port.number);
    return current === undefined ? this.#besideTls(placed, port) : this.#besidePlaintext(placed, port, current);
  }

  #claimTlsHosts({ hosts }: PlacedServer, port: ServerPort): boolean {
    const taken = this.#tlsHosts.get(port.number) ?? new Map<string, string>();
    this.#tlsHosts.set(port.number, taken);
    return claimHosts(hosts, port.bind, taken);
  }

  /** The first server at an address and protocol. */
  #addFirst(placed: PlacedServer, port: ServerPort): void {
    if (!isTlsServer(placed.server)) this.#plaintext.set(port.number, port);
    if (readsRequests(placed.server)) this.#byRouteName.set(placed.routeName, [placed]);
    this.#ports.set(keyOf(port), { port, servers: [placed], routeName: placed.routeName });
  }

  #join(placed: PlacedServer, at: MutablePort): void {
    at.servers.push(placed);
    const sharing = this.#byRouteName.get(placed.routeName);
    if (sharing === undefined) this.#byRouteName.set(placed.routeName, [placed]);
    else sharing.push(placed);
  }

  #besidePlaintext(placed: PlacedServer, port: ServerPort, current: ServerPort): RejectedServer['reason'] | undefined {
    if (sameAddress(current, port)) {
      if (!canShareAddress(current, port) || placed.routeName === '') return 'port-taken';
      const at = this.#ports.get(keyOf(current));
      if (at !== undefined) this.#join(placed, at);
      return undefined;
    }
    const at = this.#ports.get(keyOf(port));
    if (at === undefined) {
      this.#addFirst(placed, port);
    } else {
      at.routeName = placed.routeName;
      this.#join(placed, at);
    }
    return undefined;
  }

  #besideTls(placed: PlacedServer, port: ServerPort): RejectedServer['reason'] | undefined {
    const { server, routeName } = placed;
    if (!isTlsServer(server)) {
      this.#addFirst(placed, port);
      return undefined;
    }
    if (readsRequests(server)) {
      if (routeName === '' || this.#byRouteName.has(routeName)) return 'port-taken';
      this.#byRouteName.set(routeName, [placed]);
    }
    const at = this.#ports.get(keyOf(port));
    if (at === undefined) this.#ports.set(keyOf(port), { port, servers: [placed], routeName: '' });
    else at.servers.push(placed);
    return undefined;
  }
}

function serverPath(gateway: GatewayResource | DerivedGateway, index: number): ConfigPath {
  return 'serverPath' in gateway ? gateway.serverPath : ['spec', 'servers', index];
}

function keyOf({ number, protocol, bind }: ServerPort): string {
  return `${number} ${protocol} ${bind}`;
}

/** Undefined: the Gateway is not for this proxy. */
function targetsFor(
  gateway: GatewayResource,
  { labels, serviceTargets }: Pick<MeshProxy, 'labels' | 'serviceTargets'>,
): GatewayTargets | undefined {
  const services = gateway.metadata.annotations[GATEWAY_SERVICE_ANNOTATION]?.split(',');
  if (services === undefined) {
    const selected = isSubset(gateway.object.spec?.selector ?? {}, labels);
    return selected ? { bySelector: true, targets: serviceTargets } : undefined;
  }
  const namespace = gateway.metadata.annotations[PARENT_NAMESPACE_ANNOTATION] ?? gateway.metadata.namespace;
  const targets = serviceTargets.filter(
    ({ service }) => services.includes(service.hostname) && service.namespace === namespace,
  );
  return targets.length === 0 ? undefined : { bySelector: false, targets };
}

/** Undefined: no Gateway is for the proxy. istio/istio pilot/pkg/model/push_context.go (mergeGateways) */
export function mergeGateways(
  gateways: readonly GatewayResource[],
  proxy: Pick<MeshProxy, 'labels' | 'serviceTargets'>,
): MergedGateway | undefined {
  const merger = new GatewayMerger();
  let any = false;
  for (const gateway of gateways) {
    const reached = targetsFor(gateway, proxy);
    if (reached === undefined) continue;
    any = true;
    merger.add(gateway, reached);
  }
  return any ? merger.finish() : undefined;
}
