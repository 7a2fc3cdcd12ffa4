import type { Hash64 } from '../../../base';
import type { SocketAddress } from '../../../xds';
import type { Kernel } from '../../kernel';
import { type NetworkTables, NONE, PAYLOAD_HTTP2, type ServiceDirectory } from '../../network';
import { clusterCounter } from '../counters';
import type { ProxyEnvironment } from '../environment';
import { formatHealthFlags, type LoadBalancerContext, NO_HOST, rejectsRetryHost } from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { Clusters } from '../upstream/clusters';
import { PROTOCOL_HTTP1, PROTOCOL_HTTP2, type UpstreamTables } from '../upstream/tables';
import { type DecisionSink, reason, rejectedCandidate } from './recorder';
import type { RoutePlan } from './route-plan';
import type { Streams } from './streams';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Picks the host of a try. */
export class HostPicker {
  readonly #kernel: Kernel;
  readonly #clusters: Clusters;
  readonly #upstream: UpstreamTables;
  readonly #services: ServiceDirectory;
  readonly #streams: Streams;
  #context: Mutable<LoadBalancerContext> | undefined;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters) {
    this.#kernel = environment.kernel;
    this.#clusters = clusters;
    this.#upstream = tables.upstream;
    this.#services = environment.services;
    this.#streams = tables.streams;
  }

  /** A host number, or -1. `dialled`: the original destination of the downstream connection. */
  // biome-ignore lint/complexity/useMaxParams: what a pick depends on.
  pick(
    stream: number,
    cluster: ClusterRuntime,
    plan: RoutePlan,
    hash: Hash64 | undefined,
    dialled: SocketAddress,
    sink: DecisionSink | undefined,
  ): number {
    const { discovery } = cluster.cluster.source;
    if (discovery.kind === 'ORIGINAL_DST') {
      const port = discovery.portOverride ?? dialled.port;
      sink?.decide('host', `${dialled.address}:${port}`, reason('originalDestination'));
      return this.#clusters.originalDestination(cluster, this.#services.addressNumber(dialled.address, port));
    }
    const worker = this.#streams.table.arrays.worker[stream] ?? 0;
    const balancer = cluster.balancers[worker % cluster.balancers.length];
    if (balancer === undefined) return NONE;
    const index = balancer.chooseHost(this.#contextFor(stream, cluster, plan, hash));
    const { lastPick } = balancer;
    for (const counter of lastPick.counters) cluster.count(clusterCounter(counter));
    if (sink !== undefined) this.#record(cluster, index, balancer.lastPick, sink);
    return index === NO_HOST ? NONE : (cluster.hosts[index] ?? NONE);
  }

  #contextFor(stream: number, cluster: ClusterRuntime, plan: RoutePlan, hash: Hash64 | undefined): LoadBalancerContext {
    let context = this.#context;
    if (context === undefined) {
      context = {
        nowNs: 0,
        hash: undefined,
        metadataMatch: undefined,
        hostSelectionRetryMax: 0,
        rejectHost: undefined,
        previousPriorities: undefined,
        random: cluster.rng,
      };
      this.#context = context;
    }
    context.nowNs = this.#kernel.nowNs;
    context.hash = hash;
    context.metadataMatch = plan.choice.metadataMatch;
    context.random = cluster.rng;
    context.rejectHost = undefined;
    context.hostSelectionRetryMax = 0;
    context.previousPriorities = undefined;
    if ((this.#streams.table.arrays.attempts[stream] ?? 1) > 1) this.#constrain(context, stream, cluster, plan);
    return context;
  }

  // envoyproxy/envoy source/common/router/router.h Filter::shouldSelectAnotherHost, hostSelectionRetryCount
  #constrain(context: Mutable<LoadBalancerContext>, stream: number, cluster: ClusterRuntime, plan: RoutePlan): void {
    const policy = plan.retry?.policy;
    if (policy === undefined) return;
    const addresses = this.#streams.attemptedHosts[stream] ?? [];
    const h = this.#upstream.hosts.arrays;
    // In the order of the tries, a host as often as it was tried; hosts that are gone do not count.
    const attempted = addresses.flatMap((address) => {
      const index = cluster.hosts.findIndex((host) => h.address[host] === address);
      return index < 0 ? [] : [index];
    });
    const { table } = cluster.cluster;
    if (policy.hostPredicates.length > 0) {
      context.hostSelectionRetryMax = policy.source.hostSelectionRetryMaxAttempts;
      context.rejectHost = (index) => rejectsRetryHost(policy.hostPredicates, table, index, attempted);
    }
    const { retryPriority } = policy.source;
    if (retryPriority !== undefined) {
      const tried = attempted.map((index) => table.priorities[index] ?? 0);
      context.previousPriorities = { tried, updateFrequency: retryPriority.updateFrequency };
    }
  }

  #record(
    cluster: ClusterRuntime,
    index: number,
    pick: { readonly priority: number; readonly panic: boolean; readonly candidates: number },
    sink: DecisionSink,
  ): void {
    const { table, source } = cluster.cluster;
    const rejected = table.addresses.flatMap((address, other) => {
      if (other === index) return [];
      const flags = cluster.columns.flags[other] ?? 0;
      const why = flags === 0 ? reason('notPicked') : reason('unhealthy', { flags: formatHealthFlags(flags) });
      return [rejectedCandidate(address, why, cluster.cluster.endpoints[other]?.source?.origin)];
    });
    sink.decide(
      'host',
      table.addresses[index] ?? '',
      reason(index === NO_HOST ? 'noHealthyUpstream' : 'picked', {
        policy: source.lbPolicy.kind,
        candidates: pick.candidates,
        priority: pick.priority,
        panic: pick.panic ? 1 : 0,
      }),
      rejected,
      source.policyOrigin ?? source.origin,
    );
  }

  /** Protocol of the upstream connection. */
  // envoyproxy/envoy source/common/upstream/upstream_impl.cc ClusterInfoImpl::upstreamHttpProtocol
  protocolOf(cluster: ClusterRuntime, downstream: number, network: NetworkTables): number {
    switch (cluster.cluster.source.httpProtocol.protocol) {
      case 'http2':
        return PROTOCOL_HTTP2;
      case 'useDownstream':
        return network.connections.arrays.payload[downstream] === PAYLOAD_HTTP2 ? PROTOCOL_HTTP2 : PROTOCOL_HTTP1;
      default:
        return PROTOCOL_HTTP1;
    }
  }
}
