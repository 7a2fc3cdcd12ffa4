import { assert, type Ns, TraceHash, type TraceHashState } from '../../base';
import { type EventHandle, EventQueue, type EventQueueState, type TimerLane } from './event-queue';

/** What the kernel drives: one object whose `dispatch` switches on the kind of the event. */
export interface EventHandler {
  dispatch(kind: number, a: number, b: number, c: number): void;
}

/** How far one call of {@link Kernel.advanceTo} came. */
export interface AdvanceResult {
  /** Events dispatched by this call. */
  readonly events: number;
  /** False when the call stopped at its bound of events before the wanted time. */
  readonly reached: boolean;
}

/** Plain-data state of a {@link Kernel}. */
export interface KernelState {
  readonly nowNs: Ns;
  readonly dispatched: number;
  readonly queue: EventQueueState;
  readonly trace: TraceHashState;
}

/**
 * Simulated time. Owns the clock, the pending events and the trace hash, which covers every dispatched event; knows nothing about what events mean.
 */
export class Kernel {
  readonly #queue: EventQueue;
  readonly #trace = new TraceHash();
  #nowNs: Ns = 0;
  #dispatched = 0;

  constructor(initialCapacity = 1024) {
    this.#queue = new EventQueue(initialCapacity);
  }

  /** The current simulated time. */
  get nowNs(): Ns {
    return this.#nowNs;
  }

  /** Number of pending events. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Number of events dispatched so far. */
  get dispatched(): number {
    return this.#dispatched;
  }

  /** Time of the earliest pending event, infinite when there is none. */
  get nextEventNs(): Ns {
    return this.#queue.peekTimeNs();
  }

  /** Schedules an event at a whole nanosecond, not before now. `priority` (0 to 255, lower first) orders events of one moment. */
  // biome-ignore lint/complexity/useMaxParams: an event is six numbers, and an object for each would be garbage.
  at(timeNs: Ns, priority: number, kind: number, a: number, b: number, c: number): EventHandle {
    assert(timeNs >= this.#nowNs, 'event scheduled in the past');
    assert(Math.floor(timeNs) === timeNs, 'event time is not a whole nanosecond');
    return this.#queue.push(timeNs, priority, kind, a, b, c);
  }

  /** Schedules an event `delayNs` whole nanoseconds from now. */
  // biome-ignore lint/complexity/useMaxParams: an event is six numbers, and an object for each would be garbage.
  after(delayNs: Ns, priority: number, kind: number, a: number, b: number, c: number): EventHandle {
    return this.at(this.#nowNs + delayNs, priority, kind, a, b, c);
  }

  /** The lane for timers of one constant duration and priority, such as a route's timeout: starting and cancelling them takes constant time. */
  lane(durationNs: Ns, priority: number): TimerLane {
    assert(Math.floor(durationNs) === durationNs, 'timer duration is not a whole nanosecond');
    return this.#queue.lane(durationNs, priority);
  }

  /** Starts a timer of the lane's duration now. */
  // biome-ignore lint/complexity/useMaxParams: an event is a lane and four numbers, and an object for each would be garbage.
  startTimer(lane: TimerLane, kind: number, a: number, b: number, c: number): EventHandle {
    return this.#queue.pushTimer(lane, this.#nowNs, kind, a, b, c);
  }

  /** Cancels a pending event or timer; false when it already happened or was cancelled, which changes nothing. */
  cancel(handle: EventHandle): boolean {
    return this.#queue.cancel(handle);
  }

  isPending(handle: EventHandle): boolean {
    return this.#queue.isPending(handle);
  }

  /** Time of a pending event; NaN when the handle is stale. */
  timeOf(handle: EventHandle): Ns {
    return this.#queue.timeOf(handle);
  }

  /**
   * Dispatches all events up to and including `untilNs` in the order (time, priority, sequence) and sets the clock to `untilNs`. Stops after `maxEvents` events
   * with the clock at the last one, so that a caller can hand out slices. Use one kind of handler object per kernel: the call in this loop then stays direct.
   */
  advanceTo(untilNs: Ns, maxEvents: number, handler: EventHandler): AdvanceResult {
    assert(untilNs >= this.#nowNs && Number.isSafeInteger(untilNs), 'cannot advance to this time');
    assert(maxEvents >= 0, 'the bound of events is negative');
    const queue = this.#queue;
    const trace = this.#trace;
    let events = 0;
    while (queue.peekTimeNs() <= untilNs) {
      if (events >= maxEvents) return { events, reached: false };
      queue.pop();
      const { timeNs, kind, a, b, c } = queue;
      assert(timeNs >= this.#nowNs, 'time goes backwards');
      this.#nowNs = timeNs;
      events += 1;
      this.#dispatched += 1;
      trace.addEvent(timeNs, kind, a, b, c);
      handler.dispatch(kind, a, b, c);
    }
    this.#nowNs = untilNs;
    return { events, reached: true };
  }

  /** Adds something that is not an event to the trace, such as an applied command, so that the hash covers it too. */
  traceNumber(value: number): void {
    this.#trace.addNumber(value);
  }

  /** Sixteen hexadecimal digits over every event dispatched so far. */
  traceHash(): string {
    return this.#trace.digest();
  }

  save(): KernelState {
    return { nowNs: this.#nowNs, dispatched: this.#dispatched, queue: this.#queue.save(), trace: this.#trace.save() };
  }

  /** Brings back a saved state, event handles included. */
  restore(state: KernelState): void {
    this.#nowNs = state.nowNs;
    this.#dispatched = state.dispatched;
    this.#queue.restore(state.queue);
    this.#trace.restore(state.trace);
  }
}
