// Real bootstrap files: each is read, what nothing simulates is named, and what was read comes back the same from its own export.
import { parseAllDocuments } from 'yaml';
import {
  decodeBootstrap,
  decodeDiscoveryResponse,
  diffJson,
  type EnvoyResources,
  encodeCluster,
  encodeClusterLoadAssignment,
  encodeListener,
  encodeRouteConfiguration,
  formatDifferences,
  type JsonValue,
} from '../../src/xds';
import { toJsonValue } from '../../src/xds/json/json-text';
import { camelCase } from '../../src/xds/json/reader';
import { TYPE } from '../../src/xds/json/type-names';
import { readShared } from '../support/shared';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'envoy-bootstrap';

interface Index {
  readonly files: readonly { readonly file: string; readonly kind: 'bootstrap' | 'discoveryResponse' | 'fragment' }[];
}

const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(TYPE));

/** Fields that the IR keeps as JSON for a reader of its own, so that types inside them are not named one by one. */
const KEPT_AS_JSON: readonly string[] = ['provider', 'filterChainMatcher', 'clusterType'];

/** A path as its names and indices, whatever the notation. */
function tokens(path: string): readonly string[] {
  return path
    .replace(/ \(.*$/, '')
    .split(/[.[\]"]+/)
    .filter((token) => token !== '')
    .map(camelCase);
}

/** Every `@type` in the document with its path. */
function* typesIn(value: JsonValue, path: string): Generator<readonly [type: string, path: string]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* typesIn(item, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '@type' && typeof item === 'string') yield [item.slice(item.lastIndexOf('/') + 1), path];
      else yield* typesIn(item, path === '' ? key : `${path}.${key}`);
    }
  }
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.every((token, index) => path[index] === token);
}

/** Types that no decoder knows and that no reported path covers. */
function unnamedTypes(document: JsonValue, unsupported: readonly string[]): string[] {
  const reported = unsupported.map(tokens);
  const unnamed: string[] = [];
  for (const [type, path] of typesIn(document, '')) {
    const place = tokens(path);
    if (UNDERSTOOD.has(type) || place.some((token) => KEPT_AS_JSON.includes(token))) continue;
    if (!reported.some((prefix) => isPrefix(prefix, place))) unnamed.push(`not named: ${type} at ${path}`);
  }
  return unnamed;
}

/** What was read, written and read again is what was read. */
function reread(resources: EnvoyResources): string[] {
  const typed = <T>(type: string, encode: (value: T) => object, values: readonly T[]) =>
    values.map((value) => ({ '@type': `type.googleapis.com/${type}`, ...encode(value) }));
  const again = decodeDiscoveryResponse({
    resources: [
      ...typed(TYPE.listener, encodeListener, resources.listeners),
      ...typed(TYPE.routeConfiguration, encodeRouteConfiguration, resources.routes),
      ...typed(TYPE.cluster, encodeCluster, resources.clusters),
      ...typed(TYPE.clusterLoadAssignment, encodeClusterLoadAssignment, resources.endpoints),
    ],
  });
  if (!again.ok) return again.error.map(({ path, message }) => `again: ${path}: ${message}`);
  const parts = ({ listeners, routes, clusters, endpoints }: EnvoyResources) =>
    toJsonValue({ listeners, routes, clusters, endpoints });
  const differences = diffJson(parts(resources), parts(again.value.value));
  return differences.length === 0 ? [] : [formatDifferences(differences)];
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder(SUITE, SKIPS);
  const { files } = JSON.parse(readShared('conformance', 'envoy-bootstrap', 'index.json')) as Index;
  for (const { file, kind } of files) {
    recorder.run(file, () => {
      const documents = parseAllDocuments(readShared('conformance', 'envoy-bootstrap', file));
      return documents.flatMap((parsed) => {
        const document = toJsonValue(parsed.toJS());
        // A fragment is no message that can be read alone; it must not upset the reader.
        const result = kind === 'discoveryResponse' ? decodeDiscoveryResponse(document) : decodeBootstrap(document);
        if (kind === 'fragment') return [];
        if (!result.ok) return result.error.map(({ path, message }) => `${path}: ${message}`);
        return [...unnamedTypes(document, result.value.unsupported), ...reread(result.value.value)];
      });
    });
  }
  return recorder.result();
}
