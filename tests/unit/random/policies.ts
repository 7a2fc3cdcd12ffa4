import type { Dice } from './dice';
import { hostOf, type Manifest, meta, OUTSIDE_HOST, type RandomMesh, type RandomService } from './mesh';

// Istio's resources over a mesh, most of them sensible, some of them wrong in ways that a cluster would accept.

const NETWORKING = 'networking.istio.io/v1';
const SECURITY = 'security.istio.io/v1';

function match(dice: Dice): unknown[] {
  return dice.some(1, 2, () => ({
    ...dice.pick<Manifest>([
      { uri: { prefix: '/read' } },
      { uri: { exact: '/write' } },
      { uri: { regex: '/api/.*' } },
      { headers: { 'end-user': { exact: 'jason' } } },
      { headers: { 'x-user': { regex: 'a.*|b.*' } } },
      { withoutHeaders: { 'x-user': { exact: 'carl' } } },
      { queryParams: { page: { exact: '2' } } },
      { method: { exact: 'GET' } },
    ]),
    ...(dice.chance(20) ? { ignoreUriCase: true } : {}),
  }));
}

function destination(dice: Dice, service: RandomService): Manifest {
  const subsets = [...service.versions.map(({ name }) => name), ...(dice.chance(8) ? ['missing'] : [])];
  return { host: hostOf(service), ...(dice.chance(70) ? { subset: dice.pick(subsets) } : {}) };
}

function split(dice: Dice, service: RandomService): unknown[] {
  const count = dice.between(1, 3);
  const weights = [[100], [90, 10], [50, 30, 20]][count - 1] ?? [];
  return weights.map((weight) => ({
    destination: destination(dice, service),
    weight,
    ...(service.protocol !== 'tcp' && dice.chance(15)
      ? { headers: { response: { add: { 'x-split': String(weight) } } } }
      : {}),
  }));
}

function action(dice: Dice, service: RandomService): Manifest {
  if (dice.chance(6)) return { redirect: { uri: '/elsewhere', redirectCode: 302 } };
  if (dice.chance(6)) return { directResponse: { status: dice.pick([200, 418, 503]), body: { string: 'no' } } };
  return {
    route: split(dice, service),
    ...(dice.chance(20) ? { rewrite: { uri: '/read' } } : {}),
    ...(dice.chance(15)
      ? { mirror: destination(dice, service), mirrorPercentage: { value: dice.pick([10, 50, 100]) } }
      : {}),
  };
}

function retries(dice: Dice): Manifest {
  if (dice.chance(15)) return { attempts: 0 };
  return {
    attempts: dice.between(1, 4),
    ...(dice.chance(60) ? { perTryTimeout: `${dice.between(5, 200)}ms` } : {}),
    ...(dice.chance(70)
      ? { retryOn: dice.pick(['5xx', 'gateway-error,connect-failure', 'retriable-4xx,reset', '503,unavailable']) }
      : {}),
  };
}

function faultInjection(dice: Dice): Manifest {
  return {
    ...(dice.chance(60)
      ? { delay: { fixedDelay: `${dice.between(5, 300)}ms`, percentage: { value: dice.pick([5, 50, 100]) } } }
      : {}),
    ...(dice.chance(60)
      ? { abort: { httpStatus: dice.pick([400, 500, 503]), percentage: { value: dice.pick([5, 20]) } } }
      : {}),
  };
}

function httpRoute(dice: Dice, service: RandomService): Manifest {
  const fault = dice.maybe(20, () => faultInjection(dice));
  return {
    ...action(dice, service),
    ...(dice.chance(40) ? { retries: retries(dice) } : {}),
    ...(dice.chance(35) ? { timeout: dice.pick(['30ms', '200ms', '2s']) } : {}),
    ...(fault === undefined || Object.keys(fault).length === 0 ? {} : { fault }),
    ...(dice.chance(15) ? { headers: { request: { set: { 'x-seen': 'yes' }, remove: ['x-user'] } } } : {}),
    ...(dice.chance(8)
      ? { corsPolicy: { allowOrigins: [{ exact: 'https://x.example' }], allowMethods: ['GET'] } }
      : {}),
  };
}

/** A redirect or a direct response goes with few other fields; they are left out then, as the webhook demands. */
function consistent(route: Manifest): Manifest {
  if ('route' in route) return route;
  const { redirect, directResponse } = route;
  return redirect === undefined ? { directResponse } : { redirect };
}

