/**
 * Where edge labels stand. In this order, the first place free of nodes, other labels and other edges: on the line in the
 * middle when it hides at most 40 px of it; 8 px beside the line, on the side with more room; the same from t = 0.35 to
 * 0.65; then with less text; then on hover only. Pure: equal input gives equal places, so labels do not move while traffic flows.
 */
import { type Cubic, type Point, pointAt, tangentAt } from './bezier';
import type { Rect } from './geometry';

export interface LabelRequest {
  readonly id: string;
  readonly curve: Cubic;
  /** Sizes of the label's variants in canvas units, from the whole text to the least. */
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
}

export interface LabelPlace {
  /** Centre, in canvas units. */
  readonly x: number;
  readonly y: number;
  /** Which of the sizes; undefined: no room, shown on hover only (at the curve's middle). */
  readonly variant: number | undefined;
}

/** Hides at most this much of its own line when it stands on it. */
const MAX_HIDDEN = 40;
const BESIDE_GAP = 8;
/** Kept free around a label. */
const CLEARANCE = 3;
/** Places along the curve, the middle first. */
const SLIDES = [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65] as const;
const CURVE_STEPS = 48;

function rectAround(centre: Point, size: { readonly width: number; readonly height: number }): Rect {
  return { x: centre.x - size.width / 2, y: centre.y - size.height / 2, width: size.width, height: size.height };
}

function overlaps(a: Rect, b: Rect, gap: number): boolean {
  return (
    a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap && b.y < a.y + a.height + gap
  );
}

function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}

interface SampledCurve {
  readonly id: string;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly bounds: Rect;
}

function sampleCurve(id: string, curve: Cubic): SampledCurve {
  const xs = new Float64Array(CURVE_STEPS + 1);
  const ys = new Float64Array(CURVE_STEPS + 1);
  for (let step = 0; step <= CURVE_STEPS; step++) {
    const { x, y } = pointAt(curve, step / CURVE_STEPS);
    xs[step] = x;
    ys[step] = y;
  }
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  return { id, xs, ys, bounds: { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top } };
}

/** Length of a curve inside a rectangle, to the precision of its samples. */
function hiddenLength(curve: SampledCurve, rect: Rect): number {
  if (!overlaps(curve.bounds, rect, 0)) return 0;
  let hidden = 0;
  for (let step = 1; step <= CURVE_STEPS; step++) {
    const x = curve.xs[step] ?? 0;
    const y = curve.ys[step] ?? 0;
    const beforeX = curve.xs[step - 1] ?? 0;
    const beforeY = curve.ys[step - 1] ?? 0;
    if (!contains(rect, (x + beforeX) / 2, (y + beforeY) / 2)) continue;
    hidden += Math.hypot(x - beforeX, y - beforeY);
  }
  return hidden;
}

class Field {
  readonly #labels: Rect[] = [];

  constructor(
    readonly nodes: readonly Rect[],
    readonly curves: readonly SampledCurve[],
  ) {}

  isFree(rect: Rect, own: string): boolean {
    if (this.nodes.some((node) => overlaps(rect, node, CLEARANCE))) return false;
    if (this.#labels.some((label) => overlaps(rect, label, CLEARANCE))) return false;
    return !this.curves.some((curve) => curve.id !== own && hiddenLength(curve, rect) > 0);
  }

  /** Distance from a point to the nearest node or label, for choosing the roomier side. */
  roomAt(point: Point): number {
    let room = Number.POSITIVE_INFINITY;
    for (const rect of [...this.nodes, ...this.#labels]) {
      const dx = Math.max(rect.x - point.x, 0, point.x - rect.x - rect.width);
      const dy = Math.max(rect.y - point.y, 0, point.y - rect.y - rect.height);
      room = Math.min(room, Math.hypot(dx, dy));
    }
    return room;
  }

  take(rect: Rect): void {
    this.#labels.push(rect);
  }
}

/** Centres beside the line at t, the roomier side first. */
function besideAt(request: LabelRequest, size: LabelRequest['sizes'][number], t: number, field: Field): Point[] {
  const at = pointAt(request.curve, t);
  const along = tangentAt(request.curve, t);
  const normal = { x: -along.y, y: along.x };
  // From the line to the far corner of the label, measured along the normal.
  const reach = (Math.abs(normal.x) * size.width + Math.abs(normal.y) * size.height) / 2 + BESIDE_GAP;
  const sides = [-1, 1].map((sign) => ({ x: at.x + sign * normal.x * reach, y: at.y + sign * normal.y * reach }));
  const above = sides.sort((a, b) => a.y - b.y);
  const [first, second] = above;
  if (first === undefined || second === undefined) return above;
  return field.roomAt(second) > field.roomAt(first) + 1 ? [second, first] : [first, second];
}

function placeVariant(
  request: LabelRequest,
  own: SampledCurve,
  size: LabelRequest['sizes'][number],
  field: Field,
): Point | undefined {
  for (const t of SLIDES) {
    const at = pointAt(request.curve, t);
    const onLine = rectAround(at, size);
    if (hiddenLength(own, onLine) <= MAX_HIDDEN && field.isFree(onLine, request.id)) return at;
    for (const centre of besideAt(request, size, t, field)) {
      const beside = rectAround(centre, size);
      if (hiddenLength(own, beside) === 0 && field.isFree(beside, request.id)) return centre;
    }
  }
  return undefined;
}

/**
 * Places the labels in the order given, so put the important ones first. `curves` are all edges that are drawn, `nodes` all cards.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  nodes: readonly Rect[],
  curves: ReadonlyMap<string, Cubic>,
): ReadonlyMap<string, LabelPlace> {
  const sampled = new Map([...curves].map(([id, curve]) => [id, sampleCurve(id, curve)]));
  const field = new Field(nodes, [...sampled.values()]);
  const places = new Map<string, LabelPlace>();
  for (const request of requests) {
    const own = sampled.get(request.id) ?? sampleCurve(request.id, request.curve);
    places.set(request.id, placeOne(request, own, field));
  }
  return places;
}

function placeOne(request: LabelRequest, own: SampledCurve, field: Field): LabelPlace {
  for (const [variant, size] of request.sizes.entries()) {
    const centre = placeVariant(request, own, size, field);
    if (centre === undefined) continue;
    field.take(rectAround(centre, size));
    return { x: centre.x, y: centre.y, variant };
  }
  const middle = pointAt(request.curve, 0.5);
  return { x: middle.x, y: middle.y, variant: undefined };
}
