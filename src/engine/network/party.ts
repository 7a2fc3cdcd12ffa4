/** How a connection attempt ended. */
export const CONNECT_ACCEPTED = 0;
/** RST in answer to the first packet. */
export const CONNECT_REFUSED = 1;
/** Nothing ever answered. */
export const CONNECT_TIMED_OUT = 2;
/** The TLS handshake failed; the connection's failure text says why. */
export const CONNECT_TLS_FAILED = 3;

/** Why the client's side of a leg ended without a response. */
export const RESET_CONNECTION_TERMINATION = 1;
export const RESET_REMOTE = 2;
export const RESET_REMOTE_REFUSED = 3;
export const RESET_PROTOCOL_ERROR = 4;

/**
 * One of the two sorts of processes, as the network sees it: the applications or the proxies. Every method is told about one
 * connection or leg of one of its processes.
 */
export interface Party {
  /** Decides about a connection whose first packet has arrived: one of the CONNECT constants. */
  accept(connection: number): number;
  /** A request has arrived. */
  serveRequest(leg: number): void;
  /** The client gave the leg up or is gone. The leg is released right after the call. */
  dropServedLeg(leg: number): void;
  /** The client closed the connection; its legs have been dropped before. */
  forgetServedConnection(connection: number): void;
  /** The connection attempt of a client succeeded. */
  handleConnected(connection: number): void;
  /** It failed; the connection is released right after the call. */
  handleConnectFailure(connection: number, outcome: number): void;
  /** A response has arrived. The leg is released right after the call. */
  handleResponse(leg: number): void;
  /** No response will come: one of the RESET constants. The leg is released right after the call. */
  handleReset(leg: number, reason: number): void;
  /** The server closed; the connection's legs have been reset before. It is released right after the call. */
  handleClosedByServer(connection: number): void;
  /** Time that a message takes through the process before it acts on it. */
  passNs(process: number): number;
}
