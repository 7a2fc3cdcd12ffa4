import type { FlightColumns } from '../engine';
import type { FlightFrame } from './protocol';

/** Flights of one frame beyond which the worker thins; the renderer could not show more anyway. */
export const MAX_FLIGHTS_PER_FRAME = 2_000;

// A multiplicative hash spreads neighbouring ids; the same request is kept or dropped as a whole.
const HASH_FACTOR = 0x9e3779b1;
const HASH_RANGE = 0x100000000;

function keeps(requestId: number, share: number): boolean {
  return (Math.imul(requestId | 0, HASH_FACTOR) >>> 0) / HASH_RANGE < share;
}

export interface FlightClock {
  readonly frame: number;
  readonly nowNs: number;
  readonly rate: number;
  readonly reset: boolean;
}

/** Packs flights for the renderer. When there are too many they are thinned by request, so that a request keeps all its flights or none. */
export function packFlights(flights: FlightColumns, clock: FlightClock): FlightFrame {
  const share = flights.count <= MAX_FLIGHTS_PER_FRAME ? 1 : MAX_FLIGHTS_PER_FRAME / flights.count;
  const rows: number[] = [];
  for (let row = 0; row < flights.count; row++) {
    if (share === 1 || keeps(flights.requestId[row] ?? 0, share)) rows.push(row);
  }
  const frame = {
    ...clock,
    count: rows.length,
    edge: new Uint32Array(rows.length),
    departNs: new Float64Array(rows.length),
    arriveNs: new Float64Array(rows.length),
    outcome: new Uint8Array(rows.length),
    direction: new Uint8Array(rows.length),
    requestId: new Float64Array(rows.length),
    keptShare: share,
  };
  rows.forEach((row, index) => {
    frame.edge[index] = flights.edge[row] ?? 0;
    frame.departNs[index] = flights.departNs[row] ?? 0;
    frame.arriveNs[index] = flights.arriveNs[row] ?? 0;
    frame.outcome[index] = flights.outcome[row] ?? 0;
    frame.direction[index] = flights.direction[row] ?? 0;
    frame.requestId[index] = flights.requestId[row] ?? 0;
  });
  return frame;
}

/** Buffers that move with the frame instead of being copied. */
export function transferablesOf(frame: FlightFrame): ArrayBuffer[] {
  const columns = [frame.edge, frame.departNs, frame.arriveNs, frame.outcome, frame.direction, frame.requestId];
  return columns
    .map((column) => column.buffer)
    .filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}
