// AuthorizationPolicies and the filters that istiod makes of them.
import { parse } from 'yaml';
import { buildPushContext } from '../../src/dialects/istio/compile/push-context/build';
import { readResources } from '../../src/dialects/istio/compile/read-resources';
import {
  type AuthorizationFilters,
  authorizationFilters,
} from '../../src/dialects/istio/compile/security/authz-filters';
import { decodeMeshConfig } from '../../src/dialects/istio/mesh-config';
import {
  canonicalJson,
  encodeListener,
  filterChain,
  type HttpFilter,
  httpConnectionManager,
  type JsonValue,
  listener,
  type NetworkFilter,
} from '../../src/xds';
import { readManifestSet, viewOfManifests } from '../support/manifest-view';
import { readShared } from '../support/shared';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'istio-authz';
const FOLDER = ['conformance', 'istio-authz'] as const;

/** The workload that all policies are compiled for. */
const PROXY = { namespace: 'foo', labels: { app: 'httpbin', version: 'v1' } };
/** The only service that the control plane knows. */
const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: my-custom-ext-authz, namespace: foo}
spec: {clusterIP: 10.0.0.1, ports: [{name: grpc, port: 9000}]}
`;

interface AuthzCase {
  readonly id: string;
  readonly forTCP: boolean;
  readonly input: string;
  readonly expected: readonly string[];
  /** Only CUSTOM policies are built; otherwise all others. */
  readonly customBuilder?: boolean;
  readonly meshConfig?: Readonly<Record<string, unknown>>;
  readonly trustDomains?: readonly string[];
}

function compile(testCase: AuthzCase): AuthorizationFilters {
  const [trustDomain = 'cluster.local', ...trustDomainAliases] = testCase.trustDomains ?? [];
  const { resources, rejected } = readManifestSet([
    { path: 'input.yaml', text: readShared(...FOLDER, testCase.input) },
    { path: 'service.yaml', text: SERVICE },
  ]);
  // Upstream's fixtures do not go through validation. Without a root namespace no policy holds for the whole mesh.
  const view = viewOfManifests([...resources, ...rejected], {
    rootNamespace: '',
    trustDomain,
    trustDomainAliases,
    ...testCase.meshConfig,
  });
  const push = buildPushContext(view, readResources(view), decodeMeshConfig(view.meshConfig));
  return authorizationFilters(push, PROXY);
}

/** A part of a message, by the names of its fields. */
function child(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue | undefined {
  let current: unknown = value;
  for (const step of path) {
    current =
      typeof current === 'object' && current !== null
        ? Object.entries(current).find(([key]) => key === String(step))?.[1]
        : undefined;
  }
  return current === undefined ? undefined : JSON.parse(JSON.stringify(current));
}

function encodeFilters(filters: readonly NetworkFilter[]): readonly JsonValue[] {
  const encoded = encodeListener(
    listener({ name: 'case', address: { address: '0.0.0.0', port: 1 }, filterChains: [filterChain({ filters })] }),
  );
  const list = child(encoded, 'filterChains', 0, 'filters');
  return Array.isArray(list) ? list : [];
}

function encodeHttpFilters(httpFilters: readonly HttpFilter[]): readonly JsonValue[] {
  const hcm = httpConnectionManager({ routes: { kind: 'rds', routeConfigName: 'case' }, httpFilters });
  const [manager] = encodeFilters([{ kind: 'httpConnectionManager', hcm }]);
  const list = child(manager, 'typedConfig', 'httpFilters');
  return Array.isArray(list) ? list : [];
}

/** Names of headers are compared without regard to case, as HTTP has it; the IR keeps them in lower case. */
function normalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => {
    const isHeader = key === 'header' && typeof entry === 'object' && entry !== null && 'name' in entry;
    return [key, normalized(isHeader ? { ...entry, name: String(entry.name).toLowerCase() } : entry)] as const;
  });
  return Object.fromEntries(entries);
}

/** The first place where two values differ. */
function firstDifference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (canonicalJson(actual) === canonicalJson(expected)) return undefined;
  const bothObjects =
    typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null;
  if (!bothObjects || Array.isArray(actual) !== Array.isArray(expected)) {
    return `${path}: ${canonicalJson(actual)} instead of ${canonicalJson(expected)}`;
  }
  const ours = new Map(Object.entries(actual));
  const theirs = new Map(Object.entries(expected));
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const difference = firstDifference(ours.get(key), theirs.get(key), `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function check(testCase: AuthzCase): readonly string[] {
  const built = compile(testCase);
  const custom = testCase.customBuilder === true;
  const actual = testCase.forTCP
    ? encodeFilters(custom ? built.customTcp : built.tcp)
    : encodeHttpFilters(custom ? built.customHttp : built.http);
  const expected = testCase.expected.map((file): unknown => parse(readShared(...FOLDER, file)));
  if (actual.length !== expected.length) return [`${actual.length} filters instead of ${expected.length}`];
  return expected.flatMap((filter, index) => {
    const difference = firstDifference(normalized(actual[index]), normalized(filter), `filter ${index}`);
    return difference === undefined ? [] : [difference];
  });
}

export function runSuite(): SuiteResult {
  const file: { readonly cases: readonly AuthzCase[] } = JSON.parse(readShared(...FOLDER, 'cases.json'));
  const recorder = new CaseRecorder(SUITE, SKIPS);
  for (const testCase of file.cases) recorder.run(testCase.id, () => check(testCase));
  return recorder.result();
}
