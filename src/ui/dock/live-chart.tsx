import { type PointerEvent, type ReactNode, useCallback, useState } from 'react';
import type { MarkView } from '../../worker';
import { formatTime } from '../format/numbers';
import { useActivityStore } from '../stores/activity-store';
import {
  areaPath,
  linePath,
  nearestIndex,
  type Plot,
  spreadLabels,
  timeDomain,
  type ValueDomain,
  xOf,
  yOf,
} from './chart-scale';

export interface ChartSeries {
  readonly name: string;
  /** Design token of its fill form, without the dashes: `ok`. */
  readonly tone: 'ok' | 'bad' | 'retry' | 'deny' | 'accent' | 'warn';
  readonly values: readonly (number | null)[];
  readonly filled: boolean;
  readonly dash?: string;
}

interface LiveChartProps {
  readonly name: string;
  readonly nowNs: number;
  /** End of each bucket. */
  readonly timesNs: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly domain: ValueDomain;
  format(value: number): string;
}

/** Room at the right for the names of the lines, and below for the time. */
const LABEL_WIDTH = 50;
const AXIS_HEIGHT = 16;
const LABEL_GAP = 13;
/** A line at the top of its domain is not cut in half. */
const TOP = 4;
const TICKS = [0, 0.5, 1];

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Size of an element, followed. */
function useSize(): readonly [(element: HTMLElement | null) => () => void, Size] {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const follow = useCallback((element: HTMLElement | null) => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    if (element !== null) observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [follow, size];
}

/** Measured series over the last two minutes of simulated time. It scrolls with the data; nothing is tweened. */
export function LiveChart(props: LiveChartProps) {
  const [follow, size] = useSize();
  const [pointerX, setPointerX] = useState<number>();
  const plot: Plot = {
    width: Math.max(1, size.width - LABEL_WIDTH),
    height: Math.max(1, size.height - AXIS_HEIGHT - TOP),
    time: timeDomain(props.nowNs),
    value: props.domain,
  };
  const track = (event: PointerEvent): void => {
    setPointerX(event.clientX - event.currentTarget.getBoundingClientRect().left);
  };
  return (
    <div className="live-chart-frame">
      <Ticks domain={props.domain} format={props.format} height={plot.height} />
      <div
        ref={follow}
        className="live-chart"
        role="img"
        aria-label={describe(props)}
        onPointerMove={track}
        onPointerLeave={() => setPointerX(undefined)}
      >
        {size.width > 0 && (
          <>
            <Drawing plot={plot} {...props} />
            <Marks plot={plot} />
            {pointerX !== undefined && <Readout plot={plot} x={pointerX} {...props} />}
          </>
        )}
      </div>
    </div>
  );
}

/** The values of the grid's lines, beside the plot: on it lines would run through them. */
function Ticks({ domain, format, height }: Pick<LiveChartProps, 'domain' | 'format'> & { readonly height: number }) {
  const { low, high } = domain;
  return (
    <div className="chart-ticks" aria-hidden="true">
      {TICKS.map((share) => (
        <span key={share} style={{ top: TOP + height * (1 - share) }}>
          {low + share === 0 ? '0' : format(low + (high - low) * share)}
        </span>
      ))}
    </div>
  );
}

/** The newest values in words. */
function describe({ name, series, format }: LiveChartProps): string {
  const now = series.map(({ name: what, values }) => {
    const last = values.at(-1);
    return `${what} ${last === null || last === undefined ? 'not measured' : format(last)}`;
  });
  return `${name}, last two minutes. Now: ${now.join(', ')}.`;
}

function Drawing({ plot, timesNs, series }: LiveChartProps & { readonly plot: Plot }) {
  const { width, height, time } = plot;
  return (
    <svg
      aria-hidden="true"
      width={width + LABEL_WIDTH}
      height={height + AXIS_HEIGHT + TOP}
      viewBox={`0 ${-TOP} ${width + LABEL_WIDTH} ${height + AXIS_HEIGHT + TOP}`}
    >
      {TICKS.map((share) => {
        const y = Math.round(height * (1 - share)) + 0.5;
        return <path key={share} className="chart-grid" d={`M0 ${y}H${width}`} />;
      })}
      {series.map(({ name, tone, values, filled, dash }) => (
        <g key={name}>
          {filled && <path className="chart-area" d={areaPath(plot, timesNs, values)} fill={`var(--${tone})`} />}
          <path
            className="chart-line"
            d={linePath(plot, timesNs, values)}
            stroke={`var(--${tone})`}
            strokeDasharray={dash}
          />
        </g>
      ))}
      <Names plot={plot} timesNs={timesNs} series={series} />
      <text className="chart-tick" x={0} y={height + 13}>
        {formatTime(time.fromNs)}
      </text>
      <text className="chart-tick" x={width} y={height + 13} textAnchor="end">
        {formatTime(time.toNs)}
      </text>
    </svg>
  );
}

/** Each line's name at its end: colour alone does not tell lines apart. */
function Names({
  plot,
  timesNs,
  series,
}: Pick<LiveChartProps, 'timesNs' | 'series'> & { readonly plot: Plot }): ReactNode {
  const end = xOf(plot, timesNs.at(-1) ?? plot.time.toNs);
  const named = series.flatMap((one) => {
    const last = one.values.findLast((value) => value !== null);
    return last === undefined || last === null ? [] : [{ ...one, y: yOf(plot, last) }];
  });
  const places = spreadLabels(
    named.map(({ y }) => y),
    LABEL_GAP,
    plot.height,
  );
  return named.map(({ name, tone }, index) => (
    <text
      key={name}
      className="chart-name"
      x={end + 6}
      y={Math.max(6, places[index] ?? 0) + 4}
      fill={`var(--${tone}-t)`}
    >
      {name}
    </text>
  ));
}

const MARK_TONES: Readonly<Record<MarkView['kind'], string>> = {
  apply: 'edit',
  undo: 'edit',
  fault: 'fault',
  mend: 'mend',
  cluster: 'cluster',
  error: 'fault',
};

/** Equal marks of one moment are one mark. */
function distinct(marks: readonly MarkView[]): readonly MarkView[] {
  return [...new Map(marks.map((mark) => [`${mark.atNs} ${mark.kind} ${mark.label}`, mark])).values()];
}

/** What happened when: a dashed line each, with its name under the pointer. */
function Marks({ plot }: { readonly plot: Plot }) {
  const marks = useActivityStore((state) => state.marks);
  const { fromNs, toNs } = plot.time;
  const seen = distinct(marks.filter((mark) => mark.atNs >= fromNs && mark.atNs <= toNs && mark.atNs > 0));
  return seen.map((mark) => (
    <span
      key={`${mark.atNs} ${mark.kind} ${mark.label}`}
      className={`chart-mark chart-mark-${MARK_TONES[mark.kind]}`}
      data-testid="chart-mark"
      data-tip={`${mark.label} · ${formatTime(mark.atNs)}`}
      style={{ transform: `translateX(${xOf(plot, mark.atNs)}px)`, height: plot.height }}
    />
  ));
}

/** The values at the pointer. */
function Readout({ plot, x, timesNs, series, format }: LiveChartProps & { readonly plot: Plot; readonly x: number }) {
  const { fromNs, toNs } = plot.time;
  const index = nearestIndex(timesNs, fromNs + (x / plot.width) * (toNs - fromNs));
  const atNs = index === undefined ? undefined : timesNs[index];
  if (index === undefined || atNs === undefined) return null;
  const at = xOf(plot, atNs);
  const left = at > plot.width / 2;
  return (
    <>
      <span className="chart-cursor" style={{ transform: `translateX(${at}px)`, height: plot.height }} />
      <span
        className="chart-readout"
        style={{ transform: `translateX(${at + (left ? -8 : 8)}px) translateX(${left ? '-100%' : '0'})` }}
      >
        <b>{formatTime(atNs)}</b>
        {series.map(({ name, tone, values }) => {
          const value = values[index];
          return (
            <span key={name}>
              <i style={{ color: `var(--${tone}-t)` }}>{name}</i>
              {value === null || value === undefined ? '–' : format(value)}
            </span>
          );
        })}
      </span>
    </>
  );
}
