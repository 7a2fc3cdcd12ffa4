// Loads of the whole engine and how fast it takes them; free of Node, so that the same measure runs in a browser's worker.
import type { EngineCommand, ProxySpec } from '../src/engine';
import {
  applySnapshots,
  MUTUAL_TLS,
  outboundCluster,
  SIDECAR,
  serviceRoutes,
  sidecarSnapshot,
} from '../tests/unit/engine/mesh';
import {
  addPods,
  application,
  compute,
  endpoint,
  exponential,
  MS,
  openLoad,
  podSpec,
  request,
  S,
  serviceEntry,
  simulate,
  twoTier,
} from '../tests/unit/engine/world';

export const FOREVER = Number.MAX_SAFE_INTEGER;
const ROUNDS = 5;
const TWO_TIER_PER_S = 5000;
const MESHED_PER_S = 3000;

/** One pass through a sidecar as `docs/SEMANTICS.md` sets it by default. */
const PROXY: ProxySpec = { ...SIDECAR, passDuration: { kind: 'lognormal', medianNs: 0.2 * MS, sigma: 0.5 } };

/** Pod a calls three pods of b through its sidecar and theirs, over mutual TLS. One request is one hop. */
export function meshed(perSecond: number): EngineCommand[] {
  const a = podSpec('a', 1, { proxy: PROXY });
  const bs = [1, 2, 3].map((index) =>
    podSpec('b', index, {
      proxy: PROXY,
      application: application({ endpoints: [endpoint({ steps: [compute(exponential(MS))] })] }),
    }),
  );
  const b = outboundCluster('b', bs, { transportSocket: MUTUAL_TLS });
  const load = openLoad('b', perSecond, {
    origin: { kind: 'workload', namespace: 'default', workload: 'a' },
    requests: [{ weight: 1, request: request('b', { path: '/reviews/0' }) }],
  });
  return [
    ...addPods([a, ...bs]),
    { kind: 'setServices', services: [serviceEntry('b', bs)] },
    ...applySnapshots([
      [a, sidecarSnapshot(a, { clusters: [b], routes: serviceRoutes('b') }, {})],
      ...bs.map((pod) => [pod, sidecarSnapshot(pod, undefined, { mode: 'STRICT' })] as const),
    ]),
    { kind: 'setLoads', loads: [load] },
  ];
}

/** Requests per second. */
export interface EngineRates {
  /** Through two tiers without sidecars. */
  readonly twoTierPerS: number;
  /** Calls through two sidecars with full telemetry. */
  readonly hopsPerS: number;
}

/** Best of some rounds; `clockS` gives seconds since any moment. */
export function engineRates(smoke: boolean, clockS: () => number): EngineRates {
  const simulatedS = smoke ? 1 : 20;
  return {
    twoTierPerS: requestsPerS(twoTier(TWO_TIER_PER_S), 'a', simulatedS, clockS),
    hopsPerS: requestsPerS(meshed(MESHED_PER_S), 'b', simulatedS, clockS),
  };
}

function requestsPerS(
  commands: readonly EngineCommand[],
  destination: string,
  simulatedS: number,
  clockS: () => number,
): number {
  const simulation = simulate(1, commands);
  const served = (): number =>
    simulation.edgeStatistics().find(({ key }) => key.destination === destination)?.requests ?? 0;
  simulation.advanceTo(simulatedS * S, FOREVER);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = served();
    const startS = clockS();
    simulation.advanceTo(simulation.nowNs + simulatedS * S, FOREVER);
    best = Math.max(best, (served() - before) / (clockS() - startS));
  }
  return best;
}
