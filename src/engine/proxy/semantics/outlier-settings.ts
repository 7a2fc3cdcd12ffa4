import type { OutlierDetection } from '../../../xds';
import { refuse } from './config-error';

/** Kinds of ejection. envoyproxy/envoy api/envoy/data/cluster/v3/outlier_detection_event.proto OutlierEjectionType */
export type OutlierEjectionType =
  | 'CONSECUTIVE_5XX'
  | 'CONSECUTIVE_GATEWAY_FAILURE'
  | 'SUCCESS_RATE'
  | 'CONSECUTIVE_LOCAL_ORIGIN_FAILURE'
  | 'SUCCESS_RATE_LOCAL_ORIGIN'
  | 'FAILURE_PERCENTAGE'
  | 'FAILURE_PERCENTAGE_LOCAL_ORIGIN';

/** Counter suffix of each kind, as in `ejections_detected_<suffix>`. */
export const EJECTION_COUNTER_SUFFIX = {
  CONSECUTIVE_5XX: 'consecutive_5xx',
  CONSECUTIVE_GATEWAY_FAILURE: 'consecutive_gateway_failure',
  SUCCESS_RATE: 'success_rate',
  CONSECUTIVE_LOCAL_ORIGIN_FAILURE: 'consecutive_local_origin_failure',
  SUCCESS_RATE_LOCAL_ORIGIN: 'local_origin_success_rate',
  FAILURE_PERCENTAGE: 'failure_percentage',
  FAILURE_PERCENTAGE_LOCAL_ORIGIN: 'local_origin_failure_percentage',
} as const satisfies Readonly<Record<OutlierEjectionType, string>>;

/** Counters under `cluster.<name>.outlier_detection.`; the gauge `ejections_active` is read from the detector. */
export type OutlierCounter =
  | 'ejections_enforced_total'
  | 'ejections_overflow'
  | 'ejections_total'
  | 'ejections_consecutive_5xx'
  | 'ejections_success_rate'
  | `ejections_detected_${(typeof EJECTION_COUNTER_SUFFIX)[OutlierEjectionType]}`
  | `ejections_enforced_${(typeof EJECTION_COUNTER_SUFFIX)[OutlierEjectionType]}`;

/** Outlier detection of a cluster with its durations in whole milliseconds, as the detector keeps them. */
export interface OutlierSettings {
  readonly source: OutlierDetection;
  readonly intervalMs: number;
  readonly baseEjectionTimeMs: number;
  readonly maxEjectionTimeMs: number;
  readonly maxEjectionTimeJitterMs: number;
  /** Percent of detections that lead to an ejection, by kind. */
  readonly enforcing: Readonly<Record<OutlierEjectionType, number>>;
}

const NS_PER_MS = 1_000_000;

function wholeMs(durationNs: number): number {
  return Math.floor(durationNs / NS_PER_MS);
}

// envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc DetectorConfig, DetectorImpl::create
export function compileOutlierDetection(source: OutlierDetection): OutlierSettings {
  const baseEjectionTimeMs = wholeMs(source.baseEjectionTimeNs);
  const maxEjectionTimeMs = wholeMs(source.maxEjectionTimeNs);
  if (maxEjectionTimeMs < baseEjectionTimeMs) {
    refuse("outlier detector's max_ejection_time cannot be smaller than base_ejection_time");
  }
  return {
    source,
    intervalMs: wholeMs(source.intervalNs),
    baseEjectionTimeMs,
    maxEjectionTimeMs,
    maxEjectionTimeJitterMs: wholeMs(source.maxEjectionTimeJitterNs),
    enforcing: {
      CONSECUTIVE_5XX: source.enforcingConsecutive5xx,
      CONSECUTIVE_GATEWAY_FAILURE: source.enforcingConsecutiveGatewayFailure,
      SUCCESS_RATE: source.enforcingSuccessRate,
      CONSECUTIVE_LOCAL_ORIGIN_FAILURE: source.enforcingConsecutiveLocalOriginFailure,
      SUCCESS_RATE_LOCAL_ORIGIN: source.enforcingLocalOriginSuccessRate,
      FAILURE_PERCENTAGE: source.enforcingFailurePercentage,
      FAILURE_PERCENTAGE_LOCAL_ORIGIN: source.enforcingFailurePercentageLocalOrigin,
    },
  };
}
