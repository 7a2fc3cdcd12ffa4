import { assertNever } from '../../../base';
import type {
  FilterStateMatcher,
  FractionalPercent,
  HeaderMatcher,
  JsonValue,
  MetadataMatcher,
  MetadataValueMatcher,
  QueryParameterMatcher,
  StringMatcher,
} from '../../../xds';
import { type CompiledCidr, cidrContains, compileCidr } from './cidr';
import { type CompiledRegex, compileRegex } from './compiled-regex';
import { refuse } from './config-error';
import type { DynamicMetadata } from './http-message';

/** Throws a refusal for a pattern that RE2 rejects; compile functions turn it into a value at their door. */
export function regexOrRefuse(pattern: string): CompiledRegex {
  const result = compileRegex(pattern);
  return result.ok ? result.value : refuse(result.error);
}

/** A string matcher with its regular expression compiled and its needle lower-cased. */
export interface CompiledStringMatcher {
  readonly source: StringMatcher;
  readonly needle: string;
  readonly ignoreCase: boolean;
  readonly regex: CompiledRegex | undefined;
}

export function compileStringMatcher(source: StringMatcher): CompiledStringMatcher {
  if (source.kind === 'safeRegex') {
    return { source, needle: '', ignoreCase: false, regex: regexOrRefuse(source.regex) };
  }
  const needle = source.ignoreCase ? source.value.toLowerCase() : source.value;
  return { source, needle, ignoreCase: source.ignoreCase, regex: undefined };
}

// envoyproxy/envoy source/common/common/matchers.cc StringMatcherImpl::match
export function matchString(matcher: CompiledStringMatcher, value: string): boolean {
  const text = matcher.ignoreCase ? value.toLowerCase() : value;
  switch (matcher.source.kind) {
    case 'exact':
      return text === matcher.needle;
    case 'prefix':
      return text.startsWith(matcher.needle);
    case 'suffix':
      return text.endsWith(matcher.needle);
    case 'contains':
      return text.includes(matcher.needle);
    case 'safeRegex':
      return matcher.regex?.matches(value) ?? false;
    default:
      return assertNever(matcher.source);
  }
}

export interface CompiledHeaderMatcher {
  readonly source: HeaderMatcher;
  readonly string: CompiledStringMatcher | undefined;
}

export function compileHeaderMatcher(source: HeaderMatcher): CompiledHeaderMatcher {
  return { source, string: source.match.kind === 'string' ? compileStringMatcher(source.match.match) : undefined };
}

export function compileHeaderMatchers(sources: readonly HeaderMatcher[]): readonly CompiledHeaderMatcher[] {
  return sources.map(compileHeaderMatcher);
}

/**
 * Whether one header matcher accepts the value (several values joined by ","; undefined = the header is missing).
 * A missing header does not match, inverted or not, unless it is to be read as empty.
 */
// envoyproxy/envoy source/common/http/header_utility.h HeaderUtility::HeaderDataBaseImpl, HeaderDataPresentMatch
export function matchHeaderValue(matcher: CompiledHeaderMatcher, value: string | undefined): boolean {
  const { source } = matcher;
  const specifier = source.match;
  if (specifier.kind === 'present') {
    const present = value !== undefined || source.treatMissingHeaderAsEmpty;
    return (present === specifier.present) !== source.invertMatch;
  }
  if (value === undefined && !source.treatMissingHeaderAsEmpty) return false;
  const text = value ?? '';
  if (specifier.kind === 'range') return matchRange(text, specifier.start, specifier.end) !== source.invertMatch;
  return (matcher.string !== undefined && matchString(matcher.string, text)) !== source.invertMatch;
}

const INTEGER = /^[+-]?\d+$/;

/** A base-10 integer in [start, end); blanks around it are allowed, as absl::SimpleAtoi has it. */
function matchRange(text: string, start: number, end: number): boolean {
  const trimmed = text.trim();
  if (!INTEGER.test(trimmed)) return false;
  const value = Number(trimmed);
  return value >= start && value < end;
}

/** Compiles and matches in one step, for rare uses. */
export function matchHeader(source: HeaderMatcher, value: string | undefined): boolean {
  return matchHeaderValue(compileHeaderMatcher(source), value);
}

/** The first matcher that does not accept its header; undefined when all do. */
export function findUnmatchedHeader(
  matchers: readonly CompiledHeaderMatcher[],
  read: (name: string) => string | undefined,
): CompiledHeaderMatcher | undefined {
  for (const matcher of matchers) {
    if (!matchHeaderValue(matcher, read(matcher.source.name))) return matcher;
  }
  return undefined;
}

export interface CompiledQueryParameterMatcher {
  readonly source: QueryParameterMatcher;
  readonly string: CompiledStringMatcher | undefined;
}

