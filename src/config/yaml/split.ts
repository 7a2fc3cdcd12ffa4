/** A piece of a file that can be parsed by itself: whole documents, starting at `offset`. */
export interface Chunk {
  readonly offset: number;
  readonly text: string;
}

/**
 * Cuts a stream before each `---` line. Three dashes in the first column end a document whatever they stand in, quotes
 * and block scalars included (YAML 1.2.2, 9.1.2: c-forbidden), so the cut is exact. A stream with directives stays
 * whole, since a directive belongs to the marker after it.
 */
export function splitDocuments(text: string): readonly Chunk[] {
  if (/^%/m.test(text)) return [{ offset: 0, text }];
  const chunks: Chunk[] = [];
  const marker = /^---(?=[ \t\r\n]|$)/gm;
  let start = 0;
  for (let match = marker.exec(text); match !== null; match = marker.exec(text)) {
    if (match.index > start) chunks.push({ offset: start, text: text.slice(start, match.index) });
    start = match.index;
  }
  if (start < text.length || chunks.length === 0) chunks.push({ offset: start, text: text.slice(start) });
  return chunks;
}
