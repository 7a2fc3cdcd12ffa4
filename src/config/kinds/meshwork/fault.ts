import type { DiagnosticBag } from '../../kind-definition';
import type { Resource } from '../../resource';
import { defineKind, type ObjectOf } from '../define-kind';
import { described, either, number, object, type TypeOf, text, withDefault } from '../schema';
import { listWords } from '../words';
import { distribution, STATUS_CODE, share, span } from './values';

const PLACE_FIELDS = {
  workload: text('Name of a Deployment, StatefulSet, DaemonSet or Pod.'),
  service: text('Name of a service: all pods behind it.'),
  version: text('Only pods whose label `version` has this value.'),
  pod: text('Name of one pod.'),
  namespace: text('Namespace of what is named; that of this object when absent. Alone: every pod in it.'),
};

const PLACE = object('Pods at one end of an edge. Everything that is written must hold.', PLACE_FIELDS);

const EDGE_END = (doc: string) => either(doc, [text('Name of a service, or of a workload.'), PLACE]);

const TARGET = object('What is hit. Everything that is written must hold.', {
  ...PLACE_FIELDS,
  node: text('Name of a node: all pods on it.'),
  edge: object('Traffic in one direction, and its answers.', {
    from: EDGE_END('Who calls; everybody when absent.'),
    to: EDGE_END('Who is called; everybody when absent.'),
  }),
});

const NOTHING = (doc: string) => object(doc, {});

const SHARE_FIELD = withDefault(share('Share of the requests or connections that are hit.'), 1);

/** What breaks; exactly one of these is written. */
const BREAKAGES = {
  crash: NOTHING('The process ends; it is started again with a growing pause, as kubelet does.'),
  hang: NOTHING('Requests are taken and never answered.'),
  slow: object('Work takes longer.', {
    factor: withDefault(number('Every working time is multiplied by this.', { min: 1, max: 1_000_000 }), 1),
    delay: distribution('Added to every request.'),
  }),
  errors: object('Requests fail in the application.', {
    share: SHARE_FIELD,
    status: withDefault(described('Status of the failed requests.', STATUS_CODE), 500),
  }),
  refuse: object('Connections are refused.', { share: SHARE_FIELD }),
  networkDelay: object(
    'Messages take longer on the network.',
    { delay: span('Added one way.'), jitter: withDefault(span('The delay varies by up to this, either way.'), '0s') },
    { required: ['delay'] },
  ),
  networkLoss: object(
    'Messages get lost and are sent again.',
    { share: share('Share of the messages.') },
    { required: ['share'] },
  ),
  partition: NOTHING('Nothing gets through.'),
  certificateExpired: NOTHING('The certificate of the proxy has expired and is not renewed.'),
  controlPlaneDown: NOTHING('The control plane is gone: proxies keep what they have, new ones get nothing.'),
  controlPlaneLag: object('Pushes arrive late.', { delay: span('Added to every push.') }, { required: ['delay'] }),
};

/** Names of the breakages, as the field of the fault is called. */
export type FaultKind = keyof typeof BREAKAGES;

const FAULT_SPEC = object(
  'What breaks, where and when.',
  {
    target: TARGET,
    ...BREAKAGES,
    schedule: object('When it breaks. Without a schedule it is broken from the start.', {
      at: withDefault(span('When it begins.'), '0s'),
      duration: span('How long it lasts; for ever when absent.'),
      every: span('Begins again after this time, counted from the last beginning.'),
    }),
  },
  { exactlyOne: [Object.keys(BREAKAGES)] },
);

/** What breaks. */
export const FAULT = defineKind({
  group: 'meshwork.dev',
  versions: ['v1alpha1'],
  kind: 'Fault',
  plural: 'faults',
  namespaced: true,
  nullMeans: 'wrong-type',
  support: { level: 'full' },
  summary: 'Breaks something at a given time: pods, connections, certificates, the control plane.',
  link: '',
  fields: { spec: FAULT_SPEC },
  required: ['spec'],
  validate: validateFault,
});

export type FaultObject = ObjectOf<typeof FAULT>;
export type FaultSpec = TypeOf<typeof FAULT_SPEC>;
export type FaultTarget = TypeOf<typeof TARGET>;
export type FaultPlace = TypeOf<typeof PLACE>;

/** The kind of a fault: the one breakage that it writes. */
export function faultKindOf(spec: FaultSpec): FaultKind | undefined {
  return FAULT_KINDS.find((kind) => spec[kind] !== undefined);
}

type TargetKind = 'pods' | 'edge' | 'nothing';

const TARGETS: Readonly<Record<FaultKind, readonly TargetKind[]>> = {
  crash: ['pods'],
  hang: ['pods'],
  slow: ['pods'],
  errors: ['pods'],
  refuse: ['pods'],
  networkDelay: ['pods', 'edge'],
  networkLoss: ['pods', 'edge'],
  partition: ['pods', 'edge'],
  certificateExpired: ['pods'],
  controlPlaneDown: ['nothing'],
  controlPlaneLag: ['nothing'],
};

const FAULT_KINDS: readonly FaultKind[] = [
  'crash',
  'hang',
  'slow',
  'errors',
  'refuse',
  'networkDelay',
  'networkLoss',
  'partition',
  'certificateExpired',
  'controlPlaneDown',
  'controlPlaneLag',
];

const TARGET_WORDS: Readonly<Record<TargetKind, string>> = {
  pods: 'pods (workload, service, pod, namespace or node)',
  edge: 'an edge',
  nothing: 'nothing',
};

function validateFault(resource: Resource<{ readonly spec: FaultSpec }>, bag: DiagnosticBag): void {
  const { spec } = resource.object;
  const kind = faultKindOf(spec);
  if (kind === undefined) return;
  const found = targetKindOf(spec.target);
  const allowed = TARGETS[kind];
  if (!allowed.includes(found)) {
    const path = spec.target === undefined ? ['spec'] : ['spec', 'target'];
    const expected = allowed.map((name) => TARGET_WORDS[name]).join(' or ');
    bag.report('MW0406', path, { kind, target: TARGET_WORDS[found], expected });
  }
  const target = spec.target;
  const named = target === undefined ? [] : Object.keys(target).filter((key) => key !== 'edge');
  if (target?.edge !== undefined && named.length > 0) {
    bag.report('MW0206', ['spec', 'target', 'edge'], {
      fields: listWords([...named, 'edge'], 'and'),
      first: named[0] ?? '',
    });
  }
}

function targetKindOf(target: FaultTarget | undefined): TargetKind {
  if (target === undefined || Object.keys(target).length === 0) return 'nothing';
  return target.edge === undefined ? 'pods' : 'edge';
}
