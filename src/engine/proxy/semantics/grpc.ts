import type { HeaderMap } from './header-map';
import { isGrpcContentType, type ResponseView } from './http-message';

/** Well-known gRPC status codes. envoyproxy/envoy envoy/grpc/status.h */
export const GrpcStatus = {
  Ok: 0,
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
  /** Not a gRPC code: the header held something that is not one. */
  InvalidCode: -1,
} as const;

const MAXIMUM_KNOWN = GrpcStatus.Unauthenticated;

const NAMES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

// envoyproxy/envoy source/common/grpc/status.cc Utility::grpcStatusToString
export function grpcStatusName(status: number): string {
  return NAMES[status] ?? 'InvalidCode';
}

// envoyproxy/envoy source/common/grpc/status.cc Utility::httpToGrpcStatus
export function httpToGrpcStatus(httpStatus: number): number {
  switch (httpStatus) {
    case 400:
      return GrpcStatus.Internal;
    case 401:
      return GrpcStatus.Unauthenticated;
    case 403:
      return GrpcStatus.PermissionDenied;
    case 404:
      return GrpcStatus.Unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcStatus.Unavailable;
    default:
      return GrpcStatus.Unknown;
  }
}

const HTTP_OF_GRPC = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

// envoyproxy/envoy source/common/grpc/status.cc Utility::grpcToHttpStatus
export function grpcToHttpStatus(grpcStatus: number): number {
  return HTTP_OF_GRPC[grpcStatus] ?? 500;
}

/** The grpc-status of response headers or trailers; undefined when absent. */
// envoyproxy/envoy source/common/grpc/common.cc Common::getGrpcStatus
export function grpcStatusOf(headers: HeaderMap): number | undefined {
  const text = headers.first('grpc-status');
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text)) return GrpcStatus.InvalidCode;
  const status = Number(text);
  return status > MAXIMUM_KNOWN ? GrpcStatus.InvalidCode : status;
}

/** Whether the response is one of gRPC: content type and status 200, or for a response without body, a grpc-status header. */
// envoyproxy/envoy source/common/grpc/common.cc Common::isGrpcResponseHeaders
export function isGrpcResponse(response: ResponseView, endStream: boolean): boolean {
  if (endStream) return response.headers.has('grpc-status');
  return response.status === 200 && isGrpcContentType(response.headers.first('content-type'));
}

/**
 * The `grpc-timeout` header as milliseconds, rounded up: up to eight digits and a unit. Undefined when absent or malformed.
 */
// envoyproxy/envoy source/common/grpc/common.cc Common::getGrpcTimeout
export function grpcTimeoutMs(headers: HeaderMap): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(headers.first('grpc-timeout') ?? '');
  if (match === null) return undefined;
  const value = Number(match[1]);
  switch (match[2]) {
    case 'H':
      return value * 3_600_000;
    case 'M':
      return value * 60_000;
    case 'S':
      return value * 1000;
    case 'm':
      return value;
    case 'u':
      return Math.ceil(value / 1000);
    default:
      return Math.ceil(value / 1_000_000);
  }
}
