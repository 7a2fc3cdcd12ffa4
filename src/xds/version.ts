import { hash64ToHex, xxHash64 } from '../base';
import { canonicalJson } from './json/json-text';
import type { XdsSnapshot } from './snapshot';

/** What decides the version of a snapshot: everything but the node and the version itself. */
export type SnapshotContent = Pick<XdsSnapshot, 'listeners' | 'routes' | 'clusters' | 'endpoints' | 'secrets'>;

/** Sixteen hexadecimal digits; equal content gives equal digits, whatever the order of keys. Origins count as content. */
export function contentVersion(content: SnapshotContent): string {
  const { listeners, routes, clusters, endpoints, secrets } = content;
  return hash64ToHex(xxHash64(canonicalJson({ listeners, routes, clusters, endpoints, secrets })));
}
