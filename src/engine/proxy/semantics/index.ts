/** The data plane's rules as pure functions and small state machines: no events, no clock, no ambient randomness. */

export type { AccessLogFilter } from './access-log-filter';
export {
  accessLogLine,
  type CompiledAccessLog,
  compileAccessLog,
  DEFAULT_ACCESS_LOG_FORMAT,
} from './access-log-format';
export { withRequestAttemptCount, withResponseAttemptCount, withUpstreamServiceTime } from './attempt-headers';
export { type BackOffState, type BackOffStrategy, nextBackOffMs, resetBackOff, startBackOff } from './back-off';
export { type ClusterChoice, clusterChoiceUsesRandom, selectCluster } from './cluster-selection';
export type {
  CompiledActionKind,
  CompiledRedirect,
  CompiledRoute,
  CompiledRouteAction,
  CompiledRouteConfiguration,
  CompiledVirtualHost,
  CompiledWeightedCluster,
} from './compiled-route';
export { durationNsOf, fieldOf, flagOf, isObject, numberOf, objectsOf, stringsOf, textOf } from './extra-fields';
export type { FilterChainInput } from './filter-chain-input';
export {
  type CompiledFilterChains,
  compileFilterChains,
  type FilterChainCriterion,
  type FilterChainRecorder,
  findFilterChain,
} from './filter-chain-match';
export {
  type CompiledCors,
  type CorsCounter,
  type CorsDecision,
  type CorsStream,
  compileCors,
  decideCors,
  mergeCorsPolicies,
  withCorsHeaders,
} from './filters/cors';
export { mergeMetadata } from './filters/dynamic-metadata';
export {
  type AuthzAnswer,
  authzAnswer,
  authzRequest,
  type CompiledExtAuthz,
  compileExtAuthz,
  decideExtAuthz,
  type ExtAuthzCounter,
  isExtAuthzEnabled,
} from './filters/ext-authz';
export {
  type CompiledFault,
  compileFault,
  decideFaultAbort,
  decideFaultDelay,
  type FaultCounter,
  type FaultGauge,
  type FaultInput,
  type FaultStream,
} from './filters/fault';
export {
  type CompiledJwtAuthn,
  compileJwtAuthn,
  decideJwtAuthn,
  type JwtEnvironment,
} from './filters/jwt-authn';
export {
  type CompiledLocalRateLimit,
  compileLocalRateLimit,
  createLocalRateLimitBucket,
  decideLocalRateLimit,
  type LocalRateLimitCounter,
  type LocalRateLimitInput,
  withLimitHeaders,
} from './filters/local-rate-limit';
export {
  type CompiledRateLimitPolicy,
  compileRateLimitPolicies,
  decideRateLimit,
  effectiveRateLimits,
  type RateLimitCounter,
  type RateLimitDescriptor,
  type RateLimitSubject,
  rateLimitAnswer,
  rateLimitDescriptors,
  rateLimitRequest,
} from './filters/rate-limit';
export {
  type CompiledRbac,
  type CompiledRbacRules,
  compileRbac,
  evaluateRbac,
  HTTP_RBAC_METADATA,
  NETWORK_RBAC_METADATA,
  type RbacCounter,
  type RbacInput,
  type RbacOutcome,
  type RbacRecorder,
  type RbacResult,
  rbacDeniedDetails,
  rbacVerdict,
  runRbac,
} from './filters/rbac';
export {
  consumePlainTokens,
  consumeTokens,
  fullPlainTokenBucket,
  fullTokenBucket,
  msUntilPlainToken,
  msUntilToken,
  type PlainTokenBucketState,
  type TokenBucketRate,
  type TokenBucketState,
  tokenBucketRate,
} from './filters/token-bucket';
export { continueWith, type FilterVerdict, replyLocally } from './filters/verdict';
export type { FormatContext, StreamFields } from './format-context';
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
  applyAutoHostRewrite,
  directReply,
  type FinalizeOptions,
  finalizeRequest,
  finalizeResponse,
  type MatchedRoute,
  redirectUri,
  rewriteRedirectPath,
  sslRedirectUri,
} from './header-mutation';
export {
  applyHealthCheck,
  applyImmediateFailure,
  createHealthCheckState,
  excludesHost,
  firstHealthCheckMs,
  type HealthCheckJitter,
  type HealthCheckOutcome,
  type HealthCheckResult,
  type HealthCheckState,
  type HealthTransition,
  httpHealthCheckResult,
  nextHealthCheckMs,
  UNCHECKED_HOST_FLAGS,
} from './health-check';
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
  decideInternalRedirect,
  type InternalRedirectDecision,
  type InternalRedirectRefusal,
  type RedirectHistory,
} from './internal-redirect';
export {
  createHostColumns,
  type HostColumns,
  type HostUpdate,
  type LoadBalancer,
  type LoadBalancerContext,
  type LoadBalancerCounter,
  type LoadBalancerState,
  type LocalZone,
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
export { effectiveLocalityWeight } from './load-balancing/locality-routing';
export { buildMaglevTable, lookUpMaglev } from './load-balancing/maglev';
export { type PeakEwmaOptions, peakEwmaCost, updatePeakEwma } from './load-balancing/peak-ewma';
export type { LoadBalancerPlan } from './load-balancing/plan';
export { computePriorityLoads, type PriorityCounts, type PriorityLoads } from './load-balancing/priority-load';
export {
  buildRing,
  type HashRing,
  lookUpRing,
  type NormalizedHost,
  type RingOptions,
} from './load-balancing/ring-hash';
export { compileLoadBalancer, createLoadBalancer } from './load-balancing/subset';
export { type LocalReply, type PreparedLocalReply, prepareLocalReply, type ReplyRewrite } from './local-reply';
export { type CompiledLocalReplyConfig, compileLocalReplyConfig, rewriteLocalReply } from './local-reply-config';
export { matchHeader } from './matchers';
export {
  NO_STATUS,
  OutlierDetector,
  type OutlierEvent,
  type OutlierHostState,
  type OutlierListener,
  type OutlierResult,
  type OutlierState,
  outlierResultOfStatus,
  outlierStatus,
} from './outlier-detection';
export {
  compileOutlierDetection,
  type OutlierCounter,
  type OutlierEjectionType,
  type OutlierSettings,
} from './outlier-settings';
export {
  type HeaderEnvironment,
  type HeaderOptions,
  processRequestHeaders,
  processResponseHeaders,
  type RequestHeaderResult,
} from './request-headers';
export { ResponseCodeDetails } from './response-code-details';
export {
  flagsOfBits,
  formatResponseFlags,
  RESPONSE_FLAGS,
  ResponseFlag,
  type ResponseFlagInfo,
  responseFlagByShortName,
} from './response-flags';
export { rejectsRetryHost } from './retry-hosts';
export {
  type CompiledRetryPolicy,
  compileRetryPolicy,
  type ParsedRetryOn,
  parseRetryGrpcOn,
  parseRetryOn,
  RetryOn,
  type RetryOnMask,
} from './retry-policy';
export {
  createRetryState,
  maxActiveRetries,
  NO_HTTP3,
  parseResetIntervalMs,
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
  wouldRetryFromHeaders,
  wouldRetryFromReset,
} from './retry-state';
export { compileRouteConfiguration } from './route-compilation';
export {
  CATCH_ALL_VIRTUAL_CLUSTER,
  findVirtualCluster,
  findVirtualHost,
  matchRoute,
  matchVirtualCluster,
  type RouteMatchContext,
  type RouteRecorder,
  type RouteRejection,
  type RouteResult,
} from './route-matching';
export { isShadowed, shadowAuthority, shadowCluster } from './shadow';
export {
  expectedTimeoutMs,
  type FinalTimeouts,
  finalTimeouts,
  routeMaxStreamDurationNs,
  withoutTimeoutHeaders,
  withTimeoutHeaders,
} from './timeouts';
export {
  performHandshake,
  RESET_IN_HANDSHAKE,
  type TlsClient,
  type TlsCounter,
  type TlsEstablished,
  type TlsFailure,
  type TlsOutcome,
  type TlsServer,
  type TlsSide,
  type TlsVersion,
  tlsErrorText,
  tlsVersions,
} from './tls-handshake';
export {
  certificateOf,
  MESH_AUTHORITY,
  PUBLIC_AUTHORITY,
  resolveTlsIdentity,
  resolveTlsTrust,
  type TlsCertificate,
  type TlsIdentity,
  type TlsTrust,
} from './tls-identity';
export {
  clusterNotFoundReply,
  maxStreamDurationReply,
  RouterReply,
  resetReasonFlag,
  resetReasonText,
  type UpstreamReset,
  type UpstreamTimeout,
  upstreamResetReply,
  upstreamTimeoutReply,
} from './upstream-reset';
