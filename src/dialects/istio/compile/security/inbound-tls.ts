import { commonTls, type DownstreamTlsContext, downstreamTlsContext, stringMatcher } from '../../../../xds';
import type { MeshConfig } from '../../mesh-config';
import { agentSecret, ROOT_SECRET, WORKLOAD_SECRET } from '../secret-sources';

/** istio/istio pilot/pkg/security/authn/utils/utils.go (SupportedCiphers) */
const CIPHER_SUITES = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
];
export const ALPN_HTTP = ['h2', 'http/1.1'];
export const ALPN_TCP = ['istio-peer-exchange', 'h2', 'http/1.1'];

/** Trust domains whose identities are taken for peers. istio/istio pilot/pkg/networking/plugin/authn/util.go (TrustDomainsForValidation) */
function acceptedTrustDomains(mesh: MeshConfig): readonly string[] {
  return [...new Set([mesh.trustDomain, ...mesh.trustDomainAliases])].filter((domain) => domain !== '');
}

/**
 * Mutual TLS with the certificates of the mesh, as a server.
 * istio/istio pilot/pkg/security/authn/utils/utils.go (BuildInboundTLS)
 */
export function inboundMeshTls(mesh: MeshConfig, protocol: 'HTTP' | 'TCP'): DownstreamTlsContext {
  return downstreamTlsContext({
    common: commonTls({
      certificates: [agentSecret(WORKLOAD_SECRET)],
      validation: {
        trustBundle: agentSecret(ROOT_SECRET),
        matchSubjectAltNames: acceptedTrustDomains(mesh).map((domain) =>
          stringMatcher('prefix', `spiffe://${domain}/`),
        ),
      },
      alpnProtocols: protocol === 'HTTP' ? ALPN_HTTP : ALPN_TCP,
      minimumVersion: 'TLSv1_2',
      maximumVersion: 'TLSv1_3',
      cipherSuites: CIPHER_SUITES,
    }),
    requireClientCertificate: true,
  });
}
