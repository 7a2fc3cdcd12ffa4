import type { Dice } from './dice';

// A mesh as plain data, from which manifests are written. Services call only later ones, so no request runs in circles.

export type Protocol = 'http' | 'http2' | 'grpc' | 'tcp';

export interface RandomService {
  readonly name: string;
  readonly namespace: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly versions: readonly { readonly name: string; readonly replicas: number }[];
  readonly calls: readonly RandomService[];
}

export interface RandomMesh {
  readonly namespaces: readonly { readonly name: string; readonly injected: boolean }[];
  readonly services: readonly RandomService[];
  readonly gateway: boolean;
}

export type Manifest = Readonly<Record<string, unknown>>;

export const OUTSIDE_HOST = 'api.example.com';

const PORTS: Readonly<Record<Protocol, number>> = { http: 8080, http2: 8082, grpc: 9090, tcp: 6379 };

/** Two to twelve services in one or two namespaces. */
export function randomMesh(dice: Dice): RandomMesh {
  const namespaces = dice.some(1, 2, (index) => ({ name: `ns${index}`, injected: dice.chance(80) }));
  const services: RandomService[] = [];
  const count = dice.between(2, 12);
  for (let index = count - 1; index >= 0; index--) {
    const leaf = services.length === 0;
    const protocol = dice.pick<Protocol>(
      leaf || dice.chance(20) ? ['http', 'grpc', 'tcp', 'http2'] : ['http', 'http', 'http', 'http2', 'grpc'],
    );
    const callable = services.slice(-4);
    services.push({
      name: `s${index}`,
      namespace: dice.pick(namespaces).name,
      protocol,
      port: PORTS[protocol],
      versions: dice.some(1, 3, (version) => ({ name: `v${version + 1}`, replicas: dice.between(1, 2) })),
      calls: leaf || protocol === 'tcp' ? [] : [...new Set(dice.some(0, 3, () => dice.pick(callable)))],
    });
  }
  return { namespaces, services: services.reverse(), gateway: dice.chance(40) };
}

export function hostOf(service: RandomService): string {
  return `${service.name}.${service.namespace}.svc.cluster.local`;
}

export function urlOf(service: RandomService, path: string): string {
  const scheme = service.protocol;
  const address = `${scheme}://${service.name}.${service.namespace}:${service.port}`;
  return scheme === 'tcp' ? address : `${address}${path}`;
}

export function meta(name: string, namespace: string, labels?: Readonly<Record<string, string>>): Manifest {
  return { name, namespace, ...(labels === undefined ? {} : { labels }) };
}
