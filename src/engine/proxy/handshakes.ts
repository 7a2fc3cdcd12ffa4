import type { DownstreamTlsContext, XdsSecret } from '../../xds';
import type { StringTable } from '../core';
import { type Faults, type NetworkTables, NONE, type Pods, podOf } from '../network';
import type { CompiledChain, CompiledConfig, ConfigRegistry } from './config';
import type { ProxyEnvironment } from './environment';
import type { ProxyRecord } from './proxy-record';
import {
  certificateOf,
  type PeerTls,
  performHandshake,
  resolveTlsIdentity,
  resolveTlsTrust,
  type TlsClient,
  type TlsCounter,
  type TlsIdentity,
  type TlsServer,
  tlsVersions,
} from './semantics';
import type { ProxyTables } from './tables';
import type { TlsContexts } from './upstream/tls-contexts';

/** How a handshake ended, as the server goes on from it. */
export type HandshakeResult =
  | { readonly kind: 'plaintext' }
  | { readonly kind: 'established'; readonly peer: PeerTls; readonly localUriSans: readonly string[] }
  /** The client learns it while it connects. */
  | { readonly kind: 'failed' }
  /** The client believes that it is connected, until it sends something. */
  | { readonly kind: 'failsLater' };

/** What a client shows of its TLS before the server answers. */
export interface TlsOffer {
  readonly sni: string;
  readonly alpn: readonly string[];
}

/** An application's own TLS: no certificate, and whatever the server shows is good. */
const APPLICATION_TLS = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;
/** Counters of a cluster for failed handshakes, in their order there. */
const TLS_FAILURES: readonly TlsCounter[] = [
  'connection_error',
  'fail_verify_error',
  'fail_verify_san',
  'fail_verify_no_cert',
];
const APPLICATION_ALPN = ['h2', 'http/1.1'];

/** Secrets of a configuration by name, with the pod's own identity where the snapshot leaves it out. */
function secretsOf(config: CompiledConfig | undefined, identity: string): ReadonlyMap<string, XdsSecret> {
  const secrets = new Map<string, XdsSecret>();
  if (identity !== '') secrets.set('default', { name: 'default', kind: 'certificate', subjectAltNames: [identity] });
  for (const secret of config?.source.secrets ?? []) secrets.set(secret.name, secret);
  return secrets;
}

/** Decides TLS handshakes of connections from what the two ends hold. */
export class Handshakes {
  readonly #network: NetworkTables;
  readonly #pods: Pods;
  readonly #faults: Faults;
  readonly #strings: StringTable;
  readonly #configs: ConfigRegistry;
  readonly #contexts: TlsContexts;
  readonly #proxies: readonly (ProxyRecord | undefined)[];

  constructor(environment: ProxyEnvironment, tables: ProxyTables) {
    this.#network = environment.network;
    this.#pods = environment.pods;
    this.#faults = environment.faults;
    this.#strings = environment.strings;
    this.#configs = tables.configs;
    this.#contexts = tables.tls;
    this.#proxies = tables.proxies;
  }

  /** What the client of a connection offers; undefined: plaintext. */
  offerOf(connection: number): TlsOffer | undefined {
    const c = this.#network.connections.arrays;
    const number = c.clientTls[connection] ?? NONE;
    if (number !== NONE) {
      const { context, alpn } = this.#contexts.get(number);
      return { sni: context.sni, alpn };
    }
    if (c.innerTls[connection] === 0) return undefined;
    return { sni: this.#strings.get(c.serverName[connection] ?? NONE), alpn: APPLICATION_ALPN };
  }

  #configOf(slot: number): CompiledConfig | undefined {
    const config = this.#proxies[slot]?.config ?? NONE;
    return config === NONE ? undefined : this.#configs.get(config);
  }

