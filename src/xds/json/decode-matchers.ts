import type { HeaderMutations, HeaderValueOption } from '../headers';
import type {
  CidrRange,
  FilterStateMatcher,
  FractionalPercent,
  HeaderMatcher,
  HeaderMatchSpecifier,
  MetadataMatcher,
  MetadataValueMatcher,
  PathMatcher,
  QueryParameterMatcher,
  StringMatcher,
} from '../matchers';
import type { RegexRewrite, RuntimeFraction } from '../routes';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

/** api/envoy/type/v3/percent.proto: HUNDRED, TEN_THOUSAND, MILLION. */
const DENOMINATORS = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const;

export function readFractionalPercent(reader: MessageReader): FractionalPercent {
  const denominator = reader.choice('denominator', ['HUNDRED', 'TEN_THOUSAND', 'MILLION']);
  return { numerator: reader.count('numerator'), denominator: DENOMINATORS[denominator] };
}

/** A Percent message: its value, or undefined when the field is absent. */
export function readPercent(reader: MessageReader, field: string): number | undefined {
  return reader.messageOrPresent(field, 'envoy.type.v3.Percent')?.real('value');
}

export function readRuntimeFraction(reader: MessageReader, field: string): RuntimeFraction | undefined {
  const fraction = reader.message(field, 'envoy.config.core.v3.RuntimeFractionalPercent');
  if (fraction === undefined) return undefined;
  const value = fraction.messageOrPresent('defaultValue', 'envoy.type.v3.FractionalPercent');
  return {
    defaultValue: value === undefined ? { numerator: 0, denominator: 100 } : readFractionalPercent(value),
    runtimeKey: fraction.text('runtimeKey'),
  };
}

/** A RuntimeFractionalPercent of which only the default is simulated; its runtime key stays in the rest. */
export function fractionOf(reader: MessageReader, field: string): FractionalPercent | undefined {
  const fraction = reader.message(field, 'envoy.config.core.v3.RuntimeFractionalPercent');
  if (fraction === undefined) return undefined;
  fraction.keep('runtimeKey');
  const value = fraction.messageOrPresent('defaultValue', 'envoy.type.v3.FractionalPercent');
  return value === undefined ? { numerator: 0, denominator: 100 } : readFractionalPercent(value);
}

/** A RegexMatcher; the choice of engine that older configurations carry says nothing. */
export function readRegex(reader: MessageReader | undefined): string {
  reader?.take('googleRe2');
  return reader?.text('regex') ?? '';
}

export function readRegexRewrite(reader: MessageReader): RegexRewrite {
  const pattern = reader.message('pattern', 'envoy.type.matcher.v3.RegexMatcher');
  return { regex: readRegex(pattern), substitution: reader.text('substitution') };
}

const STRING_KINDS = ['exact', 'prefix', 'suffix', 'contains'] as const;

export function readStringMatcher(reader: MessageReader): StringMatcher {
  const ignoreCase = reader.flag('ignoreCase');
  reader.oneOf([...STRING_KINDS, 'safeRegex', 'custom']);
  for (const kind of STRING_KINDS) {
    if (reader.has(kind)) return { kind, value: reader.text(kind), ignoreCase };
  }
  const regex = reader.message('safeRegex', 'envoy.type.matcher.v3.RegexMatcher');
  if (regex !== undefined) return { kind: 'safeRegex', regex: readRegex(regex) };
  // Envoy refuses a matcher without a pattern; this one matches nothing that a request can carry.
  if (!reader.has('custom')) reader.problem('', 'has no pattern');
  return { kind: 'safeRegex', regex: '[^\\s\\S]' };
}

export function stringMatcherOf(reader: MessageReader, field: string): StringMatcher | undefined {
  const matcher = reader.message(field, 'envoy.type.matcher.v3.StringMatcher');
  return matcher === undefined ? undefined : readStringMatcher(matcher);
}

