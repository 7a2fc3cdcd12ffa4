import { NS_PER_MS, parseDuration } from '../base';
import { parseYamlMapping, type SourceFile } from '../config';

/**
 * Reads topologies in the form of Istio's load-testing tool and writes them as manifests of ours.
 * istio/tools isotope/convert/pkg/graph: services with a script of calls, sleeps and groups that run side by side.
 */

const PORT = 8080;
const DEFAULT_RATE = 10;
const DEFAULT_COMPUTE = '1ms';

interface Defaults {
  readonly numReplicas: number;
  readonly errorRate: string | number;
  readonly responseSize: string | number;
  readonly requestSize: string | number;
  readonly script: readonly unknown[];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a text is such a topology: a list of services at the top, and no apiVersion. */
export function isIsotope(text: string): boolean {
  if (!/^services:/m.test(text) || /^apiVersion:/m.test(text)) return false;
  return Array.isArray(parseYamlMapping(text)['services']);
}

function sizeOf(value: unknown, fallback: string | number): string | number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return fallback;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(B|KB|KiB|MB|MiB)?\s*$/i.exec(value);
  if (match === null) return fallback;
  const unit = { kb: 1024, kib: 1024, mb: 1024 * 1024, mib: 1024 * 1024 }[(match[2] ?? 'b').toLowerCase()] ?? 1;
  return Math.round(Number(match[1]) * unit);
}

function shareOf(value: unknown): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : 0;
}

/** Texts from the topology are written as quoted scalars: they may hold what YAML would read otherwise. */
function urlText(service: string): string {
  return JSON.stringify(`http://${service}:${PORT}/`);
}

function call(step: unknown, requestSize: string | number): string | undefined {
  const target = isRecord(step) ? step['call'] : undefined;
  if (typeof target === 'string') return `call: { url: ${urlText(target)}, body: ${requestSize}, onError: forward }`;
  if (!isRecord(target) || typeof target['service'] !== 'string') return undefined;
  const probability = typeof target['probability'] === 'number' ? `, probability: ${target['probability']}%` : '';
  return `call: { url: ${urlText(target['service'])}, body: ${sizeOf(target['size'], requestSize)}, onError: forward${probability} }`;
}

function sleep(step: unknown): string | undefined {
  const text = isRecord(step) ? step['sleep'] : undefined;
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined;
  return parsed?.ok === true ? `compute: ${Math.round(parsed.value / NS_PER_MS)}ms` : undefined;
}

function stepLines(step: unknown, defaults: Defaults): readonly string[] {
  if (Array.isArray(step)) {
    const branches = step.flatMap((branch) => call(branch, defaults.requestSize) ?? sleep(branch) ?? []);
    return branches.length === 0 ? [] : ['    - parallel:', ...branches.map((branch) => `      - ${branch}`)];
  }
  const line = call(step, defaults.requestSize) ?? sleep(step);
  return line === undefined ? [] : [`    - ${line}`];
}

function serviceText(service: Readonly<Record<string, unknown>>, defaults: Defaults): string {
  const name = JSON.stringify(String(service['name']));
  const script = Array.isArray(service['script']) ? service['script'] : defaults.script;
  const replicas = typeof service['numReplicas'] === 'number' ? service['numReplicas'] : defaults.numReplicas;
  const errors = percentOf(shareOf(service['errorRate'] ?? defaults.errorRate));
  const response = [`size: ${sizeOf(service['responseSize'], defaults.responseSize)}`];
  if (errors > 0)
    response.push(`outcomes: [ { weight: ${100 - errors}, status: 200 }, { weight: ${errors}, status: 500 } ]`);
  const steps = script.flatMap((step) => stepLines(step, defaults));
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: isotope }
spec:
  selector: { app: ${name} }
  ports: [ { name: http, port: ${PORT} } ]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: isotope }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}, version: v1 } }
    spec:
      containers: [ { name: app, image: isotope, ports: [ { containerPort: ${PORT} } ] } ]
---
apiVersion: meshwork.dev/v1alpha1
kind: Behavior
metadata: { name: ${name}, namespace: isotope }
spec:
  selector: { matchLabels: { app: ${name} } }
  endpoints:
  - steps:
    - compute: ${DEFAULT_COMPUTE}
${steps.length === 0 ? '' : `${steps.join('\n')}\n`}    response: { ${response.join(', ')} }
`;
}

function percentOf(share: string | number): number {
  if (typeof share === 'number') return share * 100;
  return share.endsWith('%') ? Number(share.slice(0, -1)) : Number(share) * 100;
}

function trafficText(entries: readonly string[]): string {
  const requests = entries.map((name) => `  - { url: ${urlText(name)} }`).join('\n');
  return `apiVersion: meshwork.dev/v1alpha1
kind: TrafficSource
metadata: { name: client, namespace: isotope }
spec:
  rate: ${DEFAULT_RATE}
  requests:
${requests}
`;
}

/** The manifests of a topology; undefined when the text is none. Entry points are called ten times a second together. */
export function importIsotope(file: SourceFile): SourceFile | undefined {
  if (!isIsotope(file.text)) return undefined;
  const document = parseYamlMapping(file.text);
  const given = isRecord(document['defaults']) ? document['defaults'] : {};
  const defaults: Defaults = {
    numReplicas: typeof given['numReplicas'] === 'number' ? given['numReplicas'] : 1,
    errorRate: shareOf(given['errorRate']),
    responseSize: sizeOf(given['responseSize'], 512),
    requestSize: sizeOf(given['requestSize'], 0),
    script: Array.isArray(given['script']) ? given['script'] : [],
  };
  const services = (Array.isArray(document['services']) ? document['services'] : []).filter(isRecord);
  const named = services.filter((service) => typeof service['name'] === 'string');
  const texts = named.map((service) => serviceText(service, defaults));
  const entries = named.filter((service) => service['isEntrypoint'] === true).map((service) => String(service['name']));
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: isotope\n  labels: { istio-injection: enabled }\n';
  const all = [namespace, ...texts, ...(entries.length === 0 ? [] : [trafficText(entries)])];
  return { path: file.path, text: all.join('---\n') };
}

/** Files as they are, topologies turned into manifests. */
export function importFiles(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.map((file) => importIsotope(file) ?? file);
}
