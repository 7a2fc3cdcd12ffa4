/**
 * What each response flag means, in one sentence for somebody who sees it for the first time.
 * envoyproxy/envoy source/common/stream_info/utility.h, docs/root/configuration/observability/access_log/usage.rst
 */
const SENTENCES: Readonly<Record<string, string>> = {
  LH: 'The proxy’s own health check filter said that this instance is not fit to serve.',
  UH: 'The load balancer found no healthy host in the upstream cluster.',
  UT: 'The upstream did not answer within the time allowed by the route, or by the last try.',
  LR: 'The proxy itself reset the stream.',
  UR: 'The upstream reset the stream.',
  UF: 'The connection to the upstream host could not be made: refused, timed out, or the TLS handshake failed.',
  UC: 'The upstream closed an established connection while the request was in flight.',
  UO: 'A circuit breaker was full, so the request was not sent.',
  NR: 'No route matched the request (for TCP: no filter chain matched the connection).',
  DI: 'A fault rule delayed the request.',
  FI: 'A fault rule aborted the request.',
  RL: 'A rate limit refused the request.',
  UAEX: 'The external authorization service refused the request.',
  RLSE: 'The rate limit service did not answer.',
  DC: 'The client closed the connection before the response was complete.',
  URX: 'The request failed in a way that the retry policy covers, and no retries were left.',
  SI: 'Nothing happened on the stream for as long as the idle timeout allows.',
  IH: 'A header that configures the proxy had a value that it refuses.',
  DPE: 'The client broke the HTTP protocol.',
  UMSDR: 'The stream to the upstream lasted longer than it may.',
  RFCF: 'The response came from a cache.',
  NFCF: 'The configuration of a filter had not arrived.',
  DT: 'The connection lasted longer than it may.',
  UPE: 'The upstream broke the HTTP protocol.',
  NC: 'The route names a cluster that does not exist.',
  OM: 'The proxy was short of resources and shed the request.',
  DF: 'The host name could not be resolved.',
  DO: 'The control plane asked to drop this share of the requests.',
  DR: 'The client reset the stream.',
  UDO: 'The control plane asked to drop all requests.',
};

export function describeFlag(name: string): string {
  return SENTENCES[name] ?? 'A flag that this program does not know.';
}
