import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasShared, missingShared, readShared } from '../../tests/support/shared';
import {
  combineHash64,
  compareHash64,
  type Hash64,
  hash64Mod,
  hash64ToHex,
  hashString32,
  murmurHash2,
  xxHash64,
} from './hash';

const WORD = 0xffffffffffffffffn;

function big({ hi, lo }: Hash64): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}

function small(value: bigint): Hash64 {
  return { hi: Number(value >> 32n), lo: Number(value & 0xffffffffn) };
}

const PRIMES = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

/** XXH64 as its specification states it, in whole 64-bit words. */
function xxOracle(bytes: Uint8Array, seed: bigint): bigint {
  const [p1, p2, p3, p4, p5] = PRIMES;
  const mask = (value: bigint): bigint => BigInt.asUintN(64, value);
  const rotate = (value: bigint, bits: bigint): bigint => mask(value << bits) | (value >> (64n - bits));
  const round = (accumulator: bigint, lane: bigint): bigint => mask(rotate(mask(accumulator + lane * p2), 31n) * p1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash = mask(seed + p5);
  if (bytes.length >= 32) {
    let lanes = [seed + p1 + p2, seed + p2, seed, seed - p1].map(mask);
    for (; at + 32 <= bytes.length; at += 32) {
      const stripe = at;
      lanes = lanes.map((lane, i) => round(lane, view.getBigUint64(stripe + 8 * i, true)));
    }
    hash = mask(lanes.reduce((sum, lane, i) => sum + rotate(lane, [1n, 7n, 12n, 18n][i] ?? 0n), 0n));
    for (const lane of lanes) hash = mask((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = mask(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = mask(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
  }
  if (at + 4 <= bytes.length) {
    hash = mask(rotate(hash ^ mask(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = mask(rotate(hash ^ mask(BigInt(view.getUint8(at)) * p5), 11n) * p1);
  hash = mask((hash ^ (hash >> 33n)) * p2);
  hash = mask((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}

/** The algorithm of GNU's std::hash, word for word. */
function murmurOracle(bytes: Uint8Array, seed: bigint): bigint {
  const multiplier = 0xc6a4a7935bd1e995n;
  const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);
  const load = (start: number, end: number): bigint =>
    bytes.slice(start, end).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const aligned = bytes.length - (bytes.length % 8);
  let hash = seed ^ ((BigInt(bytes.length) * multiplier) & WORD);
  for (let at = 0; at < aligned; at += 8) {
    const data = (shiftMix((load(at, at + 8) * multiplier) & WORD) * multiplier) & WORD;
    hash = ((hash ^ data) * multiplier) & WORD;
  }
  if (aligned < bytes.length) hash = ((hash ^ load(aligned, bytes.length)) * multiplier) & WORD;
  hash = (shiftMix(hash) * multiplier) & WORD;
  return shiftMix(hash);
}

const bytes = fc.uint8Array({ maxLength: 200, size: 'max' });
const word = fc.bigInt({ min: 0n, max: WORD });

describe('64-bit hashes', () => {
  it('xxHash64 equals its specification for any bytes and seed', () => {
    fc.assert(
      fc.property(bytes, word, (input, seed) => {
        const halves = { hi: Number(seed >> 32n), lo: Number(seed & 0xffffffffn) };
        expect(big(xxHash64(input, halves))).toBe(xxOracle(input, seed));
      }),
      { numRuns: 500 },
    );
  });

  it('xxHash64 covers every length around the stripes of the algorithm', () => {
    const input = Uint8Array.from({ length: 100 }, (_, i) => (i * 151) & 0xff);
    for (let length = 0; length <= 100; length++) {
      const part = input.slice(0, length);
      expect(big(xxHash64(part))).toBe(xxOracle(part, 0n));
    }
  });

  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['asdf', '415872f599cea71e'],
    ['Call me Ishmael. Some years ago--never mind how long precisely-', '02a2e85470d6fd96'],
  ])('xxHash64 gives the published hash of "%s"', (text, expected) => {
    expect(hash64ToHex(xxHash64(text))).toBe(expected);
  });

  it('hashes a string as its UTF-8 bytes', () => {
    expect(xxHash64('10.0.0.1:9080_7')).toEqual(xxHash64(new TextEncoder().encode('10.0.0.1:9080_7')));
    expect(xxHash64('é€😀')).toEqual(xxHash64(new TextEncoder().encode('é€😀')));
  });

  it('murmurHash2 equals the algorithm of GNU std::hash', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 0xffffffff }), (input, seed) => {
        expect(big(murmurHash2(input, seed))).toBe(murmurOracle(input, BigInt(seed)));
      }),
    );
  });

  it.skipIf(!hasShared('conformance', 'envoy-lb', 'cases.json'))(
    `gives Envoy's own test vectors (else ${missingShared('conformance', 'envoy-lb')})`,
    () => {
      const { hashVectors } = JSON.parse(readShared('conformance', 'envoy-lb', 'cases.json'));
      expect(hashVectors.xxHash64.length + hashVectors.murmurHash2.length).toBe(11);
      for (const vector of hashVectors.xxHash64) expect(String(big(xxHash64(vector.in)))).toBe(vector.out);
      for (const vector of hashVectors.murmurHash2) expect(String(big(murmurHash2(vector.in)))).toBe(vector.out);
    },
  );

  it('orders, divides and combines as unsigned 64-bit integers', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 0x100000000 }), (a, b, modulus) => {
        expect(Math.sign(compareHash64(small(a), small(b)))).toBe(a === b ? 0 : a < b ? -1 : 1);
        expect(hash64Mod(small(a), modulus)).toBe(Number(a % BigInt(modulus)));
        expect(big(combineHash64(small(a), small(b)))).toBe((((a << 1n) | (a >> 63n)) & WORD) ^ b);
        expect(hash64ToHex(small(a))).toBe(a.toString(16).padStart(16, '0'));
      }),
    );
  });
});

describe('hashString32', () => {
  it('separates similar names and follows the seed', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `request-${i}`);
    expect(new Set(names.map((name) => hashString32(name))).size).toBe(names.length);
    expect(hashString32('a', 1)).not.toBe(hashString32('a', 2));
    expect(hashString32('\u0161')).not.toBe(hashString32('a'));
  });

  it('is uniform in its low bits, which sampling by modulus reads', () => {
    const counts = new Uint32Array(16);
    for (let i = 0; i < 16_000; i++) {
      const bucket = hashString32(`id-${i}`) % 16;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
