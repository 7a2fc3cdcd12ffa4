import {
  type Cluster,
  commonLbConfig,
  type HashPolicyKind,
  type Init,
  type LbEndpoint,
  type LocalityLbEndpoints,
  leastRequest,
  localityLbEndpoints,
  maglev,
  ringHash,
  roundRobin,
} from '../../../src/xds';
import { clientOnly, clusterOf, endpointsOf } from '../configure';
import type { Place, Scenario } from '../contract';
import { assigned, burst, CONNECTIONS_BY_CHANCE, HTTP2, pod, straight, times } from './support';

const TOPIC = 'load balancing';
const PODS = ['b', 'c', 'd', 'e'];
const FOUR = PODS.map((name) => pod(name));
const EQUAL = { b: 1, c: 1, d: 1, e: 1 };
function unhealthy(pods: readonly string[]) {
  return (name: string): Init<Omit<LbEndpoint, 'address'>> =>
    pods.includes(name) ? { healthStatus: 'UNHEALTHY' } : {};
}

/** All pods in one locality; one of them has a weight, the others 1. */
function weighing(place: Place, heavy: string, weight: number): Pick<Cluster, 'discovery'> {
  const init = (name: string) => ({ loadBalancingWeight: name === heavy ? weight : 1 });
  return assigned(place, 'b', [localityLbEndpoints({ lbEndpoints: endpointsOf(place, PODS, init) })]);
}

/** Requests without a key, spread by the weights of the hosts. */
// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function spread(
  name: string,
  claim: string,
  lbPolicy: Cluster['lbPolicy'],
  weight: number,
  ignoredStatistics: readonly string[],
): Scenario {
  return {
    name,
    topic: TOPIC,
    claim,
    pods: FOUR,
    configure: (place) => straight(PODS, {}, { lbPolicy, ...weighing(place, 'b', weight) })(place),
    steps: [times(400)],
    compare: { distribution: { field: 'host', shares: { ...EQUAL, b: weight } }, ignoredStatistics },
  };
}

/** Eighty keys, each of which must lead to the same host on both sides. */
// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function hashed(
  name: string,
  claim: string,
  policy: HashPolicyKind,
  lbPolicy: Cluster['lbPolicy'],
  weight = 1,
): Scenario {
  const keyed = (index: number) =>
    policy.kind === 'queryParameter'
      ? { path: `/?${policy.name}=key-${index}` }
      : { headers: { 'x-key': `key-${index}` } };
  return {
    name,
    topic: TOPIC,
    claim,
    pods: FOUR,
    configure: (place) =>
      straight(
        PODS,
        { hashPolicy: [{ policy, terminal: false }] },
        { lbPolicy, ...weighing(place, 'c', weight) },
      )(place),
    steps: [times(80, keyed)],
    compare: { hosts: 'same' },
  };
}

const HEADER: HashPolicyKind = { kind: 'header', headerName: 'x-key' };

