import type { RandomSource } from './http-message';

/** How long to wait before trying again; all intervals are whole milliseconds. envoyproxy/envoy source/common/common/backoff_strategy.h */
export type BackOffStrategy =
  /** Uniform in [0, window); the window starts at the base and doubles up to the maximum. */
  | { readonly kind: 'jitteredExponential'; readonly baseIntervalMs: number; readonly maxIntervalMs: number }
  /** Uniform in [min, 1.5 min). */
  | { readonly kind: 'jitteredLowerBound'; readonly minIntervalMs: number }
  | { readonly kind: 'fixed'; readonly intervalMs: number };

/** State of a back-off as plain data. */
export interface BackOffState {
  /** Window of the next exponential delay, milliseconds. */
  windowMs: number;
}

export function startBackOff(strategy: BackOffStrategy): BackOffState {
  return { windowMs: strategy.kind === 'jitteredExponential' ? strategy.baseIntervalMs : 0 };
}

/** Begins with the first window again. */
export function resetBackOff(strategy: BackOffStrategy, state: BackOffState): void {
  state.windowMs = startBackOff(strategy).windowMs;
}

// envoyproxy/envoy source/common/common/backoff_strategy.cc JitteredExponentialBackOffStrategy::nextBackOffMs
export function exponentialBackOffMs(state: BackOffState, maxIntervalMs: number, random: RandomSource): number {
  const window = state.windowMs;
  state.windowMs = window < Math.floor(maxIntervalMs / 2) ? window * 2 : maxIntervalMs;
  return random.nextU64Mod(window);
}

// envoyproxy/envoy source/common/common/backoff_strategy.cc JitteredLowerBoundBackOffStrategy::nextBackOffMs
export function lowerBoundBackOffMs(minIntervalMs: number, random: RandomSource): number {
  return random.nextU64Mod(Math.floor(minIntervalMs / 2)) + minIntervalMs;
}

/** The next delay in milliseconds. */
export function nextBackOffMs(strategy: BackOffStrategy, state: BackOffState, random: RandomSource): number {
  switch (strategy.kind) {
    case 'jitteredExponential':
      return exponentialBackOffMs(state, strategy.maxIntervalMs, random);
    case 'jitteredLowerBound':
      return lowerBoundBackOffMs(strategy.minIntervalMs, random);
    default:
      return strategy.intervalMs;
  }
}
