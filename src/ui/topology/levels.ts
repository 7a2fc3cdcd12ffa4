/** Semantic zoom: what is drawn at which scale of the canvas. */
export type ZoomLevel = 'namespaces' | 'far' | 'mid' | 'near' | 'pods';

/** From near to far, each with the scale below which the next one is drawn. */
const LADDER: readonly { readonly level: ZoomLevel; readonly from: number }[] = [
  { level: 'pods', from: 1.6 },
  { level: 'near', from: 0.8 },
  { level: 'mid', from: 0.45 },
  { level: 'far', from: 0.25 },
  { level: 'namespaces', from: 0 },
];

/** A threshold must be passed by this share before the picture changes back. */
const HYSTERESIS = 0.08;

function plainLevel(zoom: number): ZoomLevel {
  return LADDER.find(({ from }) => zoom >= from)?.level ?? 'namespaces';
}

/** The level at a scale, given the one drawn until now. */
export function levelAt(zoom: number, current: ZoomLevel | undefined): ZoomLevel {
  const wanted = plainLevel(zoom);
  if (current === undefined || wanted === current) return wanted;
  const order = LADDER.map(({ level }) => level);
  const movesOut = order.indexOf(wanted) > order.indexOf(current);
  const threshold = movesOut
    ? (LADDER[order.indexOf(current)]?.from ?? 0) * (1 - HYSTERESIS)
    : (LADDER[order.indexOf(current) - 1]?.from ?? Number.POSITIVE_INFINITY) * (1 + HYSTERESIS);
  const passed = movesOut ? zoom < threshold : zoom >= threshold;
  return passed ? wanted : current;
}

/** Smallest scale that still draws full cards when the picture is first fitted. */
export const NEAR_ZOOM = 0.8;
export const MID_ZOOM = 0.45;
