// Load balancing: priority loads, locality weights, hash ring, Maglev, hashes, token buckets and back-off.
import { type Hash64, murmurHash2, xxHash64 } from '../../src/base';
import {
  type BackOffStrategy,
  buildMaglevTable,
  buildRing,
  computePriorityLoads,
  consumePlainTokens,
  consumeTokens,
  effectiveLocalityWeight,
  fullPlainTokenBucket,
  fullTokenBucket,
  lookUpMaglev,
  lookUpRing,
  msUntilPlainToken,
  msUntilToken,
  type NormalizedHost,
  nextBackOffMs,
  type PriorityCounts,
  resetBackOff,
  startBackOff,
  type TokenBucketRate,
  tokenBucketRate,
} from '../../src/engine/proxy/semantics';
import { readShared } from '../support/shared';
import { fixedRandom } from './fixed-random';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

interface PriorityRow {
  readonly hosts: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly excluded: number;
  readonly overprovisioningFactor?: number;
  readonly hostWeights?: readonly number[];
  readonly healthyHosts?: readonly number[];
  readonly degradedHosts?: readonly number[];
  readonly excludedHosts?: readonly number[];
}

interface LoadExpectation {
  readonly healthyLoad?: readonly number[];
  readonly degradedLoad?: readonly number[];
  readonly panic?: readonly boolean[];
  readonly healthyLoadAt?: Readonly<Record<string, number>>;
  readonly normalizedTotalAvailability?: number;
}

interface PriorityCase {
  readonly test: string;
  readonly panicThreshold: number;
  readonly weightedPriorityHealth?: boolean;
  readonly priorities: readonly PriorityRow[];
  readonly expect: LoadExpectation;
}

interface BucketStep {
  readonly consume?: number;
  readonly allowPartial?: boolean;
  readonly expect?: number;
  readonly atMs?: number;
  readonly nextTokenMs?: number;
  readonly reset?: number;
}

interface Data {
  readonly priorityLoad: readonly PriorityCase[];
  readonly priorityLoadDocTables: readonly {
    readonly priorities: readonly PriorityRow[];
    readonly code: LoadExpectation;
  }[];
  readonly localityWeightDocTable: readonly {
    readonly localities: readonly { readonly weight: number; readonly hosts: number; readonly healthy: number }[];
    readonly effectiveWeights: readonly number[];
  }[];
  readonly ringHash: readonly RingCase[];
  readonly maglev: readonly {
    readonly test: string;
    readonly keys: readonly string[];
    readonly weights: readonly number[];
    readonly tableSize: number;
    readonly table: readonly number[];
  }[];
  readonly hashVectors: Readonly<
    Record<'xxHash64' | 'murmurHash2', readonly { readonly in: string; readonly out: string }[]>
  >;
  readonly tokenBucket: readonly {
    readonly test: string;
    readonly kind: 'plain' | 'atomic';
    readonly maxTokens: number;
    readonly fillRatePerSec: number;
    readonly steps: readonly BucketStep[];
  }[];
  readonly backoff: readonly {
    readonly test: string;
    readonly strategy: string;
    readonly base: number;
    readonly max: number | null;
    readonly random: number;
    readonly sequence: readonly (number | 'reset')[];
  }[];
}

interface RingCase {
  readonly test: string;
  readonly hashKeys: readonly string[];
  readonly weights: readonly number[];
  readonly minimumRingSize: number;
  readonly maximumRingSize: number;
  readonly size: number;
  readonly minHashesPerHost: number;
  readonly maxHashesPerHost: number;
  readonly ring: readonly (readonly [string, string])[] | null;
  readonly lookups: readonly { readonly hash: string; readonly host: string }[];
}

function same(what: string, actual: unknown, expected: unknown): readonly string[] {
  const a = JSON.stringify(actual);
  const b = JSON.stringify(expected);
  return a === b ? [] : [`${what}: ${a} instead of ${b}`];
}

