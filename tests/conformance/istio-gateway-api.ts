// The Istio resources that the Gateway API is translated to, against those that istiod makes of the same objects.
import { parseAllDocuments } from 'yaml';
import { formatProtoDuration, parseDuration } from '../../src/base';
import type { ClusterView, Resource, SourceFile } from '../../src/config';
import type { VirtualService } from '../../src/dialects/istio/compile/push-context/virtual-services';
import { readResources } from '../../src/dialects/istio/compile/read-resources';
import type { DestinationRuleResource, GatewayResource } from '../../src/dialects/istio/compile/resources';
import { convertGatewayApi } from '../../src/dialects/istio/gateway-api/convert';
import { canonicalJson, type JsonValue } from '../../src/xds';
import { readManifestSet, viewOfManifests } from '../support/manifest-view';
import { readShared } from '../support/shared';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const FOLDER = ['conformance', 'istio-gateway-api'] as const;
const DOMAIN = 'domain.suffix';
const AROUND = 'surroundings.yaml';

interface KnownService {
  readonly hostname: string;
  readonly namespace: string;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

interface Cases {
  readonly services: readonly KnownService[];
  readonly cases: readonly { readonly id: string; readonly input: string; readonly expectedConfig: string }[];
}

interface Expected {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
}

/** Of the annotations of Gateways, those that decide about traffic. */
const COMPARED_ANNOTATIONS = ['internal.istio.io/gateway-service', 'internal.istio.io/parent-namespace'];

/** Certificates that upstream's test has beside every input; only their existence counts here. */
const SECRETS = [
  'istio-system/my-cert-http',
  'istio-system/my-cert-http2',
  'istio-system/my-cert',
  'ns2/ns2-cert',
  'ns3/ns3-cert',
  'ns4/ns4-cert',
  'cert/cert',
  'bookinfo/bookinfo-secret',
  'bookinfo/another-secret',
];

const CONFIG_MAPS = ['default/auth-cert', 'istio-system/my-cert-http'];

function readCaseFile(...path: readonly string[]): string {
  return readShared(...FOLDER, ...path).replaceAll(DOMAIN, 'cluster.local');
}

function toManifest({ hostname, namespace, ports }: KnownService): unknown {
  const suffix = `.${namespace}.svc.cluster.local`;
  if (hostname.endsWith(suffix)) {
    const spec = { ports: ports.map(({ name, port }) => ({ name, port })) };
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: hostname.slice(0, -suffix.length), namespace },
      spec,
    };
  }
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: `known-${hostname.replaceAll('.', '-')}`, namespace },
    spec: {
      hosts: [hostname],
      resolution: 'DNS',
      ports: ports.map(({ name, port, protocol }) => ({ name, number: port, protocol })),
    },
  };
}

function surroundings(services: readonly KnownService[]): SourceFile {
  const holder = (kind: string, path: string): unknown => {
    const [namespace, name] = path.split('/');
    return { apiVersion: 'v1', kind, metadata: { name, namespace } };
  };
  const items = [
    ...services.map(toManifest),
    ...SECRETS.map((path) => holder('Secret', path)),
    ...CONFIG_MAPS.map((path) => holder('ConfigMap', path)),
  ];
  return { path: AROUND, text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) };
}

/** First values of their enums. */
const FIRST_VALUES: ReadonlySet<unknown> = new Set([0, '', false, 'PASSTHROUGH']);

/** What the API server writes where nothing is written, which upstream's test does not do. */
function isDefaulted(key: string, value: unknown): boolean {
  if (key === 'maxAge') return value === '5s';
  return key === 'uri' && canonicalJson(value as JsonValue) === '{"prefix":"/"}';
}

const DURATIONS: ReadonlySet<string> = new Set(['timeout', 'perTryTimeout', 'backoff', 'maxAge']);

function inProtobuf(key: string, value: unknown): unknown {
  if (!DURATIONS.has(key) || typeof value !== 'string') return value;
  const parsed = parseDuration(value);
  return parsed.ok ? formatProtoDuration(parsed.value) : value;
}

