// Cases of upstream data that this product does not satisfy, each with the reason. Nothing else is skipped.

export interface SkipEntry {
  readonly suite: string;
  /** A case id, or the beginning of several ids followed by `*`. */
  readonly caseId: string;
  /** One sentence that tells a reader why, and what would have to be built. */
  readonly reason: string;
}

const OF_MESH =
  'It looks at the mesh configuration, which has no kind here; the rules would need a place in the reading of MeshConfig.';
const NULL_ENTRY = 'Upstream has a nil entry in the list; in a manifest that is a null, which the API server refuses.';
const LOST_EMPTY = 'The empty list or map that upstream refuses was lost when the case was written as protobuf JSON.';
const OTHER_TYPE = 'It hands a validator an object of another type, which no manifest can do.';

/** Keys are case ids. */
const ISTIO_VALIDATION_SKIPS: Readonly<Record<string, string>> = {
  'ValidateConnectTimeout/*': OF_MESH,
  'ValidateControlPlaneAuthPolicy/*': OF_MESH,
  'ValidateDrainDuration/*': OF_MESH,
  'ValidateExtensionProviderEnvoyHTTPAls/*': OF_MESH,
  'ValidateExtensionProviderEnvoyOtelAls/*': OF_MESH,
  'ValidateExtensionProviderEnvoyTCPAls/*': OF_MESH,
  'ValidateExtensionProviderTracingOpentelemetry/*': OF_MESH,
  'ValidateMaxServerConnectionAge/*': OF_MESH,
  'ValidateMeshConfig/*': OF_MESH,
  'ValidateMeshNetworks/*': OF_MESH,
  'ValidateProtocolDetectionTimeout/*': OF_MESH,
  'ValidateProxyAddress/*': OF_MESH,
  'ValidateTrustDomain/*': OF_MESH,
  'validateConnectionSettings/*': OF_MESH,
  'validateExtensionProviderService/*': OF_MESH,
  'validateExtensionProviderTracingDatadog/*': OF_MESH,
  'validateExtensionProviderTracingLightStep/*': OF_MESH,
  'validateExtensionProviderTracingOpenCensusAgent/*': OF_MESH,
  'validateExtensionProviderTracingZipkin/*': OF_MESH,
  'validateMeshConfigDefaultInboundHTTPRetryPolicy/*': OF_MESH,
  'validateMeshConfigDefaultTrafficPolicy/*': OF_MESH,
  'validateHTTPRoute/val-0217': NULL_ENTRY,
  'validateHTTPRoute/val-0220': NULL_ENTRY,
  'validateHTTPRoute/val-0224': NULL_ENTRY,
  'validateHTTPRoute/val-0732': NULL_ENTRY,
  'ValidateAuthorizationPolicy/val-0443': LOST_EMPTY,
  'ValidateAuthorizationPolicy/val-0446': LOST_EMPTY,
  'ValidatePeerAuthentication/val-0587': LOST_EMPTY,
  'ValidateGateway/val-0002': OTHER_TYPE,
  'ValidateTelemetry/val-0610': OTHER_TYPE,
  'ValidateWasmPlugin/val-0631': OTHER_TYPE,
  'ValidateTrafficExtension/val-0647': OTHER_TYPE,
  'ValidateGateway/val-0012':
    'The host `~/...` is only allowed in what istiod derives from the Gateway API, which never comes as a manifest.',
  'validateServer/val-0031':
    'The case leaves `port.number` out, which the custom resource definition requires; 0 is accepted.',
  'ValidateWildcardDomainForVirtualServiceBoundToGateway/val-0854':
    'The whole VirtualService accepts addresses as hosts, although this part of its validation does not.',
  'crds/serviceentry-valid.yaml/0':
    'YAML 1.2 reads `[001:db8::]` as a list with an object; the parser of the API server reads a text.',
};

