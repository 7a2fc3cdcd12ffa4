import {
  type ExtAuthzConfig,
  extAuthzConfig,
  forwardTo,
  type HttpFilter,
  type HttpFilterOverride,
  type JsonObject,
  prefixPath,
  route,
  routeMatch,
} from '../../../src/xds';
import { clientOnly, clusterOf, MS } from '../configure';
import type { AnswerRule, RequestSpec, Scenario } from '../contract';
import { OK, pod, times } from './support';

const TOPIC = 'external authorization';
const NAME = 'envoy.filters.http.ext_authz';
const PER_ROUTE = 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute';

/** The service consents to `/good`, has a status of its own for some paths, and denies everything else. */
const SERVICE: readonly AnswerRule[] = [
  { path: '/good', status: 200, headers: { 'x-who': 'jane', 'x-other': 'no' } },
  { path: '/login', status: 302, headers: { location: 'https://login.example/', 'x-why': 'nobody' } },
  { path: '/unknown', status: 401, headers: { 'www-authenticate': 'Basic', 'x-why': 'nobody' } },
  { path: '/broken', status: 500 },
  { path: '/slow', status: 200, delayMs: 700 },
  { path: '/ended', reset: true },
  { path: '/check/good', status: 200 },
  { path: '/by-header', when: { 'x-token': 'secret', 'x-mesh': 'judge' }, status: 200 },
  { path: '/by-authorization', when: { authorization: 'secret' }, status: 200 },
  { path: '/by-method', method: 'DELETE', status: 200 },
  { status: 403, headers: { 'x-why': 'not you' } },
];

interface Asked {
  readonly requests?: readonly RequestSpec[];
  readonly authz?: Partial<ExtAuthzConfig>;
  readonly pathPrefix?: string;
  readonly extra?: JsonObject;
  readonly isDown?: boolean;
  readonly answers?: readonly AnswerRule[];
  readonly log?: Scenario['log'];
}

function asked(name: string, claim: string, path: string, init: Asked = {}): Scenario {
  const { requests = [{ path }], authz = {}, pathPrefix, extra, isDown = false, answers = OK } = init;
  return {
    name: `ext-authz-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', answers), { ...pod('service', SERVICE), startsUp: !isDown }],
    configure: (place) => {
      const [b, service] = [clusterOf(place, 'b', ['b']), clusterOf(place, 'service', ['service'])];
      const extAuthz = extAuthzConfig({
        service: {
          kind: 'http',
          cluster: service.name,
          timeoutNs: 300 * MS,
          uri: 'http://service.example',
          ...(pathPrefix === undefined ? {} : { pathPrefix }),
        },
        ...authz,
        ...(extra === undefined ? {} : { extra }),
      });
      const filter: HttpFilter = { kind: 'extAuthz', name: NAME, extAuthz };
      const disabled: HttpFilterOverride = {
        kind: 'opaque',
        name: NAME,
        typeUrl: PER_ROUTE,
        config: { disabled: true },
      };
      const action = forwardTo(b.name, { timeoutNs: 0 });
      return clientOnly(place, {
        clusters: [b, service],
        filters: [filter],
        routes: [
          route({
            name: 'open',
            match: routeMatch({ path: prefixPath('/open') }),
            action,
            filterOverrides: [disabled],
          }),
          route({ name: 'all', action }),
        ],
      });
    },
    steps: [times(requests.length, (index) => requests[index] ?? {})],
    log: { why: '%RESP(x-why)%', location: '%RESP(location)%', challenge: '%RESP(www-authenticate)%', ...init.log },
  };
}

export const EXT_AUTHZ: readonly Scenario[] = [
  asked('consent', 'what the service answers 200 goes on', '/good'),
  asked('deny', 'what it answers 403 is denied with UAEX', '/bad'),
  asked('status', 'the client gets the status of the service', '', {
    requests: [{ path: '/unknown' }, { path: '/login' }],
  }),
  asked('error', 'a 5xx of the service is an error: 403', '/broken'),
  asked('error-status', 'status_on_error names another status', '/broken', { authz: { statusOnError: 503 } }),
  asked('error-allowed', 'failure_mode_allow lets requests pass when the service fails', '/broken', {
    authz: { failureModeAllow: true },
  }),
  asked('error-allowed-deny', 'a denial is no failure', '/bad', { authz: { failureModeAllow: true } }),
  asked('timeout', 'a service that is slower than the timeout is an error', '/slow'),
  asked('timeout-allowed', 'which may let the request pass', '/slow', { authz: { failureModeAllow: true } }),
  asked('reset', 'a service that ends the connection is an error', '/ended'),
  asked('down', 'a service that refuses connections is an error', '/good', { isDown: true }),
  asked('down-allowed', 'which may let the request pass', '/good', {
    isDown: true,
    authz: { failureModeAllow: true },
  }),
  asked('prefix', 'the prefix of the path is put in front for the service alone', '', {
    pathPrefix: '/check',
    requests: [{ path: '/good' }, { path: '/bad' }],
    answers: [{ path: '/good', status: 201 }],
  }),
  asked('method', 'the service sees the method', '', {
    requests: [{ path: '/by-method', method: 'DELETE' }, { path: '/by-method' }],
  }),
  asked('authorization', 'the authorization header is always shown to the service', '/by-authorization', {
    requests: [{ path: '/by-authorization', headers: { authorization: 'secret' } }],
  }),
  asked('headers', 'other headers are shown to the service where they are allowed, and some are added', '', {
    requests: [
      { path: '/by-header', headers: { 'x-token': 'secret' } },
      { path: '/by-header', headers: { 'x-token': 'wrong' } },
    ],
    extra: {
      allowedHeaders: { patterns: [{ exact: 'x-token' }] },
      httpService: { authorizationRequest: { headersToAdd: [{ key: 'x-mesh', value: 'judge' }] } },
    },
  }),
  asked('headers-hidden', 'headers that are not allowed are not shown', '', {
    requests: [{ path: '/by-header', headers: { 'x-token': 'secret', 'x-mesh': 'judge' } }],
  }),
  asked('headers-upstream', 'headers of the consent that are allowed go to the host', '/good', {
    extra: {
      httpService: { authorizationResponse: { allowedUpstreamHeaders: { patterns: [{ exact: 'x-who' }] } } },
    },
    answers: [{ when: { 'x-who': 'jane' }, status: 201 }],
    log: { who: '%REQ(x-who)%', other: '%REQ(x-other)%' },
  }),
  asked('headers-client', 'of a denial the client sees the allowed headers', '', {
    requests: [{ path: '/bad' }, { path: '/unknown' }],
    extra: {
      httpService: { authorizationResponse: { allowedClientHeaders: { patterns: [{ prefix: 'x-no' }] } } },
    },
  }),
  asked('disabled', 'a route may switch the filter off', '/open'),
];
