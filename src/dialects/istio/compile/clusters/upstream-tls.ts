import {
  commonTls,
  type HttpProtocolOptions,
  type StringMatcher,
  stringMatcher,
  type TlsCertificateSource,
  type TlsValidation,
  type TransportSocketMatch,
  type UpstreamTlsContext,
  type UpstreamTransportSocket,
  upstreamTlsContext,
} from '../../../../xds';
import type { ClientTlsSettings } from '../../kinds';
import type { Service } from '../model';
import {
  agentSecret,
  authorityFile,
  certificateFiles,
  credentialSecret,
  ROOT_SECRET,
  WORKLOAD_SECRET,
} from '../secret-sources';

/** Trust bundle of the operating system. */
const SYSTEM_BUNDLE = 'system';
const CONFIG_MAP_PREFIX = 'configmap://';

const ALPN_IN_MESH = ['istio-peer-exchange', 'istio'];
const ALPN_IN_MESH_HTTP2 = ['istio-peer-exchange', 'istio', 'h2'];
const ALPN_HTTP2 = ['h2'];
const MINIMUM_VERSION = 'TLSv1_2';
const MAXIMUM_VERSION = 'TLSv1_3';

export interface UpstreamTlsInputs {
  /** Of the rule; absent: mutual TLS where the endpoint can. */
  readonly settings: ClientTlsSettings | undefined;
  readonly service: Service;
  /** Identities that endpoints of the service may have. */
  readonly serviceAccounts: readonly string[];
  readonly defaultSni: string;
  readonly clusterName: string;
  /** Whether clients of this cluster use mutual TLS on their own. */
  readonly automatic: boolean;
  readonly http2: boolean;
  readonly originalDst: boolean;
  readonly dynamicForwardProxy: boolean;
  readonly sidecar: boolean;
  /** Whether the rule selects workloads: only then a sidecar may use a named credential. */
  readonly ruleSelects: boolean;
}

/** How connections of a cluster are secured. */
export interface UpstreamSecurity {
  readonly transportSocket?: UpstreamTransportSocket;
  readonly transportSocketMatches: readonly TransportSocketMatch[];
  /** Whether requests decide about the server's name and what it has to present. */
  readonly hostChecks: HostChecks;
}

type HostChecks = Pick<HttpProtocolOptions, 'autoSni' | 'autoSanValidation'>;

export const PLAINTEXT: UpstreamSecurity = { transportSocketMatches: [], hostChecks: {} };

function exactNames(names: readonly string[]): readonly StringMatcher[] {
  return names.map((name) => stringMatcher('exact', name));
}

function meshContext(inputs: UpstreamTlsInputs, sni: string, names: readonly string[]): UpstreamTlsContext {
  return upstreamTlsContext({
    common: commonTls({
      certificates: [agentSecret(WORKLOAD_SECRET)],
      validation: {
        trustBundle: agentSecret(ROOT_SECRET),
        matchSubjectAltNames: exactNames(names),
      },
      alpnProtocols: inputs.http2 ? ALPN_IN_MESH_HTTP2 : ALPN_IN_MESH,
      minimumVersion: MINIMUM_VERSION,
      maximumVersion: MAXIMUM_VERSION,
    }),
    sni: sni === '' && !inputs.dynamicForwardProxy ? inputs.clusterName : sni,
  });
}

/**
 * Without a name of its own the rule takes that of each request, and has the certificate checked for it.
 * istio/istio pilot/pkg/networking/core/cluster_tls.go (setAutoSniAndAutoSanValidation)
 */
function hostChecksOf(inputs: UpstreamTlsInputs, settings: ClientTlsSettings): HostChecks {
  const autoSni = (settings.sni ?? '') === '';
  const unnamed = autoSni && (settings.subjectAltNames ?? []).length === 0;
  const autoSanValidation = settings.insecureSkipVerify !== true && (inputs.dynamicForwardProxy || unnamed);
  return { ...(autoSni ? { autoSni } : {}), ...(autoSanValidation ? { autoSanValidation } : {}) };
}

/**
 * Endpoints with a sidecar get mutual TLS, the others plaintext.
 * istio/istio pilot/pkg/networking/core/cluster_tls.go (applyUpstreamTLSSettings)
 */