function countsOf(row: PriorityRow, weighted: boolean): PriorityCounts {
  const weightOf = (hosts: readonly number[]): number =>
    hosts.reduce((sum, host) => sum + (row.hostWeights?.[host] ?? 1), 0);
  const all = (row.hostWeights ?? []).map((_, host) => host);
  const counts = {
    hosts: row.hosts,
    healthy: row.healthy,
    degraded: row.degraded,
    excluded: row.excluded,
    overprovisioningFactor: row.overprovisioningFactor ?? 140,
  };
  if (!weighted) return counts;
  return {
    ...counts,
    weights: {
      total: weightOf(all) - weightOf(row.excludedHosts ?? []),
      healthy: weightOf(row.healthyHosts ?? []),
      degraded: weightOf(row.degradedHosts ?? []),
    },
  };
}

function checkLoads(
  priorities: readonly PriorityRow[],
  expected: LoadExpectation,
  options: { panic: number; weighted: boolean },
): readonly string[] {
  const loads = computePriorityLoads(
    priorities.map((row) => countsOf(row, options.weighted)),
    options.panic,
  );
  const problems: string[] = [];
  if (expected.healthyLoad) problems.push(...same('healthy load', loads.healthyLoad, expected.healthyLoad));
  if (expected.degradedLoad) problems.push(...same('degraded load', loads.degradedLoad, expected.degradedLoad));
  if (expected.panic) problems.push(...same('panic', loads.panic, expected.panic));
  if (expected.normalizedTotalAvailability !== undefined) {
    problems.push(...same('availability', loads.normalizedTotalAvailability, expected.normalizedTotalAvailability));
  }
  for (const [priority, load] of Object.entries(expected.healthyLoadAt ?? {})) {
    problems.push(...same(`load of priority ${priority}`, loads.healthyLoad[Number(priority)], load));
  }
  return problems;
}

function toHash(decimal: string): Hash64 {
  const value = BigInt(decimal);
  return { hi: Number(value >> 32n), lo: Number(value & 0xffffffffn) };
}

function toDecimal(hash: Hash64): string {
  return ((BigInt(hash.hi) << 32n) | BigInt(hash.lo)).toString();
}

function normalized(keys: readonly string[], weights: readonly number[]): readonly NormalizedHost[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return keys.map((key, host) => ({ host, key, weight: (weights[host] ?? 0) / sum }));
}

function checkRing(row: RingCase): readonly string[] {
  const ring = buildRing(normalized(row.hashKeys, row.weights), { ...row, hashFunction: 'XX_HASH' });
  const problems = [
    ...same('size', ring.hosts.length, row.size),
    ...same('fewest entries', ring.minHashesPerHost, row.minHashesPerHost),
    ...same('most entries', ring.maxHashesPerHost, row.maxHashesPerHost),
  ];
  if (row.ring !== null) {
    const entries = Array.from(ring.hosts, (host, at) => [
      toDecimal({ hi: ring.hashHi[at] ?? 0, lo: ring.hashLo[at] ?? 0 }),
      row.hashKeys[host],
    ]);
    problems.push(...same('ring', entries, row.ring));
  }
  for (const { hash, host } of row.lookups) {
    problems.push(...same(`host of ${hash}`, row.hashKeys[lookUpRing(ring, toHash(hash), 0)], host));
  }
  return problems;
}

const NS_PER_MS = 1_000_000;

/** The two buckets behind one face: consume, next token in milliseconds, reset. */
function bucketOf(kind: 'plain' | 'atomic', rate: TokenBucketRate) {
  if (kind === 'atomic') {
    const bucket = fullTokenBucket(rate, 0);
    return {
      consume: (nowNs: number, tokens: number, allowPartial: boolean) =>
        consumeTokens(bucket, rate, nowNs, { tokens, allowPartial }),
      next: (nowNs: number) => msUntilToken(bucket, rate, nowNs),
      reset: (): never => {
        throw new Error('only the plain bucket can be reset');
      },
    };
  }
  const bucket = fullPlainTokenBucket(rate, 0);
  return {
    consume: (nowNs: number, tokens: number, allowPartial: boolean) =>
      consumePlainTokens(bucket, rate, nowNs, { tokens, allowPartial }),
    next: () => msUntilPlainToken(bucket, rate),
    reset: (nowNs: number, tokens: number) => {
      bucket.tokens = tokens;
      bucket.lastFillNs = nowNs;
    },
  };
}

