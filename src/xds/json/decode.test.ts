import { describe, expect, it } from 'vitest';
import { cluster, leastRequest, maglev, outlierDetection, ringHash } from '../build-clusters';
import { filterChain, httpConnectionManager, listener, tcpProxy } from '../build-listeners';
import {
  forwardTo,
  headerMatcher,
  regexMatcher,
  retryPolicy,
  route,
  routeConfiguration,
  stringMatcher,
  virtualHost,
} from '../build-routes';
import { diffJson } from '../equal';
import { type DecodeResult, decodeCluster, decodeListener, decodeRouteConfiguration } from './decode';
import { encodeCluster } from './encode-clusters';
import { toJsonValue } from './json-text';

function decodedValue<T>(result: DecodeResult<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.value;
}

function expectSame(actual: unknown, expected: unknown): void {
  expect(diffJson(toJsonValue(actual), toJsonValue(expected))).toEqual([]);
}

describe('defaults', () => {
  // What an absent field means stands twice: in the constructors and in the decoders. Both have to agree.
  it('of a cluster are those of the constructor', () => {
    const source = {
      name: 'a',
      type: 'EDS',
      eds_cluster_config: {
        service_name: 'a',
        eds_config: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' },
      },
      outlier_detection: {},
    };
    expectSame(decodedValue(decodeCluster(source)), cluster({ name: 'a', outlierDetection: outlierDetection() }));
  });

  it.each([
    ['LEAST_REQUEST', leastRequest()],
    ['RING_HASH', ringHash()],
    ['MAGLEV', maglev()],
    ['RANDOM', { kind: 'RANDOM' }],
    ['ROUND_ROBIN', { kind: 'ROUND_ROBIN' }],
  ])('of the balancer %s are those of the constructor', (lbPolicy, expected) => {
    expectSame(decodedValue(decodeCluster({ name: 'a', lb_policy: lbPolicy })).lbPolicy, expected);
  });

  it('of routes are those of the constructors', () => {
    const source = {
      name: 'r',
      virtual_hosts: [
        {
          name: 'v',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'c', retry_policy: { retry_on: '5xx' } } }],
        },
      ],
    };
    const expected = routeConfiguration({
      name: 'r',
      virtualHosts: [
        virtualHost({
          name: 'v',
          routes: [route({ action: forwardTo('c', { retryPolicy: retryPolicy({ retryOn: '5xx' }) }) })],
        }),
      ],
    });
    expectSame(decodedValue(decodeRouteConfiguration(source)), expected);
  });

  it('of a listener with a connection manager are those of the constructors', () => {
    const source = {
      name: 'l',
      address: { socket_address: { address: '0.0.0.0', port_value: 80 } },
      filter_chains: [
        {
          filters: [
            {
              name: 'envoy.filters.network.http_connection_manager',
              typed_config: {
                '@type':
                  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                route_config: { name: 'r', validate_clusters: false },
                http_filters: [
                  {
                    name: 'envoy.filters.http.router',
                    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
                  },
                ],
              },
            },
            {
              name: 'envoy.filters.network.tcp_proxy',
              typed_config: {
                '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
                cluster: 'c',
              },
            },
          ],
        },
      ],
    };
    const hcm = httpConnectionManager({
      routes: { kind: 'inline', routeConfig: routeConfiguration({ name: 'r' }) },
    });
    const expected = listener({
      name: 'l',
      address: { address: '0.0.0.0', port: 80 },
      filterChains: [
        filterChain({
          filters: [
            { kind: 'httpConnectionManager', hcm },
            { kind: 'tcpProxy', tcpProxy: tcpProxy({ cluster: { kind: 'cluster', cluster: 'c' } }) },
          ],
        }),
      ],
    });
    expectSame(decodedValue(decodeListener(source)), expected);
  });
});

describe('decoding Envoy YAML', () => {
  it('understands deprecated header matchers', () => {
    const decoded = decodedValue(
      decodeRouteConfiguration({
        virtual_hosts: [
          {
            name: 'v',
            domains: ['*'],
            routes: [
              {
                match: {
                  prefix: '/',
                  headers: [
                    { name: 'A', exact_match: 'x' },
                    { name: 'b', exact_match: '' },
                    { name: 'c', prefix_match: 'p', invert_match: true },
                    { name: 'd', safe_regex_match: { google_re2: {}, regex: 'r' } },
                    { name: 'e' },
                  ],
                },
                route: { cluster: 'c' },
              },
            ],
          },
        ],
      }),
    );
    const present = { kind: 'present', present: true } as const;
    expect(decoded.virtualHosts[0]?.routes[0]?.match.headers).toEqual([
      { ...headerMatcher('A', 'x') },
      headerMatcher('b', present),
      headerMatcher('c', stringMatcher('prefix', 'p'), { invertMatch: true }),
      headerMatcher('d', regexMatcher('r')),
      headerMatcher('e', present),
    ]);
  });

  it('takes the deprecated protocol options of a cluster', () => {
    const decoded = decodedValue(decodeCluster({ name: 'a', http2_protocol_options: {} }));
    expect(decoded.httpProtocol).toEqual({ protocol: 'http2', deprecatedForm: true });
    expect(encodeCluster(decoded)).toMatchObject({ http2ProtocolOptions: {} });
  });

  it('reports what it does not understand, and loses none of it', () => {
    const source = {
      name: 'a',
      type: 'STATIC',
      connectTimeout: '5s',
      clusterType: undefined,
      preconnectPolicy: { perUpstreamPreconnectRatio: 1.5 },
      transportSocket: {
        name: 'q',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tap.v3.Tap', x: 1 },
      },
    };
    const result = decodeCluster(source);
    if (!result.ok) throw new Error('the cluster is valid');
    expect(result.value.unsupported).toEqual([
      'transportSocket (envoy.extensions.transport_sockets.tap.v3.Tap)',
      'preconnectPolicy',
    ]);
    expectSame(encodeCluster(result.value.value), source);
  });

  it.each([
    [{ virtualHosts: 'x' }, 'virtualHosts[0]: is not an object'],
    [
      { virtual_hosts: [{ name: 'v', routes: [{ match: { prefix: '/' } }] }] },
      'virtualHosts[0].routes[0].action: is required',
    ],
    [{ virtual_hosts: [{ name: 'v', routes: [{ redirect: {} }] }] }, 'virtualHosts[0].routes[0].match: is required'],
    [
      { virtual_hosts: [{ name: 'v', requireTls: 'SOMETIMES' }] },
      'virtualHosts[0].requireTls: is none of NONE, EXTERNAL_ONLY, ALL',
    ],
    ['x', ': is not an object'],
  ])('refuses %j', (source, problem) => {
    const result = decodeRouteConfiguration(source);
    expect(result.ok ? [] : result.error.map(({ path, message }) => `${path}: ${message}`)).toEqual([problem]);
  });
});
