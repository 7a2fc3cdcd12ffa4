import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { GatewayObject, ListenerSetObject } from '../gateway';
import type { GatewayListener } from '../listener';
import type { BackendTlsPolicyObject } from '../policies';
import { type Report, reportTo } from './catalogue';

const WITHOUT_TLS: ReadonlySet<string> = new Set(['HTTP', 'TCP', 'UDP']);
const WITHOUT_HOST: ReadonlySet<string> = new Set(['TCP', 'UDP']);

/** kubernetes-sigs/gateway-api apis/v1/gateway_types.go (GatewaySpec.Listeners) */
function checkListener(report: Report, listener: GatewayListener, path: ConfigPath): void {
  const { protocol, tls, hostname } = listener;
  if (WITHOUT_TLS.has(protocol) && tls !== undefined) report('tls-unexpected', [...path, 'tls'], { protocol });
  if (protocol === 'HTTPS' && tls?.mode === 'Passthrough') report('https-passthrough', [...path, 'tls', 'mode']);
  if (protocol === 'TLS' && tls === undefined) report('tls-missing', path);
  if (WITHOUT_HOST.has(protocol) && hostname !== undefined) {
    report('host-unexpected', [...path, 'hostname'], { protocol });
  }
  const shows = (tls?.certificateRefs ?? []).length > 0 || Object.keys(tls?.options ?? {}).length > 0;
  if (tls?.mode === 'Terminate' && !shows) report('certificate-missing', [...path, 'tls']);
}

function checkListeners(report: Report, listeners: readonly GatewayListener[]): void {
  const names = new Set<string>();
  const places = new Map<string, string>();
  for (const [index, listener] of listeners.entries()) {
    const path = ['spec', 'listeners', index];
    const { name, port, protocol, hostname = '' } = listener;
    if (names.has(name)) report('listener-name-twice', [...path, 'name'], { value: name });
    names.add(name);
    const place = `${port} ${protocol} ${hostname}`;
    const other = places.get(place);
    if (other !== undefined) report('listener-twice', path, { other });
    else places.set(place, name);
    checkListener(report, listener, path);
  }
}

export function validateGateway({ object }: Resource<GatewayObject>, bag: DiagnosticBag): void {
  const report = reportTo(bag);
  checkListeners(report, object.spec.listeners);
  const ports = new Set<number>();
  for (const [index, { port }] of (object.spec.tls?.frontend?.perPort ?? []).entries()) {
    if (ports.has(port)) report('port-twice', ['spec', 'tls', 'frontend', 'perPort', index, 'port'], { value: port });
    ports.add(port);
  }
}

export function validateListenerSet({ object }: Resource<ListenerSetObject>, bag: DiagnosticBag): void {
  checkListeners(reportTo(bag), object.spec.listeners);
}

export function validateBackendTlsPolicy({ object }: Resource<BackendTlsPolicyObject>, bag: DiagnosticBag): void {
  const report = reportTo(bag);
  const { caCertificateRefs = [], wellKnownCACertificates = '', subjectAltNames = [] } = object.spec.validation;
  const path = ['spec', 'validation'];
  if (caCertificateRefs.length > 0 === (wellKnownCACertificates !== '')) report('authority-choice', path);
  for (const [index, { type, hostname, uri }] of subjectAltNames.entries()) {
    const [own, other, field] = type === 'Hostname' ? [hostname, uri, 'hostname'] : [uri, hostname, 'uri'];
    if (own === undefined || other !== undefined) {
      report('alt-name-field', [...path, 'subjectAltNames', index], { type, field });
    }
  }
}
