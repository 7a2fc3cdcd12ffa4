import { type Hash64, murmurHash2, xxHash64 } from '../../../../base';

/** A host with its share of the traffic; shares of all hosts add up to 1. */
export interface NormalizedHost {
  readonly host: number;
  /** Text that is hashed for the host. */
  readonly key: string;
  readonly weight: number;
}

export interface RingOptions {
  readonly minimumRingSize: number;
  readonly maximumRingSize: number;
  readonly hashFunction: 'XX_HASH' | 'MURMUR_HASH_2';
}

/** Entries sorted by hash; columns, because a ring has thousands of them. */
export interface HashRing {
  readonly hashHi: Uint32Array;
  readonly hashLo: Uint32Array;
  readonly hosts: Int32Array;
  readonly minHashesPerHost: number;
  readonly maxHashesPerHost: number;
}

/**
 * Places every host on the ring in proportion to its weight: the lightest one a whole number of times, up to the largest ring allowed.
 */
// envoyproxy/envoy source/extensions/load_balancing_policies/ring_hash/ring_hash_lb.cc RingHashLoadBalancer::Ring::Ring
export function buildRing(hosts: readonly NormalizedHost[], options: RingOptions): HashRing {
  const lightest = hosts.reduce((min, { weight }) => Math.min(min, weight), 1);
  const scale = Math.min(Math.ceil(lightest * options.minimumRingSize) / lightest, options.maximumRingSize);
  const hash = options.hashFunction === 'MURMUR_HASH_2' ? murmurHash2 : xxHash64;
  const entries: { readonly hash: Hash64; readonly host: number }[] = [];
  let minHashesPerHost = hosts.length === 0 ? 0 : Math.ceil(scale);
  let maxHashesPerHost = 0;
  let target = 0;
  for (const { host, key, weight } of hosts) {
    target += scale * weight;
    let index = 0;
    for (; entries.length < target; index++) entries.push({ hash: hash(`${key}_${index}`), host });
    minHashesPerHost = Math.min(minHashesPerHost, index);
    maxHashesPerHost = Math.max(maxHashesPerHost, index);
  }
  // Equal hashes keep the order of hosts, so that the ring is the same everywhere.
  entries.sort((a, b) => a.hash.hi - b.hash.hi || a.hash.lo - b.hash.lo);
  return {
    hashHi: Uint32Array.from(entries, (entry) => entry.hash.hi),
    hashLo: Uint32Array.from(entries, (entry) => entry.hash.lo),
    hosts: Int32Array.from(entries, (entry) => entry.host),
    minHashesPerHost,
    maxHashesPerHost,
  };
}

/** First entry whose hash is not below `hash`, wrapping around; `attempt` counts picks that a predicate rejected. -1 for an empty ring. */
// envoyproxy/envoy source/extensions/load_balancing_policies/ring_hash/ring_hash_lb.cc RingHashLoadBalancer::Ring::chooseHost
export function lookUpRing(ring: HashRing, hash: Hash64, attempt: number): number {
  const size = ring.hosts.length;
  if (size === 0) return -1;
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    const hi = ring.hashHi[middle] ?? 0;
    const isBelow = hi === hash.hi ? (ring.hashLo[middle] ?? 0) < hash.lo : hi < hash.hi;
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return ring.hosts[(low + attempt) % size] ?? -1;
}
