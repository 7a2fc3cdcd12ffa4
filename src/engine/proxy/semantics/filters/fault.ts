import type { FaultConfig, FractionalPercent } from '../../../../xds';
import { type RandomSource, type RequestView, requestHeader } from '../http-message';
import type { LocalReply } from '../local-reply';
import { type CompiledHeaderMatcher, compileHeaderMatchers, findUnmatchedHeader } from '../matchers';
import { ResponseCodeDetails } from '../response-code-details';
import { ResponseFlag } from '../response-flags';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

export interface CompiledFault {
  readonly source: FaultConfig;
  readonly headers: readonly CompiledHeaderMatcher[];
}

export function compileFault(source: FaultConfig): CompiledFault {
  return { source, headers: compileHeaderMatchers(source.headers) };
}

/** Faults that are active in one filter of one proxy, as plain data. */
export interface FaultGauge {
  active: number;
}

/** Whether a stream is counted in the gauge; the runtime takes it off when the fault or the stream ends. */
export interface FaultStream {
  charged: 0 | 1;
}

export type FaultCounter = 'delays_injected' | 'aborts_injected' | 'faults_overflow';

export interface FaultInput {
  readonly request: RequestView;
  /** Cluster of the request's route; empty without a route. */
  readonly cluster: string;
  readonly random: RandomSource;
  readonly gauge: FaultGauge;
  readonly stream: FaultStream;
  readonly count: (counter: FaultCounter) => void;
}

const NS_PER_MS = 1_000_000;
const ABORT_BODY = 'fault filter abort';
const OK = 200;

function unsignedHeader(request: RequestView, name: string): number | undefined {
  const text = request.headers.first(name)?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether the filter looks at the request at all. */
// envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc FaultFilter::decodeHeaders
function applies(fault: CompiledFault, input: FaultInput): boolean {
  const { upstreamCluster } = fault.source;
  if (upstreamCluster !== undefined && upstreamCluster !== '' && upstreamCluster !== input.cluster) return false;
  return findUnmatchedHeader(fault.headers, (name) => requestHeader(input.request, name)) === undefined;
}

/** A fresh draw for every fault: delays and aborts are independent. */
function drawFraction(fraction: FractionalPercent, random: RandomSource): boolean {
  return random.nextU64Mod(fraction.denominator) < fraction.numerator;
}

/** A header may lower the configured percentage, never raise it. */
// envoyproxy/envoy source/extensions/filters/common/fault/fault_config.cc HeaderPercentageProvider::percentage
function headerFraction(fraction: FractionalPercent, request: RequestView, name: string): FractionalPercent {
  const numerator = unsignedHeader(request, name);
  if (numerator === undefined) return fraction;
  return { numerator: Math.min(numerator, fraction.numerator), denominator: fraction.denominator };
}

/** Counts the stream once, unless as many faults as allowed are active. */
// fault_filter.cc FaultFilter::tryIncActiveFaults
function tryCharge(fault: CompiledFault, input: FaultInput): boolean {
  if (input.stream.charged === 1) return true;
  if (input.gauge.active >= (fault.source.maxActiveFaults ?? Number.POSITIVE_INFINITY)) {
    input.count('faults_overflow');
    return false;
  }
  input.gauge.active += 1;
  input.stream.charged = 1;
  return true;
}

// fault_filter.cc FaultFilter::delayDuration
function delayNs(fault: CompiledFault, input: FaultInput): number {
  const { delay } = fault.source;
  if (delay === undefined) return 0;
  const { request, random } = input;
  const fraction =
    delay.kind === 'header'
      ? headerFraction(delay.percentage, request, 'x-envoy-fault-delay-request-percentage')
      : delay.percentage;
  if (!drawFraction(fraction, random)) return 0;
  if (delay.kind === 'fixed') return delay.fixedDelayNs;
  return (unsignedHeader(request, 'x-envoy-fault-delay-request') ?? 0) * NS_PER_MS;
}

/** First step of the filter: `wait` sets flag DI; after the wait, and otherwise at once, comes {@link decideFaultAbort}. */
// fault_filter.cc FaultFilter::maybeSetupDelay
export function decideFaultDelay(fault: CompiledFault, input: FaultInput): FilterVerdict {
  if (!applies(fault, input)) return continueWith(input.request);
  const ns = delayNs(fault, input);
  if (ns <= 0 || !tryCharge(fault, input)) return continueWith(input.request);
  input.count('delays_injected');
  return { kind: 'wait', ns };
}

interface AbortStatus {
  readonly status: number;
  readonly grpcStatus?: number;
}

function headerAbort(request: RequestView): AbortStatus | undefined {
  const status = unsignedHeader(request, 'x-envoy-fault-abort-request');
  if (status !== undefined && status >= 200 && status < 600) return { status };
  const grpcStatus = unsignedHeader(request, 'x-envoy-fault-abort-grpc-request');
  return grpcStatus === undefined ? undefined : { status: OK, grpcStatus };
}

// fault_filter.cc FaultFilter::abortStatus
function abortStatus(fault: CompiledFault, input: FaultInput): AbortStatus | undefined {
  const { abort } = fault.source;
  if (abort === undefined) return undefined;
  const fraction =
    abort.kind === 'header'
      ? headerFraction(abort.percentage, input.request, 'x-envoy-fault-abort-request-percentage')
      : abort.percentage;
  if (!drawFraction(fraction, input.random)) return undefined;
  if (abort.kind === 'httpStatus') return { status: abort.httpStatus };
  return abort.kind === 'grpcStatus' ? { status: OK, grpcStatus: abort.grpcStatus } : headerAbort(input.request);
}

// fault_filter.cc FaultFilter::maybeDoAbort, abortWithStatus
export function decideFaultAbort(fault: CompiledFault, input: FaultInput): FilterVerdict {
  if (!applies(fault, input)) return continueWith(input.request);
  const abort = abortStatus(fault, input);
  if (abort === undefined || !tryCharge(fault, input)) return continueWith(input.request);
  input.count('aborts_injected');
  const reply: LocalReply = {
    ...abort,
    body: ABORT_BODY,
    details: ResponseCodeDetails.FaultAbort,
    flag: ResponseFlag.FaultInjected,
  };
  return replyLocally(reply);
}
