import {
  forwardTo,
  type HttpFilter,
  type HttpFilterOverride,
  type Init,
  type JsonObject,
  type Listener,
  mirrorPolicy,
  type RouteAction,
  retryPolicy,
  route,
} from '../../../src/xds';
import { clientOnly, clusterOf, MS } from '../configure';
import type { AnswerRule, RequestSpec, Scenario } from '../contract';
import { failing, OK, pod, times } from './support';

const TOPIC = 'request bodies';
const NAME = 'envoy.filters.http.buffer';
const PER_ROUTE = 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute';

function post(bodyBytes: number): RequestSpec {
  return { method: 'POST', bodyBytes };
}

interface Posted {
  readonly filters?: readonly HttpFilter[];
  readonly override?: JsonObject;
  readonly answers?: readonly AnswerRule[];
  readonly action?: Init<Omit<RouteAction, 'cluster'>>;
  /** Fields of the route, and of the listener, that the model has no names for. */
  readonly routeExtra?: JsonObject;
  readonly listener?: Init<Omit<Listener, 'name' | 'address'>>;
  /** Copies go to `c`. */
  readonly isMirrored?: boolean;
}

/** Bodies of these sizes, one request after the other. */
function posted(name: string, claim: string, sizes: readonly number[], init: Posted): Scenario {
  const { filters = [], answers = OK, action = {}, routeExtra, override, listener, isMirrored = false } = init;
  const overrides: readonly HttpFilterOverride[] =
    override === undefined ? [] : [{ kind: 'opaque', name: NAME, typeUrl: PER_ROUTE, config: override }];
  return {
    name: `body-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', answers), pod('c')],
    configure: (place) => {
      const [b, c] = [clusterOf(place, 'b', ['b']), clusterOf(place, 'c', ['c'])];
      const requestMirrorPolicies = isMirrored ? [mirrorPolicy({ cluster: c.name })] : [];
      return clientOnly(place, {
        clusters: [b, c],
        filters,
        virtualHost: { includeRequestAttemptCount: true },
        routes: [
          {
            ...route({
              name: 'all',
              action: forwardTo(b.name, { timeoutNs: 0, requestMirrorPolicies, ...action }),
              filterOverrides: overrides,
            }),
            ...(routeExtra === undefined ? {} : { extra: routeExtra }),
          },
        ],
        ...(listener === undefined ? {} : { listener }),
      });
    },
    steps: [times(sizes.length, (index) => post(sizes[index] ?? 0)), { kind: 'wait', ms: 50 }],
    log: { received: '%BYTES_RECEIVED%' },
    // A message arrives whole in the engine; Envoy may answer before it has read all of it, and then ends the connection.
    compare: { ignoredStatistics: ['downstream_rq_rx_reset'] },
  };
}

const BUFFER: readonly HttpFilter[] = [{ kind: 'buffer', name: NAME, maxRequestBytes: 1000 }];
/** The answer waits until the whole body is there. */
const RETRIED: Posted = {
  answers: failing({ status: 503, delayMs: 100 }, 1),
  action: { retryPolicy: retryPolicy({ retryOn: '5xx', backOff: { baseIntervalNs: 10 * MS } }) },
};
/** The first answer is a redirect to the same route. */
const REDIRECTED: Posted = {
  answers: [
    { path: '/new', status: 201 },
    { status: 302, headers: { location: 'http://b/new' } },
  ],
  action: {
    internalRedirectPolicy: { maxInternalRedirects: 1, redirectResponseCodes: [302], allowCrossSchemeRedirect: false },
  },
  routeExtra: { perRequestBufferLimitBytes: 500 },
};

export const BODIES: readonly Scenario[] = [
  posted('buffered', 'the buffer filter lets pass what it can hold', [0, 10, 1000], { filters: BUFFER }),
  posted('too-large', 'the buffer filter answers 413 to what it cannot hold', [1001, 3000], { filters: BUFFER }),
  posted('own-limit', 'a route may have a larger limit', [1500, 2001], {
    filters: BUFFER,
    override: { buffer: { maxRequestBytes: 2000 } },
  }),
  posted('not-buffered', 'a route may switch the filter off', [5000], {
    filters: BUFFER,
    override: { disabled: true },
  }),
  posted('retried', 'a body that can be kept is sent again', [500], RETRIED),
  posted('retry-abandoned', 'a body beyond per_request_buffer_limit_bytes is not kept, and nothing is retried', [501], {
    ...RETRIED,
    routeExtra: { perRequestBufferLimitBytes: 500 },
  }),
  posted('connection-limit', 'the buffer limit of the listener bounds it, too', [20_000], {
    ...RETRIED,
    listener: { extra: { perConnectionBufferLimitBytes: 10_000 } },
  }),
  posted('whole-limit', 'request_body_buffer_limit of the route stands above that of the listener', [20_000, 30_001], {
    ...RETRIED,
    routeExtra: { requestBodyBufferLimit: '30000' },
    listener: { extra: { perConnectionBufferLimitBytes: 10_000 } },
  }),
  posted('mirrored', 'a copy carries the body', [500], { isMirrored: true }),
  posted('mirrored-large', 'a copy carries a body that no retry could', [5000], {
    ...RETRIED,
    isMirrored: true,
    routeExtra: { perRequestBufferLimitBytes: 500 },
  }),
  posted('redirected', 'a redirect is followed with a body that can be kept', [500], REDIRECTED),
  posted('redirect-large', 'a redirect is passed on when the body cannot be kept', [501], REDIRECTED),
  posted('streamed', 'without retries nothing has to be kept', [5000], {
    routeExtra: { perRequestBufferLimitBytes: 500 },
  }),
];
