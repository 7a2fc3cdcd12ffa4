import { assertDefined, NS_PER_MS, NS_PER_S, NS_PER_US, type Ns, type Rng } from '../../base';
import { type RandomStreams, sampleNs } from '../core';
import type { Distribution } from '../workload/model';
import type { NetworkModel } from '../world';
import type { Faults, PathFaults } from './faults';
import type { PodFacts, Pods } from './pods';

/** Delays of an ordinary cluster, until the world says otherwise. */
export const DEFAULT_NETWORK: NetworkModel = {
  sameNode: { kind: 'constant', valueNs: 60 * NS_PER_US },
  sameZone: { kind: 'lognormal', medianNs: 250 * NS_PER_US, sigma: 0.25 },
  sameRegion: { kind: 'lognormal', medianNs: 900 * NS_PER_US, sigma: 0.2 },
  crossRegion: { kind: 'lognormal', medianNs: 35 * NS_PER_MS, sigma: 0.1 },
  external: { kind: 'lognormal', medianNs: 12 * NS_PER_MS, sigma: 0.3 },
  tlsHandshakeNs: NS_PER_MS,
};

/** First retransmission timeout of an established connection (Linux TCP_RTO_MIN) and of a first packet; both double. */
export const RETRANSMISSION_TIMEOUT_NS = 200 * NS_PER_MS;
export const SYN_RETRANSMISSION_TIMEOUT_NS = NS_PER_S;
const MAX_RETRANSMISSION_TIMEOUT_NS = 120 * NS_PER_S;
/** Linux tcp_retries2 and tcp_syn_retries: then the connection is given up. */
export const MAX_RETRANSMISSIONS = 15;
export const MAX_SYN_RETRANSMISSIONS = 6;

/** The timeout before retransmission number `attempt` (from 0). */
export function retransmissionTimeoutNs(firstNs: Ns, attempt: number): Ns {
  let timeoutNs = firstNs;
  for (let i = 0; i < attempt && timeoutNs < MAX_RETRANSMISSION_TIMEOUT_NS; i++) timeoutNs *= 2;
  return Math.min(timeoutNs, MAX_RETRANSMISSION_TIMEOUT_NS);
}

const NO_PATH_FAULTS: PathFaults = { delays: [], losses: [], partitioned: false };

/** One direction between two entities. */
interface Path {
  readonly from: number;
  readonly to: number;
  readonly rng: Rng;
  base: Distribution;
  faults: PathFaults;
  /** Version of network and faults that the two fields above were derived from. */
  version: number;
}

/** Plain-data state of {@link Paths}; random streams are saved with all the others. */
export interface PathsState {
  readonly network: NetworkModel;
  readonly paths: readonly (readonly [from: number, to: number] | undefined)[];
  readonly free: readonly number[];
}

/** Delays between entities, with what faults add to them. */
export class Paths {
  readonly #pods: Pods;
  readonly #faults: Faults;
  readonly #streams: RandomStreams;
  #network = DEFAULT_NETWORK;
  #networkVersion = 0;
  readonly #paths: (Path | undefined)[] = [];
  #free: number[] = [];
  readonly #byEnds = new Map<number, number>();

  constructor(pods: Pods, faults: Faults, streams: RandomStreams) {
    this.#pods = pods;
    this.#faults = faults;
    this.#streams = streams;
  }

  get network(): NetworkModel {
    return this.#network;
  }

  setNetwork(network: NetworkModel): void {
    this.#network = network;
    this.#networkVersion += 1;
  }

  /** Number of the path from one pod slot to another. */
  between(from: number, to: number): number {
    const key = from * 0x10000 + to;
    const known = this.#byEnds.get(key);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? this.#paths.length;
    this.#paths[number] = this.#create(from, to);
    this.#byEnds.set(key, number);
    return number;
  }

  #create(from: number, to: number): Path {
    const fromId = this.#pods.get(from).facts.id;
    const toId = this.#pods.get(to).facts.id;
    return {
      from,
      to,
      rng: this.#streams.get(`net/${fromId}/${toId}`),
      base: this.#network.sameZone,
      faults: NO_PATH_FAULTS,
      version: -1,
    };
  }

  /** Forgets all paths of a pod slot that is given back. */
  removePod(slot: number): void {
    this.#paths.forEach((path, number) => {
      if (path === undefined || (path.from !== slot && path.to !== slot)) return;
      this.#byEnds.delete(path.from * 0x10000 + path.to);
      this.#paths[number] = undefined;
      this.#free.push(number);
    });
  }

  #current(number: number): Path {
    const path = assertDefined(this.#paths[number], 'unknown network path');
    const version = this.#networkVersion + this.#faults.version;
    if (path.version !== version) this.#refresh(path, version);
    return path;
  }

  #refresh(path: Path, version: number): void {
    const from = this.#pods.get(path.from).facts;
    const to = this.#pods.get(path.to).facts;
    path.base = this.#relation(from, to);
    path.faults = this.#faults.ofPath(from, to);
    path.version = version;
  }

  #relation(from: PodFacts, to: PodFacts): Distribution {
    const network = this.#network;
    if (from.external || to.external) return network.external;
    const a = from.locality;
    const b = to.locality;
    if (a.region !== b.region) return network.crossRegion;
    if (a.zone !== b.zone) return network.sameRegion;
    return from.node === to.node ? network.sameNode : network.sameZone;
  }

  /** Time that one message takes, retransmissions of lost segments included; draws from the path's own stream. */
  delayNs(number: number): Ns {
    const path = this.#current(number);
    let delayNs = sampleNs(path.base, path.rng);
    const { delays, losses } = path.faults;
    for (const delay of delays) delayNs += sampleNs(delay, path.rng);
    for (const loss of losses) {
      let attempt = 0;
      while (attempt < MAX_RETRANSMISSIONS && path.rng.chance(loss.numerator, loss.denominator)) {
        delayNs += retransmissionTimeoutNs(RETRANSMISSION_TIMEOUT_NS, attempt);
        attempt += 1;
      }
    }
    return delayNs;
  }

  isPartitioned(number: number): boolean {
    return this.#current(number).faults.partitioned;
  }

  save(): PathsState {
    return {
      network: this.#network,
      paths: this.#paths.map((path) => (path === undefined ? undefined : ([path.from, path.to] as const))),
      free: this.#free.slice(),
    };
  }

  /** Pods and faults must have been restored before. */
  restore(state: PathsState): void {
    this.#network = state.network;
    this.#networkVersion += 1;
    this.#paths.length = 0;
    this.#byEnds.clear();
    state.paths.forEach((ends, number) => {
      if (ends === undefined) {
        this.#paths[number] = undefined;
        return;
      }
      this.#paths[number] = this.#create(ends[0], ends[1]);
      this.#byEnds.set(ends[0] * 0x10000 + ends[1], number);
    });
    this.#free = state.free.slice();
  }
}