const ALGORITHMS: readonly Scenario[] = [
  {
    name: 'lb-round-robin',
    topic: TOPIC,
    claim: 'round robin takes four hosts in turn',
    pods: FOUR,
    configure: straight(PODS),
    steps: [times(40)],
    compare: { hosts: 'pattern' },
  },
  spread(
    'lb-round-robin-weights',
    'weighted round robin gives a host of weight 3 three of six requests',
    roundRobin(),
    3,
    [],
  ),
  spread('lb-random', 'random spreads over four hosts evenly', { kind: 'RANDOM' }, 1, CONNECTIONS_BY_CHANCE),
  spread('lb-least-request', 'least request spreads over idle hosts evenly', leastRequest(), 1, CONNECTIONS_BY_CHANCE),
  spread(
    'lb-least-request-weights',
    'least request of idle hosts with unequal weights follows the weights',
    leastRequest(),
    5,
    CONNECTIONS_BY_CHANCE,
  ),
  hashed('lb-ring-hash', 'ring hash leads every key to the same host', HEADER, ringHash()),
  hashed(
    'lb-ring-hash-murmur',
    'ring hash with MurmurHash2 leads every key to the same host',
    HEADER,
    ringHash({ hashFunction: 'MURMUR_HASH_2', minimumRingSize: 64 }),
  ),
  hashed('lb-maglev', 'Maglev leads every key to the same host', HEADER, maglev()),
  hashed(
    'lb-maglev-small',
    'Maglev with a table of 251, by a query parameter',
    { kind: 'queryParameter', name: 'k' },
    maglev({ tableSize: 251 }),
  ),
  hashed(
    'lb-ring-hash-weights',
    'ring hash gives a host of weight 4 its part of the ring, key by key',
    HEADER,
    ringHash(),
    4,
  ),
  hashed('lb-maglev-weights', 'Maglev fills its table by weight, key by key', HEADER, maglev(), 4),
  {
    name: 'lb-hash-bounded',
    topic: TOPIC,
    claim: 'with a balance factor of 150 a key leaves its host when that has too many requests',
    pods: PODS.map((name) => pod(name, [{ status: 200, delayMs: 500 }])),
    configure: straight(
      PODS,
      { hashPolicy: [{ policy: HEADER, terminal: false }] },
      { lbPolicy: ringHash({ hashBalanceFactor: 150 }) },
    ),
    steps: [burst(12, { headers: { 'x-key': 'hot' } })],
    compare: { hosts: 'same' },
  },
  {
    name: 'lb-hash-cookie',
    topic: TOPIC,
    claim: 'a cookie of the request leads to the same host',
    pods: FOUR,
    configure: straight(
      PODS,
      { hashPolicy: [{ policy: { kind: 'cookie', name: 'session' }, terminal: false }] },
      { lbPolicy: maglev() },
    ),
    steps: [times(40, (index) => ({ headers: { cookie: `theme=dark; session=s${index}; x=1` } }))],
    compare: { hosts: 'same' },
  },
  {
    name: 'lb-hash-terminal',
    topic: TOPIC,
    claim: 'a terminal policy that gives a hash is the last one; others are combined',
    pods: FOUR,
    configure: straight(
      PODS,
      {
        hashPolicy: [
          { policy: { kind: 'header', headerName: 'x-user' }, terminal: true },
          { policy: HEADER, terminal: false },
          { policy: { kind: 'queryParameter', name: 'q' }, terminal: false },
        ],
      },
      { lbPolicy: ringHash() },
    ),
    steps: [
      times(40, (index) => ({
        path: `/?q=${index % 3}`,
        headers: { 'x-key': `key-${index}`, ...(index % 2 === 0 ? { 'x-user': `user-${index % 8}` } : {}) },
      })),
    ],
    compare: { hosts: 'same' },
  },
  {
    name: 'lb-hash-rewrite',
    topic: TOPIC,
    claim: 'a header is rewritten before it is hashed',
    pods: FOUR,
    configure: straight(
      PODS,
      {
        hashPolicy: [
          {
            policy: {
              kind: 'header',
              headerName: 'x-key',
              regexRewrite: { regex: '^/([a-z0-9]+)/.*$', substitution: '\\1' },
            },
            terminal: false,
          },
        ],
      },
      { lbPolicy: maglev() },
    ),
    steps: [times(40, (index) => ({ headers: { 'x-key': `/k${index % 10}/${index}` } }))],
    compare: { hosts: 'same' },
  },
  {
    name: 'lb-hash-missing',
    topic: TOPIC,
    claim: 'without a hash Maglev draws a host',
    pods: FOUR,
    configure: straight(PODS, { hashPolicy: [{ policy: HEADER, terminal: false }] }, { lbPolicy: maglev() }),
    steps: [times(400)],
    compare: { distribution: { field: 'host', shares: EQUAL }, ignoredStatistics: CONNECTIONS_BY_CHANCE },
  },
  {
    name: 'lb-source-ip',
    topic: TOPIC,
    claim: 'the address of the client as hash key keeps it on one host',
    pods: FOUR,
    configure: straight(
      PODS,
      { hashPolicy: [{ policy: { kind: 'sourceIp' }, terminal: false }] },
      { lbPolicy: maglev() },
    ),
    steps: [times(5)],
    compare: { hosts: 'same' },
  },
];

