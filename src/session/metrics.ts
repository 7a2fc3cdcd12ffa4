import { deltaQuantiles, type LatencyDelta, NS_PER_S, type Ns } from '../base';
import { BUCKET_NS, type EdgeDelta, edgeDelta, type History, NOTHING, type Sample } from './history';
import type {
  EdgeMetrics,
  GraphEdgeView,
  MetricsFrame,
  Selection,
  SeriesView,
  ServiceMetrics,
  TopologyView,
  TotalsRow,
  TotalsView,
  TrafficSummary,
} from './view';

/** Rates and shares on the screen look back this far. */
export const METRICS_WINDOW_NS: Ns = 10 * NS_PER_S;
const SHOWN_FLAGS = 3;
const QUANTILES = [0.5, 0.95, 0.99] as const;

function topShares(counts: ReadonlyMap<string, number>, total: number): readonly (readonly [string, number])[] {
  if (total === 0) return [];
  return [...counts]
    .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
    .slice(0, SHOWN_FLAGS)
    .map(([name, count]) => [name, count / total] as const);
}

function addInto(target: Map<string, number>, source: ReadonlyMap<string, number>): void {
  for (const [key, value] of source) target.set(key, (target.get(key) ?? 0) + value);
}

function sum(deltas: readonly EdgeDelta[]): EdgeDelta {
  const flags = new Map<string, number>();
  const statuses = new Map<string, number>();
  const total = {
    requests: 0,
    attempts: 0,
    completed: 0,
    success: 0,
    failure: 0,
    denied: 0,
    mutualTls: 0,
    flags,
    statuses,
  };
  for (const delta of deltas) {
    total.requests += delta.requests;
    total.attempts += delta.attempts;
    total.completed += delta.completed;
    total.success += delta.success;
    total.failure += delta.failure;
    total.denied += delta.denied;
    total.mutualTls += delta.mutualTls;
    addInto(flags, delta.flags);
    addInto(statuses, delta.statuses);
  }
  return total;
}

interface Window {
  readonly now: Sample;
  readonly durationS: number;
  readonly deltas: readonly EdgeDelta[];
  /** Latencies of an edge within the window; looked up once, although service, edge and mesh all ask. */
  readonly latenciesOf: (row: number) => readonly LatencyDelta[];
}

function currentWindow(history: History, now: Sample, windowNs: Ns): Window {
  const start = history.windowStart(windowNs);
  const startNs = start?.sample.atNs ?? 0;
  const known = new Map<number, readonly LatencyDelta[]>();
  return {
    now,
    durationS: Math.max(1e-9, (now.atNs - startNs) / NS_PER_S),
    deltas: now.edges.map((edge, row) => edgeDelta(edge, start?.sample.edges[row])),
    latenciesOf: (row) => {
      let latencies = known.get(row);
      if (latencies === undefined) {
        latencies = [...history.bucketsAfter(row, start?.index ?? -1), history.sinceLastBucket(row)];
        known.set(row, latencies);
      }
      return latencies;
    },
  };
}

function summarise(window: Window, rows: readonly number[]): TrafficSummary {
  const total = sum(rows.flatMap((row) => window.deltas[row] ?? []));
  const quantiles = total.completed === 0 ? undefined : deltaQuantiles(rows.flatMap(window.latenciesOf), QUANTILES);
  const { durationS } = window;
  return {
    ratePerS: total.requests / durationS,
    errorRatio: total.completed === 0 ? undefined : total.failure / total.completed,
    successPerS: total.success / durationS,
    failurePerS: total.failure / durationS,
    deniedPerS: total.denied / durationS,
    retriesPerS: Math.max(0, total.attempts - total.requests) / durationS,
    p50Ns: quantiles?.[0],
    p95Ns: quantiles?.[1],
    p99Ns: quantiles?.[2],
    mutualTlsRatio: total.completed === 0 ? undefined : Math.min(1, total.mutualTls / total.completed),
    flags: topShares(total.flags, total.completed),
    statuses: topShares(total.statuses, total.completed),
  };
}

/** The edges of a graph by their ends, so that asking for every service costs no more than asking for one. */
class EdgesByService {
  readonly #arriving = new Map<string, GraphEdgeView[]>();
  readonly #leaving = new Map<string, GraphEdgeView[]>();

