import { describe, expect, it } from 'vitest';
import { compareWithTheory, exponentialService } from './compare';
import { erlangC, meanWaitNs } from './theory';

const MEAN_NS = 1_000_000;
const SIGMA = 1;

compareWithTheory({
  'M/G/1 at 0.7 with log-normal service': {
    servers: 1,
    utilisation: 0.7,
    meanServiceNs: MEAN_NS,
    squaredVariation: Math.exp(SIGMA ** 2) - 1,
    service: { kind: 'lognormal', medianNs: MEAN_NS * Math.exp(-(SIGMA ** 2) / 2), sigma: SIGMA },
    customers: 100_000,
    firstSeed: 10_000,
  },
  'M/G/1 at 0.7 with uniform service': {
    servers: 1,
    utilisation: 0.7,
    meanServiceNs: MEAN_NS,
    squaredVariation: 1 / 3,
    service: { kind: 'uniform', minNs: 0, maxNs: 2 * MEAN_NS },
    customers: 50_000,
    firstSeed: 11_000,
  },
  'M/D/1 at 0.7': {
    servers: 1,
    utilisation: 0.7,
    meanServiceNs: MEAN_NS,
    squaredVariation: 0,
    service: { kind: 'constant', valueNs: MEAN_NS },
    customers: 50_000,
    firstSeed: 12_000,
  },
});

describe('the closed forms', () => {
  it('agree with each other and with published tables where they overlap', () => {
    expect(meanWaitNs(exponentialService(1, 0.8))).toBeCloseTo(4 * MEAN_NS, 3);
    expect(erlangC(1, 0.3)).toBeCloseTo(0.3, 12);
    // Two servers: C = 2 rho^2 / (1 + rho).
    expect(erlangC(2, 0.8)).toBeCloseTo((2 * 0.64) / 1.8, 12);
    expect(erlangC(10, 0.7)).toBeCloseTo(0.2217, 4);
  });
});