/** Endpoints in two groups, of which some hosts are unhealthy. */
// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function grouped(
  name: string,
  claim: string,
  groups: (place: Place) => readonly LocalityLbEndpoints[],
  shares: Readonly<Record<string, number>>,
  init: Init<Omit<Cluster, 'name'>> = {},
): Scenario {
  return {
    name,
    topic: TOPIC,
    claim,
    pods: FOUR,
    configure: (place) =>
      clientOnly(place, {
        clusters: [clusterOf(place, 'b', PODS, { ...init, ...assigned(place, 'b', groups(place)) })],
      }),
    steps: [times(400)],
    compare: { distribution: { field: 'host', shares }, ignoredStatistics: CONNECTIONS_BY_CHANCE },
  };
}

const zone = (name: string) => ({ region: 'r', zone: name, subZone: '' });

const HEALTH: readonly Scenario[] = [
  grouped(
    'priority-spill-over',
    'with half of priority 0 unhealthy 70 % stay there and 30 % spill over',
    (place) => [
      localityLbEndpoints({ priority: 0, lbEndpoints: endpointsOf(place, ['b', 'c'], unhealthy(['c'])) }),
      localityLbEndpoints({ priority: 1, lbEndpoints: endpointsOf(place, ['d', 'e']) }),
    ],
    { b: 70, d: 15, e: 15 },
  ),
  grouped(
    'priority-full',
    'nothing spills over while priority 0 is healthy',
    (place) => [
      localityLbEndpoints({ priority: 0, lbEndpoints: endpointsOf(place, ['b', 'c']) }),
      localityLbEndpoints({ priority: 1, lbEndpoints: endpointsOf(place, ['d', 'e']) }),
    ],
    { b: 1, c: 1 },
  ),
  grouped(
    'locality-weights',
    'locality weights of 3 and 1 split the requests',
    (place) => [
      localityLbEndpoints({ locality: zone('x'), loadBalancingWeight: 3, lbEndpoints: endpointsOf(place, ['b', 'c']) }),
      localityLbEndpoints({ locality: zone('y'), loadBalancingWeight: 1, lbEndpoints: endpointsOf(place, ['d', 'e']) }),
    ],
    { b: 3, c: 3, d: 1, e: 1 },
    { commonLbConfig: commonLbConfig({ localityConfig: { kind: 'localityWeighted' } }) },
  ),
  grouped(
    'locality-weights-unhealthy',
    'a locality with half of its hosts unhealthy keeps 70 % of its weight',
    (place) => [
      localityLbEndpoints({
        locality: zone('x'),
        loadBalancingWeight: 1,
        lbEndpoints: endpointsOf(place, ['b', 'c'], unhealthy(['c'])),
      }),
      localityLbEndpoints({ locality: zone('y'), loadBalancingWeight: 1, lbEndpoints: endpointsOf(place, ['d', 'e']) }),
    ],
    { b: 70, d: 50, e: 50 },
    { commonLbConfig: commonLbConfig({ localityConfig: { kind: 'localityWeighted' } }) },
  ),
  grouped(
    'panic',
    'below the panic threshold every host is used, healthy or not',
    (place) => [localityLbEndpoints({ lbEndpoints: endpointsOf(place, PODS, unhealthy(['c', 'd', 'e'])) })],
    EQUAL,
  ),
  grouped(
    'panic-threshold',
    'with exactly half of the hosts healthy there is no panic yet',
    (place) => [localityLbEndpoints({ lbEndpoints: endpointsOf(place, PODS, unhealthy(['c', 'd'])) })],
    { b: 1, e: 1 },
  ),
  grouped(
    'panic-off',
    'with a threshold of 0 only the healthy host is used',
    (place) => [localityLbEndpoints({ lbEndpoints: endpointsOf(place, PODS, unhealthy(['c', 'd'])) })],
    { b: 1, e: 1 },
    { commonLbConfig: commonLbConfig({ healthyPanicThresholdPercent: 0 }) },
  ),
  grouped(
    'degraded',
    'degraded hosts take what the healthy ones cannot',
    (place) => [
      localityLbEndpoints({
        lbEndpoints: endpointsOf(place, PODS, (name) =>
          name === 'b' || name === 'c' ? { healthStatus: 'DEGRADED' } : {},
        ),
      }),
    ],
    { b: 15, c: 15, d: 35, e: 35 },
  ),
  {
    name: 'all-unhealthy',
    topic: TOPIC,
    claim: 'with a threshold of 0 and no healthy host the answer is 503 with UH',
    pods: FOUR,
    configure: (place) =>
      clientOnly(place, {
        clusters: [
          clusterOf(place, 'b', PODS, {
            commonLbConfig: commonLbConfig({ healthyPanicThresholdPercent: 0 }),
            ...assigned(place, 'b', [localityLbEndpoints({ lbEndpoints: endpointsOf(place, PODS, unhealthy(PODS)) })]),
          }),
        ],
      }),
    steps: [times(3)],
  },
];

