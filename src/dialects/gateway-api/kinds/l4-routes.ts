import { defineKind, list, type ObjectOf, object, type TypeOf } from '../../../config';
import { GATEWAY_API_GROUP, hostname, sectionName } from './fields';
import { COMMON_ROUTE_FIELDS } from './http-route';
import { BACKEND_REFERENCE } from './references';
import { ROUTE_STATUS } from './status';

const L4_RULE = object(
  'Where connections go.',
  {
    name: sectionName('Name of the rule.'),
    backendRefs: list('Backends that share the connections by weight.', BACKEND_REFERENCE, { min: 1, max: 16 }),
  },
  { required: ['backendRefs'] },
);
export type L4RouteRule = TypeOf<typeof L4_RULE>;

const L4_RULES = list('The one rule of the route.', L4_RULE, { min: 1, max: 1 });

const L4_SPEC = object(
  'Where the rule holds, and the rule.',
  { ...COMMON_ROUTE_FIELDS, rules: L4_RULES },
  { required: ['rules'] },
);

export const TCP_ROUTE = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1alpha2'],
  kind: 'TCPRoute',
  plural: 'tcproutes',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['useDefaultGateways'] },
  summary: 'Where TCP connections at a Gateway or to a Service go.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#tcproute',
  fields: { spec: L4_SPEC, status: ROUTE_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type TcpRouteObject = ObjectOf<typeof TCP_ROUTE>;

export const UDP_ROUTE = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1alpha2'],
  kind: 'UDPRoute',
  plural: 'udproutes',
  namespaced: true,
  support: { level: 'kept', reason: 'Istio does not implement it, and nothing here speaks UDP.' },
  summary: 'Where UDP datagrams at a Gateway go.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#udproute',
  fields: { spec: L4_SPEC, status: ROUTE_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});

export const TLS_ROUTE = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1alpha3', 'v1alpha2'],
  kind: 'TLSRoute',
  plural: 'tlsroutes',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['useDefaultGateways'] },
  summary: 'Where TLS connections go, by the server name that the client asks for.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#tlsroute',
  fields: {
    spec: object(
      'Which server names, and where their connections go.',
      {
        ...COMMON_ROUTE_FIELDS,
        hostnames: list(
          'Server names that the route is for.',
          hostname('A server name; `*.` at the front stands for one label or more.'),
          {
            min: 1,
            max: 1024,
          },
        ),
        rules: L4_RULES,
      },
      { required: ['hostnames', 'rules'] },
    ),
    status: ROUTE_STATUS,
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type TlsRouteObject = ObjectOf<typeof TLS_ROUTE>;
