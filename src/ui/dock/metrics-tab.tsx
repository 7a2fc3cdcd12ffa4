import './dock.css';
import type { ReactNode } from 'react';
import type { SeriesView } from '../../worker';
import { formatLatency, formatPercent, formatRate, NOTHING } from '../format/numbers';
import type { TrafficDisplay } from '../model/traffic';
import { useMetricsStore } from '../stores/metrics-store';
import { simulationClock } from '../stores/simulation-clock';
import { shareDomain, zeroBased } from './chart-scale';
import { type ChartSeries, LiveChart } from './live-chart';
import { useScope } from './scope';
import { TraceCard } from './trace-card';

const NS_PER_MS = 1_000_000;

interface CardProps {
  readonly title: string;
  readonly value: string;
  readonly tone?: 'ok' | 'warn' | 'bad' | undefined;
  readonly testId: string;
  readonly note?: string;
  readonly children: ReactNode;
}

function Card({ title, value, tone, testId, note, children }: CardProps) {
  return (
    <section className="dock-card" aria-label={title}>
      <h3 className="dock-card-head">
        <span className="dock-card-title" title={title}>
          {title}
        </span>
        {note !== undefined && <span className="dock-card-note">{note}</span>}
        <b className={tone === undefined ? '' : `tone-${tone}`} data-testid={testId}>
          {value}
        </b>
      </h3>
      {children}
    </section>
  );
}

function some(values: readonly (number | null)[]): boolean {
  return values.some((value) => value !== null && value > 0);
}

/** Success and failure always, retries and denials when there are any: at most four lines, mostly two. */
function outcomeSeries(series: SeriesView): readonly ChartSeries[] {
  const always: ChartSeries[] = [
    { name: 'success', tone: 'ok', values: series.successPerS, filled: true },
    { name: 'failed', tone: 'bad', values: series.failurePerS, filled: true },
  ];
  if (some(series.retryPerS)) {
    always.push({ name: 'retries', tone: 'retry', values: series.retryPerS, filled: false, dash: '5 3' });
  }
  if (some(series.deniedPerS)) {
    always.push({ name: 'denied', tone: 'deny', values: series.deniedPerS, filled: false, dash: '2 3' });
  }
  return always;
}

function latencySeries(series: SeriesView): readonly ChartSeries[] {
  return [
    { name: 'p50', tone: 'accent', values: series.p50Ms, filled: false },
    { name: 'p95', tone: 'warn', values: series.p95Ms, filled: false, dash: '7 3' },
    { name: 'p99', tone: 'bad', values: series.p99Ms, filled: false, dash: '2 3' },
  ];
}

function last(values: readonly (number | null)[]): number | undefined {
  return values.at(-1) ?? undefined;
}

/** What the heads of the cards say: the measured window where it is measured, else the newest second. */
function headlines(series: SeriesView, traffic: TrafficDisplay | undefined) {
  const total = (last(series.successPerS) ?? 0) + (last(series.failurePerS) ?? 0) + (last(series.deniedPerS) ?? 0);
  const p95Ms = last(series.p95Ms);
  const rate = traffic === undefined ? formatRate(total) : traffic.rate;
  return {
    rate: rate === NOTHING ? NOTHING : `${rate}/s`,
    p95: traffic?.p95Label ?? formatLatency(p95Ms === undefined ? undefined : p95Ms * NS_PER_MS),
    success: traffic === undefined ? last(series.successRatio) : successOf(traffic),
  };
}

function successOf({ health, errorRatio }: TrafficDisplay): number | undefined {
  return health === 'none' ? undefined : 1 - errorRatio;
}

function successTone(ratio: number | undefined): 'ok' | 'warn' | 'bad' | undefined {
  if (ratio === undefined) return undefined;
  if (ratio >= 0.99) return 'ok';
  return ratio > 0.9 ? 'warn' : 'bad';
}

function useTraffic(selection: ReturnType<typeof useScope>['selection']): TrafficDisplay | undefined {
  return useMetricsStore((state) => {
    switch (selection.kind) {
      case 'mesh':
        return state.mesh;
      case 'service':
        return state.services.get(selection.id);
      case 'edge':
        return state.edges.get(selection.id);
      case 'pod':
        return undefined;
    }
  });
}

const SUCCESS_MEANS = 'Success: an answer below 500';

/** Requests by outcome, latency and success rate of the selection, live. */
export function MetricsTab() {
  const series = useMetricsStore((state) => state.series);
  const scope = useScope();
  const traffic = useTraffic(scope.selection);
  if (series === undefined || series.timesNs.length === 0) {
    return (
      <div className="dock-empty">
        <b>Nothing measured yet</b>
        <p>Numbers appear after the first second of simulated time.</p>
      </div>
    );
  }
  const { timesNs } = series;
  const head = headlines(series, traffic);
  const nowNs = Math.max(simulationClock.nowNs, timesNs.at(-1) ?? 0);
  const outcomes = outcomeSeries(series);
  const latencies = latencySeries(series);
  const suffix = scope.selection.kind === 'mesh' ? '' : ` · ${scope.name}`;
  return (
    <div className="metrics-cards" data-testid="metrics">
      <Card title={`Requests by outcome${suffix}`} value={head.rate} testId="metric-rate">
        <LiveChart
          name="Requests per second by outcome"
          domain={zeroBased(outcomes.map((one) => one.values))}
          series={outcomes}
          format={(value) => `${value === 0 ? '0' : formatRate(value)}/s`}
          {...{ nowNs, timesNs }}
        />
      </Card>
      <Card title={`Latency p50 · p95 · p99${suffix}`} note="p95" value={head.p95} testId="metric-p95">
        <LiveChart
          name="Latency"
          domain={zeroBased(latencies.map((one) => one.values))}
          series={latencies}
          format={(value) => formatLatency(value * NS_PER_MS)}
          {...{ nowNs, timesNs }}
        />
      </Card>
      <Card
        title={`Success rate · ${scope.name}`}
        value={formatPercent(head.success)}
        testId="metric-success"
        tone={successTone(head.success)}
      >
        <LiveChart
          name={`Success rate. ${SUCCESS_MEANS}`}
          domain={shareDomain(series.successRatio)}
          series={[{ name: 'success', tone: 'ok', values: series.successRatio, filled: true }]}
          format={(value) => formatPercent(value)}
          {...{ nowNs, timesNs }}
        />
        <p className="dock-card-foot">{SUCCESS_MEANS}</p>
      </Card>
      <TraceCard />
    </div>
  );
}
