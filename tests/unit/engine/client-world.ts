import { expect } from 'vitest';
import type { EndpointModel, EngineCommand, PodSpec, ProbeResult, RequestModel, Simulation } from '../../../src/engine';
import {
  type Cluster,
  forwardTo,
  type HttpFilter,
  type Init,
  type Locality,
  type Route,
  route,
  xdsNode,
} from '../../../src/xds';
import {
  applySnapshots,
  type OutboundOptions,
  outboundCluster,
  outboundName,
  SIDECAR_ONE_WORKER,
  serviceRoutes,
  sidecarSnapshot,
} from './mesh';
import {
  addPods,
  application,
  compute,
  constantNetwork,
  endpoint,
  MS,
  openLoad,
  podSpec,
  request,
  S,
  serviceEntry,
} from './world';

export const FOREVER = Number.MAX_SAFE_INTEGER;

export interface ClientWorldInit {
  readonly routes?: readonly Route[];
  readonly clusters?: readonly Cluster[];
  readonly filters?: readonly HttpFilter[];
  readonly hcm?: OutboundOptions['hcm'];
  readonly cluster?: Init<Cluster>;
  /** Pods of other services that clusters name. */
  readonly others?: readonly PodSpec[];
  /** Where the client runs. */
  readonly locality?: Locality;
}

/** Client a-1 (sidecar, one worker) calls the pods of b, which have no sidecars. Every message takes 1 ms. */
export function clientWorld(bs: readonly PodSpec[], init: ClientWorldInit = {}): EngineCommand[] {
  const a = podSpec('a', 1, {
    proxy: SIDECAR_ONE_WORKER,
    ...(init.locality === undefined ? {} : { locality: init.locality }),
  });
  const clusters = init.clusters ?? [outboundCluster('b', bs, init.cluster)];
  const routes = serviceRoutes('b', [
    ...(init.routes ?? [route({ action: forwardTo(outboundName('b'), { timeoutNs: 0 }) })]),
  ]);
  const snapshot = sidecarSnapshot(
    a,
    { clusters, routes, filters: init.filters ?? [], ...(init.hcm === undefined ? {} : { hcm: init.hcm }) },
    undefined,
  );
  const node = init.locality === undefined ? snapshot.node : xdsNode({ ...snapshot.node, locality: init.locality });
  return [
    ...addPods([a, ...bs, ...(init.others ?? [])]),
    { kind: 'setServices', services: [serviceEntry('b', bs)] },
    { kind: 'setNetwork', network: constantNetwork(MS) },
    ...applySnapshots([[a, { ...snapshot, node }]]),
  ];
}

export interface ServerInit {
  readonly status?: number;
  readonly grpcStatus?: number;
  readonly computeNs?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly protocol?: EndpointModel['protocol'];
  readonly bodyBytes?: number;
  readonly reset?: EndpointModel['response']['reset'];
  readonly pod?: Partial<PodSpec>;
}

/** A pod whose application gives every request the same answer. */
export function server(service: string, index: number, init: ServerInit = {}): PodSpec {
  const { grpcStatus } = init;
  const outcome = { weight: 1, status: init.status ?? 200, ...(grpcStatus === undefined ? {} : { grpcStatus }) };
  return podSpec(service, index, {
    application: application({
      endpoints: [
        endpoint({
          ...(init.protocol === undefined ? {} : { protocol: init.protocol }),
          steps: init.computeNs === undefined ? [] : [compute(init.computeNs)],
          response: {
            outcomes: [outcome],
            headers: init.headers ?? [],
            bodyBytes: init.bodyBytes ?? 0,
            ...(init.reset === undefined ? {} : { reset: init.reset }),
          },
        }),
      ],
    }),
    ...init.pod,
  });
}

/** Sends one request from a-1 to b and lets five seconds pass. */
export function send(simulation: Simulation, init: Partial<RequestModel> = {}): ProbeResult {
  const id = simulation.probe({ from: 'a-1', request: request('b', init) });
  simulation.advanceTo(simulation.nowNs + 5 * S, FOREVER);
  simulation.checkInvariants();
  const result = simulation.probeResult(id);
  if (result === undefined) throw new Error('no result');
  return result;
}

export function counters(simulation: Simulation): Readonly<Record<string, number>> {
  return simulation.proxyStatistics('a-1')?.counters ?? {};
}

export function gauges(simulation: Simulation): Readonly<Record<string, number>> {
  return simulation.proxyStatistics('a-1')?.gauges ?? {};
}

/** A counter of the cluster of b. */
export function clusterCounter(simulation: Simulation, name: string): number {
  return counters(simulation)[`cluster.${outboundName('b')}.${name}`] ?? 0;
}

/** Has a-1 send requests to b for a second, goes back to a moment within it, and expects the same to happen again. */
export function expectTheSameAgain(
  simulation: Simulation,
  requestsPerSecond: number,
  init: Partial<RequestModel> = {},
): void {
  const origin = { kind: 'workload', namespace: 'default', workload: 'a' } as const;
  const load = openLoad('b', requestsPerSecond, { origin, requests: [{ weight: 1, request: request('b', init) }] });
  simulation.execute({ kind: 'setLoads', loads: [load] });
  simulation.advanceTo(200 * MS, FOREVER);
  const saved = simulation.checkpoint();
  simulation.advanceTo(S, FOREVER);
  simulation.checkInvariants();
  const hash = simulation.traceHash();
  simulation.restore(saved);
  simulation.advanceTo(S, FOREVER);
  expect(simulation.traceHash()).toBe(hash);
}
