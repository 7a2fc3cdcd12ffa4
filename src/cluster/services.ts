import {
  ENDPOINT_SLICE,
  ENDPOINTS,
  type EndpointAddressView,
  type EndpointsView,
  labelsMatch,
  type ObjectOf,
  type Resource,
  SERVICE,
  targetPortOf,
} from '../config';
import type { ServiceEntry as EngineServiceEntry } from '../engine';
import { ResourceStore } from './resource-store';
import type { PodRecord } from './state';

type ServiceResource = Resource<ObjectOf<typeof SERVICE>>;
type ServicePort = NonNullable<NonNullable<ObjectOf<typeof SERVICE>['spec']>['ports']>[number];

export const CLUSTER_DOMAIN = 'cluster.local';
const SLICE_SERVICE_LABEL = 'kubernetes.io/service-name';

export function serviceHost(namespace: string, name: string): string {
  return `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`;
}

/** Pods behind a service, living or leaving; empty when it has no selector. */
export function selectedPods(service: ServiceResource, pods: readonly PodRecord[]): readonly PodRecord[] {
  const selector = service.object.spec?.selector;
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  return pods.filter((pod) => pod.namespace === service.metadata.namespace && labelsMatch(selector, pod.labels));
}

/** kubernetes/kubernetes pkg/api/v1/pod/util.go FindPort: a name is looked up in the pod's containers. */
export function resolvePodPort(port: ServicePort, pod: PodRecord): number | undefined {
  const target = targetPortOf(port);
  if (typeof target === 'number') return target;
  return pod.containers
    .flatMap((container) => container.ports)
    .find((candidate) => candidate.name === target && candidate.protocol === port.protocol)?.containerPort;
}

function addressOf(pod: PodRecord): EndpointAddressView {
  const terminating = pod.phase === 'terminating';
  return { ip: pod.ip, ready: pod.ready && !terminating, serving: pod.ready, terminating, podUid: pod.uid };
}

/** Pods may resolve one named port to different numbers; each number gets a subset of its own, as EndpointSlices do. */
function fromSelector(service: ServiceResource, pods: readonly PodRecord[]): readonly EndpointsView[] {
  const subsets = new Map<
    string,
    { ports: { name: string; port: number; protocol: string }[]; addresses: EndpointAddressView[] }
  >();
  for (const pod of selectedPods(service, pods)) {
    if (pod.phase === 'waiting') continue;
    const ports: { name: string; port: number; protocol: string }[] = [];
    for (const port of service.object.spec?.ports ?? []) {
      const target = resolvePodPort(port, pod);
      if (target !== undefined) ports.push({ name: port.name ?? '', port: target, protocol: port.protocol ?? 'TCP' });
    }
    const key = ports.map((port) => `${port.name}:${port.port}`).join(',');
    const subset = subsets.get(key) ?? { ports, addresses: [] };
    subset.addresses.push(addressOf(pod));
    subsets.set(key, subset);
  }
  const { namespace, name } = service.metadata;
  return [...subsets.values()].map((subset) => ({ service: { namespace, name }, ...subset }));
}

function fromEndpoints(resource: Resource<ObjectOf<typeof ENDPOINTS>>): readonly EndpointsView[] {
  const { namespace, name } = resource.metadata;
  return (resource.object.subsets ?? []).map((subset) => ({
    service: { namespace, name },
    ports: (subset.ports ?? []).map((port) => ({
      name: port.name ?? '',
      port: port.port ?? 0,
      protocol: port.protocol ?? 'TCP',
    })),
    addresses: [
      ...(subset.addresses ?? []).map((address) => ({
        ip: address.ip ?? '',
        ready: true,
        serving: true,
        terminating: false,
      })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({
        ip: address.ip ?? '',
        ready: false,
        serving: false,
        terminating: false,
      })),
    ],
  }));
}

function fromSlice(resource: Resource<ObjectOf<typeof ENDPOINT_SLICE>>, service: string): EndpointsView {
  const object = resource.object;
  return {
    service: { namespace: resource.metadata.namespace, name: service },
    ports: (object.ports ?? []).map((port) => ({
      name: port.name ?? '',
      port: port.port ?? 0,
      protocol: port.protocol ?? 'TCP',
    })),
    addresses: (object.endpoints ?? []).flatMap((endpoint) =>
      (endpoint.addresses ?? []).map((ip) => ({
        ip,
        // kubernetes/kubernetes staging/src/k8s.io/api/discovery/v1/types.go: an absent `ready` means ready.
        ready: endpoint.conditions?.ready ?? true,
        serving: endpoint.conditions?.serving ?? endpoint.conditions?.ready ?? true,
        terminating: endpoint.conditions?.terminating ?? false,
      })),
    ),
  };
}

/** The services as the API server shows them: with the virtual address that it gave to each. */
export function withVirtualAddresses(store: ResourceStore, addresses: Readonly<Record<string, string>>): ResourceStore {
  const shown = new Map<Resource, Resource>();
  for (const service of store.list(SERVICE)) {
    const clusterIP = addresses[`${service.metadata.namespace}/${service.metadata.name}`] ?? '';
    if (clusterIP === '' || (service.object.spec?.clusterIP ?? '') !== '') continue;
    shown.set(service, { ...service, object: { ...service.object, spec: { ...service.object.spec, clusterIP } } });
  }
  return new ResourceStore(store.resources.map((resource) => shown.get(resource) ?? resource));
}

/** Endpoints of all services: made from pods where there is a selector, taken from written objects where there is none. */
export function computeEndpoints(store: ResourceStore, pods: readonly PodRecord[]): readonly EndpointsView[] {
  const written: EndpointsView[] = [];
  const sliced = new Set<string>();
  for (const slice of store.list(ENDPOINT_SLICE)) {
    const service = slice.metadata.labels[SLICE_SERVICE_LABEL];
    if (service === undefined) continue;
    sliced.add(`${slice.metadata.namespace}/${service}`);
    written.push(fromSlice(slice, service));
  }
  for (const endpoints of store.list(ENDPOINTS)) {
    if (!sliced.has(`${endpoints.metadata.namespace}/${endpoints.metadata.name}`))
      written.push(...fromEndpoints(endpoints));
  }
  const result: EndpointsView[] = [];
  for (const service of store.list(SERVICE)) {
    const selector = service.object.spec?.selector;
    if (selector !== undefined && Object.keys(selector).length > 0) {
      result.push(...fromSelector(service, pods));
      continue;
    }
    const { namespace, name } = service.metadata;
    result.push(...written.filter((view) => view.service.namespace === namespace && view.service.name === name));
  }
  return result;
}

/** kube-proxy and cluster DNS: what applications without a sidecar reach. Only ready, living addresses take traffic. */
export function serviceTable(
  store: ResourceStore,
  endpoints: readonly EndpointsView[],
  virtualAddresses: Readonly<Record<string, string>>,
): readonly EngineServiceEntry[] {
  return store.list(SERVICE).map((service) => {
    const { namespace, name } = service.metadata;
    const own = endpoints.filter((view) => view.service.namespace === namespace && view.service.name === name);
    return {
      host: serviceHost(namespace, name),
      namespace,
      name,
      virtualIp: virtualAddresses[`${namespace}/${name}`] ?? '',
      ports: (service.object.spec?.ports ?? []).map((port) => ({
        port: port.port ?? 0,
        backends: own.flatMap((view) => {
          const target = view.ports.find((candidate) => candidate.name === (port.name ?? ''));
          if (target === undefined) return [];
          return view.addresses
            .filter((address) => address.ready)
            .map((address) => ({ ip: address.ip, port: target.port }));
        }),
      })),
    };
  });
}
