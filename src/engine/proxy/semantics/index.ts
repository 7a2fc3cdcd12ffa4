/** The data plane's rules as pure functions and small state machines: no events, no clock, no ambient randomness. */

export { type ClusterChoice, clusterChoiceUsesRandom, selectCluster } from './cluster-selection';
export {
  GrpcStatus,
  grpcStatusName,
  grpcStatusOf,
  grpcTimeoutMs,
  grpcToHttpStatus,
  httpToGrpcStatus,
  isGrpcResponse,
} from './grpc';
export { cookieValue, type GeneratedCookie, generateHash, type HashResult } from './hash-policy';
export { HeaderMap } from './header-map';
export {
  type ConnectionInfo,
  type DynamicMetadata,
  isGrpcRequest,
  NO_METADATA,
  type PeerTls,
  pathWithoutQuery,
  type RandomSource,
  type RequestView,
  type ResponseView,
  requestHeader,
  requestKey,
  requestView,
  responseHeader,
  responseKey,
  withHeaders,
} from './http-message';
export {
  type HostColumns,
  type LoadBalancer,
  type LoadBalancerContext,
  type LoadBalancerCounter,
  type LoadBalancerState,
  NO_HOST,
  type PickExplanation,
} from './load-balancing/contract';
export {
  buildPartition,
  type HostPartition,
  HostPartitionCache,
  type LocalityHosts,
  type PriorityHosts,
} from './load-balancing/host-partition';
export {
  compileHostTable,
  formatHealthFlags,
  type HealthClass,
  HostHealthFlag,
  type HostTable,
  healthClass,
} from './load-balancing/host-table';
export {
  flagsOfBits,
  formatResponseFlags,
  RESPONSE_FLAGS,
  ResponseFlag,
  type ResponseFlagInfo,
  responseFlagByShortName,
} from './response-flags';
export { type CompiledRetryPolicy, RetryOn, type RetryOnMask } from './retry-policy';
export {
  createRetryState,
  maxActiveRetries,
  NO_HTTP3,
  planRetries,
  RETRY_REQUEST_HEADERS,
  type RetryClusterFeatures,
  type RetryCounter,
  type RetryDecision,
  type RetryEnvironment,
  type RetryLimits,
  type RetryPlan,
  type RetryResources,
  type RetryState,
  type RetryStatus,
  releaseRetry,
  type StreamResetReason,
  shouldHedgeRetryPerTryTimeout,
  shouldRetryHeaders,
  shouldRetryReset,
  type TryReset,
} from './retry-state';
export {
  type CompiledActionKind,
  type CompiledRedirect,
  type CompiledRoute,
  type CompiledRouteAction,
  type CompiledRouteConfiguration,
  type CompiledVirtualHost,
  type CompiledWeightedCluster,
  compileRouteConfiguration,
} from './route-compilation';
export {
  CATCH_ALL_VIRTUAL_CLUSTER,
  findVirtualCluster,
  findVirtualHost,
  matchRoute,
  type RouteMatchContext,
  type RouteRecorder,
  type RouteRejection,
  type RouteResult,
} from './route-matching';
export {
  expectedTimeoutMs,
  type FinalTimeouts,
  finalTimeouts,
  routeMaxStreamDurationNs,
  withoutTimeoutHeaders,
  withTimeoutHeaders,
} from './timeouts';
