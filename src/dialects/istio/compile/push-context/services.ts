import type { ServiceEntrySpec } from '../../kinds';
import { isIpAddress, isWholeAddress, parseCidr } from '../addresses';
import type { Resolution, Service, ServicePort } from '../model';
import { serviceHostname, UNSPECIFIED_IP } from '../names';
import { parseProtocol, protocolOfServicePort } from '../protocol';
import type { KubernetesServiceResource, ServiceEntryResource } from '../resources';
import { parseVisibility } from './visibility';

const EXPORT_TO_ANNOTATION = 'networking.istio.io/exportTo';
const TRAFFIC_DISTRIBUTION_ANNOTATION = 'networking.istio.io/traffic-distribution';
const CANONICAL_ACCOUNTS_ANNOTATION = 'alpha.istio.io/canonical-serviceaccounts';
const KUBERNETES_ACCOUNTS_ANNOTATION = 'alpha.istio.io/kubernetes-serviceaccounts';

/** What conversion needs to know beside the object itself. */
export interface ServiceDefaults {
  readonly exportTo: readonly string[];
  readonly trustDomain: string;
  readonly namespaceAnnotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

type TrafficDistribution = Service['trafficDistribution'];

function distributionOf(value: string | undefined): TrafficDistribution | undefined {
  switch (value?.toLowerCase()) {
    case 'preferclose':
    case 'prefersamezone':
      return 'PreferSameZone';
    case 'prefersamenode':
      return 'PreferSameNode';
    default:
      return undefined;
  }
}

/** istio/istio pilot/pkg/model/service.go (GetTrafficDistribution): field, else annotation, else the namespace's annotation. */
function trafficDistributionOf(
  field: string | undefined,
  annotations: Readonly<Record<string, string>>,
  namespaceAnnotations: Readonly<Record<string, string>> | undefined,
): TrafficDistribution {
  const fromField = distributionOf(field);
  if (fromField !== undefined) return fromField;
  const own = annotations[TRAFFIC_DISTRIBUTION_ANNOTATION];
  if (own !== undefined && own !== '') return distributionOf(own) ?? 'Any';
  return distributionOf(namespaceAnnotations?.[TRAFFIC_DISTRIBUTION_ANNOTATION]) ?? 'Any';
}

function splitList(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',').map((item) => item.trim());
}

function annotatedAccounts(resource: KubernetesServiceResource, trustDomain: string): readonly string[] {
  const { annotations, namespace } = resource.metadata;
  const kubernetes = splitList(annotations[KUBERNETES_ACCOUNTS_ANNOTATION]);
  return [
    ...splitList(annotations[CANONICAL_ACCOUNTS_ANNOTATION]),
    ...kubernetes.map((account) => `spiffe://${trustDomain}/ns/${namespace}/sa/${account}`),
  ];
}

function kubernetesResolution(headless: boolean, externalName: string | undefined): Resolution {
  if (headless) return 'Passthrough';
  return externalName === undefined ? 'ClientSideLB' : 'Alias';
}

