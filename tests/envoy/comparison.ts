// One comparison for both sides: what disagrees, as sentences.
import { chiSquarePValue } from '../support/statistics';
import { compareStatistics } from './compare-statistics';
import type { Comparison, Exchange, LogLine, Place, Scenario, SideResult } from './contract';

const COMPARED_FIELDS = ['status', 'flags', 'details', 'attempts', 'cluster', 'route', 'failure'] as const;
/** How far apart durations may be: what a busy machine adds to a real request. */
const DURATION_TOLERANCE_MS = 150;
/** A right model gives a smaller value once in a hundred thousand runs. */
const P_VALUE = 1e-5;

const CLIENT = 'client';

interface Sides {
  readonly engine: SideResult;
  readonly envoy: SideResult;
}

export function compare(scenario: Scenario, place: Place, sides: Sides): readonly string[] {
  const comparison = scenario.compare ?? {};
  const problems: string[] = [];
  const [engine, envoy] = [judgedPart(comparison, sides.engine), judgedPart(comparison, sides.envoy)];
  const judged = { engine, envoy };
  if (engine.exchanges.length !== envoy.exchanges.length) problems.push('the sides sent different numbers of requests');
  if (comparison.unordered === true) problems.push(...compareMultisets(scenario, judged));
  else {
    envoy.exchanges.forEach((real, index) => {
      const simulated = engine.exchanges[index];
      if (simulated !== undefined) problems.push(...compareExchange(scenario, simulated, real));
    });
    problems.push(...compareDurations(comparison, judged));
  }
  if (comparison.hosts === 'pattern') problems.push(...compareHostPatterns(judged));
  if (comparison.distribution !== undefined)
    problems.push(...compareDistributions(comparison.distribution, place, judged));
  if (comparison.durations !== undefined) problems.push(...compareDurationShares(comparison.durations, judged));
  problems.push(...compareStatistics(comparison, sides));
  return problems;
}

function judgedPart({ preparing = 0 }: Comparison, result: SideResult): SideResult {
  return { ...result, exchanges: result.exchanges.slice(preparing) };
}

function fieldsOf({ compare: comparison = {}, log = {} }: Scenario): readonly string[] {
  const fields = [...COMPARED_FIELDS, ...(comparison.hosts === 'same' ? ['host'] : []), ...Object.keys(log)];
  return fields.filter((field) => comparison.ignoredFields?.includes(field) !== true);
}

function compareExchange(scenario: Scenario, engine: Exchange, envoy: Exchange): readonly string[] {
  const problems: string[] = [];
  const ignoresStatus = scenario.compare?.ignoredFields?.includes('status') === true;
  if (engine.status !== envoy.status && !ignoresStatus) {
    problems.push(
      `${envoy.id}: the client got ${shown(envoy.status)} from Envoy, ${shown(engine.status)} from the engine`,
    );
  }
  for (const proxy of new Set([...Object.keys(envoy.lines), ...Object.keys(engine.lines)])) {
    if (scenario.compare?.clientOnly === true && proxy !== CLIENT) continue;
    const real = envoy.lines[proxy];
    const simulated = engine.lines[proxy];
    if (real === undefined || simulated === undefined) {
      problems.push(`${envoy.id}: only ${real === undefined ? 'the engine' : 'Envoy'} has a log line of ${proxy}`);
      continue;
    }
    for (const field of fieldsOf(scenario)) {
      // The applications behind proxies have other addresses on loopback.
      if (field === 'host' && proxy !== CLIENT) continue;
      const [wanted, got] = [fieldText(real, field), fieldText(simulated, field)];
      if (wanted !== got)
        problems.push(`${envoy.id} at ${proxy}: ${field} is "${wanted}" in Envoy, "${got}" in the engine`);
    }
  }
  return problems;
}

function shown(status: number): string {
  return status === 0 ? 'no response' : String(status);
}

/** Flags are a set: their order in the line says nothing. */
function fieldText(line: LogLine, field: string): string {
  const value = line[field] ?? '';
  return field === 'flags' ? value.split(',').sort().join(',') : value;
}

