import { isIpAddress, isIpv4Address } from '../addresses';
import type { MeshProxy, Service } from '../model';
import { UNSPECIFIED_IP } from '../names';

/** Domains of a virtual host; those made up by leaving off a suffix give way to hosts that are really called so. */
export interface ServiceDomains {
  readonly domains: readonly string[];
  readonly alternatives: ReadonlySet<string>;
}

/** An IPv6 address stands in brackets. istio/istio pilot/pkg/networking/util/util.go (IPv6Compliant) */
export function hostLiteral(host: string): string {
  return isIpAddress(host) && !isIpv4Address(host) ? `[${host}]` : host;
}

/** istio/istio pilot/pkg/networking/util/util.go (DomainName) */
export function domainName(host: string, port: number): string {
  return `${hostLiteral(host)}:${port}`;
}

function withPort(host: string, port: number): readonly string[] {
  return port === 0 ? [hostLiteral(host)] : [hostLiteral(host), domainName(host, port)];
}

/** Short forms of a Kubernetes name as clients of a namespace may write them. */
function kubernetesAlternatives(hostname: string, port: number, dnsDomain: string): readonly string[] {
  const ownNamespace = dnsDomain.slice(0, dnsDomain.indexOf('.svc.'));
  const at = hostname.indexOf('.svc.');
  if (at <= 0) return [];
  const dot = hostname.indexOf('.');
  if (dot + 1 >= hostname.length || dot + 1 > at) return [];
  const qualified = hostname.slice(0, at);
  const full = `${qualified}.svc`;
  const namespace = hostname.slice(dot + 1, at);
  const forms = namespace === ownNamespace ? [hostname.slice(0, dot), full, qualified] : [qualified, full];
  return forms.flatMap((form) => withPort(form, port));
}

function sharedSuffix(hostname: readonly string[], domain: readonly string[]): number {
  let shared = 0;
  while (
    shared < Math.min(hostname.length, domain.length) &&
    hostname[hostname.length - 1 - shared] === domain[domain.length - 1 - shared]
  ) {
    shared += 1;
  }
  return shared;
}

/** Short forms of a name outside Kubernetes, as far as it shares a suffix with the proxy's domain. */
function plainAlternatives(hostname: string, port: number, dnsDomain: string): readonly string[] {
  const parts = hostname.split('.');
  const shared = sharedSuffix(parts, dnsDomain.split('.'));
  if (shared === 0) return [];
  const unique = parts.slice(0, parts.length - shared);
  const forms = [unique.join('.')];
  if (unique.length === 2) forms.push(`${unique.join('.')}.${parts[parts.length - shared] ?? ''}`);
  return forms.flatMap((form) => withPort(form, port));
}

/** istio/istio pilot/pkg/networking/core/httproute.go (GenerateAltVirtualHosts) */
export function alternativeHosts(hostname: string, port: number, dnsDomain: string): readonly string[] {
  const absolute = isIpAddress(hostname) ? [] : [`${hostname}.`];
  const withTrailingDot = port === 0 ? absolute : [...absolute, domainName(`${hostname}.`, port)];
  if (dnsDomain.includes('.svc.')) {
    const suffix = dnsDomain.slice(dnsDomain.indexOf('.svc.'));
    if (!hostname.endsWith(suffix)) return withTrailingDot;
    return [...withTrailingDot, ...kubernetesAlternatives(hostname, port, dnsDomain)];
  }
  return [...withTrailingDot, ...plainAlternatives(hostname, port, dnsDomain)];
}

/** Addresses that clients may use in place of the name. */
export function serviceAddresses(service: Service): readonly string[] {
  return [service.address, ...service.extraAddresses].filter((address) => address !== '' && address !== UNSPECIFIED_IP);
}

/**
 * All names by which clients of a proxy call a service. `port` 0: names without ports, since ports are ignored.
 * istio/istio pilot/pkg/networking/core/httproute.go (generateVirtualHostDomains)
 */
export function serviceDomains(service: Service, port: number, proxy: MeshProxy): ServiceDomains {
  const domains: string[] = [];
  const alternatives = new Set<string>();
  for (const hostname of [service.hostname, ...service.aliases.map((alias) => alias.hostname)]) {
    const others = alternativeHosts(hostname, port, proxy.dnsDomain);
    domains.push(...withPort(hostname, port), ...others);
    for (const other of others) alternatives.add(other);
  }
  if (service.resolution === 'Passthrough' && service.registry === 'Kubernetes') {
    domains.push(...domains.map((domain) => `*.${domain}`));
  }
  for (const address of serviceAddresses(service)) domains.push(...withPort(address, port));
  return { domains, alternatives };
}

/** Gives every domain to the first virtual host that claims it. istio/istio pilot/pkg/networking/core/httproute.go (dedupeDomains) */
export class DomainRegistry {
  readonly #taken = new Set<string>();

  constructor(private readonly knownHosts: ReadonlySet<string>) {}

  claim({ domains, alternatives }: ServiceDomains): readonly string[] {
    const claimed: string[] = [];
    for (const domain of domains) {
      const key = domain.toLowerCase();
      if (this.#taken.has(key) || (alternatives.has(domain) && this.knownHosts.has(domain))) continue;
      this.#taken.add(key);
      claimed.push(domain);
    }
    return claimed;
  }
}
