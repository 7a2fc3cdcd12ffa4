import type { ConfigPath, ObjectRef } from './object-ref';

export interface TextPosition {
  /** 1-based, as the editor counts. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** 0-based offset into the text of the file. */
  readonly offset: number;
}

/** Half-open: `end` is the position after the last character. */
export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

export type Severity = 'error' | 'warning' | 'info';

/** What a user has to know about what they wrote. Plain data: it crosses the worker border as it is. */
export interface Diagnostic {
  /** Stable: an entry of the catalogue (MW0001 ...), or upstream's own code (IST0101 ...). */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it, when that is known. */
  readonly hint?: string;
  /** Text that, put in the place of `range`, removes the finding. Only there when one edit is surely meant. */
  readonly fix?: string;
  /** Upstream's page about it. */
  readonly link?: string;
  readonly ref?: ObjectRef;
  readonly path?: ConfigPath;
  readonly file?: string;
  readonly range?: TextRange;
}
