import { defineKind, described, integer, list, type ObjectOf, object, port, type TypeOf, text } from '../../../config';
import { INT32_MAX, portOrZero, textMap } from './fields';
import { ISTIO_STATUS } from './status';
import { WORKLOAD_ENTRY_SPEC } from './workload-entry';

const count = (doc: string) => integer(doc, { min: 0, max: INT32_MAX });

export const READINESS_PROBE = object(
  'How the health of a workload is looked at.',
  {
    initialDelaySeconds: count('Seconds before the first look.'),
    timeoutSeconds: count('Seconds that an answer may take. Default: 1.'),
    periodSeconds: count('Seconds between two looks. Default: 10.'),
    successThreshold: count('Good looks in a row before the workload counts as healthy. Default: 1.'),
    failureThreshold: count('Bad looks in a row before the workload counts as unhealthy. Default: 3.'),
    httpGet: object(
      'Healthy when a request is answered with 2xx or 3xx.',
      {
        path: text('Path of the request.'),
        port: port('Port that is asked.'),
        host: text('Host that is asked. Default: the workload itself.'),
        scheme: text('HTTP or HTTPS. Default: HTTP.'),
        httpHeaders: list(
          'Headers of the request.',
          object('One header.', {
            name: text('Name of the header.', { pattern: '^[-_A-Za-z0-9]+$' }),
            value: text('Its value.'),
          }),
        ),
      },
      { required: ['port'] },
    ),
    tcpSocket: object(
      'Healthy when a connection can be opened.',
      { port: port('Port that is dialled.'), host: text('Host that is dialled. Default: the workload itself.') },
      { required: ['port'] },
    ),
    exec: object(
      'Healthy when a command ends with code 0.',
      { command: list('The command and its arguments.', text('One word.', { minLength: 1 })) },
      { required: ['command'] },
    ),
    grpc: object('Healthy when the health service of gRPC says so.', {
      port: portOrZero('Port that is asked.'),
      service: text('Name of the service that is asked about.'),
    }),
  },
  { atMostOne: [['httpGet', 'tcpSocket', 'exec', 'grpc']] },
);
export type ReadinessProbe = TypeOf<typeof READINESS_PROBE>;

export const WORKLOAD_GROUP_SPEC = object(
  'What the workloads of a group have in common.',
  {
    metadata: object('Labels and annotations of the WorkloadEntries that are made.', {
      labels: textMap('Labels of each WorkloadEntry.', { max: 256 }),
      annotations: textMap('Annotations of each WorkloadEntry.', { max: 256 }),
    }),
    template: described('What each WorkloadEntry looks like; its address is filled in.', WORKLOAD_ENTRY_SPEC),
    probe: READINESS_PROBE,
  },
  { required: ['template'] },
);
export type WorkloadGroupSpec = TypeOf<typeof WORKLOAD_GROUP_SPEC>;

export const WORKLOAD_GROUP_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'WorkloadGroup',
  plural: 'workloadgroups',
  namespaced: true,
  support: { level: 'kept', reason: 'Machines that register themselves are not modelled.' },
  summary: 'Describes workloads outside Kubernetes that register themselves, as a Deployment describes pods.',
  link: 'https://istio.io/latest/docs/reference/config/networking/workload-group/',
  fields: { spec: WORKLOAD_GROUP_SPEC, status: ISTIO_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type WorkloadGroupObject = ObjectOf<typeof WORKLOAD_GROUP_KIND>;
