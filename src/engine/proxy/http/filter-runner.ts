import { assertNever, type Ns } from '../../../base';
import type { Kernel } from '../../kernel';
import { httpCounter, LIMIT_COUNTERS } from '../counters';
import type { ProxyRecord } from '../proxy-record';
import {
  createLocalRateLimitBucket,
  decideFaultAbort,
  decideFaultDelay,
  decideLocalRateLimit,
  type FaultInput,
  type FilterVerdict,
  type LocalReply,
  ResponseFlag,
  type ResponseView,
  type TokenBucketState,
  withLimitHeaders,
} from '../semantics';
import type { FilterCall, FilterPlan, FilterStep } from './filter-plan-types';
import type { DecisionSink } from './recorder';
import { reason } from './recorder';
import type { Streams } from './streams';

/** What a step does with a stream. */
export type StepVerdict =
  | { readonly kind: 'continue' }
  | { readonly kind: 'reply'; readonly reply: LocalReply; readonly denied: boolean }
  | { readonly kind: 'call'; readonly call: FilterCall }
  | { readonly kind: 'wait'; readonly ns: Ns };

/** What is counted for a cluster. */
export type ClusterCount = Extract<FilterStep, { kind: 'countCluster' }>;

/** The connection manager as the steps see it. */
export interface StepHost {
  proxyOf(stream: number): ProxyRecord;
  statisticsOf(stream: number): Float64Array;
  sinkOf(stream: number): DecisionSink | undefined;
  /** Raises counters of a cluster of the stream's proxy. */
  countCluster(stream: number, counted: ClusterCount): void;
}

const CONTINUE: StepVerdict = { kind: 'continue' };
const TOO_LARGE = httpCounter('downstream_rq_too_large');
const ACTIVE_FAULTS = httpCounter('fault.active_faults');

function toStepVerdict(verdict: FilterVerdict): StepVerdict {
  if (verdict.kind === 'localReply') return { kind: 'reply', reply: verdict.reply, denied: false };
  return verdict.kind === 'wait' ? verdict : CONTINUE;
}

/** Executes the steps of filter plans: draws, buckets and delays. */
export class FilterRunner {
  readonly #kernel: Kernel;
  readonly #streams: Streams;

  constructor(kernel: Kernel, streams: Streams) {
    this.#kernel = kernel;
    this.#streams = streams;
  }

  /** A response as the limiting filters that the request has passed leave it. */
  encode(stream: number, plan: FilterPlan, response: ResponseView, host: StepHost): ResponseView {
    let view = response;
    const passed = (this.#streams.table.arrays.step[stream] ?? 0) + 1;
    for (const step of plan.steps.slice(0, passed)) {
      if (step.kind !== 'localRateLimit' || !step.limit.tellsLimits || step.limit.rate === undefined) continue;
      const bucket = this.#bucketOf(host.proxyOf(stream), step);
      if (bucket !== undefined) view = withLimitHeaders(view, step.limit.rate, bucket, this.#kernel.nowNs);
    }
    return view;
  }

  run(stream: number, position: number, plan: FilterPlan, host: StepHost): StepVerdict {
    const step = plan.steps[position];
    if (step === undefined) return CONTINUE;
    switch (step.kind) {
      case 'count': {
        const statistics = host.statisticsOf(stream);
        for (const counter of step.counters) statistics[counter] = (statistics[counter] ?? 0) + 1;
        return CONTINUE;
      }
      case 'fault':
        return this.#runFault(stream, step, plan, host);
      case 'localRateLimit':
        return this.#runLocalRateLimit(stream, step, plan, host);
      case 'buffer': {
        const bytes = this.#streams.table.arrays.requestBytes[stream] ?? 0;
        if (bytes <= step.maxRequestBytes) return CONTINUE;
        const statistics = host.statisticsOf(stream);
        statistics[TOO_LARGE] = (statistics[TOO_LARGE] ?? 0) + 1;
        const reply = { status: 413, body: 'Payload Too Large', details: 'request_payload_too_large' };
        return { kind: 'reply', reply, denied: false };
      }
      case 'call':
        return step;
      case 'countCluster':
        host.countCluster(stream, step);
        return CONTINUE;
      case 'reply':
        return step;
      default:
        return assertNever(step);
    }
  }

  #runFault(stream: number, step: FilterStep & { kind: 'fault' }, plan: FilterPlan, host: StepHost): StepVerdict {
    const s = this.#streams.table.arrays;
    const statistics = host.statisticsOf(stream);
    const gauge = { active: statistics[ACTIVE_FAULTS] ?? 0 };
    const charge: FaultInput['stream'] = { charged: s.faultCharged[stream] === 1 ? 1 : 0 };
    const input: FaultInput = {
      request: plan.request,
      cluster: step.cluster,
      random: host.proxyOf(stream).faultRng,
      gauge,
      stream: charge,
      count: (counter) => {
        const position = httpCounter(`fault.${counter}`);
        statistics[position] = (statistics[position] ?? 0) + 1;
      },
    };
    const delayed = s.delayed[stream] === 1;
    let verdict = delayed ? undefined : decideFaultDelay(step.fault, input);
    if (verdict === undefined || verdict.kind === 'continue') {
      s.delayed[stream] = 0;
      // The delay is over: the fault is no longer active unless an abort follows.
      if (delayed && charge.charged === 1) {
        gauge.active -= 1;
        charge.charged = 0;
      }
      verdict = decideFaultAbort(step.fault, input);
    }
    statistics[ACTIVE_FAULTS] = gauge.active;
    s.faultCharged[stream] = charge.charged;
    if (verdict.kind === 'wait') this.#streams.addFlag(stream, ResponseFlag.DelayInjected);
    const origin = step.fault.source.delay?.origin ?? step.fault.source.abort?.origin;
    const values = verdict.kind === 'wait' ? { ns: verdict.ns } : {};
    host.sinkOf(stream)?.decide('filter', 'fault', reason(`fault.${verdict.kind}`, values), [], origin);
    return toStepVerdict(verdict);
  }

  #runLocalRateLimit(
    stream: number,
    step: FilterStep & { kind: 'localRateLimit' },
    plan: FilterPlan,
    host: StepHost,
  ): StepVerdict {
    const proxy = host.proxyOf(stream);
    const statistics = proxy.limitStatisticsOf(step.limit.source.statPrefix);
    const verdict = decideLocalRateLimit(step.limit, {
      request: plan.request,
      nowNs: this.#kernel.nowNs,
      random: proxy.faultRng,
      bucket: this.#bucketOf(proxy, step),
      count: (counter) => {
        const position = LIMIT_COUNTERS.indexOf(counter);
        statistics[position] = (statistics[position] ?? 0) + 1;
      },
    });
    host.sinkOf(stream)?.decide('filter', 'localRateLimit', reason(`localRateLimit.${verdict.kind}`));
    return toStepVerdict(verdict);
  }

  #bucketOf(proxy: ProxyRecord, step: FilterStep & { kind: 'localRateLimit' }): TokenBucketState | undefined {
    const { rate } = step.limit;
    if (rate === undefined) return undefined;
    const known = proxy.buckets.get(step.bucket);
    if (known !== undefined && known.maxTokens === rate.maxTokens && known.fillRate === rate.fillRate)
      return known.state;
    const state = createLocalRateLimitBucket(step.limit, this.#kernel.nowNs);
    if (state !== undefined) proxy.buckets.set(step.bucket, { ...rate, state });
    return state;
  }
}
