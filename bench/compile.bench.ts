// The compiler: 100 services with 500 resources for 200 sidecars and a gateway, from nothing and after one edit.
import type { PodView } from '../src/config';
import { ISTIO_DIALECT } from '../src/dialects/istio';
import type { CompileResult } from '../src/dialects/mesh-dialect';
import { readManifestSet, viewOfManifests } from '../tests/support/manifest-view';
import type { Bench, BenchContext, BenchResult } from './bench';

const NAMESPACES = 5;
const PODS_PER_SERVICE = 2;
const ROUNDS = 5;
const MS_PER_S = 1000;

function namespaceOf(index: number): string {
  return `team-${index % NAMESPACES}`;
}

function serviceManifests(index: number): readonly string[] {
  const meta = `metadata: {name: svc-${index}, namespace: ${namespaceOf(index)}}`;
  return [
    `apiVersion: v1
kind: Service
${meta}
spec:
  clusterIP: 10.96.${Math.floor(index / 200)}.${1 + (index % 200)}
  selector: {app: svc-${index}}
  ports: [{name: http, port: 8080}, {name: tcp-admin, port: ${9000 + index}}]`,
    `apiVersion: apps/v1
kind: Deployment
${meta}
spec:
  replicas: ${PODS_PER_SERVICE}
  selector: {matchLabels: {app: svc-${index}}}
  template:
    metadata: {labels: {app: svc-${index}, version: v1}}
    spec: {containers: [{name: app, image: app}]}`,
  ];
}

function routingManifests(index: number, timeoutS: number): readonly string[] {
  const namespace = namespaceOf(index);
  const meta = `metadata: {name: svc-${index}, namespace: ${namespace}}`;
  return [
    `apiVersion: networking.istio.io/v1
kind: VirtualService
${meta}
spec:
  hosts: [svc-${index}]
  http:
  - match: [{headers: {x-user: {exact: test}}}, {uri: {prefix: /canary}}]
    route: [{destination: {host: svc-${index}, subset: v2}}]
  - timeout: ${timeoutS}s
    retries: {attempts: 3, perTryTimeout: 2s}
    route: [{destination: {host: svc-${index}, subset: v1}, weight: 90}, {destination: {host: svc-${index}, subset: v2}, weight: 10}]`,
    `apiVersion: networking.istio.io/v1
kind: DestinationRule
${meta}
spec:
  host: svc-${index}
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 100}, http: {http1MaxPendingRequests: 50}}
    outlierDetection: {consecutive5xxErrors: 5, interval: 10s}
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]`,
    `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
${meta}
spec:
  selector: {matchLabels: {app: svc-${index}}}
  rules: [{from: [{source: {namespaces: [${namespace}]}}], to: [{operation: {methods: [GET, POST], paths: [/api/*]}}]}]`,
  ];
}

/** Five objects for each service. */
function manifests(services: number, timeoutS: number): string {
  const documents: string[] = [];
  for (let index = 0; index < services; index++) {
    const edited = index === 0 ? timeoutS : 5;
    documents.push(...serviceManifests(index), ...routingManifests(index, edited));
  }
  return documents.join('\n---\n');
}

function podOf(service: number, replica: number): PodView {
  const namespace = namespaceOf(service);
  const serial = service * PODS_PER_SERVICE + replica;
  const name = `svc-${service}-${replica}`;
  return {
    name,
    namespace,
    uid: `pod-${serial}`,
    ip: `10.244.${Math.floor(serial / 200)}.${1 + (serial % 200)}`,
    labels: { app: `svc-${service}`, version: replica === 0 ? 'v1' : 'v2', 'security.istio.io/tlsMode': 'istio' },
    annotations: {},
    serviceAccount: `svc-${service}`,
    nodeName: `node-${serial % 3}`,
    locality: { region: 'region', zone: `zone-${serial % 3}`, subZone: '' },
    containers: [{ name: 'app', image: 'app', ports: [] }],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    workload: { group: 'apps', kind: 'Deployment', namespace, name: `svc-${service}` },
    sidecar: { dialect: 'istio', revision: 'default' },
  };
}

function podsOf(services: number): readonly PodView[] {
  return Array.from({ length: services * PODS_PER_SERVICE }, (_, index) =>
    podOf(Math.floor(index / PODS_PER_SERVICE), index % PODS_PER_SERVICE),
  );
}

/** A view as a running cluster shows it: endpoints follow from the pods. */
function viewOf(services: number, timeoutS: number) {
  const { resources } = readManifestSet([{ path: 'bench.yaml', text: manifests(services, timeoutS) }]);
  const pods = podsOf(services);
  const view = viewOfManifests(resources, {}, pods);
  const endpoints = Array.from({ length: services }, (_, index) => ({
    service: { namespace: namespaceOf(index), name: `svc-${index}` },
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP' },
      { name: 'tcp-admin', port: 9000 + index, protocol: 'TCP' },
    ],
    addresses: pods
      .slice(index * PODS_PER_SERVICE, (index + 1) * PODS_PER_SERVICE)
      .map((pod) => ({ ip: pod.ip, ready: true, serving: true, terminating: false, podUid: pod.uid })),
  }));
  return { ...view, endpoints };
}

/** Shortest of several rounds in milliseconds. */
function bestMs(rounds: number, work: (round: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    work(round);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function run({ smoke, calibrationPerS }: BenchContext): readonly BenchResult[] {
  const services = smoke ? 5 : 100;
  const rounds = smoke ? 1 : ROUNDS;
  const before = viewOf(services, 5);
  const edits = Array.from({ length: rounds }, (_, round) => viewOf(services, 6 + round));
  let previous: CompileResult = ISTIO_DIALECT.compile(before);
  const coldMs = bestMs(rounds, () => {
    previous = ISTIO_DIALECT.compile(before);
  });
  const editMs = bestMs(rounds, (round) => {
    previous = ISTIO_DIALECT.compile(edits[round] ?? before, { previous });
  });
  const turns = (ms: number): number => (ms * calibrationPerS) / MS_PER_S;
  return [
    { name: 'compile-500-ms', value: coldMs, unit: 'ms' },
    { name: 'compile-500-edit-ms', value: editMs, unit: 'ms' },
    { name: 'compile-500-calibrated', value: turns(coldMs), unit: 'turns' },
  ];
}

/** Compiling a whole mesh, and compiling it again after one edit. */
export const compileBench: Bench = { name: 'compile', run };
