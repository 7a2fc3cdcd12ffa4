// From a seed to a case: a stream of its own for each part, so that a change of one leaves the others as they are.
import { Rng } from '../../../src/base';
import type { LoadBalancingPolicy } from '../../../src/xds';
import type { AnswerRule, PodScript, RequestSpec } from '../contract';
import { CLUSTER_HEADER, type ClusterCase, type RandomCase } from './case';
import { Choices, HOSTS, headersOf, mutationsOf, pathOf } from './choices';
import { CORS_ORIGINS, faultHeadersOf, filtersOf } from './filters';
import { virtualHostOf, WEIGHT_HEADER } from './routes';

const DOMAINS = [
  'b',
  'shop.example',
  '*.shop.example',
  '*.example',
  'shop.*',
  'www.*',
  'shop.example:8080',
  '*-api.example',
] as const;

const STATUSES = [200, 200, 201, 404, 409, 418, 429, 500, 502, 503, 504] as const;

function answerOf(choices: Choices, http2: boolean): AnswerRule {
  const draw = choices.below(100);
  const outcome: AnswerRule =
    draw < 12
      ? { reset: true }
      : {
          status: choices.one(STATUSES),
          ...choices.maybe(35, () => ({ delayMs: choices.one([1, 3, 5, 5, 400]) })),
          ...choices.maybe(25, () => ({ bodyBytes: 10 + choices.below(200) })),
          headers: {
            ...choices.maybe(30, () => ({ 'x-again': choices.one(['yes', 'no']) })),
            ...choices.maybe(20, () => ({ 'x-a': 'pod' })),
            ...choices.maybe(http2 ? 0 : 15, () => ({ 'grpc-status': choices.one(['0', '1', '4', '8', '13', '14']) })),
            ...choices.maybe(10, () => ({ 'x-envoy-ratelimited': 'true' })),
          },
        };
  const condition = choices.below(3);
  return {
    ...outcome,
    ...(condition === 0 ? { when: { 'x-envoy-attempt-count': String(1 + choices.below(3)) } } : {}),
    ...(condition === 1 ? { when: { 'x-version': choices.one(['v1', 'v2']) } } : {}),
    ...choices.maybe(30, () => ({ path: choices.one(['/shop', '/api', '/new']) })),
  };
}

function podOf(choices: Choices, name: string, serves: 'http1' | 'http2'): PodScript {
  const answers = choices.list(1 + choices.below(4), () => answerOf(choices, serves === 'http2'));
  const isRefusing = choices.chance(6);
  return { name, serves, answers: [...answers, { status: 200 }], ...(isRefusing ? { startsUp: false } : {}) };
}

function hashing(choices: Choices): LoadBalancingPolicy {
  return choices.chance(50)
    ? {
        kind: 'RING_HASH',
        minimumRingSize: choices.one([3, 64, 100]),
        maximumRingSize: 1024,
        hashFunction: choices.one(['XX_HASH', 'MURMUR_HASH_2']),
        useHostnameForHashing: false,
        hashBalanceFactor: 0,
      }
    : { kind: 'MAGLEV', tableSize: choices.one([11, 251]), useHostnameForHashing: false, hashBalanceFactor: 0 };
}

function clustersOf(choices: Choices): readonly ClusterCase[] {
  const limits = () => ({
    ...choices.maybe(8, () => ({ maxRetries: 0 })),
    ...choices.maybe(3, () => ({ maxRequests: 0 })),
  });
  return [
    { name: 'one', pods: ['b'], ...limits() },
    { name: 'many', pods: ['b', 'c', 'd'], lbPolicy: hashing(choices), ...limits() },
    { name: 'two', pods: ['c', 'd'], lbPolicy: hashing(choices), ...limits() },
    { name: 'http2', pods: ['h'], http2: true, ...limits() },
    { name: 'mirror', pods: ['m'] },
  ];
}

function requestOf(choices: Choices): RequestSpec {
  const isPreflight = choices.chance(6);
  return {
    method: isPreflight ? 'OPTIONS' : choices.one(['GET', 'GET', 'GET', 'POST', 'DELETE']),
    path: pathOf(choices),
    authority: choices.one(HOSTS),
    headers: {
      ...headersOf(choices),
      [WEIGHT_HEADER]: String(choices.below(130)),
      ...choices.maybe(80, () => ({ [CLUSTER_HEADER]: choices.one(['one', 'two', 'many', 'nowhere']) })),
      ...choices.maybe(isPreflight ? 90 : 15, () => ({ origin: choices.one(CORS_ORIGINS) })),
      ...choices.maybe(isPreflight ? 90 : 0, () => ({ 'access-control-request-method': 'GET' })),
      ...choices.maybe(15, () => ({ 'x-b': 'client' })),
      ...choices.maybe(5, () => ({ 'x-envoy-max-retries': '5', 'x-envoy-retry-on': '5xx' })),
      ...choices.maybe(5, () => ({ 'x-envoy-upstream-rq-timeout-ms': '50' })),
      ...faultHeadersOf(choices),
    },
  };
}

const REQUESTS = 12;

export function generateCase(seed: number): RandomCase {
  const root = new Choices(new Rng(seed));
  const domains = root.fork('domains');
  const names = domains.shuffled(DOMAINS);
  const hosts = 1 + domains.below(3);
  const isOpen = domains.chance(85);
  const targets = ['one', 'many', 'two', 'http2'];
  const virtualHosts = domains.list(hosts, (index) => {
    const own = names.slice(index * 2, index * 2 + 1 + domains.below(2));
    const all = index === hosts - 1 && isOpen ? [...own, '*'] : own;
    return virtualHostOf(root.fork(`virtual host ${index}`), `v${index}`, all, targets);
  });
  const pods = root.fork('pods');
  const requests = root.fork('requests');
  const settings = root.fork('settings');
  return {
    seed,
    pods: [
      ...['b', 'c', 'd'].map((name) => podOf(pods.fork(name), name, 'http1')),
      podOf(pods.fork('h'), 'h', 'http2'),
      { name: 'm', serves: 'http1', answers: [{ status: 200 }] },
    ],
    clusters: clustersOf(root.fork('clusters')),
    virtualHosts,
    headers: mutationsOf(settings, 'all'),
    mostSpecificWins: settings.chance(30),
    ignorePort: settings.chance(25),
    filters: filtersOf(root.fork('filters')),
    requests: requests.list(REQUESTS, () => requestOf(requests)),
  };
}
