import {
  type CommonTls,
  commonTls,
  type DownstreamTlsContext,
  downstreamTlsContext,
  type JsonObject,
  type JsonValue,
  type StringMatcher,
  stringMatcher,
  type TlsValidation,
} from '../../../../xds';
import type { GatewayServer, ServerTlsSettings } from '../../kinds';
import { isHttp, parseProtocol } from '../protocol';
import {
  agentSecret,
  authorityFile,
  certificateFiles,
  credentialSecret,
  ROOT_SECRET,
  type SecretSource,
  WORKLOAD_SECRET,
} from '../secret-sources';
import { ALPN_HTTP, ALPN_TCP } from '../security/inbound-tls';
import { isPassthroughServer } from './merged-gateway';

const CA_SUFFIX = '-cacert';

/** Without files it is the workload's own certificate. */
function fileSecret(certificate: string | undefined, key: string | undefined): SecretSource {
  const files = [certificate ?? '', key ?? ''] as const;
  return files.includes('') ? agentSecret(WORKLOAD_SECRET) : certificateFiles(...files);
}

function isCredentialed(tls: ServerTlsSettings): boolean {
  return (tls.credentialNames ?? []).length > 0 || (tls.credentialName ?? '') !== '';
}

function certificatesOf(tls: ServerTlsSettings): readonly SecretSource[] {
  if (tls.mode === 'ISTIO_MUTUAL') return [agentSecret(WORKLOAD_SECRET)];
  if (isCredentialed(tls)) {
    const names = tls.credentialNames ?? [];
    return (names.length > 0 ? names : [tls.credentialName ?? '']).map(credentialSecret);
  }
  const listed = tls.tlsCertificates ?? [];
  if (listed.length > 0) return listed.map((entry) => fileSecret(entry.serverCertificate, entry.privateKey));
  return [fileSecret(tls.serverCertificate, tls.privateKey)];
}

/** Whose signature on a client's certificate counts. */
function trustBundleOf(tls: ServerTlsSettings): SecretSource {
  if (tls.mode === 'ISTIO_MUTUAL') return agentSecret(ROOT_SECRET);
  if (isCredentialed(tls)) {
    const [first = tls.credentialName ?? ''] = tls.credentialNames ?? [];
    const own = tls.caCertCredentialName ?? '';
    return credentialSecret(own === '' ? `${first}${CA_SUFFIX}` : own);
  }
  const file = tls.caCertificates ?? '';
  return file === '' ? agentSecret(ROOT_SECRET) : authorityFile(file);
}

function exactNames(tls: ServerTlsSettings): readonly StringMatcher[] {
  return (tls.subjectAltNames ?? []).map((name) => stringMatcher('exact', name));
}

function extraOf(fields: Readonly<Record<string, JsonValue | undefined>>): { readonly extra?: JsonObject } {
  const extra: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) extra[name] = value;
  return Object.keys(extra).length === 0 ? {} : { extra };
}

function unlessEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/**
 * How certificates of clients are checked; undefined: none is asked for.
 * istio/istio pilot/pkg/security/model/authentication.go (ApplyToCommonTLSContext, ApplyCredentialSDSToServerCommonTLSContext)
 */
function validationOf(tls: ServerTlsSettings): TlsValidation | undefined {
  const asks = tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL';
  const matchSubjectAltNames = exactNames(tls);
  if (!asks) {
    const named = isCredentialed(tls) && matchSubjectAltNames.length > 0;
    return named ? { trustBundle: { kind: 'none' }, matchSubjectAltNames } : undefined;
  }
  const lenient = tls.insecureSkipVerify === true ? 'ACCEPT_UNTRUSTED' : undefined;
  const named = tls.mode !== 'ISTIO_MUTUAL' && isCredentialed(tls);
  return {
    trustBundle: trustBundleOf(tls),
    matchSubjectAltNames,
    ...extraOf({
      trustChainVerification: lenient,
      verifyCertificateSpki: named ? unlessEmpty(tls.verifyCertificateSpki) : undefined,
      verifyCertificateHash: named ? unlessEmpty(tls.verifyCertificateHash) : undefined,
      crl: named || (tls.caCrl ?? '') === '' ? undefined : { filename: tls.caCrl ?? '' },
    }),
  };
}

function version(name: ServerTlsSettings['minProtocolVersion']): string | undefined {
  return name === undefined || name === 'TLS_AUTO' ? undefined : name.replace('TLSV', 'TLSv');
}

/** istio/istio pilot/pkg/networking/core/listener.go (applyServerTLSSettings); mutual TLS of the mesh has settings of its own. */
function parametersOf(
  tls: ServerTlsSettings,
): Partial<Pick<CommonTls, 'minimumVersion' | 'maximumVersion' | 'cipherSuites' | 'extra'>> {
  if (tls.mode === 'ISTIO_MUTUAL') return {};
  const minimumVersion = version(tls.minProtocolVersion);
  const maximumVersion = version(tls.maxProtocolVersion);
  const curves = unlessEmpty(tls.ecdhCurves);
  return {
    ...(minimumVersion === undefined ? {} : { minimumVersion }),
    ...(maximumVersion === undefined ? {} : { maximumVersion }),
    cipherSuites: tls.cipherSuites ?? [],
    ...(curves === undefined ? {} : { extra: { tlsParams: { ecdhCurves: curves } } }),
  };
}

/**
 * TLS that ends at the gateway; undefined where it does not, or where there is none.
 * istio/istio pilot/pkg/networking/core/listener.go (BuildListenerTLSContext)
 */
export function serverTlsContext(server: GatewayServer): DownstreamTlsContext | undefined {
  const { tls } = server;
  if (tls === undefined || isPassthroughServer(server)) return undefined;
  const protocol = parseProtocol(server.port.protocol);
  const opaque = !isHttp(protocol) && protocol !== 'HTTPS';
  const validation = validationOf(tls);
  return downstreamTlsContext({
    common: commonTls({
      certificates: certificatesOf(tls),
      ...(validation === undefined ? {} : { validation }),
      alpnProtocols: tls.mode === 'ISTIO_MUTUAL' && opaque ? ALPN_TCP : ALPN_HTTP,
      ...parametersOf(tls),
    }),
    requireClientCertificate: tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL',
  });
}