/** istio/istio pilot/pkg/serviceregistry/kube/conversion.go (ConvertService) */
export function convertKubernetesService(resource: KubernetesServiceResource, defaults: ServiceDefaults): Service {
  const { name, namespace, annotations, labels } = resource.metadata;
  const spec = resource.object.spec ?? {};
  const externalName =
    spec.type === 'ExternalName' && spec.externalName !== undefined && spec.externalName !== ''
      ? spec.externalName
      : undefined;
  const headless = spec.clusterIP === 'None';
  const hasAddress = spec.clusterIP !== undefined && spec.clusterIP !== '' && !headless;
  return {
    hostname: serviceHostname(name, namespace),
    namespace,
    name,
    registry: 'Kubernetes',
    address: hasAddress && spec.clusterIP !== undefined ? spec.clusterIP : UNSPECIFIED_IP,
    extraAddresses: [],
    ports: (spec.ports ?? []).map((port) => ({
      name: port.name ?? '',
      port: port.port,
      protocol: protocolOfServicePort(port),
    })),
    resolution: kubernetesResolution(headless, externalName),
    meshExternal: externalName !== undefined,
    exportTo: parseVisibility(splitList(annotations[EXPORT_TO_ANNOTATION]), defaults.exportTo),
    labels,
    selector: spec.selector ?? {},
    aliases: [],
    ...(externalName === undefined ? {} : { externalName }),
    headless,
    nodeLocal: spec.internalTrafficPolicy === 'Local',
    publishNotReadyAddresses: spec.publishNotReadyAddresses ?? false,
    trafficDistribution: trafficDistributionOf(
      spec.trafficDistribution,
      annotations,
      defaults.namespaceAnnotations.get(namespace),
    ),
    subjectAltNames: annotatedAccounts(resource, defaults.trustDomain),
    passthroughTargetPorts: new Map(),
    creationOrder: resource.creationOrder,
    origin: { ref: resource.ref, path: ['spec'] },
  };
}

function serviceEntryResolution(spec: ServiceEntrySpec): Resolution {
  switch (spec.resolution) {
    case 'STATIC':
      return 'ClientSideLB';
    case 'DNS':
      return 'DNSLB';
    case 'DNS_ROUND_ROBIN':
      return 'DNSRoundRobinLB';
    case 'DYNAMIC_DNS':
      return 'DynamicDNS';
    default:
      return 'Passthrough';
  }
}

/** Addresses that can be listened on; a CIDR of one address is that address. */
function usableAddresses(addresses: readonly string[]): readonly string[] {
  const usable: string[] = [];
  for (const address of addresses) {
    if (isIpAddress(address)) {
      usable.push(address);
      continue;
    }
    const range = parseCidr(address);
    if (range !== undefined) usable.push(isWholeAddress(range) ? range.addressPrefix : address);
  }
  return usable;
}

/**
 * One service per host and address.
 * istio/istio pilot/pkg/serviceregistry/serviceentry/conversion.go (convertServices)
 */
export function convertServiceEntry(resource: ServiceEntryResource, defaults: ServiceDefaults): readonly Service[] {
  const { namespace, annotations, labels } = resource.metadata;
  const spec = resource.object.spec ?? {};
  const resolution = serviceEntryResolution(spec);
  const ports: readonly ServicePort[] = (spec.ports ?? []).map((port) => ({
    name: port.name ?? '',
    port: port.number ?? 0,
    protocol: parseProtocol(port.protocol ?? ''),
  }));
  const overrides = new Map<number, number>();
  for (const port of spec.ports ?? []) {
    if (resolution === 'Passthrough' && (port.targetPort ?? 0) > 0)
      overrides.set(port.number ?? 0, port.targetPort ?? 0);
  }
  const listed = spec.addresses ?? [];
  const addresses = listed.length > 0 ? usableAddresses(listed) : [UNSPECIFIED_IP];
  const exportTo = parseVisibility(spec.exportTo ?? [], defaults.exportTo);
  const trafficDistribution = trafficDistributionOf(
    undefined,
    annotations,
    defaults.namespaceAnnotations.get(namespace),
  );
  return (spec.hosts ?? []).flatMap((hostname) =>
    addresses.map((address) => ({
      hostname,
      namespace,
      name: hostname,
      registry: 'External' as const,
      address,
      extraAddresses: [],
      ports,
      resolution,
      meshExternal: spec.location !== 'MESH_INTERNAL',
      exportTo,
      labels,
      selector: spec.workloadSelector?.labels ?? {},
      aliases: [],
      headless: false,
      nodeLocal: false,
      publishNotReadyAddresses: false,
      trafficDistribution,
      subjectAltNames: spec.subjectAltNames ?? [],
      passthroughTargetPorts: overrides,
      creationOrder: resource.creationOrder,
      origin: { ref: resource.ref, path: ['spec'] },
    })),
  );
}
