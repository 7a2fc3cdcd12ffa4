import type { ClusterView } from '../../../config';
import { serviceHostname } from '../compile/names';
import type { MeshResources, ServiceEntryResource } from '../compile/resources';
import type { ReportFinding } from './catalogue';
import type { GatewayApiResources } from './resources';

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
  /** Port numbers of Services by `namespace/name`. */
  readonly #servicePorts = new Map<string, readonly number[]>();
  readonly #entries = new Map<string, ServiceEntryResource>();
  /** `namespace/host` of everything that has a host. */
  readonly #hosts = new Set<string>();

  constructor({ view, resources, report }: ConversionSources) {
    this.view = view;
    this.resources = resources.gatewayApi;
    this.report = report;
    for (const { metadata, object } of resources.services) {
      const ports = (object.spec?.ports ?? []).map(({ port }) => port);
      this.#servicePorts.set(`${metadata.namespace}/${metadata.name}`, ports);
      this.#hosts.add(`${metadata.namespace}/${serviceHostname(metadata.name, metadata.namespace)}`);
    }
    for (const entry of resources.serviceEntries) {
      const { namespace, name } = entry.metadata;
      this.#entries.set(`${namespace}/${name}`, entry);
      for (const host of entry.object.spec?.hosts ?? []) this.#hosts.add(`${namespace}/${host}`);
    }
  }

  /** Undefined: there is no such Service. */
  servicePorts(namespace: string, name: string): readonly number[] | undefined {
    return this.#servicePorts.get(`${namespace}/${name}`);
  }

  serviceEntry(namespace: string, name: string): ServiceEntryResource | undefined {
    return this.#entries.get(`${namespace}/${name}`);
  }

  hasHost(host: string, namespace: string): boolean {
    return this.#hosts.has(`${namespace}/${host}`);
  }
}
