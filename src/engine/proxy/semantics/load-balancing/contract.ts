import type { Hash64, Ns } from '../../../../base';
import type { Locality } from '../../../../xds';
import type { RandomSource } from '../http-message';
import type { EdfState } from './edf-scheduler';
import type { HostPartition } from './host-partition';

/** No host: the request fails with flag UH. */
export const NO_HOST = -1;

/**
 * What the balancer reads of the hosts while it picks, indexed by host number; owned and written by the runtime.
 * Plain columns, so that a checkpoint copies them.
 */
export interface HostColumns {
  /** Health flags, the same that the partition was made of. */
  flags: Uint16Array;
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
  /** Further picks after a rejected one. */
  readonly hostSelectionRetryMax: number;
  /** Retry host predicates; undefined: nothing is rejected (always so for the first try). */
  readonly rejectHost: ((host: number) => boolean) | undefined;
  /** For the previous-priorities retry plug-in: the priority of every host that was attempted so far. Undefined: not configured. */
  readonly previousPriorities: { readonly tried: readonly number[]; readonly updateFrequency: number } | undefined;
  readonly random: RandomSource;
}

/** Statistics that a pick may raise. */
export type LoadBalancerCounter =
  | 'lb_healthy_panic'
  | 'lb_zone_routing_all_directly'
  | 'lb_zone_routing_sampled'
  | 'lb_zone_routing_cross_zone'
  | 'lb_zone_no_capacity_left'
  | 'lb_local_cluster_not_ok'
  | 'lb_subsets_selected'
  | 'lb_subsets_fallback'
  | 'lb_subsets_fallback_panic';

/** State of a balancer as plain data. Balancers that only look things up have nothing but empty lists. */
export interface LoadBalancerState {
  /** Where rotations start. */
  readonly seed: number;
  /** Latest time a host became healthy within the slow-start window. */
  readonly latestHostAddedNs: Ns;
  /** Rotation index by the key of the candidate list. */
  readonly indexes: readonly (readonly [number, number])[];
  /** Deadline schedules by the key of the candidate list. */
  readonly schedulers: readonly (readonly [number, EdfState])[];
  /** Schedules of healthy and degraded localities per priority. */
  readonly localities: readonly (readonly [EdfState | undefined, EdfState | undefined])[];
  /** Balancers of subsets, by their key. */
  readonly subsets: readonly (readonly [string, LoadBalancerState])[];
}

/** The proxy's own zone and the hosts of its own cluster, for zone-aware routing. */
export interface LocalZone {
  readonly locality: Locality;
  readonly hosts: HostPartition;
}

/** What a balancer is told when hosts change. */
export interface HostUpdate {
  /** Candidates by priority, locality and health. */
  readonly hosts: HostPartition;
  readonly columns: HostColumns;
  readonly random: RandomSource;
  readonly nowNs: Ns;
  /** The proxy's own zone and cluster; only zone-aware routing uses it. */
  readonly localZone?: LocalZone;
}

/**
 * One balancer of one cluster in one worker thread. Hosts are numbers in the {@link HostPartition}'s table.
 */
export interface LoadBalancer {
  /** To be called at the start and whenever membership or health of a host changes. */
  setHosts(update: HostUpdate): void;
  /** A host number, or {@link NO_HOST}. */
  chooseHost(context: LoadBalancerContext): number;
  /** How the last pick came about, for explanations and statistics. */
  readonly lastPick: PickExplanation;
  save(): LoadBalancerState;
  /** Takes over a saved state; call {@link LoadBalancer.setHosts} with the hosts of that moment before. */
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

/** Columns for a number of hosts, all idle and healthy since time 0. */
export function createHostColumns(size: number): HostColumns {
  return {
    flags: new Uint16Array(size),
    activeRequests: new Uint32Array(size),
    healthySinceNs: new Float64Array(size),
    rttEwmaNs: new Float64Array(size),
    rttUpdatedNs: new Float64Array(size),
  };
}
