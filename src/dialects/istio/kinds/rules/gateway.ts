import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { GatewayObject, GatewayPort, GatewayServer } from '../gateway';
import type { RuleName } from './catalogue';
import { type Check, createCheck } from './check';
import { checkMetadata, isIp, unixPath } from './common';
import { isDnsLabel, isPartialWildcard, isUnixAddress, isWildcardDomain } from './names';
import { isHttpProtocol, isKnownProtocol, isTlsProtocol } from './protocols';
import { checkServerTls } from './server-tls';

const PORT_MAX = 65_535;

/** istio/istio pkg/config/validation/validation.go (ValidateGateway) */
export function validateGateway(resource: Resource<GatewayObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { name } = resource.metadata;
  if (!isDnsLabel(name)) check.report('gateway-name', ['metadata', 'name'], { value: name });
  const servers = resource.object.spec?.servers ?? [];
  if (servers.length === 0) check.report('gateway-without-server', ['spec', 'servers']);
  const names = new Set<string>();
  for (const [index, server] of servers.entries()) {
    const path = ['spec', 'servers', index];
    checkServer(check, server, path);
    const portName = server.port.name;
    if (names.has(portName)) {
      check.report('duplicate', [...path, 'port', 'name'], { what: 'port name', value: portName });
    }
    names.add(portName);
    if (!isHttpProtocol(server.port.protocol) && server.tls?.httpsRedirect === true) {
      check.report('redirect-without-http', [...path, 'tls', 'httpsRedirect']);
    }
  }
}

/** istio/istio pkg/config/validation/validation.go (validateServer) */
function checkServer(check: Check, server: GatewayServer, path: ConfigPath): void {
  if (server.hosts.length === 0) check.report('hosts-missing', [...path, 'hosts'], { what: 'A server' });
  for (const [index, host] of server.hosts.entries()) checkGatewayHost(check, host, [...path, 'hosts', index]);
  const portIsSound = checkServerPort(check, server.port, server.bind ?? '', [...path, 'port']);
  checkBind(check, server, path);
  checkServerTls(check, server.tls, [...path, 'tls']);
  if (portIsSound) checkTlsFitsProtocol(check, server, path);
}

/** istio/istio pkg/config/validation/validation.go (validateServerPort) */
function checkServerPort(check: Check, port: GatewayPort, bind: string, path: ConfigPath): boolean {
  let sound = true;
  const report = (rule: RuleName, field: string, value: string | number): void => {
    sound = false;
    check.report(rule, [...path, field], { value });
  };
  if (!isKnownProtocol(port.protocol)) report('protocol-unknown', 'protocol', port.protocol);
  const mayBeZero = unixPath(bind) !== undefined;
  if (port.number > PORT_MAX || (port.number === 0 && !mayBeZero)) report('port-range', 'number', port.number);
  if ((port.targetPort ?? 0) > 0) report('target-port-without-effect', 'targetPort', port.targetPort ?? 0);
  if (port.name === '') {
    sound = false;
    check.report('name-empty', [...path, 'name'], { what: 'The port' });
  }
  return sound;
}

/** istio/istio pkg/config/validation/validation.go (validateServerBind) */
function checkBind(check: Check, server: GatewayServer, path: ConfigPath): void {
  const bind = server.bind ?? '';
  const socket = unixPath(bind);
  if (socket === undefined) {
    if (bind !== '' && !isIp(bind)) check.report('address', [...path, 'bind'], { value: bind });
    return;
  }
  if (!isUnixAddress(socket)) check.report('unix-path', [...path, 'bind'], { value: bind });
  if (server.port.number !== 0) check.report('unix-with-port', [...path, 'port', 'number']);
}

function checkTlsFitsProtocol(check: Check, server: GatewayServer, path: ConfigPath): void {
  const { protocol } = server.port;
  const { tls } = server;
  if (isTlsProtocol(protocol)) {
    if (tls === undefined) check.report('tls-missing', path, { value: protocol });
    return;
  }
  if (tls === undefined) return;
  if (!isHttpProtocol(protocol)) {
    check.report('tls-without-tls-port', [...path, 'tls'], { value: protocol });
    return;
  }
  // On plain HTTP the block may only carry httpsRedirect.
  const mode = tls.mode ?? 'PASSTHROUGH';
  const passes = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
  const files = [tls.caCertificates, tls.privateKey, tls.serverCertificate];
  if (!passes || files.some((file) => (file ?? '') !== '')) {
    check.report('tls-without-tls-port', [...path, 'tls'], { value: protocol });
  }
}

/** istio/istio pkg/config/validation/agent/validation.go (ValidateNamespaceSlashWildcardHostname) */
function checkGatewayHost(check: Check, host: string, path: ConfigPath): void {
  const slash = host.indexOf('/');
  if (slash < 0) {
    checkHostPart(check, host, path, true);
    return;
  }
  const namespace = host.slice(0, slash);
  if (namespace !== '*' && namespace !== '.' && !isDnsLabel(namespace)) {
    check.report('host-namespace', path, { value: namespace });
  }
  checkHostPart(check, host.slice(slash + 1), path, true);
}

/** A name with a dot, or `*`. istio/istio pkg/config/validation/agent/validation.go (validateSidecarOrGatewayHostnamePart) */
export function checkHostPart(check: Check, host: string, path: ConfigPath, mayBeAddress: boolean): void {
  if (host !== '*' && !host.includes('.')) check.report('host-short', path, { value: host });
  else if (!isWildcardDomain(host) && !(mayBeAddress && isIp(host))) check.report('host', path, { value: host });
  else if (isPartialWildcard(host)) check.report('host-partial-wildcard', path, { value: host });
}
