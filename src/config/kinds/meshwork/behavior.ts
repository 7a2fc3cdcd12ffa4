import { parseDuration } from '../../../base';
import type { DiagnosticBag } from '../../kind-definition';
import type { ConfigPath } from '../../object-ref';
import type { Resource } from '../../resource';
import { defineKind, type ObjectOf } from '../define-kind';
import { LABEL_SELECTOR } from '../kubernetes/label-selector';
import { checkSelector } from '../kubernetes/rules';
import {
  bool,
  choice,
  described,
  either,
  integer,
  list,
  map,
  object,
  port,
  type TypeOf,
  text,
  withDefault,
} from '../schema';
import { parseTargetUrl } from './target-url';
import {
  type DistributionSpec,
  distribution,
  GRPC_STATUS,
  HEADERS,
  method,
  STATUS_CODE,
  share,
  size,
  span,
  WEIGHT,
} from './values';

const CALL_FORM = object(
  'A request to another service, whose answer is waited for.',
  {
    url: text('What is called: scheme, host, port and path. Schemes: http, https, http2, grpc, grpcs, tcp.', {
      examples: ['http://reviews:9080/reviews/0'],
    }),
    method: method('Method of the request; GET when absent, POST for gRPC.'),
    host: text('Host header, where it differs from the host of the URL.'),
    headers: HEADERS,
    forwardHeaders: list(
      'Names of headers of the request being served that the call passes on, besides those of tracing.',
      text('Name of a header.'),
    ),
    body: size('Size of the request body.'),
    probability: share('Share of the requests that make this call; always when absent.'),
    timeout: span('How long the application itself waits; for ever when absent.'),
    onError: withDefault(
      choice(
        'What a failed call (5xx, reset, timeout) does to the request being served.',
        ['fail', 'ignore', 'forward'],
        {
          docs: {
            fail: 'It fails with `errorStatus`.',
            ignore: 'It goes on as if the call had succeeded.',
            forward: 'It fails with the status of the call.',
          },
        },
      ),
      'fail',
    ),
    errorStatus: withDefault(described('Status when `onError` is `fail`.', STATUS_CODE), 500),
  },
  { required: ['url'] },
);

const CALL = either('A request to another service: its URL, or an object with more to say.', [
  text('URL of the call.'),
  CALL_FORM,
]);

const COMPUTE = distribution('Time that the application works by itself.');

const LEAF_FIELDS = { compute: COMPUTE, call: CALL };

const LEAF_STEP = object('One step: work or a call.', LEAF_FIELDS, { exactlyOne: [['compute', 'call']] });

const BRANCH = object(
  'What runs beside the other branches: one step, or several in a row.',
  { ...LEAF_FIELDS, sequence: list('Steps in a row.', LEAF_STEP, { min: 1, max: 50 }) },
  { exactlyOne: [['compute', 'call', 'sequence']] },
);

const STEP = object(
  'One step: work, a call, or several of them at the same time.',
  {
    ...LEAF_FIELDS,
    parallel: list('Branches that start together; the step ends with the last.', BRANCH, { min: 1, max: 1_000 }),
  },
  { exactlyOne: [['compute', 'call', 'parallel']] },
);

const RESPONSE = object(
  'What is answered after the steps.',
  {
    status: described('Status of every answer; 200 when nothing is said.', STATUS_CODE),
    grpcStatus: GRPC_STATUS,
    outcomes: list(
      'A mix of answers, drawn by weight.',
      object('One possible answer.', {
        weight: WEIGHT,
        status: withDefault(STATUS_CODE, 200),
        grpcStatus: GRPC_STATUS,
      }),
      { min: 1, max: 20 },
    ),
    headers: map('Headers of the answer, by name.', text('Value of the header.')),
    size: size('Size of the body.'),
  },
  {
    atMostOne: [
      ['status', 'outcomes'],
      ['grpcStatus', 'outcomes'],
    ],
  },
);

const ENDPOINT = object('What the application does for one kind of request.', {
  method: method('Method that is served; every method when absent.'),
  path: withDefault(
    text('Path that is served; a `*` at the end serves everything that starts so.', { pattern: '^/[^*]*\\*?$|^\\*$' }),
    '/*',
  ),
  protocol: withDefault(choice('Protocol that is spoken.', ['http', 'http2', 'grpc', 'tcp']), 'http'),
  steps: withDefault(list('What is done, in this order.', STEP, { max: 1_000 }), []),
  response: RESPONSE,
});

const BEHAVIOR_SPEC = object('How an application behaves.', {
  selector: described('Pods of this namespace that behave so.', LABEL_SELECTOR),
  images: list(
    'Pods that run one of these images behave so, unless a selector or a service names a behaviour. `*` stands for any text.',
    text('Image, with or without tag.', { examples: ['*/examples-bookinfo-reviews-v2'] }),
  ),
  services: list(
    'Pods behind one of these services behave so, unless a selector names a behaviour.',
    text('Name of a service.'),
  ),
  hosts: list('Hosts outside the cluster that behave so.', text('Host name.')),
  allNamespaces: withDefault(bool('Whether images and services count in every namespace.'), false),
  tls: withDefault(bool('Whether the outside hosts speak TLS.'), false),
  workers: withDefault(
    integer('Requests that one pod serves at the same time; a call that waits keeps its worker.', {
      min: 1,
      max: 100_000,
    }),
    16,
  ),
  queue: withDefault(
    integer('Requests that may wait for a worker; more are refused with 503.', { min: 0, max: 1_000_000 }),
    128,
  ),
  startup: withDefault(span('Time from the start of the container until it listens.'), '1s'),
  ports: list('Ports that the application listens on; every port when absent.', port('Number of the port.')),
  endpoints: withDefault(
    list(
      'What is done for which request. The first entry that fits counts; 404 when none does. Without entries everything is answered with 200 in a few milliseconds.',
      ENDPOINT,
      {
        max: 200,
      },
    ),
    [],
  ),
});

