import { type CompiledRegex, compileRegex } from './compiled-regex';
import { refuse } from './config-error';

/**
 * URI template path matching and rewriting.
 * envoyproxy/envoy source/extensions/path/uri_template_lib/uri_template_internal.cc
 */
export interface CompiledUriTemplate {
  readonly template: string;
  readonly regex: CompiledRegex;
  /** Names of the variables in the order of their capturing groups. */
  readonly variables: readonly string[];
}

const MAX_VARIABLES = 5;
const MAX_VARIABLE_NAME_LENGTH = 16;
/** RFC 3986 pchar, plus the asterisk. */
const LITERAL_CLASS = "a-zA-Z0-9-._~%!$&'()+,;:@=*";
const LITERAL = new RegExp(`^[${LITERAL_CLASS}]+$`);
const REWRITE_LITERAL = new RegExp(`^[${LITERAL_CLASS}/]+$`);
const VARIABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;
const PATH_GLOB_REGEX = `[${LITERAL_CLASS}]+`;
const TEXT_GLOB_REGEX = `[${LITERAL_CLASS}/]*`;

type Atom =
  | { readonly kind: 'pathGlob' }
  | { readonly kind: 'textGlob' }
  | { readonly kind: 'literal'; readonly text: string };
type Segment = Atom | { readonly kind: 'variable'; readonly name: string; readonly match: readonly Atom[] };

interface ParsedTemplate {
  readonly segments: readonly Segment[];
  readonly suffix: string;
}

/** Reads the text up to the next slash as a literal and returns it with the rest. */
function parseLiteral(text: string): readonly [Atom & { kind: 'literal' }, string] {
  const slash = text.indexOf('/');
  const literal = slash < 0 ? text : text.slice(0, slash);
  if (!LITERAL.test(literal)) throw new TemplateError(`Invalid literal: "${literal}"`);
  return [{ kind: 'literal', text: literal }, text.slice(literal.length)];
}

function parseGlob(text: string): readonly [Atom, string] {
  return text.startsWith('**') ? [{ kind: 'textGlob' }, text.slice(2)] : [{ kind: 'pathGlob' }, text.slice(1)];
}

function parseVariableMatch(text: string): readonly Atom[] {
  if (text === '') throw new TemplateError('Empty variable match');
  const atoms: Atom[] = [];
  let rest = text;
  while (rest !== '') {
    const [atom, after] = rest.startsWith('*') ? parseGlob(rest) : parseLiteral(rest);
    atoms.push(atom);
    if (after !== '' && (!after.startsWith('/') || after.length === 1)) {
      throw new TemplateError(`Invalid variable match: "${after}"`);
    }
    rest = after.slice(1);
  }
  return atoms;
}

function parseVariable(text: string): readonly [Segment, string] {
  if (text.length < 2) throw new TemplateError(`Invalid variable: "${text}"`);
  const end = text.indexOf('}');
  if (end < 0) throw new TemplateError(`Unmatched variable bracket in "${text}"`);
  const inner = text.slice(1, end);
  const equal = inner.indexOf('=');
  const name = equal < 0 ? inner : inner.slice(0, equal);
  if (!VARIABLE_NAME.test(name)) throw new TemplateError(`Invalid variable name: "${name}"`);
  const match = equal < 0 ? [] : parseVariableMatch(inner.slice(equal + 1));
  return [{ kind: 'variable', name, match }, text.slice(end + 1)];
}

function parseSegment(text: string): readonly [Segment, string] {
  if (text.startsWith('*')) return parseGlob(text);
  return text.startsWith('{') ? parseVariable(text) : parseLiteral(text);
}

function parseTemplate(template: string): ParsedTemplate {
  if (!/^\/[\x21-\x7e]*$/.test(template)) throw new TemplateError(`Invalid pattern: "${template}"`);
  const segments: Segment[] = [];
  let rest = template.slice(1);
  while (rest !== '') {
    const [segment, after] = parseSegment(rest);
    segments.push(segment);
    if (after === '/') {
      segments.push({ kind: 'literal', text: '' });
      return { segments, suffix: '' };
    }
    if (after !== '' && !after.startsWith('/')) {
      const [suffix, end] = parseLiteral(after);
      if (end !== '') throw new TemplateError('Prefix match not supported.');
      return { segments, suffix: suffix.text };
    }
    rest = after.slice(1);
  }
  return { segments, suffix: '' };
}

