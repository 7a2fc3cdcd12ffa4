import type { Ns } from '../../../base';
import type {
  CompiledCors,
  CompiledFault,
  CompiledLocalRateLimit,
  CorsStream,
  DynamicMetadata,
  LocalReply,
  RequestView,
  ResponseView,
} from '../semantics';
import type { DecisionSink } from './recorder';

/** What is left to do per request once everything that follows from head, connection and route alone has been decided. */
export type FilterStep =
  /** Positions of counters of the connection manager that go up by one. */
  | { readonly kind: 'count'; readonly counters: readonly number[] }
  | { readonly kind: 'fault'; readonly fault: CompiledFault; readonly cluster: string }
  | { readonly kind: 'localRateLimit'; readonly limit: CompiledLocalRateLimit; readonly bucket: string }
  /** A service decides; the plan goes on with its answer. Always the last step. */
  | { readonly kind: 'call'; readonly call: FilterCall }
  /** Counters of the cluster that the route leads to; `status`: of an answer that is charged to it. */
  | {
      readonly kind: 'countCluster';
      readonly cluster: string;
      readonly counters: readonly string[];
      readonly status?: number;
    }
  | { readonly kind: 'buffer'; readonly maxRequestBytes: number }
  /** The chain ends here for every such request. `denied`: by an authorization policy. */
  | { readonly kind: 'reply'; readonly reply: LocalReply; readonly denied: boolean };

export interface FilterPlan {
  readonly steps: readonly FilterStep[];
  /** The request as the filters leave it. */
  readonly request: RequestView;
  readonly metadata: DynamicMetadata;
  /** Some filter asks for the route to be looked up again. */
  readonly reroute: boolean;
  readonly cors: CompiledCors | undefined;
  readonly corsStream: CorsStream;
  /** The step from which on answers of the proxy itself carry the permission, too. */
  readonly corsStep: number;
  /** Some step tells clients of its limit. */
  readonly tellsLimits: boolean;
  /** Second of the calendar that the plan holds for; -1 for ever. Tokens expire. */
  readonly validSecond: number;
}

/** A request that a filter makes before it decides. */
export interface FilterCall {
  /** Name of the filter. */
  readonly name: string;
  readonly cluster: string;
  readonly timeoutNs: Ns;
  readonly request: RequestView;
  /** Number of that head once it was sent; -1 before. */
  requestNumber: number;
  /** Plans after each answer, by the number of its head; -1 for none. */
  readonly continuations: Map<number, FilterPlan>;
  /** What the chain does after the answer; undefined: there was none. */
  continueWith(answer: ResponseView | undefined, sink: DecisionSink | undefined): FilterPlan;
}
