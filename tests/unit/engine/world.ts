import type {
  ApplicationModel,
  Distribution,
  EndpointModel,
  EngineCommand,
  LoadModel,
  NetworkModel,
  PodSpec,
  RequestModel,
  ServiceEntry,
  StepModel,
} from '../../../src/engine';
import { Simulation } from '../../../src/engine';

// Small worlds for tests of the engine: pods a-1, a-2 ... of services a, b ... in namespace default.

export const MS = 1_000_000;
export const S = 1_000_000_000;

export function constant(valueNs: number): Distribution {
  return { kind: 'constant', valueNs };
}

export function exponential(meanNs: number): Distribution {
  return { kind: 'exponential', meanNs };
}

/** Every message takes the same time, so that moments can be computed by hand. */
export function constantNetwork(oneWayNs: number): NetworkModel {
  const delay = constant(oneWayNs);
  return {
    sameNode: delay,
    sameZone: delay,
    sameRegion: delay,
    crossRegion: delay,
    external: delay,
    tlsHandshakeNs: MS,
  };
}

export function request(host: string, init: Partial<RequestModel> = {}): RequestModel {
  return {
    protocol: 'http',
    scheme: 'http',
    method: 'GET',
    host,
    port: 80,
    path: '/',
    headers: [],
    bodyBytes: 0,
    ...init,
  };
}

export function compute(duration: Distribution | number): StepModel {
  return { kind: 'compute', duration: typeof duration === 'number' ? constant(duration) : duration };
}

export function call(host: string, init: Partial<Extract<StepModel, { kind: 'call' }>['call']> = {}): StepModel {
  return {
    kind: 'call',
    call: {
      request: request(host),
      forwardHeaders: ['x-request-id'],
      probability: { numerator: 1, denominator: 1 },
      timeoutNs: 0,
      onError: { kind: 'fail', status: 500 },
      ...init,
    },
  };
}

export function endpoint(init: Partial<EndpointModel> = {}): EndpointModel {
  return {
    method: '',
    path: { kind: 'prefix', value: '/' },
    protocol: 'http',
    steps: [],
    response: { outcomes: [{ weight: 1, status: 200 }], headers: [], bodyBytes: 0 },
    ...init,
  };
}

export function application(init: Partial<ApplicationModel> = {}): ApplicationModel {
  return { name: 'app', workers: 64, queueLimit: 1024, endpoints: [endpoint()], ports: [], ...init };
}

/** `podSpec('b', 2)` is pod b-2 of service b at 10.0.2.2. */
export function podSpec(service: string, index: number, init: Partial<PodSpec> = {}): PodSpec {
  const letter = service.charCodeAt(0) - 96;
  return {
    id: `${service}-${index}`,
    name: `${service}-${index}`,
    namespace: 'default',
    workload: service,
    version: 'v1',
    service,
    ip: `10.0.${letter}.${index}`,
    node: 'node-a',
    locality: { region: 'r1', zone: 'z1', subZone: '' },
    identity: `spiffe://cluster.local/ns/default/sa/${service}`,
    application: application(),
    ...init,
  };
}

/** Service with virtual IP 10.96.0.N on port 80 in front of the given pods. */
export function serviceEntry(service: string, pods: readonly PodSpec[], targetPort = 80): ServiceEntry {
  return {
    host: `${service}.default.svc.cluster.local`,
    namespace: 'default',
    name: service,
    virtualIp: `10.96.0.${service.charCodeAt(0) - 96}`,
    ports: [{ port: 80, backends: pods.map(({ ip }) => ({ ip, port: targetPort })) }],
  };
}

export function openLoad(host: string, perSecond: number, init: Partial<LoadModel> = {}): LoadModel {
  return {
    name: 'load',
    origin: { kind: 'external' },
    arrivals: { kind: 'open', process: 'poisson', rate: { kind: 'flat', perSecond } },
    requests: [{ weight: 1, request: request(`${host}.default`) }],
    startNs: 0,
    stopNs: 0,
    timeoutNs: 0,
    ...init,
  };
}

/** A simulation that has executed the commands. */
export function simulate(seed: number, commands: readonly EngineCommand[]): Simulation {
  const simulation = new Simulation({ seed });
  for (const command of commands) simulation.execute(command);
  return simulation;
}

export function addPods(pods: readonly PodSpec[]): EngineCommand[] {
  return pods.map((pod) => ({ kind: 'addPod', pod }));
}

/** Client -> a -> b without proxies, everything exponential. */
export function twoTier(perSecond: number): EngineCommand[] {
  const a = podSpec('a', 1, {
    application: application({ endpoints: [endpoint({ steps: [compute(exponential(MS)), call('b')] })] }),
  });
  const b = [1, 2].map((index) =>
    podSpec('b', index, { application: application({ endpoints: [endpoint({ steps: [compute(exponential(MS))] })] }) }),
  );
  return [
    ...addPods([a, ...b]),
    { kind: 'setServices', services: [serviceEntry('a', [a]), serviceEntry('b', b)] },
    { kind: 'setLoads', loads: [openLoad('a', perSecond)] },
  ];
}