function automaticSecurity(inputs: UpstreamTlsInputs): UpstreamSecurity {
  const hostChecks = inputs.dynamicForwardProxy ? hostChecksOf(inputs, {}) : {};
  const transportSocket: UpstreamTransportSocket = {
    kind: 'tls',
    tls: meshContext(inputs, inputs.defaultSni, inputs.serviceAccounts),
  };
  // The address that a client dialled is no known endpoint: there is nothing to tell them apart by.
  if (inputs.originalDst) return { transportSocket, transportSocketMatches: [], hostChecks };
  return {
    hostChecks,
    transportSocketMatches: [
      { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket },
      { name: 'tlsMode-disabled', match: {}, transportSocket: { kind: 'rawBuffer' } },
    ],
  };
}

/** Names that the server has to present: of the rule, else of the ServiceEntry. */
function expectedNames(inputs: UpstreamTlsInputs, settings: ClientTlsSettings): readonly string[] {
  const own = settings.subjectAltNames ?? [];
  return own.length === 0 && inputs.service.registry === 'External' ? inputs.serviceAccounts : own;
}

function validationOf(inputs: UpstreamTlsInputs, settings: ClientTlsSettings): TlsValidation | undefined {
  if (settings.insecureSkipVerify === true) return undefined;
  const credential = settings.credentialName ?? '';
  const authority = (settings.caCertificates ?? '') === '' ? SYSTEM_BUNDLE : (settings.caCertificates ?? '');
  return {
    trustBundle: credential === '' ? authorityFile(authority) : credentialSecret(`${credential}-cacert`),
    matchSubjectAltNames: exactNames(expectedNames(inputs, settings)),
    ...(credential !== '' || (settings.caCrl ?? '') === ''
      ? {}
      : { extra: { crl: { filename: settings.caCrl ?? '' } } }),
  };
}

function certificatesOf(settings: ClientTlsSettings): readonly TlsCertificateSource[] | undefined {
  if (settings.mode !== 'MUTUAL') return [];
  const credential = settings.credentialName ?? '';
  if (credential !== '') return [credentialSecret(credential)];
  const { clientCertificate = '', privateKey = '' } = settings;
  if (clientCertificate === '' || privateKey === '') return undefined;
  return [certificateFiles(clientCertificate, privateKey)];
}

/** istio/istio pilot/pkg/networking/core/cluster_tls.go (constructUpstreamTLS) */
function originatedContext(inputs: UpstreamTlsInputs, settings: ClientTlsSettings): UpstreamTlsContext | undefined {
  const certificates = certificatesOf(settings);
  if (certificates === undefined) return undefined;
  const validation = validationOf(inputs, settings);
  return upstreamTlsContext({
    common: commonTls({
      certificates,
      ...(validation === undefined ? {} : { validation }),
      alpnProtocols: inputs.http2 ? ALPN_HTTP2 : [],
      minimumVersion: MINIMUM_VERSION,
      maximumVersion: MAXIMUM_VERSION,
    }),
    sni: settings.sni ?? '',
  });
}

/** A sidecar must not wait for a credential that it may not read, so the setting is dropped. */
function mayUseCredential(inputs: UpstreamTlsInputs, settings: ClientTlsSettings): boolean {
  const credential = settings.credentialName ?? '';
  const privileged = credential !== '' && !credential.startsWith(CONFIG_MAP_PREFIX);
  return !(privileged && inputs.sidecar && !inputs.ruleSelects);
}

/** istio/istio pilot/pkg/networking/core/cluster_tls.go (buildUpstreamTLSSettings, buildUpstreamClusterTLSContext) */
export function upstreamSecurityOf(inputs: UpstreamTlsInputs): UpstreamSecurity {
  const { settings } = inputs;
  if (settings === undefined) return inputs.automatic ? automaticSecurity(inputs) : PLAINTEXT;
  switch (settings.mode) {
    case 'ISTIO_MUTUAL': {
      const sni = (settings.sni ?? '') === '' ? inputs.defaultSni : (settings.sni ?? '');
      const tls = meshContext(inputs, sni, settings.subjectAltNames ?? inputs.serviceAccounts);
      const hostChecks = inputs.dynamicForwardProxy ? hostChecksOf(inputs, settings) : {};
      return { transportSocket: { kind: 'tls', tls }, transportSocketMatches: [], hostChecks };
    }
    case 'SIMPLE':
    case 'MUTUAL': {
      if (!mayUseCredential(inputs, settings)) return PLAINTEXT;
      const tls = originatedContext(inputs, settings);
      if (tls === undefined) return PLAINTEXT;
      const hostChecks = hostChecksOf(inputs, settings);
      return { transportSocket: { kind: 'tls', tls }, transportSocketMatches: [], hostChecks };
    }
    default:
      return PLAINTEXT;
  }
}
