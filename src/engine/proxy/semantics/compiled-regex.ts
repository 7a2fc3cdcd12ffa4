import { RE2JS, RE2JSException } from 're2js';
import { err, ok, type Result } from '../../../base';

/** Results remembered per pattern; a full table is dropped whole, which keeps memory flat and costs one re-evaluation per input. */
const CACHE_ENTRIES_MAX = 1024;
const PATTERNS_MAX = 4096;

/** A RE2 pattern. Requests repeat their values, so results are cached per input. */
export class CompiledRegex {
  readonly pattern: string;
  private readonly re2: RE2JS;
  private readonly matched = new Map<string, boolean>();
  private readonly replaced = new Map<string, string>();

  constructor(pattern: string, re2: RE2JS) {
    this.pattern = pattern;
    this.re2 = re2;
  }

  /** RE2::FullMatch: the whole input must match. envoyproxy/envoy source/common/common/regex.h CompiledGoogleReMatcher::match */
  matches(input: string): boolean {
    const known = this.matched.get(input);
    if (known !== undefined) return known;
    const result = this.re2.testExact(input);
    if (this.matched.size >= CACHE_ENTRIES_MAX) this.matched.clear();
    this.matched.set(input, result);
    return result;
  }

  /**
   * RE2::GlobalReplace with `\\1` references and `\\0` for the whole match.
   * envoyproxy/envoy source/common/common/regex.h CompiledGoogleReMatcher::replaceAll
   */
  replaceAll(input: string, substitution: string): string {
    const key = `${substitution}\u0000${input}`;
    const known = this.replaced.get(key);
    if (known !== undefined) return known;
    const parts = parseSubstitution(substitution);
    const result = this.re2.matcher(input).replaceAll((...args: unknown[]) => expandSubstitution(parts, args));
    if (this.replaced.size >= CACHE_ENTRIES_MAX) this.replaced.clear();
    this.replaced.set(key, result);
    return result;
  }
}

type SubstitutionPart = string | number;

/** Splits a RE2 rewrite text into literals and group numbers; `\\\\` is a backslash. google/re2 re2/re2.cc RE2::Rewrite */
function parseSubstitution(substitution: string): readonly SubstitutionPart[] {
  const parts: SubstitutionPart[] = [];
  let literal = '';
  for (let i = 0; i < substitution.length; i++) {
    const character = substitution[i] ?? '';
    if (character !== '\\') {
      literal += character;
      continue;
    }
    const next = substitution[++i] ?? '';
    if (next >= '0' && next <= '9') {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(Number(next));
    } else {
      literal += next;
    }
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

function expandSubstitution(parts: readonly SubstitutionPart[], groups: readonly unknown[]): string {
  let text = '';
  for (const part of parts) {
    const group = typeof part === 'string' ? part : groups[part];
    if (typeof group === 'string') text += group;
  }
  return text;
}

const compiledPatterns = new Map<string, Result<CompiledRegex, string>>();

/** Compiles a pattern once per process; the error text is RE2's. */
export function compileRegex(pattern: string): Result<CompiledRegex, string> {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) return known;
  const result = compileUncached(pattern);
  if (compiledPatterns.size >= PATTERNS_MAX) compiledPatterns.clear();
  compiledPatterns.set(pattern, result);
  return result;
}

function compileUncached(pattern: string): Result<CompiledRegex, string> {
  try {
    return ok(new CompiledRegex(pattern, RE2JS.compile(pattern)));
  } catch (error) {
    if (error instanceof RE2JSException) return err(describeSyntaxError(error.message));
    throw error;
  }
}

/** The library words a syntax error "error parsing regexp: <reason>: `<fragment>`"; RE2 gives "<reason>: <fragment>". */
function describeSyntaxError(message: string): string {
  return message
    .replace(/^error parsing regexp: /, '')
    .replace('missing argument to repetition operator', 'no argument for repetition operator')
    .replaceAll('`', '');
}

/** Number of capturing groups that a substitution refers to at most. google/re2 re2/re2.cc RE2::MaxSubmatch */
export function maxSubstitutionGroup(substitution: string): number {
  let max = 0;
  for (const part of parseSubstitution(substitution)) if (typeof part === 'number' && part > max) max = part;
  return max;
}
