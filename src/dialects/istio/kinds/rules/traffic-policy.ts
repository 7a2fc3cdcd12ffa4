/** Rules about traffic policies: load balancing, connection pools, outlier detection and TLS of clients. */
import { parseDuration } from '../../../../base';
import type { ConfigPath } from '../../../../config';
import type { ConnectionPoolSettings, HttpSettings, TcpSettings } from '../connection-pool';
import type {
  ClientTlsSettings,
  OutlierDetection,
  PortTrafficPolicy,
  TrafficPolicy,
  TunnelSettings,
} from '../destination-rule';
import type { ConsistentHash, LoadBalancerSettings, Warmup } from '../load-balancer';
import type { Check } from './check';
import { checkDuration, checkShortestDuration, isIp } from './common';
import { checkLocalityLbSetting, checkZoneAwareLbSetting } from './locality';
import { isDomainName } from './names';

/** Maglev's largest table. envoyproxy/envoy source/extensions/load_balancing_policies/maglev/maglev_lb.h */
const MAGLEV_TABLE_LIMIT = 5_000_011;
const CONFIG_MAP_PREFIX = 'configmap://';

/** Trial division; `value` stays below the limit of Maglev's table. */
function isPrime(value: number): boolean {
  if (value < 4) return value > 0;
  if (value % 2 === 0) return false;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}

/** istio/istio pkg/config/validation/validation.go (validateTrafficPolicy) */
export function checkTrafficPolicy(check: Check, policy: TrafficPolicy | undefined, path: ConfigPath): void {
  if (policy === undefined) return;
  if (Object.keys(policy).length === 0) {
    check.report('policy-empty', path);
    return;
  }
  if (policy.tunnel !== undefined && policy.proxyProtocol !== undefined) {
    check.report('tunnel-with-proxy-protocol', [...path, 'proxyProtocol']);
  }
  checkPolicyBlocks(check, policy, path);
  for (const [index, settings] of (policy.portLevelSettings ?? []).entries()) {
    checkPortPolicy(check, settings, [...path, 'portLevelSettings', index]);
  }
  if (policy.tunnel !== undefined) checkTunnel(check, policy.tunnel, [...path, 'tunnel']);
}

function checkPolicyBlocks(check: Check, policy: TrafficPolicy | PortTrafficPolicy, path: ConfigPath): void {
  checkOutlierDetection(check, policy.outlierDetection, [...path, 'outlierDetection']);
  checkConnectionPool(check, policy.connectionPool, [...path, 'connectionPool']);
  checkLoadBalancer(check, policy.loadBalancer, policy.outlierDetection !== undefined, [...path, 'loadBalancer']);
  checkClientTls(check, policy.tls, [...path, 'tls']);
}

/** istio/istio pkg/config/validation/validation.go (validatePortTrafficPolicies) */
function checkPortPolicy(check: Check, policy: PortTrafficPolicy, path: ConfigPath): void {
  if (policy.port === undefined) check.report('port-policy-without-port', path);
  const { outlierDetection, connectionPool, loadBalancer, tls } = policy;
  if ([outlierDetection, connectionPool, loadBalancer, tls].every((block) => block === undefined)) {
    check.report('policy-empty', path);
  }
  checkPolicyBlocks(check, policy, path);
}

/** istio/istio pkg/config/validation/validation.go (validateTunnelSettings) */
function checkTunnel(check: Check, tunnel: TunnelSettings, path: ConfigPath): void {
  const { protocol = '', targetHost } = tunnel;
  if (protocol !== '' && protocol !== 'CONNECT' && protocol !== 'POST') {
    check.report('tunnel-protocol', [...path, 'protocol'], { value: protocol });
  }
  if (!isDomainName(targetHost) && !isIp(targetHost)) {
    check.report('host-or-address', [...path, 'targetHost'], { value: targetHost });
  }
}

function checkPercent(check: Check, value: number | undefined, path: ConfigPath): void {
  if (value !== undefined && (value < 0 || value > 100)) check.report('percent-range', path, { value });
}

