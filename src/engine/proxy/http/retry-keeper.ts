import { epochSeconds, type MessageTable } from '../../core';
import type { Kernel } from '../../kernel';
import { clusterCounter } from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { ProxyRecord } from '../proxy-record';
import {
  createRetryState,
  ResponseFlag,
  type RetryCounter,
  type RetryEnvironment,
  type RetryPlan,
  type RetryResources,
  type RetryState,
  type RetryStatus,
  releaseRetry,
  type StreamResetReason,
  shouldHedgeRetryPerTryTimeout,
  shouldRetryHeaders,
  shouldRetryReset,
  wouldRetryFromHeaders,
} from '../semantics';
import type { ProxyTables } from '../tables';
import { type ClusterRuntime, RESOURCE_RETRIES } from '../upstream/cluster-runtime';
import { type DecisionSink, reason } from './recorder';
import type { RoutePlan } from './route-plan';
import type { Streams } from './streams';

/** Who knows the proxies of streams. */
export interface RetryHost {
  proxyOf(stream: number): ProxyRecord;
  sinkOf(stream: number): DecisionSink | undefined;
}

/** What a retry counts when its back-off is over; a request that ends before has made none. Envoy 1.40 does so. */
const COUNTED_WHEN_MADE: ReadonlySet<string> = new Set<RetryCounter>([
  'upstream_rq_retry',
  'upstream_rq_retry_backoff_exponential',
  'upstream_rq_retry_backoff_ratelimited',
]);
const RETRY = clusterCounter('upstream_rq_retry');
const EXPONENTIAL = clusterCounter('upstream_rq_retry_backoff_exponential');
const RATE_LIMITED = clusterCounter('upstream_rq_retry_backoff_ratelimited');

/** The retries resource of one cluster and priority; one object is reused for all. */
class Resources implements RetryResources {
  cluster: ClusterRuntime | undefined;
  priority = 0;

  canCreateRetry(): boolean {
    return this.cluster?.canCreate(this.priority, RESOURCE_RETRIES) ?? false;
  }

  incrementRetries(): void {
    this.cluster?.addResource(this.priority, RESOURCE_RETRIES, 1);
  }

  decrementRetries(): void {
    this.cluster?.addResource(this.priority, RESOURCE_RETRIES, -1);
  }

  countRetry(counter: string): void {
    if (!COUNTED_WHEN_MADE.has(counter)) this.cluster?.count(clusterCounter(counter));
  }
}

/** Keeps the retry state of streams. A stream gets one only when an outcome first asks for a retry. */
export class RetryKeeper {
  readonly #kernel: Kernel;
  readonly #messages: MessageTable;
  readonly #streams: Streams;
  readonly #host: RetryHost;
  readonly #resources = new Resources();

  constructor(environment: ProxyEnvironment, tables: ProxyTables, host: RetryHost) {
    this.#kernel = environment.kernel;
    this.#messages = environment.messages;
    this.#streams = tables.streams;
    this.#host = host;
  }

  #environment(stream: number, retry: RetryPlan, cluster: ClusterRuntime, priority: number): RetryEnvironment {
    this.#resources.cluster = cluster;
    this.#resources.priority = priority;
    return {
      plan: retry,
      resources: this.#resources,
      random: this.#host.proxyOf(stream).retryRng,
      epochSeconds: epochSeconds(this.#kernel.nowNs),
    };
  }

  #stateOf(stream: number, retry: RetryPlan): RetryState {
    let state = this.#streams.retryStates[stream];
    if (state === undefined) {
      state = createRetryState(retry);
      this.#streams.retryStates[stream] = state;
    }
    return state;
  }

  /** Notes a tried host, where a later try may have to avoid it. */
  noteHost(stream: number, address: number, plan: RoutePlan): void {
    const policy = plan.retry?.policy;
    if (policy === undefined) return;
    if (policy.hostPredicates.length === 0 && policy.source.retryPriority === undefined) return;
    const hosts = this.#streams.attemptedHosts[stream];
    if (hosts === undefined) this.#streams.attemptedHosts[stream] = [address];
    else hosts.push(address);
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders (shouldRetryHeaders)
  decideOnResponse(stream: number, plan: RoutePlan, cluster: ClusterRuntime, response: number): RetryStatus {
    const { retry } = plan;
    if (retry === undefined) return 'no';
    const known = this.#streams.retryStates[stream];
    let decision = plan.decisions.get(response);
    if (decision === undefined) {
      decision = wouldRetryFromHeaders(retry, this.#messages.response(response), plan.request);
      plan.decisions.set(response, decision);
    }
    // The usual case: no try before, and none needed after.
    if (known === undefined && decision === 'noRetry') return 'no';
    const environment = this.#environment(stream, retry, cluster, plan.priority);
    const state = this.#stateOf(stream, retry);
    const status = shouldRetryHeaders(state, environment, this.#messages.response(response), plan.request);
    this.#note(stream, status, String(this.#messages.status(response)));
    return status;
  }

  /** A try that has been retried already gets no further one, but whether its response is a bad one still matters. */
  // envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders (upstream_request.retried)
  wouldRetry(plan: RoutePlan, response: number): boolean {
    const { retry } = plan;
    return (
      retry !== undefined && wouldRetryFromHeaders(retry, this.#messages.response(response), plan.request) !== 'noRetry'
    );
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::onSoftPerTryTimeout
  decideOnSoftTimeout(stream: number, plan: RoutePlan, cluster: ClusterRuntime): RetryStatus {
    const { retry } = plan;
    if (retry === undefined) return 'no';
    const environment = this.#environment(stream, retry, cluster, plan.priority);
    const status = shouldHedgeRetryPerTryTimeout(this.#stateOf(stream, retry), environment);
    this.#note(stream, status, 'perTryTimeout');
    return status;
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::maybeRetryReset
  decideOnReset(stream: number, plan: RoutePlan, cluster: ClusterRuntime, failure: StreamResetReason): RetryStatus {
    const { retry } = plan;
    if (retry === undefined) return 'no';
    const environment = this.#environment(stream, retry, cluster, plan.priority);
    const status = shouldRetryReset(this.#stateOf(stream, retry), environment, {
      reason: failure,
      upstreamRequestStarted: this.#streams.table.arrays.upstreamStarted[stream] === 1,
      http3Used: 'no',
    });
    this.#note(stream, status, failure);
    return status;
  }

  /** The back-off is over and the retry is made. */
  countMade(stream: number, cluster: ClusterRuntime): void {
    const state = this.#streams.retryStates[stream];
    cluster.count(RETRY);
    if (state !== undefined && state.immediate === 0)
      cluster.count(state.rateLimited === 1 ? RATE_LIMITED : EXPONENTIAL);
  }

  #note(stream: number, status: RetryStatus, outcome: string): void {
    if (status === 'limitExceeded') this.#streams.addFlag(stream, ResponseFlag.UpstreamRetryLimitExceeded);
    else if (status === 'overflow') this.#streams.addFlag(stream, ResponseFlag.UpstreamOverflow);
    this.#host.sinkOf(stream)?.decide('retry', status, reason('retryDecision', { outcome }));
  }

  /** The stream needs no retry any more; the resource that one still holds is given back. */
  forget(stream: number, cluster: ClusterRuntime, plan: RoutePlan): void {
    const state = this.#streams.retryStates[stream];
    if (state === undefined || plan.retry === undefined) return;
    this.#resources.cluster = cluster;
    this.#resources.priority = plan.priority;
    releaseRetry(state, this.#resources);
    this.#streams.retryStates[stream] = undefined;
  }
}
