import type { FlightFrame, Ns } from '../../worker';
import type { EdgeTable } from './edge-table';
import { FlightClock } from './flight-clock';

const NS_PER_MS = 1_000_000;

/** Rows of OUTCOMES. */
export const OUTCOME = { success: 0, retry: 1, failure: 2, denied: 3, tcp: 4, mirrored: 5 } as const;

/** Particles move no faster than this, in canvas units per second of wall time … */
const MAX_SPEED = 300;
/** … and no journey is shorter than the first or, for this reason alone, longer than the second, in wall time. */
const MIN_JOURNEY_MS = 420;
const MAX_STRETCH_MS = 1_100;
/** A failed request stays where it failed for this long. */
export const FAILED_STAY_MS = 600;

/** At most so many particles on an edge, and one per so many canvas units. */
const MAX_PER_EDGE = 60;
const UNITS_PER_PARTICLE = 26;
/** Weight of the newest frame in an edge's measured arrivals. */
const ARRIVAL_WEIGHT = 0.08;
const MAX_FLIGHTS = 32_768;

// The same multiplicative hash for every flight of a request, so that a request is shown as a whole or not at all.
const HASH_FACTOR = 0x9e3779b1;
const HASH_RANGE = 0x100000000;

function hashShare(requestId: number): number {
  return (Math.imul(requestId | 0, HASH_FACTOR) >>> 0) / HASH_RANGE;
}

/** Shown before successes when an edge is crowded. */
function isNotable(outcome: number): boolean {
  return outcome === OUTCOME.failure || outcome === OUTCOME.retry || outcome === OUTCOME.denied;
}

/**
 * The journeys that are drawn, in columns. Positions follow from simulated time alone. A hop of half a millisecond would
 * pass between two pictures, so at a given speed every journey is drawn over at least a few hundred milliseconds of wall
 * time: each particle stays one request, starts when it departs, and takes longer to arrive on the screen than in the model.
 * While the user steps through events, journeys keep their true duration instead.
 */
export class FlightStore {
  readonly clock = new FlightClock();
  count = 0;
  readonly row = new Uint32Array(MAX_FLIGHTS);
  readonly startNs = new Float64Array(MAX_FLIGHTS);
  readonly endNs = new Float64Array(MAX_FLIGHTS);
  readonly departNs = new Float64Array(MAX_FLIGHTS);
  readonly arriveNs = new Float64Array(MAX_FLIGHTS);
  readonly requestId = new Float64Array(MAX_FLIGHTS);
  readonly outcome = new Uint8Array(MAX_FLIGHTS);
  readonly direction = new Uint8Array(MAX_FLIGHTS);
  /** Wall time at which a failed one reached its end; 0 while it moves. */
  readonly failedMs = new Float64Array(MAX_FLIGHTS);
  /** The request that is shown however crowded its edge is. */
  selectedRequest: number | undefined;
  #stretchRate = 1;
  #stepping = false;
  #lastFrameMs = 0;
  /** Arrivals per wall millisecond, by drawn edge. */
  #arrivals = new Float64Array(0);

  constructor(private readonly edges: EdgeTable) {}

  add(frame: FlightFrame, wallMs: number): void {
    const before = this.clock.rate;
    const sameMoment = frame.nowNs === this.clock.now(wallMs);
    this.clock.update(frame.nowNs, frame.rate, wallMs);
    if (frame.reset) {
      this.count = 0;
      this.#arrivals = new Float64Array(0);
      this.#stepping = false;
    }
    if (frame.rate > 0) {
      if (this.#stepping || frame.rate !== this.#stretchRate) this.#stretch(frame.rate, frame.nowNs);
      this.#stepping = false;
    } else if (before === 0 && !frame.reset && !sameMoment) {
      this.#showTruth(frame.nowNs);
    }
    const thinning = this.#thinning(frame, wallMs);
    for (let index = 0; index < frame.count; index++) this.#insert(frame, index, thinning);
  }

  /** Share of its way that a flight has covered. */
  progress(flight: number, nowNs: Ns): number {
    const start = this.startNs[flight] ?? 0;
    const span = (this.endNs[flight] ?? 0) - start;
    return span <= 0 ? 1 : Math.min(1, Math.max(0, (nowNs - start) / span));
  }

  /** Drops what has arrived; failed requests linger. */
  expire(nowNs: Ns, wallMs: number): void {
    let kept = 0;
    for (let flight = 0; flight < this.count; flight++) {
      if (!this.#isOver(flight, nowNs, wallMs)) this.#move(flight, kept++);
    }
    this.count = kept;
  }

  #isOver(flight: number, nowNs: Ns, wallMs: number): boolean {
    if (nowNs < (this.endNs[flight] ?? 0)) return false;
    const lingers = this.outcome[flight] === OUTCOME.failure && this.direction[flight] === 0;
    if (!lingers) return true;
    const failedMs = this.failedMs[flight] ?? 0;
    if (failedMs === 0) {
      this.failedMs[flight] = wallMs;
      return false;
    }
    // While time stands still, so does what failed.
    return this.clock.rate > 0 && wallMs - failedMs > FAILED_STAY_MS;
  }

  #move(from: number, to: number): void {
    if (from === to) return;
    this.row[to] = this.row[from] ?? 0;
    this.startNs[to] = this.startNs[from] ?? 0;
    this.endNs[to] = this.endNs[from] ?? 0;
    this.departNs[to] = this.departNs[from] ?? 0;
    this.arriveNs[to] = this.arriveNs[from] ?? 0;
    this.requestId[to] = this.requestId[from] ?? 0;
    this.outcome[to] = this.outcome[from] ?? 0;
    this.direction[to] = this.direction[from] ?? 0;
    this.failedMs[to] = this.failedMs[from] ?? 0;
  }

