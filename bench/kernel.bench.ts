// The kernel alone: a network of M/M/c stations (arrivals and departures, exponential draws, trace hash), the hold model, and timers that are mostly cancelled.
import { NS_PER_MS, NS_PER_S, Rng } from '../src/base';
import { type EventHandler, EventQueue, Kernel } from '../src/engine/kernel';
import type { Bench, BenchContext, BenchResult } from './bench';

const STATIONS = 50;
const SERVERS = 4;
const SERVICE_MEAN_NS = NS_PER_MS;
const UTILISATION = 0.8;
const ARRIVAL_MEAN_NS = SERVICE_MEAN_NS / (SERVERS * UTILISATION);
const ROUNDS = 5;

const ARRIVAL = 1;
const DEPARTURE = 2;

/** Independent stations of four servers at 80 % utilisation. */
class StationNetwork implements EventHandler {
  readonly kernel = new Kernel();
  readonly #rng = new Rng(7).fork('bench/stations');
  readonly #busy = new Int32Array(STATIONS);
  readonly #waiting = new Int32Array(STATIONS);

  constructor() {
    for (let station = 0; station < STATIONS; station++) this.#scheduleArrival(station);
  }

  #scheduleArrival(station: number): void {
    this.kernel.after(this.#rng.exponential(ARRIVAL_MEAN_NS), 0, ARRIVAL, station, 0, 0);
  }

  #scheduleDeparture(station: number): void {
    this.kernel.after(this.#rng.exponential(SERVICE_MEAN_NS), 0, DEPARTURE, station, 0, 0);
  }

  dispatch(kind: number, station: number): void {
    const busy = this.#busy[station] ?? 0;
    const waiting = this.#waiting[station] ?? 0;
    if (kind === ARRIVAL) {
      this.#scheduleArrival(station);
      if (busy === SERVERS) {
        this.#waiting[station] = waiting + 1;
      } else {
        this.#busy[station] = busy + 1;
        this.#scheduleDeparture(station);
      }
    } else if (waiting > 0) {
      this.#waiting[station] = waiting - 1;
      this.#scheduleDeparture(station);
    } else {
      this.#busy[station] = busy - 1;
    }
  }
}

/** Best of several rounds of `work`, which returns how many operations it did: operations per second. */
function bestRate(rounds: number, work: () => number): number {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const operations = work();
    best = Math.max(best, (operations * 1000) / (performance.now() - start));
  }
  return best;
}

function stationEventsPerS(smoke: boolean): number {
  const network = new StationNetwork();
  const perRound = smoke ? 10_000 : 3_000_000;
  return bestRate(ROUNDS, () => network.kernel.advanceTo(Number.MAX_SAFE_INTEGER - 1, perRound, network).events);
}

/** One pop and one push at a steady number of pending events. */
function holdEventsPerS(pending: number, smoke: boolean): number {
  const queue = new EventQueue(pending);
  const rng = new Rng(7).fork('bench/hold');
  for (let i = 0; i < pending; i++) queue.push(rng.exponential(NS_PER_S), 0, 1, i, 0, 0);
  const perRound = smoke ? 10_000 : 2_000_000;
  return bestRate(ROUNDS, () => {
    for (let i = 0; i < perRound; i++) {
      queue.pop();
      queue.push(queue.timeNs + rng.exponential(NS_PER_S), 0, queue.kind, queue.a, i, 0);
    }
    return perRound;
  });
}

const REQUEST_START = 1;
const REQUEST_END = 2;
const REQUEST_TIMEOUT = 3;
const REQUEST_INTERVAL_NS = 50_000;
const REQUEST_MEAN_NS = 10 * NS_PER_MS;
const TIMEOUT_NS = 15 * NS_PER_S;

/** Requests of about 10 ms, each with a 15-second timeout that is nearly always cancelled. */
class TimeoutClient implements EventHandler {
  readonly kernel = new Kernel();
  readonly #rng = new Rng(7).fork('bench/timeouts');
  readonly #lane = this.kernel.lane(TIMEOUT_NS, 0);
  readonly #timeouts = new Float64Array(1 << 16);
  #next = 0;
  finished = 0;

  constructor() {
    this.kernel.at(0, 0, REQUEST_START, 0, 0, 0);
  }

  dispatch(kind: number, request: number): void {
    if (kind === REQUEST_START) {
      const slot = this.#next;
      this.#next = (slot + 1) & 0xffff;
      this.#timeouts[slot] = this.kernel.startTimer(this.#lane, REQUEST_TIMEOUT, slot, 0, 0);
      this.kernel.after(this.#rng.exponential(REQUEST_MEAN_NS), 0, REQUEST_END, slot, 0, 0);
      this.kernel.after(REQUEST_INTERVAL_NS, 0, REQUEST_START, 0, 0, 0);
    } else if (kind === REQUEST_END) {
      this.kernel.cancel(this.#timeouts[request] ?? 0);
      this.finished += 1;
    }
  }
}

function timerRequestsPerS(smoke: boolean): number {
  const client = new TimeoutClient();
  const perRound = smoke ? 10_000 : 2_000_000;
  return bestRate(ROUNDS, () => {
    const before = client.finished;
    client.kernel.advanceTo(Number.MAX_SAFE_INTEGER - 1, perRound, client);
    return client.finished - before;
  });
}

function run({ smoke, calibrationPerS }: BenchContext): readonly BenchResult[] {
  const eventsPerS = stationEventsPerS(smoke);
  return [
    { name: 'kernel-events-per-s', value: eventsPerS, unit: 'events/s' },
    { name: 'kernel-events-ratio', value: eventsPerS / calibrationPerS, unit: 'ratio' },
    { name: 'kernel-hold-10k-events-per-s', value: holdEventsPerS(10_000, smoke), unit: 'events/s' },
    { name: 'kernel-timer-requests-per-s', value: timerRequestsPerS(smoke), unit: 'requests/s' },
  ];
}

/** Seeded; about ten seconds. */
export const kernelBench: Bench = { name: 'kernel', run };
