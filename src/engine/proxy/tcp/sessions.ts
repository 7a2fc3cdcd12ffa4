import { Columns, type ColumnsState } from '../../../base';
import { NONE } from '../../network';

const SESSION_COLUMNS = {
  pod: 'i32',
  /** Downstream connection; -1 once it is gone. */
  connection: 'i32',
  /** What rules and log lines may ask about that connection; outlives it. */
  connectionClass: 'i32',
  config: 'i32',
  chain: 'i32',
  worker: 'u8',
  startNs: 'f64',
  cluster: 'i32',
  /** Upstream request that stands for the upstream connection; -1 before and after. */
  upstream: 'i32',
  upstreamConnection: 'i32',
  attempts: 'i32',
  hostAddress: 'i32',
  edge: 'i32',
  flags: 'i32',
  flagCount: 'u8',
  failureText: 'i32',
  bytesReceived: 'f64',
  bytesSent: 'f64',
  requestId: 'f64',
  mutualTls: 'u8',
  /** Pieces of bytes that were relayed upstream, and those that were answered. */
  exchanges: 'i32',
  answers: 'i32',
  idleSinceNs: 'f64',
  idleTimer: 'f64',
  durationTimer: 'f64',
} as const;

/** Downstream connections that a TCP proxy relays. */
export class Sessions {
  readonly table = new Columns(SESSION_COLUMNS, 64);

  allocate(): number {
    const session = this.table.allocate();
    const s = this.table.arrays;
    s.cluster[session] = NONE;
    s.upstream[session] = NONE;
    s.upstreamConnection[session] = NONE;
    s.attempts[session] = 0;
    s.hostAddress[session] = NONE;
    s.edge[session] = NONE;
    s.flags[session] = 0;
    s.flagCount[session] = 0;
    s.failureText[session] = NONE;
    s.bytesReceived[session] = 0;
    s.bytesSent[session] = 0;
    s.requestId[session] = 0;
    s.mutualTls[session] = 0;
    s.exchanges[session] = 0;
    s.answers[session] = 0;
    s.idleSinceNs[session] = 0;
    s.idleTimer[session] = 0;
    s.durationTimer[session] = 0;
    return session;
  }

  release(session: number): void {
    this.table.release(session);
  }

  isCurrent(session: number, generation: number): boolean {
    return this.table.isCurrent(session, generation);
  }

  addFlag(session: number, flag: number): void {
    const s = this.table.arrays;
    const count = s.flagCount[session] ?? 0;
    if (count >= 6) return;
    s.flags[session] = (s.flags[session] ?? 0) | (flag << (count * 5));
    s.flagCount[session] = count + 1;
  }

  save(): ColumnsState {
    return this.table.save();
  }

  restore(state: ColumnsState): void {
    this.table.restore(state);
  }
}
