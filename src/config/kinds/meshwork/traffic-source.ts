import { parseDuration } from '../../../base';
import type { DiagnosticBag } from '../../kind-definition';
import type { Resource } from '../../resource';
import { defineKind, type ObjectOf } from '../define-kind';
import {
  bool,
  choice,
  described,
  either,
  integer,
  list,
  map,
  number,
  object,
  type TypeOf,
  text,
  withDefault,
} from '../schema';
import { checkDistribution, checkUrl, checkWeights } from './behavior';
import { parseHostPort } from './target-url';
import { distribution, HEADERS, method, size, span, WEIGHT } from './values';

const RATE_NUMBER = number('Requests per second.', { min: 0, max: 1_000_000 });

const RATE_FORM = object(
  'Requests per second, and how they change over time.',
  {
    rps: described('Requests per second at the start, and whenever nothing else is said.', RATE_NUMBER),
    process: withDefault(
      choice('How the requests are spread in time.', ['poisson', 'constant'], {
        docs: {
          poisson: 'By chance, as many independent users make them.',
          constant: 'One after the other at equal distances.',
        },
      }),
      'poisson',
    ),
    ramp: object(
      'The rate moves evenly to another one and stays there.',
      { to: described('Rate at the end.', RATE_NUMBER), over: span('How long it moves.') },
      { required: ['to', 'over'] },
    ),
    spike: object(
      'The rate jumps for a while.',
      {
        to: described('Rate during the spike.', RATE_NUMBER),
        at: span('When it begins.'),
        for: span('How long it lasts.'),
      },
      { required: ['to', 'at', 'for'] },
    ),
    steps: list(
      'The rate changes at given times.',
      object('One change.', { at: span('When.'), rps: RATE_NUMBER }, { required: ['at', 'rps'] }),
      { min: 1, max: 1_000 },
    ),
    wave: object(
      'The rate swings around `rps` like the day does.',
      { amplitude: described('How far it swings.', RATE_NUMBER), period: span('Length of one swing.') },
      { required: ['amplitude', 'period'] },
    ),
  },
  { required: ['rps'], atMostOne: [['ramp', 'spike', 'steps', 'wave']] },
);

const TOKEN_FORM = object(
  'A token made up for the request: what a request authentication looks at.',
  {
    issuer: text('Who issued it: `iss`.'),
    subject: text('Whom it names: `sub`.'),
    audiences: list('For whom it is: `aud`.', text('One audience.')),
    claims: map(
      'Further claims, by name.',
      either('Value of the claim.', [text('Text.'), list('Texts.', text('Text.'))]),
    ),
    expired: withDefault(bool('Whether it has expired.'), false),
    forged: withDefault(bool('Whether its signature is wrong.'), false),
  },
  { required: ['issuer'] },
);

const REQUEST = object(
  'One kind of request.',
  {
    weight: WEIGHT,
    method: method('Method; GET when absent, POST for gRPC.'),
    url: text('What is asked for: scheme, host, port and path. Schemes: http, https, http2, grpc, grpcs, tcp.', {
      examples: ['http://productpage:9080/productpage'],
    }),
    host: text('Host header, where it differs from the host of the URL.'),
    headers: HEADERS,
    token: either('Token in the header `authorization`.', [text('The token itself.'), TOKEN_FORM]),
    body: size('Size of the request body.'),
  },
  { required: ['url'] },
);

const TRAFFIC_SOURCE_SPEC = object(
  'Who asks for what, and how often.',
  {
    from: object(
      'Workload that sends the requests, through its sidecar if it has one. Absent: a client outside.',
      {
        workload: text('Name of the Deployment, StatefulSet, DaemonSet or Pod.'),
        namespace: text('Namespace of the workload; that of this object when absent.'),
      },
      { required: ['workload'] },
    ),
    via: text('Gateway that every request is sent to, as `host[:port]`; the URL then only says what is asked for.', {
      examples: ['istio-ingressgateway.istio-system'],
    }),
    rate: either(
      'Open loop: requests come whether or not earlier ones were answered. A number of requests per second, or an object with more to say.',
      [RATE_NUMBER, RATE_FORM],
    ),
    users: object(
      'Closed loop: each user waits for the answer, thinks, and asks again.',
      {
        count: integer('Number of users.', { min: 1, max: 1_000_000 }),
        thinkTime: withDefault(distribution('Time between an answer and the next request.'), '1s'),
      },
      { required: ['count'] },
    ),
    requests: list('What is asked for, drawn by weight.', REQUEST, { min: 1, max: 1_000 }),
    start: withDefault(span('When the requests begin.'), '0s'),
    stop: span('When the requests end; never when absent.'),
    timeout: span('How long the client waits for an answer; for ever when absent.'),
  },
  { required: ['requests'], exactlyOne: [['rate', 'users']] },
);

/** Who sends requests. */
export const TRAFFIC_SOURCE = defineKind({
  group: 'meshwork.dev',
  versions: ['v1alpha1'],
  kind: 'TrafficSource',
  plural: 'trafficsources',
  namespaced: true,
  nullMeans: 'wrong-type',
  support: { level: 'full' },
  summary: 'Sends requests into the mesh: at a rate, or as users who wait for their answers.',
  link: '',
  fields: { spec: TRAFFIC_SOURCE_SPEC },
  required: ['spec'],
  validate: validateTrafficSource,
});

export type TrafficSourceObject = ObjectOf<typeof TRAFFIC_SOURCE>;
export type TrafficSourceSpec = TypeOf<typeof TRAFFIC_SOURCE_SPEC>;
export type TrafficRequest = TypeOf<typeof REQUEST>;
export type TrafficRate = TypeOf<typeof RATE_FORM>;
export type TrafficToken = TypeOf<typeof TOKEN_FORM>;

/** A rate with its short form spelled out. */
export function rateOf(rate: number | TrafficRate): TrafficRate {
  return typeof rate === 'number' ? { rps: rate, process: 'poisson' } : rate;
}

function validateTrafficSource(resource: Resource<{ readonly spec: TrafficSourceSpec }>, bag: DiagnosticBag): void {
  const { spec } = resource.object;
  for (const [index, request] of spec.requests.entries()) {
    checkUrl(request.url, ['spec', 'requests', index, 'url'], bag);
  }
  checkWeights(spec.requests, ['spec', 'requests'], bag);
  const via = spec.via === undefined ? undefined : parseHostPort(spec.via, 80);
  if (via?.ok === false) bag.report('MW0401', ['spec', 'via'], { field: 'via', reason: via.error });
  if (spec.users !== undefined) checkDistribution(spec.users.thinkTime, ['spec', 'users', 'thinkTime'], bag);
  if (spec.stop !== undefined && !isLater(spec.stop, spec.start)) {
    bag.report('MW0405', ['spec', 'stop'], { field: 'stop', earlier: 'start' });
  }
  const steps = typeof spec.rate === 'object' ? (spec.rate.steps ?? []) : [];
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (before === undefined || isLater(step.at, before.at)) continue;
    const values = { field: `steps[${index}].at`, earlier: `steps[${index - 1}].at` };
    bag.report('MW0405', ['spec', 'rate', 'steps', index, 'at'], values);
  }
}

function isLater(text: string, earlier: string): boolean {
  const a = parseDuration(text);
  const b = parseDuration(earlier);
  return a.ok && b.ok && a.value > b.value;
}
