import type { Protocol } from './model';

const BY_NAME: ReadonlyMap<string, Protocol> = new Map<string, Protocol>([
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
  ['grpc', 'GRPC'],
  ['grpc-web', 'GRPC-Web'],
  ['http', 'HTTP'],
  ['http_proxy', 'HTTP_PROXY'],
  ['http2', 'HTTP2'],
  ['https', 'HTTPS'],
  ['tls', 'TLS'],
  ['mongo', 'Mongo'],
  ['redis', 'Redis'],
  ['mysql', 'MySQL'],
]);

const BY_APP_PROTOCOL: ReadonlyMap<string, Protocol> = new Map<string, Protocol>([
  ['kubernetes.io/h2c', 'HTTP2'],
  ['kubernetes.io/ws', 'HTTP'],
  ['kubernetes.io/wss', 'HTTPS'],
]);

/** Ports of protocols in which the server speaks first, so that nothing can be detected: SMTP, DNS, MySQL, MongoDB. */
const SERVER_FIRST_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** istio/istio pkg/config/protocol/instance.go (Parse) */
export function parseProtocol(text: string): Protocol {
  return BY_NAME.get(text.toLowerCase()) ?? 'Unsupported';
}

/**
 * The protocol of a port of a Kubernetes Service: `appProtocol`, else the prefix of the port's name.
 * istio/istio pkg/config/kube/conversion.go (ConvertProtocol)
 */
export function protocolOfServicePort(port: {
  readonly port: number;
  readonly name?: string;
  readonly protocol?: string;
  readonly appProtocol?: string;
}): Protocol {
  if (port.protocol === 'UDP') return 'UDP';
  const known = port.appProtocol === undefined ? undefined : BY_APP_PROTOCOL.get(port.appProtocol);
  if (known !== undefined) return known;
  const name = port.appProtocol ?? port.name ?? '';
  if (name.toLowerCase().startsWith('grpc-web')) return 'GRPC-Web';
  const dash = name.indexOf('-');
  const parsed = parseProtocol(dash < 0 ? name : name.slice(0, dash));
  return parsed === 'Unsupported' && SERVER_FIRST_PORTS.has(port.port) ? 'TCP' : parsed;
}

export function isHttp(protocol: Protocol): boolean {
  return (
    protocol === 'HTTP' ||
    protocol === 'HTTP2' ||
    protocol === 'HTTP_PROXY' ||
    protocol === 'GRPC' ||
    protocol === 'GRPC-Web'
  );
}

export function isHttp2(protocol: Protocol): boolean {
  return protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPC-Web';
}

export function isTls(protocol: Protocol): boolean {
  return protocol === 'HTTPS' || protocol === 'TLS';
}

/** The wire decides: TLS, HTTP or anything else. */
export function isDetected(protocol: Protocol): boolean {
  return protocol === 'Unsupported';
}

export function isTcp(protocol: Protocol): boolean {
  return protocol === 'TCP' || protocol === 'Mongo' || protocol === 'Redis' || protocol === 'MySQL' || isTls(protocol);
}

export type ListenerProtocol = 'HTTP' | 'TCP' | 'Auto';

/** istio/istio pilot/pkg/networking/networking.go (ModelProtocolToListenerProtocol) */
export function listenerProtocolOf(protocol: Protocol): ListenerProtocol {
  if (isHttp(protocol)) return 'HTTP';
  // There is nothing to detect in datagrams.
  return isTcp(protocol) || protocol === 'UDP' ? 'TCP' : 'Auto';
}
