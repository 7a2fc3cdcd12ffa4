// Small tables of upstream's unit tests: hosts, protocols, and what policies and Gateways add up to.

import { type ClusterView, objectKey } from '../../src/config';
import { hostsForNamespace, intersectHosts } from '../../src/dialects/istio/compile/gateway/gateway-routes';
import { type MergedGateway, mergeGateways } from '../../src/dialects/istio/compile/gateway/merged-gateway';
import { hostsOverlap, isHostCoveredBy, isMoreSpecificHost } from '../../src/dialects/istio/compile/names';
import { protocolOfServicePort } from '../../src/dialects/istio/compile/protocol';
import { mergeDelegate } from '../../src/dialects/istio/compile/push-context/delegates';
import type { HttpRule } from '../../src/dialects/istio/compile/push-context/http-rule';
import { composePeerAuthentication, type MtlsMode } from '../../src/dialects/istio/compile/push-context/mtls-mode';
import { buildPolicyIndex } from '../../src/dialects/istio/compile/push-context/policy-index';
import { policiesFor } from '../../src/dialects/istio/compile/security/workload-policies';
import { inOrderOfPrecedence } from '../../src/dialects/istio/gateway-api/route-order';
import {
  AUTHORIZATION_POLICY,
  GATEWAY,
  type HttpMatchRequest,
  type HttpRoute,
  PEER_AUTHENTICATION,
} from '../../src/dialects/istio/kinds';
import { type ConfigOrigin, canonicalJson } from '../../src/xds';
import { readManifestSet, viewOfManifests } from '../support/manifest-view';
import { readShared } from '../support/shared';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

interface Manifest {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp?: { readonly $nowPlusNs: number };
  };
}

/** A row of some table; which fields it has depends on the table. */
interface Row {
  readonly name?: string;
  readonly description?: string;
  readonly a?: string | readonly string[];
  readonly b?: string | readonly string[];
  readonly out?: unknown;
  readonly intersection?: readonly string[];
  readonly hosts?: readonly string[];
  readonly namespace?: string;
  readonly in?: readonly string[] | readonly HttpRoute[];
  readonly want?: unknown;
  readonly host1?: string;
  readonly host2?: string;
  readonly expected?: unknown;
  readonly portName?: string;
  readonly port?: number;
  readonly proto?: string;
  readonly appProto?: string;
  readonly expectedProto?: string;
  readonly configs?: readonly Manifest[];
  readonly gwConfig?: readonly Manifest[];
  readonly mergedServersNum?: number;
  readonly serverNum?: number;
  readonly serversForRouteNum?: Readonly<Record<string, number>>;
  readonly gatewaysNum?: number;
  readonly selectionOpts?: { readonly WorkloadNamespace: string };
  /** A rule, a condition, or several conditions. */
  readonly root?: (HttpRoute & HttpMatchRequest) | readonly HttpMatchRequest[];
  readonly leaf?: HttpMatchRequest;
  readonly delegate?: readonly (HttpRoute & HttpMatchRequest)[];
  readonly wantAllow?: readonly { readonly Name: string; readonly Namespace: string }[];
}

interface CaseFile {
  readonly tables: readonly { readonly test: string; readonly rows: readonly Row[] }[];
}

type Check = (row: Row) => readonly [actual: unknown, expected: unknown];

function text(value: Row['a']): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: Row['a']): readonly string[] {
  return typeof value === 'object' ? value : [];
}

function severalOf(root: Row['root']): readonly HttpMatchRequest[] {
  return root !== undefined && 'length' in root ? root : [];
}

function oneOf(root: Row['root']): HttpRoute & HttpMatchRequest {
  return root === undefined || 'length' in root ? {} : root;
}

