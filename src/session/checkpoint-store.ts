import { assertDefined, type Ns } from '../base';
import type { SessionCheckpoint } from './session-checkpoint';

const MAX_CHECKPOINTS = 32;

/**
 * Checkpoints in the order of time, the one at 0 always kept. When there are too many, every second one of the older
 * half goes: near moments stay cheap to reach, far ones cost a longer replay.
 */
export class CheckpointStore {
  #checkpoints: SessionCheckpoint[] = [];

  add(checkpoint: SessionCheckpoint): void {
    this.dropAfter(checkpoint.atNs);
    this.#checkpoints.push(checkpoint);
    if (this.#checkpoints.length <= MAX_CHECKPOINTS) return;
    const half = MAX_CHECKPOINTS / 2;
    this.#checkpoints = this.#checkpoints.filter((_, index) => index === 0 || index > half || index % 2 === 0);
  }

  /** When the next one is due. */
  nextNs(intervalNs: Ns): Ns {
    const last = this.#checkpoints[this.#checkpoints.length - 1];
    return (last?.atNs ?? -intervalNs) + intervalNs;
  }

  /** The newest one not after `tNs`. */
  before(tNs: Ns): SessionCheckpoint {
    let found = this.#checkpoints[0];
    for (const checkpoint of this.#checkpoints) if (checkpoint.atNs <= tNs) found = checkpoint;
    return assertDefined(found, 'the checkpoint at time 0 exists');
  }

  /** Forgets what no longer lies ahead: the past was edited at `tNs`. The one at 0 stays. */
  dropAfter(tNs: Ns): void {
    this.#checkpoints = this.#checkpoints.filter((checkpoint, index) => index === 0 || checkpoint.atNs < tNs);
  }
}
