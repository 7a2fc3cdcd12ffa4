import type { Ns } from '../base';
import type { ResourceStore } from '../cluster';
import type { FaultSpec } from './command';

/** A fault that the manifests ask for: from `atNs` of the run, for `durationNs` (0 = until it is cleared). */
export interface ScheduledFault {
  readonly id: string;
  readonly label: string;
  readonly atNs: Ns;
  readonly durationNs: Ns;
  readonly fault: FaultSpec;
}
