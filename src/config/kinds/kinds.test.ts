import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { createCatalogue, messageOf } from '../diagnostics/catalogue';
import { CONFIG_ENTRIES } from '../diagnostics/config-catalogue';
import { parseManifests } from '../parse-manifests';
import { FORMATS } from './formats';
import { KUBERNETES_KINDS } from './kubernetes/kubernetes-kinds';
import { faultKindOf } from './meshwork/fault';
import { MESHWORK_KINDS } from './meshwork/meshwork-kinds';
import { createKindRegistry } from './registry';
import { childrenOf, KNOWN_KEYWORDS, nodeOf } from './schema-node';

const KINDS = [...KUBERNETES_KINDS, ...MESHWORK_KINDS];
const REGISTRY = createKindRegistry(KINDS, createCatalogue(CONFIG_ENTRIES));

describe('every kind', () => {
  it.each(KINDS.map((kind) => [kind.kind, kind] as const))('%s uses only what the decoder knows', (_name, kind) => {
    const strange: string[] = [];
    const visit = (schema: TSchema): void => {
      const node = nodeOf(schema);
      strange.push(...Object.keys(node).filter((keyword) => !KNOWN_KEYWORDS.has(keyword)));
      if (node.format !== undefined && !Object.hasOwn(FORMATS, node.format)) strange.push(node.format);
      for (const field of node.required ?? []) if (!Object.hasOwn(node.properties ?? {}, field)) strange.push(field);
      for (const group of [...(node['x-at-most-one'] ?? []), ...(node['x-exactly-one'] ?? [])]) {
        strange.push(...group.filter((field) => !Object.hasOwn(node.properties ?? {}, field)));
      }
      for (const child of childrenOf(node)) visit(child);
    };
    visit(kind.schema);
    expect(strange).toEqual([]);
  });

  it('is registered once', () => {
    expect(() => createKindRegistry([...KINDS, ...KINDS], REGISTRY.catalogue)).toThrow('twice');
    expect(() => createCatalogue(CONFIG_ENTRIES, CONFIG_ENTRIES)).toThrow('twice');
  });
});

describe('the catalogue', () => {
  it('has stable codes and sentences', () => {
    for (const entry of CONFIG_ENTRIES) {
      expect(entry.code).toMatch(/^MW\d{4}$/);
      expect(entry.message).toMatch(/^\S.*[^\s]$/);
    }
    expect(messageOf({ code: 'X', severity: 'info', message: '{a} and {b}' }, { a: 1 })).toBe('1 and <b>');
  });
});

