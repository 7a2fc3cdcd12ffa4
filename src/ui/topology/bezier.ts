/** Cubic Bézier curves, sampled analytically: asking the browser for points of a path costs a thousand times more. */

/** x0 y0, x1 y1, x2 y2, x3 y3 in canvas units. */
export type Cubic = readonly [number, number, number, number, number, number, number, number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function pointAt(curve: Cubic, t: number): Point {
  const u = 1 - t;
  const a = u * u * u;
  const b = 3 * u * u * t;
  const c = 3 * u * t * t;
  const d = t * t * t;
  return {
    x: a * curve[0] + b * curve[2] + c * curve[4] + d * curve[6],
    y: a * curve[1] + b * curve[3] + c * curve[5] + d * curve[7],
  };
}

/** Direction of travel at t, of length 1; along x where the curve stands still. */
export function tangentAt(curve: Cubic, t: number): Point {
  const u = 1 - t;
  const a = 3 * u * u;
  const b = 6 * u * t;
  const c = 3 * t * t;
  const x = a * (curve[2] - curve[0]) + b * (curve[4] - curve[2]) + c * (curve[6] - curve[4]);
  const y = a * (curve[3] - curve[1]) + b * (curve[5] - curve[3]) + c * (curve[7] - curve[5]);
  const length = Math.hypot(x, y);
  return length < 1e-9 ? { x: 1, y: 0 } : { x: x / length, y: y / length };
}

/** Points a curve is sampled to for the renderer: evenly spaced along its length. */
export const SAMPLES = 64;
/** Finer steps that the even spacing is read from. */
const STEPS = 128;

/**
 * Writes SAMPLES points (x, y interleaved), evenly spaced by arc length, into `out` from `offset`; returns the length.
 */
export function sampleEvenly(curve: Cubic, out: Float32Array, offset: number): number {
  const xs = new Float64Array(STEPS + 1);
  const ys = new Float64Array(STEPS + 1);
  const lengths = new Float64Array(STEPS + 1);
  for (let step = 0; step <= STEPS; step++) {
    const { x, y } = pointAt(curve, step / STEPS);
    xs[step] = x;
    ys[step] = y;
    if (step > 0) {
      const distance = Math.hypot(x - (xs[step - 1] ?? 0), y - (ys[step - 1] ?? 0));
      lengths[step] = (lengths[step - 1] ?? 0) + distance;
    }
  }
  const total = lengths[STEPS] ?? 0;
  let step = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const wanted = (total * sample) / (SAMPLES - 1);
    while (step < STEPS - 1 && (lengths[step + 1] ?? 0) < wanted) step += 1;
    const from = lengths[step] ?? 0;
    const span = (lengths[step + 1] ?? 0) - from;
    const share = span <= 0 ? 0 : Math.min(1, Math.max(0, (wanted - from) / span));
    out[offset + sample * 2] = (xs[step] ?? 0) + ((xs[step + 1] ?? 0) - (xs[step] ?? 0)) * share;
    out[offset + sample * 2 + 1] = (ys[step] ?? 0) + ((ys[step + 1] ?? 0) - (ys[step] ?? 0)) * share;
  }
  return total;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The curve as the `d` of an SVG path. */
export function pathOf(curve: Cubic): string {
  const [x0, y0, ...rest] = curve;
  return `M${short(x0)} ${short(y0)}C${rest.map(short).join(' ')}`;
}
