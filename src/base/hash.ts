import { utf8Encode } from './text';

/**
 * 64-bit hashes without BigInt. A 64-bit word is a pair of consecutive entries (high, low) of one scratch register file;
 * every operation wraps modulo 2^64. Int32Array keeps the limbs unboxed in every engine.
 */

/** An unsigned 64-bit value as two unsigned 32-bit halves. */
export interface Hash64 {
  readonly hi: number;
  readonly lo: number;
}

// Register file: the accumulators V1..V4, the running hash H, a temporary word K and a second one L.
const registers = new Int32Array(14);
const V1 = 0;
const V4 = 6;
const H = 8;
const K = 10;
const L = 12;

function high(register: number): number {
  return registers[register] ?? 0;
}

function low(register: number): number {
  return registers[register + 1] ?? 0;
}

function set(register: number, hi: number, lo: number): void {
  registers[register] = hi;
  registers[register + 1] = lo;
}

function add(register: number, hi: number, lo: number): void {
  const sum = (low(register) >>> 0) + (lo >>> 0);
  registers[register + 1] = sum;
  registers[register] = high(register) + hi + (sum > 0xffffffff ? 1 : 0);
}

function xor(register: number, hi: number, lo: number): void {
  registers[register] = high(register) ^ hi;
  registers[register + 1] = low(register) ^ lo;
}

/** Upper 32 bits of the unsigned product of two 32-bit values. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) | 0;
}

function multiply(register: number, hi: number, lo: number): void {
  const ownHi = high(register);
  const ownLo = low(register);
  registers[register] = (multiplyHigh(ownLo, lo) + Math.imul(ownHi, lo) + Math.imul(ownLo, hi)) | 0;
  registers[register + 1] = Math.imul(ownLo, lo);
}

/** Rotates left by 1 to 31 bits. */
function rotateLeft(register: number, bits: number): void {
  const hi = high(register);
  const lo = low(register);
  registers[register] = (hi << bits) | (lo >>> (32 - bits));
  registers[register + 1] = (lo << bits) | (hi >>> (32 - bits));
}

/** `word ^= word >>> bits` for 1 to 63 bits except 32. */
function xorShiftRight(register: number, bits: number): void {
  const hi = high(register);
  const lo = low(register);
  if (bits > 32) xor(register, 0, hi >>> (bits - 32));
  else xor(register, hi >>> bits, (lo >>> bits) | (hi << (32 - bits)));
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function result(): Hash64 {
  return { hi: high(H) >>> 0, lo: low(H) >>> 0 };
}

function toBytes(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? utf8Encode(input) : input;
}

// Cyan4973/xxHash doc/xxhash_spec.md, "XXH64 algorithm": the five primes as (high, low).
const P1_HI = 0x9e3779b1 | 0;
const P1_LO = 0x85ebca87 | 0;
const P2_HI = 0xc2b2ae3d | 0;
const P2_LO = 0x27d4eb4f;
const P3_HI = 0x165667b1;
const P3_LO = 0x9e3779f9 | 0;
const P4_HI = 0x85ebca77 | 0;
const P4_LO = 0xc2b2ae63 | 0;
const P5_HI = 0x27d4eb2f;
const P5_LO = 0x165667c5;

function xxRound(register: number, hi: number, lo: number): void {
  set(L, hi, lo);
  multiply(L, P2_HI, P2_LO);
  add(register, high(L), low(L));
  rotateLeft(register, 31);
  multiply(register, P1_HI, P1_LO);
}

function xxMergeAccumulator(register: number): void {
  set(K, 0, 0);
  xxRound(K, high(register), low(register));
  xor(H, high(K), low(K));
  multiply(H, P1_HI, P1_LO);
  add(H, P4_HI, P4_LO);
}

/** Consumes whole 32-byte stripes into H and returns the position after them. */
function xxStripes(bytes: Uint8Array, seed: Hash64): number {
  set(V1, seed.hi, seed.lo);
  add(V1, P1_HI, P1_LO);
  add(V1, P2_HI, P2_LO);
  set(V1 + 2, seed.hi, seed.lo);
  add(V1 + 2, P2_HI, P2_LO);
  set(V1 + 4, seed.hi, seed.lo);
  set(V4, seed.hi, seed.lo);
  add(V4, ~P1_HI, ~P1_LO);
  add(V4, 0, 1);
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let lane = 0; lane < 4; lane++) {
      xxRound(V1 + 2 * lane, readU32(bytes, at + 8 * lane + 4), readU32(bytes, at + 8 * lane));
    }
  }
  set(H, 0, 0);
  const rotations = [1, 7, 12, 18];
  rotations.forEach((bits, lane) => {
    set(K, high(V1 + 2 * lane), low(V1 + 2 * lane));
    rotateLeft(K, bits);
    add(H, high(K), low(K));
  });
  for (let lane = 0; lane < 4; lane++) xxMergeAccumulator(V1 + 2 * lane);
  return at;
}

