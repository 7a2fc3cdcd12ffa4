import { create } from 'zustand';
import type { EdgeMetrics, MetricsFrame, Ns, SeriesView } from '../../worker';
import {
  displayEdge,
  displayService,
  displayTraffic,
  type EdgeDisplay,
  NO_TRAFFIC,
  type ServiceDisplay,
  sumOutgoing,
  type TrafficDisplay,
} from '../model/traffic';
import { keepUnchanged } from './keep-unchanged';
import { useTopologyStore } from './topology-store';

/** A service or an edge is idle when it had no traffic for this long. */
const IDLE_AFTER_NS: Ns = 60_000_000_000;

interface MetricsState {
  readonly mesh: TrafficDisplay;
  readonly services: ReadonlyMap<string, ServiceDisplay>;
  readonly edges: ReadonlyMap<string, EdgeDisplay>;
  /** Ids of services and edges without traffic for a minute of simulated time. */
  readonly idle: ReadonlySet<string>;
  /** What the dock's charts draw: the selection's last minutes, one point a second. */
  readonly series: SeriesView | undefined;
  readonly windowNs: Ns;
}

const EMPTY: MetricsState = {
  mesh: NO_TRAFFIC,
  services: new Map(),
  edges: new Map(),
  idle: new Set(),
  series: undefined,
  windowNs: 0,
};

/** Measured traffic, 4 times a second, rounded. An entry is replaced only when something a person would see has changed. */
export const useMetricsStore = create<MetricsState>()(() => EMPTY);

/** Simulated time at which each service or edge last had traffic, or was first seen. */
const lastTrafficNs = new Map<string, Ns>();

function findIdle(nowNs: Ns, entries: readonly { readonly id: string; readonly ratePerS: number }[]): Set<string> {
  const idle = new Set<string>();
  for (const { id, ratePerS } of entries) {
    if (ratePerS > 0 || !lastTrafficNs.has(id)) lastTrafficNs.set(id, nowNs);
    if (nowNs - (lastTrafficNs.get(id) ?? nowNs) >= IDLE_AFTER_NS) idle.add(id);
  }
  return idle;
}

/** Clients have no metrics of their own: theirs is what leaves them. */
function clientMetrics(frame: MetricsFrame): readonly ServiceDisplay[] {
  const measured = new Set(frame.services.filter((service) => service.ratePerS > 0).map((service) => service.id));
  const { topology } = useTopologyStore.getState();
  const bySource = new Map<string, EdgeMetrics[]>();
  const metrics = new Map(frame.edges.map((edge) => [edge.id, edge]));
  for (const edge of topology.edges) {
    const found = metrics.get(edge.id);
    if (found !== undefined) bySource.set(edge.source, [...(bySource.get(edge.source) ?? []), found]);
  }
  return topology.services
    .filter((service) => !measured.has(service.id) && (bySource.get(service.id)?.length ?? 0) > 0)
    .map((service) => displayService(sumOutgoing(service.id, bySource.get(service.id) ?? [])));
}

export function setMetrics(frame: MetricsFrame, series: SeriesView): void {
  const state = useMetricsStore.getState();
  const fromEdges = clientMetrics(frame);
  const replaced = new Set(fromEdges.map((service) => service.id));
  const services = [...frame.services.filter((service) => !replaced.has(service.id)).map(displayService), ...fromEdges];
  const mesh = displayTraffic(frame.mesh);
  useMetricsStore.setState({
    mesh: JSON.stringify(mesh) === JSON.stringify(state.mesh) ? state.mesh : mesh,
    services: keepUnchanged(services, state.services),
    edges: keepUnchanged(frame.edges.map(displayEdge), state.edges),
    idle: findIdle(frame.nowNs, [...services, ...frame.edges]),
    series,
    windowNs: frame.windowNs,
  });
}

export function clearMetrics(): void {
  lastTrafficNs.clear();
  useMetricsStore.setState(EMPTY, true);
}
