/**
 * Counters and gauges of a cluster under Envoy's names, by their position in a cluster's block of numbers.
 * envoyproxy/envoy envoy/upstream/upstream.h, source/common/upstream/outlier_detection_impl.h
 */
export const CLUSTER_COUNTERS = [
  'upstream_cx_total',
  'upstream_cx_http1_total',
  'upstream_cx_http2_total',
  'upstream_cx_connect_fail',
  'upstream_cx_connect_timeout',
  'upstream_cx_overflow',
  'upstream_cx_pool_overflow',
  'upstream_cx_none_healthy',
  'upstream_cx_idle_timeout',
  'upstream_cx_max_requests',
  'upstream_cx_connect_attempts_exceeded',
  'upstream_cx_protocol_error',
  'upstream_cx_destroy',
  'upstream_cx_destroy_local',
  'upstream_cx_destroy_remote',
  'upstream_cx_destroy_with_active_rq',
  'upstream_cx_destroy_local_with_active_rq',
  'upstream_cx_destroy_remote_with_active_rq',
  'upstream_cx_tx_bytes_total',
  'upstream_cx_rx_bytes_total',
  'upstream_rq_total',
  'upstream_rq_completed',
  'upstream_rq_cancelled',
  'upstream_rq_timeout',
  'upstream_rq_per_try_timeout',
  'upstream_rq_per_try_idle_timeout',
  'upstream_rq_max_duration_reached',
  'upstream_rq_maintenance_mode',
  'upstream_rq_pending_total',
  'upstream_rq_pending_overflow',
  'upstream_rq_active_overflow',
  'upstream_rq_pending_failure_eject',
  'upstream_rq_rx_reset',
  'upstream_rq_tx_reset',
  'upstream_rq_retry',
  'upstream_rq_retry_success',
  'upstream_rq_retry_overflow',
  'upstream_rq_retry_limit_exceeded',
  'upstream_rq_retry_backoff_exponential',
  'upstream_rq_retry_backoff_ratelimited',
  'retry.upstream_rq_completed',
  'lb_healthy_panic',
  'lb_local_cluster_not_ok',
  'lb_zone_routing_all_directly',
  'lb_zone_routing_sampled',
  'lb_zone_routing_cross_zone',
  'lb_zone_no_capacity_left',
  'lb_subsets_selected',
  'lb_subsets_fallback',
  'lb_subsets_fallback_panic',
  'membership_change',
  'upstream_rq_drop_overload',
  'ssl.handshake',
  'ssl.connection_error',
  'ssl.fail_verify_error',
  'ssl.fail_verify_san',
  'ssl.fail_verify_no_cert',
] as const;

export type ClusterCounterName = (typeof CLUSTER_COUNTERS)[number];

function positionOf(name: ClusterCounterName): number {
  return CLUSTER_COUNTERS.indexOf(name);
}

export const CX_TOTAL = positionOf('upstream_cx_total');
export const CX_HTTP1_TOTAL = positionOf('upstream_cx_http1_total');
export const CX_HTTP2_TOTAL = positionOf('upstream_cx_http2_total');
export const CX_CONNECT_FAIL = positionOf('upstream_cx_connect_fail');
export const CX_CONNECT_TIMEOUT = positionOf('upstream_cx_connect_timeout');
export const CX_OVERFLOW = positionOf('upstream_cx_overflow');
export const CX_POOL_OVERFLOW = positionOf('upstream_cx_pool_overflow');
export const CX_NONE_HEALTHY = positionOf('upstream_cx_none_healthy');
export const CX_IDLE_TIMEOUT = positionOf('upstream_cx_idle_timeout');
export const CX_PROTOCOL_ERROR = positionOf('upstream_cx_protocol_error');
export const CX_MAX_REQUESTS = positionOf('upstream_cx_max_requests');
export const CX_CONNECT_ATTEMPTS_EXCEEDED = positionOf('upstream_cx_connect_attempts_exceeded');
export const CX_DESTROY = positionOf('upstream_cx_destroy');
export const CX_DESTROY_LOCAL = positionOf('upstream_cx_destroy_local');
export const CX_DESTROY_REMOTE = positionOf('upstream_cx_destroy_remote');
export const CX_DESTROY_WITH_ACTIVE_RQ = positionOf('upstream_cx_destroy_with_active_rq');
export const CX_DESTROY_LOCAL_WITH_ACTIVE_RQ = positionOf('upstream_cx_destroy_local_with_active_rq');
export const CX_DESTROY_REMOTE_WITH_ACTIVE_RQ = positionOf('upstream_cx_destroy_remote_with_active_rq');
export const CX_TX_BYTES = positionOf('upstream_cx_tx_bytes_total');
export const CX_RX_BYTES = positionOf('upstream_cx_rx_bytes_total');
export const RQ_TOTAL = positionOf('upstream_rq_total');
export const RQ_COMPLETED = positionOf('upstream_rq_completed');
export const RQ_CANCELLED = positionOf('upstream_rq_cancelled');
export const RQ_TIMEOUT = positionOf('upstream_rq_timeout');
export const RQ_PER_TRY_TIMEOUT = positionOf('upstream_rq_per_try_timeout');
export const RQ_PER_TRY_IDLE_TIMEOUT = positionOf('upstream_rq_per_try_idle_timeout');
export const RQ_MAX_DURATION_REACHED = positionOf('upstream_rq_max_duration_reached');
export const RQ_PENDING_TOTAL = positionOf('upstream_rq_pending_total');
export const RQ_PENDING_OVERFLOW = positionOf('upstream_rq_pending_overflow');
export const RQ_ACTIVE_OVERFLOW = positionOf('upstream_rq_active_overflow');
export const RQ_PENDING_FAILURE_EJECT = positionOf('upstream_rq_pending_failure_eject');
export const RQ_RX_RESET = positionOf('upstream_rq_rx_reset');
export const RQ_TX_RESET = positionOf('upstream_rq_tx_reset');
export const RETRY_RQ_COMPLETED = positionOf('retry.upstream_rq_completed');
export const MEMBERSHIP_CHANGE = positionOf('membership_change');
export const RQ_DROP_OVERLOAD = positionOf('upstream_rq_drop_overload');
export const SSL_HANDSHAKE = positionOf('ssl.handshake');
export const SSL_CONNECTION_ERROR = positionOf('ssl.connection_error');
export const SSL_FAIL_VERIFY_ERROR = positionOf('ssl.fail_verify_error');
export const SSL_FAIL_VERIFY_SAN = positionOf('ssl.fail_verify_san');
export const SSL_FAIL_VERIFY_NO_CERT = positionOf('ssl.fail_verify_no_cert');

