import { describe, expect, test } from 'vitest';
import { type Cubic, pathOf, pointAt, SAMPLES, sampleEvenly, tangentAt } from './bezier';
import { boxAround, edgeWidth, type Rect, routeEdges } from './geometry';

const card = (x: number, y: number): Rect => ({ x, y, width: 184, height: 110 });

describe('edges', () => {
  const rects = new Map([
    ['api', card(0, 200)],
    ['auth', card(400, 0)],
    ['missions', card(400, 200)],
    ['equipment', card(400, 400)],
  ]);
  const edge = (source: string, destination: string) => ({ id: `${source}->${destination}`, source, destination });

  test('leave the right side and enter the left side', () => {
    const curve = routeEdges([edge('api', 'missions')], rects).get('api->missions');
    expect(curve).toEqual([184, 255, 290.5, 255, 290.5, 255, 397, 255]);
  });

  test('share a side evenly, in the order of their other ends, at least 18 px apart', () => {
    const curves = routeEdges([edge('api', 'equipment'), edge('api', 'auth'), edge('api', 'missions')], rects);
    const starts = ['auth', 'missions', 'equipment'].map((name) => curves.get(`api->${name}`)?.[1] ?? 0);
    expect(starts).toEqual([233, 255, 277]);
  });

  test('stay on the side however many there are', () => {
    const many = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const all = new Map([...rects, ...many.map((id, index) => [id, card(400, index * 150)] as const)]);
    const curves = routeEdges(
      many.map((id) => edge('api', id)),
      all,
    );
    const starts = [...curves.values()].map((curve) => curve[1]);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(210);
    expect(Math.max(...starts)).toBeLessThanOrEqual(300);
    expect(new Set(starts).size).toBe(12);
  });

  test('that run backwards still leave right and enter left', () => {
    const curve = routeEdges([edge('missions', 'api')], rects).get('missions->api') as Cubic;
    expect(tangentAt(curve, 0).x).toBeGreaterThan(0);
    expect(tangentAt(curve, 1).x).toBeGreaterThan(0);
  });

  test('to unknown cards are left out', () => {
    expect(routeEdges([edge('api', 'gone')], rects).size).toBe(0);
  });
});

test('samples are evenly spaced and end where the curve ends', () => {
  const curve: Cubic = [0, 0, 200, 0, 100, 300, 400, 300];
  const out = new Float32Array(SAMPLES * 2 + 2);
  const length = sampleEvenly(curve, out, 2);
  const distances = Array.from({ length: SAMPLES - 1 }, (_, index) => {
    const at = 2 + index * 2;
    return Math.hypot((out[at + 2] ?? 0) - (out[at] ?? 0), (out[at + 3] ?? 0) - (out[at + 1] ?? 0));
  });
  const mean = length / (SAMPLES - 1);
  for (const distance of distances) expect(Math.abs(distance - mean)).toBeLessThan(mean * 0.03);
  expect([out[2], out[3]]).toEqual([0, 0]);
  expect([out[SAMPLES * 2], out[SAMPLES * 2 + 1]]).toEqual([400, 300]);
  expect(pointAt(curve, 0.5)).toEqual({ x: 162.5, y: 150 });
});

test('paths are short', () => {
  expect(pathOf([0.123, 0, 1.26, 2, 3, 4, 5, 6])).toBe('M0.1 0C1.3 2 3 4 5 6');
});

test('a box leaves room for its label', () => {
  expect(boxAround([card(100, 100), card(400, 300)])).toEqual({ x: 80, y: 64, width: 524, height: 370 });
  expect(boxAround([])).toBeUndefined();
});

test('width follows rate', () => {
  expect(edgeWidth(0)).toBe(1);
  expect(edgeWidth(142)).toBeCloseTo(3.155, 3);
  expect(edgeWidth(1e9)).toBe(6);
});
