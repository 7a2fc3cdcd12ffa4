/** SHA-256 (FIPS 180-4) and RSASSA-PKCS1-v1_5 verification (RFC 8017 section 8.2.2), for tokens only. */

const K = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function padded(message: Uint8Array): Uint8Array {
  const length = Math.ceil((message.length + 9) / 64) * 64;
  const block = new Uint8Array(length);
  block.set(message);
  block[message.length] = 0x80;
  const bits = message.length * 8;
  for (let i = 0; i < 4; i++) {
    block[length - 1 - i] = (bits >>> (8 * i)) & 0xff;
    block[length - 5 - i] = (Math.floor(bits / 0x100000000) >>> (8 * i)) & 0xff;
  }
  return block;
}

function schedule(block: Uint8Array, offset: number, words: Uint32Array): void {
  for (let i = 0; i < 16; i++) {
    const at = offset + 4 * i;
    words[i] =
      ((block[at] ?? 0) << 24) | ((block[at + 1] ?? 0) << 16) | ((block[at + 2] ?? 0) << 8) | (block[at + 3] ?? 0);
  }
  for (let i = 16; i < 64; i++) {
    const w15 = words[i - 15] ?? 0;
    const w2 = words[i - 2] ?? 0;
    const s0 = rotateRight(w15, 7) ^ rotateRight(w15, 18) ^ (w15 >>> 3);
    const s1 = rotateRight(w2, 17) ^ rotateRight(w2, 19) ^ (w2 >>> 10);
    words[i] = (words[i - 16] ?? 0) + s0 + (words[i - 7] ?? 0) + s1;
  }
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + (words[i] ?? 0)) | 0;
    const s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + word;
}

/** SHA-256 of the bytes as 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const block = padded(message);
  const state = Uint32Array.from(INITIAL);
  const words = new Uint32Array(64);
  for (let offset = 0; offset < block.length; offset += 64) {
    schedule(block, offset, words);
    compress(state, words);
  }
  const digest = new Uint8Array(32);
  for (const [i, word] of state.entries()) {
    for (let k = 0; k < 4; k++) digest[4 * i + k] = (word >>> (24 - 8 * k)) & 0xff;
  }
  return digest;
}

function toInteger(bytes: Uint8Array): bigint {
  let text = '0x0';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return BigInt(text);
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let factor = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

/** DER prefix of a SHA-256 digest. RFC 8017 section 9.2 */
const SHA256_PREFIX = '3031300d060960864801650304020105000420';
/** A public exponent longer than this is refused: verification would take too long. */
const EXPONENT_BYTES_MAX = 8;

/** Whether `signature` is that of the message under the RSA key (big-endian modulus and exponent), by RS256. */
export function verifyRs256(
  key: { readonly modulus: Uint8Array; readonly exponent: Uint8Array },
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const modulus = toInteger(key.modulus);
  if (modulus === 0n || key.exponent.length > EXPONENT_BYTES_MAX) return false;
  const length = modulus.toString(16).length + (modulus.toString(16).length % 2);
  const decrypted = powerModulo(toInteger(signature), toInteger(key.exponent), modulus);
  let digest = '';
  for (const byte of sha256(message)) digest += byte.toString(16).padStart(2, '0');
  const tail = `00${SHA256_PREFIX}${digest}`;
  const fill = length - 4 - tail.length;
  if (fill < 16) return false;
  return decrypted.toString(16).padStart(length, '0') === `0001${'f'.repeat(fill)}${tail}`;
}
