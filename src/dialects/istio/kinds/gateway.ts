import { defineKind, list, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { portOrZero, textMap, texts, uint32 } from './fields';
import { SERVER_TLS_SETTINGS } from './server-tls';
import { ISTIO_STATUS } from './status';

export const GATEWAY_PORT = object(
  'Port that the gateway listens on.',
  {
    number: portOrZero('Number of the port; 0 only with a Unix domain socket.'),
    protocol: text('HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS. TLS and HTTPS need a `tls` block.'),
    name: text('Name of the port, unique among the servers.'),
    targetPort: uint32('Has no effect on gateways; upstream refuses it.'),
  },
  { required: ['number', 'protocol', 'name'] },
);
export type GatewayPort = TypeOf<typeof GATEWAY_PORT>;

export const GATEWAY_SERVER = object(
  'One thing that the gateway serves: a port, and the hosts behind it.',
  {
    port: GATEWAY_PORT,
    hosts: texts(
      'Hosts that are served, each optionally with the namespace of its VirtualServices: `ns/host`, `./host`, `*/host`.',
    ),
    tls: SERVER_TLS_SETTINGS,
    bind: text('Address or Unix domain socket to listen on. Default: all addresses.'),
    name: text('Name of the server, unique among the servers.'),
    defaultEndpoint: text('Accepted and without effect: upstream never implemented it.'),
  },
  { required: ['port', 'hosts'] },
);
export type GatewayServer = TypeOf<typeof GATEWAY_SERVER>;

export const GATEWAY_SPEC = object('What the gateway serves, and which pods do it.', {
  selector: textMap('Labels of the gateway pods, looked for in every namespace. No pod, no effect.'),
  servers: list('What is served.', GATEWAY_SERVER),
});
export type GatewaySpec = TypeOf<typeof GATEWAY_SPEC>;

export const GATEWAY_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'Gateway',
  plural: 'gateways',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: [
      'servers.defaultEndpoint',
      'servers.tls.caCrl',
      'servers.tls.cipherSuites',
      'servers.tls.ecdhCurves',
      'servers.tls.minProtocolVersion',
      'servers.tls.maxProtocolVersion',
      'servers.tls.verifyCertificateHash',
      'servers.tls.verifyCertificateSpki',
    ],
  },
  summary: 'Ports and hosts that a proxy at the edge of the mesh serves.',
  link: 'https://istio.io/latest/docs/reference/config/networking/gateway/',
  fields: { spec: GATEWAY_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type GatewayObject = ObjectOf<typeof GATEWAY_KIND>;
