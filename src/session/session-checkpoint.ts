import type { Ns } from '../base';
import type { Cluster } from '../cluster';
import type { Resource, SourceFile } from '../config';
import type { SimulationApi } from '../engine';
import type { FaultSpec } from './command';
import type { ScheduledFault } from './faults';
import type { HistoryState } from './history';
import type { CreationOrder } from './manifests';
import type { PodTraffic } from './topology';
import type { ActiveFaultView, MarkView } from './view';

/** The session's own part of a checkpoint. */
export interface SessionState {
  readonly marks: readonly MarkView[];
  readonly faults: readonly ActiveFaultView[];
  readonly specs: ReadonlyMap<string, FaultSpec>;
  readonly resources: readonly Resource[];
  readonly files: readonly SourceFile[];
  readonly applyCount: number;
  readonly scheduled: readonly ScheduledFault[];
  readonly orders: ReturnType<CreationOrder['save']>;
  readonly history: HistoryState;
  readonly podTotals: readonly ReadonlyMap<string, PodTraffic>[];
}

/** A moment that can be returned to. Immutable parts are shared with the running session. */
export interface SessionCheckpoint {
  readonly atNs: Ns;
  /** Commands of the log that had been executed. */
  readonly commands: number;
  readonly engine: ReturnType<SimulationApi['checkpoint']>;
  readonly cluster: ReturnType<Cluster['checkpoint']>;
  readonly state: SessionState;
}
