import { bool, integer, list, map, object, openObject, type TypeOf, text } from './schema';

/** Labels: short names by which objects are selected. */
export const LABELS = map(
  'Key and value pairs by which other objects select this one.',
  text('Value of the label: at most 63 characters, letters, digits, `-`, `_` and `.`.', { format: 'label-value' }),
  { keys: 'label-key' },
);

/** Annotations: notes for tools. */
export const ANNOTATIONS = map('Notes for tools and controllers; nothing selects by them.', text('Any text.'), {
  keys: 'label-key',
});

const OWNER_REFERENCE = object(
  'An object that owns this one: when the owner goes, so does this.',
  {
    apiVersion: text('API version of the owner.'),
    kind: text('Kind of the owner.'),
    name: text('Name of the owner.'),
    uid: text('Identity of the owner.'),
    controller: bool('Whether the owner manages this object.'),
    blockOwnerDeletion: bool('Whether the owner waits for this object to go first.'),
  },
  { required: ['apiVersion', 'kind', 'name', 'uid'] },
);

/** `metadata` of an object that has a name of its own. */
export const OBJECT_METADATA = object(
  'Name, namespace, labels and annotations of the object.',
  {
    name: text('Name, unique among the objects of this kind in the namespace.', { maxLength: 253 }),
    generateName: text('Prefix from which the server makes a unique name when `name` is absent.'),
    namespace: text('Namespace of the object; `default` when absent.', { format: 'dns-label' }),
    labels: LABELS,
    annotations: ANNOTATIONS,
    uid: text('Identity given by the server.'),
    resourceVersion: text('Version given by the server.'),
    generation: integer('Counts the changes of the specification.'),
    creationTimestamp: text('When the server took the object in.'),
    deletionTimestamp: text('When the object is to go.'),
    deletionGracePeriodSeconds: integer('Seconds the object has left to finish.'),
    finalizers: list('Names that have to be removed before the object goes.', text('One finalizer.')),
    ownerReferences: list('Objects that own this one.', OWNER_REFERENCE),
    managedFields: list('Which writer set which field.', openObject('Fields of one writer.')),
    selfLink: text('Address of the object on older servers.'),
    clusterName: text('Name of the cluster on older servers.'),
  },
  { nullMeans: 'absent' },
);

export type ObjectMetadata = TypeOf<typeof OBJECT_METADATA>;
