// From the inputs of an upstream simulation to a proxy and what it is told.
import { compareStrings } from '../../src/base';
import type { PodView, Resource } from '../../src/config';
import type { MeshProxy } from '../../src/dialects/istio/compile/model';
import { proxyOf, ServiceTargets } from '../../src/dialects/istio/compile/proxies';
import { buildPushContext } from '../../src/dialects/istio/compile/push-context/build';
import { readResources } from '../../src/dialects/istio/compile/read-resources';
import { relevantLabels } from '../../src/dialects/istio/compile/relevant-labels';
import { SnapshotBuilder } from '../../src/dialects/istio/compile/snapshot-builder';
import { decodeMeshConfig } from '../../src/dialects/istio/mesh-config';
import type { XdsSnapshot } from '../../src/xds';
import { readManifestSet, viewOfManifests } from '../support/manifest-view';

interface ServiceStruct {
  readonly hostname: string;
  readonly defaultAddress: string;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

interface InstanceStruct {
  readonly service: ServiceStruct;
  readonly endpoint: {
    readonly addresses: readonly string[];
    readonly servicePortName: string;
    readonly endpointPort: number;
  };
}

export interface SimulationInputs {
  readonly config?: string;
  readonly kubeConfig?: string;
  readonly configObjects?: readonly unknown[];
  readonly services?: readonly ServiceStruct[];
  readonly instances?: readonly InstanceStruct[];
  readonly meshConfig?: Readonly<Record<string, unknown>>;
  readonly proxy: {
    readonly type: 'sidecar' | 'router';
    readonly configNamespace: string;
    readonly metadata: { readonly namespace: string };
    readonly ipAddresses: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
  };
}

function nameOf({ hostname }: ServiceStruct): { readonly name: string; readonly namespace: string } {
  const [name = '', namespace = ''] = hostname.split('.');
  return { name, namespace };
}

/** Upstream's structs as the manifests that they come from. */
function manifestOfService(service: ServiceStruct): unknown {
  const ports = service.ports.map(({ name, port, protocol }) => ({ name, port, appProtocol: protocol.toLowerCase() }));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: nameOf(service),
    spec: { clusterIP: service.defaultAddress, ports },
  };
}

function manifestOfInstance({ service, endpoint }: InstanceStruct, index: number): unknown {
  const { name, namespace } = nameOf(service);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${index}`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: endpoint.addresses.map((address) => ({ addresses: [address] })),
    ports: [{ name: endpoint.servicePortName, port: endpoint.endpointPort }],
  };
}

/** By age as upstream compares it: time, then name, then namespace. */
function aged(resources: readonly Resource[]): readonly Resource[] {
  const time = ({ metadata }: Resource): string => metadata.creationTimestamp ?? '';
  return [...resources]
    .sort(
      (a, b) =>
        compareStrings(time(a), time(b)) ||
        compareStrings(a.metadata.name, b.metadata.name) ||
        compareStrings(a.metadata.namespace, b.metadata.namespace),
    )
    .map((resource, creationOrder) => ({ ...resource, creationOrder }));
}

function resourcesOf(inputs: SimulationInputs): readonly Resource[] {
  const objects = [
    ...(inputs.configObjects ?? []),
    ...(inputs.services ?? []).map(manifestOfService),
    ...(inputs.instances ?? []).map(manifestOfInstance),
  ];
  const texts = [inputs.config ?? '', inputs.kubeConfig ?? '', ...objects.map((item) => JSON.stringify(item))];
  const { resources, rejected } = readManifestSet(texts.map((text, index) => ({ path: `${index}.yaml`, text })));
  // Upstream's fixtures do not go through validation.
  return aged([...resources, ...rejected]);
}

function podOf({ proxy }: SimulationInputs): PodView {
  const container = (name: string): PodView['containers'][number] => ({ name, image: '', ports: [] });
  const sidecar = proxy.type === 'sidecar';
  return {
    name: 'app',
    namespace: proxy.metadata.namespace,
    uid: 'app',
    ip: proxy.ipAddresses[0] ?? '',
    labels: proxy.labels ?? {},
    annotations: {},
    serviceAccount: 'default',
    nodeName: '',
    locality: { region: '', zone: '', subZone: '' },
    containers: sidecar ? [container('app'), container('istio-proxy')] : [container('istio-proxy')],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    workload: { group: '', kind: 'Pod', namespace: proxy.metadata.namespace, name: 'app' },
    ...(sidecar ? { sidecar: { dialect: 'istio', revision: 'default' } } : {}),
  };
}

/** What the proxy of a simulation is told. */
export function simulateProxy(inputs: SimulationInputs): XdsSnapshot {
  const pod = podOf(inputs);
  const view = viewOfManifests(resourcesOf(inputs), inputs.meshConfig ?? {}, [pod]);
  const mesh = decodeMeshConfig(view.meshConfig);
  const resources = readResources(view);
  const push = buildPushContext(view, resources, mesh);
  const own = proxyOf(pod, new ServiceTargets(push, resources.services));
  if (own === undefined) throw new Error('the pod runs no proxy');
  // Upstream gives the proxy a namespace of its own beside that of its pod, and lets it bind any port.
  const proxy: MeshProxy = {
    ...own,
    namespace: inputs.proxy.configNamespace,
    dnsDomain: `${inputs.proxy.configNamespace}.svc.cluster.local`,
    unprivileged: false,
  };
  return new SnapshotBuilder(push, relevantLabels(resources, mesh)).build(proxy);
}
