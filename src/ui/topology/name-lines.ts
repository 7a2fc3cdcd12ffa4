import { useSyncExternalStore } from 'react';
import { cutMiddle } from '../format/numbers';

/**
 * A name in one or two lines. It may break after a hyphen or a dot, and before the words that half of all services end
 * in; where both lines cannot be whole, it breaks where least is cut out of them.
 */
export function nameLines(name: string, fits: (text: string) => boolean): readonly string[] {
  if (fits(name)) return [name];
  const parts = name.split(/(?<=[-.])|(?=service$)|(?=gateway$)/);
  let best: readonly string[] = [cutToFit(name, fits)];
  let kept = 0;
  for (let at = parts.length - 1; at > 0; at--) {
    const lines = [parts.slice(0, at), parts.slice(at)].map((line) => cutToFit(line.join(''), fits));
    const length = lines.join('').length;
    if (length > kept) [best, kept] = [lines, length];
  }
  return best;
}

const SHORTEST = 5;

function cutToFit(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  let length = text.length - 1;
  while (length > SHORTEST && !fits(cutMiddle(text, length))) length -= 1;
  return cutMiddle(text, length);
}

/** Where nothing can be measured: what a letter takes on average. */
const AVERAGE_CHARACTER_PX = 6.4;

let context: OffscreenCanvasRenderingContext2D | null | undefined;

/** Width of a name on a small card, CSS pixels; its font is the one of `.card-mid-name`. */
export function nameWidth(text: string): number {
  if (context === undefined) {
    context = globalThis.OffscreenCanvas === undefined ? null : new OffscreenCanvas(1, 1).getContext('2d');
    if (context !== null) context.font = '620 11px "Inter Variable", sans-serif';
  }
  return context?.measureText(text).width ?? text.length * AVERAGE_CHARACTER_PX;
}

function onFonts(changed: () => void): () => void {
  globalThis.document.fonts?.addEventListener('loadingdone', changed);
  return () => globalThis.document.fonts?.removeEventListener('loadingdone', changed);
}

/** Draws anew when the fonts are there: widths measured before are those of another font. */
export function useFontsLoaded(): boolean {
  return useSyncExternalStore(onFonts, () => globalThis.document.fonts?.status === 'loaded');
}
