import { describe, expect, it } from 'vitest';
import type { ClusterView } from '../../../src/config';
import { ISTIO_DIALECT } from '../../../src/dialects/istio';
import type { CompileResult } from '../../../src/dialects/mesh-dialect';
import {
  manifestsOf,
  meshConfigOf,
  readScenarios,
  type Scenario,
  XDS_FOLDER,
} from '../../conformance/istio-xds-states';
import { readManifestSet, viewOfManifests } from '../../support/manifest-view';
import { podOf } from '../../support/mesh-fixture';
import { hasShared } from '../../support/shared';

function versions({ snapshots }: CompileResult): Readonly<Record<string, string>> {
  return Object.fromEntries([...snapshots].map(([node, snapshot]) => [node, snapshot.version]));
}

function viewOfScenario(scenario: Scenario): ClusterView {
  return viewOfManifests(readManifestSet(manifestsOf(scenario)).resources, meshConfigOf(scenario));
}

const SERVICES = ['a', 'b']
  .map(
    (name) => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default}
spec: {clusterIP: 10.96.0.${name.charCodeAt(0)}, selector: {app: ${name}}, ports: [{name: http, port: 80}]}
`,
  )
  .join('');

function timeoutRule(seconds: number): string {
  return `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: default}
spec: {hosts: [a], http: [{timeout: ${seconds}s, route: [{destination: {host: a}}]}]}
`;
}

function balancer(simple: string): string {
  return `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: a, namespace: default}
spec: {host: a, trafficPolicy: {loadBalancer: {simple: ${simple}}}}
`;
}

const PODS = [
  { name: 'a-1', ip: '10.0.0.1', labels: { app: 'a' } },
  { name: 'b-1', ip: '10.0.0.2', labels: { app: 'b' } },
];

function viewOf(manifests: string, pods = PODS): ClusterView {
  const view = viewOfManifests(
    readManifestSet([{ path: 'mesh.yaml', text: manifests }]).resources,
    {},
    pods.map(podOf),
  );
  const endpoints = ['a', 'b'].map((name) => ({
    service: { namespace: 'default', name },
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    addresses: view.pods
      .filter((pod) => pod.labels['app'] === name)
      .map((pod) => ({ ip: pod.ip, ready: true, serving: true, terminating: false, podUid: pod.uid })),
  }));
  return { ...view, endpoints };
}

function only<T>(values: Iterable<T>): T {
  const [first] = values;
  if (first === undefined) throw new Error('nothing was compiled');
  return first;
}

describe('compiling after an earlier compilation', () => {
  it('takes over the very parts that an edit does not concern', () => {
    const before = ISTIO_DIALECT.compile(viewOf(SERVICES + timeoutRule(1)));
    const after = ISTIO_DIALECT.compile(viewOf(SERVICES + timeoutRule(2)), { previous: before });
    const [old, fresh] = [only(before.snapshots.values()), only(after.snapshots.values())];
    expect(fresh.clusters).toBe(old.clusters);
    expect(fresh.listeners).toBe(old.listeners);
    expect(fresh.endpoints).toBe(old.endpoints);
    expect(fresh.routes).not.toEqual(old.routes);
    expect(fresh.version).not.toBe(old.version);
  });

  it('keeps the version when only text and places in files change', () => {
    const before = ISTIO_DIALECT.compile(viewOf(SERVICES + timeoutRule(1)));
    const after = ISTIO_DIALECT.compile(viewOf(`# a comment\n${SERVICES}${timeoutRule(1)}`), { previous: before });
    expect(versions(after)).toEqual(versions(before));
  });

  it('says the same as compiling from nothing after each of a row of edits', () => {
    const another = [...PODS, { name: 'a-2', ip: '10.0.0.3', labels: { app: 'a' } }];
    const moved = [{ name: 'a-1', ip: '10.0.0.7', labels: { app: 'a' } }, ...PODS.slice(1)];
    const views = [
      viewOf(SERVICES),
      viewOf(SERVICES + balancer('RANDOM')),
      viewOf(SERVICES + balancer('ROUND_ROBIN') + timeoutRule(1)),
      viewOf(SERVICES + balancer('ROUND_ROBIN') + timeoutRule(1), another),
      viewOf(SERVICES + balancer('ROUND_ROBIN'), moved),
      viewOf(SERVICES.replaceAll('name: http', 'name: tcp')),
      viewOf(SERVICES),
    ];
    let previous: CompileResult | undefined;
    for (const view of views) {
      const warm = ISTIO_DIALECT.compile(view, previous === undefined ? {} : { previous });
      expect(warm.snapshots).toEqual(ISTIO_DIALECT.compile(view).snapshots);
      previous = warm;
    }
  });

  it.skipIf(!hasShared(...XDS_FOLDER))('goes through recorded scenarios without keeping anything of the last', () => {
    let previous: CompileResult | undefined;
    // One in four is enough to see a change of every kind.
    for (const scenario of readScenarios().filter((_, index) => index % 4 === 0)) {
      const view = viewOfScenario(scenario);
      const warm = ISTIO_DIALECT.compile(view, previous === undefined ? {} : { previous });
      expect(versions(warm), scenario.name).toEqual(versions(ISTIO_DIALECT.compile(view)));
      previous = warm;
    }
  });
});

describe('compiling some proxies', () => {
  it('compiles those that are asked for, and each as among all', () => {
    const view = viewOf(SERVICES);
    const all = ISTIO_DIALECT.compile(view);
    const [node = ''] = all.snapshots.keys();
    const some = ISTIO_DIALECT.compile(view, { nodes: [node] });
    expect([...some.snapshots.keys()]).toEqual([node]);
    expect(some.snapshots.get(node)).toEqual(all.snapshots.get(node));
  });
});