  constructor({ edges }: TopologyView) {
    for (const edge of edges) {
      append(this.#arriving, edge.destination, edge);
      append(this.#leaving, edge.source, edge);
    }
  }

  /** Rows whose requests count as requests of a service: those that arrive; for a client those that leave. */
  rowsOf(id: string): readonly number[] {
    return (this.#arriving.get(id) ?? this.#leaving.get(id) ?? []).flatMap((edge) => edge.rows);
  }
}

function append(lists: Map<string, GraphEdgeView[]>, key: string, edge: GraphEdgeView): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [edge]);
  else list.push(edge);
}

/** Edges whose source nobody calls: one request of theirs is one request that somebody at the edge of the model asked for. */
function entryEdges(topology: TopologyView): readonly GraphEdgeView[] {
  const called = new Set(topology.edges.map((edge) => edge.destination));
  return topology.edges.filter((edge) => !called.has(edge.source));
}

export function rowsOf(topology: TopologyView, selection: Selection): readonly number[] {
  switch (selection.kind) {
    case 'mesh':
      return entryEdges(topology).flatMap((edge) => edge.rows);
    case 'service':
      return new EdgesByService(topology).rowsOf(selection.id);
    case 'edge':
      return topology.edges.find((edge) => edge.id === selection.id)?.rows ?? [];
    case 'pod': {
      const owner = topology.services.find((service) => service.pods.some((pod) => pod.id === selection.id));
      return owner === undefined ? [] : new EdgesByService(topology).rowsOf(owner.id);
    }
  }
}

function versionShares(
  window: Window,
  rows: readonly number[],
  service: TopologyView['services'][number],
): readonly number[] | undefined {
  const counts = service.versions.map(() => 0);
  let total = 0;
  for (const row of rows) {
    const index = service.versions.findIndex((version) => version.name === window.now.edges[row]?.key.version);
    const completed = window.deltas[row]?.completed ?? 0;
    if (index < 0) continue;
    counts[index] = (counts[index] ?? 0) + completed;
    total += completed;
  }
  return total === 0 ? undefined : counts.map((count) => count / total);
}

export function metricsFrame(history: History, topology: TopologyView, now: Sample): MetricsFrame {
  const window = currentWindow(history, now, METRICS_WINDOW_NS);
  const byService = new EdgesByService(topology);
  const services = topology.services.map((service): ServiceMetrics => {
    const rows = byService.rowsOf(service.id);
    return {
      id: service.id,
      ...summarise(window, rows),
      versionShares: versionShares(window, rows, service),
    };
  });
  const edges = topology.edges.map((edge): EdgeMetrics => ({ id: edge.id, ...summarise(window, edge.rows) }));
  const mesh = summarise(window, rowsOf(topology, { kind: 'mesh' }));
  return { nowNs: now.atNs, windowNs: window.durationS * NS_PER_S, mesh, services, edges };
}

const toMs = (valueNs: Ns | undefined) => (valueNs === undefined ? null : valueNs / 1e6);

/** The newest `points` seconds of a selection. */
export function seriesOf(history: History, topology: TopologyView, selection: Selection, points: number): SeriesView {
  const rows = rowsOf(topology, selection);
  const buckets = history.buckets;
  const first = Math.max(0, buckets.length - points);
  const series = {
    stepNs: BUCKET_NS,
    timesNs: [] as number[],
    successPerS: [] as number[],
    retryPerS: [] as number[],
    failurePerS: [] as number[],
    deniedPerS: [] as number[],
    p50Ms: [] as (number | null)[],
    p95Ms: [] as (number | null)[],
    p99Ms: [] as (number | null)[],
    successRatio: [] as (number | null)[],
  };
  for (let index = first; index < buckets.length; index++) {
    const bucket = buckets[index];
    if (bucket === undefined) continue;
    const earlier = buckets[index - 1]?.sample ?? history.before;
    const total = sum(
      rows.flatMap((row) => {
        const later = bucket.sample.edges[row];
        return later === undefined ? [] : [edgeDelta(later, earlier.edges[row])];
      }),
    );
    const quantiles = bucketQuantiles(bucket.latencies, rows);
    series.timesNs.push(bucket.sample.atNs);
    series.successPerS.push(total.success);
    series.retryPerS.push(Math.max(0, total.attempts - total.requests));
    series.failurePerS.push(total.failure);
    series.deniedPerS.push(total.denied);
    series.p50Ms.push(toMs(quantiles?.[0]));
    series.p95Ms.push(toMs(quantiles?.[1]));
    series.p99Ms.push(toMs(quantiles?.[2]));
    series.successRatio.push(total.completed === 0 ? null : 1 - total.failure / total.completed);
  }
  return series;
}

/** What totals are asked for. */
export interface TotalsQuery {
  readonly now: Sample;
  /** Rows of the engine's edge table. */
  readonly rows: readonly number[];
  readonly since: 'apply' | 'start';
}

export function totalsOf(history: History, query: TotalsQuery): TotalsView {
  const { now, since } = query;
  const baseline = since === 'apply' ? history.baseline : NOTHING;
  const deltas = query.rows.flatMap((row) => {
    const later = now.edges[row];
    return later === undefined ? [] : [{ row, key: later.key, delta: edgeDelta(later, baseline.edges[row]) }];
  });
  const requests = deltas.reduce((total, { delta }) => total + delta.completed, 0);
  const rows = deltas
    .filter(({ delta }) => delta.requests > 0 || delta.completed > 0)
    .map(({ row, key, delta }): TotalsRow => {
      const quantiles = history.totalQuantiles(row, since, QUANTILES);
      const byCount = (counts: ReadonlyMap<string, number>) => [...counts].sort(([, a], [, b]) => b - a);
      return {
        source: serviceId(key.sourceNamespace, key.source),
        destination: serviceId(key.destinationNamespace, key.destination),
        version: key.version,
        requests: delta.completed,
        share: requests === 0 ? 0 : delta.completed / requests,
        attempts: delta.attempts,
        denied: delta.denied,
        statuses: byCount(delta.statuses),
        flags: byCount(delta.flags),
        p50Ns: quantiles?.[0],
        p95Ns: quantiles?.[1],
        p99Ns: quantiles?.[2],
      };
    });
  return { sinceNs: baseline.atNs, nowNs: now.atNs, requests, rows };
}

export function serviceId(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function bucketQuantiles(latencies: readonly LatencyDelta[], rows: readonly number[]): readonly Ns[] | undefined {
  return deltaQuantiles(
    rows.flatMap((row) => latencies[row] ?? []),
    QUANTILES,
  );
}
