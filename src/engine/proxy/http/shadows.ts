import type { Ns } from '../../../base';
import type { MessageTable } from '../../core';
import { MARK_MIRROR, NONE } from '../../network';
import type { CompiledConfig } from '../config';
import type { ProxyEnvironment } from '../environment';
import type { RequestView } from '../semantics';
import type { Clusters } from '../upstream/clusters';
import type { AsyncCalls } from './async-calls';
import type { RoutePlan } from './route-plan';

/** The authority of a copy: "-shadow" comes before the port. */
// envoyproxy/envoy source/common/http/async_client_impl.cc, source/common/router/router.cc (shadow host suffix)
function shadowAuthority(authority: string): string {
  const match = /^(.*?)(:\d+)?$/.exec(authority);
  return `${match?.[1] ?? authority}-shadow${match?.[2] ?? ''}`;
}

/** The request that is copied, and where. */
export interface ShadowRequest {
  readonly pod: number;
  readonly worker: number;
  readonly config: CompiledConfig;
  readonly request: number;
  readonly bytes: number;
  readonly requestId: number;
  readonly traceId: number;
  readonly random: number;
  readonly timeoutNs: Ns;
}

/** What mirroring works with. */
export interface ShadowsParts {
  readonly clusters: Clusters;
  readonly calls: AsyncCalls;
}

/**
 * Copies of requests to other clusters: sent and forgotten, never retried, bounded by the route's timeout.
 * envoyproxy/envoy source/common/router/shadow_writer_impl.cc
 */
export class Shadows {
  readonly #messages: MessageTable;
  readonly #clusters: Clusters;
  readonly #calls: AsyncCalls;

  constructor(environment: ProxyEnvironment, parts: ShadowsParts) {
    this.#messages = environment.messages;
    this.#clusters = parts.clusters;
    this.#calls = parts.calls;
  }

  // envoyproxy/envoy source/common/router/router.cc Filter::maybeDoShadowing
  send(plan: RoutePlan, shadow: ShadowRequest): void {
    const { action } = plan.matched.route;
    if (action.kind !== 'route') return;
    for (const policy of action.route.mirrorPolicies) {
      const fraction = policy.runtimeFraction?.defaultValue;
      if (fraction !== undefined && shadow.random % fraction.denominator >= fraction.numerator) continue;
      const head = this.#messages.request(shadow.request);
      const name = policy.clusterHeader === undefined ? policy.cluster : head.headers.first(policy.clusterHeader);
      const cluster = this.#clusters.byName(shadow.pod, shadow.config, name ?? '');
      if (cluster === undefined) continue;
      const view: RequestView = policy.disableShadowHostSuffixAppend
        ? head
        : { ...head, authority: shadowAuthority(head.authority) };
      const request = this.#messages.internRequest(view);
      this.#calls.start(cluster, { ...shadow, request, parentSpan: 0, marks: MARK_MIRROR, caller: NONE });
    }
  }
}
