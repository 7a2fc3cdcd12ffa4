import { OBJECT_METADATA } from '../metadata-schema';
import {
  anything,
  bool,
  choice,
  described,
  integer,
  list,
  map,
  object,
  openObject,
  quantity,
  type TypeOf,
  text,
  withDefault,
} from '../schema';
import { CONTAINER, RESOURCES } from './container';

const VOLUME = object(
  'A place for files; what kind of place is not simulated.',
  { name: text('Name by which containers mount it.', { format: 'dns-label' }) },
  { required: ['name'], open: true },
);

const TOLERATION = object('A taint of nodes that the pod puts up with.', {
  key: text('Key of the taint; empty for every key.'),
  operator: choice('How the value is compared.', ['Exists', 'Equal', 'Lt', 'Gt']),
  value: text('Value of the taint.'),
  effect: choice('Effect that is tolerated.', ['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  tolerationSeconds: integer('Seconds that the pod stays after the taint came.'),
});

/** What a pod is made of. */
export const POD_SPEC = object(
  'Containers of the pod and how they run.',
  {
    containers: list('Containers that run side by side.', CONTAINER, { min: 1 }),
    initContainers: list('Containers that run one after the other before the rest starts.', CONTAINER),
    ephemeralContainers: list('Containers added for debugging.', CONTAINER),
    serviceAccountName: text('Identity of the pod; the service account `default` when absent.'),
    serviceAccount: text('Older name of serviceAccountName.'),
    automountServiceAccountToken: bool('Whether the identity is mounted as a file.'),
    restartPolicy: withDefault(
      choice('What happens to a container that ends.', ['Always', 'OnFailure', 'Never']),
      'Always',
    ),
    terminationGracePeriodSeconds: withDefault(
      integer('Seconds between the request to stop and the end by force.', { min: 0 }),
      30,
    ),
    activeDeadlineSeconds: integer('Seconds after which the pod fails.', { min: 1 }),
    hostNetwork: bool('Whether the pod uses the network of its node; such a pod gets no sidecar.'),
    hostPID: bool('Whether the pod sees the processes of its node.'),
    hostIPC: bool('Whether the pod shares memory with its node.'),
    hostUsers: bool('Whether the pod shares the users of its node.'),
    hostname: text('Name of the pod as it sees itself.'),
    hostnameOverride: text('Name of the pod as it sees itself, without a domain.'),
    subdomain: text('Headless service that gives the pod a name of its own.'),
    setHostnameAsFQDN: bool('Whether the host name is the full one.'),
    hostAliases: list('Extra lines of the hosts file.', openObject('One line.')),
    dnsPolicy: text('Where names are looked up.'),
    dnsConfig: openObject('Name servers and search domains.'),
    nodeName: text('Node that the pod runs on.'),
    nodeSelector: map('Labels that the node must have.', text('Value of the label.')),
    affinity: openObject('Which nodes and neighbours the pod likes.'),
    tolerations: list('Taints that the pod puts up with.', TOLERATION),
    topologySpreadConstraints: list('How pods spread over zones and nodes.', openObject('One constraint.')),
    schedulerName: text('Scheduler that places the pod.'),
    schedulingGates: list('What has to be done before the pod is placed.', openObject('One gate.')),
    priority: integer('Priority among pods.'),
    priorityClassName: text('Class that gives the priority.'),
    preemptionPolicy: text('Whether the pod may push others out.'),
    runtimeClassName: text('Runtime that runs the containers.'),
    overhead: map('Resources of the runtime itself.', quantity('Amount.')),
    resources: described('Resources of the pod as a whole.', RESOURCES),
    resourceClaims: list('Dynamic resources of the pod.', openObject('One claim.')),
    readinessGates: list(
      'Conditions that have to hold before the pod is ready.',
      object('One condition.', { conditionType: text('Name of the condition.') }, { required: ['conditionType'] }),
    ),
    imagePullSecrets: list(
      'Secrets for fetching images.',
      object('One secret.', { name: text('Name of the secret.') }),
    ),
    securityContext: openObject('Users and groups of all containers.'),
    enableServiceLinks: bool('Whether services appear as environment variables.'),
    shareProcessNamespace: bool('Whether the containers see each other’s processes.'),
    os: openObject('Operating system of the containers.'),
    volumes: list('Places for files.', VOLUME),
    workloadRef: anything('Group of pods that are placed together.'),
  },
  { required: ['containers'] },
);

export type PodSpec = TypeOf<typeof POD_SPEC>;

/** The pod that a controller makes. */
export const POD_TEMPLATE = object(
  'The pod that the controller makes.',
  {
    metadata: described('Labels and annotations of the pods.', OBJECT_METADATA),
    spec: POD_SPEC,
  },
  { required: ['spec'] },
);

export type PodTemplate = TypeOf<typeof POD_TEMPLATE>;
