// What a benchmark is. Values that depend on the machine are also given as a ratio to the calibration loop of the same run.

/** One measured number. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  /** For example `events/s`, `ms`, `ratio`. */
  readonly unit: string;
}

export interface BenchContext {
  /** A smoke run proves that the benchmark works, with a fraction of the work; its numbers mean nothing. */
  readonly smoke: boolean;
  /** Turns of the calibration loop per second, measured in this run just before the benchmarks. */
  readonly calibrationPerS: number;
}

/** A benchmark in the registry (benches.ts). */
export interface Bench {
  readonly name: string;
  readonly run: (context: BenchContext) => readonly BenchResult[] | Promise<readonly BenchResult[]>;
}

const CALIBRATION_TURNS = 20_000_000;
const CALIBRATION_ROUNDS = 5;

/** Integer mixing over a small table, which neither the memory nor the compiler's mood can change much: turns per second, best of five. */
export function calibrate(): number {
  const table = new Uint32Array(1024);
  let best = 0;
  for (let round = 0; round < CALIBRATION_ROUNDS; round += 1) {
    const start = performance.now();
    let state = 0x9e3779b9;
    for (let turn = 0; turn < CALIBRATION_TURNS; turn += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      table[state & 1023] = state;
    }
    const elapsedS = (performance.now() - start) / 1000;
    best = Math.max(best, CALIBRATION_TURNS / elapsedS);
  }
  return best;
}
