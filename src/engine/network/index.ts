export { checkNetwork } from './check-network';
export { Connections, type ConnectRequest } from './connections';
export { blankLeg, Exchanges, OUTCOME_DENIED, OUTCOME_FAILURE, OUTCOME_SUCCESS } from './exchanges';
export { Faults, NO_POD_FAULTS, type PodFaults } from './faults';
export {
  CONNECT_ACCEPTED,
  CONNECT_REFUSED,
  CONNECT_TIMED_OUT,
  CONNECT_TLS_FAILED,
  type Party,
  RESET_CONNECTION_TERMINATION,
  RESET_PROTOCOL_ERROR,
  RESET_REMOTE,
  RESET_REMOTE_REFUSED,
} from './party';
export { Paths, type PathsState } from './paths';
export {
  MAX_PODS,
  Pod,
  type PodFacts,
  type PodSource,
  Pods,
  type PodsState,
  type Process,
  podOf,
  processOf,
  ROLE_APPLICATION,
  ROLE_PROXY,
  roleOf,
  selects,
  serverProcessOf,
} from './pods';
export { type Destination, ServiceDirectory } from './services';
export {
  CONNECTION_CONNECTING,
  CONNECTION_OPEN,
  LOOPBACK,
  MARK_CUT_OFF,
  MARK_DENIED,
  MARK_MIRROR,
  MARK_RECORDED,
  MARK_RETRY,
  NetworkTables,
  type NetworkTablesState,
  NONE,
  PAYLOAD_HTTP1,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  PHASE_ABANDONED,
  PHASE_DELIVERED,
  PHASE_NEW,
  PHASE_REQUEST_IN_FLIGHT,
  PHASE_RESPONSE_IN_FLIGHT,
  PHASE_SERVING,
} from './tables';