/** Two versions as subsets; the route asks for one. */
// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function subset(
  name: string,
  claim: string,
  wanted: Readonly<Record<string, string>>,
  init: Pick<Init<Cluster>, 'subsetSelectors' | 'subsetFallback' | 'subsetDefault'>,
  shares: Readonly<Record<string, number>>,
): Scenario {
  const isSplit = Object.keys(shares).length > 1;
  return {
    name,
    topic: TOPIC,
    claim,
    pods: FOUR,
    configure: (place) =>
      straight(
        PODS,
        { metadataMatch: wanted },
        {
          subsetSelectors: [{ keys: ['version'] }],
          ...init,
          ...assigned(place, 'b', [
            localityLbEndpoints({
              lbEndpoints: endpointsOf(place, PODS, (pod) => ({
                lbMetadata: { version: pod === 'b' || pod === 'c' ? 'v1' : 'v2', stage: pod === 'b' ? 'new' : 'old' },
              })),
            }),
          ]),
        },
      )(place),
    steps: [times(isSplit ? 200 : 3)],
    compare: isSplit
      ? { distribution: { field: 'host', shares }, ignoredStatistics: CONNECTIONS_BY_CHANCE }
      : { hosts: 'same' },
  };
}

const V3 = { version: 'v3' };

const SUBSETS: readonly Scenario[] = [
  subset(
    'subset',
    'a subset keeps requests on its hosts',
    { version: 'v2' },
    { subsetFallback: 'NO_FALLBACK' },
    { d: 1, e: 1 },
  ),
  subset(
    'subset-missing',
    'an unknown subset without fallback answers 503 with UH',
    V3,
    { subsetFallback: 'NO_FALLBACK' },
    {},
  ),
  subset('subset-any', 'an unknown subset falls back to any endpoint', V3, { subsetFallback: 'ANY_ENDPOINT' }, EQUAL),
  subset(
    'subset-default',
    'an unknown subset falls back to the default one',
    V3,
    { subsetFallback: 'DEFAULT_SUBSET', subsetDefault: { version: 'v1' } },
    { b: 1, c: 1 },
  ),
  subset(
    'subset-two-keys',
    'a selector of two keys finds hosts that carry both values',
    { version: 'v1', stage: 'old' },
    { subsetFallback: 'NO_FALLBACK', subsetSelectors: [{ keys: ['version'] }, { keys: ['stage', 'version'] }] },
    { c: 1 },
  ),
  subset(
    'subset-no-selector',
    'keys that no selector has are no subset',
    { version: 'v1', stage: 'old' },
    { subsetFallback: 'NO_FALLBACK' },
    {},
  ),
  subset(
    'subset-fewer-keys',
    'a selector may fall back to some of its keys',
    { version: 'v2', stage: 'new' },
    {
      subsetFallback: 'NO_FALLBACK',
      subsetSelectors: [
        { keys: ['version'] },
        { keys: ['stage', 'version'], fallback: 'KEYS_SUBSET', fallbackKeys: ['version'] },
      ],
    },
    { d: 1, e: 1 },
  ),
  subset(
    'subset-selector-any',
    'the fallback of a selector stands above that of the cluster',
    V3,
    { subsetFallback: 'NO_FALLBACK', subsetSelectors: [{ keys: ['version'], fallback: 'ANY_ENDPOINT' }] },
    EQUAL,
  ),
  {
    name: 'lb-least-request-busy',
    topic: TOPIC,
    claim: 'least request with fifty choices gives no busy host a second request while others are idle',
    pods: PODS.map((name) => pod(name, [{ status: 200, delayMs: 400 }], 'http2')),
    configure: straight(PODS, {}, { lbPolicy: leastRequest({ choiceCount: 50 }), ...HTTP2 }),
    steps: [burst(4)],
    compare: { distribution: { field: 'host', shares: EQUAL } },
  },
];

export const BALANCING: readonly Scenario[] = [...ALGORITHMS, ...HEALTH, ...SUBSETS];
