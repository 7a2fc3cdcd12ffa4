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

/** The longest form that fits a box of this width on the screen and that no line runs through. */
export function boxCaption(
  name: string,
  injection: 'on' | 'off',
  widthPx: number,
  isCrossed: (captionPx: number) => boolean = () => false,
): string {
  const forms = [`namespace ${name} · sidecar injection ${injection}`, `${name} · injection ${injection}`, name];
  const fits = (form: string): boolean => captionWidth(form) + CORNER_PX <= widthPx;
  return forms.find((form) => fits(form) && !isCrossed(captionWidth(form))) ?? name;
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

/** The label on the upper border of a box, and the room it takes; `unit` is the size of a screen pixel on the canvas. */
export function captionOf(
  { name, injection, rect }: Captioned,
  unit: number,
  curves: Iterable<Cubic>,
): { readonly text: string; readonly rect: Rect } {
  const height = CAPTION_PX * unit;
  const crossings: number[] = [];
  for (const curve of curves) {
    for (let step = 0; step <= STEPS; step++) {
      const { x, y } = pointAt(curve, step / STEPS);
      if (Math.abs(y - rect.y) <= height / 2) crossings.push((x - rect.x - CAPTION_LEFT) / unit);
    }
  }
  const text = boxCaption(name, injection, rect.width / unit, (captionPx) =>
    crossings.some((at) => at >= 0 && at <= captionPx + CORNER_PX / 3),
  );
  return {
    text,
    rect: { x: rect.x + CAPTION_LEFT, y: rect.y - height / 2, width: captionWidth(text) * unit, height },
  };
}
