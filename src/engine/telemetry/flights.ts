import type { Ns } from '../../base';
import type { FlightColumns } from '../observation';

const INITIAL_CAPACITY = 1024;
/** Rows kept between two reads; beyond it the oldest are overwritten, so an inattentive reader costs no memory. */
const MAX_CAPACITY = 1 << 20;

/** Journeys since the last read. Not part of the state of a run: it is what was shown of it. */
export class Flights {
  recording = false;
  #count = 0;
  #edge = new Uint32Array(INITIAL_CAPACITY);
  #departNs = new Float64Array(INITIAL_CAPACITY);
  #arriveNs = new Float64Array(INITIAL_CAPACITY);
  #outcome = new Uint8Array(INITIAL_CAPACITY);
  #direction = new Uint8Array(INITIAL_CAPACITY);
  #requestId = new Float64Array(INITIAL_CAPACITY);

  // biome-ignore lint/complexity/useMaxParams: one row of columns, on the hot path.
  add(edge: number, departNs: Ns, arriveNs: Ns, outcome: number, direction: number, requestId: number): void {
    if (this.#count === this.#edge.length && this.#count < MAX_CAPACITY) this.#grow();
    const row = this.#count % this.#edge.length;
    this.#edge[row] = edge;
    this.#departNs[row] = departNs;
    this.#arriveNs[row] = arriveNs;
    this.#outcome[row] = outcome;
    this.#direction[row] = direction;
    this.#requestId[row] = requestId;
    this.#count += 1;
  }

  #grow(): void {
    const capacity = this.#edge.length * 2;
    const edge = new Uint32Array(capacity);
    const departNs = new Float64Array(capacity);
    const arriveNs = new Float64Array(capacity);
    const outcome = new Uint8Array(capacity);
    const direction = new Uint8Array(capacity);
    const requestId = new Float64Array(capacity);
    edge.set(this.#edge);
    departNs.set(this.#departNs);
    arriveNs.set(this.#arriveNs);
    outcome.set(this.#outcome);
    direction.set(this.#direction);
    requestId.set(this.#requestId);
    this.#edge = edge;
    this.#departNs = departNs;
    this.#arriveNs = arriveNs;
    this.#outcome = outcome;
    this.#direction = direction;
    this.#requestId = requestId;
  }

  /** Hands over copies of the rows in the order in which they departed and starts anew. */
  take(): FlightColumns {
    const count = Math.min(this.#count, this.#edge.length);
    // A ring that wrapped starts behind its newest row.
    const start = this.#count > this.#edge.length ? this.#count % this.#edge.length : 0;
    this.#count = 0;
    return {
      count,
      edge: unrolled(this.#edge, start, count, new Uint32Array(count)),
      departNs: unrolled(this.#departNs, start, count, new Float64Array(count)),
      arriveNs: unrolled(this.#arriveNs, start, count, new Float64Array(count)),
      outcome: unrolled(this.#outcome, start, count, new Uint8Array(count)),
      direction: unrolled(this.#direction, start, count, new Uint8Array(count)),
      requestId: unrolled(this.#requestId, start, count, new Float64Array(count)),
    };
  }

  clear(): void {
    this.#count = 0;
  }
}

function unrolled<T extends Uint8Array | Uint32Array | Float64Array>(
  ring: T,
  start: number,
  count: number,
  target: T,
): T {
  if (start === 0) {
    target.set(ring.subarray(0, count));
    return target;
  }
  target.set(ring.subarray(start));
  target.set(ring.subarray(0, start), count - start);
  return target;
}