function virtualService(dice: Dice, service: RandomService, mesh: RandomMesh): Manifest {
  const gateways =
    mesh.gateway && service.protocol === 'http' ? ['mesh', `${mesh.namespaces[0]?.name}/edge`] : undefined;
  const metadata = meta(service.name, service.namespace);
  const common = { hosts: [hostOf(service)], ...(gateways === undefined ? {} : { gateways }) };
  if (service.protocol === 'tcp')
    return {
      apiVersion: NETWORKING,
      kind: 'VirtualService',
      metadata,
      spec: { hosts: [hostOf(service)], tcp: [{ route: split(dice, service) }] },
    };
  const matched = dice.some(0, 2, () => ({ match: match(dice), ...consistent(httpRoute(dice, service)) }));
  const last = dice.chance(85) ? [consistent(httpRoute(dice, service))] : [];
  const http = [...matched, ...last];
  return {
    apiVersion: NETWORKING,
    kind: 'VirtualService',
    metadata,
    spec: { ...common, http: http.length === 0 ? [consistent(httpRoute(dice, service))] : http },
  };
}

function loadBalancer(dice: Dice): Manifest {
  return dice.pick<Manifest>([
    { simple: 'ROUND_ROBIN' },
    { simple: 'LEAST_REQUEST' },
    { simple: 'RANDOM' },
    { simple: 'PASSTHROUGH' },
    { simple: 'ROUND_ROBIN', warmup: { duration: '2s' } },
    { consistentHash: { httpHeaderName: 'x-user' } },
    { consistentHash: { useSourceIp: true } },
    { consistentHash: { httpCookie: { name: 'session', ttl: '60s' } } },
    { consistentHash: { httpHeaderName: 'x-user', maglev: { tableSize: 251 } } },
    { consistentHash: { httpQueryParameterName: 'page', ringHash: { minimumRingSize: 64 } } },
  ]);
}

function connectionPool(dice: Dice): Manifest {
  return {
    tcp: { maxConnections: dice.between(1, 10), connectTimeout: dice.pick(['5ms', '100ms', '1s']) },
    http: {
      http1MaxPendingRequests: dice.between(1, 10),
      http2MaxRequests: dice.between(1, 20),
      maxRequestsPerConnection: dice.pick([0, 1, 5]),
      maxRetries: dice.between(0, 3),
      ...(dice.chance(40) ? { idleTimeout: dice.pick(['100ms', '1s', '30s']) } : {}),
      ...(dice.chance(20) ? { h2UpgradePolicy: 'UPGRADE' } : {}),
    },
  };
}

function outlierDetection(dice: Dice): Manifest {
  return {
    consecutive5xxErrors: dice.between(1, 5),
    ...(dice.chance(50) ? { consecutiveGatewayErrors: dice.between(1, 5) } : {}),
    ...(dice.chance(30) ? { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2 } : {}),
    interval: dice.pick(['500ms', '1s', '3s']),
    baseEjectionTime: dice.pick(['500ms', '2s', '30s']),
    maxEjectionPercent: dice.pick([0, 10, 50, 100]),
    minHealthPercent: dice.pick([0, 50]),
  };
}

function trafficPolicy(dice: Dice): Manifest {
  return {
    ...(dice.chance(60) ? { loadBalancer: loadBalancer(dice) } : {}),
    ...(dice.chance(40) ? { connectionPool: connectionPool(dice) } : {}),
    ...(dice.chance(40) ? { outlierDetection: outlierDetection(dice) } : {}),
    ...(dice.chance(25) ? { tls: { mode: dice.pick(['DISABLE', 'ISTIO_MUTUAL', 'ISTIO_MUTUAL', 'SIMPLE']) } } : {}),
  };
}

function destinationRule(dice: Dice, service: RandomService): Manifest {
  const policy = trafficPolicy(dice);
  return {
    apiVersion: NETWORKING,
    kind: 'DestinationRule',
    metadata: meta(service.name, service.namespace),
    spec: {
      host: hostOf(service),
      ...(Object.keys(policy).length === 0 ? {} : { trafficPolicy: policy }),
      subsets: service.versions.map(({ name }) => ({
        name,
        labels: { version: name },
        ...(dice.chance(20) ? { trafficPolicy: { loadBalancer: loadBalancer(dice) } } : {}),
      })),
    },
  };
}

