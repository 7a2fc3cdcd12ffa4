import type { EgressListener } from '../../kinds';
import type { MeshConfig } from '../../mesh-config';
import type { MeshProxy, Service, ServicePort } from '../model';
import { type HostMap, isWildcardHost, mostSpecificHost } from '../names';
import { parseProtocol } from '../protocol';
import type { SidecarResource } from '../resources';
import type { DestinationRule, DestinationRuleIndex } from './destination-rules';
import { isSubset } from './endpoint-index';
import { classifyHosts, type HostImports, selectServices, selectVirtualServices } from './imports';
import { ScopeServices } from './scope-services';
import type { ServiceIndex } from './service-index';
import type { VirtualService, VirtualServiceIndex } from './virtual-services';

/** One egress listener of a Sidecar, and what it imports. */
export interface EgressScope {
  /** Absent: the implicit listener that imports everything. */
  readonly listener?: EgressListener;
  readonly index: number;
  readonly services: readonly Service[];
  readonly virtualServices: readonly VirtualService[];
  /** For each imported host the VirtualService whose host is the most specific one that covers it. */
  readonly mostSpecificVirtualService: ReadonlyMap<string, VirtualService>;
}

/** What a proxy is allowed to see. istio/istio pilot/pkg/model/sidecar.go (SidecarScope) */
export interface SidecarScope {
  /** Equal keys within one push, equal scopes. */
  readonly key: string;
  readonly namespace: string;
  readonly sidecar?: SidecarResource;
  readonly egressListeners: readonly EgressScope[];
  /** Union over the egress listeners and the destinations of their VirtualServices. */
  readonly services: readonly Service[];
  readonly servicesByHostname: ReadonlyMap<string, Service>;
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  /** Rules by host; several only where workload selectors differ. */
  readonly destinationRules: ReadonlyMap<string, readonly DestinationRule[]>;
}

export interface SidecarIndex {
  scopeFor(proxy: Pick<MeshProxy, 'type' | 'namespace' | 'labels'>): SidecarScope;
  /** Keys of labels that decide which Sidecar a proxy gets. */
  readonly selectorKeys: ReadonlySet<string>;
}

/**
 * The rule for a host. Workload selectors count only for outbound traffic of the scope's own namespace.
 * istio/istio pilot/pkg/model/sidecar.go (DestinationRule)
 */
export function destinationRuleFor(
  scope: SidecarScope,
  hostname: string,
  direction: { readonly outboundLabels: Readonly<Record<string, string>> } | 'inbound',
): DestinationRule | undefined {
  let general: DestinationRule | undefined;
  for (const rule of scope.destinationRules.get(hostname) ?? []) {
    if (rule.workloadSelector === undefined) {
      general = rule;
      continue;
    }
    if (direction === 'inbound' || rule.namespace !== scope.namespace) continue;
    if (isSubset(rule.workloadSelector, direction.outboundLabels)) return rule;
  }
  return general;
}

export interface ScopeSources {
  readonly mesh: MeshConfig;
  readonly services: ServiceIndex;
  readonly virtualServices: VirtualServiceIndex;
  readonly destinationRules: DestinationRuleIndex;
  readonly sidecars: readonly SidecarResource[];
}

/** For each service the first VirtualService with its exact host, else the one with the longest covering wildcard. */
function mostSpecificIndex(
  virtualServices: readonly VirtualService[],
  services: readonly Service[],
): ReadonlyMap<string, VirtualService> {
  const exact = new Map<string, VirtualService>();
  const wildcard = new Map<string, VirtualService>();
  for (const vs of virtualServices) {
    for (const host of vs.hosts) {
      const map = isWildcardHost(host) ? wildcard : exact;
      if (!map.has(host)) map.set(host, vs);
    }
  }
  const hosts: HostMap<VirtualService> = { exact, wildcard };
  const index = new Map<string, VirtualService>();
  for (const service of services) {
    const vs = mostSpecificHost(service.hostname, hosts);
    if (vs !== undefined) index.set(service.hostname, vs);
  }
  return index;
}

/** A listener with a port takes only services that have it, unless it is a generic HTTP proxy. */
function requiredPort(listener: EgressListener | undefined): number | undefined {
  const port = listener?.port;
  if (port === undefined || (port.number ?? 0) === 0) return undefined;
  return parseProtocol(port.protocol ?? '') === 'HTTP_PROXY' ? undefined : port.number;
}

const narrowed = new WeakMap<Service, Map<number, Service>>();

function onlyPort(service: Service, port: ServicePort): Service {
  const byPort = narrowed.get(service) ?? new Map<number, Service>();
  narrowed.set(service, byPort);
  const known = byPort.get(port.port);
  if (known !== undefined) return known;
  const made = { ...service, ports: [port] };
  byPort.set(port.port, made);
  return made;
}

/** The part of a service that one port leaves, the same object every time; undefined when nothing is left. */
export function serviceWithPort(service: Service, port: number | undefined): Service | undefined {
  if (port === undefined) return service;
  const found = service.ports.find((candidate: ServicePort) => candidate.port === port);
  if (found === undefined) return undefined;
  return service.ports.length === 1 ? service : onlyPort(service, found);
}

