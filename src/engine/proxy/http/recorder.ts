import type { Ns } from '../../../base';
import type { ConfigOrigin } from '../../../xds';
import type { Decision, DecisionReason } from '../../observation';

export type Stage = Decision['stage'];
export type Rejected = Decision['rejected'][number];

/** Writes the decisions about one request at one proxy. Passed along only while somebody follows the request. */
export interface DecisionSink {
  decide(
    stage: Stage,
    chosen: string,
    reason: DecisionReason,
    rejected?: readonly Rejected[],
    origin?: ConfigOrigin,
  ): void;
}

export function reason(code: string, values: Readonly<Record<string, string | number>> = {}): DecisionReason {
  return { code, values };
}

/** A sink that stamps decisions with time and proxy and hands them on. */
export class StampingSink implements DecisionSink {
  readonly #proxy: string;
  readonly #nowNs: () => Ns;
  readonly #write: (decision: Decision) => void;

  constructor(proxy: string, nowNs: () => Ns, write: (decision: Decision) => void) {
    this.#proxy = proxy;
    this.#nowNs = nowNs;
    this.#write = write;
  }

  // biome-ignore lint/complexity/useMaxParams: the fields of a decision.
  decide(
    stage: Stage,
    chosen: string,
    why: DecisionReason,
    rejected: readonly Rejected[] = [],
    origin?: ConfigOrigin,
  ): void {
    const decision: Decision = { atNs: this.#nowNs(), proxy: this.#proxy, stage, chosen, reason: why, rejected };
    this.#write(origin === undefined ? decision : { ...decision, origin });
  }
}

function withOrigin(name: string, why: DecisionReason, origin: ConfigOrigin | undefined): Rejected {
  return origin === undefined ? { name, reason: why } : { name, reason: why, origin };
}

export { withOrigin as rejectedCandidate };
