import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { EgressListener, IngressListener, OutboundTrafficPolicy, SidecarObject, SidecarPort } from '../sidecar';
import { type Check, createCheck } from './check';
import { checkMetadata, checkWorkloadSelector, isIp, unixPath } from './common';
import { checkDestination } from './destination';
import { checkHostPart } from './gateway';
import { isDnsLabel, isDomainName, isUnixAddress } from './names';
import { isHttpProtocol, isKnownProtocol, isTlsProtocol } from './protocols';
import { checkServerTls } from './server-tls';
import { checkConnectionPool } from './traffic-policy';

const PORT_MAX = 65_535;
const ENDPOINT_HOSTS: ReadonlySet<string> = new Set(['', '127.0.0.1', '0.0.0.0', '::1', '::']);

/** istio/istio pkg/config/validation/validation.go (ValidateSidecar) */
export function validateSidecar(resource: Resource<SidecarObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const spec = resource.object.spec ?? {};
  const { ingress = [], egress = [], inboundConnectionPool, outboundTrafficPolicy } = spec;
  checkWorkloadSelector(check, spec.workloadSelector, ['spec', 'workloadSelector']);
  const listeners = ingress.length + egress.length;
  if (listeners === 0 && outboundTrafficPolicy === undefined && inboundConnectionPool === undefined) {
    check.report('sidecar-empty', ['spec']);
    return;
  }
  const ingressPorts = new Set<number>();
  for (const [index, listener] of ingress.entries()) {
    const path = ['spec', 'ingress', index];
    checkIngress(check, listener, path);
    checkPortIsNew(check, listener.port.number ?? 0, ingressPorts, [...path, 'port', 'number']);
  }
  checkConnectionPool(check, inboundConnectionPool, ['spec', 'inboundConnectionPool']);
  checkEgressOrder(check, egress);
  for (const [index, listener] of egress.entries()) checkEgress(check, listener, ['spec', 'egress', index]);
  if (outboundTrafficPolicy !== undefined) checkOutboundPolicy(check, outboundTrafficPolicy);
}

function checkPortIsNew(check: Check, port: number, seen: Set<number>, path: ConfigPath): void {
  if (seen.has(port)) check.report('duplicate', path, { what: 'port', value: port });
  seen.add(port);
}

function checkPort(check: Check, port: SidecarPort, path: ConfigPath): void {
  const { name = '', protocol = '', targetPort = 0 } = port;
  if (targetPort > 0) check.report('target-port-without-effect', [...path, 'targetPort'], { value: targetPort });
  if (name !== '' && !isDnsLabel(name)) check.report('port-name', [...path, 'name'], { value: name });
  if (protocol !== '' && !isKnownProtocol(protocol)) {
    check.report('protocol-unknown', [...path, 'protocol'], { value: protocol });
  }
}

function checkIngress(check: Check, listener: IngressListener, path: ConfigPath): void {
  const { port, bind = '', defaultEndpoint = '', tls } = listener;
  checkPort(check, port, [...path, 'port']);
  if ((port.number ?? 0) === 0) check.report('port-range', [...path, 'port', 'number'], { value: 0 });
  if (bind !== '' && !isIp(bind)) check.report('address', [...path, 'bind'], { value: bind });
  if (defaultEndpoint !== '') checkDefaultEndpoint(check, defaultEndpoint, [...path, 'defaultEndpoint']);
  if (tls !== undefined) checkIngressTls(check, listener, path);
  checkConnectionPool(check, listener.connectionPool, [...path, 'connectionPool']);
  if (listener.connectionPool?.http !== undefined && !isHttpProtocol(port.protocol ?? '')) {
    check.report('http-pool-without-http', [...path, 'connectionPool', 'http']);
  }
}

function checkIngressTls(check: Check, { tls = {}, port }: IngressListener, path: ConfigPath): void {
  const at = [...path, 'tls'];
  const unsupported = ['subjectAltNames', 'credentialName', 'credentialNames', 'tlsCertificates'] as const;
  for (const field of unsupported) {
    if ((tls[field]?.length ?? 0) > 0) check.report('sidecar-tls-field', [...at, field], { field });
  }
  if (tls.httpsRedirect === true) {
    check.report('sidecar-tls-field', [...at, 'httpsRedirect'], { field: 'httpsRedirect' });
  }
  if (tls.mode === 'ISTIO_MUTUAL' || tls.mode === 'AUTO_PASSTHROUGH') {
    check.report('sidecar-tls-mode', [...at, 'mode'], { value: tls.mode });
  }
  const protocol = port.protocol ?? '';
  if (!isTlsProtocol(protocol)) check.report('tls-without-tls-port', at, { value: protocol });
  checkServerTls(check, tls, at);
}

