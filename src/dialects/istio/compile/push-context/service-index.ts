import { compareStrings } from '../../../../base';
import type { Service } from '../model';
import { isVisibleFrom, namedAudience } from './visibility';

/** All services of the mesh. istio/istio pilot/pkg/model/push_context.go (serviceIndex) */
export interface ServiceIndex {
  /** Oldest first. */
  readonly all: readonly Service[];
  /** By host, then by namespace of the object that declares it. */
  readonly byHostname: ReadonlyMap<string, ReadonlyMap<string, Service>>;
  /** What a namespace can see: first what was exported to it by name, then what is public. */
  visibleTo(namespace: string): readonly Service[];
}

export function serviceKey(service: Service): string {
  return `${service.namespace}/${service.hostname}`;
}

export function isServiceVisible(service: Service, namespace: string): boolean {
  return isVisibleFrom(service.exportTo, service.namespace, namespace);
}

/** A Kubernetes Service takes a host from a ServiceEntry of the same namespace; among equals the oldest keeps it. */
function takesOver(existing: Service, candidate: Service): boolean {
  return existing.registry === 'External' && candidate.registry === 'Kubernetes';
}

/** Follows ExternalName aliases to the host that is none; a loop leads nowhere. */
function resolveAlias(alias: string, targets: ReadonlyMap<string, string>): string | undefined {
  const seen = new Set([alias]);
  let current = targets.get(alias);
  while (current !== undefined) {
    if (seen.has(current)) return undefined;
    seen.add(current);
    const next = targets.get(current);
    if (next === undefined) return current;
    current = next;
  }
  return undefined;
}

/** istio/istio pilot/pkg/model/push_context.go (resolveServiceAliases) */
function withAliases(services: readonly Service[]): readonly Service[] {
  const targets = new Map<string, string>();
  for (const service of services) {
    if (service.resolution === 'Alias' && service.externalName !== undefined) {
      targets.set(service.hostname, service.externalName);
    }
  }
  if (targets.size === 0) return services;
  const aliasesOf = new Map<string, { hostname: string; namespace: string }[]>();
  for (const service of services) {
    if (service.resolution !== 'Alias') continue;
    const concrete = resolveAlias(service.hostname, targets);
    if (concrete === undefined) continue;
    const aliases = aliasesOf.get(concrete) ?? [];
    aliases.push({ hostname: service.hostname, namespace: service.namespace });
    aliasesOf.set(concrete, aliases);
  }
  for (const aliases of aliasesOf.values()) {
    aliases.sort((a, b) => compareStrings(a.namespace, b.namespace) || compareStrings(a.hostname, b.hostname));
  }
  return services.map((service) => {
    const aliases = aliasesOf.get(service.hostname);
    return aliases === undefined ? service : { ...service, aliases };
  });
}

function compareAge(a: Service, b: Service): number {
  return (
    a.creationOrder - b.creationOrder || compareStrings(a.name, b.name) || compareStrings(a.namespace, b.namespace)
  );
}

export function buildServiceIndex(unordered: readonly Service[]): ServiceIndex {
  const all = withAliases([...unordered].sort(compareAge));
  const byHostname = new Map<string, Map<string, Service>>();
  const publicServices: Service[] = [];
  const exported = new Map<string, Service[]>();
  for (const service of all) {
    const byNamespace = byHostname.get(service.hostname) ?? new Map<string, Service>();
    byHostname.set(service.hostname, byNamespace);
    const existing = byNamespace.get(service.namespace);
    if (existing === undefined || takesOver(existing, service)) byNamespace.set(service.namespace, service);
    if (service.exportTo.public) publicServices.push(service);
    for (const namespace of namedAudience(service.exportTo, service.namespace)) {
      const list = exported.get(namespace) ?? [];
      list.push(service);
      exported.set(namespace, list);
    }
  }
  return {
    all,
    byHostname,
    visibleTo: (namespace) => {
      const named = exported.get(namespace);
      return named === undefined ? publicServices : [...named, ...publicServices];
    },
  };
}
