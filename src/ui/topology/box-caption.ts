/** The label of a namespace's box: as much of it as the box is wide. */
const CHARACTER_PX = 6.6;
const PADDING_PX = 16;
/** Height of the label on the screen. */
export const CAPTION_PX = 18;
/** Corner of the box that the label keeps away from, on both sides. */
const CORNER_PX = 36;

/** Width of a label on the screen. */
export function captionWidth(text: string): number {
  return text.length * CHARACTER_PX + PADDING_PX;
}

/** The longest form that fits a box of this width on the screen. */
export function boxCaption(name: string, injection: 'on' | 'off', widthPx: number): string {
  const forms = [`namespace ${name} · sidecar injection ${injection}`, `${name} · injection ${injection}`, name];
  return forms.find((form) => captionWidth(form) + CORNER_PX <= widthPx) ?? name;
}
