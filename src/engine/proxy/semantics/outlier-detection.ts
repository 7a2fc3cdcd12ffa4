import type { Ns } from '../../../base';
import { grpcStatusOf, grpcToHttpStatus } from './grpc';
import { isGrpcRequest, type RandomSource, type RequestView, type ResponseView } from './http-message';
import {
  EJECTION_COUNTER_SUFFIX,
  type OutlierCounter,
  type OutlierEjectionType,
  type OutlierSettings,
} from './outlier-settings';

/** What a try or a connection tells about its host. envoyproxy/envoy envoy/upstream/outlier_detection.h Result */
export type OutlierResult =
  | 'localOriginConnectSuccess'
  | 'localOriginConnectSuccessFinal'
  | 'localOriginConnectFailed'
  | 'localOriginTimeout'
  | 'externalOriginRequestFailed'
  | 'externalOriginRequestSuccess';

/** No status code is known. */
export const NO_STATUS = 0;
const NOT_COMPUTED = -1;
const NEVER = -1;
const NS_PER_MS = 1_000_000;
const NS_PER_S = 1_000_000_000;

/** Requests of the running and of the last full interval. */
export interface SuccessRateMonitor {
  total: number;
  success: number;
  previousTotal: number;
  previousSuccess: number;
  /** Percent, of the last full interval; -1: not computed. */
  successRate: number;
}

/** What the detector knows of one host. */
export interface OutlierHostState {
  ejected: boolean;
  numEjections: number;
  /** Multiple of the base ejection time that the next check uses. */
  backOff: number;
  /** -1: never. */
  lastEjectionNs: Ns;
  lastUnejectionNs: Ns;
  jitterMs: number;
  consecutive5xx: number;
  consecutiveGatewayFailure: number;
  consecutiveLocalOriginFailure: number;
  readonly external: SuccessRateMonitor;
  readonly localOrigin: SuccessRateMonitor;
}

/** Mean and threshold of the last evaluation, percent; -1: not computed. */
export interface SuccessRateNumbers {
  average: number;
  threshold: number;
}

export interface OutlierState {
  readonly hosts: readonly OutlierHostState[];
  readonly ejectionsActive: number;
  readonly external: SuccessRateNumbers;
  readonly localOrigin: SuccessRateNumbers;
}

/** An entry of the outlier event log. */
export interface OutlierEvent {
  readonly host: number;
  readonly action: 'eject' | 'uneject';
  /** Undefined for `uneject`. */
  readonly type?: OutlierEjectionType;
  /** False: detected, but the enforcing percentage let the host stay. */
  readonly enforced: boolean;
  readonly numEjections: number;
  /** Undefined when there was no action before. */
  readonly secondsSinceLastAction?: number;
  readonly successRate?: number;
  readonly clusterAverage?: number;
  readonly clusterThreshold?: number;
}

/** Where ejections and counters go. The receiver sets and clears FAILED_OUTLIER_CHECK of the host. */
export interface OutlierListener {
  outlierEvent(event: OutlierEvent): void;
  countOutlier(counter: OutlierCounter): void;
}

type Monitor = 'external' | 'localOrigin';

function freshMonitor(): SuccessRateMonitor {
  return { total: 0, success: 0, previousTotal: 0, previousSuccess: 0, successRate: NOT_COMPUTED };
}

function freshHost(): OutlierHostState {
  return {
    ejected: false,
    numEjections: 0,
    backOff: 0,
    lastEjectionNs: NEVER,
    lastUnejectionNs: NEVER,
    jitterMs: 0,
    consecutive5xx: 0,
    consecutiveGatewayFailure: 0,
    consecutiveLocalOriginFailure: 0,
    external: freshMonitor(),
    localOrigin: freshMonitor(),
  };
}

function copyHost(host: OutlierHostState): OutlierHostState {
  return { ...host, external: { ...host.external }, localOrigin: { ...host.localOrigin } };
}

/** Status that stands for a result when no code came with it and origins are not told apart; 0: the result says nothing. */
// envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc DetectorHostMonitorImpl::resultToHttpCode
function statusOfResult(result: OutlierResult): number {
  switch (result) {
    case 'externalOriginRequestSuccess':
    case 'localOriginConnectSuccessFinal':
      return 200;
    case 'localOriginTimeout':
      return 504;
    case 'localOriginConnectFailed':
      return 503;
    case 'externalOriginRequestFailed':
      return 500;
    case 'localOriginConnectSuccess':
      return NO_STATUS;
  }
}