  /** Duration on the screen, in simulated time at the current rate. */
  #shownDuration(row: number, trueNs: Ns): Ns {
    if (this.#stepping) return trueNs;
    const edge = this.edges.edgeOf(row);
    const wantedMs = (this.edges.lengthOf(edge) / MAX_SPEED) * 1000;
    const leastMs = Math.min(MAX_STRETCH_MS, Math.max(MIN_JOURNEY_MS, wantedMs));
    return Math.max(trueNs, leastMs * this.#stretchRate * NS_PER_MS);
  }

  #insert(frame: FlightFrame, index: number, thinning: Thinning): void {
    const requestId = frame.requestId[index] ?? 0;
    const row = frame.edge[index] ?? 0;
    const outcome = frame.outcome[index] ?? 0;
    if (this.count >= MAX_FLIGHTS) return;
    if (requestId !== this.selectedRequest && !thinning.keeps(this.edges.edgeOf(row), outcome, requestId)) return;
    const flight = this.count++;
    const departNs = frame.departNs[index] ?? 0;
    const arriveNs = frame.arriveNs[index] ?? 0;
    this.row[flight] = row;
    this.departNs[flight] = departNs;
    this.arriveNs[flight] = arriveNs;
    this.startNs[flight] = departNs;
    this.endNs[flight] = departNs + this.#shownDuration(row, arriveNs - departNs);
    this.requestId[flight] = requestId;
    this.outcome[flight] = outcome;
    this.direction[flight] = frame.direction[index] ?? 0;
    this.failedMs[flight] = 0;
  }

  /** The speed changed: everything goes on from where it is, at the new pace. */
  #stretch(rate: number, nowNs: Ns): void {
    const shares = Float64Array.from({ length: this.count }, (_, flight) => this.progress(flight, nowNs));
    this.#stretchRate = rate;
    this.#stepping = false;
    for (let flight = 0; flight < this.count; flight++) {
      const trueNs = (this.arriveNs[flight] ?? 0) - (this.departNs[flight] ?? 0);
      const duration = this.#shownDuration(this.row[flight] ?? 0, trueNs);
      const start = nowNs - (shares[flight] ?? 0) * duration;
      this.startNs[flight] = start;
      this.endNs[flight] = start + duration;
    }
  }

  /** From the first step on, only what is on its way at this very moment is drawn, and where it is. */
  #showTruth(nowNs: Ns): void {
    this.#stepping = true;
    let kept = 0;
    for (let flight = 0; flight < this.count; flight++) {
      if ((this.arriveNs[flight] ?? 0) <= nowNs) continue;
      this.startNs[flight] = this.departNs[flight] ?? 0;
      this.endNs[flight] = this.arriveNs[flight] ?? 0;
      this.#move(flight, kept++);
    }
    this.count = kept;
  }

  #thinning(frame: FlightFrame, wallMs: number): Thinning {
    const elapsedMs = Math.min(100, Math.max(12, wallMs - this.#lastFrameMs));
    this.#lastFrameMs = wallMs;
    if (this.#arrivals.length < this.edges.count) {
      const grown = new Float64Array(this.edges.count);
      grown.set(this.#arrivals);
      this.#arrivals = grown;
    }
    if (frame.rate > 0) this.#measureArrivals(frame, elapsedMs);
    return {
      keeps: (edge, outcome, requestId) => {
        if (edge < 0 || this.#stepping) return true;
        const length = this.edges.lengthOf(edge);
        const journeyMs = Math.min(MAX_STRETCH_MS, Math.max(MIN_JOURNEY_MS, (length / MAX_SPEED) * 1000));
        const expected = (this.#arrivals[edge] ?? 0) * journeyMs;
        const cap = Math.min(MAX_PER_EDGE, Math.max(2, length / UNITS_PER_PARTICLE));
        const share = expected <= cap ? 1 : cap / expected;
        return hashShare(requestId) < (isNotable(outcome) ? Math.min(1, share * 3) : share);
      },
    };
  }

  #measureArrivals(frame: FlightFrame, elapsedMs: number): void {
    const arrivals = this.#arrivals;
    const seen = new Float64Array(arrivals.length);
    for (let index = 0; index < frame.count; index++) {
      const edge = this.edges.edgeOf(frame.edge[index] ?? 0);
      if (edge >= 0) seen[edge] = (seen[edge] ?? 0) + 1;
    }
    for (let edge = 0; edge < arrivals.length; edge++) {
      const rate = (seen[edge] ?? 0) / elapsedMs;
      arrivals[edge] = (arrivals[edge] ?? 0) * (1 - ARRIVAL_WEIGHT) + rate * ARRIVAL_WEIGHT;
    }
  }
}

interface Thinning {
  keeps(edge: number, outcome: number, requestId: number): boolean;
}