const CLUSTER_POSITIONS: ReadonlyMap<string, number> = new Map(CLUSTER_COUNTERS.map((name, index) => [name, index]));

/** Position of a counter by its name; -1 when it is not kept. */
export function clusterCounter(name: string): number {
  return CLUSTER_POSITIONS.get(name) ?? -1;
}

/**
 * Counters of a connection manager, by position.
 * envoyproxy/envoy source/common/http/conn_manager_config.h, source/common/router/context_impl.h
 */
export const HTTP_COUNTERS = [
  'downstream_cx_total',
  'downstream_cx_destroy',
  'downstream_cx_idle_timeout',
  'downstream_cx_protocol_error',
  'downstream_cx_ssl_total',
  'downstream_cx_http1_total',
  'downstream_cx_http2_total',
  'downstream_cx_drain_close',
  'downstream_rq_total',
  'downstream_rq_http1_total',
  'downstream_rq_http2_total',
  'downstream_rq_completed',
  'downstream_rq_1xx',
  'downstream_rq_2xx',
  'downstream_rq_3xx',
  'downstream_rq_4xx',
  'downstream_rq_5xx',
  'downstream_rq_rx_reset',
  'downstream_rq_tx_reset',
  'downstream_rq_timeout',
  'downstream_rq_idle_timeout',
  'downstream_rq_max_duration_reached',
  'downstream_rq_too_large',
  'rq_total',
  'no_route',
  'no_cluster',
  'rq_direct_response',
  'rq_redirect',
  'rq_reset_after_downstream_response_started',
  'passthrough_internal_redirect_bad_location',
  'passthrough_internal_redirect_unsafe_scheme',
  'passthrough_internal_redirect_too_many_redirects',
  'passthrough_internal_redirect_no_route',
  'passthrough_internal_redirect_predicate',
  'downstream_cx_active',
  'downstream_rq_active',
  'fault.delays_injected',
  'fault.aborts_injected',
  'fault.faults_overflow',
  'fault.active_faults',
  'rbac.allowed',
  'rbac.denied',
  'rbac.shadow_allowed',
  'rbac.shadow_denied',
  'cors.origin_valid',
  'cors.origin_invalid',
  'jwt_authn.allowed',
  'jwt_authn.denied',
  'jwt_authn.cors_preflight_bypassed',
  'ext_authz.ok',
  'ext_authz.denied',
  'ext_authz.error',
  'ext_authz.failure_mode_allowed',
] as const;

/** Of a local rate limit, under its own prefix. envoyproxy/envoy source/extensions/filters/http/local_ratelimit/local_ratelimit.h */
export const LIMIT_COUNTERS = ['enabled', 'ok', 'rate_limited', 'enforced'] as const;

/** Those of the connection manager's counters that go down again. */
export const HTTP_GAUGES: ReadonlySet<string> = new Set([
  'downstream_cx_active',
  'downstream_rq_active',
  'fault.active_faults',
]);

export type HttpCounterName = (typeof HTTP_COUNTERS)[number];

/** Position of a connection manager's counter. */
export function httpCounter(name: HttpCounterName): number {
  return HTTP_COUNTERS.indexOf(name);
}
