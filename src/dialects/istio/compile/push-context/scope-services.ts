import { compareStrings } from '../../../../base';
import type { Destination } from '../../kinds';
import type { Service, ServicePort } from '../model';
import { isServiceVisible, type ServiceIndex } from './service-index';
import type { VirtualService } from './virtual-services';

/** Stands for "every port" among the ports that destinations name. */
const EVERY_PORT = 0;

/**
 * The ports that the rules of a VirtualService send traffic to, by host, as far as clients of a namespace can meet them.
 * istio/istio pilot/pkg/model/push_context.go (virtualServiceDestinationsFilteredBySourceNamespace)
 */
export function destinationsOf(vs: VirtualService, clientNamespace: string): ReadonlyMap<string, ReadonlySet<number>> {
  const destinations = new Map<string, Set<number>>();
  const add = (destination: Destination): void => {
    const ports = destinations.get(destination.host) ?? new Set<number>();
    ports.add(destination.port?.number ?? EVERY_PORT);
    destinations.set(destination.host, ports);
  };
  for (const { route, matches } of vs.http) {
    const sources = matches.map((match) => match.value.sourceNamespace ?? '').filter((source) => source !== '');
    if (sources.length > 0 && !sources.includes(clientNamespace)) continue;
    for (const entry of route.route ?? []) add(entry.destination);
    if (route.mirror !== undefined) add(route.mirror);
    for (const mirror of route.mirrors ?? []) add(mirror.destination);
  }
  for (const rule of [...vs.tcp, ...vs.tls]) {
    for (const entry of rule.value.route ?? []) add(entry.destination);
  }
  return destinations;
}

function withPorts(service: Service, wanted: ReadonlySet<number>): Service | undefined {
  if (wanted.size === 0 || wanted.has(EVERY_PORT)) return service;
  const ports = service.ports.filter((port: ServicePort) => wanted.has(port.port));
  if (ports.length === service.ports.length) return service;
  return ports.length === 0 ? undefined : { ...service, ports };
}

function samePorts(a: readonly ServicePort[], b: readonly ServicePort[]): boolean {
  return (
    a.length === b.length &&
    a.every((port, index) => {
      const other = b[index];
      return other?.name === port.name && other.port === port.port && other.protocol === port.protocol;
    })
  );
}

function sameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** istio/istio pilot/pkg/model/sidecar.go (canMergeServices) */
function canMerge(a: Service, b: Service): boolean {
  return (
    a.namespace === b.namespace &&
    a.resolution === b.resolution &&
    a.registry === b.registry &&
    sameMap(a.labels, b.labels) &&
    sameMap(a.selector, b.selector) &&
    a.exportTo.public === b.exportTo.public &&
    a.exportTo.private === b.exportTo.private &&
    a.exportTo.namespaces.join() === b.exportTo.namespaces.join()
  );
}

/** The services of a scope, one per host. istio/istio pilot/pkg/model/sidecar.go (appendSidecarServices) */
export class ScopeServices {
  readonly #position = new Map<string, number>();
  readonly #services: Service[] = [];
  readonly #byHostname = new Map<string, Service>();

  constructor(
    private readonly index: ServiceIndex,
    private readonly namespace: string,
  ) {}

  get services(): readonly Service[] {
    return this.#services;
  }

  get byHostname(): ReadonlyMap<string, Service> {
    return this.#byHostname;
  }

  add(service: Service): void {
    const at = this.#position.get(service.hostname);
    const existing = at === undefined ? undefined : this.#services[at];
    if (at === undefined || existing === undefined) {
      this.#position.set(service.hostname, this.#services.length);
      this.#services.push(service);
      this.#byHostname.set(service.hostname, service);
      return;
    }
    if (existing === service) return;
    const replaced = combine(existing, service);
    if (replaced === existing) return;
    this.#services[at] = replaced;
    this.#byHostname.set(service.hostname, replaced);
  }

  /** Hosts that a rule sends traffic to are imported too, but never in place of one that was asked for. */
  addDestinationsOf(vs: VirtualService, listenerPort: number | undefined): void {
    for (const [host, ports] of destinationsOf(vs, this.namespace)) {
      const service = this.#resolve(host);
      if (service === undefined) continue;
      const wanted = listenerPort === undefined ? ports : new Set([listenerPort]);
      const narrowed = withPorts(service, wanted);
      if (narrowed !== undefined) this.add(narrowed);
    }
  }

  /** Own namespace, then a visible Kubernetes Service, then the oldest visible one. */
  #resolve(host: string): Service | undefined {
    const byNamespace = this.index.byHostname.get(host);
    if (byNamespace === undefined) return undefined;
    const own = byNamespace.get(this.namespace);
    if (own !== undefined) return own;
    const visible = [...byNamespace.values()].filter((service) => isServiceVisible(service, this.namespace));
    const kubernetes = visible.find((service) => service.registry === 'Kubernetes');
    if (kubernetes !== undefined) return kubernetes;
    visible.sort((a, b) => a.creationOrder - b.creationOrder || compareStrings(a.namespace, b.namespace));
    return visible[0];
  }
}

function combine(existing: Service, incoming: Service): Service {
  if (existing.registry === 'Kubernetes' && incoming.registry !== 'Kubernetes') return existing;
  if (existing.registry !== 'Kubernetes' && incoming.registry === 'Kubernetes') return incoming;
  if (samePorts(existing.ports, incoming.ports) || !canMerge(existing, incoming)) return existing;
  const known = new Set(existing.ports.map((port) => port.port));
  return { ...existing, ports: [...existing.ports, ...incoming.ports.filter((port) => !known.has(port.port))] };
}
