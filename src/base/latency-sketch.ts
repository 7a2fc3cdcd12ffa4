import { assert } from './assert';
import type { Ns, Ratio } from './units';

/** Plain-data state of a {@link LatencySketch}; only the used range of buckets is kept. */
export interface LatencySketchState {
  readonly firstBucket: number;
  readonly counts: Uint32Array;
  /** Count, sum, minimum and maximum. */
  readonly totals: Float64Array;
}

/** Nanoseconds per unit of the linear range. */
const UNIT_NS = 16;
const SUB_BUCKET_BITS = 6;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const OCTAVES = 30;
const BUCKETS = SUB_BUCKETS * (OCTAVES + 1);
/** Durations from here on fall into the last bucket: 2^40 ns, about 1,100 s. */
const OVERFLOW_NS = UNIT_NS * SUB_BUCKETS * 0x40000000;

const COUNT = 0;
const SUM = 1;
const MIN = 2;
const MAX = 3;

function bucketOf(valueNs: Ns): number {
  if (valueNs >= OVERFLOW_NS) return BUCKETS - 1;
  // Values above 2^31 units are first scaled by one whole row of sub-buckets, so that 32-bit integers suffice.
  const large = valueNs >= UNIT_NS * 0x80000000;
  const units = large ? (valueNs / (UNIT_NS * SUB_BUCKETS)) | 0 : (valueNs / UNIT_NS) | 0;
  // The first two rows share a bucket width, hence the octave of small values is zero too.
  const octave = 31 - SUB_BUCKET_BITS - Math.clz32(units | SUB_BUCKETS);
  const withinRow = octave * SUB_BUCKETS + (units >>> octave);
  return large ? withinRow + SUB_BUCKET_BITS * SUB_BUCKETS : withinRow;
}

/** The middle of a bucket. */
export function bucketValueNs(bucket: number): Ns {
  if (bucket < SUB_BUCKETS) return (bucket + 0.5) * UNIT_NS;
  const octave = Math.floor(bucket / SUB_BUCKETS) - 1;
  let widthNs = UNIT_NS;
  for (let i = 0; i < octave; i++) widthNs *= 2;
  return ((bucket % SUB_BUCKETS) + SUB_BUCKETS + 0.5) * widthNs;
}

/**
 * A fixed-size histogram of durations: 64 buckets per power of two from 1 us to 1,000 s, so a quantile is off by at most 1 % of its value
 * (at most 8 ns below 1 us). About 8 kB, however many durations it holds.
 */
export class LatencySketch {
  readonly #counts = new Uint32Array(BUCKETS);
  readonly #totals = new Float64Array(4);

  constructor() {
    this.clear();
  }

  /** Adds one duration; it must not be negative. */
  record(valueNs: Ns): void {
    assert(valueNs >= 0, 'a duration is never negative');
    const bucket = bucketOf(valueNs);
    const counts = this.#counts;
    const totals = this.#totals;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    totals[COUNT] = (totals[COUNT] ?? 0) + 1;
    totals[SUM] = (totals[SUM] ?? 0) + valueNs;
    if (valueNs < (totals[MIN] ?? 0)) totals[MIN] = valueNs;
    if (valueNs > (totals[MAX] ?? 0)) totals[MAX] = valueNs;
  }

  /** Adds everything that `other` holds. */
  merge(other: LatencySketch): void {
    const counts = this.#counts;
    const added = other.#counts;
    for (let i = 0; i < BUCKETS; i++) counts[i] = (counts[i] ?? 0) + (added[i] ?? 0);
    const totals = this.#totals;
    totals[COUNT] = (totals[COUNT] ?? 0) + other.count;
    totals[SUM] = (totals[SUM] ?? 0) + (other.#totals[SUM] ?? 0);
    totals[MIN] = Math.min(totals[MIN] ?? 0, other.#totals[MIN] ?? 0);
    totals[MAX] = Math.max(totals[MAX] ?? 0, other.#totals[MAX] ?? 0);
  }

  get count(): number {
    return this.#totals[COUNT] ?? 0;
  }

  /** Exact mean, or undefined when empty. */
  get meanNs(): Ns | undefined {
    return this.count === 0 ? undefined : (this.#totals[SUM] ?? 0) / this.count;
  }

  /** Exact minimum, or undefined when empty. */
  get minNs(): Ns | undefined {
    return this.count === 0 ? undefined : this.#totals[MIN];
  }

  /** Exact maximum, or undefined when empty. */
  get maxNs(): Ns | undefined {
    return this.count === 0 ? undefined : this.#totals[MAX];
  }

  /** The duration that a share `q` (0 to 1) of the recorded ones does not exceed, within 1 %; undefined when empty. */
  quantile(q: Ratio): Ns | undefined {
    assert(q >= 0 && q <= 1, 'a quantile lies between 0 and 1');
    if (this.count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    let bucket = 0;
    for (; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) break;
    }
    const min = this.#totals[MIN] ?? 0;
    const max = this.#totals[MAX] ?? 0;
    return Math.min(max, Math.max(min, bucketValueNs(bucket)));
  }

  clear(): void {
    this.#counts.fill(0);
    this.#totals.fill(0);
    this.#totals[MIN] = Number.POSITIVE_INFINITY;
  }

  save(): LatencySketchState {
    const counts = this.#counts;
    let first = 0;
    let end = BUCKETS;
    while (first < end && counts[first] === 0) first++;
    while (end > first && counts[end - 1] === 0) end--;
    return { firstBucket: first, counts: counts.slice(first, end), totals: this.#totals.slice() };
  }

  restore(state: LatencySketchState): void {
    assert(state.firstBucket + state.counts.length <= BUCKETS, 'not a latency sketch state');
    this.#counts.fill(0);
    this.#counts.set(state.counts, state.firstBucket);
    this.#totals.set(state.totals);
  }
}