/** The threshold below which a success rate is an outlier. */
// envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc DetectorImpl::successRateEjectionThreshold
export function successRateNumbers(rates: readonly number[], stdevFactor: number): SuccessRateNumbers {
  const average = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - average) * (rate - average), 0) / rates.length;
  return { average, threshold: average - stdevFactor * Math.sqrt(variance) };
}

/** The status that response headers report to the detector: what gRPC says, or what the cluster's error codes make of it. */
// envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders
export function outlierStatus(
  errorCodes: readonly number[] | undefined,
  request: RequestView,
  response: ResponseView,
): number {
  const { status } = response;
  if (isGrpcRequest(request)) {
    const grpcStatus = grpcStatusOf(response.headers);
    return grpcStatus === undefined ? status : grpcToHttpStatus(grpcStatus);
  }
  if (errorCodes === undefined) return status;
  // The detector tells only errors from successes.
  if (!errorCodes.includes(status)) return 200;
  return status < 500 ? 500 : status;
}

const RESULT_OF_STATUS_LIMIT = 500;

/** The result that belongs to a status. */
export function outlierResultOfStatus(status: number): OutlierResult {
  return status >= RESULT_OF_STATUS_LIMIT ? 'externalOriginRequestFailed' : 'externalOriginRequestSuccess';
}

/**
 * Outlier detection of one cluster in one proxy. Hosts are numbers of the cluster's host table; its owner tells results, fires
 * the interval and keeps the health flags.
 */
// envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc DetectorImpl, DetectorHostMonitorImpl
export class OutlierDetector {
  #settings: OutlierSettings;
  readonly #listener: OutlierListener;
  #hosts: OutlierHostState[] = [];
  #ejectionsActive = 0;
  #numbers: Record<Monitor, SuccessRateNumbers> = {
    external: { average: NOT_COMPUTED, threshold: NOT_COMPUTED },
    localOrigin: { average: NOT_COMPUTED, threshold: NOT_COMPUTED },
  };
  // Of the call that is being served.
  #nowNs: Ns = 0;
  #random: RandomSource | undefined;

  constructor(settings: OutlierSettings, listener: OutlierListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Gauge `ejections_active`. */
  get ejectionsActive(): number {
    return this.#ejectionsActive;
  }

  get settings(): OutlierSettings {
    return this.#settings;
  }

  /** Runtime overrides from now on. */
  set settings(settings: OutlierSettings) {
    this.#settings = settings;
  }

  host(host: number): Readonly<OutlierHostState> | undefined {
    return this.#hosts[host];
  }

  /** Of the last evaluation. */
  numbers(monitor: Monitor): Readonly<SuccessRateNumbers> {
    return this.#numbers[monitor];
  }

  /** The cluster has these many hosts now; `previous` gives the former number of a host that stays, -1 for a new one. */
  setHosts(size: number, previous: (host: number) => number): void {
    const before = this.#hosts;
    this.#hosts = Array.from({ length: size }, (_, host) => before[previous(host)] ?? freshHost());
    this.#ejectionsActive = this.#hosts.filter((host) => host.ejected).length;
  }

  save(): OutlierState {
    return {
      hosts: this.#hosts.map(copyHost),
      ejectionsActive: this.#ejectionsActive,
      external: { ...this.#numbers.external },
      localOrigin: { ...this.#numbers.localOrigin },
    };
  }

  restore(state: OutlierState): void {
    this.#hosts = state.hosts.map(copyHost);
    this.#ejectionsActive = state.ejectionsActive;
    this.#numbers = { external: { ...state.external }, localOrigin: { ...state.localOrigin } };
  }

  /** Reports a result; `status` is {@link NO_STATUS} where no code belongs to it. */
  // DetectorHostMonitorImpl::putResult
  putResult(host: number, result: OutlierResult, status: number, at: { nowNs: Ns; random: RandomSource }): void {
    const monitor = this.#hosts[host];
    if (monitor === undefined) return;
    this.#nowNs = at.nowNs;
    this.#random = at.random;
    if (!this.#settings.source.splitExternalLocalOriginErrors) {
      const code = status === NO_STATUS ? statusOfResult(result) : status;
      if (code !== NO_STATUS) this.#putStatus(host, monitor, code);
      return;
    }
    this.#putSplit(host, monitor, result, status);
  }

  // DetectorHostMonitorImpl::putResultWithLocalExternalSplit
  #putSplit(host: number, monitor: OutlierHostState, result: OutlierResult, status: number): void {
    switch (result) {
      case 'localOriginConnectSuccess':
      case 'localOriginConnectSuccessFinal':
        monitor.localOrigin.total += 1;
        monitor.localOrigin.success += 1;
        monitor.consecutiveLocalOriginFailure = 0;
        return;
      case 'localOriginTimeout':
      case 'localOriginConnectFailed':
        monitor.localOrigin.total += 1;
        monitor.consecutiveLocalOriginFailure += 1;
        if (monitor.consecutiveLocalOriginFailure === this.#settings.source.consecutiveLocalOriginFailure) {
          this.#onConsecutive(host, 'CONSECUTIVE_LOCAL_ORIGIN_FAILURE');
        }
        return;
      case 'externalOriginRequestFailed':
        this.#putStatus(host, monitor, status === NO_STATUS ? 503 : status);
        return;
      case 'externalOriginRequestSuccess':
        this.#putStatus(host, monitor, status === NO_STATUS ? 200 : status);
    }
  }

  // DetectorHostMonitorImpl::putHttpResponseCode
  #putStatus(host: number, monitor: OutlierHostState, status: number): void {
    const { source } = this.#settings;
    monitor.external.total += 1;
    if (status < 500 || status >= 600) {
      monitor.external.success += 1;
      monitor.consecutive5xx = 0;
      monitor.consecutiveGatewayFailure = 0;
      return;
    }
    // Hosts that reach a count are ejected after both counts were raised: detection runs on another thread.
    let gatewayReached = false;
    if (status >= 502 && status < 505) {
      monitor.consecutiveGatewayFailure += 1;
      gatewayReached = monitor.consecutiveGatewayFailure === source.consecutiveGatewayFailure;
    } else {
      monitor.consecutiveGatewayFailure = 0;
    }
    monitor.consecutive5xx += 1;
    const reached = monitor.consecutive5xx === source.consecutive5xx;
    if (gatewayReached) this.#onConsecutive(host, 'CONSECUTIVE_GATEWAY_FAILURE');
    if (reached) this.#onConsecutive(host, 'CONSECUTIVE_5XX');
  }

  // DetectorImpl::onConsecutiveErrorWorker
  #onConsecutive(
    host: number,
    type: 'CONSECUTIVE_5XX' | 'CONSECUTIVE_GATEWAY_FAILURE' | 'CONSECUTIVE_LOCAL_ORIGIN_FAILURE',
  ): void {
    const monitor = this.#hosts[host];
    if (monitor === undefined || monitor.ejected) return;
    this.#detected(type);
    this.#eject(host, monitor, type);
    // The count starts again even when the host may stay, so that the next run of errors is detected too.
    if (type === 'CONSECUTIVE_5XX') {
      this.#listener.countOutlier('ejections_consecutive_5xx');
      monitor.consecutive5xx = 0;
    } else if (type === 'CONSECUTIVE_GATEWAY_FAILURE') {
      monitor.consecutiveGatewayFailure = 0;
    } else {
      monitor.consecutiveLocalOriginFailure = 0;
    }
  }

  #detected(type: OutlierEjectionType): void {
    this.#listener.countOutlier(`ejections_detected_${EJECTION_COUNTER_SUFFIX[type]}`);
  }

  // DetectorImpl::ejectHost
  #eject(host: number, monitor: OutlierHostState, type: OutlierEjectionType): void {
    if (!this.#mayEject()) {
      this.#listener.countOutlier('ejections_overflow');
      return;
    }
    if (type === 'CONSECUTIVE_5XX' || type === 'SUCCESS_RATE') this.#listener.countOutlier('ejections_total');
    const enforced = this.#isEnforced(type);
    // Envoy asserts that no host is ejected twice; one that its success rate has just ejected stays as it is.
    if (enforced && !monitor.ejected) {
      this.#ejectionsActive += 1;
      this.#listener.countOutlier('ejections_enforced_total');
      this.#listener.countOutlier(`ejections_enforced_${EJECTION_COUNTER_SUFFIX[type]}`);
      this.#setEjected(monitor);
    }
    this.#listener.outlierEvent(this.#ejectEvent(host, type, enforced));
  }

  /** The limit counts the hosts of all priorities. */
  #mayEject(): boolean {
    const { source } = this.#settings;
    const percent = (100 * (this.#ejectionsActive + 1)) / this.#hosts.length;
    if (percent <= Math.min(100, source.maxEjectionPercent)) return true;
    return source.alwaysEjectOneHost && this.#ejectionsActive === 0;
  }

  // DetectorImpl::enforceEjection; source/common/runtime/runtime_impl.cc SnapshotImpl::featureEnabled
  #isEnforced(type: OutlierEjectionType): boolean {
    const percent = Math.min(100, this.#settings.enforcing[type]);
    if (percent === 0 || percent === 100) return percent === 100;
    return (this.#random?.nextU64Mod(100) ?? 0) < percent;
  }

  #setEjected(monitor: OutlierHostState): void {
    const { baseEjectionTimeMs, maxEjectionTimeMs, maxEjectionTimeJitterMs } = this.#settings;
    monitor.ejected = true;
    monitor.numEjections += 1;
    monitor.lastEjectionNs = this.#nowNs;
    monitor.jitterMs = maxEjectionTimeJitterMs === 0 ? 0 : (this.#random?.nextU64Mod(maxEjectionTimeJitterMs + 1) ?? 0);
    if (monitor.backOff * baseEjectionTimeMs < maxEjectionTimeMs + baseEjectionTimeMs) monitor.backOff += 1;
  }

  // EventLoggerImpl::logEject
  #ejectEvent(host: number, type: OutlierEjectionType, enforced: boolean): OutlierEvent {
    const monitor = this.#hosts[host] ?? freshHost();
    const common = {
      host,
      action: 'eject' as const,
      type,
      enforced,
      numEjections: monitor.numEjections,
      ...this.#secondsSince(monitor.lastUnejectionNs),
    };
    if (type === 'SUCCESS_RATE' || type === 'SUCCESS_RATE_LOCAL_ORIGIN') {
      const which: Monitor = type === 'SUCCESS_RATE' ? 'external' : 'localOrigin';
      const { average, threshold } = this.#numbers[which];
      return {
        ...common,
        successRate: monitor[which].successRate,
        clusterAverage: average,
        clusterThreshold: threshold,
      };
    }
    if (type === 'FAILURE_PERCENTAGE') return { ...common, successRate: monitor.external.successRate };
    if (type === 'FAILURE_PERCENTAGE_LOCAL_ORIGIN') return { ...common, successRate: monitor.localOrigin.successRate };
    return common;
  }

  #secondsSince(sinceNs: Ns): { readonly secondsSinceLastAction?: number } {
    if (sinceNs === NEVER) return {};
    return { secondsSinceLastAction: Math.floor((this.#nowNs - sinceNs) / NS_PER_S) };
  }

  // DetectorImpl::unejectHost
  #uneject(host: number, monitor: OutlierHostState): void {
    this.#ejectionsActive -= 1;
    monitor.ejected = false;
    // A count that was close to its limit must not eject the host again after few errors.
    monitor.consecutive5xx = 0;
    monitor.consecutiveGatewayFailure = 0;
    monitor.consecutiveLocalOriginFailure = 0;
    monitor.lastUnejectionNs = this.#nowNs;
    this.#listener.outlierEvent({
      host,
      action: 'uneject',
      enforced: true,
      numEjections: monitor.numEjections,
      ...this.#secondsSince(monitor.lastEjectionNs),
    });
  }

  /** A passed active health check brings an ejected host back at once. */
  // DetectorImpl::initialize
  onActiveHealthCheckPassed(host: number, nowNs: Ns): void {
    const monitor = this.#hosts[host];
    if (monitor === undefined || !monitor.ejected) return;
    if (!this.#settings.source.successfulActiveHealthCheckUnejectHost) return;
    this.#nowNs = nowNs;
    this.#uneject(host, monitor);
  }

  /** To be called every `intervalMs`. */
  // DetectorImpl::onIntervalTimer
  onInterval(nowNs: Ns, random: RandomSource): void {
    this.#nowNs = nowNs;
    this.#random = random;
    for (const [host, monitor] of this.#hosts.entries()) {
      if (monitor.ejected && this.#isEjectionOver(monitor)) this.#uneject(host, monitor);
      swapBuckets(monitor.external);
      swapBuckets(monitor.localOrigin);
    }
    this.#evaluate('external');
    this.#evaluate('localOrigin');
    this.#decayBackOff();
  }

  // DetectorImpl::checkHostForUneject
  #isEjectionOver(monitor: OutlierHostState): boolean {
    const { baseEjectionTimeMs, maxEjectionTimeMs } = this.#settings;
    const durationMs = Math.min(baseEjectionTimeMs * monitor.backOff, maxEjectionTimeMs) + monitor.jitterMs;
    return durationMs * NS_PER_MS <= this.#nowNs - monitor.lastEjectionNs;
  }

  #decayBackOff(): void {
    const intervalNs = this.#settings.intervalMs * NS_PER_MS;
    for (const monitor of this.#hosts) {
      if (monitor.ejected || monitor.lastUnejectionNs === NEVER || monitor.backOff === 0) continue;
      if (this.#nowNs - monitor.lastUnejectionNs >= intervalNs) monitor.backOff -= 1;
    }
  }

  /** Detects by success rate, then by failure percentage, over the last full interval. */
  // DetectorImpl::processSuccessRateEjections
  #evaluate(which: Monitor): void {
    const { source } = this.#settings;
    this.#numbers[which] = { average: NOT_COMPUTED, threshold: NOT_COMPUTED };
    const size = this.#hosts.length;
    if (size < source.successRateMinimumHosts && size < source.failurePercentageMinimumHosts) return;
    const byRate: number[] = [];
    const byPercentage: number[] = [];
    const leastVolume = Math.min(source.successRateRequestVolume, source.failurePercentageRequestVolume);
    for (const [host, { ejected, [which]: monitor }] of this.#hosts.entries()) {
      if (ejected || monitor.previousTotal === 0) continue;
      const rate = (monitor.previousSuccess * 100) / monitor.previousTotal;
      if (monitor.previousTotal >= leastVolume) monitor.successRate = rate;
      if (monitor.previousTotal >= source.successRateRequestVolume) byRate.push(host);
      if (monitor.previousTotal >= source.failurePercentageRequestVolume) byPercentage.push(host);
    }
    this.#ejectByRate(which, byRate);
    this.#ejectByPercentage(which, byPercentage);
  }

  #rate(host: number, which: Monitor): number {
    return this.#hosts[host]?.[which].successRate ?? NOT_COMPUTED;
  }

  #ejectByRate(which: Monitor, candidates: readonly number[]): void {
    const { source } = this.#settings;
    if (candidates.length === 0 || candidates.length < source.successRateMinimumHosts) return;
    const numbers = successRateNumbers(
      candidates.map((host) => this.#rate(host, which)),
      source.successRateStdevFactor / 1000,
    );
    this.#numbers[which] = numbers;
    for (const host of candidates) {
      if (this.#rate(host, which) >= numbers.threshold) continue;
      this.#listener.countOutlier('ejections_success_rate');
      this.#detectAndEject(host, which === 'external' ? 'SUCCESS_RATE' : 'SUCCESS_RATE_LOCAL_ORIGIN');
    }
  }

  #ejectByPercentage(which: Monitor, candidates: readonly number[]): void {
    const { source } = this.#settings;
    if (candidates.length === 0 || candidates.length < source.failurePercentageMinimumHosts) return;
    for (const host of candidates) {
      if (100 - this.#rate(host, which) < source.failurePercentageThreshold) continue;
      this.#detectAndEject(host, which === 'external' ? 'FAILURE_PERCENTAGE' : 'FAILURE_PERCENTAGE_LOCAL_ORIGIN');
    }
  }

  #detectAndEject(host: number, type: OutlierEjectionType): void {
    this.#detected(type);
    const monitor = this.#hosts[host];
    if (monitor !== undefined) this.#eject(host, monitor, type);
  }
}

function swapBuckets(monitor: SuccessRateMonitor): void {
  monitor.previousTotal = monitor.total;
  monitor.previousSuccess = monitor.success;
  monitor.total = 0;
  monitor.success = 0;
  monitor.successRate = NOT_COMPUTED;
}
