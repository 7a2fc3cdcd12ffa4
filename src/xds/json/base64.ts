import { utf8Encode } from '../../base';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes of a base64 text, padded or not, in the standard or the URL-safe alphabet; undefined when it is none. */
function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return undefined;
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (buffer >> bits) & 0xff;
    }
  }
  return bytes;
}

/** The text whose UTF-8 form a base64 text encodes; undefined when it is not base64 or the bytes are no UTF-8. */
export function base64ToText(base64: string): string | undefined {
  const bytes = fromBase64(base64);
  if (bytes === undefined) return undefined;
  let escaped = '';
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

/** Standard base64, padded, of the UTF-8 form of a text. */
export function textToBase64(text: string): string {
  const bytes = utf8Encode(text);
  let result = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(4, bytes.length - i + 1);
    for (let k = 0; k < 4; k++) result += k < digits ? ALPHABET.charAt((group >> (18 - 6 * k)) & 63) : '=';
  }
  return result;
}