function variableNames(template: ParsedTemplate): readonly string[] {
  const names: string[] = [];
  for (const segment of template.segments) {
    if (segment.kind !== 'variable') continue;
    if (names.length >= MAX_VARIABLES) throw new TemplateError(`Exceeded variable count limit (${MAX_VARIABLES})`);
    if (segment.name.length > MAX_VARIABLE_NAME_LENGTH) {
      throw new TemplateError(
        `Invalid variable name length (length of "${segment.name}" should be at least 1 and no more than ${MAX_VARIABLE_NAME_LENGTH})`,
      );
    }
    if (names.includes(segment.name)) throw new TemplateError(`Repeated variable name: "${segment.name}"`);
    names.push(segment.name);
  }
  return names;
}

/** A glob that may span segments must be the last glob. */
function checkGlobOrder(template: ParsedTemplate): void {
  let seenTextGlob = false;
  for (const segment of template.segments) {
    if (segment.kind === 'variable' && segment.match.length === 0 && seenTextGlob) {
      throw new TemplateError('Implicit variable path glob after text glob.');
    }
    for (const atom of segment.kind === 'variable' ? segment.match : [segment]) {
      if (atom.kind === 'literal') continue;
      if (seenTextGlob) throw new TemplateError('Glob after text glob.');
      seenTextGlob = atom.kind === 'textGlob';
    }
  }
}

function atomRegex(atom: Atom): string {
  if (atom.kind === 'pathGlob') return PATH_GLOB_REGEX;
  return atom.kind === 'textGlob' ? TEXT_GLOB_REGEX : literalRegex(atom.text);
}

function literalRegex(text: string): string {
  return text.replace(/[$()+.]/g, '\\$&');
}

function segmentRegex(segment: Segment): string {
  if (segment.kind !== 'variable') return atomRegex(segment);
  const match = segment.match.length === 0 ? PATH_GLOB_REGEX : segment.match.map(atomRegex).join('/');
  return `(?P<${segment.name}>${match})`;
}

/** Compiles a match template; an invalid one is refused with Envoy's words. */
// envoyproxy/envoy source/extensions/path/match/uri_template/config.h createPathMatcher
export function compileUriTemplate(template: string): CompiledUriTemplate {
  try {
    const parsed = parseTemplate(template);
    const variables = variableNames(parsed);
    checkGlobOrder(parsed);
    // Anchored, so that a rewrite of a path that does not match changes nothing.
    const pattern = `^/${parsed.segments.map(segmentRegex).join('/')}${literalRegex(parsed.suffix)}$`;
    const regex = compileRegex(pattern);
    if (!regex.ok) return refuse(regex.error);
    return { template, regex: regex.value, variables };
  } catch (error) {
    if (error instanceof TemplateError) {
      return refuse(`path_match_policy.path_template ${template} is invalid: ${error.message}`);
    }
    throw error;
  }
}

class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

type RewriteSegment = { readonly literal: string } | { readonly variable: string };

function parseRewrite(template: string): readonly RewriteSegment[] | undefined {
  if (!template.startsWith('/') || template.includes('//')) return undefined;
  const segments: RewriteSegment[] = [];
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{');
    const literal = open < 0 ? rest : rest.slice(0, open);
    if (literal !== '') {
      if (!REWRITE_LITERAL.test(literal)) return undefined;
      segments.push({ literal });
    }
    if (open < 0) break;
    const close = rest.indexOf('}', open);
    const variable = rest.slice(open + 1, close < 0 ? rest.length : close);
    if (close < 0 || !VARIABLE_NAME.test(variable)) return undefined;
    segments.push({ variable });
    rest = rest.slice(close + 1);
  }
  return segments;
}

/** A rewrite template as the substitution text of the match template's regular expression. */
// envoyproxy/envoy source/extensions/path/rewrite/uri_template/{config.h,uri_template_rewrite.cc}
export function compileUriTemplateRewrite(template: string, match: CompiledUriTemplate | undefined): string {
  const segments = parseRewrite(template);
  if (segments === undefined) return refuse(`path_rewrite_policy.path_template_rewrite ${template} is invalid`);
  if (match === undefined) {
    return refuse(
      'unable to use envoy.path.rewrite.uri_template.uri_template_rewriter extension without envoy.path.match.uri_template.uri_template_matcher extension',
    );
  }
  let substitution = '';
  for (const segment of segments) {
    if ('literal' in segment) {
      substitution += segment.literal;
      continue;
    }
    const group = match.variables.indexOf(segment.variable) + 1;
    if (group === 0) {
      return refuse(
        `mismatch between variables in path_match_policy ${match.template} and path_rewrite_policy ${template}`,
      );
    }
    substitution += `\\${group}`;
  }
  return substitution;
}
