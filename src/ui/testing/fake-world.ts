/** Drawings of topologies for looking at the interface without an engine: one line per service, one per edge. */
import type { GraphEdgeView, PodState, PodStatusView, ServiceNodeView, TopologyView } from '../../worker';

export interface FakeEdge {
  readonly view: GraphEdgeView;
  readonly ratePerS: number;
  readonly errorRatio: number;
  readonly deniedRatio: number;
  readonly retriesPerS: number;
  readonly p95Ms: number;
  readonly mutualTls: number;
  readonly status: string;
  readonly flag: string;
}

export interface FakeWorld {
  readonly topology: TopologyView;
  readonly edges: readonly FakeEdge[];
}

interface ServiceLine {
  readonly namespace: string;
  readonly name: string;
  readonly kind?: ServiceNodeView['kind'];
  readonly protocol?: ServiceNodeView['protocol'];
  /** `v1:ready,ready,failing v2:ready`; a state with `!` has no sidecar. */
  readonly pods?: string;
}

type EdgeLine = Partial<Omit<FakeEdge, 'view'>> & { readonly from: string; readonly to: string };

const STATES: readonly PodState[] = ['starting', 'ready', 'notReady', 'failing', 'ejected', 'crashed', 'terminating'];

function podsOf(line: ServiceLine): PodStatusView[] {
  return (line.pods ?? '').split(' ').flatMap((group) => {
    const [version = '', list = ''] = group.split(':');
    return list
      .split(',')
      .filter((word) => word !== '')
      .map((word, index) => {
        const state = STATES.find((known) => word.startsWith(known)) ?? 'ready';
        return {
          id: `${line.namespace}/${line.name}/${version}/${index}`,
          name: `${line.name}-${version}-6d8f-${'k2xvn'.slice(index)}${index}`,
          version,
          state,
          sidecar: !word.includes('!'),
          nodeName: `node-${(index % 3) + 1}`,
          ip: `10.8.${index + 1}.${21 + index}`,
          restarts: state === 'crashed' ? 4 : 0,
          workload: `${line.name}-${version}`,
          workloadKind: 'Deployment',
          synced: !word.includes('~'),
        };
      });
  });
}

function build(lines: readonly ServiceLine[], edgeLines: readonly EdgeLine[], meshed: readonly string[]): FakeWorld {
  const services = lines.map((line): ServiceNodeView => {
    const pods = podsOf(line);
    const versions = [...new Set(pods.map((pod) => pod.version))];
    return {
      id: `${line.namespace}/${line.name}`,
      namespace: line.namespace,
      name: line.name,
      kind: line.kind ?? 'service',
      protocol: line.protocol ?? 'http',
      versions: versions.map((name) => ({ name, pods: pods.filter((pod) => pod.version === name).length })),
      pods,
    };
  });
  const idOf = (name: string): string => services.find((service) => service.name === name)?.id ?? name;
  const edges = edgeLines.map(({ from, to, ...numbers }, row): FakeEdge => {
    const [source, destination] = [idOf(from), idOf(to)];
    const protocol = services.find((service) => service.id === destination)?.protocol ?? 'http';
    return {
      view: { id: `${source}->${destination}`, source, destination, protocol, rows: [row] },
      ratePerS: 100,
      errorRatio: 0,
      deniedRatio: 0,
      retriesPerS: 0,
      p95Ms: 8,
      mutualTls: 1,
      status: '503',
      flag: 'UF',
      ...numbers,
    };
  });
  const namespaces = [...new Set(services.map((service) => service.namespace))].filter((name) => name !== '');
  return {
    topology: {
      revision: 1,
      namespaces: namespaces.map((name) => ({ name, injection: meshed.includes(name) ? 'on' : 'off' })),
      services,
      edges: edges.map((edge) => edge.view),
    },
    edges,
  };
}

/** The five services of a small mesh with one failing pod. */
export function smallWorld(): FakeWorld {
  return build(
    [
      { namespace: '', name: 'ingress', kind: 'client' },
      { namespace: 'hero', name: 'hero-registry-api', pods: 'v1:ready,ready,ready' },
      { namespace: 'hero', name: 'auth', pods: 'v1:ready,ready v2:ready' },
      { namespace: 'hero', name: 'missions', pods: 'v1:ready,ready,failing' },
      { namespace: 'hero', name: 'equipment', pods: 'v1:ready,ready' },
    ],
    [
      { from: 'ingress', to: 'hero-registry-api', ratePerS: 142, errorRatio: 0.006, p95Ms: 61, mutualTls: 0 },
      { from: 'hero-registry-api', to: 'auth', ratePerS: 142, p95Ms: 6 },
      {
        from: 'hero-registry-api',
        to: 'missions',
        ratePerS: 142,
        errorRatio: 0.181,
        retriesPerS: 31,
        p95Ms: 44,
      },
      { from: 'hero-registry-api', to: 'equipment', ratePerS: 71, p95Ms: 14 },
    ],
    ['hero'],
  );
}

