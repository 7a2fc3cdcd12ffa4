import { defineKind, type ObjectOf } from '../define-kind';
import {
  bool,
  choice,
  integer,
  intOrString,
  list,
  object,
  openObject,
  type TypeOf,
  text,
  withDefault,
} from '../schema';
import { LABEL_SELECTOR } from './label-selector';
import { POD_SPEC, POD_TEMPLATE } from './pod-spec';
import { checkPodSpec, checkWorkload } from './rules';

const STATUS = openObject('What the cluster reports.');

const DEPLOYMENT_STRATEGY = object('How old pods give way to new ones.', {
  type: withDefault(
    choice('Kind of change-over.', ['RollingUpdate', 'Recreate'], {
      docs: {
        RollingUpdate: 'New pods come up while old ones still serve.',
        Recreate: 'All old pods go before the first new one comes.',
      },
    }),
    'RollingUpdate',
  ),
  rollingUpdate: object('Bounds of a rolling update.', {
    maxSurge: withDefault(intOrString('Pods above the wanted number, as a number or a percentage.'), '25%'),
    maxUnavailable: withDefault(intOrString('Pods that may be missing, as a number or a percentage.'), '25%'),
  }),
});

const DEPLOYMENT_SPEC = object(
  'The pods that are wanted, and how they are replaced.',
  {
    replicas: withDefault(integer('Pods that are wanted.', { min: 0 }), 1),
    selector: LABEL_SELECTOR,
    template: POD_TEMPLATE,
    strategy: withDefault(DEPLOYMENT_STRATEGY, {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    }),
    minReadySeconds: withDefault(integer('Seconds that a new pod has to stay ready.', { min: 0 }), 0),
    revisionHistoryLimit: integer('Old templates to keep.', { min: 0 }),
    progressDeadlineSeconds: integer('Seconds without progress after which a rollout has failed.', { min: 0 }),
    paused: bool('Whether changes wait.'),
  },
  { required: ['selector', 'template'] },
);

/** Interchangeable pods that are replaced gradually. */
export const DEPLOYMENT = defineKind({
  group: 'apps',
  versions: ['v1'],
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['progressDeadlineSeconds', 'revisionHistoryLimit', 'paused'] },
  summary: 'Keeps a number of equal pods running and replaces them gradually when their template changes.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/',
  fields: { spec: DEPLOYMENT_SPEC, status: STATUS },
  required: ['spec'],
  validate(resource, bag) {
    const { spec } = resource.object;
    checkWorkload('Deployment', spec, bag);
    const bounds = spec.strategy.rollingUpdate;
    if (bounds !== undefined && isZero(bounds.maxSurge) && isZero(bounds.maxUnavailable)) {
      bag.report('MW0309', ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable']);
    }
  },
});

function isZero(bound: number | string): boolean {
  return bound === 0 || bound === '0%' || bound === '0';
}

/** Pods with names and order. */
export const STATEFUL_SET = defineKind({
  group: 'apps',
  versions: ['v1'],
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['volumeClaimTemplates', 'updateStrategy.rollingUpdate.partition'] },
  summary: 'Keeps pods that have a number, a name of their own and an order.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/',
  fields: {
    spec: object(
      'The pods that are wanted.',
      {
        replicas: withDefault(integer('Pods that are wanted.', { min: 0 }), 1),
        selector: LABEL_SELECTOR,
        template: POD_TEMPLATE,
        serviceName: text('Headless service that names the pods.'),
        podManagementPolicy: withDefault(
          choice('Whether pods come one after the other.', ['OrderedReady', 'Parallel']),
          'OrderedReady',
        ),
        updateStrategy: openObject('How old pods give way to new ones.'),
        minReadySeconds: withDefault(integer('Seconds that a new pod has to stay ready.', { min: 0 }), 0),
        revisionHistoryLimit: integer('Old templates to keep.', { min: 0 }),
        ordinals: object('Numbering of the pods.', { start: integer('First number.', { min: 0 }) }),
        persistentVolumeClaimRetentionPolicy: openObject('What happens to the volumes.'),
        volumeClaimTemplates: list('Volumes of each pod.', openObject('One claim.')),
      },
      { required: ['selector', 'template'] },
    ),
    status: STATUS,
  },
  required: ['spec'],
  validate: (resource, bag) => checkWorkload('StatefulSet', resource.object.spec, bag),
});

/** One pod per node. */
export const DAEMON_SET = defineKind({
  group: 'apps',
  versions: ['v1'],
  kind: 'DaemonSet',
  plural: 'daemonsets',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['updateStrategy'] },
  summary: 'Runs one pod on every node.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
  fields: {
    spec: object(
      'The pods that are wanted.',
      {
        selector: LABEL_SELECTOR,
        template: POD_TEMPLATE,
        updateStrategy: openObject('How old pods give way to new ones.'),
        minReadySeconds: withDefault(integer('Seconds that a new pod has to stay ready.', { min: 0 }), 0),
        revisionHistoryLimit: integer('Old templates to keep.', { min: 0 }),
      },
      { required: ['selector', 'template'] },
    ),
    status: STATUS,
  },
  required: ['spec'],
  validate: (resource, bag) => checkWorkload('DaemonSet', resource.object.spec, bag),
});

/** What a Deployment makes; written by nobody. */
export const REPLICA_SET = defineKind({
  group: 'apps',
  versions: ['v1'],
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'kept', reason: 'Deployments make their pods without it.' },
  summary: 'Keeps a number of equal pods running; Deployments use it.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/',
  fields: {
    spec: object(
      'The pods that are wanted.',
      {
        replicas: withDefault(integer('Pods that are wanted.', { min: 0 }), 1),
        selector: LABEL_SELECTOR,
        template: POD_TEMPLATE,
        minReadySeconds: withDefault(integer('Seconds that a new pod has to stay ready.', { min: 0 }), 0),
      },
      { required: ['selector'] },
    ),
    status: STATUS,
  },
  required: ['spec'],
});

const POD_STATUS = object(
  'What the cluster reports.',
  {
    phase: text('Where the pod is in its life.'),
    podIP: text('Address of the pod.'),
    hostIP: text('Address of its node.'),
  },
  { open: true },
);

/** Containers on one node. */
export const POD = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['volumes', 'affinity', 'resources', 'securityContext'] },
  summary: 'Containers that share one address and live and die together.',
  link: 'https://kubernetes.io/docs/concepts/workloads/pods/',
  fields: { spec: POD_SPEC, status: POD_STATUS },
  required: ['spec'],
  validate: (resource, bag) => checkPodSpec(resource.object.spec, ['spec'], bag),
});

export type DeploymentObject = ObjectOf<typeof DEPLOYMENT>;
export type StatefulSetObject = ObjectOf<typeof STATEFUL_SET>;
export type DaemonSetObject = ObjectOf<typeof DAEMON_SET>;
export type ReplicaSetObject = ObjectOf<typeof REPLICA_SET>;
export type PodObject = ObjectOf<typeof POD>;
export type DeploymentStrategy = TypeOf<typeof DEPLOYMENT_STRATEGY>;
