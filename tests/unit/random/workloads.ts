import type { Dice } from './dice';
import { type Manifest, meta, OUTSIDE_HOST, type RandomMesh, type RandomService, urlOf } from './mesh';

// What runs and who calls: namespaces, services, workloads, behaviours and traffic.

const PATHS = ['/', '/read', '/write', '/api/items?page=2'];

function duration(dice: Dice): unknown {
  const ms = dice.between(1, 8);
  return dice.pick<unknown>([
    `${ms}ms`,
    { exponential: `${ms}ms` },
    { lognormal: { median: `${ms}ms`, sigma: 0.6 } },
    { uniform: { min: '0ms', max: `${2 * ms}ms` } },
    { percentiles: { p50: `${ms}ms`, p90: `${3 * ms}ms`, p99: `${9 * ms}ms` } },
  ]);
}

function call(dice: Dice, target: RandomService): unknown {
  return {
    url: urlOf(target, dice.pick(PATHS)),
    onError: dice.pick(['fail', 'ignore', 'forward']),
    ...(dice.chance(30) ? { timeout: `${dice.between(5, 400)}ms` } : {}),
    ...(dice.chance(20) ? { probability: '60%' } : {}),
    ...(dice.chance(30) ? { forwardHeaders: ['x-user', 'end-user'] } : {}),
    ...(dice.chance(20) ? { headers: { 'x-version': dice.pick(['v1', 'v2']) }, body: 2_000 } : {}),
  };
}

function steps(dice: Dice, service: RandomService): unknown[] {
  const calls = service.calls.map((target) => ({ call: call(dice, target) }));
  if (service.protocol === 'http' && dice.chance(15))
    calls.push({ call: { url: `http://${OUTSIDE_HOST}/rates`, onError: 'ignore' } });
  const work = [{ compute: duration(dice) }];
  if (calls.length > 1 && dice.chance(50)) {
    const [first, ...rest] = calls;
    return [...work, { parallel: [first, { sequence: [{ compute: duration(dice) }, ...rest] }] }];
  }
  return dice.chance(50) ? [...work, ...calls] : [...calls, ...work];
}

function response(dice: Dice, service: RandomService): Manifest {
  if (service.protocol === 'grpc')
    return dice.chance(40)
      ? {
          outcomes: [
            { weight: 9, grpcStatus: 0 },
            { weight: 1, grpcStatus: dice.pick([4, 13, 14]) },
          ],
        }
      : { grpcStatus: 0 };
  if (service.protocol === 'tcp' || dice.chance(60)) return { size: dice.between(0, 5_000) };
  return {
    outcomes: [
      { weight: 8, status: 200 },
      { weight: 2, status: dice.pick([404, 500, 503, 429]) },
    ],
    headers: { 'x-served-by': service.name },
  };
}

function workload(dice: Dice, service: RandomService, version: RandomService['versions'][number]): Manifest {
  const labels = { app: service.name, version: version.name };
  const kind = dice.chance(10) ? 'StatefulSet' : 'Deployment';
  const optOut = dice.chance(8) ? { 'sidecar.istio.io/inject': 'false' } : undefined;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: meta(`${service.name}-${version.name}`, service.namespace),
    spec: {
      replicas: version.replicas,
      ...(kind === 'StatefulSet' ? { serviceName: service.name } : {}),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...optOut } },
        spec: {
          serviceAccountName: service.name,
          terminationGracePeriodSeconds: dice.between(1, 4),
          containers: [{ name: 'app', image: 'app:1', ports: [{ containerPort: service.port }] }],
        },
      },
    },
  };
}

function serviceManifests(dice: Dice, service: RandomService): Manifest[] {
  const { name, namespace, protocol, port } = service;
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta(name, namespace),
      spec: {
        selector: { app: name },
        ports: [{ name: protocol, port, targetPort: port }],
        ...(dice.chance(10) ? { clusterIP: 'None' } : {}),
      },
    },
    ...service.versions.map((version) => workload(dice, service, version)),
    {
      apiVersion: 'meshwork.dev/v1alpha1',
      kind: 'Behavior',
      metadata: meta(name, namespace),
      spec: {
        selector: { matchLabels: { app: name } },
        workers: dice.between(1, 8),
        queue: dice.between(0, 40),
        startup: `${dice.between(100, 1_500)}ms`,
        endpoints: [{ protocol, steps: steps(dice, service), response: response(dice, service) }],
      },
    },
  ];
}

const INGRESS: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'ingress', namespace: 'istio-system' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { istio: 'ingress' } },
    template: {
      metadata: { labels: { istio: 'ingress' } },
      spec: { containers: [{ name: 'istio-proxy', image: 'auto', ports: [{ containerPort: 8080 }] }] },
    },
  },
};

const INGRESS_SERVICE: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'ingress', namespace: 'istio-system' },
  spec: { selector: { istio: 'ingress' }, ports: [{ name: 'http2', port: 80, targetPort: 8080 }] },
};

export function workloadManifests(dice: Dice, mesh: RandomMesh): Manifest[] {
  return [
    ...mesh.namespaces.map(({ name, injected }) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'istio-injection': injected ? 'enabled' : 'disabled' } },
    })),
    ...mesh.services.flatMap((service) => serviceManifests(dice, service)),
    ...(mesh.gateway ? [INGRESS, INGRESS_SERVICE] : []),
  ];
}

function requests(dice: Dice, targets: readonly RandomService[]): unknown[] {
  return dice.some(1, 3, () => ({
    weight: dice.between(1, 4),
    url: urlOf(dice.pick(targets), dice.pick(PATHS)),
    ...(dice.chance(50) ? { headers: { 'x-user': dice.pick(['anna', 'bob', 'carl']), 'end-user': 'jason' } } : {}),
    ...(dice.chance(20) ? { body: '3Ki' } : {}),
  }));
}

function demand(dice: Dice): Manifest {
  if (dice.chance(25))
    return { users: { count: dice.between(1, 6), thinkTime: { exponential: `${dice.between(50, 400)}ms` } } };
  const rps = dice.between(3, 25);
  return {
    rate: dice.pick<unknown>([
      rps,
      { rps, process: 'constant' },
      { rps, spike: { to: 80, at: '1s', for: '500ms' } },
      { rps, ramp: { to: 2 * rps, over: '3s' } },
      { rps, wave: { amplitude: 3, period: '2s' } },
    ]),
  };
}

/** One to three sources: from outside, through the gateway, or from a workload. */
export function trafficManifests(dice: Dice, mesh: RandomMesh): Manifest[] {
  const roots = mesh.services.filter((service, index) => index < 2 || service.calls.length > 0);
  const http = roots.filter((service) => service.protocol === 'http');
  return dice.some(1, 3, (index) => {
    const via = mesh.gateway && http.length > 0 && dice.chance(60);
    const origin = dice.pick(mesh.services);
    const from = { workload: `${origin.name}-${origin.versions[0]?.name}`, namespace: origin.namespace };
    return {
      apiVersion: 'meshwork.dev/v1alpha1',
      kind: 'TrafficSource',
      metadata: meta(`clients${index}`, mesh.namespaces[0]?.name ?? 'default'),
      spec: {
        ...demand(dice),
        ...(via ? { via: 'ingress.istio-system:80' } : dice.chance(40) ? { from } : {}),
        requests: requests(dice, via ? http : roots),
        ...(dice.chance(30) ? { timeout: `${dice.between(20, 2_000)}ms` } : {}),
        ...(dice.chance(20) ? { start: '500ms', stop: '4s' } : {}),
      },
    };
  });
}