function peerAuthentication(dice: Dice, mesh: RandomMesh): Manifest {
  const service = dice.pick(mesh.services);
  const mode = () => dice.pick(['STRICT', 'PERMISSIVE', 'DISABLE', 'PERMISSIVE']);
  const narrow = dice.chance(50);
  return {
    apiVersion: SECURITY,
    kind: 'PeerAuthentication',
    metadata: meta('default', narrow ? service.namespace : 'istio-system'),
    spec: narrow
      ? {
          selector: { matchLabels: { app: service.name } },
          mtls: { mode: mode() },
          ...(dice.chance(40) ? { portLevelMtls: { [service.port]: { mode: mode() } } } : {}),
        }
      : { mtls: { mode: mode() } },
  };
}

function authorizationRule(dice: Dice, mesh: RandomMesh): Manifest {
  const service = dice.pick(mesh.services);
  return {
    ...(dice.chance(60)
      ? {
          from: [
            {
              source: dice.pick<Manifest>([
                { principals: [`cluster.local/ns/${service.namespace}/sa/${service.name}`] },
                { namespaces: [service.namespace] },
                { notPrincipals: ['*'] },
                { ipBlocks: ['10.244.0.0/16'] },
              ]),
            },
          ],
        }
      : {}),
    ...(dice.chance(60)
      ? {
          to: [
            {
              operation: dice.pick<Manifest>([
                { methods: ['GET'] },
                { paths: ['/read', '/api/*'] },
                { notPaths: ['/write'] },
                { ports: [String(service.port)] },
              ]),
            },
          ],
        }
      : {}),
    ...(dice.chance(15) ? { when: [{ key: 'request.headers[x-user]', values: ['anna', 'b*'] }] } : {}),
  };
}

function authorizationPolicy(dice: Dice, mesh: RandomMesh, index: number): Manifest {
  const service = dice.pick(mesh.services);
  return {
    apiVersion: SECURITY,
    kind: 'AuthorizationPolicy',
    metadata: meta(`policy${index}`, service.namespace),
    spec: {
      ...(dice.chance(80) ? { selector: { matchLabels: { app: service.name } } } : {}),
      action: dice.pick(['ALLOW', 'ALLOW', 'DENY', 'AUDIT']),
      rules: dice.some(0, 2, () => authorizationRule(dice, mesh)),
    },
  };
}

function sidecar(dice: Dice, mesh: RandomMesh): Manifest {
  const service = dice.pick(mesh.services);
  return {
    apiVersion: NETWORKING,
    kind: 'Sidecar',
    metadata: meta('scope', service.namespace),
    spec: {
      ...(dice.chance(50) ? { workloadSelector: { labels: { app: service.name } } } : {}),
      egress: [{ hosts: dice.pick([['./*'], ['*/*'], ['./*', 'istio-system/*']]) }],
      ...(dice.chance(50) ? { outboundTrafficPolicy: { mode: dice.pick(['REGISTRY_ONLY', 'ALLOW_ANY']) } } : {}),
    },
  };
}

function serviceEntry(mesh: RandomMesh): Manifest {
  return {
    apiVersion: NETWORKING,
    kind: 'ServiceEntry',
    metadata: meta('outside', mesh.namespaces[0]?.name ?? 'default'),
    spec: {
      hosts: [OUTSIDE_HOST],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      resolution: 'DNS',
      location: 'MESH_EXTERNAL',
    },
  };
}

function gateway(mesh: RandomMesh): Manifest {
  return {
    apiVersion: NETWORKING,
    kind: 'Gateway',
    metadata: meta('edge', mesh.namespaces[0]?.name ?? 'default'),
    spec: {
      selector: { istio: 'ingress' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    },
  };
}

export function policyManifests(dice: Dice, mesh: RandomMesh): Manifest[] {
  return [
    ...mesh.services.filter(() => dice.chance(60)).map((service) => virtualService(dice, service, mesh)),
    ...mesh.services.filter(() => dice.chance(75)).map((service) => destinationRule(dice, service)),
    ...(dice.chance(50) ? [peerAuthentication(dice, mesh)] : []),
    ...dice.some(0, 2, (index) => (dice.chance(50) ? [authorizationPolicy(dice, mesh, index)] : [])).flat(),
    ...(dice.chance(25) ? [sidecar(dice, mesh)] : []),
    ...(dice.chance(40) ? [serviceEntry(mesh)] : []),
    ...(mesh.gateway ? [gateway(mesh)] : []),
  ];
}
