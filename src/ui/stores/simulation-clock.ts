import type { Ns, TransportStatus } from '../../worker';

const NS_PER_MS = 1_000_000;
/** The worker reports about 4 times a second; past this the guess would run ahead of a worker that hangs. */
const MAX_GUESS_MS = 600;

/**
 * Simulated time between two reports of the worker. Read once a frame by whoever draws it; never a React state.
 */
class SimulationClock {
  #baseNs: Ns = 0;
  #baseMs = 0;
  #rate = 0;
  #shownNs: Ns = 0;

  update(status: Pick<TransportStatus, 'nowNs' | 'playing' | 'speed' | 'effectiveSpeed'>, wallMs: number): void {
    const jumped = !status.playing || status.nowNs < this.#shownNs - status.speed * MAX_GUESS_MS * NS_PER_MS;
    this.#baseNs = status.nowNs;
    this.#baseMs = wallMs;
    this.#rate = status.playing ? Math.min(status.speed, status.effectiveSpeed || status.speed) : 0;
    if (jumped) this.#shownNs = status.nowNs;
  }

  /** Simulated time at a moment of wall time; does not step back while time flows. */
  read(wallMs: number): Ns {
    const elapsedMs = Math.min(MAX_GUESS_MS, Math.max(0, wallMs - this.#baseMs));
    const guessNs = this.#baseNs + elapsedMs * this.#rate * NS_PER_MS;
    this.#shownNs = this.#rate === 0 ? this.#baseNs : Math.max(this.#shownNs, guessNs);
    return this.#shownNs;
  }

  get nowNs(): Ns {
    return this.read(performance.now());
  }
}

export const simulationClock = new SimulationClock();
