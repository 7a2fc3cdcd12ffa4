import { outlierDetection, type OutlierDetection as XdsOutlierDetection } from '../../../../xds';
import type { OutlierDetection } from '../../kinds';
import { durationNs } from '../durations';
import type { Service } from '../model';

const ALWAYS = 100;

type Fields = { -readonly [Key in keyof XdsOutlierDetection]?: XdsOutlierDetection[Key] };

function countErrors(spec: OutlierDetection, fields: Fields): void {
  const { consecutive5xxErrors: errors, consecutiveGatewayErrors: gatewayErrors } = spec;
  if (errors !== undefined) {
    fields.consecutive5xx = errors;
    fields.enforcingConsecutive5xx = errors > 0 ? ALWAYS : 0;
  }
  if (gatewayErrors !== undefined) {
    fields.consecutiveGatewayFailure = gatewayErrors;
    fields.enforcingConsecutiveGatewayFailure = gatewayErrors > 0 ? ALWAYS : 0;
  }
}

function countLocalFailures(spec: OutlierDetection, fields: Fields): void {
  if (spec.splitExternalLocalOriginErrors !== true) return;
  fields.splitExternalLocalOriginErrors = true;
  const failures = spec.consecutiveLocalOriginFailures ?? 0;
  if (failures > 0) {
    fields.consecutiveLocalOriginFailure = failures;
    fields.enforcingConsecutiveLocalOriginFailure = ALWAYS;
  }
  fields.enforcingLocalOriginSuccessRate = 0;
}

/**
 * Ejection by success rate is always off. Fields that are absent keep Envoy's defaults.
 * istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (applyOutlierDetection)
 */
export function outlierDetectionOf(spec: OutlierDetection): XdsOutlierDetection {
  const fields: Fields = { enforcingSuccessRate: 0 };
  countErrors(spec, fields);
  const intervalNs = durationNs(spec.interval);
  if (intervalNs !== undefined) fields.intervalNs = intervalNs;
  const baseEjectionTimeNs = durationNs(spec.baseEjectionTime);
  if (baseEjectionTimeNs !== undefined) fields.baseEjectionTimeNs = baseEjectionTimeNs;
  if ((spec.maxEjectionPercent ?? 0) > 0) fields.maxEjectionPercent = spec.maxEjectionPercent ?? 0;
  countLocalFailures(spec, fields);
  const explicit = Object.keys(fields);
  const codes = spec.outlierDetectionHttpErrorCodes ?? [];
  return outlierDetection({ ...fields, ...(codes.length === 0 ? {} : { httpErrorCodes: codes }), explicit });
}

/** Endpoint health decides where traffic spills over, so unhealthy endpoints have to be known. */
export function alwaysSendsUnhealthy(service: Service): boolean {
  return service.trafficDistribution !== 'Any';
}

/**
 * Below this share of healthy endpoints all are used. Clusters whose unhealthy endpoints are sent never panic.
 * istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (applyOutlierDetection, applyLoadBalancer)
 */
export function panicThresholdOf(spec: OutlierDetection | undefined, service: Service): number {
  if (spec === undefined || alwaysSendsUnhealthy(service)) return 0;
  return Math.max(0, spec.minHealthPercent ?? 0);
}
