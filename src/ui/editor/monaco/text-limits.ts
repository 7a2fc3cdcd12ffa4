/** Longer texts are shown without colours, completion and hover: reading them after every keystroke would take seconds. */
const MAX_SERVED_CHARACTERS = 400_000;
/** A line that long is data, not a manifest somebody writes. */
const MAX_SERVED_LINE = 20_000;
/** Aliases multiply what they name; a text with so many is not worth the memory of a reader that expands them. */
const MAX_SERVED_ALIASES = 200;

/** Whether the YAML service may read a text. */
export function isServed(text: string): boolean {
  if (text.length > MAX_SERVED_CHARACTERS || /\p{Cc}/u.test(text.replace(/[\t\n\r]/g, ''))) return false;
  let start = 0;
  while (start <= text.length) {
    const end = text.indexOf('\n', start);
    if ((end === -1 ? text.length : end) - start > MAX_SERVED_LINE) return false;
    if (end === -1) break;
    start = end + 1;
  }
  return countAliases(text) <= MAX_SERVED_ALIASES;
}

function countAliases(text: string): number {
  let count = 0;
  for (const _match of text.matchAll(/(?<![^\s[{,:-])\*[^\s,[\]{}*]+/g)) count += 1;
  return count;
}
