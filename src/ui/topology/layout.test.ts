import { describe, expect, test } from 'vitest';
import { type LayoutRequest, layoutGraph, type Positions } from './layout';
import { growLayout, needsNewLayout, unplaced } from './layout-growth';

const ROOM = { width: 820, height: 590 };

function graph(drawing: string, room = ROOM): LayoutRequest {
  const edges = drawing.split(/\s+/).map((word) => {
    const [source = '', destination = ''] = word.split('>');
    return [source, destination] as const;
  });
  const names = [...new Set(edges.flat())];
  return {
    nodes: names.map((id) => ({ id, namespace: id === 'users' ? '' : 'hero', width: 184, height: 111 })),
    edges,
    room,
  };
}

function apart(request: LayoutRequest, positions: Positions): boolean {
  return request.nodes.every((a, index) =>
    request.nodes.slice(index + 1).every((b) => {
      const [ax, ay] = positions[a.id] ?? [0, 0];
      const [bx, by] = positions[b.id] ?? [0, 0];
      return Math.abs(ax - bx) >= 184 || Math.abs(ay - by) >= 111 + 40;
    }),
  );
}

describe('a new layout', () => {
  test('goes from left to right and keeps cards apart', () => {
    const request = graph('users>gw gw>api api>auth api>missions missions>equipment equipment>db');
    const positions = layoutGraph(request);
    for (const [source, destination] of request.edges) {
      expect(positions[source]?.[0]).toBeLessThan(positions[destination]?.[0] ?? 0);
    }
    expect(apart(request, positions)).toBe(true);
  });

  test('gives edges 200 px where there is room, and less where that keeps cards readable', () => {
    const gapOf = (room: typeof ROOM): number => {
      const positions = layoutGraph(graph('users>gw gw>api api>auth', room));
      return (positions['gw']?.[0] ?? 0) - 184;
    };
    expect(gapOf({ width: 2000, height: 900 })).toBe(200);
    expect(gapOf({ width: 1100, height: 590 })).toBeLessThan(200);
    expect(gapOf({ width: 1100, height: 590 })).toBeGreaterThanOrEqual(96);
  });

  test('survives cycles, loops to itself and lone nodes', () => {
    const request = graph('a>b b>a a>a c>c');
    const positions = layoutGraph(request);
    expect(Object.keys(positions)).toHaveLength(3);
    expect(apart(request, positions)).toBe(true);
  });
});

describe('a layout that grows', () => {
  const before = graph('users>gw gw>api api>auth api>missions');
  const standing = layoutGraph(before);

  test('keeps what stands and puts the new beside its caller', () => {
    const after = graph('users>gw gw>api api>auth api>missions missions>equipment');
    const news = unplaced(after, standing, before.edges);
    expect([...news]).toEqual(['equipment']);
    expect(needsNewLayout(after, news)).toBe(false);
    const grown = growLayout(after, standing, news);
    for (const id of ['users', 'gw', 'api', 'auth', 'missions']) expect(grown[id]).toEqual(standing[id]);
    expect(grown['equipment']?.[0]).toBeGreaterThan(standing['missions']?.[0] ?? 0);
    expect(apart(after, grown)).toBe(true);
  });

  test('places again what had a place only for want of edges', () => {
    const first: LayoutRequest = { ...before, edges: before.edges.slice(0, 2) };
    expect(unplaced(before, layoutGraph(first), first.edges)).toEqual(new Set(['auth', 'missions']));
  });

  test('is made anew when most of it is new', () => {
    const after = graph('a>b b>c c>d');
    expect(needsNewLayout(after, unplaced(after, standing, before.edges))).toBe(true);
  });
});
