import { describe, expect, test } from 'vitest';
import { layoutGraph } from './layout';
import { growLayout, needsNewLayout, runsBack, unplaced } from './layout-growth';
import type { LayoutRequest, Positions } from './layout-model';

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

describe('lone services', () => {
  const request: LayoutRequest = {
    nodes: ['a', 'b', 'lone-1', 'lone-2', 'lone-3'].map((id) => ({
      id,
      namespace: id === 'a' ? '' : 'hero',
      width: 184,
      height: 111,
    })),
    edges: [['a', 'b']],
    room: ROOM,
  };

  test('stand below the others of their namespace, not in the way of lines', () => {
    const positions = layoutGraph(request);
    expect(apart(request, positions)).toBe(true);
    for (const id of ['lone-1', 'lone-2', 'lone-3']) {
      expect(positions[id]?.[0]).toBeGreaterThanOrEqual(positions['b']?.[0] ?? 0);
      expect(positions[id]?.[1]).toBeGreaterThan(positions['b']?.[1] ?? 0);
    }
  });

  test('are a grid where there is nothing else', () => {
    const positions = layoutGraph({ ...request, edges: [] });
    expect(apart(request, positions)).toBe(true);
  });
});

describe('many services', () => {
  const count = 300;
  const request: LayoutRequest = {
    nodes: Array.from({ length: count }, (_, index) => ({
      id: `s${index}`,
      namespace: `team-${index % 4}`,
      width: 184,
      height: 111,
    })),
    edges: Array.from({ length: count - 1 }, (_, index) => [`s${Math.floor(index / 6)}`, `s${index + 1}`] as const),
    room: ROOM,
  };
  const positions = layoutGraph(request);

  test('make a picture of about the shape of the canvas', () => {
    const all = Object.values(positions);
    const width = Math.max(...all.map(([x]) => x)) - Math.min(...all.map(([x]) => x));
    const height = Math.max(...all.map(([, y]) => y)) - Math.min(...all.map(([, y]) => y));
    expect(width / height / (ROOM.width / ROOM.height)).toBeGreaterThan(0.5);
    expect(width / height / (ROOM.width / ROOM.height)).toBeLessThan(2);
  });

  test('go from left to right, cycles aside', () => {
    const forward = request.edges.filter(([a, b]) => (positions[a]?.[0] ?? 0) < (positions[b]?.[0] ?? 0));
    expect(forward).toHaveLength(request.edges.length);
    const cyclic = layoutGraph({ ...request, edges: [...request.edges, ['s299', 's0'], ['s7', 's7']] });
    expect(Object.keys(cyclic)).toHaveLength(count);
  });

  test('do not overlap, and neither do their namespaces', () => {
    expect(apart(request, positions)).toBe(true);
    const bands = [0, 1, 2, 3].map((team) => {
      const ys = request.nodes
        .filter((node) => node.namespace === `team-${team}`)
        .map(({ id }) => positions[id]?.[1] ?? 0);
      return { top: Math.min(...ys), bottom: Math.max(...ys) + 111 };
    });
    for (const [index, band] of bands.entries()) {
      for (const other of bands.slice(index + 1)) {
        expect(band.bottom < other.top || other.bottom < band.top).toBe(true);
      }
    }
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

  test('is spoilt by a new call that runs from right to left, not by one it knew', () => {
    const after = graph('users>gw gw>api api>auth api>missions missions>auth missions>gw');
    expect(runsBack(before, standing, [])).toBe(false);
    expect(runsBack(after, standing, before.edges)).toBe(true);
    expect(runsBack(after, standing, after.edges)).toBe(false);
  });

  test('is made anew when most of it is new', () => {
    const after = graph('a>b b>c c>d');
    expect(needsNewLayout(after, unplaced(after, standing, before.edges))).toBe(true);
  });
});
