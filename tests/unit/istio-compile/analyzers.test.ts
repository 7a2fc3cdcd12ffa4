import { describe, expect, it } from 'vitest';
import { compileFixture } from '../../support/mesh-fixture';

const SERVICES = `apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: default}
spec: {clusterIP: 10.96.0.1, selector: {app: reviews}, ports: [{name: http, port: 9080}]}
---
apiVersion: v1
kind: Service
metadata: {name: store, namespace: default}
spec: {clusterIP: 10.96.0.2, selector: {app: store}, ports: [{name: http, port: 80}, {name: tcp-admin, port: 81}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: default}
spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}]}
`;

const PODS = [
  { name: 'reviews-1', ip: '10.0.0.1', labels: { app: 'reviews', version: 'v1' } },
  { name: 'ingress', ip: '10.0.0.2', labels: { istio: 'ingressgateway' }, gateway: true },
];

function istio(kind: string, name: string, spec: string, group = 'networking'): string {
  return `---
apiVersion: ${group}.istio.io/v1
kind: ${kind}
metadata: {name: ${name}, namespace: default}
spec: ${spec}
`;
}

/** Code, object, path and line of everything that was said; the services take the first lines. */
function said(...manifests: readonly string[]): readonly string[] {
  const lines = SERVICES.split('\n').length - 1;
  const { diagnostics } = compileFixture({ manifests: SERVICES + manifests.join(''), pods: PODS });
  return diagnostics.map(
    ({ code, ref, path, range }) => `${code} ${ref?.name} ${path?.join('.')} +${(range?.start.line ?? 0) - lines}`,
  );
}

const ROUTE = (destination: string): string =>
  istio('VirtualService', 'vs', `{hosts: [reviews], http: [{route: [{destination: ${destination}}]}]}`);

describe('analyzers', () => {
  it('say nothing of what fits together', () => {
    expect(said(ROUTE('{host: reviews, subset: v1}'))).toEqual([]);
    expect(said(ROUTE('{host: store.default.svc.cluster.local, port: {number: 80}}'))).toEqual([]);
  });

  it('name the destination that nobody knows, and one that is almost the same', () => {
    const place = 'vs spec.http.0.route.0.destination.host +5';
    expect(said(ROUTE('{host: review}'))).toEqual([`IST0101 ${place}`]);
    const { diagnostics } = compileFixture({ manifests: SERVICES + ROUTE('{host: review}'), pods: PODS });
    expect(diagnostics[0]?.hint).toContain('`reviews`');
  });

  it.each([
    ['{host: reviews, subset: v9}', 'IST0101 vs spec.http.0.route.0.destination.subset +5'],
    ['{host: reviews, port: {number: 1}}', 'IST0101 vs spec.http.0.route.0.destination.port +5'],
    ['{host: store}', 'IST0112 vs spec.http.0.route.0.destination.host +5'],
  ])('look at the whole destination: %s', (destination, expected) => {
    expect(said(ROUTE(destination))).toEqual([expected]);
  });

  it('name subsets without pods, hosts without services and servers that anybody may be', () => {
    const rule = (spec: string): string => istio('DestinationRule', 'rule', spec);
    expect(said(rule('{host: store, subsets: [{name: v7, labels: {version: v7}}]}'))).toEqual([
      'IST0173 rule spec.subsets.0.labels +5',
    ]);
    expect(said(rule('{host: nowhere.example}'))).toEqual(['IST0174 rule spec.host +5']);
    expect(said(rule('{host: store, trafficPolicy: {tls: {mode: SIMPLE}}}'))).toEqual([
      'IST0128 rule spec.trafficPolicy.tls +5',
    ]);
  });

  it('name both VirtualServices that want one host in the mesh', () => {
    const rule = (name: string): string =>
      istio('VirtualService', name, '{hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}');
    expect(said(rule('one'), rule('two'))).toEqual(['IST0109 one spec.hosts +5', 'IST0109 two spec.hosts +10']);
  });

  it('compare VirtualServices with their Gateways, and Gateways with pods and services', () => {
    const gateway = istio(
      'Gateway',
      'gw',
      '{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example]}]}',
    );
    const rule = (host: string, name = 'gw'): string =>
      istio(
        'VirtualService',
        'vs',
        `{hosts: [${host}], gateways: [${name}], http: [{route: [{destination: {host: reviews}}]}]}`,
      );
    const unreachable = 'IST0162 gw spec.servers.0.port.number +5';
    expect(said(gateway, rule('a.example'))).toEqual([unreachable]);
    expect(said(gateway, rule('b.example'))).toEqual(['IST0132 vs spec.gateways.0 +10', unreachable]);
    expect(said(gateway, rule('a.example', 'other'))).toEqual([
      'IST0101 vs spec.gateways.0 +10',
      'IST0132 vs spec.gateways.0 +10',
      unreachable,
    ]);
  });

  it('name policies that concern nobody', () => {
    const policy = istio('AuthorizationPolicy', 'ap', '{selector: {matchLabels: {app: ghost}}}', 'security');
    expect(said(policy)).toEqual(['IST0127 ap spec.selector +5']);
  });
});
