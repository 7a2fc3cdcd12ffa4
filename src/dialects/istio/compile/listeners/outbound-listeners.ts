import {
  type FilterChain,
  filterChain,
  filterChainMatch,
  type Listener,
  type ListenerFilter,
  listener,
  type NetworkFilter,
} from '../../../../xds';
import { isIpAddress, parseCidr } from '../addresses';
import type { MeshProxy, Protocol, Service, ServicePort } from '../model';
import { UNSPECIFIED_IP } from '../names';
import { isDetected, isHttp, isTcp, listenerProtocolOf, parseProtocol } from '../protocol';
import type { PushContext } from '../push-context/push-context';
import type { EgressScope, SidecarScope } from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import { httpManagerFilter } from './http-connection-manager';
import { buildTcpChains, type OutboundChain } from './outbound-chains';
import { SNI_FORWARD_PROXY } from './outbound-filters';
import { canBind } from './reserved-ports';
import { catchAllFilters } from './virtual-outbound';

export interface OutboundRequest {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
}

/** What was dropped because another service was there first. */
export interface ListenerConflict {
  readonly listenerName: string;
  readonly service: Service;
}

export interface OutboundListeners {
  readonly listeners: readonly Listener[];
  readonly conflicts: readonly ListenerConflict[];
}

/** istio/istio pilot/pkg/networking/core/listener.go (outboundListenerEntry) */
interface Entry {
  readonly bind: string;
  readonly bindToPort: boolean;
  readonly port: ServicePort;
  chains: readonly OutboundChain[];
  protocol: Protocol;
  /** Taken by a listener that a Sidecar asked for: nothing joins it. */
  locked: boolean;
}

interface Candidate {
  readonly service: Service;
  readonly port: ServicePort;
  readonly bind: string;
  readonly bindToPort: boolean;
  readonly virtualServices: readonly VirtualService[];
}

interface Placed extends Candidate {
  readonly cidrs: readonly string[];
}

const PLAINTEXT_HTTP_ALPN = ['http/1.1', 'h2c'];
const LOCALHOST = '127.0.0.1';
const UNIX_PREFIX = 'unix://';
const PASSTHROUGH_CHAIN = 'PassthroughFilterChain';
/** Handshakes that take longer are given up. */
const TRANSPORT_SOCKET_CONNECT_TIMEOUT_NS = 15_000_000_000;

type Conflict = 'none' | 'httpOverTcp' | 'tcpOverHttp' | 'tcpOverTcp' | 'tcpOverAuto' | 'autoOverHttp' | 'autoOverTcp';

/** Server-first protocols cannot share a listener with anything that has to be looked at. */
function excludesOthers(incoming: Protocol, existing: Protocol): boolean {
  const alone: readonly Protocol[] = ['Mongo', 'MySQL'];
  return incoming !== existing && (alone.includes(incoming) || alone.includes(existing));
}

function cidrKey(cidrs: readonly string[]): string {
  const ranges = cidrs.flatMap((text) => {
    const range = parseCidr(text);
    return range === undefined || range.addressPrefix === UNSPECIFIED_IP ? [] : [maskedText(range)];
  });
  return [...new Set(ranges)].sort().join();
}

/** The network of a range, so that two spellings of it compare equal. */
function maskedText(range: { readonly addressPrefix: string; readonly prefixLen: number }): string {
  if (range.addressPrefix.includes(':')) return `${range.addressPrefix}/${range.prefixLen}`;
  let bits = range.prefixLen;
  const masked = range.addressPrefix.split('.').map((part) => {
    const kept = Math.max(0, Math.min(8, bits));
    bits -= 8;
    return Number(part) & (0xff << (8 - kept)) & 0xff;
  });
  return `${masked.join('.')}/${range.prefixLen}`;
}

function sniKey(hosts: readonly string[]): string {
  return [...new Set(hosts.filter((host) => host !== '*'))].sort().join();
}

