import { describe, expect, it } from 'vitest';
import type { RouteConfiguration, XdsSnapshot } from '../../../src/xds';
import { compileFixture, listenerOf, managerOf } from '../../support/mesh-fixture';

const SERVICES = `apiVersion: v1
kind: Service
metadata: {name: ingress, namespace: istio-system}
spec: {clusterIP: 10.96.0.1, selector: {istio: ingress}, ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.2, selector: {app: web}, ports: [{name: http, port: 80}]}
`;

function gateway(name: string, ...servers: readonly string[]): string {
  return `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: istio-system}
spec: {selector: {istio: ingress}, servers: [${servers.join(', ')}]}
`;
}

function rules(name: string, hosts: string, http: string, namespace = 'default'): string {
  return `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}}
spec: {hosts: [${hosts}], gateways: [istio-system/gw, istio-system/other], http: ${http}}
`;
}

const TO_WEB = '[{route: [{destination: {host: web}}]}]';
const HTTP = '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}';

function compile(manifests: string): XdsSnapshot {
  const pods = [
    { name: 'ingress', namespace: 'istio-system', ip: '10.0.0.1', labels: { istio: 'ingress' }, gateway: true },
  ];
  return compileFixture({ manifests: SERVICES + manifests, pods }).snapshot('ingress');
}

function routesOf(snapshot: XdsSnapshot, name: string): RouteConfiguration {
  const found = snapshot.routes.find((routes) => routes.name === name);
  if (found === undefined) throw new Error(`no routes ${name} among ${snapshot.routes.map((each) => each.name)}`);
  return found;
}

function hostsOf(snapshot: XdsSnapshot, name: string) {
  return routesOf(snapshot, name).virtualHosts.map(({ domains, routes, requireTls }) => ({
    domains,
    routes: routes.length,
    requireTls,
  }));
}

