import type { Bench } from './bench';
import { compileBench } from './compile.bench';
import { engineBench } from './engine.bench';
import { kernelBench } from './kernel.bench';
import { workerBench } from './worker.bench';

/** Every benchmark, in the order of the table. Each lives in its own `*.bench.ts`. */
export const BENCHES: readonly Bench[] = [kernelBench, engineBench, workerBench, compileBench];