/** The oneof of api/envoy/config/route/v3/route_components.proto HeaderMatcher, deprecated members included. */
function readHeaderMatchSpecifier(reader: MessageReader): HeaderMatchSpecifier {
  const stringMatch = stringMatcherOf(reader, 'stringMatch');
  if (stringMatch !== undefined) return { kind: 'string', match: stringMatch };
  const range = reader.message('rangeMatch');
  if (range !== undefined) {
    return {
      kind: 'range',
      start: range.optionalInteger('start') ?? 0,
      end: range.optionalInteger('end') ?? 0,
    };
  }
  if (reader.has('presentMatch')) return { kind: 'present', present: reader.flag('presentMatch') };
  if (reader.has('exactMatch')) {
    const value = reader.text('exactMatch');
    // envoyproxy/envoy source/common/http/header_utility.h: the deprecated exact match of nothing asks only for presence.
    if (value === '') return { kind: 'present', present: true };
    return { kind: 'string', match: { kind: 'exact', value, ignoreCase: false } };
  }
  for (const kind of ['prefix', 'suffix', 'contains'] as const) {
    const field = `${kind}Match`;
    if (reader.has(field)) return { kind: 'string', match: { kind, value: reader.text(field), ignoreCase: false } };
  }
  const regex = reader.message('safeRegexMatch', 'envoy.type.matcher.v3.RegexMatcher');
  if (regex !== undefined) return { kind: 'string', match: { kind: 'safeRegex', regex: readRegex(regex) } };
  return { kind: 'present', present: true };
}

export function readHeaderMatcher(reader: MessageReader): HeaderMatcher {
  const sourceName = reader.text('name');
  const name = sourceName.toLowerCase();
  const matcher: HeaderMatcher = {
    name,
    ...(sourceName === name ? {} : { sourceName }),
    match: readHeaderMatchSpecifier(reader),
    invertMatch: reader.flag('invertMatch'),
    treatMissingHeaderAsEmpty: reader.flag('treatMissingHeaderAsEmpty'),
  };
  reader.finish();
  return matcher;
}

export function headerMatchersOf(reader: MessageReader, field: string): HeaderMatcher[] {
  return reader.messages(field, 'envoy.config.route.v3.HeaderMatcher').map(readHeaderMatcher);
}

export function queryParameterMatchersOf(reader: MessageReader, field: string): QueryParameterMatcher[] {
  return reader.messages(field, 'envoy.config.route.v3.QueryParameterMatcher').map((parameter) => {
    const name = parameter.text('name');
    const match = stringMatcherOf(parameter, 'stringMatch');
    // Without a matcher the parameter has to be there.
    const present = parameter.optionalFlag('presentMatch') ?? true;
    parameter.finish();
    return { name, match: match === undefined ? { kind: 'present', present } : { kind: 'string', match } };
  });
}

export function readCidrRange(reader: MessageReader): CidrRange {
  const range = { addressPrefix: reader.text('addressPrefix'), prefixLen: reader.count('prefixLen') };
  reader.finish();
  return range;
}

export function cidrRangesOf(reader: MessageReader, field: string): CidrRange[] {
  return reader.messages(field, 'envoy.config.core.v3.CidrRange').map(readCidrRange);
}

export function readMetadataValueMatcher(reader: MessageReader): MetadataValueMatcher {
  if (reader.present('nullMatch')) return { kind: 'null' };
  const stringMatch = stringMatcherOf(reader, 'stringMatch');
  if (stringMatch !== undefined) return { kind: 'string', match: stringMatch };
  const boolMatch = reader.optionalFlag('boolMatch');
  if (boolMatch !== undefined) return { kind: 'bool', value: boolMatch };
  const presentMatch = reader.optionalFlag('presentMatch');
  if (presentMatch !== undefined) return { kind: 'present', present: presentMatch };
  const double = reader.message('doubleMatch');
  if (double !== undefined) {
    const exact = double.optionalReal('exact');
    if (exact !== undefined) return { kind: 'doubleExact', value: exact };
    const range = double.message('range');
    return { kind: 'double', min: range?.real('start') ?? 0, maxExclusive: range?.real('end') ?? 0 };
  }
  const oneOf = reader.message('listMatch')?.message('oneOf', 'envoy.type.matcher.v3.ValueMatcher');
  if (oneOf !== undefined) return { kind: 'listOneOf', match: readMetadataValueMatcher(oneOf) };
  const or = reader.message('orMatch');
  if (or !== undefined) {
    const any = or.messages('valueMatchers', 'envoy.type.matcher.v3.ValueMatcher').map(readMetadataValueMatcher);
    return { kind: 'or', any };
  }
  reader.problem('', 'has no value matcher');
  return { kind: 'null' };
}

