import type { FlightFrame, Ns } from '../../worker';
import { EdgeTable, type MutablePoint } from './edge-table';
import { FlightStore, OUTCOME } from './flight-store';
import type { CanvasSize, EdgeGeometryMessage, FlightHit, RendererTheme, Viewport } from './messages';
import { Batch, type DrawContext, drawRing } from './paint';

/** Half of the area around a particle that counts as it. */
const HIT_RADIUS = 12;
/** Edges shorter than this on the screen carry no particles: there is nothing to see. */
const MIN_EDGE_PX = 30;
const TAIL_PX = 12;
/** A particle that has just left a card, or nearly reached one, is seen whole. */
const COVER_INSET = 5;
const UNRELATED_ALPHA = 0.55;
/** Radius of particles on the screen in units of 4.2 px: never under 6 px across, 12 px from scale 1.6 on. */
const MIN_SCALE = 6 / 8.4;
const MAX_SCALE = 12 / 8.4;

export function particleScale(zoom: number): number {
  if (zoom <= 1) return Math.max(MIN_SCALE, zoom);
  return Math.min(MAX_SCALE, 1 + ((zoom - 1) / 0.6) * (MAX_SCALE - 1));
}

/** Everything the renderer knows, and how it becomes a picture. Free of canvas, worker and clock. */
export class Scene {
  readonly edges = new EdgeTable();
  readonly flights = new FlightStore(this.edges);
  viewport: Viewport = { x: 0, y: 0, zoom: 1 };
  size: CanvasSize = { width: 1, height: 1, pixelRatio: 1 };
  theme: RendererTheme | undefined;
  #related: ReadonlySet<number> | undefined;
  #pointer: { readonly x: number; readonly y: number } | undefined;
  readonly #batch = new Batch();
  readonly #faded = new Batch();
  readonly #at: MutablePoint = { x: 0, y: 0 };
  readonly #behind: MutablePoint = { x: 0, y: 0 };

  setEdges(edges: EdgeGeometryMessage): void {
    this.edges.set(edges);
  }

  addFrame(frame: FlightFrame, wallMs: number): void {
    this.flights.add(frame, wallMs);
  }

  focus(edges: readonly number[] | undefined, requestId: number | undefined): void {
    this.#related = edges === undefined ? undefined : new Set(edges);
    this.flights.selectedRequest = requestId;
  }

  point(pointer: { readonly x: number; readonly y: number } | undefined): void {
    this.#pointer = pointer;
  }

  /** Draws the picture of a moment of wall time; returns the number of particles in it. */
  paint(context: DrawContext, wallMs: number): number {
    const { width, height, pixelRatio } = this.size;
    const nowNs = this.flights.clock.now(wallMs);
    this.flights.expire(nowNs, wallMs);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    const { theme } = this;
    if (theme === undefined) return 0;
    this.#collect(nowNs);
    const scale = particleScale(this.viewport.zoom);
    const brush = { context, theme, scale };
    this.#faded.draw(brush, UNRELATED_ALPHA);
    this.#batch.draw(brush, 1);
    this.#clearCovers(context);
    this.#drawRings(context, theme, wallMs);
    return this.#batch.count + this.#faded.count;
  }