function xxTail(bytes: Uint8Array, start: number): void {
  let at = start;
  for (; at + 8 <= bytes.length; at += 8) {
    set(K, 0, 0);
    xxRound(K, readU32(bytes, at + 4), readU32(bytes, at));
    xor(H, high(K), low(K));
    rotateLeft(H, 27);
    multiply(H, P1_HI, P1_LO);
    add(H, P4_HI, P4_LO);
  }
  if (at + 4 <= bytes.length) {
    set(K, 0, readU32(bytes, at));
    multiply(K, P1_HI, P1_LO);
    xor(H, high(K), low(K));
    rotateLeft(H, 23);
    multiply(H, P2_HI, P2_LO);
    add(H, P3_HI, P3_LO);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    set(K, 0, bytes[at] ?? 0);
    multiply(K, P5_HI, P5_LO);
    xor(H, high(K), low(K));
    rotateLeft(H, 11);
    multiply(H, P1_HI, P1_LO);
  }
}

const NO_SEED: Hash64 = { hi: 0, lo: 0 };

/**
 * xxHash64 of the bytes, or of the UTF-8 form of a string.
 * Ring hash, Maglev and hash policies build on it, as in envoyproxy/envoy source/common/common/hash.h.
 */
export function xxHash64(input: string | Uint8Array, seed = NO_SEED): Hash64 {
  const bytes = toBytes(input);
  let at = 0;
  if (bytes.length >= 32) {
    at = xxStripes(bytes, seed);
  } else {
    set(H, seed.hi, seed.lo);
    add(H, P5_HI, P5_LO);
  }
  add(H, 0, bytes.length);
  xxTail(bytes, at);
  xorShiftRight(H, 33);
  multiply(H, P2_HI, P2_LO);
  xorShiftRight(H, 29);
  multiply(H, P3_HI, P3_LO);
  set(H, high(H), low(H) ^ high(H));
  return result();
}

const MURMUR_HI = 0xc6a4a793 | 0;
const MURMUR_LO = 0x5bd1e995;
/** Seed of GNU's std::hash, which the MURMUR_HASH_2 option reproduces. */
const MURMUR_STD_SEED = 0xc70f6907;

/**
 * The 64-bit MurmurHash2 that ring hash uses for MURMUR_HASH_2.
 * envoyproxy/envoy source/common/common/hash.cc (MurmurHash::murmurHash2, compatible with GNU std::hash)
 */
export function murmurHash2(input: string | Uint8Array, seed = MURMUR_STD_SEED): Hash64 {
  const bytes = toBytes(input);
  set(H, 0, bytes.length);
  multiply(H, MURMUR_HI, MURMUR_LO);
  xor(H, 0, seed);
  const aligned = bytes.length - (bytes.length % 8);
  for (let at = 0; at < aligned; at += 8) {
    set(K, readU32(bytes, at + 4), readU32(bytes, at));
    multiply(K, MURMUR_HI, MURMUR_LO);
    xorShiftRight(K, 47);
    multiply(K, MURMUR_HI, MURMUR_LO);
    xor(H, high(K), low(K));
    multiply(H, MURMUR_HI, MURMUR_LO);
  }
  if (aligned < bytes.length) {
    // Bytes past the end read as zero, which is the padding the algorithm asks for.
    xor(H, readU32(bytes, aligned + 4), readU32(bytes, aligned));
    multiply(H, MURMUR_HI, MURMUR_LO);
  }
  xorShiftRight(H, 47);
  multiply(H, MURMUR_HI, MURMUR_LO);
  xorShiftRight(H, 47);
  return result();
}

/** Unsigned order of two 64-bit values: negative, zero or positive. */
export function compareHash64(a: Hash64, b: Hash64): number {
  return a.hi === b.hi ? a.lo - b.lo : a.hi - b.hi;
}

/** `hash % modulus` as an exact unsigned division; `modulus` is an integer from 1 to 2^32. */
export function hash64Mod(hash: Hash64, modulus: number): number {
  // Sixteen bits at a time: the remainder stays below 2^32, so every intermediate stays below 2^48.
  let remainder = hash.hi % modulus;
  remainder = (remainder * 0x10000 + (hash.lo >>> 16)) % modulus;
  return (remainder * 0x10000 + (hash.lo & 0xffff)) % modulus;
}

/** `rotl(previous, 1) ^ next`: how successive hash policies combine. envoyproxy/envoy source/common/http/hash_policy.cc */
export function combineHash64(previous: Hash64, next: Hash64): Hash64 {
  const hi = ((previous.hi << 1) | (previous.lo >>> 31)) ^ next.hi;
  const lo = ((previous.lo << 1) | (previous.hi >>> 31)) ^ next.lo;
  return { hi: hi >>> 0, lo: lo >>> 0 };
}

/** Sixteen lower-case hexadecimal digits, zero-padded. */
export function hash64ToHex(hash: Hash64): string {
  return u32ToHex(hash.hi) + u32ToHex(hash.lo);
}

function u32ToHex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** Final avalanche of the 32-bit MurmurHash3: every input bit reaches every output bit. Returns a signed 32-bit integer. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Unsigned 32-bit hash of a string (FNV-1a over UTF-16 code units, then an avalanche). Fast; for tables and sampling. */
export function hashString32(text: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h = Math.imul(h ^ (unit & 0xff), 0x01000193);
    h = Math.imul(h ^ (unit >>> 8), 0x01000193);
  }
  return mix32(h) >>> 0;
}
