import type { Service } from '../model';
import { hostsOverlap, isHostCoveredBy, isWildcardHost } from '../names';
import type { VirtualService } from './virtual-services';

/** The hosts that one egress listener names for one namespace. istio/istio pilot/pkg/model/sidecar.go (hostClassification) */
interface ImportedHosts {
  readonly exact: Set<string>;
  /** Exact ones and wildcards. */
  readonly all: string[];
  readonly excluded: string[];
}

/** By namespace; `*` stands for every namespace. */
export type HostImports = ReadonlyMap<string, ImportedHosts>;

const ANY_NAMESPACE = '*';

/** Reads `namespace/host` entries: `.` is the own namespace, a leading `~` excludes. */
export function classifyHosts(entries: readonly string[], ownNamespace: string): HostImports {
  const imports = new Map<string, ImportedHosts>();
  for (const entry of entries) {
    const parts = entry.split('/');
    const [written = '', host = ''] = parts;
    if (parts.length !== 2) continue;
    const excluding = written.startsWith('~');
    const stripped = excluding ? written.slice(1) : written;
    const named = excluding && stripped === '' ? ANY_NAMESPACE : stripped;
    const namespace = named === '.' ? ownNamespace : named;
    const hosts = imports.get(namespace) ?? { exact: new Set<string>(), all: [], excluded: [] };
    imports.set(namespace, hosts);
    if (excluding) {
      hosts.excluded.push(host);
      continue;
    }
    if (!isWildcardHost(host)) hosts.exact.add(host);
    hosts.all.push(host);
  }
  return imports;
}

function importsHost(
  hosts: ImportedHosts,
  host: string,
  matches: (host: string, imported: string) => boolean,
): boolean {
  if (hosts.exact.has(host)) return true;
  const wild = isWildcardHost(host);
  return hosts.all.some((imported) => (wild || isWildcardHost(imported)) && matches(host, imported));
}

function excludesHost(hosts: ImportedHosts | undefined, host: string): boolean {
  return hosts?.excluded.some((excluded) => isHostCoveredBy(host, excluded)) ?? false;
}

/** A VirtualService comes in when any of its hosts overlaps an import, with all its hosts. */
function importsVirtualService(vs: VirtualService, hosts: ImportedHosts, imports: HostImports): boolean {
  const matches = vs.semantics === 'gateway-api' ? isHostCoveredBy : hostsOverlap;
  return vs.hosts.some(
    (host) =>
      importsHost(hosts, host, matches) &&
      !excludesHost(imports.get(vs.namespace), host) &&
      !excludesHost(imports.get(ANY_NAMESPACE), host),
  );
}

/** istio/istio pilot/pkg/model/virtualservice.go (SelectVirtualServices) */
export function selectVirtualServices(
  groups: readonly (readonly VirtualService[])[],
  imports: HostImports,
  namespace: string,
): readonly VirtualService[] {
  const selected: VirtualService[] = [];
  const isConsumerRoute = (vs: VirtualService): boolean => vs.semantics === 'gateway-api' && vs.namespace === namespace;
  const isImported = (vs: VirtualService): boolean =>
    [imports.get(vs.namespace), imports.get(ANY_NAMESPACE)].some(
      (hosts) => hosts !== undefined && importsVirtualService(vs, hosts, imports),
    );
  const seen = new Set<VirtualService>();
  for (const group of groups) {
    const ordered = [...group.filter(isConsumerRoute), ...group.filter((vs) => !isConsumerRoute(vs))];
    for (const vs of ordered) {
      if (seen.has(vs) || !isImported(vs)) continue;
      seen.add(vs);
      selected.push(vs);
    }
  }
  return selected;
}

interface ServiceSelection {
  /** Namespace of the client. */
  readonly namespace: string;
  /** What the listener's port leaves of a service. */
  readonly narrow: (service: Service) => Service | undefined;
}

function withImportedAliases(service: Service, hosts: ImportedHosts): Service {
  const aliases = service.aliases.filter((alias) => importsHost(hosts, alias.hostname, isHostCoveredBy));
  return aliases.length === service.aliases.length ? service : { ...service, aliases };
}

/**
 * One host may be declared in several namespaces: the client's own wins, then a Kubernetes Service, then the first.
 * istio/istio pilot/pkg/model/sidecar.go (selectServices)
 */
function oneNamespacePerHost(services: readonly Service[], own: string): readonly Service[] {
  const chosen = new Map<string, { namespace: string; kubernetes: boolean }>();
  for (const { hostname, namespace, registry } of services) {
    const candidate = { namespace, kubernetes: registry === 'Kubernetes' };
    const current = chosen.get(hostname);
    const takesOver =
      current === undefined ||
      namespace === own ||
      (!current.kubernetes && candidate.kubernetes && current.namespace !== own);
    if (takesOver) chosen.set(hostname, candidate);
  }
  return services.filter((service) => chosen.get(service.hostname)?.namespace === service.namespace);
}

export function selectServices(
  visible: readonly Service[],
  imports: HostImports,
  selection: ServiceSelection,
): readonly Service[] {
  const anywhere = imports.get(ANY_NAMESPACE);
  const imported: Service[] = [];
  for (const service of visible) {
    const named = imports.get(service.namespace);
    if (excludesHost(named, service.hostname) || excludesHost(anywhere, service.hostname)) continue;
    for (const hosts of [named, anywhere]) {
      if (hosts === undefined || !importsHost(hosts, service.hostname, isHostCoveredBy)) continue;
      const narrowed = selection.narrow(service);
      if (narrowed === undefined) continue;
      imported.push(withImportedAliases(narrowed, hosts));
      break;
    }
  }
  return oneNamespacePerHost(imported, selection.namespace);
}
