import type { RandomSource } from '../../src/engine/proxy/semantics';

/** A generator whose 64-bit draws all have one value, as upstream's mocks do. `nextValue` gives the value of the next draw. */
export function scriptedRandom(nextValue: () => bigint): RandomSource {
  return {
    nextU32: () => Number(nextValue() & 0xffffffffn),
    nextU64Mod: (modulus) => Number(nextValue() % BigInt(modulus)),
  };
}

export function fixedRandom(value: number): RandomSource {
  return scriptedRandom(() => BigInt(value));
}
