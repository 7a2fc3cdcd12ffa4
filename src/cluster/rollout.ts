import { assert } from '../base';
import type { PodRecord } from './state';
import type { WorkloadTemplate } from './workload-template';

/** What a controller does next. Creation names the position of the pod; -1 where positions mean nothing. */
export interface RolloutPlan {
  readonly create: readonly number[];
  readonly remove: readonly PodRecord[];
}

const NOTHING: RolloutPlan = { create: [], remove: [] };

/**
 * One step of a controller: from the pods there are to the pods there should be. Pure; called again whenever a pod
 * becomes ready or goes, until it plans nothing.
 */
export function planRollout(template: WorkloadTemplate, pods: readonly PodRecord[], nodeCount: number): RolloutPlan {
  const living = pods.filter((pod) => pod.phase !== 'terminating');
  switch (template.strategy.kind) {
    case 'rollingUpdate':
      return template.kind === 'DaemonSet'
        ? planDaemonSet(template, living, nodeCount)
        : planRollingUpdate(template, living, template.strategy.maxSurge, template.strategy.maxUnavailable);
    case 'recreate':
      return planRecreate(template, living, pods.length);
    case 'ordered':
      return planOrdered(template, living, pods);
    case 'parallel':
      return planParallel(template, living);
  }
}

/** kubernetes/kubernetes pkg/controller/deployment/rolling.go: reconcileNewReplicaSet, then reconcileOldReplicaSets. */
function planRollingUpdate(
  template: WorkloadTemplate,
  living: readonly PodRecord[],
  maxSurge: number,
  maxUnavailable: number,
): RolloutPlan {
  const { replicas } = template;
  const fresh = living.filter((pod) => pod.templateHash === template.hash);
  const old = living.filter((pod) => pod.templateHash !== template.hash);
  if (fresh.length > replicas) return { create: [], remove: leastWorthFirst(fresh).slice(0, fresh.length - replicas) };
  const ceiling = old.length === 0 ? replicas : replicas + maxSurge;
  const room = Math.max(0, Math.min(replicas - fresh.length, ceiling - living.length));
  const create = Array.from({ length: room }, () => -1);
  const minAvailable = replicas - maxUnavailable;
  const available = living.filter((pod) => pod.ready).length;
  const unhealthyOld = old.filter((pod) => !pod.ready);
  const spare = Math.max(0, available - minAvailable);
  const healthyOld = leastWorthFirst(old.filter((pod) => pod.ready)).slice(0, spare);
  return { create, remove: [...unhealthyOld, ...healthyOld] };
}

function planRecreate(template: WorkloadTemplate, living: readonly PodRecord[], existing: number): RolloutPlan {
  const old = living.filter((pod) => pod.templateHash !== template.hash);
  if (old.length > 0) return { create: [], remove: old };
  if (living.length > template.replicas)
    return { create: [], remove: leastWorthFirst(living).slice(0, living.length - template.replicas) };
  // Old pods that are still terminating hold the new ones back.
  if (living.length === 0 && existing > 0 && template.kind !== 'Pod') return NOTHING;
  return { create: Array.from({ length: template.replicas - living.length }, () => -1), remove: [] };
}

/** kubernetes/kubernetes pkg/controller/statefulset/stateful_set_control.go: OrderedReady; updates go from the highest position down. */
function planOrdered(template: WorkloadTemplate, living: readonly PodRecord[], all: readonly PodRecord[]): RolloutPlan {
  for (let ordinal = 0; ordinal < template.replicas; ordinal++) {
    const pod = living.find((candidate) => candidate.ordinal === ordinal);
    if (pod === undefined) {
      const leaving = all.some((candidate) => candidate.ordinal === ordinal);
      return leaving ? NOTHING : { create: [ordinal], remove: [] };
    }
    if (!pod.ready && pod.templateHash === template.hash) return NOTHING;
  }
  const excess = living.filter((pod) => pod.ordinal >= template.replicas);
  if (excess.length > 0) return { create: [], remove: excess.slice(-1) };
  const outdated = living.filter((pod) => pod.templateHash !== template.hash);
  const last = outdated.reduce<PodRecord | undefined>(
    (best, pod) => (best === undefined || pod.ordinal > best.ordinal ? pod : best),
    undefined,
  );
  return last === undefined ? NOTHING : { create: [], remove: [last] };
}

function planParallel(template: WorkloadTemplate, living: readonly PodRecord[]): RolloutPlan {
  const create: number[] = [];
  for (let ordinal = 0; ordinal < template.replicas; ordinal++) {
    if (!living.some((pod) => pod.ordinal === ordinal)) create.push(ordinal);
  }
  return {
    create,
    remove: living.filter((pod) => pod.ordinal >= template.replicas || pod.templateHash !== template.hash),
  };
}

function planDaemonSet(template: WorkloadTemplate, living: readonly PodRecord[], nodeCount: number): RolloutPlan {
  assert(nodeCount > 0, 'a cluster has at least one node');
  const create: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (!living.some((pod) => pod.ordinal === node)) create.push(node);
  }
  if (create.length > 0) return { create, remove: [] };
  const old = living.filter((pod) => pod.templateHash !== template.hash);
  const fresh = living.filter((pod) => pod.templateHash === template.hash);
  return fresh.every((pod) => pod.ready) ? { create: [], remove: old.slice(0, 1) } : NOTHING;
}

/** kubernetes/kubernetes pkg/controller/controller_utils.go ActivePodsWithRanks: not ready before ready, younger before older. */
function leastWorthFirst(pods: readonly PodRecord[]): readonly PodRecord[] {
  return [...pods].sort((a, b) => Number(a.ready) - Number(b.ready) || b.serial - a.serial);
}
