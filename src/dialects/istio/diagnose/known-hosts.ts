import { isWildcardHost, resolveShortHost } from '../compile/names';
import type { Analysis } from './analysis';
import { exportScopes } from './analysis';

/** A host as analyzers know it. */
export interface KnownHost {
  readonly host: string;
  readonly ports: readonly number[];
  /** Of the pods behind a ServiceEntry. Those behind a Kubernetes Service are told by the subset alone, as upstream does. */
  readonly selector: Readonly<Record<string, string>>;
}

const ALL = '*';
const EXPORT_TO_ANNOTATION = 'networking.istio.io/exportTo';

function splitList(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',').map((item) => item.trim());
}

/** Hosts of services and ServiceEntries by the namespaces that see them. istio/istio pkg/config/analysis/analyzers/util/service_lookup.go */
export class KnownHosts {
  readonly #byScope = new Map<string, KnownHost>();
  readonly #names = new Set<string>();

  constructor({ resources }: Analysis) {
    for (const { metadata, object } of resources.serviceEntries) {
      const { hosts, ports = [], workloadSelector, exportTo } = object.spec;
      const selector = workloadSelector?.labels ?? {};
      for (const host of hosts) {
        const known = { host, ports: ports.map((port) => port.number), selector };
        for (const scope of exportScopes(exportTo, metadata.namespace))
          this.#add(scope, host, metadata.namespace, known);
      }
    }
    for (const { metadata, object } of resources.services) {
      const host = resolveShortHost(metadata.name, metadata.namespace);
      const ports = (object.spec?.ports ?? []).map(({ port }) => port);
      const known = { host, ports, selector: {} };
      const exportTo = splitList(metadata.annotations[EXPORT_TO_ANNOTATION]);
      for (const scope of exportScopes(exportTo, metadata.namespace)) {
        this.#add(scope, metadata.name, metadata.namespace, known);
      }
    }
  }

  /** What an object of a namespace means by a host; undefined: nobody knows it. */
  find(host: string, namespace: string, exportTo: readonly string[] | undefined): KnownHost | undefined {
    const name = resolveShortHost(host, namespace);
    const scopes = (exportTo ?? []).length === 0 ? [namespace] : (exportTo ?? []);
    for (const scope of [ALL, ...scopes.map((entry) => (entry === '.' ? namespace : entry))]) {
      const known = this.#byScope.get(`${scope}/${name}`);
      if (known !== undefined) return known;
    }
    return this.#findWildcard(host, namespace);
  }

  /** A known host that is written almost alike. */
  similarTo(host: string): string | undefined {
    const wanted = host.toLowerCase();
    return [...this.#names].find((name) => name !== wanted && isAlmost(wanted, name));
  }

  #findWildcard(host: string, namespace: string): KnownHost | undefined {
    const text = isWildcardHost(host) ? host.slice(1) : host;
    for (const [key, known] of this.#byScope) {
      const slash = key.indexOf('/');
      const scope = key.slice(0, slash);
      const name = key.slice(slash + 1);
      if (!isWildcardHost(name) || (scope !== ALL && scope !== namespace)) continue;
      if (text.endsWith(name.slice(1))) return known;
    }
    return undefined;
  }

  #add(scope: string, host: string, namespace: string, known: KnownHost): void {
    this.#byScope.set(`${scope}/${resolveShortHost(host, namespace)}`, known);
    this.#names.add(host);
    this.#names.add(known.host);
  }
}

/** One letter more, less or other. */
function isAlmost(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a.length < 3) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return a.length - start - end <= 1 && b.length - start - end <= 1;
}
