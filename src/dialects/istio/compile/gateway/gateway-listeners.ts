import { compareStrings, NS_PER_S } from '../../../../base';
import {
  type FilterChain,
  filterChain,
  filterChainMatch,
  type HttpConnectionManager,
  type Listener,
  listener,
} from '../../../../xds';
import type { MeshConfig } from '../../mesh-config';
import { httpManagerFilter } from '../listeners/http-connection-manager';
import { mayListenOn } from '../listeners/reserved-ports';
import { listenerAccessLogsOf } from '../listeners/telemetry';
import { isHttp, parseProtocol } from '../protocol';
import type { WorkloadSecurity } from '../security-contract';
import type { GatewayRequest } from './gateway-routes';
import { type GatewayChain, tcpChains } from './gateway-tcp';
import { serverTlsContext } from './gateway-tls';
import { type MergedPort, type PlacedServer, terminatesHttps } from './merged-gateway';

export interface GatewayListenerRequest extends GatewayRequest {
  readonly security: WorkloadSecurity;
}

const WILDCARD_ADDRESS = '0.0.0.0';
/** Bounds how long a handshake may hold memory. istio/istio pilot/pkg/networking/core/listener.go */
const HANDSHAKE_TIMEOUT_NS = 15 * NS_PER_S;
const TLS_INSPECTOR_BUFFER_BYTES = 512;

type CertificateForwarding = HttpConnectionManager['forwardClientCertDetails'];
const FORWARDING: readonly CertificateForwarding[] = [
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
];

interface Topology {
  readonly numTrustedProxies: number;
  readonly forwardClientCertDetails: CertificateForwarding;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** What stands between clients and the gateway, from `defaultConfig.gatewayTopology` of the mesh. */
function topologyOf(mesh: MeshConfig): Topology {
  const written = field(mesh.raw['defaultConfig'], 'gatewayTopology');
  const hops = field(written, 'numTrustedProxies');
  const details = field(written, 'forwardClientCertDetails');
  return {
    numTrustedProxies: typeof hops === 'number' ? hops : 0,
    forwardClientCertDetails: FORWARDING.find((known) => known === details) ?? 'SANITIZE_SET',
  };
}

/** A gateway stands at the edge: it believes the address of its peer. istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayConnectionManager) */
function managerOverrides(mesh: MeshConfig): Partial<HttpConnectionManager> {
  const { numTrustedProxies, forwardClientCertDetails } = topologyOf(mesh);
  const sets = forwardClientCertDetails === 'APPEND_FORWARD' || forwardClientCertDetails === 'SANITIZE_SET';
  return {
    useRemoteAddress: true,
    xffNumTrustedHops: numTrustedProxies,
    forwardClientCertDetails,
    ...(sets ? { setCurrentClientCertDetails: { subject: true, dns: true, uri: true, cert: true } } : {}),
    extra: { httpProtocolOptions: {} },
  };
}

class GatewayListenerBuilder {
  readonly #chains = new Map<string, GatewayChain[]>();
  readonly #addresses = new Map<string, MergedPort>();
  readonly #passedNames = new Map<number, Map<string, string>>();

  constructor(private readonly request: GatewayListenerRequest) {}

