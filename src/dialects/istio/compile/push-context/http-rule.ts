import type { ConfigOrigin } from '../../../../xds';
import type { HttpMatchRequest, HttpRoute } from '../../kinds';

/** A value of a VirtualService and the field that it was written as. */
export interface Sourced<T> {
  readonly value: T;
  readonly origin: ConfigOrigin;
}

/** One HTTP rule with hosts and gateways resolved; its matches may come from another object than its actions. */
export interface HttpRule {
  readonly route: HttpRoute;
  readonly matches: readonly Sourced<HttpMatchRequest>[];
  readonly origin: ConfigOrigin;
  /**
   * Origin of a field that was taken over from the root of a delegate, or that another API writes under another name; of an
   * entry of a list as `route.0`.
   */
  readonly inherited: ReadonlyMap<string, ConfigOrigin>;
}
