/** A block scalar begins at the end of such a line; what is indented further belongs to it and is one value. */
const BLOCK_SCALAR = /(?:^|[:\-?][ \t]+|[ \t]![^ \t]*[ \t]+|[ \t]&[^ \t]+[ \t]+)[|>][0-9+-]{0,2}[ \t]*(?:#.*)?$/;

/**
 * Offset at which a text has had `limit` keys and values, or -1: an estimate of what the parser will make, from one
 * pass over the characters. It errs on the side of too few, so that no text that can be read in time is refused.
 */
export function findExcess(text: string, limit: number): number {
  let count = 0;
  let blockIndent = -1;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    const indent = indentAt(text, start, end);
    const content = start + indent;
    if (content < end && (blockIndent < 0 || indent <= blockIndent)) {
      const budget = limit - count;
      const { found, at } = countLine(text, content, end, budget);
      count += found;
      if (count >= limit) return at;
      blockIndent = end - content < 500 && BLOCK_SCALAR.test(text.slice(content, end)) ? indent : -1;
    }
    start = end + 1;
  }
  return -1;
}

function indentAt(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === 32) at++;
  return at - start;
}

const SPACE = 32;
const TAB = 9;

/** Values of one line, up to `budget`: one for itself, and one for each mark that begins another. Comments have none. */
function countLine(text: string, start: number, end: number, budget: number): { found: number; at: number } {
  let found = 1;
  let at = start;
  if (text.charAt(start) === '#') return { found: 0, at };
  for (; at < end && found < budget; at++) {
    const mark = text.charAt(at);
    if (mark === '[' || mark === '{' || mark === ',') found += 1;
    else if (mark === ':' && isSpaceOrEnd(text, at + 1, end)) found += 1;
    else if ((mark === '-' || mark === '?') && isAlone(text, at, start, end)) found += 1;
    else if (mark === '"' || mark === "'") {
      const close = text.indexOf(mark, at + 1);
      if (close > at && close < end) at = close;
      found += 1;
    } else if (mark === '#' && isSpace(text.charCodeAt(at - 1))) break;
  }
  return { found, at };
}

function isSpace(unit: number): boolean {
  return unit === SPACE || unit === TAB;
}

function isAlone(text: string, at: number, start: number, end: number): boolean {
  return (at === start || isSpace(text.charCodeAt(at - 1))) && isSpaceOrEnd(text, at + 1, end);
}

function isSpaceOrEnd(text: string, at: number, end: number): boolean {
  return at >= end || isSpace(text.charCodeAt(at));
}
