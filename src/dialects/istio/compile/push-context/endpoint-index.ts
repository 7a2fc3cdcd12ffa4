import { compareStrings } from '../../../../base';
import type { ClusterView, EndpointsView, PodView } from '../../../../config';
import type { ConfigOrigin, Locality } from '../../../../xds';
import type { WorkloadEntrySpec } from '../../kinds';
import { isIpAddress } from '../addresses';
import type { Endpoint, Service } from '../model';
import type { KubernetesServiceResource, ServiceEntryResource, WorkloadEntryResource } from '../resources';
import { serviceKey } from './service-index';

/** Endpoints of all services. istio/istio pilot/pkg/model/endpointshards.go */
export interface EndpointIndex {
  /** All endpoints of a service, whatever their port, in the order in which they were found. */
  all(service: Service): readonly Endpoint[];
  /** Those of one port, matched by the port's name, as endpoint discovery does. */
  ofPortName(service: Service, portName: string): readonly Endpoint[];
  /** Those of one port, matched by number where a ServiceEntry gives one, as cluster building does. */
  ofPortNumber(service: Service, port: number): readonly Endpoint[];
  /** Services of a ServiceEntry that an address is an endpoint of. */
  targetsOf(address: string): readonly EntryTarget[];
}

/** One endpoint of a ServiceEntry, seen from its address. */
export interface EntryTarget {
  readonly serviceKey: string;
  readonly servicePort: number;
  readonly targetPort: number;
}

/** What cannot change between the endpoints of one workload. */
type Workload = Omit<Endpoint, 'address' | 'port' | 'servicePortName' | 'servicePort' | 'health'>;

/** A pod or a WorkloadEntry that a selector can choose. istio/istio pilot/pkg/model/service.go (WorkloadInstance) */
interface WorkloadInstance {
  readonly kind: 'pod' | 'entry';
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly workload: Workload;
  /** A host name or socket: only for services resolved by DNS. */
  readonly dnsOnly: boolean;
}

export const TLS_MODE_LABEL = 'security.istio.io/tlsMode';
const CLUSTER_ID = 'Kubernetes';
const NETWORK_LABEL = 'topology.istio.io/network';
const UNIX_PREFIX = 'unix://';

const NOWHERE: Locality = { region: '', zone: '', subZone: '' };

/** `region/zone/subzone`. */
export function parseLocality(text: string): Locality {
  const [region = '', zone = '', subZone = ''] = text.split('/');
  return { region, zone, subZone };
}

/** istio/istio pilot/pkg/serviceregistry/util/label/label.go (AugmentLabels) */
export function augmentLabels(
  labels: Readonly<Record<string, string>>,
  locality: Locality,
  nodeName: string,
): Readonly<Record<string, string>> {
  return {
    ...labels,
    ...(locality.region === '' ? {} : { 'topology.kubernetes.io/region': locality.region }),
    ...(locality.zone === '' ? {} : { 'topology.kubernetes.io/zone': locality.zone }),
    ...(locality.subZone === '' ? {} : { 'topology.istio.io/subzone': locality.subZone }),
    'topology.istio.io/cluster': CLUSTER_ID,
    ...(nodeName === '' ? {} : { 'kubernetes.io/hostname': nodeName }),
  };
}

/** The label `istio-locality` beats the node; dots stand for slashes where it has none. */
function localityOfPod(pod: PodView): Locality {
  const label = pod.labels['istio-locality'];
  if (label === undefined || label === '') return pod.locality;
  return parseLocality(label.includes('/') ? label : label.replaceAll('.', '/'));
}

function tlsModeOf(labels: Readonly<Record<string, string>>): Endpoint['tlsMode'] {
  return labels[TLS_MODE_LABEL] === 'istio' ? 'istio' : 'disabled';
}

function workloadOfPod(pod: PodView, trustDomain: string): Workload {
  const locality = localityOfPod(pod);
  const labels = augmentLabels(pod.labels, locality, pod.nodeName);
  return {
    labels,
    serviceAccount: `spiffe://${trustDomain}/ns/${pod.namespace}/sa/${pod.serviceAccount}`,
    locality,
    network: pod.labels[NETWORK_LABEL] ?? '',
    weight: 0,
    tlsMode: tlsModeOf(pod.labels),
    namespace: pod.namespace,
    workloadName: pod.workload.name,
    hostname: '',
    subdomain: '',
    nodeName: pod.nodeName,
    podUid: pod.uid,
  };
}