/** Objects without validation, oldest first; those of one age keep their order. */
function viewOf(manifests: readonly Manifest[]): ClusterView {
  const ages = new Map(
    manifests.map((manifest) => [
      `${manifest.metadata.namespace}/${manifest.metadata.name}`,
      manifest.metadata.creationTimestamp?.$nowPlusNs ?? 0,
    ]),
  );
  const files = manifests.map(({ metadata, ...rest }, index) => {
    const { creationTimestamp: _, ...names } = metadata;
    const name = names.name.replaceAll(' ', '-');
    return { path: `${index}.yaml`, text: JSON.stringify({ ...rest, metadata: { ...names, name } }) };
  });
  const { resources, rejected } = readManifestSet(files);
  const order = new Map(files.map(({ path }, index) => [path, index]));
  const aged = [...resources, ...rejected]
    .map((resource) => ({ resource, index: order.get(resource.source.file) ?? 0 }))
    .sort((a, b) => {
      const age = ({ index }: typeof a): number => {
        const manifest = manifests[index];
        return manifest === undefined ? 0 : (ages.get(`${manifest.metadata.namespace}/${manifest.metadata.name}`) ?? 0);
      };
      return age(a) - age(b) || a.index - b.index;
    })
    .map(({ resource }, creationOrder) => ({ ...resource, creationOrder }));
  return viewOfManifests(aged, {});
}

/** Upstream's numbers of the modes. */
const MODES: readonly (MtlsMode | undefined)[] = [undefined, 'DISABLE', 'PERMISSIVE', 'STRICT'];

function composedMode(row: Row): unknown {
  const policies = buildPolicyIndex(viewOf(row.configs ?? []).list(PEER_AUTHENTICATION));
  const { mode, byPort } = composePeerAuthentication(policies, 'root-namespace', {
    namespace: 'my-ns',
    labels: { app: 'foo' },
  });
  const PerPort = Object.fromEntries([...byPort].map(([port, each]) => [port, MODES.indexOf(each)]));
  return { Mode: MODES.indexOf(mode), ...(byPort.size === 0 ? {} : { PerPort }) };
}

function countsOf(merged: MergedGateway | undefined): unknown {
  return {
    mergedServersNum: merged?.ports.length,
    serverNum: merged?.ports.reduce((sum, { servers }) => sum + servers.length, 0),
    serversForRouteNum: Object.fromEntries(
      [...(merged?.serversByRouteName ?? [])].map(([name, servers]) => [name, servers.length]),
    ),
    gatewaysNum: merged?.gatewayNames.size,
  };
}

/** The table merges what it is given, whatever the selectors say. */
function mergedCounts(row: Row): unknown {
  const gateways = viewOf(row.gwConfig ?? [])
    .list(GATEWAY)
    .map((gateway) => ({ ...gateway, object: { ...gateway.object, spec: { ...gateway.object.spec, selector: {} } } }));
  return countsOf(mergeGateways(gateways, { labels: {}, serviceTargets: [] }));
}

function allowedPolicies(row: Row): readonly string[] {
  const policies = buildPolicyIndex(viewOf(row.configs ?? []).list(AUTHORIZATION_POLICY));
  const namespace = row.selectionOpts?.WorkloadNamespace ?? '';
  return policiesFor(policies, ['istio-config', namespace], { namespace, labels: {} })
    .filter((policy) => (policy.object.spec?.action ?? 'ALLOW') === 'ALLOW')
    .map(({ ref }) => objectKey(ref));
}

const NOWHERE: ConfigOrigin = { ref: { group: '', kind: '', namespace: '', name: '' }, path: [] };

function toRule({ match = [], ...route }: HttpRoute): HttpRule {
  const matches = match.map((value) => ({ value, origin: NOWHERE }));
  return { route, matches, origin: NOWHERE, inherited: new Map() };
}

/** Upstream's structs say nothing where a field is empty. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, entry]) => [key, withoutEmpty(entry)] as const)
    .filter(([, entry]) => typeof entry !== 'object' || entry === null || Object.keys(entry).length > 0);
  return Object.fromEntries(kept);
}

/** A rule without conditions is one for everything, which the tables write as an empty condition. */
function mergedRules(root: HttpRoute, delegate: readonly HttpRoute[]): readonly HttpRoute[] {
  return delegate.flatMap((rule) => {
    const merged = mergeDelegate(toRule(root), toRule(rule));
    if (merged === undefined) return [];
    const { delegate: _, ...route } = merged.route;
    return [{ ...route, match: merged.matches.map(({ value }) => value) }];
  });
}

function mergedMatches(root: readonly HttpMatchRequest[], delegate: readonly HttpMatchRequest[]): unknown {
  return mergedRules({ match: root }, [{ match: delegate }])[0]?.match;
}

