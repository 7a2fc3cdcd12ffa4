import {
  type HttpFilter,
  headerMatcher,
  type Init,
  type NetworkFilter,
  type RbacConfig,
  type RbacPermission,
  type RbacPolicy,
  type RbacRules,
  rbacPolicy,
  rbacRules,
  stringMatcher,
} from '../../../src/xds';
import { clientAndServer, clientOnly, clusterOf } from '../configure';
import type { Comparison, Scenario, Step } from '../contract';
import { once, pod, times } from './support';

const TOPIC = 'authorization';
const NAME = 'envoy.filters.http.rbac';

function rbacFilter(rbac: RbacConfig): HttpFilter {
  return { kind: 'rbac', name: NAME, rbac };
}

function withRbac(...configs: readonly RbacConfig[]): Scenario['configure'] {
  return (place) =>
    clientOnly(place, { clusters: [clusterOf(place, 'b', ['b'])], filters: configs.map((rbac) => rbacFilter(rbac)) });
}

function policy(name: string, permission: RbacPermission, init: Init<RbacPolicy> = {}): RbacPolicy {
  return rbacPolicy({ name, permissions: [permission], ...init });
}

const ADMIN: RbacPermission = { kind: 'urlPath', path: stringMatcher('prefix', '/admin') };
const READING: RbacPermission = { kind: 'header', header: headerMatcher(':method', 'GET') };
const NOBODY: RbacPermission = { kind: 'destinationPort', port: 1 };

function paths(...all: readonly string[]) {
  return times(all.length, (index) => ({ path: all[index] ?? '/' }));
}

function authorized(name: string, claim: string, configure: Scenario['configure'], steps: readonly Step[]): Scenario {
  return { name: `rbac-${name}`, topic: TOPIC, claim, pods: [pod('b')], configure, steps };
}

const HTTP: readonly Scenario[] = [
  authorized(
    'allow',
    'ALLOW lets through what a policy names and answers everything else 403',
    withRbac({ rules: rbacRules({ policies: [policy('admin', ADMIN)] }) }),
    [paths('/admin', '/shop', '/admin/users?x=1', '/Admin')],
  ),
  authorized(
    'deny',
    'DENY answers 403 with the name of the policy in the details, the rest goes on',
    withRbac({ rules: rbacRules({ action: 'DENY', policies: [policy('no-admin', ADMIN)] }) }),
    [paths('/admin', '/shop')],
  ),
  authorized(
    'deny-name',
    'white space in the name of a policy becomes underscores in the details',
    withRbac({ rules: rbacRules({ action: 'DENY', policies: [policy('ns[default] policy a b', ADMIN)] }) }),
    [paths('/admin')],
  ),
  authorized(
    'order',
    'of several policies that match the first by name is the one in the details',
    withRbac({
      rules: rbacRules({
        action: 'DENY',
        policies: [policy('zebra', ADMIN), policy('ape', ADMIN), policy('Bear', ADMIN)],
      }),
    }),
    [paths('/admin')],
  ),
  authorized('empty-allow', 'ALLOW without any policy denies everything', withRbac({ rules: rbacRules() }), once),
  authorized(
    'empty-deny',
    'DENY without any policy allows everything',
    withRbac({ rules: rbacRules({ action: 'DENY' }) }),
    once,
  ),
  authorized(
    'method-and-header',
    'permission and principal both have to match: method and header',
    withRbac({
      rules: rbacRules({
        policies: [
          policy('readers', READING, {
            principals: [{ kind: 'header', header: headerMatcher('x-role', stringMatcher('prefix', 'reader')) }],
          }),
        ],
      }),
    }),
    [
      times(4, (index) => ({
        method: index < 2 ? 'GET' : 'DELETE',
        headers: { 'x-role': index % 2 === 0 ? 'reader-1' : 'guest' },
      })),
      times(1),
    ],
  ),
  authorized(
    'logic',
    'and, or and not combine permissions',
    withRbac({
      rules: rbacRules({
        policies: [
          policy('logic', {
            kind: 'and',
            rules: [
              { kind: 'or', rules: [ADMIN, { kind: 'urlPath', path: stringMatcher('exact', '/shop') }] },
              {
                kind: 'not',
                rule: { kind: 'header', header: headerMatcher('x-block', { kind: 'present', present: true }) },
              },
            ],
          }),
        ],
      }),
    }),
    [paths('/admin', '/shop', '/shop/more', '/other'), times(1, { path: '/admin', headers: { 'x-block': '1' } })],
  ),
  authorized(
    'port',
    'a port that is not that of the connection denies',
    withRbac({ rules: rbacRules({ policies: [policy('port', NOBODY)] }) }),
    once,
  ),
  {
    name: 'rbac-addresses',
    topic: TOPIC,
    claim: 'a range that does not hold the destination address of the connection denies',
    pods: [pod('b')],
    configure: (place) =>
      withRbac({
        rules: rbacRules({
          policies: [policy('here', { kind: 'destinationIp', cidr: { addressPrefix: '192.0.2.0', prefixLen: 24 } })],
        }),
      })(place),
    steps: once,
  },
  authorized(
    'shadow',
    'shadow rules count what they would deny and deny nothing',
    withRbac({ shadowRules: rbacRules({ action: 'DENY', policies: [policy('no-admin', ADMIN)] }) }),
    [paths('/admin', '/shop')],
  ),
  authorized(
    'shadow-and-rules',
    'rules decide while shadow rules beside them only count',
    withRbac({
      rules: rbacRules({ policies: [policy('admin', ADMIN)] }),
      shadowRules: rbacRules({ policies: [policy('nobody', NOBODY)] }),
    }),
    [paths('/admin', '/shop')],
  ),
  authorized(
    'chain',
    'the DENY filter in front of an ALLOW filter wins',
    withRbac(
      { rules: rbacRules({ action: 'DENY', policies: [policy('no-writing', { kind: 'not', rule: READING })] }) },
      { rules: rbacRules({ policies: [policy('admin', ADMIN)] }) },
    ),
    [times(3, (index) => ({ method: index === 1 ? 'PUT' : 'GET', path: index === 2 ? '/x' : '/admin' }))],
  ),
];

