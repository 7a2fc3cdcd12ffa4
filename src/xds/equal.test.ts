import { describe, expect, it } from 'vitest';
import { diffJson, formatDifferences } from './equal';

describe('diffJson', () => {
  it('finds nothing in equal values, whatever the order of keys', () => {
    expect(diffJson({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toEqual([]);
  });

  it('names the place and both sides', () => {
    const left = { routes: [{ name: 'a', weight: 1 }, { name: 'b' }] };
    const right = { routes: [{ name: 'a', weight: 2 }], extra: {} };
    expect(diffJson(left, right)).toEqual([
      { path: 'extra', left: undefined, right: {} },
      { path: 'routes[0].weight', left: 1, right: 2 },
      { path: 'routes[1]', left: { name: 'b' }, right: undefined },
    ]);
  });

  it('tells an empty object from an absent one and a list from an object', () => {
    expect(diffJson({ a: {} }, {})).toHaveLength(1);
    expect(diffJson({ a: [] }, { a: {} })).toHaveLength(1);
  });

  it('leaves ignored fields out, at any index and at any depth', () => {
    const left = { hosts: [{ meta: 1 }, { meta: 2, deep: { meta: 3 } }], meta: 4 };
    const right = { hosts: [{ meta: 5 }, { meta: 6, deep: { meta: 7 } }], meta: 4 };
    const reason = 'for the test';
    expect(diffJson(left, right, [{ path: 'hosts[].meta', reason }]).map((d) => d.path)).toEqual([
      'hosts[1].deep.meta',
    ]);
    expect(diffJson(left, right, [{ path: '**.meta', reason }])).toEqual([]);
  });

  it('ignores a whole field name, not the end of another', () => {
    expect(diffJson({ metaphor: 1 }, { metaphor: 2 }, [{ path: '**.phor', reason: 'for the test' }])).toHaveLength(1);
  });
});

describe('formatDifferences', () => {
  it('writes one line each and counts the rest', () => {
    const differences = diffJson({ a: 1, b: 2, c: 3 }, { a: 2, c: 4 });
    expect(formatDifferences(differences, 2)).toBe('a: 1 ≠ 2\nb: 2 ≠ (absent)\n... and 1 more');
  });
});
