/** What the screen shows of measured traffic: rounded and turned into words once, so that equal objects mean "nothing to redraw". */
import type { EdgeMetrics, Ns, ServiceMetrics, TrafficSummary } from '../../worker';
import { formatLatency, formatMs, formatPercent, formatRate } from '../format/numbers';

/** Kiali's defaults: any 5xx degrades, a tenth fails. */
export const FAILING_ERROR_RATIO = 0.1;

export type TrafficHealth = 'none' | 'healthy' | 'degraded' | 'failing';

export interface ShareText {
  readonly name: string;
  readonly percent: string;
  readonly ratio: number;
}

export interface TrafficDisplay {
  readonly health: TrafficHealth;
  readonly rate: string;
  /** Three significant digits; for widths and sorting. */
  readonly ratePerS: number;
  readonly errors: string;
  readonly errorRatio: number;
  /** Milliseconds without unit. */
  readonly p50: string;
  readonly p95: string;
  readonly p99: string;
  /** With unit. */
  readonly p95Label: string;
  readonly success: string;
  readonly failure: string;
  readonly denied: string;
  /** Share of requests that a policy refused. */
  readonly deniedRatio: number;
  /** "" when there are none. */
  readonly retries: string;
  /** Whole percent of requests under mutual TLS; undefined without traffic. */
  readonly mutualTlsPercent: number | undefined;
  readonly flags: readonly ShareText[];
  readonly statuses: readonly ShareText[];
}

export interface ServiceDisplay extends TrafficDisplay {
  readonly id: string;
  /** Whole percent per version, in the order of the topology's versions. */
  readonly versionPercents: readonly number[] | undefined;
}

export interface EdgeDisplay extends TrafficDisplay {
  readonly id: string;
}

function roundSignificant(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}

function healthOf(errorRatio: number | undefined): TrafficHealth {
  if (errorRatio === undefined) return 'none';
  if (errorRatio >= FAILING_ERROR_RATIO) return 'failing';
  return errorRatio > 0 ? 'degraded' : 'healthy';
}

function shares(entries: TrafficSummary['flags']): readonly ShareText[] {
  return entries.map(([name, ratio]) => ({ name, ratio: roundSignificant(ratio), percent: formatPercent(ratio) }));
}

/** Rounds a summary for the screen. */
export function displayTraffic(summary: TrafficSummary): TrafficDisplay {
  const { ratePerS, errorRatio, mutualTlsRatio } = summary;
  return {
    health: healthOf(errorRatio),
    rate: formatRate(ratePerS),
    ratePerS: roundSignificant(ratePerS),
    errors: formatPercent(errorRatio),
    errorRatio: roundSignificant(errorRatio ?? 0),
    p50: formatMs(summary.p50Ns),
    p95: formatMs(summary.p95Ns),
    p99: formatMs(summary.p99Ns),
    p95Label: formatLatency(summary.p95Ns),
    success: formatRate(summary.successPerS),
    failure: formatRate(summary.failurePerS),
    denied: formatRate(summary.deniedPerS),
    deniedRatio: ratePerS > 0 ? roundSignificant(summary.deniedPerS / ratePerS) : 0,
    retries: summary.retriesPerS >= 0.05 ? formatRate(summary.retriesPerS) : '',
    mutualTlsPercent: mutualTlsRatio === undefined ? undefined : wholePercent(mutualTlsRatio),
    flags: shares(summary.flags),
    statuses: shares(summary.statuses),
  };
}

/** Rounds to whole percent, but never to 0 or 100 what is not. */
function wholePercent(ratio: number): number {
  const percent = Math.round(ratio * 100);
  if (percent === 0 && ratio > 0) return 1;
  if (percent === 100 && ratio < 1) return 99;
  return percent;
}

/** @see displayTraffic */
export function displayService(metrics: ServiceMetrics): ServiceDisplay {
  return { ...displayTraffic(metrics), id: metrics.id, versionPercents: metrics.versionShares?.map(wholePercent) };
}

/** @see displayTraffic */
export function displayEdge(metrics: EdgeMetrics): EdgeDisplay {
  return { ...displayTraffic(metrics), id: metrics.id };
}

export const NO_TRAFFIC: TrafficDisplay = displayTraffic({
  ratePerS: 0,
  errorRatio: undefined,
  successPerS: 0,
  failurePerS: 0,
  deniedPerS: 0,
  retriesPerS: 0,
  p50Ns: undefined,
  p95Ns: undefined,
  p99Ns: undefined,
  mutualTlsRatio: undefined,
  flags: [],
  statuses: [],
});

/** What a client sees of the mesh: the sum over the edges that leave it. Quantiles do not add, so the worst edge stands for all. */
export function sumOutgoing(id: string, edges: readonly EdgeMetrics[]): ServiceMetrics {
  const add = (pick: (edge: EdgeMetrics) => number): number => edges.reduce((sum, edge) => sum + pick(edge), 0);
  const worst = (pick: (edge: EdgeMetrics) => Ns | undefined): Ns | undefined =>
    edges.reduce<Ns | undefined>((most, edge) => {
      const value = pick(edge);
      return value === undefined || (most !== undefined && most >= value) ? most : value;
    }, undefined);
  const ratePerS = add((edge) => edge.ratePerS);
  const errorsPerS = add((edge) => edge.ratePerS * (edge.errorRatio ?? 0));
  return {
    id,
    ratePerS,
    errorRatio: ratePerS > 0 ? errorsPerS / ratePerS : undefined,
    successPerS: add((edge) => edge.successPerS),
    failurePerS: add((edge) => edge.failurePerS),
    deniedPerS: add((edge) => edge.deniedPerS),
    retriesPerS: add((edge) => edge.retriesPerS),
    p50Ns: worst((edge) => edge.p50Ns),
    p95Ns: worst((edge) => edge.p95Ns),
    p99Ns: worst((edge) => edge.p99Ns),
    mutualTlsRatio: undefined,
    flags: edges.length === 1 ? (edges[0]?.flags ?? []) : [],
    statuses: edges.length === 1 ? (edges[0]?.statuses ?? []) : [],
    versionShares: undefined,
  };
}
