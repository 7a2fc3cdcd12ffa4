/** Geometry of the live charts: pure functions from values to positions. Times in nanoseconds, positions in CSS pixels. */

const NS_PER_S = 1_000_000_000;
/** What a chart shows of the past. */
export const SPAN_NS = 120 * NS_PER_S;
/** A run that just began is not stretched over the whole width. */
const LEAST_SPAN_NS = 30 * NS_PER_S;

export interface TimeDomain {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface ValueDomain {
  readonly low: number;
  readonly high: number;
}

/** The last two minutes; all of a younger run. */
export function timeDomain(nowNs: number): TimeDomain {
  const fromNs = Math.max(0, nowNs - SPAN_NS);
  return { fromNs, toNs: Math.max(nowNs, fromNs + LEAST_SPAN_NS) };
}

/** The next of 1, 2, 3, 4, 5, 6, 8 times a power of ten: half of it is short, too. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value * 0.999_999) ?? 10;
  return step * power;
}

/** From 0 to a round number that leaves some air above the highest value. */
export function zeroBased(values: readonly (readonly (number | null)[])[]): ValueDomain {
  let high = 0;
  for (const series of values) for (const value of series) if (value !== null && value > high) high = value;
  return { low: 0, high: niceCeiling(high * 1.08) };
}

/** Floors of a chart of shares: the highest one below all values is taken, so that a dip fills the height it deserves. */
const SHARE_FLOORS: readonly number[] = [0.99, 0.95, 0.9, 0.75, 0.5, 0];

/** From a floor that suits the lowest share up to 1. */
export function shareDomain(values: readonly (number | null)[]): ValueDomain {
  let lowest = 1;
  for (const value of values) if (value !== null && value < lowest) lowest = value;
  return { low: SHARE_FLOORS.find((floor) => floor <= lowest) ?? 0, high: 1 };
}

export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly time: TimeDomain;
  readonly value: ValueDomain;
}

/** CSS pixels from the left; outside of the plot for times outside of its domain. */
export function xOf(plot: Plot, atNs: number): number {
  const { fromNs, toNs } = plot.time;
  return ((atNs - fromNs) / (toNs - fromNs)) * plot.width;
}

/** CSS pixels from the top, within the plot. */
export function yOf(plot: Plot, value: number): number {
  const { low, high } = plot.value;
  const share = (value - low) / (high - low);
  return (1 - Math.min(1, Math.max(0, share))) * plot.height;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Runs of measured points; a bucket without measurement ends a run. */
function runsOf(
  plot: Plot,
  timesNs: readonly number[],
  values: readonly (number | null)[],
): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  let run: Point[] | undefined;
  for (let index = 0; index < timesNs.length; index++) {
    const atNs = timesNs[index];
    const value = values[index];
    if (atNs === undefined || value === null || value === undefined) {
      run = undefined;
      continue;
    }
    if (run === undefined) {
      run = [];
      runs.push(run);
    }
    run.push({ x: xOf(plot, atNs), y: yOf(plot, value) });
  }
  return runs;
}

function number(value: number): string {
  return value.toFixed(1);
}

/** The line of a series as the data of an SVG path; a lonely point is a short dash. */
export function linePath(plot: Plot, timesNs: readonly number[], values: readonly (number | null)[]): string {
  return runsOf(plot, timesNs, values)
    .map((run) => {
      const [first] = run;
      if (first === undefined) return '';
      if (run.length === 1) return `M${number(first.x - 1)} ${number(first.y)}h2`;
      return run.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${number(x)} ${number(y)}`).join('');
    })
    .join('');
}

/** The area between a series and the bottom of the plot. */
export function areaPath(plot: Plot, timesNs: readonly number[], values: readonly (number | null)[]): string {
  return runsOf(plot, timesNs, values)
    .map((run) => {
      const first = run[0];
      const last = run.at(-1);
      if (first === undefined || last === undefined || first === last) return '';
      const line = run.map(({ x, y }) => `L${number(x)} ${number(y)}`).join('');
      return `M${number(first.x)} ${number(plot.height)}${line}L${number(last.x)} ${number(plot.height)}Z`;
    })
    .join('');
}

/** Vertical positions of labels that want to stand at `wanted`, at least `gap` apart, inside of 0 to `height`. Order is kept. */
export function spreadLabels(wanted: readonly number[], gap: number, height: number): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || a - b);
  const placed = [...wanted];
  let lowest = 0;
  for (const index of order) {
    placed[index] = Math.max(placed[index] ?? 0, lowest);
    lowest = (placed[index] ?? 0) + gap;
  }
  let highest = height;
  for (const index of order.toReversed()) {
    placed[index] = Math.min(placed[index] ?? 0, highest);
    highest = (placed[index] ?? 0) - gap;
  }
  return placed;
}

/** Index of the bucket nearest to a time; undefined without buckets. */
export function nearestIndex(timesNs: readonly number[], atNs: number): number | undefined {
  let best: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (let index = 0; index < timesNs.length; index++) {
    const away = Math.abs((timesNs[index] ?? 0) - atNs);
    if (away < distance) {
      distance = away;
      best = index;
    }
  }
  return best;
}
