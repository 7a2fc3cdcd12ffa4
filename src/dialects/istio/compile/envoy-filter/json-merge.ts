import type { JsonObject, JsonValue } from '../../../../xds';

/** How lists are merged: the patch's entries after those that are there, or in their place. */
export type ListMode = 'append' | 'replace';

const TYPE_FIELD = '@type';
const TYPED_STRUCT = 'type.googleapis.com/udpa.type.v1.TypedStruct';
/** Fields whose keys are not names of fields: they are kept as they are written. */
const FREE_FIELDS: ReadonlySet<string> = new Set(['filterMetadata', 'runtimeLayer']);
const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;

/** Members of one `oneof`: writing one takes the others away. envoyproxy/envoy api/envoy/config */
const ALTERNATIVES: readonly (readonly string[])[] = [
  ['cluster', 'clusterHeader', 'weightedClusters', 'clusterSpecifierPlugin', 'inlineClusterSpecifierPlugin'],
  ['prefix', 'path', 'safeRegex', 'connectMatcher', 'pathSeparatedPrefix', 'pathMatchPolicy'],
  ['route', 'redirect', 'directResponse', 'filterAction', 'nonForwardingAction'],
  ['rds', 'routeConfig', 'scopedRoutes'],
  ['type', 'clusterType'],
  ['hostRewriteLiteral', 'autoHostRewrite', 'hostRewriteHeader', 'hostRewritePathRegex'],
  ['filename', 'inlineBytes', 'inlineString', 'environmentVariable'],
  ['pathRedirect', 'prefixRewrite', 'regexRewrite'],
];

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function camelCase(key: string): string {
  return SNAKE_CASE.test(key) ? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) : key;
}

function withCamelCase(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      if (Array.isArray(value)) return value.map(withCamelCase);
      return value === null ? null : withCamelCaseKeys(value);
    default:
      return null;
  }
}

/** The JSON of a patch as it is written. Both spellings of a field's name mean the same; here it is the one of JSON. */
export function withCamelCaseKeys(object: object): JsonObject {
  const raw = Object.entries(object).some(([key, value]) => key === TYPE_FIELD && value === TYPED_STRUCT);
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const name = camelCase(key);
      const free = FREE_FIELDS.has(name) || (raw && name === 'value');
      return [name, free ? value : withCamelCase(value)];
    }),
  );
}

function withoutAlternatives(object: JsonObject, written: JsonObject): JsonObject {
  const gone = new Set<string>();
  for (const members of ALTERNATIVES) {
    if (!members.some((member) => written[member] !== undefined)) continue;
    for (const member of members) if (written[member] === undefined) gone.add(member);
  }
  return Object.fromEntries(Object.entries(object).filter(([key]) => !gone.has(key)));
}

function mergeValue(before: JsonValue | undefined, written: JsonValue, lists: ListMode): JsonValue {
  if (Array.isArray(written) && Array.isArray(before)) return lists === 'replace' ? written : [...before, ...written];
  // Inside an `Any` are bytes: they are replaced whole.
  if (isObject(written) && isObject(before) && written[TYPE_FIELD] === undefined)
    return mergeJson(before, written, lists);
  return written;
}

/** istio/istio pkg/proto/merge/merge.go (Merge, MergeWithReplaceList) */
export function mergeJson(before: JsonObject, written: JsonObject, lists: ListMode = 'append'): JsonObject {
  const merged: Record<string, JsonValue> = { ...withoutAlternatives(before, written) };
  for (const [key, value] of Object.entries(written)) merged[key] = mergeValue(before[key], value, lists);
  return merged;
}

/** Undefined: the two are of different types and cannot be merged. istio/istio pilot/pkg/networking/util/util.go (MergeAnyWithAny) */
export function mergeTyped(before: JsonObject, written: JsonObject): JsonObject | undefined {
  return before[TYPE_FIELD] === written[TYPE_FIELD] ? mergeJson(before, written) : undefined;
}

/**
 * A filter with the configuration of the patch merged in; undefined: the filter has none to merge with.
 * istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go (patchNetworkFilter, mergeHTTPFilter)
 */
export function mergeFilter(filter: JsonObject, written: JsonObject): JsonObject | undefined {
  const { typedConfig } = filter;
  if (!isObject(typedConfig)) return undefined;
  const name = typeof written['name'] === 'string' && written['name'] !== '' ? written['name'] : filter['name'];
  const config = isObject(written['typedConfig']) ? mergeTyped(typedConfig, written['typedConfig']) : undefined;
  return { ...filter, ...(name === undefined ? {} : { name }), typedConfig: config ?? typedConfig };
}
