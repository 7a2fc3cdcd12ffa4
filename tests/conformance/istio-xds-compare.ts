// When two resources of istiod say the same.
import {
  canonicalJson,
  diffJson,
  formatDifferences,
  type IgnoredField,
  type JsonObject,
  type JsonValue,
} from '../../src/xds';
import type { ResourceType } from './istio-xds-states';

/** Fields that the comparison leaves out. */
export const IGNORED: readonly IgnoredField[] = [
  {
    path: '**.tracing.customTags',
    reason:
      'Names of the workload for spans, which are not written here; with them no two workloads could share a listener.',
  },
];

/** Messages that mean the same whether they are there without a field or not there at all. */
const EMPTY_MEANS_ABSENT: ReadonlySet<string> = new Set([
  // Matches everything.
  'filterChainMatch',
  // Every field at its default.
  'commonLbConfig',
  'commonHttpProtocolOptions',
  // Nothing is known of the place.
  'locality',
]);

/** Fields that mean the same at this value and without it. */
const DEFAULTS: Readonly<Record<string, JsonValue>> = {
  // envoyproxy/envoy api/envoy/config/route/v3/route_components.proto (RouteMatch)
  caseSensitive: true,
  // envoyproxy/envoy source/common/router/config_impl.cc: an empty path does not redirect the path.
  pathRedirect: '',
};

/** HTTP/1.1 without options is what a cluster speaks that says nothing. envoyproxy/envoy source/common/upstream/upstream_impl.cc */
const HTTP1_WITHOUT_OPTIONS = canonicalJson({
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicitHttpConfig: { httpProtocolOptions: {} },
  },
});

/** Lists whose order has no meaning. */
const UNORDERED: ReadonlySet<string> = new Set(['domains', 'virtualHosts', 'headers', 'queryParameters']);

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a field says nothing that its absence would not say. */
function isNeedless(key: string, value: JsonValue): boolean {
  if (DEFAULTS[key] === value) return true;
  if (key === 'typedExtensionProtocolOptions') return canonicalJson(value) === HTTP1_WITHOUT_OPTIONS;
  return EMPTY_MEANS_ABSENT.has(key) && isObject(value) && Object.keys(value).length === 0;
}

/** A body is the same whether it is written as text or as bytes. */
function withTextBody(value: JsonObject): JsonObject {
  const { inlineBytes, ...others } = value;
  if (typeof inlineBytes !== 'string') return value;
  return { ...others, inlineString: Buffer.from(inlineBytes, 'base64').toString('utf8') };
}

function inFixedOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inFixedOrder);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(withTextBody(value)).flatMap(([key, item]) => {
      const fixed = inFixedOrder(item);
      if (isNeedless(key, fixed)) return [];
      if (!Array.isArray(fixed) || !UNORDERED.has(key)) return [[key, fixed] as const];
      return [[key, [...fixed].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))] as const];
    }),
  );
}

/** What differs between two lists of resources of one type, one line for each place. */
export function compareResources(
  type: ResourceType,
  actual: ReadonlyMap<string, JsonObject>,
  expected: ReadonlyMap<string, JsonObject>,
): readonly string[] {
  const problems: string[] = [];
  for (const name of expected.keys()) if (!actual.has(name)) problems.push(`${type}: ${name} is missing`);
  for (const name of actual.keys()) if (!expected.has(name)) problems.push(`${type}: ${name} is too much`);
  for (const [name, resource] of expected) {
    const own = actual.get(name);
    if (own === undefined) continue;
    const differences = diffJson(inFixedOrder(own), inFixedOrder(resource), IGNORED);
    if (differences.length > 0) problems.push(`${type}: ${name}\n${formatDifferences(differences)}`);
  }
  return problems;
}