export function readMetadataMatcher(reader: MessageReader): MetadataMatcher {
  const value = reader.message('value', 'envoy.type.matcher.v3.ValueMatcher');
  const matcher: MetadataMatcher = {
    filter: reader.text('filter'),
    path: reader.messages('path').map((segment) => segment.text('key')),
    value: value === undefined ? { kind: 'present', present: true } : readMetadataValueMatcher(value),
    invert: reader.flag('invert'),
  };
  reader.finish();
  return matcher;
}

export function readFilterStateMatcher(reader: MessageReader): FilterStateMatcher | undefined {
  const key = reader.text('key');
  const match = stringMatcherOf(reader, 'stringMatch');
  if (match !== undefined) return { kind: 'string', key, match };
  const address = reader.message('addressMatch');
  if (address !== undefined) {
    return { kind: 'address', key, ranges: cidrRangesOf(address, 'ranges'), invertMatch: address.flag('invertMatch') };
  }
  reader.problem('', 'has no matcher');
  return undefined;
}

const PATH_SPECIFIERS = [
  'prefix',
  'path',
  'pathSeparatedPrefix',
  'safeRegex',
  'connectMatcher',
  'pathMatchPolicy',
] as const;

/** The path oneof of a RouteMatch; absent is a mistake of the source. */
export function readPathMatcher(reader: MessageReader): PathMatcher | undefined {
  const set = reader.oneOf(PATH_SPECIFIERS);
  if (set === 'prefix' || set === 'path' || set === 'pathSeparatedPrefix') {
    const kind = set;
    return { kind, value: reader.text(kind), caseSensitive: reader.wrappedFlag('caseSensitive', true) };
  }
  // The other kinds compare case sensitively whatever the flag says.
  reader.keep('caseSensitive');
  const regex = reader.message('safeRegex', 'envoy.type.matcher.v3.RegexMatcher');
  if (regex !== undefined) return { kind: 'safeRegex', regex: readRegex(regex) };
  if (reader.present('connectMatcher')) return { kind: 'connect' };
  const template = readUriTemplate(reader, 'pathMatchPolicy', TYPE.uriTemplateMatch);
  return template === undefined ? undefined : { kind: 'uriTemplate', template };
}

/** The template of a URI template extension; its name says nothing. */
export function readUriTemplate(
  reader: MessageReader,
  field: string,
  type: typeof TYPE.uriTemplateMatch | typeof TYPE.uriTemplateRewrite,
): string | undefined {
  const policy = reader.message(field, 'envoy.config.core.v3.TypedExtensionConfig');
  const config = policy?.any('typedConfig');
  if (policy === undefined || config === undefined) return undefined;
  policy.take('name');
  if (config.type !== type) {
    policy.problem('typedConfig', `has the unknown type ${config.type}`);
    return undefined;
  }
  const template = policy.open(config, type);
  return template.text(type === TYPE.uriTemplateMatch ? 'pathTemplate' : 'pathTemplateRewrite');
}

const APPEND_ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
] as const;

function readHeaderValueOption(reader: MessageReader): HeaderValueOption {
  const header = reader.message('header', 'envoy.config.core.v3.HeaderValue');
  // The deprecated `append: false` overwrites; api/envoy/config/core/v3/base.proto HeaderValueOption.
  const append = reader.optionalFlag('append');
  const option: HeaderValueOption = {
    key: header?.text('key') ?? '',
    value: header?.text('value') ?? '',
    appendAction: append === false ? 'OVERWRITE_IF_EXISTS_OR_ADD' : reader.choice('appendAction', APPEND_ACTIONS),
    keepEmptyValue: reader.flag('keepEmptyValue'),
  };
  reader.finish();
  return option;
}

export function headerValueOptionsOf(reader: MessageReader, field: string): HeaderValueOption[] {
  return reader.messages(field, 'envoy.config.core.v3.HeaderValueOption').map(readHeaderValueOption);
}

/** The four header lists that routes, virtual hosts, route configurations and weighted clusters have alike. */
export function readHeaderMutations(reader: MessageReader): HeaderMutations {
  return {
    requestToAdd: headerValueOptionsOf(reader, 'requestHeadersToAdd'),
    requestToRemove: reader.texts('requestHeadersToRemove'),
    responseToAdd: headerValueOptionsOf(reader, 'responseHeadersToAdd'),
    responseToRemove: reader.texts('responseHeadersToRemove'),
  };
}
