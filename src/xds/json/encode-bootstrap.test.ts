import { describe, expect, it } from 'vitest';
import {
  cluster,
  clusterLoadAssignment,
  commonTls,
  lbEndpoint,
  localityLbEndpoints,
  upstreamTlsContext,
} from '../build-clusters';
import { filterChain, httpConnectionManager, listener, routerFilter, xdsNode, xdsSnapshot } from '../build-listeners';
import { forwardTo, route, routeConfiguration, virtualHost } from '../build-routes';
import type { XdsSnapshot } from '../snapshot';
import { decodeBootstrap } from './decode-bootstrap';
import { type BootstrapOptions, toEnvoyBootstrap } from './encode-bootstrap';

const MESH_TLS = commonTls({
  certificates: [{ kind: 'sds', secretName: 'default' }],
  validation: { trustBundle: { kind: 'sds', secretName: 'ROOTCA' }, matchSubjectAltNames: [] },
});

const SNAPSHOT: XdsSnapshot = xdsSnapshot({
  node: xdsNode({ id: 'sidecar~10.0.0.1~a.default~x', workload: 'a' }),
  listeners: [
    listener({
      name: 'l',
      address: { address: '0.0.0.0', port: 15001 },
      filterChains: [
        filterChain({
          tls: { common: MESH_TLS, requireClientCertificate: true },
          filters: [
            {
              kind: 'httpConnectionManager',
              hcm: httpConnectionManager({
                routes: { kind: 'rds', routeConfigName: '80' },
                httpFilters: [
                  {
                    kind: 'opaque',
                    name: 'istio.stats',
                    typeUrl: 'type.googleapis.com/stats.PluginConfig',
                    config: {},
                  },
                  routerFilter(),
                ],
              }),
            },
          ],
        }),
      ],
    }),
  ],
  routes: [
    routeConfiguration({
      name: '80',
      virtualHosts: [virtualHost({ name: 'v', routes: [route({ action: forwardTo('c') })] })],
    }),
  ],
  clusters: [
    cluster({ name: 'c', transportSocket: { kind: 'tls', tls: upstreamTlsContext({ common: MESH_TLS, sni: 's' }) } }),
    cluster({ name: 'nowhere' }),
  ],
  endpoints: [
    clusterLoadAssignment({
      clusterName: 'c',
      endpoints: [localityLbEndpoints({ lbEndpoints: [lbEndpoint('10.0.0.2', 80)] })],
    }),
  ],
});

function exported(options: BootstrapOptions = {}) {
  const { bootstrap, omissions } = toEnvoyBootstrap(SNAPSHOT, options);
  const decoded = decodeBootstrap(bootstrap);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  return { decoded: decoded.value.value, omissions, bootstrap };
}

const FILES: BootstrapOptions = {
  secretFiles: (name, use) =>
    use === 'certificate'
      ? { kind: 'certificate', certificateChain: `/${name}.pem`, privateKey: `/${name}.key` }
      : { kind: 'trustBundle', path: `/${name}.pem` },
};

describe('toEnvoyBootstrap', () => {
  it('puts routes and endpoints where the proxy would discover them', () => {
    const { decoded } = exported();
    const filter = decoded.listeners[0]?.filterChains[0]?.filters[0];
    expect(filter?.kind === 'httpConnectionManager' && filter.hcm.routes).toMatchObject({
      kind: 'inline',
      routeConfig: { name: '80', virtualHosts: [{ name: 'v' }] },
    });
    expect(decoded.clusters.map((item) => item.discovery)).toMatchObject([
      { kind: 'STATIC', loadAssignment: { endpoints: [{ lbEndpoints: [{ address: { address: '10.0.0.2' } }] }] } },
      { kind: 'STATIC', loadAssignment: { endpoints: [] } },
    ]);
  });

  it('leaves out what a stock Envoy does not know and goes plaintext without certificates, and says so', () => {
    const { decoded, omissions } = exported();
    expect(omissions).toEqual([
      'filter istio.stats is no part of a stock Envoy',
      'listener l: a filter chain is plaintext for want of its certificates',
      'cluster c: connects in plaintext for want of its certificates',
    ]);
    expect(decoded.listeners[0]?.filterChains[0]?.tls).toBeUndefined();
    expect(decoded.clusters[0]?.transportSocket).toEqual({ kind: 'rawBuffer' });
  });

  it('takes files for secrets where they are given', () => {
    const { decoded, omissions } = exported(FILES);
    expect(omissions).toEqual(['filter istio.stats is no part of a stock Envoy']);
    expect(decoded.listeners[0]?.filterChains[0]?.tls?.common).toMatchObject({
      certificates: [{ kind: 'files', certificateChain: '/default.pem', privateKey: '/default.key' }],
      validation: { trustBundle: { kind: 'file', path: '/ROOTCA.pem' } },
    });
  });

  it('names a route configuration that is missing', () => {
    const { omissions } = toEnvoyBootstrap({ ...SNAPSHOT, routes: [] }, FILES);
    expect(omissions).toContain('route configuration 80 is not in the snapshot and so finds no route');
  });

  it('fits listeners and clusters to the place and opens the administration interface on demand', () => {
    const { decoded } = exported({
      admin: { address: '127.0.0.1', port: 9901 },
      mapListener: (item) => ({ ...item, address: { address: '127.0.0.1', port: 10_001 } }),
      mapCluster: (item) => ({ ...item, connectTimeoutNs: 1_000_000 }),
    });
    expect(decoded.adminAddress).toEqual({ address: '127.0.0.1', port: 9901 });
    expect(decoded.listeners[0]?.address.port).toBe(10_001);
    expect(decoded.clusters[0]?.connectTimeoutNs).toBe(1_000_000);
    expect(exported().bootstrap).not.toHaveProperty('admin');
    expect(exported({ mapListener: () => undefined }).decoded.listeners).toEqual([]);
  });
});
