import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../src/base';
import type { EngineCommand, Simulation } from '../../../src/engine';
import { loadNativeEngine } from '../../support/native-engine';
import { type RandomScenario, ScenarioGenerator } from './random-world';
import { MS } from './world';

const FOREVER = Number.MAX_SAFE_INTEGER;
const SCENARIOS = 240;
const BATCH = 20;

let engine: Awaited<ReturnType<typeof loadNativeEngine>>;

beforeAll(async () => {
  engine = await loadNativeEngine();
}, 120_000);

/** A command about a pod that is not there any more is not for the engine; the cluster above would not send it. */
function isPossible(simulation: Simulation, command: EngineCommand): boolean {
  const pods = new Set(simulation.pods().map(({ id }) => id));
  switch (command.kind) {
    case 'removePod':
    case 'setPodUp':
      return pods.has(command.id);
    case 'applySnapshot':
      return pods.has(command.pod);
    default:
      return true;
  }
}

interface Hooks {
  /** Called every 100 ms of simulated time; may replace the simulation. */
  readonly step: (simulation: Simulation) => Simulation;
}

function run(scenario: RandomScenario, hooks: Hooks): Simulation {
  let simulation: Simulation = new engine.Simulation({ seed: scenario.seed });
  for (const command of scenario.start) simulation.execute(command);
  const later = [...scenario.later];
  for (let atNs = 100 * MS; atNs <= scenario.endNs; atNs += 100 * MS) {
    for (let next = later[0]; next !== undefined && next.atNs <= atNs; next = later[0]) {
      later.shift();
      simulation.advanceTo(Math.max(next.atNs, simulation.nowNs), FOREVER);
      if (isPossible(simulation, next.command)) simulation.execute(next.command);
    }
    simulation.advanceTo(atNs, FOREVER);
    simulation = hooks.step(simulation);
  }
  return simulation;
}

function unchanged(simulation: Simulation): Simulation {
  simulation.checkInvariants();
  return simulation;
}

/** What was counted per edge. Rows of a future that was left stay behind, with nothing counted, and move others. */
function counts(simulation: Simulation): ReadonlyMap<string, readonly number[]> {
  const used = simulation.edgeStatistics().filter(({ requests, attempts }) => requests + attempts > 0);
  return new Map(used.map(({ key, requests, byClass }) => [Object.values(key).join(' '), [requests, ...byClass]]));
}

/** What has to happen somewhere, or the scenarios say nothing about it. */
const HAPPENINGS = [
  'health_check.success',
  'health_check.network_failure',
  'health_check.passive_failure',
  'upstream_internal_redirect_succeeded_total',
  'upstream_internal_redirect_failed_total',
  'ext_authz.ok',
  'ext_authz.denied',
  'ext_authz.error',
  'ratelimit.ok',
  'ratelimit.over_limit',
  'ratelimit.error',
  'upstream_rq_per_try_timeout',
  'upstream_rq_retry_success',
  'upstream_cx_protocol_error',
  'downstream_rq_tx_reset',
];

function happenings(simulation: Simulation): readonly string[] {
  const counted = simulation.pods().flatMap(({ id }) => Object.entries(simulation.proxyStatistics(id)?.counters ?? {}));
  return HAPPENINGS.filter((name) => counted.some(([counter, count]) => count > 0 && counter.endsWith(`.${name}`)));
}

describe('random scenarios', { timeout: 180_000 }, () => {
  const batches = Array.from({ length: SCENARIOS / BATCH }, (_, index) => ({ first: index * BATCH + 1 }));

  it.each(batches)('hold every invariant and survive checkpoints, from seed $first', ({ first }) => {
    for (let seed = first; seed < first + BATCH; seed++) {
      const scenario = new ScenarioGenerator(seed).generate();
      const plain = run(scenario, { step: unchanged });
      const rng = new Rng(seed).fork('restore');
      // The second run goes back from time to time: in the same simulation, or in a new one.
      const rewound = run(scenario, {
        step: (simulation) => {
          if (rng.nextBelow(8) > 0) return simulation;
          const { nowNs } = simulation;
          const checkpoint = simulation.checkpoint();
          if (rng.nextBelow(2) === 0) {
            simulation.advanceTo(nowNs + 150 * MS, FOREVER);
            simulation.restore(checkpoint);
            return simulation;
          }
          const other = new engine.Simulation({ seed });
          other.restore(structuredClone(checkpoint));
          return other;
        },
      });
      expect(rewound.traceHash(), `seed ${seed}`).toBe(plain.traceHash());
      expect(counts(rewound)).toEqual(counts(plain));
    }
  });

  it('have in them what they are to test', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      for (const name of happenings(run(new ScenarioGenerator(seed).generate(), { step: (same) => same })))
        seen.add(name);
    }
    expect(HAPPENINGS.filter((name) => !seen.has(name))).toEqual([]);
  });
});
