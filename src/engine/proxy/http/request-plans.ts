import { assertDefined } from '../../../base';
import type { MessageTable } from '../../core';
import { NONE, type Pods } from '../../network';
import type { CompiledConfig, ConfigRegistry } from '../config';
import type { ProxyEnvironment } from '../environment';
import type { ProxyTables } from '../tables';
import type { ConnectionClasses } from './connection-classes';
import { buildRedirectedPlan, buildRequestPlan, PlanCache, type RequestPlan } from './request-plan';
import type { Streams } from './streams';

/** Finds the plans of streams' heads, and makes those that are missing. */
export class RequestPlans {
  readonly #pods: Pods;
  readonly #messages: MessageTable;
  readonly #configs: ConfigRegistry;
  readonly #classes: ConnectionClasses;
  readonly #streams: Streams;
  readonly #planCaches = new Map<CompiledConfig, PlanCache>();
  /** Plans of heads that internal redirects made. */
  readonly #redirectedPlans = new Map<CompiledConfig, PlanCache>();

  constructor(environment: ProxyEnvironment, tables: ProxyTables) {
    this.#pods = environment.pods;
    this.#messages = environment.messages;
    this.#configs = tables.configs;
    this.#classes = tables.classes;
    this.#streams = tables.streams;
  }

  /** Forgets the plans of configurations that are gone, or all of them. */
  forget(isAlive: (config: CompiledConfig) => boolean): void {
    for (const caches of [this.#planCaches, this.#redirectedPlans]) {
      for (const config of caches.keys()) if (!isAlive(config)) caches.delete(config);
    }
  }

  /** The plan of a stream's head; found by the numbers that the stream keeps, also after a restore. */
  of(stream: number): RequestPlan {
    const known = this.#streams.plans[stream];
    if (known !== undefined) return known;
    const s = this.#streams.table.arrays;
    const redirectedFrom = s.redirectedFrom[stream] ?? NONE;
    const original = s.original[stream] ?? 0;
    const plan =
      redirectedFrom === NONE ? this.#plan(stream, original) : this.#redirectedPlan(stream, redirectedFrom, original);
    this.#streams.plans[stream] = plan;
    return plan;
  }

  #cacheOf(caches: Map<CompiledConfig, PlanCache>, stream: number): PlanCache {
    const config = this.#configs.get(this.#streams.table.arrays.config[stream] ?? 0);
    let cache = caches.get(config);
    if (cache === undefined) {
      cache = new PlanCache();
      caches.set(config, cache);
    }
    return cache;
  }

  #plan(stream: number, original: number): RequestPlan {
    const s = this.#streams.table.arrays;
    const cache = this.#cacheOf(this.#planCaches, stream);
    const chainNumber = s.chain[stream] ?? 0;
    const connectionClass = s.connectionClass[stream] ?? 0;
    let plan = cache.get(chainNumber, connectionClass, original);
    if (plan === undefined) {
      const config = this.#configs.get(s.config[stream] ?? 0);
      const chain = assertDefined(config.chains[chainNumber], 'unknown filter chain');
      const hcm = assertDefined(chain.hcm, 'a filter chain without connection manager');
      const proxyAddress = this.#pods.get(s.pod[stream] ?? 0).facts.ip;
      const subject = { config, chain, hcm, connectionClass: this.#classes.get(connectionClass), original };
      plan = buildRequestPlan(subject, { messages: this.#messages, proxyAddress });
      cache.set(chainNumber, connectionClass, original, plan);
    }
    return plan;
  }

  #redirectedPlan(stream: number, redirectedFrom: number, original: number): RequestPlan {
    const s = this.#streams.table.arrays;
    const cache = this.#cacheOf(this.#redirectedPlans, stream);
    const chainNumber = s.chain[stream] ?? 0;
    const connectionClass = s.connectionClass[stream] ?? 0;
    let plan = cache.get(chainNumber, connectionClass, original);
    if (plan === undefined) {
      plan = buildRedirectedPlan(this.#plan(stream, redirectedFrom), original, this.#messages);
      cache.set(chainNumber, connectionClass, original, plan);
    }
    return plan;
  }
}