  addPort(merged: MergedPort): void {
    const { number, bind } = merged.port;
    if (!mayListenOn(this.request.proxy, number)) return;
    const name = `${bind === '' ? WILDCARD_ADDRESS : bind}_${number}`;
    const chains = this.#chains.get(name) ?? [];
    this.#chains.set(name, chains);
    if (!this.#addresses.has(name)) this.#addresses.set(name, merged);
    chains.push(...this.#chainsOf(merged, name));
  }

  finish(): readonly Listener[] {
    return [...this.#chains].flatMap(([name, chains]) => {
      const address = this.#addresses.get(name);
      return chains.length === 0 || address === undefined ? [] : [this.#listener(name, address, chains)];
    });
  }

  /** istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayTCPBasedFilterChains) */
  #chainsOf(merged: MergedPort, listenerName: string): readonly GatewayChain[] {
    const [first] = merged.servers;
    if (isHttp(parseProtocol(merged.port.protocol))) {
      return first === undefined ? [] : [this.#httpChain(first, merged.routeName, `outbound_${listenerName};`)];
    }
    const taken = this.#passedNames.get(merged.port.number) ?? new Map<string, string>();
    this.#passedNames.set(merged.port.number, taken);
    return merged.servers.flatMap((placed) =>
      terminatesHttps(placed.server) ? [this.#httpsChain(placed, listenerName)] : this.#tcpChains(placed, taken),
    );
  }

  #httpChain(placed: PlacedServer, routeConfigName: string, statPrefix: string): GatewayChain {
    const { push, security } = this.request;
    const manager = httpManagerFilter(
      {
        mesh: push.mesh,
        side: 'gateway',
        statPrefix,
        routes: { kind: 'rds', routeConfigName },
        securityFilters: security.httpFilters,
        protocol: parseProtocol(placed.server.port.protocol),
        overrides: managerOverrides(push.mesh),
      },
      placed.origin,
    );
    return { sniHosts: [], applicationProtocols: [], filters: [manager], origin: placed.origin };
  }

  #httpsChain(placed: PlacedServer, listenerName: string): GatewayChain {
    const name = placed.server.name ?? '';
    const chain = this.#httpChain(placed, placed.routeName, name === '' ? `outbound_${listenerName};` : name);
    const tls = serverTlsContext(placed.server);
    return { ...chain, sniHosts: placed.sniHosts, ...(tls === undefined ? {} : { tls }) };
  }

  #tcpChains(placed: PlacedServer, taken: Map<string, string>): readonly GatewayChain[] {
    const { push, proxy, scope, security } = this.request;
    const context = { push, proxy, scope, side: 'gateway', securityFilters: security.tcpFilters } as const;
    return tcpChains(context, placed, taken);
  }

  /** istio/istio pilot/pkg/networking/core/listener.go (buildGatewayListener) */
  #listener(name: string, { port, servers }: MergedPort, chains: readonly GatewayChain[]): Listener {
    const inspects = chains.some((chain) => chain.sniHosts.length > 0 || chain.tls !== undefined);
    const [first] = servers;
    return listener({
      name,
      address: { address: port.bind === '' ? WILDCARD_ADDRESS : port.bind, port: port.number },
      trafficDirection: 'OUTBOUND',
      filterChains: chains.map(toFilterChain),
      listenerFilters: inspects
        ? [{ kind: 'tlsInspector', disabledPorts: [], initialReadBufferSizeBytes: TLS_INSPECTOR_BUFFER_BYTES }]
        : [],
      maxConnectionsToAcceptPerSocketEvent: 1,
      accessLog: listenerAccessLogsOf(this.request.push.mesh),
      ...(first === undefined ? {} : { origin: first.origin }),
    });
  }
}

/** The name `*` stands for every name. istio/istio pilot/pkg/networking/core/listener.go (toFilterChainMatch) */
function toFilterChain(chain: GatewayChain): FilterChain {
  return filterChain({
    match: filterChainMatch({
      serverNames: chain.sniHosts.includes('*') ? [] : [...chain.sniHosts].sort(compareStrings),
      applicationProtocols: chain.applicationProtocols,
    }),
    ...(chain.tls === undefined ? {} : { tls: chain.tls }),
    filters: chain.filters,
    transportSocketConnectTimeoutNs: HANDSHAKE_TIMEOUT_NS,
    origin: chain.origin,
  });
}

/** istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayListeners) */
export function buildGatewayListeners(request: GatewayListenerRequest): readonly Listener[] {
  const builder = new GatewayListenerBuilder(request);
  for (const port of request.merged.ports) builder.addPort(port);
  return builder.finish();
}
