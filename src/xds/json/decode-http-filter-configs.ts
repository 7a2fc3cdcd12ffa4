import type { ExtAuthzConfig, FaultConfig, LocalRateLimitConfig, RateLimitConfig, TokenBucket } from '../http-filters';
import type { FractionalPercent } from '../matchers';
import {
  fractionOf,
  headerMatchersOf,
  headerValueOptionsOf,
  readFractionalPercent,
  readMetadataMatcher,
} from './decode-matchers';
import { readHttpStatus } from './http-status';
import type { MessageReader } from './reader';

const NEVER: FractionalPercent = { numerator: 0, denominator: 100 };

function percentageOf(reader: MessageReader): FractionalPercent {
  const percentage = reader.messageOrPresent('percentage', 'envoy.type.v3.FractionalPercent');
  // A percentage that is not set never fires: source/extensions/filters/http/fault/fault_filter.cc
  return percentage === undefined ? NEVER : readFractionalPercent(percentage);
}

function delayOf(reader: MessageReader): FaultConfig['delay'] {
  const delay = reader.message('delay', 'envoy.extensions.filters.common.fault.v3.FaultDelay');
  if (delay === undefined) return undefined;
  delay.oneOf(['fixedDelay', 'headerDelay']);
  const percentage = percentageOf(delay);
  if (delay.present('headerDelay')) return { kind: 'header', percentage };
  return { kind: 'fixed', fixedDelayNs: delay.optionalDuration('fixedDelay') ?? 0, percentage };
}

function abortOf(reader: MessageReader): FaultConfig['abort'] {
  const abort = reader.message('abort', 'envoy.extensions.filters.http.fault.v3.FaultAbort');
  if (abort === undefined) return undefined;
  abort.oneOf(['httpStatus', 'grpcStatus', 'headerAbort']);
  const percentage = percentageOf(abort);
  if (abort.present('headerAbort')) return { kind: 'header', percentage };
  const grpcStatus = abort.optionalCount('grpcStatus');
  if (grpcStatus !== undefined) return { kind: 'grpcStatus', grpcStatus, percentage };
  return { kind: 'httpStatus', httpStatus: abort.count('httpStatus'), percentage };
}

/** api/envoy/extensions/filters/http/fault/v3/fault.proto */
export function readFault(reader: MessageReader): FaultConfig {
  const delay = delayOf(reader);
  const abort = abortOf(reader);
  const upstreamCluster = reader.text('upstreamCluster');
  const maxActiveFaults = reader.optionalCount('maxActiveFaults');
  return {
    headers: headerMatchersOf(reader, 'headers'),
    ...(delay === undefined ? {} : { delay }),
    ...(abort === undefined ? {} : { abort }),
    ...(upstreamCluster === '' ? {} : { upstreamCluster }),
    ...(maxActiveFaults === undefined ? {} : { maxActiveFaults }),
    ...reader.extra(),
  };
}

export function tokenBucketOf(reader: MessageReader, field: string): TokenBucket | undefined {
  const bucket = reader.message(field, 'envoy.type.v3.TokenBucket');
  if (bucket === undefined) return undefined;
  return {
    maxTokens: bucket.count('maxTokens'),
    tokensPerFill: bucket.wrappedCount('tokensPerFill', 1),
    fillIntervalNs: bucket.optionalDuration('fillInterval') ?? 0,
  };
}

/** api/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto */
export function readLocalRateLimit(reader: MessageReader): LocalRateLimitConfig {
  const tokenBucket = tokenBucketOf(reader, 'tokenBucket');
  return {
    statPrefix: reader.text('statPrefix'),
    filterEnabled: fractionOf(reader, 'filterEnabled') ?? NEVER,
    filterEnforced: fractionOf(reader, 'filterEnforced') ?? NEVER,
    status: readHttpStatus(reader, 'status') ?? 429,
    responseHeadersToAdd: headerValueOptionsOf(reader, 'responseHeadersToAdd'),
    ...(tokenBucket === undefined ? {} : { tokenBucket }),
    ...reader.extra(),
  };
}

/** api/envoy/extensions/filters/http/ratelimit/v3/rate_limit.proto */
export function readRateLimit(reader: MessageReader): RateLimitConfig {
  const service = reader.message('rateLimitService', 'envoy.config.ratelimit.v3.RateLimitServiceConfig');
  service?.keep('transportApiVersion');
  const grpc = service?.message('grpcService', 'envoy.config.core.v3.GrpcService');
  const rateLimitedStatus = readHttpStatus(reader, 'rateLimitedStatus');
  const statusOnError = readHttpStatus(reader, 'statusOnError');
  return {
    domain: reader.text('domain'),
    // Google's client instead of a cluster is not simulated.
    cluster: grpc?.message('envoyGrpc')?.text('clusterName') ?? '',
    timeoutNs: reader.duration('timeout', 20_000_000),
    failureModeDeny: reader.flag('failureModeDeny'),
    ...(rateLimitedStatus === undefined ? {} : { rateLimitedStatus }),
    ...(statusOnError === undefined ? {} : { statusOnError }),
    ...reader.extra(),
  };
}

/** Envoy's default for a call of the authorization service. */
const DEFAULT_AUTHZ_TIMEOUT_NS = 200_000_000;

function authzServiceOf(reader: MessageReader): ExtAuthzConfig['service'] {
  const http = reader.message('httpService', 'envoy.extensions.filters.http.ext_authz.v3.HttpService');
  if (http !== undefined) {
    const server = http.message('serverUri', 'envoy.config.core.v3.HttpUri');
    const pathPrefix = http.text('pathPrefix');
    const uri = server?.text('uri') ?? '';
    return {
      kind: 'http',
      cluster: server?.text('cluster') ?? '',
      timeoutNs: server?.optionalDuration('timeout') ?? DEFAULT_AUTHZ_TIMEOUT_NS,
      ...(pathPrefix === '' ? {} : { pathPrefix }),
      ...(uri === '' ? {} : { uri }),
    };
  }
  const grpc = reader.message('grpcService', 'envoy.config.core.v3.GrpcService');
  const envoyGrpc = grpc?.message('envoyGrpc');
  const authority = envoyGrpc?.text('authority') ?? '';
  return {
    kind: 'grpc',
    timeoutNs: grpc?.duration('timeout', DEFAULT_AUTHZ_TIMEOUT_NS) ?? DEFAULT_AUTHZ_TIMEOUT_NS,
    cluster: envoyGrpc?.text('clusterName') ?? '',
    ...(authority === '' ? {} : { authority }),
  };
}

/** api/envoy/extensions/filters/{http,network}/ext_authz/v3/ext_authz.proto */
export function readExtAuthz(reader: MessageReader): ExtAuthzConfig {
  reader.take('transportApiVersion');
  const enabled = reader.message('filterEnabledMetadata', 'envoy.type.matcher.v3.MetadataMatcher');
  const matcher = enabled === undefined ? undefined : readMetadataMatcher(enabled);
  return {
    service: authzServiceOf(reader),
    failureModeAllow: reader.flag('failureModeAllow'),
    statusOnError: readHttpStatus(reader, 'statusOnError') ?? 403,
    clearRouteCache: reader.flag('clearRouteCache'),
    ...(matcher === undefined
      ? {}
      : {
          filterEnabledMetadata: {
            filter: matcher.filter,
            path: matcher.path,
            match: matcher.value,
            ...(matcher.invert ? { invert: true } : {}),
          },
        }),
    ...reader.extra(),
  };
}
