import type { JsonObject, WithExtra } from './json-value';
import type { HeaderMatcher } from './matchers';

/**
 * Descriptors that a route or virtual host sends to the rate limit service, one per policy; a policy with an action that yields nothing sends none.
 * envoyproxy/envoy api/envoy/config/route/v3/route_components.proto RateLimit
 */
export interface RateLimitPolicy extends WithExtra {
  /** Policies are read by the filter of the same stage, 0 to 10. */
  readonly stage: number;
  readonly disableKey: string;
  readonly actions: readonly RateLimitAction[];
}

export type RateLimitAction =
  | { readonly kind: 'sourceCluster' }
  | { readonly kind: 'destinationCluster' }
  | {
      readonly kind: 'requestHeaders';
      readonly headerName: string;
      readonly descriptorKey: string;
      readonly skipIfAbsent: boolean;
    }
  | { readonly kind: 'remoteAddress' }
  | { readonly kind: 'genericKey'; readonly descriptorKey: string; readonly descriptorValue: string }
  | {
      readonly kind: 'headerValueMatch';
      readonly descriptorKey: string;
      readonly descriptorValue: string;
      readonly expectMatch: boolean;
      readonly headers: readonly HeaderMatcher[];
    }
  /** Not simulated: yields nothing. */
  | { readonly kind: 'opaque'; readonly config: JsonObject };
