import type { Bench } from './bench';
import { compileBench } from './compile.bench';
import { engineBench } from './engine.bench';
import { kernelBench } from './kernel.bench';
import { workerBench } from './worker.bench';

/**
 * Every benchmark, in the order of the table. Each lives in its own `*.bench.ts`. The engine comes first: the kernel's loop, once it has seen
 * the handlers of other benchmarks, no longer calls the engine's directly.
 */
export const BENCHES: readonly Bench[] = [engineBench, kernelBench, workerBench, compileBench];
