/** Where cards, boxes and edges stand. Pure functions of positions; canvas units. */
import type { Cubic } from './bezier';
import type { ZoomLevel } from './levels';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface EdgeEnds {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
}

/** Space between a curve's end and the card, for the arrow head. */
const ARROW_GAP = 3;
/** Least distance of two edges that share a side. */
const PORT_SPACING = 18;
/** Part of a side that edges are spread over while there are few of them. */
const PORT_SPREAD = 0.6;
/** Corners that no edge starts from. */
const PORT_MARGIN = 10;
/** How far an edge that runs backwards swings out. */
const LOOP_REACH = 90;

/** Ring of the far view, in canvas units: 46 px in the middle of that view's range of scales. */
export const FAR_RING = 124;

/** The rectangle that edges attach to at a zoom level: the card, or the far view's ring around its centre. */
export function attachRect(card: Rect, level: ZoomLevel): Rect {
  if (level !== 'far') return card;
  return {
    x: card.x + (card.width - FAR_RING) / 2,
    y: card.y + (card.height - FAR_RING) / 2,
    width: FAR_RING,
    height: FAR_RING,
  };
}

/** Small cards are taller than their place, above and below, so that a name may have two lines. As in topology.css. */
const MID_EXTRA = 12;

/** What a card covers at a zoom level. */
export function coveredRect(card: Rect, level: ZoomLevel): Rect {
  if (level !== 'mid') return attachRect(card, level);
  return { ...card, y: card.y - MID_EXTRA, height: card.height + 2 * MID_EXTRA };
}

function centreY(rect: Rect): number {
  return rect.y + rect.height / 2;
}

/** Distance of neighbours when `count` edges share a side of this height. */
function portStep(count: number, height: number): number {
  if (count < 2) return 0;
  const even = (height * PORT_SPREAD) / count;
  return Math.min(Math.max(PORT_SPACING, even), (height - 2 * PORT_MARGIN) / (count - 1));
}

type Side = 'source' | 'destination';

/** The height at which each edge meets one side: edges of a side in the order of their other ends, evenly. */
function placePorts(edges: readonly EdgeEnds[], rects: ReadonlyMap<string, Rect>, side: Side): Map<string, number> {
  const other: Side = side === 'source' ? 'destination' : 'source';
  const bySide = new Map<string, EdgeEnds[]>();
  for (const edge of edges) bySide.set(edge[side], [...(bySide.get(edge[side]) ?? []), edge]);
  const ports = new Map<string, number>();
  for (const [id, group] of bySide) {
    const rect = rects.get(id);
    if (rect === undefined) continue;
    const height = (edge: EdgeEnds): number => {
      const end = rects.get(edge[other]);
      return end === undefined ? 0 : centreY(end);
    };
    const ordered = [...group].sort((a, b) => height(a) - height(b) || (a.id < b.id ? -1 : 1));
    const step = portStep(ordered.length, rect.height);
    ordered.forEach((edge, index) => {
      ports.set(edge.id, centreY(rect) + (index - (ordered.length - 1) / 2) * step);
    });
  }
  return ports;
}

function curveBetween(from: Rect, to: Rect, y1: number, y2: number): Cubic {
  const x1 = from.x + from.width;
  const x2 = to.x - ARROW_GAP;
  const distance = x2 - x1;
  if (distance > 24) return [x1, y1, x1 + distance / 2, y1, x2 - distance / 2, y2, x2, y2];
  // Backwards, or to a card of the same column: out to the right, round, and in from the left.
  const reach = Math.max(LOOP_REACH, Math.min(260, -distance * 0.6));
  const lift = Math.abs(y2 - y1) < 40 ? -Math.max(from.height, to.height) : 0;
  return [x1, y1, x1 + reach, y1 + lift, x2 - reach, y2 + lift, x2, y2];
}

/** The curve of every edge whose ends are known: out of the right side, into the left side. */
export function routeEdges(edges: readonly EdgeEnds[], rects: ReadonlyMap<string, Rect>): Map<string, Cubic> {
  const leaves = placePorts(edges, rects, 'source');
  const enters = placePorts(edges, rects, 'destination');
  const curves = new Map<string, Cubic>();
  for (const edge of edges) {
    const from = rects.get(edge.source);
    const to = rects.get(edge.destination);
    const y1 = leaves.get(edge.id);
    const y2 = enters.get(edge.id);
    if (from === undefined || to === undefined || y1 === undefined || y2 === undefined) continue;
    curves.set(edge.id, curveBetween(from, to, y1, y2));
  }
  return curves;
}

/** Room between a namespace's border and its cards; the label stands in the upper part. */
const BOX_PADDING = { side: 20, top: 36, bottom: 24 } as const;

export function unionOf(rects: readonly Rect[]): Rect | undefined {
  if (rects.length === 0) return undefined;
  const left = Math.min(...rects.map((rect) => rect.x));
  const top = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The box around a namespace's cards. */
export function boxAround(rects: readonly Rect[]): Rect | undefined {
  const inner = unionOf(rects);
  if (inner === undefined) return undefined;
  return {
    x: inner.x - BOX_PADDING.side,
    y: inner.y - BOX_PADDING.top,
    width: inner.width + 2 * BOX_PADDING.side,
    height: inner.height + BOX_PADDING.top + BOX_PADDING.bottom,
  };
}

/** Stroke width of an edge: 1 + log10(1 + requests per second), at most 6. */
export function edgeWidth(ratePerS: number): number {
  return Math.min(6, 1 + Math.log10(1 + Math.max(0, ratePerS)));
}
