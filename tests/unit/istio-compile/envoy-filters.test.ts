import { describe, expect, it } from 'vitest';
import type { HttpConnectionManager, XdsSnapshot } from '../../../src/xds';
import { compileFixture, listenerOf, managerOf } from '../../support/mesh-fixture';

const SERVICES = ['a', 'b']
  .map(
    (name, index) => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec: {clusterIP: 10.96.0.${index + 1}, selector: {app: ${name}}, ports: [{name: http, port: 80}]}
`,
  )
  .join('');
const PODS = [
  { name: 'a', ip: '10.0.0.1', labels: { app: 'a' } },
  { name: 'b', ip: '10.0.0.2', labels: { app: 'b' } },
];

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';
const ROUTER = 'envoy.filters.http.router';
const BUFFER =
  '{name: test.buffer, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer, max_request_bytes: 9}}';

function filter(name: string, patches: string, spec = '', namespace = 'default'): string {
  return `---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${spec} configPatches: [${patches}]}
`;
}

/** A filter beside one of the connection manager's. */
function httpFilter(operation: string, value = BUFFER, beside = ROUTER): string {
  const match = `{context: SIDECAR_OUTBOUND, listener: {filterChain: {filter: {name: ${HTTP_MANAGER}, subFilter: {name: ${beside}}}}}}`;
  return `{applyTo: HTTP_FILTER, match: ${match}, patch: {operation: ${operation}, value: ${value}}}`;
}

function compile(...filters: readonly string[]): (pod: string) => XdsSnapshot {
  const mesh = compileFixture({ manifests: SERVICES + filters.join(''), pods: PODS });
  return (pod) => mesh.snapshot(pod);
}

function managerAt(snapshot: XdsSnapshot, listener: string): HttpConnectionManager {
  const manager = managerOf(listenerOf(snapshot, listener).filterChains[0]);
  if (manager === undefined) throw new Error(`${listener} reads no requests`);
  return manager;
}

function filterNames(snapshot: XdsSnapshot): readonly string[] {
  return managerAt(snapshot, '0.0.0.0_80').httpFilters.map(({ name }) => name);
}

const PLAIN = filterNames(compile()('a'));

describe('EnvoyFilters', () => {
  it.each([
    ['INSERT_BEFORE', [...PLAIN.slice(0, -1), 'test.buffer', ROUTER]],
    ['INSERT_AFTER', [...PLAIN, 'test.buffer']],
    ['INSERT_FIRST', ['test.buffer', ...PLAIN]],
    ['ADD', [...PLAIN, 'test.buffer']],
    ['REPLACE', [...PLAIN.slice(0, -1), 'test.buffer']],
    ['REMOVE', PLAIN.slice(0, -1)],
  ])('%s changes the filters of outbound listeners', (operation, expected) => {
    const snapshot = compile(filter('ef', httpFilter(operation)))('a');
    expect(filterNames(snapshot)).toEqual(expected);
    const inbound = managerOf(listenerOf(snapshot, 'virtualInbound').filterChains[1]);
    expect(inbound?.httpFilters.map(({ name }) => name)).not.toContain('test.buffer');
  });

  it('names itself as the origin of what it adds, and keeps the origins of the rest', () => {
    const before = compile()('a');
    const after = compile(filter('ef', httpFilter('INSERT_BEFORE')))('a');
    const added = managerAt(after, '0.0.0.0_80').httpFilters.find(({ name }) => name === 'test.buffer');
    expect(added?.origin?.ref.name).toBe('ef');
    expect(added?.origin?.path).toEqual(['spec', 'configPatches', 0]);
    expect(listenerOf(after, '0.0.0.0_80').origin).toEqual(listenerOf(before, '0.0.0.0_80').origin);
  });

  it('concerns only the workloads that it selects', () => {
    const snapshot = compile(filter('ef', httpFilter('ADD'), 'workloadSelector: {labels: {app: b}},'));
    expect(filterNames(snapshot('a'))).toEqual(PLAIN);
    expect(filterNames(snapshot('b'))).toContain('test.buffer');
  });

  it('applies those of the root namespace first, and lower priorities before higher ones', () => {
    const named = (name: string): string => httpFilter('INSERT_BEFORE', BUFFER.replace('test.buffer', name));
    const names = filterNames(
      compile(
        filter('late', named('late'), 'priority: 5,'),
        filter('own', named('own')),
        filter('root', named('root'), '', 'istio-system'),
      )('a'),
    );
    expect(names.slice(PLAIN.length - 1)).toEqual(['root', 'own', 'late', ROUTER]);
  });

  it('merges into clusters, deeply and after the entries of lists', () => {
    const patch =
      '{applyTo: CLUSTER, match: {cluster: {service: b.default.svc.cluster.local}}, patch: {operation: MERGE, value: {connect_timeout: 2s, circuit_breakers: {thresholds: [{max_requests: 7}]}}}}';
    const { clusters } = compile(filter('ef', patch))('a');
    const patched = clusters.find(({ name }) => name === 'outbound|80||b.default.svc.cluster.local');
    expect(patched?.connectTimeoutNs).toBe(2_000_000_000);
    expect(patched?.circuitBreakers.thresholds.map(({ maxRequests }) => maxRequests)).toEqual([4294967295, 7]);
    expect(patched?.origin?.ref.kind).toBe('Service');
    const other = clusters.find(({ name }) => name === 'outbound|80||a.default.svc.cluster.local');
    expect(other?.connectTimeoutNs).toBe(10_000_000_000);
  });

  it('adds and removes clusters, and with them their endpoints', () => {
    const added =
      '{applyTo: CLUSTER, match: {context: SIDECAR_OUTBOUND}, patch: {operation: ADD, value: {name: extra, type: STATIC}}}';
    const removed =
      '{applyTo: CLUSTER, match: {cluster: {name: outbound|80||b.default.svc.cluster.local}}, patch: {operation: REMOVE}}';
    const { clusters, endpoints } = compile(filter('ef', `${added}, ${removed}`))('a');
    const names = clusters.map(({ name }) => name);
    expect(names).toContain('extra');
    expect(names).not.toContain('outbound|80||b.default.svc.cluster.local');
    expect(endpoints.map(({ clusterName }) => clusterName)).toEqual(['outbound|80||a.default.svc.cluster.local']);
  });

  it('takes the other way of choosing a cluster away when it writes one', () => {
    const patch =
      '{applyTo: HTTP_ROUTE, match: {context: SIDECAR_OUTBOUND, routeConfiguration: {name: "80", vhost: {name: "b.default.svc.cluster.local:80"}}}, patch: {operation: MERGE, value: {route: {cluster_header: x-cluster}}}}';
    const { routes } = compile(filter('ef', patch))('a');
    const host = routes[0]?.virtualHosts.find(({ name }) => name === 'b.default.svc.cluster.local:80');
    const action = host?.routes[0]?.action;
    expect(action?.kind === 'route' && action.route.cluster).toEqual({ kind: 'clusterHeader', header: 'x-cluster' });
  });

  it('replaces lists on demand', () => {
    const patch = (operation: string): string =>
      `{applyTo: VIRTUAL_HOST, match: {context: SIDECAR_OUTBOUND, routeConfiguration: {vhost: {name: "b.default.svc.cluster.local:80"}}}, patch: {operation: ${operation}, value: {domains: [only.example]}}}`;
    const domainsAfter = (operation: string): readonly string[] => {
      const { routes } = compile(filter('ef', patch(operation)))('a');
      return routes[0]?.virtualHosts.find(({ name }) => name === 'b.default.svc.cluster.local:80')?.domains ?? [];
    };
    expect(domainsAfter('MERGE_AND_REPLACE_LIST')).toEqual(['only.example']);
    expect(domainsAfter('MERGE').at(-1)).toBe('only.example');
    expect(domainsAfter('MERGE').length).toBeGreaterThan(1);
  });

  it('goes by the version that proxies announce', () => {
    const patch = (version: string): string =>
      httpFilter('ADD').replace('{context', `{proxy: {proxyVersion: "${version}"}, context`);
    expect(filterNames(compile(filter('ef', patch('^1[.]3')))('a'))).toContain('test.buffer');
    expect(filterNames(compile(filter('ef', patch('^1[.]2')))('a'))).toEqual(PLAIN);
  });
});
