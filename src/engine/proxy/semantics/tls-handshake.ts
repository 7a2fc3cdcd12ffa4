import type { CommonTls } from '../../../xds';
import type { PeerTls } from './http-message';
import { type CompiledStringMatcher, matchString } from './matchers';
import type { StreamResetReason } from './retry-state';
import type { TlsCertificate, TlsIdentity, TlsTrust } from './tls-identity';

/** One side of a handshake with its secrets resolved. */
export interface TlsSide {
  readonly identity: TlsIdentity;
  readonly trust: TlsTrust;
  readonly alpn: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}

export interface TlsClient extends TlsSide {
  readonly sni: string;
  /** Names that the server has to prove instead of those of the trust, e.g. the authority of the request. */
  readonly requiredNames: readonly string[];
}

export interface TlsServer extends TlsSide {
  readonly requireClientCertificate: boolean;
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

const VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

const VERSION_NAMES: ReadonlyMap<string, TlsVersion> = new Map([
  ['TLSv1_0', 'TLSv1'],
  ['TLSv1_1', 'TLSv1.1'],
  ['TLSv1_2', 'TLSv1.2'],
  ['TLSv1_3', 'TLSv1.3'],
]);

/** Versions of a context; a client offers at most 1.2 unless told otherwise. */
// envoyproxy/envoy source/common/tls/context_config_impl.cc DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION
export function tlsVersions(
  common: CommonTls,
  side: 'client' | 'server',
): { readonly minVersion: TlsVersion; readonly maxVersion: TlsVersion } {
  return {
    minVersion: VERSION_NAMES.get(common.minimumVersion ?? '') ?? 'TLSv1.2',
    maxVersion: VERSION_NAMES.get(common.maximumVersion ?? '') ?? (side === 'client' ? 'TLSv1.2' : 'TLSv1.3'),
  };
}

/** Statistics of a TLS context that a failure raises. */
export type TlsCounter =
  | 'connection_error'
  | 'fail_verify_error'
  | 'fail_verify_san'
  | 'fail_verify_no_cert'
  | 'secrets_not_ready';

/** What each side knows of the other after a handshake. */
export interface TlsEstablished {
  readonly kind: 'established';
  readonly version: TlsVersion;
  /** Negotiated application protocol; empty when there is none in common. */
  readonly alpn: string;
  /** The client as the server sees it. */
  readonly clientPeer: PeerTls;
  /** The server as the client sees it. */
  readonly serverPeer: PeerTls;
}

export interface TlsFailure {
  readonly kind: 'failed';
  /** `afterHandshake`: the client already believes that it is connected; its first request is then reset. */
  readonly phase: 'connect' | 'afterHandshake';
  readonly resetReason: StreamResetReason;
  /** %UPSTREAM_TRANSPORT_FAILURE_REASON% of the client; empty when it only sees the connection close. */
  readonly clientReason: string;
  /** %DOWNSTREAM_TRANSPORT_FAILURE_REASON% of the server; empty when it sees nothing of TLS. */
  readonly serverReason: string;
  readonly clientCounters: readonly TlsCounter[];
  readonly serverCounters: readonly TlsCounter[];
  /** The server reads TLS bytes as its own protocol: an HTTP codec error there. */
  readonly serverCodecError: boolean;
}

/** `plaintext`: neither side speaks TLS. */
export type TlsOutcome = { readonly kind: 'plaintext' } | TlsEstablished | TlsFailure;

/** Reason codes of BoringSSL: 0x10000000 for the SSL library plus the reason. google/boringssl include/openssl/ssl.h */
const SSL_ERRORS = {
  PEER_DID_NOT_RETURN_A_CERTIFICATE: 268435648,
  CERTIFICATE_VERIFY_FAILED: 268435581,
  HTTP_REQUEST: 268435612,
  UNSUPPORTED_PROTOCOL: 268435696,
  WRONG_VERSION_NUMBER: 268435703,
  SSLV3_ALERT_CERTIFICATE_EXPIRED: 268436501,
  SSLV3_ALERT_CERTIFICATE_UNKNOWN: 268436502,
  SSLV3_ALERT_HANDSHAKE_FAILURE: 268436496,
  TLSV1_ALERT_UNKNOWN_CA: 268436504,
  TLSV1_ALERT_PROTOCOL_VERSION: 268436526,
  TLSV1_ALERT_CERTIFICATE_REQUIRED: 268436572,
} as const;

type SslError = keyof typeof SSL_ERRORS;

const NOT_READY = 'TLS error: Secret is not supplied by SDS';

/** As Envoy assembles the error queue of BoringSSL. */
// envoyproxy/envoy source/common/tls/ssl_socket.cc SslSocket::drainErrorQueue
export function tlsErrorText(error: SslError, detail = ''): string {
  const suffix = detail === '' ? '' : `:${detail}`;
  return `TLS_error:|${SSL_ERRORS[error]}:SSL routines:OPENSSL_internal:${error}${suffix}:TLS_error_end`;
}

/** What a client reads when its ClientHello meets no filter chain: the socket is closed over bytes that nobody has taken. */
export const RESET_IN_HANDSHAKE =
  'TLS_error:|33554536:system library:OPENSSL_internal:Connection reset by peer:TLS_error_end';

function failure(parts: Partial<TlsFailure>): TlsFailure {
  return {
    kind: 'failed',
    phase: 'connect',
    resetReason: 'remoteConnectionFailure',
    clientReason: '',
    serverReason: '',
    clientCounters: [],
    serverCounters: [],
    serverCodecError: false,
    ...parts,
  };
}

interface VerificationError {
  /** Text that the verifying side appends to its error. */
  readonly detail: string;
  readonly counter: TlsCounter;
  /** What the other side reads from the alert. */
  readonly alert: SslError;
}

function verificationError(detail: string, counter: TlsCounter, alert: SslError): VerificationError {
  return { detail: `verify cert failed: ${detail}`, counter, alert };
}

const X509 = 'X509_verify_cert: certificate verification error at depth';

function namesOf(certificate: TlsCertificate): readonly string[] {
  return [...certificate.uriSans, ...certificate.dnsSans];
}

function dnsNameMatches(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern.toLowerCase() === name.toLowerCase();
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot).toLowerCase() === pattern.slice(1).toLowerCase();
}

