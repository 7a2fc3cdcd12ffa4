/** What the page tells the renderer, and what the renderer tells the page. */

export interface RendererTheme {
  readonly background: string;
  readonly ok: string;
  readonly retry: string;
  readonly bad: string;
  readonly deny: string;
  readonly tcp: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
}

/** What particles move on: edges as sampled curves. Row i of the engine's edge table is drawn on edge `edgeOfRow[i]`, or nowhere (-1). */
export interface EdgeGeometryMessage {
  readonly count: number;
  /** SAMPLES points (x, y) per edge, evenly spaced by length, in canvas units. */
  readonly points: Float32Array;
  /** Length of each edge in canvas units. */
  readonly lengths: Float32Array;
  readonly edgeOfRow: Int32Array;
  /** Cards and labels, which lie over the lines: x, y, width and height of each, in canvas units. */
  readonly covers: Float32Array;
}

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface CanvasSize {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

export type ToRenderer =
  | { readonly kind: 'canvas'; readonly canvas: OffscreenCanvas }
  | { readonly kind: 'port'; readonly port: MessagePort }
  | { readonly kind: 'size'; readonly size: CanvasSize }
  | { readonly kind: 'viewport'; readonly viewport: Viewport }
  | { readonly kind: 'edges'; readonly edges: EdgeGeometryMessage }
  | { readonly kind: 'theme'; readonly theme: RendererTheme }
  | { readonly kind: 'motion'; readonly reduced: boolean }
  /** Edges that the selection is about, by index; undefined: all are. `requestId` is the request picked up. */
  | { readonly kind: 'focus'; readonly edges: readonly number[] | undefined; readonly requestId: number | undefined }
  | { readonly kind: 'hover'; readonly x: number; readonly y: number; readonly inside: boolean }
  | { readonly kind: 'hit'; readonly id: number; readonly x: number; readonly y: number };

export interface FlightHit {
  readonly requestId: number;
  /** Row of the engine's edge table. */
  readonly row: number;
  readonly outcome: number;
  readonly direction: number;
  /** Where the particle is, CSS pixels of the canvas. */
  readonly x: number;
  readonly y: number;
}

export type FromRenderer =
  | { readonly kind: 'hit'; readonly id: number; readonly hit: FlightHit | undefined }
  /** A picture with this viewport is on its way to the screen. */
  | { readonly kind: 'painted'; readonly viewport: Viewport }
  /** Sent when it changes, at most twice a second. */
  | { readonly kind: 'count'; readonly flights: number }
  | { readonly kind: 'hovering'; readonly over: boolean };
