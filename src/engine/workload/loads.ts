import { assertDefined, NS_PER_MS, type Ns, type Rng } from '../../base';
import { EVENT_LOAD_ARRIVAL, EVENT_LOAD_THOUGHT, PRIORITY_TRAFFIC, type RandomStreams, sampleNs } from '../core';
import { type EventHandle, type Kernel, NO_EVENT } from '../kernel';
import { NONE, type Pods } from '../network';
import type { Calls } from './calls';
import type { WorkloadRegistry } from './compiled-application';
import { FRAME_LOAD, type Frames } from './frames';
import type { LoadModel } from './model';
import { intervalNs, maxRatePerSecond, ratePerSecond } from './rate-profile';

/** How soon a load looks again while its rate is zero. */
const IDLE_CHECK_NS: Ns = 10 * NS_PER_MS;
/** Candidates of one thinning step before the search goes on by an event. */
const MAX_CANDIDATES = 64;

/** One running load. */
class Load {
  readonly number: number;
  readonly model: LoadModel;
  readonly rng: Rng;
  readonly calls: readonly number[];
  readonly cumulativeWeights: readonly number[];
  readonly maxPerSecond: number;
  /** Slot of the client outside the mesh, or -1 when the calls start in pods. */
  readonly client: number;
  /** Counts requests, so that the pods of a workload take turns. */
  cursor = 0;
  arrival: EventHandle = NO_EVENT;

  // biome-ignore lint/complexity/useMaxParams: fields of one record.
  constructor(number: number, model: LoadModel, rng: Rng, calls: readonly number[], client: number) {
    this.number = number;
    this.model = model;
    this.rng = rng;
    this.calls = calls;
    this.client = client;
    let total = 0;
    this.cumulativeWeights = model.requests.map(({ weight }) => {
      total += weight;
      return total;
    });
    this.maxPerSecond = model.arrivals.kind === 'open' ? maxRatePerSecond(model.arrivals.rate) : 0;
  }

  isActive(nowNs: Ns): boolean {
    return nowNs >= this.model.startNs && (this.model.stopNs === 0 || nowNs < this.model.stopNs);
  }
}

/** Plain-data state of {@link Loads}. */
export interface LoadsState {
  readonly loads: readonly {
    readonly number: number;
    readonly model: LoadModel;
    readonly client: number;
    readonly calls: readonly number[];
    readonly cursor: number;
    readonly arrival: EventHandle;
  }[];
  readonly lastNumber: number;
}

/** Who sends requests from the edge of the model: open loads at their rate, closed ones as fast as their users get answers. */
export class Loads {
  readonly #kernel: Kernel;
  readonly #pods: Pods;
  readonly #streams: RandomStreams;
  readonly #registry: WorkloadRegistry;
  readonly #frames: Frames;
  readonly #calls: Calls;
  readonly #loads = new Map<number, Load>();
  #lastNumber = 0;
  /** Slots of the pods of a workload, by namespace and name; emptied whenever pods come or go. */
  readonly #origins = new Map<string, readonly number[]>();

  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(
    kernel: Kernel,
    pods: Pods,
    streams: RandomStreams,
    registry: WorkloadRegistry,
    frames: Frames,
    calls: Calls,
  ) {
    this.#kernel = kernel;
    this.#pods = pods;
    this.#streams = streams;
    this.#registry = registry;
    this.#frames = frames;
    this.#calls = calls;
  }

  /** Replaces the loads. One with the same name and content goes on as if nothing happened. Returns the clients that are gone. */
  setLoads(models: readonly LoadModel[]): readonly number[] {
    const kept = new Set<number>();
    const fresh: LoadModel[] = [];
    for (const model of models) {
      const text = JSON.stringify(model);
      const same = [...this.#loads.values()].find(
        (load) => !kept.has(load.number) && load.model.name === model.name && JSON.stringify(load.model) === text,
      );
      if (same === undefined) fresh.push(model);
      else kept.add(same.number);
    }
    const gone: number[] = [];
    for (const load of this.#loads.values()) {
      if (kept.has(load.number)) continue;
      this.#kernel.cancel(load.arrival);
      this.#loads.delete(load.number);
      if (load.client !== NONE) gone.push(load.client);
    }
    for (const model of fresh) this.#start(model);
    return gone;
  }

