import type { Ns } from '../../base';
import type { StringTable } from '../core';
import type { Span } from '../observation';

const CAPACITY = 16_384;

export const SPAN_CLIENT = 0;
export const SPAN_SERVER = 1;
export const SPAN_ATTEMPT = 2;
export const SPAN_APPLICATION = 3;
const KINDS: readonly Span['kind'][] = ['client', 'server', 'attempt', 'application'];

const FLAG_BITS = 5;

/** Plain-data state of {@link Spans}. */
export interface SpansState {
  readonly numbers: Float64Array;
  readonly written: number;
  readonly lastId: number;
}

const TRACE = 0;
const ID = 1;
const PARENT = 2;
const REQUEST = 3;
const KIND = 4;
const NAME = 5;
const POD = 6;
const SERVICE = 7;
const START = 8;
const END = 9;
const STATUS = 10;
const FLAGS = 11;
const FLAG_COUNT = 12;
const WIDTH = 13;

/** What a span says, written field by field by those who end it. */
export interface NewSpan {
  traceId: number;
  id: number;
  parentId: number;
  requestId: number;
  kind: number;
  name: number;
  pod: number;
  service: number;
  startNs: Ns;
  status: number;
  flags: number;
  flagCount: number;
}

/** The newest spans of all traces, in a ring: old traces lose their spans as new ones come. */
export class Spans {
  readonly #strings: StringTable;
  readonly #flagNames: readonly string[];
  readonly #numbers = new Float64Array(CAPACITY * WIDTH);
  #written = 0;
  #lastId = 0;

  constructor(strings: StringTable, flagNames: readonly string[]) {
    this.#strings = strings;
    this.#flagNames = flagNames;
  }

  /** Identifier for a span that begins now; children may refer to it before it ends. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  end(span: NewSpan, endNs: Ns): void {
    const n = this.#numbers;
    const at = (this.#written % CAPACITY) * WIDTH;
    n[at + TRACE] = span.traceId;
    n[at + ID] = span.id;
    n[at + PARENT] = span.parentId;
    n[at + REQUEST] = span.requestId;
    n[at + KIND] = span.kind;
    n[at + NAME] = span.name;
    n[at + POD] = span.pod;
    n[at + SERVICE] = span.service;
    n[at + START] = span.startNs;
    n[at + END] = endNs;
    n[at + STATUS] = span.status;
    n[at + FLAGS] = span.flags;
    n[at + FLAG_COUNT] = span.flagCount;
    this.#written += 1;
  }

  #rows(): number {
    return Math.min(this.#written, CAPACITY);
  }

  /** Trace identifiers, that of the newest span first. */
  recentTraces(limit: number): readonly string[] {
    const traces = new Set<number>();
    for (let i = 0; i < this.#rows() && traces.size < limit; i++) {
      const row = (this.#written - 1 - i) % CAPACITY;
      traces.add(this.#numbers[row * WIDTH + TRACE] ?? 0);
    }
    return [...traces].map(traceText);
  }

  /** All spans of a trace that the ring still holds, by start. */
  ofTrace(traceId: string): readonly Span[] {
    const spans: Span[] = [];
    const wanted = Number.parseInt(traceId, 16);
    for (let row = 0; row < this.#rows(); row++) {
      if (this.#numbers[row * WIDTH + TRACE] === wanted) spans.push(this.#spanAt(row * WIDTH));
    }
    return spans.sort((a, b) => a.startNs - b.startNs || a.spanId - b.spanId);
  }

  #spanAt(at: number): Span {
    const n = this.#numbers;
    const flags: string[] = [];
    for (let i = 0; i < (n[at + FLAG_COUNT] ?? 0); i++) {
      flags.push(this.#flagNames[((n[at + FLAGS] ?? 0) >> (i * FLAG_BITS)) & 31] ?? '');
    }
    return {
      traceId: traceText(n[at + TRACE] ?? 0),
      spanId: n[at + ID] ?? 0,
      parentId: n[at + PARENT] ?? 0,
      requestId: n[at + REQUEST] ?? 0,
      kind: KINDS[n[at + KIND] ?? 0] ?? 'client',
      name: this.#strings.get(n[at + NAME] ?? -1),
      pod: this.#strings.get(n[at + POD] ?? -1),
      service: this.#strings.get(n[at + SERVICE] ?? -1),
      startNs: n[at + START] ?? 0,
      endNs: n[at + END] ?? 0,
      status: n[at + STATUS] ?? 0,
      flags,
    };
  }

  save(): SpansState {
    return { numbers: this.#numbers.slice(0, this.#rows() * WIDTH), written: this.#written, lastId: this.#lastId };
  }

  restore(state: SpansState): void {
    this.#numbers.set(state.numbers);
    this.#written = state.written;
    this.#lastId = state.lastId;
  }
}

/** A trace identifier as its 32 hexadecimal digits. */
export function traceText(traceId: number): string {
  return traceId.toString(16).padStart(32, '0');
}

/** A span identifier as its 16 hexadecimal digits. */
export function spanText(spanId: number): string {
  return spanId.toString(16).padStart(16, '0');
}
