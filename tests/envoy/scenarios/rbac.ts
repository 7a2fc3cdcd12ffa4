import {
  type HttpFilter,
  headerMatcher,
  type Init,
  type NetworkFilter,
  type RbacConfig,
  type RbacPermission,
  type RbacPolicy,
  rbacPolicy,
  rbacRules,
  stringMatcher,
} from '../../../src/xds';
import { clientAndServer, clientOnly, clusterOf } from '../configure';
import type { Scenario } from '../contract';
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

const HTTP: readonly Scenario[] = [
  {
    name: 'rbac-allow',
    topic: TOPIC,
    claim: 'ALLOW lets through what a policy names and answers everything else 403',
    pods: [pod('b')],
    configure: withRbac({ rules: rbacRules({ policies: [policy('admin', ADMIN)] }) }),
    steps: [paths('/admin', '/shop', '/admin/users?x=1', '/Admin')],
  },
  {
    name: 'rbac-deny',
    topic: TOPIC,
    claim: 'DENY answers 403 with the name of the policy in the details, the rest goes on',
    pods: [pod('b')],
    configure: withRbac({ rules: rbacRules({ action: 'DENY', policies: [policy('no-admin', ADMIN)] }) }),
    steps: [paths('/admin', '/shop')],
  },
  {
    name: 'rbac-deny-name',
    topic: TOPIC,
    claim: 'white space in the name of a policy becomes underscores in the details',
    pods: [pod('b')],
    configure: withRbac({ rules: rbacRules({ action: 'DENY', policies: [policy('ns[default] policy a b', ADMIN)] }) }),
    steps: [paths('/admin')],
  },
  {
    name: 'rbac-order',
    topic: TOPIC,
    claim: 'of several policies that match the first by name is the one in the details',
    pods: [pod('b')],
    configure: withRbac({
      rules: rbacRules({
        action: 'DENY',
        policies: [policy('zebra', ADMIN), policy('ape', ADMIN), policy('Bear', ADMIN)],
      }),
    }),
    steps: [paths('/admin')],
  },
  {
    name: 'rbac-empty-allow',
    topic: TOPIC,
    claim: 'ALLOW without any policy denies everything',
    pods: [pod('b')],
    configure: withRbac({ rules: rbacRules() }),
    steps: once,
  },
  {
    name: 'rbac-empty-deny',
    topic: TOPIC,
    claim: 'DENY without any policy allows everything',
    pods: [pod('b')],
    configure: withRbac({ rules: rbacRules({ action: 'DENY' }) }),
    steps: once,
  },
  {
    name: 'rbac-method-and-header',
    topic: TOPIC,
    claim: 'permission and principal both have to match: method and header',
    pods: [pod('b')],
    configure: withRbac({
      rules: rbacRules({
        policies: [
          policy('readers', READING, {
            principals: [{ kind: 'header', header: headerMatcher('x-role', stringMatcher('prefix', 'reader')) }],
          }),
        ],
      }),
    }),
    steps: [
      times(4, (index) => ({
        method: index < 2 ? 'GET' : 'DELETE',
        headers: { 'x-role': index % 2 === 0 ? 'reader-1' : 'guest' },
      })),
      times(1),
    ],
  },
  {
    name: 'rbac-logic',
    topic: TOPIC,
    claim: 'and, or and not combine permissions',
    pods: [pod('b')],
    configure: withRbac({
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
    steps: [
      paths('/admin', '/shop', '/shop/more', '/other'),
      times(1, { path: '/admin', headers: { 'x-block': '1' } }),
    ],
  },
  {
    name: 'rbac-port',
    topic: TOPIC,
    claim: 'a port that is not that of the connection denies',
    pods: [pod('b')],
    configure: withRbac({ rules: rbacRules({ policies: [policy('port', NOBODY)] }) }),
    steps: once,
  },
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
  {
    name: 'rbac-shadow',
    topic: TOPIC,
    claim: 'shadow rules count what they would deny and deny nothing',
    pods: [pod('b')],
    configure: withRbac({ shadowRules: rbacRules({ action: 'DENY', policies: [policy('no-admin', ADMIN)] }) }),
    steps: [paths('/admin', '/shop')],
  },
  {
    name: 'rbac-shadow-and-rules',
    topic: TOPIC,
    claim: 'rules decide while shadow rules beside them only count',
    pods: [pod('b')],
    configure: withRbac({
      rules: rbacRules({ policies: [policy('admin', ADMIN)] }),
      shadowRules: rbacRules({ policies: [policy('nobody', NOBODY)] }),
    }),
    steps: [paths('/admin', '/shop')],
  },
  {
    name: 'rbac-chain',
    topic: TOPIC,
    claim: 'the DENY filter in front of an ALLOW filter wins',
    pods: [pod('b')],
    configure: withRbac(
      { rules: rbacRules({ action: 'DENY', policies: [policy('no-writing', { kind: 'not', rule: READING })] }) },
      { rules: rbacRules({ policies: [policy('admin', ADMIN)] }) },
    ),
    steps: [times(3, (index) => ({ method: index === 1 ? 'PUT' : 'GET', path: index === 2 ? '/x' : '/admin' }))],
  },
];

function networkRbac(place: { readonly scenario: string }, rbac: RbacConfig): NetworkFilter {
  return { kind: 'rbac', name: 'envoy.filters.network.rbac', statPrefix: `${place.scenario}-network`, rbac };
}

/** Which end of a relayed connection is the first to close it. */
const CLOSING = ['destroy_local', 'destroy_remote', 'with_active_rq'];

const TCP: readonly Scenario[] = [
  {
    name: 'rbac-tcp-deny',
    topic: TOPIC,
    claim: "a network filter that denies closes the connection; the client's proxy sees it end",
    pods: [pod('b', [{}], 'tcp')],
    configure: (place) =>
      clientAndServer(
        place,
        {
          tcp: {},
          networkFilters: [
            networkRbac(place, {
              rules: rbacRules({ action: 'DENY', policies: [policy('no one', { kind: 'any' })] }),
            }),
          ],
        },
        { clusters: [clusterOf(place, 'b', ['b'])], tcp: {} },
      ),
    steps: [{ kind: 'send', request: { protocol: 'tcp' } }],
    log: { termination: '%CONNECTION_TERMINATION_DETAILS%' },
    // Envoy has dialled the host by the time the first bytes are judged.
    compare: { ignoredStatistics: CLOSING, ignoredFields: ['attempts', 'cluster'] },
  },
  {
    name: 'rbac-tcp-allow',
    topic: TOPIC,
    claim: 'a network filter that allows passes the bytes on',
    pods: [pod('b', [{}], 'tcp')],
    configure: (place) =>
      clientAndServer(
        place,
        {
          tcp: {},
          networkFilters: [
            networkRbac(place, { rules: rbacRules({ policies: [policy('everyone', { kind: 'any' })] }) }),
          ],
        },
        { clusters: [clusterOf(place, 'b', ['b'])], tcp: {} },
      ),
    steps: [{ kind: 'send', request: { protocol: 'tcp' } }],
    log: { termination: '%CONNECTION_TERMINATION_DETAILS%' },
    compare: { ignoredStatistics: CLOSING },
  },
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