/** Whether Envoy could not tell the two apart. istio/istio pilot/pkg/networking/core/listener.go (conflictsWith) */
function conflicts(a: OutboundChain, b: OutboundChain): boolean {
  return (
    a.transportProtocol === b.transportProtocol &&
    a.applicationProtocols.join() === b.applicationProtocols.join() &&
    sniKey(a.sniHosts) === sniKey(b.sniHosts) &&
    cidrKey(a.destinationCidrs) === cidrKey(b.destinationCidrs)
  );
}

function takesEverything(chain: OutboundChain): boolean {
  return (
    (chain.sniHosts.length === 0 || chain.sniHosts.includes('*')) &&
    chain.applicationProtocols.length === 0 &&
    chain.transportProtocol === '' &&
    chain.destinationCidrs.length === 0
  );
}

/** istio/istio pilot/pkg/networking/core/listener.go (toFilterChainMatch) */
function toMatch(chain: OutboundChain): FilterChain['match'] {
  const ranges = [...chain.destinationCidrs].sort().flatMap((text) => parseCidr(text) ?? []);
  return filterChainMatch({
    applicationProtocols: chain.applicationProtocols,
    transportProtocol: chain.transportProtocol,
    serverNames: chain.sniHosts.includes('*') ? [] : [...chain.sniHosts].sort(),
    prefixRanges: ranges.filter((range) => range.addressPrefix !== UNSPECIFIED_IP),
  });
}

/** Listeners of one proxy by address and port; services meet here in the order of their age. */
export class OutboundListenerBuilder {
  readonly #entries = new Map<string, Entry>();
  readonly #conflicts: ListenerConflict[] = [];

  constructor(private readonly request: OutboundRequest) {}