/** What protobuf leaves out: empty lists and maps, zeros, and texts without characters. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten).filter((entry) => canonicalJson(entry as JsonValue) !== '{}');
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, entry]) => [key, inProtobuf(key, asWritten(entry))] as const)
    .filter(([key, entry]) => {
      if (FIRST_VALUES.has(entry) || entry === undefined || isDefaulted(key, entry)) return false;
      const empty = typeof entry === 'object' && entry !== null && Object.keys(entry).length === 0;
      return !empty || key === 'destination';
    });
  return Object.fromEntries(kept);
}

function specOf(vs: VirtualService): unknown {
  const matchesOf = ({ matches }: VirtualService['http'][number]) => matches.map(({ value }) => value);
  return {
    hosts: vs.hosts,
    gateways: vs.gateways,
    http: vs.http.map((rule) => ({ ...rule.route, match: matchesOf(rule) })),
    tls: vs.tls.map(({ value }) => value),
    tcp: vs.tcp.map(({ value }) => value),
  };
}

function annotationsOf(annotations: Readonly<Record<string, string>> = {}): unknown {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => COMPARED_ANNOTATIONS.includes(name)));
}

function compared(annotations: unknown, spec: unknown): string {
  return canonicalJson(asWritten({ annotations, spec }));
}

/** Objects without a time are all of one age. */
function ageOf({ metadata }: Resource): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

/** The namespaces of the input, as upstream's test labels them. */
function withTestLabels(view: ClusterView, names: ReadonlySet<string>): ClusterView {
  const namespaces = [...names].map((name) => ({
    name,
    labels: { 'istio.io/test-name-part': name.split('-')[0] ?? '' },
    annotations: {},
  }));
  return { ...view, namespaces };
}

function translated(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const { resources, rejected } = readManifestSet(files);
  const aged = [...resources, ...rejected].map((resource) => ({ ...resource, creationOrder: ageOf(resource) }));
  const own = aged.filter(({ source }) => source.file !== AROUND);
  const names = new Set(own.map(({ ref }) => ref.namespace).filter((name) => name !== ''));
  const view = withTestLabels(viewOfManifests(aged, {}), names);
  const { gateways, virtualServices, destinationRules } = convertGatewayApi(view, readResources(view), []);
  const ofGateway = ({ metadata, object }: GatewayResource): [string, string] => [
    `Gateway ${metadata.namespace}/${metadata.name}`,
    compared(annotationsOf(metadata.annotations), object.spec),
  ];
  const ofVirtualService = (vs: VirtualService): [string, string] => [
    `VirtualService ${vs.namespace}/${vs.name}`,
    compared({}, specOf(vs)),
  ];
  const ofRule = ({ metadata, object }: DestinationRuleResource): [string, string] => [
    `DestinationRule ${metadata.namespace}/${metadata.name}`,
    compared({}, object.spec),
  ];
  const all = [...gateways.map(ofGateway), ...virtualServices.map(ofVirtualService), ...destinationRules.map(ofRule)];
  return new Map(all);
}

function expectedOf(golden: string): ReadonlyMap<string, string> {
  const documents = parseAllDocuments(golden).map((document) => document.toJS() as Expected | null);
  return new Map(
    documents.flatMap((document): [string, string][] => {
      if (document === null) return [];
      const { kind, metadata, spec } = document;
      const annotations = kind === 'Gateway' ? annotationsOf(metadata.annotations) : {};
      return [[`${kind} ${metadata.namespace}/${metadata.name}`, compared(annotations, spec)]];
    }),
  );
}

function differences(actual: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): readonly string[] {
  const names = [...new Set([...actual.keys(), ...expected.keys()])];
  return names.flatMap((name) => {
    const [ours, theirs] = [actual.get(name), expected.get(name)];
    if (ours === theirs) return [];
    return [`${name}\n  ours:   ${ours ?? 'missing'}\n  theirs: ${theirs ?? 'missing'}`];
  });
}

export function runSuite(): SuiteResult {
  const { services, cases } = JSON.parse(readCaseFile('cases.json')) as Cases;
  const recorder = new CaseRecorder('istio-gateway-api', SKIPS);
  const around = surroundings(services);
  for (const { id, input, expectedConfig } of cases) {
    recorder.run(id, () => {
      const files = [around, { path: input, text: readCaseFile('testdata', input) }];
      return differences(translated(files), expectedOf(readCaseFile('testdata', expectedConfig)));
    });
  }
  return recorder.result();
}
