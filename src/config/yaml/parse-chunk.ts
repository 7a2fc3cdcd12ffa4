import { type Alias, type Document, type Node, parseAllDocuments, type YAMLError } from 'yaml';
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

/**
 * Parses the documents of one chunk. Scalars come out of the parser as text and are resolved by `plain-scalar`,
 * because no schema of the parser reads them as the tools of Kubernetes do.
 */
export function parseChunk(text: string): readonly ParsedDocument[] {
  try {
    return [
      ...parseAllDocuments(text, {
        schema: 'failsafe',
        resolveKnownTags: false,
        uniqueKeys: false,
        prettyErrors: false,
        logLevel: 'silent',
      }),
    ].map(readDocument);
  } catch (error) {
    // The parser recurses on nesting and gives up with a stack overflow; what else it throws is a fault of its own.
    if (!(error instanceof RangeError)) throw error;
    const problem = { code: 'MW0009', start: 0, end: 0, values: { limit: MAX_DEPTH } };
    return [{ root: null, json: null, targets: NO_TARGETS, problems: [problem] }];
  }
}

function readDocument(document: Document.Parsed): ParsedDocument {
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, MAX_SYNTAX_PROBLEMS).map(syntaxProblem);
    return { root: null, json: null, targets: NO_TARGETS, problems };
  }
  const { json, problems, targets } = convertNode(document.contents);
  return { root: document.contents, json, targets, problems };
}

/** Names a parser error in the words of the catalogue. */
function syntaxProblem(error: YAMLError): TextProblem {
  const [start, end] = error.pos;
  return { code: catalogueCode(error), start, end, values: { detail: sentence(error.message) } };
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
    default:
      return 'MW0001';
  }
}

function sentence(message: string): string {
  const firstLine = message.split('\n', 1)[0] ?? '';
  return /[.!?]$/.test(firstLine) ? firstLine : `${firstLine}.`;
}
