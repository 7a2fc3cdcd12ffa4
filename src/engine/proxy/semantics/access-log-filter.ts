import type { HeaderMatcher, JsonObject, JsonValue, StringMatcher } from '../../../xds';
import { commandGrpcStatus } from './format-commands';
import type { FormatContext } from './format-context';
import { GrpcStatus } from './grpc';
import { type RandomSource, requestHeader } from './http-message';
import { compileHeaderMatcher, matchHeaderValue } from './matchers';
import { RESPONSE_FLAGS } from './response-flags';

/** Decides whether a stream is logged. */
export type AccessLogFilter = (context: FormatContext, random: RandomSource) => boolean;

/** A compiled filter and the kinds of filter in it that the model does not evaluate; those let every stream pass. */
export interface CompiledAccessLogFilter {
  readonly accepts: AccessLogFilter;
  readonly unsupported: readonly string[];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function child(json: JsonObject, name: string): JsonObject {
  const value = json[name];
  return isObject(value) ? value : {};
}

function children(json: JsonObject, name: string): readonly JsonValue[] {
  const value = json[name];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** `{comparison: {op, value: {defaultValue}}}` */
// envoyproxy/envoy source/common/access_log/access_log_impl.cc ComparisonFilter::compareAgainstValue
function comparison(json: JsonObject): (left: number) => boolean {
  const compared = child(json, 'comparison');
  const value = Number(child(compared, 'value')['defaultValue'] ?? 0);
  switch (compared['op'] ?? 'EQ') {
    case 'GE':
      return (left) => left >= value;
    case 'LE':
      return (left) => left <= value;
    case 'NE':
      return (left) => left !== value;
    default:
      return (left) => left === value;
  }
}

// envoyproxy/envoy source/common/access_log/access_log_impl.cc ResponseFlagFilter::evaluate
function responseFlagFilter(json: JsonObject): AccessLogFilter {
  const names = children(json, 'flags').map(textOf);
  return ({ stream }) => {
    const flags = stream?.responseFlags ?? [];
    if (names.length === 0) return flags.length > 0;
    return flags.some((flag) => names.includes(RESPONSE_FLAGS[flag]?.shortName ?? ''));
  };
}

/** GrpcStatusFilter.Status by name; the enumeration spells its entries in upper case. */
const GRPC_STATUS_NAMES: ReadonlyMap<string, number> = new Map(
  Object.entries(GrpcStatus).map(([name, code]) => [name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase(), code]),
);

// envoyproxy/envoy source/common/access_log/access_log_impl.cc GrpcStatusFilter::evaluate
function grpcStatusFilter(json: JsonObject): AccessLogFilter {
  const statuses = children(json, 'statuses').map((status) =>
    typeof status === 'number' ? status : (GRPC_STATUS_NAMES.get(textOf(status)) ?? GrpcStatus.Unknown),
  );
  const exclude = json['exclude'] === true;
  return (context) => statuses.includes(commandGrpcStatus(context) ?? GrpcStatus.Unknown) !== exclude;
}

const STRING_KINDS = ['exact', 'prefix', 'suffix', 'contains'] as const;

function stringMatcherOf(json: JsonObject): StringMatcher | undefined {
  const ignoreCase = json['ignoreCase'] === true;
  for (const kind of STRING_KINDS) {
    const value = json[kind];
    if (typeof value === 'string') return { kind, value, ignoreCase };
  }
  const regex = child(json, 'safeRegex')['regex'];
  return typeof regex === 'string' ? { kind: 'safeRegex', regex } : undefined;
}

/** The matchers that a log filter is usually given; undefined: another one. */
function headerMatcherOf(json: JsonObject): HeaderMatcher | undefined {
  const common = {
    name: textOf(json['name']).toLowerCase(),
    invertMatch: json['invertMatch'] === true,
    treatMissingHeaderAsEmpty: json['treatMissingHeaderAsEmpty'] === true,
  };
  if (typeof json['presentMatch'] === 'boolean') {
    return { ...common, match: { kind: 'present', present: json['presentMatch'] } };
  }
  const matcher = stringMatcherOf(child(json, 'stringMatch'));
  return matcher === undefined ? undefined : { ...common, match: { kind: 'string', match: matcher } };
}

function headerFilter(json: JsonObject): AccessLogFilter | undefined {
  const source = headerMatcherOf(child(json, 'header'));
  if (source === undefined) return undefined;
  const compiled = compileHeaderMatcher(source);
  return ({ request }) =>
    matchHeaderValue(compiled, request === undefined ? undefined : requestHeader(request, source.name));
}

const DENOMINATORS: ReadonlyMap<string, number> = new Map([
  ['HUNDRED', 100],
  ['TEN_THOUSAND', 10_000],
  ['MILLION', 1_000_000],
]);

/** Samples each stream by its own draw; runtime keys have no override in the model. */
// envoyproxy/envoy source/common/access_log/access_log_impl.cc RuntimeFilter::evaluate
function runtimeFilter(json: JsonObject): AccessLogFilter {
  const percent = child(json, 'percentSampled');
  const numerator = Number(percent['numerator'] ?? 0);
  const denominator = DENOMINATORS.get(textOf(percent['denominator'] ?? 'HUNDRED')) ?? 100;
  return (_, random) => random.nextU64Mod(denominator) < numerator;
}

function compileKind(kind: string, json: JsonObject, unsupported: string[]): AccessLogFilter | undefined {
  switch (kind) {
    case 'statusCodeFilter': {
      const holds = comparison(json);
      return ({ stream }) => holds(stream?.responseCode ?? 0);
    }
    case 'durationFilter': {
      const holds = comparison(json);
      return ({ stream }) => stream?.durationMs !== undefined && holds(Math.floor(stream.durationMs));
    }
    // The health_check filter is not part of the model, so no stream is a health check.
    case 'notHealthCheckFilter':
      return () => true;
    case 'runtimeFilter':
      return runtimeFilter(json);
    case 'andFilter':
    case 'orFilter': {
      const filters = children(json, 'filters').map((filter) => compileInto(filter, unsupported));
      return kind === 'andFilter'
        ? (context, random) => filters.every((filter) => filter(context, random))
        : (context, random) => filters.some((filter) => filter(context, random));
    }
    case 'responseFlagFilter':
      return responseFlagFilter(json);
    case 'grpcStatusFilter':
      return grpcStatusFilter(json);
    case 'headerFilter':
      return headerFilter(json);
    default:
      return undefined;
  }
}

function compileInto(source: JsonValue, unsupported: string[]): AccessLogFilter {
  if (!isObject(source)) return () => true;
  for (const [kind, json] of Object.entries(source)) {
    const filter = compileKind(kind, isObject(json) ? json : {}, unsupported);
    if (filter !== undefined) return filter;
    unsupported.push(kind);
  }
  return () => true;
}

// envoyproxy/envoy source/common/access_log/access_log_impl.cc FilterFactory::fromProto
export function compileAccessLogFilter(source: JsonValue | undefined): CompiledAccessLogFilter {
  const unsupported: string[] = [];
  const accepts = source === undefined ? () => true : compileInto(source, unsupported);
  return { accepts, unsupported };
}
