import type { StringMatcher } from './matchers';

/** envoyproxy/envoy api/envoy/extensions/transport_sockets/tls/v3. Certificates are names of secrets; no key material exists here. */
export interface CommonTls {
  /** Names of the certificate secrets ("default" is the workload's mesh identity), or file paths. Empty: none presented. */
  readonly certificates: readonly TlsCertificateSource[];
  /** Absent: the peer is not verified. */
  readonly validation?: TlsValidation;
  readonly alpnProtocols: readonly string[];
  readonly minimumVersion?: string;
  readonly maximumVersion?: string;
  readonly cipherSuites: readonly string[];
}

export type TlsCertificateSource =
  | { readonly kind: 'sds'; readonly secretName: string }
  | { readonly kind: 'files'; readonly certificateChain: string; readonly privateKey: string };

export interface TlsValidation {
  /** Name of the trust bundle: "ROOTCA" is the mesh root, "system" the OS bundle, otherwise a secret or a file. */
  readonly trustBundle:
    | { readonly kind: 'sds'; readonly secretName: string }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'none' };
  readonly matchSubjectAltNames: readonly StringMatcher[];
}

export interface UpstreamTlsContext {
  readonly common: CommonTls;
  readonly sni: string;
  readonly autoHostSni: boolean;
  readonly autoSniSanValidation: boolean;
}

export interface DownstreamTlsContext {
  readonly common: CommonTls;
  readonly requireClientCertificate: boolean;
}

export type UpstreamTransportSocket =
  | { readonly kind: 'tls'; readonly tls: UpstreamTlsContext }
  | { readonly kind: 'rawBuffer' };

/** First entry whose `match` is contained in the endpoint's transport-socket metadata wins. */
export interface TransportSocketMatch {
  readonly name: string;
  readonly match: Readonly<Record<string, string>>;
  readonly transportSocket: UpstreamTransportSocket;
}