export function compileQueryParameterMatcher(source: QueryParameterMatcher): CompiledQueryParameterMatcher {
  return { source, string: source.match.kind === 'string' ? compileStringMatcher(source.match.match) : undefined };
}

/** First value of every query parameter in order; values are not decoded. */
// envoyproxy/envoy source/common/http/utility.cc QueryParamsMulti::parseParameters
export function parseQueryParameters(path: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const question = path.indexOf('?');
  let start = question < 0 ? path.length : question + 1;
  while (start < path.length) {
    const ampersand = path.indexOf('&', start);
    const end = ampersand < 0 ? path.length : ampersand;
    const equal = path.indexOf('=', start);
    const hasValue = equal >= 0 && equal < end;
    const name = path.slice(start, hasValue ? equal : end);
    if (!parameters.has(name)) parameters.set(name, hasValue ? path.slice(equal + 1, end) : '');
    start = end + 1;
  }
  return parameters;
}

// envoyproxy/envoy source/common/router/config_utility.cc QueryParameterMatcher::matches
export function matchQueryParameter(matcher: CompiledQueryParameterMatcher, value: string | undefined): boolean {
  const { match } = matcher.source;
  if (match.kind === 'present') return (value !== undefined) === match.present;
  return value !== undefined && matcher.string !== undefined && matchString(matcher.string, value);
}

// envoyproxy/envoy source/common/runtime/runtime_impl.cc SnapshotImpl::featureEnabled
/** `random % denominator < numerator`. */
export function fractionEnabled(fraction: FractionalPercent, random: number): boolean {
  return random % fraction.denominator < fraction.numerator;
}

export type CompiledMetadataValueMatcher = (value: JsonValue | undefined) => boolean;

export interface CompiledMetadataMatcher {
  readonly source: MetadataMatcher;
  readonly matches: CompiledMetadataValueMatcher;
}

export function compileMetadataMatcher(source: MetadataMatcher): CompiledMetadataMatcher {
  return { source, matches: compileMetadataValue(source.value) };
}

// envoyproxy/envoy source/common/common/matchers.cc ValueMatcher::create
export function compileMetadataValue(matcher: MetadataValueMatcher): CompiledMetadataValueMatcher {
  switch (matcher.kind) {
    case 'string': {
      const string = compileStringMatcher(matcher.match);
      return (value) => typeof value === 'string' && matchString(string, value);
    }
    case 'bool':
      return (value) => value === matcher.value;
    case 'doubleExact':
      return (value) => value === matcher.value;
    case 'double':
      return (value) => typeof value === 'number' && value >= matcher.min && value < matcher.maxExclusive;
    case 'present':
      return (value) => (value !== undefined) === matcher.present;
    case 'null':
      return (value) => value === null;
    case 'listOneOf': {
      const element = compileMetadataValue(matcher.match);
      return (value) => Array.isArray(value) && value.some((item: JsonValue) => element(item));
    }
    case 'or': {
      const any = matcher.any.map(compileMetadataValue);
      return (value) => any.some((option) => option(value));
    }
    default:
      return assertNever(matcher);
  }
}

/** Follows keys into a structure; undefined where a key is missing. */
// envoyproxy/envoy source/common/config/metadata.cc Metadata::metadataValue
export function metadataValue(
  metadata: DynamicMetadata,
  filter: string,
  path: readonly string[],
): JsonValue | undefined {
  let value: JsonValue | undefined = metadata.get(filter);
  for (const key of path) {
    if (value === null || typeof value !== 'object' || isList(value)) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

// envoyproxy/envoy source/common/common/matchers.cc MetadataMatcher::match
export function matchMetadata(matcher: CompiledMetadataMatcher, metadata: DynamicMetadata): boolean {
  const value = metadataValue(metadata, matcher.source.filter, matcher.source.path);
  return matcher.matches(value) !== matcher.source.invert;
}

export interface CompiledFilterStateMatcher {
  readonly source: FilterStateMatcher;
  readonly string: CompiledStringMatcher | undefined;
  readonly ranges: readonly CompiledCidr[];
}

export function compileFilterStateMatcher(source: FilterStateMatcher): CompiledFilterStateMatcher {
  return source.kind === 'string'
    ? { source, string: compileStringMatcher(source.match), ranges: [] }
    : { source, string: undefined, ranges: source.ranges.map(compileCidr) };
}

// envoyproxy/envoy source/common/common/matchers.cc FilterStateMatcher::match
export function matchFilterState(
  matcher: CompiledFilterStateMatcher,
  filterState: ReadonlyMap<string, string> | undefined,
): boolean {
  const value = filterState?.get(matcher.source.key);
  if (value === undefined) return false;
  if (matcher.source.kind === 'string') return matcher.string !== undefined && matchString(matcher.string, value);
  return matcher.ranges.some((range) => cidrContains(range, value)) !== matcher.source.invertMatch;
}
