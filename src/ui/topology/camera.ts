import { type Rect, unionOf } from './geometry';

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Free border around a fitted picture, CSS pixels. */
const BORDER = { x: 22, top: 26, bottom: 26 } as const;
/** The legend stands at the bottom: room for it, unless that would make the picture too small to be read. */
const LEGEND = { bottom: 56, leastZoom: 0.46 } as const;
const MAX_FIT_ZOOM = 1;
/** A canvas this narrow shows a part that can be read rather than a whole that cannot. */
const NARROW = { width: 640, zoom: 0.62 } as const;
export const MIN_ZOOM = 0.03;
export const MAX_ZOOM = 2.5;

/** The camera that shows all of `rects` in a canvas of this size. */
export function fitCamera(rects: readonly Rect[], width: number, height: number): Camera | undefined {
  const all = unionOf(rects);
  if (all === undefined || width <= 0 || height <= 0) return undefined;
  const zoomAbove = (bottom: number): number =>
    Math.min((width - 2 * BORDER.x) / all.width, (height - BORDER.top - bottom) / all.height, MAX_FIT_ZOOM);
  const bottom = zoomAbove(LEGEND.bottom) >= LEGEND.leastZoom ? LEGEND.bottom : BORDER.bottom;
  const room = { width: width - 2 * BORDER.x, height: height - BORDER.top - bottom };
  const fit = zoomAbove(bottom);
  const cut = width < NARROW.width && fit < NARROW.zoom;
  const zoom = cut ? NARROW.zoom : Math.max(MIN_ZOOM, fit);
  const free = Math.max(0, room.width - all.width * zoom);
  return {
    x: BORDER.x + free / 2 - all.x * zoom,
    y: BORDER.top + (room.height - all.height * zoom) / 2 - all.y * zoom,
    zoom,
  };
}

/** A canvas rectangle on the screen. */
export function toScreen(rect: Rect, camera: Camera): Rect {
  return {
    x: rect.x * camera.zoom + camera.x,
    y: rect.y * camera.zoom + camera.y,
    width: rect.width * camera.zoom,
    height: rect.height * camera.zoom,
  };
}