function networkRbac(place: { readonly scenario: string }, rbac: RbacConfig): NetworkFilter {
  return { kind: 'rbac', name: 'envoy.filters.network.rbac', statPrefix: `${place.scenario}-network`, rbac };
}

/** Which end of a relayed connection is the first to close it. */
const CLOSING = ['destroy_local', 'destroy_remote', 'with_active_rq'];

/** One connection of TCP to a proxy whose network filter has these rules. */
function connected(name: string, claim: string, rules: Init<RbacRules>, compare: Comparison): Scenario {
  return {
    name: `rbac-tcp-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', [{}], 'tcp')],
    configure: (place) =>
      clientAndServer(
        place,
        { tcp: {}, networkFilters: [networkRbac(place, { rules: rbacRules(rules) })] },
        { clusters: [clusterOf(place, 'b', ['b'])], tcp: {} },
      ),
    steps: [{ kind: 'send', request: { protocol: 'tcp' } }],
    log: { termination: '%CONNECTION_TERMINATION_DETAILS%' },
    compare,
  };
}

const TCP: readonly Scenario[] = [
  connected(
    'deny',
    "a network filter that denies closes the connection; the client's proxy sees it end",
    { action: 'DENY', policies: [policy('no one', { kind: 'any' })] },
    // Envoy has dialled the host by the time the first bytes are judged.
    { ignoredStatistics: CLOSING, ignoredFields: ['attempts', 'cluster'] },
  ),
  connected(
    'allow',
    'a network filter that allows passes the bytes on',
    { policies: [policy('everyone', { kind: 'any' })] },
    { ignoredStatistics: CLOSING },
  ),
  {
    name: 'rbac-network-http',
    topic: TOPIC,
    claim: 'a network filter that denies in front of a connection manager ends the connection of HTTP',
    pods: [pod('b')],
    configure: (place) =>
      clientAndServer(place, {
        networkFilters: [networkRbac(place, { rules: rbacRules({ policies: [policy('nobody', NOBODY)] }) })],
      }),
    steps: once,
  },
];

export const RBAC: readonly Scenario[] = [...HTTP, ...TCP];
