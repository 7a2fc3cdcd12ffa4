// What the real istiod generates, read into the intermediate representation and written back: the same JSON has to come out.
import {
  type DecodeResult,
  decodeCluster,
  decodeClusterLoadAssignment,
  decodeListener,
  decodeRouteConfiguration,
  diffJson,
  encodeCluster,
  encodeClusterLoadAssignment,
  encodeListener,
  encodeRouteConfiguration,
  formatDifferences,
  type JsonObject,
  type JsonValue,
} from '../../src/xds';
import { listShared, readShared } from '../support/shared';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'xds-roundtrip';
const ROOT = ['conformance', 'istio-xds'] as const;

/** Fields that the model has no place for: they travel in `extra`, by the property that holds it and the field. */
const CARRIED: ReadonlyMap<string, string> = new Map([
  ['clusters: commonLbConfig', 'an empty message says nothing but that it stands there'],
  ['clusters: typedDnsResolverConfig', 'how the resolver library sends its queries is not simulated'],
  ['httpProtocol: commonHttpProtocolOptions', 'an empty message says nothing but that it stands there'],
  ['slowStart: aggression', 'a runtime key, and the default stated'],
  ['slowStart: minWeightPercent', 'the default stated'],
  ['endpoints: locality', 'an empty message says nothing but that it stands there'],
  ['defaultFilterChain: filterChainMatch', 'an empty message says nothing but that it stands there'],
  ['hcm: http2ProtocolOptions', 'an empty message says nothing but that it stands there'],
  ['hcm: httpProtocolOptions', 'an empty message says nothing but that it stands there'],
  ['hcm: requestIdExtension', 'whether the trace decision is read from the request id is not a choice here'],
  ['extAuthz: allowedHeaders', 'what the authorization service sees of a request is not simulated'],
  ['extAuthz: httpService', 'headers on their way to and from the authorization service are not simulated'],
  ['extAuthz: withRequestBody', 'bodies have a size but no content here'],
  ['match: caseSensitive', 'the default stated'],
]);

/** Typed configurations that are carried along whole. */
const OPAQUE: ReadonlyMap<string, string> = new Map([
  ['udpa.type.v1.TypedStruct', 'metadata exchange between proxies of the mesh build; the simulation knows its peers'],
  ['stats.PluginConfig', "the mesh build's own metrics, which telemetry computes from the requests themselves"],
  ['istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', 'rewrites the ALPN list, whose effect mTLS settles'],
  ['envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', 'counts messages of gRPC streams'],
  ['envoy.extensions.filters.http.grpc_web.v3.GrpcWeb', 'translates an encoding of bodies'],
  ['envoy.extensions.filters.http.lua.v3.Lua', 'runs code'],
  ['envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', 'reads a protocol inside TCP'],
  [
    'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
    'resolves server names while connections arrive',
  ],
]);

type Resources = Readonly<Record<string, readonly JsonObject[] | Delta>>;

interface Delta {
  readonly added?: readonly JsonObject[];
  readonly changed?: readonly JsonObject[];
}

interface Trip {
  readonly value: unknown;
  readonly written: JsonObject;
}

type RoundTrip = (json: JsonObject) => Trip;

function roundTrip<T>(decode: (json: unknown) => DecodeResult<T>, encode: (value: T) => JsonObject): RoundTrip {
  return (json) => {
    const decoded = decode(json);
    if (!decoded.ok) throw new Error(decoded.error.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    const { value } = decoded.value;
    return { value, written: encode(value) };
  };
}

const ROUND_TRIPS: Readonly<Record<string, RoundTrip>> = {
  listeners: roundTrip(decodeListener, encodeListener),
  routes: roundTrip(decodeRouteConfiguration, encodeRouteConfiguration),
  clusters: roundTrip(decodeCluster, encodeCluster),
  endpoints: roundTrip(decodeClusterLoadAssignment, encodeClusterLoadAssignment),
};

/** What of a value nothing simulates: `property: field` of every extra, and the type of every opaque configuration. */
interface Leftovers {
  readonly carried: Set<string>;
  readonly opaque: Set<string>;
}

function collectLeftovers(value: unknown, property: string, found: Leftovers): void {
  if (Array.isArray(value)) {
    for (const item of value) collectLeftovers(item, property, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node: Readonly<Record<string, unknown>> = { ...value };
  const { typeUrl } = node;
  const isOpaque = typeof typeUrl === 'string' && 'config' in node;
  if (isOpaque) found.opaque.add(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  for (const [key, item] of Object.entries(node)) {
    if (key === 'extra' || key === 'entryExtra') {
      for (const field of Object.keys(item ?? {})) found.carried.add(`${property}: ${field}`);
    } else if (key !== 'config' || !isOpaque) {
      collectLeftovers(item, key, found);
    }
  }
}

function unknownLeftovers(found: Leftovers): string[] {
  return [
    ...[...found.carried].filter((name) => !CARRIED.has(name)).map((name) => `carried along without a reason: ${name}`),
    ...[...found.opaque].filter((name) => !OPAQUE.has(name)).map((name) => `not understood: ${name}`),
  ];
}

/** The whole resources of a file: all of a state, or what a difference adds and changes. */
function resourcesOf(part: readonly JsonObject[] | Delta): readonly JsonObject[] {
  return 'length' in part ? part : [...(part.added ?? []), ...(part.changed ?? [])];
}

function nameOf(json: JsonObject): string {
  const name: JsonValue | undefined = json['name'] ?? json['clusterName'];
  return typeof name === 'string' ? name : '';
}

const NOT_STATES = new Set(['proxies.json', 'index.json', 'analyze.json']);

function* stateFiles(): Generator<readonly [id: string, path: readonly string[]]> {
  for (const scenario of listShared(...ROOT)) {
    if (scenario.includes('.') || scenario === 'LICENSE') continue;
    for (const file of listShared(...ROOT, scenario)) {
      if (file.endsWith('.json') && !NOT_STATES.has(file)) yield [`${scenario}/${file}`, [...ROOT, scenario, file]];
    }
  }
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder(SUITE, SKIPS);
  const seen = new Set<string>();
  const all: Leftovers = { carried: new Set(), opaque: new Set() };
  for (const [id, path] of stateFiles()) {
    const state = JSON.parse(readShared(...path)) as Resources;
    for (const [type, part] of Object.entries(state)) {
      const check = ROUND_TRIPS[type];
      if (check === undefined) throw new Error(`${id}: unknown type ${type}`);
      for (const [index, json] of resourcesOf(part).entries()) {
        // Most proxies have the same resources: each content counts once.
        const content = `${type} ${JSON.stringify(json)}`;
        if (seen.has(content)) continue;
        seen.add(content);
        recorder.run(`${id} ${type}[${index}] ${nameOf(json)}`, () => {
          const { value, written } = check(json);
          const found: Leftovers = { carried: new Set(), opaque: new Set() };
          collectLeftovers(value, type, found);
          for (const name of found.carried) all.carried.add(name);
          for (const name of found.opaque) all.opaque.add(name);
          const differences = diffJson(json, written);
          const text = differences.length === 0 ? [] : [formatDifferences(differences)];
          return [...text, ...unknownLeftovers(found)];
        });
      }
    }
  }
  recorder.run('no reason is given for what does not occur', () => [
    ...[...CARRIED.keys()].filter((name) => !all.carried.has(name)),
    ...[...OPAQUE.keys()].filter((name) => !all.opaque.has(name)),
  ]);
  return recorder.result();
}
