import { Columns, type ColumnsState } from '../../../base';
import { NONE } from '../../network';
import type { RetryState } from '../semantics';
import type { FilterPlan } from './filter-plan-types';
import type { RequestPlan, ResolvedRoute } from './request-plan';
import type { RoutePlan } from './route-plan';

/** Flags of a stream are packed in the order in which they were set: five bits each, at most six. */
const FLAG_BITS = 5;
const MAX_FLAGS = 6;

const STREAM_COLUMNS = {
  pod: 'i32',
  /** The downstream leg; -1 once its client is gone. */
  leg: 'i32',
  connection: 'i32',
  config: 'i32',
  chain: 'i32',
  connectionClass: 'i32',
  worker: 'u8',
  original: 'i32',
  /** Internal redirects that led to the stream, and the head before the first of them (-1: none). */
  redirects: 'u8',
  redirectedFrom: 'i32',
  /** Where those redirects led, route by route, as far as a predicate of theirs asks (-1: none did). */
  redirectWays: 'i32',
  requestBytes: 'f64',
  /** Bytes of bodies that were received before internal redirects led to the stream; its log line counts them too. */
  receivedBefore: 'f64',
  startNs: 'f64',
  requestId: 'f64',
  traceId: 'f64',
  parentSpan: 'f64',
  span: 'f64',
  /** Position in the steps of the filter plan. */
  step: 'i32',
  /** The delay of the step at `step` is over. */
  delayed: 'u8',
  faultCharged: 'u8',
  delayTimer: 'f64',
  /** Call of a filter that the stream waits for, -1 = none. */
  call: 'i32',
  /** The stream's one random number; -1 until drawn. */
  random: 'f64',
  routed: 'u8',
  cluster: 'i32',
  firstTry: 'i32',
  attempts: 'i32',
  upstreamStarted: 'u8',
  /** Address number of the host of the last try. */
  hostAddress: 'i32',
  edge: 'i32',
  upstreamTls: 'u8',
  routeTimer: 'f64',
  backOffTimer: 'f64',
  idleTimer: 'f64',
  durationTimer: 'f64',
  upstreamStartNs: 'f64',
  flags: 'i32',
  flagCount: 'u8',
  details: 'i32',
  failureText: 'i32',
  response: 'i32',
  responseBytes: 'f64',
  marks: 'u8',
  status: 'i32',
} as const;

/** Plain-data state of {@link Streams}. Plans are made again from the columns. */
export interface StreamsState {
  readonly table: ColumnsState;
  readonly retryStates: readonly (readonly [number, RetryState])[];
  readonly attemptedHosts: readonly (readonly [number, readonly number[]])[];
  readonly callAnswers: readonly (readonly [number, readonly number[]])[];
}

/** Downstream HTTP streams of all proxies: columns, and beside them what is shared or rare. */
export class Streams {
  readonly table = new Columns(STREAM_COLUMNS, 128);
  readonly plans: (RequestPlan | undefined)[] = [];
  readonly resolved: (ResolvedRoute | undefined)[] = [];
  readonly filterPlans: (FilterPlan | undefined)[] = [];
  readonly routePlans: (RoutePlan | undefined)[] = [];
  /** The head that a stream became when a redirect was followed inside of the proxy. */
  readonly redirectHeads: (number | undefined)[] = [];
  /** Made when a retry first matters. */
  readonly retryStates: (RetryState | undefined)[] = [];
  /** Address numbers of the hosts tried so far, kept once there is more than one try. */
  readonly attemptedHosts: (number[] | undefined)[] = [];
  /** Responses to the calls of the stream's filters so far, by number; -1 stands for none. */
  readonly callAnswers: (number[] | undefined)[] = [];

