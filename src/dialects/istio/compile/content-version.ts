import { hash64ToHex, xxHash64 } from '../../../base';
import { canonicalJson, type SnapshotContent } from '../../../xds';

const known = new WeakMap<object, string>();

/** Of an immutable value; worked out once for each. */
function hashOf(value: object): string {
  const before = known.get(value);
  if (before !== undefined) return before;
  const hash = hash64ToHex(xxHash64(canonicalJson(value)));
  known.set(value, hash);
  return hash;
}

/** Lists are shared between proxies as a whole, and so are their entries. */
function hashOfList(list: readonly object[]): string {
  const before = known.get(list);
  if (before !== undefined) return before;
  const hash = hash64ToHex(xxHash64(list.map(hashOf).join()));
  known.set(list, hash);
  return hash;
}

/** Sixteen hexadecimal digits; equal content, equal digits. */
export function versionOf(content: SnapshotContent): string {
  const { listeners, routes, clusters, endpoints, secrets } = content;
  const parts = [listeners, routes, clusters, endpoints, secrets].map(hashOfList);
  return hash64ToHex(xxHash64(parts.join()));
}
