import {
  bool,
  choice,
  integer,
  list,
  map,
  object,
  openObject,
  port,
  quantity,
  type TypeOf,
  text,
  withDefault,
} from '../schema';
import { LIFECYCLE, PROBE } from './probe';

const ENVIRONMENT_VARIABLE = object(
  'One environment variable.',
  {
    name: text('Name of the variable.', { minLength: 1 }),
    value: text('Value; `$(OTHER)` is replaced by the value of OTHER.'),
    valueFrom: openObject('Takes the value from a field of the pod, a ConfigMap or a Secret.'),
  },
  { required: ['name'] },
);

const CONTAINER_PORT = object(
  'A port that the container listens on.',
  {
    name: text('Name by which a Service or a probe can refer to the port.', { minLength: 1, maxLength: 15 }),
    containerPort: port('Number of the port.'),
    protocol: withDefault(choice('Transport protocol.', ['TCP', 'UDP', 'SCTP']), 'TCP'),
    hostPort: integer('Port of the node that leads here.', { min: 0, max: 65535 }),
    hostIP: text('Address of the node that leads here.'),
  },
  { required: ['containerPort'] },
);

/** What a container asks for and what it may use at most. */
export const RESOURCES = object('CPU and memory that the container asks for, and what it may use at most.', {
  limits: map('The most it may use, by resource (`cpu`, `memory`).', quantity('Amount.')),
  requests: map('What is kept free for it, by resource (`cpu`, `memory`).', quantity('Amount.')),
  claims: list('Dynamic resources that it uses.', openObject('One claim.')),
});

/** A container of a pod. The image is free to be absent in templates that a webhook completes. */
export const CONTAINER = object(
  'A process with its image, ports and limits.',
  {
    name: text('Name, unique in the pod.', { format: 'dns-label' }),
    image: text('Image that the container runs.'),
    imagePullPolicy: choice('When the image is fetched.', ['Always', 'IfNotPresent', 'Never']),
    command: list('Replaces the entry point of the image.', text('One word.')),
    args: list('Arguments of the command.', text('One word.')),
    workingDir: text('Directory that the command starts in.'),
    ports: list('Ports that the container listens on.', CONTAINER_PORT),
    env: list('Environment variables.', ENVIRONMENT_VARIABLE),
    envFrom: list('ConfigMaps and Secrets whose entries become variables.', openObject('One source.')),
    resources: RESOURCES,
    resizePolicy: list('How a change of resources takes effect.', openObject('One policy.')),
    restartPolicy: text('`Always` makes an init container a sidecar that runs beside the others.'),
    restartPolicyRules: list('Rules on exit codes for restarting.', openObject('One rule.')),
    volumeMounts: list(
      'Volumes and where they appear.',
      object(
        'One mount.',
        {
          name: text('Name of the volume.'),
          mountPath: text('Path in the container.'),
          readOnly: bool('Whether writing is forbidden.'),
          recursiveReadOnly: text('Whether mounts below are read-only, too.'),
          subPath: text('Path in the volume.'),
          subPathExpr: text('Path in the volume, with variables.'),
          mountPropagation: text('How later mounts spread.'),
        },
        { required: ['name', 'mountPath'] },
      ),
    ),
    volumeDevices: list('Block devices.', openObject('One device.')),
    livenessProbe: PROBE,
    readinessProbe: PROBE,
    startupProbe: PROBE,
    lifecycle: LIFECYCLE,
    securityContext: openObject('Users, groups and privileges of the process.'),
    terminationMessagePath: text('File with the last words of the container.'),
    terminationMessagePolicy: text('Where the last words come from.'),
    stdin: bool('Whether standard input is open.'),
    stdinOnce: bool('Whether standard input closes after the first client.'),
    tty: bool('Whether the container has a terminal.'),
    targetContainerName: text('Container that an ephemeral container looks into.'),
  },
  { required: ['name'] },
);

export type Container = TypeOf<typeof CONTAINER>;
export type ContainerPort = TypeOf<typeof CONTAINER_PORT>;
