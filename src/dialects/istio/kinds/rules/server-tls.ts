/** Rules about the TLS settings of servers, on gateways and sidecars. */
import type { ConfigPath } from '../../../../config';
import type { ServerTlsSettings } from '../server-tls';
import type { Check } from './check';

/** istio/istio pkg/config/security/security.go (ValidCipherSuites) */
const CIPHER_SUITES: ReadonlySet<string> = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

const CERTIFICATE_FIELDS = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'tlsCertificates',
  'credentialName',
  'credentialNames',
] as const;

type CertificateField = (typeof CERTIFICATE_FIELDS)[number] | 'caCrl';

function isSet(tls: ServerTlsSettings, field: CertificateField): boolean {
  return (tls[field]?.length ?? 0) > 0;
}

/** Operators such as `-` and `+` at the front are let through unread. istio/istio pkg/config/security/security.go (IsValidCipherSuite) */
export function isCipherSuite(suite: string): boolean {
  return suite === '' || suite === 'ALL' || !/^[\p{N}\p{L}]/u.test(suite) || CIPHER_SUITES.has(suite);
}

function checkCiphers(check: Check, tls: ServerTlsSettings, path: ConfigPath): void {
  const suites = tls.cipherSuites ?? [];
  const old = tls.minProtocolVersion === 'TLSV1_0' || tls.minProtocolVersion === 'TLSV1_1';
  if (old && suites.length === 0) check.report('old-tls-without-ciphers', [...path, 'minProtocolVersion']);
  const seen = new Set<string>();
  for (const [index, suite] of suites.entries()) {
    const at = [...path, 'cipherSuites', index];
    if (!isCipherSuite(suite)) check.report('cipher-unknown', at, { value: suite });
    else if (seen.has(suite)) check.report('cipher-duplicate', at, { value: suite });
    seen.add(suite);
  }
}

/** istio/istio pkg/config/validation/validation.go (validateTLSOptions) */
export function checkServerTls(check: Check, tls: ServerTlsSettings | undefined, path: ConfigPath): void {
  if (tls === undefined) return;
  checkCiphers(check, tls, path);
  const mode = tls.mode ?? 'PASSTHROUGH';
  if (mode === 'ISTIO_MUTUAL') {
    for (const field of CERTIFICATE_FIELDS) {
      if (isSet(tls, field)) check.report('istio-mutual-with-certificate', [...path, field], { field });
    }
    return;
  }
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') {
    const unused = [...CERTIFICATE_FIELDS, 'caCrl' as const].find((field) => isSet(tls, field));
    if (unused !== undefined) check.report('passthrough-with-certificate', [...path, unused], { field: unused, mode });
  }
  checkSources(check, tls, path);
  const terminates = mode === 'SIMPLE' || mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL';
  // With a secret the files are not looked at.
  if (terminates && (isSet(tls, 'credentialName') || isSet(tls, 'credentialNames'))) return;
  if (terminates) checkFiles(check, tls, mode, path);
  if (isSet(tls, 'caCrl')) checkRevocations(check, tls, [...path, 'caCrl']);
}

/** Only one place may give the certificates. */
function checkSources(check: Check, tls: ServerTlsSettings, path: ConfigPath): void {
  const sources: string[] = [];
  if (isSet(tls, 'serverCertificate') && isSet(tls, 'privateKey')) sources.push('serverCertificate');
  for (const field of ['credentialName', 'credentialNames', 'tlsCertificates'] as const) {
    if (isSet(tls, field)) sources.push(field);
  }
  const second = sources[1];
  if (second !== undefined) check.report('certificate-twice', [...path, second], { fields: sources.join(', ') });
}

function checkFiles(check: Check, tls: ServerTlsSettings, mode: string, path: ConfigPath): void {
  if (mode !== 'SIMPLE' && !isSet(tls, 'caCertificates')) {
    check.report('tls-field-missing', path, { field: 'caCertificates', mode });
  }
  const several = isSet(tls, 'tlsCertificates');
  const certificates = several ? (tls.tlsCertificates ?? []) : [tls];
  for (const [index, certificate] of certificates.entries()) {
    const at = several ? [...path, 'tlsCertificates', index] : path;
    for (const field of ['serverCertificate', 'privateKey'] as const) {
      if ((certificate[field] ?? '') === '') check.report('tls-field-missing', at, { field, mode });
    }
  }
}

function checkRevocations(check: Check, tls: ServerTlsSettings, path: ConfigPath): void {
  if (isSet(tls, 'credentialName')) check.report('revocations-with-credential', path);
  if (tls.mode === 'SIMPLE') check.report('revocations-with-simple', path);
}
