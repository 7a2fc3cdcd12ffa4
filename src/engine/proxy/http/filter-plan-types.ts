import type {
  CompiledCors,
  CompiledExtAuthz,
  CompiledFault,
  CompiledLocalRateLimit,
  CorsStream,
  DynamicMetadata,
  LocalReply,
  RequestView,
} from '../semantics';

/** What is left to do per request once everything that follows from head, connection and route alone has been decided. */
export type FilterStep =
  /** Positions of counters of the connection manager that go up by one. */
  | { readonly kind: 'count'; readonly counters: readonly number[] }
  | { readonly kind: 'fault'; readonly fault: CompiledFault; readonly cluster: string }
  | { readonly kind: 'localRateLimit'; readonly limit: CompiledLocalRateLimit; readonly bucket: string }
  | { readonly kind: 'extAuthz'; readonly authz: CompiledExtAuthz }
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
  /** Second of the calendar that the plan holds for; -1 for ever. Tokens expire. */
  readonly validSecond: number;
}
