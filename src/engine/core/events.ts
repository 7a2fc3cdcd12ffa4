/**
 * Kinds of events on the kernel's queue. Each one names what its three integers mean. Numbers enter the trace hash, so a
 * change here changes golden hashes.
 */

/** code, a, b: something that a layer above the engine scheduled. */
export const EVENT_CONTROL = 1;
/** load, accepted: the next request of an open load; accepted 0 only carries on the search for it. */
export const EVENT_LOAD_ARRIVAL = 2;
/** frame, generation: a user of a closed load has thought. */
export const EVENT_LOAD_THOUGHT = 3;
/** leg, -, attempt: the request reaches the server; attempt counts retransmissions. */
export const EVENT_REQUEST_ARRIVES = 4;
/** leg, -, attempt: the response reaches the client. */
export const EVENT_RESPONSE_ARRIVES = 5;
/** leg, -, attempt: the client's cancellation (RST_STREAM) reaches the server. */
export const EVENT_CANCEL_ARRIVES = 6;
/** leg, -, attempt: the server's reset of one stream reaches the client. */
export const EVENT_RESET_ARRIVES = 7;
/** connection, generation, attempt: the first packet reaches the server. */
export const EVENT_CONNECT_ARRIVES = 8;
/** connection, generation, attempt: the client learns how its connection attempt ended. */
export const EVENT_CONNECT_DONE = 9;
/** connection, generation, attempt: the server learns that the client closed. */
export const EVENT_CLOSE_AT_SERVER = 10;
/** connection, generation, attempt: the client learns that the server closed. */
export const EVENT_CLOSE_AT_CLIENT = 11;
/** frame, generation: a compute step ends. */
export const EVENT_COMPUTE_DONE = 12;
/** frame, generation: the limit of an application's own call. */
export const EVENT_CALL_TIMEOUT = 13;
/** pod, serial: the grace period of a removed pod is over. */
export const EVENT_POD_GRACE_OVER = 14;
/** frame, generation: a call failed without any packet (no name, no backend). */
export const EVENT_CALL_FAILED = 15;

/** stream, generation: the fault filter's delay is over. */
export const EVENT_FAULT_DELAY_DONE = 20;
/** stream, generation: route timeout. */
export const EVENT_ROUTE_TIMEOUT = 21;
/** upstream request, generation. */
export const EVENT_PER_TRY_TIMEOUT = 22;
/** stream, generation: the back-off before a retry is over. */
export const EVENT_RETRY_BACKOFF_DONE = 23;
/** stream, generation: stream idle timeout. */
export const EVENT_STREAM_IDLE_TIMEOUT = 24;
/** stream, generation: max stream duration. */
export const EVENT_MAX_STREAM_DURATION = 25;
/** connection, generation: the cluster's connect timeout. */
export const EVENT_CONNECT_TIMEOUT = 26;
/** connection, generation: a connection without streams has been idle for too long, on its client side. */
export const EVENT_UPSTREAM_IDLE_TIMEOUT = 27;
/** connection, generation: the same, on its server side. */
export const EVENT_DOWNSTREAM_IDLE_TIMEOUT = 28;
/** cluster runtime: interval of outlier detection. */
export const EVENT_OUTLIER_INTERVAL = 29;
/** pool: streams that wait take connections that became free. */
export const EVENT_POOL_READY = 30;
/** upstream request, generation: per-try idle timeout. */
export const EVENT_PER_TRY_IDLE_TIMEOUT = 31;
/** upstream request, generation: the cluster's maximal stream duration. */
export const EVENT_UPSTREAM_MAX_DURATION = 32;
/** cluster runtime, serial: changes of health that were held back reach the balancers. */
export const EVENT_HEALTH_MERGED = 33;
/** stream, generation: an external authorization or rate limit call has been answered. */
export const EVENT_FILTER_CALL_DONE = 34;
/** session, generation: nothing was said on a relayed connection for too long. */
export const EVENT_TCP_IDLE_TIMEOUT = 35;
/** session, generation: the next active health check of a host is due. */
export const EVENT_HEALTH_CHECK_DUE = 36;
/** session, generation: an active health check was not answered in time. */
export const EVENT_HEALTH_CHECK_TIMEOUT = 37;
/** connection, generation: a connection of a listener has reached its maximal age. */
export const EVENT_DOWNSTREAM_AGE = 38;
/** connection, generation: the time that a client has to leave a draining connection is over. */
export const EVENT_DOWNSTREAM_DRAINED = 39;
/** connection, generation: a connection to a host has reached its maximal age. */
export const EVENT_UPSTREAM_CONNECTION_AGE = 40;
/** session, generation: a relayed connection has reached its maximal age. */
export const EVENT_TCP_DURATION = 41;
