import { mix32 } from './hash';

/** Plain-data state of a {@link TraceHash}. */
export type TraceHashState = Int32Array;

const LANE_1_START = 0x243f6a88;
const LANE_2_START = 0x85a308d3 | 0;
const CANONICAL_NAN_HIGH = 0x7ff80000;

const doubleView = new Float64Array(1);
const wordView = new Uint32Array(doubleView.buffer);

/**
 * Incremental 64-bit hash of a sequence of numbers, in two 32-bit lanes. It tells two runs apart; it resists accidents, not attackers.
 * Only 32-bit integer operations take part, so every engine computes the same digest.
 */
export class TraceHash {
  // A typed array instead of two fields: 32-bit values would be boxed in fields where small integers have 31 bits.
  readonly #lanes = new Int32Array([LANE_1_START, LANE_2_START]);

  #word(word: number): void {
    const lanes = this.#lanes;
    const first = Math.imul((lanes[0] ?? 0) ^ word, 0x9e3779b1);
    const second = Math.imul(((lanes[1] ?? 0) + word) ^ (first >>> 15), 0x85ebca77);
    lanes[0] = (first << 13) | (first >>> 19);
    lanes[1] = (second << 17) | (second >>> 15);
  }

  /** Adds any number by its IEEE 754 bits; `-0` counts as `0` and every NaN as one NaN. */
  addNumber(value: number): void {
    doubleView[0] = value + 0;
    const isNan = Number.isNaN(value);
    this.#word(isNan ? 0 : (wordView[0] ?? 0));
    this.#word(isNan ? CANONICAL_NAN_HIGH : (wordView[1] ?? 0));
  }

  /** Adds a string by length and UTF-16 code units. */
  addString(text: string): void {
    this.#word(text.length);
    for (let i = 0; i < text.length; i++) this.#word(text.charCodeAt(i));
  }

  /**
   * Adds one event: integer time, 16-bit kind and three 32-bit payload words, in three steps of the mixing of `#word`, written out by
   * hand because it runs for every event. The payload is multiplied beside that chain, which is what the time goes into.
   */
  // biome-ignore lint/complexity/useMaxParams: one event is five numbers, and an object for each would be garbage.
  addEvent(timeNs: number, kind: number, a: number, b: number, c: number): void {
    const lanes = this.#lanes;
    let first = lanes[0] ?? 0;
    let second = lanes[1] ?? 0;
    const timeLow = timeNs | 0;
    const head = Math.floor(timeNs / 0x100000000) ^ (kind << 16) ^ Math.imul(a, 0xc2b2ae3d);
    const product = Math.imul(c, 0x165667b1);
    const tail = Math.imul(b, 0x27d4eb2f) ^ ((product << 16) | (product >>> 16));
    first = Math.imul(first ^ timeLow, 0x9e3779b1);
    second = Math.imul((second + timeLow) ^ (first >>> 15), 0x85ebca77);
    first = Math.imul(((first << 13) | (first >>> 19)) ^ head, 0x9e3779b1);
    second = Math.imul((((second << 17) | (second >>> 15)) + head) ^ (first >>> 15), 0x85ebca77);
    first = Math.imul(((first << 13) | (first >>> 19)) ^ tail, 0x9e3779b1);
    second = Math.imul((((second << 17) | (second >>> 15)) + tail) ^ (first >>> 15), 0x85ebca77);
    lanes[0] = (first << 13) | (first >>> 19);
    lanes[1] = (second << 17) | (second >>> 15);
  }

  /** Sixteen lower-case hexadecimal digits of everything added so far; adding may go on afterwards. */
  digest(): string {
    const first = this.#lanes[0] ?? 0;
    const second = this.#lanes[1] ?? 0;
    const hi = mix32(first ^ mix32(second)) >>> 0;
    const lo = mix32(second ^ hi) >>> 0;
    return hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0');
  }

  save(): TraceHashState {
    return this.#lanes.slice();
  }

  restore(state: TraceHashState): void {
    this.#lanes.set(state);
  }
}