describe('gateways', () => {
  it('listens on the target port of its service, and on the number itself where the service has none', () => {
    const snapshot = compile(
      gateway('gw', HTTP, '{port: {number: 9000, name: http-odd, protocol: HTTP}, hosts: ["*"]}') +
        rules('web', '"*"', TO_WEB),
    );
    expect(snapshot.listeners.map(({ name }) => name)).toEqual(['0.0.0.0_8080', '0.0.0.0_9000']);
    expect(snapshot.routes.map(({ name }) => name)).toEqual(['http.8080', 'http.9000']);
  });

  it('answers 404 where no VirtualService shares a host', () => {
    const snapshot = compile(gateway('gw', HTTP));
    expect(hostsOf(snapshot, 'http.8080')).toEqual([{ domains: ['*'], routes: 0, requireTls: 'NONE' }]);
  });

  it('puts VirtualServices of one host one after another, with what takes everything last', () => {
    const first = rules('all', 'a.example.com', TO_WEB);
    const second = rules(
      'part',
      'a.example.com',
      '[{match: [{uri: {prefix: /part}}], route: [{destination: {host: web}}]}]',
    );
    const [host] = routesOf(compile(gateway('gw', HTTP) + first + second), 'http.8080').virtualHosts;
    expect(host?.routes.map(({ match }) => match.path)).toMatchObject([{ value: '/part' }, { value: '/' }]);
  });

  it('makes hosts with the very same routes one virtual host', () => {
    const snapshot = compile(gateway('gw', HTTP) + rules('web', 'a.example.com, longer.example.com', TO_WEB));
    expect(hostsOf(snapshot, 'http.8080')).toEqual([
      { domains: ['longer.example.com', 'a.example.com'], routes: 1, requireTls: 'NONE' },
    ]);
  });

  it('narrows hosts from either side, and heeds the namespace that a server names', () => {
    const server = '{port: {number: 80, name: http, protocol: HTTP}, hosts: ["default/*.example.com"]}';
    const snapshot = compile(
      gateway('gw', server) + rules('wide', '"*.com"', TO_WEB) + rules('foreign', 'b.example.com', TO_WEB, 'other'),
    );
    expect(hostsOf(snapshot, 'http.8080')).toEqual([{ domains: ['*.example.com'], routes: 1, requireTls: 'NONE' }]);
  });

  it('redirects every host of a server that asks for it, with or without routes', () => {
    const server =
      '{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com, b.example.com], tls: {httpsRedirect: true}}';
    const snapshot = compile(gateway('gw', server) + rules('a', 'a.example.com', TO_WEB));
    expect(hostsOf(snapshot, 'http.8080')).toEqual([
      { domains: ['a.example.com'], routes: 1, requireTls: 'ALL' },
      { domains: ['b.example.com'], routes: 0, requireTls: 'ALL' },
    ]);
  });

  it('gives every HTTPS server a chain and routes of its own, and drops a later one for the same host', () => {
    const https = (name: string, host: string): string =>
      `{port: {number: 443, name: ${name}, protocol: HTTPS}, hosts: [${host}], tls: {mode: SIMPLE, credentialName: ${name}}}`;
    const snapshot = compile(
      gateway('gw', https('https-a', 'a.example.com'), https('https-b', 'b.example.com')) +
        gateway('other', https('https-again', 'a.example.com')) +
        rules('web', 'a.example.com, b.example.com', TO_WEB),
    );
    const { filterChains } = listenerOf(snapshot, '0.0.0.0_8443');
    expect(filterChains.map(({ match }) => match.serverNames)).toEqual([['a.example.com'], ['b.example.com']]);
    expect(snapshot.routes.map(({ name }) => name)).toEqual([
      'https.443.https-a.gw.istio-system',
      'https.443.https-b.gw.istio-system',
    ]);
  });

  it('asks clients for certificates as the mode says', () => {
    const modes = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL', 'ISTIO_MUTUAL'];
    const servers = modes.map((mode, index) => {
      const credential = mode === 'ISTIO_MUTUAL' ? '' : `, credentialName: c${index}`;
      return `{port: {number: 443, name: https-${index}, protocol: HTTPS}, hosts: [h${index}.example.com], tls: {mode: ${mode}${credential}}}`;
    });
    const { filterChains } = listenerOf(compile(gateway('gw', ...servers)), '0.0.0.0_8443');
    const facts = filterChains.map(({ tls }) => [tls?.requireClientCertificate, tls?.common.validation !== undefined]);
    expect(facts).toEqual([
      [false, false],
      [true, true],
      [false, true],
      [true, true],
    ]);
  });

  it('passes TLS on by server name without ending it', () => {
    const server = '{port: {number: 443, name: tls, protocol: TLS}, hosts: [a.example.com], tls: {mode: PASSTHROUGH}}';
    const tls = `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pass}
spec: {hosts: [a.example.com], gateways: [istio-system/gw], tls: [{match: [{sniHosts: [a.example.com]}], route: [{destination: {host: web, port: {number: 80}}}]}]}
`;
    const { filterChains } = listenerOf(compile(gateway('gw', server) + tls), '0.0.0.0_8443');
    expect(filterChains.map(({ match, tls: context }) => [match.serverNames, context])).toEqual([
      [['a.example.com'], undefined],
    ]);
  });

  it('gives every host behind AUTO_PASSTHROUGH a chain under the name of its cluster', () => {
    const server =
      '{port: {number: 15443, name: tls, protocol: TLS}, hosts: ["web.default.svc.cluster.local"], tls: {mode: AUTO_PASSTHROUGH}}';
    const snapshot = compile(gateway('gw', server));
    const name = 'outbound_.80_._.web.default.svc.cluster.local';
    const [chain] = listenerOf(snapshot, '0.0.0.0_15443').filterChains;
    expect(chain?.match.serverNames).toEqual([name]);
    expect(snapshot.clusters.some((cluster) => cluster.name === name)).toBe(true);
  });

  it('believes the address of its peer and says who the client was', () => {
    const snapshot = compile(gateway('gw', HTTP) + rules('web', '"*"', TO_WEB));
    const [filter] = listenerOf(snapshot, '0.0.0.0_8080').filterChains[0]?.filters ?? [];
    expect(filter).toMatchObject({
      hcm: {
        useRemoteAddress: true,
        forwardClientCertDetails: 'SANITIZE_SET',
        routes: { routeConfigName: 'http.8080' },
      },
    });
  });

  it('applies a policy to the one gateway it names, among gateways that are alike otherwise', () => {
    const policy = `---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: istio-system}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: inner}]}
`;
    const names = ['outer', 'inner'];
    const pods = names.map((name, index) => ({
      name,
      namespace: 'istio-system',
      ip: `10.0.0.${index + 1}`,
      labels: { istio: 'ingress', 'gateway.networking.k8s.io/gateway-name': name },
      serviceAccount: 'ingress',
      gateway: true,
    }));
    const mesh = compileFixture({ manifests: SERVICES + gateway('gw', HTTP) + policy, pods });
    const guarded = names.map((name) => {
      const [chain] = listenerOf(mesh.snapshot(name), '0.0.0.0_8080').filterChains;
      return managerOf(chain)?.httpFilters.some(({ kind }) => kind === 'rbac');
    });
    expect(guarded).toEqual([false, true]);
  });
});
