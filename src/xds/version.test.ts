import { describe, expect, it } from 'vitest';
import { cluster } from './build-clusters';
import { xdsNode, xdsSnapshot } from './build-listeners';
import { contentVersion } from './version';

const EMPTY = xdsSnapshot({ node: xdsNode({ id: 'a' }) });

describe('contentVersion', () => {
  it('depends on the content alone', () => {
    const other = xdsSnapshot({ node: xdsNode({ id: 'b' }), version: 'x' });
    expect(contentVersion(other)).toBe(contentVersion(EMPTY));
    expect(contentVersion(EMPTY)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('does not depend on the order of keys', () => {
    const one = cluster({ name: 'a', connectTimeoutNs: 1 });
    const reversed = Object.fromEntries(Object.entries(one).reverse()) as typeof one;
    expect(contentVersion({ ...EMPTY, clusters: [reversed] })).toBe(contentVersion({ ...EMPTY, clusters: [one] }));
  });

  it('changes with any field', () => {
    const versions = [
      cluster({ name: 'a' }),
      cluster({ name: 'b' }),
      cluster({ name: 'a', connectTimeoutNs: 1 }),
      cluster({ name: 'a', altStatName: '' }),
    ].map((item) => contentVersion({ ...EMPTY, clusters: [item] }));
    expect(new Set([contentVersion(EMPTY), ...versions]).size).toBe(5);
  });
});
