import { describe, expect, it } from 'vitest';
import {
  circuitBreakerThresholds,
  cluster,
  clusterLoadAssignment,
  lbEndpoint,
  leastRequest,
  localityLbEndpoints,
  maglev,
  outlierDetection,
  upstreamTlsContext,
} from '../build-clusters';
import {
  corsPolicy,
  faultConfig,
  filterChain,
  filterChainMatch,
  httpConnectionManager,
  listener,
  localRateLimitConfig,
  rbacPolicy,
  rbacRules,
  routerFilter,
} from '../build-listeners';
import {
  directResponse,
  exactPath,
  forwardTo,
  fractionalPercent,
  headerMatcher,
  headerMutations,
  headerValueOption,
  mirrorPolicy,
  prefixPath,
  queryParameterMatcher,
  redirectTo,
  regexMatcher,
  retryPolicy,
  route,
  routeConfiguration,
  routeMatch,
  runtimeFraction,
  stringMatcher,
  virtualHost,
  weightedClusters,
} from '../build-routes';
import type { Cluster } from '../clusters';
import { diffJson } from '../equal';
import type { Listener } from '../listeners';
import type { RouteConfiguration } from '../routes';
import {
  type DecodeResult,
  decodeCluster,
  decodeClusterLoadAssignment,
  decodeListener,
  decodeRouteConfiguration,
} from './decode';
import { encodeCluster } from './encode-clusters';
import { encodeClusterLoadAssignment } from './encode-endpoints';
import { encodeListener } from './encode-listeners';
import { encodeRouteConfiguration } from './encode-routes';
import { toJsonValue } from './json-text';

function decodedValue<T>(result: DecodeResult<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.value;
}

function expectSame(actual: unknown, expected: unknown): void {
  expect(diffJson(toJsonValue(actual), toJsonValue(expected))).toEqual([]);
}

