import {
  type CommonTls,
  commonTls,
  type DownstreamTlsContext,
  downstreamTlsContext,
  type JsonObject,
  type JsonValue,
  type StringMatcher,
  stringMatcher,
  type TlsCertificateSource,
  type TlsValidation,
} from '../../../../xds';
import type { GatewayServer, ServerTlsSettings } from '../../kinds';
import { ROOT_SECRET, WORKLOAD_SECRET } from '../clusters/upstream-tls';
import { isHttp, parseProtocol } from '../protocol';
import { ALPN_HTTP, ALPN_TCP } from '../security/inbound-tls';
import { isPassthroughServer } from './merged-gateway';

/** Named credentials come from the control plane, not from the agent. */
const CREDENTIAL_SOURCE: JsonObject = { ads: {}, resourceApiVersion: 'V3' };
const CREDENTIAL_TYPES = ['kubernetes://', 'kubernetes-gateway://', 'configmap://'];
const CA_SUFFIX = '-cacert';

type Secret = Extract<TlsCertificateSource, { kind: 'sds' }>;

/** istio/istio pilot/pkg/model/credentials/resource.go (ToResourceName) */
function credential(name: string): Secret {
  const typed = CREDENTIAL_TYPES.some((type) => name.startsWith(type));
  return { kind: 'sds', secretName: typed ? name : `kubernetes://${name}`, configSource: CREDENTIAL_SOURCE };
}

function agentSecret(secretName: string): Secret {
  return { kind: 'sds', secretName };
}

/** Files are served by the agent too, so that they can be renewed; without files it is the workload's own certificate. */
function fileSecret(certificate: string | undefined, key: string | undefined): Secret {
  const named = (certificate ?? '') !== '' && (key ?? '') !== '';
  return agentSecret(named ? `file-cert:${certificate}~${key}` : WORKLOAD_SECRET);
}

function isCredentialed(tls: ServerTlsSettings): boolean {
  return (tls.credentialNames ?? []).length > 0 || (tls.credentialName ?? '') !== '';
}

function certificatesOf(tls: ServerTlsSettings): readonly Secret[] {
  if (tls.mode === 'ISTIO_MUTUAL') return [agentSecret(WORKLOAD_SECRET)];
  if (isCredentialed(tls)) {
    const names = tls.credentialNames ?? [];
    return (names.length > 0 ? names : [tls.credentialName ?? '']).map(credential);
  }
  const listed = tls.tlsCertificates ?? [];
  if (listed.length > 0) return listed.map((entry) => fileSecret(entry.serverCertificate, entry.privateKey));
  return [fileSecret(tls.serverCertificate, tls.privateKey)];
}

/** Whose signature on a client's certificate counts. */
function trustBundleOf(tls: ServerTlsSettings): Secret {
  if (tls.mode === 'ISTIO_MUTUAL') return agentSecret(ROOT_SECRET);
  if (isCredentialed(tls)) {
    const [first = tls.credentialName ?? ''] = tls.credentialNames ?? [];
    const own = tls.caCertCredentialName ?? '';
    return credential(own === '' ? `${first}${CA_SUFFIX}` : own);
  }
  const file = tls.caCertificates ?? '';
  return agentSecret(file === '' ? ROOT_SECRET : `file-root:${file}`);
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
