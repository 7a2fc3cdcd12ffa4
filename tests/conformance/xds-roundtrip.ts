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
  type IgnoredField,
  type JsonObject,
  type JsonValue,
} from '../../src/xds';
import { hasShared, listShared, readShared } from '../support/shared';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'xds-roundtrip';
const ROOT = ['conformance', 'istio-xds'] as const;

/** Fields whose form may differ although the meaning is the same. */
const IGNORED: readonly IgnoredField[] = [];

type Resources = Readonly<Record<string, readonly JsonObject[] | Delta>>;

interface Delta {
  readonly added?: readonly JsonObject[];
  readonly changed?: readonly JsonObject[];
}

type RoundTrip = (json: JsonObject) => { readonly written: JsonObject; readonly unsupported: readonly string[] };

function roundTrip<T>(decode: (json: unknown) => DecodeResult<T>, encode: (value: T) => JsonObject): RoundTrip {
  return (json) => {
    const decoded = decode(json);
    if (!decoded.ok) throw new Error(decoded.error.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    return { written: encode(decoded.value.value), unsupported: decoded.value.unsupported };
  };
}

const ROUND_TRIPS: Readonly<Record<string, RoundTrip>> = {
  listeners: roundTrip(decodeListener, encodeListener),
  routes: roundTrip(decodeRouteConfiguration, encodeRouteConfiguration),
  clusters: roundTrip(decodeCluster, encodeCluster),
  endpoints: roundTrip(decodeClusterLoadAssignment, encodeClusterLoadAssignment),
};

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
  if (!hasShared(...ROOT)) return recorder.result();
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
          const { written } = check(json);
          const differences = diffJson(json, written, IGNORED);
          return differences.length === 0 ? [] : [formatDifferences(differences)];
        });
      }
    }
  }
  return recorder.result();
}
