import { compareWithTheory, exponentialService } from './compare';

compareWithTheory({
  'M/M/4 at 0.5': { ...exponentialService(4, 0.5), customers: 150_000, firstSeed: 7_000 },
  'M/M/4 at 0.8': { ...exponentialService(4, 0.8), customers: 130_000, firstSeed: 8_000 },
  'M/M/4 at 0.9': { ...exponentialService(4, 0.9), customers: 200_000, firstSeed: 9_000 },
});
