import type { Rng } from '../../base';
import type { ServiceEntry, ServicePortEntry } from '../world';
import type { Pods } from './pods';

/** What a name or address leads to. */
export type Destination =
  | { readonly kind: 'service'; readonly entry: ServiceEntry; readonly port: ServicePortEntry }
  | { readonly kind: 'address'; readonly ip: string; readonly port: number }
  /** The name resolves, but the service has no such port. */
  | { readonly kind: 'refused'; readonly entry: ServiceEntry }
  | { readonly kind: 'unknownHost' };

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const CLUSTER_DOMAIN = 'cluster.local';

/** Whether the text is an IP address (IPv6 with its colons). */
export function isIpAddress(host: string): boolean {
  return IPV4.test(host) || host.includes(':');
}

/** DNS and kube-proxy: names to virtual IPs, virtual IPs to ready backends. Also numbers every dialled address. */
export class ServiceDirectory {
  readonly #pods: Pods;
  #services: readonly ServiceEntry[] = [];
  readonly #byHost = new Map<string, ServiceEntry>();
  readonly #byVirtualIp = new Map<string, ServiceEntry>();
  readonly #addresses: { readonly ip: string; readonly port: number }[] = [];
  readonly #addressNumbers = new Map<string, number>();
  /** Counts changes of the services and hosts, so that what was resolved can tell that it is stale. */
  version = 0;

  constructor(pods: Pods) {
    this.#pods = pods;
  }

  setServices(services: readonly ServiceEntry[]): void {
    this.#services = services;
    this.#byHost.clear();
    this.#byVirtualIp.clear();
    for (const entry of services) {
      if (!this.#byHost.has(entry.host)) this.#byHost.set(entry.host, entry);
      if (entry.virtualIp !== '' && !this.#byVirtualIp.has(entry.virtualIp)) {
        this.#byVirtualIp.set(entry.virtualIp, entry);
      }
    }
    this.version += 1;
  }

  /** The service of a name as a pod of `namespace` would look it up, through its search domains. */
  findService(host: string, namespace: string): ServiceEntry | undefined {
    const name = host.endsWith('.') ? host.slice(0, -1) : host;
    return (
      this.#byHost.get(`${name}.${namespace}.svc.${CLUSTER_DOMAIN}`) ??
      this.#byHost.get(`${name}.svc.${CLUSTER_DOMAIN}`) ??
      this.#byHost.get(`${name}.${CLUSTER_DOMAIN}`) ??
      this.#byHost.get(name)
    );
  }

  serviceByVirtualIp(ip: string): ServiceEntry | undefined {
    return this.#byVirtualIp.get(ip);
  }

  /** What a client in `namespace` reaches under a name or address. */
  resolve(host: string, port: number, namespace: string): Destination {
    if (isIpAddress(host)) {
      const entry = this.#byVirtualIp.get(host);
      return entry === undefined ? { kind: 'address', ip: host, port } : this.#portOf(entry, port);
    }
    const entry = this.findService(host, namespace);
    if (entry !== undefined) return this.#portOf(entry, port);
    const outside = this.#pods.byHost(host);
    return outside === undefined ? { kind: 'unknownHost' } : { kind: 'address', ip: outside.facts.ip, port };
  }

  #portOf(entry: ServiceEntry, port: number): Destination {
    const found = entry.ports.find((candidate) => candidate.port === port);
    if (found !== undefined) return { kind: 'service', entry, port: found };
    // Without a virtual IP the name stands for addresses, on which any port may be tried.
    const backend = entry.virtualIp === '' ? entry.ports.flatMap((candidate) => candidate.backends)[0] : undefined;
    return backend === undefined ? { kind: 'refused', entry } : { kind: 'address', ip: backend.ip, port };
  }

  /** The address that DNS gives for a name (an address stands for itself); undefined when it does not resolve. */
  lookUp(host: string, namespace: string): string | undefined {
    if (isIpAddress(host)) return host;
    const entry = this.findService(host, namespace);
    if (entry === undefined) return this.#pods.byHost(host)?.facts.ip;
    if (entry.virtualIp !== '') return entry.virtualIp;
    return entry.ports.flatMap((port) => port.backends)[0]?.ip ?? this.#pods.byHost(host)?.facts.ip;
  }

  /**
   * Where kube-proxy sends a connection to an address: to a random ready backend if it is a virtual IP, else to the address itself.
   * Undefined: rejected.
   */
  backendOf(ip: string, port: number, stream: () => Rng): { readonly ip: string; readonly port: number } | undefined {
    const entry = this.#byVirtualIp.get(ip);
    if (entry === undefined) return { ip, port };
    const backends = entry.ports.find((candidate) => candidate.port === port)?.backends ?? [];
    return backends.length <= 1 ? backends[0] : backends[stream().nextBelow(backends.length)];
  }

  /** Number of `ip:port`; equal addresses have equal numbers. Never enters events. */
  addressNumber(ip: string, port: number): number {
    const key = `${ip}:${port}`;
    const known = this.#addressNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#addresses.length;
    this.#addresses.push({ ip, port });
    this.#addressNumbers.set(key, number);
    return number;
  }

  address(number: number): { readonly ip: string; readonly port: number } {
    return this.#addresses[number] ?? { ip: '', port: 0 };
  }

  /** `ip:port`; empty for no address. */
  addressText(number: number): string {
    const known = this.#addresses[number];
    return known === undefined ? '' : `${known.ip}:${known.port}`;
  }

  save(): { readonly services: readonly ServiceEntry[]; readonly addresses: readonly string[] } {
    return { services: this.#services, addresses: [...this.#addressNumbers.keys()] };
  }

  restore(state: { readonly services: readonly ServiceEntry[]; readonly addresses: readonly string[] }): void {
    this.setServices(state.services);
    for (const text of state.addresses.slice(this.#addresses.length)) {
      const colon = text.lastIndexOf(':');
      this.addressNumber(text.slice(0, colon), Number(text.slice(colon + 1)));
    }
  }
}