  /** istio/istio pilot/pkg/networking/core/listener.go (buildSidecarOutboundListeners) */
  build(): OutboundListeners {
    for (const egress of this.request.scope.egressListeners) this.#addEgress(egress);
    const listeners = [...this.#entries.values()].map((entry) => this.#toListener(entry));
    return { listeners, conflicts: this.#conflicts };
  }

  #addEgress(egress: EgressScope): void {
    const { listener: written, virtualServices } = egress;
    const none = this.request.proxy.interceptionMode === 'NONE';
    const bindToPort = none || written?.captureMode === 'NONE' || (written?.bind ?? '').startsWith(UNIX_PREFIX);
    const own = written?.bind ?? '';
    const bind = own !== '' ? own : bindToPort ? LOCALHOST : '';
    if (written?.port !== undefined) {
      const port: ServicePort = {
        name: written.port.name ?? '',
        port: written.port.number ?? 0,
        protocol: parseProtocol(written.port.protocol ?? ''),
      };
      if (!this.#canBind(bind, bindToPort, port)) return;
      for (const service of egress.services) this.#add({ service, port, bind, bindToPort, virtualServices });
      return;
    }
    for (const entry of this.#entries.values()) entry.locked = true;
    for (const service of egress.services) {
      for (const port of service.ports) {
        if (this.#canBind(bind, bindToPort, port)) {
          this.#addPort({ service, port, bind, bindToPort, virtualServices });
        }
      }
    }
  }

  #canBind(bind: string, bindToPort: boolean, { port, protocol }: ServicePort): boolean {
    return canBind(this.request.proxy, { bind, port, protocol, bindToPort }, this.request.push.mesh);
  }

  /**
   * Connections to pods of a headless service can only be told by their address, so every pod has a listener.
   * HTTP shares the wildcard listener and is told by its host.
   */
  #addPort(candidate: Candidate): void {
    const { service, port, bind } = candidate;
    const perPod =
      bind === '' &&
      service.resolution === 'Passthrough' &&
      service.address === UNSPECIFIED_IP &&
      (isTcp(port.protocol) || isDetected(port.protocol));
    if (!perPod) {
      this.#add(candidate);
      return;
    }
    const endpoints = this.request.push.endpoints.ofPortNumber(service, port.port);
    if (service.registry !== 'Kubernetes' && endpoints.length === 0 && Object.keys(service.selector).length === 0) {
      this.#add(candidate);
      return;
    }
    const [own] = this.request.proxy.ipAddresses;
    for (const { address } of endpoints) {
      if (isIpAddress(address) && address !== own) this.#add({ ...candidate, bind: address });
    }
  }

  /** istio/istio pilot/pkg/networking/core/listener.go (buildSidecarOutboundListener) */
  #add(candidate: Candidate): void {
    const { service, port } = candidate;
    if (service.resolution === 'Alias' || port.protocol === 'UDP') return;
    const placed = place(candidate);
    const key = `${placed.bind} ${port.port}`;
    const existing = this.#entries.get(key);
    if (existing?.locked === true) return;
    const family = port.protocol === 'HTTP_PROXY' ? 'proxy' : listenerProtocolOf(port.protocol);
    if (family === 'HTTP' && existing !== undefined && !isTcp(existing.protocol)) return;
    const conflict = family === 'proxy' ? 'none' : conflictOf(family, existing);
    if (existing !== undefined && conflict !== 'none' && excludesOthers(port.protocol, existing.protocol)) return;
    const chains = this.#chainsFor(placed, family, conflict === 'tcpOverAuto' && family === 'Auto');
    if (existing === undefined || conflict === 'none' || conflict === 'autoOverHttp') {
      const wildcardHttp = family === 'HTTP' && placed.bind === UNSPECIFIED_IP;
      this.#entries.set(key, {
        bind: placed.bind,
        bindToPort: placed.bindToPort,
        port,
        chains,
        protocol: wildcardHttp ? 'Unsupported' : port.protocol,
        locked: false,
      });
      return;
    }
    this.#merge(existing, chains, placed);
    if (conflict !== 'tcpOverTcp' && conflict !== 'tcpOverAuto') existing.protocol = 'Unsupported';
  }

  #chainsFor(placed: Placed, family: 'HTTP' | 'TCP' | 'Auto' | 'proxy', onlyTcp: boolean): readonly OutboundChain[] {
    if (family === 'proxy') return [this.#httpChain(placed, false)];
    if (family === 'HTTP') return [this.#httpChain(placed, placed.bind === UNSPECIFIED_IP)];
    const tcp = this.#tcpChains(placed);
    return family === 'TCP' || onlyTcp ? tcp : [...tcp, this.#httpChain(placed, true)];
  }

  #tcpChains(placed: Placed): readonly OutboundChain[] {
    const { push, proxy, scope } = this.request;
    return buildTcpChains({ push, proxy, scope, side: 'sidecarOutbound', securityFilters: [], ...placed });
  }

  /** istio/istio pilot/pkg/networking/core/listener.go (buildSidecarOutboundHTTPListenerOpts) */
  #httpChain(placed: Placed, inspected: boolean): OutboundChain {
    const { service, port, bind } = placed;
    const ownRoutes = isDetected(port.protocol) && bind !== UNSPECIFIED_IP;
    const shared = port.port === 0 ? bind : String(port.port);
    return {
      sniHosts: [],
      destinationCidrs: [],
      applicationProtocols: inspected ? PLAINTEXT_HTTP_ALPN : [],
      transportProtocol: inspected ? 'raw_buffer' : '',
      content: {
        kind: 'http',
        routeName: ownRoutes && port.port !== 0 ? `${service.hostname}:${port.port}` : shared,
        service,
      },
      origin: service.origin,
    };
  }

  #merge(existing: Entry, incoming: readonly OutboundChain[], { service, bind, port }: Placed): void {
    const merged = [...existing.chains];
    for (const chain of incoming) {
      if (merged.some((known) => conflicts(known, chain))) {
        this.#conflicts.push({ listenerName: `${bind}_${port.port}`, service });
      } else {
        merged.push(chain);
      }
    }
    existing.chains = merged;
  }

  #toChain(chain: OutboundChain, entry: Entry): FilterChain {
    return filterChain({
      match: takesEverything(chain) ? filterChainMatch() : toMatch(chain),
      filters: this.#filtersOf(chain, entry),
      transportSocketConnectTimeoutNs: TRANSPORT_SOCKET_CONNECT_TIMEOUT_NS,
      ...(chain.metadata === undefined ? {} : { metadata: chain.metadata }),
      origin: chain.origin,
    });
  }

  #filtersOf(chain: OutboundChain, entry: Entry): readonly NetworkFilter[] {
    const { content } = chain;
    if (content.kind === 'tcp') return content.filters;
    const manager = httpManagerFilter(
      {
        mesh: this.request.push.mesh,
        side: 'sidecarOutbound',
        statPrefix: `outbound_${entry.bind}_${entry.port.port};`,
        routes: { kind: 'rds', routeConfigName: content.routeName },
        securityFilters: [],
        protocol: entry.port.protocol,
        service: content.service,
      },
      chain.origin,
    );
    return [manager];
  }

  /** istio/istio pilot/pkg/networking/core/listener.go (buildListenerFromEntry) */
  #toListener(entry: Entry): Listener {
    const catchAll = entry.chains.filter(takesEverything).at(-1);
    const specific = entry.chains.filter((chain) => !takesEverything(chain));
    const inspectsHttp = entry.chains.some((chain) => chain.applicationProtocols.length > 0);
    const [first] = entry.chains;
    const fallback = catchAll === undefined ? this.#passthroughChain() : this.#toChain(catchAll, entry);
    const alone = specific.length === 0 && catchAll !== undefined;
    return listener({
      name: `${entry.bind}_${entry.port.port}`,
      address: { address: entry.bind, port: entry.port.port },
      trafficDirection: 'OUTBOUND',
      filterChains: alone ? [fallback] : specific.map((chain) => this.#toChain(chain, entry)),
      ...(alone ? {} : { defaultFilterChain: fallback }),
      listenerFilters: inspectors(entry.chains, inspectsHttp),
      listenerFiltersTimeoutNs: inspectsHttp ? this.request.push.mesh.protocolDetectionTimeoutNs : 0,
      continueOnListenerFiltersTimeout: true,
      bindToPort: entry.bindToPort,
      ...(entry.bindToPort ? { maxConnectionsToAcceptPerSocketEvent: 1 } : {}),
      ...(first === undefined ? {} : { origin: first.origin }),
    });
  }

  /** What no chain takes goes where unknown traffic goes. */
  #passthroughChain(): FilterChain {
    return filterChain({ name: PASSTHROUGH_CHAIN, filters: catchAllFilters(this.request) });
  }
}

