import { NS_PER_S } from '../../../../base';
import {
  type ConfigOrigin,
  corsPolicy,
  type FaultConfig,
  type FractionalPercent,
  faultConfig,
  fractionalPercent,
  type HttpFilterOverride,
  stringMatcher,
  type CorsPolicy as XdsCorsPolicy,
} from '../../../../xds';
import type { CorsPolicy, HttpFaultInjection, HttpRoute, Percent } from '../../kinds';
import { durationNs } from '../durations';
import { toStringMatcher } from './route-match';

export const FAULT_FILTER = 'envoy.filters.http.fault';
export const CORS_FILTER = 'envoy.filters.http.cors';

const PARTS_PER_MILLION = 1_000_000;
const MILLIONTHS_PER_PERCENT = 10_000;

/** Status numbers of gRPC. grpc/grpc-go codes/codes.go */
const GRPC_STATUS: ReadonlyMap<string, number> = new Map(
  [
    'OK',
    'CANCELLED',
    'UNKNOWN',
    'INVALID_ARGUMENT',
    'DEADLINE_EXCEEDED',
    'NOT_FOUND',
    'ALREADY_EXISTS',
    'PERMISSION_DENIED',
    'RESOURCE_EXHAUSTED',
    'FAILED_PRECONDITION',
    'ABORTED',
    'OUT_OF_RANGE',
    'UNIMPLEMENTED',
    'INTERNAL',
    'UNAVAILABLE',
    'DATA_LOSS',
    'UNAUTHENTICATED',
  ].map((name, code) => [name, code]),
);

/** Per cent to millionths, cut off as Go converts to an integer. */
export function toFractionalPercent(percent: Percent): FractionalPercent {
  return fractionalPercent(Math.trunc((percent.value ?? 0) * MILLIONTHS_PER_PERCENT), PARTS_PER_MILLION);
}

function at(origin: ConfigOrigin, field: string): ConfigOrigin {
  return { ref: origin.ref, path: [...origin.path, field] };
}

function delayOf(fault: HttpFaultInjection, origin: ConfigOrigin): Pick<FaultConfig, 'delay'> {
  const { delay } = fault;
  const fixedDelayNs = durationNs(delay?.fixedDelay);
  if (delay === undefined || fixedDelayNs === undefined) return {};
  const percentage =
    delay.percentage === undefined ? fractionalPercent(delay.percent ?? 0) : toFractionalPercent(delay.percentage);
  return { delay: { kind: 'fixed', fixedDelayNs, percentage, origin: at(origin, 'delay') } };
}

function abortOf(fault: HttpFaultInjection, origin: ConfigOrigin): Pick<FaultConfig, 'abort'> {
  const { abort } = fault;
  if (abort === undefined) return {};
  const percentage = abort.percentage === undefined ? fractionalPercent(0) : toFractionalPercent(abort.percentage);
  const common = { percentage, origin: at(origin, 'abort') };
  if (abort.httpStatus !== undefined) {
    return { abort: { kind: 'httpStatus', httpStatus: abort.httpStatus, ...common } };
  }
  if (abort.grpcStatus === undefined) return {};
  return { abort: { kind: 'grpcStatus', grpcStatus: GRPC_STATUS.get(abort.grpcStatus) ?? 0, ...common } };
}

/** istio/istio pilot/pkg/networking/core/route/route.go (TranslateFault) */
function toFault(fault: HttpFaultInjection, origin: ConfigOrigin): FaultConfig | undefined {
  const parts = { ...delayOf(fault, origin), ...abortOf(fault, origin) };
  return parts.delay === undefined && parts.abort === undefined ? undefined : faultConfig(parts);
}

/** istio/istio pilot/pkg/networking/core/route/route.go (TranslateCORSPolicy) */
function toCorsPolicy(cors: CorsPolicy): XdsCorsPolicy {
  const origins =
    cors.allowOrigins === undefined
      ? (cors.allowOrigin ?? []).map((value) => stringMatcher('exact', value))
      : cors.allowOrigins.flatMap((match) => toStringMatcher(match) ?? []);
  const maxAgeNs = durationNs(cors.maxAge);
  return corsPolicy({
    allowOriginStringMatch: origins,
    allowMethods: (cors.allowMethods ?? []).join(','),
    allowHeaders: (cors.allowHeaders ?? []).join(','),
    exposeHeaders: (cors.exposeHeaders ?? []).join(','),
    maxAge: maxAgeNs === undefined ? '' : String(Math.floor(maxAgeNs / NS_PER_S)),
    ...(cors.allowCredentials === undefined ? {} : { allowCredentials: cors.allowCredentials }),
    filterEnabled: fractionalPercent(100),
    forwardNotMatchingPreflights: cors.unmatchedPreflights !== 'IGNORE',
  });
}

/** Settings of the filters in front of the router that hold for one route. */
export function toFilterOverrides(
  route: HttpRoute,
  originOf: (field: 'fault' | 'corsPolicy') => ConfigOrigin,
): readonly HttpFilterOverride[] {
  const overrides: HttpFilterOverride[] = [];
  const fault = route.fault === undefined ? undefined : toFault(route.fault, originOf('fault'));
  if (fault !== undefined) overrides.push({ kind: 'fault', name: FAULT_FILTER, fault });
  if (route.corsPolicy !== undefined) {
    overrides.push({ kind: 'cors', name: CORS_FILTER, corsPolicy: toCorsPolicy(route.corsPolicy) });
  }
  return overrides;
}