  /** The canvas lies over cards and labels, but lines pass below them: so do particles, but for their last pixels. */
  #clearCovers(context: DrawContext): void {
    const { covers } = this.edges;
    const { x, y, zoom } = this.viewport;
    for (let at = 0; at < covers.length; at += 4) {
      const width = (covers[at + 2] ?? 0) * zoom - 2 * COVER_INSET;
      const height = (covers[at + 3] ?? 0) * zoom - 2 * COVER_INSET;
      if (width <= 0 || height <= 0) continue;
      const left = (covers[at] ?? 0) * zoom + x + COVER_INSET;
      const top = (covers[at + 1] ?? 0) * zoom + y + COVER_INSET;
      context.clearRect(left, top, width, height);
    }
  }

  #collect(nowNs: Ns): void {
    this.#batch.clear();
    this.#faded.clear();
    const { flights } = this;
    for (let flight = 0; flight < flights.count; flight++) {
      const edge = this.#edgeOf(flight);
      if (edge < 0 || !this.#place(flight, edge, nowNs)) continue;
      const outcome = flights.outcome[flight] ?? 0;
      const batch = this.#related === undefined || this.#related.has(edge) ? this.#batch : this.#faded;
      batch.add(outcome, this.#at.x, this.#at.y);
      if (flights.direction[flight] === 1) this.#addTail(batch, flight, edge, nowNs);
    }
  }

  #edgeOf(flight: number): number {
    const edge = this.edges.edgeOf(this.flights.row[flight] ?? 0);
    return edge >= 0 && this.edges.lengthOf(edge) * this.viewport.zoom >= MIN_EDGE_PX ? edge : -1;
  }

  /** Share of the edge, from its source, at which a flight is. */
  #share(flight: number, nowNs: Ns): number {
    const progress = this.flights.progress(flight, nowNs);
    return this.flights.direction[flight] === 1 ? 1 - progress : progress;
  }

  /** Writes where a flight is into #at; false when that is off the canvas. */
  #place(flight: number, edge: number, nowNs: Ns): boolean {
    this.edges.locate(edge, this.#share(flight, nowNs), this.viewport, this.#at);
    const { x, y } = this.#at;
    return x > -20 && y > -20 && x < this.size.width + 20 && y < this.size.height + 20;
  }

  #addTail(batch: Batch, flight: number, edge: number, nowNs: Ns): void {
    const length = this.edges.lengthOf(edge) * this.viewport.zoom;
    const share = Math.min(1, this.#share(flight, nowNs) + TAIL_PX / length);
    this.edges.locate(edge, share, this.viewport, this.#behind);
    batch.addTail(this.flights.outcome[flight] ?? 0, this.#behind, this.#at);
  }

  #drawRings(context: DrawContext, theme: RendererTheme, wallMs: number): void {
    const { flights } = this;
    const nowNs = flights.clock.now(wallMs);
    for (let flight = 0; flight < flights.count; flight++) {
      if (flights.requestId[flight] !== flights.selectedRequest) continue;
      const edge = this.#edgeOf(flight);
      if (edge >= 0 && this.#place(flight, edge, nowNs)) drawRing(context, theme, this.#at, 'selected');
    }
    const hovered = this.#pointer === undefined ? undefined : this.hit(this.#pointer.x, this.#pointer.y, wallMs);
    if (hovered !== undefined) drawRing(context, theme, hovered, 'hover');
  }

  /** true while the pointer is over a particle. */
  isHovering(wallMs: number): boolean {
    return this.#pointer !== undefined && this.hit(this.#pointer.x, this.#pointer.y, wallMs) !== undefined;
  }

  /** The particle under a point; of several the notable one, then the nearest. */
  hit(x: number, y: number, wallMs: number): FlightHit | undefined {
    const nowNs = this.flights.clock.now(wallMs);
    let best: FlightHit | undefined;
    let bestScore = Number.POSITIVE_INFINITY;
    const { flights } = this;
    for (let flight = 0; flight < flights.count; flight++) {
      const edge = this.#edgeOf(flight);
      if (edge < 0 || !this.#place(flight, edge, nowNs)) continue;
      const distance = Math.hypot(this.#at.x - x, this.#at.y - y);
      if (distance > HIT_RADIUS) continue;
      const outcome = flights.outcome[flight] ?? 0;
      const score = distance - (outcome === OUTCOME.success ? 0 : 6);
      if (score >= bestScore) continue;
      bestScore = score;
      best = {
        requestId: flights.requestId[flight] ?? 0,
        row: flights.row[flight] ?? 0,
        outcome,
        direction: flights.direction[flight] ?? 0,
        x: this.#at.x,
        y: this.#at.y,
      };
    }
    return best;
  }
}
