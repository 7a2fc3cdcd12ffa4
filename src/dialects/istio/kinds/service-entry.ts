import { choice, defineKind, described, list, type ObjectOf, object, port, type TypeOf, text } from '../../../config';
import { texts } from './fields';
import { WORKLOAD_SELECTOR } from './selector';
import { ISTIO_STATUS } from './status';
import { WORKLOAD_ENTRY_SPEC } from './workload-entry';

export const SERVICE_ENTRY_PORT = object(
  'A port of the service.',
  {
    number: port('Number of the port, unique in the list.'),
    name: text('Name of the port, unique in the list.', { maxLength: 256 }),
    protocol: text('HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS. Empty: found out from the traffic.', {
      maxLength: 256,
    }),
    targetPort: port('Port that the endpoints listen on. Default: the same as `number`.'),
  },
  { required: ['number', 'name'] },
);
export type ServiceEntryPort = TypeOf<typeof SERVICE_ENTRY_PORT>;

export const SERVICE_ENTRY_SPEC = object(
  'Hosts that join the registry, and how their endpoints are found.',
  {
    hosts: texts('Names of the service; `*.` at the front takes in all names below.', undefined, { min: 1, max: 256 }),
    addresses: texts(
      'Virtual addresses or CIDR ranges by which clients reach it. TCP needs one to be told apart.',
      {
        maxLength: 64,
      },
      { max: 256 },
    ),
    ports: list('Ports of the service.', SERVICE_ENTRY_PORT, { max: 256 }),
    location: choice(
      'Whether the service belongs to the mesh. Default: MESH_EXTERNAL.',
      ['MESH_EXTERNAL', 'MESH_INTERNAL'],
      {
        docs: {
          MESH_EXTERNAL: 'Outside: no mutual TLS by itself, and metrics call it external.',
          MESH_INTERNAL: 'Inside: treated like a service of the cluster.',
        },
      },
    ),
    resolution: choice(
      'How endpoints are found. Default: NONE.',
      ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'],
      {
        docs: {
          NONE: 'The connection goes to the address that the client dialled.',
          STATIC: 'The endpoints are those listed here.',
          DNS: 'The proxy resolves the name; every address is an endpoint.',
          DNS_ROUND_ROBIN: 'The proxy resolves the name and uses the first address for new connections.',
          DYNAMIC_DNS: 'The proxy resolves the name of each request; for hosts with a wildcard.',
        },
      },
    ),
    endpoints: list('Endpoints of the service. Excludes `workloadSelector`.', WORKLOAD_ENTRY_SPEC, { max: 4096 }),
    workloadSelector: described(
      'Pods and WorkloadEntries of this namespace that are the endpoints. Excludes `endpoints`.',
      WORKLOAD_SELECTOR,
    ),
    exportTo: texts('Namespaces that see the service: `*` for all, `.` for its own. Default: all.'),
    subjectAltNames: texts('Names, one of which the certificate of an endpoint has to carry.'),
  },
  { required: ['hosts'] },
);
export type ServiceEntrySpec = TypeOf<typeof SERVICE_ENTRY_SPEC>;

export const SERVICE_ENTRY_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'ServiceEntry',
  plural: 'serviceentries',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['endpoints.network', 'Unix domain sockets'] },
  summary: 'Adds a host to the service registry, so that routes and policies can name it.',
  link: 'https://istio.io/latest/docs/reference/config/networking/service-entry/',
  fields: { spec: SERVICE_ENTRY_SPEC, status: ISTIO_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type ServiceEntryObject = ObjectOf<typeof SERVICE_ENTRY_KIND>;
