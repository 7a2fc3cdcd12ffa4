import { resolvePlainScalar } from '../yaml/plain-scalar';

/** How new text is laid out: as the rest of the file is. */
export interface RenderStyle {
  /** Columns between a key and the dashes of the list below it: 0 or 2. */
  readonly listIndent: number;
  /** Whether texts of several lines may be written under `|`. Not where a comment follows on the last line. */
  readonly literals: boolean;
}

const INDENT = 2;
/** Words without quotes: no character that means something to YAML, no `: ` and no ` #`. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./@+*=~-]*(?:[ :][A-Za-z0-9_./@+*=~-]+)*$/;
const LOOKS_LIKE_DATE = /^\d{4}-\d/;
const PRINTABLE_LINE =
  /^(?:[!-~\u00a1-\ud7ff\ue000-\ufefe](?:[ -~\u00a1-\ud7ff\ue000-\ufefe]*[!-~\u00a1-\ud7ff\ue000-\ufefe])?)?$/;

/** The style of an existing text. */
export function styleOf(text: string): RenderStyle {
  const flush = /^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n\1- /m.test(text);
  return { listIndent: flush ? 0 : INDENT, literals: true };
}

/** Whether a value is written on one line in any style. */
export function isInline(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

/** A value in flow style: on one line, with brackets. */
export function renderFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => `${renderText(key)}: ${renderFlow(entry)}`);
    return `{${entries.join(', ')}}`;
  }
  return renderScalar(value);
}

/** A scalar on one line. */
export function renderScalar(value: unknown): string {
  if (typeof value === 'string') return renderText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '0' : String(value);
  if (typeof value === 'boolean') return String(value);
  return 'null';
}

/** A text, with quotes only where it would be read as something else. */
export function renderText(text: string): string {
  const isPlain = PLAIN.test(text) && !text.startsWith('...') && !LOOKS_LIKE_DATE.test(text);
  return isPlain && resolvePlainScalar(text) === text ? text : quoteDouble(text);
}

/** A text in double quotes. Everything beyond ASCII that an editor might not show is escaped. */
export function quoteDouble(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A text in single quotes; undefined when it has characters that these cannot hold. */
export function quoteSingle(text: string): string | undefined {
  return PRINTABLE_LINE.test(text) ? `'${text.replaceAll("'", "''")}'` : undefined;
}

/**
 * A value in block style. The first line has no indentation: it continues the line that is there; all further lines
 * start in column `column`.
 */
export function renderBlock(value: unknown, column: number, style: RenderStyle): string {
  return blockLines(value, style).join(`\n${' '.repeat(column)}`);
}

function blockLines(value: unknown, style: RenderStyle): readonly string[] {
  if (isInline(value)) return [renderFlow(value)];
  if (Array.isArray(value)) return value.flatMap((item) => itemLines(item, style));
  return Object.entries(value as object).flatMap(([key, entry]) => entryLines(key, entry, style));
}

function itemLines(item: unknown, style: RenderStyle): readonly string[] {
  if (style.literals && isLiteral(item)) return literalLines('- ', item);
  return blockLines(item, style).map((line, index) => (index === 0 ? `- ${line}` : indented(line, INDENT)));
}

function entryLines(key: string, value: unknown, style: RenderStyle): readonly string[] {
  const head = `${renderText(key)}:`;
  if (style.literals && isLiteral(value)) return literalLines(`${head} `, value);
  if (isInline(value)) return [`${head} ${renderFlow(value)}`];
  const indent = Array.isArray(value) ? style.listIndent : INDENT;
  return [head, ...blockLines(value, style).map((line) => indented(line, indent))];
}

/** Empty lines belong to literal text and stay empty. */
function indented(line: string, columns: number): string {
  return line === '' ? '' : ' '.repeat(columns) + line;
}

/** Whether a text is best written line by line under `|`. */
function isLiteral(value: unknown): value is string {
  if (typeof value !== 'string' || !value.trimEnd().includes('\n') || value.startsWith('\n')) return false;
  return (
    !value.endsWith('\n\n') &&
    value.split('\n').every((line) => PRINTABLE_LINE.test(line.trimStart()) && !/^[ \t]/.test(line))
  );
}

function literalLines(head: string, text: string): readonly string[] {
  const keepsLast = text.endsWith('\n');
  const lines = (keepsLast ? text.slice(0, -1) : text).split('\n');
  return [`${head}|${keepsLast ? '' : '-'}`, ...lines.map((line) => indented(line, INDENT))];
}
