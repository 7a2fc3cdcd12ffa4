import { NS_PER_S, Welford } from '../../../src/base';
import type { Distribution, Simulation } from '../../../src/engine';
import {
  addPods,
  application,
  compute,
  constantNetwork,
  endpoint,
  openLoad,
  podSpec,
  serviceEntry,
  simulate,
} from '../engine/world';
import type { QueueModel } from './theory';

/** What is simulated, and how long one replication is. */
export interface Experiment extends QueueModel {
  readonly service: Distribution;
  /** Customers that are measured per replication. */
  readonly customers: number;
  /** Replications take the seeds from here on. Experiments that share seeds share their luck. */
  readonly firstSeed: number;
}

/** Mean wait over independent replications, with the half width of its 99 % confidence interval. */
export interface Estimate {
  readonly meanNs: number;
  readonly halfWidthNs: number;
  readonly replications: number;
}

const FIRST_REPLICATIONS = 30;
const MAX_REPLICATIONS = 300;
/** Half of 3 %. */
const RELATIVE_HALF_WIDTH = 0.015;
/** The line is empty at first; after so many relaxation times nothing of that is left. */
const WARM_UP_RELAXATIONS = 20;
const QUEUE_LIMIT = 1_000_000;

/** A client and one pod with as many workers as the queue has servers, on a network that takes no time. */
function queueOf(experiment: Experiment, ratePerS: number, seed: number): Simulation {
  const pod = podSpec('a', 1, {
    application: application({
      workers: experiment.servers,
      queueLimit: QUEUE_LIMIT,
      endpoints: [endpoint({ steps: [compute(experiment.service)] })],
    }),
  });
  return simulate(seed, [
    { kind: 'setNetwork', network: { ...constantNetwork(0), tlsHandshakeNs: 0 } },
    ...addPods([pod]),
    { kind: 'setServices', services: [serviceEntry('a', [pod])] },
    { kind: 'setLoads', loads: [openLoad('a', ratePerS)] },
  ]);
}

/** Requests so far and the sum of their latencies. */
function totals(simulation: Simulation): { readonly count: number; readonly sumNs: number } {
  const { count, meanNs } = simulation.edgeStatistics()[0]?.latency ?? { count: 0, meanNs: 0 };
  return { count, sumNs: count * meanNs };
}

/** One replication: mean latency of the measured customers, less the mean time of service. */
function waitNs(experiment: Experiment, seed: number): number {
  const { servers, utilisation, meanServiceNs, customers } = experiment;
  const ratePerS = (servers * utilisation * NS_PER_S) / meanServiceNs;
  const relaxationNs = meanServiceNs / (servers * (1 - Math.sqrt(utilisation)) ** 2);
  const warmUpNs = Math.ceil(WARM_UP_RELAXATIONS * relaxationNs);
  const simulation = queueOf(experiment, ratePerS, seed);
  simulation.advanceTo(warmUpNs, Number.MAX_SAFE_INTEGER);
  const before = totals(simulation);
  simulation.advanceTo(warmUpNs + Math.ceil((customers / ratePerS) * NS_PER_S), Number.MAX_SAFE_INTEGER);
  const after = totals(simulation);
  return (after.sumNs - before.sumNs) / (after.count - before.count) - meanServiceNs;
}

/** Replicates until the confidence interval is narrow enough. */
export function estimateWait(experiment: Experiment): Estimate {
  const waits = new Welford();
  const isNarrow = () => waits.confidence99 <= RELATIVE_HALF_WIDTH * waits.mean;
  while (waits.count < MAX_REPLICATIONS && (waits.count < FIRST_REPLICATIONS || !isNarrow()))
    waits.add(waitNs(experiment, experiment.firstSeed + waits.count));
  return { meanNs: waits.mean, halfWidthNs: waits.confidence99, replications: waits.count };
}
