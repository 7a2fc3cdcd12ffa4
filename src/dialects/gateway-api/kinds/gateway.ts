import {
  choice,
  defineKind,
  described,
  integer,
  LABEL_SELECTOR,
  list,
  map,
  type ObjectOf,
  object,
  port,
  type TypeOf,
  text,
  withDefault,
} from '../../../config';
import { apiGroup, controllerName, GATEWAY_API_GROUP, kindName, namespaceName, objectName, textMap } from './fields';
import { LISTENER } from './listener';
import { LOCAL_REFERENCE, OBJECT_REFERENCE, SECRET_REFERENCE } from './references';
import { CONDITIONS, LISTENER_STATUSES } from './status';

export const GATEWAY_CLASS = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1beta1'],
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  namespaced: false,
  support: { level: 'partial', notSimulated: ['parametersRef'] },
  summary: 'Which implementation serves the Gateways of a class.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#gatewayclass',
  fields: {
    spec: object(
      'The implementation.',
      {
        controllerName: controllerName('Controller of the class, such as `istio.io/gateway-controller`.'),
        description: text('What the class is good for.', { maxLength: 64 }),
        parametersRef: described('Settings of the class.', OBJECT_REFERENCE),
      },
      { required: ['controllerName'] },
    ),
    status: object('Written by the controller; nothing reads it here.', {
      conditions: CONDITIONS,
      supportedFeatures: list(
        'Features that the implementation claims.',
        object('A feature.', { name: text('Name of the feature.') }, { required: ['name'] }),
        { max: 64 },
      ),
    }),
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type GatewayClassObject = ObjectOf<typeof GATEWAY_CLASS>;

const ADDRESS_TYPE = withDefault(
  text('`IPAddress`, `Hostname`, or a name of the implementation.', {
    minLength: 1,
    maxLength: 253,
  }),
  'IPAddress',
);

const ADDRESS = object('An address that is asked for.', {
  type: ADDRESS_TYPE,
  value: text('The address. Istio takes a host name for that of a Service that is there already.', { maxLength: 253 }),
});

const STATUS_ADDRESS = object(
  'An address that was given.',
  { type: ADDRESS_TYPE, value: text('The address.', { minLength: 1, maxLength: 253 }) },
  { required: ['value'] },
);

const FRONTEND_TLS = object('How certificates of clients are checked.', {
  validation: object(
    'Checks the certificates of clients.',
    {
      caCertificateRefs: list('Authorities that are trusted.', OBJECT_REFERENCE, { min: 1, max: 16 }),
      mode: withDefault(
        choice('What happens without a valid certificate.', ['AllowValidOnly', 'AllowInsecureFallback']),
        'AllowValidOnly',
      ),
    },
    { required: ['caCertificateRefs'] },
  ),
});

const GATEWAY_TLS = object('TLS of all listeners, and towards backends.', {
  backend: object('TLS towards backends.', {
    clientCertificateRef: described('Certificate that the gateway shows to backends.', SECRET_REFERENCE),
  }),
  frontend: object(
    'TLS towards clients.',
    {
      default: described('For every HTTPS listener.', FRONTEND_TLS),
      perPort: list(
        'For the listeners of single ports, in the place of the default.',
        object(
          'For the listeners of one port.',
          { port: port('Port of the listeners.'), tls: FRONTEND_TLS },
          { required: ['port', 'tls'] },
        ),
        { max: 64 },
      ),
    },
    { required: ['default'] },
  ),
});

const SHORT_TEXT = text('Value of the label.', {
  pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
  maxLength: 63,
});

const INFRASTRUCTURE = object('What the Deployment and the Service of the gateway get.', {
  labels: map('Labels.', SHORT_TEXT, { max: 8 }),
  annotations: textMap('Annotations.', { max: 16 }),
  parametersRef: described('A ConfigMap with changes to the Deployment and the Service.', LOCAL_REFERENCE),
});

const GATEWAY_SPEC = object(
  'What is served, and by which implementation.',
  {
    gatewayClassName: objectName('Class of the gateway: `istio` for an ingress gateway of Istio.'),
    listeners: list('What is served.', LISTENER, { min: 1, max: 64 }),
    addresses: list('Addresses that are asked for. Default: the implementation chooses.', ADDRESS, { max: 16 }),
    allowedListeners: object('ListenerSets that may add listeners.', {
      namespaces: withDefault(
        object('Namespaces of the ListenerSets.', {
          from: withDefault(choice('Which namespaces.', ['All', 'Selector', 'Same', 'None']), 'None'),
          selector: described('Labels of the namespaces, for `from: Selector`.', LABEL_SELECTOR),
        }),
        { from: 'None' },
      ),
    }),
    defaultScope: choice('Whether routes without parents attach here.', ['All', 'None']),
    infrastructure: INFRASTRUCTURE,
    tls: GATEWAY_TLS,
  },
  { required: ['gatewayClassName', 'listeners'] },
);
export type GatewaySpec = TypeOf<typeof GATEWAY_SPEC>;

export const GATEWAY = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1beta1'],
  kind: 'Gateway',
  plural: 'gateways',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: ['defaultScope', 'infrastructure.parametersRef', 'tls.backend'],
  },
  summary: 'A gateway: listeners that routes attach to, and the proxy that serves them.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#gateway',
  fields: {
    spec: GATEWAY_SPEC,
    status: object('Written by the controller; nothing reads it here.', {
      addresses: list('Addresses that were given.', STATUS_ADDRESS, { max: 16 }),
      attachedListenerSets: integer('Number of ListenerSets.'),
      conditions: CONDITIONS,
      listeners: LISTENER_STATUSES,
    }),
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type GatewayObject = ObjectOf<typeof GATEWAY>;

export const LISTENER_SET = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1'],
  kind: 'ListenerSet',
  plural: 'listenersets',
  namespaced: true,
  support: { level: 'full' },
  summary: 'Further listeners of a Gateway that others own.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#listenerset',
  fields: {
    spec: object(
      'The Gateway, and what is added to it.',
      {
        parentRef: object(
          'Gateway that gets the listeners.',
          {
            group: withDefault(apiGroup('Group of the parent.'), GATEWAY_API_GROUP),
            kind: withDefault(kindName('Kind of the parent.'), 'Gateway'),
            namespace: namespaceName('Namespace of the Gateway. Default: that of this object.'),
            name: objectName('Name of the Gateway.'),
          },
          { required: ['name'] },
        ),
        listeners: list('Listeners that are added.', LISTENER, { min: 1, max: 64 }),
      },
      { required: ['listeners', 'parentRef'] },
    ),
    status: object('Written by the controller; nothing reads it here.', {
      conditions: CONDITIONS,
      listeners: LISTENER_STATUSES,
    }),
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type ListenerSetObject = ObjectOf<typeof LISTENER_SET>;
