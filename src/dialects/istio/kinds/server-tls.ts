import { bool, choice, list, nullable, object, type TypeOf, text } from '../../../config';
import { texts } from './fields';

const PROTOCOL_VERSIONS = ['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'] as const;

export const TLS_CERTIFICATE = object('A certificate of the server, as files.', {
  serverCertificate: text('File with the certificate.'),
  privateKey: text('File with its private key.'),
  caCertificates: text('File with the authorities that may sign certificates of clients.'),
});
export type TlsCertificate = TypeOf<typeof TLS_CERTIFICATE>;

export const SERVER_TLS_SETTINGS = object('How a server secures the connections of its clients.', {
  httpsRedirect: bool('Answer plain HTTP with a redirect to HTTPS.'),
  mode: choice(
    'Kind of security. Default: PASSTHROUGH.',
    ['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'],
    {
      docs: {
        PASSTHROUGH: 'TLS is not ended here; the server name decides the route.',
        SIMPLE: 'TLS ends here; only the server shows a certificate.',
        MUTUAL: 'TLS ends here and clients have to show a certificate.',
        AUTO_PASSTHROUGH: 'TLS is not ended here; the server name is the name of the destination.',
        ISTIO_MUTUAL: 'Mutual TLS with the certificates that Istio hands out.',
        OPTIONAL_MUTUAL: 'As MUTUAL, but a client without a certificate is let in.',
      },
    },
  ),
  serverCertificate: text('File with the certificate of the server.'),
  privateKey: text('File with the private key of the server.'),
  caCertificates: text('File with the authorities that may sign certificates of clients, for MUTUAL.'),
  caCrl: text('File with revoked certificates.'),
  credentialName: text('Secret with certificate and key, in the namespace of the gateway pods, in place of the files.'),
  credentialNames: texts('Two secrets at most, for certificates with different kinds of key.', undefined, {
    min: 1,
    max: 2,
  }),
  caCertCredentialName: text('Secret or ConfigMap with the authorities that may sign certificates of clients.'),
  tlsCertificates: list('Two certificates at most, with different kinds of key, as files.', TLS_CERTIFICATE, {
    min: 1,
    max: 2,
  }),
  subjectAltNames: texts('Names, one of which the certificate of a client has to carry.'),
  verifyCertificateSpki: texts('Hashes of public keys, one of which a client has to show, in base64.'),
  verifyCertificateHash: texts('Hashes of certificates, one of which a client has to show, in hexadecimal.'),
  minProtocolVersion: choice('Oldest version of TLS that is spoken. Default: TLSV1_2.', PROTOCOL_VERSIONS),
  maxProtocolVersion: choice('Newest version of TLS that is spoken. Default: TLSV1_3.', PROTOCOL_VERSIONS),
  cipherSuites: texts('Ciphers that are offered. Default: those that Envoy considers safe.'),
  ecdhCurves: texts('Curves that are offered. Default: those that Envoy considers safe.'),
  insecureSkipVerify: nullable(bool('Let clients in even when their certificate does not check out.')),
});
export type ServerTlsSettings = TypeOf<typeof SERVER_TLS_SETTINGS>;
