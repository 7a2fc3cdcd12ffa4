/** What every part of the engine shares: event kinds, messages, interned strings, random streams, timer lanes, distributions. */
export { CALENDAR_START_MS, epochMs, epochSeconds } from './calendar';
export { isConstant, sampleNs } from './distribution';
export {
  EVENT_CALL_FAILED,
  EVENT_CALL_TIMEOUT,
  EVENT_CANCEL_ARRIVES,
  EVENT_CLOSE_AT_CLIENT,
  EVENT_CLOSE_AT_SERVER,
  EVENT_COMPUTE_DONE,
  EVENT_CONNECT_ARRIVES,
  EVENT_CONNECT_DONE,
  EVENT_CONNECT_TIMEOUT,
  EVENT_CONTROL,
  EVENT_DOWNSTREAM_IDLE_TIMEOUT,
  EVENT_FAULT_DELAY_DONE,
  EVENT_FILTER_CALL_DONE,
  EVENT_HEALTH_CHECK_DUE,
  EVENT_HEALTH_CHECK_TIMEOUT,
  EVENT_LOAD_ARRIVAL,
  EVENT_LOAD_THOUGHT,
  EVENT_MAX_STREAM_DURATION,
  EVENT_HEALTH_MERGED,
  EVENT_OUTLIER_INTERVAL,
  EVENT_PER_TRY_IDLE_TIMEOUT,
  EVENT_PER_TRY_TIMEOUT,
  EVENT_POD_GRACE_OVER,
  EVENT_POOL_READY,
  EVENT_REQUEST_ARRIVES,
  EVENT_RESET_ARRIVES,
  EVENT_RESPONSE_ARRIVES,
  EVENT_RETRY_BACKOFF_DONE,
  EVENT_ROUTE_TIMEOUT,
  EVENT_STREAM_IDLE_TIMEOUT,
  EVENT_TCP_IDLE_TIMEOUT,
  EVENT_UPSTREAM_IDLE_TIMEOUT,
  EVENT_UPSTREAM_MAX_DURATION,
} from './events';
export { MessageTable, type MessageTableState, NO_GRPC_STATUS } from './messages';
export { RandomStreams, type RandomStreamsState } from './streams';
export { StringTable } from './strings';
export { PRIORITY_CONTROL, PRIORITY_TRAFFIC, TimerLanes } from './timer-lanes';
