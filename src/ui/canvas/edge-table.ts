import { SAMPLES } from '../topology/bezier';
import type { EdgeGeometryMessage, Viewport } from './messages';

/** A position, reused by the caller: particles are many and garbage is slow. */
export interface MutablePoint {
  x: number;
  y: number;
}

/** The sampled edges, and how crowded each may be. */
export class EdgeTable {
  #edges: EdgeGeometryMessage = {
    count: 0,
    points: new Float32Array(0),
    lengths: new Float32Array(0),
    edgeOfRow: new Int32Array(0),
    covers: new Float32Array(0),
  };

  set(edges: EdgeGeometryMessage): void {
    this.#edges = edges;
  }

  get count(): number {
    return this.#edges.count;
  }

  get covers(): Float32Array {
    return this.#edges.covers;
  }

  /** The drawn edge of a row of the engine's table; -1 when it is not drawn (yet). */
  edgeOf(row: number): number {
    return this.#edges.edgeOfRow[row] ?? -1;
  }

  lengthOf(edge: number): number {
    return this.#edges.lengths[edge] ?? 0;
  }

  /** Writes the point at `share` of an edge's length, in CSS pixels of the canvas. */
  locate(edge: number, share: number, viewport: Viewport, out: MutablePoint): void {
    const { points } = this.#edges;
    const exact = Math.min(1, Math.max(0, share)) * (SAMPLES - 1);
    const lower = Math.min(SAMPLES - 2, Math.floor(exact));
    const rest = exact - lower;
    const at = (edge * SAMPLES + lower) * 2;
    const x = (points[at] ?? 0) * (1 - rest) + (points[at + 2] ?? 0) * rest;
    const y = (points[at + 1] ?? 0) * (1 - rest) + (points[at + 3] ?? 0) * rest;
    out.x = x * viewport.zoom + viewport.x;
    out.y = y * viewport.zoom + viewport.y;
  }
}
