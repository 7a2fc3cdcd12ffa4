import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../base';
import {
  CONFIG_ENTRIES,
  createCatalogue,
  createKindRegistry,
  KUBERNETES_KINDS,
  MESHWORK_KINDS,
  type ObjectRef,
  parseManifests,
} from '../config';
import type { MeshDialect } from '../dialects/mesh-dialect';
import { Simulation } from '../engine';
import type { XdsSnapshot } from '../xds';
import { Cluster } from './cluster';
import { ResourceStore } from './resource-store';

const registry = createKindRegistry([...KUBERNETES_KINDS, ...MESHWORK_KINDS], createCatalogue(CONFIG_ENTRIES));

function emptySnapshot(id: string, version: string): XdsSnapshot {
  const locality = { region: '', zone: '', subZone: '' };
  const node = {
    id,
    kind: 'sidecar',
    namespace: 'shop',
    workload: 'cart',
    ipAddresses: [],
    labels: {},
    serviceAccount: 'default',
    trustDomain: 'cluster.local',
    locality,
  } as const;
  return { node, version, listeners: [], routes: [], clusters: [], endpoints: [], secrets: [] };
}

/** Injects by namespace label and tells every proxy the cluster's revision, so that pushes can be seen. */
function labelDialect(): MeshDialect {
  return {
    id: 'istio',
    kinds: [],
    derive: () => [],
    inject: (pod, view) =>
      view.namespaces.find((namespace) => namespace.name === pod.namespace)?.labels['inject'] === 'yes'
        ? { kind: 'inject', reason: 'label', revision: 'r1', labels: {}, annotations: {} }
        : { kind: 'none', reason: 'no label' },
    nodeId: (pod) => (pod.sidecar === undefined ? undefined : pod.uid),
    compile: (view) => {
      const ready = view.endpoints.flatMap((endpoints) =>
        endpoints.addresses.filter((address) => address.ready),
      ).length;
      return {
        snapshots: new Map(view.pods.map((pod) => [pod.uid, emptySnapshot(pod.uid, `ready-${ready}`)])),
        diagnostics: [],
      };
    },
  };
}

class World {
  readonly engine: Simulation;
  readonly cluster: Cluster;

  constructor() {
    const handler = {
      handleControlEvent: (_now: number, code: number, a: number, b: number) =>
        void this.cluster.handleControlEvent(code, a, b),
    };
    this.engine = new Simulation({ seed: 1, control: handler });
    this.cluster = new Cluster({
      dialect: labelDialect(),
      engine: this.engine,
      seed: 1,
      parseMeshConfig: () => ({}),
      rootNamespace: 'istio-system',
    });
  }

  apply(text: string): void {
    const parsed = parseManifests([{ path: 'test.yaml', text }], registry);
    expect(parsed.diagnostics).toEqual([]);
    this.cluster.apply(new ResourceStore(parsed.resources));
  }

  run(seconds: number): void {
    this.engine.advanceTo(this.engine.nowNs + seconds * NS_PER_S, Number.MAX_SAFE_INTEGER);
  }

  get living() {
    return this.cluster.pods.filter((pod) => pod.phase !== 'terminating');
  }

  get ready() {
    return this.living.filter((pod) => pod.ready);
  }
}

function manifests(options: {
  readonly image?: string;
  readonly replicas?: number;
  readonly inject?: boolean;
  readonly kind?: string;
  readonly strategy?: string;
}): string {
  const { image = 'app:1', replicas = 4, inject = false, kind = 'Deployment', strategy = '' } = options;
  return `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { inject: "${inject ? 'yes' : 'no'}" } }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [ { name: http, port: 80, targetPort: web } ] }
---
apiVersion: apps/v1
kind: ${kind}
metadata: { name: cart, namespace: shop }
spec:
  replicas: ${replicas}
  ${kind === 'StatefulSet' ? 'serviceName: cart' : ''}
  ${strategy}
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec: { containers: [ { name: app, image: "${image}", ports: [ { name: web, containerPort: 8080 } ] } ] }
`;
}

const CART: ObjectRef = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' };

