import { compareWithTheory, exponentialService } from './compare';

compareWithTheory({
  'M/M/1 at 0.5': { ...exponentialService(1, 0.5), customers: 30_000, firstSeed: 1_000 },
  'M/M/1 at 0.8': { ...exponentialService(1, 0.8), customers: 100_000, firstSeed: 2_000 },
  'M/M/1 at 0.9': { ...exponentialService(1, 0.9), customers: 200_000, firstSeed: 3_000 },
});