/** Codes and paths of the findings about one object. */
function findings(text: string): readonly string[] {
  const parsed = parseManifests([{ path: 'x', text }], REGISTRY);
  return parsed.diagnostics.map(({ code, path }) => `${code} ${(path ?? []).join('.')}`).sort();
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: c, image: i}]}
`;

describe('rules of Kubernetes', () => {
  it.each([
    ['a good deployment', DEPLOYMENT, []],
    [
      'a selector that misses the template',
      DEPLOYMENT.replace('{labels: {app: a}}', '{labels: {app: b}}'),
      ['MW0301 spec.selector.matchLabels.app'],
    ],
    ['an empty selector', DEPLOYMENT.replace('{matchLabels: {app: a}}', '{}'), ['MW0302 spec.selector']],
    [
      'values for Exists',
      DEPLOYMENT.replace('{matchLabels: {app: a}}', '{matchExpressions: [{key: app, operator: Exists, values: [a]}]}'),
      ['MW0308 spec.selector.matchExpressions.0'],
    ],
    [
      'two containers of one name',
      DEPLOYMENT.replace('[{name: c, image: i}]', '[{name: c}, {name: c}]'),
      ['MW0304 spec.template.spec.containers.1.name'],
    ],
    ['no containers', DEPLOYMENT.replace('[{name: c, image: i}]', '[]'), ['MW0209 spec.template.spec.containers']],
    [
      'a restart policy of jobs',
      DEPLOYMENT.replace('{containers:', '{restartPolicy: Never, containers:'),
      ['MW0310 spec.template.spec.restartPolicy'],
    ],
    [
      'a rollout that cannot move',
      `${DEPLOYMENT}  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}\n`,
      ['MW0309 spec.strategy.rollingUpdate.maxUnavailable'],
    ],
    [
      'two kinds of probe',
      DEPLOYMENT.replace('image: i', 'livenessProbe: {httpGet: {port: 80}, tcpSocket: {port: 80}}'),
      ['MW0206 spec.template.spec.containers.0.livenessProbe.tcpSocket'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it.each([
    ['{ports: [{port: 80}, {port: 81}]}', ['MW0303 spec.ports.0', 'MW0303 spec.ports.1']],
    ['{ports: [{port: 80, name: a}, {port: 80, name: a}]}', ['MW0304 spec.ports.1.name', 'MW0304 spec.ports.1.port']],
    ['{type: ExternalName}', ['MW0306 spec.type']],
    ['{type: ExternalName, externalName: x.example}', []],
    ['{selector: {a: b}}', ['MW0307 spec']],
    ['{clusterIP: None}', []],
    ['{ports: [{port: 80, targetPort: http, appProtocol: grpc, nodePort: 30000}], type: NodePort}', []],
  ])('service %s', (spec, expected) => {
    const found = findings(`apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: ${spec}\n`);
    expect(found.map((entry) => entry.replace('MW0307 spec.ports', 'MW0307 spec'))).toEqual(expected);
  });

  it('checks the names of services and namespaces', () => {
    expect(findings('apiVersion: v1\nkind: Service\nmetadata: {name: 1a}\nspec: {clusterIP: None}\n')).toEqual([
      'MW0305 metadata.name',
    ]);
    expect(findings('apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n')).toEqual(['MW0305 metadata.name']);
  });
});

function own(kind: string, spec: string): string {
  return `apiVersion: meshwork.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec}\n`;
}

describe("rules of the playground's kinds", () => {
  it.each([
    ['Behavior', '{services: [a]}', []],
    ['Behavior', '{workers: 4}', ['MW0404 spec']],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{call: "reviews:9080"}]}]}',
      ['MW0401 spec.endpoints.0.steps.0.call'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{call: {url: "grpc://x/S/M"}}]}]}',
      ['MW0401 spec.endpoints.0.steps.0.call.url'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{parallel: [{sequence: [{call: "ftp://x"}]}]}]}]}',
      ['MW0401 spec.endpoints.0.steps.0.parallel.0.sequence.0.call'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{compute: 5ms, call: "http://x/"}]}]}',
      ['MW0206 spec.endpoints.0.steps.0.call'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{compute: {percentiles: {p50: 5ms, p99: 4ms}}}]}]}',
      ['MW0403 spec.endpoints.0.steps.0.compute.percentiles.p99'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{compute: {uniform: {min: 5ms, max: 4ms}}}]}]}',
      ['MW0403 spec.endpoints.0.steps.0.compute.uniform.max'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{steps: [{compute: -5ms}]}]}',
      ['MW0208 spec.endpoints.0.steps.0.compute'],
    ],
    [
      'Behavior',
      '{services: [a], endpoints: [{response: {outcomes: [{weight: 0}]}}]}',
      ['MW0402 spec.endpoints.0.response.outcomes'],
    ],
    ['Behavior', '{services: [a], endpoints: [{path: "a*b"}]}', ['MW0208 spec.endpoints.0.path']],
    ['TrafficSource', '{rate: 5, requests: [{url: "http://a/"}]}', []],
    ['TrafficSource', '{users: {count: 5}, via: "gw.istio-system:8080", requests: [{url: "http://a/"}]}', []],
    ['TrafficSource', '{rate: 5, users: {count: 5}, requests: [{url: "http://a/"}]}', ['MW0206 spec.users']],
    ['TrafficSource', '{requests: [{url: "http://a/"}]}', ['MW0207 spec']],
    [
      'TrafficSource',
      '{rate: {rps: 5, ramp: {to: 9, over: 5s}, wave: {amplitude: 1, period: 1s}}, requests: [{url: "http://a/"}]}',
      ['MW0206 spec.rate.wave'],
    ],
    [
      'TrafficSource',
      '{rate: {rps: 5, steps: [{at: 5s, rps: 1}, {at: 5s, rps: 2}]}, requests: [{url: "http://a/"}]}',
      ['MW0405 spec.rate.steps.1.at'],
    ],
    ['TrafficSource', '{rate: 5, start: 5s, stop: 4s, requests: [{url: "http://a/"}]}', ['MW0405 spec.stop']],
    [
      'TrafficSource',
      '{rate: 5, via: "a b", requests: [{url: "http://a/", weight: 0}]}',
      ['MW0401 spec.via', 'MW0402 spec.requests'],
    ],
    ['Fault', '{target: {workload: a}, crash: {}}', []],
    ['Fault', '{target: {edge: {from: a, to: {service: b}}}, partition: {}}', []],
    ['Fault', '{controlPlaneLag: {delay: 5s}, schedule: {at: 5s}}', []],
    ['Fault', '{crash: {}}', ['MW0406 spec']],
    ['Fault', '{target: {edge: {to: b}}, crash: {}}', ['MW0406 spec.target']],
    ['Fault', '{target: {workload: a}, controlPlaneDown: {}}', ['MW0406 spec.target']],
    ['Fault', '{target: {workload: a}}', ['MW0207 spec']],
    ['Fault', '{target: {workload: a}, errors: {share: 120%}}', ['MW0208 spec.errors.share']],
    ['Fault', '{target: {workload: a, edge: {to: b}}, partition: {}}', ['MW0206 spec.target.edge']],
    ['Scenario', '{title: Heroes, seed: 7, camera: {center: [0, 1]}}', []],
    ['Scenario', '{seed: -1}', ['MW0204 spec.seed', 'MW0205 spec']],
  ])('%s %s', (kind, spec, expected) => {
    expect(findings(own(kind, spec))).toEqual(expected);
  });

  it('knows the kind of each fault', () => {
    expect(faultKindOf({ target: { workload: 'a' }, slow: { factor: 2 } })).toBe('slow');
    expect(faultKindOf({})).toBeUndefined();
  });
});
