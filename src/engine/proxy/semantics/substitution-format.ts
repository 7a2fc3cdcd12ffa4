import { canonicalJson, type JsonValue } from '../../../xds';
import { refuse } from './config-error';
import { type CommandSyntax, FORMAT_COMMANDS } from './format-commands';
import type { FormatContext, FormatValue } from './format-context';

/** What an access log prints for a value that is not available. */
export const UNAVAILABLE = '-';

/** One `%COMMAND(subcommand):length%`, ready to evaluate. */
interface CompiledCommand {
  readonly evaluate: (context: FormatContext) => FormatValue;
  /** Characters that are shown at most. */
  readonly length: number | undefined;
}

type Part = string | CompiledCommand;

/** A format text with its commands looked up. envoyproxy/envoy source/common/formatter/substitution_formatter.cc */
export interface CompiledFormat {
  readonly source: string;
  readonly parts: readonly Part[];
  /** True when the text has no commands, so that its value never varies. */
  readonly constant: boolean;
}

const COMMAND = /^%([A-Z0-9_]+)(?:\((.*?)\))?(?::([0-9]+))?%/s;

// envoyproxy/envoy source/common/formatter/substitution_format_utility.cc CommandSyntaxChecker::verifySyntax
function checkSyntax(syntax: CommandSyntax, command: string, subcommand: string, length: number | undefined): void {
  if (syntax.parameters === 'none' && !syntax.length && (subcommand !== '' || length !== undefined)) {
    refuse(`${command} does not take any parameters or length`);
  }
  if (syntax.parameters === 'required' && subcommand === '') refuse(`${command} requires parameters`);
  if (!syntax.length && length !== undefined) refuse(`${command} does not allow length to be specified.`);
}

/** Structures are JSON with sorted keys. envoyproxy/envoy source/common/json/json_utility.cc appendValueToString */
function textOf(value: JsonValue, length: number | undefined): string {
  const text = typeof value === 'object' ? canonicalJson(value) : String(value);
  return length === undefined ? text : text.slice(0, length);
}

/** Structures stay whole where they stay structures. envoyproxy/envoy source/common/formatter/stream_info_formatter.cc MetadataFormatter::formatMetadataValue */
function typedOf({ evaluate, length }: CompiledCommand, context: FormatContext): JsonValue {
  const value = evaluate(context) ?? null;
  if (length === undefined || typeof value === 'object') return value;
  const text = String(value);
  return text.length > length ? text.slice(0, length) : value;
}

function compileCommand(name: string, subcommand: string, length: number | undefined): CompiledCommand {
  const command = FORMAT_COMMANDS.get(name);
  if (command === undefined) return refuse(`Not supported field in StreamInfo: ${name}`);
  checkSyntax(command, name, subcommand, length);
  return { evaluate: command.compile(subcommand), length };
}

/** Compiles a format text; a malformed one is refused with Envoy's words. */
// envoyproxy/envoy source/common/formatter/substitution_formatter.cc SubstitutionFormatParser::parse
export function compileFormat(source: string): CompiledFormat {
  const parts: Part[] = [];
  let literal = '';
  for (let position = 0; position < source.length; ) {
    const character = source[position] ?? '';
    if (character !== '%') {
      literal += character;
      position += 1;
      continue;
    }
    if (source[position + 1] === '%') {
      literal += '%';
      position += 2;
      continue;
    }
    const match = COMMAND.exec(source.slice(position));
    if (match === null) {
      return refuse(`Incorrect configuration: ${source}. Couldn't find valid command at position ${position}`);
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(compileCommand(match[1] ?? '', match[2] ?? '', match[3] === undefined ? undefined : Number(match[3])));
    position += match[0].length;
  }
  if (literal !== '') parts.push(literal);
  return { source, parts, constant: parts.every((part) => typeof part === 'string') };
}

function commandText({ evaluate, length }: CompiledCommand, context: FormatContext, unavailable: string): string {
  const value = evaluate(context);
  return value === undefined || value === null ? unavailable : textOf(value, length);
}

/** Evaluates a format; `unavailable` stands for values that are not available. */
export function formatText(format: CompiledFormat, context: FormatContext, unavailable: string): string {
  let text = '';
  for (const part of format.parts) {
    text += typeof part === 'string' ? part : commandText(part, context, unavailable);
  }
  return text;
}

export type CompiledJsonFormat =
  | { readonly kind: 'constant'; readonly value: JsonValue }
  | { readonly kind: 'format'; readonly format: CompiledFormat }
  | { readonly kind: 'list'; readonly items: readonly CompiledJsonFormat[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, CompiledJsonFormat])[] };

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Compiles a `json_format`; keys come out in sorted order. */
export function compileJsonFormat(source: JsonValue): CompiledJsonFormat {
  if (typeof source === 'string') {
    return source.includes('%')
      ? { kind: 'format', format: compileFormat(source) }
      : { kind: 'constant', value: source };
  }
  if (source === null || typeof source !== 'object') return { kind: 'constant', value: source };
  if (isList(source)) return { kind: 'list', items: source.map(compileJsonFormat) };
  const keys = Object.keys(source).sort();
  return { kind: 'object', fields: keys.map((key) => [key, compileJsonFormat(source[key] ?? null)] as const) };
}

/** A single command keeps its type; a text that mixes literals and commands is a string. */
// envoyproxy/envoy source/common/formatter/substitution_formatter.cc JsonFormatterImpl::format
export function formatJson(format: CompiledJsonFormat, context: FormatContext): JsonValue {
  switch (format.kind) {
    case 'constant':
      return format.value;
    case 'list':
      return format.items.map((item) => formatJson(item, context));
    case 'object':
      return Object.fromEntries(format.fields.map(([key, field]) => [key, formatJson(field, context)]));
    default: {
      const [only, ...rest] = format.format.parts;
      if (only !== undefined && typeof only !== 'string' && rest.length === 0) return typedOf(only, context);
      return formatText(format.format, context, UNAVAILABLE);
    }
  }
}

/** A format of either kind, ready to write. */
export type CompiledTextOrJson =
  | { readonly kind: 'text'; readonly format: CompiledFormat }
  | { readonly kind: 'json'; readonly format: CompiledJsonFormat };

/** The JSON form, where there is one, stands above the text. */
export function compileTextOrJson(text: string, json: JsonValue | undefined): CompiledTextOrJson {
  return json === undefined
    ? { kind: 'text', format: compileFormat(text) }
    : { kind: 'json', format: compileJsonFormat(json) };
}

/** What a format of either kind writes; a line of JSON ends with a newline. */
// envoyproxy/envoy source/common/formatter/substitution_formatter.cc FormatterImpl::format, JsonFormatterImpl::format
export function formatTextOrJson(compiled: CompiledTextOrJson, context: FormatContext): string {
  if (compiled.kind === 'json') return `${JSON.stringify(formatJson(compiled.format, context))}\n`;
  return formatText(compiled.format, context, UNAVAILABLE);
}
