import type { Rect } from './geometry';

interface Size {
  readonly width: number;
  readonly height: number;
}

export type PopoverSide = 'right' | 'left' | 'below' | 'above';

export interface PopoverPlace {
  readonly x: number;
  readonly y: number;
  readonly side: PopoverSide;
}

const GAP = 16;
const MARGIN = 12;

function overlapArea(a: Rect, b: Rect): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}

function beside(target: Rect, size: Size, side: PopoverSide): { readonly x: number; readonly y: number } {
  switch (side) {
    case 'right':
      return { x: target.x + target.width + GAP, y: target.y };
    case 'left':
      return { x: target.x - GAP - size.width, y: target.y };
    case 'below':
      return { x: target.x, y: target.y + target.height + GAP };
    case 'above':
      return { x: target.x, y: target.y - GAP - size.height };
  }
}

/**
 * Where a popover hangs: on the side of its target that covers least of the target itself, then of other cards. It never
 * leaves the canvas.
 */
export function placePopover(target: Rect, size: Size, canvas: Size, cards: readonly Rect[]): PopoverPlace {
  const sides: readonly PopoverSide[] = ['below', 'right', 'left', 'above'];
  const scored = sides.map((side) => {
    const wish = beside(target, size, side);
    const x = clamp(wish.x, MARGIN, Math.max(MARGIN, canvas.width - size.width - MARGIN));
    const y = clamp(wish.y, MARGIN, Math.max(MARGIN, canvas.height - size.height - MARGIN));
    const rect = { x, y, width: size.width, height: size.height };
    const onTarget = overlapArea(rect, { ...target, x: target.x - 4, width: target.width + 8 });
    const onCards = cards.reduce((sum, card) => sum + overlapArea(rect, card), 0);
    return { place: { x, y, side }, cost: onTarget * 100 + onCards };
  });
  const [first, ...rest] = scored;
  if (first === undefined) return { x: MARGIN, y: MARGIN, side: 'below' };
  return rest.reduce((best, next) => (next.cost < best.cost - 1 ? next : best), first).place;
}
