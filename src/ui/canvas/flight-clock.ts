import type { Ns } from '../../worker';

const NS_PER_MS = 1_000_000;
/** Differences up to this much wall time are smoothed away; beyond it the clock jumps. */
const MAX_SLEW_MS = 250;
/** Part of a difference that one frame corrects. */
const SLEW_SHARE = 0.15;
/** Without word from the engine for this long, time stands still rather than run ahead. */
const MAX_AHEAD_MS = 400;

/** Simulated time between the engine's frames: now = frame time + rate × wall time since. */
export class FlightClock {
  #baseNs: Ns = 0;
  #baseMs = 0;
  #heardMs = 0;
  #rate = 0;

  /** Simulated nanoseconds per wall nanosecond. */
  get rate(): number {
    return this.#rate;
  }

  now(wallMs: number): Ns {
    const elapsedMs = Math.max(0, Math.min(wallMs, this.#heardMs + MAX_AHEAD_MS) - this.#baseMs);
    return this.#baseNs + elapsedMs * this.#rate * NS_PER_MS;
  }

  /** Takes the engine's word; small differences are taken in gradually, so that particles do not stutter. */
  update(nowNs: Ns, rate: number, wallMs: number): void {
    const guessNs = this.now(wallMs);
    const difference = nowNs - guessNs;
    const smooth = rate > 0 && rate === this.#rate && Math.abs(difference) <= MAX_SLEW_MS * rate * NS_PER_MS;
    this.#baseNs = smooth ? guessNs + difference * SLEW_SHARE : nowNs;
    this.#baseMs = wallMs;
    this.#heardMs = wallMs;
    this.#rate = rate;
  }
}
