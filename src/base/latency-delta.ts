import { bucketValueNs, type LatencySketchState } from './latency-sketch';
import type { Ns, Ratio } from './units';

/** What a latency sketch gained between two moments: only the buckets that grew. Immutable. */
export interface LatencyDelta {
  readonly buckets: Uint16Array;
  readonly counts: Uint32Array;
  readonly count: number;
}

const EMPTY: LatencyDelta = { buckets: new Uint16Array(0), counts: new Uint32Array(0), count: 0 };

/** @param earlier undefined: since the sketch was empty. */
export function latencyDelta(earlier: LatencySketchState | undefined, later: LatencySketchState): LatencyDelta {
  const buckets: number[] = [];
  const counts: number[] = [];
  let count = 0;
  for (let i = 0; i < later.counts.length; i++) {
    const bucket = later.firstBucket + i;
    const before = earlier === undefined ? 0 : (earlier.counts[bucket - earlier.firstBucket] ?? 0);
    const gained = (later.counts[i] ?? 0) - before;
    if (gained <= 0) continue;
    buckets.push(bucket);
    counts.push(gained);
    count += gained;
  }
  return count === 0 ? EMPTY : { buckets: Uint16Array.from(buckets), counts: Uint32Array.from(counts), count };
}

/** Quantiles over several deltas together, in the order asked; undefined when nothing was measured. Accurate to 1 %. */
export function deltaQuantiles(
  deltas: readonly LatencyDelta[],
  quantiles: readonly Ratio[],
): readonly Ns[] | undefined {
  const merged = new Map<number, number>();
  let total = 0;
  for (const delta of deltas) {
    total += delta.count;
    for (let i = 0; i < delta.buckets.length; i++) {
      const bucket = delta.buckets[i] ?? 0;
      merged.set(bucket, (merged.get(bucket) ?? 0) + (delta.counts[i] ?? 0));
    }
  }
  if (total === 0) return undefined;
  const ascending = [...merged].sort(([a], [b]) => a - b);
  return quantiles.map((quantile) => {
    const rank = Math.max(1, Math.ceil(quantile * total));
    let seen = 0;
    for (const [bucket, count] of ascending) {
      seen += count;
      if (seen >= rank) return bucketValueNs(bucket);
    }
    return bucketValueNs(ascending[ascending.length - 1]?.[0] ?? 0);
  });
}
