import type { Ns } from '../../../base';
import type { MessageTable } from '../../core';
import { MARK_MIRROR, NONE } from '../../network';
import type { CompiledConfig } from '../config';
import type { ProxyEnvironment } from '../environment';
import { isShadowed, shadowAuthority, shadowCluster } from '../semantics';
import type { Clusters } from '../upstream/clusters';
import type { AsyncCalls } from './async-calls';
import type { RoutePlan } from './route-plan';

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
  /** Heads with the authority of copies, by the head that is copied. */
  readonly #suffixed: (number | undefined)[] = [];

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
      const head = this.#messages.request(shadow.request);
      if (!isShadowed(policy, head, shadow.random)) continue;
      const name = shadowCluster(policy, head);
      const cluster = name === undefined ? undefined : this.#clusters.byName(shadow.pod, shadow.config, name);
      if (cluster === undefined) continue;
      const request = policy.disableShadowHostSuffixAppend ? shadow.request : this.#withSuffix(shadow.request);
      this.#calls.start(cluster, { ...shadow, request, parentSpan: 0, marks: MARK_MIRROR, caller: NONE });
    }
  }

  #withSuffix(request: number): number {
    let suffixed = this.#suffixed[request];
    if (suffixed === undefined) {
      const head = this.#messages.request(request);
      suffixed = this.#messages.internRequest({ ...head, authority: shadowAuthority(head.authority) });
      this.#suffixed[request] = suffixed;
    }
    return suffixed;
  }
}
