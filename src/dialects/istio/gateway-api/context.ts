import type { ClusterView } from '../../../config';
import { serviceHostname } from '../compile/names';
import type { KubernetesServiceResource, MeshResources, ServiceEntryResource } from '../compile/resources';
import type { ReportFinding } from './catalogue';
import type { GatewayApiResources } from './resources';

interface NamedPort {
  readonly name: string;
  readonly number: number;
}

export interface ConversionSources {
  readonly view: ClusterView;
  readonly resources: MeshResources;
  readonly report: ReportFinding;
}

/** What the translation looks up outside of the object that it translates. */
export class ConversionContext {
  readonly view: ClusterView;
  readonly resources: GatewayApiResources;
  readonly report: ReportFinding;
  readonly #services = new Map<string, KubernetesServiceResource>();
  readonly #entries = new Map<string, ServiceEntryResource>();
  /** `namespace/host` of everything that has a host. */
  readonly #hosts = new Set<string>();

  constructor({ view, resources, report }: ConversionSources) {
    this.view = view;
    this.resources = resources.gatewayApi;
    this.report = report;
    for (const service of resources.services) {
      const { metadata } = service;
      this.#services.set(`${metadata.namespace}/${metadata.name}`, service);
      this.#hosts.add(`${metadata.namespace}/${serviceHostname(metadata.name, metadata.namespace)}`);
    }
    for (const entry of resources.serviceEntries) {
      const { namespace, name } = entry.metadata;
      this.#entries.set(`${namespace}/${name}`, entry);
      for (const host of entry.object.spec?.hosts ?? []) this.#hosts.add(`${namespace}/${host}`);
    }
  }

  service(namespace: string, name: string): KubernetesServiceResource | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  /** Undefined: there is no such Service. */
  namedPorts(namespace: string, name: string): readonly NamedPort[] | undefined {
    const service = this.service(namespace, name);
    if (service === undefined) return undefined;
    return (service.object.spec?.ports ?? []).map((port) => ({ name: port.name ?? '', number: port.port }));
  }

  servicePorts(namespace: string, name: string): readonly number[] | undefined {
    return this.namedPorts(namespace, name)?.map(({ number }) => number);
  }

  serviceEntry(namespace: string, name: string): ServiceEntryResource | undefined {
    return this.#entries.get(`${namespace}/${name}`);
  }

  hasHost(host: string, namespace: string): boolean {
    return this.#hosts.has(`${namespace}/${host}`);
  }
}