  #isExpired(slot: number): boolean {
    return this.#faults.ofPod(this.#pods.get(slot).facts).certificateExpired;
  }

  #withExpiry(identity: TlsIdentity, slot: number): TlsIdentity {
    if (identity.kind !== 'certificate' || !this.#isExpired(slot)) return identity;
    return { kind: 'certificate', certificate: { ...identity.certificate, expired: true } };
  }

  #clientOf(connection: number): TlsClient | undefined {
    const c = this.#network.connections.arrays;
    const number = c.clientTls[connection] ?? NONE;
    const slot = podOf(c.clientProcess[connection] ?? 0);
    if (number !== NONE) {
      const { context, alpn } = this.#contexts.get(number);
      const secrets = secretsOf(this.#configOf(slot), this.#pods.get(slot).facts.identity);
      return {
        identity: this.#withExpiry(resolveTlsIdentity(context.common, secrets), slot),
        trust: resolveTlsTrust(context.common, secrets),
        alpn,
        ...tlsVersions(context.common, 'client'),
        sni: context.sni,
        requiredNames: [],
      };
    }
    if (c.innerTls[connection] === 0) return undefined;
    const sni = this.#strings.get(c.serverName[connection] ?? NONE);
    return {
      identity: { kind: 'none' },
      trust: { kind: 'none' },
      alpn: APPLICATION_ALPN,
      ...APPLICATION_TLS,
      sni,
      requiredNames: [],
    };
  }

  #serverOf(slot: number, config: CompiledConfig, tls: DownstreamTlsContext): TlsServer {
    const secrets = secretsOf(config, this.#pods.get(slot).facts.identity);
    return {
      identity: this.#withExpiry(resolveTlsIdentity(tls.common, secrets), slot),
      trust: resolveTlsTrust(tls.common, secrets),
      alpn: tls.common.alpnProtocols,
      ...tlsVersions(tls.common, 'server'),
      requireClientCertificate: tls.requireClientCertificate,
    };
  }

  /** A proxy serves a connection under a filter chain. */
  serve(connection: number, slot: number, config: CompiledConfig, chain: CompiledChain): HandshakeResult {
    const { tls } = chain.source;
    const client = this.#clientOf(connection);
    // Bytes that a TCP proxy passes on: whoever is behind it speaks TLS or not.
    if (tls === undefined && chain.tcpProxy !== undefined && this.#isInner(connection)) return { kind: 'plaintext' };
    const server = tls === undefined ? undefined : this.#serverOf(slot, config, tls);
    return this.#conclude(connection, client, server);
  }

  #isInner(connection: number): boolean {
    const c = this.#network.connections.arrays;
    return c.clientTls[connection] === NONE && c.innerTls[connection] === 1;
  }

  /** An application serves a connection; `hostname` is set for outside hosts that speak TLS. */
  serveApplication(connection: number, hostname: string | undefined): HandshakeResult {
    const client = this.#clientOf(connection);
    if (client === undefined && hostname === undefined) return { kind: 'plaintext' };
    const server: TlsServer | undefined =
      hostname === undefined
        ? undefined
        : {
            identity: { kind: 'certificate', certificate: certificateOf([hostname]) },
            trust: { kind: 'none' },
            alpn: APPLICATION_ALPN,
            ...APPLICATION_TLS,
            requireClientCertificate: false,
          };
    return this.#conclude(connection, client, server);
  }

  #conclude(connection: number, client: TlsClient | undefined, server: TlsServer | undefined): HandshakeResult {
    const outcome = performHandshake(client, server);
    if (outcome.kind === 'plaintext') return { kind: 'plaintext' };
    if (outcome.kind === 'established') {
      const localUriSans = server?.identity.kind === 'certificate' ? server.identity.certificate.uriSans : [];
      return { kind: 'established', peer: outcome.clientPeer, localUriSans };
    }
    const c = this.#network.connections.arrays;
    if (outcome.clientReason !== '') c.failureText[connection] = this.#strings.numberOf(outcome.clientReason);
    c.tlsFailure[connection] = 1 + TLS_FAILURES.indexOf(outcome.clientCounters[0] ?? 'secrets_not_ready');
    return { kind: outcome.phase === 'connect' ? 'failed' : 'failsLater' };
  }
}