/** istio/istio pkg/config/validation/validation.go (validateOutlierDetection) */
export function checkOutlierDetection(check: Check, outlier: OutlierDetection | undefined, path: ConfigPath): void {
  if (outlier === undefined) return;
  checkDuration(check, outlier.baseEjectionTime, [...path, 'baseEjectionTime']);
  checkDuration(check, outlier.interval, [...path, 'interval']);
  if (outlier.splitExternalLocalOriginErrors !== true && (outlier.consecutiveLocalOriginFailures ?? 0) > 0) {
    check.report('local-origin-not-split', [...path, 'consecutiveLocalOriginFailures']);
  }
  checkPercent(check, outlier.maxEjectionPercent, [...path, 'maxEjectionPercent']);
  checkPercent(check, outlier.minHealthPercent, [...path, 'minHealthPercent']);
}

/** istio/istio pkg/config/validation/validation.go (validateConnectionPool) */
export function checkConnectionPool(check: Check, pool: ConnectionPoolSettings | undefined, path: ConfigPath): void {
  if (pool === undefined) return;
  if (pool.http === undefined && pool.tcp === undefined) check.report('pool-empty', path);
  if (pool.http !== undefined) checkHttpSettings(check, pool.http, [...path, 'http']);
  if (pool.tcp !== undefined) checkTcpSettings(check, pool.tcp, [...path, 'tcp']);
}

const HTTP_COUNTS = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
] as const;

function checkHttpSettings(check: Check, http: HttpSettings, path: ConfigPath): void {
  for (const field of HTTP_COUNTS) {
    const value = http[field] ?? 0;
    if (value < 0) check.report('negative', [...path, field], { value });
  }
  checkDuration(check, http.idleTimeout, [...path, 'idleTimeout']);
  if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true) {
    check.report('upgrade-with-client-protocol', [...path, 'useClientProtocol']);
  }
  if (http.http2KeepAlive === undefined) return;
  for (const field of ['interval', 'timeout'] as const) {
    const value = http.http2KeepAlive[field];
    const at = [...path, 'http2KeepAlive', field];
    if (value === undefined) check.report('keepalive-incomplete', at, { field });
    else checkDuration(check, value, at);
  }
}

function checkTcpSettings(check: Check, tcp: TcpSettings, path: ConfigPath): void {
  const maxConnections = tcp.maxConnections ?? 0;
  if (maxConnections < 0) check.report('negative', [...path, 'maxConnections'], { value: maxConnections });
  checkDuration(check, tcp.connectTimeout, [...path, 'connectTimeout']);
  checkDuration(check, tcp.maxConnectionDuration, [...path, 'maxConnectionDuration']);
  // 0 switches the idle timeout off.
  if (tcp.idleTimeout !== undefined && !isZeroDuration(tcp.idleTimeout)) {
    checkDuration(check, tcp.idleTimeout, [...path, 'idleTimeout']);
  }
  checkDuration(check, tcp.tcpKeepalive?.time, [...path, 'tcpKeepalive', 'time']);
  checkDuration(check, tcp.tcpKeepalive?.interval, [...path, 'tcpKeepalive', 'interval']);
}

function isZeroDuration(text: string): boolean {
  const parsed = parseDuration(text);
  return parsed.ok && parsed.value === 0;
}

/** istio/istio pkg/config/validation/validation.go (validateLoadBalancer) */
export function checkLoadBalancer(
  check: Check,
  settings: LoadBalancerSettings | undefined,
  hasOutlierDetection: boolean,
  path: ConfigPath,
): void {
  if (settings === undefined) return;
  if (settings.consistentHash !== undefined) {
    checkConsistentHash(check, settings.consistentHash, [...path, 'consistentHash']);
  }
  if (settings.localityLbSetting !== undefined && settings.zoneAwareLbSetting !== undefined) {
    check.report('locality-twice', [...path, 'zoneAwareLbSetting']);
  }
  checkLocalityLbSetting(check, settings.localityLbSetting, hasOutlierDetection, [...path, 'localityLbSetting']);
  checkZoneAwareLbSetting(check, settings.zoneAwareLbSetting, hasOutlierDetection, [...path, 'zoneAwareLbSetting']);
  checkShortestDuration(check, settings.warmupDurationSecs, [...path, 'warmupDurationSecs']);
  if (settings.warmup !== undefined) checkWarmup(check, settings.warmup, [...path, 'warmup']);
}

