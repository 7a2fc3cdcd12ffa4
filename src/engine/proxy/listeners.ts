import { assertDefined } from '../../base';
import type { SocketAddress } from '../../xds';
import type { StringTable } from '../core';
import {
  CONNECT_ACCEPTED,
  CONNECT_REFUSED,
  CONNECT_TLS_FAILED,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  type Pod,
  type Pods,
  podOf,
  ROLE_APPLICATION,
  roleOf,
  type ServiceDirectory,
} from '../network';
import type { CompiledChain, CompiledConfig, CompiledListener, ConfigRegistry } from './config';
import type { ProxyEnvironment } from './environment';
import type { Handshakes } from './handshakes';
import type { ConnectionClasses } from './http/connection-classes';
import { type DecisionSink, reason } from './http/recorder';
import type { ProxyRecord } from './proxy-record';
import { NO_CONFIG } from './proxy-record';
import {
  type ConnectionInfo,
  type FilterChainCriterion,
  type FilterChainInput,
  findFilterChain,
  NO_METADATA,
  type PeerTls,
  RESET_IN_HANDSHAKE,
  runRbac,
} from './semantics';
import type { ProxyTables } from './tables';

const WILDCARD = '0.0.0.0';
const INBOUND_CAPTURE_PORT = 15006;

/** Why a proxy ends a connection before anything is asked of it. */
export type EarlyEnd =
  | { readonly kind: 'noFilterChain'; readonly listener: CompiledListener }
  | { readonly kind: 'denied'; readonly chain: CompiledChain; readonly policy: string };

/** What came of a connection's search for a filter chain. */
export interface AcceptedChain {
  readonly outcome: number;
  readonly chain: CompiledChain | undefined;
  readonly end?: EarlyEnd;
}

function listensOn(listener: CompiledListener, ip: string, port: number): boolean {
  const { address, additionalAddresses } = listener.source;
  return matchesAddress(address, ip, port) || additionalAddresses.some((other) => matchesAddress(other, ip, port));
}

function matchesAddress(address: SocketAddress, ip: string, port: number): boolean {
  return address.address === ip && address.port === port;
}

function isCatchAll(listener: CompiledListener, outbound: boolean): boolean {
  const { source } = listener;
  if (outbound) return source.useOriginalDst;
  return (
    source.useOriginalDst ||
    source.address.port === INBOUND_CAPTURE_PORT ||
    source.listenerFilters.some(({ kind }) => kind === 'originalDst')
  );
}

/**
 * The listener that gets a connection: exact address, then the wildcard address with the port, then the one that captures
 * everything of that direction.
 */
// envoyproxy/envoy source/common/listener_manager/active_tcp_listener.cc, connection_handler_impl.cc getBalancedHandlerByAddress
export function findListener(
  config: CompiledConfig,
  direction: 'inbound' | 'outbound' | 'gateway',
  ip: string,
  port: number,
): CompiledListener | undefined {
  const wanted = direction === 'inbound' ? 'INBOUND' : 'OUTBOUND';
  const candidates = config.listeners.filter(({ source: { trafficDirection } }) => {
    return direction === 'gateway' || trafficDirection === 'UNSPECIFIED' || trafficDirection === wanted;
  });
  return (
    candidates.find((listener) => listensOn(listener, ip, port)) ??
    candidates.find((listener) => listensOn(listener, WILDCARD, port)) ??
    (direction === 'gateway'
      ? undefined
      : candidates.find((listener) => isCatchAll(listener, direction === 'outbound')))
  );
}

