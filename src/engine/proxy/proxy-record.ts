import type { Rng } from '../../base';
import type { RandomStreams } from '../core';
import type { Distribution } from '../workload/model';
import { HTTP_COUNTERS, LIMIT_COUNTERS } from './counters';
import type { TokenBucketState } from './semantics';

/** No configuration has arrived yet. */
export const NO_CONFIG = -1;

/** A token bucket with the rate that it was made for; another rate makes a new one. */
export interface NamedBucket {
  readonly maxTokens: number;
  readonly fillRate: number;
  readonly state: TokenBucketState;
}

/** Plain-data state of a {@link ProxyRecord}. */
export interface ProxyRecordState {
  readonly slot: number;
  readonly config: number;
  readonly snapshotVersion: string;
  readonly accepted: number;
  readonly statistics: readonly (readonly [string, Float64Array])[];
  readonly limitStatistics: readonly (readonly [string, Float64Array])[];
  readonly buckets: readonly (readonly [string, NamedBucket])[];
  readonly noFilterChainMatch: number;
}

/** One proxy process. */
export class ProxyRecord {
  readonly slot: number;
  /** Pod identifier, which names the proxy's random streams. */
  readonly name: string;
  readonly concurrency: number;
  readonly passDuration: Distribution;
  readonly passRng: Rng;
  readonly faultRng: Rng;
  readonly routeRng: Rng;
  readonly retryRng: Rng;
  config = NO_CONFIG;
  snapshotVersion = '';
  /** Downstream connections accepted so far; workers take turns. */
  accepted = 0;
  noFilterChainMatch = 0;
  /** Counters of connection managers by statistics prefix. */
  readonly statistics = new Map<string, Float64Array>();
  /** Counters of local rate limits by statistics prefix. */
  readonly limitStatistics = new Map<string, Float64Array>();
  readonly buckets = new Map<string, NamedBucket>();

  // biome-ignore lint/complexity/useMaxParams: fields of one record.
  constructor(slot: number, name: string, concurrency: number, passDuration: Distribution, streams: RandomStreams) {
    this.slot = slot;
    this.name = name;
    this.concurrency = Math.max(1, concurrency);
    this.passDuration = passDuration;
    this.passRng = streams.get(`proxy/${name}`);
    this.faultRng = streams.get(`fault/${name}`);
    this.routeRng = streams.get(`route/${name}`);
    this.retryRng = streams.get(`retry/${name}`);
  }

  /** Counters of the connection managers with this prefix. */
  statisticsOf(prefix: string): Float64Array {
    let statistics = this.statistics.get(prefix);
    if (statistics === undefined) {
      statistics = new Float64Array(HTTP_COUNTERS.length);
      this.statistics.set(prefix, statistics);
    }
    return statistics;
  }

  /** Counters of the local rate limits with this prefix. */
  limitStatisticsOf(prefix: string): Float64Array {
    let statistics = this.limitStatistics.get(prefix);
    if (statistics === undefined) {
      statistics = new Float64Array(LIMIT_COUNTERS.length);
      this.limitStatistics.set(prefix, statistics);
    }
    return statistics;
  }

  save(): ProxyRecordState {
    return {
      slot: this.slot,
      config: this.config,
      snapshotVersion: this.snapshotVersion,
      accepted: this.accepted,
      statistics: [...this.statistics].map(([prefix, values]) => [prefix, values.slice()] as const),
      limitStatistics: [...this.limitStatistics].map(([prefix, values]) => [prefix, values.slice()] as const),
      buckets: [...this.buckets].map(([name, bucket]) => [name, { ...bucket, state: { ...bucket.state } }] as const),
      noFilterChainMatch: this.noFilterChainMatch,
    };
  }

  restore(state: ProxyRecordState): void {
    this.config = state.config;
    this.snapshotVersion = state.snapshotVersion;
    this.accepted = state.accepted;
    this.noFilterChainMatch = state.noFilterChainMatch;
    this.statistics.clear();
    for (const [prefix, values] of state.statistics) this.statistics.set(prefix, values.slice());
    this.limitStatistics.clear();
    for (const [prefix, values] of state.limitStatistics) this.limitStatistics.set(prefix, values.slice());
    this.buckets.clear();
    for (const [name, bucket] of state.buckets) this.buckets.set(name, { ...bucket, state: { ...bucket.state } });
  }
}
