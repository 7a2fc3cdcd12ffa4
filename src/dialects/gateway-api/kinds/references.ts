import { integer, list, object, port, type TypeOf, withDefault } from '../../../config';
import { apiGroup, GATEWAY_API_GROUP, kindName, namespaceName, objectName, sectionName } from './fields';

/** Largest weight of a backend. kubernetes-sigs/gateway-api apis/v1/shared_types.go (BackendRef) */
const MAX_WEIGHT = 1_000_000;

export const PARENT_REFERENCE = object(
  'Something that routes attach to.',
  {
    group: withDefault(apiGroup('Group of the parent.'), GATEWAY_API_GROUP),
    kind: withDefault(
      kindName('Kind of the parent: Gateway, ListenerSet, or Service for traffic in the mesh.'),
      'Gateway',
    ),
    namespace: namespaceName('Namespace of the parent. Default: that of the route.'),
    name: objectName('Name of the parent.'),
    sectionName: sectionName('Name of one listener, or of one port of a Service. Default: all of them.'),
    port: port('Port to which the attachment is limited. Default: every port.'),
  },
  { required: ['name'] },
);
export type ParentReference = TypeOf<typeof PARENT_REFERENCE>;

export const PARENT_REFERENCES = list('What the route attaches to.', PARENT_REFERENCE, { max: 32 });

const BACKEND_OBJECT = {
  group: withDefault(apiGroup('Group of the backend.'), ''),
  kind: withDefault(kindName('Kind of the backend.'), 'Service'),
  name: objectName('Name of the backend.'),
  namespace: namespaceName(
    'Namespace of the backend; another one than that of the route needs a ReferenceGrant there.',
  ),
  port: port('Port of the Service, not of its pods.'),
};

/** One object that takes traffic. */
export const BACKEND_OBJECT_REFERENCE = object('An object that takes traffic.', BACKEND_OBJECT, { required: ['name'] });
export type BackendObjectReference = TypeOf<typeof BACKEND_OBJECT_REFERENCE>;

/** Fields of a backend with a share of the traffic. */
export const WEIGHTED_BACKEND = {
  ...BACKEND_OBJECT,
  weight: withDefault(
    integer('Share of the traffic relative to the weights beside it; 0 takes none.', {
      min: 0,
      max: MAX_WEIGHT,
    }),
    1,
  ),
};

export const BACKEND_REFERENCE = object('A backend with its share of the traffic.', WEIGHTED_BACKEND, {
  required: ['name'],
});
export type BackendReference = TypeOf<typeof BACKEND_REFERENCE>;

export const SECRET_REFERENCE = object(
  'An object that holds a certificate.',
  {
    group: withDefault(apiGroup('Group of the object.'), ''),
    kind: withDefault(kindName('Kind of the object.'), 'Secret'),
    name: objectName('Name of the object.'),
    namespace: namespaceName('Namespace of the object; another one needs a ReferenceGrant there.'),
  },
  { required: ['name'] },
);
export type SecretReference = TypeOf<typeof SECRET_REFERENCE>;

export const LOCAL_REFERENCE = object(
  'An object of the same namespace.',
  {
    group: apiGroup('Group of the object.'),
    kind: kindName('Kind of the object.'),
    name: objectName('Name of the object.'),
  },
  { required: ['group', 'kind', 'name'] },
);
export type LocalReference = TypeOf<typeof LOCAL_REFERENCE>;

export const OBJECT_REFERENCE = object(
  'An object.',
  {
    group: apiGroup('Group of the object.'),
    kind: kindName('Kind of the object.'),
    name: objectName('Name of the object.'),
    namespace: namespaceName('Namespace of the object; another one needs a ReferenceGrant there.'),
  },
  { required: ['group', 'kind', 'name'] },
);
export type ObjectReference = TypeOf<typeof OBJECT_REFERENCE>;