describe('a cluster', () => {
  it('starts with its pods up, with endpoints behind the named port', () => {
    const world = new World();
    world.apply(manifests({}));
    expect(world.ready).toHaveLength(4);
    const endpoints = world.cluster.view().endpoints;
    expect(endpoints[0]?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(endpoints[0]?.addresses).toHaveLength(4);
    expect(new Set(world.cluster.pods.map((pod) => pod.ip)).size).toBe(4);
  });

  it('rolls an update within surge and availability', () => {
    const world = new World();
    world.apply(manifests({}));
    const old = new Set(world.cluster.pods.map((pod) => pod.uid));
    world.apply(manifests({ image: 'app:2' }));
    for (let second = 0; second < 60; second++) {
      expect(world.living.length).toBeLessThanOrEqual(5);
      expect(world.ready.length).toBeGreaterThanOrEqual(3);
      world.run(1);
    }
    expect(world.ready).toHaveLength(4);
    expect(world.living.some((pod) => old.has(pod.uid))).toBe(false);
  });

  it('recreates everything at once when told to', () => {
    const world = new World();
    const strategy = 'strategy: { type: Recreate }';
    world.apply(manifests({ strategy }));
    world.apply(manifests({ strategy, image: 'app:2' }));
    expect(world.living).toHaveLength(0);
    world.run(60);
    expect(world.ready).toHaveLength(4);
  });

  it('replaces a stateful set from the highest position down, one at a time', () => {
    const world = new World();
    world.apply(manifests({ kind: 'StatefulSet', replicas: 3 }));
    expect(world.cluster.pods.map((pod) => pod.name)).toEqual(['cart-0', 'cart-1', 'cart-2']);
    world.apply(manifests({ kind: 'StatefulSet', replicas: 3, image: 'app:2' }));
    expect(world.cluster.pods.filter((pod) => pod.phase === 'terminating').map((pod) => pod.name)).toEqual(['cart-2']);
    for (let second = 0; second < 200; second++) {
      expect(world.ready.length).toBeGreaterThanOrEqual(2);
      world.run(1);
    }
    expect(new Set(world.ready.map((pod) => pod.templateHash)).size).toBe(1);
    expect(world.ready.map((pod) => pod.name).sort()).toEqual(['cart-0', 'cart-1', 'cart-2']);
  });

  it('scales up and down', () => {
    const world = new World();
    world.apply(manifests({ replicas: 2 }));
    world.cluster.scaleWorkload(CART, 5);
    world.run(10);
    expect(world.ready).toHaveLength(5);
    world.cluster.scaleWorkload(CART, 1);
    expect(world.living).toHaveLength(1);
    world.run(60);
    expect(world.cluster.pods).toHaveLength(1);
  });

  it('starts a crashing pod again with a growing pause, and for good once the fault is gone', () => {
    const world = new World();
    world.apply(manifests({ replicas: 1 }));
    world.cluster.addCrash({ id: 'c', selector: { workload: 'cart' } });
    expect(world.ready).toHaveLength(0);
    world.run(100);
    // Restarts after 1 s, 10 s, 20 s and 40 s, the next one 80 s later.
    expect(world.cluster.pods[0]?.restarts).toBe(5);
    world.cluster.removeCrash('c');
    world.run(60);
    expect(world.ready).toHaveLength(1);
  });
});

describe('injection', () => {
  it('reaches new pods only', () => {
    const world = new World();
    world.apply(manifests({ inject: false }));
    world.apply(manifests({ inject: true }));
    world.run(30);
    expect(world.living.filter((pod) => pod.sidecar !== undefined)).toHaveLength(0);
    world.cluster.restartWorkload(CART);
    world.run(60);
    expect(world.ready.filter((pod) => pod.sidecar !== undefined)).toHaveLength(4);
  });
});

describe('the control plane', () => {
  it('brings changes to all proxies after the debounce', () => {
    const world = new World();
    world.apply(manifests({ inject: true, replicas: 2 }));
    expect(world.cluster.pods.map((pod) => pod.appliedVersion)).toEqual(['ready-2', 'ready-2']);
    world.cluster.scaleWorkload(CART, 3);
    world.run(10);
    expect(world.ready.map((pod) => pod.appliedVersion)).toEqual(['ready-3', 'ready-3', 'ready-3']);
  });

  it('while it is down pushes nothing and lets no new sidecar in', () => {
    const world = new World();
    world.apply(manifests({ inject: true, replicas: 2 }));
    world.cluster.setControlPlaneUp(false);
    world.cluster.scaleWorkload(CART, 4);
    world.run(20);
    expect(world.living).toHaveLength(2);
    expect(world.cluster.events.some((event) => event.reason === 'FailedCreate')).toBe(true);
    world.cluster.setControlPlaneUp(true);
    world.run(20);
    expect(world.ready).toHaveLength(4);
  });
});

describe('a checkpoint', () => {
  it('brings the cluster back exactly', () => {
    const run = (rewind: boolean) => {
      const world = new World();
      world.apply(manifests({ inject: true }));
      world.cluster.restartWorkload(CART);
      world.run(3);
      if (rewind) {
        const cluster = world.cluster.checkpoint();
        const engine = world.engine.checkpoint();
        world.run(7);
        world.cluster.addCrash({ id: 'c', selector: {} });
        world.run(5);
        world.engine.restore(engine);
        world.cluster.restore(cluster);
      }
      world.run(40);
      return {
        hash: world.engine.traceHash(),
        pods: world.cluster.pods.map((pod) => [pod.name, pod.ip, pod.phase, pod.appliedVersion]),
      };
    };
    expect(run(true)).toEqual(run(false));
  });
});
