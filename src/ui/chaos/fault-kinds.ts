/** The ways to break something, which of them fit a target, and the fault each one makes. */
import type { EngineFault, EntitySelector, FaultSpec, Selection, ServiceNodeView } from '../../worker';
import { shortName } from '../model/describe';
import type { IconName } from '../parts/icon';
import { useTopologyStore } from '../stores/topology-store';

export type FaultKind =
  | 'crash'
  | 'hang'
  | 'slow'
  | 'errors'
  | 'refuse'
  | 'networkDelay'
  | 'networkLoss'
  | 'partition'
  | 'certificateExpired'
  | 'controlPlaneDown';

/** What the sliders and switches of a fault set. */
export type FaultControl = 'share' | 'status' | 'factor' | 'delay';

export interface FaultKindInfo {
  readonly kind: FaultKind;
  readonly group: 'Pod' | 'Network' | 'Mesh';
  readonly label: string;
  readonly detail: string;
  readonly icon: IconName;
  readonly controls: readonly FaultControl[];
}

export const FAULT_KINDS: readonly FaultKindInfo[] = [
  { kind: 'crash', group: 'Pod', label: 'Crash', detail: 'process exits, restarts', icon: 'crash', controls: [] },
  { kind: 'hang', group: 'Pod', label: 'Hang', detail: 'accepts, never answers', icon: 'hang', controls: [] },
  {
    kind: 'slow',
    group: 'Pod',
    label: 'Slow',
    detail: 'a multiple of compute time',
    icon: 'slow',
    controls: ['factor'],
  },
  {
    kind: 'errors',
    group: 'Pod',
    label: 'Errors',
    detail: 'a share of answers',
    icon: 'errors',
    controls: ['share', 'status'],
  },
  {
    kind: 'refuse',
    group: 'Pod',
    label: 'Refuse',
    detail: 'a share of connections',
    icon: 'refuse',
    controls: ['share'],
  },
  { kind: 'networkDelay', group: 'Network', label: 'Delay', detail: 'one way', icon: 'delay', controls: ['delay'] },
  {
    kind: 'networkLoss',
    group: 'Network',
    label: 'Loss',
    detail: 'a share of packets',
    icon: 'loss',
    controls: ['share'],
  },
  {
    kind: 'partition',
    group: 'Network',
    label: 'Partition',
    detail: 'nothing passes',
    icon: 'partition',
    controls: [],
  },
  {
    kind: 'certificateExpired',
    group: 'Mesh',
    label: 'Certificate expiry',
    detail: 'handshakes fail',
    icon: 'certificate',
    controls: [],
  },
  {
    kind: 'controlPlaneDown',
    group: 'Mesh',
    label: 'Control-plane outage',
    detail: 'no pushes',
    icon: 'controlPlane',
    controls: [],
  },
];

/** What a fault is anchored to. */
export interface FaultTarget {
  readonly kind: 'pod' | 'service' | 'edge' | 'mesh';
  /** Id of the pod, service or edge; "" for the mesh. */
  readonly anchor: string;
  /** As the palette names it. */
  readonly title: string;
  readonly selector: EntitySelector | undefined;
  /** The other end, for an edge. */
  readonly from: EntitySelector | undefined;
}

function selectorOf(service: ServiceNodeView): EntitySelector | undefined {
  if (service.kind === 'client') return undefined;
  return service.namespace === '' ? { service: service.name } : { namespace: service.namespace, service: service.name };
}

/** The target that a selection means; a selection of nothing means the mesh. */
export function targetOf(selection: Selection): FaultTarget {
  const { services, edges, podOwners } = useTopologyStore.getState();
  const mesh: FaultTarget = { kind: 'mesh', anchor: '', title: 'the mesh', selector: undefined, from: undefined };
  if (selection.kind === 'service') {
    const service = services.get(selection.id);
    const selector = service === undefined ? undefined : selectorOf(service);
    return selector === undefined || service === undefined
      ? mesh
      : { kind: 'service', anchor: selection.id, title: service.name, selector, from: undefined };
  }
  if (selection.kind === 'pod') {
    const owner = services.get(podOwners.get(selection.id) ?? '');
    const pod = owner?.pods.find((candidate) => candidate.id === selection.id);
    return pod === undefined
      ? mesh
      : { kind: 'pod', anchor: pod.id, title: pod.name, selector: { pod: pod.id }, from: undefined };
  }
  if (selection.kind === 'edge') {
    const edge = edges.get(selection.id);
    const source = services.get(edge?.source ?? '');
    const destination = services.get(edge?.destination ?? '');
    if (edge === undefined || source === undefined || destination === undefined) return mesh;
    const title = `${shortName(edge.source)} → ${shortName(edge.destination)}`;
    return { kind: 'edge', anchor: edge.id, title, selector: selectorOf(destination), from: selectorOf(source) };
  }
  return mesh;
}

/** Which faults make sense on a target. */
export function kindsFor(target: FaultTarget): readonly FaultKindInfo[] {
  return FAULT_KINDS.filter(({ kind, group }) => {
    if (kind === 'controlPlaneDown') return true;
    if (target.kind === 'mesh') return group === 'Network';
    if (target.kind === 'edge') return group === 'Network';
    return true;
  });
}

export interface FaultSettings {
  readonly kind: FaultKind;
  readonly sharePercent: number;
  readonly status: number;
  readonly factor: number;
  readonly delayMs: number;
}

function engineFault(settings: FaultSettings, target: FaultTarget): EngineFault | undefined {
  const selector = target.selector ?? {};
  const share = { numerator: settings.sharePercent, denominator: 100 };
  const ends = {
    ...(target.from === undefined ? {} : { from: target.from }),
    ...(target.selector === undefined ? {} : { to: target.selector }),
  };
  switch (settings.kind) {
    case 'crash':
    case 'hang':
    case 'certificateExpired':
      return { kind: settings.kind, target: selector };
    case 'slow':
      return { kind: 'slow', target: selector, factor: settings.factor };
    case 'errors':
      return { kind: 'errors', target: selector, share, status: settings.status };
    case 'refuse':
      return { kind: 'refuse', target: selector, share };
    case 'networkDelay':
      return { kind: 'networkDelay', ...ends, delay: { kind: 'constant', valueNs: settings.delayMs * 1_000_000 } };
    case 'networkLoss':
      return { kind: 'networkLoss', ...ends, share };
    case 'partition':
      return { kind: 'partition', ...ends };
    case 'controlPlaneDown':
      return undefined;
  }
}

/** The fault as the session takes it. */
export function faultSpec(settings: FaultSettings, target: FaultTarget): FaultSpec {
  const fault = engineFault(settings, target);
  return fault === undefined ? { scope: 'controlPlane', kind: 'down' } : { scope: 'engine', fault };
}

/** The mark's words: "50% errors 503 on missions". */
export function faultLabel(settings: FaultSettings, target: FaultTarget): string {
  const share = `${settings.sharePercent}%`;
  const what: Readonly<Record<FaultKind, string>> = {
    crash: 'crash of',
    hang: 'hang of',
    slow: `${settings.factor}× slower:`,
    errors: `${share} answers ${settings.status} from`,
    refuse: `${share} connections refused by`,
    networkDelay: `+${settings.delayMs} ms to`,
    networkLoss: `${share} packets lost to`,
    partition: 'partition of',
    certificateExpired: 'certificate expired:',
    controlPlaneDown: 'control plane down',
  };
  return settings.kind === 'controlPlaneDown' ? what.controlPlaneDown : `${what[settings.kind]} ${target.title}`;
}