function hasRequiredName(certificate: TlsCertificate, required: readonly string[]): boolean {
  return required.some(
    (name) =>
      certificate.uriSans.includes(name) || certificate.dnsSans.some((pattern) => dnsNameMatches(pattern, name)),
  );
}

function hasMatchingName(certificate: TlsCertificate, matchers: readonly CompiledStringMatcher[]): boolean {
  return namesOf(certificate).some((name) => matchers.some((matcher) => matchString(matcher, name)));
}

/** Why a certificate is not accepted; undefined when it is. */
// envoyproxy/envoy source/common/tls/cert_validator/default_validator.cc DefaultCertValidator::doVerifyCertChain
function verifyCertificate(
  certificate: TlsCertificate,
  trust: TlsTrust,
  requiredNames: readonly string[],
): VerificationError | undefined {
  if (trust.kind !== 'authorities') return undefined;
  if (trust.issuers.length > 0 && !trust.issuers.includes(certificate.issuer)) {
    return verificationError(
      `${X509} 0: unable to get local issuer certificate`,
      'fail_verify_error',
      'TLSV1_ALERT_UNKNOWN_CA',
    );
  }
  if (trust.issuers.length > 0 && certificate.expired) {
    return verificationError(
      `${X509} 0: certificate has expired`,
      'fail_verify_error',
      'SSLV3_ALERT_CERTIFICATE_EXPIRED',
    );
  }
  if (requiredNames.length > 0) {
    return hasRequiredName(certificate, requiredNames)
      ? undefined
      : verificationError('verify SAN list', 'fail_verify_san', 'SSLV3_ALERT_CERTIFICATE_UNKNOWN');
  }
  if (trust.subjectAltNames.length > 0 && !hasMatchingName(certificate, trust.subjectAltNames)) {
    const names = `SAN matcher, certificate SANs are [${namesOf(certificate).join(', ')}]`;
    return verificationError(names, 'fail_verify_san', 'SSLV3_ALERT_CERTIFICATE_UNKNOWN');
  }
  return undefined;
}

function commonVersion(client: TlsClient, server: TlsServer): TlsVersion | undefined {
  const highest = Math.min(VERSIONS.indexOf(client.maxVersion), VERSIONS.indexOf(server.maxVersion));
  const lowest = Math.max(VERSIONS.indexOf(client.minVersion), VERSIONS.indexOf(server.minVersion));
  return highest < lowest ? undefined : VERSIONS[highest];
}

/** With TLS 1.3 the client is done before the server has seen its certificate; it counts the alert, and its requests see a connection end. */
function clientCertificateFailure(
  version: TlsVersion,
  alert: SslError,
  server: { readonly reason: string; readonly counter: TlsCounter },
): TlsFailure {
  const late = version === 'TLSv1.3';
  return failure({
    phase: late ? 'afterHandshake' : 'connect',
    resetReason: late ? 'connectionTermination' : 'remoteConnectionFailure',
    clientReason: late ? '' : tlsErrorText(alert),
    clientCounters: ['connection_error'],
    serverReason: server.reason,
    serverCounters: [server.counter],
  });
}

