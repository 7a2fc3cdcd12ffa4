import { Columns, type ColumnsState } from '../../../base';
import { NONE } from '../../network';

const SESSION_COLUMNS = {
  cluster: 'i32',
  host: 'i32',
  connection: 'i32',
  leg: 'i32',
  /** A check is under way. */
  inFlight: 'u8',
  numHealthy: 'i32',
  numUnhealthy: 'i32',
  firstCheck: 'u8',
  intervalTimer: 'f64',
  timeoutTimer: 'f64',
} as const;

/** One active health check session per host of a checked cluster in a proxy. */
export class HealthSessions {
  readonly table = new Columns(SESSION_COLUMNS, 16);

  allocate(cluster: number, host: number): number {
    const session = this.table.allocate();
    const s = this.table.arrays;
    s.cluster[session] = cluster;
    s.host[session] = host;
    s.connection[session] = NONE;
    s.leg[session] = NONE;
    s.inFlight[session] = 0;
    s.numHealthy[session] = 0;
    s.numUnhealthy[session] = 0;
    s.firstCheck[session] = 1;
    s.intervalTimer[session] = 0;
    s.timeoutTimer[session] = 0;
    return session;
  }

  release(session: number): void {
    this.table.release(session);
  }

  save(): ColumnsState {
    return this.table.save();
  }

  restore(state: ColumnsState): void {
    this.table.restore(state);
  }
}
