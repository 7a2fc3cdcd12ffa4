import { assertNever } from '../../base';
import type { HeaderMutations, HeaderValueOption } from '../headers';
import type { JsonObject } from '../json-value';
import type {
  CidrRange,
  FilterStateMatcher,
  FractionalPercent,
  HeaderMatcher,
  MetadataMatcher,
  MetadataValueMatcher,
  PathMatcher,
  QueryParameterMatcher,
  StringMatcher,
} from '../matchers';
import type { RegexRewrite, RuntimeFraction } from '../routes';
import { NAME, TYPE } from './type-names';
import {
  count,
  each,
  extension,
  type Fields,
  flag,
  int64Count,
  list,
  message,
  messageIfAny,
  text,
  unless,
} from './writer';

const DENOMINATOR_NAMES = { 100: 'HUNDRED', 10000: 'TEN_THOUSAND', 1000000: 'MILLION' } as const;

export function encodeFractionalPercent(percent: FractionalPercent): JsonObject {
  return message({
    numerator: count(percent.numerator),
    denominator: unless<string>(DENOMINATOR_NAMES[percent.denominator], 'HUNDRED'),
  });
}

/** A Percent message of `value` percent. */
export function encodePercent(value: number): JsonObject {
  return message({ value: count(value) });
}

export function encodeRuntimeFraction(fraction: RuntimeFraction): JsonObject {
  return message({
    defaultValue: encodeFractionalPercent(fraction.defaultValue),
    runtimeKey: text(fraction.runtimeKey),
  });
}

export function encodeRegexRewrite(rewrite: RegexRewrite): JsonObject {
  return message({ pattern: { regex: rewrite.regex }, substitution: text(rewrite.substitution) });
}

export function encodeStringMatcher(matcher: StringMatcher): JsonObject {
  if (matcher.kind === 'safeRegex') return { safeRegex: { regex: matcher.regex } };
  return message({ [matcher.kind]: matcher.value, ignoreCase: flag(matcher.ignoreCase) });
}

function headerMatchFields(matcher: HeaderMatcher): Fields {
  const { match } = matcher;
  switch (match.kind) {
    case 'string':
      return { stringMatch: encodeStringMatcher(match.match) };
    case 'range':
      return { rangeMatch: message({ start: int64Count(match.start), end: int64Count(match.end) }) };
    case 'present':
      return { presentMatch: match.present };
    default:
      return assertNever(match);
  }
}

export function encodeHeaderMatcher(matcher: HeaderMatcher): JsonObject {
  return message({
    name: matcher.sourceName ?? matcher.name,
    ...headerMatchFields(matcher),
    invertMatch: flag(matcher.invertMatch),
    treatMissingHeaderAsEmpty: flag(matcher.treatMissingHeaderAsEmpty),
  });
}

export function encodeQueryParameterMatcher(matcher: QueryParameterMatcher): JsonObject {
  return matcher.match.kind === 'present'
    ? { name: matcher.name, presentMatch: matcher.match.present }
    : { name: matcher.name, stringMatch: encodeStringMatcher(matcher.match.match) };
}

export function encodeCidrRange(range: CidrRange): JsonObject {
  return { addressPrefix: range.addressPrefix, prefixLen: range.prefixLen };
}

export function encodeMetadataValueMatcher(matcher: MetadataValueMatcher): JsonObject {
  switch (matcher.kind) {
    case 'null':
      return { nullMatch: {} };
    case 'string':
      return { stringMatch: encodeStringMatcher(matcher.match) };
    case 'bool':
      return { boolMatch: matcher.value };
    case 'present':
      return { presentMatch: matcher.present };
    case 'doubleExact':
      return { doubleMatch: { exact: matcher.value } };
    case 'double':
      return { doubleMatch: { range: message({ start: count(matcher.min), end: count(matcher.maxExclusive) }) } };
    case 'listOneOf':
      return { listMatch: { oneOf: encodeMetadataValueMatcher(matcher.match) } };
    case 'or':
      return { orMatch: { valueMatchers: matcher.any.map(encodeMetadataValueMatcher) } };
    default:
      return assertNever(matcher);
  }
}

export function encodeMetadataMatcher(matcher: MetadataMatcher): JsonObject {
  return message({
    filter: matcher.filter,
    path: each(matcher.path, (key) => ({ key })),
    value: encodeMetadataValueMatcher(matcher.value),
    invert: flag(matcher.invert),
  });
}

export function encodeFilterStateMatcher(matcher: FilterStateMatcher): JsonObject {
  if (matcher.kind === 'string') return { key: matcher.key, stringMatch: encodeStringMatcher(matcher.match) };
  const addressMatch = message({
    ranges: each(matcher.ranges, encodeCidrRange),
    invertMatch: flag(matcher.invertMatch),
  });
  return { key: matcher.key, addressMatch };
}

/** The path oneof of a RouteMatch with the flag that belongs to it. */
export function pathMatcherFields(path: PathMatcher): Fields {
  switch (path.kind) {
    case 'prefix':
    case 'path':
    case 'pathSeparatedPrefix':
      return { [path.kind]: path.value, caseSensitive: unless<boolean>(path.caseSensitive, true) };
    case 'safeRegex':
      return { safeRegex: { regex: path.regex } };
    case 'uriTemplate':
      return {
        pathMatchPolicy: extension(NAME.uriTemplateMatch, TYPE.uriTemplateMatch, { pathTemplate: path.template }),
      };
    case 'connect':
      return { connectMatcher: {} };
    default:
      return assertNever(path);
  }
}

export function encodeHeaderValueOption(option: HeaderValueOption): JsonObject {
  return message({
    header: messageIfAny({ key: text(option.key), value: text(option.value) }),
    appendAction: unless<string>(option.appendAction, 'APPEND_IF_EXISTS_OR_ADD'),
    keepEmptyValue: flag(option.keepEmptyValue),
  });
}

export function headerMutationFields(mutations: HeaderMutations): Fields {
  return {
    requestHeadersToAdd: each(mutations.requestToAdd, encodeHeaderValueOption),
    requestHeadersToRemove: list(mutations.requestToRemove),
    responseHeadersToAdd: each(mutations.responseToAdd, encodeHeaderValueOption),
    responseHeadersToRemove: list(mutations.responseToRemove),
  };
}
