import { assertDefined, NS_PER_MS, type Ns, parseDuration } from '../base';
import type { DistributionSpec } from '../config';
import type { Distribution } from '../engine';

/** A duration that the schema has already checked. Absent: `fallbackNs`. */
export function spanNs(text: string | undefined, fallbackNs: Ns): Ns {
  if (text === undefined) return fallbackNs;
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.value : fallbackNs;
}

const POINTS = [
  ['p25', 0.25],
  ['p50', 0.5],
  ['p75', 0.75],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

/** The engine's form of a distribution. Percentiles without bounds start at half the lowest point and end at the highest. */
export function distributionOf(spec: DistributionSpec): Distribution {
  if (typeof spec === 'string') return { kind: 'constant', valueNs: spanNs(spec, 0) };
  if (spec.constant !== undefined) return { kind: 'constant', valueNs: spanNs(spec.constant, 0) };
  if (spec.exponential !== undefined) return { kind: 'exponential', meanNs: spanNs(spec.exponential, NS_PER_MS) };
  if (spec.lognormal !== undefined) {
    return { kind: 'lognormal', medianNs: spanNs(spec.lognormal.median, NS_PER_MS), sigma: spec.lognormal.sigma };
  }
  if (spec.uniform !== undefined)
    return { kind: 'uniform', minNs: spanNs(spec.uniform.min, 0), maxNs: spanNs(spec.uniform.max, 0) };
  const percentiles = assertDefined(spec.percentiles, 'a distribution has exactly one form');
  const inner = POINTS.flatMap(([name, ratio]) => {
    const text = percentiles[name];
    return text === undefined ? [] : [{ ratio, valueNs: spanNs(text, 0) }];
  });
  const lowest = inner[0]?.valueNs ?? 0;
  const highest = inner[inner.length - 1]?.valueNs ?? 0;
  return {
    kind: 'percentiles',
    points: [
      { ratio: 0, valueNs: spanNs(percentiles.min, Math.floor(lowest / 2)) },
      ...inner,
      { ratio: 1, valueNs: spanNs(percentiles.max, highest) },
    ],
  };
}
