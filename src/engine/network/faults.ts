import { assertNever } from '../../base';
import type { Distribution, RatioModel } from '../workload/model';
import type { EngineFault } from '../world';
import { type PodFacts, selects } from './pods';

/** What the active faults do to one entity's application. */
export interface PodFaults {
  readonly crashed: boolean;
  readonly hung: boolean;
  readonly slowFactor: number;
  readonly slowExtra: readonly Distribution[];
  readonly errors: readonly { readonly share: RatioModel; readonly status: number }[];
  readonly refusals: readonly RatioModel[];
  readonly certificateExpired: boolean;
}

/** What the active faults do to messages from one entity to another. */
export interface PathFaults {
  readonly delays: readonly Distribution[];
  readonly losses: readonly RatioModel[];
  readonly partitioned: boolean;
}

export const NO_POD_FAULTS: PodFaults = {
  crashed: false,
  hung: false,
  slowFactor: 1,
  slowExtra: [],
  errors: [],
  refusals: [],
  certificateExpired: false,
};

/** The faults that are active now, by name, in the order of injection. */
export class Faults {
  readonly #active = new Map<string, EngineFault>();
  /** Counts changes, so that what was derived from the faults can tell that it is stale. */
  version = 0;

  set(id: string, fault: EngineFault): void {
    this.#active.delete(id);
    this.#active.set(id, fault);
    this.version += 1;
  }

  clear(id: string): boolean {
    const existed = this.#active.delete(id);
    this.version += 1;
    return existed;
  }

  ofPod(facts: PodFacts): PodFaults {
    if (this.#active.size === 0) return NO_POD_FAULTS;
    let { crashed, hung, slowFactor, certificateExpired } = NO_POD_FAULTS;
    const slowExtra: Distribution[] = [];
    const errors: { readonly share: RatioModel; readonly status: number }[] = [];
    const refusals: RatioModel[] = [];
    for (const fault of this.#active.values()) {
      if (isPathFault(fault) || !selects(fault.target, facts)) continue;
      if (fault.kind === 'crash') crashed = true;
      else if (fault.kind === 'hang') hung = true;
      else if (fault.kind === 'certificateExpired') certificateExpired = true;
      else if (fault.kind === 'errors') errors.push({ share: fault.share, status: fault.status });
      else if (fault.kind === 'refuse') refusals.push(fault.share);
      else if (fault.kind === 'slow') {
        slowFactor *= fault.factor;
        if (fault.extra !== undefined) slowExtra.push(fault.extra);
      } else assertNever(fault);
    }
    return { crashed, hung, slowFactor, slowExtra, errors, refusals, certificateExpired };
  }

  ofPath(from: PodFacts, to: PodFacts): PathFaults {
    const delays: Distribution[] = [];
    const losses: RatioModel[] = [];
    let partitioned = false;
    for (const fault of this.#active.values()) {
      if (!isPathFault(fault) || !selects(fault.from, from) || !selects(fault.to, to)) continue;
      if (fault.kind === 'networkDelay') delays.push(fault.delay);
      else if (fault.kind === 'networkLoss') losses.push(fault.share);
      else partitioned = true;
    }
    return { delays, losses, partitioned };
  }

  get anyPartition(): boolean {
    for (const fault of this.#active.values()) if (fault.kind === 'partition') return true;
    return false;
  }

  save(): readonly (readonly [string, EngineFault])[] {
    return [...this.#active];
  }

  restore(state: readonly (readonly [string, EngineFault])[]): void {
    this.#active.clear();
    for (const [id, fault] of state) this.#active.set(id, fault);
    this.version += 1;
  }
}

type PathFault = Extract<EngineFault, { kind: 'networkDelay' | 'networkLoss' | 'partition' }>;

function isPathFault(fault: EngineFault): fault is PathFault {
  return fault.kind === 'networkDelay' || fault.kind === 'networkLoss' || fault.kind === 'partition';
}