const INGRESS_TLS =
  'TLS of a Sidecar ingress listener ends at the sidecar only with istiod started with ENABLE_TLS_ON_SIDECAR_INGRESS, which is off by default and no part of the mesh configuration.';

const ISTIO_SIMULATION_SKIPS: Readonly<Record<string, string>> = {
  'sim-029/*': 'The VirtualService has lost the annotation by which istiod knows that it was made from a TLSRoute.',
  'sim-077/*':
    'ALLOW_ANY_DYNAMIC_DNS resolves unknown hosts by a dynamic forward proxy; it is newer than any release and not compiled.',
  'sim-079/*': INGRESS_TLS,
  'sim-080/*': INGRESS_TLS,
  'sim-081/*': INGRESS_TLS,
  'sim-082/*': INGRESS_TLS,
};

const ISTIO_UNIT_SKIPS: Readonly<Record<string, string>> = {
  'TestMoreSpecific/0 Both hostnames are empty': 'Two empty host names never meet: every host is checked before.',
  'TestCreateSidecarScope/*':
    'The rows are structs of services in the memory of istiod, not manifests; a translation is missing.',
  'TestComputeWildcardHostVirtualServiceIndex/*': 'As for TestCreateSidecarScope.',
};

const ISTIO_XDS_SKIPS: Readonly<Record<string, string>> = {};

const ISTIO_XDS_OWN_SKIPS: Readonly<Record<string, string>> = {
  'telemetry/*': 'Telemetry resources are kept and checked, but do not change what is compiled.',
  'k8s-ingress/*': 'Ingresses are not translated to Gateways and VirtualServices.',
};

function noAnalyzer(name: string): string {
  return `There is no analyzer ${name} yet.`;
}

const ISTIO_ANALYZE_SKIPS: Readonly<Record<string, string>> = {
  'grid-017': 'Certificates in Secrets are not read, so that nothing is said of broken ones.',
  'grid-037': 'A VirtualService of the case has a route without a destination, which the API server refuses.',
  'grid-000': noAnalyzer('annotations.K8sAnalyzer'),
  'grid-002': noAnalyzer('deprecation.DeprecationAnalyzer'),
  'grid-004': noAnalyzer('externalcontrolplane.ExternalControlPlaneAnalyzer'),
  'grid-005': noAnalyzer('externalcontrolplane.ExternalControlPlaneAnalyzer'),
  'grid-006': noAnalyzer('externalcontrolplane.ExternalControlPlaneAnalyzer'),
  'grid-007': noAnalyzer('externalcontrolplane.ExternalControlPlaneAnalyzer'),
  'grid-023': noAnalyzer('injection.Analyzer'),
  'grid-025': noAnalyzer('injection.ImageAnalyzer'),
  'grid-026': noAnalyzer('injection.ImageAnalyzer'),
  'grid-027': noAnalyzer('injection.ImageAnalyzer'),
  'grid-028': noAnalyzer('injection.ImageAnalyzer'),
  'grid-029': noAnalyzer('injection.ImageAnalyzer'),
  'grid-043': noAnalyzer('deployment.MultiServiceAnalyzer'),
  'grid-044': noAnalyzer('deployment.MultiServiceAnalyzer'),
  'grid-045': noAnalyzer('deployment.MultiServiceAnalyzer'),
  'grid-046': noAnalyzer('meshnetworks.MeshNetworksAnalyzer'),
  'grid-047': noAnalyzer('authn.BlockedCIDRsAnalyzer'),
  'grid-048': noAnalyzer('authn.BlockedCIDRsAnalyzer'),
  'grid-070': noAnalyzer('webhook.Analyzer'),
  'grid-072': noAnalyzer('applicationUID.Analyzer'),
  'grid-074': noAnalyzer('applicationUID.Analyzer'),
  'grid-076': noAnalyzer('injection.ImageAutoAnalyzer'),
  'grid-079': noAnalyzer('envoyfilter.EnvoyPatchAnalyzer'),
  'grid-080': noAnalyzer('envoyfilter.EnvoyPatchAnalyzer'),
  'grid-081': noAnalyzer('envoyfilter.EnvoyPatchAnalyzer'),
  'grid-083': noAnalyzer('envoyfilter.EnvoyPatchAnalyzer'),
  'grid-084': noAnalyzer('envoyfilter.EnvoyPatchAnalyzer'),
  'grid-086': noAnalyzer('telemetry.ProviderAnalyzer'),
  'grid-087': noAnalyzer('telemetry.ProviderAnalyzer'),
  'grid-089': noAnalyzer('telemetry.DefaultSelectorAnalyzer'),
  'grid-092': 'Definitions of kinds are no objects here: every version that is known is installed.',
  'grid-098': 'Routes and a ServiceEntry of the case lack fields that the API server requires.',
  'multicluster-000': noAnalyzer('services.MultiClusterServiceAnalyzer'),
};

