import { type ClusterView, createCatalogue, type Diagnostic, diagnosticOf, objectKey } from '../../../config';
import type { MeshResources } from '../compile/resources';
import type { MeshConfig } from '../mesh-config';
import type { Analysis, Analyzer } from './analysis';
import { ANALYSIS_ENTRIES, ANALYSIS_RULES } from './catalogue';
import { authorities, subsets } from './destination-rules';
import { gatewaySelectors, negativeConditions } from './gateway-api';
import { conflictingGateways, serverPorts, serverSecrets, sharedCertificates } from './gateways';
import { authorizationPolicies, sidecarSelectors } from './policies';
import { entryAddresses, entryProtocols, portNames } from './services';
import {
  claimRouting,
  destinationHosts,
  destinationSubsets,
  gatewaysOfVirtualServices,
  meshHosts,
} from './virtual-services';

/** Every analyzer, in the order in which findings of one object are shown. */
export const ANALYZERS: readonly Analyzer[] = [
  destinationHosts,
  destinationSubsets,
  gatewaysOfVirtualServices,
  meshHosts,
  claimRouting,
  subsets,
  authorities,
  serverPorts,
  serverSecrets,
  conflictingGateways,
  sharedCertificates,
  authorizationPolicies,
  sidecarSelectors,
  portNames,
  entryAddresses,
  entryProtocols,
  gatewaySelectors,
  negativeConditions,
];

const CATALOGUE = createCatalogue(ANALYSIS_ENTRIES);

/** Namespaces that belong to the cluster itself. istio/istio pkg/kube/inject/webhook.go (IgnoredNamespaces) */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

/** What does not fit together among objects that are valid by themselves. */
export function analyze(
  view: ClusterView,
  resources: MeshResources,
  mesh: MeshConfig,
  analyzers: readonly Analyzer[] = ANALYZERS,
): readonly Diagnostic[] {
  const analysis: Analysis = { view, mesh, resources };
  const found = new Map<string, Diagnostic>();
  for (const { run } of analyzers) {
    run(analysis, (resource, { rule, path, values = {} }) => {
      if (SYSTEM_NAMESPACES.has(resource.metadata.namespace)) return;
      const { code } = ANALYSIS_RULES[rule];
      // Several analyzers notice the same missing thing.
      const place = JSON.stringify([code, objectKey(resource.ref), path, values]);
      if (!found.has(place)) found.set(place, diagnosticOf(CATALOGUE, resource, { code, path, values }));
    });
  }
  return [...found.values()];
}
