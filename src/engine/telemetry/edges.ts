import { LatencySketch, type LatencySketchState, type Ns } from '../../base';
import type { EdgeKey, EdgeStatistics, LatencyQuantiles } from '../observation';

const INITIAL_ROWS = 64;
/** Counters of one row. */
const REQUESTS = 0;
const ATTEMPTS = 1;
const CLASS_0 = 2;
const DENIED = 8;
const MUTUAL_TLS = 9;
const BYTES_SENT = 10;
const BYTES_RECEIVED = 11;
const OPEN_CONNECTIONS = 12;
const FLAG_0 = 13;
const FLAG_COUNT = 30;
const ROW_SIZE = FLAG_0 + FLAG_COUNT;
/** Statuses that are counted one by one. */
const STATUS_COUNT = 600;

/** Plain-data state of {@link Edges}. */
export interface EdgesState {
  readonly keys: readonly EdgeKey[];
  readonly counters: Float64Array;
  readonly statuses: readonly (readonly number[])[];
  readonly sketches: readonly LatencySketchState[];
}

function keyText(key: EdgeKey): string {
  return `${key.sourceNamespace}\u0000${key.source}\u0000${key.destinationNamespace}\u0000${key.destination}\u0000${key.version}\u0000${key.protocol}`;
}

function quantilesOf(sketch: LatencySketch): LatencyQuantiles {
  return {
    count: sketch.count,
    p50Ns: sketch.quantile(0.5) ?? 0,
    p90Ns: sketch.quantile(0.9) ?? 0,
    p95Ns: sketch.quantile(0.95) ?? 0,
    p99Ns: sketch.quantile(0.99) ?? 0,
    meanNs: sketch.meanNs ?? 0,
  };
}

/**
 * Totals per edge since the start of the run. Rows are made when traffic first takes an edge and never go away, so the memory
 * is bounded by the number of pairs of services.
 */
export class Edges {
  readonly keys: EdgeKey[] = [];
  readonly #rows = new Map<string, number>();
  #counters = new Float64Array(INITIAL_ROWS * ROW_SIZE);
  readonly #statuses: Uint32Array[] = [];
  readonly #sketches: LatencySketch[] = [];
  /** Short names of the response flags by their number. */
  readonly #flagNames: readonly string[];

  constructor(flagNames: readonly string[]) {
    this.#flagNames = flagNames;
  }

  /** The row of an edge; made on first use. */
  row(key: EdgeKey): number {
    const text = keyText(key);
    const known = this.#rows.get(text);
    if (known !== undefined) return known;
    const row = this.keys.length;
    this.keys.push(key);
    this.#rows.set(text, row);
    this.#statuses.push(new Uint32Array(STATUS_COUNT));
    this.#sketches.push(new LatencySketch());
    if ((row + 1) * ROW_SIZE > this.#counters.length) {
      const grown = new Float64Array(this.#counters.length * 2);
      grown.set(this.#counters);
      this.#counters = grown;
    }
    return row;
  }

  #add(row: number, counter: number, amount: number): void {
    const at = row * ROW_SIZE + counter;
    this.#counters[at] = (this.#counters[at] ?? 0) + amount;
  }

  /** One more try towards an upstream host. */
  countAttempt(row: number): void {
    this.#add(row, ATTEMPTS, 1);
  }

  /** A call is over. `status` is 0 when there was no response. */
  complete(row: number, status: number, latencyNs: Ns): void {
    this.#add(row, REQUESTS, 1);
    const statusClass = (status / 100) | 0;
    this.#add(row, CLASS_0 + (statusClass <= 5 ? statusClass : 0), 1);
    const statuses = this.#statuses[row];
    if (statuses !== undefined && status < STATUS_COUNT) statuses[status] = (statuses[status] ?? 0) + 1;
    this.#sketches[row]?.record(latencyNs);
  }

  countBytes(row: number, sentBytes: number, receivedBytes: number): void {
    this.#add(row, BYTES_SENT, sentBytes);
    this.#add(row, BYTES_RECEIVED, receivedBytes);
  }

  countDenied(row: number): void {
    this.#add(row, DENIED, 1);
  }

  countMutualTls(row: number): void {
    this.#add(row, MUTUAL_TLS, 1);
  }

  countFlag(row: number, flag: number): void {
    this.#add(row, FLAG_0 + flag, 1);
  }

  /** Opened (+1) or closed (-1). */
  addConnections(row: number, change: number): void {
    this.#add(row, OPEN_CONNECTIONS, change);
  }

  latency(row: number): LatencySketch | undefined {
    return this.#sketches[row];
  }

  statistics(): readonly EdgeStatistics[] {
    return this.keys.map((key, row) => this.#statisticsOf(key, row));
  }

  #statisticsOf(key: EdgeKey, row: number): EdgeStatistics {
    const counter = (index: number): number => this.#counters[row * ROW_SIZE + index] ?? 0;
    const flags: Record<string, number> = {};
    this.#flagNames.forEach((name, flag) => {
      const count = counter(FLAG_0 + flag);
      if (count > 0) flags[name] = count;
    });
    const statuses: Record<string, number> = {};
    this.#statuses[row]?.forEach((count, status) => {
      if (count > 0) statuses[String(status)] = count;
    });
    return {
      key,
      requests: counter(REQUESTS),
      attempts: counter(ATTEMPTS),
      byClass: [0, 1, 2, 3, 4, 5].map((statusClass) => counter(CLASS_0 + statusClass)),
      denied: counter(DENIED),
      mutualTls: counter(MUTUAL_TLS),
      flags,
      statuses,
      latency: quantilesOf(this.#sketches[row] ?? new LatencySketch()),
      bytesSent: counter(BYTES_SENT),
      bytesReceived: counter(BYTES_RECEIVED),
      openConnections: counter(OPEN_CONNECTIONS),
    };
  }

  /** Throws nothing; names the first row whose gauge is negative, or undefined. */
  findNegativeGauge(): EdgeKey | undefined {
    return this.keys.find((_, row) => (this.#counters[row * ROW_SIZE + OPEN_CONNECTIONS] ?? 0) < 0);
  }

  save(): EdgesState {
    return {
      keys: this.keys.slice(),
      counters: this.#counters.slice(0, this.keys.length * ROW_SIZE),
      statuses: this.#statuses.map((statuses) => sparse(statuses)),
      sketches: this.#sketches.map((sketch) => sketch.save()),
    };
  }

  /** Rows that the state does not know stay, with nothing counted: a row's number is stable for ever. */
  restore(state: EdgesState): void {
    for (const key of state.keys) this.row(key);
    this.#counters.fill(0);
    for (const statuses of this.#statuses) statuses.fill(0);
    for (const sketch of this.#sketches) sketch.clear();
    state.keys.forEach((key, saved) => {
      const row = this.row(key);
      this.#counters.set(state.counters.subarray(saved * ROW_SIZE, (saved + 1) * ROW_SIZE), row * ROW_SIZE);
      const pairs = state.statuses[saved] ?? [];
      const statuses = this.#statuses[row] ?? new Uint32Array(STATUS_COUNT);
      for (let i = 0; i < pairs.length; i += 2) statuses[pairs[i] ?? 0] = pairs[i + 1] ?? 0;
      const sketch = state.sketches[saved];
      if (sketch !== undefined) this.#sketches[row]?.restore(sketch);
    });
  }
}

/** Index and value of every entry that is not zero. */
function sparse(values: Uint32Array): number[] {
  const pairs: number[] = [];
  values.forEach((value, index) => {
    if (value > 0) pairs.push(index, value);
  });
  return pairs;
}
