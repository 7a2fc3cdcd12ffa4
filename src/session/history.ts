import { deltaQuantiles, type LatencyDelta, type LatencySketchState, latencyDelta, NS_PER_S, type Ns } from '../base';
import type { EdgeStatistics, SimulationApi } from '../engine';

/** Length of a bucket: one second of simulated time. */
export const BUCKET_NS: Ns = NS_PER_S;
const MAX_BUCKETS = 600;
const MIN_BUCKETS = 60;
/** Bounds the memory: buckets times edges. */
const MAX_CELLS = 60_000;

/** Totals of all edges at one moment. Immutable. */
export interface Sample {
  readonly atNs: Ns;
  readonly edges: readonly EdgeStatistics[];
}

/** What happened in one bucket: totals at its end, and the latencies inside it per edge. Immutable. */
export interface Bucket {
  readonly sample: Sample;
  readonly latencies: readonly LatencyDelta[];
}

/** Differences of an edge between two samples. */
export interface EdgeDelta {
  readonly requests: number;
  readonly attempts: number;
  readonly completed: number;
  readonly success: number;
  readonly failure: number;
  readonly denied: number;
  readonly mutualTls: number;
  readonly flags: ReadonlyMap<string, number>;
  readonly statuses: ReadonlyMap<string, number>;
}

const SERVER_ERROR_CLASS = 5;
const NO_RESPONSE_CLASS = 0;

function gained(
  later: Readonly<Record<string, number>>,
  earlier: Readonly<Record<string, number>> | undefined,
): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const [key, value] of Object.entries(later)) {
    const difference = value - (earlier?.[key] ?? 0);
    if (difference > 0) result.set(key, difference);
  }
  return result;
}

/** @param earlier undefined: the edge did not exist yet. */
export function edgeDelta(later: EdgeStatistics, earlier: EdgeStatistics | undefined): EdgeDelta {
  const classGain = (index: number) => (later.byClass[index] ?? 0) - (earlier?.byClass[index] ?? 0);
  const failure = classGain(NO_RESPONSE_CLASS) + classGain(SERVER_ERROR_CLASS);
  let completed = 0;
  for (let index = 0; index < later.byClass.length; index++) completed += classGain(index);
  const denied = later.denied - (earlier?.denied ?? 0);
  return {
    requests: later.requests - (earlier?.requests ?? 0),
    attempts: later.attempts - (earlier?.attempts ?? 0),
    completed,
    failure,
    denied,
    success: Math.max(0, completed - failure - denied),
    mutualTls: later.mutualTls - (earlier?.mutualTls ?? 0),
    flags: gained(later.flags, earlier?.flags),
    statuses: gained(later.statuses, earlier?.statuses),
  };
}

/** The sample of a run that has not begun. */
export const NOTHING: Sample = { atNs: 0, edges: [] };

/** State of a history inside a checkpoint; buckets and samples are immutable and shared. */
export interface HistoryState {
  readonly before: Sample;
  readonly buckets: readonly Bucket[];
  readonly sketches: readonly LatencySketchState[];
  readonly baseline: Sample;
  readonly baselineSketches: readonly LatencySketchState[];
}

/** Samples the engine's running totals once a simulated second, so that windows and charts are differences of samples. */
export class History {
  /** End of the bucket before the oldest one kept. */
  #before = NOTHING;
  #buckets: Bucket[] = [];
  #sketches: LatencySketchState[] = [];
  #baseline = NOTHING;
  #baselineSketches: readonly LatencySketchState[] = [];

  constructor(private readonly engine: SimulationApi) {}

  /** Closes a bucket. Called on the second by a control event. */
  tick(): void {
    const sample = this.now();
    const sketches = sample.edges.map((_, row) => this.engine.edgeLatency(row).save());
    const latencies = sketches.map((sketch, row) => latencyDelta(this.#sketches[row], sketch));
    this.#sketches = sketches;
    this.#buckets.push({ sample, latencies });
    const keep = Math.max(MIN_BUCKETS, Math.min(MAX_BUCKETS, Math.floor(MAX_CELLS / Math.max(1, sample.edges.length))));
    if (this.#buckets.length <= keep) return;
    const dropped = this.#buckets.splice(0, this.#buckets.length - keep);
    this.#before = dropped[dropped.length - 1]?.sample ?? this.#before;
  }

  /** Totals "since the last apply" count from now on. */
  setBaseline(): void {
    this.#baseline = this.now();
    this.#baselineSketches = this.#baseline.edges.map((_, row) => this.engine.edgeLatency(row).save());
  }

  get baseline(): Sample {
    return this.#baseline;
  }

  get before(): Sample {
    return this.#before;
  }

  get buckets(): readonly Bucket[] {
    return this.#buckets;
  }

  now(): Sample {
    return { atNs: this.engine.nowNs, edges: this.engine.edgeStatistics() };
  }

  /** The newest sample at least `windowNs` old, or the oldest there is; undefined before the first second. */
  windowStart(windowNs: Ns): { readonly sample: Sample; readonly index: number } | undefined {
    const limit = this.engine.nowNs - windowNs;
    for (let index = this.#buckets.length - 1; index >= 0; index--) {
      const bucket = this.#buckets[index];
      if (bucket !== undefined && (bucket.sample.atNs <= limit || index === 0)) return { sample: bucket.sample, index };
    }
    return undefined;
  }

  /** Latencies of an edge since the last whole second. */
  sinceLastBucket(row: number): LatencyDelta {
    return latencyDelta(this.#sketches[row], this.engine.edgeLatency(row).save());
  }

  /** Latencies of an edge in the buckets after `afterIndex`. */
  bucketsAfter(row: number, afterIndex: number): readonly LatencyDelta[] {
    const deltas: LatencyDelta[] = [];
    for (let index = afterIndex + 1; index < this.#buckets.length; index++) {
      const delta = this.#buckets[index]?.latencies[row];
      if (delta !== undefined && delta.count > 0) deltas.push(delta);
    }
    return deltas;
  }

  /** Latencies of one edge since the baseline, or since the start of the run. */
  totalQuantiles(row: number, since: 'apply' | 'start', quantiles: readonly number[]): readonly Ns[] | undefined {
    const earlier = since === 'apply' ? this.#baselineSketches[row] : undefined;
    return deltaQuantiles([latencyDelta(earlier, this.engine.edgeLatency(row).save())], quantiles);
  }

  save(): HistoryState {
    return {
      before: this.#before,
      buckets: [...this.#buckets],
      sketches: this.#sketches,
      baseline: this.#baseline,
      baselineSketches: this.#baselineSketches,
    };
  }

  restore(state: HistoryState): void {
    this.#before = state.before;
    this.#buckets = [...state.buckets];
    this.#sketches = [...state.sketches];
    this.#baseline = state.baseline;
    this.#baselineSketches = state.baselineSketches;
  }
}