function comparable(value: unknown): string {
  return canonicalJson(withoutEmpty(value));
}

function bySpecificity(hosts: readonly string[]): readonly string[] {
  return [...hosts].sort((a, b) => (isMoreSpecificHost(a, b) ? -1 : 1));
}

function namesIn(list: Row['in'] = []): readonly string[] {
  return list.flatMap((entry) => (typeof entry === 'string' ? [entry] : []));
}

function routesIn(list: Row['in'] = []): readonly HttpRoute[] {
  return list.flatMap((entry) => (typeof entry === 'string' ? [] : [entry]));
}

function byPrecedence(routes: readonly HttpRoute[]): unknown {
  return inOrderOfPrecedence(routes.map(toRule)).map(({ route, matches }) => ({
    ...route,
    match: matches.map(({ value }) => value),
  }));
}

const CHECKS: Readonly<Record<string, Check>> = {
  TestSortHTTPRoutes: ({ in: routes, out }) => [comparable(byPrecedence(routesIn(routes))), comparable(out)],
  TestNameMatches: ({ a, b, out }) => [hostsOverlap(text(a), text(b)), out],
  TestNameSubsetOf: ({ a, b, out }) => [isHostCoveredBy(text(a), text(b)), out],
  TestNamesIntersection: ({ a, b, intersection }) => [intersectHosts(texts(a), texts(b)), intersection ?? []],
  TestNamesForNamespace: ({ hosts, namespace, want }) => [hostsForNamespace(hosts ?? [], namespace ?? ''), want],
  TestNamesSortOrder: ({ in: hosts, want }) => [bySpecificity(namesIn(hosts)), want],
  TestMoreSpecific: ({ host1, host2, expected }) => [isMoreSpecificHost(host1 ?? '', host2 ?? ''), expected],
  TestConvertProtocol: ({ port, portName, proto, appProto, expectedProto }) => [
    protocolOfServicePort({
      port: port ?? 0,
      ...(portName === undefined ? {} : { name: portName }),
      ...(proto === undefined ? {} : { protocol: proto }),
      ...(appProto === undefined ? {} : { appProtocol: appProto }),
    }),
    expectedProto === 'UnsupportedProtocol' ? 'Unsupported' : expectedProto,
  ],
  TestMergeHttpRoutes: ({ root, delegate, expected }) => [
    comparable(mergedRules(oneOf(root), delegate ?? [])),
    comparable(expected),
  ],
  TestMergeHTTPMatchRequests: ({ root, delegate, expected }) => [
    comparable(mergedMatches(severalOf(root), delegate ?? [])),
    comparable(expected),
  ],
  TestHasConflict: ({ root, leaf, expected }) => [mergedMatches([oneOf(root)], [leaf ?? {}]) === undefined, expected],
  TestComposePeerAuthentication: (row) => [composedMode(row), row.want],
  TestMergeGateways: (row) => [
    mergedCounts(row),
    {
      mergedServersNum: row.mergedServersNum,
      serverNum: row.serverNum,
      serversForRouteNum: row.serversForRouteNum ?? {},
      gatewaysNum: row.gatewaysNum,
    },
  ],
  TestAuthorizationPolicies_ListAuthorizationPolicies: (row) => [
    allowedPolicies(row),
    (row.wantAllow ?? []).map(({ Name, Namespace }) =>
      objectKey({ group: 'security.istio.io', kind: 'AuthorizationPolicy', namespace: Namespace, name: Name }),
    ),
  ],
};

function compare(check: Check | undefined, row: Row): readonly string[] {
  if (check === undefined) return ['no function of the product corresponds to this table'];
  const [actual, expected] = check(row).map((value) => JSON.stringify(value));
  return actual === expected ? [] : [`${actual} instead of ${expected}`];
}

export function runSuite(): SuiteResult {
  const file: CaseFile = JSON.parse(readShared('conformance', 'istio-unit', 'cases.json'));
  const recorder = new CaseRecorder('istio-unit', SKIPS);
  for (const { test, rows } of file.tables) {
    const name = test.slice(test.indexOf(':') + 1);
    for (const [index, row] of rows.entries()) {
      recorder.run(`${name}/${index} ${row.name ?? row.description ?? ''}`, () => compare(CHECKS[name], row));
    }
  }
  return recorder.result();
}