function verifyServer(client: TlsClient, server: TlsServer): TlsFailure | undefined {
  if (server.identity.kind !== 'certificate') {
    return failure({
      clientReason: tlsErrorText('SSLV3_ALERT_HANDSHAKE_FAILURE'),
      clientCounters: ['connection_error'],
      serverCounters: ['connection_error'],
    });
  }
  const error = verifyCertificate(server.identity.certificate, client.trust, client.requiredNames);
  if (error === undefined) return undefined;
  return failure({
    clientReason: tlsErrorText('CERTIFICATE_VERIFY_FAILED', error.detail),
    clientCounters: [error.counter],
    serverReason: tlsErrorText(error.alert),
    serverCounters: ['connection_error'],
  });
}

function verifyClient(client: TlsClient, server: TlsServer, version: TlsVersion): TlsFailure | undefined {
  if (client.identity.kind !== 'certificate') {
    if (!server.requireClientCertificate) return undefined;
    const alert = version === 'TLSv1.3' ? 'TLSV1_ALERT_CERTIFICATE_REQUIRED' : 'SSLV3_ALERT_HANDSHAKE_FAILURE';
    const reason = tlsErrorText(
      'PEER_DID_NOT_RETURN_A_CERTIFICATE',
      'peer did not provide required client certificate',
    );
    return clientCertificateFailure(version, alert, { reason, counter: 'fail_verify_no_cert' });
  }
  const error = verifyCertificate(client.identity.certificate, server.trust, []);
  if (error === undefined) return undefined;
  const reason = tlsErrorText('CERTIFICATE_VERIFY_FAILED', error.detail);
  return clientCertificateFailure(version, error.alert, { reason, counter: error.counter });
}

function peerOf(identity: TlsIdentity, trust: TlsTrust, version: TlsVersion): PeerTls {
  if (identity.kind !== 'certificate') {
    return { presented: false, validated: false, uriSans: [], dnsSans: [], subject: '', version };
  }
  const { uriSans, dnsSans, subject } = identity.certificate;
  return { presented: true, validated: trust.kind === 'authorities', uriSans, dnsSans, subject, version };
}

/** A side whose secrets are not there yet closes the connection at once. */
// envoyproxy/envoy source/common/tls/ssl_socket.cc NotReadySslSocket
function notReady(client: TlsClient, server: TlsServer): TlsFailure | undefined {
  const lacks = ({ identity, trust }: TlsSide): boolean => identity.kind === 'missing' || trust.kind === 'missing';
  if (lacks(client)) {
    return failure({
      resetReason: 'localConnectionFailure',
      clientReason: NOT_READY,
      clientCounters: ['secrets_not_ready'],
    });
  }
  return lacks(server) ? failure({ serverReason: NOT_READY, serverCounters: ['secrets_not_ready'] }) : undefined;
}

function handshakeOfBoth(client: TlsClient, server: TlsServer): TlsOutcome {
  const unready = notReady(client, server);
  if (unready !== undefined) return unready;
  const version = commonVersion(client, server);
  if (version === undefined) {
    return failure({
      clientReason: tlsErrorText('TLSV1_ALERT_PROTOCOL_VERSION'),
      clientCounters: ['connection_error'],
      serverReason: tlsErrorText('UNSUPPORTED_PROTOCOL'),
      serverCounters: ['connection_error'],
    });
  }
  const failed = verifyServer(client, server) ?? verifyClient(client, server, version);
  if (failed !== undefined) return failed;
  return {
    kind: 'established',
    version,
    // The server chooses, in its own order of preference.
    alpn: server.alpn.find((protocol) => client.alpn.includes(protocol)) ?? '',
    clientPeer: peerOf(client.identity, server.trust, version),
    serverPeer: peerOf(server.identity, client.trust, version),
  };
}

/**
 * What comes of a connection between two transport sockets; undefined stands for plaintext. A server whose listener found no filter chain
 * is not a matter of TLS: see `findFilterChain`.
 */
export function performHandshake(client: TlsClient | undefined, server: TlsServer | undefined): TlsOutcome {
  if (client === undefined && server === undefined) return { kind: 'plaintext' };
  if (client === undefined) {
    // The client's bytes are no ClientHello; it only sees its established connection close.
    return failure({
      phase: 'afterHandshake',
      resetReason: 'connectionTermination',
      serverReason: tlsErrorText('HTTP_REQUEST'),
      serverCounters: ['connection_error'],
    });
  }
  if (server === undefined) {
    return failure({
      clientReason: tlsErrorText('WRONG_VERSION_NUMBER'),
      clientCounters: ['connection_error'],
      serverCodecError: true,
    });
  }
  return handshakeOfBoth(client, server);
}
