import {
  type CommonLbConfig,
  commonLbConfig,
  type LbEndpoint,
  type Locality,
  type LocalityLbEndpoints,
  localityLbEndpoints,
} from '../../../src/xds';
import { clientOnly, clusterOf, endpointsOf } from '../configure';
import type { Place, Scenario } from '../contract';
import { assigned, CONNECTIONS_BY_CHANCE, pod, times } from './support';

const TOPIC = 'zone-aware routing';
const PODS = ['b', 'c', 'd', 'e', 'f', 'g'];
/** Which of two or three zones a request goes to is chance, and so is how often each way is taken. */
const BY_CHANCE = [...CONNECTIONS_BY_CHANCE, 'lb_zone_routing_sampled', 'lb_zone_routing_cross_zone'];

type ZoneAware = Extract<CommonLbConfig['localityConfig'], { kind: 'zoneAware' }>;

const zone = (name: string): Locality => ({ region: 'r', zone: name, subZone: '' });

/** Members by zone. */
type Zones<T> = Readonly<Record<string, readonly T[]>>;

function groupsOf<T>(zones: Zones<T>, endpointsIn: (members: readonly T[]) => readonly LbEndpoint[]) {
  return Object.entries(zones).map(
    ([name, members]): LocalityLbEndpoints =>
      localityLbEndpoints({ locality: zone(name), lbEndpoints: endpointsIn(members) }),
  );
}

interface Zoned {
  /** How many proxies like the client's there are in each zone; the client is in zone `x`. */
  readonly own: Readonly<Record<string, number>>;
  readonly upstream: Zones<string>;
  readonly shares: Readonly<Record<string, number>>;
  readonly config?: Partial<ZoneAware>;
  /** Hosts that are unhealthy. */
  readonly unhealthy?: readonly string[];
  readonly counters?: readonly string[];
}

function zoned(name: string, claim: string, { own, upstream, shares, config = {}, ...rest }: Zoned): Scenario {
  const { unhealthy = [], counters = BY_CHANCE } = rest;
  const localityConfig: ZoneAware = {
    kind: 'zoneAware',
    routingEnabledPercent: 100,
    minClusterSize: 1,
    failTrafficOnPanic: false,
    forceLocalZone: false,
    ...config,
  };
  return {
    name: `zone-${name}`,
    topic: TOPIC,
    claim,
    pods: PODS.map((each) => pod(each)),
    configure: (place: Place) => {
      const endpointsIn = (pods: readonly string[]) =>
        endpointsOf(place, pods, (each) => (unhealthy.includes(each) ? { healthStatus: 'UNHEALTHY' } : {}));
      const peers = Object.fromEntries(
        Object.entries(own).map(([at, count]) => [at, Array.from({ length: count }, () => 'b')]),
      );
      const b = clusterOf(place, 'b', PODS, {
        commonLbConfig: commonLbConfig({ localityConfig }),
        ...assigned(place, 'b', groupsOf(upstream, endpointsIn)),
      });
      // Nobody dials the hosts of the proxy's own cluster: only their number in each zone counts.
      let port = place.port;
      const peersIn = (pods: readonly string[]) =>
        endpointsOf(place, pods).map((endpoint) => ({ ...endpoint, address: { ...endpoint.address, port: ++port } }));
      const peerCluster = clusterOf(place, 'own', [], assigned(place, 'own', groupsOf(peers, peersIn)));
      return clientOnly(place, {
        clusters: [b, peerCluster],
        node: { locality: zone('x'), localClusterName: peerCluster.name },
      });
    },
    steps: [times(400)],
    compare: { distribution: { field: 'host', shares }, ignoredStatistics: counters },
  };
}

export const ZONES: readonly Scenario[] = [
  zoned('local', 'a zone with at least its share of the hosts keeps all requests of its clients', {
    own: { x: 2, y: 2 },
    upstream: { x: ['b', 'c', 'd'], y: ['e', 'f'] },
    shares: { b: 1, c: 1, d: 1 },
    counters: CONNECTIONS_BY_CHANCE,
  }),
  zoned(
    'spill-over',
    'a zone with half of its share of the hosts keeps half of the requests; the rest goes where hosts are to spare',
    {
      own: { x: 2, y: 1, z: 1 },
      upstream: { x: ['b'], y: ['c'], z: ['d', 'e'] },
      // Zone y has a quarter of the clients and of the hosts: nothing to spare.
      shares: { b: 50, d: 25, e: 25 },
    },
  ),
  zoned('spill-over-by-capacity', 'what spills over is split by what each other zone has to spare', {
    own: { x: 3, y: 1 },
    upstream: { x: ['b'], y: ['c', 'd'], z: ['e', 'f', 'g'] },
    // One of six hosts for three of four clients: 0.1667 / 0.75; y has 0.3333 - 0.25 to spare, z 0.5.
    shares: { b: 22.22, c: 5.56, d: 5.56, e: 22.22, f: 22.22, g: 22.22 },
  }),
  zoned('unhealthy', 'only healthy hosts count for the share of a zone', {
    own: { x: 1, y: 1 },
    upstream: { x: ['b', 'c', 'd'], y: ['e', 'f', 'g'] },
    unhealthy: ['c', 'd'],
    // One of four healthy hosts for half of the clients.
    shares: { b: 50, e: 16.67, f: 16.67, g: 16.67 },
  }),
  zoned('elsewhere', 'without hosts in the zone of the client everything goes to the other zones', {
    own: { x: 1, y: 1 },
    upstream: { y: ['b', 'c'], z: ['d', 'e'] },
    // y has as many hosts as clients, z has no client.
    shares: { d: 1, e: 1 },
  }),
  zoned('too-small', 'a cluster with fewer hosts than min_cluster_size does not look at zones', {
    own: { x: 2, y: 2 },
    upstream: { x: ['b', 'c', 'd'], y: ['e', 'f'] },
    config: { minClusterSize: 6 },
    shares: { b: 1, c: 1, d: 1, e: 1, f: 1 },
    counters: CONNECTIONS_BY_CHANCE,
  }),
  zoned('not-among-them', 'a proxy whose zone has no host of its own cluster does not look at zones', {
    own: { y: 2, z: 2 },
    upstream: { x: ['b', 'c'], y: ['d', 'e'] },
    shares: { b: 1, c: 1, d: 1, e: 1 },
    // Counted by Envoy for each change of hosts.
    counters: [...CONNECTIONS_BY_CHANCE, 'lb_local_cluster_not_ok'],
  }),
  zoned('enabled', 'with zones looked at for half of the requests the other half goes to every host', {
    own: { x: 2, y: 2 },
    upstream: { x: ['b', 'c'], y: ['d', 'e'] },
    config: { routingEnabledPercent: 50 },
    shares: { b: 3, c: 3, d: 1, e: 1 },
    counters: [...BY_CHANCE, 'lb_zone_routing_all_directly'],
  }),
];
