import { NS_PER_MS, type Ns, parseDuration } from '../base';
import { distributionOf, type ResourceStore } from '../cluster';
import { FAULT, type FaultSpec as FaultResourceSpec, type FaultTarget, faultKindOf, parseShare } from '../config';
import type { EngineFault, EntitySelector } from '../engine';
import type { FaultSpec } from './command';

/** A fault that the manifests ask for: from `atNs` of the run, for `durationNs` (0 = until it is cleared), again every `everyNs` (0 = once). */
export interface ScheduledFault {
  readonly id: string;
  readonly label: string;
  readonly atNs: Ns;
  readonly durationNs: Ns;
  readonly everyNs: Ns;
  readonly fault: FaultSpec;
}

const DEFAULT_LAG_NS: Ns = 1000 * NS_PER_MS;

function spanOf(text: string | undefined, fallbackNs: Ns): Ns {
  const parsed = text === undefined ? undefined : parseDuration(text);
  return parsed?.ok === true ? parsed.value : fallbackNs;
}

interface Place {
  readonly workload?: string | undefined;
  readonly service?: string | undefined;
  readonly version?: string | undefined;
  readonly pod?: string | undefined;
  readonly namespace?: string | undefined;
  readonly node?: string | undefined;
}

function selectorOf(place: Place, namespace: string): EntitySelector {
  const { pod, workload, service, version, node } = place;
  return {
    namespace: place.namespace ?? namespace,
    ...(pod === undefined ? {} : { podName: pod }),
    ...(workload === undefined ? {} : { workload }),
    ...(service === undefined ? {} : { service }),
    ...(version === undefined ? {} : { version }),
    ...(node === undefined ? {} : { node }),
  };
}

function endOf(end: string | Place | undefined, namespace: string): EntitySelector | undefined {
  if (end === undefined) return undefined;
  return selectorOf(typeof end === 'string' ? { service: end } : end, namespace);
}

/** From and to of a fault in the network: an edge as written, or everything that reaches the named pods. */
function edgeOf(
  target: FaultTarget | undefined,
  namespace: string,
): { readonly from?: EntitySelector; readonly to?: EntitySelector } {
  if (target?.edge === undefined) return target === undefined ? {} : { to: selectorOf(target, namespace) };
  const from = endOf(target.edge.from, namespace);
  const to = endOf(target.edge.to, namespace);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function podFault(spec: FaultResourceSpec, target: EntitySelector): EngineFault | undefined {
  if (spec.crash !== undefined) return { kind: 'crash', target };
  if (spec.hang !== undefined) return { kind: 'hang', target };
  if (spec.slow !== undefined) {
    return {
      kind: 'slow',
      target,
      factor: spec.slow.factor,
      ...(spec.slow.delay === undefined ? {} : { extra: distributionOf(spec.slow.delay) }),
    };
  }
  if (spec.errors !== undefined)
    return { kind: 'errors', target, share: parseShare(spec.errors.share), status: spec.errors.status };
  if (spec.refuse !== undefined) return { kind: 'refuse', target, share: parseShare(spec.refuse.share) };
  if (spec.certificateExpired !== undefined) return { kind: 'certificateExpired', target };
  return undefined;
}

function networkFault(spec: FaultResourceSpec, namespace: string): EngineFault | undefined {
  const edge = edgeOf(spec.target, namespace);
  if (spec.networkDelay !== undefined) {
    const delayNs = spanOf(spec.networkDelay.delay, 0);
    const jitterNs = Math.min(delayNs, spanOf(spec.networkDelay.jitter, 0));
    return {
      kind: 'networkDelay',
      ...edge,
      delay: { kind: 'uniform', minNs: delayNs - jitterNs, maxNs: delayNs + jitterNs },
    };
  }
  if (spec.networkLoss !== undefined)
    return { kind: 'networkLoss', ...edge, share: parseShare(spec.networkLoss.share) };
  if (spec.partition !== undefined) return { kind: 'partition', ...edge };
  return undefined;
}

/** A fault resource as the engine, the cluster or the control plane carries it out. */
export function faultSpecOf(spec: FaultResourceSpec, namespace: string): FaultSpec | undefined {
  if (spec.controlPlaneDown !== undefined) return { scope: 'controlPlane', kind: 'down' };
  if (spec.controlPlaneLag !== undefined)
    return { scope: 'controlPlane', kind: 'lag', delayNs: spanOf(spec.controlPlaneLag.delay, DEFAULT_LAG_NS) };
  const fault = podFault(spec, selectorOf(spec.target ?? {}, namespace)) ?? networkFault(spec, namespace);
  return fault === undefined ? undefined : { scope: 'engine', fault };
}

/** The faults of the manifests with their schedule, in the order of the manifests. */
export function scheduledFaults(store: ResourceStore): readonly ScheduledFault[] {
  return store.list(FAULT).flatMap((resource) => {
    const { spec } = resource.object;
    const { namespace, name } = resource.metadata;
    const fault = faultSpecOf(spec, namespace);
    if (fault === undefined) return [];
    return [
      {
        id: `manifest/${namespace}/${name}`,
        label: `${name}: ${faultKindOf(spec) ?? 'fault'}`,
        atNs: spanOf(spec.schedule?.at, 0),
        durationNs: spanOf(spec.schedule?.duration, 0),
        everyNs: spanOf(spec.schedule?.every, 0),
        fault,
      },
    ];
  });
}

/** A stretch of time in which a scheduled fault is active; without an end it is infinite. */
export interface Occurrence {
  readonly beginNs: Ns;
  readonly endNs: Ns;
}

/** The stretch that contains the moment, or the next one; undefined when all are over. */
export function occurrenceAt(fault: ScheduledFault, nowNs: Ns): Occurrence | undefined {
  const { atNs, durationNs, everyNs } = fault;
  // One that begins again before it has ended never ends.
  const lasts = durationNs === 0 || (everyNs > 0 && durationNs >= everyNs);
  if (lasts) return { beginNs: atNs, endNs: Number.POSITIVE_INFINITY };
  const begun = everyNs === 0 ? 0 : Math.max(0, Math.floor((nowNs - atNs) / everyNs));
  let beginNs = atNs + begun * everyNs;
  if (beginNs + durationNs <= nowNs) {
    if (everyNs === 0) return undefined;
    beginNs += everyNs;
  }
  return { beginNs, endNs: beginNs + durationNs };
}