function checkWarmup(check: Check, warmup: Warmup, path: ConfigPath): void {
  checkDuration(check, warmup.duration, [...path, 'duration']);
  if (warmup.aggression !== undefined && warmup.aggression <= 0) {
    check.report('not-positive', [...path, 'aggression'], { value: warmup.aggression });
  }
}

function checkConsistentHash(check: Check, hash: ConsistentHash, path: ConfigPath): void {
  checkCookie(check, hash, [...path, 'httpCookie']);
  if ((hash.minimumRingSize ?? 0) !== 0 && (hash.ringHash !== undefined || hash.maglev !== undefined)) {
    check.report('ring-size-twice', [...path, 'minimumRingSize']);
  }
  if (hash.maglev === undefined) return;
  const tableSize = hash.maglev.tableSize ?? 0;
  if (tableSize >= MAGLEV_TABLE_LIMIT || !isPrime(tableSize)) {
    check.report('maglev-size', [...path, 'maglev', 'tableSize'], { value: tableSize });
  }
}

function checkCookie(check: Check, hash: ConsistentHash, path: ConfigPath): void {
  const cookie = hash.httpCookie;
  if (cookie === undefined) return;
  if (cookie.name === '') check.report('name-empty', [...path, 'name'], { what: 'The cookie' });
  const seen = new Set<string>();
  for (const [index, { name }] of (cookie.attributes ?? []).entries()) {
    const at = [...path, 'attributes', index, 'name'];
    if (name === '') check.report('name-empty', at, { what: 'The attribute' });
    else if (seen.has(name)) check.report('duplicate', at, { what: 'cookie attribute', value: name });
    seen.add(name);
  }
}

/** istio/istio pkg/config/validation/agent/validation.go (ValidateTLS) */
export function checkClientTls(check: Check, tls: ClientTlsSettings | undefined, path: ConfigPath): void {
  if (tls === undefined) return;
  const credentialName = tls.credentialName ?? '';
  if (credentialName.startsWith(CONFIG_MAP_PREFIX)) checkConfigMapName(check, credentialName, path);
  if (tls.insecureSkipVerify === true) checkSkippedVerification(check, tls, path);
  const withCredential = (tls.mode === 'SIMPLE' || tls.mode === 'MUTUAL') && credentialName !== '';
  if (withCredential) {
    for (const field of ['clientCertificate', 'privateKey', 'caCertificates', 'caCrl'] as const) {
      if ((tls[field] ?? '') !== '') check.report('credential-with-files', [...path, field], { field });
    }
  } else if (tls.mode === 'MUTUAL') {
    for (const field of ['clientCertificate', 'privateKey'] as const) {
      if ((tls[field] ?? '') === '') check.report('tls-field-missing', path, { field, mode: 'MUTUAL' });
    }
  }
}

/** The object has to be in the namespace of the rule. istio/istio pilot/pkg/model/credentials/resource.go (ParseResourceName) */
function checkConfigMapName(check: Check, credentialName: string, path: ConfigPath): void {
  const [namespace = '', name = ''] = credentialName.slice(CONFIG_MAP_PREFIX.length).split('/');
  if (name === '' || namespace === '' || namespace !== check.namespace) {
    check.report('config-map-name', [...path, 'credentialName'], { value: credentialName, namespace: check.namespace });
  }
}

function checkSkippedVerification(check: Check, tls: ClientTlsSettings, path: ConfigPath): void {
  if (tls.mode !== 'SIMPLE' && tls.mode !== 'MUTUAL') return;
  const given: string[] = [];
  if ((tls.caCertificates ?? '') !== '') given.push('caCertificates');
  if (tls.mode === 'SIMPLE' && (tls.credentialName ?? '') !== '') given.push('credentialName');
  if ((tls.subjectAltNames ?? []).length > 0) given.push('subjectAltNames');
  for (const field of given) check.report('verification-skipped', [...path, field], { field });
}