function checkBucket(row: Data['tokenBucket'][number]): readonly string[] {
  const bucket = bucketOf(row.kind, tokenBucketRate(row.maxTokens, row.fillRatePerSec));
  const problems: string[] = [];
  let nowNs = 0;
  for (const [index, step] of row.steps.entries()) {
    if (step.atMs !== undefined) nowNs = step.atMs * NS_PER_MS;
    if (step.reset !== undefined) bucket.reset(nowNs, step.reset);
    if (step.nextTokenMs !== undefined)
      problems.push(...same(`step ${index} next token`, bucket.next(nowNs), step.nextTokenMs));
    if (step.consume !== undefined) {
      const taken = bucket.consume(nowNs, step.consume, step.allowPartial ?? false);
      problems.push(...same(`step ${index} consumed`, taken, step.expect));
    }
  }
  return problems;
}

function strategyOf(row: Data['backoff'][number]): BackOffStrategy {
  switch (row.strategy) {
    case 'JitteredExponentialBackOffStrategy':
      return { kind: 'jitteredExponential', baseIntervalMs: row.base, maxIntervalMs: row.max ?? row.base };
    case 'JitteredLowerBoundBackOffStrategy':
      return { kind: 'jitteredLowerBound', minIntervalMs: row.base };
    case 'FixedBackOffStrategy':
      return { kind: 'fixed', intervalMs: row.base };
    default:
      throw new Error(`unknown strategy ${row.strategy}`);
  }
}

function checkBackOff(row: Data['backoff'][number]): readonly string[] {
  const strategy = strategyOf(row);
  const state = startBackOff(strategy);
  const random = fixedRandom(row.random);
  const actual = row.sequence.map((step) => {
    if (step !== 'reset') return nextBackOffMs(strategy, state, random);
    resetBackOff(strategy, state);
    return step;
  });
  return same('delays', actual, row.sequence);
}

export function runSuite(): SuiteResult {
  const data = JSON.parse(readShared('conformance', 'envoy-lb', 'cases.json')) as Data;
  const recorder = new CaseRecorder('envoy-lb', SKIPS);
  for (const [index, row] of data.priorityLoad.entries()) {
    const options = { panic: row.panicThreshold, weighted: row.weightedPriorityHealth ?? false };
    recorder.run(`priorityLoad/${index}/${row.test}`, () => checkLoads(row.priorities, row.expect, options));
  }
  for (const [index, row] of data.priorityLoadDocTables.entries()) {
    recorder.run(`priorityLoadDocTables/${index}`, () =>
      checkLoads(row.priorities, row.code, { panic: 50, weighted: false }),
    );
  }
  for (const [index, row] of data.localityWeightDocTable.entries()) {
    recorder.run(`localityWeight/${index}`, () => {
      const weights = row.localities.map(({ weight, hosts, healthy }) =>
        effectiveLocalityWeight(weight, { hosts, excluded: 0, eligible: healthy }, 140),
      );
      const close = weights.every((weight, at) => Math.abs(weight - (row.effectiveWeights[at] ?? 0)) < 1e-9);
      return close ? [] : same('effective weights', weights, row.effectiveWeights);
    });
  }
  for (const row of data.ringHash) recorder.run(`ringHash/${row.test}`, () => checkRing(row));
  for (const row of data.maglev) {
    recorder.run(`maglev/${row.test}`, () => {
      const table = buildMaglevTable(normalized(row.keys, row.weights), row.tableSize);
      const looked = row.table.map((_, slot) => lookUpMaglev(table, { hi: 0, lo: slot }, 0));
      return [...same('table', Array.from(table), row.table), ...same('lookups', looked, row.table)];
    });
  }
  for (const [index, row] of data.hashVectors.xxHash64.entries()) {
    recorder.run(`hash/xxHash64/${index}`, () => same(row.in, toDecimal(xxHash64(row.in)), row.out));
  }
  for (const [index, row] of data.hashVectors.murmurHash2.entries()) {
    recorder.run(`hash/murmurHash2/${index}`, () => same(row.in, toDecimal(murmurHash2(row.in)), row.out));
  }
  for (const row of data.tokenBucket) recorder.run(`tokenBucket/${row.test}`, () => checkBucket(row));
  for (const row of data.backoff) recorder.run(`backoff/${row.test}`, () => checkBackOff(row));
  return recorder.result();
}
