/**
 * The fields of outlier detection by the form they are written in, with Envoy's defaults; durations in nanoseconds.
 * envoyproxy/envoy source/common/upstream/outlier_detection_impl.h
 */
export const OUTLIER_FIELDS = {
  counts: {
    consecutive5xx: 5,
    enforcingConsecutive5xx: 100,
    consecutiveGatewayFailure: 5,
    enforcingConsecutiveGatewayFailure: 0,
    consecutiveLocalOriginFailure: 5,
    enforcingConsecutiveLocalOriginFailure: 100,
    maxEjectionPercent: 10,
    successRateMinimumHosts: 5,
    successRateRequestVolume: 100,
    successRateStdevFactor: 1900,
    enforcingSuccessRate: 100,
    enforcingLocalOriginSuccessRate: 100,
    failurePercentageThreshold: 85,
    failurePercentageMinimumHosts: 5,
    failurePercentageRequestVolume: 50,
    enforcingFailurePercentage: 0,
    enforcingFailurePercentageLocalOrigin: 0,
  },
  durations: {
    interval: 10_000_000_000,
    baseEjectionTime: 30_000_000_000,
    maxEjectionTime: 300_000_000_000,
    maxEjectionTimeJitter: 0,
  },
} as const;
