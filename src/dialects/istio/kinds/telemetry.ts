import {
  bool,
  choice,
  defineKind,
  duration,
  list,
  map,
  nullable,
  number,
  type ObjectOf,
  object,
  type TypeOf,
  text,
} from '../../../config';
import { POLICY_TARGETS } from './selector';
import { ISTIO_STATUS } from './status';

const NON_EMPTY = { minLength: 1 };

const PROVIDERS = list(
  'Providers that get the data, by their name in the mesh configuration. Default: those of the wider policy.',
  object('One provider.', { name: text('Name of the provider.', NON_EMPTY) }, { required: ['name'] }),
);
const MODE = choice(
  'Which side of the traffic this is about. Default: CLIENT_AND_SERVER.',
  ['CLIENT_AND_SERVER', 'CLIENT', 'SERVER'],
  {
    docs: {
      CLIENT_AND_SERVER: 'Both sides.',
      CLIENT: 'Traffic that the workload sends.',
      SERVER: 'Traffic that the workload gets.',
    },
  },
);

export const ACCESS_LOGGING = object('Which requests are logged, and where to.', {
  match: object('Which side of the traffic this is about.', { mode: MODE }),
  providers: PROVIDERS,
  disabled: nullable(bool('Switches the log off.')),
  filter: object('Chooses what is logged.', {
    expression: text('CEL expression over the request; what makes it true is logged: `response.code >= 500`.'),
  }),
});
export type AccessLogging = TypeOf<typeof ACCESS_LOGGING>;

export const METRICS = object('Which metrics are kept, and with which labels.', {
  providers: PROVIDERS,
  overrides: list(
    'Changes to single metrics, applied in order.',
    object('One change.', {
      match: object(
        'Metrics that the change is about. Default: all.',
        {
          metric: choice('One of the standard metrics.', [
            'ALL_METRICS',
            'REQUEST_COUNT',
            'REQUEST_DURATION',
            'REQUEST_SIZE',
            'RESPONSE_SIZE',
            'TCP_OPENED_CONNECTIONS',
            'TCP_CLOSED_CONNECTIONS',
            'TCP_SENT_BYTES',
            'TCP_RECEIVED_BYTES',
            'GRPC_REQUEST_MESSAGES',
            'GRPC_RESPONSE_MESSAGES',
          ]),
          customMetric: text('Name of another metric.', NON_EMPTY),
          mode: MODE,
        },
        { atMostOne: [['metric', 'customMetric']] },
      ),
      disabled: nullable(bool('Switches the metric off.')),
      tagOverrides: map(
        'Changes to labels of the metric, by name of the label.',
        object('One change.', {
          operation: choice('What happens to the label. Default: UPSERT.', ['UPSERT', 'REMOVE'], {
            docs: { UPSERT: 'It is added, or its value replaced.', REMOVE: 'It is left out.' },
          }),
          value: text('CEL expression that gives the value, for UPSERT.'),
        }),
      ),
    }),
  ),
  reportingInterval: duration('How often figures of long TCP connections are reported. Default: 5s.'),
});
export type Metrics = TypeOf<typeof METRICS>;

const CUSTOM_TAG = object(
  'Where the value of a tag comes from.',
  {
    literal: object('A fixed value.', { value: text('The value.', NON_EMPTY) }, { required: ['value'] }),
    environment: object(
      'A variable from the environment of the proxy.',
      { name: text('Name of the variable.', NON_EMPTY), defaultValue: text('Value where it is not set.') },
      { required: ['name'] },
    ),
    header: object(
      'A header of the request.',
      { name: text('Name of the header.', NON_EMPTY), defaultValue: text('Value where it is missing.') },
      { required: ['name'] },
    ),
    formatter: object(
      'A text with the operators of the access log.',
      { value: text('The text, such as `%RESPONSE_FLAGS%`.', NON_EMPTY) },
      { required: ['value'] },
    ),
  },
  { atMostOne: [['literal', 'environment', 'header', 'formatter']] },
);

export const TRACING = object('Which requests are traced, and what spans carry.', {
  match: object('Which side of the traffic this is about.', { mode: MODE }),
  providers: PROVIDERS,
  randomSamplingPercentage: nullable(
    number('Share of the new requests that are traced, in per cent. Default: 1.', {
      min: 0,
      max: 100,
    }),
  ),
  disableSpanReporting: nullable(bool('Make no spans; headers are still passed on.')),
  disableContextPropagation: nullable(bool('Leave the headers that carry the trace alone.')),
  customTags: map('Further tags of the spans, by name.', CUSTOM_TAG),
  enableIstioTags: nullable(bool('Whether spans carry the names of workload, namespace and mesh. Default: true.')),
  useRequestIdForTraceSampling: nullable(bool('Whether the request id decides about sampling. Default: true.')),
});
export type Tracing = TypeOf<typeof TRACING>;

export const TELEMETRY_SPEC = object(
  'What is observed of the traffic of workloads.',
  {
    ...POLICY_TARGETS,
    tracing: list('Settings for traces.', TRACING),
    metrics: list('Settings for metrics.', METRICS),
    accessLogging: list('Settings for access logs.', ACCESS_LOGGING),
  },
  { atMostOne: [['selector', 'targetRef', 'targetRefs']] },
);
export type TelemetrySpec = TypeOf<typeof TELEMETRY_SPEC>;

export const TELEMETRY_KIND = defineKind({
  group: 'telemetry.istio.io',
  versions: ['v1', 'v1alpha1'],
  kind: 'Telemetry',
  plural: 'telemetries',
  namespaced: true,
  support: { level: 'kept', reason: 'Metrics, logs and traces are always collected in full.' },
  summary: 'Says which metrics, access logs and traces the proxies of workloads produce.',
  link: 'https://istio.io/latest/docs/reference/config/telemetry/',
  fields: { spec: TELEMETRY_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type TelemetryObject = ObjectOf<typeof TELEMETRY_KIND>;
