import { cutMiddle } from '../format/numbers';
import { type Cubic, pointAt } from './bezier';
import type { Rect } from './geometry';

/** The label of a namespace's box: as much of it as the box is wide. */
const CHARACTER_PX = 6.6;
const PADDING_PX = 16;
/** Height of the label on the screen. */
const CAPTION_PX = 18;
/** Corner of the box that the label keeps away from, on both sides. */
const CORNER_PX = 36;

/** Width of a label on the screen. */
export function captionWidth(text: string): number {
  return text.length * CHARACTER_PX + PADDING_PX;
}

/** Steps in which a label moves out of the way of lines, on the screen. */
const SLIDE_PX = 12;

/**
 * The longest form that fits a box of this width on the screen with no line through it, and how far it stands from its
 * usual place. When lines run through all of them, the shortest form moves along the border.
 */
export function boxCaption(
  name: string,
  injection: 'on' | 'off',
  widthPx: number,
  crossingsPx: readonly number[] = [],
): { readonly text: string; readonly leftPx: number } {
  const forms = [`namespace ${name} · sidecar injection ${injection}`, `${name} · injection ${injection}`, name];
  const isFree = (form: string, leftPx: number): boolean =>
    crossingsPx.every((at) => at < leftPx || at > leftPx + captionWidth(form));
  const fits = (form: string, leftPx: number): boolean => leftPx + captionWidth(form) + CORNER_PX <= widthPx;
  const text = forms.find((form) => fits(form, 0) && isFree(form, 0));
  if (text !== undefined) return { text, leftPx: 0 };
  for (let leftPx = SLIDE_PX; fits(name, leftPx); leftPx += SLIDE_PX)
    if (isFree(name, leftPx)) return { text: name, leftPx };
  return { text: name, leftPx: 0 };
}

/** A box and its label. */
interface Captioned {
  readonly name: string;
  readonly injection: 'on' | 'off';
  readonly rect: Rect;
}

/** Points of a line that are looked at. */
const STEPS = 48;
/** From the box's left side to its label, in canvas units. */
const CAPTION_LEFT = 18;

interface Caption {
  readonly text: string;
  /** From the box's left side. */
  readonly left: number;
  readonly rect: Rect;
}

/** The label on the upper border of a box, and the room it takes; `unit` is the size of a screen pixel on the canvas. */
export function captionOf({ name, injection, rect }: Captioned, unit: number, curves: Iterable<Cubic>): Caption {
  const height = CAPTION_PX * unit;
  const crossings: number[] = [];
  for (const curve of curves) {
    for (let step = 0; step <= STEPS; step++) {
      const { x, y } = pointAt(curve, step / STEPS);
      if (Math.abs(y - rect.y) <= height / 2) crossings.push((x - rect.x - CAPTION_LEFT) / unit);
    }
  }
  const { text, leftPx } = boxCaption(name, injection, rect.width / unit, crossings);
  const left = CAPTION_LEFT + leftPx * unit;
  return { text, left, rect: { x: rect.x + left, y: rect.y - height / 2, width: captionWidth(text) * unit, height } };
}

/** Sizes on the screen: a letter of the name, and what the numbers below it need. */
const NAME_CHARACTER_PX = 8;
const NUMBERS_PX = { width: 64, height: 56 } as const;
const SHORTEST_NAME = 4;

/** As much of a summary as its box has room for. */
export function summaryRoom(
  { name, rect }: { readonly name: string; readonly rect: Rect },
  unit: number,
): { readonly name: string; readonly numbers: boolean } {
  const [widthPx, heightPx] = [rect.width / unit, rect.height / unit];
  const characters = Math.floor(widthPx / NAME_CHARACTER_PX);
  return {
    name: characters < Math.min(SHORTEST_NAME, name.length) ? '' : cutMiddle(name, characters),
    numbers: widthPx >= NUMBERS_PX.width && heightPx >= NUMBERS_PX.height,
  };
}
