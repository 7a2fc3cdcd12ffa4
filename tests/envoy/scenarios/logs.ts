import {
  type CommonTls,
  commonTls,
  directResponse,
  downstreamTlsContext,
  forwardTo,
  headerMatcher,
  type Init,
  localityLbEndpoints,
  prefixPath,
  retryPolicy,
  route,
  routeMatch,
  stringMatcher,
  upstreamTlsContext,
  type XdsSnapshot,
} from '../../../src/xds';
import { type ClientInit, clientAndServer, clientOnly, clusterOf, endpointsOf, MS } from '../configure';
import type { Place, ProxyConfigs, RequestSpec, Scenario } from '../contract';
import { ATTEMPT, assigned, failing, HTTP2, once, pod, straight, times } from './support';

const TOPIC = 'access logs';

/** Formats by names of their own; every one is compared at both proxies. */
function formats(...all: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(all.map((format, index) => [`format-${index}`, format]));
}

/** `/direct` is answered by the proxy of the client, everything else goes through that of the server to the pod. */
function logged(name: string, claim: string, all: readonly string[], requests: readonly RequestSpec[]): Scenario {
  return {
    name: `log-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', [{ path: '/none', status: 404, bodyBytes: 9 }, ...failing({ path: '/again', status: 503 }, 1)])],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      const policy = retryPolicy({ retryOn: '5xx', backOff: { baseIntervalNs: 10 * MS } });
      return clientAndServer(
        place,
        {},
        {
          clusters: [b],
          virtualHost: { includeRequestAttemptCount: true },
          routes: [
            route({
              name: 'direct',
              match: routeMatch({ path: prefixPath('/direct') }),
              action: directResponse(503, 'closed for today'),
            }),
            route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, retryPolicy: policy }) }),
          ],
        },
      );
    },
    steps: [times(requests.length, (index) => requests[index] ?? {})],
    log: formats(...all),
  };
}

/** The proxy's own certificate, and trust in the mesh's authority. */
function ownCertificate(): CommonTls {
  return commonTls({
    certificates: [{ kind: 'sds', secretName: 'default' }],
    validation: { trustBundle: { kind: 'sds', secretName: 'ROOTCA' }, matchSubjectAltNames: [] },
  });
}

/** Mutual TLS between the two proxies. */
function secured(place: Place, init: Init<Omit<ClientInit, 'clusters'>> = {}): ProxyConfigs {
  const b = clusterOf(place, 'b', ['b'], {
    transportSocket: { kind: 'tls', tls: upstreamTlsContext({ common: ownCertificate(), sni: 'b.example' }) },
  });
  const plain = clientAndServer(place, init, { ...init, clusters: [b] });
  const tls = downstreamTlsContext({ common: ownCertificate(), requireClientCertificate: true });
  const servers = [...plain.servers].map(([name, snapshot]): [string, XdsSnapshot] => [
    name,
    {
      ...snapshot,
      listeners: snapshot.listeners.map((listener) => ({
        ...listener,
        listenerFilters: [{ kind: 'tlsInspector' as const, disabledPorts: [] }, ...listener.listenerFilters],
        filterChains: listener.filterChains.map((chain) => ({ ...chain, tls })),
      })),
    },
  ]);
  return { ...plain, servers: new Map(servers) };
}

const ALL_KINDS: readonly RequestSpec[] = [
  { path: '/shop?item=1&color=dark%20red&tone=a+b&odd=%zz%41', headers: { 'user-agent': 'judge/1', 'x-user': 'jane' } },
  { method: 'POST', path: '/none', bodyBytes: 25 },
  { path: '/direct/x?y' },
  { path: '/again' },
];

export const LOGS: readonly Scenario[] = [
  logged(
    'request',
    'operators of the request: headers with alternatives and lengths, path, query, protocol, bytes',
    [
      '%REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(:PATH):5%',
      '%REQ(X-USER?USER-AGENT)% %REQ(X-NONE?USER-AGENT):3% %REQ(X-NONE)%',
      '%PATH% %PATH(NQ)% %PATH(WQ:PATH)% %PATH(NQ:ORIG)%',
      '%QUERY_PARAM(item)% %QUERY_PARAM(color)% %QUERY_PARAM(tone)% %QUERY_PARAM(odd)% %QUERY_PARAM(none)%',
      '%PROTOCOL% %REQUESTED_SERVER_NAME% %BYTES_RECEIVED%',
      '%REQUEST_HEADER(X-USER)% 100%%',
    ],
    ALL_KINDS,
  ),
  logged(
    'response',
    'operators of the response: code, details, flags in both forms, headers, bytes',
    [
      '%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%',
      '%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%',
      '%RESP(X-NONE?CONTENT-TYPE)% %RESP(:STATUS)%',
      '%BYTES_SENT%',
      '%CONNECTION_TERMINATION_DETAILS% %UPSTREAM_TRANSPORT_FAILURE_REASON%',
    ],
    ALL_KINDS,
  ),
  logged(
    'route',
    'operators of the way: route, attempts, type of the entry',
    ['%ROUTE_NAME%', '%ACCESS_LOG_TYPE%', '%UPSTREAM_REQUEST_ATTEMPT_COUNT%'],
    ALL_KINDS,
  ),
  {
    ...logged('upstream', 'operators of the upstream: host and cluster', [], ALL_KINDS),
    log: formats('%UPSTREAM_HOST% %UPSTREAM_REMOTE_ADDRESS%', '%UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%'),
    compare: { clientOnly: true },
  },
  logged(
    'chain',
    'filter chain, protocol of the upstream where a try had a connection, identifier of the stream',
    ['%FILTER_CHAIN_NAME%', '%UPSTREAM_PROTOCOL%', '%STREAM_ID%'],
    ALL_KINDS.map((request, index) => ({
      ...request,
      headers: { ...request.headers, 'x-request-id': `request-${index}` },
    })),
  ),
  {
    ...logged(
      'times',
      'when a request has come whole, and that what the proxy says itself has no times of a response',
      ['%REQUEST_DURATION%', '%RESPONSE_DURATION% %RESPONSE_TX_DURATION%'],
      [{ path: '/direct' }, { method: 'POST', path: '/direct', bodyBytes: 25 }],
    ),
    // Envoy resets the request that it answers without having read its body.
    compare: { ignoredStatistics: ['downstream_rq_rx_reset'] },
  },
  {
    name: 'log-response-time',
    topic: TOPIC,
    claim: 'the response begins with the last try, not with one before it',
    pods: [
      pod('b', [
        { status: 503, when: { [ATTEMPT]: '1' } },
        { status: 200, delayMs: 300 },
      ]),
    ],
    configure: straight(['b'], { retryPolicy: retryPolicy({ retryOn: '5xx', backOff: { baseIntervalNs: MS } }) }),
    steps: once,
    log: { durationMs: '%RESPONSE_DURATION%' },
    // As near as durations are, not to the letter.
    compare: { ignoredFields: ['durationMs'] },
  },
  {
    name: 'log-upstream-host',
    topic: TOPIC,
    claim:
      'name and metadata of the host, metadata of the cluster, and the protocol spoken, over HTTP/2 and after retries',
    pods: [pod('b', failing({ path: '/again', status: 503 }, 1), 'http2'), pod('c')],
    configure: (place) => {
      const lbEndpoints = endpointsOf(place, ['b'], () => ({
        hostname: 'host.of.b:8080',
        lbMetadata: { stage: 'new', version: 'v1' },
        workload: 'b;default;b;v1;here',
      }));
      const b = clusterOf(place, 'b', [], {
        ...HTTP2,
        ...assigned(place, 'b', [localityLbEndpoints({ lbEndpoints })]),
        services: [{ host: 'b.example', name: 'b', namespace: 'default' }],
        extraMetadata: { team: { size: 3, lead: 'jane', on: true, names: ['x', 'y'], deep: { z: 1, a: 2.5 } } },
      });
      const c = clusterOf(place, 'c', ['c']);
      const policy = retryPolicy({ retryOn: '5xx', backOff: { baseIntervalNs: 10 * MS } });
      return clientOnly(place, {
        clusters: [b, c],
        virtualHost: { includeRequestAttemptCount: true },
        routes: [
          route({ match: routeMatch({ path: prefixPath('/plain') }), action: forwardTo(c.name, { timeoutNs: 0 }) }),
          route({ action: forwardTo(b.name, { timeoutNs: 0, retryPolicy: policy }) }),
        ],
      });
    },
    steps: [times(1, { path: '/one' }), times(1, { path: '/again' }), times(1, { path: '/plain' })],
    log: formats(
      '%UPSTREAM_HOST_NAME%',
      '%UPSTREAM_HOST_NAME_WITHOUT_PORT%',
      '%UPSTREAM_METADATA(envoy.lb:stage)% %UPSTREAM_METADATA(envoy.lb)%',
      '%UPSTREAM_METADATA(istio:workload)% %UPSTREAM_METADATA(none)%',
      '%CLUSTER_METADATA(istio:services)% %CLUSTER_METADATA(istio)%',
      '%CLUSTER_METADATA(team:size)% %CLUSTER_METADATA(team:lead)% %CLUSTER_METADATA(team:on)% %CLUSTER_METADATA(team:x)%',
      '%CLUSTER_METADATA(team)% %CLUSTER_METADATA(team:names)% %CLUSTER_METADATA(team:deep:a)%',
      '%UPSTREAM_PROTOCOL%',
    ),
  },
  {
    name: 'log-no-connection',
    topic: TOPIC,
    claim: 'a host that cannot be reached is named, but no protocol was spoken with it',
    pods: [{ ...pod('b'), startsUp: false }],
    configure: straight(['b'], { retryPolicy: retryPolicy({ retryOn: 'connect-failure', numRetries: 1 }) }),
    steps: [times(2)],
    log: formats(
      '%UPSTREAM_PROTOCOL% %RESPONSE_DURATION% %RESPONSE_TX_DURATION%',
      '%UPSTREAM_HOST_NAME% %UPSTREAM_METADATA(envoy.lb)% %CLUSTER_METADATA(istio)%',
    ),
  },
  {
    name: 'log-virtual-cluster',
    topic: TOPIC,
    claim:
      'the virtual cluster is the first whose headers match; where none does and where nothing is routed there is no name',
    pods: [pod('b')],
    configure: (place) => {
      const b = clusterOf(place, 'b', ['b']);
      return clientOnly(place, {
        clusters: [b],
        virtualHost: {
          virtualClusters: [
            { name: 'items', headers: [headerMatcher(':path', stringMatcher('prefix', '/items'))] },
            {
              name: 'writes',
              headers: [headerMatcher(':method', 'POST')],
            },
          ],
        },
        routes: [
          route({ match: routeMatch({ path: prefixPath('/direct') }), action: directResponse(503, 'closed') }),
          route({ action: forwardTo(b.name, { timeoutNs: 0 }) }),
        ],
      });
    },
    steps: [
      times(1, { method: 'POST', path: '/items/1' }),
      times(1, { method: 'POST', path: '/else' }),
      times(1, { path: '/else' }),
      times(1, { path: '/direct/items' }),
    ],
    log: formats('%VIRTUAL_CLUSTER_NAME%'),
  },
  {
    name: 'log-names-of-peers',
    topic: TOPIC,
    claim: 'both proxies log the names in the certificates of mutual TLS: their own and those of their peers',
    pods: [pod('b')],
    configure: (place) => secured(place),
    steps: [times(2)],
    log: formats('%UPSTREAM_PEER_URI_SAN%', '%DOWNSTREAM_LOCAL_URI_SAN% %DOWNSTREAM_PEER_URI_SAN%'),
  },
  {
    name: 'log-tcp',
    topic: TOPIC,
    claim:
      'a relayed connection is logged with its filter chain and the names in certificates, without anything of requests',
    pods: [pod('b', [{}], 'tcp')],
    configure: (place) => secured(place, { tcp: {} }),
    steps: [times(2, { protocol: 'tcp' })],
    log: formats(
      '%UPSTREAM_PEER_URI_SAN%',
      '%DOWNSTREAM_LOCAL_URI_SAN% %DOWNSTREAM_PEER_URI_SAN% %REQUESTED_SERVER_NAME% %FILTER_CHAIN_NAME%',
      '%DOWNSTREAM_LOCAL_PORT%',
      '%UPSTREAM_PROTOCOL% %REQUEST_DURATION% %RESPONSE_DURATION% %VIRTUAL_CLUSTER_NAME% %PROTOCOL% %REQ(X)%',
    ),
    // Which end is the first to close, as in the scenarios of the TCP proxy.
    compare: { ignoredStatistics: ['destroy_local', 'destroy_remote', 'with_active_rq'] },
  },
  {
    name: 'log-grpc',
    topic: TOPIC,
    claim: 'operators of gRPC: status in its three forms, also where it comes from an HTTP status',
    pods: [
      pod(
        'b',
        [
          { path: '/shop.Cart/Get', grpcStatus: 8 },
          { path: '/shop', status: 503 },
        ],
        'http2',
      ),
    ],
    configure: straight(['b'], {}, HTTP2),
    steps: [
      times(1, { protocol: 'grpc', path: '/shop.Cart/Get' }),
      times(1, { protocol: 'grpc', path: '/shop.Other/Get' }),
      times(1, { path: '/plain' }),
    ],
    log: formats(
      '%GRPC_STATUS% %GRPC_STATUS(CAMEL_STRING)% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS(NUMBER)%',
      '%GRPC_STATUS_NUMBER%',
      '%PROTOCOL%',
    ),
  },
];
