import type { SourceFile } from '../../../src/config';
import { type ScenarioDefinition, Session } from '../../../src/session';

// A shop without sidecars, so that every number can be reckoned: clients -> front -> cart (v1 and v2) -> db.

export const S = 1_000_000_000;
export const MS = 1_000_000;

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: { name: shop }
`;

interface WorkloadOptions {
  readonly name: string;
  readonly app?: string;
  readonly version?: string;
  readonly replicas?: number;
  readonly image?: string;
}

export function deployment(options: WorkloadOptions): string {
  const { name, app = name, version = 'v1', replicas = 1, image = `${app}:1` } = options;
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${app}, version: ${version} } }
  template:
    metadata: { labels: { app: ${app}, version: ${version} } }
    spec: { containers: [ { name: app, image: "${image}", ports: [ { containerPort: 8080 } ] } ] }
`;
}

export function service(name: string, app = name): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${app} }, ports: [ { name: http, port: 80, targetPort: 8080 } ] }
`;
}

/** @param steps YAML of the steps, in flow style. */
export function behavior(app: string, steps: string, response = '{ status: 200 }'): string {
  return `apiVersion: meshwork.dev/v1alpha1
kind: Behavior
metadata: { name: ${app}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${app} } }
  endpoints: [ { steps: [ ${steps} ], response: ${response} } ]
`;
}

export function traffic(rps: number, url = 'http://front:80/'): string {
  return `apiVersion: meshwork.dev/v1alpha1
kind: TrafficSource
metadata: { name: clients, namespace: shop }
spec: { rate: ${rps}, requests: [ { url: "${url}" } ] }
`;
}

/** @param spec YAML of the fields beside the name, in flow style without its braces. */
export function fault(name: string, spec: string): string {
  return `apiVersion: meshwork.dev/v1alpha1
kind: Fault
metadata: { name: ${name}, namespace: shop }
spec: { ${spec} }
`;
}

export function file(path: string, ...documents: readonly string[]): SourceFile {
  return { path, text: documents.join('---\n') };
}

export const WORKLOADS: SourceFile = file(
  'workloads.yaml',
  NAMESPACE,
  service('front'),
  deployment({ name: 'front', replicas: 2 }),
  service('cart'),
  deployment({ name: 'cart-v1', app: 'cart', replicas: 2 }),
  deployment({ name: 'cart-v2', app: 'cart', version: 'v2' }),
  service('db'),
  deployment({ name: 'db' }),
);

export const BEHAVIORS: SourceFile = file(
  'behaviors.yaml',
  behavior('front', '{ compute: 1ms }, { call: "http://cart:80/items" }'),
  behavior('cart', '{ compute: { exponential: 2ms } }, { call: "http://db:80/rows" }'),
  behavior('db', '{ compute: { lognormal: { median: 1ms, sigma: 0.5 } } }'),
);

export const TRAFFIC: SourceFile = file('traffic.yaml', traffic(100));

export const SHOP: readonly SourceFile[] = [WORKLOADS, BEHAVIORS, TRAFFIC];

export function scenario(
  files: readonly SourceFile[],
  overrides: Partial<ScenarioDefinition> = {},
): ScenarioDefinition {
  return { id: 'test', title: 'Test', dialect: 'istio', seed: 1, notes: '', files, presets: [], ...overrides };
}

/** A session over manifests that must be accepted. */
export function open(files: readonly SourceFile[] = SHOP, overrides: Partial<ScenarioDefinition> = {}): Session {
  const { session, diagnostics } = Session.open(scenario(files, overrides));
  if (session === undefined) throw new Error(diagnostics.map((diagnostic) => diagnostic.message).join('\n'));
  return session;
}

export function run(session: Session, seconds: number): void {
  session.advanceTo(session.nowNs + seconds * S, Number.MAX_SAFE_INTEGER);
}

/** The files with some replaced by path, or added. */
export function withFiles(files: readonly SourceFile[], ...changed: readonly SourceFile[]): readonly SourceFile[] {
  const paths = new Set(changed.map(({ path }) => path));
  return [...files.filter(({ path }) => !paths.has(path)), ...changed];
}