function compareDurations(comparison: Comparison, { engine, envoy }: Sides): readonly string[] {
  const { durationWindowMs, durationToleranceMs = DURATION_TOLERANCE_MS } = comparison;
  const problems: string[] = [];
  envoy.exchanges.forEach((real, index) => {
    const simulated = engine.exchanges[index];
    if (simulated === undefined) return;
    const [realMs, simulatedMs] = [durationOf(real), durationOf(simulated)];
    if (durationWindowMs !== undefined) {
      const [fromMs, toMs] = durationWindowMs;
      for (const [side, ms, slackMs] of [
        ['Envoy', realMs, DURATION_TOLERANCE_MS],
        ['the engine', simulatedMs, 2],
      ] as const) {
        if (ms < fromMs || ms > toMs + slackMs)
          problems.push(`${real.id}: ${ms} ms in ${side} is outside of ${fromMs} to ${toMs} ms`);
      }
    } else if (Math.abs(realMs - simulatedMs) > durationToleranceMs) {
      problems.push(`${real.id}: ${realMs} ms in Envoy, ${simulatedMs} ms in the engine`);
    }
  });
  return problems;
}

function durationOf(exchange: Exchange): number {
  return Number(exchange.lines[CLIENT]?.['durationMs'] ?? exchange.durationMs);
}

function compareMultisets(scenario: Scenario, { engine, envoy }: Sides): readonly string[] {
  const count = (exchanges: readonly Exchange[]) => {
    const counts = new Map<string, number>();
    for (const { lines, status } of exchanges) {
      const fields = fieldsOf(scenario).map((field) => fieldText(lines[CLIENT] ?? {}, field));
      const key = [status, ...fields].join(' | ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  };
  const [real, simulated] = [count(envoy.exchanges), count(engine.exchanges)];
  return [...new Set([...real.keys(), ...simulated.keys()])]
    .filter((key) => real.get(key) !== simulated.get(key))
    .map(
      (key) => `"${key}" came ${real.get(key) ?? 0} times from Envoy, ${simulated.get(key) ?? 0} times from the engine`,
    );
}

/** Hosts named in the order of their first use: what is left when only the start of a rotation is chance. */
function compareHostPatterns({ engine, envoy }: Sides): readonly string[] {
  const patternOf = (exchanges: readonly Exchange[]) => {
    const names = new Map<string, string>();
    return exchanges
      .map(({ lines }) => {
        const host = lines[CLIENT]?.['host'] ?? '';
        if (!names.has(host)) names.set(host, String.fromCharCode(65 + names.size));
        return names.get(host);
      })
      .join('');
  };
  const [real, simulated] = [patternOf(envoy.exchanges), patternOf(engine.exchanges)];
  return real === simulated ? [] : [`hosts follow ${real} in Envoy, ${simulated} in the engine`];
}

function compareDistributions(
  { field, shares }: NonNullable<Comparison['distribution']>,
  place: Place,
  { engine, envoy }: Sides,
): readonly string[] {
  const values = Object.keys(shares).map((value) => (field === 'host' ? `${place.ip(value)}:` : value));
  const countsOf = (exchanges: readonly Exchange[]) =>
    values.map((value) => exchanges.filter(({ lines }) => lines[CLIENT]?.[field]?.includes(value) === true).length);
  const problems: string[] = [];
  for (const [side, exchanges] of [
    ['Envoy', envoy.exchanges],
    ['the engine', engine.exchanges],
  ] as const) {
    const counts = countsOf(exchanges);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total !== exchanges.length)
      problems.push(`${side}: ${exchanges.length - total} requests have another ${field}`);
    const pValue = chiSquarePValue(counts, Object.values(shares));
    if (pValue < P_VALUE) {
      problems.push(
        `${side}: ${field} is distributed as ${counts.join(':')} instead of ${Object.values(shares).join(':')}`,
      );
    }
  }
  return problems;
}

function compareDurationShares(
  { edgesMs, shares }: NonNullable<Comparison['durations']>,
  { engine, envoy }: Sides,
): readonly string[] {
  const problems: string[] = [];
  for (const [side, exchanges] of [
    ['Envoy', envoy.exchanges],
    ['the engine', engine.exchanges],
  ] as const) {
    const counts = shares.map(() => 0);
    for (const exchange of exchanges) {
      const index = edgesMs.filter((edgeMs) => durationOf(exchange) >= edgeMs).length;
      counts[index] = (counts[index] ?? 0) + 1;
    }
    if (chiSquarePValue(counts, shares) < P_VALUE) {
      problems.push(
        `${side}: durations between ${edgesMs.join(', ')} ms fall as ${counts.join(':')}, not ${shares.join(':')}`,
      );
    }
  }
  return problems;
}
