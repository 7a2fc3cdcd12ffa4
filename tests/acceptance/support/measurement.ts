// Differences of the engine's running totals between two moments, by edge.
import { deltaQuantiles, type LatencyDelta, type LatencySketchState, latencyDelta } from '../../../src/base';
import type { AccessLogEntry, EdgeStatistics, SimulationApi } from '../../../src/engine';

export interface Sample {
  readonly edges: readonly EdgeStatistics[];
  readonly sketches: readonly LatencySketchState[];
}

export function takeSample(engine: SimulationApi): Sample {
  const edges = engine.edgeStatistics();
  return { edges, sketches: edges.map((_, row) => engine.edgeLatency(row).save()) };
}

/** Totals of one edge over a measured time. */
export interface EdgeTotals {
  readonly requests: number;
  readonly ratePerS: number;
  readonly attempts: number;
  readonly denied: number;
  readonly mutualTls: number;
  /** Requests by the version that answered; "" where none did. */
  readonly versions: Readonly<Record<string, number>>;
  /** Requests by status; "0" = no response. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly flags: Readonly<Record<string, number>>;
  /** Share of requests with a status below 500 and above 0. */
  readonly successRatio: number;
  readonly protocols: readonly string[];
  /** Milliseconds; NaN without traffic. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

function gain(later: Readonly<Record<string, number>>, earlier: Readonly<Record<string, number>>, into: Tally): void {
  for (const [key, value] of Object.entries(later)) into.add(key, value - (earlier[key] ?? 0));
}

class Tally {
  readonly counts: Record<string, number> = {};

  add(key: string, amount: number): void {
    if (amount > 0) this.counts[key] = (this.counts[key] ?? 0) + amount;
  }
}

export class Measurement {
  constructor(
    readonly seconds: number,
    private readonly before: Sample,
    private readonly after: Sample,
    /** Access log lines of requests that began in the measured time, as far as the engine keeps them. */
    readonly log: readonly AccessLogEntry[],
  ) {}

  /** Edges that carried traffic, as `source->destination`. */
  edgeNames(): readonly string[] {
    const names = new Set<string>();
    this.after.edges.forEach((edge, row) => {
      if (edge.requests > (this.before.edges[row]?.requests ?? 0))
        names.add(`${edge.key.source}->${edge.key.destination}`);
    });
    return [...names].sort();
  }

  /** An edge without traffic has zeros. */
  edge(source: string, destination: string): EdgeTotals {
    const versions = new Tally();
    const statuses = new Tally();
    const flags = new Tally();
    const protocols = new Set<string>();
    const deltas: LatencyDelta[] = [];
    const sums = { requests: 0, attempts: 0, denied: 0, mutualTls: 0 };
    this.after.edges.forEach((later, row) => {
      if (later.key.source !== source || later.key.destination !== destination) return;
      const earlier = this.before.edges[row];
      for (const name of ['requests', 'attempts', 'denied', 'mutualTls'] as const)
        sums[name] += later[name] - (earlier?.[name] ?? 0);
      const requests = later.requests - (earlier?.requests ?? 0);
      if (requests > 0) protocols.add(later.key.protocol);
      versions.add(later.key.version, requests);
      gain(later.statuses, earlier?.statuses ?? {}, statuses);
      gain(later.flags, earlier?.flags ?? {}, flags);
      const sketch = this.after.sketches[row];
      if (sketch !== undefined) deltas.push(latencyDelta(this.before.sketches[row], sketch));
    });
    const [p50Ns, p95Ns] = deltaQuantiles(deltas, [0.5, 0.95]) ?? [];
    const failed = Object.entries(statuses.counts).reduce(
      (sum, [status, count]) => (status === '0' || Number(status) >= 500 ? sum + count : sum),
      0,
    );
    return {
      ...sums,
      ratePerS: sums.requests / this.seconds,
      versions: versions.counts,
      statuses: statuses.counts,
      flags: flags.counts,
      successRatio: sums.requests === 0 ? Number.NaN : 1 - failed / sums.requests,
      protocols: [...protocols],
      p50Ms: (p50Ns ?? Number.NaN) / 1e6,
      p95Ms: (p95Ns ?? Number.NaN) / 1e6,
    };
  }

  /** Lines of one side whose pod belongs to a workload, by the start of the pod's name. */
  lines(side: AccessLogEntry['reporter']['side'], podPrefix: string): readonly AccessLogEntry[] {
    return this.log.filter((entry) => entry.reporter.side === side && entry.reporter.pod.includes(podPrefix));
  }
}

/** Share of one key; 0 when it was never counted. */
export function share(counts: Readonly<Record<string, number>>, key: string): number {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : (counts[key] ?? 0) / total;
}

/** Half the width of the interval that holds a share `p` of `n` independent trials in all but one of a million runs. */
export function margin(p: number, n: number): number {
  return 4.9 * Math.sqrt((p * (1 - p)) / n);
}
