import { useSyncExternalStore } from 'react';
import { cutMiddle } from '../format/numbers';

/**
 * A name in one or two lines. It may break after a hyphen or a dot, and before the words that half of all services end
 * in; what is still too long is cut in the middle.
 */
export function nameLines(name: string, fits: (text: string) => boolean): readonly string[] {
  if (fits(name)) return [name];
  const parts = name.split(/(?<=[-.])|(?=service$)|(?=gateway$)/);
  let first = parts.shift() ?? '';
  if (parts.length === 0) return [cutToFit(first, fits)];
  while (parts.length > 1 && fits(first + (parts[0] ?? ''))) first += parts.shift() ?? '';
  return [cutToFit(first, fits), cutToFit(parts.join(''), fits)];
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
