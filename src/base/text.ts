const REPLACEMENT_CHARACTER = 0xfffd;

/** The code point at `index`; a lone surrogate becomes U+FFFD, as the encoding standard has it. */
function scalarValueAt(text: string, index: number): number {
  const codePoint = text.codePointAt(index);
  if (codePoint === undefined || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return REPLACEMENT_CHARACTER;
  return codePoint;
}

/** Number of bytes of `text` in UTF-8. */
export function utf8ByteLength(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = scalarValueAt(text, i);
    if (codePoint < 0x80) length += 1;
    else if (codePoint < 0x800) length += 2;
    else if (codePoint < 0x10000) length += 3;
    else {
      length += 4;
      i++;
    }
  }
  return length;
}

/** `text` in UTF-8; lone surrogates become U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8ByteLength(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = scalarValueAt(text, i);
    if (codePoint < 0x80) {
      bytes[at++] = codePoint;
    } else if (codePoint < 0x800) {
      bytes[at++] = 0xc0 | (codePoint >> 6);
      bytes[at++] = 0x80 | (codePoint & 0x3f);
    } else if (codePoint < 0x10000) {
      bytes[at++] = 0xe0 | (codePoint >> 12);
      bytes[at++] = 0x80 | ((codePoint >> 6) & 0x3f);
      bytes[at++] = 0x80 | (codePoint & 0x3f);
    } else {
      bytes[at++] = 0xf0 | (codePoint >> 18);
      bytes[at++] = 0x80 | ((codePoint >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((codePoint >> 6) & 0x3f);
      bytes[at++] = 0x80 | (codePoint & 0x3f);
      i++;
    }
  }
  return bytes;
}

/** Total order of strings by UTF-16 code unit: negative, zero or positive. The only order of strings below the user interface. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Splits at the first `separator`: the parts before and after it, or undefined when it does not occur. */
export function splitOnce(text: string, separator: string): readonly [string, string] | undefined {
  const at = text.indexOf(separator);
  if (at < 0) return undefined;
  return [text.slice(0, at), text.slice(at + separator.length)];
}

/** Splits at the last `separator`: the parts before and after it, or undefined when it does not occur. */
export function splitLast(text: string, separator: string): readonly [string, string] | undefined {
  const at = text.lastIndexOf(separator);
  if (at < 0) return undefined;
  return [text.slice(0, at), text.slice(at + separator.length)];
}

/** `text` without `prefix`, or undefined when it does not start with it. */
export function stripPrefix(text: string, prefix: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

/** `text` without `suffix`, or undefined when it does not end with it. */
export function stripSuffix(text: string, suffix: string): string | undefined {
  return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : undefined;
}
