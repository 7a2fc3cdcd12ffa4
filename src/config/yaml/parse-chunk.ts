import { type Alias, type Document, type Node, parseAllDocuments, Schema, type YAMLError } from 'yaml';
import { convertNode, MAX_DEPTH, type TextProblem } from './convert';

/** One document of a chunk; offsets are those of the chunk. Immutable, so that a cache may share it. */
export interface ParsedDocument {
  readonly root: Node | null;
  readonly json: unknown;
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly problems: readonly TextProblem[];
}

/** A broken line makes the parser complain about what follows it, too; the first complaints are those that help. */
const MAX_SYNTAX_PROBLEMS = 3;

const NO_TARGETS: ReadonlyMap<Alias, Node> = new Map();

const EMPTY_DOCUMENT: ParsedDocument = { root: null, json: null, targets: NO_TARGETS, problems: [] };

/** Scalars stay text: no schema of the parser reads them as the tools of Kubernetes do, so `plain-scalar` does. */
const SCHEMA = new Schema({ schema: 'failsafe', resolveKnownTags: false });

/** Parses the documents of one chunk. Never throws on any text. */
export function parseChunk(text: string): readonly ParsedDocument[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (trimmed === '---') return [EMPTY_DOCUMENT];
  try {
    const documents = withoutStackTraces(() => parseAllDocuments(text, OPTIONS));
    if (!('empty' in documents)) return documents.map(readDocument);
    // A stream without any document can still have something wrong with it, such as a directive that leads nowhere.
    return documents.errors.length === 0 ? [] : [brokenDocument(documents.errors)];
  } catch (error) {
    // The parser recurses on nesting and gives up with a stack overflow; what else it throws is a fault of its own.
    if (!(error instanceof RangeError)) throw error;
    const problem = { code: 'MW0009', start: 0, end: 0, values: { limit: MAX_DEPTH } };
    return [{ ...EMPTY_DOCUMENT, problems: [problem] }];
  }
}

const OPTIONS = { schema: SCHEMA, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;

/**
 * The parser makes an Error object of each of its complaints, and a megabyte of nonsense gives half a million of them.
 * Where the engine can be told not to record the stack for each, that takes a quarter of the time.
 */
function withoutStackTraces<T>(work: () => T): T {
  const limit: unknown = Reflect.get(Error, 'stackTraceLimit');
  if (typeof limit !== 'number') return work();
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return work();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

function readDocument(document: Document.Parsed): ParsedDocument {
  if (document.errors.length > 0) return brokenDocument(document.errors);
  const { json, problems, targets } = convertNode(document.contents);
  return { root: document.contents, json, targets, problems };
}

function brokenDocument(errors: readonly YAMLError[]): ParsedDocument {
  return { ...EMPTY_DOCUMENT, problems: errors.slice(0, MAX_SYNTAX_PROBLEMS).map(syntaxProblem) };
}

/** Names a parser error in the words of the catalogue. */
function syntaxProblem(error: YAMLError): TextProblem {
  const [start, end] = error.pos;
  return { code: catalogueCode(error), start, end, values: { detail: sentence(error.message), limit: MAX_DEPTH } };
}

function catalogueCode(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'MW0003';
    case 'BAD_INDENT':
      // The parser calls a bracket that is never closed badly indented.
      return error.message.includes('and end with a') ? 'MW0012' : 'MW0004';
    case 'MISSING_CHAR':
      return error.message.includes('quote') ? 'MW0012' : 'MW0001';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'MW0015';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'MW0016';
    case 'BAD_SCALAR_START':
      return 'MW0017';
    case 'RESOURCE_EXHAUSTION':
      return 'MW0009';
    default:
      // Too deep a nesting ends in an overflow that the parser reports as an impossible state.
      return error.message.includes('call stack') ? 'MW0009' : 'MW0001';
  }
}

function sentence(message: string): string {
  const firstLine = message.split('\n', 1)[0] ?? '';
  return /[.!?]$/.test(firstLine) ? firstLine : `${firstLine}.`;
}
