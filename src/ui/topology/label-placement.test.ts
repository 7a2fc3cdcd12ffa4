import { describe, expect, test } from 'vitest';
import { type Cubic, pointAt } from './bezier';
import { type Rect, routeEdges } from './geometry';
import { type LabelRequest, placeLabels } from './label-placement';

const card = (x: number, y: number): Rect => ({ x, y, width: 64, height: 28 });
const TWO_LINES = { width: 100, height: 38 };
const ONE_LINE = { width: 90, height: 22 };
const SHARE = { width: 42, height: 22 };

/** A drawing of cards and edges `from>to`, with one label request per edge. */
function draw(cards: Readonly<Record<string, Rect>>, edges: readonly string[], sizes: LabelRequest['sizes']) {
  const rects = new Map(Object.entries(cards));
  const ends = edges.map((id) => {
    const [source = '', destination = ''] = id.split('>');
    return { id, source, destination };
  });
  const curves = routeEdges(ends, rects);
  const requests = edges.map((id) => ({ id, curve: curves.get(id) as Cubic, sizes }));
  return { places: placeLabels(requests, [...rects.values()], curves), curves, rects };
}

function rectOf(place: { x: number; y: number }, size: { width: number; height: number }): Rect {
  return { x: place.x - size.width / 2, y: place.y - size.height / 2, ...size };
}

function apart(a: Rect, b: Rect): boolean {
  return a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;
}

describe('a label', () => {
  test('stands on a steep edge, in the middle', () => {
    const { places, curves } = draw({ a: card(0, 300), b: card(180, 0) }, ['a>b'], [{ width: 66, height: 22 }]);
    const place = places.get('a>b');
    expect(place).toEqual({ ...pointAt(curves.get('a>b') as Cubic, 0.5), variant: 0 });
  });

  test('stands 8 px beside a flat edge, which it would hide', () => {
    const { places } = draw({ a: card(0, 100), b: card(300, 100) }, ['a>b'], [TWO_LINES]);
    const place = places.get('a>b');
    expect(place?.variant).toBe(0);
    expect(Math.abs((place?.y ?? 0) - 114)).toBeCloseTo(19 + 8, 5);
  });

  test('stands on the side with more room', () => {
    const below = draw({ a: card(0, 100), b: card(300, 100), c: card(150, 20) }, ['a>b'], [ONE_LINE]);
    expect(below.places.get('a>b')?.y).toBeGreaterThan(114);
    const above = draw({ a: card(0, 100), b: card(300, 100), c: card(150, 180) }, ['a>b'], [ONE_LINE]);
    expect(above.places.get('a>b')?.y).toBeLessThan(114);
  });

  test('slides along the edge to where it is free', () => {
    const post = (y: number): Rect => ({ x: 228, y, width: 6, height: 60 });
    const cards = { a: card(0, 100), b: card(400, 100), top: post(40), bottom: post(130) };
    const { places } = draw(cards, ['a>b'], [{ width: 48, height: 22 }]);
    const place = places.get('a>b');
    expect(place?.variant).toBe(0);
    expect(Math.abs((place?.x ?? 0) - 232)).toBeGreaterThan(20);
  });

  test('drops its second line, then all but the share, then shows on hover only', () => {
    const sizes = [TWO_LINES, ONE_LINE, SHARE];
    const inGap = (gap: number, height: number) =>
      draw(
        {
          a: card(0, 100),
          b: card(64 + gap, 100),
          roof: { x: -100, y: 0, width: 600, height: 114 - height },
          floor: { x: -100, y: 114 + height, width: 600, height: 50 },
        },
        ['a>b'],
        sizes,
      ).places.get('a>b')?.variant;
    expect(inGap(160, 52)).toBe(0);
    expect(inGap(160, 40)).toBe(1);
    expect(inGap(60, 40)).toBe(2);
    expect(inGap(40, 20)).toBeUndefined();
  });
});

test('labels never cover cards, each other, or other edges', () => {
  const cards = {
    api: { x: 0, y: 180, width: 184, height: 110 },
    auth: { x: 400, y: 0, width: 184, height: 110 },
    missions: { x: 400, y: 180, width: 184, height: 110 },
    equipment: { x: 400, y: 360, width: 184, height: 110 },
  };
  const sizes = [TWO_LINES, ONE_LINE, SHARE];
  const { places, rects } = draw(cards, ['api>auth', 'api>missions', 'api>equipment'], sizes);
  const drawn = [...places.values()].flatMap((place) => {
    const size = place.variant === undefined ? undefined : sizes[place.variant];
    return size === undefined ? [] : [rectOf(place, size)];
  });
  expect(drawn).toHaveLength(3);
  for (const [index, label] of drawn.entries()) {
    for (const node of rects.values()) expect(apart(label, node)).toBe(true);
    for (const other of drawn.slice(index + 1)) expect(apart(label, other)).toBe(true);
  }
});

test('equal input gives equal places', () => {
  const cards = { a: card(0, 100), b: card(300, 40), c: card(300, 160) };
  const first = draw(cards, ['a>b', 'a>c'], [ONE_LINE, SHARE]).places;
  expect(draw(cards, ['a>b', 'a>c'], [ONE_LINE, SHARE]).places).toEqual(first);
});
