import type { StreamResetReason } from '../semantics';

/** Told what becomes of an upstream request. */
export interface PoolClient {
  /** The request has a connection; it is to be sent now. */
  handlePoolReady(upstream: number, connection: number): void;
  /** It never got one. The request holds nothing any more. */
  handlePoolFailure(upstream: number, reason: StreamResetReason, failureText: number): void;
}