/** `127.0.0.1:PORT`, `0.0.0.0:PORT`, `[::1]:PORT`, `[::]:PORT`, `:PORT` or `unix://PATH`. */
function checkDefaultEndpoint(check: Check, endpoint: string, path: ConfigPath): void {
  const socket = unixPath(endpoint);
  if (socket !== undefined) {
    if (!isUnixAddress(socket)) check.report('unix-path', path, { value: endpoint });
    return;
  }
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d+)$/.exec(endpoint);
  const port = Number(match?.[3] ?? '0');
  const host = match?.[1] ?? match?.[2] ?? '';
  if (match === null || !ENDPOINT_HOSTS.has(host) || port < 1 || port > PORT_MAX) {
    check.report('default-endpoint', path, { value: endpoint });
  }
}

/** Ports and sockets are unique; the listener without a port is the last. */
function checkEgressOrder(check: Check, egress: readonly EgressListener[]): void {
  const ports = new Set<number>();
  const sockets = new Set<string>();
  for (const [index, { port, bind = '' }] of egress.entries()) {
    const path = ['spec', 'egress', index];
    if (port === undefined) {
      if (index !== egress.length - 1) check.report('egress-catch-all-not-last', path);
    } else if ((port.number ?? 0) !== 0) {
      checkPortIsNew(check, port.number ?? 0, ports, [...path, 'port', 'number']);
    } else {
      if (sockets.has(bind)) check.report('duplicate', [...path, 'bind'], { what: 'socket', value: bind });
      sockets.add(bind);
    }
  }
}

function checkEgress(check: Check, listener: EgressListener, path: ConfigPath): void {
  const { port, bind = '', captureMode = 'DEFAULT', hosts } = listener;
  if (port !== undefined) {
    checkPort(check, port, [...path, 'port']);
    const socket = unixPath(bind);
    if ((port.number ?? 0) !== 0) {
      if (bind !== '' && !isIp(bind)) check.report('address', [...path, 'bind'], { value: bind });
    } else {
      if (socket === undefined) check.report('port-range', [...path, 'port'], { value: 0 });
      else if (!isUnixAddress(socket)) check.report('unix-path', [...path, 'bind'], { value: bind });
      if (captureMode === 'IPTABLES') check.report('unix-captured', [...path, 'captureMode']);
    }
  }
  if (hosts.length === 0) check.report('hosts-missing', [...path, 'hosts'], { what: 'An egress listener' });
  checkEgressHosts(check, hosts, [...path, 'hosts']);
}

function checkEgressHosts(check: Check, hosts: readonly string[], path: ConfigPath): void {
  const namesByNamespace = new Map<string, Set<string>>();
  for (const [index, host] of hosts.entries()) {
    checkEgressHost(check, host, [...path, index]);
    const slash = host.indexOf('/');
    if (slash < 0 || host.startsWith('~')) continue;
    const written = host.slice(0, slash);
    const namespace = written === '.' ? check.namespace : written;
    const name = host.slice(slash + 1);
    const names = namesByNamespace.get(namespace) ?? new Set<string>();
    namesByNamespace.set(namespace, names);
    if (name === '*' ? names.size > 0 : names.has(name) || names.has('*')) {
      check.report('egress-host-twice', [...path, index], { value: host });
    }
    names.add(name);
  }
  if (namesByNamespace.get('*')?.has('*') === true && namesByNamespace.size > 1)
    check.report('egress-all-and-more', path);
}

function checkEgressHost(check: Check, host: string, path: ConfigPath): void {
  const slash = host.indexOf('/');
  if (slash < 0) {
    check.report('egress-host-form', path, { value: host });
    return;
  }
  const written = host.slice(0, slash);
  const namespace = written.startsWith('~') ? written.slice(1) : written;
  const isAny = namespace === '*' || namespace === '.' || (namespace === '' && written !== '');
  if (!isAny && !isDnsLabel(namespace)) check.report('host-namespace', path, { value: written });
  checkHostPart(check, host.slice(slash + 1), path, false);
}

/** istio/istio pkg/config/validation/validation.go (validateSidecarOutboundTrafficPolicy) */
function checkOutboundPolicy(check: Check, policy: OutboundTrafficPolicy): void {
  const { egressProxy } = policy;
  if (egressProxy === undefined) return;
  const path: ConfigPath = ['spec', 'outboundTrafficPolicy', 'egressProxy'];
  if (policy.mode !== 'ALLOW_ANY') {
    check.report('egress-proxy-mode', path);
    return;
  }
  if (!isDomainName(egressProxy.host)) check.report('host', [...path, 'host'], { value: egressProxy.host });
  else if (egressProxy.port === undefined) check.report('egress-proxy-port', path);
  else checkDestination(check, egressProxy, path);
}
