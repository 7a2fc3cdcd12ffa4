import { choice, defineKind, described, list, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { CONNECTION_POOL } from './connection-pool';
import { DESTINATION } from './destination';
import { portOrZero, texts, uint32 } from './fields';
import { WORKLOAD_SELECTOR } from './selector';
import { SERVER_TLS_SETTINGS } from './server-tls';
import { ISTIO_STATUS } from './status';

export const SIDECAR_PORT = object('A port that the sidecar listens on.', {
  number: portOrZero('Number of the port; 0 only with a Unix domain socket.'),
  protocol: text('HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS. Empty: found out from the traffic.'),
  name: text('Name of the port.'),
  targetPort: uint32('Has no effect on sidecars; upstream refuses it.'),
});
export type SidecarPort = TypeOf<typeof SIDECAR_PORT>;

const CAPTURE_MODE = choice('How traffic comes to the listener. Default: DEFAULT.', ['DEFAULT', 'IPTABLES', 'NONE'], {
  docs: {
    DEFAULT: 'As the environment has it: captured.',
    IPTABLES: 'The packet filter of the pod redirects it.',
    NONE: 'The application connects to the listener itself.',
  },
});

export const INGRESS_LISTENER = object(
  'A listener for traffic to the workload. Listing any replaces those that come from the services of the workload.',
  {
    port: SIDECAR_PORT,
    bind: text('Address to listen on. Default: the address of the pod.'),
    captureMode: CAPTURE_MODE,
    defaultEndpoint: text(
      'Where the traffic goes: `127.0.0.1:PORT`, `0.0.0.0:PORT` or `unix:///PATH`. Default: the port of the listener.',
    ),
    tls: described('TLS that ends at the sidecar. Only where mutual TLS is off for the port.', SERVER_TLS_SETTINGS),
    connectionPool: described('Limits for the traffic of this listener.', CONNECTION_POOL),
  },
  { required: ['port'] },
);
export type IngressListener = TypeOf<typeof INGRESS_LISTENER>;

export const EGRESS_LISTENER = object(
  'What the workload may reach, through one port or, without a port, through all others.',
  {
    port: described(
      'Port of the listener. The listener without one takes in everything else and comes last.',
      SIDECAR_PORT,
    ),
    bind: text('Address or Unix domain socket to listen on.'),
    captureMode: CAPTURE_MODE,
    hosts: texts(
      'Services that are imported, as `namespace/host`: `*` for all, `.` for the own namespace, `~` for none.',
    ),
  },
  { required: ['hosts'] },
);
export type EgressListener = TypeOf<typeof EGRESS_LISTENER>;

export const OUTBOUND_TRAFFIC_POLICY = object('What happens to traffic for hosts that the registry does not know.', {
  mode: choice(
    'Whether it is let through. Default: REGISTRY_ONLY when this block is present.',
    ['REGISTRY_ONLY', 'ALLOW_ANY'],
    {
      docs: {
        REGISTRY_ONLY: 'It is refused: 502 for HTTP, a reset for TCP.',
        ALLOW_ANY: 'It goes to the address that the client dialled.',
      },
    },
  ),
  egressProxy: described('Service that unknown traffic is sent to, with ALLOW_ANY.', DESTINATION),
});
export type OutboundTrafficPolicy = TypeOf<typeof OUTBOUND_TRAFFIC_POLICY>;

export const SIDECAR_SPEC = object('What the sidecars of a namespace know and listen on.', {
  workloadSelector: described(
    'Workloads that this holds for. Default: all of the namespace, or of the mesh in the root namespace.',
    WORKLOAD_SELECTOR,
  ),
  ingress: list('Listeners for traffic to the workload.', INGRESS_LISTENER),
  egress: list('What the workload may reach.', EGRESS_LISTENER),
  inboundConnectionPool: described('Limits for all traffic to the workload.', CONNECTION_POOL),
  outboundTrafficPolicy: OUTBOUND_TRAFFIC_POLICY,
});
export type SidecarSpec = TypeOf<typeof SIDECAR_SPEC>;

export const SIDECAR_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'Sidecar',
  plural: 'sidecars',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: ['ingress.captureMode', 'egress.captureMode', 'outboundTrafficPolicy.egressProxy', 'ingress.tls'],
  },
  summary: 'Narrows what the sidecars of a namespace know, and says what they listen on.',
  link: 'https://istio.io/latest/docs/reference/config/networking/sidecar/',
  fields: { spec: SIDECAR_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type SidecarObject = ObjectOf<typeof SIDECAR_KIND>;
