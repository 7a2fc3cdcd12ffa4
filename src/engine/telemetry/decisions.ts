import type { Ns } from '../../base';
import type { Decision } from '../observation';
import type { ProbeResult } from '../simulation-contract';

/** Records kept; the oldest goes first. */
const MAX_RECORDS = 256;
/** Decisions of one request; a request cannot honestly need more. */
const MAX_DECISIONS = 512;

interface DecisionRecord {
  readonly requestId: number;
  readonly startNs: Ns;
  readonly decisions: Decision[];
  status: number;
  flags: readonly string[];
  details: string;
  durationNs: Ns;
  finished: boolean;
}

/** Plain-data state of {@link Decisions}. */
export interface DecisionsState {
  readonly records: readonly ProbeResult[];
  readonly startsNs: readonly Ns[];
  readonly everyNth: number;
}

/** Decision records of the requests that are followed. */
export class Decisions {
  readonly #records = new Map<number, DecisionRecord>();
  /** Every n-th request is followed; 0 = none but those that are asked for. */
  everyNth = 0;

  /** Whether a request that gets this identifier is to be followed. */
  wants(requestId: number): boolean {
    return this.everyNth > 0 && requestId % this.everyNth === 0;
  }

  start(requestId: number, nowNs: Ns): void {
    if (this.#records.has(requestId)) return;
    if (this.#records.size >= MAX_RECORDS) {
      for (const oldest of this.#records.keys()) {
        this.#records.delete(oldest);
        break;
      }
    }
    this.#records.set(requestId, {
      requestId,
      startNs: nowNs,
      decisions: [],
      status: 0,
      flags: [],
      details: '',
      durationNs: 0,
      finished: false,
    });
  }

  add(requestId: number, decision: Decision): void {
    const record = this.#records.get(requestId);
    if (record !== undefined && record.decisions.length < MAX_DECISIONS) record.decisions.push(decision);
  }

  /** What the first proxy on the way says about the response; those behind it have said so before. */
  describe(requestId: number, flags: readonly string[], details: string): void {
    const record = this.#records.get(requestId);
    if (record === undefined) return;
    record.flags = flags;
    record.details = details;
  }

  finish(requestId: number, status: number, nowNs: Ns): void {
    const record = this.#records.get(requestId);
    if (record === undefined || record.finished) return;
    record.status = status;
    record.durationNs = nowNs - record.startNs;
    record.finished = true;
  }

  result(requestId: number): ProbeResult | undefined {
    const record = this.#records.get(requestId);
    if (record === undefined) return undefined;
    const { startNs: _, ...result } = record;
    return { ...result, decisions: record.decisions.slice() };
  }

  save(): DecisionsState {
    const records: ProbeResult[] = [];
    const startsNs: Ns[] = [];
    for (const [requestId, record] of this.#records) {
      const result = this.result(requestId);
      if (result === undefined) continue;
      records.push(result);
      startsNs.push(record.startNs);
    }
    return { records, startsNs, everyNth: this.everyNth };
  }

  restore(state: DecisionsState): void {
    this.#records.clear();
    state.records.forEach((result, index) => {
      const startNs = state.startsNs[index] ?? 0;
      this.#records.set(result.requestId, { ...result, startNs, decisions: result.decisions.slice() });
    });
    this.everyNth = state.everyNth;
  }
}
