import { defineKind, type ObjectOf } from '../define-kind';
import { bool, list, map, object, openObject, text } from '../schema';
import { checkLabelName } from './rules';

/** A room for names. */
export const NAMESPACE = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  nullMeans: 'absent',
  support: { level: 'full' },
  summary: 'A room for names; its labels decide whether new pods get a sidecar.',
  link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
  fields: {
    spec: object('Life cycle of the namespace.', {
      finalizers: list('What has to be cleaned up first.', text('Name.')),
    }),
    status: openObject('What the cluster reports.'),
  },
  validate: (resource, bag) => checkLabelName(resource.metadata.name, 'Namespace', bag),
});

/** An identity for pods. */
export const SERVICE_ACCOUNT = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'full' },
  summary: 'An identity for pods; the certificate of a sidecar carries it.',
  link: 'https://kubernetes.io/docs/concepts/security/service-accounts/',
  fields: {
    secrets: list('Secrets that pods of this account may use.', openObject('Reference to a secret.')),
    imagePullSecrets: list('Secrets for fetching images.', openObject('Reference to a secret.')),
    automountServiceAccountToken: bool('Whether the identity is mounted as a file.'),
  },
});

/** Settings as text. */
export const CONFIG_MAP = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['everything but the mesh configuration `istio` in `istio-system`'] },
  summary: 'Settings as text, for applications and for the mesh itself.',
  link: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
  fields: {
    data: map('Settings by name.', text('Text of the setting.')),
    binaryData: map('Settings that are no text, in base64.', text('Bytes in base64.')),
    immutable: bool('Whether nobody may change it.'),
  },
});

/** Settings that are kept from view. */
export const SECRET = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  nullMeans: 'absent',
  support: { level: 'kept', reason: 'Certificates are simulated by their dates and names, not by their bytes.' },
  summary: 'Settings that are kept from view: certificates, keys, passwords.',
  link: 'https://kubernetes.io/docs/concepts/configuration/secret/',
  fields: {
    type: text('What the secret holds, such as `kubernetes.io/tls`.'),
    data: map('Values in base64.', text('Bytes in base64.', { format: 'base64' })),
    stringData: map('Values as plain text; they replace those of `data`.', text('Text.')),
    immutable: bool('Whether nobody may change it.'),
  },
});

/** A machine. */
export const NODE = defineKind({
  group: '',
  versions: ['v1'],
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  nullMeans: 'absent',
  support: { level: 'partial', notSimulated: ['taints', 'capacity', 'conditions'] },
  summary: 'A machine that pods run on; its labels say in which region and zone.',
  link: 'https://kubernetes.io/docs/concepts/architecture/nodes/',
  fields: {
    spec: openObject('Addresses and taints of the machine.'),
    status: openObject('What the machine reports.'),
  },
});

export type NamespaceObject = ObjectOf<typeof NAMESPACE>;
export type ServiceAccountObject = ObjectOf<typeof SERVICE_ACCOUNT>;
export type ConfigMapObject = ObjectOf<typeof CONFIG_MAP>;
export type SecretObject = ObjectOf<typeof SECRET>;
export type NodeObject = ObjectOf<typeof NODE>;
