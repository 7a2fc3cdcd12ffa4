import { directResponse, forwardTo, prefixPath, retryPolicy, route, routeMatch } from '../../../src/xds';
import { clientAndServer, clusterOf, MS } from '../configure';
import type { RequestSpec, Scenario } from '../contract';
import { failing, HTTP2, pod, straight, times } from './support';

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
