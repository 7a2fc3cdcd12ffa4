import { nsToMs } from '../base';
import type { Decision, DecisionReason } from '../engine';

const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;

/**
 * Sentence per stage and code of a decision, past tense; `{placeholders}` take the values of the reason. The first
 * table that knows the code counts: `<stage>.<code>`, then the code alone.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  'dns.dialled': '{host}:{port} resolved to this address, which was dialled.',
  'listener.inbound': 'The connection to {ip}:{port} was taken by this inbound listener.',
  'listener.outbound': 'The connection to {ip}:{port} was taken by this outbound listener.',
  'listener.gateway': 'The gateway listens on {ip}:{port}.',
  'listener.noListener': 'Nothing listens on {ip}:{port}.',
  'filterChain.matched': 'The first chain whose criteria all fit: transport “{transport}”, server name “{sni}”.',
  'filterChain.noFilterChain':
    'No chain fits transport “{transport}” and server name “{sni}”, and there is no default.',
  'tls.plaintext': 'The connection was not encrypted.',
  'tls.mutualTls': 'Both sides showed a certificate that the other one trusts.',
  'tls.tls': 'The connection was encrypted; only the server showed a certificate.',
  'tls.established': 'The handshake was completed.',
  'tls.failed': 'The handshake failed: {text}',
  'tls.failsLater': 'The handshake seemed to succeed and was refused right after: {text}',
  'virtualHost.domain': 'One of its domains fits the authority “{authority}” in the table “{table}”.',
  'virtualHost.noDomain': 'No domain of the table “{table}” fits the authority “{authority}”.',
  'virtualHost.noRouteConfiguration': 'The route configuration “{name}” has not arrived.',
  'route.matched': 'Rule {position} was the first to fit “{path}”.',
  'route.noVirtualHost': 'There is no virtual host, so there is no route.',
  'route.noRouteMatched': 'None of the rules fits the request.',
  'route.sslRedirect': 'The virtual host wants TLS; the client was sent to https.',
  header: 'The header {name} was “{actual}”, which this rule does not want.',
  queryParameter: 'The query parameter {name} was “{actual}”, which this rule does not want.',
  path: 'The path was “{actual}”, which this rule does not want.',
  notGrpc: 'The rule wants gRPC; the content type was “{contentType}”.',
  runtimeFraction: 'The rule takes only a share of the requests, and this one is not among them.',
  tlsContext: 'The rule wants another state of the client’s certificate.',
  dynamicMetadata: 'The rule wants other metadata than the filters had left.',
  filterState: 'The rule wants another state than the filters had left.',
  weight: 'It has the weight {weight}; the draw decided.',
  'cluster.route': 'The rule names this cluster.',
  clusterNotFound: 'There is no cluster of this name.',
  directResponse: 'The rule answers by itself.',
  disabled: 'The filter is switched off for this route.',
  noFault: 'No fault was due.',
  'fault.wait': 'A fault delayed the request.',
  'fault.localReply': 'A fault aborted the request.',
  'fault.continue': 'No fault was due.',
  'localRateLimit.continue': 'A token was left.',
  'localRateLimit.localReply': 'No token was left.',
  'ext_authz.continue': 'The authorization service consented, or its failure is allowed.',
  'ext_authz.localReply': 'The authorization service refused the request, or could not be asked: {details}',
  'ratelimit.continue': 'The rate limit service found the request within the limits, or its failure is allowed.',
  'ratelimit.localReply':
    'The rate limit service found the request beyond the limits, or could not be asked: {details}',
  jwtAllowed: 'The token requirement was met.',
  jwtDenied: 'The token requirement was not met: {details}',
  rbacAllowed: 'The policies let the request pass ({policy}).',
  rbacDenied: 'The policies refused the request ({policy}).',
  localReply: 'The proxy answered by itself: {details}',
  'host.picked': 'Picked by {policy} among {candidates} candidates.',
  notPicked: 'It was a candidate; another one was picked.',
  unhealthy: 'It was not fit to serve: {flags}',
  noHealthyUpstream: 'No host was fit to serve.',
  originalDestination: 'The address that was dialled.',
  'connection.sent': 'The request was sent on a connection to this host.',
  'connection.failed': 'The connection failed.',
  overflow: 'A circuit breaker was full.',
  'retry.retryDecision': 'The retry policy decided: {outcome}.',
  'retry.backOff': 'The next try waits {ms} ms.',
  'timeout.armed': 'The route allows {ms} ms.',
  'timeout.fired': 'The time was up.',
  'timeout.hedged': 'The try took too long; another one is made beside it if any is left.',
  'response.internalRedirect': 'The proxy follows the redirect itself.',
  viaUpstream: 'The answer came from upstream; tries: {attempts}.',
};

function placeholderValue(values: DecisionReason['values'], key: string): string {
  const value = key === 'ms' && values['ns'] !== undefined ? nsToMs(Number(values['ns'])) : values[key];
  return value === undefined ? '–' : String(value);
}

/** The reason of a decision in words. A code without a sentence shows itself and its values rather than nothing. */
export function describeReason(stage: Decision['stage'], reason: DecisionReason): string {
  const sentence = SENTENCES[`${stage}.${reason.code}`] ?? SENTENCES[reason.code];
  if (sentence === undefined) {
    const values = Object.entries(reason.values).map(([key, value]) => `${key} ${value}`);
    return values.length === 0 ? reason.code : `${reason.code}: ${values.join(', ')}`;
  }
  return sentence.replace(PLACEHOLDER, (_match, key: string) => placeholderValue(reason.values, key));
}
