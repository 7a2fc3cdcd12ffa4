// The whole engine in Node: requests through two tiers without sidecars, hops through two sidecars with full telemetry, and memory over a long run.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { S, simulate } from '../tests/unit/engine/world';
import type { Bench, BenchContext, BenchResult } from './bench';
import { engineRates, FOREVER, meshed } from './engine-rates';

const LONG_RUN_PER_S = 1000;

/** Seconds of processor time: what else runs on the machine takes none of it. */
function processorS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Bytes that are still reachable. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') for (let i = 0; i < 3; i++) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Memory after ten simulated minutes over that after two. */
function heapGrowth(minuteS: number): number {
  const simulation = simulate(2, meshed(LONG_RUN_PER_S));
  simulation.advanceTo(2 * minuteS * S, FOREVER);
  const early = liveBytes();
  simulation.advanceTo(10 * minuteS * S, FOREVER);
  return liveBytes() / early;
}

export const engineBench: Bench = {
  name: 'engine',
  run: ({ smoke, calibrationPerS }: BenchContext): readonly BenchResult[] => {
    const { twoTierPerS, hopsPerS } = engineRates(smoke, processorS);
    return [
      { name: 'two-tier-requests-per-s', value: twoTierPerS, unit: 'requests/s' },
      { name: 'two-tier-requests-per-calibration', value: twoTierPerS / calibrationPerS, unit: 'ratio' },
      { name: 'sidecar-hops-per-s', value: hopsPerS, unit: 'hops/s' },
      { name: 'sidecar-hops-per-calibration', value: hopsPerS / calibrationPerS, unit: 'ratio' },
      { name: 'heap-growth-ratio', value: heapGrowth(smoke ? 1 : 60), unit: 'ratio' },
    ];
  },
};