/** Case ids of one suite with their reasons, as entries. */
function skipsOf(suite: string, reasons: Readonly<Record<string, string>>): readonly SkipEntry[] {
  return Object.entries(reasons).map(([caseId, reason]) => ({ suite, caseId, reason }));
}

const OWN_WORDS =
  "It is refused while it is read, in the words of this reader instead of those of upstream's protobuf checks.";
const TEST_EXTENSION = "The refusal comes from an extension that only exists in upstream's test.";

/** Keys are case ids. */
const ENVOY_ROUTE_CONFIG_SKIPS: Readonly<Record<string, string>> = {
  'validation/UnknownClusterSpecifierPlugin/30':
    'Cluster specifier plug-ins are code; every one counts as known, and its routes lead to no cluster.',
  'validation/TestPrefixAndRegexRewrites/57': OWN_WORDS,
  'validation/WeightedClustersZeroSumOfWeights/66': OWN_WORDS,
  'validation/BadRouteEntryConfigMissingPathSpecifier/79': OWN_WORDS,
  'validation/BadRouteEntryConfigNoAction/81': OWN_WORDS,
  'validation/BrokenTypedMetadata/86': TEST_EXTENSION,
  'validation/DefaultFilterImplementationAnyWithCheckPerVirtualHost/126': TEST_EXTENSION,
  'validation/DefaultFilterImplementationAnyWithCheckPerRoute/127': TEST_EXTENSION,
};

const ALPHA =
  'XBackend and XBackendTrafficPolicy are alpha kinds, which istiod only looks at when PILOT_ENABLE_ALPHA_GATEWAY_API is set.';

/** Keys are case ids. */
const ISTIO_GATEWAY_API_SKIPS: Readonly<Record<string, string>> = {
  'east-west-ambient': 'The east-west gateways of ambient meshes are not simulated.',
  'backend-traffic-policy-ignored': ALPHA,
  xbackend: ALPHA,
};

export const SKIPS: readonly SkipEntry[] = [
  ...skipsOf('envoy-route-config', ENVOY_ROUTE_CONFIG_SKIPS),
  ...skipsOf('istio-validation', ISTIO_VALIDATION_SKIPS),
  ...skipsOf('istio-simulation', ISTIO_SIMULATION_SKIPS),
  ...skipsOf('istio-gateway-api', ISTIO_GATEWAY_API_SKIPS),
  ...skipsOf('istio-unit', ISTIO_UNIT_SKIPS),
  ...skipsOf('istio-analyze', ISTIO_ANALYZE_SKIPS),
  ...skipsOf('istio-xds', ISTIO_XDS_SKIPS),
  ...skipsOf('istio-xds-own', ISTIO_XDS_OWN_SKIPS),
];

/** The first entry that covers the case, if any. */
export function findSkip(skips: readonly SkipEntry[], caseId: string): SkipEntry | undefined {
  return skips.find((entry) =>
    entry.caseId.endsWith('*') ? caseId.startsWith(entry.caseId.slice(0, -1)) : caseId === entry.caseId,
  );
}