  allocate(): number {
    const stream = this.table.allocate();
    const s = this.table.arrays;
    s.redirects[stream] = 0;
    s.redirectedFrom[stream] = NONE;
    s.redirectWays[stream] = NONE;
    s.receivedBefore[stream] = 0;
    s.step[stream] = 0;
    s.delayed[stream] = 0;
    s.faultCharged[stream] = 0;
    s.delayTimer[stream] = 0;
    s.call[stream] = NONE;
    s.random[stream] = -1;
    s.routed[stream] = 0;
    s.cluster[stream] = NONE;
    s.firstTry[stream] = NONE;
    s.attempts[stream] = 0;
    s.upstreamStarted[stream] = 0;
    s.hostAddress[stream] = NONE;
    s.edge[stream] = NONE;
    s.upstreamTls[stream] = 0;
    s.routeTimer[stream] = 0;
    s.backOffTimer[stream] = 0;
    s.idleTimer[stream] = 0;
    s.durationTimer[stream] = 0;
    s.upstreamStartNs[stream] = 0;
    s.flags[stream] = 0;
    s.flagCount[stream] = 0;
    s.details[stream] = NONE;
    s.failureText[stream] = NONE;
    s.response[stream] = NONE;
    s.responseBytes[stream] = 0;
    s.marks[stream] = 0;
    s.status[stream] = 0;
    return stream;
  }

  release(stream: number): void {
    this.plans[stream] = undefined;
    this.resolved[stream] = undefined;
    this.filterPlans[stream] = undefined;
    this.routePlans[stream] = undefined;
    this.retryStates[stream] = undefined;
    this.attemptedHosts[stream] = undefined;
    if (this.callAnswers.length > 0) this.callAnswers[stream] = undefined;
    if (this.redirectHeads.length > 0) this.redirectHeads[stream] = undefined;
    this.table.release(stream);
  }

  isCurrent(stream: number, generation: number): boolean {
    return this.table.isCurrent(stream, generation);
  }

  generation(stream: number): number {
    return this.table.generationOf(stream);
  }

  /** Sets a flag unless it is set already. */
  addFlag(stream: number, flag: number): void {
    const s = this.table.arrays;
    const count = s.flagCount[stream] ?? 0;
    const packed = s.flags[stream] ?? 0;
    for (let i = 0; i < count; i++) if (((packed >> (i * FLAG_BITS)) & 31) === flag) return;
    if (count >= MAX_FLAGS) return;
    s.flags[stream] = packed | (flag << (count * FLAG_BITS));
    s.flagCount[stream] = count + 1;
  }

  save(): StreamsState {
    const retryStates: (readonly [number, RetryState])[] = [];
    this.retryStates.forEach((state, stream) => {
      if (state !== undefined) retryStates.push([stream, { ...state }]);
    });
    const attemptedHosts = savedLists(this.attemptedHosts);
    const callAnswers = savedLists(this.callAnswers);
    return { table: this.table.save(), retryStates, attemptedHosts, callAnswers };
  }

  restore(state: StreamsState): void {
    this.table.restore(state.table);
    for (const list of [this.plans, this.resolved, this.filterPlans, this.routePlans]) list.length = 0;
    this.retryStates.length = 0;
    this.attemptedHosts.length = 0;
    this.callAnswers.length = 0;
    for (const [stream, saved] of state.retryStates) this.retryStates[stream] = { ...saved };
    for (const [stream, hosts] of state.attemptedHosts) this.attemptedHosts[stream] = hosts.slice();
    for (const [stream, answers] of state.callAnswers) this.callAnswers[stream] = answers.slice();
  }
}

function savedLists(lists: readonly (number[] | undefined)[]): (readonly [number, readonly number[]])[] {
  const saved: (readonly [number, readonly number[]])[] = [];
  lists.forEach((list, stream) => {
    if (list !== undefined) saved.push([stream, list.slice()]);
  });
  return saved;
}

/** The flags of a packed list in the order in which they were set. */
export function unpackFlags(packed: number, count: number): number[] {
  const flags: number[] = [];
  for (let i = 0; i < count; i++) flags.push((packed >> (i * FLAG_BITS)) & 31);
  return flags;
}