/** The Hero Registry, healthy but not perfect. */
export function heroWorld(): FakeWorld {
  return build(
    [
      { namespace: '', name: 'users', kind: 'client' },
      { namespace: 'istio-system', name: 'istio-ingressgateway', kind: 'gateway', pods: 'v1:ready,ready' },
      { namespace: 'heroes', name: 'hero-registry-api', pods: 'v1:ready,ready' },
      { namespace: 'heroes', name: 'auth', pods: 'v1:ready,ready v2:ready' },
      { namespace: 'heroes', name: 'missions', pods: 'v1:ready,ready' },
      { namespace: 'heroes', name: 'equipment', pods: 'v1:ready,ready v2:ready' },
      { namespace: 'heroes', name: 'hero-db', protocol: 'tcp', pods: 'v1:ready' },
      { namespace: 'villains', name: 'ultron', pods: 'v1:ready!' },
      { namespace: '', name: 'api.quantum.example', kind: 'external' },
    ],
    [
      { from: 'users', to: 'istio-ingressgateway', ratePerS: 50, errorRatio: 0.004, p95Ms: 61, mutualTls: 0 },
      { from: 'istio-ingressgateway', to: 'hero-registry-api', ratePerS: 50, errorRatio: 0.004, p95Ms: 58 },
      { from: 'hero-registry-api', to: 'auth', ratePerS: 50, p95Ms: 6 },
      { from: 'hero-registry-api', to: 'missions', ratePerS: 15, errorRatio: 0.012, retriesPerS: 0.8, p95Ms: 44 },
      { from: 'missions', to: 'equipment', ratePerS: 15, p95Ms: 14 },
      { from: 'equipment', to: 'hero-db', ratePerS: 15, p95Ms: 3 },
      { from: 'missions', to: 'api.quantum.example', ratePerS: 3, p95Ms: 120, mutualTls: 0 },
      { from: 'ultron', to: 'equipment', ratePerS: 2, deniedRatio: 1, status: '403', flag: '', mutualTls: 0 },
    ],
    ['heroes'],
  );
}

/** Every state a card can wear. */
export function stateWorld(): FakeWorld {
  const names = ['healthy', 'degraded', 'failing', 'starting', 'outside', 'ejected', 'crashing', 'stale', 'many'];
  const pods: Readonly<Record<string, string>> = {
    healthy: 'v1:ready,ready,ready',
    degraded: 'v1:ready,ready,notReady',
    failing: 'v1:ready,ready,failing',
    starting: 'v2:starting,starting,starting',
    outside: 'v1:ready!',
    ejected: 'v1:ready,ready,ejected',
    crashing: 'v1:ready,crashed,crashed',
    stale: 'v1:ready~,ready,ready',
    many: 'v1:ready,ready,ready,ready,ready v2:ready,ready,failing v3:ready,ready,ready v4:ready,ejected',
  };
  return build(
    [
      { namespace: '', name: 'users', kind: 'client' },
      ...names.map((name) => ({ namespace: 'states', name, pods: pods[name] ?? '' })),
      { namespace: 'states', name: 'never-called', pods: 'v1:ready,ready' },
    ],
    names.map((name, index) => ({
      from: 'users',
      to: name,
      ratePerS: name === 'starting' ? 0 : 20 + index,
      errorRatio: { failing: 0.181, degraded: 0.006, crashing: 0.31 }[name] ?? 0,
    })),
    ['states'],
  );
}

/** Layers of services in namespaces, for seeing what many of them cost. */
export function bigWorld(count: number): FakeWorld {
  const perLayer = Math.ceil(Math.sqrt(count * 1.6));
  const lines = Array.from({ length: count }, (_, index) => ({
    namespace: `team-${Math.floor(index / Math.max(8, count / 8))}`,
    name: `service-${index}`,
    pods: 'v1:ready,ready',
  }));
  const edges = lines.slice(1).map((line, index) => ({
    from: `service-${Math.floor(index / 3)}`,
    to: line.name,
    ratePerS: 5 + ((index * 37) % 60),
    errorRatio: index % 17 === 0 ? 0.15 : 0,
    p95Ms: 3 + (index % perLayer),
  }));
  return build(lines, edges, ['team-0', 'team-1']);
}
