import { MARK_RECORDED } from '../../network';
import type { CompiledConfig } from '../config';
import { RQ_COMPLETED } from '../counters';
import type { ProxyEnvironment } from '../environment';
import type { ProxyTables } from '../tables';
import type { Clusters } from '../upstream/clusters';
import type { AsyncCalls } from './async-calls';
import type { FilterCall } from './filter-plan-types';
import type { ClusterCount } from './filter-runner';
import type { Streams } from './streams';

/** Calls that filters make for a stream: external authorization and rate limits. */
export class FilterCalls {
  readonly #environment: ProxyEnvironment;
  readonly #streams: Streams;
  readonly #clusters: Clusters;
  readonly #calls: AsyncCalls;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters, calls: AsyncCalls) {
    this.#environment = environment;
    this.#streams = tables.streams;
    this.#clusters = clusters;
    this.#calls = calls;
  }

  /** Sends the call; false: its cluster is unknown, and nobody will answer. */
  start(stream: number, call: FilterCall, config: CompiledConfig): boolean {
    const s = this.#streams.table.arrays;
    const cluster = this.#clusters.byName(s.pod[stream] ?? 0, config, call.cluster);
    if (cluster === undefined) return false;
    if (call.requestNumber < 0) call.requestNumber = this.#environment.messages.internRequest(call.request);
    this.#calls.start(cluster, {
      worker: s.worker[stream] ?? 0,
      request: call.requestNumber,
      bytes: 0,
      requestId: s.requestId[stream] ?? 0,
      traceId: s.traceId[stream] ?? 0,
      parentSpan: s.parentSpan[stream] ?? 0,
      marks: (s.marks[stream] ?? 0) & MARK_RECORDED,
      timeoutNs: call.timeoutNs,
      caller: stream,
    });
    return true;
  }

  cancel(upstream: number): void {
    this.#calls.cancel(upstream);
  }

  // envoyproxy/envoy source/extensions/filters/http/ext_authz/ext_authz.cc Filter::onComplete, ratelimit/ratelimit.cc Filter::complete
  countCluster(stream: number, { cluster: name, counters, status }: ClusterCount, config: CompiledConfig): void {
    const cluster = this.#clusters.byName(this.#streams.table.arrays.pod[stream] ?? 0, config, name);
    for (const counter of counters) cluster?.countRare(counter);
    if (status === undefined) return;
    cluster?.count(RQ_COMPLETED);
    cluster?.countStatus(status);
  }
}
