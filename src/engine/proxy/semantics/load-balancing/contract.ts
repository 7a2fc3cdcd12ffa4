import type { Hash64, Ns } from '../../../../base';
import type { RandomSource } from '../http-message';
import type { HostPartition } from './host-partition';

/** No host: the request fails with flag UH. */
export const NO_HOST = -1;

/**
 * What the balancer reads of the hosts while it picks, indexed by host number; owned and written by the runtime.
 * Plain columns, so that a checkpoint copies them.
 */
export interface HostColumns {
  /** Streams attached to the host, of all workers; queued ones do not count. */
  activeRequests: Uint32Array;
  /** When the host became healthy (last passed check, else when it joined), for slow start, nanoseconds of simulated time. */
  healthySinceNs: Float64Array;
  /** Peak EWMA round-trip time, nanoseconds, and when it was last updated; only the PEAK_EWMA policy reads them. */
  rttEwmaNs: Float64Array;
  rttUpdatedNs: Float64Array;
}

/** What one pick depends on. */
export interface LoadBalancerContext {
  readonly nowNs: Ns;
  /** Undefined: no hash policy gave one. */
  readonly hash: Hash64 | undefined;
  /** Route metadata for subset balancing; undefined: none. */
  readonly metadataMatch: Readonly<Record<string, string>> | undefined;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Further picks after a rejected one. */
  readonly hostSelectionRetryMax: number;
  /** Retry host predicates; undefined: nothing is rejected (always so for the first try). */
  readonly rejectHost: ((host: number) => boolean) | undefined;
  /** Priorities that earlier tries used, for the previous-priorities retry plug-in; undefined: not configured. */
  readonly triedPriorities: readonly number[] | undefined;
  readonly random: RandomSource;
}

/** Statistics that a pick may raise. */
export type LoadBalancerCounter =
  | 'lb_healthy_panic'
  | 'lb_zone_routing_all_directly'
  | 'lb_zone_routing_sampled'
  | 'lb_zone_routing_cross_zone'
  | 'lb_zone_no_capacity_left'
  | 'lb_subsets_selected'
  | 'lb_subsets_fallback'
  | 'lb_subsets_fallback_panic';

/** State of a balancer as plain data; opaque to others. */
export interface LoadBalancerState {
  readonly kind: string;
  readonly data: unknown;
}

/**
 * One balancer of one cluster in one worker thread. Hosts are numbers in the {@link HostPartition}'s table.
 */
export interface LoadBalancer {
  /** To be called at the start and whenever membership or health of a host changes. */
  setHosts(hosts: HostPartition, columns: HostColumns, random: RandomSource): void;
  /** A host number, or {@link NO_HOST}. */
  chooseHost(context: LoadBalancerContext): number;
  /** How the last pick came about, for explanations and statistics. */
  readonly lastPick: PickExplanation;
  save(): LoadBalancerState;
  restore(state: LoadBalancerState): void;
}

/** How a host was found. Overwritten by every pick. */
export interface PickExplanation {
  /** Priority that was drawn, -1 when none. */
  priority: number;
  /** Whether the priority was in panic, so that all its hosts were candidates. */
  panic: boolean;
  /** Which hosts were candidates. */
  availability: 'healthy' | 'degraded' | 'all';
  /** Index of the locality in the host table, -1 when localities played no part. */
  locality: number;
  /** Number of candidates. */
  candidates: number;
  /** Picks made, 1 unless retry predicates rejected hosts. */
  picks: number;
  counters: LoadBalancerCounter[];
}
