import { type Hash64, hash64ToHex, mix32, xxHash64 } from '../../../base';
import type { SnapshotContent } from '../../../xds';

const MAX_TEXTS = 100_000;
const ABSENT: Hash64 = { hi: 0x2545f491, lo: 0x4f6cdd1d };
const LIST_SEED: Hash64 = { hi: 0x1b873593, lo: 0x38b34ae5 };
const OBJECT_SEED: Hash64 = { hi: 0x5bd1e995, lo: 0x1b56c4e9 };

const texts = new Map<string, Hash64>();
const known = new WeakMap<object, Hash64>();

function hashOfText(text: string): Hash64 {
  const before = texts.get(text);
  if (before !== undefined) return before;
  if (texts.size >= MAX_TEXTS) texts.clear();
  const hash = xxHash64(text);
  texts.set(text, hash);
  return hash;
}

/** Both halves go into both halves of the result. */
function mixed(hi: number, lo: number): Hash64 {
  const low = mix32(lo ^ Math.imul(hi, 0x9e3779b1));
  return { hi: mix32(hi ^ Math.imul(low, 0x85ebca77)), lo: low };
}

function hashOfEntries<T>(list: readonly T[], hashOfEntry: (entry: T) => Hash64): Hash64 {
  let { hi, lo } = LIST_SEED;
  for (const entry of list) {
    const hash = hashOfEntry(entry);
    const next = mixed(Math.imul(hi, 31) + hash.hi, Math.imul(lo, 31) + hash.lo);
    hi = next.hi;
    lo = next.lo;
  }
  return mixed(hi ^ list.length, lo);
}

/** Immutable lists are what proxies, listeners and routes share: each is looked at once. */
function hashOfList(list: readonly unknown[]): Hash64 {
  if (list.length === 0) return LIST_SEED;
  const before = known.get(list);
  if (before !== undefined) return before;
  const hash = hashOfEntries(list, hashOf);
  known.set(list, hash);
  return hash;
}

/** Fields are summed up, so that their order does not count; those that are undefined do not exist. */
function hashOfFields(value: object): Hash64 {
  let { hi, lo } = OBJECT_SEED;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const name = hashOfText(key);
    const hash = hashOf(item);
    const field = mixed(name.hi ^ Math.imul(hash.hi, 0xcc9e2d51), name.lo + Math.imul(hash.lo, 0x1b873593));
    hi = (hi + field.hi) | 0;
    lo = (lo + field.lo) | 0;
  }
  return mixed(hi, lo);
}

function hashOf(value: unknown): Hash64 {
  if (typeof value === 'string') return hashOfText(value);
  if (Array.isArray(value)) return hashOfList(value);
  if (typeof value === 'object' && value !== null) return hashOfFields(value);
  return value === undefined ? ABSENT : hashOfText(`\u0000${typeof value} ${String(value)}`);
}

/** One listener, cluster or the like, which many proxies have. */
function hashOfResource(resource: object): Hash64 {
  const before = known.get(resource);
  if (before !== undefined) return before;
  const hash = hashOfFields(resource);
  known.set(resource, hash);
  return hash;
}

/** Lists that many proxies share are looked into once. */
function hashOfResources(resources: readonly object[]): Hash64 {
  const before = known.get(resources);
  if (before !== undefined) return before;
  const hash = hashOfEntries(resources, hashOfResource);
  known.set(resources, hash);
  return hash;
}

/** Sixteen hexadecimal digits; equal content, equal digits. Parts that proxies share are looked at once. */
export function versionOf({ listeners, routes, clusters, endpoints, secrets }: SnapshotContent): string {
  return hash64ToHex(hashOfEntries([listeners, routes, clusters, endpoints, secrets], hashOfResources));
}
