import { compareStrings, hash64ToHex, NS_PER_S, type Ns, xxHash64 } from '../base';
import {
  type ContainerView,
  type DAEMON_SET,
  type DEPLOYMENT,
  type ObjectOf,
  type ObjectRef,
  objectKey,
  type POD,
  type Resource,
  type STATEFUL_SET,
  scaleIntOrPercent,
} from '../config';
import type { WorkloadKind } from './state';

export type RolloutStrategy =
  /** Absolute numbers of pods, percentages already resolved. */
  | { readonly kind: 'rollingUpdate'; readonly maxSurge: number; readonly maxUnavailable: number }
  | { readonly kind: 'recreate' }
  /** StatefulSet: one at a time, in order. */
  | { readonly kind: 'ordered' }
  | { readonly kind: 'parallel' };

/** What a controller works towards: so many pods of this shape. Immutable. */
export interface WorkloadTemplate {
  readonly key: string;
  readonly ref: ObjectRef;
  readonly kind: WorkloadKind;
  readonly replicas: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly hostNetwork: boolean;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerView[];
  readonly readinessDelayNs: Ns;
  readonly strategy: RolloutStrategy;
  readonly terminationGraceNs: Ns;
  readonly hash: string;
  readonly resource: Resource;
}

type PodSpec = NonNullable<ObjectOf<typeof POD>['spec']>;
type PodTemplate = NonNullable<ObjectOf<typeof DEPLOYMENT>['spec']>['template'];

// kubernetes/kubernetes pkg/apis/core/v1/defaults.go
const DEFAULT_TERMINATION_GRACE_S = 30;
const DEFAULT_MAX_SURGE = '25%';
const DEFAULT_MAX_UNAVAILABLE = '25%';

/** kubernetes/kubernetes pkg/controller/deployment/util/deployment_util.go ResolveFenceposts: surge rounds up, unavailability down, never both zero. */
export function resolveRollout(
  surge: number | string,
  unavailable: number | string,
  replicas: number,
): RolloutStrategy {
  const maxSurge = scaleIntOrPercent(surge, replicas, 'up') ?? 0;
  const maxUnavailable = scaleIntOrPercent(unavailable, replicas, 'down') ?? 0;
  return {
    kind: 'rollingUpdate',
    maxSurge,
    maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable,
  };
}

function containersOf(spec: PodSpec | undefined): readonly ContainerView[] {
  return (spec?.containers ?? []).map((container) => ({
    name: container.name ?? '',
    image: container.image ?? '',
    ports: (container.ports ?? []).map((port) => ({
      name: port.name ?? '',
      containerPort: port.containerPort ?? 0,
      protocol: port.protocol ?? 'TCP',
    })),
  }));
}

function readinessDelayNs(spec: PodSpec | undefined): Ns {
  let seconds = 0;
  for (const container of spec?.containers ?? []) {
    seconds = Math.max(seconds, container.readinessProbe?.initialDelaySeconds ?? 0);
  }
  return seconds * NS_PER_S;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, child]) => child !== undefined);
    entries.sort(([a], [b]) => compareStrings(a, b));
    return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Short name of a template's content, as the controllers append it to pod names. */
export function templateHash(content: unknown): string {
  return hash64ToHex(xxHash64(canonicalJson(content))).slice(0, 9);
}

function shared(resource: Resource, kind: WorkloadKind, template: PodTemplate | undefined, restarts: number) {
  const spec = template?.spec;
  const labels = template?.metadata?.labels ?? {};
  const annotations = template?.metadata?.annotations ?? {};
  return {
    key: objectKey(resource.ref),
    ref: resource.ref,
    kind,
    labels,
    annotations,
    serviceAccount: spec?.serviceAccountName ?? spec?.serviceAccount ?? 'default',
    hostNetwork: spec?.hostNetwork ?? false,
    nodeSelector: spec?.nodeSelector ?? {},
    containers: containersOf(spec),
    readinessDelayNs: readinessDelayNs(spec),
    terminationGraceNs: (spec?.terminationGracePeriodSeconds ?? DEFAULT_TERMINATION_GRACE_S) * NS_PER_S,
    hash: templateHash({ labels, annotations, spec, restarts }),
    resource,
  };
}

export function deploymentTemplate(
  resource: Resource<ObjectOf<typeof DEPLOYMENT>>,
  restarts: number,
  replicaOverride: number | undefined,
): WorkloadTemplate {
  const spec = resource.object.spec;
  const replicas = replicaOverride ?? spec?.replicas ?? 1;
  const rolling = spec?.strategy?.rollingUpdate;
  return {
    ...shared(resource, 'Deployment', spec?.template, restarts),
    replicas,
    strategy:
      spec?.strategy?.type === 'Recreate'
        ? { kind: 'recreate' }
        : resolveRollout(
            rolling?.maxSurge ?? DEFAULT_MAX_SURGE,
            rolling?.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE,
            replicas,
          ),
  };
}

export function statefulSetTemplate(
  resource: Resource<ObjectOf<typeof STATEFUL_SET>>,
  restarts: number,
  replicaOverride: number | undefined,
): WorkloadTemplate {
  const spec = resource.object.spec;
  return {
    ...shared(resource, 'StatefulSet', spec?.template, restarts),
    replicas: replicaOverride ?? spec?.replicas ?? 1,
    strategy: spec?.podManagementPolicy === 'Parallel' ? { kind: 'parallel' } : { kind: 'ordered' },
  };
}

export function daemonSetTemplate(
  resource: Resource<ObjectOf<typeof DAEMON_SET>>,
  restarts: number,
  nodes: number,
): WorkloadTemplate {
  return {
    ...shared(resource, 'DaemonSet', resource.object.spec?.template, restarts),
    replicas: nodes,
    strategy: { kind: 'rollingUpdate', maxSurge: 0, maxUnavailable: 1 },
  };
}

export function podTemplate(resource: Resource<ObjectOf<typeof POD>>): WorkloadTemplate {
  const { labels, annotations } = resource.metadata;
  return {
    ...shared(resource, 'Pod', { metadata: { labels, annotations }, spec: resource.object.spec } as PodTemplate, 0),
    replicas: 1,
    strategy: { kind: 'recreate' },
  };
}
