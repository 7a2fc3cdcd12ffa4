import type { ParsedDocument } from './parse-chunk';

/**
 * Remembers the documents of earlier texts, so that an edit costs the parsing of the document it touches. What a
 * whole round of parsing did not ask for is forgotten, which bounds the memory by the size of the last texts.
 */
export class ParseCache {
  private current = new Map<string, readonly ParsedDocument[]>();
  private previous = new Map<string, readonly ParsedDocument[]>();

  /** Starts a round: what the round before last asked for is dropped unless it was asked for again. */
  beginRound(): void {
    this.previous = this.current;
    this.current = new Map();
  }

  get(text: string): readonly ParsedDocument[] | undefined {
    const known = this.current.get(text) ?? this.previous.get(text);
    if (known !== undefined) this.current.set(text, known);
    return known;
  }

  set(text: string, documents: readonly ParsedDocument[]): void {
    this.current.set(text, documents);
  }
}
