function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/** Pieces of a text, none of which ends within a character or between the two characters of a line end. */
export function cutText(text: string, size: number): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(text.length, start + size);
    const last = text.charCodeAt(end - 1);
    const splitsLineEnd = last === 13 && text.charCodeAt(end) === 10;
    if (end < text.length && (isHigh(last) || splitsLineEnd)) end += 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