/** An address that no pod stands behind. */
const UNKNOWN_WORKLOAD: Workload = {
  labels: { 'topology.istio.io/cluster': CLUSTER_ID },
  serviceAccount: '',
  locality: NOWHERE,
  network: '',
  weight: 0,
  tlsMode: 'disabled',
  namespace: '',
  workloadName: '',
  hostname: '',
  subdomain: '',
  nodeName: '',
};

/** istio/istio pilot/pkg/serviceregistry/kube/controller/endpointslice.go (endpointHealthStatus) */
function healthOf(address: { readonly ready: boolean; readonly terminating: boolean }): Endpoint['health'] {
  if (address.ready) return 'healthy';
  return address.terminating ? 'terminating' : 'unhealthy';
}

/** istio/istio pilot/pkg/serviceregistry/serviceentry/conversion.go (convertWorkloadEntryToWorkloadInstance) */
function workloadOfEntry(
  spec: WorkloadEntrySpec,
  meta: { readonly namespace: string; readonly name: string; readonly labels: Readonly<Record<string, string>> },
  trustDomain: string,
  origin: ConfigOrigin,
): Workload {
  const labels = { ...spec.labels, ...meta.labels };
  const account = spec.serviceAccount ?? '';
  const declared = labels[TLS_MODE_LABEL];
  const label = labels['istio-locality'] ?? '';
  const locality = parseLocality(spec.locality ?? (label.includes('/') ? label : label.replaceAll('.', '/')));
  return {
    labels: augmentLabels(labels, locality, ''),
    serviceAccount: account === '' ? '' : `spiffe://${trustDomain}/ns/${meta.namespace}/sa/${account}`,
    locality,
    network: spec.network ?? labels[NETWORK_LABEL] ?? '',
    weight: spec.weight ?? 0,
    tlsMode: declared === undefined ? (account === '' ? 'disabled' : 'istio') : tlsModeOf(labels),
    namespace: meta.namespace,
    workloadName: meta.name,
    hostname: '',
    subdomain: '',
    nodeName: '',
    origin,
  };
}

export interface EndpointSources {
  readonly view: ClusterView;
  readonly trustDomain: string;
  readonly services: readonly Service[];
  readonly kubernetesServices: readonly KubernetesServiceResource[];
  readonly serviceEntries: readonly ServiceEntryResource[];
  readonly workloadEntries: readonly WorkloadEntryResource[];
}

class EndpointIndexBuilder {
  readonly #byService = new Map<string, Endpoint[]>();
  readonly #targets = new Map<string, EntryTarget[]>();
  readonly #podByUid = new Map<string, PodView>();
  readonly #workloads = new Map<string, Workload>();
  readonly #instances: readonly WorkloadInstance[];

  constructor(private readonly sources: EndpointSources) {
    for (const pod of sources.view.pods) this.#podByUid.set(pod.uid, pod);
    this.#instances = this.#collectInstances();
  }

  build(): EndpointIndex {
    const kubernetes = new Map(
      this.sources.services
        .filter((service) => service.registry === 'Kubernetes')
        .map((service) => [`${service.namespace}/${service.name}`, service]),
    );
    for (const endpoints of this.sources.view.endpoints) {
      const service = kubernetes.get(`${endpoints.service.namespace}/${endpoints.service.name}`);
      if (service !== undefined) this.#addSlice(service, endpoints);
    }
    for (const resource of this.sources.kubernetesServices) {
      const service = kubernetes.get(`${resource.metadata.namespace}/${resource.metadata.name}`);
      if (service !== undefined) this.#addSelectedEntries(service, resource);
    }
    for (const resource of this.sources.serviceEntries) this.#addServiceEntry(resource);
    return this.#freeze();
  }

