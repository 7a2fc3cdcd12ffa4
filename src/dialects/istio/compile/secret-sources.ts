import type { JsonObject, TlsCertificateSource } from '../../../xds';

/** A secret by its name, and whom the proxy asks for it. */
export type SecretSource = Extract<TlsCertificateSource, { readonly kind: 'sds' }>;

/** Name of the secret that holds a workload's own certificate. */
export const WORKLOAD_SECRET = 'default';
/** Name of the trust bundle of the mesh. */
export const ROOT_SECRET = 'ROOTCA';

/** The agent again, but a listener does not wait for ever for files that may not be there. */
const FILE_SOURCE: JsonObject = {
  apiConfigSource: {
    apiType: 'GRPC',
    transportApiVersion: 'V3',
    grpcServices: [{ envoyGrpc: { clusterName: 'sds-grpc' } }],
    setNodeOnFirstMessageOnly: true,
  },
  resourceApiVersion: 'V3',
};
/** Named credentials come from the control plane. */
const CREDENTIAL_SOURCE: JsonObject = { ads: {}, resourceApiVersion: 'V3' };
/** A credential that is never there. istio/istio pilot/pkg/model/credentials/resource.go (InvalidSecretTypeURI) */
export const INVALID_CREDENTIAL = 'invalid://';
const CREDENTIAL_TYPES = ['kubernetes://', 'kubernetes-gateway://', 'configmap://'];

/** What the agent holds itself: the workload's certificate and the trust bundle. */
export function agentSecret(secretName: typeof WORKLOAD_SECRET | typeof ROOT_SECRET): SecretSource {
  return { kind: 'sds', secretName };
}

/** Files are served by the agent too, so that they can be renewed. istio/istio pkg/security/security.go (SdsCertificateConfig) */
export function certificateFiles(certificate: string, key: string): SecretSource {
  return { kind: 'sds', secretName: `file-cert:${certificate}~${key}`, configSource: FILE_SOURCE };
}

export function authorityFile(path: string): SecretSource {
  return { kind: 'sds', secretName: `file-root:${path}`, configSource: FILE_SOURCE };
}

/** istio/istio pilot/pkg/model/credentials/resource.go (ToResourceName) */
export function credentialSecret(name: string): SecretSource {
  if (name.startsWith(INVALID_CREDENTIAL)) {
    return { kind: 'sds', secretName: INVALID_CREDENTIAL, configSource: CREDENTIAL_SOURCE };
  }
  const typed = CREDENTIAL_TYPES.some((type) => name.startsWith(type));
  return { kind: 'sds', secretName: typed ? name : `kubernetes://${name}`, configSource: CREDENTIAL_SOURCE };
}
