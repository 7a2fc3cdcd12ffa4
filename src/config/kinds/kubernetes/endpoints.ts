import { defineKind, type ObjectOf } from '../define-kind';
import { bool, choice, list, map, object, openObject, port, text, withDefault } from '../schema';

const TARGET_REFERENCE = object('The object behind the address, most often a pod.', {
  apiVersion: text('API version of the object.'),
  kind: text('Kind of the object.'),
  namespace: text('Namespace of the object.'),
  name: text('Name of the object.'),
  uid: text('Identity of the object.'),
  resourceVersion: text('Version of the object.'),
  fieldPath: text('Part of the object.'),
});

const ADDRESS = object(
  'One address.',
  {
    ip: text('IP address.', { format: 'ip' }),
    hostname: text('Name of the endpoint.'),
    nodeName: text('Node that the endpoint runs on.'),
    targetRef: TARGET_REFERENCE,
  },
  { required: ['ip'] },
);

/** Addresses of a service in the older form. */
export const ENDPOINTS = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'Endpoints',
  plural: 'endpoints',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'full' },
  summary: 'Addresses behind the service of the same name, in the form that came before EndpointSlice.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/service/#endpoints',
  fields: {
    subsets: list(
      'Groups of addresses that have the same ports.',
      object('One group: every address with every port.', {
        addresses: list('Addresses that are ready.', ADDRESS),
        notReadyAddresses: list('Addresses that are not ready.', ADDRESS),
        ports: list(
          'Ports of the addresses.',
          object(
            'One port.',
            {
              name: text('Name of the service port.'),
              port: port('Number of the port.'),
              protocol: withDefault(choice('Transport protocol.', ['TCP', 'UDP', 'SCTP']), 'TCP'),
              appProtocol: text('Application protocol.'),
            },
            { required: ['port'] },
          ),
        ),
      }),
    ),
  },
});

/** Addresses of a service. */
export const ENDPOINT_SLICE = defineKind({
  group: 'discovery.k8s.io',
  versions: ['v1'],
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['hints'] },
  summary: 'Addresses behind the service that the label `kubernetes.io/service-name` names.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/',
  fields: {
    addressType: choice('What the addresses are.', ['IPv4', 'IPv6', 'FQDN']),
    endpoints: list(
      'The endpoints.',
      object(
        'One endpoint.',
        {
          addresses: list('Addresses of the endpoint; the first one counts.', text('One address.'), { min: 1 }),
          conditions: object('State of the endpoint.', {
            ready: bool('Whether it takes new connections.'),
            serving: bool('Whether it still answers, be it terminating or not.'),
            terminating: bool('Whether it is going away.'),
          }),
          hostname: text('Name of the endpoint.'),
          nodeName: text('Node that the endpoint runs on.'),
          zone: text('Zone that the endpoint runs in.'),
          targetRef: TARGET_REFERENCE,
          hints: openObject('Zones that should use the endpoint.'),
          deprecatedTopology: map('Older form of node and zone.', text('Value.')),
        },
        { required: ['addresses'] },
      ),
    ),
    ports: list(
      'Ports of every endpoint.',
      object('One port.', {
        name: text('Name of the service port.'),
        port: port('Number of the port.'),
        protocol: withDefault(choice('Transport protocol.', ['TCP', 'UDP', 'SCTP']), 'TCP'),
        appProtocol: text('Application protocol.'),
      }),
    ),
  },
  required: ['addressType', 'endpoints'],
});

export type EndpointsObject = ObjectOf<typeof ENDPOINTS>;
export type EndpointSliceObject = ObjectOf<typeof ENDPOINT_SLICE>;