  #start(model: LoadModel): void {
    if (model.requests.length === 0) return;
    this.#lastNumber += 1;
    const client = model.origin.kind === 'external' ? this.#createClient(model.name) : NONE;
    const load = this.#create(this.#lastNumber, model, this.#compileCalls(model), client);
    this.#loads.set(load.number, load);
    const { nowNs } = this.#kernel;
    const startNs = Math.max(nowNs, model.startNs);
    if (model.arrivals.kind === 'open') {
      this.#scheduleArrival(load, startNs);
      return;
    }
    for (let user = 0; user < model.arrivals.users; user++) {
      const frame = this.#frames.allocate(FRAME_LOAD, NONE, load.number);
      this.#think(load, frame, startNs);
    }
  }

  #createClient(name: string): number {
    let id = `client/${name}`;
    for (let i = 2; this.#pods.byId(id) !== undefined; i++) id = `client/${name}#${i}`;
    const serial = this.#lastNumber & 0xffff;
    return this.#pods.add({ kind: 'client', id, name, ip: `198.18.${serial >> 8}.${serial & 0xff}` }).slot;
  }

  #compileCalls(model: LoadModel): readonly number[] {
    return model.requests.map(({ request }) =>
      this.#registry.compileCall({
        request,
        forwardHeaders: [],
        probability: { numerator: 1, denominator: 1 },
        timeoutNs: model.timeoutNs,
        onError: { kind: 'ignore' },
      }),
    );
  }

  #create(number: number, model: LoadModel, calls: readonly number[], client: number): Load {
    return new Load(number, model, this.#streams.get(`load/${model.name}`), calls, client);
  }

  /** Draws the next arrival of an open load after `fromNs`; a changing rate is thinned from its maximum. */
  #scheduleArrival(load: Load, fromNs: Ns): void {
    const { arrivals, startNs, stopNs } = load.model;
    if (arrivals.kind !== 'open') return;
    if (load.maxPerSecond <= 0) return;
    let atNs = fromNs;
    let accepted = true;
    if (arrivals.process === 'constant') {
      const perSecond = ratePerSecond(arrivals.rate, atNs - startNs);
      accepted = perSecond > 0;
      atNs += accepted ? Math.round(intervalNs(perSecond)) : IDLE_CHECK_NS;
    } else {
      const meanNs = intervalNs(load.maxPerSecond);
      for (let i = 0; i < MAX_CANDIDATES; i++) {
        atNs += load.rng.exponential(meanNs);
        accepted =
          arrivals.rate.kind === 'flat' ||
          load.rng.nextFloat() * load.maxPerSecond < ratePerSecond(arrivals.rate, atNs - startNs);
        if (accepted) break;
      }
    }
    if (stopNs !== 0 && atNs >= stopNs) {
      load.arrival = NO_EVENT;
      return;
    }
    load.arrival = this.#kernel.at(atNs, PRIORITY_TRAFFIC, EVENT_LOAD_ARRIVAL, load.number, accepted ? 1 : 0, 0);
  }

  /** `accepted` is 0 when the event only carries on the search for the next arrival. */
  handleArrival(number: number, accepted: number): void {
    const load = assertDefined(this.#loads.get(number), 'an arrival of an unknown load');
    if (accepted === 1) this.#send(load, NONE);
    this.#scheduleArrival(load, this.#kernel.nowNs);
  }

  /** Sends one request of the load from `frame` (a user of a closed load), or from a new one. */
  #send(load: Load, user: number): void {
    const pod = load.client === NONE ? this.#nextOrigin(load) : load.client;
    if (pod === NONE) {
      // Nobody is there to send it; a user looks again later.
      if (user !== NONE) this.#think(load, user, this.#kernel.nowNs + IDLE_CHECK_NS);
      return;
    }
    const frame = user === NONE ? this.#frames.allocate(FRAME_LOAD, pod, load.number) : user;
    this.#frames.table.arrays.pod[frame] = pod;
    const call = this.#drawCall(load);
    this.#calls.start(frame, call, this.#registry.call(call).request);
  }

  #drawCall(load: Load): number {
    const { calls, cumulativeWeights } = load;
    if (calls.length === 1) return calls[0] ?? 0;
    const draw = load.rng.nextFloat() * (cumulativeWeights[calls.length - 1] ?? 0);
    let index = 0;
    while (index < calls.length - 1 && draw >= (cumulativeWeights[index] ?? 0)) index += 1;
    return calls[index] ?? 0;
  }

  #nextOrigin(load: Load): number {
    const { origin } = load.model;
    if (origin.kind === 'external') return NONE;
    const key = `${origin.namespace}/${origin.workload}`;
    let slots = this.#origins.get(key);
    if (slots === undefined) {
      slots = [...this.#pods.all()]
        .filter(({ up, draining, facts }) => {
          const mine = facts.namespace === origin.namespace && facts.workload === origin.workload;
          return mine && up && !draining && facts.hasApplication;
        })
        .map(({ slot }) => slot);
      this.#origins.set(key, slots);
    }
    if (slots.length === 0) return NONE;
    load.cursor += 1;
    return slots[load.cursor % slots.length] ?? NONE;
  }

  /** To be called when pods come, go or change: workloads have other pods now. */
  forgetOrigins(): void {
    this.#origins.clear();
  }

  #think(load: Load, frame: number, fromNs: Ns): void {
    const { arrivals } = load.model;
    if (arrivals.kind !== 'closed') return;
    const atNs = fromNs + sampleNs(arrivals.thinkTime, load.rng);
    const generation = this.#frames.generation(frame);
    this.#kernel.at(atNs, PRIORITY_TRAFFIC, EVENT_LOAD_THOUGHT, frame, generation, 0);
  }

  handleThought(frame: number, generation: number): void {
    if (!this.#frames.isCurrent(frame, generation)) return;
    const load = this.#loads.get(this.#frames.table.arrays.subject[frame] ?? 0);
    if (load?.isActive(this.#kernel.nowNs)) this.#send(load, frame);
    else this.#frames.release(frame);
  }

  requestFinished(frame: number): void {
    const load = this.#loads.get(this.#frames.table.arrays.subject[frame] ?? 0);
    if (load?.model.arrivals.kind === 'closed' && load.isActive(this.#kernel.nowNs)) {
      this.#think(load, frame, this.#kernel.nowNs);
    } else {
      this.#frames.release(frame);
    }
  }

  save(): LoadsState {
    return {
      loads: [...this.#loads.values()].map(({ number, model, client, calls, cursor, arrival }) => ({
        number,
        model,
        client,
        calls,
        cursor,
        arrival,
      })),
      lastNumber: this.#lastNumber,
    };
  }

  restore(state: LoadsState): void {
    const known = new Map(this.#loads);
    this.#loads.clear();
    for (const saved of state.loads) {
      const same = known.get(saved.number);
      const load =
        same?.model === saved.model ? same : this.#create(saved.number, saved.model, saved.calls, saved.client);
      load.cursor = saved.cursor;
      load.arrival = saved.arrival;
      this.#loads.set(load.number, load);
    }
    this.#lastNumber = state.lastNumber;
    this.#origins.clear();
  }
}
