import { compareStrings, type Hash64, hash64Mod, xxHash64 } from '../../../../base';
import type { NormalizedHost } from './ring-hash';

/** `MaglevLbConfig.table_size` where the configuration gives none. */
export const DEFAULT_TABLE_SIZE = 65537;

/** Tells the hash of the step through the table from that of its start. */
const SKIP_SEED: Hash64 = { hi: 0, lo: 1 };

interface TableBuildEntry {
  readonly host: number;
  readonly offset: number;
  readonly skip: number;
  readonly weight: number;
  targetWeight: number;
  next: number;
}

function permutation(entry: TableBuildEntry, tableSize: number): number {
  return (entry.offset + entry.skip * entry.next) % tableSize;
}

/**
 * Fills the table by giving hosts turns in the order of their keys; a host skips turns in proportion to its weight.
 * `tableSize` is a prime.
 */
// envoyproxy/envoy source/extensions/load_balancing_policies/maglev/maglev_lb.cc OriginalMaglevTable::constructImplementationInternals
export function buildMaglevTable(hosts: readonly NormalizedHost[], tableSize: number): Int32Array {
  if (hosts.length === 0) return new Int32Array(0);
  const heaviest = hosts.reduce((max, { weight }) => Math.max(max, weight), 0);
  const entries = [...hosts]
    .sort((a, b) => compareStrings(a.key, b.key))
    .map(({ host, key, weight }): TableBuildEntry => {
      const offset = hash64Mod(xxHash64(key), tableSize);
      const skip = hash64Mod(xxHash64(key, SKIP_SEED), tableSize - 1) + 1;
      return { host, offset, skip, weight, targetWeight: 0, next: 0 };
    });
  const table = new Int32Array(tableSize).fill(-1);
  let filled = 0;
  for (let iteration = 1; filled < tableSize; iteration++) {
    for (const entry of entries) {
      if (filled >= tableSize) break;
      if (iteration * entry.weight < entry.targetWeight) continue;
      entry.targetWeight += heaviest;
      let slot = permutation(entry, tableSize);
      while (table[slot] !== -1) {
        entry.next += 1;
        slot = permutation(entry, tableSize);
      }
      table[slot] = entry.host;
      entry.next += 1;
      filled += 1;
    }
  }
  return table;
}

/** `attempt` counts picks that a predicate rejected; each flips most bits of the hash. -1 for an empty table. */
// envoyproxy/envoy source/extensions/load_balancing_policies/maglev/maglev_lb.cc OriginalMaglevTable::chooseHost
export function lookUpMaglev(table: Int32Array, hash: Hash64, attempt: number): number {
  if (table.length === 0) return -1;
  const mutated =
    attempt > 0 ? { hi: (hash.hi ^ 0xffffffff) >>> 0, lo: (hash.lo ^ (0x100000000 - attempt)) >>> 0 } : hash;
  return table[hash64Mod(mutated, table.length)] ?? -1;
}