/** Takes connections in: listener, filter chain, TLS, network filters. */
export class Listeners {
  readonly #network: NetworkTables;
  readonly #pods: Pods;
  readonly #services: ServiceDirectory;
  readonly #strings: StringTable;
  readonly #configs: ConfigRegistry;
  readonly #classes: ConnectionClasses;
  readonly #handshakes: Handshakes;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, handshakes: Handshakes) {
    this.#network = environment.network;
    this.#pods = environment.pods;
    this.#services = environment.services;
    this.#strings = environment.strings;
    this.#configs = tables.configs;
    this.#classes = tables.classes;
    this.#handshakes = handshakes;
  }

  /** Decides about a connection: one of the CONNECT constants, and the chain that serves it. */
  accept(connection: number, proxy: ProxyRecord, sink?: DecisionSink): AcceptedChain {
    const c = this.#network.connections.arrays;
    const pod = this.#pods.get(proxy.slot);
    const clientProcess = c.clientProcess[connection] ?? 0;
    const fromOwnApplication = podOf(clientProcess) === proxy.slot && roleOf(clientProcess) === ROLE_APPLICATION;
    if (proxy.config === NO_CONFIG || (!pod.facts.hasApplication && !pod.up)) return refused();
    if (pod.draining && !fromOwnApplication) return refused();
    const config = this.#configs.get(proxy.config);
    const { ip, port } = this.#services.address(c.address[connection] ?? 0);
    const direction = fromOwnApplication ? 'outbound' : pod.facts.hasApplication ? 'inbound' : 'gateway';
    const listener = findListener(config, direction, ip, port);
    if (listener === undefined) {
      sink?.decide('listener', '', reason('noListener', { ip, port }));
      return refused();
    }
    sink?.decide('listener', listener.source.name, reason(direction, { ip, port }), [], listener.source.origin);
    const chain = this.#findChain(connection, listener, pod, sink);
    const usesTls = c.clientTls[connection] !== NONE || c.innerTls[connection] === 1;
    if (chain === undefined) {
      proxy.noFilterChainMatch += 1;
      // A handshake is cut off; plaintext is accepted and closed with its first bytes.
      const end: EarlyEnd = { kind: 'noFilterChain', listener };
      if (c.clientTls[connection] !== NONE) c.failureText[connection] = this.#strings.numberOf(RESET_IN_HANDSHAKE);
      if (usesTls) return { outcome: CONNECT_TLS_FAILED, chain: undefined, end };
      c.doomed[connection] = 1;
      return { outcome: CONNECT_ACCEPTED, chain: undefined, end };
    }
    return this.#enter(connection, proxy, chain, sink);
  }

  #findChain(
    connection: number,
    listener: CompiledListener,
    pod: Pod,
    sink: DecisionSink | undefined,
  ): CompiledChain | undefined {
    const steps: string[] = [];
    const input = this.#chainInput(connection, listener);
    const recorder = (criterion: FilterChainCriterion, matched: string | undefined): void => {
      steps.push(`${criterion}=${matched ?? 'none'}`);
    };
    const found =
      sink === undefined
        ? findFilterChain(listener.matching, input)
        : findFilterChain(listener.matching, input, recorder);
    const chain = found === undefined ? undefined : listener.chains.get(found);
    const code = chain === undefined ? 'noFilterChain' : 'matched';
    const values = {
      steps: steps.join(' '),
      transport: input.transportProtocol,
      sni: input.serverName,
      pod: pod.facts.name,
    };
    sink?.decide('filterChain', chain?.source.name ?? '', reason(code, values), [], chain?.source.origin);
    return chain;
  }

  #chainInput(connection: number, listener: CompiledListener): FilterChainInput {
    const c = this.#network.connections.arrays;
    const { ip, port } = this.#services.address(c.address[connection] ?? 0);
    const source = { address: this.#clientIp(connection), port: 32_768 + (connection % 28_000) };
    const offer = this.#handshakes.offerOf(connection);
    const payload = c.payload[connection] ?? PAYLOAD_TCP;
    const sniffed = payload === PAYLOAD_HTTP2 ? ['h2c'] : ['http/1.1'];
    const http = listener.detectsHttp && payload !== PAYLOAD_TCP;
    return {
      destination: { address: ip, port },
      serverName: listener.detectsTls ? (offer?.sni ?? '') : '',
      // envoyproxy/envoy source/common/listener_manager/active_tcp_socket.cc newConnection: raw_buffer where no inspector said otherwise.
      transportProtocol: listener.detectsTls && offer !== undefined ? 'tls' : 'raw_buffer',
      applicationProtocols: offer !== undefined ? (listener.detectsTls ? offer.alpn : []) : http ? sniffed : [],
      source,
      directSource: source,
    };
  }

  #clientIp(connection: number): string {
    const client = podOf(this.#network.connections.arrays.clientProcess[connection] ?? 0);
    return this.#pods.get(client).facts.ip;
  }

  /** The connection enters its chain: TLS, then network filters. */
  #enter(connection: number, proxy: ProxyRecord, chain: CompiledChain, sink: DecisionSink | undefined): AcceptedChain {
    const c = this.#network.connections.arrays;
    const result = this.#handshakes.serve(connection, proxy.slot, this.#configs.get(proxy.config), chain);
    sink?.decide(
      'tls',
      result.kind,
      reason(result.kind, { text: this.#strings.get(c.failureText[connection] ?? NONE) }),
    );
    if (result.kind === 'failed') return { outcome: CONNECT_TLS_FAILED, chain };
    if (result.kind === 'failsLater') {
      c.doomed[connection] = 1;
      return { outcome: CONNECT_ACCEPTED, chain };
    }
    const peer = result.kind === 'established' ? result.peer : undefined;
    c.mutualTls[connection] = peer?.presented === true ? 1 : 0;
    c.serverConfig[connection] = proxy.config;
    c.serverChain[connection] = chain.number;
    c.serverClass[connection] = this.#classOf(
      connection,
      peer,
      result.kind === 'established' ? result.localUriSans : [],
    );
    c.serverWorker[connection] = proxy.accepted % proxy.concurrency;
    proxy.accepted += 1;
    const policy = this.#denyingPolicy(connection, chain, sink);
    if (policy === undefined) return { outcome: CONNECT_ACCEPTED, chain };
    c.doomed[connection] = 1;
    return { outcome: CONNECT_ACCEPTED, chain, end: { kind: 'denied', chain, policy } };
  }

  #classOf(connection: number, peer: PeerTls | undefined, localUriSans: readonly string[]): number {
    const c = this.#network.connections.arrays;
    const { ip, port } = this.#services.address(c.address[connection] ?? 0);
    const offer = this.#handshakes.offerOf(connection);
    const base = {
      remoteIp: this.#clientIp(connection),
      localIp: ip,
      localPort: port,
      protocol: c.payload[connection] === PAYLOAD_HTTP2 ? 'HTTP/2' : 'HTTP/1.1',
      serverName: offer?.sni ?? '',
      localUriSans,
    };
    return this.#classes.numberOf(peer === undefined ? base : { ...base, tls: peer });
  }

  /** Network authorization filters close the connection without a word. The name of the policy that does, "" when none allows it. */
  // envoyproxy/envoy source/extensions/filters/network/rbac/rbac_filter.cc RoleBasedAccessControlFilter::onData
  #denyingPolicy(connection: number, chain: CompiledChain, sink: DecisionSink | undefined): string | undefined {
    const c = this.#network.connections.arrays;
    const info: ConnectionInfo = this.#classes.get(c.serverClass[connection] ?? 0).info;
    for (const { source, compiled } of chain.networkRbac) {
      const { enforced } = runRbac(compiled, { request: undefined, connection: info, metadata: NO_METADATA });
      if (enforced === undefined) continue;
      sink?.decide(
        'filter',
        source.name,
        reason(enforced.allowed ? 'rbacAllowed' : 'rbacDenied', { policy: enforced.policy }),
      );
      if (!enforced.allowed) return enforced.policy;
    }
    return undefined;
  }
}

function refused(): AcceptedChain {
  return { outcome: CONNECT_REFUSED, chain: undefined };
}

/** The chain of a connection that a proxy serves. */
export function chainOf(
  configs: ConfigRegistry,
  network: NetworkTables,
  connection: number,
): CompiledChain | undefined {
  const c = network.connections.arrays;
  const number = c.serverChain[connection] ?? NONE;
  if (number === NONE) return undefined;
  return assertDefined(configs.get(c.serverConfig[connection] ?? 0).chains[number], 'unknown filter chain');
}
