/** Which state a card wears, and the one short note beside its pods. The worst indicator wins. */
import type { PodState, PodStatusView, ServiceNodeView } from '../../worker';
import type { ServiceDisplay } from './traffic';

export type NodeState = 'healthy' | 'degraded' | 'failing' | 'idle' | 'starting' | 'outside';
export type Tone = 'warn' | 'bad' | 'none';

export interface PodNote {
  readonly text: string;
  readonly tone: Tone;
}

/** What a hexagon shows; `plain` is a pod without sidecar. */
export type PodMark = 'ready' | 'busy' | 'failing' | 'crashed' | 'starting' | 'ejected' | 'terminating' | 'plain';

const MARKS: Readonly<Record<PodState, PodMark>> = {
  starting: 'starting',
  ready: 'ready',
  notReady: 'busy',
  failing: 'failing',
  ejected: 'ejected',
  crashed: 'crashed',
  terminating: 'terminating',
};

export const POD_WORDS: Readonly<Record<PodState, string>> = {
  starting: 'starting',
  ready: 'ready',
  notReady: 'not ready',
  failing: 'failing',
  ejected: 'ejected',
  crashed: 'crashed',
  terminating: 'terminating',
};

/** Worst first: the order in which a card with more pods than room shows them. */
const SEVERITY: readonly PodState[] = ['crashed', 'failing', 'ejected', 'notReady', 'starting', 'terminating', 'ready'];

/** Hexagons on one card; of more pods the worst are shown and the rest is counted. */
export const MAX_HEXAGONS = 8;

export function podMark(pod: PodStatusView): PodMark {
  if (pod.state === 'ready' && !pod.sidecar) return 'plain';
  return MARKS[pod.state];
}

/** The pods that a card draws, and how many it leaves out. */
export function shownPods(pods: readonly PodStatusView[]): {
  readonly shown: readonly PodStatusView[];
  readonly more: number;
} {
  if (pods.length <= MAX_HEXAGONS) return { shown: pods, more: 0 };
  const worstFirst = [...pods].sort((a, b) => SEVERITY.indexOf(a.state) - SEVERITY.indexOf(b.state));
  return { shown: worstFirst.slice(0, MAX_HEXAGONS - 1), more: pods.length - (MAX_HEXAGONS - 1) };
}

function count(pods: readonly PodStatusView[], state: PodState): number {
  return pods.filter((pod) => pod.state === state).length;
}

/** The note right of the hexagons: what is wrong first, else how many are ready. */
export function podNote(service: ServiceNodeView): PodNote {
  const pods = service.pods.filter((pod) => pod.state !== 'terminating');
  const crashed = pods.filter((pod) => pod.state === 'crashed');
  if (crashed.length > 0) {
    const restarts = Math.max(...crashed.map((pod) => pod.restarts));
    return { text: restarts > 1 ? `CrashLoop ×${restarts}` : `${crashed.length} crashed`, tone: 'bad' };
  }
  const failing = count(pods, 'failing');
  if (failing > 0) return { text: `${failing} failing`, tone: 'none' };
  const ejected = count(pods, 'ejected');
  if (ejected > 0) return { text: `${ejected} ejected`, tone: 'none' };
  const ready = count(pods, 'ready');
  const starting = count(pods, 'starting');
  if (starting > 0) return { text: `${ready}/${pods.length} · starting`, tone: 'none' };
  const stale = pods.filter((pod) => !pod.synced && pod.sidecar).length;
  if (stale > 0) return { text: 'push pending', tone: 'warn' };
  if (service.kind === 'service' && pods.length > 0 && pods.every((pod) => !pod.sidecar)) {
    return { text: `${ready}/${pods.length}, no sidecar`, tone: 'none' };
  }
  return { text: `${ready}/${pods.length} ready`, tone: 'none' };
}

/** What the badge on the card's edge says about the proxies of the service. */
export type SidecarBadge = 'envoy' | 'stale' | 'none' | 'partial' | undefined;

export function sidecarBadge(service: ServiceNodeView): SidecarBadge {
  if (service.kind !== 'service') return undefined;
  const pods = service.pods.filter((pod) => pod.state !== 'terminating');
  if (pods.length === 0) return 'none';
  const meshed = pods.filter((pod) => pod.sidecar);
  if (meshed.length === 0) return 'none';
  if (meshed.some((pod) => !pod.synced)) return 'stale';
  return meshed.length < pods.length ? 'partial' : 'envoy';
}

/** The state of the whole card. */
export function nodeState(service: ServiceNodeView, traffic: ServiceDisplay | undefined, idle: boolean): NodeState {
  const pods = service.pods;
  if (pods.some((pod) => pod.state === 'crashed') || traffic?.health === 'failing') return 'failing';
  if (pods.some((pod) => pod.state === 'failing' || pod.state === 'ejected')) {
    return traffic?.health === 'healthy' || traffic?.health === 'none' ? 'degraded' : (traffic?.health ?? 'degraded');
  }
  if (traffic?.health === 'degraded') return 'degraded';
  if (service.kind === 'service' && sidecarBadge(service) === 'none') return 'outside';
  if (sidecarBadge(service) === 'stale') return 'degraded';
  if (pods.length > 0 && pods.every((pod) => pod.state === 'starting')) return 'starting';
  return idle ? 'idle' : 'healthy';
}