/** How an application behaves. */
export const BEHAVIOR = defineKind({
  group: 'meshwork.dev',
  versions: ['v1alpha1'],
  kind: 'Behavior',
  plural: 'behaviors',
  namespaced: true,
  nullMeans: 'wrong-type',
  support: { level: 'full' },
  summary: 'Says how an application behaves: how long it works, whom it calls, what it answers.',
  link: '',
  fields: { spec: BEHAVIOR_SPEC },
  required: ['spec'],
  validate: validateBehavior,
});

export type BehaviorObject = ObjectOf<typeof BEHAVIOR>;
export type BehaviorSpec = TypeOf<typeof BEHAVIOR_SPEC>;
export type BehaviorEndpoint = TypeOf<typeof ENDPOINT>;
export type BehaviorStep = TypeOf<typeof STEP>;
export type BehaviorBranch = TypeOf<typeof BRANCH>;
export type BehaviorLeafStep = TypeOf<typeof LEAF_STEP>;
export type BehaviorCall = TypeOf<typeof CALL_FORM>;
export type BehaviorResponse = TypeOf<typeof RESPONSE>;

/** A call with its short form spelled out. */
export function callOf(call: string | BehaviorCall): BehaviorCall {
  return typeof call === 'string' ? { url: call, onError: 'fail', errorStatus: 500 } : call;
}

function validateBehavior(resource: Resource<{ readonly spec: BehaviorSpec }>, bag: DiagnosticBag): void {
  const { spec } = resource.object;
  const names = [spec.images, spec.services, spec.hosts];
  if (spec.selector === undefined && names.every((list) => list === undefined)) bag.report('MW0404', ['spec']);
  checkSelector(spec.selector, ['spec', 'selector'], bag);
  for (const [index, endpoint] of spec.endpoints.entries()) {
    const path = ['spec', 'endpoints', index];
    for (const [at, step] of endpoint.steps.entries()) checkStep(step, [...path, 'steps', at], bag);
    checkWeights(endpoint.response?.outcomes, [...path, 'response', 'outcomes'], bag);
  }
}

function checkStep(step: BehaviorStep | BehaviorBranch, path: ConfigPath, bag: DiagnosticBag): void {
  if (step.compute !== undefined) checkDistribution(step.compute, [...path, 'compute'], bag);
  if (step.call !== undefined) checkCall(step.call, [...path, 'call'], bag);
  if ('parallel' in step) {
    for (const [index, branch] of (step.parallel ?? []).entries()) checkStep(branch, [...path, 'parallel', index], bag);
  }
  if ('sequence' in step) {
    for (const [index, leaf] of (step.sequence ?? []).entries()) checkStep(leaf, [...path, 'sequence', index], bag);
  }
}

function checkCall(call: string | BehaviorCall, path: ConfigPath, bag: DiagnosticBag): void {
  if (typeof call === 'string') checkUrl(call, path, bag);
  else checkUrl(call.url, [...path, 'url'], bag);
}

/** Reports a text that is no URL to call. */
export function checkUrl(url: string, path: ConfigPath, bag: DiagnosticBag): void {
  const parsed = parseTargetUrl(url);
  if (!parsed.ok) bag.report('MW0401', path, { field: String(path.at(-1) ?? 'url'), reason: parsed.error });
}

/** Reports alternatives of which none can ever be drawn. */
export function checkWeights(
  entries: readonly { readonly weight: number }[] | undefined,
  path: ConfigPath,
  bag: DiagnosticBag,
): void {
  if (entries?.every((entry) => entry.weight === 0) === true) bag.report('MW0402', path);
}

const PERCENTILE_ORDER = ['min', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

/** Reports percentiles that fall, and bounds in the wrong order. */
export function checkDistribution(value: DistributionSpec, path: ConfigPath, bag: DiagnosticBag): void {
  if (typeof value === 'string') return;
  const { percentiles, uniform } = value;
  const points: readonly (readonly [string, string | undefined])[] =
    percentiles !== undefined
      ? PERCENTILE_ORDER.map((name) => [name, percentiles[name]] as const)
      : [['min', uniform?.min] as const, ['max', uniform?.max] as const];
  const form = percentiles === undefined ? 'uniform' : 'percentiles';
  let lower: readonly [string, string] | undefined;
  for (const [name, text] of points) {
    if (text === undefined) continue;
    if (lower !== undefined && lengthOf(text) < lengthOf(lower[1])) {
      const values = { lower: lower[0], lowerValue: lower[1], upper: name, upperValue: text };
      bag.report('MW0403', [...path, form, name], values);
    }
    lower = [name, text];
  }
}

function lengthOf(text: string): number {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.value : 0;
}