  #freeze(): EndpointIndex {
    const byService = this.#byService;
    const all = (service: Service): readonly Endpoint[] => byService.get(serviceKey(service)) ?? [];
    return {
      all,
      ofPortName: (service, portName) => all(service).filter((endpoint) => endpoint.servicePortName === portName),
      ofPortNumber: (service, port) => {
        const name = service.ports.find((candidate) => candidate.port === port)?.name;
        return all(service).filter((endpoint) =>
          endpoint.servicePort > 0 ? endpoint.servicePort === port : endpoint.servicePortName === name,
        );
      },
      targetsOf: (address) => this.#targets.get(address) ?? [],
    };
  }

  #add(key: string, endpoint: Endpoint): void {
    const list = this.#byService.get(key);
    if (list === undefined) this.#byService.set(key, [endpoint]);
    else list.push(endpoint);
  }

  #workloadOf(podUid: string | undefined): Workload | undefined {
    if (podUid === undefined) return UNKNOWN_WORKLOAD;
    const known = this.#workloads.get(podUid);
    if (known !== undefined) return known;
    const pod = this.#podByUid.get(podUid);
    if (pod === undefined) return undefined;
    const workload = workloadOfPod(pod, this.sources.trustDomain);
    this.#workloads.set(podUid, workload);
    return workload;
  }

  #addSlice(service: Service, endpoints: EndpointsView): void {
    const key = serviceKey(service);
    const seen = new Set((this.#byService.get(key) ?? []).map((entry) => `${entry.address} ${entry.servicePortName}`));
    for (const address of endpoints.addresses) {
      const workload = this.#workloadOf(address.podUid);
      if (workload === undefined) continue;
      for (const port of endpoints.ports) {
        const identity = `${address.ip} ${port.name}`;
        if (seen.has(identity)) continue;
        seen.add(identity);
        this.#add(key, {
          ...workload,
          address: address.ip,
          port: port.port,
          servicePortName: port.name,
          servicePort: 0,
          hostname: address.hostname ?? '',
          health: healthOf(address),
        });
      }
    }
  }

  #collectInstances(): readonly WorkloadInstance[] {
    const pods: WorkloadInstance[] = [];
    for (const pod of this.sources.view.pods) {
      if (pod.ip === '' || pod.hostNetwork || pod.phase !== 'Running' || !pod.ready || pod.terminating) continue;
      const workload = this.#workloadOf(pod.uid);
      if (workload === undefined) continue;
      const { namespace, name, labels } = pod;
      pods.push({ kind: 'pod', namespace, name, labels, address: pod.ip, ports: {}, workload, dnsOnly: false });
    }
    const entries = this.sources.workloadEntries.map((resource) => this.#instanceOfEntry(resource));
    const byName = (a: WorkloadInstance, b: WorkloadInstance): number =>
      compareStrings(a.namespace, b.namespace) || compareStrings(a.name, b.name);
    return [...pods.sort(byName), ...entries.sort(byName)];
  }

  #instanceOfEntry(resource: WorkloadEntryResource): WorkloadInstance {
    const spec: WorkloadEntrySpec = resource.object.spec;
    const { namespace, name } = resource.metadata;
    const workload = workloadOfEntry(spec, resource.metadata, this.sources.trustDomain, {
      ref: resource.ref,
      path: ['spec'],
    });
    const address = spec.address ?? '';
    return {
      kind: 'entry',
      namespace,
      name,
      labels: { ...spec.labels, ...resource.metadata.labels },
      address,
      ports: spec.ports ?? {},
      workload,
      dnsOnly: address !== '' && !isIpAddress(address),
    };
  }

  /**
   * A Kubernetes Service selects WorkloadEntries as it selects pods.
   * istio/istio pilot/pkg/serviceregistry/kube/controller/controller.go (collectWorkloadInstanceEndpoints)
   */
  #addSelectedEntries(service: Service, resource: KubernetesServiceResource): void {
    if (service.resolution !== 'ClientSideLB' || Object.keys(service.selector).length === 0) return;
    for (const port of resource.object.spec?.ports ?? []) {
      for (const instance of this.#instances) {
        if (instance.kind !== 'entry' || instance.dnsOnly || instance.namespace !== service.namespace) continue;
        if (!isSubset(service.selector, instance.labels)) continue;
        const portName = port.name ?? '';
        this.#add(serviceKey(service), {
          ...instance.workload,
          address: instance.address,
          port: targetPortOfEntry(instance, portName, port.targetPort, port.port),
          servicePortName: portName,
          servicePort: 0,
          health: 'unknown',
        });
      }
    }
  }

  /** istio/istio pilot/pkg/serviceregistry/serviceentry/conversion.go (services, convertServiceEntryToInstances) */
  #addServiceEntry(resource: ServiceEntryResource): void {
    const spec = resource.object.spec;
    const { namespace } = resource.metadata;
    const dns = spec.resolution === 'DNS' || spec.resolution === 'DNS_ROUND_ROBIN';
    const listed = spec.endpoints ?? [];
    // A service exists per host and per address, and each contributes all its endpoints.
    const copies = Math.max(1, (spec.addresses ?? []).length);
    for (const hostname of spec.hosts) {
      const key = `${namespace}/${hostname}`;
      for (let copy = 0; copy < copies; copy++) {
        if (spec.workloadSelector !== undefined) {
          this.#addSelected(key, resource, dns);
        } else if (listed.length === 0 && dns) {
          this.#addOwnName(key, hostname, resource);
        } else {
          for (const [index, endpoint] of listed.entries()) this.#addListed(key, resource, endpoint, index);
        }
      }
    }
  }

  #addSelected(key: string, resource: ServiceEntryResource, dns: boolean): void {
    const selector = resource.object.spec.workloadSelector?.labels ?? {};
    for (const instance of this.#instances) {
      if (instance.namespace !== resource.metadata.namespace || (instance.dnsOnly && !dns)) continue;
      if (isSubset(selector, instance.labels)) this.#addInstance(key, resource, instance);
    }
  }

  #addListed(key: string, resource: ServiceEntryResource, endpoint: WorkloadEntrySpec, index: number): void {
    const { namespace, name } = resource.metadata;
    const meta = { namespace, name: `${name}-${index}`, labels: {} };
    const origin = { ref: resource.ref, path: ['spec', 'endpoints', index] };
    this.#addInstance(key, resource, {
      kind: 'entry',
      namespace,
      name: meta.name,
      labels: endpoint.labels ?? {},
      address: endpoint.address ?? '',
      ports: endpoint.ports ?? {},
      workload: workloadOfEntry(endpoint, meta, this.sources.trustDomain, origin),
      dnsOnly: false,
    });
  }

  #addInstance(key: string, resource: ServiceEntryResource, instance: WorkloadInstance): void {
    for (const port of resource.object.spec.ports ?? []) {
      const socket = instance.address.startsWith(UNIX_PREFIX);
      const named = instance.ports[port.name];
      const target =
        named !== undefined && named > 0 ? named : (port.targetPort ?? 0) > 0 ? port.targetPort : port.number;
      const targetPort = socket ? 0 : (target ?? 0);
      this.#add(key, {
        ...instance.workload,
        address: socket ? instance.address.slice(UNIX_PREFIX.length) : instance.address,
        port: targetPort,
        servicePortName: port.name,
        servicePort: port.number,
        health: instance.kind === 'pod' ? 'healthy' : 'unknown',
      });
      this.#addTarget(instance.address, { serviceKey: key, servicePort: port.number, targetPort });
    }
  }

  #addTarget(address: string, target: EntryTarget): void {
    const list = this.#targets.get(address) ?? [];
    list.push(target);
    this.#targets.set(address, list);
  }

  /** A service resolved by DNS without endpoints resolves its own host. */
  #addOwnName(key: string, hostname: string, resource: ServiceEntryResource): void {
    for (const port of resource.object.spec.ports ?? []) {
      this.#add(key, {
        ...UNKNOWN_WORKLOAD,
        labels: {},
        address: hostname,
        port: (port.targetPort ?? 0) > 0 ? (port.targetPort ?? port.number) : port.number,
        servicePortName: port.name,
        servicePort: port.number,
        namespace: resource.metadata.namespace,
        workloadName: resource.metadata.name,
        health: 'unknown',
        origin: { ref: resource.ref, path: ['spec', 'hosts'] },
      });
    }
  }
}

export function isSubset(wanted: Readonly<Record<string, string>>, present: Readonly<Record<string, string>>): boolean {
  for (const key of Object.keys(wanted)) if (present[key] !== wanted[key]) return false;
  return true;
}

function targetPortOfEntry(
  instance: WorkloadInstance,
  portName: string,
  targetPort: number | string | undefined,
  servicePort: number,
): number {
  const named = instance.ports[typeof targetPort === 'string' ? targetPort : portName] ?? instance.ports[portName];
  if (named !== undefined && named > 0) return named;
  return typeof targetPort === 'number' && targetPort > 0 ? targetPort : servicePort;
}

export function buildEndpointIndex(sources: EndpointSources): EndpointIndex {
  return new EndpointIndexBuilder(sources).build();
}
