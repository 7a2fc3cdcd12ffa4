import type { Diagnostic, TextRange } from '../diagnostic';
import { type Catalogue, hintOf, messageOf } from '../diagnostics/catalogue';
import type { SourceFile } from '../resource';
import type { TextProblem } from './convert';
import { findExcess } from './count-values';
import { YamlDocument } from './document';
import { LineIndex } from './line-index';
import type { ParseCache } from './parse-cache';
import { type ParsedDocument, parseChunk } from './parse-chunk';
import { splitDocuments } from './split';

/** Longer files are refused: they would hold the reader up for more than a second. */
export const MAX_FILE_CHARACTERS = 2_000_000;
/** Keys and values of one file, as estimated before it is parsed. Two megabytes of ordinary manifests have half as many. */
export const MAX_FILE_VALUES = 250_000;
/** Findings about the text of one file. */
export const MAX_TEXT_PROBLEMS = 100;

export interface ParsedFile {
  readonly documents: readonly YamlDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the documents of one file. Never throws: whatever is wrong with the text becomes a diagnostic. */
export function parseYamlFile(file: SourceFile, catalogue: Catalogue, cache?: ParseCache): ParsedFile {
  const lines = new LineIndex(file.text);
  const refusal = refuse(file.text);
  if (refusal !== undefined) {
    return {
      documents: [],
      diagnostics: [textDiagnostic(catalogue, file.path, refusal, lines.range(refusal.start, refusal.end))],
    };
  }
  const documents: YamlDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const chunk of splitDocuments(file.text)) {
    for (const parsed of parsedDocuments(chunk.text, cache)) {
      const document = new YamlDocument(file.path, documents.length, chunk.offset, { lines, parsed });
      documents.push(document);
      for (const problem of parsed.problems) {
        const range = document.rangeAt(problem.start, problem.end);
        if (diagnostics.length < MAX_TEXT_PROBLEMS) {
          diagnostics.push(textDiagnostic(catalogue, file.path, problem, range));
        } else if (diagnostics.length === MAX_TEXT_PROBLEMS) {
          const rest = { ...problem, code: 'MW0013', values: { limit: MAX_TEXT_PROBLEMS } };
          diagnostics.push(textDiagnostic(catalogue, file.path, rest, range));
        }
      }
    }
  }
  return { documents, diagnostics };
}

function parsedDocuments(text: string, cache: ParseCache | undefined): readonly ParsedDocument[] {
  const known = cache?.get(text);
  if (known !== undefined) return known;
  const parsed = parseChunk(text);
  cache?.set(text, parsed);
  return parsed;
}

function refuse(text: string): TextProblem | undefined {
  if (text.length > MAX_FILE_CHARACTERS) {
    return { code: 'MW0006', start: 0, end: 0, values: { size: text.length, limit: MAX_FILE_CHARACTERS } };
  }
  const at = findControlCharacter(text);
  if (at < 0) return refuseExcess(text);
  const hexadecimal = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return { code: 'MW0007', start: at, end: at + 1, values: { character: `U+${hexadecimal}` } };
}

function refuseExcess(text: string): TextProblem | undefined {
  if (text.length <= MAX_FILE_VALUES) return undefined;
  const at = findExcess(text, MAX_FILE_VALUES);
  return at < 0 ? undefined : { code: 'MW0018', start: at, end: at, values: { limit: MAX_FILE_VALUES } };
}

/** Index of the first control character that has no place in a text: all of C0 but tab, line feed, form feed and return. */
function findControlCharacter(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 12 && unit !== 13) return at;
  }
  return -1;
}

function textDiagnostic(catalogue: Catalogue, file: string, problem: TextProblem, range: TextRange): Diagnostic {
  const entry = catalogue.entry(problem.code);
  const hint = hintOf(entry, problem.values);
  return {
    code: entry.code,
    severity: entry.severity,
    message: messageOf(entry, problem.values),
    ...(hint === undefined ? {} : { hint }),
    ...(entry.link === undefined ? {} : { link: entry.link }),
    file,
    range,
  };
}
