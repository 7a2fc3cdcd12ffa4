import { expect, it } from 'vitest';
import { importBundled } from '../../support/bundled';
import type { Experiment } from './measure';
import { meanWaitNs } from './theory';

const TIMEOUT_MS = 300_000;
/** Full width of the confidence interval over the mean. */
const WIDEST = 0.03;

/** One test per experiment: the closed form lies within the 99 % confidence interval of the mean wait, and the interval is narrow. */
export function compareWithTheory(experiments: Readonly<Record<string, Experiment>>): void {
  it.each(Object.entries(experiments))(
    '%s waits as long as the closed form says',
    async (_name, experiment) => {
      const { estimateWait } = await importBundled<typeof import('./measure')>('tests/unit/queueing/measure.ts');
      const { meanNs, halfWidthNs } = estimateWait(experiment);
      expect((2 * halfWidthNs) / meanNs).toBeLessThanOrEqual(WIDEST);
      expect(Math.abs(meanNs - meanWaitNs(experiment))).toBeLessThanOrEqual(halfWidthNs);
    },
    TIMEOUT_MS,
  );
}

/** Service of 1 ms in the mean, exponentially distributed. */
export function exponentialService(servers: number, utilisation: number): Omit<Experiment, 'customers' | 'firstSeed'> {
  return {
    servers,
    utilisation,
    meanServiceNs: 1_000_000,
    squaredVariation: 1,
    service: { kind: 'exponential', meanNs: 1_000_000 },
  };
}
