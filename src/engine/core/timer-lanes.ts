import type { Ns } from '../../base';
import type { EventHandle, Kernel, TimerLane } from '../kernel';

/** Order of events of one moment: what the layers above decide comes before traffic. */
export const PRIORITY_CONTROL = 0;
export const PRIORITY_TRAFFIC = 1;

/**
 * Starts timers of constant durations in the kernel's lanes. Lane numbers belong to the kernel's state, so they are looked
 * up here by duration and forgotten on restore instead of being kept by those who start timers.
 */
export class TimerLanes {
  readonly #kernel: Kernel;
  readonly #lanes = new Map<Ns, TimerLane>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Starts a timer that fires `durationNs` from now. */
  // biome-ignore lint/complexity/useMaxParams: the fields of an event, on the hot path.
  start(durationNs: Ns, kind: number, a: number, b: number, c: number): EventHandle {
    let lane = this.#lanes.get(durationNs);
    if (lane === undefined) {
      lane = this.#kernel.lane(durationNs, PRIORITY_TRAFFIC);
      this.#lanes.set(durationNs, lane);
    }
    return this.#kernel.startTimer(lane, kind, a, b, c);
  }

  /** To be called after the kernel was restored. */
  forget(): void {
    this.#lanes.clear();
  }
}
