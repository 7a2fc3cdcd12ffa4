import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
import type {
  CommonTls,
  DownstreamTlsContext,
  TlsCertificateSource,
  TlsValidation,
  UpstreamTlsContext,
  UpstreamTransportSocket,
} from '../transport';
import { AGENT_SECRET_SOURCE } from './config-sources';
import { encodeStringMatcher } from './encode-matchers';
import { NAME, TYPE } from './type-names';
import { any, anyOf, each, extension, type Fields, flag, list, message, messageIfAny, text } from './writer';

function encodeSdsSecret(secret: { readonly secretName: string; readonly configSource?: JsonObject }): JsonObject {
  return { name: secret.secretName, sdsConfig: secret.configSource ?? AGENT_SECRET_SOURCE };
}

function encodeCertificateFiles(source: Extract<TlsCertificateSource, { kind: 'files' }>): JsonObject {
  const files: JsonObject = source.inline ?? {
    certificateChain: { filename: source.certificateChain },
    privateKey: { filename: source.privateKey },
  };
  return message(files, source.extra);
}

function validationFields(validation: TlsValidation | undefined): Fields {
  if (validation === undefined) return {};
  const { trustBundle } = validation;
  const context = message(
    {
      trustedCa: trustBundle.kind === 'file' ? { filename: trustBundle.path } : undefined,
      matchSubjectAltNames: each(validation.matchSubjectAltNames, encodeStringMatcher),
    },
    validation.extra,
  );
  if (trustBundle.kind !== 'sds') {
    return validation.combined === true
      ? { combinedValidationContext: { defaultValidationContext: context } }
      : { validationContext: context };
  }
  const secret = encodeSdsSecret(trustBundle);
  if (validation.combined === false) return { validationContextSdsSecretConfig: secret };
  return {
    combinedValidationContext: { defaultValidationContext: context, validationContextSdsSecretConfig: secret },
  };
}

function encodeCommonTls(tls: CommonTls): JsonObject {
  const sds = tls.certificates.filter((source) => source.kind === 'sds');
  const files = tls.certificates.filter((source) => source.kind === 'files');
  return message(
    {
      tlsParams: messageIfAny({
        tlsMinimumProtocolVersion: tls.minimumVersion,
        tlsMaximumProtocolVersion: tls.maximumVersion,
        cipherSuites: list(tls.cipherSuites),
      }),
      tlsCertificates: each(files, encodeCertificateFiles),
      tlsCertificateSdsSecretConfigs: each(sds, encodeSdsSecret),
      ...validationFields(tls.validation),
      alpnProtocols: list(tls.alpnProtocols),
    },
    tls.extra,
  );
}

/** `envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext` */
export function encodeUpstreamTls(tls: UpstreamTlsContext): JsonObject {
  return message(
    {
      commonTlsContext: encodeCommonTls(tls.common),
      sni: text(tls.sni),
      autoHostSni: flag(tls.autoHostSni),
      autoSniSanValidation: flag(tls.autoSniSanValidation),
    },
    tls.extra,
  );
}

/** A TransportSocket message with a `DownstreamTlsContext`. */
export function encodeDownstreamTls(tls: DownstreamTlsContext): JsonObject {
  const context = message(
    {
      commonTlsContext: encodeCommonTls(tls.common),
      requireClientCertificate: tls.requireClientCertificate,
    },
    tls.extra,
  );
  return extension(NAME.tls, TYPE.downstreamTls, context);
}

/** A TransportSocket message of a cluster. */
export function encodeUpstreamTransportSocket(socket: UpstreamTransportSocket): JsonObject {
  switch (socket.kind) {
    case 'tls':
      return { name: NAME.tls, typedConfig: any(TYPE.upstreamTls, encodeUpstreamTls(socket.tls)) };
    case 'rawBuffer':
      return extension(NAME.rawBuffer, TYPE.rawBuffer);
    case 'opaque':
      return message({
        name: socket.name,
        typedConfig: socket.typeUrl === '' ? undefined : anyOf(socket.typeUrl, socket.config),
      });
    default:
      return assertNever(socket);
  }
}
