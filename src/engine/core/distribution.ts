import { assertNever, type Ns, type Rng } from '../../base';
import type { Distribution } from '../workload/model';

/** One duration from the distribution, in whole nanoseconds, never negative. A constant takes no draw. */
export function sampleNs(distribution: Distribution, rng: Rng): Ns {
  switch (distribution.kind) {
    case 'constant':
      return Math.max(0, Math.round(distribution.valueNs));
    case 'exponential':
      return rng.exponential(distribution.meanNs);
    case 'lognormal':
      return rng.lognormal(distribution.medianNs, distribution.sigma);
    case 'uniform':
      return Math.round(distribution.minNs + rng.nextFloat() * (distribution.maxNs - distribution.minNs));
    case 'percentiles':
      return interpolateNs(distribution.points, rng.nextFloat());
    default:
      return assertNever(distribution);
  }
}

/** Value at `ratio` of a piecewise linear quantile function; flat beyond its first and last point. */
function interpolateNs(points: readonly { readonly ratio: number; readonly valueNs: Ns }[], ratio: number): Ns {
  let previous = points[0];
  if (previous === undefined) return 0;
  if (ratio <= previous.ratio) return Math.round(previous.valueNs);
  for (let i = 1; i < points.length; i++) {
    const point = points[i];
    if (point === undefined) break;
    if (ratio <= point.ratio) {
      const share = point.ratio === previous.ratio ? 1 : (ratio - previous.ratio) / (point.ratio - previous.ratio);
      return Math.round(previous.valueNs + share * (point.valueNs - previous.valueNs));
    }
    previous = point;
  }
  return Math.round(previous.valueNs);
}

/** Whether the distribution always gives the same duration. */
export function isConstant(distribution: Distribution): boolean {
  return distribution.kind === 'constant';
}