const RICH_ROUTES: RouteConfiguration = routeConfiguration({
  name: 'rich',
  ignorePortInHostMatching: true,
  maxDirectResponseBodySizeBytes: 1024,
  virtualHosts: [
    virtualHost({
      name: 'all kinds',
      domains: ['a.example', '*.example'],
      requireTls: 'EXTERNAL_ONLY',
      headers: headerMutations({
        requestToAdd: [headerValueOption('x-a', '1', { appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' })],
        responseToRemove: ['server'],
      }),
      virtualClusters: [{ name: 'vc', headers: [headerMatcher(':path', regexMatcher('/u/\\d+'))] }],
      rateLimits: [
        {
          stage: 1,
          disableKey: '',
          actions: [
            { kind: 'remoteAddress' },
            { kind: 'genericKey', descriptorKey: 'generic_key', descriptorValue: 'v' },
            {
              kind: 'headerValueMatch',
              descriptorKey: 'header_match',
              descriptorValue: 'd',
              expectMatch: false,
              headers: [headerMatcher('x-a', '1')],
            },
          ],
        },
      ],
      routes: [
        route({
          name: 'matched',
          match: routeMatch({
            path: exactPath('/a', false),
            headers: [
              headerMatcher('x-n', { kind: 'range', start: -3, end: 10 }, { invertMatch: true }),
              headerMatcher('x-p', { kind: 'present', present: false }),
              headerMatcher('x-s', stringMatcher('suffix', 'z', true), { treatMissingHeaderAsEmpty: true }),
            ],
            queryParameters: [
              queryParameterMatcher('q', '1'),
              queryParameterMatcher('p', { kind: 'present', present: true }),
            ],
            runtimeFraction: runtimeFraction(fractionalPercent(25, 10_000), 'key'),
            grpc: true,
            tlsContext: { presented: true },
            filterState: [
              { kind: 'address', key: 'k', ranges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }], invertMatch: true },
            ],
          }),
          action: forwardTo(weightedClusters(['a', 90], ['b', 10]), {
            timeoutNs: 0,
            maxGrpcTimeoutNs: 0,
            hostRewrite: { kind: 'literal', value: 'b.example' },
            pathRewrite: { kind: 'regex', rewrite: { regex: '/(.*)', substitution: '/b/\\1' } },
            retryPolicy: retryPolicy({
              retryOn: 'connect-failure,retriable-status-codes',
              numRetries: 3,
              perTryTimeoutNs: 500_000_000,
              retriableStatusCodes: [503],
              retryHostPredicates: [{ kind: 'previousHosts' }, { kind: 'omitHostMetadata', metadata: { a: 'b' } }],
              hostSelectionRetryMaxAttempts: 5,
              backOff: { baseIntervalNs: 25_000_000, maxIntervalNs: 250_000_000 },
              rateLimitedBackOff: {
                resetHeaders: [{ name: 'retry-after', format: 'UNIX_TIMESTAMP' }],
                maxIntervalNs: 1_000_000_000,
              },
              retryPriority: { updateFrequency: 2 },
            }),
            requestMirrorPolicies: [
              mirrorPolicy({ cluster: 'm', runtimeFraction: runtimeFraction(fractionalPercent(1, 1_000_000)) }),
            ],
            hashPolicy: [
              { policy: { kind: 'cookie', name: 'c', ttlNs: 0, path: '/' }, terminal: true },
              { policy: { kind: 'sourceIp' }, terminal: false },
            ],
            upgradeTypes: ['websocket'],
            otherUpgrades: [{ upgradeType: 'CONNECT', enabled: true, extra: { connectConfig: {} } }],
          }),
          filterOverrides: [
            {
              kind: 'fault',
              name: 'envoy.filters.http.fault',
              fault: faultConfig({
                delay: { kind: 'fixed', fixedDelayNs: 7_000_000_000, percentage: fractionalPercent(0) },
                abort: { kind: 'grpcStatus', grpcStatus: 14, percentage: fractionalPercent(500_000, 1_000_000) },
              }),
            },
            {
              kind: 'cors',
              name: 'envoy.filters.http.cors',
              corsPolicy: corsPolicy({ allowMethods: 'GET', allowCredentials: false }),
            },
            { kind: 'disabled', name: 'envoy.filters.http.lua' },
          ],
          decoratorOperation: 'a:80/*',
          metadata: { istio: { config: 'x' } },
        }),
        route({
          match: routeMatch({ path: { kind: 'uriTemplate', template: '/a/{b}' } }),
          action: redirectTo({ path: { kind: 'path', value: '' }, responseCode: 308 }),
        }),
        route({ match: routeMatch({ path: prefixPath('/d') }), action: directResponse(418, 'short') }),
        route({
          action: { kind: 'directResponse', directResponse: { status: 200, body: 'grüße', bodyForm: 'inlineBytes' } },
        }),
      ],
    }),
    virtualHost({
      name: 'tree',
      domains: ['*'],
      matcher: {
        kind: 'exactMap',
        input: { kind: 'requestHeader', headerName: ':path' },
        entries: [{ key: '/a', onMatch: { kind: 'route', route: route({ action: forwardTo('a') }) } }],
        onNoMatch: { kind: 'routeList', routes: [route({ action: forwardTo('b') })] },
      },
    }),
  ],
});

const RICH_CLUSTER: Cluster = cluster({
  name: 'rich',
  altStatName: 'rich;',
  connectTimeoutNs: 250_000_000,
  discovery: {
    kind: 'STRICT_DNS',
    loadAssignment: clusterLoadAssignment({
      clusterName: 'rich',
      endpoints: [localityLbEndpoints({ lbEndpoints: [lbEndpoint('a.example', 80)] })],
    }),
  },
  lbPolicy: leastRequest({
    choiceCount: 3,
    slowStart: { windowNs: 60_000_000_000, aggression: 1.5, minWeightPercent: 20 },
  }),
  circuitBreakers: {
    thresholds: [
      circuitBreakerThresholds({
        maxConnections: 4_294_967_295,
        maxRetries: 0,
        retryBudget: { budgetPercent: 20, minRetryConcurrency: 3 },
      }),
    ],
    perHostMaxConnections: 5,
  },
  outlierDetection: outlierDetection({
    consecutive5xx: 5,
    enforcingSuccessRate: 0,
    intervalNs: 1_000_000,
    explicit: ['consecutive5xx'],
    httpErrorCodes: [429, 500],
  }),
  healthChecks: [
    {
      kind: 'http',
      timeoutNs: 1_000_000_000,
      intervalNs: 2_000_000_000,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      noTrafficIntervalNs: 60_000_000_000,
      path: '/healthz',
      expectedStatuses: [{ start: 200, end: 204 }],
    },
  ],
  transportSocket: {
    kind: 'tls',
    tls: upstreamTlsContext({
      sni: 'a.example',
      common: {
        certificates: [{ kind: 'sds', secretName: 'default' }],
        validation: {
          trustBundle: { kind: 'sds', secretName: 'ROOTCA' },
          matchSubjectAltNames: [stringMatcher('exact', 'spiffe://a')],
        },
        alpnProtocols: ['istio'],
        cipherSuites: [],
      },
    }),
  },
  transportSocketMatches: [{ name: 'plain', match: { tlsMode: 'disabled' }, transportSocket: { kind: 'rawBuffer' } }],
  httpProtocol: { protocol: 'http2', maxConcurrentStreams: 64, idleTimeoutNs: 0, autoSni: true },
  tcpKeepalive: { timeNs: 60_000_000_000 },
  cleanupIntervalNs: 9_223_372_035_000_000_000,
  dns: { lookupFamily: 'V4_ONLY', respectDnsTtl: true, refreshRateNs: 60_000_000_000 },
  subsetSelectors: [{ keys: ['version'], fallback: 'ANY_ENDPOINT' }],
  subsetFallback: 'NO_FALLBACK',
  services: [{ host: 'a.default', name: 'a', namespace: 'default' }],
  extraMetadata: { istio: { subset: 'v1' } },
});

const RICH_LISTENER: Listener = listener({
  name: 'rich',
  address: { address: '/run/a.sock', port: 0 },
  trafficDirection: 'INBOUND',
  bindToPort: false,
  listenerFiltersTimeoutNs: 0,
  listenerFilters: [
    { kind: 'originalDst' },
    {
      kind: 'tlsInspector',
      disabledPorts: [
        { start: 80, end: 81 },
        { start: 443, end: 444, invert: true },
        { start: 444, end: 445, invert: true },
      ],
    },
  ],
  filterChains: [
    filterChain({
      name: 'tls',
      match: filterChainMatch({
        destinationPort: 9080,
        transportProtocol: 'tls',
        applicationProtocols: ['istio'],
        sourceType: 'EXTERNAL',
      }),
      tls: {
        common: {
          certificates: [{ kind: 'files', certificateChain: '/c', privateKey: '/k' }],
          alpnProtocols: ['h2'],
          cipherSuites: [],
          minimumVersion: 'TLSv1_2',
        },
        requireClientCertificate: true,
      },
      filters: [
        {
          kind: 'rbac',
          name: 'envoy.filters.network.rbac',
          statPrefix: 'tcp.',
          rbac: {
            rules: rbacRules({
              action: 'DENY',
              policies: [
                rbacPolicy({
                  name: 'p',
                  permissions: [
                    {
                      kind: 'and',
                      rules: [
                        { kind: 'destinationPort', port: 80 },
                        { kind: 'not', rule: { kind: 'any' } },
                      ],
                    },
                    { kind: 'uriTemplate', template: '/a/*' },
                  ],
                  principals: [
                    { kind: 'authenticated', principalName: regexMatcher('spiffe://.*') },
                    { kind: 'remoteIp', cidr: { addressPrefix: '10.0.0.0', prefixLen: 8 } },
                    {
                      kind: 'metadata',
                      metadata: {
                        filter: 'f',
                        path: ['a', 'b'],
                        invert: false,
                        value: {
                          kind: 'or',
                          any: [
                            { kind: 'listOneOf', match: { kind: 'string', match: stringMatcher('exact', 'x') } },
                            { kind: 'doubleExact', value: 1.5 },
                          ],
                        },
                      },
                    },
                  ],
                }),
              ],
            }),
          },
        },
        {
          kind: 'httpConnectionManager',
          hcm: httpConnectionManager({
            routes: { kind: 'rds', routeConfigName: '80' },
            streamIdleTimeoutNs: 0,
            httpFilters: [
              {
                kind: 'localRateLimit',
                name: 'rl',
                localRateLimit: localRateLimitConfig({
                  statPrefix: 'x',
                  filterEnabled: fractionalPercent(100),
                  tokenBucket: { maxTokens: 5, tokensPerFill: 2, fillIntervalNs: 1_000_000_000 },
                }),
              },
              {
                kind: 'opaque',
                name: 'istio.stats',
                typeUrl: 'type.googleapis.com/stats.PluginConfig',
                config: { a: [1] },
              },
              routerFilter(),
            ],
            tracing: {
              clientSampling: fractionalPercent(100),
              randomSampling: fractionalPercent(25, 10_000),
              overallSampling: fractionalPercent(100),
              spawnUpstreamSpan: false,
              customTags: [],
            },
            accessLog: [{ name: 'envoy.access_loggers.file', path: '/dev/stdout', jsonFormat: { a: '%REQ(A)%' } }],
          }),
        },
      ],
    }),
  ],
});

describe('encode and decode', () => {
  it('bring routes back', () => {
    expectSame(decodedValue(decodeRouteConfiguration(encodeRouteConfiguration(RICH_ROUTES))), RICH_ROUTES);
  });

  it('bring clusters back', () => {
    expectSame(decodedValue(decodeCluster(encodeCluster(RICH_CLUSTER))), RICH_CLUSTER);
  });

  it('bring listeners back', () => {
    expectSame(decodedValue(decodeListener(encodeListener(RICH_LISTENER))), RICH_LISTENER);
  });

  it('bring endpoints back', () => {
    const assignment = clusterLoadAssignment({
      clusterName: 'c',
      overprovisioningFactor: 120,
      dropOverloads: [{ category: 'd', numerator: 5, denominator: 10_000 }],
      endpoints: [
        localityLbEndpoints({
          locality: { region: 'r', zone: 'z', subZone: '' },
          priority: 1,
          loadBalancingWeight: 3,
          lbEndpoints: [
            lbEndpoint('10.0.0.1', 80, {
              healthStatus: 'DRAINING',
              transportSocketMatch: { tlsMode: 'istio' },
              lbMetadata: { version: 'v1' },
              workload: 'a;default;a;v1;k',
              hostname: 'h',
            }),
            lbEndpoint('envoy://inner/id', 0),
          ],
        }),
      ],
    });
    expectSame(decodedValue(decodeClusterLoadAssignment(encodeClusterLoadAssignment(assignment))), assignment);
  });
});

describe('encodeCluster', () => {
  it('writes 64-bit integers as texts, absent defaults not at all, and stated ones', () => {
    const json = encodeCluster(RICH_CLUSTER);
    expect(json).toMatchObject({
      connectTimeout: '0.250s',
      cleanupInterval: '9223372035s',
      outlierDetection: { consecutive5xx: 5, enforcingSuccessRate: 0, interval: '0.001s' },
      upstreamConnectionOptions: { tcpKeepalive: { keepaliveTime: 60 } },
    });
    expect(json['outlierDetection']).not.toHaveProperty('baseEjectionTime');
    expect(encodeCluster(cluster({ name: 'm', lbPolicy: maglev({ tableSize: 5003 }) }))).toMatchObject({
      maglevLbConfig: { tableSize: '5003' },
    });
  });
});
