import { expect, test } from 'vitest';
import { fitCamera, toScreen } from './camera';
import { placePopover } from './popover-placement';

const CANVAS = { width: 1000, height: 700 };
const SIZE = { width: 300, height: 200 };
const card = (x: number, y: number) => ({ x, y, width: 184, height: 112 });

test('hangs below when nothing is there', () => {
  expect(placePopover(card(100, 100), SIZE, CANVAS, [])).toEqual({ x: 100, y: 228, side: 'below' });
});

test('avoids other cards and its own', () => {
  const place = placePopover(card(100, 100), SIZE, CANVAS, [card(100, 260)]);
  expect(place.side).toBe('right');
  expect(placePopover(card(100, 560), SIZE, CANVAS, [card(420, 560)]).side).toBe('above');
});

test('never leaves the canvas', () => {
  const place = placePopover(card(900, 650), { width: 420, height: 690 }, CANVAS, []);
  expect(place.x).toBeGreaterThanOrEqual(12);
  expect(place.x + 420).toBeLessThanOrEqual(1000);
  expect(place.y).toBeGreaterThanOrEqual(0);
});

test('the camera shows everything, centred, never enlarged', () => {
  const camera = fitCamera([card(0, 0), card(400, 300)], 1200, 900);
  expect(camera?.zoom).toBe(1);
  const small = fitCamera([card(0, 0), card(4000, 300)], 1000, 700);
  const right = toScreen(card(4000, 300), small ?? { x: 0, y: 0, zoom: 1 });
  expect(right.x + right.width).toBeLessThanOrEqual(1000);
  expect(fitCamera([], 100, 100)).toBeUndefined();
});
