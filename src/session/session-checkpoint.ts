import type { Ns } from '../base';
import type { Cluster } from '../cluster';
import type { Resource, SourceFile } from '../config';
import type { SimulationApi } from '../engine';
import type { ActiveFaultsState } from './active-faults';
import type { HistoryState } from './history';
import type { CreationOrderState } from './manifests';
import type { PodTraffic } from './topology';
import type { MarkView } from './view';

/** The session's own part of a checkpoint. */
export interface SessionState {
  readonly marks: readonly MarkView[];
  readonly faults: ActiveFaultsState;
  readonly resources: readonly Resource[];
  readonly files: readonly SourceFile[];
  readonly orders: CreationOrderState;
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
