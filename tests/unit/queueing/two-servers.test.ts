import { compareWithTheory, exponentialService } from './compare';

compareWithTheory({
  'M/M/2 at 0.5': { ...exponentialService(2, 0.5), customers: 50_000, firstSeed: 4_000 },
  'M/M/2 at 0.8': { ...exponentialService(2, 0.8), customers: 100_000, firstSeed: 5_000 },
  'M/M/2 at 0.9': { ...exponentialService(2, 0.9), customers: 200_000, firstSeed: 6_000 },
});
