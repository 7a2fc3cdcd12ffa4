import { Columns, type ColumnsState } from '../../base';
import { NONE } from '../network';

/** What a frame stands for. */
export const FRAME_TASK = 0;
export const FRAME_BRANCH = 1;
export const FRAME_LOAD = 2;
export const FRAME_PROBE = 3;

const FRAME_COLUMNS = {
  kind: 'u8',
  /** Slot of the pod whose application it runs in. */
  pod: 'i32',
  /** Endpoint of a task, load of a load's request. */
  subject: 'i32',
  pc: 'i32',
  parent: 'i32',
  pendingBranches: 'i32',
  /** The leg being served; -1 when its client is gone. */
  servedLeg: 'i32',
  served: 'i32',
  startNs: 'f64',
  /** Response that a failed call left for the request being served; -1 none. */
  failure: 'i32',
  requestId: 'f64',
  traceId: 'f64',
  span: 'f64',
  parentSpan: 'f64',
  call: 'i32',
  callRequest: 'i32',
  callRequestId: 'f64',
  callTraceId: 'f64',
  callStartNs: 'f64',
  callTimer: 'f64',
  callPool: 'i32',
  callConnection: 'i32',
  callLeg: 'i32',
  callMarks: 'u8',
  nextWaiting: 'i32',
} as const;

/** Work in progress in applications: requests being served, their parallel branches, and requests of loads. Each makes one call at a time. */
export class Frames {
  readonly table = new Columns(FRAME_COLUMNS, 256);

  allocate(kind: number, pod: number, subject: number): number {
    const frame = this.table.allocate();
    const f = this.table.arrays;
    f.kind[frame] = kind;
    f.pod[frame] = pod;
    f.subject[frame] = subject;
    f.pc[frame] = 0;
    f.parent[frame] = NONE;
    f.pendingBranches[frame] = 0;
    f.servedLeg[frame] = NONE;
    f.served[frame] = NONE;
    f.failure[frame] = NONE;
    f.call[frame] = NONE;
    f.callTimer[frame] = 0;
    f.callPool[frame] = NONE;
    f.callConnection[frame] = NONE;
    f.callLeg[frame] = NONE;
    f.callMarks[frame] = 0;
    f.nextWaiting[frame] = NONE;
    return frame;
  }

  release(frame: number): void {
    this.table.release(frame);
  }

  generation(frame: number): number {
    return this.table.generationOf(frame);
  }

  isCurrent(frame: number, generation: number): boolean {
    return this.table.isCurrent(frame, generation);
  }

  save(): ColumnsState {
    return this.table.save();
  }

  restore(state: ColumnsState): void {
    this.table.restore(state);
  }
}
