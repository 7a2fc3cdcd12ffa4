import type { JsonObject } from '../json-value';
import type { StringMatcher } from '../matchers';
import type {
  CommonTls,
  DownstreamTlsContext,
  TlsCertificateSource,
  TlsValidation,
  UpstreamTlsContext,
  UpstreamTransportSocket,
} from '../transport';
import { AGENT_SECRET_SOURCE, configSourcePart } from './config-sources';
import { readStringMatcher } from './decode-matchers';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

/** api/envoy/extensions/transport_sockets/tls/v3/secret.proto SdsSecretConfig */
function readSdsSecret(reader: MessageReader): {
  readonly kind: 'sds';
  readonly secretName: string;
  readonly configSource?: JsonObject;
} {
  const secretName = reader.text('name');
  const source = configSourcePart(reader.object('sdsConfig'), AGENT_SECRET_SOURCE);
  return { kind: 'sds', secretName, ...source };
}

function certificatesOf(reader: MessageReader): TlsCertificateSource[] {
  const sds = reader
    .messages('tlsCertificateSdsSecretConfigs', 'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig')
    .map(readSdsSecret);
  const files = reader
    .messages('tlsCertificates', 'envoy.extensions.transport_sockets.tls.v3.TlsCertificate')
    .map((certificate): TlsCertificateSource => {
      const chain = certificate.object('certificateChain') ?? {};
      const key = certificate.object('privateKey') ?? {};
      const rest = certificate.finish();
      return { kind: 'files', ...certificateFiles(chain, key), ...(rest === undefined ? {} : { extra: rest }) };
    });
  return [...sds, ...files];
}

/** Paths where files are meant; material that stands in the configuration itself is kept as it is. */
function certificateFiles(
  chain: JsonObject,
  key: JsonObject,
): { readonly certificateChain: string; readonly privateKey: string; readonly inline?: JsonObject } {
  const chainFile = chain['filename'];
  const keyFile = key['filename'];
  if (typeof chainFile === 'string' && typeof keyFile === 'string') {
    return { certificateChain: chainFile, privateKey: keyFile };
  }
  return { certificateChain: '', privateKey: '', inline: { certificateChain: chain, privateKey: key } };
}

/** The matchers of names, in the typed form (whose type of name says too little to be simulated) or the deprecated one. */
function subjectAltNamesOf(reader: MessageReader): StringMatcher[] {
  const plain = reader.messages('matchSubjectAltNames', 'envoy.type.matcher.v3.StringMatcher').map(readStringMatcher);
  const typed = reader
    .messages('matchTypedSubjectAltNames', 'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher')
    .flatMap((matcher) => {
      matcher.take('sanType');
      const inner = matcher.message('matcher', 'envoy.type.matcher.v3.StringMatcher');
      return inner === undefined ? [] : [readStringMatcher(inner)];
    });
  return [...plain, ...typed];
}

function readValidationContext(reader: MessageReader): TlsValidation {
  const trustedCa = reader.message('trustedCa', 'envoy.config.core.v3.DataSource');
  const path = trustedCa?.text('filename') ?? '';
  return {
    trustBundle: path === '' ? { kind: 'none' } : { kind: 'file', path },
    matchSubjectAltNames: subjectAltNamesOf(reader),
    ...reader.extra(),
  };
}

const VALIDATION_CONTEXT = 'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext';
const SDS_SECRET = 'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig';

/** The three ways in which a CommonTlsContext names what it trusts. */
function validationOf(reader: MessageReader): TlsValidation | undefined {
  const plain = reader.message('validationContext', VALIDATION_CONTEXT);
  if (plain !== undefined) return readValidationContext(plain);
  const secret = reader.message('validationContextSdsSecretConfig', SDS_SECRET);
  if (secret !== undefined) return { trustBundle: readSdsSecret(secret), matchSubjectAltNames: [], combined: false };
  const combined = reader.message(
    'combinedValidationContext',
    'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext',
  );
  if (combined === undefined) return undefined;
  const context = combined.message('defaultValidationContext', VALIDATION_CONTEXT);
  const bundle = combined.message('validationContextSdsSecretConfig', SDS_SECRET);
  const own: TlsValidation =
    context === undefined
      ? { trustBundle: { kind: 'none' }, matchSubjectAltNames: [] }
      : readValidationContext(context);
  return bundle === undefined ? { ...own, combined: true } : { ...own, trustBundle: readSdsSecret(bundle) };
}

function readCommonTls(reader: MessageReader | undefined): CommonTls {
  if (reader === undefined) return { certificates: [], alpnProtocols: [], cipherSuites: [] };
  const parameters = reader.message('tlsParams', 'envoy.extensions.transport_sockets.tls.v3.TlsParameters');
  const minimumVersion = parameters?.optionalText('tlsMinimumProtocolVersion');
  const maximumVersion = parameters?.optionalText('tlsMaximumProtocolVersion');
  const validation = validationOf(reader);
  return {
    certificates: certificatesOf(reader),
    alpnProtocols: reader.texts('alpnProtocols'),
    cipherSuites: parameters?.texts('cipherSuites') ?? [],
    ...(validation === undefined ? {} : { validation }),
    ...(minimumVersion === undefined ? {} : { minimumVersion }),
    ...(maximumVersion === undefined ? {} : { maximumVersion }),
    ...reader.extra(),
  };
}

const COMMON_TLS = 'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext';

export function readUpstreamTls(reader: MessageReader): UpstreamTlsContext {
  return {
    common: readCommonTls(reader.message('commonTlsContext', COMMON_TLS)),
    sni: reader.text('sni'),
    autoHostSni: reader.flag('autoHostSni'),
    autoSniSanValidation: reader.flag('autoSniSanValidation'),
    ...reader.extra(),
  };
}

export function readDownstreamTls(reader: MessageReader): DownstreamTlsContext {
  return {
    common: readCommonTls(reader.message('commonTlsContext', COMMON_TLS)),
    requireClientCertificate: reader.flag('requireClientCertificate'),
    ...reader.extra(),
  };
}

/** A TransportSocket message of a cluster. */
export function upstreamTransportSocketOf(reader: MessageReader, field: string): UpstreamTransportSocket | undefined {
  const socket = reader.message(field, 'envoy.config.core.v3.TransportSocket');
  if (socket === undefined) return undefined;
  const name = socket.text('name');
  const config = socket.any('typedConfig');
  if (config?.type === TYPE.upstreamTls) {
    return { kind: 'tls', tls: readUpstreamTls(socket.open(config, config.type)) };
  }
  if (config?.type === TYPE.rawBuffer) return { kind: 'rawBuffer' };
  reader.log.notSimulated(`${socket.path} (${config?.type ?? name})`);
  return { kind: 'opaque', name, typeUrl: config?.typeUrl ?? '', config: config?.config ?? {} };
}