class ScopeBuilder {
  constructor(
    private readonly sources: ScopeSources,
    private readonly namespace: string,
  ) {}

  /** istio/istio pilot/pkg/model/sidecar.go (convertToSidecarScope) */
  forSidecar(sidecar: SidecarResource | undefined): SidecarScope {
    const written = sidecar?.object.spec?.egress ?? [];
    const listeners: readonly (EgressListener | undefined)[] = written.length === 0 ? [undefined] : written;
    const egressListeners = listeners.map((listener, index) => this.#egress(listener, index));
    const collected = new ScopeServices(this.sources.services, this.namespace);
    for (const scope of egressListeners) {
      for (const service of scope.services) collected.add(service);
      for (const vs of scope.virtualServices) collected.addDestinationsOf(vs, requiredPort(scope.listener));
    }
    return this.#finish(sidecar, egressListeners, collected);
  }

  /**
   * Gateways see every service that is exported to their namespace.
   * istio/istio pilot/pkg/model/sidecar.go (DefaultSidecarScopeForGateway)
   */
  forGateway(): SidecarScope {
    const collected = new ScopeServices(this.sources.services, this.namespace);
    for (const service of this.sources.services.visibleTo(this.namespace)) collected.add(service);
    return this.#finish(undefined, [], collected);
  }

  #finish(
    sidecar: SidecarResource | undefined,
    egressListeners: readonly EgressScope[],
    collected: ScopeServices,
  ): SidecarScope {
    const { services, byHostname } = collected;
    const destinationRules = new Map<string, readonly DestinationRule[]>();
    for (const service of services) {
      const rules = this.sources.destinationRules.lookup(this.namespace, service);
      if (rules.length > 0) destinationRules.set(service.hostname, rules);
    }
    const own = sidecar?.object.spec?.outboundTrafficPolicy;
    const identity = sidecar === undefined ? '' : `${sidecar.metadata.namespace}/${sidecar.metadata.name}`;
    return {
      key: `${this.namespace} ${identity}${egressListeners.length === 0 ? ' gateway' : ''}`,
      namespace: this.namespace,
      ...(sidecar === undefined ? {} : { sidecar }),
      egressListeners,
      services,
      servicesByHostname: byHostname,
      outboundTrafficPolicy:
        own === undefined ? this.sources.mesh.outboundTrafficPolicy : (own.mode ?? 'REGISTRY_ONLY'),
      destinationRules,
    };
  }

  #egress(listener: EgressListener | undefined, index: number): EgressScope {
    const imports: HostImports = classifyHosts(listener?.hosts ?? ['*/*'], this.namespace);
    const virtualServices = selectVirtualServices(
      this.sources.virtualServices.groupsForMesh(this.namespace),
      imports,
      this.namespace,
    );
    const port = requiredPort(listener);
    const services = selectServices(this.sources.services.visibleTo(this.namespace), imports, {
      namespace: this.namespace,
      narrow: (service) => serviceWithPort(service, port),
    });
    return {
      ...(listener === undefined ? {} : { listener }),
      index,
      services,
      virtualServices,
      mostSpecificVirtualService: mostSpecificIndex(virtualServices, services),
    };
  }
}

/** Those with a selector before those without, each oldest first. */
function inOrderOfPrecedence(sidecars: readonly SidecarResource[]): readonly SidecarResource[] {
  const byAge = [...sidecars].sort((a, b) => a.creationOrder - b.creationOrder);
  const selects = (sidecar: SidecarResource): boolean => sidecar.object.spec?.workloadSelector !== undefined;
  return [...byAge.filter(selects), ...byAge.filter((sidecar) => !selects(sidecar))];
}

/** istio/istio pilot/pkg/model/push_context.go (initSidecarScopes, getSidecarScope) */
export function buildSidecarIndex(sources: ScopeSources): SidecarIndex {
  const ordered = inOrderOfPrecedence(sources.sidecars);
  const root = ordered.find(
    (sidecar) =>
      sidecar.metadata.namespace === sources.mesh.rootNamespace && sidecar.object.spec?.workloadSelector === undefined,
  );
  const selectorKeys = new Set<string>();
  for (const sidecar of ordered) {
    for (const key of Object.keys(sidecar.object.spec?.workloadSelector?.labels ?? {})) selectorKeys.add(key);
  }
  const scopes = new Map<string, SidecarScope>();
  const remember = (key: string, build: () => SidecarScope): SidecarScope => {
    const known = scopes.get(key);
    if (known !== undefined) return known;
    const scope = build();
    scopes.set(key, scope);
    return scope;
  };
  return {
    selectorKeys,
    scopeFor: ({ type, namespace, labels }) => {
      if (type === 'router') {
        return remember(`gateway ${namespace}`, () => new ScopeBuilder(sources, namespace).forGateway());
      }
      const own = ordered.find(
        (sidecar) =>
          sidecar.metadata.namespace === namespace &&
          isSubset(sidecar.object.spec?.workloadSelector?.labels ?? {}, labels),
      );
      const sidecar = own ?? root;
      const identity = sidecar === undefined ? '' : `${sidecar.metadata.namespace}/${sidecar.metadata.name}`;
      return remember(`${namespace} ${identity}`, () => new ScopeBuilder(sources, namespace).forSidecar(sidecar));
    },
  };
}