/** HTTP shares the wildcard address; everything else listens on the address of the service, a range by its chains. */
function place(candidate: Candidate): Placed {
  const { service, port, bind } = candidate;
  if (bind !== '') return { ...candidate, cidrs: [] };
  if (isHttp(port.protocol)) return { ...candidate, bind: UNSPECIFIED_IP, cidrs: [] };
  if (service.address.includes('/')) {
    return { ...candidate, bind: UNSPECIFIED_IP, cidrs: [service.address, ...service.extraAddresses] };
  }
  return { ...candidate, bind: service.address === '' ? UNSPECIFIED_IP : service.address, cidrs: [] };
}

function conflictOf(family: 'HTTP' | 'TCP' | 'Auto', existing: Entry | undefined): Conflict {
  if (existing === undefined) return 'none';
  if (family === 'HTTP') return 'httpOverTcp';
  if (isHttp(existing.protocol)) return family === 'TCP' ? 'tcpOverHttp' : 'autoOverHttp';
  if (isTcp(existing.protocol)) return family === 'TCP' ? 'tcpOverTcp' : 'autoOverTcp';
  return 'tcpOverAuto';
}

function needsServerName(chain: OutboundChain): boolean {
  if (chain.sniHosts.length > 0) return true;
  return (
    chain.content.kind === 'tcp' &&
    chain.content.filters.some((filter) => filter.kind === 'opaque' && filter.name === SNI_FORWARD_PROXY)
  );
}

function inspectors(chains: readonly OutboundChain[], inspectsHttp: boolean): readonly ListenerFilter[] {
  return [
    ...(chains.some(needsServerName)
      ? [{ kind: 'tlsInspector' as const, disabledPorts: [], initialReadBufferSizeBytes: 512 }]
      : []),
    ...(inspectsHttp ? [{ kind: 'httpInspector' as const, disabledPorts: [] }] : []),
  ];
}
