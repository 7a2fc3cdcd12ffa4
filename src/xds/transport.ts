import type { JsonObject, WithExtra } from './json-value';
import type { StringMatcher } from './matchers';

/** envoyproxy/envoy api/envoy/extensions/transport_sockets/tls/v3. Certificates are names of secrets; no key material exists here. */
export interface CommonTls extends WithExtra {
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
  /** `configSource` absent = the agent's secret discovery service as istiod writes it. */
  | { readonly kind: 'sds'; readonly secretName: string; readonly configSource?: JsonObject }
  /** Paths; `inline` holds the two data sources where the source carries the material itself. */
  | {
      readonly kind: 'files';
      readonly certificateChain: string;
      readonly privateKey: string;
      readonly inline?: JsonObject;
      readonly extra?: JsonObject;
    };

export interface TlsValidation extends WithExtra {
  /** Name of the trust bundle: "ROOTCA" is the mesh root, "system" the OS bundle, otherwise a secret or a file. */
  readonly trustBundle:
    | { readonly kind: 'sds'; readonly secretName: string; readonly configSource?: JsonObject }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'none' };
  readonly matchSubjectAltNames: readonly StringMatcher[];
  /** Written as a combined context. Absent: if the bundle comes from secret discovery, as istiod writes it. */
  readonly combined?: boolean;
}

export interface UpstreamTlsContext extends WithExtra {
  readonly common: CommonTls;
  readonly sni: string;
  readonly autoHostSni: boolean;
  readonly autoSniSanValidation: boolean;
}

export interface DownstreamTlsContext extends WithExtra {
  readonly common: CommonTls;
  readonly requireClientCertificate: boolean;
}

export type UpstreamTransportSocket =
  | { readonly kind: 'tls'; readonly tls: UpstreamTlsContext }
  | { readonly kind: 'rawBuffer' }
  /** Not simulated: taken as plaintext. */
  | { readonly kind: 'opaque'; readonly name: string; readonly typeUrl: string; readonly config: JsonObject };

/** First entry whose `match` is contained in the endpoint's transport-socket metadata wins. */
export interface TransportSocketMatch {
  readonly name: string;
  readonly match: Readonly<Record<string, string>>;
  readonly transportSocket: UpstreamTransportSocket;
}
